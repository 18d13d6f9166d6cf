"""Words of the made-up tickets: (category, title) with weights, addresses, reasons, comments."""

from __future__ import annotations

# Some titles hold what a careless reader of CSV breaks on: comma, quotation mark, semicolon, line break, Chinese.
TITLES: dict[str, tuple[tuple[tuple[str, str], int], ...]] = {
    "field_service": (
        (("pump", "Pump 2 leaks at the seal"), 25),
        (("pump", "Pump noisy, vibration above limit"), 15),
        (("meter", "Meter shows no reading"), 25),
        (("meter", 'Replace 3/4" valve at the meter'), 8),
        (("cabinet", "Cabinet door does not lock"), 20),
        (("cabinet", "Cabinet wet inside;\nsecond visit"), 3),
    ),
    "it_support": (
        (("workplace", "Laptop does not start"), 25),
        (("workplace", "Screen flickers, docking station warm"), 20),
        (("account", "Password expired"), 25),
        (("account", "New colleague, access to three shares"), 15),
        (("printing", 'Printer says "PC LOAD LETTER"'), 10),
    ),
    "network": (
        (("line", "三号专线不稳定"), 25),
        (("line", "专线中断，备用链路已启用"), 15),
        (("switch", "交换机端口告警"), 25),
        (("switch", "Switch stack member lost"), 10),
        (("wireless", "仓库无线信号弱"), 20),
    ),
    "call_centre": (
        (("invoice", "Caller asks for a copy of an invoice"), 25),
        (("delivery", "Delivery is late, caller wants a date"), 30),
        (("delivery", "Parcel damaged"), 15),
        (("complaint", "Caller was cut off twice"), 10),
    ),
}

ADDRESSES: dict[str, tuple[str, ...]] = {
    "DE": ("Am Pumpwerk 3, Halle 2", "Lindenweg 14", "Alte Ziegelei 8", "Hafenstraße 21a"),
    "US": ("12 Tannery Row", "480 Old Mill Road, Unit 6", "9 Quay Street"),
    "CN": ("东港路18号", "槐树街7号2栋", "北环西路233号"),
    "GB": ("2 Weir Cottages, Mill Lane", "71 Foundry Street", "Unit 4, Gasworks Yard"),
    "IN": ("14/2 Station Road", "Survey No. 88, Tea Estate Road", "3rd Cross, Temple Street"),
}

PAUSE_REASONS = ("awaiting_reply", "awaiting_access", "customer_absent", "parts_on_order")

COMMENTS = {
    "content": ("quick and friendly", "Solved at the first visit, thank you", "很满意", "Clear answers"),
    "discontent": (
        "Had to ask twice",
        "Took too long, nobody called back",
        "等了三天",
        'Was told "tomorrow" every day',
    ),
}

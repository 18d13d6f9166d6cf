"""The made-up suppliers, their work centres and how well each of them works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from supplier_sla.sample.options import SampleOptions


@dataclass(frozen=True)
class Country:
    """Where a supplier sits; `money_scale` turns an amount in euros into one of the same size in its currency."""

    code: str
    currency: str
    zone_name: str
    language: str
    calendar_id: str
    money_scale: int


GERMANY = Country("DE", "EUR", "Europe/Berlin", "en", "CAL-DE", 1)
UNITED_STATES = Country("US", "USD", "America/New_York", "en", "CAL-US", 1)
CHINA = Country("CN", "CNY", "Asia/Shanghai", "zh", "CAL-CN", 8)
UNITED_KINGDOM = Country("GB", "GBP", "Europe/London", "en", "CAL-GB", 1)
INDIA = Country("IN", "INR", "Asia/Kolkata", "en", "CAL-IN", 90)


@dataclass(frozen=True)
class Behaviour:
    """How well a supplier works: tickets in time per thousand at equal distances from the first month to the last."""

    name: str
    in_time: tuple[int, ...]

    def in_time_per_thousand(self, month_index: int, months: int) -> int:
        """Tickets in time per thousand in one month, on the straight line between the two values around it."""
        if months == 1:
            return self.in_time[0]
        value, remainder = divmod(month_index * (len(self.in_time) - 1), months - 1)
        if not remainder:
            return self.in_time[value]
        return self.in_time[value] + (self.in_time[value + 1] - self.in_time[value]) * remainder // (months - 1)


GOOD = Behaviour("good", (985,))
STEADY = Behaviour("steady", (935,))
SLIDING = Behaviour("sliding", (985, 650))
RECOVERING = Behaviour("recovering", (985, 800, 640, 700, 970, 985))
"""Slides, is told to mend its ways in the fourth of six months, and recovers: `governance.timeline` has the dates."""
BAD = Behaviour("bad", (740,))


@dataclass(frozen=True)
class WorkCentre:
    """An executing team as the ticketing tool names it; `work_centre_id` is what tickets carry."""

    work_centre_id: str
    name: str
    name_zh: str


@dataclass(frozen=True)
class Supplier:
    """One supplier. `ticket_weight` is its share of the tickets; 0 means one to three tickets a month."""

    supplier_id: str
    key: str
    name: str
    name_zh: str
    category: str
    country: Country
    behaviour: Behaviour
    ticket_weight: int
    work_centres: tuple[WorkCentre, ...]
    delivers_city_shape: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """Zone in which its days and months are cut."""
        return ZoneInfo(self.country.zone_name)


# Name (English, Chinese), category, country, behaviour, weight. The names hold what a careless CSV writer breaks on:
# a comma, quotation marks, and a leading equals sign that a spreadsheet would take for a formula.
_FOUNDING_SUPPLIERS: tuple[tuple[str, str, str, Country, Behaviour, int], ...] = (
    ("Harzblick Feldservice GmbH", "哈茨现场服务", "field_service", GERMANY, GOOD, 30),
    ("Lakeshore IT Partners, Inc.", "湖岸信息技术", "it_support", UNITED_STATES, RECOVERING, 32),
    ("=Dalian Ops", "大连网络运维", "network", CHINA, BAD, 30),
    ('The "Answer First" Call Company', "先答呼叫中心", "call_centre", UNITED_KINGDOM, STEADY, 30),
    ("Nilgiri Remote Hands", "尼尔吉里远程服务", "it_support", INDIA, STEADY, 0),
)

_FURTHER_FIRST_WORDS = (
    ("Birkenau", "桦园"),
    ("Cedar Point", "雪松"),
    ("Donghu", "东湖"),
    ("Elmbridge", "榆桥"),
    ("Falconer", "鹰匠"),
    ("Greywater", "灰水"),
    ("Hollin", "冬青"),
    ("Isarbogen", "伊萨河湾"),
    ("Juniper", "杜松"),
    ("Kestrel", "红隼"),
    ("Lindenhof", "椴树"),
)
_FURTHER_LAST_WORDS = {
    "field_service": ("Field Works", "现场工程"),
    "it_support": ("IT Services", "信息服务"),
    "network": ("Networks", "网络"),
    "call_centre": ("Contact Centre", "客服中心"),
}
_FURTHER_COUNTRIES = (GERMANY, UNITED_STATES, CHINA, UNITED_KINGDOM, INDIA)
_FURTHER_BEHAVIOURS = (STEADY, GOOD, SLIDING, BAD, GOOD, STEADY, STEADY)

_PLACES = {
    "DE": (("Nord", "北区"), ("Süd", "南区"), ("Leitstand", "调度台")),
    "US": (("Service Desk", "服务台"), ("On-site East", "东区现场")),
    "CN": (("North Loop", "北环"), ("South Loop", "南环"), ("Core Room", "核心机房")),
    "GB": (("Day Desk", "日班"), ("Night Desk", "夜班")),
    "IN": (("Coonoor Desk", "库努尔台"), ("Ooty Desk", "乌蒂台")),
}

NO_TEAM = "(no team)"
"""Work centre of a ticket without a team, in files of the city's shape."""

_CITY_TEAMS = (
    WorkCentre("Lamp Crew", "Lamp Crew", "路灯班"),
    WorkCentre("Tree Crew", "Tree Crew", "树木班"),
    WorkCentre("Bench, Fence & Rail Crew", "Bench, Fence & Rail Crew", "设施班"),
    WorkCentre(NO_TEAM, "Not assigned to a crew yet", "尚未派班"),
)
_CITY_SUPPLIER = Supplier(
    supplier_id="SUP-CITY",
    key="CITY",
    name="Millrow Public Works Cooperative",
    name_zh="磨坊街市政合作社",
    category="field_service",
    country=UNITED_STATES,
    behaviour=STEADY,
    ticket_weight=28,
    work_centres=_CITY_TEAMS,
    delivers_city_shape=True,
)


def make_suppliers(options: SampleOptions) -> tuple[Supplier, ...]:
    """The suppliers, the one in the city's shape last; one supplier more leaves the others as they are."""
    return (*(_supplier(number) for number in range(1, options.suppliers)), _CITY_SUPPLIER)


def supplier_rows(options: SampleOptions, suppliers: tuple[Supplier, ...]) -> Iterator[dict[str, str]]:
    """Rows of `suppliers`, each in force since the contracts began."""
    for supplier in suppliers:
        yield {
            "supplier_id": supplier.supplier_id,
            "supplier_name": supplier.name,
            "supplier_name_zh": supplier.name_zh,
            "category_code": supplier.category,
            "country_code": supplier.country.code,
            "language_code": supplier.country.language,
            "valid_from": options.contract_start.isoformat(),
        }


def work_centre_rows(options: SampleOptions, suppliers: tuple[Supplier, ...]) -> Iterator[dict[str, str]]:
    """Rows of `work_centres`, each mapped to its supplier since the contracts began."""
    valid_from: date = options.contract_start
    for supplier in suppliers:
        for work_centre in supplier.work_centres:
            yield {
                "work_centre_id": work_centre.work_centre_id,
                "work_centre_name": work_centre.name,
                "work_centre_name_zh": work_centre.name_zh,
                "supplier_id": supplier.supplier_id,
                "valid_from": valid_from.isoformat(),
            }


def _supplier(number: int) -> Supplier:
    if number <= len(_FOUNDING_SUPPLIERS):
        name, name_zh, category, country, behaviour, weight = _FOUNDING_SUPPLIERS[number - 1]
    else:
        name, name_zh, category, country, behaviour, weight = _further_supplier(number - len(_FOUNDING_SUPPLIERS) - 1)
    places = _PLACES[country.code]
    return Supplier(
        supplier_id=f"SUP-{number:02d}",
        key=f"{number:03d}",
        name=name,
        name_zh=name_zh,
        category=category,
        country=country,
        behaviour=behaviour,
        ticket_weight=weight,
        work_centres=tuple(
            WorkCentre(f"WC-{number:02d}{index:02d}", f"{name} {place}", f"{name_zh}{place_zh}")
            for index, (place, place_zh) in enumerate(places, start=1)
        ),
    )


def _further_supplier(index: int) -> tuple[str, str, str, Country, Behaviour, int]:
    first_word, first_word_zh = _FURTHER_FIRST_WORDS[index % len(_FURTHER_FIRST_WORDS)]
    category = tuple(_FURTHER_LAST_WORDS)[index % len(_FURTHER_LAST_WORDS)]
    last_word, last_word_zh = _FURTHER_LAST_WORDS[category]
    # 11 first words, 4 categories and 5 countries share no divisor; the number keeps names apart after the 44th.
    repetition = index // (len(_FURTHER_FIRST_WORDS) * len(_FURTHER_LAST_WORDS))
    number = f" {repetition + 1}" if repetition else ""
    return (
        f"{first_word} {last_word}{number}",
        f"{first_word_zh}{last_word_zh}{number}",
        category,
        _FURTHER_COUNTRIES[index % len(_FURTHER_COUNTRIES)],
        _FURTHER_BEHAVIOURS[index % len(_FURTHER_BEHAVIOURS)],
        25,
    )

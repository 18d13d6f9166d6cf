"""What the made-up suppliers promised: contracts and the targets of their service levels.

Penalties, fees and score weights, which follow from these, are in `terms`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from supplier_sla.sample.calendars import NIGHT_CALENDAR, ROUND_THE_CLOCK_CALENDAR
from supplier_sla.sample.options import SampleOptions
from supplier_sla.sample.suppliers import Supplier

PAUSE_STATES = "waiting_customer;on_hold"
PRIORITIES = ("P1", "P2", "P3", "P4")
CUSTOMERS_REASONS = "awaiting_reply;awaiting_access;customer_absent"
"""Stop-clock reasons on the customer's side; parts on order are the supplier's own affair."""

# Minutes per priority P1 to P4.
_RESPONSE_MINUTES = {
    "field_service": (60, 120, 240, 480),
    "it_support": (15, 30, 120, 240),
    "network": (15, 30, 120, 480),
    "call_centre": (10, 20, 60, 120),
}
_RESOLUTION_MINUTES = {
    "field_service": (480, 960, 1440, 2400),
    "it_support": (240, 480, 1440, 2400),
    "network": (240, 480, 960, 2400),
    "call_centre": (120, 240, 480, 960),
}
_AMENDED_RESOLUTION_MINUTES = (360, 720, 1440, 2400)
_RESTORATION_MINUTES = {"P1": 480, "P2": 1440}
_UPDATE_MINUTES = 960
_COMPLETION_WORKING_DAYS = (1, 2, 4, 6)

_CONTRACT_NAMES = {
    "field_service": ("Field maintenance", "现场维护"),
    "it_support": ("Workplace support", "终端支持"),
    "network": ("Network operation", "网络运行"),
    "call_centre": ("Customer hotline", "客户热线"),
}


@dataclass(frozen=True)
class Target:
    """Open minutes allowed (working days, where the level counts these), and the calendar they are counted in."""

    allowed: int
    calendar_id: str


NIGHT_RESPONSE = Target(30, NIGHT_CALENDAR)
"""What a call centre promises for calls at night, whatever their priority."""


@dataclass(frozen=True)
class ServiceLevel:
    """One service level; `targets` and `amended_targets` (from the amendment date on) are by priority, "" for any."""

    service_level_id: str
    clause: str
    name: str
    name_zh: str
    metric_code: str
    start_event: str
    stop_event: str
    attainment_target: str
    target_unit: str = "business_minutes"
    pause_states: str = ""
    pause_reasons: str = ""
    count_from: str = ""
    reopen_policy: str = ""
    priority_change_policy: str = ""
    handover_policy: str = ""
    service_code: str = ""
    ticket_type_code: str = ""
    targets: Mapping[str, Target | None] | None = None
    amended_targets: Mapping[str, Target] | None = None
    minimum_sample: int = 5


@dataclass(frozen=True)
class Contract:
    """One contract with its service levels.

    `number` counts the supplier's contracts from 1; `amended_on` is None for a contract with a single version.
    """

    contract_id: str
    key: str
    number: int
    name: str
    name_zh: str
    supplier: Supplier
    response_starts: str
    response_targets: Mapping[str, Target]
    resolution_targets: Mapping[str, Target]
    amended_resolution_targets: Mapping[str, Target] | None
    amended_on: date | None
    levels: tuple[ServiceLevel, ...]

    def resolution_target(self, priority: str, day: date) -> Target:
        """Target in force on a local day."""
        if self.amended_resolution_targets is not None and self.amended_on is not None and day >= self.amended_on:
            return self.amended_resolution_targets[priority]
        return self.resolution_targets[priority]


def make_contracts(options: SampleOptions, suppliers: tuple[Supplier, ...]) -> tuple[Contract, ...]:
    """The contracts of all suppliers; the one that delivers in the city's shape always has exactly one."""
    contracts = []
    for supplier in suppliers:
        if supplier.delivers_city_shape:
            contracts.append(_city_contract(options, supplier))
            continue
        for number in range(1, options.contracts_per_supplier + 1):
            contracts.append(_contract(options, supplier, number))
    return tuple(contracts)


def contract_rows(options: SampleOptions, contracts: tuple[Contract, ...]) -> Iterator[dict[str, str]]:
    """Rows of `contracts`, one per version."""
    for contract in contracts:
        row = {
            "contract_id": contract.contract_id,
            "contract_name": contract.name,
            "contract_name_zh": contract.name_zh,
            "supplier_id": contract.supplier.supplier_id,
            "currency_code": contract.supplier.country.currency,
            "time_zone": contract.supplier.country.zone_name,
            "valid_from": options.contract_start.isoformat(),
        }
        if contract.amended_on is None:
            yield row
            continue
        amended_on = contract.amended_on.isoformat()
        yield row | {"valid_to": amended_on}
        yield row | {
            "contract_name": f"{contract.name}, amendment 1",
            "contract_name_zh": f"{contract.name_zh}（补充协议一）",
            "valid_from": amended_on,
        }


def service_level_rows(options: SampleOptions, contracts: tuple[Contract, ...]) -> Iterator[dict[str, str]]:
    """Rows of `service_levels`, one per level, priority and version."""
    start = options.contract_start.isoformat()
    for contract in contracts:
        for level in contract.levels:
            for priority, target in (level.targets or {"": None}).items():
                row = _service_level_row(contract, level, priority, target) | {"valid_from": start}
                amended = (level.amended_targets or {}).get(priority)
                if contract.amended_on is None or amended is None or amended == target:
                    yield row
                    continue
                amended_on = contract.amended_on.isoformat()
                yield row | {"valid_to": amended_on}
                yield _service_level_row(contract, level, priority, amended) | {"valid_from": amended_on}


def _service_level_row(contract: Contract, level: ServiceLevel, priority: str, target: Target | None) -> dict[str, str]:
    return {
        "service_level_id": level.service_level_id,
        "contract_id": contract.contract_id,
        "clause": level.clause,
        "service_level_name": level.name,
        "service_level_name_zh": level.name_zh,
        "metric_code": level.metric_code,
        "service_code": level.service_code,
        "ticket_type_code": level.ticket_type_code,
        "priority_code": priority,
        "start_event": level.start_event,
        "stop_event": level.stop_event,
        "pause_states": level.pause_states,
        "pause_reasons": level.pause_reasons,
        "count_from": level.count_from,
        "reopen_policy": level.reopen_policy,
        "priority_change_policy": level.priority_change_policy,
        "handover_policy": level.handover_policy,
        "target_unit": level.target_unit,
        "target_value": str(target.allowed) if target else "",
        "calendar_id": target.calendar_id if target else "",
        "attainment_target": level.attainment_target,
        "minimum_sample": str(level.minimum_sample),
        "period_basis": "started",
    }


def _targets(minutes: tuple[int, ...], supplier: Supplier) -> dict[str, Target]:
    """Targets by priority; a network is watched round the clock where it matters most."""
    targets = {}
    for priority, allowed in zip(PRIORITIES, minutes, strict=True):
        round_the_clock = supplier.category == "network" and priority == "P1"
        calendar_id = ROUND_THE_CLOCK_CALENDAR if round_the_clock else supplier.country.calendar_id
        targets[priority] = Target(allowed, calendar_id)
    return targets


def _contract(options: SampleOptions, supplier: Supplier, number: int) -> Contract:
    key = f"{supplier.key}-{number}"
    name, name_zh = _CONTRACT_NAMES[supplier.category]
    is_amended = supplier.supplier_id == "SUP-01" and number == 1
    response_targets = _targets(_RESPONSE_MINUTES[supplier.category], supplier)
    resolution_targets = _targets(_RESOLUTION_MINUTES[supplier.category], supplier)
    amended_targets = _targets(_AMENDED_RESOLUTION_MINUTES, supplier) if is_amended else None
    is_desk = supplier.category == "it_support"
    # Work in the field is dispatched by hand: the supplier's time begins when the order reaches it.
    response_starts = "assigned" if supplier.category == "field_service" else "opened"
    response = ServiceLevel(
        service_level_id=f"SL-{key}-RSP",
        clause="Annex 2 §3.1",
        name="Response time",
        name_zh="响应时间",
        metric_code="response_time",
        start_event=response_starts,
        stop_event="responded",
        attainment_target="0.90",
        service_code=supplier.category,
        ticket_type_code="call" if supplier.category == "call_centre" else "",
        targets=response_targets,
    )
    resolution = ServiceLevel(
        service_level_id=f"SL-{key}-RES",
        clause="Annex 2 §4.1",
        name="Resolution time",
        name_zh="解决时间",
        metric_code="resolution_time",
        start_event="opened",
        stop_event="resolved",
        attainment_target="0.95",
        pause_states=PAUSE_STATES,
        # A service desk sorts tickets out first: priorities change, and some turn out to be faults of the network.
        pause_reasons=CUSTOMERS_REASONS if is_desk else "",
        priority_change_policy="retarget" if is_desk else "",
        handover_policy="holder_at_breach" if is_desk or supplier.category == "network" else "",
        service_code=supplier.category,
        # Requests are answered under the response level only: no resolution time was promised for them.
        ticket_type_code="incident" if is_desk else "",
        targets=resolution_targets,
        amended_targets=amended_targets,
    )
    return Contract(
        contract_id=f"C-{options.contract_start.year}-{key}",
        key=key,
        number=number,
        name=name if number == 1 else f"{name}, lot {number}",
        name_zh=name_zh if number == 1 else f"{name_zh}第{number}标段",
        supplier=supplier,
        response_starts=response_starts,
        response_targets=response_targets,
        resolution_targets=resolution_targets,
        amended_resolution_targets=amended_targets,
        amended_on=options.amendment_date if is_amended else None,
        levels=(response, resolution, *_levels_of_category(key, supplier)),
    )


def _levels_of_category(key: str, supplier: Supplier) -> tuple[ServiceLevel, ...]:
    calendar_id = supplier.country.calendar_id
    if supplier.category == "field_service":
        return (
            ServiceLevel(
                service_level_id=f"SL-{key}-CMP",
                clause="Annex 2 §4.3",
                name="Completion of work orders",
                name_zh="工作单完成时间",
                metric_code="completion_time",
                # Orders that are dispatched late count from their opening.
                start_event="assigned",
                count_from="opened",
                stop_event="resolved",
                attainment_target="0.90",
                target_unit="working_days",
                pause_states=PAUSE_STATES,
                service_code=supplier.category,
                targets={
                    priority: Target(days, calendar_id)
                    for priority, days in zip(PRIORITIES, _COMPLETION_WORKING_DAYS, strict=True)
                },
            ),
        )
    if supplier.category == "it_support":
        return (
            ServiceLevel(
                service_level_id=f"SL-{key}-UPD",
                clause="Annex 2 §3.5",
                name="Time to the next update",
                name_zh="进展通报间隔",
                metric_code="next_update_time",
                start_event="opened;commented",
                stop_event="commented;resolved",
                reopen_policy="new_cycle",
                attainment_target="0.80",
                pause_states=PAUSE_STATES,
                service_code=supplier.category,
                ticket_type_code="incident",
                targets={"": Target(_UPDATE_MINUTES, calendar_id)},
            ),
        )
    if supplier.category == "network":
        return (
            ServiceLevel(
                service_level_id=f"SL-{key}-RST",
                clause="Annex 2 §5",
                name="Restoration of service, round the clock",
                name_zh="全天候业务恢复时间",
                metric_code="restoration_time",
                start_event="opened",
                stop_event="resolved",
                attainment_target="0.90",
                target_unit="calendar_minutes",
                handover_policy="holder_at_breach",
                service_code="monitoring",
                ticket_type_code="incident",
                targets={priority: Target(minutes, "") for priority, minutes in _RESTORATION_MINUTES.items()},
                minimum_sample=3,
            ),
        )
    if supplier.category == "call_centre":
        return (
            ServiceLevel(
                service_level_id=f"SL-{key}-NGT",
                clause="Annex 2 §3.4",
                name="Response time of the night desk",
                name_zh="夜班响应时间",
                metric_code="response_time",
                start_event="opened",
                stop_event="responded",
                attainment_target="0.85",
                service_code="night_desk",
                ticket_type_code="night_call",
                targets={"": NIGHT_RESPONSE},
                minimum_sample=3,
            ),
        )
    return ()


def _city_contract(options: SampleOptions, supplier: Supplier) -> Contract:
    key = f"{supplier.key}-1"
    level = ServiceLevel(
        service_level_id=f"SL-{key}-PRM",
        clause="Schedule B, item 7",
        name="Completion by the promised time",
        name_zh="按承诺时间完成",
        metric_code="completion_by_promise",
        start_event="opened",
        stop_event="resolved",
        attainment_target="0.85",
        target_unit="promised_time",
        service_code="public_works",
    )
    return Contract(
        contract_id=f"C-{options.contract_start.year}-{key}",
        key=key,
        number=1,
        name="Street and park upkeep",
        name_zh="街道与公园养护",
        supplier=supplier,
        response_starts="opened",
        response_targets={},
        resolution_targets={},
        amended_resolution_targets=None,
        amended_on=None,
        levels=(level,),
    )

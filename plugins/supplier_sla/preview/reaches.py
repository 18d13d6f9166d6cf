"""How far a changed row of the register reaches: which levels and tickets, and clocks of which time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from supplier_sla.preview.register_rows import ChangedRow, Key, Register, Values

# Columns from which no measurement is computed: what they change shows in names, months or amounts only.
WITHOUT_MEASUREMENTS = {
    "contracts": {"contract_name", "contract_name_zh", "currency_code"},
    "service_levels": {
        "clause", "service_level_name", "service_level_name_zh", "metric_code", "service_code", "attainment_target",
        "minimum_sample", "target_direction", "question_code", "survey_measure", "top_box_from",
    },
    "calendars": {"calendar_name", "calendar_name_zh"},
    "work_centres": {"work_centre_name", "work_centre_name_zh"},
}  # fmt: skip

# Columns that decide which tickets a level applies to: only by these can a level come to measure further ones.
DECIDES_WHICH_TICKETS = {
    "contract_id",
    "measure_kind",
    "start_event",
    "priority_change_policy",
    "target_unit",
    "valid_from",
    "valid_to",
}

# Columns by which a contract can come to hold for further tickets.
DECIDES_WHOSE_TICKETS = {"supplier_id", "valid_from", "valid_to"}

# Columns by which a measurement can come to count in another month.
MOVES_BETWEEN_MONTHS = {"time_zone", "start_event", "stop_event", "count_from", "reopen_policy", "period_basis"}

# Columns that decide how a month of measurements is judged.
JUDGES_MONTHS = {
    "attainment_target", "target_direction", "minimum_sample", "service_code", "measure_kind", "question_code",
    "survey_measure", "top_box_from",
}  # fmt: skip


@dataclass(frozen=True)
class RegisterObject:
    """What int_run__pending_objects names, and clauses and fees, on which no measurement rests."""

    kind: str
    identifier: str


@dataclass(frozen=True)
class Reach:
    """Measurements that a change can alter: those of the object's tickets whose clock ran within [from_at, to_at).

    Empty fields restrict nothing. With `may_be_new` further tickets may come to be measured by the level, with
    `may_move` measurements may come to count in another month, with `is_of_months` whole months are judged anew;
    `has_measurements` is false where what is measured already stays as it is.
    """

    changed: RegisterObject
    contract_id: str | None = None
    service_level_id: str | None = None
    ticket_key: str | None = None
    ticket_type_code: str | None = None
    category_code: str | None = None
    priority_code: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None
    has_measurements: bool = True
    may_be_new: bool = False
    may_move: bool = False
    is_of_months: bool = False


def objects_of(row: ChangedRow) -> list[RegisterObject]:
    """The register objects that a row belongs to: one, or two where it has moved from one to another."""
    return list(dict.fromkeys(_object_of(row.entity, values) for values in row.said))


def reaches(rows: Iterable[ChangedRow], register: Register) -> list[Reach]:
    """The reaches of all changed rows but those of calendars, whose days the warehouse compares itself.

    Args:
        rows: what differs.
        register: as it is after the change.
    """
    return [reach for row in rows for changed in objects_of(row) for reach in _reaches(row, changed, register)]


def _object_of(entity: str, values: Values) -> RegisterObject:
    if entity == "exclusions":
        if values.get("ticket_id"):
            return RegisterObject("ticket", values.get("ticket_key") or "")
        return RegisterObject("exclusion", values.get("exclusion_id") or "")
    kind, column = {
        "calendars": ("calendar", "calendar_id"),
        "calendar_exceptions": ("calendar", "calendar_id"),
        "contracts": ("contract", "contract_id"),
        "service_levels": ("contract", "contract_id"),
        "work_centres": ("work_centre", "work_centre_id"),
        "suppliers": ("supplier", "supplier_id"),
        "penalty_terms": ("penalty_term", "penalty_term_id"),
        "fees": ("fee", "contract_id"),
    }[entity]
    return RegisterObject(kind, values.get(column) or "")


def _reaches(row: ChangedRow, changed: RegisterObject, register: Register) -> Iterator[Reach]:
    columns = set(row.columns)
    counts = bool(columns - WITHOUT_MEASUREMENTS.get(row.entity, set()))
    if row.entity == "contracts":
        from_at, to_at = _span(row, register, _zone(changed.identifier, register))
        if "time_zone" in columns:  # levels and months of every version are cut in the zone of the last one
            from_at, to_at = None, None
        is_of_months = "currency_code" in columns or counts
        yield Reach(
            changed,
            changed.identifier,
            from_at=from_at,
            to_at=to_at,
            has_measurements=counts,
            may_move="time_zone" in columns,
            is_of_months=is_of_months,
        )
        if columns & DECIDES_WHOSE_TICKETS:
            yield from _further_levels(changed, {changed.identifier}, from_at, to_at, register)
    elif row.entity == "service_levels":
        from_at, to_at = _span(row, register, _zone(changed.identifier, register))
        yield Reach(
            changed,
            contract_id=changed.identifier,
            service_level_id=row.value("service_level_id"),
            ticket_type_code=row.value("ticket_type_code"),
            category_code=row.value("category_code"),
            priority_code=_only_priority(row),
            from_at=from_at,
            to_at=to_at,
            has_measurements=counts,
            may_be_new=bool(columns & DECIDES_WHICH_TICKETS),
            may_move=bool(columns & MOVES_BETWEEN_MONTHS),
            is_of_months=bool(columns & JUDGES_MONTHS),
        )
    elif row.entity == "exclusions":
        yield from (_of_exclusion(values, changed) for values in row.said)
    elif row.entity == "work_centres" and counts:
        from_at, to_at = _span(row, register, ZoneInfo("UTC"))
        yield Reach(changed, from_at=from_at, to_at=to_at, may_move=True)
        suppliers = {values.get("supplier_id") for values in row.said}
        contracts = {one["contract_id"] for one in register["contracts"].values() if one["supplier_id"] in suppliers}
        yield from _further_levels(changed, contracts, from_at, to_at, register)
    elif row.entity in ("penalty_terms", "fees"):
        yield _of_money(row, changed, register)


def _further_levels(
    changed: RegisterObject,
    contracts: Collection[str | None],
    from_at: datetime | None,
    to_at: datetime | None,
    register: Register,
) -> Iterator[Reach]:
    """Levels of contracts that may come to measure tickets which they do not measure yet."""
    for level in register["service_levels"].values():
        if level["contract_id"] in contracts:
            yield Reach(
                changed,
                contract_id=level["contract_id"],
                service_level_id=level["service_level_id"],
                ticket_type_code=level["ticket_type_code"],
                category_code=level["category_code"],
                from_at=from_at,
                to_at=to_at,
                has_measurements=False,
                may_be_new=True,
            )


def _only_priority(row: ChangedRow) -> str | None:
    """The priority whose measurements a row of a service level alone decides; none where others may turn to it."""
    follows = any(values.get("priority_change_policy") == "retarget" for values in row.said)
    return None if follows else row.value("priority_code")


def _of_exclusion(values: Values, changed: RegisterObject) -> Reach:
    return Reach(
        changed,
        contract_id=values.get("contract_id"),
        service_level_id=values.get("service_level_id"),
        ticket_key=values.get("ticket_key") if values.get("ticket_id") else None,
        from_at=_instant(values.get("excluded_from")),
        to_at=_instant(values.get("excluded_to")),
    )


def _of_money(row: ChangedRow, changed: RegisterObject, register: Register) -> Reach:
    contract_id = row.value("contract_id")
    zone = _zone(contract_id, register)
    if row.entity == "penalty_terms":
        from_at, to_at = _span(row, register, zone)
    else:
        month = date.fromisoformat(row.value("fee_month") or "")
        following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        from_at, to_at = _midnight(month.isoformat(), zone), _midnight(following.isoformat(), zone)
    return Reach(
        changed,
        contract_id=contract_id,
        service_level_id=row.value("service_level_id"),
        from_at=from_at,
        to_at=to_at,
        has_measurements=False,
        is_of_months=True,
    )


def _span(row: ChangedRow, register: Register, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """From the first day on which the row says something else to the last on which it holds."""
    ends = [values.get("valid_to") for values in row.said]
    if set(row.columns) == {"valid_to"}:
        return _midnight(min(filter(None, ends)), zone), None
    first = row.value("valid_from")
    last = None if None in ends else max(filter(None, ends))
    following = [key[-1] for key in register[row.entity] if _is_next_version(key, row)]
    return _midnight(first, zone), _midnight(min(filter(None, [last, *following]), default=None), zone)


def _is_next_version(key: Key, row: ChangedRow) -> bool:
    """A later version of the same thing: the key differs in valid_from only, which is its last part."""
    return key[:-1] == row.key[:-1] and (key[-1] or "") > (row.key[-1] or "")


def _zone(contract_id: str | None, register: Register) -> ZoneInfo:
    """The zone of the contract's last version."""
    versions = [values for values in register["contracts"].values() if values["contract_id"] == contract_id]
    latest = max(versions, key=lambda values: values["valid_from"] or "", default=None)
    return ZoneInfo((latest["time_zone"] if latest else None) or "UTC")


def _midnight(day: str | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(date.fromisoformat(day), time(), tzinfo=zone).astimezone(UTC) if day else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text and text != "infinity" else None

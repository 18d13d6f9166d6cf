"""Folders that tell a case as files: `given/*.csv` in, `expect/*.csv` out. The README.md of each area says how.

All cases share one database, so every identifier of a case gets the case's name in front and loses it before it is
compared.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.contract import FileContract, load_contracts
from tests.support.governance_defaults import GOVERNANCE_DEFAULTS
from tests.support.register import SUPPLIER, WORK_CENTRE, Row, calendar, contract, service_level

AREAS = Path(__file__).resolve().parents[1] / "scenarios"
SCENARIOS = AREAS / "penalties"
GOVERNANCE = AREAS / "governance"

# One build each for all cases together: `given` is delivered before the first of them.
NIGHTS = (date(2026, 7, 15), date(2026, 7, 22), date(2026, 8, 20))

TICKET_COUNTS = "ticket_counts"
TICKET_COUNTS_COLUMNS = ("month", "met", "missed")
KINDS_WITHOUT_LEVEL = {"points_band", "pool_cap", "monthly_cap", "yearly_cap", "earn_back", "termination_right"}


class ScenarioInvalid(SupplierSlaError):
    """A case's folder cannot be read as one."""


@dataclass(frozen=True)
class Scenario:
    """One folder."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def prefix(self) -> str:
        return f"{self.name}/"

    def deliveries(self) -> dict[date, dict[str, list[Row]]]:
        """Rows by night and entity, defaults filled in and identifiers prefixed.

        Raises:
            ScenarioInvalid: a file, column or night that there is not, or a row with too many or too few fields.
        """
        told = {NIGHTS[0]: {**_register(), **_read(self.folder / "given")}}
        for folder in self._later_nights():
            told[_night_of(folder)] = _read(folder)
        levels = list(dict.fromkeys(row["service_level_id"] for row in told[NIGHTS[0]]["service_levels"]))
        return {
            night: {entity: [self._prefixed(row) for row in rows] for entity, rows in _completed(files, levels)}
            for night, files in told.items()
        }

    def expectations(self) -> dict[tuple[date, str], list[Row]]:
        """Rows that must be there, by night and mart.

        Raises:
            ScenarioInvalid: nothing is compared, so the case could not fail.
        """
        expected = {(NIGHTS[0], path.stem): read_csv(path) for path in _csv_files(self.folder / "expect")}
        for folder in self._later_nights():
            expected |= {(_night_of(folder), path.stem): read_csv(path) for path in _csv_files(folder / "expect")}
        if not any(expected.values()):
            raise ScenarioInvalid(
                self.name,
                expected="at least one row in expect/*.csv",
                found="none",
                next_step="write down what the marts must hold",
            )
        return expected

    def _later_nights(self) -> list[Path]:
        return sorted((self.folder / "nights").glob("*"))

    def _prefixed(self, row: Row) -> Row:
        return {
            name: f"{self.prefix}{value}" if is_identifier(name) and value else value for name, value in row.items()
        }

    def without_prefix(self, row: Row) -> Row:
        """A row of a mart as the case's own files would write its identifiers."""
        return {
            name: value.removeprefix(self.prefix) if is_identifier(name) and isinstance(value, str) else value
            for name, value in row.items()
        }


def scenarios(folder: Path = SCENARIOS) -> list[Scenario]:
    """All cases, by name."""
    return [Scenario(path) for path in sorted(folder.iterdir()) if path.is_dir()]


def deliveries_of(cases: Iterable[Scenario]) -> dict[date, dict[str, list[Row]]]:
    """What all cases deliver, by night and entity; every night is one, also without a file."""
    together: dict[date, dict[str, list[Row]]] = {night: {} for night in NIGHTS}
    for case in cases:
        for night, files in case.deliveries().items():
            for entity, rows in files.items():
                together[night].setdefault(entity, []).extend(rows)
    return together


def as_of(night: date) -> datetime:
    """The instant of the night's run."""
    return datetime(night.year, night.month, night.day, 12, tzinfo=UTC)


def is_identifier(column: str) -> bool:
    """Whether the column's values belong to the case and so are prefixed; rules of a category are those of its case."""
    return column.endswith("_id") or column in ("category_code", "supplier_category_code")


def read_csv(path: Path) -> list[Row]:
    """The rows of a file whose lines all have as many fields as its header."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *lines = [line for line in csv.reader(file) if line]
    for line in lines:
        if len(line) != len(header):
            raise _invalid(path, expected=f"{len(header)} fields", found=f"{len(line)} in {','.join(line)}")
    return [dict(zip(header, line, strict=True)) for line in lines]


def _read(folder: Path) -> dict[str, list[Row]]:
    """Entities of a folder; columns are those of their file contracts, because others would be passed over."""
    files = {}
    for path in _csv_files(folder):
        files[path.stem] = read_csv(path)
        known = _known_columns(path.stem)
        if known is None:
            raise _invalid(path, expected=f"an entity or {TICKET_COUNTS}", found=path.stem)
        unknown = {name for row in files[path.stem] for name in row} - known
        if unknown:
            raise _invalid(path, expected="columns of its file contract", found=", ".join(sorted(unknown)))
    return files


def _csv_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.csv"))


@cache
def _contracts() -> dict[str, FileContract]:
    return dict(load_contracts())


def _known_columns(file: str) -> set[str] | None:
    if file == TICKET_COUNTS:
        return {*TICKET_COUNTS_COLUMNS, "service_level_id", "minutes_late", *_contracts()["tickets"].column_by_name}
    return set(_contracts()[file].column_by_name) if file in _contracts() else None


def _night_of(folder: Path) -> date:
    nights = {night.isoformat(): night for night in NIGHTS[1:]}
    if folder.name not in nights:
        raise _invalid(folder, expected=" or ".join(nights), found=folder.name)
    return nights[folder.name]


def _register() -> dict[str, list[Row]]:
    """What a case need not say: one supplier with one work centre, one contract, one level."""
    return {"suppliers": [{}], "work_centres": [{}], "contracts": [{}], "service_levels": [{"service_level_id": "RES"}]}


def _completed(files: dict[str, list[Row]], levels: list[str]) -> Iterator[tuple[str, list[Row]]]:
    """Each entity with its defaults under what the rows say; counts of tickets become tickets."""
    tickets = [ticket for row in files.get(TICKET_COUNTS, []) for ticket in _counted_tickets(row, levels)]
    for entity, rows in {**files, "tickets": [*files.get("tickets", []), *tickets]}.items():
        if rows and entity != TICKET_COUNTS:
            defaults = DEFAULTS.get(entity, _nothing)
            yield entity, [{**defaults(row, levels), **row} for row in rows]


def _counted_tickets(row: Row, levels: list[str]) -> Iterator[Row]:
    """Tickets of the level of 60 minutes: met ones take 30, missed ones 60 and minutes_late (60). One starts each minute."""
    level = row.get("service_level_id") or levels[0]
    name = f"{level}-{row['month']}" if row.get("service_level_id") else row["month"]
    more = {key: value for key, value in row.items() if key in _contracts()["tickets"].column_by_name}
    for verdict, day, minutes in (("missed", "05", 60 + float(row.get("minutes_late") or 60)), ("met", "10", 30)):
        for number in range(int(row[verdict])):
            opened_at = datetime.fromisoformat(f"{row['month']}-{day}T00:00:00+00:00") + timedelta(minutes=number)
            yield {
                "ticket_id": f"{name}-{verdict}-{number + 1}",
                "ticket_type_code": _type_of(level, levels),
                "opened_at": opened_at.isoformat(),
                "resolved_at": (opened_at + timedelta(minutes=minutes)).isoformat(),
                **more,
            }


def _type_of(level: str, levels: list[str]) -> str:
    """With several levels each has tickets of a type of its own."""
    return level.lower() if len(levels) > 1 else ""


def _nothing(row: Row, levels: list[str]) -> Row:
    return {}


def _always(given: Row) -> Callable[[Row, list[str]], Row]:
    return lambda row, levels: given


def _service_level(row: Row, levels: list[str]) -> Row:
    if row.get("measure_kind", "ticket_clock") != "ticket_clock":
        return {"contract_id": "C1", "metric_code": row["measure_kind"], "valid_from": "2020-01-01"}
    level = row.get("service_level_id", "")
    return service_level(
        level,
        ticket_type_code=_type_of(level, levels),
        target_unit="calendar_minutes",
        target_value="60",
        calendar_id="",
        pause_states="",
    )


def _penalty_term(row: Row, levels: list[str]) -> Row:
    level = "" if row.get("penalty_kind") in KINDS_WITHOUT_LEVEL else levels[0]
    return {"contract_id": "C1", "service_level_id": level, "valid_from": "2020-01-01"}


def _decision(row: Row, levels: list[str]) -> Row:
    return {"contract_id": "C1", "decided_by": "controller", "requested_by": "supplier", "evidence": "minutes"}


def _exclusion(row: Row, levels: list[str]) -> Row:
    # One that says nothing else about what it excludes holds for the contract.
    contract_id = "" if row.get("ticket_id") or row.get("service_level_id") else "C1"
    return {
        "contract_id": contract_id,
        "requested_by": "supplier",
        "approved_by": "vendor manager",
        "decided_at": "2026-07-06T10:00:00Z",
        "evidence": "minutes",
    }


DEFAULTS: dict[str, Callable[[Row, list[str]], Row]] = {
    "suppliers": lambda row, levels: SUPPLIER,
    "work_centres": lambda row, levels: WORK_CENTRE,
    # June 2026 alone, so that a case of one month expects one line of each clause.
    "contracts": lambda row, levels: contract(valid_from="2026-06-01", valid_to="2026-07-01"),
    "service_levels": _service_level,
    "penalty_terms": _penalty_term,
    "calendars": lambda row, levels: calendar(),
    "fees": lambda row, levels: {"contract_id": "C1", "currency_code": "EUR"},
    "tickets": lambda row, levels: {"contract_id": "C1", "work_centre_id": "WC1"},
    "decisions": _decision,
    "exclusions": _exclusion,
    "survey_responses": lambda row, levels: {
        "supplier_id": "S1", "question_code": "overall", "scale_min": "1", "scale_max": "5",
    },
    **{entity: _always(given) for entity, given in GOVERNANCE_DEFAULTS.items()},
}  # fmt: skip


def _invalid(path: Path, *, expected: str, found: str) -> ScenarioInvalid:
    return ScenarioInvalid(str(path.relative_to(path.parents[2])), expected=expected, found=found)

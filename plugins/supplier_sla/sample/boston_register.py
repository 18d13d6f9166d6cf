"""Writes the few contract files that let the City of Boston's 311 export be measured: who the teams are, what is owed.

Each team is a work centre of one supplier of its own, with one contract since 2011 and one service level: completion
by the promised time. Nothing is owed in money unless `--penalty-per-miss` is given.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import re
import sys
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path

from supplier_sla.errors import SupplierSlaError
from supplier_sla.sample.city import TEAM_COLUMN
from supplier_sla.sample.suppliers import NO_TEAM
from supplier_sla.sample.writer import SampleFile, write_register

VALID_FROM = "2011-01-01"
NOT_ASSIGNED_SUPPLIER = "City, not assigned"
CITY_ZONE = "America/New_York"
CITY_CURRENCY = "USD"

_SLUG_LENGTH = 24
_HASH_LENGTH = 6


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the arguments and write the register; exit status 2 when the file or the folder cannot be used."""
    parser = argparse.ArgumentParser(
        prog="boston_311_register",
        description="Write suppliers, work centres, contracts and service levels for a file in the shape of the City "
        "of Boston's 311 export, one supplier per team named in it.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the city's export (CSV)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write into, made if missing")
    parser.add_argument(
        "--penalty-per-miss",
        type=_amount,
        metavar="AMOUNT",
        help="also write a penalty of this many US dollars for each case not completed by the promised time",
    )
    given = parser.parse_args(arguments)
    try:
        files = write_boston_register(given.file, given.out, given.penalty_per_miss)
    except SupplierSlaError as error:
        print(f"boston_311_register: {error}", file=sys.stderr)
        return 2
    for file in files:
        print(f"{file.name}: {file.rows} rows")
    return 0


def write_boston_register(file: Path, directory: Path, penalty_per_miss: Decimal | None = None) -> list[SampleFile]:
    """Write the contract files for the teams named in `file`; the same teams give the same bytes."""
    teams = read_teams(file)
    directory.mkdir(parents=True, exist_ok=True)
    registers = {
        "suppliers": [_supplier(team) for team in teams],
        "work_centres": [_work_centre(team) for team in teams],
        "contracts": [_contract(team) for team in teams],
        "service_levels": [_service_level(team) for team in teams],
    }
    if penalty_per_miss is not None:
        registers["penalty_terms"] = [_penalty_term(team, penalty_per_miss) for team in teams]
    return [write_register(directory, entity, rows) for entity, rows in registers.items()]


def read_teams(file: Path) -> list[str]:
    """The teams of a file in the city's shape, sorted; `NO_TEAM`, which stands for an empty one, is always last."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            if TEAM_COLUMN not in (reader.fieldnames or ()):
                raise SupplierSlaError(
                    f"file {file}",
                    expected=f"a column {TEAM_COLUMN}",
                    found=f"columns {', '.join(reader.fieldnames or ()) or '(none)'}",
                    next_step="give the city's export as it was downloaded",
                )
            teams = {(record[TEAM_COLUMN] or "").strip() for record in reader}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SupplierSlaError(
            f"file {file}",
            expected="a readable CSV file in UTF-8",
            found=str(error),
            next_step="check the path and the encoding",
        ) from error
    return [*sorted(teams - {"", NO_TEAM}), NO_TEAM]


def team_key(team: str) -> str:
    """Identifier of a team: readable, and told apart by a hash where readable parts are equal."""
    slug = re.sub(r"[^a-z0-9]+", "-", team.lower()).strip("-")[:_SLUG_LENGTH].strip("-")
    digest = hashlib.sha256(team.encode("utf-8")).hexdigest()[:_HASH_LENGTH]
    return f"{slug or 'team'}-{digest}"


def _supplier(team: str) -> dict[str, str]:
    return {
        "supplier_id": team_key(team),
        "supplier_name": NOT_ASSIGNED_SUPPLIER if team == NO_TEAM else team,
        "category_code": "city_services",
        "country_code": "US",
        "language_code": "en",
        "valid_from": VALID_FROM,
    }


def _work_centre(team: str) -> dict[str, str]:
    return {
        "work_centre_id": team,
        "work_centre_name": "No team assigned" if team == NO_TEAM else team,
        "supplier_id": team_key(team),
        "valid_from": VALID_FROM,
    }


def _contract(team: str) -> dict[str, str]:
    return {
        "contract_id": f"C-{team_key(team)}",
        "contract_name": f"Work orders of {NOT_ASSIGNED_SUPPLIER if team == NO_TEAM else team}",
        "supplier_id": team_key(team),
        "currency_code": CITY_CURRENCY,
        "time_zone": CITY_ZONE,
        "valid_from": VALID_FROM,
    }


def _service_level(team: str) -> dict[str, str]:
    return {
        "service_level_id": f"SL-{team_key(team)}",
        "contract_id": f"C-{team_key(team)}",
        "service_level_name": "Completion by the promised time",
        "service_level_name_zh": "按承诺时间完成",
        "metric_code": "completion_by_promise",
        "start_event": "opened",
        "stop_event": "resolved",
        "target_unit": "promised_time",
        "valid_from": VALID_FROM,
    }


def _penalty_term(team: str, amount: Decimal) -> dict[str, str]:
    return {
        "penalty_term_id": f"PT-{team_key(team)}",
        "contract_id": f"C-{team_key(team)}",
        "service_level_id": f"SL-{team_key(team)}",
        "penalty_kind": "fixed_per_miss",
        "amount": f"{amount:f}",
        "valid_from": VALID_FROM,
    }


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0 or amount != amount.quantize(Decimal("0.01"), ROUND_HALF_UP):
        raise argparse.ArgumentTypeError(f"expected an amount in dollars and cents such as 25.00, found {text!r}")
    return amount


if __name__ == "__main__":
    sys.exit(main())

"""A desk whose profile can be mended, its landing folder, and one database for all tests of the package."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from supplier_sla.database import connect
from supplier_sla.landing.delivered_file import find_delivered_file
from supplier_sla.landing.folder import prepare_run
from supplier_sla.landing.inventory import LandedFile, take_inventory
from supplier_sla.landing.limits import BadRowLimits
from supplier_sla.landing.outcome import DeliveryOutcome, UnchangedFile
from supplier_sla.landing.packing.unpacking import UnpackLimits
from supplier_sla.landing.personal.values import KEEP_EVERYTHING
from supplier_sla.landing.profiles.profile import SourceProfile, load_profiles
from supplier_sla.landing.receive import receive_file
from supplier_sla.landing.refusal import FileLeftAlone
from supplier_sla.landing.run import Run
from supplier_sla.quarantine.reread import Rereading, Selection, reread
from tests.conftest import Warehouse

FIRST_NIGHT = datetime(2026, 2, 10, 22, 54, tzinfo=UTC)

DESK = {
    "name": "desk",
    "description": "A desk with codes of its own.",
    "files": [
        {
            "pattern": "desk_*.csv",
            "entity": "tickets",
            "columns": {
                "ticket_id": "id",
                "opened_at": "opened",
                "updated_at": {"from": "changed", "optional": True},
                "priority_code": {"from": "prio", "codes": {"high": "P1"}},
            },
        }
    ],
}


def desk(**changes: Any) -> SourceProfile:
    """The profile of the desk; `codes` are its priorities, `limits` those of the profile."""
    content: dict[str, Any] = {**DESK, **{name: value for name, value in changes.items() if name != "codes"}}
    if "codes" in changes:
        (file,) = DESK["files"]
        columns = {**file["columns"], "priority_code": {"from": "prio", "codes": changes["codes"]}}  # type: ignore[index]
        content["files"] = [{**file, "columns": columns}]  # type: ignore[dict-item]
    return SourceProfile.model_validate(content)


MENDED = desk(codes={"high": "P1", "low": "P3"})


@dataclass
class Desk:
    """Lands and re-reads in one folder, by the profile that it has at the time; every step conserves its rows."""

    warehouse: Warehouse
    connection: Connection
    landing: Path
    run: Run
    outcomes: dict[str, DeliveryOutcome] = field(default_factory=dict)

    def deliver(self, files: Mapping[str, str], *, as_of: datetime = FIRST_NIGHT) -> dict[str, DeliveryOutcome]:
        """Write files and land them; what became of each, by name."""
        for name, text in files.items():
            (self.landing / name).write_text(text, encoding="utf-8")
        return self.land(as_of=as_of)

    def land(self, *, as_of: datetime = FIRST_NIGHT) -> dict[str, DeliveryOutcome]:
        """What became of each file that is new."""
        self.run = replace(self.run, as_of=as_of)
        results = {}
        for found in take_inventory(self.landing, self.run.limits):
            assert isinstance(found, LandedFile)
            for result in self._received(found):
                if isinstance(result, DeliveryOutcome):
                    results[found.relative_path] = result
        self.assert_conserved()
        return results

    def _received(self, file: LandedFile) -> list[DeliveryOutcome | UnchangedFile]:
        try:
            return list(receive_file(self.connection, file, self.run))
        except FileLeftAlone:
            return []

    def mend(self, *profiles: SourceProfile) -> None:
        """From now on files are read by these profiles and the canonical one."""
        canonical = [profile for profile in load_profiles() if profile.name == "canonical"]
        self.run = replace(self.run, profiles=(*canonical, *profiles))

    def reread(self, delivery_id: int | None = None, *folders: Path, **options: Any) -> list[Rereading]:
        """Read one delivery, or all, again."""
        selection = options.pop("selection", Selection(delivery_id=delivery_id))
        find_file = partial(
            find_delivered_file,
            folders=folders or [self.landing],
            inbox=self.landing.parent / "inbox",
            limits=self.run.limits,
        )
        results = reread(self.connection, self.run, find_file, selection, **options)
        self.assert_conserved()
        return results

    def priorities(self, *ticket_ids: str) -> list[tuple[str, str]]:
        """Ticket and priority of every row in raw of these tickets, in order of arrival."""
        return self.warehouse.query(
            "select ticket_id, priority_code from raw.tickets where ticket_id = any(%s) order by _delivery_id, _line",
            (list(ticket_ids),),
        )

    def status(self, delivery_id: int) -> list[tuple[int, str, int | None]]:
        """Line, status and who mended it, of each problem of a delivery."""
        return self.warehouse.query(
            "select line, status_code, mended_by_delivery_id from ops.quarantine_state where delivery_id = %s"
            " order by quarantine_id",
            (delivery_id,),
        )

    def assert_conserved(self) -> None:
        """Every delivery's counts, and for those in use the rows behind them, counted again from the tables."""
        lost = self.warehouse.query(
            """
            select delivery.delivery_id
            from ops.delivery as delivery
            where
                rows_in_file <> rows_loaded + rows_quarantined + rows_repeated
                or (entity = 'tickets' and state in ('loaded', 'partly_loaded') and (rows_loaded, rows_quarantined) <> (
                    (select count(*) from raw.tickets where _delivery_id = delivery.delivery_id),
                    (select count(distinct line) from ops.quarantined_row as kept_out
                     where kept_out.delivery_id = delivery.delivery_id)
                ))
            """
        )
        assert lost == []


@pytest.fixture
def open_desk(module_warehouse: Warehouse, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Opens the desk with a profile; tickets of other tests are in the same database."""
    with closing(connect(module_warehouse.loader_url)) as connection:

        def opened(*profiles: SourceProfile, limits: BadRowLimits | None = None) -> Desk:
            landing = tmp_path / "landing"
            landing.mkdir()
            run = prepare_run(FIRST_NIGHT, "test", UnpackLimits(), limits or BadRowLimits(), KEEP_EVERYTHING)
            a_desk = Desk(module_warehouse, connection, landing, run)
            a_desk.mend(*(profiles or (desk(),)))
            return a_desk

        yield opened


def rows(*lines: str, header: str = "id,opened,prio") -> str:
    """A file of the desk."""
    return "\n".join([header, *lines, ""])

"""Lands files with the product's own landing code inside a transaction of the caller's, who rolls it back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import cast

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from supplier_sla.landing.folder import LANDING_LOCK_KEY, LandingBusy, prepare_run
from supplier_sla.landing.inventory import LandedFile, SkippedFile, take_inventory
from supplier_sla.landing.limits import BadRowLimits
from supplier_sla.landing.outcome import DeliveryOutcome, UnchangedFile
from supplier_sla.landing.packing.unpacking import UnpackLimits
from supplier_sla.landing.personal.record import require_setting
from supplier_sla.landing.personal.values import PersonalData
from supplier_sla.landing.receive import receive_file
from supplier_sla.landing.refusal import FileLeftAlone
from supplier_sla.published import act_as

RUN_ID = "preview"
MOST_PROBLEMS_SHOWN = 5


class SavepointConnection:
    """What the landing takes for a connection: each of its transactions is a savepoint in ours."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def cursor(self) -> Cursor:
        """A cursor of the real connection."""
        return self._connection.cursor()

    def __enter__(self) -> SavepointConnection:
        with self.cursor() as cursor:
            cursor.execute("savepoint landing")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self.cursor() as cursor:
            if kind is not None:
                cursor.execute("rollback to savepoint landing")
            cursor.execute("release savepoint landing")


def land_unsaved(
    connection: Connection, landing: Path, *, as_of: datetime, personal: PersonalData
) -> list[tuple[str, str]]:
    """Land every file of `landing`; for each its path and one sentence about what became of it as each entity.

    Raises:
        LandingFolderMissing: there is no such folder. LandingBusy: a night is landing files at this moment.
        WarehouseClosed: the login may not act as the loader.
        PersonalSettingChanged: the nights let personal values in under another setting.
    """
    with connection.cursor() as cursor:
        _take_turn(cursor)
    with _acting_as_loader(connection) as cursor:
        require_setting(cursor, personal)
        limits = UnpackLimits.from_environment()
        run = prepare_run(as_of, RUN_ID, limits, BadRowLimits.from_environment(), personal)
        told = []
        for found in take_inventory(landing, limits):
            if isinstance(found, SkippedFile):
                told.append((found.shown_path, f"left alone, {found.reason}"))
                continue
            try:
                outcomes = list(receive_file(cast(Connection, SavepointConnection(connection)), found, run))
            except FileLeftAlone as error:
                told.append((found.shown_path, f"left alone, {error}"))
                continue
            if all(isinstance(outcome, UnchangedFile) for outcome in outcomes):
                told.append((found.shown_path, "delivered before, is not loaded again"))
            for outcome in outcomes:
                if isinstance(outcome, DeliveryOutcome):
                    told.append((found.shown_path, outcome.sentence))
                    told += [("", problem) for problem in _problems(cursor, outcome.delivery_id)]
        return told


def _problems(cursor: Cursor, delivery_id: int) -> list[str]:
    cursor.execute(
        "select format('line %%s, %%s: expected %%s, found %%s', line, coalesce(column_name, 'the row'), expected,"
        " coalesce(nullif(value_found, ''), 'nothing'))"
        " from ops.quarantined_row where delivery_id = %s order by line, quarantine_id limit %s",
        (delivery_id, MOST_PROBLEMS_SHOWN),
    )
    return [sentence for (sentence,) in cursor.fetchall()]


def content_hashes(landing: Path) -> list[str]:
    """SHA-256 of each file that is a delivery."""
    return [
        found.content_sha256
        for found in take_inventory(landing, UnpackLimits.from_environment())
        if isinstance(found, LandedFile)
    ]


@contextmanager
def _acting_as_loader(connection: Connection) -> Iterator[Cursor]:
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('role')")
        (role_before,) = cursor.fetchone() or ("none",)
        act_as(cursor, "none")
        act_as(cursor, "loader")
        yield cursor
        act_as(cursor, role_before)


def _take_turn(cursor: Cursor) -> None:
    cursor.execute("select pg_try_advisory_xact_lock(%s)", (LANDING_LOCK_KEY,))
    if not (cursor.fetchone() or (False,))[0]:
        raise LandingBusy(
            "the landing lock",
            expected="to be free",
            found="a night that is landing files",
            next_step="let it finish, then ask again",
        )

"""The nightly way in: every file of the landing folder, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psycopg2.errors
from psycopg2.extensions import connection as Connection

from supplier_sla.database import session
from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.contract import load_contracts
from supplier_sla.landing.inventory import SkippedFile, take_inventory
from supplier_sla.landing.limits import BadRowLimits
from supplier_sla.landing.outcome import DeliveryOutcome, LandingReport, UnchangedFile
from supplier_sla.landing.profile import load_profiles
from supplier_sla.landing.receive import FileLeftAlone, Run, receive_file
from supplier_sla.landing.unpacking import UnpackLimits
from supplier_sla.landing.waiting import forget_files_that_wait_no_more

LANDING_LOCK_KEY = 311_000_002
LOCK_TIMEOUT_SECONDS = 60


class LandingBusy(SupplierSlaError):
    """Another process is landing files into the same warehouse."""


class LandingFailed(SupplierSlaError):
    """Some files could not be dealt with, for reasons that are not in the files; the others were."""


def land_exports(
    loader_url: str,
    landing: Path,
    *,
    as_of: datetime,
    run_id: str,
    report: Callable[[str], None] = lambda line: None,
    lock_timeout_seconds: int = LOCK_TIMEOUT_SECONDS,
    limits: UnpackLimits | None = None,
    bad_row_limits: BadRowLimits | None = None,
) -> LandingReport:
    """Bring every new file of `landing` into raw, one transaction each; calling it again changes nothing.

    `as_of` must carry a zone. `report` gets one line for every file that is new, left alone or in need of a look.

    Raises:
        LandingFolderMissing: there is no such folder.
        LandingBusy: another process is landing and did not finish within the timeout.
        LandingFailed: a defect or a database failure; raised once, after the other files were tried.
    """
    if as_of.tzinfo is None:
        raise ValueError(f"as_of needs a zone, found {as_of}")
    limits = UnpackLimits() if limits is None else limits
    outcomes: list[DeliveryOutcome] = []
    unchanged: list[UnchangedFile] = []
    skipped: list[SkippedFile] = []
    failures: list[tuple[str, Exception]] = []
    with session(loader_url, application_name="supplier_sla landing") as connection:
        take_turn(connection, lock_timeout_seconds)
        run = prepare_run(as_of, run_id, limits, bad_row_limits or BadRowLimits())
        for found in take_inventory(landing, limits):
            if isinstance(found, SkippedFile):
                skipped.append(found)
                report(f"{found.shown_path}: left alone, {found.reason}")
                continue
            try:
                for result in receive_file(connection, found, run):
                    if isinstance(result, DeliveryOutcome):
                        outcomes.append(result)
                        report(f"{found.shown_path}: {result.sentence}")
                    else:
                        unchanged.append(result)
            except FileLeftAlone as error:
                skipped.append(SkippedFile(found.relative_path, str(error)))
                report(f"{found.shown_path}: left alone, {error}")
            except Exception as error:
                failures.append((found.shown_path, error))
                report(f"{found.shown_path}: failed, {_one_line(error)}")
                if connection.closed:
                    break
        if not connection.closed:
            with connection, connection.cursor() as cursor:
                forget_files_that_wait_no_more(cursor, run_id)
    landed = LandingReport(tuple(outcomes), tuple(unchanged), tuple(skipped))
    if failures:
        path, first_error = failures[0]
        raise LandingFailed(
            f"{len(failures)} of {len(failures) + landed.files_delivered} files failed",
            found=f"{path}: {_one_line(first_error)}",
            next_step="mend the cause and run again; nothing is loaded twice",
        ) from first_error
    return landed


def take_turn(connection: Connection, timeout_seconds: int) -> None:
    """Hold the landing lock until the session ends; the session gets the memory that bulk loading wants."""
    with connection, connection.cursor() as cursor:
        cursor.execute("set temp_buffers = '64MB'")
        cursor.execute("set work_mem = '64MB'")
        cursor.execute("set local lock_timeout = %s", (f"{timeout_seconds}s",))
        try:
            cursor.execute("select pg_advisory_lock(%s)", (LANDING_LOCK_KEY,))
        except psycopg2.errors.LockNotAvailable as error:
            raise LandingBusy(
                "the landing lock",
                expected=f"to be free within {timeout_seconds} s",
                found="another process that is landing files",
                next_step="let it finish, then run again",
            ) from error


def prepare_run(as_of: datetime, run_id: str, limits: UnpackLimits, bad_row_limits: BadRowLimits) -> Run:
    """What all files of a run share, read once."""
    return Run(as_of, run_id, load_profiles(), load_contracts(), limits, bad_row_limits)


def _one_line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"

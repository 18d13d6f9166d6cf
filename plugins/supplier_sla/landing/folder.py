"""The nightly way in: every file of the landing folder and of the remote landings, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import psycopg2.errors
from psycopg2.extensions import connection as Connection

from supplier_sla.database import session
from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.contract import load_contracts
from supplier_sla.landing.deliveries import latest_content_by_path
from supplier_sla.landing.inventory import LandedFile, SkippedFile, take_inventory
from supplier_sla.landing.outcome import DeliveryOutcome, LandingReport, UnchangedFile
from supplier_sla.landing.profile import load_profiles
from supplier_sla.landing.receive import FileInMotion, Run, receive_file
from supplier_sla.landing.remote.fetching import Fetcher, Found, RemoteSources
from supplier_sla.landing.unpacking import UnpackLimits

LANDING_LOCK_KEY = 311_000_002
LOCK_TIMEOUT_SECONDS = 60
MOST_REASONS_SHOWN = 20


class LandingBusy(SupplierSlaError):
    """Another process is landing files into the same warehouse."""


class LandingFailed(SupplierSlaError):
    """Some files or remote landings could not be dealt with, for reasons that are not in the files; the others were."""


def land_exports(
    loader_url: str,
    landing: Path,
    *,
    as_of: datetime,
    run_id: str,
    report: Callable[[str], None] = lambda line: None,
    lock_timeout_seconds: int = LOCK_TIMEOUT_SECONDS,
    limits: UnpackLimits | None = None,
    remote: RemoteSources | None = None,
) -> LandingReport:
    """Bring every new file of `landing` and `remote` into raw, one transaction each; calling it again changes nothing.

    `as_of` must carry a zone. `report` gets one line for every file that is new, left alone or in need of a look.

    Raises:
        LandingFolderMissing: there is no such folder.
        LandingBusy: another process is landing and did not finish within the timeout.
        LandingFailed: a defect, a database failure or a remote landing out of reach; raised once, with all reasons,
            after the other files were tried.
    """
    if as_of.tzinfo is None:
        raise ValueError(f"as_of needs a zone, found {as_of}")
    limits = UnpackLimits() if limits is None else limits
    outcomes: list[DeliveryOutcome] = []
    unchanged: list[UnchangedFile] = []
    skipped: list[SkippedFile] = []
    failures: list[tuple[str, Exception]] = []
    unfinished: set[Path] = set()
    with session(loader_url, application_name="supplier_sla landing") as connection:
        take_turn(connection, lock_timeout_seconds)
        run = _prepare_run(connection, as_of, run_id, limits)
        fetcher = Fetcher(connection, remote, limits=limits, as_of=as_of, run_id=run_id) if remote else None
        for found in _found(landing, limits, fetcher):
            if isinstance(found, UnchangedFile):
                unchanged.append(found)
                continue
            if isinstance(found, SkippedFile):
                skipped.append(found)
                report(f"{found.shown_path}: left alone, {found.reason}")
                continue
            try:
                result = receive_file(connection, found, run)
            except FileInMotion as error:
                unfinished.add(found.path)
                skipped.append(SkippedFile(found.relative_path, str(error)))
                report(f"{found.shown_path}: left alone, {error}")
            except Exception as error:
                unfinished.add(found.path)
                failures.append((found.shown_path, error))
                report(f"{found.shown_path}: failed, {_one_line(error)}")
                if connection.closed:
                    break
            else:
                if isinstance(result, DeliveryOutcome):
                    outcomes.append(result)
                    report(f"{found.shown_path}: {result.sentence}")
                else:
                    unchanged.append(result)
                    if result.went_back:
                        report(f"{found.shown_path}: {_WENT_BACK}")
        if fetcher and not connection.closed:
            fetcher.mark_landed(unfinished)
    failures_of_files = len(failures)
    for name, failure in fetcher.failures if fetcher else []:
        report(f"{name}: failed, {_one_line(failure)}")
        failures.append((name, failure))
    if failures:
        reasons = [f"{name}: {_one_line(failure)}" for name, failure in failures]
        remote_failures = len(failures) - failures_of_files
        raise LandingFailed(
            f"{failures_of_files} of {failures_of_files + len(outcomes) + len(unchanged)} files failed"
            + (f" and {remote_failures} fetches from remote landings" if remote_failures else ""),
            found=" | ".join(reasons[:MOST_REASONS_SHOWN]) + (" | ..." if len(reasons) > MOST_REASONS_SHOWN else ""),
            next_step="mend the cause and run again; nothing is loaded twice",
        ) from failures[0][1]
    return LandingReport(tuple(outcomes), tuple(unchanged), tuple(skipped))


def _found(landing: Path, limits: UnpackLimits, fetcher: Fetcher | None) -> Iterator[Found]:
    """The local folder first. A local name that reads like a remote path is left alone: lineage must be clear."""
    prefixes = fetcher.prefixes if fetcher else ()
    for found in take_inventory(landing, limits):
        if isinstance(found, LandedFile) and found.relative_path.startswith(prefixes):
            yield SkippedFile(found.relative_path, "name begins like a path in a remote landing")
        else:
            yield found
    if fetcher:
        yield from fetcher.entries()


_WENT_BACK = (
    "has gone back to content that was delivered before and is not loaded again;"
    " if it is true again, deliver it with updated_at or with its date in the name"
)


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


def _prepare_run(connection: Connection, as_of: datetime, run_id: str, limits: UnpackLimits) -> Run:
    with connection, connection.cursor() as cursor:
        return Run(as_of, run_id, load_profiles(), load_contracts(), latest_content_by_path(cursor), limits)


def _one_line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"

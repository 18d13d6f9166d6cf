"""The nightly way in: every file of the landing folder and of the remote landings, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import psycopg2.errors
from psycopg2.extensions import connection as Connection

from supplier_sla.database import session
from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.book.waiting import forget_files_that_wait_no_more
from supplier_sla.landing.contract import load_contracts
from supplier_sla.landing.inventory import LandedFile, SkippedFile, take_inventory
from supplier_sla.landing.limits import BadRowLimits
from supplier_sla.landing.outcome import DeliveryOutcome, LandingReport, UnchangedFile
from supplier_sla.landing.packing.unpacking import UnpackLimits
from supplier_sla.landing.personal.record import record_setting
from supplier_sla.landing.personal.values import KEEP_EVERYTHING, PersonalData
from supplier_sla.landing.profiles.profile import load_profiles
from supplier_sla.landing.receive import receive_file
from supplier_sla.landing.refusal import FileLeftAlone
from supplier_sla.landing.remote.fetching import Fetcher, Found, RemoteSources
from supplier_sla.landing.run import Run

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
    bad_row_limits: BadRowLimits | None = None,
    remote: RemoteSources | None = None,
    personal: PersonalData = KEEP_EVERYTHING,
) -> LandingReport:
    """Bring every new file of `landing` and `remote` into raw, one transaction each; calling it again changes nothing.

    `as_of` must carry a zone. `report` gets one line for every file that is new, left alone or in need of a look.

    Raises:
        LandingFolderMissing: there is no such folder.
        LandingBusy: another process is landing and did not finish within the timeout.
        PersonalSettingChanged: the rows so far came in under another setting for personal values.
        LandingFailed: a defect, a database failure or a remote landing out of reach; raised once, with all reasons,
            after the other files were tried.
    """
    if as_of.tzinfo is None:
        raise ValueError(f"as_of needs a zone, found {as_of}")
    limits = UnpackLimits() if limits is None else limits
    tally = _Tally(report)
    with session(loader_url, application_name="supplier_sla landing") as connection:
        take_turn(connection, lock_timeout_seconds)
        with connection, connection.cursor() as cursor:
            record_setting(cursor, personal, as_of=as_of, run_id=run_id)
        run = prepare_run(as_of, run_id, limits, bad_row_limits or BadRowLimits(), personal)
        fetcher = Fetcher(connection, remote, limits=limits, as_of=as_of, run_id=run_id) if remote else None
        for found in _found(landing, limits, fetcher):
            tally.deal_with(found, connection, run)
            if connection.closed:
                break
        else:
            if fetcher:
                fetcher.mark_landed(tally.unfinished)
            with connection, connection.cursor() as cursor:
                forget_files_that_wait_no_more(cursor, run_id)
    if fetcher:
        tally.note_unreached(fetcher.failures)
    tally.raise_failures()
    return tally.landed


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


@dataclass
class _Tally:
    """What became of the files of a run so far. `unfinished` copies of remote files have to come again."""

    report: Callable[[str], None]
    outcomes: list[DeliveryOutcome] = field(default_factory=list)
    unchanged: list[UnchangedFile] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)
    unfinished: set[Path] = field(default_factory=set)
    failures: list[tuple[str, Exception]] = field(default_factory=list)
    unreached: list[tuple[str, Exception]] = field(default_factory=list)

    @property
    def landed(self) -> LandingReport:
        return LandingReport(tuple(self.outcomes), tuple(self.unchanged), tuple(self.skipped))

    def deal_with(self, found: Found, connection: Connection, run: Run) -> None:
        """Settle one entry; what stops it stops no other."""
        if isinstance(found, UnchangedFile):
            self.unchanged.append(found)
        elif isinstance(found, SkippedFile):
            self._leave_alone(found, found.reason)
        else:
            try:
                for result in receive_file(connection, found, run):
                    if isinstance(result, DeliveryOutcome):
                        self.outcomes.append(result)
                        self.report(f"{found.shown_path}: {result.sentence}")
                    else:
                        self.unchanged.append(result)
            except FileLeftAlone as reason:
                self.unfinished.add(found.path)
                self._leave_alone(SkippedFile(found.relative_path, str(reason)), reason)
            except Exception as error:
                self.failures.append((found.shown_path, error))
                self.report(f"{found.shown_path}: failed, {_one_line(error)}")

    def note_unreached(self, failures: list[tuple[str, Exception]]) -> None:
        """Remote landings, and files in them, that could not be read."""
        self.unreached = failures
        for name, error in failures:
            self.report(f"{name}: failed, {_one_line(error)}")

    def raise_failures(self) -> None:
        """Raise LandingFailed if anything failed."""
        failures = [*self.failures, *self.unreached]
        if not failures:
            return
        reasons = [f"{name}: {_one_line(failure)}" for name, failure in failures]
        raise LandingFailed(
            f"{len(self.failures)} of {len(self.failures) + self.landed.files_delivered} files failed"
            + (f" and {len(self.unreached)} fetches from remote landings" if self.unreached else ""),
            found=" | ".join(reasons[:MOST_REASONS_SHOWN]) + (" | ..." if len(reasons) > MOST_REASONS_SHOWN else ""),
            next_step="mend the cause and run again; nothing is loaded twice",
        ) from _without_values(failures[0][1])

    def _leave_alone(self, skipped: SkippedFile, reason: object) -> None:
        self.skipped.append(skipped)
        self.report(f"{skipped.shown_path}: left alone, {reason}")


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


def prepare_run(
    as_of: datetime, run_id: str, limits: UnpackLimits, bad_row_limits: BadRowLimits, personal: PersonalData
) -> Run:
    """What all files of a run share, read once."""
    return Run(as_of, run_id, load_profiles(), load_contracts(), limits, bad_row_limits, personal)


def _one_line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(_without_values(error)).split())}"


def _without_values(error: Exception) -> Exception:
    """An error of the database without its detail and context, which show whole rows; logs must not."""
    if not isinstance(error, psycopg2.Error) or error.diag.message_primary is None:
        return error
    return type(error)(error.diag.message_primary).with_traceback(error.__traceback__)

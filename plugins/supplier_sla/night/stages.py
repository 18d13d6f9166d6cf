"""What each task of the nightly DAGs does. Airflow-free: DAG files call these with the run's instant and identity."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from supplier_sla.database import session
from supplier_sla.errors import SupplierSlaError
from supplier_sla.expected.expectation import load_expected
from supplier_sla.extracts.draft import Draft
from supplier_sla.extracts.handover import hand_over
from supplier_sla.extracts.receiver import load_receivers
from supplier_sla.landing import land_exports
from supplier_sla.landing.archive.moving import archive_files as move_to_archives
from supplier_sla.landing.archive.moving import landing_archive
from supplier_sla.landing.book.after_judgement import bring_book_up_to_date
from supplier_sla.landing.limits import BadRowLimits
from supplier_sla.landing.packing.unpacking import UnpackLimits
from supplier_sla.landing.personal.values import PersonalData
from supplier_sla.landing.remote.configuration import remote_landings
from supplier_sla.landing.remote.fetching import RemoteSources, Resolve
from supplier_sla.notices.dispatch import mail_notices, pending_mails
from supplier_sla.notices.issue import issue_notices
from supplier_sla.notices.limit import notice_limit
from supplier_sla.notices.mail import MailServer
from supplier_sla.periods.calendar_close import ClosingDay, close_when_due
from supplier_sla.progress import say
from supplier_sla.quality.door_in import LandedDelivery, check_door_in, refuse_deliveries
from supplier_sla.quality.door_out import check_door_out
from supplier_sla.quality.door_out_file import check_drafts
from supplier_sla.scorecards.publishing import publish_due
from supplier_sla.settings import Settings
from supplier_sla.terminal import harmless
from supplier_sla.warehouse import publish as switch
from supplier_sla.warehouse import slots
from supplier_sla.warehouse.fingerprint import present_fingerprint


class DoorOutClosed(SupplierSlaError):
    """The new slot failed a critical expectation; readers keep the last good night."""


def load_exports(*, as_of: datetime, run_id: str, storage_options: Resolve) -> dict[str, int]:
    """Land every new file; returns how many files were new, known from before and left alone.

    `storage_options` gives fsspec's options of a remote landing.
    """
    settings = Settings.from_environment()
    report = land_exports(
        settings.loader_url,
        settings.landing,
        as_of=as_of,
        run_id=run_id,
        report=lambda line: say(f"    {line}"),
        limits=UnpackLimits.from_environment(),
        bad_row_limits=BadRowLimits.from_environment(),
        remote=_remote_sources(settings, storage_options),
        personal=PersonalData.from_environment(settings.home),
    )
    return {
        "new": report.files_new,
        "known": report.files_unchanged,
        "left_alone": report.files_skipped,
    }


def validate_deliveries(*, as_of: datetime, run_id: str) -> int:
    """Judge every delivery that no run has judged yet, refuse those that fail, open the rest to the models.

    Then the book is brought up to date: what is superseded, what is missing from full dumps, what has not come in time.
    """
    settings = Settings.from_environment()
    with session(settings.loader_url, application_name="supplier_sla_door_in") as connection:
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "select delivery_id, entity from ops.delivery"
                " where state in ('loaded', 'partly_loaded') and not is_checked order by delivery_id"
            )
            deliveries = [LandedDelivery(*row) for row in cursor.fetchall()]
        verdicts = check_door_in(settings.loader_url, deliveries, as_of, settings.data_docs)
        for verdict in verdicts:
            for failure in verdict.failed:
                say(f"    delivery {verdict.delivery_id} ({verdict.entity}): {failure}")
        refuse_deliveries(connection, verdicts)
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "update ops.delivery set is_checked = true where delivery_id = any(%s)",
                ([delivery.delivery_id for delivery in deliveries],),
            )
        bring_book_up_to_date(
            connection,
            expected=load_expected(),
            as_of=as_of,
            run_id=run_id,
            report=lambda line: say(f"    {line}"),
        )
    say(f"    {len(deliveries)} deliveries judged, {sum(verdict.is_refused for verdict in verdicts)} refused")
    return len(deliveries)


def archive_files(*, as_of: datetime, run_id: str, storage_options: Resolve) -> int:
    """Move processed files to their archives, where a setting says so; returns how many were moved."""
    settings = Settings.from_environment()
    return move_to_archives(
        settings.loader_url,
        settings.landing,
        archive=landing_archive(settings.landing),
        remote=_remote_sources(settings, storage_options),
        as_of=as_of,
        run_id=run_id,
        limits=UnpackLimits.from_environment(),
        report=lambda line: say(f"    {line}"),
    )


def _remote_sources(settings: Settings, storage_options: Resolve) -> RemoteSources:
    """The machine's clock is asked here and nowhere else: whether a writer is done has nothing to do with `as_of`."""
    return RemoteSources(remote_landings(), settings.inbox, looked_at=datetime.now(UTC), options=storage_options)


def choose_slot(*, as_of: datetime, run_id: str, force: bool, full_refresh: bool) -> str | None:
    """The slot to build, or None when nothing is new."""
    settings = Settings.from_environment()
    with session(settings.transformer_url, application_name="supplier_sla_build") as connection:
        with connection, connection.cursor() as cursor:
            fingerprint = present_fingerprint(cursor)
        choice = slots.choose_slot(
            connection,
            as_of=as_of,
            run_id=run_id,
            fingerprint=fingerprint,
            force=force,
            full_refresh=full_refresh,
        )
    say(f"    {choice.slot or 'nothing to build'}: {choice.reason}")
    return choice.slot


def validate_slot(*, slot: str, as_of: datetime) -> None:
    """The door out.

    Raises:
        DoorOutClosed: a critical expectation failed.
    """
    settings = Settings.from_environment()
    failed = check_door_out(settings.transformer_url, slot, as_of, settings.data_docs)
    for failure in failed:
        say(f"    {failure}")
    critical = [failure for failure in failed if failure.is_critical]
    if critical:
        raise DoorOutClosed(
            f"slot {slot}",
            expected="every critical expectation of expectations/door_out to hold",
            found="; ".join(str(failure) for failure in critical),
            next_step=f"open {settings.data_docs / 'index.html'}",
        )


def publish_slot(*, slot: str, run_id: str) -> None:
    """Switch, post, record."""
    settings = Settings.from_environment()
    with session(settings.transformer_url, application_name="supplier_sla_publish") as connection:
        result = switch.publish(connection, slot=slot, run_id=run_id)
    say(
        f"    publication {result.publication_id}: {result.views} views now show {result.slot},"
        f" {result.ledger_lines_posted} ledger lines posted"
    )


def write_extracts(*, as_of: datetime) -> list[str]:
    """Hand new ledger lines over; returns the names of the files written now.

    Raises:
        ExtractKeptIn: a critical expectation of the file door failed.
    """
    settings = Settings.from_environment()

    def check(drafts: Sequence[Draft]) -> dict[str, list[str]]:
        verdicts = check_drafts(settings.transformer_url, drafts, as_of, settings.data_docs)
        for failure in (failure for failures in verdicts.values() for failure in failures):
            say(f"    {failure}")
        return {
            receiver: [str(failure) for failure in failures if failure.is_critical]
            for receiver, failures in verdicts.items()
        }

    with session(settings.transformer_url, application_name="supplier_sla_extracts") as connection:
        handed = hand_over(connection, outbox=settings.outbox, as_of=as_of, receivers=load_receivers(), check=check)
    for path in handed.written:
        say(f"    {path.name}")
    for line in handed.held:
        say(f"    ledger line {line.line_number} held, {line.reason_code}: {harmless(line.explanation)}")
    return [path.name for path in handed.written]


def close_due_periods(*, as_of: datetime) -> list[str]:
    """Close the months whose working day has come; returns them as YYYY-MM."""
    settings = Settings.from_environment()
    day = ClosingDay.from_environment()
    if day is None:
        say("    nothing closed: no calendar and working day are set for it")
        return []
    with session(settings.transformer_url, application_name="supplier_sla_close_period") as connection:
        closed = close_when_due(connection, day, as_of=as_of)
    for period in closed:
        say(f"    {period.seal.accounting_period:%Y-%m} closed, {period.seal.line_count} ledger lines")
    if not closed:
        say(f"    nothing closed: all is, or working day {day.number} of {day.calendar_id} has not come")
    return [f"{period.seal.accounting_period:%Y-%m}" for period in closed]


def issue_due_notices() -> list[str]:
    """Give the notices that are due their numbers, write the letters; returns the names of the files written now.

    Raises:
        TooManyNotices: more are due than `SUPPLIER_SLA_NOTICE_LIMIT`; none was issued.
    """
    settings = Settings.from_environment()
    with session(settings.transformer_url, application_name="supplier_sla_notices") as connection:
        issued = issue_notices(connection, outbox=settings.outbox, limit=notice_limit())
    say(f"    {len(issued.numbers)} notices issued")
    for path in issued.written:
        say(f"    {path.name}")
    return [path.name for path in issued.written]


def send_notices(*, as_of: datetime, open_server: Callable[[], AbstractContextManager[MailServer | None]]) -> int:
    """Mail the letters that may leave at `as_of`; returns how many mails the server took.

    `open_server` gives an open session with the mail server, or None where there is none.

    Raises:
        TooManyNotices, MailServerFellSilent: see `mail_notices`.
    """
    settings = Settings.from_environment()
    with session(settings.transformer_url, application_name="supplier_sla_notices") as connection:
        if not pending_mails(connection, as_of=as_of):
            say("    no letter waits for a mail that may leave now")
            return 0
        with open_server() as server:
            if server is None:
                say("    nothing mailed: there is no mail connection; the letters are in the outbox")
                return 0
            mailed = mail_notices(connection, server, as_of=as_of, limit=notice_limit())
    say(f"    {len(mailed.sent)} mails taken, {len(mailed.deferred)} put off, {len(mailed.refused)} refused")
    return len(mailed.sent)


def freeze_due_scorecards(*, as_of: datetime) -> list[str]:
    """Freeze the scorecards whose day has come; returns supplier and period of each."""
    settings = Settings.from_environment()
    with session(settings.transformer_url, application_name="supplier_sla_scorecards") as connection:
        frozen = publish_due(connection, as_of=as_of)
    say(f"    {len(frozen.cards)} scorecards frozen, last hash {frozen.last_hash}")
    return [f"{card.supplier_id} {card.period}" for card in frozen.cards]

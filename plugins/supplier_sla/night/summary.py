"""What a person reads in the morning: what came, what was measured, what is proposed, and where to look."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from psycopg2.extensions import cursor as Cursor

from supplier_sla.database import session, without_password
from supplier_sla.settings import Settings
from supplier_sla.terminal import harmless


@dataclass(frozen=True)
class FilesSeen:
    """Files of the landing folder: new tonight, known from earlier nights, left alone."""

    new: int
    known: int
    left_alone: int


def night_summary(settings: Settings, *, ingest_run_id: str, files: FilesSeen, passfile: Path) -> list[str]:
    """The lines of the summary, figures read from the database, addresses without passwords."""
    with (
        session(settings.transformer_url, application_name="supplier_sla_summary") as connection,
        connection,
        connection.cursor() as cursor,
    ):
        return [
            "",
            *_deliveries(cursor, ingest_run_id, files),
            *_waiting(cursor, ingest_run_id),
            *_expected(cursor, ingest_run_id),
            *_measurements(cursor),
            *_penalties(cursor),
            "where to look",
            f"  extracts   {settings.outbox}",
            f"  Data Docs  {settings.data_docs / 'index.html'}",
            f'  marts      psql "{reader_address(settings.bi_reader_url, passfile)}"',
        ]


def reader_address(bi_reader_url: str, passfile: Path) -> str:
    """An address for psql and every libpq client; the password stays in the file."""
    return f"{without_password(bi_reader_url)}?passfile={quote(str(passfile))}"


def _deliveries(cursor: Cursor, run_id: str, files: FilesSeen) -> list[str]:
    cursor.execute(
        # A file that is read as several entities is several deliveries and one file, refused if one of them is.
        "select count(*) filter (where not is_refused and is_loaded), count(*) filter (where is_refused),"
        " count(*) filter (where not is_refused and not is_loaded), coalesce(sum(rows_in_file), 0),"
        " coalesce(sum(rows_loaded), 0), coalesce(sum(rows_quarantined), 0), coalesce(sum(rows_repeated), 0),"
        " coalesce(sum(rows_elsewhere), 0)"
        " from (select bool_or(state = 'refused') as is_refused,"
        " bool_or(state in ('loaded', 'partly_loaded')) as is_loaded, sum(rows_in_file) as rows_in_file,"
        " sum(rows_loaded) as rows_loaded, sum(rows_quarantined) as rows_quarantined,"
        " sum(rows_repeated) as rows_repeated, sum(rows_elsewhere) as rows_elsewhere"
        " from ops.delivery where run_id = %s and state <> 'received' group by relative_path) as files",
        (run_id,),
    )
    loaded, refused, repeated, rows, rows_loaded, rows_quarantined, rows_repeated, elsewhere = (
        cursor.fetchone() or (0,) * 8
    )
    lines = [
        "deliveries",
        f"  files      {files.new} delivered: {loaded} loaded, {refused} refused, {repeated} repeated"
        f"; {files.known} known from before, {files.left_alone} left alone",
        f"  rows       {rows:,} delivered = {rows_loaded:,} loaded + {rows_quarantined:,} quarantined"
        f" + {rows_repeated:,} repeated" + (f"; {elsewhere:,} beside them of other entities" if elsewhere else ""),
    ]
    cursor.execute(
        "select relative_path, reason from ops.delivery where run_id = %s and state = 'refused' order by relative_path",
        (run_id,),
    )
    return lines + [f"  refused    {' '.join(f'{path}: {reason}'.split())}" for path, reason in cursor.fetchall()]


def _waiting(cursor: Cursor, run_id: str) -> list[str]:
    """Files that were left alone because the one that belongs to them is missing."""
    cursor.execute(
        "select relative_path, waits_for, waiting_since from ops.waiting_file where run_id = %s order by relative_path",
        (run_id,),
    )
    return [
        f"  waiting    {harmless(path)} for {harmless(waits_for)} since {since:%Y-%m-%d %H:%M %Z}"
        for path, waits_for, since in cursor.fetchall()
    ]


def _expected(cursor: Cursor, run_id: str) -> list[str]:
    """What should have come: how much of it came on time, and a line for everything else."""
    cursor.execute(
        "select expectation, slot_date, state_code, expected, found from ops.expected_delivery where run_id = %s"
        " order by expectation, slot_date, state_code",
        (run_id,),
    )
    rows = cursor.fetchall()
    if not rows:
        return []
    on_time = sum(state_code == "on_time" for _, _, state_code, _, _ in rows)
    due = len({(expectation, slot_date) for expectation, slot_date, _, _, _ in rows})
    return [
        f"  expected   {due} deliveries, {on_time} on time",
        *(
            f"  {state_code:<10} {expectation} of {slot_date}: expected {expected}, found {harmless(found)}"
            for expectation, slot_date, state_code, expected, found in rows
            if state_code != "on_time"
        ),
    ]


def _measurements(cursor: Cursor) -> list[str]:
    cursor.execute(
        "select publication_id, slot, publication.as_of, ledger_lines_posted, build_reason"
        " from ops.publication join ops.slot using (slot) order by 1 desc limit 1"
    )
    publication, slot, as_of, posted, build_reason = cursor.fetchone() or (0, "nothing", None, 0, None)
    cursor.execute("select count(*) from marts.fct_ticket")
    tickets = (cursor.fetchone() or (0,))[0]
    cursor.execute("select status_code, count(*) from marts.fct_ticket_sla group by status_code")
    counts = dict(cursor.fetchall())
    breached = counts.get("breached", 0) + counts.get("running_past_due", 0)
    return [
        f"publication {publication} as of {as_of.isoformat() if as_of else '-'} ({slot}, {posted} ledger lines posted)",
        f"  built      {build_reason or '-'}",
        f"  tickets    {tickets:,}, {sum(counts.values()) - counts.get('no_service_level', 0):,} measurements",
        f"  met        {counts.get('met', 0):,}",
        f"  breached   {breached:,} ({counts.get('running_past_due', 0):,} of them still running)",
        f"  running    {counts.get('running', 0) + counts.get('paused', 0):,} within target"
        f" ({counts.get('paused', 0):,} paused)",
        f"  other      {counts.get('no_service_level', 0):,} tickets without service level,"
        f" {counts.get('excused', 0):,} excused, {counts.get('not_measurable', 0):,} not measurable",
    ]


def _penalties(cursor: Cursor) -> list[str]:
    cursor.execute(
        "select currency_code, sum(amount), count(*) from finance.ledger_line"
        " group by currency_code order by currency_code"
    )
    lines = [f"  {currency}        {amount:,.2f} in {count} ledger lines" for currency, amount, count in cursor]
    cursor.execute("select count(*) from marts.fct_penalty where status_code = 'fee_missing'")
    waiting = (cursor.fetchone() or (0,))[0]
    if waiting:
        lines.append(f"  waiting    {waiting} penalty lines until their month's fee is delivered (status fee_missing)")
    return ["penalties proposed", *(lines or ["  none"])]

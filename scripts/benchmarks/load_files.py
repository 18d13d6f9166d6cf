"""Made-up ticket events as files of three formats, written as a stream: memory does not grow with them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from openpyxl import Workbook

from benchmarks.company import AS_OF, FIRST_DAY, SOURCE_SYSTEM
from supplier_sla.landing.contract import load_contracts

# The columns of the file contract, in its order.
COLUMNS = tuple(load_contracts()["ticket_events"].column_by_name)

# Type, state after it and minutes after the event before it; every ticket goes this way.
STORY = (
    ("opened", "new", 0),
    ("assigned", "assigned", 7),
    ("responded", "in_progress", 31),
    ("paused", "waiting_customer", 95),
    ("resumed", "in_progress", 240),
    ("resolved", "resolved", 185),
    ("closed", "closed", 1440),
)
SPREAD = timedelta(days=3650)
ROWS_AT_ONCE = 50_000

Row = Sequence[str]


def ticket_events(rows: int) -> Iterator[Row]:
    """`rows` events of seven-event tickets that are spread over ten years; the same ones every time."""
    first = AS_OF.replace(year=FIRST_DAY.year, month=FIRST_DAY.month, day=FIRST_DAY.day)
    tickets = -(-rows // len(STORY))
    return islice((event for ticket in range(tickets) for event in _story(ticket, first, tickets)), rows)


def _story(ticket: int, first: datetime, tickets: int) -> Iterator[Row]:
    at = first + SPREAD * (ticket / tickets)
    number = ticket * 7919
    priority, team, agent = f"P{number % 4 + 1}", f"WC-{number % 10 + 1:02d}-{number % 2 + 1}", f"agent-{number % 211}"
    for position, (event_type, state, minutes) in enumerate(STORY):
        at += timedelta(minutes=minutes + number % 13)
        yield (
            SOURCE_SYSTEM,
            f"INC{ticket:08d}",
            f"E-{ticket * len(STORY) + position:09d}",
            str(position + 1),
            at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            event_type,
            state,
            priority if event_type == "opened" else "",
            team if event_type in ("opened", "assigned") else "",
            "parts_on_order" if event_type == "paused" and number % 3 == 0 else "",
            agent,
            "",
        )


def write_csv(path: Path, rows: int) -> None:
    """A canonical CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        events = ticket_events(rows)
        while some := list(islice(events, ROWS_AT_ONCE)):
            writer.writerows(some)


def write_jsonl(path: Path, rows: int) -> None:
    """JSON Lines, without the empty values."""
    with path.open("w", encoding="utf-8", newline="") as file:
        for row in ticket_events(rows):
            file.write(json.dumps({name: value for name, value in zip(COLUMNS, row, strict=True) if value}) + "\n")


def write_xlsx(path: Path, rows: int) -> None:
    """A workbook of one sheet; a sheet ends at row 1,048,576."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("ticket_events")
    sheet.append(COLUMNS)
    for row in ticket_events(rows):
        sheet.append([value or None for value in row])
    book.save(path)


WRITERS = {"csv": write_csv, "jsonl": write_jsonl, "xlsx": write_xlsx}

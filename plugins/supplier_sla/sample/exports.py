"""The monthly exports of tickets, events and survey answers, as their tools would have written them.

Each month's export holds the month's new tickets and the older ones that changed since the export before, in the state
they were in at that instant. Tickets are told day by day; only those that are not over yet stay in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from supplier_sla.sample.actors import actor_of
from supplier_sla.sample.arrivals import (
    TICKET_TYPES,
    TICKETS_AROUND_CLOCK_CHANGE,
    changes_clock,
    days_of,
    opening_of_ticket,
    tickets_by_day,
    tickets_by_supplier,
)
from supplier_sla.sample.calendars import Calendars
from supplier_sla.sample.contracts import Contract
from supplier_sla.sample.damage import BadRowPlanter
from supplier_sla.sample.draws import weighted
from supplier_sla.sample.further_events import with_handover, with_updates
from supplier_sla.sample.noted_tickets import NotedTickets
from supplier_sla.sample.options import SampleOptions, export_instant
from supplier_sla.sample.stories import DAY, STATE_AFTER, Event, Story, tell_story, with_earlier_resolution
from supplier_sla.sample.suppliers import Supplier
from supplier_sla.sample.surveys import (
    answer_rows,
    draw_answers,
    invited_at,
    review_rows,
    ticket_invitation_row,
    utc_text,
)
from supplier_sla.sample.writer import CsvTable, Role, SampleFile, contract_columns

UPDATED_AT = "updated_at"

# Tool in which a category's tickets live, and the prefix of its numbers. Two tools number alike on purpose:
# only source_system and ticket_id together name a ticket.
_TOOLS = {
    "field_service": ("fieldops", "WO"),
    "it_support": ("servicedesk", "INC"),
    "network": ("servicedesk", "INC"),
    "call_centre": ("callcentre", "INC"),
}
_NUMBERS_PER_SUPPLIER = 10_000_000

# Oddities by the running number of a supplier's ticket: (every so many, the how-manieth).
_ODDITIES = (("closed_before_opened", 89, 12), ("unmapped_work_centre", 61, 20), ("without_priority", 71, 9))
_LATE_TICKETS = 6

# Tickets of the service desk that turn out to be faults of the network, by their running number.
_HANDED_OVER = (31, 6)


class Pause(NamedTuple):
    """A kind of pause: whose tickets, for what reason."""

    category: str
    reason: str


@dataclass
class _Delivered:
    """A story and how much of it earlier exports have shown."""

    story: Story
    events: int = 0
    answers: int = 0
    is_invited: bool = False

    @property
    def is_over(self) -> bool:
        is_asked = self.is_invited or invited_at(self.story) is None
        return is_asked and self.events == len(self.story.events) and self.answers == len(self.story.answers)


@dataclass
class TicketExports:
    """Writes the monthly exports and keeps count; `tickets` counts distinct ones, `oddities` by kind.

    `first_paused` is the first ticket of each kind of pause, `noted` are the tickets that other papers refer to.
    """

    options: SampleOptions
    suppliers: tuple[Supplier, ...]
    contracts: tuple[Contract, ...]
    calendars: Calendars
    tickets: int = 0
    oddities: Counter[str] = field(default_factory=Counter)
    first_paused: dict[Pause, Story] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.noted = NotedTickets(self.calendars)
        self._planters = {
            entity: BadRowPlanter(entity, self.options.bad_row_share)
            for entity in ("tickets", "ticket_events", "survey_responses")
        }
        self._ticket_counts: Counter[str] = Counter()
        self._unfinished: list[_Delivered] = []
        self._corrected_late: list[Story] = []
        self._first_numbers = _first_ticket_numbers(self.suppliers)
        self._contracts_by_supplier: dict[str, list[Contract]] = {}
        for contract in self.contracts:
            self._contracts_by_supplier.setdefault(contract.supplier.supplier_id, []).append(contract)

    @property
    def bad_rows(self) -> dict[str, Counter[str]]:
        """Planted bad rows by entity and kind."""
        return {entity: planter.planted for entity, planter in self._planters.items()}

    def write_all(self, directory: Path) -> list[SampleFile]:
        """Write every monthly export, the late corrections and a copy of the first ticket file under another name.

        The invitations of all months go into one file.
        """
        files = []
        with CsvTable(directory / "survey_invitations.csv", contract_columns("survey_invitations")) as invitations:
            for month_index, month in enumerate(self.options.month_starts):
                files += self._write_month(directory, month_index, month, invitations)
        files += self._write_late(directory)
        files.append(_copy_first_ticket_file(directory, files))
        files.append(SampleFile(invitations.path.name, "survey_invitations", "export", invitations.rows))
        return files

    def _write_month(self, directory: Path, month_index: int, month: date, invitations: CsvTable) -> list[SampleFile]:
        cut = int(export_instant(month).timestamp())
        with _Export(directory, f"{month:%Y-%m}", "export", self._planters, invitations=invitations) as export:
            still_unfinished = []
            for delivered in self._unfinished:
                if export.show(delivered, cut):
                    still_unfinished.append(delivered)
            for story in self._stories_of(month_index, month):
                delivered = _Delivered(story)
                if export.show(delivered, cut):
                    still_unfinished.append(delivered)
                elif month_index == 0:
                    self._consider_for_correction(story)
            for row in review_rows(self.options, self.suppliers, month):
                export.write("survey_responses", row)
            self._unfinished = still_unfinished
        return export.files

    def _write_late(self, directory: Path) -> list[SampleFile]:
        """Corrections of first-month tickets, delivered with the last export: the resolution took place earlier."""
        corrected_at = utc_text(int(self.options.as_of.timestamp()) - DAY // 8)
        month = self.options.month_starts[-1]
        with _Export(directory, f"{month:%Y-%m}_late", "late", {}, entities=("tickets", "ticket_events")) as export:
            for story in self._corrected_late:
                corrected = with_earlier_resolution(story)
                title = f"{story.title} (corrected)"
                export.write("tickets", ticket_row(replace(corrected, title=title)) | {UPDATED_AT: corrected_at})
                for number, event in enumerate(corrected.events, start=1):
                    if event != story.events[number - 1]:
                        export.write("ticket_events", event_row(corrected, number, event) | {UPDATED_AT: corrected_at})
        return export.files

    def _consider_for_correction(self, story: Story) -> None:
        # The call centre's events carry no identifier: a changed one would be a second event, not a correction.
        tool, _ = _TOOLS[story.contract.supplier.category]
        is_plain = tool != "callcentre" and not story.oddity and story.events[-1].type == "closed"
        if is_plain and len(self._corrected_late) < _LATE_TICKETS and self._ticket_counts.total() % 5 == 0:
            self._corrected_late.append(story)

    def _stories_of(self, month_index: int, month: date) -> Iterator[Story]:
        """New tickets of a month, day by day and supplier by supplier."""
        counts = tickets_by_supplier(self.options, self.suppliers, month)
        arrivals = []
        for supplier, count in zip(self.suppliers, counts, strict=True):
            if supplier.delivers_city_shape:
                continue
            generator = self.options.random_for("tickets", supplier.supplier_id, month)
            survey_generator = self.options.random_for("surveys", supplier.supplier_id, month)
            by_day = tickets_by_day(generator, self.calendars, supplier, month, count)
            arrivals.append((supplier, generator, survey_generator, by_day))
        for day in days_of(month):
            for supplier, generator, survey_generator, by_day in arrivals:
                openings = []
                for index in range(by_day[day]):
                    ticket_type = weighted(generator, TICKET_TYPES[supplier.category])
                    at_change = index < TICKETS_AROUND_CLOCK_CHANGE and changes_clock(day, supplier.zone)
                    opened_at = opening_of_ticket(generator, supplier, day, ticket_type, around_clock_change=at_change)
                    openings.append((opened_at, ticket_type))
                in_time = supplier.behaviour.in_time_per_thousand(month_index, self.options.months)
                for opened_at, ticket_type in sorted(openings):
                    number = self._count_ticket(supplier)
                    story = tell_story(
                        generator,
                        self.calendars,
                        self._contract_of(supplier, number),
                        ticket_id=self._ticket_id(supplier, number),
                        ticket_type=ticket_type,
                        opened_at=opened_at,
                        names_contract=supplier.category == "network" or self.options.contracts_per_supplier > 1,
                        oddity=self._oddity_of(supplier, number),
                        in_time_per_thousand=in_time,
                    )
                    story.answers.extend(draw_answers(survey_generator, story, in_time))
                    self._continue(story, supplier, number)
                    self.noted.note(story, source_of(story), month_index)
                    yield story

    def _continue(self, story: Story, supplier: Supplier, number: int) -> None:
        """The service desk writes updates and hands some tickets to the network's supplier; pauses are noted."""
        if supplier.category == "it_support" and not story.oddity:
            every, position = _HANDED_OVER
            networks = [other for other in self.suppliers if other.category == "network"]
            if networks and supplier.ticket_weight and not story.names_contract and number % every == position:
                story.events[:] = with_handover(story.events, networks[0].work_centres[0].work_centre_id)
            story.events[:] = with_updates(story.events)
        for event in story.events:
            if event.state == "waiting_customer" or event.type == "paused":
                self.first_paused.setdefault(Pause(supplier.category, event.reason), story)

    def _count_ticket(self, supplier: Supplier) -> int:
        self.tickets += 1
        self._ticket_counts[supplier.supplier_id] += 1
        return self._ticket_counts[supplier.supplier_id]

    def _oddity_of(self, supplier: Supplier, number: int) -> str:
        for oddity, every, position in _ODDITIES:
            if number % every == position and supplier.ticket_weight:
                self.oddities[oddity] += 1
                return oddity
        return ""

    def _contract_of(self, supplier: Supplier, number: int) -> Contract:
        own = self._contracts_by_supplier[supplier.supplier_id]
        return own[number % len(own)]

    def _ticket_id(self, supplier: Supplier, number: int) -> str:
        _, prefix = _TOOLS[supplier.category]
        return f"{prefix}{self._first_numbers[supplier.supplier_id] + number}"


class _Export:
    """The open files of one export, one per entity."""

    def __init__(
        self,
        directory: Path,
        label: str,
        role: Role,
        planters: dict[str, BadRowPlanter],
        entities: tuple[str, ...] = ("tickets", "ticket_events", "survey_responses"),
        invitations: CsvTable | None = None,
    ) -> None:
        self.files: list[SampleFile] = []
        self._directory = directory
        self._label = label
        self._role = role
        self._planters = planters
        self._entities = entities
        self._invitations = invitations
        self._open_files = ExitStack()

    def __enter__(self) -> _Export:
        self._tables = {
            entity: self._open_files.enter_context(
                CsvTable(self._directory / f"{entity}_{self._label}.csv", _columns_of(entity))
            )
            for entity in self._entities
        }
        self._planted_before = {entity: planter.planted.total() for entity, planter in self._planters.items()}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._open_files.__exit__(kind, error, traceback)
        for entity, table in self._tables.items():
            planter = self._planters.get(entity)
            bad_rows = planter.planted.total() - self._planted_before[entity] if planter else 0
            self.files.append(SampleFile(table.path.name, entity, self._role, table.rows, bad_rows))

    def write(self, entity: str, row: dict[str, str]) -> None:
        """Write one row, and a damaged one after it where one is due."""
        fields = self._tables[entity].write(row)
        if entity in self._planters:
            self._planters[entity].plant_after(self._tables[entity], fields)

    def show(self, delivered: _Delivered, cut: int) -> bool:
        """Write what is new about a ticket at the instant `cut`; True if there is more to come."""
        story = delivered.story
        events = [event for event in story.events if event.at <= cut]
        if len(events) > delivered.events:
            self.write("tickets", ticket_row(replace(story, events=events)))
            for number in range(delivered.events, len(events)):
                self.write("ticket_events", event_row(story, number + 1, events[number]))
            delivered.events = len(events)
        asked_at = invited_at(story)
        if self._invitations is not None and not delivered.is_invited and asked_at is not None and asked_at <= cut:
            self._invitations.write(ticket_invitation_row(story, asked_at, source_of(story)))
            delivered.is_invited = True
        answers = [answer for answer in story.answers if answer.at <= cut]
        for answer in answers[delivered.answers :]:
            for row in answer_rows(story, answer, source_of(story)):
                self.write("survey_responses", row)
        delivered.answers = len(answers)
        return not delivered.is_over


def ticket_row(story: Story) -> dict[str, str]:
    """The row of `tickets` that follows from the events of a story, and from nothing else."""
    state = priority = work_centre = ""
    times: dict[str, int] = {}
    for event in story.events:
        state = event.state or STATE_AFTER.get(event.type, state)
        priority = event.priority or priority
        work_centre = event.work_centre or work_centre
        if event.type in ("opened", "assigned", "responded"):
            times.setdefault(event.type, event.at)
        elif event.type in ("resolved", "closed", "cancelled"):
            times[event.type] = event.at
        elif event.type == "reopened":
            times.pop("resolved", None)
    write = _timestamp_writer(story)
    return {
        "source_system": source_of(story),
        "ticket_id": story.ticket_id,
        "ticket_type_code": story.ticket_type,
        "category_code": story.category,
        "priority_code": priority,
        "state_code": state,
        "work_centre_id": work_centre,
        # Empty stands for every contract of the supplier: with a second one, each ticket must say which.
        "contract_id": story.contract.contract_id if story.names_contract else "",
        "title": story.title,
        "address": story.address,
        **{f"{name}_at": write(instant) for name, instant in times.items()},
        "promised_at": write(story.promised_at) if story.promised_at is not None else "",
        "source_verdict": _source_verdict(story, times),
        UPDATED_AT: write(max(event.at for event in story.events)),
    }


def event_row(story: Story, number: int, event: Event) -> dict[str, str]:
    """The row of `ticket_events` of the `number`-th event of a story."""
    write = _timestamp_writer(story)
    source = source_of(story)
    return {
        "source_system": source,
        "ticket_id": story.ticket_id,
        "event_id": "" if source == "callcentre" else f"{story.ticket_id}-{number}",
        "event_number": str(number),
        "event_at": write(event.at),
        "event_type": event.type,
        "state_code": event.state,
        "priority_code": event.priority,
        "work_centre_id": event.work_centre,
        "reason_code": event.reason,
        "actor_id": actor_of(story, event),
        UPDATED_AT: write(event.at),
    }


def _columns_of(entity: str) -> tuple[str, ...]:
    return contract_columns(entity) + (() if entity == "survey_responses" else (UPDATED_AT,))


def source_of(story: Story) -> str:
    """The tool in which a ticket lives, as `source_system` names it."""
    return _TOOLS[story.contract.supplier.category][0]


def _source_verdict(story: Story, times: dict[str, int]) -> str:
    """The service desk's own, naive verdict: three working days by the wall clock, pauses included."""
    if source_of(story) != "servicedesk" or "resolved" not in times:
        return ""
    return "met" if times["resolved"] - times["opened"] <= 3 * DAY else "breached"


class _TimestampWriter:
    """Writes instants as the tool does: the field tool in local time with its offset, the others in UTC with Z."""

    def __init__(self, zone: ZoneInfo | None) -> None:
        self._zone = zone

    def __call__(self, instant: int) -> str:
        if self._zone is None:
            return utc_text(instant)
        return datetime.fromtimestamp(instant, self._zone).isoformat()


def _timestamp_writer(story: Story) -> _TimestampWriter:
    return _TimestampWriter(story.contract.supplier.zone if source_of(story) == "fieldops" else None)


def _first_ticket_numbers(suppliers: tuple[Supplier, ...]) -> dict[str, int]:
    """Each supplier of a tool has its own block of numbers, so that tickets of one do not renumber those of another."""
    used: Counter[str] = Counter()
    first_numbers = {}
    for supplier in suppliers:
        tool, _ = _TOOLS[supplier.category]
        used[tool] += 1
        first_numbers[supplier.supplier_id] = used[tool] * _NUMBERS_PER_SUPPLIER
    return first_numbers


def _copy_first_ticket_file(directory: Path, files: list[SampleFile]) -> SampleFile:
    original = next(file for file in files if file.entity == "tickets")
    name = original.name.replace(".csv", "_copy.csv")
    (directory / name).write_bytes((directory / original.name).read_bytes())
    return replace(original, name=name, role="copy", note=f"same bytes as {original.name}")

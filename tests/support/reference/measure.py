"""Which levels apply to which ticket, and what their clocks say: every expected row of fct_ticket_sla."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tests.support.reference.clock import Clock
from tests.support.reference.cycles import Cycle, View, cycles_of
from tests.support.reference.history import History, read_history
from tests.support.reference.reading import Reading
from tests.support.reference.register import Level, Register, Row, Span, read_register

UNTELLABLE = frozenset({"calendar_unknown", "start_event_missing", "stop_before_start", "calendar_not_published"})


def measure(exports: Mapping[str, Iterable[Row]], as_of: datetime) -> list[Reading]:
    """Every measurement of every ticket, by the terms of the register, as known at `as_of`."""
    now = int(as_of.timestamp())
    register = read_register(exports, now)
    events: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for event in exports.get("ticket_events", ()):
        events[event.get("source_system") or "canonical", event["ticket_id"]].append(event)
    readings = []
    for ticket in exports["tickets"]:
        key = ticket.get("source_system") or "canonical", ticket["ticket_id"]
        history = read_history(ticket, events[key], register, now)
        readings += _Ticket(history, register, now).readings()
    return readings


@dataclass
class _Ticket:
    history: History
    register: Register
    as_of: int

    def readings(self) -> list[Reading]:
        found = [
            reading
            for contract_id, supplier in self._contracts()
            for level_id in self._level_ids(contract_id)
            for reading in self._measure_level(contract_id, supplier, level_id)
        ]
        own = self.history.row.get("contract_id") or None
        return found or [Reading(self.history.ticket_id, None, own, None, "no_service_level", self._missing_reason())]

    def _contracts(self) -> list[tuple[str, str | None]]:
        """Contracts it is measured under, with the supplier who has to bear the miss (None: the contract's, in any case)."""
        own = self.history.row.get("contract_id")
        if own:
            in_force = [one for one in self.register.contracts if one.contract_id == own]
            return [(own, None)] if any(one.span.holds_at(self.history.opened_at) for one in in_force) else []
        return [
            (contract.contract_id, supplier)
            for supplier in self.history.suppliers
            for contract in self.register.contracts
            if contract.supplier_id == supplier and contract.span.holds_at(self._first_turn(supplier))
        ]

    def _first_turn(self, supplier: str) -> int:
        return next(since for since, holder in self.history.holders if holder == supplier)

    def _level_ids(self, contract_id: str) -> list[str]:
        return sorted({row.service_level_id for row in self.register.levels if row.contract_id == contract_id})

    def _missing_reason(self) -> str:
        if not self.history.suppliers and not self.history.row.get("contract_id"):
            return "work_centre_unmapped"
        contracts = self._contracts()
        if not contracts:
            return "no_contract_in_force"
        would_fit = any(
            self._candidates(contract_id, supplier, level_id, needs_promise=False)
            or self._late_candidates(contract_id, supplier, level_id, needs_promise=False)
            for contract_id, supplier in contracts
            for level_id in self._level_ids(contract_id)
        )
        return "no_promise" if would_fit else "no_matching_service_level"

    # Choosing rows

    def _rows(self, contract_id: str, level_id: str, *, needs_promise: bool = True) -> list[Level]:
        """Rows of the level that are for such a ticket, whatever its priority and whenever."""
        ticket = self.history.row
        return [
            row
            for row in self.register.levels
            if row.contract_id == contract_id
            and row.service_level_id == level_id
            and row.ticket_type in (None, ticket.get("ticket_type_code") or None)
            and row.category in (None, ticket.get("category_code") or None)
            and (row.unit != "promised_time" or self.history.promised_at is not None or not needs_promise)
        ]

    def _candidates(
        self, contract_id: str, supplier: str | None, level_id: str, *, needs_promise: bool = True
    ) -> list[tuple[Level, int | None]]:
        """Rows in force for the priority at their start, with the number of the step that starts their clock."""
        steps = self.history.steps
        found: list[tuple[Level, int | None]] = []
        for row in self._rows(contract_id, level_id, needs_promise=needs_promise):
            start = View(self.history, row, supplier).first_start()
            instant = self.history.opened_at if start is None else steps[start].at
            priority = self.history.priority_as_of if start is None else steps[start].priority
            if _fits(row, priority, instant):
                found.append((row, start))
        return found

    def _late_candidates(
        self, contract_id: str, supplier: str | None, level_id: str, *, needs_promise: bool = True
    ) -> list[tuple[Level, int | None]]:
        """The same for the first later priority that has a row, where a change of priority can bring the level in."""
        steps = self.history.steps
        rows = self._rows(contract_id, level_id, needs_promise=needs_promise)
        rows = [row for row in rows if row.priority_change_policy == "retarget"]
        starts = {row: View(self.history, row, supplier).first_start() for row in rows}
        for index in range(1, len(steps)):
            if steps[index].priority == steps[index - 1].priority:
                continue
            found: list[tuple[Level, int | None]] = [
                (row, index)
                for row, start in starts.items()
                if start is not None and start < index and _fits(row, steps[index].priority, steps[index].at)
            ]
            if found:
                return found
        return []

    def _choose_row(self, level: Level, priority: str | None, instant: int) -> Level | None:
        """Row of the same level for a priority, in force at an instant."""
        rows = self._rows(level.contract_id, level.service_level_id)
        fitting = [row for row in rows if _fits(row, priority, instant)]
        return max(fitting, key=lambda row: row.fit) if fitting else None

    # Measuring

    def _measure_level(self, contract_id: str, supplier: str | None, level_id: str) -> list[Reading]:
        candidates = self._candidates(contract_id, supplier, level_id)
        if not candidates:
            candidates = self._late_candidates(contract_id, supplier, level_id)
        if not candidates:
            return []
        level, start = max(candidates, key=lambda candidate: candidate[0].fit)
        view = View(self.history, level, supplier)
        if start is None:
            return [self._not_started(view)]
        readings = []
        for cycle in cycles_of(view, start, self.as_of):
            if cycle.number > 1:
                level = self._choose_row(level, self.history.steps[cycle.first].priority, cycle.started_at) or level
            clock = self._run(view, level, cycle, start if cycle.number == 1 else cycle.first)
            level = clock.level
            readings.append(self._judge(view, cycle, clock, start))
        return readings

    def _not_started(self, view: View) -> Reading:
        calendar_id = view.level.calendar_id
        reason = "not_started"
        if view.level.unit in ("business_minutes", "working_days"):
            calendar = self.register.calendars.get(calendar_id or "")
            if calendar is None or not calendar.is_known:
                reason = "calendar_unknown"
        if reason == "not_started" and view.stops_from(0):
            reason = "start_event_missing"
        reading = Reading(
            self.history.ticket_id, view.level.service_level_id, view.level.contract_id, 1, "running", reason
        )
        reading.bearer_supplier_id = self._party(view)
        if reason in UNTELLABLE:
            reading.status_code = "not_measurable"
        else:
            self._excuse(view, reading, is_withdrawn=False)
        return reading

    def _run(self, view: View, level: Level, cycle: Cycle, start: int) -> Clock:
        clock = Clock(self.history, self.register, self._windows(level), cycle.started_at, level)
        clock.run(
            cycle,
            self.history.steps[start].priority,
            start,
            lambda priority, instant: self._choose_row(level, priority, instant),
        )
        return clock

    def _windows(self, level: Level) -> list[Span]:
        concerned = [one for one in self.register.exclusions if one.concerns(self.history.key, level)]
        return [one.stopped for one in concerned if one.stopped is not None]

    def _judge(self, view: View, cycle: Cycle, clock: Clock, start: int) -> Reading:
        end = self.as_of if cycle.stopped_at is None else cycle.stopped_at
        is_late = clock.breached_at is not None
        is_cancelled = bool(cycle.stretches) and cycle.stretches[-1].clock == "cancelled"
        reading = Reading(
            self.history.ticket_id,
            view.level.service_level_id,
            view.level.contract_id,
            cycle.number,
            status_code="running",
            started_at=cycle.started_at,
            stopped_at=cycle.stopped_at,
            elapsed_seconds=None if clock.problem else clock.used,
            target_seconds=clock.target,
            due_at=clock.due_at(end, is_stopped=cycle.stopped_at is not None),
            breached_at=clock.breached_at,
            bearer_supplier_id=self._bearer(view, cycle, clock),
            open_seconds_by_supplier=clock.held,
        )
        problem = clock.problem
        if problem != "calendar_unknown" and cycle.number == 1 and view.is_start_out_of_order(start):
            problem = "stop_before_start"
        reading.status_reason_code = problem
        if problem and not (problem == "calendar_not_published" and is_late):
            reading.status_code = "not_measurable"
            reading.elapsed_seconds = reading.breached_at = reading.due_at = None
            return reading
        if cycle.stopped_at is not None or is_cancelled:
            reading.status_code = "breached" if is_late else "met"
        elif is_late:
            reading.status_code = "running_past_due"
        elif clock.state == "paused":
            reading.status_code = "paused"
        # A breach that a stop has confirmed does not vanish with the ticket.
        is_withdrawn = is_cancelled and not _is_confirmed(cycle, clock.breached_at)
        self._excuse(view, reading, is_withdrawn=is_withdrawn)
        return reading

    def _excuse(self, view: View, reading: Reading, *, is_withdrawn: bool) -> None:
        """Excluded, withdrawn, or another supplier's to bear: it counts neither way."""
        concerned = [one for one in self.register.exclusions if one.concerns(self.history.key, view.level)]
        if any(one.excuses(reading.started_at) for one in concerned):
            reason = "excluded"
        elif is_withdrawn:
            reason = "cancelled"
        elif reading.bearer_supplier_id != self._party(view):
            reason = "handed_over"
        else:
            return
        reading.status_code, reading.status_reason_code = "excused", reason

    def _bearer(self, view: View, cycle: Cycle, clock: Clock) -> str | None:
        """Who bears the miss; of a share nobody else's name is told."""
        if view.supplier is None or len(self.history.suppliers) < 2:
            return self._party(view)
        policy = view.level.handover_policy
        if policy == "holder_at_breach" and clock.breached_at is not None:
            return self.history.supplier_at(clock.breached_at)
        if policy == "share" and any(clock.answered.values()):
            return view.supplier if clock.answered.get(view.supplier) else None
        if cycle.stopped_by is not None:
            return cycle.stopped_by.answering
        return self.history.supplier_at(self.as_of)

    def _party(self, view: View) -> str | None:
        """The supplier of the contract."""
        contracts = (one for one in self.register.contracts if one.contract_id == view.level.contract_id)
        return view.supplier or next(one.supplier_id for one in contracts)


def _is_confirmed(cycle: Cycle, breached_at: int | None) -> bool:
    if breached_at is None:
        return False
    return any(stretch.clock == "stopped" and stretch.start > breached_at for stretch in cycle.stretches)


def _fits(row: Level, priority: str | None, instant: int) -> bool:
    return row.span.holds_at(instant) and row.priority in (None, priority)

"""The clock itself: a state machine that walks through the stretches of a measurement and counts open seconds one run after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.support.reference.calendar import OPEN, UNKNOWN, AnyCalendar
from tests.support.reference.cycles import Cycle
from tests.support.reference.history import History, Step
from tests.support.reference.register import Level, Register, Span
from tests.support.reference.targets import calendar_of, counted_runs, target_of, used_up_at

ChooseRow = Callable[[str | None, int], Level | None]


@dataclass
class Clock:
    """The clock of one cycle. After `run` it knows what was used, what was promised and when that was used up."""

    history: History
    register: Register
    excluded: Sequence[Span]
    started_at: int
    level: Level
    used: int = 0
    target: int | None = None
    calendar: AnyCalendar | None = None
    breached_at: int | None = None
    filled_at: int | None = None
    state: str = "running"
    problem: str | None = None
    held: dict[str | None, int] = field(default_factory=dict)
    answered: dict[str | None, int] = field(default_factory=dict)

    def run(self, cycle: Cycle, priority: str | None, start_index: int, choose_row: ChooseRow) -> None:
        """Count the cycle's stretches; `priority` is the one by which the row at the start was chosen."""
        steps = self.history.steps
        changed_at = cycle.started_at
        known = priority
        self._take(self.level, cycle.started_at)
        for stretch in cycle.stretches:
            if self.problem:
                return
            step = stretch.step
            if step.priority != known and _comes_after(steps, step, start_index):
                known, changed_at = step.priority, step.at
            if stretch.clock == "running" and known != priority and self.level.priority_change_policy == "retarget":
                priority = known
                row = choose_row(known, changed_at)
                if row is not None and row != self.level:
                    self._take(row, stretch.start)
            is_paused = stretch.clock == "running" and self.level.pauses(step.state, step.reason)
            self.state = "paused" if is_paused else stretch.clock
            if self.state == "running" and not self.problem:
                self._count(stretch.start, stretch.end, step)

    def due_at(self, end: int, *, is_stopped: bool) -> int | None:
        """When the target was used up, or would be if the clock counted on from its end; windows ahead keep an open clock."""
        if self.breached_at is not None:
            return self.breached_at
        if self.problem or self.target is None or self.calendar is None:
            return None
        if self.filled_at is not None:
            return self.filled_at
        return used_up_at(self.calendar, end, self.target - self.used, () if is_stopped else self.excluded)

    def _take(self, row: Level, instant: int) -> None:
        """From this instant on the row gives target, calendar and pauses; the used seconds are kept."""
        self.level = row
        self.filled_at = None
        self.calendar = calendar_of(row, self.register)
        if self.calendar is None:
            self.problem = "calendar_unknown"
            return
        self.target = target_of(row, self.calendar, self.started_at, self.history.promised_at)
        if self.target is None:
            self.problem = "calendar_not_published"
        elif self.used > self.target and self.breached_at is None:
            # A promise that is over when its clock starts was due when it was promised.
            is_old_promise = self.used == 0 and instant == self.started_at
            self.breached_at = instant + self.target if is_old_promise else instant

    def _count(self, start: int, end: int, step: Step) -> None:
        assert self.calendar is not None
        assert self.target is not None
        for opens, closes, kind in counted_runs(self.calendar, start, end, self.excluded):
            if kind == UNKNOWN:
                self.problem = "calendar_not_published"
                return
            if kind != OPEN:
                continue
            remaining = self.target - self.used
            self.used += closes - opens
            self.held[step.holder] = self.held.get(step.holder, 0) + closes - opens
            self.answered[step.answering] = self.answered.get(step.answering, 0) + closes - opens
            if self.filled_at is None and 0 <= remaining <= closes - opens:
                self.filled_at = opens + remaining
            if self.used > self.target and self.breached_at is None:
                self.breached_at = self.filled_at


def _comes_after(steps: Sequence[object], step: object, start_index: int) -> bool:
    return any(other is step for other in steps[start_index + 1 :])

"""From start to stop: which stretches of a ticket's history belong to a measurement, and what its clock does in each."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.support.reference.history import MOMENTS, History, Step, in_state
from tests.support.reference.register import Level

# Starts that come after an earlier stop in the ordinary course of things; the others before a stop say that times are wrong.
REPEATABLE_STARTS = frozenset({"commented", "requester_commented", "reopened"})


@dataclass
class Stretch:
    """Time between two events, with the step that opens it; `clock` is running, paused, stopped or cancelled."""

    start: int
    end: int
    step: Step
    clock: str


@dataclass
class Cycle:
    """One measurement from its start on."""

    number: int
    first: int
    started_at: int
    stretches: list[Stretch] = field(default_factory=list)
    stopped_by: Step | None = None

    @property
    def stopped_at(self) -> int | None:
        return None if self.stopped_by is None else self.stopped_by.at


@dataclass
class View:
    """A ticket's history as one level sees it, for the contract of one supplier."""

    history: History
    level: Level
    supplier: str | None

    def first_start(self) -> int | None:
        """Number of the first step that pulls a start trigger."""
        return next((index for index in range(len(self.history.steps)) if self.pulls_start(index)), None)

    def pulls_start(self, index: int) -> bool:
        return any(self._starts(index, trigger) for trigger in self.level.starts)

    def pulls_stop(self, index: int, *, is_own_start: bool = False) -> bool:
        """Whether a moment trigger stops the clock here; the event that starts a clock does not stop it by the same trigger."""
        stops = self.level.stops & MOMENTS
        if is_own_start:
            stops -= self.level.starts
        return any(self._stops(index, trigger) for trigger in stops)

    def pulls_both(self, index: int) -> bool:
        return any(self._starts(index, trigger) for trigger in self.level.starts & self.level.stops)

    def _starts(self, index: int, trigger: str) -> bool:
        if trigger == "assigned" and self.history.is_takeover(index, self.supplier):
            return True
        return self.history.steps[index].starts(trigger) and self.history.is_for(index, trigger, self.supplier)

    def _stops(self, index: int, trigger: str) -> bool:
        if trigger == "assigned" and self.history.is_takeover(index, self.supplier):
            return True
        return self.history.steps[index].stops(trigger) and self.history.is_for(index, trigger, self.supplier)

    def is_stop_state(self, state: str | None) -> bool:
        return any(in_state(trigger, state) for trigger in self.level.stops - MOMENTS)

    def stops_from(self, index: int) -> bool:
        """Whether anything stops the clock in this step or a later one."""
        steps = self.history.steps
        return any(self.pulls_stop(i) or self.is_stop_state(steps[i].state) for i in range(index, len(steps)))

    def is_start_out_of_order(self, start: int) -> bool:
        """Whether nothing stops the clock any more, but something did right before it started."""
        start = counted_from(self, start)
        step = self.history.steps[start]
        if (
            self.stops_from(start)
            or step.event_type in REPEATABLE_STARTS
            or self.history.is_takeover(start, self.supplier)
        ):
            return False
        comes_out_of_stop = any(in_state(trigger, step.state_before) for trigger in self.level.stops)
        return comes_out_of_stop or any(
            earlier.event_type in self.level.stops & MOMENTS for earlier in self.history.steps[:start]
        )


def cycles_of(view: View, start: int, as_of: int) -> list[Cycle]:
    """Walk through the steps from the start (or from the opening, if time counts from there) and open and end cycles."""
    steps = view.history.steps
    first = counted_from(view, start)
    cycles = [Cycle(1, first, steps[first].at)]
    is_over = False  # the present cycle has stopped for good
    for index in range(first, len(steps)):
        step = steps[index]
        end = max(as_of, step.at) if index + 1 == len(steps) else steps[index + 1].at
        in_stop_state = view.is_stop_state(step.state)
        leaves_stop_state = index > first and view.is_stop_state(step.state_before) and not in_stop_state
        starts_again = leaves_stop_state or view.pulls_start(index)
        if is_over and view.level.reopen_policy == "new_cycle" and starts_again and not in_stop_state:
            cycles.append(Cycle(len(cycles) + 1, index, step.at))
            is_over = False
        is_own_start = index in (start, cycles[-1].first)
        if not is_over:
            is_final_state = in_stop_state and view.level.reopen_policy != "continue"
            is_over = is_final_state or view.pulls_stop(index, is_own_start=is_own_start)
            if is_over and view.level.reopen_policy == "new_cycle":
                cycles[-1].stopped_by = step
                if view.pulls_both(index) and not in_stop_state and not is_own_start:
                    cycles.append(Cycle(len(cycles) + 1, index, step.at))
                    is_over = False
        clock = _clock(view, step, is_over=is_over)
        cycles[-1].stretches.append(Stretch(step.at, end, step, clock))
    if view.level.reopen_policy != "new_cycle":
        cycles[0].stopped_by = _start_of_last_stop(cycles[0].stretches)
    return cycles


def counted_from(view: View, start: int) -> int:
    if view.level.count_from != "opened":
        return start
    return next(i for i, step in enumerate(view.history.steps) if step.event_type == "opened" or i == start)


def _clock(view: View, step: Step, *, is_over: bool) -> str:
    if is_over:
        return "stopped"
    if step.state == "cancelled":
        return "cancelled"
    return "stopped" if view.is_stop_state(step.state) else "running"


def _start_of_last_stop(stretches: list[Stretch]) -> Step | None:
    """The event by which the clock came to the stop in which it stands at the end."""
    stopped_by = None
    for stretch in reversed(stretches):
        if stretch.clock != "stopped":
            break
        stopped_by = stretch.step
    return stopped_by

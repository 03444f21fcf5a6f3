"""Duties that come again and again while a child is away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from missingrules import finding as outcomes
from missingrules.calendar import Elapsed
from missingrules.duties import kinds_of
from missingrules.episode import leg_entries
from missingrules.finding import Finding, merged_ids
from missingrules.terms import MAYBE, NO, YES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missingrules.actions import Actions
    from missingrules.calendar import Duration
    from missingrules.duties import Duty
    from missingrules.log import Entry
    from missingrules.moments import Pulse, Walk


@dataclass(slots=True)
class _Slot:
    duty: Duty
    anchor: str
    start: int
    due: int
    last: int
    interval: Duration
    cited: list[str]
    first_due: int
    missed: int = 0


class Repeating:
    """A duty that comes again and again while a child is away."""

    def __init__(self, walk: Walk, actions: Actions, pulses: Sequence[tuple[Duty, Pulse]]) -> None:
        """Take what the walk noted of one rule in one time away."""
        self.walk = walk
        self.actions = actions
        self.pulses = pulses
        self.found: list[Finding] = []
        self.slot: _Slot | None = None
        episode_id, leg = next(
            (key[1], key[2]) for key, value in walk.pulses.items() if value is pulses
        )
        self.episode = next(e for e in walk.episodes if e.episode_id == episode_id)
        self.leg = self.episode.legs[leg]
        self.begin = self.leg.start
        trigger = pulses[0][0].every
        if trigger is not None and trigger.first_after is not None:
            calendar = walk.policy.calendar
            self.begin = calendar.reached(self.begin, trigger.first_after, strict=False)
        self.end = self.leg.end(pulses[0][0].ends)
        self.truth = NO
        self.maybe: tuple[Duty, Pulse] | None = None

    def findings(self) -> list[Finding]:
        """Give one finding for each stretch between two times that it was done."""
        until = self.walk.as_of if self.end is None else min(self.end, self.walk.as_of)
        actions = [
            entry
            for entry in self.actions.actions
            if self.leg.start <= entry.at <= until and self.about(entry)
        ]
        events: list[tuple[int, int, int, object]] = [
            (pulse.at, 1, number, (duty, pulse)) for number, (duty, pulse) in enumerate(self.pulses)
        ]
        events += [(entry.at, 0, number, entry) for number, entry in enumerate(actions)]
        current: tuple[Duty, Pulse] | None = None
        begun = False
        for at, phase, _, item in sorted(events, key=lambda event: event[:3]):
            if at > until:
                break
            if not begun and at >= self.begin:
                begun = True
                if current is not None:
                    self.turn(current[0], current[1], self.begin)
            self.miss(at)
            if phase == 0:
                if self.slot is not None:
                    self.done(item)  # type: ignore[arg-type]
            else:
                current = item  # type: ignore[assignment]
                if begun and current is not None:
                    self.turn(current[0], current[1], at)
        if self.begin > self.walk.as_of and self.end is None:
            self.walk.wakeups.append(self.begin)
        if not begun and current is not None and self.begin <= until:
            self.turn(current[0], current[1], self.begin)
        self.miss(until)
        self.close(until)
        if self.maybe is not None and not self.found:
            duty, pulse = self.maybe
            self.found.append(
                self.finding(self.make(duty, pulse, pulse.at), outcomes.INDETERMINATE, None)
            )
        return self.found

    def about(self, entry: Entry) -> bool:
        """Whether an entry is about this episode, or about the child."""
        other = self.walk.by_entry.get(entry.entry_id)
        return other is None or other is self.episode

    def make(self, duty: Duty, pulse: Pulse, at: int) -> _Slot:
        """Begin an interval."""
        end = duty.calendar.deadline(at, pulse.interval)
        return _Slot(
            duty=duty,
            anchor=self.leg.report.entry_id,
            start=at,
            due=end.due,
            last=end.last,
            interval=pulse.interval,
            cited=list(pulse.cited),
            first_due=end.due,
        )

    def turn(self, duty: Duty, pulse: Pulse, at: int) -> None:
        """Take up what a moment changed: whether the duty applies, and how often."""
        if pulse.truth != YES:
            if pulse.truth == MAYBE:
                self.maybe = (duty, pulse)
            self.close(at)
            return
        if self.slot is None:
            if self.end is None or at < self.end:
                self.slot = self.make(duty, pulse, at)
            return
        if pulse.interval != self.slot.interval:
            end = duty.calendar.deadline(at, pulse.interval)
            if end.last < self.slot.last:
                if not self.slot.missed:
                    self.slot.first_due = end.due
                self.slot.due, self.slot.last = end.due, end.last
            self.slot.interval = pulse.interval
            self.slot.cited += pulse.cited

    def miss(self, now: int) -> None:
        """Count the intervals that passed without the action before ``now``."""
        slot = self.slot
        while slot is not None and slot.last < now:
            steps = 1
            interval = slot.interval
            if isinstance(interval, Elapsed):
                steps = max(1, (now - 1 - slot.last) // interval.us + 1)
                slot.due += interval.us * steps
                slot.last = slot.due
            else:
                end = slot.duty.calendar.deadline(slot.due, interval)
                slot.due, slot.last = end.due, end.last
            slot.missed += steps

    def done(self, entry: Entry) -> None:
        """End the interval with the action, which begins the next."""
        slot = self.slot
        assert slot is not None  # noqa: S101 - the caller looked
        self.found.append(
            self.finding(
                slot, outcomes.FULFILLED_LATE if slot.missed else outcomes.FULFILLED, entry
            )
        )
        end = slot.duty.calendar.deadline(entry.at, slot.interval)
        self.slot = _Slot(
            slot.duty,
            entry.entry_id,
            entry.at,
            end.due,
            end.last,
            slot.interval,
            list(slot.cited),
            end.due,
        )

    def close(self, at: int) -> None:
        """End the running interval: with the episode, with the duty, or at ``as_of``."""
        slot = self.slot
        if slot is None:
            return
        self.slot = None
        if slot.missed:
            self.found.append(self.finding(slot, outcomes.BREACHED, None))
        elif (self.end is not None and self.end <= at) or at < self.walk.as_of:
            self.found.append(self.finding(slot, outcomes.NOT_APPLICABLE, None))
        else:
            self.found.append(self.finding(slot, outcomes.PENDING, None))
        if self.end is None and at == self.walk.as_of:
            self.walk.wakeups.append(slot.last + 1)

    def finding(self, slot: _Slot, outcome: str, entry: Entry | None) -> Finding:
        """Say how an interval ended."""
        walk = self.walk
        until = min(slot.first_due, walk.as_of)
        if outcome in (outcomes.BREACHED, outcomes.PENDING) and not (
            all(walk.coverage.holds(kind, slot.start, until) for kind in kinds_of(slot.duty))
            and (
                self.end is not None or walk.shows_end(slot.duty.ends or "open", slot.start, until)
            )
        ):
            outcome = outcomes.NOT_OBSERVABLE
        return Finding(
            duty=slot.duty,
            child_id=walk.child_id,
            episode_id=self.episode.episode_id,
            outcome=outcome,
            anchor=slot.anchor,
            slot=slot.start,
            opened_us=slot.start,
            known_us=max(slot.start, walk.known_by_id.get(slot.anchor, slot.start)),
            due_us=slot.first_due,
            done_us=None if entry is None else entry.at,
            answer=None if entry is None else entry.entry_id,
            evidence=(slot.anchor,),
            cited=merged_ids(
                slot.cited,
                () if entry is None else (entry.entry_id,),
                leg_entries(self.episode, self.leg),
                self.episode.story.corrections,
            ),
            missed=slot.missed,
            incomplete_record=walk.incomplete,
            as_of_us=walk.as_of,
        )

"""Demands on the risk grade: a floor binds every grade recorded while the episode is open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from missingrules import finding as outcomes
from missingrules.duties import Floor, OnEntry
from missingrules.episode import leg_entries
from missingrules.finding import Finding, grade_name, merged_ids
from missingrules.terms import MAYBE, NO, YES
from missingrules.vocabulary import GRADES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.duties import Duty
    from missingrules.episode import Episode, Leg
    from missingrules.log import Entry
    from missingrules.moments import Moment, Walk


@dataclass(slots=True, eq=False)
class FloorCase:
    """The one obligation of a grade rule in an episode, with every time the grade fell short."""

    duty: Duty
    episode: Episode
    anchor: Entry
    opened: int
    known: int
    truth: int
    floor: int
    cited: list[str]
    unknown: tuple[str, ...] = ()
    shortfalls: list[Shortfall] = field(default_factory=list)

    @property
    def standing(self) -> Shortfall | None:
        """The shortfall that is neither raised nor released, if there is one."""
        return next((short for short in self.shortfalls if short.stands), None)

    def fall_short(self, new: Shortfall) -> None:
        """Begin a shortfall, or let the one that stands take over what is stricter."""
        old = self.standing
        if old is None:
            self.shortfalls.append(new)
            return
        if new.last is not None and (old.last is None or new.last < old.last):
            old.due, old.last = new.due, new.last
        old.grade = new.grade
        old.floor = max(old.floor, new.floor)
        old.cited += new.cited
        if new.truth == YES:
            old.truth = YES


@dataclass(slots=True)
class Shortfall:
    """A grade below the floor, from when, by when it had to rise, and when it did."""

    at: int
    due: int | None
    last: int | None
    grade: int
    floor: int
    truth: int
    anchor: Entry
    leg: Leg
    cited: tuple[str, ...]
    cured: Entry | None = None
    released: int | None = None

    @property
    def stands(self) -> bool:
        """Neither raised nor released."""
        return self.cured is None and self.released is None


@dataclass(frozen=True, slots=True, eq=False)
class _Grading:
    """What one moment says about the grade of an open episode."""

    walk: Walk
    episode: Episode
    leg: Leg
    at: int
    graded: tuple[Entry, ...]
    learned: tuple[Entry, ...]
    before: tuple[int, Entry] | None


def bind_grades(walk: Walk, episode: Episode, moment: Moment) -> None:
    """Hold the grade of an open episode against every grade rule."""
    now = moment.at
    leg = episode.leg(now)
    if leg is None or (leg.found is not None and leg.found <= now):
        return
    home = walk.by_entry.get
    grading = _Grading(
        walk,
        episode,
        leg,
        now,
        tuple(e for e in moment.happened if e.kind == "graded" and home(e.entry_id) is episode),
        tuple(
            e for e in moment.learned if e.kind != "graded" and home(e.entry_id) in (None, episode)
        ),
        moment.grades_before[episode.episode_id],
    )
    for duties in walk.index.on_floor:
        duty = next((d for d in duties if d.in_force(now)), None)
        if duty is None:
            continue
        case = walk.floors.get((duty.rule, episode.episode_id))
        standing = None if case is None else case.standing
        if standing is not None:
            _raise_or_release(grading, duty, standing)
        anchor = _anchor(grading, duty)
        if anchor is not None and episode.grade is not None:
            _demand(grading, duty, anchor, episode.grade)


def _raise_or_release(grading: _Grading, duty: Duty, shortfall: Shortfall) -> None:
    """End a shortfall when the grade is raised, or ``unless`` comes to hold in time."""
    grade = grading.episode.grade
    if grading.graded and grade is not None and grade[0] >= shortfall.floor:
        shortfall.cured = grading.graded[-1]
        return
    for condition in duty.unless:
        if isinstance(condition, OnEntry):
            continue
        truth, cited, _ = grading.walk.ask(
            duty.rule, "unless", condition, grading.at, grading.episode
        )
        if truth == YES and (shortfall.last is None or grading.at <= shortfall.last):
            shortfall.released = grading.at
            shortfall.cited += cited
            return


def _anchor(grading: _Grading, duty: Duty) -> Entry | None:
    """Find the entry that triggers the rule now: a grade first, then what was learned."""
    walk = grading.walk
    for entry in (*grading.graded, *grading.learned):
        for trigger in duty.triggers:
            if (
                isinstance(trigger, OnEntry)
                and entry.kind in trigger.kinds
                and walk.accepts(duty.rule, trigger.kinds, entry) == YES
            ):
                return entry
    if walk.index.counted_floors and any(
        m.duty is duty and m.at == grading.at for m in walk.counts
    ):
        return grading.leg.report
    return None


def _demand(grading: _Grading, duty: Duty, anchor: Entry, grade: tuple[int, Entry]) -> None:
    """Note what grade is demanded at this moment, and whether the one on record falls short."""
    effect = duty.effect
    assert isinstance(effect, Floor)  # noqa: S101 - the index holds nothing else
    walk, episode, now = grading.walk, grading.episode, grading.at
    truth, cited, unknown = walk.ask(duty.rule, "if", duty.condition, now, episode)
    floor = _floor(effect, grading.before)
    if truth == NO or floor is None:
        return
    cited = merged_ids((grading.leg.report.entry_id, grade[1].entry_id, anchor.entry_id), cited)
    case = walk.floors.get((duty.rule, episode.episode_id))
    if case is None:
        known = max(now, anchor.known)
        case = FloorCase(duty, episode, anchor, now, known, truth, floor, [], unknown)
        walk.floors[duty.rule, episode.episode_id] = case
    if truth == YES:
        case.truth = YES
    case.floor = max(case.floor, floor)
    case.cited.extend(cited)
    if grade[0] < floor:
        at_once = bool(grading.graded) and effect.grade is not None
        due, last = (now, now - 1) if at_once else _time_to_grade(duty, effect, now)
        short = Shortfall(now, due, last, grade[0], floor, truth, anchor, grading.leg, cited)
        case.fall_short(short)


def _floor(effect: Floor, before: tuple[int, Entry] | None) -> int | None:
    """The grade demanded; None where there was none to go up from."""
    if effect.grade is not None:
        return effect.grade
    if before is None or effect.steps_up is None:
        return None
    return min(before[0] + effect.steps_up, len(GRADES) - 1)


def _time_to_grade(duty: Duty, effect: Floor, now: int) -> tuple[int | None, int | None]:
    if effect.within is None:
        return None, None
    end = duty.calendar.deadline(now, effect.within)
    return end.due, end.last


def graded(walk: Walk, case: FloorCase) -> Iterator[Finding]:
    """The one finding of a grade rule in an episode."""
    as_of = walk.as_of
    ranked = [(_shortfall_rank(walk, shortfall), shortfall) for shortfall in case.shortfalls]
    order = (
        outcomes.BREACHED,
        outcomes.PENDING,
        outcomes.FULFILLED_LATE,
        outcomes.INDETERMINATE,
        outcomes.FULFILLED,
        outcomes.NOT_APPLICABLE,
    )
    outcome = outcomes.FULFILLED if case.truth == YES else outcomes.INDETERMINATE
    worst: Shortfall | None = None
    if ranked:
        outcome, worst = min(ranked, key=lambda pair: (order.index(pair[0]), pair[1].at))
    recorded = worst.grade if worst is not None else None
    if worst is None and case.episode.grade is not None:
        recorded = case.episode.grade[0]
    cured = worst.cured if worst is not None else None
    yield Finding(
        duty=case.duty,
        child_id=walk.child_id,
        episode_id=case.episode.episode_id,
        outcome=outcome,
        anchor=case.anchor.entry_id,
        opened_us=worst.at if worst is not None else case.opened,
        known_us=max(case.known, worst.at) if worst is not None else case.known,
        due_us=worst.due if worst is not None else None,
        done_us=cured.at if cured is not None else None,
        answer=cured.entry_id if cured is not None else None,
        evidence=merged_ids((case.anchor.entry_id,), (worst.anchor.entry_id,) if worst else ()),
        cited=merged_ids(
            case.cited,
            *(s.cited for s in case.shortfalls),
            *((s.cured.entry_id,) for s in case.shortfalls if s.cured is not None),
            *(leg_entries(case.episode, leg) for leg in case.episode.legs),
            case.episode.story.corrections,
        ),
        recorded_grade=None if recorded is None else grade_name(recorded),
        required_grade=grade_name(worst.floor if worst is not None else case.floor),
        unknown=case.unknown if outcome == outcomes.INDETERMINATE else (),
        incomplete_record=walk.incomplete,
        as_of_us=as_of,
    )


def _shortfall_rank(walk: Walk, shortfall: Shortfall) -> str:
    found = shortfall.leg.found
    if shortfall.released is not None:
        return outcomes.NOT_APPLICABLE
    if shortfall.cured is not None:
        in_time = shortfall.last is None or shortfall.cured.at <= shortfall.last
        return outcomes.FULFILLED if in_time else outcomes.FULFILLED_LATE
    last = shortfall.last
    if found is not None and (last is None or found <= last):
        return outcomes.NOT_APPLICABLE
    if shortfall.truth == MAYBE:
        return outcomes.INDETERMINATE
    return outcomes.PENDING if last is None or walk.as_of <= last else outcomes.BREACHED

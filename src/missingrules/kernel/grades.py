"""Demands on the risk grade: a floor binds every grade recorded while the episode is open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from missingrules import finding as outcomes
from missingrules.duties import Floor, OnEntry, in_force
from missingrules.finding import Finding, grade_name, merged_ids
from missingrules.kernel.asking import accepts, ask
from missingrules.terms import MAYBE, NO, YES
from missingrules.vocabulary import GRADES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from missingrules.duties import Duty
    from missingrules.entry import Entry
    from missingrules.kernel.episode import Episode, Leg
    from missingrules.kernel.moments import Moment
    from missingrules.kernel.walk import Walk


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """What triggers a grade rule at a moment, and how surely."""

    duty: Duty
    episode: Episode
    anchor: Entry
    truth: int
    cited: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


class Demanded(NamedTuple):
    """What was demanded of the grade in a time away, and still binds."""

    truth: int
    cited: tuple[str, ...]
    floor: int
    unknown: tuple[str, ...]


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
    judged: int | None = None
    shortfalls: list[Shortfall] = field(default_factory=list)

    def standing(self, leg: Leg) -> list[Shortfall]:
        """Find the shortfalls of a time away that are neither raised nor released."""
        return [s for s in self.shortfalls if s.stands and s.leg is leg]

    def fall_short(self, new: Shortfall) -> None:
        """Begin a shortfall, or let the one that stands take over what is stricter.

        What surely demands a grade and what only may are kept apart: a doubt must not bring forward
        the time of a sure demand, and what is learned later does not make an earlier doubt sure.
        """
        same = (s for s in self.standing(new.leg) if s.truth == new.truth)
        old = next(same, None) if new.stands else None
        if old is None:
            self.shortfalls.append(new)
            return
        if new.last is not None and (old.last is None or new.last < old.last):
            old.due, old.last = new.due, new.last
        old.grade = new.grade
        old.floor = max(old.floor, new.floor)
        old.anchors += new.anchors
        old.cited += new.cited
        old.unknown = merged_ids(old.unknown, new.unknown)


@dataclass(slots=True)
class Shortfall:
    """A grade below the floor: what demanded more, from when, by when, and when it rose."""

    at: int
    due: int | None
    last: int | None
    grade: int
    floor: int
    truth: int
    anchors: tuple[str, ...]
    leg: Leg
    cited: tuple[str, ...]
    unknown: tuple[str, ...] = ()
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
        moment.touched[episode],
    )
    for duties in walk.index.on_floor:
        duty = in_force(duties, now)
        if duty is None:
            continue
        case = walk.floors.get((duty.rule, episode.episode_id))
        for standing in () if case is None else case.standing(leg):
            _raise_or_release(grading, duty, standing)
        _demand(grading, duty, moment.demands)


def _raise_or_release(grading: _Grading, duty: Duty, shortfall: Shortfall) -> None:
    """End a shortfall when the grade is raised, or ``unless`` comes to hold in time."""
    grade = grading.episode.grade
    if grading.graded and grade is not None and grade[0] >= shortfall.floor:
        shortfall.cured = grading.graded[-1]
        return
    if shortfall.last is not None and shortfall.last < grading.at:
        return
    released, because = _released(grading, duty)
    shortfall.cited += because
    if released:
        shortfall.released = grading.at


def _released(grading: _Grading, duty: Duty) -> tuple[bool, tuple[str, ...]]:
    """Whether an ``unless`` holds at this moment, and the entries by which it does or does not."""
    walk, episode = grading.walk, grading.episode
    behind: tuple[str, ...] = ()
    for form in duty.unless:
        if not isinstance(form, OnEntry):
            truth, cited, _ = ask(walk, duty.rule, "unless", form, grading.at, episode)
            behind += cited
            if truth == YES:
                return True, behind
            continue
        for kind in form.kinds:
            for entry in walk.by_kind.get(kind, ()):
                if (
                    grading.leg.start <= entry.at <= grading.at
                    and walk.by_entry.get(entry.entry_id) in (None, episode)
                    and accepts(walk, duty.rule, form.kinds, entry) == YES
                ):
                    return True, (*behind, entry.entry_id)
    return False, behind


def _triggered(grading: _Grading, duty: Duty, demands: Sequence[Demand]) -> Demand | None:
    """Find what triggers the rule now, and how surely: a grade first, then what was learned."""
    found: list[Demand] = []
    for entry in (*grading.graded, *grading.learned):
        for trigger in duty.triggers:
            if isinstance(trigger, OnEntry) and entry.kind in trigger.kinds:
                truth = accepts(grading.walk, duty.rule, trigger.kinds, entry)
                if truth != NO:
                    unknown = () if truth == YES else (f"fields of {entry.kind}",)
                    found.append(Demand(duty, grading.episode, entry, truth, unknown=unknown))
    found += [d for d in demands if d.duty is duty and d.episode is grading.episode]
    return next((one for one in found if one.truth == YES), found[0] if found else None)


def _demand(grading: _Grading, duty: Duty, demands: Sequence[Demand]) -> None:
    """Note what grade is demanded at this moment, and whether the one on record falls short.

    What was demanded before binds every grade that is recorded afterwards, in the same time away.
    """
    effect = duty.effect
    assert isinstance(effect, Floor)  # noqa: S101 - the index holds nothing else
    walk, episode, now = grading.walk, grading.episode, grading.at
    key = (duty.rule, episode.episode_id, grading.leg.number)
    triggered = _triggered(grading, duty, demands)
    unknown: tuple[str, ...]
    if triggered is not None:
        anchor, cited = triggered.anchor, triggered.cited
        truth, rests_on, unknown = ask(walk, duty.rule, "if", duty.condition, now, episode)
        if truth == NO:
            return
        if triggered.truth == MAYBE:
            truth = MAYBE
        unknown += triggered.unknown
        cited += rests_on
        floor = _floor(effect, grading.before)
        if effect.steps_up is not None and grading.before is not None:
            cited += (grading.before[1].entry_id,)
        before = walk.demanded.get(key)
        if floor is not None:
            new = Demanded(truth, (anchor.entry_id, *cited), floor, unknown)
            walk.demanded[key] = _binding(before, new)
            if grading.graded and walk.demanded[key] is before:
                truth, floor, unknown = before.truth, before.floor, before.unknown
                cited += before.cited
    elif grading.graded and key in walk.demanded:
        released, because = _released(grading, duty)
        if released:
            return
        anchor = grading.graded[-1]
        truth, cited, floor, unknown = walk.demanded[key]
        cited += because
    else:
        return
    at_once = bool(grading.graded) and (effect.grade is not None or triggered is None)
    if episode.grade is not None and floor is not None:
        cited = merged_ids(
            (grading.leg.report.entry_id, episode.grade[1].entry_id, anchor.entry_id), cited
        )
        _hold(grading, duty, anchor, floor, truth, cited, unknown, at_once=at_once)


def _binding(before: Demanded | None, new: Demanded) -> Demanded:
    """What binds the grades that follow: the stricter demand, but never a doubt made sure."""
    if before is None:
        return new
    if before.truth != new.truth:
        return before if before.truth == YES and before.floor >= new.floor else new
    return new._replace(floor=max(before.floor, new.floor))


def _hold(  # noqa: PLR0913 - all sides of one demand
    grading: _Grading,
    duty: Duty,
    anchor: Entry,
    floor: int,
    truth: int,
    cited: tuple[str, ...],
    unknown: tuple[str, ...],
    *,
    at_once: bool,
) -> None:
    """Hold the grade on record against the floor."""
    walk, episode, now, effect = grading.walk, grading.episode, grading.at, duty.effect
    assert isinstance(effect, Floor)  # noqa: S101 - the caller looked
    assert episode.grade is not None  # noqa: S101 - the caller looked
    grade = episode.grade[0]
    case = walk.floors.get((duty.rule, episode.episode_id))
    if case is None:
        known = max(now, anchor.known)
        case = FloorCase(duty, episode, anchor, now, known, truth, floor, [], unknown)
        walk.floors[duty.rule, episode.episode_id] = case
    if truth == YES:
        case.truth = YES
    case.floor = max(case.floor, floor)
    case.judged = grade
    case.cited.extend(cited)
    if grade < floor:
        due, last = (now, now - 1) if at_once else _time_to_grade(duty, effect, now)
        anchors = (anchor.entry_id,)
        short = Shortfall(now, due, last, grade, floor, truth, anchors, grading.leg, cited, unknown)
        episode.fell_short = True
        if not at_once:
            released, because = _released(grading, duty)
            short.cited += because
            if released:
                short.released = now
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


_WORST = (
    outcomes.BREACHED,
    outcomes.PENDING,
    outcomes.FULFILLED_LATE,
    outcomes.INDETERMINATE,
    outcomes.FULFILLED,
    outcomes.NOT_APPLICABLE,
)


def graded(walk: Walk, case: FloorCase) -> Iterator[Finding]:
    """The one finding of a grade rule in an episode."""
    as_of = walk.as_of
    if not case.shortfalls and case.truth != YES:
        return  # the grade is in order, whether or not it was demanded
    ranked = [(_became(walk, shortfall), shortfall) for shortfall in case.shortfalls]
    outcome, worst = outcomes.FULFILLED, None
    if ranked:
        outcome, worst = min(ranked, key=lambda pair: (_WORST.index(pair[0]), pair[1].at))
    if outcome == outcomes.PENDING and any(was == outcomes.FULFILLED_LATE for was, _ in ranked):
        # An earlier grade was raised too late: that stays a breach while the next is awaited.
        outcome = outcomes.BREACHED
    recorded = worst.grade if worst is not None else None
    if worst is None:
        recorded = case.judged
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
        evidence=merged_ids((case.anchor.entry_id,), worst.anchors if worst else ()),
        cited=merged_ids(
            case.cited,
            *(s.cited for s in case.shortfalls),
            *((s.cured.entry_id,) for s in case.shortfalls if s.cured is not None),
            case.episode.frame(None),
        ),
        recorded_grade=None if recorded is None else grade_name(recorded),
        required_grade=grade_name(worst.floor if worst is not None else case.floor),
        unknown=_unknown(worst, outcome),
        incomplete_record=walk.incomplete,
        as_of_us=as_of,
    )


def _unknown(worst: Shortfall | None, outcome: str) -> tuple[str, ...]:
    """What would have to be known to judge the grade."""
    if outcome != outcomes.INDETERMINATE or worst is None:
        return ()
    return worst.unknown or ("whether the child was still missing",)


def _became(walk: Walk, shortfall: Shortfall) -> str:  # noqa: PLR0911 - an exit each
    found = shortfall.leg.found
    if shortfall.released is not None:
        return outcomes.NOT_APPLICABLE
    if found is None and not walk.shows_end("open", shortfall.leg.start, shortfall.at):
        return outcomes.INDETERMINATE
    if shortfall.cured is not None:
        in_time = shortfall.last is None or shortfall.cured.at <= shortfall.last
        if in_time:
            return outcomes.FULFILLED
        return outcomes.INDETERMINATE if shortfall.truth == MAYBE else outcomes.FULFILLED_LATE
    last = shortfall.last
    if found is not None and (last is None or found <= last):
        return outcomes.NOT_APPLICABLE
    if shortfall.truth == MAYBE:
        return outcomes.INDETERMINATE
    return outcomes.PENDING if last is None or walk.as_of <= last else outcomes.BREACHED

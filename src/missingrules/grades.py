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
    from collections.abc import Iterable, Iterator

    from missingrules.duties import Duty
    from missingrules.episode import Episode, Leg
    from missingrules.log import Entry
    from missingrules.moments import CountMoment, Walk


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


def bind_grades(
    walk: Walk,
    episode: Episode,
    now: int,
    happened: Iterable[Entry],
    learned: Iterable[Entry],
    before: tuple[int, Entry] | None,
) -> None:
    leg = episode.leg(now)
    if leg is None or (leg.found is not None and leg.found <= now):
        return
    mine = walk.by_entry.get
    graded = [
        e
        for e in happened
        if e.kind == "graded" and mine(e.entry_id) is episode and "grade" in e.fields
    ]
    fired = [e for e in learned if e.kind != "graded" and mine(e.entry_id) in (None, episode)]
    counted = [m for m in walk.counts if m.at == now] if walk.index.counted_floors else []
    for duties in walk.index.on_floor:
        duty = next((d for d in duties if d.in_force(now)), None)
        if duty is not None:
            _bind(walk, duty, episode, leg, now, graded, fired, counted, before)


def _bind(  # noqa: C901, PLR0912, PLR0913 - the life of one grade rule at one moment
    walk: Walk,
    duty: Duty,
    episode: Episode,
    leg: Leg,
    now: int,
    graded: list[Entry],
    fired: list[Entry],
    counted: list[CountMoment],
    before: tuple[int, Entry] | None,
) -> None:
    effect = duty.effect
    assert isinstance(effect, Floor)  # noqa: S101 - the index holds nothing else
    key = (duty.rule, episode.episode_id)
    case = walk.floors.get(key)
    grade = episode.grade
    open_case = next((s for s in case.shortfalls if s.stands), None) if case else None
    if open_case is not None and graded and grade is not None and grade[0] >= open_case.floor:
        open_case.cured = graded[-1]
        open_case = None
    if open_case is not None:
        for condition in duty.unless:
            if isinstance(condition, OnEntry):
                continue
            truth, cited, _ = walk.ask(duty.rule, "unless", condition, now, episode)
            if truth == YES and (open_case.last is None or now <= open_case.last):
                open_case.released = now
                open_case.cited += cited
                open_case = None
                break
    triggers = [
        entry
        for trigger in duty.triggers
        if isinstance(trigger, OnEntry)
        for entry in (*graded, *fired)
        if entry.kind in trigger.kinds
        and walk.ask_entry(duty.rule, "where", trigger.kinds[entry.kind], entry) == YES
    ]
    anchor = triggers[0] if triggers else None
    if any(m.duty is duty for m in counted) and anchor is None:
        anchor = leg.report
    if anchor is None or grade is None:
        return
    truth, cited, unknown = walk.ask(duty.rule, "if", duty.condition, now, episode)
    if truth == NO:
        return
    if effect.grade is not None:
        floor = effect.grade
    else:
        if before is None or effect.steps_up is None:
            return
        floor = min(before[0] + effect.steps_up, len(GRADES) - 1)
    cited = tuple(
        dict.fromkeys(
            (leg.report.entry_id, grade[1].entry_id, *(e.entry_id for e in triggers), *cited)
        )
    )
    if case is None:
        case = walk.floors[key] = FloorCase(
            duty=duty,
            episode=episode,
            anchor=anchor,
            opened=now,
            known=max(now, anchor.known),
            truth=truth,
            floor=floor,
            cited=[],
            unknown=unknown,
        )
    if truth == YES:
        case.truth = YES
    case.floor = max(case.floor, floor)
    case.cited.extend(cited)
    if grade[0] >= floor:
        return
    due: int | None = now
    last: int | None = now - 1
    if not (graded and effect.grade is not None):
        due = last = None
        if effect.within is not None:
            deadline = duty.calendar.deadline(now, effect.within)
            due, last = deadline.due, deadline.last
    if open_case is not None:
        if last is not None and (open_case.last is None or last < open_case.last):
            open_case.due, open_case.last = due, last
        open_case.grade = grade[0]
        open_case.floor = max(open_case.floor, floor)
        if truth == YES:
            open_case.truth = YES
        return
    case.shortfalls.append(Shortfall(now, due, last, grade[0], floor, truth, anchor, leg, cited))


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

"""What there is to see of what a rule asks for: answers, deadlines, grades, ends and decisions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from missingrules import finding as outcomes
from missingrules.cases.conditions import condition, of_entry
from missingrules.cases.judged import Aspect, at_sides, sides_of
from missingrules.cases.nearness import by_deadline
from missingrules.cases.points import point_of
from missingrules.duties import (
    Action,
    Floor,
    Forbidden,
    Measured,
    OnEntry,
    OnEvery,
    OnGap,
    Recorded,
)
from missingrules.finding import grade_name
from missingrules.vocabulary import GRADES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.calendar import Duration
    from missingrules.cases.judged import Judged
    from missingrules.cases.nearness import Side
    from missingrules.cases.points import Anatomy, Point
    from missingrules.duties import Duty
    from missingrules.finding import Finding

DONE: Final[dict[Side, str]] = {
    "short": "done just inside",
    "at": "done at its end",
    "past": "done just outside",
}
RANK: Final = {-1: "one grade below", 0: "just this grade", 1: "one grade above"}


def effect_aspects(anatomy: Anatomy, duty: Duty) -> Iterator[Aspect]:
    """List what there is to see of what a rule asks for."""
    yield _outcomes(duty)
    yield from _effect(anatomy, duty)
    yield from _times(duty)
    if duty.ends is not None and isinstance(duty.effect, Action | Recorded):
        yield _ending(duty)
    if duty.deciders:
        yield _decisions(duty)


def _outcomes(duty: Duty) -> Aspect:
    """What a rule comes to when nothing is done; that it is done shows at its deadline."""
    effect = duty.effect
    if isinstance(effect, Forbidden | Measured):
        words = "against policy" if isinstance(effect, Forbidden) else "noted"
        point = point_of(duty, "", "", words)
        wanted = outcomes.BREACHED if isinstance(effect, Forbidden) else outcomes.NOTED
        return Aspect(
            frozenset([point]),
            lambda judged: (point for one in judged.of(duty) if one.outcome == wanted),
        )
    owed = point_of(duty, "", "", "no record of it when it was due")
    done = point_of(duty, "", "", "done")
    if duty.allowed is None:
        owed = point_of(duty, "", "", "no record of it, and no time is stated")

    def shown(judged: Judged) -> Iterator[Point]:
        for one in judged.of(duty):
            if one.done_us is not None and one.outcome != outcomes.DECIDED:
                yield done
            unanswered = one.done_us is None and (
                one.outcome == outcomes.BREACHED
                or (duty.allowed is None and one.outcome == outcomes.PENDING)
            )
            if unanswered:
                yield owed

    return Aspect(frozenset([owed, done]), shown)


# --- What is asked for ----------------------------------------------------------------------------


def _effect(anatomy: Anatomy, duty: Duty) -> Iterator[Aspect]:
    effect = duty.effect
    if isinstance(effect, Action):
        for kind, check in effect.kinds.items():
            if check is not None:
                part = f"require {kind}"
                yield condition(anatomy, duty, part, check, of_entry(duty, "where", check, kind))
        if len(effect.kinds) > 1:
            yield _answers(duty, effect)
        if duty.per != "child":
            yield from _early(duty)
            yield from _again(duty)
    elif isinstance(effect, Recorded):
        for kind, check in effect.checks.items():
            part = f"require of {kind}"
            yield condition(anatomy, duty, part, check, of_entry(duty, "field", check, kind))
        yield from _names_known(duty, effect)
    elif isinstance(effect, Floor):
        yield _grade(duty, effect)


def _times(duty: Duty) -> Iterator[Aspect]:
    """The time allowed, or the intervals, each with an answer on every side of its end."""
    every = duty.every
    intervals = [] if every is None else [every.interval, *(shorter for _, shorter in every.sooner)]
    for interval in dict.fromkeys(intervals):
        yield at_sides(
            sides_of(duty, "every", str(interval), DONE),
            partial(_repeated, duty=duty, interval=interval),
        )
    if every is None and duty.allowed is not None and not _at_once(duty):
        allowed = duty.allowed
        points = sides_of(duty, "within", str(allowed), DONE)
        yield at_sides(points, lambda judged: _done(judged, duty, allowed))


def _at_once(duty: Duty) -> bool:
    """Whether only grades trigger a floor: one that is too low is a breach without any delay."""
    return (
        isinstance(duty.effect, Floor)
        and duty.effect.grade is not None
        and all(isinstance(t, OnEntry) and set(t.kinds) == {"graded"} for t in duty.triggers)
    )


def _done(judged: Judged, duty: Duty, allowed: Duration) -> Iterator[Side | None]:
    for one in judged.of(duty):
        # A grade below a floor that was known is a breach at once: no time was allowed.
        if one.done_us is None or one.due_us is None or one.due_us == one.opened_us:
            continue
        if one.outcome != outcomes.DECIDED:
            yield by_deadline(duty.calendar, one.due_us, allowed, one.done_us)


def _repeated(judged: Judged, duty: Duty, interval: Duration) -> Iterator[Side | None]:
    for one in judged.of(duty):
        if one.done_us is None or one.due_us is None or one.outcome == outcomes.DECIDED:
            continue
        if duty.calendar.deadline(one.opened_us, interval).due == one.due_us:
            yield by_deadline(duty.calendar, one.due_us, interval, one.done_us)


def _answers(duty: Duty, effect: Action) -> Aspect:
    """Each kind of entry that answers the duty."""
    points = {kind: point_of(duty, "require", kind, "answers it") for kind in effect.kinds}
    return Aspect(
        frozenset(points.values()),
        lambda judged: (
            points[kind]
            for one in judged.of(duty)
            if (kind := judged.kind(one.answer)) in points and one.outcome != outcomes.DECIDED
        ),
    )


def _early(duty: Duty) -> Iterator[Aspect]:
    """What was done between the report and the trigger: whether it counts."""
    at_report = all(
        (isinstance(trigger, OnEntry) and set(trigger.kinds) == {"reported"})
        or isinstance(trigger, OnGap | OnEvery)
        for trigger in duty.triggers
    )
    if at_report:
        return
    if not duty.after_trigger:
        point = point_of(duty, "require", "", "done between report and trigger")
        yield Aspect(
            frozenset([point]),
            lambda judged: (
                point
                for one in judged.of(duty)
                if one.done_us is not None and one.done_us < one.opened_us
            ),
        )
        return
    point = point_of(duty, "after trigger", "", "done before the trigger, which does not count")

    def shown(judged: Judged) -> Iterator[Point]:
        assert isinstance(duty.effect, Action)  # noqa: S101 - the caller looked
        entries = list(judged.entries(duty.effect.kinds))
        for one in judged.of(duty):
            episode = judged.episode(one.episode_id)
            leg = None if episode is None else episode.leg(one.opened_us)
            if leg is not None and any(
                leg.start <= entry.at < one.opened_us
                and judged.walk.by_entry.get(entry.entry_id) in (None, episode)
                for entry in entries
            ):
                yield point

    yield Aspect(frozenset([point]), shown)


def _again(duty: Duty) -> Iterator[Aspect]:
    """A trigger after the answer: whether what was done answers for it too.

    A return is entered once in each time away, so it triggers nothing again.
    """
    kinds = {kind for t in duty.triggers if isinstance(t, OnEntry) for kind in t.kinds}
    if not kinds - {"returned"}:
        return
    words = "triggered again after it was done"
    point = point_of(duty, "after trigger" if duty.after_trigger else "require", "", words)

    def shown(judged: Judged) -> Iterator[Point]:
        for one in judged.of(duty):
            episode = judged.episode(one.episode_id)
            if episode is None or one.done_us is None or one.outcome == outcomes.DECIDED:
                continue
            leg = episode.leg(one.opened_us)
            if any(
                opening.duty is duty
                and opening.episode is episode
                and opening.at > max(one.done_us, one.opened_us)
                and episode.leg(opening.at) is leg
                for opening in judged.walk.openings
            ):
                yield point

    yield Aspect(frozenset([point]), shown)


def _names_known(duty: Duty, effect: Recorded) -> Iterator[Aspect]:
    """Markers and concerns that were known, so that they had to be named."""
    kinds = {"markers": "marker_added", "concerns": "concern_noted"}
    for known in effect.names_known:
        point = point_of(duty, "names known", known, "one of them was known")
        kind = kinds[known]
        yield Aspect(
            frozenset([point]),
            lambda judged, k=kind, p=point: (  # type: ignore[misc]
                p
                for o in judged.walk.openings
                if o.duty is duty and o.names and k in map(judged.kind, o.cited)
            ),
        )


def _grade(duty: Duty, effect: Floor) -> Aspect:
    """The grade on record, beside the one that is demanded."""
    if effect.grade is not None:
        what = f"at least {grade_name(effect.grade)}"
        ranks = {off for off in RANK if 0 <= effect.grade + off < len(GRADES)}
    else:
        what = f"{effect.steps_up} up"
        ranks = {off for off in RANK if off <= len(GRADES) - 1 - (effect.steps_up or 0)}
    points = {off: point_of(duty, "grade", what, RANK[off]) for off in ranks}

    def shown(judged: Judged) -> Iterator[Point]:
        for one in judged.of(duty):
            if one.recorded_grade is not None and one.required_grade is not None:
                off = GRADES.index(one.recorded_grade) - GRADES.index(one.required_grade)
                if off in points:
                    yield points[off]

    return Aspect(frozenset(points.values()), shown)


# --- How a duty ends otherwise --------------------------------------------------------------------


def _ending(duty: Duty) -> Aspect:
    """A duty that ends when the child is found, or when the child is back."""
    found = "back" if duty.ends == "away" else "found"
    ended = point_of(duty, f"while {duty.ends}", "", f"the child is {found} before it is due")
    points = {ended}
    goes_on = point_of(duty, f"while {duty.ends}", "", "the child is located, and it goes on")
    if duty.ends == "away":
        points.add(goes_on)

    def shown(judged: Judged) -> Iterator[Point]:
        for one in judged.of(duty):
            episode = judged.episode(one.episode_id)
            leg = None if episode is None else episode.leg(one.opened_us)
            if leg is None or leg.found is None or leg.found > judged.walk.as_of:
                continue
            still_away = leg.returned is None or leg.returned > leg.found
            if one.outcome == outcomes.NOT_APPLICABLE and (still_away or duty.ends == "away"):
                yield ended
            if one.outcome != outcomes.NOT_APPLICABLE and still_away and _runs(one, leg.found):
                yield goes_on

    return Aspect(frozenset(points), lambda judged: (p for p in shown(judged) if p in points))


def _runs(one: Finding, instant: int) -> bool:
    """Whether a duty was neither answered nor due at an instant."""
    return (one.done_us is None or one.done_us > instant) and (
        one.due_us is None or instant < one.due_us
    )


def _decisions(duty: Duty) -> Aspect:
    """Decisions that the action is not required: who may take them, and with what reasons."""
    stands = {
        role: point_of(duty, "may be decided by", role, "decides with reasons")
        for role in sorted(duty.deciders)
    }
    other = point_of(duty, "may be decided by", "", "another role decides, which does not count")
    bare = point_of(duty, "may be decided by", "", "decided without reasons, which does not count")

    def shown(judged: Judged) -> Iterator[Point]:
        found = list(judged.of(duty))
        decided = {one.answer for one in found if one.outcome == outcomes.DECIDED}
        kinds = duty.effect.kinds if isinstance(duty.effect, Action) else {}
        for entry in judged.walk.by_kind.get("decided_not_required", ()):
            if entry.fields.get("action") not in (duty.rule, *kinds) or not found:
                continue
            role = judged.walk.policy.role(entry.by)
            if entry.entry_id in decided and role in stands:
                yield stands[role]
            elif role not in stands:
                yield other
            elif "rationale" not in entry.fields:
                yield bare

    return Aspect(frozenset([*stands.values(), other, bare]), shown)

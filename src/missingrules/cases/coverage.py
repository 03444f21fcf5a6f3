"""Coverage: what the cases of a policy show of it, and what no case shows.

What a policy takes over from the one that it extends, with nothing changed, is for the cases of
that one to show: only what differs is asked for here, and every rule of which the policy itself
says what it asks for. Rules that are off are asked for as if they were on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from missingrules.cases.changes import with_every_rule_on
from missingrules.cases.conditions import condition_aspects
from missingrules.cases.effects import effect_aspects
from missingrules.cases.judged import Aspect, Judged
from missingrules.cases.points import Anatomy, point_of
from missingrules.cases.triggers import trigger_aspects
from missingrules.duties import OnCount, OnEntry, OnEvery, OnGap, OnOpen
from missingrules.errors import PolicyError
from missingrules.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from missingrules.cases.points import Point
    from missingrules.cases.run import Result
    from missingrules.duties import Duty


_COUNTING: Final = frozenset(
    {"on", "if", "unless", "while", "after", "per", "require", "forbid", "grade", "measure"}
    | {"may_be_decided_by", "active", "from", "until", "editions"}
)
"""Keys of a rule that decide what it finds."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What there is to show of a policy, in order, and what of it the cases that passed show."""

    policy: Policy
    points: tuple[Point, ...]
    reached: frozenset[Point]

    @property
    def missing(self) -> tuple[Point, ...]:
        """What no case shows."""
        return tuple(point for point in self.points if point not in self.reached)

    @property
    def complete(self) -> bool:
        """Whether the cases show everything."""
        return not self.missing

    def to_dict(self) -> dict[str, Any]:
        """Give the report as JSON takes it."""
        owners: dict[str, dict[str, Any]] = {}
        for point in self.points:
            told = owners.setdefault(point.owner, {"points": 0, "reached": 0, "missing": []})
            told["points"] += 1
            if point in self.reached:
                told["reached"] += 1
            else:
                told["missing"].append(
                    {
                        "part": point.part,
                        "what": point.what,
                        "inside": point.inside,
                        "seen": point.seen,
                    }
                )
        return {
            "policy": self.policy.name,
            "policy_digest": self.policy.digest,
            "points": len(self.points),
            "reached": len(self.points) - len(self.missing),
            "complete": self.complete,
            "of": owners,
        }


def coverage(
    policy: Policy, results: Iterable[Result], *, rules: frozenset[str] | None = None
) -> Coverage:
    """Say what of a policy the cases show that passed; ``rules`` looks at some rules alone."""
    whole = with_every_rule_on(policy)
    atlas = Atlas()
    points = dict.fromkeys(atlas.points(whole, rules))
    below = _extended(policy)
    if below is not None:
        own = _own_rules(policy)
        for point in atlas.points(with_every_rule_on(below), None):
            if point.owner not in own:
                points.pop(point, None)
    reached = {point for result in results if result.passed for point in atlas.shown(result)}
    return Coverage(policy, tuple(points), frozenset(reached & points.keys()))


def _extended(policy: Policy) -> Policy | None:
    """Load the policy that a policy lies on, if that is a file and can stand alone."""
    if len(policy.source.layers) < 2:  # noqa: PLR2004 - the policy itself is one
        return None
    path = Path(policy.source.layers[-2].source)
    try:
        return Policy.load(path) if path.is_file() else None
    except PolicyError:
        return None


def _own_rules(policy: Policy) -> frozenset[str]:
    """List the rules of which the policy itself, and not one below it, says something that counts.

    A note or a citation changes nothing.
    """
    mine = policy.source.layers[-1].source
    located = policy.source.located
    return frozenset(
        rule["id"]
        for number, rule in enumerate(located.data["rules"])
        if any(
            located.place(("rules", number, key)).source == mine for key in rule if key in _COUNTING
        )
    )


class Atlas:
    """Knows the aspects of every edition of every rule, of each policy that it was asked about."""

    def __init__(self) -> None:
        """Begin without policies."""
        self._known: dict[int, tuple[Anatomy, dict[int, tuple[Aspect, ...]]]] = {}

    def points(self, policy: Policy, rules: frozenset[str] | None) -> Iterator[Point]:
        """List what there is to show of a policy, rule by rule."""
        for rule, duties in policy.duties.items():
            if rules is None or rule in rules:
                for duty in duties:
                    for aspect in self._aspects(policy, duty):
                        yield from sorted(aspect.points)

    def shown(self, result: Result) -> Iterator[Point]:
        """List what a case shows of the rules that it is about."""
        if result.walk is not None:
            judged = Judged(result.walk, result.findings)
            yield from self.seen(result.case.policy, result.case.about, judged)

    def seen(self, policy: Policy, rules: Iterable[str], judged: Judged) -> Iterator[Point]:
        """List what a judged record shows of some rules."""
        for rule in rules:
            for duty in policy.duties[rule]:
                for aspect in self._aspects(policy, duty):
                    yield from aspect.shown(judged)

    def _aspects(self, policy: Policy, duty: Duty) -> tuple[Aspect, ...]:
        anatomy, known = self._known.setdefault(id(policy), (Anatomy(policy), {}))
        if id(duty) not in known:
            known[id(duty)] = tuple(_aspects(anatomy, duty))
        return known[id(duty)]


def _aspects(anatomy: Anatomy, duty: Duty) -> Iterator[Aspect]:
    yield from _dates(duty)
    for trigger in duty.triggers:
        yield from trigger_aspects(anatomy, duty, trigger)
    yield from condition_aspects(anatomy, duty)
    yield from effect_aspects(anatomy, duty)


# --- Dates ----------------------------------------------------------------------------------------


def _dates(duty: Duty) -> Iterator[Aspect]:
    """The first and the last date on which an edition judges what arises."""
    for part, border in (("from", duty.since), ("until", duty.until)):
        if border is None:
            continue
        calendar, day = duty.calendar, duty.calendar.day(border)
        what = calendar.local(border)[:10]
        before = point_of(duty, part, what, "what would trigger it, the day before")
        on = point_of(duty, part, what, "what would trigger it, on that day")

        def shown(
            judged: Judged, day: int = day, before: Point = before, on: Point = on
        ) -> Iterator[Point]:
            for instant in _occasions(judged, duty):
                near = judged.walk.policy.calendar.day(instant) - day
                if near in (-1, 0):
                    yield on if near == 0 else before

        yield Aspect(frozenset([before, on]), shown)


def _occasions(judged: Judged, duty: Duty) -> Iterator[int]:
    """When something happened that triggers the rule while it is in force."""
    legs = [leg for episode in judged.walk.episodes for leg in episode.legs]
    for trigger in duty.triggers:
        match trigger:
            case OnEntry(kinds):
                yield from (entry.at for entry in judged.entries(kinds))
            case OnCount(term):
                for episode in judged.walk.episodes:
                    since = episode.counted.get(term.number)
                    if since is not None:
                        yield since.at
            case OnOpen(duration, strict, _):
                yield from (duty.calendar.reached(leg.start, duration, strict) for leg in legs)
            case OnEvery() | OnGap():
                yield from (leg.start for leg in legs)

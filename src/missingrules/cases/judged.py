"""What the kernel asked and found on the way through the record of one case."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from missingrules.cases.nearness import SIDES
from missingrules.cases.points import point_of
from missingrules.matchers.native import compiled
from missingrules.terms import NO, YES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from missingrules.cases.nearness import Side
    from missingrules.cases.points import Point
    from missingrules.duties import Checks, Duty
    from missingrules.entry import Entry
    from missingrules.finding import Finding
    from missingrules.kernel.episode import Episode
    from missingrules.kernel.noted import Asked
    from missingrules.kernel.walk import Walk
    from missingrules.terms import Condition, Prop


class Grace(NamedTuple):
    """A time of grace that began, when it is over, and when all was in order first (or never)."""

    episode: str | None
    start: int
    end: int
    in_order: int | None


@dataclass(frozen=True, slots=True)
class Aspect:
    """Points that belong together, and how to see which of them a case shows."""

    points: frozenset[Point]
    shown: Callable[[Judged], Iterator[Point]]


def sides_of(duty: Duty, part: str, what: str, words: Mapping[Side, str]) -> dict[Side, Point]:
    """Make the points on the sides of a number of a rule."""
    return {side: point_of(duty, part, what, words[side]) for side in SIDES}


def at_sides(
    points: Mapping[Side, Point], sides: Callable[[Judged], Iterator[Side | None]]
) -> Aspect:
    """Make an aspect of the sides of a number."""
    return Aspect(
        frozenset(points.values()),
        lambda judged: (points[side] for side in sides(judged) if side is not None),
    )


@dataclass(slots=True)
class Judged:
    """One case as it was judged; ``findings`` are those of the rules that it is about."""

    walk: Walk
    findings: Sequence[Finding]
    trace: Sequence[Asked] = ()
    _graces: dict[int, list[Grace]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Keep the trace at hand."""
        self.trace = self.walk.trace or ()

    def of(self, duty: Duty) -> Iterator[Finding]:
        """Give the findings of one edition of a rule."""
        return (one for one in self.findings if one.duty is duty)

    def kind(self, entry_id: str | None) -> str | None:
        """Give the kind of an entry."""
        return None if entry_id is None else self.walk.kind_by_id.get(entry_id)

    def entries(self, checks: Checks) -> Iterator[Entry]:
        """Give the entries that are of these kinds, and say what they must, or may."""
        for kind, check in checks.items():
            for entry in self.walk.by_kind.get(kind, ()):
                if entry.at <= self.walk.as_of and self.truth(check, entry) != NO:
                    yield entry

    def truth(self, check: Condition | None, entry: Entry) -> int:
        """Judge the fields of an entry."""
        if check is None:
            return YES
        return self.walk.matcher.judge(check, self.walk.policy.entry_facts(entry))

    def episode(self, episode_id: str | None) -> Episode | None:
        """Find an episode by its id."""
        return next((e for e in self.walk.episodes if e.episode_id == episode_id), None)

    def graces(self, number: int) -> list[Grace]:
        """List the times of grace that began, of one that the policy has."""
        if number not in self._graces:
            self._graces[number] = list(self._grace(number))
        return self._graces[number]

    def _grace(self, number: int) -> Iterator[Grace]:
        first, rest, within = self.walk.policy.graces[number]
        for episode in self.walk.episodes:
            asked = [
                a for a in self.trace if a.role == "grace" and a.episode_id == episode.episode_id
            ]
            runs: list[tuple[int, int | None]] = []
            begun: int | None = None
            for one in asked:
                if one.condition is not first:
                    continue
                if one.truth == YES and begun is None:
                    begun = one.at
                elif one.truth != YES and begun is not None:
                    runs.append((begun, one.at))
                    begun = None
            if begun is not None:
                runs.append((begun, None))
            for start, stop in runs:
                kept = [
                    a.at
                    for a in asked
                    if a.condition is rest
                    and a.truth == YES
                    and start <= a.at <= start + within.us
                    and (stop is None or a.at < stop)
                ]
                end = start + within.us
                late = self._late(episode, rest, end, stop) if not kept else None
                yield Grace(episode.episode_id, start, end, min(kept) if kept else late)

    def _late(self, episode: Episode, rest: Condition, end: int, stop: int | None) -> int | None:
        """When all was in order first after a grace was over, on the facts of the entries by then.

        The kernel does not ask any more, since it no longer matters.
        """
        last = self.walk.as_of if stop is None else stop - 1
        entries = (*self.walk.history.child, *episode.story.entries)
        instants = sorted({e.known for e in entries if end < e.known <= last})
        judge = compiled(rest.node)
        return next((at for at in instants if judge(self._facts(episode, at)) == YES), None)

    def _facts(self, episode: Episode, at: int) -> dict[Prop, int]:
        """Bring the facts of an episode up to an instant, with the setters that the kernel uses."""
        facts: dict[Prop, int] = {}
        sources: dict[Prop, str] = {}
        entries = (*self.walk.history.child, *episode.story.entries)
        for entry in sorted(entries, key=lambda e: (e.at, e.recorded, e.entry_id)):
            for known in (False, True):
                if (entry.known if known else entry.at) <= at:
                    for setter, _ in self.walk.policy.setters[known].get(entry.kind, ()):
                        setter(facts, sources, entry)
        return facts

"""What would make a condition hold, not hold, or impossible to tell.

Conditions are solved as they were compiled, on the same tree that the kernel judges. Every
*setting* of a leaf is tried by itself, so that a table shows each way in which a condition can turn
out; the kernel, not this module, has the last word on whether it does.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from missingrules import terms
from missingrules.edges.calm import MINUTE
from missingrules.edges.leaves import Leaves, Setting
from missingrules.edges.wants import (
    Cured,
    NumberSlot,
    together,
)
from missingrules.terms import MAYBE, NO, YES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from missingrules.edges.wants import Wants
    from missingrules.policy import Policy
    from missingrules.terms import Node

MOST_WAYS: Final = 400
"""How many ways of satisfying a condition are looked at before it counts as out of reach."""

_OPPOSITE: Final = {YES: NO, NO: YES, MAYBE: MAYBE}

Demand: TypeAlias = "tuple[Node, int]"


@dataclass(frozen=True, slots=True)
class Branch:
    """One way in which a condition comes out: a setting, what goes with it, and what had better.

    ``firm`` must come out as said; ``wishes`` isolate the setting and are dropped where they cannot
    be.
    """

    setting: Setting
    firm: tuple[Demand, ...] = ()
    wishes: tuple[Demand, ...] = ()


class Solver:
    """Solves the conditions of one policy."""

    def __init__(self, policy: Policy) -> None:
        """Take the policy, whose facts the leaves are about."""
        self.policy = policy
        self.leaves = Leaves(policy, self)

    # -- ways: any record that makes it so

    def ways(self, demands: Sequence[Demand], have: Wants | None = None) -> Iterator[Wants]:
        """Give wants under which every condition comes out as demanded, the simplest first."""
        return itertools.islice(self._every(tuple(demands), have or {}), MOST_WAYS)

    def _every(  # noqa: C901 - one case a node
        self, demands: tuple[Demand, ...], have: Wants
    ) -> Iterator[Wants]:
        if not demands:
            yield have
            return
        (node, truth), rest = demands[0], demands[1:]
        match node:
            case terms.Term(_, part):
                yield from self._every(((part, truth), *rest), have)
            case terms.Not(part):
                yield from self._every(((part, _OPPOSITE[truth]), *rest), have)
            case terms.All(parts):
                yield from self._vectors(len(parts), parts, truth, rest, have)
            case terms.Any(parts):
                yield from self._vectors(1, parts, truth, rest, have)
            case terms.Some(number, parts):
                yield from self._vectors(number, parts, truth, rest, have)
            case terms.Grace():
                for demanded, setting in self._graces(node, truth):
                    both = together(have, setting.wants)
                    if both is not None:
                        yield from self._every((*demanded, *rest), both)
            case _:
                for setting in self.leaves.settings(node, truth):
                    both = together(have, setting.wants)
                    if both is not None:
                        yield from self._every(rest, both)

    def _vectors(
        self,
        number: int,
        parts: tuple[Node, ...],
        truth: int,
        rest: tuple[Demand, ...],
        have: Wants,
    ) -> Iterator[Wants]:
        """Solve "at least ``number`` of the parts" by saying how enough of them come out."""
        for vector in _vectors(number, len(parts), truth):
            demands = tuple(
                (part, wanted)
                for part, wanted in zip(parts, vector, strict=True)
                if wanted is not None
            )
            yield from self._every((*demands, *rest), have)

    # -- branches: each way by itself

    def branches(  # noqa: PLR0911 - one case a node
        self, node: Node, truth: int
    ) -> list[Branch]:
        """List every setting of every leaf that can make the condition come out so."""
        match node:
            case terms.Term(_, part):
                return self.branches(part, truth)
            case terms.Not(part):
                return self.branches(part, _OPPOSITE[truth])
            case terms.All(parts):
                return self._each(node, len(parts), parts, truth)
            case terms.Any(parts):
                return self._each(node, 1, parts, truth)
            case terms.Some(number, parts):
                return self._each(node, number, parts, truth)
            case terms.Grace():
                return self._each_grace(node, truth)
            case _:
                return [Branch(setting) for setting in self.leaves.settings(node, truth)]

    def _each(self, node: Node, number: int, parts: tuple[Node, ...], truth: int) -> list[Branch]:
        found: list[Branch] = []
        if truth == MAYBE:
            for place, part in enumerate(parts):
                isolated = self._isolating(number, parts, place)
                found += [
                    Branch(each.setting, ((node, MAYBE),), (*each.firm, *each.wishes, *isolated))
                    for each in self.branches(part, MAYBE)
                ]
            return found
        for vector in _rotations(number, len(parts), truth):
            for place, wanted in enumerate(vector):
                if wanted is None:
                    continue
                others = [
                    (part, other)
                    for index, (part, other) in enumerate(zip(parts, vector, strict=True))
                    if index != place and other is not None
                ]
                wishes = tuple(
                    (part, _OPPOSITE[truth])
                    for part, other in zip(parts, vector, strict=True)
                    if other is None
                )
                found += [
                    Branch(each.setting, (*each.firm, *others), (*each.wishes, *wishes))
                    for each in self.branches(parts[place], wanted)
                ]
        return found

    def _isolating(self, number: int, parts: tuple[Node, ...], place: int) -> list[Demand]:
        """Say how the other parts had better come out, for all to hang on one that is unknown."""
        others = [part for index, part in enumerate(parts) if index != place]
        return [(part, YES if n < number - 1 else NO) for n, part in enumerate(others)]

    def _each_grace(self, node: terms.Grace, truth: int) -> list[Branch]:
        found: list[Branch] = []
        for demanded, setting in self._graces(node, truth):
            for place, (part, wanted) in enumerate(demanded):
                others = (*demanded[:place], *demanded[place + 1 :])
                for each in self.branches(part, wanted):
                    wants = together(each.setting.wants, setting.wants)
                    if wants is not None:
                        words = ", ".join(filter(None, (each.setting.words, setting.words)))
                        combined = Setting(wants, words)
                        found.append(Branch(combined, (*each.firm, *others), each.wishes))
        return found

    def solve(self, branch: Branch) -> Wants | None:
        """Give the first wants of a branch, with its wishes if they can be."""
        return next(self.solutions(branch), None)

    def solutions(self, branch: Branch, *more: Demand) -> Iterator[Wants]:
        """Give wants of a branch: first with all its wishes, then without."""
        have = dict(branch.setting.wants)
        if branch.wishes:
            yield from self.ways((*branch.firm, *more, *branch.wishes), have)
        yield from self.ways((*branch.firm, *more), have)

    def _graces(
        self, node: terms.Grace, truth: int
    ) -> Iterator[tuple[tuple[Demand, ...], Setting]]:
        """List how a time of grace makes its condition come out so."""
        slot = NumberSlot("grace", node.state.number)
        within = self.policy.graces[node.state.number][2]
        first, rest = (node.first, YES), node.rest
        cured = tuple((next(self.ways([(rest, YES)]), None) or {}).items())
        if truth == YES:
            yield (first, (rest, YES)), Setting({slot: "kept"}, "")
            running = f"while the {within} of grace run"
            yield (first, (rest, NO)), Setting({slot: "running"}, running)
            if cured:
                last = f"the rest recorded at the end of the {within} of grace"
                yield (first,), Setting({slot: Cured(cured, 0)}, last)
        elif truth == NO:
            yield ((node.first, NO),), Setting({}, "")
            over = f"when the {within} of grace are over"
            yield (first, (rest, NO)), Setting({slot: "lapsed"}, over)
            if cured:
                late = f"the rest recorded a minute after the {within} of grace"
                yield (first,), Setting({slot: Cured(cured, MINUTE)}, late)
        else:
            yield ((node.first, MAYBE),), Setting({}, "")
            over = f"when the {within} of grace are over"
            yield (first, (rest, MAYBE)), Setting({slot: "lapsed"}, over)


# --- How many of several -------------------------------------------------------------------------


def _vectors(number: int, length: int, truth: int) -> Iterator[tuple[int | None, ...]]:
    """Give ways in which parts can come out, so that "at least ``number``" comes out so.

    None for a part that does not matter.
    """
    if truth == YES:
        yield from _choices(length, max(0, number), YES)
    elif truth == NO:
        yield from _choices(length, max(0, length - number + 1), NO)
    else:
        for maybes in range(1, length + 1):
            for sure in range(max(0, number - maybes), min(number, length - maybes + 1)):
                yield from _mixtures(length, sure, maybes)


def _choices(length: int, number: int, truth: int) -> Iterator[tuple[int | None, ...]]:
    for places in itertools.combinations(range(length), number):
        yield tuple(truth if place in places else None for place in range(length))


def _mixtures(length: int, sure: int, maybes: int) -> Iterator[tuple[int | None, ...]]:
    for unknown in itertools.combinations(range(length), maybes):
        others = [place for place in range(length) if place not in unknown]
        for holding in itertools.combinations(others, sure):
            yield tuple(
                MAYBE if place in unknown else YES if place in holding else NO
                for place in range(length)
            )


def _rotations(number: int, length: int, truth: int) -> Iterator[tuple[int | None, ...]]:
    """Give a few ways that between them try every part: neighbours, going round."""
    size = number if truth == YES else length - number + 1
    pattern: list[int | None] = [*[truth] * size, *[None] * (length - size)]
    if not 0 < number <= length:
        return
    turns = length if len(set(pattern)) > 1 else 1
    for turn in range(turns):
        yield tuple(pattern[(place - turn) % length] for place in range(length))

"""The default matcher: each condition becomes a tree of closures over the facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules import terms
from missingrules.terms import MAYBE, NO, UNKNOWN, YES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from missingrules.terms import Condition, Node, Prop

    Judgement = Callable[[Mapping[Prop, int]], int]


class NativeMatcher:
    """Judges conditions in plain Python. Holds no state; safe to share between threads."""

    name = "native"

    def __init__(self, conditions: Sequence[Condition]) -> None:
        """Compile every condition once."""
        self._judgements = [compiled(condition.node) for condition in conditions]

    def judge(self, condition: Condition, facts: Mapping[Prop, int]) -> int:
        """Return ``YES``, ``NO`` or ``MAYBE`` for one condition on one set of facts."""
        return self._judgements[condition.number](facts)


def compiled(node: Node) -> Judgement:  # noqa: C901, PLR0911 - one case a node
    """Turn one node into a function of the facts."""
    match node:
        case terms.Is():
            return _is(node)
        case terms.Between(prop, low, high):

            def between(facts: Mapping[Prop, int]) -> int:
                value = facts.get(prop, 0)
                if value == UNKNOWN:
                    return MAYBE
                return YES if low <= value < high else NO

            return between
        case terms.AtLeast(sure, possible, number):

            def at_least(facts: Mapping[Prop, int]) -> int:
                if facts.get(sure, 0) >= number:
                    return YES
                return MAYBE if facts.get(possible, 0) >= number else NO

            return at_least
        case terms.All(parts):
            return _some(len(parts), [compiled(part) for part in parts])
        case terms.Any(parts):
            return _some(1, [compiled(part) for part in parts])
        case terms.Some(number, parts):
            return _some(number, [compiled(part) for part in parts])
        case terms.Not(part):
            return _not(compiled(part))
        case terms.Term(_, part):
            return compiled(part)
        case terms.Grace():
            return _grace(node)


def _is(node: terms.Is) -> Judgement:
    prop, codes, is_open = node.prop, node.codes, node.open

    def judgement(facts: Mapping[Prop, int]) -> int:
        value = facts.get(prop, 0)
        if value in codes:
            return YES
        if value == UNKNOWN or (is_open and value == terms.NOT_RECORDED):
            return MAYBE
        return NO

    return judgement


def _not(part: Judgement) -> Judgement:
    opposite = {YES: NO, NO: YES, MAYBE: MAYBE}

    def judgement(facts: Mapping[Prop, int]) -> int:
        return opposite[part(facts)]

    return judgement


def _some(number: int, parts: list[Judgement]) -> Judgement:
    """At least ``number`` of the parts: 1 of them is "any", all of them is "all"."""

    def judgement(facts: Mapping[Prop, int]) -> int:
        sure = possible = 0
        left = len(parts)
        if number <= 0:
            return YES
        for part in parts:
            truth = part(facts)
            left -= 1
            if truth == YES:
                sure += 1
                possible += 1
                if sure >= number:
                    return YES
            elif truth == MAYBE:
                possible += 1
            if possible + left < number:
                return NO
        return MAYBE if possible >= number else NO

    return judgement


def _grace(node: terms.Grace) -> Judgement:
    first, state = compiled(node.first), node.state

    def judgement(facts: Mapping[Prop, int]) -> int:
        truth = first(facts)
        value = facts.get(state, 0)
        if truth == NO or value == terms.LAPSED:
            return NO
        if truth == YES and value in (terms.RUNNING, terms.KEPT):
            return YES
        return MAYBE

    return judgement

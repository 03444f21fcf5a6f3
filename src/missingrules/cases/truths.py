"""Which answers the parts of a condition can give at all, and which of them can ever matter.

A case can only be asked for what can be. So for each condition every state of the facts that it
rests on is tried, as far as they hang together: what is recorded has a value, a marker that is
carried was added, a longer time is not over before a shorter one. What no state brings about is
unreachable by construction, and nobody has to write a case for it. A source that could not have
shown something is left out: then any condition may be unknown, whatever the policy says.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from missingrules import terms
from missingrules.calendar import Days, Elapsed
from missingrules.matchers.native import compiled
from missingrules.terms import MAYBE, NO, UNKNOWN, YES
from missingrules.values import YES_NO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from missingrules.policy import Policy
    from missingrules.terms import Node, Prop

    Facts = Mapping[Prop, int]
    Rule = Callable[[Facts], bool]

OPPOSITE: Final = {YES: NO, NO: YES, MAYBE: MAYBE}
EVERY_TRUTH: Final = frozenset({YES, NO, MAYBE})

_MOST_STATES: Final = 20_000
_OLDEST: Final = 30
_FIELDS: Final = ("code", "names", "recorded")


def threshold(sure: int, possible: int, needed: int) -> int:
    """Answer "at least so many of these hold", where some surely do and some may."""
    if sure >= needed:
        return YES
    return MAYBE if possible >= needed else NO


@dataclass(frozen=True, slots=True)
class Compound:
    """What several parts can say together.

    ``truths`` are the answers of the whole, ``deciding`` those of each part that can turn it.
    """

    truths: frozenset[int]
    deciding: tuple[frozenset[int], ...]


class Reach:
    """Works out, for one policy, what can be said of its conditions."""

    def __init__(self, policy: Policy, there: frozenset[Prop] = frozenset()) -> None:
        """Take the policy, and facts that are surely there wherever the condition is asked."""
        self.policy = policy
        self.there = there

    def truths(self, node: Node) -> frozenset[int]:
        """Give the answers that a condition can give."""
        match node:
            case terms.Term(_, part):
                return self.truths(part)
            case terms.Not(part):
                return frozenset(OPPOSITE[truth] for truth in self.truths(part))
            case terms.All(parts):
                return self.compound(parts, len(parts)).truths
            case terms.Any(parts):
                return self.compound(parts, 1).truths
            case terms.Some(number, parts):
                return self.compound(parts, number).truths
        return frozenset(truth for (truth,) in self._together((node,)))

    def compound(self, parts: Sequence[Node], needed: int) -> Compound:
        """Say what "at least so many of these parts" can come to, and which part can turn it."""
        single = [self.truths(part) for part in parts]
        groups = self._groups(parts)
        answers = [
            [(truth,) for truth in single[group[0]]]
            if len(group) == 1
            else list(self._together([parts[number] for number in group], single, group))
            for group in groups
        ]
        counts = [{_count(answer) for answer in listed} for listed in answers]
        whole = _sums(counts)
        deciding: list[set[int]] = [set() for _ in parts]
        for place, (group, listed) in enumerate(zip(groups, answers, strict=True)):
            others = _sums([*counts[:place], *counts[place + 1 :]])
            said = {
                (number, truth, counted)
                for answer in listed
                for counted in (_count(answer),)
                for number, truth in zip(group, answer, strict=True)
            }
            for number, truth, (sure, possible) in said:
                if truth not in deciding[number] and any(
                    turns(truth, single[number], sure + more, possible + maybe, needed)
                    for more, maybe in others
                ):
                    deciding[number].add(truth)
        return Compound(
            frozenset(threshold(sure, possible, needed) for sure, possible in whole),
            tuple(frozenset(found) for found in deciding),
        )

    def _groups(self, parts: Sequence[Node]) -> list[list[int]]:
        """Put together the parts whose facts hang together."""
        groups: list[tuple[set[object], list[int]]] = []
        every = [prop for part in parts for prop in terms.props(part)]
        for number, part in enumerate(parts):
            keys = {key for prop in terms.props(part) for key in self._keys(prop, every)}
            joined: tuple[set[object], list[int]] = (keys, [number])
            rest = []
            for group in groups:
                if group[0].isdisjoint(keys):
                    rest.append(group)
                else:
                    joined = (joined[0] | group[0], [*group[1], *joined[1]])
            groups = [*rest, joined]
        return [sorted(numbers) for _, numbers in groups]

    def _keys(self, prop: Prop, every: Sequence[Prop]) -> Iterator[object]:
        """Name what a fact hangs together with."""
        if prop.what in _FIELDS:
            yield (prop.scope, prop.kind)
        elif prop.what == "lasted":
            yield ("lasted", self.policy.lasted[prop.number][1])
        elif prop.what in ("count_low", "count_high"):
            yield ("count", self.policy.counts[prop.number][0].number)
        elif prop.what == "has" and self.policy.watches[prop.number] == ("marker_added", None):
            yield prop
            yield from (other for other in every if other.what == "marker")
        elif prop.what == "age":
            yield "age"
        else:
            yield prop

    def _together(
        self,
        parts: Sequence[Node],
        single: Sequence[frozenset[int]] = (),
        group: Sequence[int] = (),
    ) -> Iterable[tuple[int, ...]]:
        """Try every state of the facts; where there are too many, take the parts one by one."""
        props = list(dict.fromkeys(prop for part in parts for prop in terms.props(part)))
        judges = [compiled(part) for part in parts]
        found = set()
        for number, facts in enumerate(self._states(props, parts)):
            if number >= _MOST_STATES:
                known = [single[place] for place in group] or [EVERY_TRUTH] * len(parts)
                return set(itertools.product(*known))
            found.add(tuple(judge(facts) for judge in judges))
        return found

    def _states(self, props: Sequence[Prop], parts: Sequence[Node]) -> Iterator[dict[Prop, int]]:
        """Give every state that the facts can be in together."""
        place = {prop: number for number, prop in enumerate(props)}
        rules: list[list[Rule]] = [[] for _ in props]
        for of, rule in self._rules(props, parts):
            rules[max(place[prop] for prop in of)].append(rule)
        domains = [self._domain(prop) for prop in props]
        facts: dict[Prop, int] = {}

        def go_on(number: int) -> Iterator[dict[Prop, int]]:
            if number == len(props):
                yield facts
                return
            for value in domains[number]:
                facts[props[number]] = value
                if all(rule(facts) for rule in rules[number]):
                    yield from go_on(number + 1)
            del facts[props[number]]

        return go_on(0)

    def _domain(self, prop: Prop) -> list[int]:  # noqa: PLR0911 - one a fact
        """List the values that a fact can have on a source that can hold everything."""
        if prop in self.there:
            return self._codes(prop)[1:] if prop.what == "code" else [1]
        match prop.what:
            case "code":
                return self._codes(prop)
            case "names":
                return [0, 1, 2]
            case "recorded":
                return [1] if self._required(prop) else [0, 1]
            case "has":
                check = self.policy.watches[prop.number][1]
                unsure = check is not None and MAYBE in self.truths(check.node)
                return [0, 1, UNKNOWN] if unsure else [0, 1]
            case "age":
                return [*range(_OLDEST + 1), UNKNOWN]
            case "lasted":
                since = self.policy.lasted[prop.number][1]
                known = [terms.BELOW, terms.AT, terms.ABOVE]
                return [*known, UNKNOWN] if since == "missing_since" else known
            case "count_low" | "count_high":
                return list(range(self._most() + 2))
            case "grace":
                rest = self.policy.graces[prop.number][1]
                known = [0, terms.RUNNING, terms.KEPT, terms.LAPSED]
                return [*known, UNKNOWN] if MAYBE in self.truths(rest.node) else known
        return [0, 1]

    def _codes(self, prop: Prop) -> list[int]:
        table = self.policy.codes.get((prop.kind, prop.name), {})
        told = self.policy.vocabulary.kinds[prop.kind].fields.get(prop.name)
        listed: tuple[str, ...] | None = None
        if told is not None and told.type == "yes_no":
            listed = YES_NO
        if told is not None and told.values is not None:
            listed = told.values
        codes = sorted(set(table.values()))
        if listed is None or any(value not in table for value in listed):
            codes.append(terms.OTHER)
        return codes if self._required(prop) else [terms.NOT_RECORDED, *codes]

    def _required(self, prop: Prop) -> bool:
        """Whether an entry of the kind always has the field, and it is asked of an entry."""
        told = self.policy.vocabulary.kinds[prop.kind].fields.get(prop.name)
        return prop.scope == "entry" and told is not None and told.required

    def _most(self) -> int:
        """The highest number of episodes that a condition of the policy asks for."""
        return max((_highest(condition.node) for condition in self.policy.conditions), default=0)

    # -- what hangs together

    def _rules(
        self, props: Sequence[Prop], parts: Sequence[Node]
    ) -> Iterator[tuple[tuple[Prop, ...], Rule]]:
        """List what is true of every state of these facts, each with the facts it is about."""
        for first, second in itertools.permutations(props, 2):
            for rule in self._pair(first, second):
                yield (first, second), rule
        for part in parts:
            yield from _graces(part)

    def _pair(self, first: Prop, second: Prop) -> Iterator[Rule]:
        one = (first.what, second.what)
        if first.what in _FIELDS and second.what in _FIELDS:
            if (first.scope, first.kind) == (second.scope, second.kind):
                yield from self._fields(first, second)
        elif one == ("marker", "has") and self.policy.watches[second.number] == (
            "marker_added",
            None,
        ):
            yield lambda facts: not facts[first] or facts[second] == 1
        elif one == ("lasted", "lasted"):
            yield from self._durations(first, second)
        elif {*one} <= {"count_low", "count_high"}:
            yield from self._counts(first, second)

    def _counts(self, first: Prop, second: Prop) -> Iterator[Rule]:
        """As many surely count as may, unless the term can be unknown; fewer in a window."""
        term, window, _ = self.policy.counts[first.number]
        other, wider, _ = self.policy.counts[second.number]
        if first.number == second.number:
            if (first.what, second.what) == ("count_low", "count_high"):
                if MAYBE in self.truths(term.node):
                    yield lambda facts: facts[first] <= facts[second]
                else:
                    yield lambda facts: facts[first] == facts[second]
        elif first.what == second.what and term is other and wider is None and window is not None:
            yield lambda facts: facts[first] <= facts[second]

    def _fields(self, first: Prop, second: Prop) -> Iterator[Rule]:
        """What fields of one kind say of each other: what is known has happened."""
        follows = first.scope == "entry" or first.known or not second.known
        told = self.policy.vocabulary.kinds[second.kind].fields.get(second.name)
        same = first.name == second.name
        if follows and (same or (told is not None and told.required)):
            yield lambda facts: not facts[first] or facts[second] != 0

    def _durations(self, first: Prop, second: Prop) -> Iterator[Rule]:
        """A longer time is not over before a shorter one."""
        one, since = self.policy.lasted[first.number]
        other, also = self.policy.lasted[second.number]
        if since != also:
            return
        yield lambda facts: (facts[first] == UNKNOWN) == (facts[second] == UNKNOWN)
        if (isinstance(one, Elapsed) and isinstance(other, Elapsed) and one.us < other.us) or (
            isinstance(one, Days) and isinstance(other, Days) and one.count < other.count
        ):
            over = (terms.ABOVE, UNKNOWN)
            yield lambda facts: facts[second] == terms.BELOW or facts[first] in over


def turns(truth: int, can_be: frozenset[int], sure: int, possible: int, needed: int) -> bool:
    """Whether the whole would come out otherwise if this part said something else that it can say.

    ``sure`` and ``possible`` count every part, this one with its ``truth``.
    """
    now = threshold(sure, possible, needed)
    sure -= truth == YES
    possible -= truth in (YES, MAYBE)
    return any(
        threshold(sure + (other == YES), possible + (other in (YES, MAYBE)), needed) != now
        for other in can_be
        if other != truth
    )


def _graces(node: Node) -> Iterator[tuple[tuple[Prop, ...], Rule]]:
    """A time of grace has a state just while its first condition holds."""
    if isinstance(node, terms.Grace):
        holds, state = compiled(node.first), node.state
        of = (state, *terms.props(node.first))
        yield of, lambda facts: (holds(facts) == YES) == (facts[state] != 0)
    for part in terms.children(node):
        yield from _graces(part)


def _highest(node: Node) -> int:
    own = node.number if isinstance(node, terms.AtLeast) else 0
    return max([own, *(_highest(part) for part in terms.children(node))])


def _count(answer: Iterable[int]) -> tuple[int, int]:
    """How many parts surely hold, and how many may."""
    listed = list(answer)
    return listed.count(YES), len(listed) - listed.count(NO)


def _sums(counts: Iterable[set[tuple[int, int]]]) -> set[tuple[int, int]]:
    """Every sum of one count from each set."""
    found = {(0, 0)}
    for each in counts:
        found = {(a + c, b + d) for a, b in found for c, d in each}
    return found

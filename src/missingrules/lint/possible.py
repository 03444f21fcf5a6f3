"""Whether conditions can hold: a search over what the facts behind them can be.

The search never says "cannot" where something can. It knows which facts exclude one another (one
value a field, one number of episodes, one age) and takes all others to be independent; where there
are too many cases to try, it says "can".
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final, TypeAlias

from missingrules import terms
from missingrules.calendar import Days, Elapsed, WorkingDays
from missingrules.record import CORRECTIONS
from missingrules.terms import MAYBE, NO, UNKNOWN, YES
from missingrules.values import YES_NO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from missingrules.policy import Policy
    from missingrules.terms import Node, Prop

Key: TypeAlias = tuple[object, ...]
"""What a fact is read off: a field, a marker, an age; see :meth:`Facts.reads`."""
Goal: TypeAlias = "tuple[Node, frozenset[int]]"
"""A condition, and the truth values wanted of it."""

HOLDS: Final = frozenset({YES})
MAY_HOLD: Final = frozenset({YES, MAYBE})
FAILS: Final = frozenset({NO})
MAY_FAIL: Final = frozenset({NO, MAYBE})
UNCLEAR: Final = frozenset({MAYBE})


_MOST_STEPS: Final = 4_000
_ENOUGH: Final = 5_000
"""Looks at a part of a condition that any search may take."""
_MOST_LOOKS: Final = 300_000
"""Looks beyond these, of all searches of a policy together."""


class _TooManyCasesError(Exception):
    pass


class Possible:
    """Asks of one policy which conditions can hold, and which together.

    ``together``: whether a field is taken to be recorded exactly where it has a value. It is not
    so in general, because an entry can be made long after what it tells; it is for one entry.
    """

    def __init__(self, policy: Policy, *, together: bool = False) -> None:
        """Prepare; what facts there are is looked up as they are asked for."""
        self._facts = Facts(policy, together=together)
        self._implied: dict[tuple[int, int], bool] = {}

    def can(self, *goals: Goal, given: Mapping[Key, Sequence[int]] | None = None) -> bool:
        """Whether all goals can be met at once, where the facts in ``given`` are one of these."""
        search = _Search(self._facts, goals, given or {})
        try:
            return search.found({})
        except _TooManyCasesError:
            return True

    def implies(self, narrow: Node | None, wide: Node | None) -> bool:
        """Whether wherever one condition holds, or may hold, the other does at least as surely."""
        if wide is None or narrow is wide:
            return True
        if narrow is None:
            return not self.can((wide, MAY_FAIL))
        key = (id(narrow), id(wide))  # the policy keeps its conditions as long as it lives
        if key not in self._implied:
            surely = not self.can((narrow, HOLDS), (wide, MAY_FAIL))
            self._implied[key] = surely and not self.can((narrow, UNCLEAR), (wide, FAILS))
        return self._implied[key]


class Facts:
    """What the facts of one policy can be, and what each is read off."""

    def __init__(self, policy: Policy, *, together: bool) -> None:
        """Remember the policy."""
        self.policy = policy
        self.together = together
        self.looks = 0
        self._read: dict[Prop, tuple[tuple[Key, ...], Callable[..., int]]] = {}
        self._domains: dict[Key, tuple[int, ...]] = {}

    def reads(self, prop: Prop) -> tuple[tuple[Key, ...], Callable[..., int]]:
        """Give what a fact is read off, and how."""
        if prop not in self._read:
            self._read[prop] = self._reading(prop)
        return self._read[prop]

    def domain(self, key: Key) -> tuple[int, ...]:
        """List what the thing behind a key can be."""
        if key not in self._domains:
            self._domains[key] = tuple(self._values(key))
        return self._domains[key]

    def _reading(self, prop: Prop) -> tuple[tuple[Key, ...], Callable[..., int]]:  # noqa: PLR0911 - one a fact
        where = (prop.scope, prop.kind, prop.name, prop.known and not self.together)
        match prop.what:
            case "code":
                return (("field", *where),), _itself
            case "recorded" if prop.scope != "entry" and not self.together:
                return (("recorded", *where),), _itself
            case "recorded":
                return (("field", *where),), bool
            case "names":
                return (("field", *where), ("names", *where, prop.value)), _product
            case "has":
                return self._has(prop.number), _any
            case "lasted":
                duration, since = self.policy.lasted[prop.number]
                place = 2 * self._limits(since, type(duration)).index(duration) + 1
                return (("lasted", since, type(duration)),), lambda at: _compared(at, place)
            case "count_low" | "count_high":
                return (("count", prop.number),), _itself
            case "age":
                return (("age",),), _itself
            case _:
                key = (prop.what, prop.scope, prop.value, prop.name, prop.number, prop.known)
                return (key,), _itself

    def _has(self, number: int) -> tuple[Key, ...]:
        """An entry of a kind is there if one that says something particular is."""
        kind, check = self.policy.watches[number]
        own = [("has", number)]
        if check is None:
            own += [
                ("has", other)
                for other, (named, asked) in enumerate(self.policy.watches)
                if named == kind and asked is not None
            ]
        return tuple(own)

    def _limits(self, since: object, unit: object) -> list[Elapsed | Days | WorkingDays]:
        listed = {d for d, start in self.policy.lasted if start == since and type(d) is unit}
        return sorted(listed, key=length)

    def _values(self, key: Key) -> Iterator[int]:
        match key:
            case ("field", scope, str(kind), str(name), _):
                yield from self._field(scope, kind, name)
            case ("names", *_):
                yield from (1, 2)
            case ("has", int(number)):
                kind, check = self.policy.watches[number]
                yield 0
                search = None if check is None else _Search(self, [(check.node, HOLDS)], {})
                if kind not in CORRECTIONS and (search is None or search.found({})):
                    yield 1
            case ("lasted", since, unit):
                yield from range(2 * len(self._limits(since, unit)) + 1)
            case ("count", int(number)):
                yield from sorted({0, *self._numbers(number)})
            case ("age",):
                yield from sorted({0, *self.policy.index.ages})
                yield UNKNOWN
            case ("grace", *_):
                yield from (terms.RUNNING, terms.KEPT, terms.LAPSED)
            case _:
                yield from (0, 1)

    def _field(self, scope: object, kind: str, name: str) -> Iterator[int]:
        codes = self.policy.codes.get((kind, name), {})
        if name == "by":
            roles = self.policy.vocabulary.roles
            yield terms.NOT_RECORDED
            yield from (c for r, c in codes.items() if r not in roles or r in roles.values())
            yield terms.OTHER
            return
        field = self.policy.vocabulary.kinds[kind].fields[name]
        if not (scope == "entry" and field.required):
            yield terms.NOT_RECORDED
        if field.type == "choices":
            yield 1
            return
        known = YES_NO if field.type == "yes_no" else field.values
        yield from codes.values()
        if known is None or set(known) - codes.keys():
            yield terms.OTHER

    def _numbers(self, number: int) -> Iterator[int]:
        for condition in self.policy.conditions:
            for node in nodes(condition.node):
                if isinstance(node, terms.AtLeast) and node.low.number == number:
                    yield node.number


class _Search:
    """One search: facts are fixed one after the other, until the goals are met or cannot be."""

    def __init__(
        self, facts: Facts, goals: Sequence[Goal], given: Mapping[Key, Sequence[int]]
    ) -> None:
        self.facts, self.goals, self.given = facts, goals, given
        self.parts = sum(1 for node, _ in goals for _ in nodes(node))
        self.steps = 0

    def found(self, fixed: dict[Key, int]) -> bool:
        self._step()
        open_goal: Node | None = None
        for node, wanted in self.goals:
            truths = self.truths(node, fixed)
            if not truths & wanted:
                return False
            if open_goal is None and not truths <= wanted:
                open_goal = node
        if open_goal is None:
            return True
        keys = (key for prop in terms.props(open_goal) for key in self.facts.reads(prop)[0])
        key = next(key for key in keys if key not in fixed)
        return any(self.found({**fixed, key: value}) for value in self.values(key))

    def _step(self) -> None:
        """Count a step. Every policy is linted in seconds, however hard its conditions are."""
        self.steps += 1
        if self.steps * self.parts <= _ENOUGH:
            return
        self.facts.looks += self.parts
        if self.steps > _MOST_STEPS or self.facts.looks > _MOST_LOOKS:
            raise _TooManyCasesError

    def values(self, key: Key) -> Sequence[int]:
        return self.given[key] if key in self.given else self.facts.domain(key)

    def read(self, prop: Prop, fixed: Mapping[Key, int]) -> set[int]:
        keys, read = self.facts.reads(prop)
        options = [(fixed[key],) if key in fixed else self.values(key) for key in keys]
        return {read(*chosen) for chosen in product(*options)}

    def truths(self, node: Node, fixed: Mapping[Key, int]) -> frozenset[int]:  # noqa: PLR0911 - one a node
        """The truth values that a node may still take; exact once all its facts are fixed."""
        match node:
            case terms.Is(prop, codes, is_open):
                return frozenset(_is(v, codes, is_open) for v in self.read(prop, fixed))
            case terms.Between(prop, low, high):
                return frozenset(_between(v, low, high) for v in self.read(prop, fixed))
            case terms.AtLeast(low, _, number):
                counted = self.read(low, fixed)
                return frozenset(YES if v >= number else NO for v in counted)
            case terms.Not(part):
                return frozenset(_OPPOSITE[truth] for truth in self.truths(part, fixed))
            case terms.Term(_, part):
                return self.truths(part, fixed)
            case terms.Grace(first, _, state):
                kept = self.read(state, fixed)
                inside = frozenset(NO if v == terms.LAPSED else YES for v in kept)
                return _some(2, [self.truths(first, fixed), inside])
            case terms.All(parts):
                number = len(parts)
            case terms.Any(parts):
                number = 1
            case terms.Some(number, parts):
                pass
        return _some(number, [self.truths(part, fixed) for part in parts])


_OPPOSITE: Final = {YES: NO, NO: YES, MAYBE: MAYBE}


def _some(number: int, parts: Sequence[frozenset[int]]) -> frozenset[int]:
    """At least so many of the parts, each of which may take these truth values."""
    can_hold = sum(YES in part for part in parts)
    may_hold = sum(bool(part & MAY_HOLD) for part in parts)
    must_hold = sum(part == HOLDS for part in parts)
    must_not_fail = sum(NO not in part for part in parts)
    unclear = any(MAYBE in part for part in parts)
    made = set()
    if can_hold >= number:
        made.add(YES)
    if must_not_fail < number:
        made.add(NO)
    if unclear and may_hold >= number and must_hold < number:
        made.add(MAYBE)
    return frozenset(made)


def _is(value: int, codes: frozenset[int], is_open: bool) -> int:  # noqa: FBT001 - as the node has it
    if value in codes:
        return YES
    return MAYBE if value == UNKNOWN or (is_open and value == terms.NOT_RECORDED) else NO


def _between(value: int, low: int, high: int) -> int:
    if value == UNKNOWN:
        return MAYBE
    return YES if low <= value < high else NO


def _itself(value: int) -> int:
    return value


def _any(*there: int) -> int:
    return max(there)


def _product(recorded: int, named: int) -> int:
    return recorded * named


def _compared(at: int, limit: int) -> int:
    return terms.BELOW if at < limit else terms.AT if at == limit else terms.ABOVE


def nodes(node: Node) -> Iterator[Node]:
    """A node and all that is inside it."""
    yield node
    inner = (node.first, node.rest) if isinstance(node, terms.Grace) else terms.children(node)
    for part in inner:
        yield from nodes(part)


def length(duration: Elapsed | Days | WorkingDays) -> int:
    """Measure a duration in its own unit, for comparing two of one unit."""
    return duration.us if isinstance(duration, Elapsed) else duration.count

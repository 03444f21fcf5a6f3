"""Conditions as a small tree with three truth values.

A condition is judged on *flat facts*: small whole numbers that the kernel keeps up to date for the
child, the episode and the entry in question. What a fact means is said by its :class:`Prop`; how it
is tested, by the nodes below. Both matchers compile the same tree, each in its own way.

Facts are coded so that no meaning hides in a type: 0 is "no" or "not recorded", :data:`UNKNOWN` is
"cannot be known from this source". Strong Kleene logic: unknown spreads only where it could change
the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NO: Final = 0
YES: Final = 1
MAYBE: Final = 2
"""The three truth values of a condition; plain integers, because hot loops compare them."""

NOT_RECORDED: Final = 0
OTHER: Final = 1
"""Code of a recorded value that no condition of the policy names."""

UNKNOWN: Final = 999
"""Code of a fact that the source of the log cannot hold."""

RUNNING: Final = 1
KEPT: Final = 2
LAPSED: Final = 3
"""States of a time of grace (0: not begun)."""

BELOW: Final = 0
AT: Final = 1
ABOVE: Final = 2
"""A duration compared with a limit."""

Scope = Literal["child", "episode", "entry"]
What = Literal[
    "code",  # the value of a field, coded
    "names",  # whether a list field names a value: 1 yes, 2 no
    "recorded",  # whether a field was ever recorded
    "marker",
    "concern",
    "has",  # whether an entry of a watched kind exists; `number` indexes the policy's watches
    "age",
    "lasted",  # `number` indexes the policy's lasted limits
    "count_low",  # episodes surely counted; `number` indexes the policy's counts
    "count_high",  # episodes that may be counted
    "grace",  # `number` indexes the policy's times of grace
    "unnamed",  # known markers or concerns that a list field does not name
]


@dataclass(frozen=True, slots=True, eq=False)
class Prop:
    """One fact: whose it is, what it says, and when an entry bears on it.

    A policy makes each fact once and compares by identity, so that looking one up costs next to
    nothing.

    ``known`` facts change when an entry is known (the later of happening and recording), the others
    when what it tells happened.
    """

    scope: Scope
    what: What
    kind: str = ""
    name: str = ""
    value: str = ""
    number: int = 0
    known: bool = False

    @property
    def label(self) -> str:
        """A name for people, unique within a policy."""
        parts = [self.scope, self.what, self.kind, self.name, self.value]
        text = ".".join(part for part in parts if part)
        return f"{text}#{self.number}{'!' if self.known else ''}"


@dataclass(frozen=True, slots=True)
class Is:
    """The fact is one of ``codes``. Where ``open``, not recorded is unknown, not false."""

    prop: Prop
    codes: frozenset[int]
    open: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least ``number`` episodes count: surely by the low count, possibly by the high one."""

    low: Prop
    high: Prop
    number: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Between:
    """``low <= fact < high``; unknown where the fact is."""

    prop: Prop
    low: int
    high: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least ``number`` of the parts hold."""

    number: int
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Node


@dataclass(frozen=True, slots=True)
class Grace:
    """``first`` holds, and ``rest`` held before the time of grace was over (or it still runs).

    ``state`` is the fact that tells how the grace stands; the kernel keeps it.
    """

    first: Node
    rest: Node
    state: Prop


@dataclass(frozen=True, slots=True)
class Term:
    """A named condition; the name is kept for explanations."""

    name: str
    part: Node


Node: TypeAlias = Is | AtLeast | Between | All | Any | Some | Not | Grace | Term


def children(node: Node) -> tuple[Node, ...]:
    """Parts of a node that a matcher judges."""
    match node:
        case All(parts) | Any(parts) | Some(_, parts):
            return parts
        case Not(part) | Term(_, part):
            return (part,)
        case Grace(first, _, _):
            return (first,)
        case _:
            return ()


def props(node: Node) -> Iterator[Prop]:
    """Every fact that the truth of a node rests on, repeats included."""
    match node:
        case Is(prop=prop) | Between(prop=prop):
            yield prop
        case AtLeast(low=low, high=high):
            yield low
            yield high
        case Grace(state=state):
            yield state
    for part in children(node):
        yield from props(part)


def doubts(node: Node, facts: Mapping[Prop, int]) -> Iterator[Prop]:
    """Every fact that leaves the truth of a part of the node unknown, repeats included."""
    match node:
        case Is(prop, _, is_open):
            value = facts.get(prop, 0)
            if value == UNKNOWN or (is_open and value == NOT_RECORDED):
                yield prop
        case Between(prop=prop):
            if facts.get(prop, 0) == UNKNOWN:
                yield prop
        case AtLeast(low, high, number):
            if facts.get(low, 0) < number <= facts.get(high, 0):
                yield high
        case Grace(state=state):
            if facts.get(state, 0) == UNKNOWN:
                yield state
    for part in children(node):
        yield from doubts(part, facts)


def limits(node: Node) -> Iterator[int]:
    """Every limit on a fact that grows with time: the ages at which a condition changes."""
    if isinstance(node, Between):
        yield node.low
        if node.high != UNKNOWN:
            yield node.high
    for part in children(node):
        yield from limits(part)


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A compiled condition of a policy: its tree, and the facts it needs, each once.

    ``number`` is its place in the policy's list of conditions. ``ages``, ``lasted`` and ``counts``
    single out the facts that change with time alone (``moves``), which the kernel works out when it
    asks.
    """

    number: int
    node: Node
    facts: tuple[Prop, ...] = field(init=False)
    ages: tuple[int, ...] = field(init=False)
    lasted: tuple[int, ...] = field(init=False)
    counts: tuple[int, ...] = field(init=False)
    graces: tuple[int, ...] = field(init=False)
    moves: bool = field(init=False)

    def __post_init__(self) -> None:
        """List the facts."""
        facts = tuple(dict.fromkeys(props(self.node)))
        put = object.__setattr__
        put(self, "facts", facts)
        put(self, "ages", tuple(limits(self.node)))
        put(self, "lasted", tuple(f.number for f in facts if f.what == "lasted"))
        put(self, "counts", tuple(f.number for f in facts if f.what == "count_low"))
        put(self, "moves", bool(self.ages or self.lasted or self.counts))
        put(self, "graces", tuple(f.number for f in facts if f.what == "grace"))

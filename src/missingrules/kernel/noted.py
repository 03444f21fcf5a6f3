"""What a walk through a record notes on its way, for duties, counts and explanations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from missingrules.calendar import Duration
    from missingrules.duties import Duty, OnCount
    from missingrules.entry import Entry
    from missingrules.kernel.episode import Episode
    from missingrules.terms import Condition, Prop

Role = Literal["if", "where", "unless", "term", "label", "grace", "field", "watch", "every"]
"""What a condition is asked for."""


@dataclass(slots=True, eq=False)
class Opening:
    """A trigger that fired: a duty arises here if ``truth`` is ``YES``, else it may."""

    duty: Duty
    episode: Episode | None
    leg: int
    at: int
    known: int
    anchor: Entry
    truth: int
    cited: tuple[str, ...]
    unknown: tuple[str, ...]
    names: tuple[str, ...] = ()
    slot: int = 0


@dataclass(slots=True, eq=False)
class CountMoment:
    """Episodes that began to count, for one duty, and whether its condition held just then."""

    duty: Duty
    trigger: OnCount
    at: int
    sure: list[Episode]
    maybe: list[Episode]
    truth: int
    cited: tuple[str, ...]
    unknown: tuple[str, ...]


class Pulse(NamedTuple):
    """A repeating duty from a moment on: whether it applies, and at what interval."""

    at: int
    truth: int
    interval: Duration
    cited: tuple[str, ...]
    unknown: tuple[str, ...] = ()


class State(NamedTuple):
    """How a condition stood from ``at`` to before ``until``, and the entries that it rests on."""

    at: int
    until: int
    truth: int
    cited: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One condition judged: what was asked when, on which facts, with what answer."""

    rule: str
    role: Role
    condition: Condition
    at: int
    episode_id: str | None
    entry_id: str | None
    facts: dict[Prop, int]
    sources: dict[Prop, str]
    truth: int


@dataclass(frozen=True, slots=True, eq=False)
class WindowTest:
    """One time that a count was held against its threshold, kept for explanations.

    ``inside`` lie in the window that ends at ``end``; ``counted`` are all that counted by ``at``
    and were not used up by an action before.
    """

    rule: str
    trigger: OnCount
    at: int
    end: int
    inside: tuple[Episode, ...]
    counted: tuple[Episode, ...]
    used_up: frozenset[str]
    reached: bool

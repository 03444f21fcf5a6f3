"""What a policy is about: kinds of entry, values and durations that its rules ask for.

Records are drawn from this, so that they hold what can change a verdict. Everything is read off the
compiled policy, where terms and parameters are resolved.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from missingrules.calendar import Calendar, parse_duration
from missingrules.duties import (
    Action,
    Floor,
    OnCount,
    OnEntry,
    OnEvery,
    OnGap,
    OnOpen,
    Recorded,
)
from missingrules.record import CORRECTIONS
from missingrules.terms import Condition
from missingrules.testing.edge import edges
from missingrules.vocabulary import GRADES, standard

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from missingrules.calendar import Duration
    from missingrules.duties import Duty, Trigger
    from missingrules.policy import Policy
    from missingrules.terms import Prop
    from missingrules.testing.edge import Edge
    from missingrules.vocabulary import Vocabulary
    from missingrules.window import Window

FRAME = ("reported", "located", "returned", "closed")
"""Kinds that say when an episode begins and ends: every rule hangs on them."""

DECISION = "decided_not_required"
USUAL = tuple(
    map(
        parse_duration,
        ("15 minutes", "1 hour", "2 hours", "24 hours", "48 hours", "72 hours", "1 day", "90 days"),
    )
)
"""Durations in use where there is no policy."""


@dataclass(frozen=True, slots=True, eq=False)
class Focus:
    """What one rule, or several together, are about."""

    kinds: frozenset[str]
    lengths: frozenset[Duration] = frozenset()
    decided: frozenset[str] = frozenset()
    """Actions that a decision could find not required."""

    @property
    def asked(self) -> frozenset[str]:
        """The kinds that not every rule is about."""
        return self.kinds - {*FRAME, DECISION}

    @property
    def edges(self) -> tuple[Edge, ...]:
        """The edges of the durations, or of usual ones where there are none."""
        return edges(self.lengths or USUAL)

    def __or__(self, other: Focus) -> Focus:
        """Take both together."""
        return Focus(
            self.kinds | other.kinds, self.lengths | other.lengths, self.decided | other.decided
        )


@dataclass(frozen=True, eq=False)
class Subject:
    """What a policy is about, rule by rule.

    ``named`` are the values that rules name, by kind and field (``by`` for the role); a field that
    they ask for without naming a value has none there. ``gaps`` are the edges of durations since
    the child was missing; ``borders`` are the instants (UTC microseconds) at which an edition
    begins or ends.
    """

    vocabulary: Vocabulary
    calendar: Calendar
    rules: Mapping[str, Focus]
    named: Mapping[tuple[str, str], tuple[str, ...]]
    gaps: tuple[Edge, ...] = ()
    ages: tuple[int, ...] = ()
    borders: tuple[int, ...] = ()

    def focus(self, rules: Iterable[str]) -> Focus:
        """Take some rules together."""
        return functools.reduce(Focus.__or__, (self.rules[rule] for rule in rules))

    def around(self, rule: str) -> Focus:
        """Take a rule together with those that ask for the same things."""
        asked = self.rules[rule].asked
        return self.focus([rule, *(o for o, focus in self.rules.items() if focus.asked & asked)])

    @functools.cached_property
    def whole(self) -> Focus:
        """All the rules together."""
        return self.focus(self.rules)

    @functools.cached_property
    def anything(self) -> Focus:
        """Whatever a log may hold, asked for or not."""
        return self.whole | Focus(frozenset(self.vocabulary.kinds) - CORRECTIONS)


@functools.cache
def of_no_policy() -> Subject:
    """What a log may be about where no policy is given: everything that the standard one knows."""
    words = standard()
    focus = Focus(frozenset(words.kinds) - CORRECTIONS, frozenset(USUAL))
    asked = {(kind.name, name): () for kind in words.kinds.values() for name in kind.fields}
    return Subject(words, Calendar("Europe/London"), {"": focus}, asked, edges(USUAL[:3]), (13, 18))


@functools.lru_cache(maxsize=16)
def subject_of(policy: Policy) -> Subject:
    """Read off a policy what it is about."""
    named = {asked: set(codes) for asked, codes in policy.codes.items()}
    named["reported", "missing_since"] = set()  # places an episode, and starts a gap
    gaps: set[Duration] = set()
    rules = {
        rule: _Reading(policy, named, gaps).focus(duties) for rule, duties in policy.duties.items()
    }
    borders = {
        at
        for duties in policy.duties.values()
        for duty in duties
        for at in (duty.since, duty.until)
    }
    return Subject(
        vocabulary=policy.vocabulary,
        calendar=policy.calendar,
        rules=rules or {"": Focus(frozenset(FRAME))},
        named={asked: tuple(sorted(values)) for asked, values in named.items()},
        gaps=edges(gaps),
        ages=tuple(sorted(policy.index.ages - {0})),
        borders=tuple(sorted(at for at in borders if at is not None)),
    )


class _Reading:
    """What one rule is about, gathered on the way through it.

    ``named`` and ``gaps`` are shared by all rules.
    """

    def __init__(
        self, policy: Policy, named: dict[tuple[str, str], set[str]], gaps: set[Duration]
    ) -> None:
        self.policy = policy
        self.named = named
        self.gaps = gaps
        self.kinds = set(FRAME)
        self.lengths: set[Duration] = set()
        self.decided: set[str] = set()

    def focus(self, duties: Iterable[Duty]) -> Focus:
        for duty in duties:
            for form in (*duty.triggers, *duty.unless, duty.condition):
                if isinstance(form, Condition):
                    self.condition(form)
                elif form is not None:
                    self.trigger(form)
            self.effect(duty)
        return Focus(frozenset(self.kinds), frozenset(self.lengths), frozenset(self.decided))

    def trigger(self, trigger: Trigger) -> None:
        match trigger:
            case OnEntry(kinds=checks):
                self.entries(checks)
            case OnCount():
                self.condition(trigger.term)
                self.condition(trigger.label)
                self.window(trigger.window)
            case OnOpen() | OnGap():
                self.lengths.add(trigger.duration)
                self.gaps.add(trigger.duration)
            case OnEvery():
                self.lengths.add(trigger.interval)
                self.length(trigger.first_after)
                for condition, interval in trigger.sooner:
                    self.lengths.add(interval)
                    self.condition(condition)

    def effect(self, duty: Duty) -> None:
        self.length(duty.allowed)
        match duty.effect:
            case Action(kinds=checks):
                self.entries(checks)
                self.kinds.add(DECISION)
                self.decided.update(checks)
                self.ask(DECISION, "rationale")
                self.ask(DECISION, "by", duty.deciders)
            case Recorded(checks=checks):
                self.entries(checks)
            case Floor():
                self.kinds.add("graded")
                self.ask("graded", "grade", GRADES)

    def entries(self, checks: Mapping[str, Condition | None]) -> None:
        self.kinds.update(checks)
        for check in checks.values():
            self.condition(check)

    def condition(self, condition: Condition | None) -> None:
        for fact in () if condition is None else condition.facts:
            self.fact(fact)

    def fact(self, fact: Prop) -> None:  # noqa: C901 - one case a kind of fact
        policy, number = self.policy, fact.number
        match fact.what:
            case "marker":
                for kind in ("marker_added", "marker_removed"):
                    self.ask(kind, "marker", (fact.value,))
            case "concern":
                self.ask("concern_noted", "concern", (fact.value,))
            case "has":
                kind, check = policy.watches[number]
                self.entries({kind: check})
            case "age":
                self.ask("born", "date_of_birth")
            case "lasted":
                self.lengths.add(policy.lasted[number][0])
                self.gaps.add(policy.lasted[number][0])
            case "count_low":
                term, window, _ = policy.counts[number]
                self.condition(term)
                self.window(window)
            case "grace":
                first, rest, within = policy.graces[number]
                self.lengths.add(within)
                self.condition(first)
                self.condition(rest)
            case "unnamed":
                self.kinds.update(("marker_added", "concern_noted"))
                self.ask(fact.kind, fact.name)
            case "code" | "names" | "recorded":
                self.ask(fact.kind, fact.name, (fact.value,) if fact.value else ())

    def ask(self, kind: str, name: str, values: Iterable[str] = ()) -> None:
        self.kinds.add(kind)
        self.named.setdefault((kind, name), set()).update(values)

    def window(self, window: Window | None) -> None:
        self.length(None if window is None else window.length)

    def length(self, length: Duration | None) -> None:
        if length is not None:
            self.lengths.add(length)

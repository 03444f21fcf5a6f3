"""Duties: what a rule comes to once its names are resolved.

A rule of a policy becomes one :class:`Duty` for each stretch of time in which it and its parameters
stay the same. Everything here is plain data; the kernel gives it life.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from missingrules.terms import Condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from missingrules.calendar import Calendar, Duration
    from missingrules.terms import Prop
    from missingrules.window import Window

Checks: TypeAlias = "Mapping[str, Condition | None]"
"""Kinds of entry, each with what its fields must say (None: anything)."""


@dataclass(frozen=True, slots=True)
class OnEntry:
    """An entry of one of these kinds."""

    kinds: Checks


@dataclass(frozen=True, slots=True)
class OnCount:
    """``number`` episodes counted by ``term`` inside one window (None: ever)."""

    term: Condition
    number: int
    window: Window | None
    placed_by: str
    label: Condition | None
    since_action: bool
    term_name: str


@dataclass(frozen=True, slots=True)
class OnOpen:
    """An episode open for a duration (``strict``: for longer than it)."""

    duration: Duration
    strict: bool
    since: str


@dataclass(frozen=True, slots=True)
class OnEvery:
    """Again and again while open."""

    interval: Duration
    sooner: tuple[tuple[Condition, Duration], ...]
    first_after: Duration | None


@dataclass(frozen=True, slots=True)
class OnGap:
    """Too long between the time since when the child was missing and the report."""

    duration: Duration
    strict: bool


Trigger: TypeAlias = OnEntry | OnCount | OnOpen | OnEvery | OnGap


@dataclass(frozen=True, slots=True)
class Action:
    """An entry of one of these kinds is owed in time.

    ``within`` is None where policy states no time, and for repeating duties.
    """

    kinds: Checks
    within: Duration | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """Fields of the triggering entry are owed; ``checks`` says, by kind, when they are in order."""

    checks: Mapping[str, Condition]
    fields: tuple[str, ...]
    names_known: tuple[str, ...]
    within: Duration | None


@dataclass(frozen=True, slots=True)
class Floor:
    """A grade of at least ``grade`` (its rank), or ``steps_up`` above the one before."""

    grade: int | None
    steps_up: int | None
    within: Duration | None


@dataclass(frozen=True, slots=True)
class Forbidden:
    """What triggers the rule must not happen."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Noted only."""


Effect: TypeAlias = Action | Recorded | Floor | Forbidden | Measured


@dataclass(frozen=True, slots=True, eq=False)
class Duty:
    """A rule as it stands from ``since`` to before ``until`` (UTC microseconds or None)."""

    rule: str
    title: str
    policy: str
    policy_digest: str
    edition: str
    since: int | None
    until: int | None
    authority: str
    basis: str
    timing_basis: str | None
    severity: str
    owner: str | None
    cite: Mapping[str, str] | None
    per: str
    triggers: tuple[Trigger, ...]
    condition: Condition | None
    unless: tuple[Condition | OnEntry, ...]
    ends: str | None
    after_trigger: bool
    effect: Effect
    deciders: frozenset[str]
    action: str
    phrase: str
    calendar: Calendar
    kinds: Checks = field(init=False)
    """Kinds of entry that a duty to act accepts; none for other duties."""
    within: Duration | None = field(init=False)
    """The time allowed by the effect, where it is a duty to act or to record."""
    count: OnCount | None = field(init=False)
    """The count trigger of the rule, if it has one."""
    every: OnEvery | None = field(init=False)
    """The repeating trigger of the rule, if it has one."""
    names_known: tuple[str, ...] = field(init=False)
    """What a duty to record asks to be named: markers, concerns."""
    watched: tuple[Condition, ...] = field(init=False)
    """The conditions among what releases from it."""
    asked: tuple[Condition, ...] = field(init=False)
    """Everything that has to be asked again when facts change, for a repeating duty."""
    moves: bool = field(init=False)
    """Whether time alone changes any of that."""

    def __post_init__(self) -> None:
        """Single out what is looked up for every child."""
        effect, triggers = self.effect, self.triggers
        put = object.__setattr__
        put(self, "kinds", effect.kinds if isinstance(effect, Action) else {})
        put(self, "within", effect.within if isinstance(effect, Action | Recorded) else None)
        put(self, "count", next((t for t in triggers if isinstance(t, OnCount)), None))
        put(self, "every", next((t for t in triggers if isinstance(t, OnEvery)), None))
        put(self, "names_known", effect.names_known if isinstance(effect, Recorded) else ())
        watched = tuple(form for form in self.unless if isinstance(form, Condition))
        first = () if self.condition is None else (self.condition,)
        sooner = () if self.every is None else tuple(c for c, _ in self.every.sooner)
        put(self, "watched", watched)
        put(self, "asked", (*first, *watched, *sooner))
        put(self, "moves", any(condition.moves for condition in self.asked))

    def in_force(self, instant: int) -> bool:
        """Whether this edition judges what opens at the instant."""
        return (self.since is None or self.since <= instant) and (
            self.until is None or instant < self.until
        )

    @property
    def lengths(self) -> Iterator[Duration]:
        """Every stretch of time that the duty counts from an instant of the record."""
        if self.allowed is not None:
            yield self.allowed
        for trigger in self.triggers:
            if isinstance(trigger, OnOpen | OnGap):
                yield trigger.duration
            elif isinstance(trigger, OnEvery):
                yield from (length for _, length in trigger.sooner)
                yield from () if trigger.first_after is None else (trigger.first_after,)

    @property
    def allowed(self) -> Duration | None:
        """The time allowed: that of the effect, or the interval of a repeating duty."""
        if self.every is not None:
            return self.every.interval
        return self.effect.within if isinstance(self.effect, Floor) else self.within


def in_force(editions: Iterable[Duty], instant: int) -> Duty | None:
    """Find the edition of a rule that judges what opens at the instant."""
    for duty in editions:
        if duty.in_force(instant):
            return duty
    return None


@dataclass(slots=True, eq=False)
class Index:
    """The duties of a policy, by what triggers them."""

    on_entry: dict[str, list[tuple[Duty, OnEntry]]] = field(default_factory=dict)
    on_count: list[tuple[Duty, OnCount]] = field(default_factory=list)
    on_open: list[tuple[Duty, OnOpen]] = field(default_factory=list)
    on_every: list[tuple[Duty, ...]] = field(default_factory=list)
    on_gap: list[tuple[Duty, OnGap]] = field(default_factory=list)
    on_floor: list[tuple[Duty, ...]] = field(default_factory=list)
    floor_kinds: frozenset[str] = frozenset()
    """Kinds of entry that bear on what grade is demanded, and whether the one on record will do."""
    resting: dict[Prop, tuple[int, ...]] = field(default_factory=dict)
    count_terms: list[Condition] = field(default_factory=list)
    inner: frozenset[int] = frozenset()
    """Numbers of the terms that conditions count by."""
    owed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By rule, the kinds of entry that it asks for."""
    grace_props: dict[int, Prop] = field(default_factory=dict)
    ages: frozenset[int] = frozenset()
    borders: frozenset[int] = frozenset()
    moves: bool = False
    drifts: bool = False
    """Whether time alone may change what releases from a duty, also when nobody is away."""


def index(  # noqa: C901 - one case a trigger
    rules: Mapping[str, tuple[Duty, ...]],
    conditions: Iterable[Condition],
    counts: Iterable[Condition],
    props: Iterable[Prop],
) -> Index:
    """Sort the duties of a policy by trigger; ``counts`` are terms that conditions count by."""
    made = Index()
    terms_counted: dict[int, Condition] = {}
    borders: set[int] = set()
    for rule, duties in rules.items():
        made.owed[rule] = tuple(sorted({kind for duty in duties for kind in duty.kinds}))
        if any(isinstance(duty.effect, Floor) for duty in duties):
            made.on_floor.append(duties)
        if any(duty.every is not None for duty in duties):
            made.on_every.append(duties)
            borders.update(at for d in duties for at in (d.since, d.until) if at is not None)
        for duty in duties:
            for trigger in duty.triggers:
                if isinstance(trigger, OnCount):
                    made.on_count.append((duty, trigger))
                    terms_counted[trigger.term.number] = trigger.term
                elif isinstance(trigger, OnEntry):
                    kinds = () if isinstance(duty.effect, Floor) else trigger.kinds
                    for kind in kinds:
                        made.on_entry.setdefault(kind, []).append((duty, trigger))
                elif isinstance(trigger, OnOpen):
                    made.on_open.append((duty, trigger))
                elif isinstance(trigger, OnGap):
                    made.on_gap.append((duty, trigger))
    # Terms that others count by come first: those have to be settled before they are counted.
    inner = {term.number: term for term in counts}
    made.count_terms = list((inner | terms_counted).values())
    made.inner = frozenset(inner)
    made.borders = frozenset(borders)
    listed = list(conditions)
    made.moves = any(condition.moves for condition in listed)
    made.drifts = any(
        condition.ages or condition.counts
        for duties in rules.values()
        for duty in duties
        for condition in duty.watched
    )
    made.floor_kinds = frozenset({"graded"}).union(
        *(
            trigger.kinds
            for duties in made.on_floor
            for duty in duties
            for trigger in duty.triggers
            if isinstance(trigger, OnEntry)
        )
    )
    for condition in listed:
        for prop in condition.facts:
            made.resting[prop] = (*made.resting.get(prop, ()), condition.number)
    made.ages = frozenset(age for condition in listed for age in condition.ages)
    made.grace_props = {prop.number: prop for prop in props if prop.what == "grace"}
    return made

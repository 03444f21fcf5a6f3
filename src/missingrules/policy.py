"""A policy, compiled: duties with their triggers, conditions and deadlines, ready to be judged.

Everything that the language leaves to names (terms, parameters, fields) is resolved here, once for
each stretch of time in which a rule and its parameters stay the same.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from missingrules import facts, terms
from missingrules.calendar import Calendar, Elapsed, WorkingDays, parse_duration
from missingrules.duties import (
    Action,
    Duty,
    Effect,
    Floor,
    Forbidden,
    Measured,
    OnCount,
    OnEntry,
    OnEvery,
    OnGap,
    OnOpen,
    Recorded,
    Trigger,
    index,
)
from missingrules.language import ConditionForm
from missingrules.layers import load_source, source_from_text
from missingrules.matchers import matcher_for
from missingrules.policysource import parameter_at, parameter_breaks, rule_editions
from missingrules.terms import Condition, Node, Prop
from missingrules.vocabulary import GRADES
from missingrules.window import Window

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from missingrules import language
    from missingrules.calendar import Duration
    from missingrules.log import Entry
    from missingrules.matchers import Matcher
    from missingrules.policysource import PolicySource
    from missingrules.terms import Scope, What
    from missingrules.vocabulary import Field, Vocabulary


class Policy:
    """A policy ready to judge with. Immutable in use; may be shared between threads.

    ``name``, ``title`` and ``edition`` are those of the file; ``digest`` changes with anything that
    could change a verdict: the merged text, the calendar's data and the version of this package.
    """

    def __init__(self, source: PolicySource) -> None:
        """Compile a checked source; :meth:`load` and :meth:`parse` are the usual ways in."""
        file = source.file
        self.source = source
        self.name: str = file.policy
        self.title: str = file.title
        self.edition: str = file.edition
        holidays = file.conventions.holidays
        self.calendar = Calendar(
            file.conventions.zone,
            holidays.country if holidays else None,
            holidays.subdivision if holidays else None,
        )
        self.vocabulary: Vocabulary = source.vocabulary
        self.digest: str = _digest(source, self.calendar)
        compiler = _Compiler(self)
        self.duties: Mapping[str, tuple[Duty, ...]] = compiler.duties()
        self.conditions: tuple[Condition, ...] = tuple(compiler.conditions.values())
        self.graces = tuple(compiler.graces)
        self.watches = tuple(compiler.watches)
        self.counts = tuple(compiler.counts)
        self.lasted = tuple(compiler.lasted)
        self.props: tuple[Prop, ...] = tuple(compiler.props.values())
        self.codes: Mapping[tuple[str, str], Mapping[str, int]] = compiler.codes
        self._coders = {
            prop: facts.coder(
                prop, self.codes.get((prop.kind, prop.name), {}), self.vocabulary.roles
            )
            for prop in self.props
            if prop.what in ("code", "names", "recorded")
        }
        self.setters = {
            known: facts.setters(self.props, self._coders, known=known) for known in (False, True)
        }
        self.index = index(
            self.duties, self.conditions, (term for term, _, _ in self.counts), self.props
        )
        self.bearing = {
            known: _bearing(self.props, self.index.resting, known=known) for known in (False, True)
        }
        self.watched: dict[str, list[tuple[Prop, Condition | None]]] = {}
        for prop in self.props:
            if prop.what == "has":
                kind, check = self.watches[prop.number]
                self.watched.setdefault(kind, []).append((prop, check))
        self.matter = {
            False: frozenset(
                (*_ALWAYS_MATTER, *self.setters[False], *self.watched, *self.index.on_entry)
            )
            | self.index.floor_kinds,
            True: frozenset((*_ALWAYS_MATTER, *self.setters[True])) | self.index.floor_kinds,
        }
        self._entry_props: dict[str, list[Prop]] = {}
        for prop in self.props:
            if prop.scope == "entry":
                self._entry_props.setdefault(prop.kind, []).append(prop)
        self._matchers: dict[str, Matcher] = {}

    @classmethod
    def load(cls, name_or_path: str | Path) -> Policy:
        """Load a shipped policy by name, or any by path; raise ``PolicyError`` with every fault."""
        return cls(load_source(name_or_path))

    @classmethod
    def parse(cls, text: str, *, source: str = "<policy>") -> Policy:
        """Read a policy from its text; ``source`` is what faults call it."""
        return cls(source_from_text(text, source=source))

    def __repr__(self) -> str:
        """Name, edition and the first digits of the digest."""
        return f"<Policy {self.name} {self.edition} {self.digest[:12]}>"

    def __reduce__(self) -> tuple[type[Policy], tuple[PolicySource]]:
        """Pickle the source; compiling again is cheap, and closures cannot travel."""
        return (type(self), (self.source,))

    def matcher(self, engine: str) -> Matcher:
        """Return the matcher of that name, made once a policy."""
        found = self._matchers.get(engine)
        if found is None:
            found = self._matchers.setdefault(engine, matcher_for(engine, self.conditions))
        return found

    def role(self, by: str | None) -> str | None:
        """Return what this policy calls a role of the log."""
        return None if by is None else self.vocabulary.roles.get(by, by)

    def entry_facts(self, entry: Entry) -> dict[Prop, int]:
        """Facts of one entry alone, for conditions on its fields."""
        found: dict[Prop, int] = {}
        for prop in self._entry_props.get(entry.kind, ()):
            value = entry.by if prop.name == "by" else entry.fields.get(prop.name)
            if value is not None and prop in self._coders:
                found[prop] = self._coders[prop](value)
        return found


_ALWAYS_MATTER = (
    "reported",
    "returned",
    "graded",
    "born",
    "marker_added",
    "marker_removed",
    "concern_noted",
)
"""Kinds of entry that the walk stops at whatever a policy asks."""

_MARKED = {"marker": ("marker_added", "marker_removed"), "concern": ("concern_noted",)}


def _bearing(
    props: Sequence[Prop], resting: Mapping[Prop, tuple[int, ...]], *, known: bool
) -> dict[str, tuple[int, ...]]:
    """By kind of entry, the conditions whose facts it changes: when known, or when it happens."""
    made: dict[str, dict[int, None]] = {}
    for prop in props:
        if prop.known == known and prop.scope != "entry":
            for kind in _MARKED.get(prop.what, (prop.kind,)):
                made.setdefault(kind, {}).update(dict.fromkeys(resting.get(prop, ())))
    return {kind: tuple(numbers) for kind, numbers in made.items()}


def _digest(source: PolicySource, calendar: Calendar) -> str:
    parts = (source.digest, calendar.version, metadata.version("missingrules"))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _At:
    """Where a condition is compiled: for which date, on what is known or what happened."""

    date: dt.date | None
    known: bool = False


class _Compiler:
    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.source = policy.source
        self.vocabulary = policy.source.vocabulary
        self.calendar = policy.calendar
        self.props: dict[tuple[object, ...], Prop] = {}
        self.conditions: dict[Node, Condition] = {}
        self.codes: dict[tuple[str, str], dict[str, int]] = {}
        self.graces: list[tuple[Condition, Condition, Elapsed]] = []
        self.watches: list[tuple[str, Condition | None]] = []
        self.counts: list[tuple[Condition, Window | None, str]] = []
        self.lasted: list[tuple[Duration, str]] = []
        self.used: set[str] = set()

    # -- rules

    def duties(self) -> dict[str, tuple[Duty, ...]]:
        made: dict[str, tuple[Duty, ...]] = {}
        for rule in self.source.file.rules:
            if not rule.active:
                continue
            duties: list[Duty] = []
            for merged, since, until, label in rule_editions(self.source, rule):
                self.used = set()
                first = self.duty(merged, since, until, label)
                breaks = sorted(
                    date
                    for name in self.used
                    for date in parameter_breaks(self.source, name)
                    if (since is None or since < date) and (until is None or date < until)
                )
                if not breaks:
                    duties.append(first)
                    continue
                starts = [since, *dict.fromkeys(breaks)]
                ends = [*starts[1:], until]
                duties += [
                    self.duty(merged, s, u, label) for s, u in zip(starts, ends, strict=True)
                ]
            made[rule.id] = tuple(duties)
        return made

    def duty(
        self, rule: language.Rule, since: dt.date | None, until: dt.date | None, label: str | None
    ) -> Duty:
        at = _At(since)
        listed = rule.on if isinstance(rule.on, list) else [rule.on]
        triggers = tuple(self.trigger(form, at) for form in listed if form is not None)
        effect, timing, action, phrase = self.effect(rule, triggers, at)
        is_floor = isinstance(effect, Floor)
        condition_at = _At(since, known=is_floor)
        unless = rule.unless if isinstance(rule.unless, list) else [rule.unless]
        return Duty(
            rule=rule.id,
            title=rule.title,
            policy=self.policy.name,
            policy_digest=self.policy.digest,
            edition=label or self.policy.edition,
            since=self.midnight(since),
            until=self.midnight(until),
            authority=rule.authority,
            basis=rule.basis,
            timing_basis=timing,
            severity=rule.severity or "major",
            owner=rule.owed_by,
            cite=self.cite(rule.cite),
            per=rule.per or _subject(triggers, effect, self.vocabulary),
            triggers=triggers,
            condition=None if rule.if_ is None else self.condition(rule.if_, condition_at),
            unless=tuple(self.release(form, condition_at) for form in unless if form is not None),
            ends=rule.while_,
            after_trigger=rule.after == "trigger",
            effect=effect,
            deciders=frozenset(_listed(rule.may_be_decided_by)),
            action=action,
            phrase=phrase,
            calendar=self.calendar,
        )

    def midnight(self, date: dt.date | None) -> int | None:
        return None if date is None else self.calendar.midnight(date.toordinal())

    def cite(self, cite: language.Cite | None) -> Mapping[str, str] | None:
        if cite is None:
            return None
        source = self.source.file.sources[cite.source]
        found = {
            "source": cite.source,
            "title": source.title,
            "publisher": source.publisher,
            "published": source.published,
        }
        return {**found, "section": cite.section} if cite.section else found

    def effect(
        self, rule: language.Rule, triggers: Sequence[Trigger], at: _At
    ) -> tuple[Effect, str | None, str, str]:
        """Return the effect, the basis of its timing, the action in one word, and in a phrase."""
        if rule.require is not None:
            require = rule.require
            named = require.within or _interval(rule)
            allowed = self.deadline(named, at)
            timing = self.basis(named, rule, at) if allowed else None
            within = allowed if require.within else None
            if require.action is not None:
                kinds = _listed(require.action)
                phrase = require.called or " or ".join(
                    self.vocabulary.kinds[kind].phrase for kind in kinds
                )
                checks = {kind: self.where(kind, require.where, at) for kind in kinds}
                return Action(checks, within), timing, "|".join(kinds), phrase
            fields = tuple(_listed(require.field))
            on_kinds = [k for t in triggers if isinstance(t, OnEntry) for k in t.kinds]
            tests = {kind: self.field_test(kind, require) for kind in on_kinds}
            known = tuple(require.names_known or ())
            phrase = require.called or " and ".join(field.replace("_", " ") for field in fields)
            return Recorded(tests, fields, known, within), timing, "|".join(fields), phrase
        if rule.grade is not None:
            grade = rule.grade
            floor = None
            if grade.at_least is not None:
                floor = GRADES.index(str(self.value(grade.at_least, at)))
            steps = None if grade.steps_up is None else int(str(self.value(grade.steps_up, at)))
            within = self.deadline(grade.within, at)
            return (
                Floor(floor, steps, within),
                self.basis(grade.within, rule, at),
                "graded",
                "a risk grade",
            )
        if rule.forbid:
            return Forbidden(), None, "", rule.title
        return Measured(), None, "", rule.title

    def field_test(self, kind: str, require: language.Require) -> Condition:
        parts: list[Node] = []
        for name in _listed(require.field):
            if require.as_ is not None:
                field = self.vocabulary.kinds[kind].fields[name]
                parts.append(self.field_is(kind, field, _listed(require.as_), "entry", known=False))
            elif require.names_known:
                prop = self.prop("entry", "unnamed", kind, name)
                parts.append(
                    terms.Is(prop, frozenset({0}), text=f"{name} names all that was known")
                )
            else:
                parts.append(self.is_recorded(kind, name, "entry"))
        node: Node = terms.All(tuple(parts))
        if require.or_field is not None:
            node = terms.Any((node, self.is_recorded(kind, require.or_field, "entry")))
        return self.keep(node)

    def release(self, form: language.Condition, at: _At) -> Condition | OnEntry:
        if isinstance(form, ConditionForm) and form.entry is not None:
            return OnEntry({form.entry: self.where(form.entry, form.where, at)})
        return self.condition(form, at)

    def trigger(self, form: language.Trigger, at: _At) -> Trigger:
        if form.entry is not None:
            return OnEntry({kind: self.where(kind, form.where, at) for kind in _listed(form.entry)})
        if form.episodes is not None:
            window, placed_by = self.window(form.within or "ever", at)
            return OnCount(
                term=self.condition(form.episodes, at),
                number=self.number(form.reach, form.more_than, at),
                window=window,
                placed_by=placed_by,
                label=None if form.as_recorded is None else self.condition(form.as_recorded, at),
                since_action=form.since == "action",
                term_name=form.episodes,
            )
        if form.open is not None:
            text = form.open.more_than or form.open.at_least or ""
            strict = form.open.more_than is not None
            return OnOpen(self.duration(text, at), strict, form.open.since)
        if form.every is not None:
            sooner = tuple(
                (self.condition(part.if_, at), self.duration(part.every, at))
                for part in form.sooner
            )
            first = None if form.first_after is None else self.duration(form.first_after, at)
            return OnEvery(self.duration(form.every, at), sooner, first)
        gap = form.gap
        assert gap is not None  # noqa: S101 - the loader refuses a trigger without a form
        text = gap.more_than or gap.at_least or ""
        return OnGap(self.duration(text, at), gap.more_than is not None)

    # -- values

    def value(self, text: object, at: _At) -> object:
        if isinstance(text, str) and text in self.source.file.parameters:
            self.used.add(text)
            return parameter_at(self.source, text, at.date).value
        return text

    def basis(self, text: object, rule: language.Rule, at: _At) -> str:
        if isinstance(text, str) and text in self.source.file.parameters:
            return parameter_at(self.source, text, at.date).basis
        return rule.basis

    def number(self, reach: object, more_than: object, at: _At) -> int:
        if more_than is not None:
            return int(str(self.value(more_than, at))) + 1
        return int(str(self.value(reach, at)))

    def duration(self, text: str, at: _At) -> Duration:
        return parse_duration(str(self.value(text, at)))

    def deadline(self, text: str, at: _At) -> Duration | None:
        value = str(self.value(text, at))
        return None if value == "not_stated" else parse_duration(value)

    def window(self, text: str, at: _At) -> tuple[Window | None, str]:
        if text == "ever":
            return None, "reported"
        self.used.add(text)
        parameter = parameter_at(self.source, text, at.date)
        length = parse_duration(str(parameter.value))
        assert not isinstance(length, WorkingDays)  # noqa: S101 - the loader refuses it
        window = Window(length, parameter.edge == "inclusive", self.calendar)
        return window, parameter.placed_by or "reported"

    # -- conditions

    def prop(  # noqa: PLR0913 - a fact has so many sides
        self,
        scope: Scope,
        what: What,
        kind: str = "",
        name: str = "",
        value: str = "",
        number: int = 0,
        *,
        known: bool = False,
    ) -> Prop:
        key = (scope, what, kind, name, value, number, known)
        found = self.props.get(key)
        if found is None:
            found = self.props[key] = Prop(scope, what, kind, name, value, number, known)
        return found

    def keep(self, node: Node) -> Condition:
        found = self.conditions.get(node)
        if found is None:
            found = self.conditions[node] = Condition(len(self.conditions), node)
        return found

    def condition(self, form: language.Condition, at: _At) -> Condition:
        return self.keep(self.node(form, at))

    def node(self, form: language.Condition, at: _At) -> Node:  # noqa: PLR0911 - one a form
        if isinstance(form, str):
            return terms.Term(form, self.node(self.source.file.terms[form], at))
        if form.term is not None:
            inner = self.node(form.term, at)
            return inner if form.by is None else self.grace(form.term, form.by, at)
        if form.all_ is not None:
            if form.by is not None:
                return self.grace(form, form.by, at)
            return terms.All(tuple(self.node(part, at) for part in form.all_))
        if form.any_ is not None:
            return terms.Any(tuple(self.node(part, at) for part in form.any_))
        if form.not_ is not None:
            return terms.Not(self.node(form.not_, at))
        if form.of is not None:
            number = int(str(self.value(form.at_least, at)))
            return terms.Some(number, tuple(self.node(part, at) for part in form.of))
        return self.leaf(form, at)

    def leaf(self, form: ConditionForm, at: _At) -> Node:  # noqa: PLR0911 - one a form
        if form.recorded is not None:
            kind, name = self.field(form.recorded)
            return self.is_recorded(kind, name, self.scope(kind))
        if form.marker is not None:
            props = [
                self.prop("child", "marker", value=m, known=at.known) for m in _listed(form.marker)
            ]
            return _any_of(props, "marker")
        if form.concern is not None:
            scope: Scope = "child" if form.ever else "episode"
            props = [
                self.prop(scope, "concern", value=c, known=at.known) for c in _listed(form.concern)
            ]
            return _any_of(props, "concern")
        if form.entry is not None:
            check = self.where(form.entry, form.where, at)
            watch = (form.entry, check)
            if watch not in self.watches:
                self.watches.append(watch)
            prop = self.prop(self.scope(form.entry), "has", number=self.watches.index(watch))
            return terms.Is(prop, frozenset({1}), text=f"an entry {form.entry} is on the record")
        if form.age is not None:
            low = 0 if form.age.at_least is None else int(str(self.value(form.age.at_least, at)))
            high = terms.UNKNOWN
            if form.age.under is not None:
                high = int(str(self.value(form.age.under, at)))
            return terms.Between(self.prop("child", "age"), low, high, text=_band(low, high))
        if form.counted is not None:
            return self.counted(form.counted, at)
        if form.lasted is not None:
            return self.has_lasted(form.lasted, at)
        ((name, values),) = (form.model_extra or {}).items()
        kind, name = self.field(name)
        field = self.vocabulary.kinds[kind].fields[name]
        listed = [self.value(value, at) for value in _listed(values)]
        return self.field_is(kind, field, listed, self.scope(kind), known=at.known)

    def counted(self, form: language.Counted, at: _At) -> Node:
        window, placed_by = self.window(form.within, at)
        count = (self.condition(form.episodes, at), window, placed_by)
        if count not in self.counts:
            self.counts.append(count)
        index = self.counts.index(count)
        number = self.number(form.at_least, form.more_than, at)
        return terms.AtLeast(
            self.prop("child", "count_low", number=index),
            self.prop("child", "count_high", number=index),
            number,
            text=f"at least {number} episodes counted as {form.episodes}",
        )

    def has_lasted(self, form: language.Lasted, at: _At) -> Node:
        text = form.more_than or form.at_least or ""
        limit = (self.duration(text, at), form.since)
        if limit not in self.lasted:
            self.lasted.append(limit)
        prop = self.prop("episode", "lasted", number=self.lasted.index(limit))
        if form.more_than is not None:
            return terms.Is(prop, frozenset({terms.ABOVE}), text=f"lasted more than {limit[0]}")
        return terms.Is(
            prop, frozenset({terms.AT, terms.ABOVE}), text=f"lasted at least {limit[0]}"
        )

    def grace(self, form: language.Condition, by: str, at: _At) -> Node:
        """Compile a list with a time of grace, which its first condition starts."""
        while isinstance(form, str):
            form = self.source.file.terms[form]
        parts = form.all_ or [form]
        first = self.node(parts[0], at)
        rest: Node = terms.All(tuple(self.node(part, at) for part in parts[1:]))
        within = self.duration(by, at)
        assert isinstance(within, Elapsed)  # noqa: S101 - the loader refuses anything else
        grace = (self.keep(first), self.keep(rest), within)
        if grace not in self.graces:
            self.graces.append(grace)
        state = self.prop("episode", "grace", number=self.graces.index(grace))
        return terms.Grace(first, rest, state)

    def where(self, kind: str, where: Mapping[str, object] | None, at: _At) -> Condition | None:
        if not where:
            return None
        fields = self.vocabulary.kinds[kind].fields
        parts: list[Node] = []
        for name, values in where.items():
            if values == "recorded":
                parts.append(self.is_recorded(kind, name, "entry"))
            elif name == "by":
                roles = [str(self.value(role, at)) for role in _listed(values)]
                prop = self.prop("entry", "code", kind, "by")
                codes = self.code(kind, "by", roles)
                parts.append(terms.Is(prop, codes, open=True, text=f"by {_either(roles)}"))
            else:
                listed = [self.value(value, at) for value in _listed(values)]
                parts.append(self.field_is(kind, fields[name], listed, "entry", known=False))
        return self.keep(parts[0] if len(parts) == 1 else terms.All(tuple(parts)))

    def field(self, name: str) -> tuple[str, str]:
        """Return kind and field of ``field`` or ``kind.field``."""
        kind, dot, field = name.partition(".")
        if dot:
            return kind, field
        return next(k.name for k in self.vocabulary.kinds.values() if name in k.fields), name

    def scope(self, kind: str) -> Scope:
        return "episode" if self.vocabulary.kinds[kind].home == "episode" else "child"

    def is_recorded(self, kind: str, name: str, scope: Scope) -> Node:
        # An entry cannot be without a required field: that it is recorded tells no more than the
        # entry itself does, and that counts from when it happened.
        told = self.vocabulary.kinds[kind].fields.get(name)  # a column, as `by`, is no field
        optional = told is None or not told.required
        prop = self.prop(scope, "recorded", kind, name, known=scope != "entry" and optional)
        return terms.Is(prop, frozenset({1}), text=f"{name} is recorded")

    def code(self, kind: str, name: str, values: Iterable[str]) -> frozenset[int]:
        table = self.codes.setdefault((kind, name), {})
        return frozenset(table.setdefault(value, len(table) + 2) for value in values)

    def field_is(
        self, kind: str, field: Field, values: Sequence[object], scope: Scope, *, known: bool
    ) -> Node:
        texts = [_word(value) for value in values]
        text = f"{field.name} is {_either(texts)}"
        if field.type == "choices":
            props = [self.prop(scope, "names", kind, field.name, v, known=known) for v in texts]
            return terms.Any(
                tuple(
                    terms.Is(
                        p, frozenset({1}), open=field.open, text=f"{field.name} names {p.value}"
                    )
                    for p in props
                )
            )
        prop = self.prop(scope, "code", kind, field.name, known=known)
        return terms.Is(prop, self.code(kind, field.name, texts), open=field.open, text=text)


def _interval(rule: language.Rule) -> str:
    """Return the interval of a repeating rule, which is its deadline."""
    listed = rule.on if isinstance(rule.on, list) else [rule.on]
    return next(form.every for form in listed if form is not None and form.every)


def _any_of(props: Sequence[Prop], what: str) -> Node:
    parts = tuple(terms.Is(p, frozenset({1}), text=f"{what} {p.value}") for p in props)
    return parts[0] if len(parts) == 1 else terms.Any(parts)


def _listed(value: object) -> list[str]:
    if value is None:
        return []
    if isinstance(value, list | tuple):
        return list(value)
    return [value]  # type: ignore[list-item]


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _either(words: Sequence[str]) -> str:
    return " or ".join(words)


def _band(low: int, high: int) -> str:
    if high == terms.UNKNOWN:
        return f"age {low} or over"
    return f"age under {high}" if low == 0 else f"age {low} to {high - 1}"


def _subject(triggers: Sequence[Trigger], effect: Effect, vocabulary: Vocabulary) -> str:
    """Whose duty a rule is when it does not say."""
    if isinstance(effect, Floor):
        return "episode"
    for trigger in triggers:
        if isinstance(trigger, OnCount):
            return "child"
        if isinstance(trigger, OnEntry) and all(
            vocabulary.kinds[kind].home == "child" for kind in trigger.kinds
        ):
            return "child"
    return "episode"

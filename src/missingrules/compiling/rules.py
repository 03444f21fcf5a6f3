"""What rules come to: a duty for each stretch of time in which rule and parameters are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules import terms
from missingrules.compiling.conditions import At, as_list
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
)
from missingrules.language import ConditionForm
from missingrules.policysource import parameter_breaks, rule_editions
from missingrules.vocabulary import GRADES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from missingrules import language
    from missingrules.compiling.conditions import Conditions
    from missingrules.terms import Condition, Node
    from missingrules.vocabulary import Vocabulary


class Rules:
    """Compiles the rules of one policy; its conditions gather in ``made``."""

    def __init__(self, made: Conditions, digest: str) -> None:
        """Take what compiles conditions, and the digest that findings name."""
        self.made, self.digest = made, digest
        self.source = made.source
        self.vocabulary = made.source.vocabulary
        self.calendar = made.calendar

    def duties(self) -> dict[str, tuple[Duty, ...]]:
        """Give the duties by rule, in order of the file; rules that are not active are left out."""
        made: dict[str, tuple[Duty, ...]] = {}
        for rule in self.source.file.rules:
            if not rule.active:
                continue
            duties: list[Duty] = []
            for merged, since, until, label in rule_editions(self.source, rule):
                self.made.used = set()
                first = self._duty(merged, since, until, label)
                breaks = sorted(
                    date
                    for name in self.made.used
                    for date in parameter_breaks(self.source, name)
                    if (since is None or since < date) and (until is None or date < until)
                )
                if not breaks:
                    duties.append(first)
                    continue
                starts = [since, *dict.fromkeys(breaks)]
                ends = [*starts[1:], until]
                duties += [
                    self._duty(merged, s, u, label) for s, u in zip(starts, ends, strict=True)
                ]
            made[rule.id] = tuple(duties)
        return made

    def _duty(
        self, rule: language.Rule, since: dt.date | None, until: dt.date | None, label: str | None
    ) -> Duty:
        at = At(since)
        listed = rule.on if isinstance(rule.on, list) else [rule.on]
        triggers = tuple(self._trigger(form, at) for form in listed if form is not None)
        effect, timing, action, phrase = self._effect(rule, triggers, at)
        is_floor = isinstance(effect, Floor)
        condition_at = At(since, known=is_floor)
        unless = rule.unless if isinstance(rule.unless, list) else [rule.unless]
        return Duty(
            rule=rule.id,
            title=rule.title,
            policy=self.source.file.policy,
            policy_digest=self.digest,
            edition=label or self.source.file.edition,
            since=self._midnight(since),
            until=self._midnight(until),
            authority=rule.authority,
            basis=rule.basis,
            timing_basis=timing,
            severity=rule.severity or "major",
            owner=rule.owed_by,
            cite=self._cite(rule.cite),
            per=rule.per or _subject(triggers, effect, self.vocabulary),
            triggers=triggers,
            condition=None if rule.if_ is None else self.made.condition(rule.if_, condition_at),
            unless=tuple(self._release(form, condition_at) for form in unless if form is not None),
            ends=rule.while_,
            after_trigger=rule.after == "trigger",
            effect=effect,
            deciders=frozenset(as_list(rule.may_be_decided_by)),
            action=action,
            phrase=phrase,
            calendar=self.calendar,
        )

    def _midnight(self, date: dt.date | None) -> int | None:
        return None if date is None else self.calendar.midnight(date.toordinal())

    def _cite(self, cite: language.Cite | None) -> Mapping[str, str] | None:
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

    def _effect(
        self, rule: language.Rule, triggers: Sequence[Trigger], at: At
    ) -> tuple[Effect, str | None, str, str]:
        """Return the effect, the basis of its timing, the action in one word, and in a phrase."""
        if rule.require is not None:
            require = rule.require
            named = require.within or _interval(rule)
            allowed = self.made.deadline(named, at)
            timing = self.made.basis(named, rule, at) if allowed else None
            within = allowed if require.within else None
            if require.action is not None:
                kinds = as_list(require.action)
                phrase = require.called or " or ".join(
                    self.vocabulary.kinds[kind].phrase for kind in kinds
                )
                checks = {kind: self.made.where(kind, require.where, at) for kind in kinds}
                return Action(checks, within), timing, "|".join(kinds), phrase
            fields = tuple(as_list(require.field))
            on_kinds = [k for t in triggers if isinstance(t, OnEntry) for k in t.kinds]
            tests = {kind: self._field_test(kind, require) for kind in on_kinds}
            known = tuple(require.names_known or ())
            phrase = require.called or " and ".join(field.replace("_", " ") for field in fields)
            return Recorded(tests, fields, known, within), timing, "|".join(fields), phrase
        if rule.grade is not None:
            grade = rule.grade
            floor = None
            if grade.at_least is not None:
                floor = GRADES.index(str(self.made.value(grade.at_least, at)))
            steps = (
                None if grade.steps_up is None else int(str(self.made.value(grade.steps_up, at)))
            )
            within = self.made.deadline(grade.within, at)
            return (
                Floor(floor, steps, within),
                self.made.basis(grade.within, rule, at),
                "graded",
                "a risk grade",
            )
        if rule.forbid:
            return Forbidden(), None, "", rule.title
        return Measured(), None, "", rule.title

    def _field_test(self, kind: str, require: language.Require) -> Condition:
        parts: list[Node] = []
        for name in as_list(require.field):
            if require.as_ is not None:
                field = self.vocabulary.kinds[kind].fields[name]
                parts.append(
                    self.made.field_is(kind, field, as_list(require.as_), "entry", known=False)
                )
            elif require.names_known:
                prop = self.made.prop("entry", "unnamed", kind, name)
                parts.append(
                    terms.Is(prop, frozenset({0}), text=f"{name} names all that was known")
                )
            else:
                parts.append(self.made.is_recorded(kind, name, "entry"))
        node: Node = terms.All(tuple(parts))
        if require.or_field is not None:
            node = terms.Any((node, self.made.is_recorded(kind, require.or_field, "entry")))
        return self.made.keep(node)

    def _release(self, form: language.Condition, at: At) -> Condition | OnEntry:
        if isinstance(form, ConditionForm) and form.entry is not None:
            return OnEntry({form.entry: self.made.where(form.entry, form.where, at)})
        return self.made.condition(form, at)

    def _trigger(self, form: language.Trigger, at: At) -> Trigger:
        if form.entry is not None:
            return OnEntry(
                {kind: self.made.where(kind, form.where, at) for kind in as_list(form.entry)}
            )
        if form.episodes is not None:
            window, placed_by = self.made.window(form.within or "ever", at)
            return OnCount(
                term=self.made.condition(form.episodes, at),
                number=self.made.number(form.reach, form.more_than, at),
                window=window,
                placed_by=placed_by,
                label=None
                if form.as_recorded is None
                else self.made.condition(form.as_recorded, at),
                since_action=form.since == "action",
                term_name=form.episodes,
            )
        if form.open is not None:
            text = form.open.more_than or form.open.at_least or ""
            strict = form.open.more_than is not None
            return OnOpen(self.made.duration(text, at), strict, form.open.since)
        if form.every is not None:
            sooner = tuple(
                (self.made.condition(part.if_, at), self.made.duration(part.every, at))
                for part in form.sooner
            )
            first = None if form.first_after is None else self.made.duration(form.first_after, at)
            return OnEvery(self.made.duration(form.every, at), sooner, first)
        gap = form.gap
        assert gap is not None  # noqa: S101 - the loader refuses a trigger without a form
        text = gap.more_than or gap.at_least or ""
        return OnGap(self.made.duration(text, at), gap.more_than is not None)


def _interval(rule: language.Rule) -> str:
    """Return the interval of a repeating rule, which is its deadline."""
    listed = rule.on if isinstance(rule.on, list) else [rule.on]
    return next(form.every for form in listed if form is not None and form.every)


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

"""What the conditions of a policy come to, once terms, parameters and fields are looked up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from missingrules import terms
from missingrules.calendar import Elapsed, WorkingDays, parse_duration
from missingrules.policysource import parameter_at
from missingrules.terms import Condition, Node, Prop
from missingrules.window import Window

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from missingrules import language
    from missingrules.calendar import Calendar, Duration
    from missingrules.language import ConditionForm
    from missingrules.policysource import PolicySource
    from missingrules.terms import Scope, What
    from missingrules.vocabulary import Field


@dataclass(frozen=True, slots=True)
class At:
    """Where a condition is compiled: for which date, on what is known or what happened."""

    date: dt.date | None
    known: bool = False


class Conditions:
    """Compiles conditions of one policy, and holds every one with the facts that it asks for.

    Facts and conditions have numbers in order of first use; alike ones are one. ``used`` are the
    parameters looked up since it was last emptied.
    """

    def __init__(self, source: PolicySource, calendar: Calendar) -> None:
        """Start with none."""
        self.source = source
        self.vocabulary = source.vocabulary
        self.calendar = calendar
        self.props: dict[tuple[object, ...], Prop] = {}
        self.conditions: dict[Node, Condition] = {}
        self.codes: dict[tuple[str, str], dict[str, int]] = {}
        self.graces: list[tuple[Condition, Condition, Elapsed]] = []
        self.watches: list[tuple[str, Condition | None]] = []
        self.counts: list[tuple[Condition, Window | None, str]] = []
        self.lasted: list[tuple[Duration, str]] = []
        self.used: set[str] = set()

    def value(self, text: object, at: At) -> object:
        """Give a value as it stands, or that of the parameter it names."""
        if isinstance(text, str) and text in self.source.file.parameters:
            self.used.add(text)
            return parameter_at(self.source, text, at.date).value
        return text

    def basis(self, text: object, rule: language.Rule, at: At) -> str:
        """Say what a value of a rule rests on: the parameter that it names, else the rule."""
        if isinstance(text, str) and text in self.source.file.parameters:
            return parameter_at(self.source, text, at.date).basis
        return rule.basis

    def number(self, reach: object, more_than: object, at: At) -> int:
        """Give the least number that ``reach`` or ``more_than`` asks for."""
        if more_than is not None:
            return int(str(self.value(more_than, at))) + 1
        return int(str(self.value(reach, at)))

    def duration(self, text: str, at: At) -> Duration:
        """Read a duration, or that of the parameter it names."""
        return parse_duration(str(self.value(text, at)))

    def deadline(self, text: str, at: At) -> Duration | None:
        """Read the time allowed; None where policy states none."""
        value = str(self.value(text, at))
        return None if value == "not_stated" else parse_duration(value)

    def window(self, text: str, at: At) -> tuple[Window | None, str]:
        """Give the window of a parameter (None for ever), and what places an episode in it."""
        if text == "ever":
            return None, "reported"
        self.used.add(text)
        parameter = parameter_at(self.source, text, at.date)
        length = parse_duration(str(parameter.value))
        assert not isinstance(length, WorkingDays)  # noqa: S101 - the loader refuses it
        window = Window(length, parameter.edge == "inclusive", self.calendar)
        return window, parameter.placed_by or "reported"

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
        """Give a fact, made once."""
        key = (scope, what, kind, name, value, number, known)
        found = self.props.get(key)
        if found is None:
            found = self.props[key] = Prop(scope, what, kind, name, value, number, known)
        return found

    def keep(self, node: Node) -> Condition:
        """Give the condition of a node, made once."""
        found = self.conditions.get(node)
        if found is None:
            found = self.conditions[node] = Condition(len(self.conditions), node)
        return found

    def condition(self, form: language.Condition, at: At) -> Condition:
        """Compile a condition, or the term of that name."""
        return self.keep(self._node(form, at))

    def _node(self, form: language.Condition, at: At) -> Node:  # noqa: PLR0911 - one a form
        if isinstance(form, str):
            return terms.Term(form, self._node(self.source.file.terms[form], at))
        if form.term is not None:
            inner = self._node(form.term, at)
            return inner if form.by is None else self._grace(form.term, form.by, at)
        if form.all_ is not None:
            if form.by is not None:
                return self._grace(form, form.by, at)
            return terms.All(tuple(self._node(part, at) for part in form.all_))
        if form.any_ is not None:
            return terms.Any(tuple(self._node(part, at) for part in form.any_))
        if form.not_ is not None:
            return terms.Not(self._node(form.not_, at))
        if form.of is not None:
            number = int(str(self.value(form.at_least, at)))
            return terms.Some(number, tuple(self._node(part, at) for part in form.of))
        return self._leaf(form, at)

    def _leaf(self, form: ConditionForm, at: At) -> Node:  # noqa: PLR0911 - one a form
        if form.recorded is not None:
            kind, name = self._field(form.recorded)
            return self.is_recorded(kind, name, self._scope(kind))
        if form.marker is not None:
            props = [
                self.prop("child", "marker", value=m, known=at.known) for m in as_list(form.marker)
            ]
            return _any_of(props, "marker")
        if form.concern is not None:
            scope: Scope = "child" if form.ever else "episode"
            props = [
                self.prop(scope, "concern", value=c, known=at.known) for c in as_list(form.concern)
            ]
            return _any_of(props, "concern")
        if form.entry is not None:
            check = self.where(form.entry, form.where, at)
            watch = (form.entry, check)
            if watch not in self.watches:
                self.watches.append(watch)
            prop = self.prop(self._scope(form.entry), "has", number=self.watches.index(watch))
            return terms.Is(prop, frozenset({1}), text=f"an entry {form.entry} is on the record")
        if form.age is not None:
            low = 0 if form.age.at_least is None else int(str(self.value(form.age.at_least, at)))
            high = terms.UNKNOWN
            if form.age.under is not None:
                high = int(str(self.value(form.age.under, at)))
            return terms.Between(self.prop("child", "age"), low, high, text=_band(low, high))
        if form.counted is not None:
            return self._counted(form.counted, at)
        if form.lasted is not None:
            return self._has_lasted(form.lasted, at)
        ((name, values),) = (form.model_extra or {}).items()
        kind, name = self._field(name)
        field = self.vocabulary.kinds[kind].fields[name]
        listed = [self.value(value, at) for value in as_list(values)]
        return self.field_is(kind, field, listed, self._scope(kind), known=at.known)

    def _counted(self, form: language.Counted, at: At) -> Node:
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

    def _has_lasted(self, form: language.Lasted, at: At) -> Node:
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

    def _grace(self, form: language.Condition, by: str, at: At) -> Node:
        """Compile a list with a time of grace, which its first condition starts."""
        while isinstance(form, str):
            form = self.source.file.terms[form]
        parts = form.all_ or [form]
        first = self._node(parts[0], at)
        rest: Node = terms.All(tuple(self._node(part, at) for part in parts[1:]))
        within = self.duration(by, at)
        assert isinstance(within, Elapsed)  # noqa: S101 - the loader refuses anything else
        grace = (self.keep(first), self.keep(rest), within)
        if grace not in self.graces:
            self.graces.append(grace)
        state = self.prop("episode", "grace", number=self.graces.index(grace))
        return terms.Grace(first, rest, state)

    def where(self, kind: str, where: Mapping[str, object] | None, at: At) -> Condition | None:
        """Compile what the fields of an entry of a kind must say; None for anything."""
        if not where:
            return None
        fields = self.vocabulary.kinds[kind].fields
        parts: list[Node] = []
        for name, values in where.items():
            if values == "recorded":
                parts.append(self.is_recorded(kind, name, "entry"))
            elif name == "by":
                roles = [str(self.value(role, at)) for role in as_list(values)]
                prop = self.prop("entry", "code", kind, "by")
                codes = self._code(kind, "by", roles)
                parts.append(terms.Is(prop, codes, open=True, text=f"by {_either(roles)}"))
            else:
                listed = [self.value(value, at) for value in as_list(values)]
                parts.append(self.field_is(kind, fields[name], listed, "entry", known=False))
        return self.keep(parts[0] if len(parts) == 1 else terms.All(tuple(parts)))

    def _field(self, name: str) -> tuple[str, str]:
        """Return kind and field of ``field`` or ``kind.field``."""
        kind, dot, field = name.partition(".")
        if dot:
            return kind, field
        return next(k.name for k in self.vocabulary.kinds.values() if name in k.fields), name

    def _scope(self, kind: str) -> Scope:
        return "episode" if self.vocabulary.kinds[kind].home == "episode" else "child"

    def is_recorded(self, kind: str, name: str, scope: Scope) -> Node:
        """Ask whether a field is recorded."""
        # An entry cannot be without a required field: that it is recorded tells no more than the
        # entry itself does, and that counts from when it happened.
        told = self.vocabulary.kinds[kind].fields.get(name)  # a column, as `by`, is no field
        optional = told is None or not told.required
        prop = self.prop(scope, "recorded", kind, name, known=scope != "entry" and optional)
        return terms.Is(prop, frozenset({1}), text=f"{name} is recorded")

    def _code(self, kind: str, name: str, values: Iterable[str]) -> frozenset[int]:
        table = self.codes.setdefault((kind, name), {})
        return frozenset(table.setdefault(value, len(table) + 2) for value in values)

    def field_is(
        self, kind: str, field: Field, values: Sequence[object], scope: Scope, *, known: bool
    ) -> Node:
        """Ask whether a field says one of these values."""
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
        return terms.Is(prop, self._code(kind, field.name, texts), open=field.open, text=text)


def as_list(value: object) -> list[str]:
    """Give what may stand alone or in a list as a list."""
    if value is None:
        return []
    if isinstance(value, list | tuple):
        return list(value)
    return [value]  # type: ignore[list-item]


def _any_of(props: Sequence[Prop], what: str) -> Node:
    parts = tuple(terms.Is(p, frozenset({1}), text=f"{what} {p.value}") for p in props)
    return parts[0] if len(parts) == 1 else terms.Any(parts)


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

"""Conditions in plain sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from missingrules import wording
from missingrules.calendar import Days, parse_duration
from missingrules.language import ConditionForm
from missingrules.show.document import Line, Span, Told, joined, plain_text, text
from missingrules.show.names import anchor, value_text

if TYPE_CHECKING:
    from missingrules.language import Age, Condition, Counted, Lasted
    from missingrules.policysource import ParameterValue
    from missingrules.show.names import Names

_DURATION: Final = re.compile(r"[0-9]+ +[a-z ]+")
_SINCE: Final = {
    "reported": "since the report",
    "missing_since": "since the time from which the child was missing",
}


@dataclass(frozen=True, slots=True)
class Conditions:
    """Puts the conditions of one policy into words."""

    names: Names

    def told(self, form: Condition, *, holds: bool = True) -> Told:  # noqa: PLR0911 - one a form
        """Say that a condition holds, or that it does not."""
        if isinstance(form, str):
            return self.term(form, holds=holds)
        if form.term is not None:
            told = self.term(form.term, holds=holds)
            return told if form.by is None else self.with_grace(told, form.by)
        if form.all_ is not None and form.by is not None:
            return self.graced(form, holds=holds)
        if form.not_ is not None:
            return self.told(form.not_, holds=not holds)
        if form.all_ is not None:
            return self.several(form.all_, "and" if holds else "not all", holds=holds)
        if form.any_ is not None:
            return self.several(form.any_, "or" if holds else "none", holds=holds)
        if form.of is not None:
            number = self.names.amount(form.at_least)
            before = "at least " if holds else "fewer than "
            lead = (Span(before), *number, Span(" of these hold:"))
            return Told(lead, tuple(self.told(part) for part in form.of))
        return Told(self.leaf(form, holds=holds))

    def term(self, name: str, *, holds: bool) -> Told:
        """Say that a term applies, or does not."""
        return Told((self.names.term(name), Span(" applies" if holds else " does not apply")))

    def several(self, forms: list[Condition], join: str, *, holds: bool) -> Told:
        """Say several conditions, on one line where they are two and short."""
        if len(forms) == 1:
            return self.told(forms[0], holds=holds)
        told = self.together(forms) if join == "and" else [self.told(form) for form in forms]
        if len(told) == 1:
            return told[0]
        if join in ("and", "or") and len(told) == 2 and not any(t.parts for t in told):  # noqa: PLR2004 - a pair
            return Told((*told[0].line, Span(f", {join} "), *told[1].line))
        lead = {
            "and": "all of these hold:",
            "or": "at least one of these holds:",
            "not all": "not all of these hold:",
            "none": "none of these holds:",
        }[join]
        return Told(text(lead), tuple(told))

    def together(self, forms: list[Condition]) -> list[Told]:
        """Say conditions that hold together; "recorded" and what is recorded make one."""
        asked = {_recorded(form): form for form in forms if _recorded(form)}
        made = []
        for form in forms:
            name, holds = _compared(form)
            if name is None or not self.is_asked(name, asked):
                made.append((form, self.told(form)))
                continue
            told = self.told(form)
            if self.is_open(name):
                told = Told((*told.line, Span(" (where nothing is recorded, this does not hold)")))
            elif not holds:
                told = Told(self.other_than(name, form))
            made.append((form, told))
        names = [_compared(form)[0] for form in forms]
        spoken = {self.names.split(name) for name in names if name is not None}
        return [
            told
            for form, told in made
            if not (_recorded(form) and self.names.split(str(_recorded(form))) in spoken)
        ]

    def is_asked(self, name: str, asked: dict[str, Condition]) -> bool:
        """Whether one of some conditions asks a field to be recorded."""
        return self.names.split(name) in {self.names.split(other) for other in asked}

    def is_open(self, name: str) -> bool:
        """Whether silence in a field leaves the answer open."""
        kind, field = self.names.split(name)
        return self.names.source.vocabulary.kinds[kind].fields[field].open

    def other_than(self, name: str, form: Condition) -> Line:
        """Say that a field says something, and not this."""
        assert isinstance(form, ConditionForm)  # noqa: S101 - it compares a field
        inner = form.not_
        assert isinstance(inner, ConditionForm)  # noqa: S101 - as above
        values = next(iter((inner.model_extra or {}).values()))
        subject = f"{self.names.field(name)} {self.names.is_are(name)}"
        return (
            Span(f"{subject} recorded as something other than "),
            *self.names.value_words(values),
        )

    # -- times of grace

    def graced(self, form: ConditionForm, *, holds: bool) -> Told:
        """Say a list of which the first condition starts a time of grace."""
        lead = "all of these hold" if holds else "not all of these hold"
        first, *others = form.all_ or []
        before = Span(f"{lead}, {'the others' if len(others) > 1 else 'the second'} within ")
        line = (before, *self.duration(form.by), Span(f" of the first ({_GRACE}):"))
        return Told(line, tuple(self.told(part) for part in (first, *others)))

    def with_grace(self, told: Told, by: str) -> Told:
        """Say a term with a time of grace."""
        line = (
            *told.line,
            Span(", with a time of grace: what it asks for must come to hold within "),
        )
        return Told(
            (*line, *self.duration(by), Span(f" of the first of its conditions ({_GRACE})"))
        )

    # -- single questions

    def leaf(self, form: ConditionForm, *, holds: bool) -> Line:  # noqa: PLR0911 - one a form
        """Say one question that is answered from the record."""
        if form.recorded is not None:
            return self.recorded(form.recorded, holds=holds)
        if form.entry is not None:
            there = "there is a record of " if holds else "there is no record of "
            return (Span(there), *self.names.record(form.entry, form.where))
        if form.marker is not None:
            return self.marker(form.marker, holds=holds)
        if form.concern is not None:
            where = "in any episode of the child" if form.ever else "in this episode"
            risks = wording.listed(map(wording.plain, _listed(form.concern)))
            return text(f"{'a' if holds else 'no'} concern about {risks} was noted {where}")
        if form.age is not None:
            return self.age(form.age, holds=holds)
        if form.counted is not None:
            return self.counted(form.counted, holds=holds)
        if form.lasted is not None:
            return self.lasted(form.lasted, holds=holds)
        extra = form.model_extra or {}
        name = next(iter(extra))
        return self.compared(name, extra[name], holds=holds)

    def recorded(self, name: str, *, holds: bool) -> Line:
        """Say whether anything is recorded in a field."""
        no = "" if holds else "not "
        if self.names.answer(name) is not None:
            return text(f"it is {no}recorded {self.names.field(name)}")
        return text(f"{self.names.field(name)} {self.names.is_are(name)} {no}recorded")

    def compared(self, name: str, values: object, *, holds: bool) -> Line:
        """Say what a field says. An open field that is silent says neither yes nor no."""
        kind, plain = self.names.split(name)
        field = self.names.source.vocabulary.kinds[kind].fields[plain]
        answer = self.names.answer(name)
        said = self.names.value_words(values)
        if answer is not None and holds and [value_text(v) for v in _each(values)] == ["yes"]:
            return text(f"it is recorded that {answer}")
        subject = (
            f"the answer to “{answer}” is"
            if answer is not None
            else (f"{self.names.field(name)} {self.names.is_are(name)}")
        )
        if field.type == "choices":
            words = "recorded to include" if holds else "recorded, and not to include"
        elif holds:
            words = "recorded as"
        else:
            words = "recorded as something other than" if field.open else "not recorded as"
        return (Span(f"{subject} {words} "), *said)

    def marker(self, named: str | list[str], *, holds: bool) -> Line:
        """Say whether the child carries a warning marker."""
        risks = [wording.plain(risk) for risk in _listed(named)]
        if holds:
            return text(f"the child carries the warning marker {wording.listed(risks)}")
        none = "does not carry the warning marker " if len(risks) == 1 else ""
        none = none or "carries none of the warning markers "
        return text(f"the child {none}{wording.listed(risks, 'and')}")

    def age(self, age: Age, *, holds: bool) -> Line:
        """Say how old the child is."""
        no = "" if holds else "not "
        if age.at_least is None:
            return (Span(f"the child is {no}under "), *self.names.amount(age.under))
        low = (Span(f"the child is {no}"), *self.names.amount(age.at_least), Span(" or older"))
        if age.under is None:
            return low
        band = (*self.names.amount(age.at_least), Span(" or older and under "))
        band += self.names.amount(age.under)
        return (Span(f"the child is {'' if holds else 'not among those who are '}"), *band)

    def counted(self, counted: Counted, *, holds: bool) -> Line:
        """Say how many episodes have been counted."""
        strict = counted.more_than is not None
        number = self.names.amount(counted.more_than if strict else counted.at_least)
        words = {
            (False, True): "at least ",
            (False, False): "fewer than ",
            (True, True): "more than ",
            (True, False): "no more than ",
        }[strict, holds]
        return (
            *(Span(words), *number, Span(f" {counting(number)} ")),
            *(self.names.term(counted.episodes), Span(" ")),
            *self.window(counted.within),
        )

    def lasted(self, lasted: Lasted, *, holds: bool) -> Line:
        """Say how long the episode has lasted."""
        strict = lasted.more_than is not None
        limit = self.duration(lasted.more_than if strict else lasted.at_least)
        words = {
            (False, True): "at least ",
            (False, False): "less than ",
            (True, True): "more than ",
            (True, False): "no more than ",
        }[strict, holds]
        since = f", counted {_SINCE[lasted.since]}"
        return (Span(f"the episode has lasted {words}"), *limit, Span(since))

    # -- durations and windows

    def duration(self, named: object) -> Line:
        """A duration as it was written, or the value of a parameter."""
        return self.names.amount(named)

    def window(self, named: str) -> Line:
        """How far back a count looks: ``within 90 days (...)``, or ``ever``."""
        values = self.names.values(named)
        if values is None:
            return text("at any time")
        made: list[Line] = []
        for value in values:
            since = "" if value.since is None else f"from {wording.day(value.since)}: "
            said = (Span(str(_length(value)), f"#{anchor('number', value.name)}"),)
            made.append((Span(since), *said, Span(f" ({_edge(value)})")))
        return (Span("within "), *joined(made, "and", "; "))


_GRACE: Final = (
    "until then they get the benefit of the doubt; what is recorded later does not make up for it"
)


def counting(number: Line) -> str:
    """What stands behind a number of episodes."""
    one = plain_text(number) == "1"
    return "episode of the child counts as" if one else "episodes of the child count as"


def _length(value: ParameterValue) -> object:
    return parse_duration(str(value.value))


def _edge(value: ParameterValue) -> str:
    """The edge of a window, and the instant that places an episode, in words."""
    length = parse_duration(str(value.value))
    placed = "the time since when the child was missing"
    by = placed if value.placed_by == "missing_since" else "its report"
    if isinstance(length, Days):
        apart = length.count if value.edge == "inclusive" else length.count - 1
        return f"dates up to {apart} apart, each episode placed by {by}"
    edge = "the last instant included" if value.edge == "inclusive" else "the last instant left out"
    return f"{edge}, each episode placed by {by}"


def _listed(named: str | list[str]) -> list[str]:
    return [named] if isinstance(named, str) else named


def _each(values: object) -> list[object]:
    return list(values) if isinstance(values, list | tuple) else [values]


def _recorded(form: Condition) -> str:
    """The field that a condition asks to be recorded; empty for other conditions."""
    return "" if isinstance(form, str) else form.recorded or ""


def _compared(form: Condition) -> tuple[str | None, bool]:
    """The field that a condition compares with a value, and whether it has to be so."""
    if isinstance(form, str):
        return None, True
    if isinstance(form.not_, ConditionForm) and form.not_.model_extra:
        return next(iter(form.not_.model_extra)), False
    return (next(iter(form.model_extra)), True) if form.model_extra else (None, True)

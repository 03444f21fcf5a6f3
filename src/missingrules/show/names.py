"""What a page calls things, and where it explains them: numbers, terms, fields, kinds of entry."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from missingrules import wording
from missingrules.calendar import parse_duration
from missingrules.policysource import parameter_values
from missingrules.show.document import Span, joined, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missingrules.policysource import ParameterValue, PolicySource
    from missingrules.show.document import Line

_CODE: Final = re.compile(r"`([^`]+)`")

_FIELDS: Final = {
    "category": "the category",
    "ground": "the ground for the category",
    "categorised.rationale": "the rationale for the category",
    "graded.rationale": "the rationale for the risk grade",
    "decided_not_required.rationale": "the rationale for the decision",
    "strategy_meeting_declined.rationale": "the rationale for declining the meeting",
    "escalated.rationale": "the rationale for the escalation",
    "strategy_meeting_recorded.outcome": "the outcome of the strategy meeting",
    "grade": "the risk grade",
    "refers_to": "what the risk grading refers to",
    "priority": "the response priority",
    "whereabouts": "the child's whereabouts",
    "from_place": "the place from which the child went missing",
    "reporter": "the person who reported",
    "reported.home_id": "the home",
    "care_status.home_id": "the home",
    "missing_since": "the time since when the child was missing",
    "tool": "the tool of the risk assessment",
    "inspector_informed.how": "how the inspector was told",
    "prevention_interview.mode": "how the prevention interview was held",
    "ppn_submitted.stage": "the stage of the notification",
    "carries": "what the notification carries",
    "to": "where the child returned to",
    "verdict": "the verdict of the quality review",
    "date_of_birth": "the date of birth",
    "ppn_shared.shared_with": "whom the notification was shared with",
    "return_interview_shared.shared_with": "whom the return home interview was shared with",
    "attended_by": "who attended the strategy meeting",
}
"""Fields as a sentence names them, by name or, where several kinds share it, with the kind."""
_PLURAL: Final = frozenset({"whereabouts"})
_ANSWERS: Final = {
    "vulnerable": "the child is vulnerable",
    "looked_after": "the child is looked after",
    "philomena": "the home has signed up to the Philomena Protocol",
    "open": "children's social care has an open case",
    "prevention_interview.voice_of_child": "the prevention interview gives the child's own account",
    "ppn_submitted.voice_of_child": "the notification gives the child's own account",
    "ethnicity": "the notification states the child's ethnicity",
    "school": "the notification states the child's school",
    "first_page_actions": "the trigger plan has its actions on the first page",
}
"""What "yes" says, for fields that are answered yes or no."""
_HAPPENS: Final = {
    "reported": "a child is reported missing",
    "categorised": "the episode is put in a category",
    "assessed": "the risk is assessed at first contact",
    "prioritised": "the response is given a priority",
    "concern_noted": "a concern about the child is noted",
    "graded": "the risk is graded",
    "fim_notified": "the force incident manager is told",
    "inspector_informed": "the duty inspector is told",
    "located": "the child is located",
    "returned": "the child returns",
    "prevention_interview": "a prevention interview is held",
    "ppn_submitted": "a public protection notification is written",
    "ppn_shared": "a public protection notification is shared",
    "return_interview_held": "a return home interview is held",
    "closed": "the episode is closed",
    "marker_added": "a warning marker is added",
    "marker_removed": "a warning marker is taken off",
    "care_status": "the child's care status is recorded",
    "case_status": "the child's case status is recorded",
    "trigger_plan_created": "a trigger plan is made",
    "trigger_plan_updated": "a trigger plan is updated",
    "strategy_meeting_held": "a strategy meeting is held",
    "strategy_meeting_declined": "a strategy meeting is declined",
}
"""Kinds of entry as what happens, where the vocabulary's phrase reads less well."""
_MAIN: Final = {
    "categorised": "category",
    "graded": "grade",
    "prioritised": "priority",
    "concern_noted": "concern",
    "marker_added": "marker",
    "marker_removed": "marker",
}
"""The field of an entry that tells most."""
_HAPPENS_SO: Final = {
    "categorised": "the episode is put in the category {}",
    "graded": "the risk is graded {}",
    "prioritised": "the response is given the priority {}",
    "concern_noted": "a concern about {} is noted",
    "marker_added": "the warning marker {} is added",
    "marker_removed": "the warning marker {} is taken off",
}
_RECORD: Final = {
    "categorised": "the category {}",
    "graded": "the risk grade {}",
    "prioritised": "the response priority {}",
    "concern_noted": "a concern about {} being noted",
    "marker_added": "the warning marker {} being added",
    "marker_removed": "the warning marker {} being taken off",
}
_SAYING: Final = {
    "category": "with the category {}",
    "grade": "with the grade {}",
    "priority": "with the priority {}",
    "ground": "on the ground {}",
    "concern": "about {}",
    "marker": "for {}",
    "by": "by {}",
    "shared_with": "shared with {}",
    "attended_by": "attended by {}",
    "stage": "at the stage “{}”",
    "mode": "held {}",
    "to": "to {}",
}
"""What an entry says in a field, behind what happened."""


def anchor(kind: str, name: str) -> str:
    """Give the anchor of a thing on the page; underscores would show in links."""
    return f"{kind}-{name.replace('_', '-')}"


@dataclass(frozen=True, slots=True)
class Names:
    """Names the things of one policy."""

    source: PolicySource

    # -- the policy's own names

    def term(self, name: str) -> Span:
        """A term in quotes, with a link to the glossary."""
        return Span(f"“{wording.plain(name)}”", f"#{anchor('term', name)}")

    def rule(self, rule_id: str) -> Span:
        """A rule by its id, with a link."""
        return Span(rule_id, f"#{anchor('rule', rule_id)}")

    def prose(self, words: str | None) -> Line:
        """A text of the policy; what it names in backticks is linked, and reads as words."""
        made: list[Span] = []
        end = 0
        for match in _CODE.finditer(words or ""):
            made += [Span((words or "")[end : match.start()]), self.named(match[1])]
            end = match.end()
        made.append(Span((words or "")[end:]))
        return tuple(span for span in made if span.text)

    def named(self, name: str) -> Span:
        """Something that a text of the policy names."""
        file = self.source.file
        if name in file.terms:
            return self.term(name)
        if name in file.parameters:
            return Span(f"“{wording.plain(name)}”", f"#{anchor('number', name)}")
        if any(rule.id == name for rule in file.rules):
            return self.rule(name)
        if name in file.sources:
            return Span(file.sources[name].title, f"#{anchor('source', name)}")
        return Span(f"“{wording.plain(name)}”")

    # -- numbers

    def values(self, named: object) -> Sequence[ParameterValue] | None:
        """The values of a parameter, if something is named that is one."""
        parameter = self.source.file.parameters.get(named) if isinstance(named, str) else None
        return None if parameter is None else parameter_values(str(named), parameter)

    def amount(self, named: object) -> Line:
        """A number, duration, date or grade; of a parameter its value, and how it changes."""
        values = self.values(named)
        if values is None:
            return text(value_text(named))
        first, *later = values
        made = [Span(value_text(first.value), f"#{anchor('number', first.name)}")]
        if later:
            changes = [f"{value_text(v.value)} from {_date(v.since)}" for v in later]
            made.append(Span(f" ({', '.join(changes)})"))
        return tuple(made)

    # -- fields and their values

    def field(self, name: str, *, alone: bool = True) -> str:
        """A field as a sentence names it: ``the category``; ``alone``: with the entry it is of."""
        kind, field = self.split(name)
        known = _FIELDS.get(f"{kind}.{field}") or _FIELDS.get(field)
        if known is not None:
            return known
        answer = self.answer(name)
        if answer is not None:
            return f"whether {answer}"
        named = f"“{wording.plain(field)}”"
        return f"{named} of {self.entry(kind)}" if alone else named

    def is_are(self, name: str) -> str:
        """The verb that goes with a field."""
        return "are" if self.split(name)[1] in _PLURAL else "is"

    def answer(self, name: str) -> str | None:
        """What "yes" says in a field that is answered yes or no; None where that is not known."""
        kind, field = self.split(name)
        told = self.source.vocabulary.kinds[kind].fields[field]
        if told.type != "yes_no":
            return None
        return _ANSWERS.get(f"{kind}.{field}") or _ANSWERS.get(field)

    def split(self, name: str) -> tuple[str, str]:
        """Give kind and field of ``field`` or ``kind.field``."""
        kind, dot, field = name.partition(".")
        if dot:
            return kind, field
        return self.source.vocabulary.with_field(name)[0], name

    def value_words(self, values: object) -> Line:
        """Values that a field is compared with: ``missing or absent``; parameters are linked."""
        listed = values if isinstance(values, list | tuple) else [values]
        return joined([self.amount(value) for value in listed], "or")

    # -- entries

    def entry(self, kind: str) -> str:
        """What an entry of a kind is called in "no record of ..."."""
        return self.source.vocabulary.kinds[kind].phrase

    def record(self, kind: str, where: dict[str, object] | None) -> Line:
        """An entry of a kind, with what it says, for "a record of ..."."""
        return self._with(self.entry(kind), _RECORD, kind, where)

    def happens(self, kind: str, where: dict[str, object] | None) -> Line:
        """An entry of a kind, with what it says, as what happens: for "when ..."."""
        plain = _HAPPENS.get(kind) or f"there is a record of {self.entry(kind)}"
        return self._with(plain, _HAPPENS_SO, kind, where)

    def _with(
        self, plain: str, said_so: dict[str, str], kind: str, where: dict[str, object] | None
    ) -> Line:
        """Name an entry by the one field that tells most, and say the others behind it."""
        others = dict(where or {})
        line: Line = (Span(plain),)
        main = _MAIN.get(kind)
        if main is not None and kind in said_so and others.get(main, "recorded") != "recorded":
            line = _filled(said_so[kind], self.value_words(others.pop(main)))
        said = [self._said(kind, name, values) for name, values in others.items()]
        return (*line, Span(", "), *joined(said, "and")) if said else line

    def _said(self, kind: str, name: str, values: object) -> Line:
        if name == "by":
            listed = values if isinstance(values, list) else [values]
            return text(f"by {wording.listed(wording.role(str(role)) for role in listed)}")
        field = f"{kind}.{name}"
        if values == "recorded":
            return text(f"with {self.field(field, alone=False)} recorded")
        answer = self.answer(field)
        if answer is not None:
            return (Span(f"where the answer to “{answer}” is "), *self.value_words(values))
        form = _SAYING.get(name, f"with “{wording.plain(name)}” recorded as {{}}")
        return _filled(form, self.value_words(values))


def _filled(form: str, words: Line) -> Line:
    before, _, after = form.partition("{}")
    return tuple(span for span in (Span(before), *words, Span(after)) if span.text)


def value_text(value: object) -> str:
    """Write a value as people do: ``48 hours``, ``1 May 2023``, ``high``, ``yes``."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return wording.day(value)
    if isinstance(value, str) and value[:1].isdigit():
        return str(parse_duration(value))
    return "not stated" if value == "not_stated" else wording.plain(str(value))


def _date(date: dt.date | None) -> str:
    return "" if date is None else wording.day(date)

"""What a rule asks for in plain sentences: what is owed, by whom and by when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from missingrules import wording
from missingrules.calendar import Elapsed, WorkingDays, parse_duration
from missingrules.checks.edition import listed
from missingrules.language import ConditionForm
from missingrules.show.document import Span, Told, capital, joined, sentence, text
from missingrules.show.names import anchor, value_text
from missingrules.vocabulary import GRADES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.checks.edition import Edition
    from missingrules.language import Grade, Require, Rule
    from missingrules.show.conditions import Conditions
    from missingrules.show.document import Line
    from missingrules.show.names import Names

_AFTER: Final = {
    "reported": "the report",
    "categorised": "the recording of the category",
    "concern_noted": "the noting of the concern",
    "graded": "the grading",
    "located": "the locating of the child",
    "returned": "the return",
    "prevention_interview": "the interview",
    "ppn_submitted": "the notification",
    "return_interview_held": "the interview",
    "closed": "the closing",
    "strategy_meeting_held": "the meeting",
    "strategy_meeting_declined": "the refusal",
    "inspector_informed": "the telling of the inspector",
}
"""What a deadline runs from, by the kind of entry that triggers the rule. Elsewhere ``{}`` stands
for its moment or its day, as the deadline is in hours or in days."""
_ENDS: Final = {
    "open": (
        "The duty ends when the child is located or returns, or the episode is closed. What was "
        "overdue by then stays a breach."
    ),
    "away": (
        "The duty ends when the child returns or the episode is closed; being located does not end "
        "it. What was overdue by then stays a breach."
    ),
}


@dataclass(frozen=True, slots=True)
class Owed:
    """Puts what the rules of one policy ask for into words."""

    names: Names
    conditions: Conditions

    def rows(self, edition: Edition) -> Iterator[tuple[str, tuple[Told, ...]]]:
        """Say what one edition of a rule asks for, and what ends or releases from it."""
        rule = edition.rule
        if rule.require is not None:
            yield from self.required(edition, rule.require)
        elif rule.grade is not None:
            yield from self.graded(edition, rule.grade)
        elif rule.forbid:
            line = (
                "This must not happen. That it happens is the breach; putting it right later does "
            )
            yield "Forbidden", (Told(text(line + "not undo it.")),)
        else:
            yield "Only noted", (Told(text("It is counted. Nobody owes anything.")),)
        if rule.require is not None:
            whose = "The child." if edition.is_of_child() else "Each episode by itself."
            yield "Owed for", (Told(text(whose)),)
        if rule.unless is not None:
            yield "Released if", self.releases(edition)
        if rule.while_ is not None:
            yield "Ends", (Told(text(_ENDS[rule.while_])),)
        if rule.require is not None and rule.require.action is not None:
            yield "May be decided against by", self.deciders(rule)

    # -- what is owed

    def required(
        self, edition: Edition, require: Require
    ) -> Iterator[tuple[str, tuple[Told, ...]]]:
        """Say what has to be done or recorded, by whom and by when."""
        if require.action is not None:
            yield "What is owed", (Told(sentence(self.action(require))),)
        else:
            yield "What is owed", self.field(edition, require)
        yield "By whom", (Told(text(_owner(edition.rule))),)
        if edition.repeats:
            line = (
                "By the end of each interval, the last minute included. The next interval starts "
            )
            line += "when it is done, or at the time that was missed."
            yield "By when", (Told(text(line)), *self.timing(edition, self.interval(edition)))
        else:
            yield (
                "By when",
                (
                    Told(sentence(self.deadline(require.within, _anchor(edition)))),
                    *self.timing(edition, require.within),
                ),
            )
        if require.action is not None and not edition.repeats:
            yield "What counts", (Told(text(_counts(edition))),)

    @staticmethod
    def interval(edition: Edition) -> str | None:
        """The interval of a duty that comes again and again."""
        return next((trigger.every for trigger in edition.triggers if trigger.every), None)

    def action(self, require: Require) -> Line:
        """Say which action is owed, and what shows it."""
        ways = [self.names.record(kind, require.where) for kind in listed(require.action)]
        if require.called is None:
            return (*joined(ways, "or"), Span(", shown by the record"))
        return (Span(f"{require.called}, shown by a record of "), *joined(ways, "or"))

    def field(self, edition: Edition, require: Require) -> tuple[Told, ...]:
        """Say which fields are owed, and where they may stand."""
        kinds = [kind for trigger in edition.triggers for kind in listed(trigger.entry)]
        named = [f"{kinds[0]}.{name}" for name in listed(require.field)]
        made = [Told(sentence(text(require.called)))] if require.called is not None else []
        by_demand: dict[str, list[str]] = {}
        for name in named:
            subject, demand = self.in_order(name, require)
            by_demand.setdefault(demand, []).append(subject)
        for demand, subjects in by_demand.items():
            line = f"{wording.listed(subjects, 'and')} {demand}"
            made.append(Told(sentence(text(line))))
        if require.or_field is not None:
            other = self.names.field(f"{kinds[0]}.{require.or_field}")
            made.append(Told(sentence(text(f"instead, {other} may be recorded"))))
        again = (
            "It may stand in that entry, or in a later one of the same kind that says the same "
            "again. What counts is when it was recorded."
        )
        return (*made, Told(text(again)))

    def in_order(self, name: str, require: Require) -> tuple[str, str]:
        """Say of one field what must be in it."""
        subject = self.names.field(name, alone=False)
        if require.names_known:
            known = {
                "markers": "every warning marker that the child carries",
                "concerns": "every concern noted in the episode",
            }
            what = wording.listed((known[key] for key in require.names_known), "and")
            return subject, f"must include {what}, as known at the time"
        if require.as_ is None:
            return subject, "must be recorded"
        values = require.as_ if isinstance(require.as_, list) else [require.as_]
        said = wording.listed(value_text(value) for value in values)
        answer = self.names.answer(name)
        if answer is None:
            return subject, f"must be recorded as {said}"
        if said == "yes":
            return "it", f"must be recorded that {answer}"
        return f"the answer to “{answer}”", f"must be recorded as {said}"

    def graded(self, edition: Edition, grade: Grade) -> Iterator[tuple[str, tuple[Told, ...]]]:
        """Say what is demanded of the risk grade."""
        if grade.at_least is not None:
            floor = self.names.amount(grade.at_least)
            line = (Span("A risk grade of at least "), *floor)
            late = (
                "It is asked for while the episode is open. A lower grade that is recorded "
                "afterwards is a breach at once; one that was recorded before has to be raised in "
                "the time below."
            )
        else:
            steps = self.names.amount(grade.steps_up)
            line = (Span("A risk grade higher than before, by so many steps: "), *steps)
            late = f"It rises at most to the highest grade, {GRADES[-1]}."
        yield "What is owed", (Told(sentence(line)), Told(text(late)))
        yield "By whom", (Told(text(_owner(edition.rule))),)
        yield (
            "By when",
            (
                Told(
                    sentence(
                        self.deadline(grade.within, "the {} at which what demands it is known")
                    )
                ),
                *self.timing(edition, grade.within),
            ),
        )

    # -- by when

    def deadline(self, named: str | None, after: str) -> Line:
        """Say what a time allowed means, for each value that it takes."""
        values = self.names.values(named)
        if values is None:
            return _deadline(str(named), after, "")
        made: list[Line] = []
        for value in values:
            said = _deadline(str(value.value), after, f"#{anchor('number', value.name)}")
            if value.since is not None:
                said = (Span(f"from {wording.day(value.since)} on "), *said)
            made.append(said)
        return joined(made, "and", "; ")

    def timing(self, edition: Edition, named: str | None) -> tuple[Told, ...]:
        """Say what the time allowed rests on, where it is not what the duty rests on."""
        values = self.names.values(named)
        bases = {value.basis for value in values or ()}
        if not bases or bases == {edition.rule.basis}:
            return ()
        if bases == {"assumed"}:
            line = "This time is assumed: no source settles it."
        elif len(bases) == 1:
            line = f"This time is {bases.pop()}."
        else:
            line = f"This time is {wording.listed(sorted(bases), 'or')}, by edition."
        return (Told(text(line)),)

    # -- what else there is to know

    def releases(self, edition: Edition) -> tuple[Told, ...]:
        """Say what releases from the duty, up to its deadline."""
        made = []
        for _, form in edition.releases():
            told = self.conditions.told(form)
            line = told.line
            if isinstance(form, ConditionForm) and form.entry is not None and not edition.repeats:
                line = (*line, Span(", counted from when an action counts"))
            made.append(Told(line, told.parts))
        lead = "before the time is over, "
        if edition.repeats:
            lead = "while it holds, the duty rests: "
        if len(made) == 1:
            (told,) = made
            return (Told(sentence((Span(lead), *told.line)), told.parts),)
        return (Told(sentence(text(f"{lead}one of these holds:")), tuple(made)),)

    @staticmethod
    def deciders(rule: Rule) -> tuple[Told, ...]:
        """Say who may decide that a duty asks for nothing."""
        roles = [wording.role(name) for name in listed(rule.may_be_decided_by)]
        if not roles:
            return (Told(text("Nobody.")),)
        line = f"{wording.listed(roles)}, with a rationale on record, once the duty has arisen and "
        line += "before its time is over"
        return (Told(sentence(text(line))),)


def _deadline(value: str, after: str, to: str) -> Line:
    """Say what a time allowed means; ``to`` links the time itself."""
    if value == "not_stated":
        return (
            Span("no time is stated", to),
            Span(": it is never overdue, and how long it has been open is reported"),
        )
    duration = parse_duration(value)
    if isinstance(duration, Elapsed):
        moment = after.format("moment")
        return (Span(f"within {duration}", to), Span(f" of {moment}, the last minute included"))
    days = "working day" if isinstance(duration, WorkingDays) else "day"
    ending = f"the end of the {wording.ordinal(duration.count)} {days}"
    return (Span(f"by {ending}", to), Span(f" after {after.format('day')}"))


def _anchor(edition: Edition) -> str:
    """Say what a deadline runs from."""
    if len(edition.triggers) == 1:
        (trigger,) = edition.triggers
        kinds = listed(trigger.entry)
        if len(kinds) == 1:
            return _AFTER.get(kinds[0], "the {} of that entry")
        if trigger.episodes is not None:
            return "the {} the threshold is reached"
        if trigger.open is not None:
            return "the {} that time is over"
        if trigger.gap is not None:
            return "the report"
    return "the {} of what triggers the rule"


def _counts(edition: Edition) -> str:
    """Say from when on an action answers the duty."""
    if edition.counts:
        return "Only what is done once the threshold is reached."
    if edition.is_of_child() or edition.rule.after is not None:
        return "Only what is done at or after what triggers the rule."
    kinds = {kind for trigger in edition.triggers for kind in listed(trigger.entry)}
    if kinds == {"reported"}:
        return "What is done since the report."
    return "What is done since the report of the episode, also if it was before the rule applied."


def _owner(rule: Rule) -> str:
    return f"{capital(wording.role(rule.owed_by))}." if rule.owed_by else "The policy does not say."

"""What makes a rule apply, in plain sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from missingrules.checks.edition import listed
from missingrules.show.conditions import counting
from missingrules.show.document import Span, Told, sentence, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.checks.edition import Edition
    from missingrules.language import Gap, Lasted, Trigger
    from missingrules.show.conditions import Conditions
    from missingrules.show.document import Line
    from missingrules.show.names import Names


@dataclass(frozen=True, slots=True)
class Triggers:
    """Puts the triggers of one policy into words."""

    names: Names
    conditions: Conditions

    def triggers(self, edition: Edition) -> tuple[Told, ...]:
        """Say each of the triggers, of which any makes the rule apply."""
        told = [one for trigger in edition.triggers for one in self.trigger(trigger)]
        if edition.repeats:
            return tuple(Told(sentence(one.line), one.parts) for one in told)
        if len(told) > 1 and not any(trigger.as_recorded for trigger in edition.triggers):
            lead = Told(text("Any of these:"), tuple(told))
            return (lead,)
        return tuple(Told(sentence(one.line), one.parts) for one in told)

    def trigger(self, trigger: Trigger) -> Iterator[Told]:
        """Say what one trigger is."""
        if trigger.entry is not None:
            for kind in listed(trigger.entry):
                yield Told(self.names.happens(kind, trigger.where))
        elif trigger.episodes is not None:
            yield from self.count(trigger)
        elif trigger.open is not None:
            yield Told(self.open(trigger.open))
        elif trigger.every is not None:
            yield from self.every(trigger)
        elif trigger.gap is not None:
            yield Told(self.gap(trigger.gap))

    def count(self, trigger: Trigger) -> Iterator[Told]:
        """Say which episodes are counted, and how many are too many."""
        strict = trigger.more_than is not None
        number = self.names.amount(trigger.more_than if strict else trigger.reach)
        yield Told(
            (
                *(Span("more than " if strict else ""), *number),
                *(Span(f" {counting(number)} "), self.names.term(str(trigger.episodes))),
                *(Span(" "), *self.conditions.window(str(trigger.within))),
            )
        )
        if trigger.as_recorded is not None:
            label = self.conditions.told(trigger.as_recorded)
            line = (
                *(Span("The same episodes are counted by their recorded label too: "), *label.line),
                Span(
                    ". Where that count falls short, the finding names the episodes that the label "
                    "hid"
                ),
            )
            yield Told(line, label.parts)
        if trigger.since == "action":
            yield Told(text("every time it is done, the count starts afresh"))

    def open(self, lasted: Lasted) -> Line:
        """Say how long an episode has to be open."""
        strict = lasted.more_than is not None
        limit = self.conditions.duration(lasted.more_than if strict else lasted.at_least)
        since = "the report"
        if lasted.since == "missing_since":
            since = "the time since when the child was missing"
        before = f"an episode has been open for {'more than ' if strict else ''}"
        return (Span(before), *limit, Span(f", counted from {since}"))

    def gap(self, gap: Gap) -> Line:
        """Say how late a report has to be."""
        strict = gap.more_than is not None
        limit = self.conditions.duration(gap.more_than if strict else gap.at_least)
        before = f"the report came {'more than ' if strict else 'at least '}"
        return (Span(before), *limit, Span(" after the time since when the child was missing"))

    def every(self, trigger: Trigger) -> Iterator[Told]:
        """Say how often a duty comes again."""
        interval = self.conditions.duration(trigger.every)
        start = text("the report")
        if trigger.first_after is not None:
            later = self.conditions.duration(trigger.first_after)
            start = (Span("the time "), *later, Span(" after the report"))
        yield Told(
            (
                *(Span("an episode is open: again and again, every "), *interval),
                *(Span("; the first interval starts with "), *start),
            )
        )
        for part in trigger.sooner:
            condition = self.conditions.told(part.if_)
            sooner = self.conditions.duration(part.every)
            line = (Span("every "), *sooner, Span(" while "), *condition.line)
            yield Told(line, condition.parts)

"""A policy as a page that somebody who answers for safeguarding can check without its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missingrules import wording
from missingrules.errors import MissingRulesError
from missingrules.lint.names import used_by_rules
from missingrules.policy import loaded
from missingrules.policysource import parameter_values
from missingrules.show.conditions import Conditions
from missingrules.show.document import (
    Document,
    Facts,
    Heading,
    Items,
    Paragraph,
    Span,
    Table,
    Told,
    joined,
    sentence,
    text,
    with_live_links,
)
from missingrules.show.names import Names, anchor, value_text
from missingrules.show.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.language import Rule
    from missingrules.policy import Policy
    from missingrules.policysource import ParameterValue
    from missingrules.show.document import Block, Line

_READING: Final = (
    ("A finding says that there is no record of something. It never says that nobody did it."),
    (
        "Each duty and each number says what it rests on. Stated: the source says it. Inferred: it "
        "follows from what the source says. Assumed: no source settles it, and whoever adopts the "
        "policy has to."
    ),
    (
        "A duty and its time can rest on different things: a duty that is stated can have a time "
        "that is assumed."
    ),
    (
        "Words in quotation marks with a link are explained in the glossary. Linked numbers lead "
        "to the table of numbers."
    ),
    (
        "Where a condition asks for a fact that nobody recorded, it cannot be told whether it "
        "holds. The finding then says so and is listed as a gap in the record, never as a breach."
    ),
    (
        "Hours and minutes run on whatever the clocks do, and the last minute is in time. Days are "
        "dates: they are counted from the next date, and the last one counts to its end."
    ),
)


_SHORT: Final = {
    "AWARE": "appearance, words, activity, relationships, environment",
    "FIM": "force incident manager, who grades the risk in the control room",
    "MASH": "multi-agency safeguarding hub",
    "PPN": "public protection notification, from the police to children's social care",
}
"""Abbreviations, explained where a policy uses them."""


def show(policy: Policy, *, rule: str | None = None) -> Document:
    """Make the page of a policy, or of one of its rules with the terms and numbers that it uses.

    Raises :class:`~missingrules.errors.MissingRulesError` for a rule that the policy does not have.
    """
    return _Page(loaded(policy), rule).document()


class _Page:
    def __init__(self, policy: Policy, rule: str | None) -> None:
        self.policy = policy
        self.source = policy.source
        self.file = policy.source.file
        self.names = Names(self.source)
        self.conditions = Conditions(self.names)
        self.rules = Rules(self.source, self.names, self.conditions)
        self.uses = used_by_rules(self.source)
        ids = [told.id for told in self.file.rules]
        if rule is not None and rule not in ids:
            hint = wording.suggestion(rule, ids) or f"its rules are {wording.listed(ids, 'and')}"
            message = f"the policy {self.file.policy} has no rule {wording.quoted(rule)}; {hint}"
            raise MissingRulesError(message)
        self.only = rule

    def document(self) -> Document:
        blocks = [*self.head()]
        if self.only is None:
            blocks += self.overview()
        blocks += self.duties()
        blocks += self.glossary()
        blocks += self.numbers()
        if self.only is None:
            blocks += [*self.assumptions(), *self.added()]
        blocks += self.documents()
        return with_live_links(Document(self.file.title, tuple(blocks)))

    def chosen(self) -> list[tuple[int, Rule]]:
        """The rules that the page is about, with their places in the file."""
        rules = enumerate(self.file.rules)
        return [(number, rule) for number, rule in rules if self.only in (None, rule.id)]

    # -- what the policy is

    def head(self) -> Iterator[Block]:
        file = self.file
        yield Heading(1, self.names.prose(file.title))
        layers = [
            f"{wording.plain(layer.policy)} (edition {layer.edition})"
            for layer in self.source.layers[:-1]
        ]
        reviewed = "No date is given."
        if file.last_reviewed is not None:
            reviewed = f"{wording.day(file.last_reviewed)}."
        rows = [
            ("Policy", f"{wording.plain(file.policy)}, edition {file.edition}"),
            ("Laid over", wording.listed(layers, "and") if layers else ""),
            ("Owner", file.owner or "Nobody is named."),
            ("Last reviewed", reviewed),
            ("Dates", self.dates()),
        ]
        made = [
            (label, (Told(sentence(self.names.prose(words))),)) for label, words in rows if words
        ]
        digest = (Span(f"Findings made by this policy carry the digest {self.policy.digest}."),)
        yield Facts((*made, ("Digest", (Told(digest),))))
        if self.only is None:
            yield Heading(2, text("How to read this page"))
            short = [f"{name}: {words}." for name, words in _SHORT.items() if name in self.words()]
            yield Items(tuple(Told(text(line)) for line in (*_READING, *short)))
            yield Heading(2, text("On this page"))
            yield Items(tuple(Told((Span(words, f"#{to}"),)) for to, words in self.parts()))

    def words(self) -> set[str]:
        """The words of the policy that stand in capitals."""
        file = self.file
        told = [rule.title for rule in file.rules] + [wording.plain(n) for n in file.parameters]
        told += [wording.role(role) for rule in file.rules for role in (rule.owed_by,) if role]
        return {word.strip("().,;:'") for words in told for word in words.split()}

    def parts(self) -> Iterator[tuple[str, str]]:
        """The parts of the whole page, with their anchors."""
        file = self.file
        yield "overview", "All duties at a glance"
        if any(rule.active for rule in file.rules):
            yield "rules", "The rules"
        if not all(rule.active for rule in file.rules):
            yield "off", "Rules that are switched off"
        if file.terms:
            yield "glossary", "Glossary"
        if file.parameters:
            yield "numbers", "Numbers, times and dates"
        yield "assumed", "What is assumed"
        if file.sources:
            yield "sources", "Sources"

    def dates(self) -> str:
        conventions = self.file.conventions
        words = f"Days are dates in the time zone {conventions.zone.replace('_', ' ')}"
        if conventions.holidays is not None:
            place = conventions.holidays
            where = "-".join(filter(None, (place.country, place.subdivision)))
            where = {"GB-ENG": "England"}.get(where, where)
            words += f"; working days leave out weekends and the public holidays of {where}"
        return words

    def overview(self) -> Iterator[Block]:
        active = [rule for rule in self.file.rules if rule.active]
        yield Heading(2, text("All duties at a glance"), "overview")
        if not active:
            yield Paragraph(text("This policy has no rule that is switched on."))
            return
        yield Table(
            "The rules that are switched on",
            ("Rule", "Who owes it", "Time allowed", "A breach is"),
            tuple(self.glance(rule) for rule in active),
        )

    def glance(self, rule: Rule) -> tuple[Line, ...]:
        states = [rule, *rule.editions]
        allowed: list[Line] = []
        for state in states:
            told = state.on if isinstance(state.on, list) else [state.on]
            every = [trigger.every for trigger in told if trigger and trigger.every]
            effect = state.require or state.grade
            named = every[0] if every else effect.within if effect is not None else None
            if named is not None:
                amount = self.names.amount(named)
                allowed.append((Span("every "), *amount) if every else amount)
        link = Span(rule.title, f"#{anchor('rule', rule.id)}")
        owner = wording.role(rule.owed_by) if rule.owed_by else ""
        time = joined(list(dict.fromkeys(allowed)), "or")
        grave = "only noted" if rule.measure else rule.severity or "major"
        return ((link,), text(owner or "not said"), time or text("none"), text(grave))

    # -- the rules

    def duties(self) -> Iterator[Block]:
        chosen = self.chosen()
        active = [(number, rule) for number, rule in chosen if rule.active]
        off = [(number, rule) for number, rule in chosen if not rule.active]
        if active:
            yield Heading(2, text("The rules" if self.only is None else "The rule"), "rules")
        for number, rule in active:
            yield from self.rules.blocks(number, rule)
        if off:
            yield Heading(2, text("Rules that are switched off"), "off")
        for number, rule in off:
            yield from self.rules.blocks(number, rule)

    def glossary(self) -> Iterator[Block]:
        used = {name for number, _ in self.chosen() for name in self.uses[number].terms}
        terms = {n: f for n, f in self.file.terms.items() if self.only is None or n in used}
        if not terms:
            return
        yield Heading(2, text("Glossary"), "glossary")
        for name, form in terms.items():
            told = self.conditions.told(form)
            yield Heading(3, text(f"“{wording.plain(name)}”"), anchor("term", name))
            lead = (Span("Applies when "), *told.line)
            rules = [
                self.names.rule(rule.id)
                for rule, uses in zip(self.file.rules, self.uses, strict=True)
                if name in uses.terms and (self.only is None or rule.id == self.only)
            ]
            layer = self.rules.layer_of(("terms", name))
            where = (Span(f"Written in {layer}. Used by "), *joined([(r,) for r in rules], "and"))
            if not rules:
                where = text(f"Written in {layer}. No rule uses it.")
            yield Items((Told(sentence(lead), told.parts), Told(sentence(where))))

    # -- the numbers

    def numbers(self) -> Iterator[Block]:
        used = {name for number, _ in self.chosen() for name in self.uses[number].parameters}
        names = [name for name in self.file.parameters if self.only is None or name in used]
        if not names:
            return
        yield Heading(2, text("Numbers, times and dates"), "numbers")
        rows: list[tuple[Line, ...]] = []
        anchors: list[str] = []
        for name in names:
            for value in parameter_values(name, self.file.parameters[name]):
                rows.append(self.number(name, value))
                anchors.append("" if value.since else anchor("number", name))
        yield Table(
            "Every number, and what it rests on",
            ("Number", "Value", "Basis", "Why, and where it is written", "Used by", "Layer"),
            tuple(rows),
            tuple(anchors),
        )

    def number(self, name: str, value: ParameterValue) -> tuple[Line, ...]:
        since = f" (from {wording.day(value.since)} on)" if value.since else ""
        shown = value_text(value.value)
        if value.edge is not None:
            edge = {"inclusive": "both ends counted", "exclusive": "one end left out"}[value.edge]
            placed = {"missing_since": "since when the child was missing"}
            by = placed.get(value.placed_by or "", "the report")
            shown += f", {edge}; episodes placed by {by}"
        why = self.names.prose(value.note)
        if value.cite is not None:
            why = (*why, Span(" " if why else ""), *sentence(self.rules.cited(value.cite)))
        layer = self.rules.layer_of(("parameters", name, "value"))
        return (
            text(wording.plain(name) + since),
            text(shown),
            text(value.basis),
            why or text("Nothing is said."),
            self.users(name) if not value.since else text("as above"),
            text(layer),
        )

    def users(self, name: str) -> Line:
        """The rules that use a number, themselves or through terms."""
        rules = [
            (self.names.rule(rule.id),)
            for rule, uses in zip(self.file.rules, self.uses, strict=True)
            if name in uses.parameters and self.only in (None, rule.id)
        ]
        return joined(rules, "and") if rules else text("no rule")

    def assumptions(self) -> Iterator[Block]:
        """Everything that nobody has settled: what an owner has to go through first."""
        yield Heading(2, text("What is assumed"), "assumed")
        made: list[Told] = []
        for name, parameter in self.file.parameters.items():
            for value in parameter_values(name, parameter):
                if value.basis == "assumed":
                    since = f" (from {wording.day(value.since)} on)" if value.since else ""
                    link = Span(wording.plain(name), f"#{anchor('number', name)}")
                    shown = Span(f"{since}: {value_text(value.value)}. ")
                    made.append(Told((link, shown, *self.names.prose(value.note))))
        for rule in self.file.rules:
            if rule.basis == "assumed":
                link = Span(rule.title, f"#{anchor('rule', rule.id)}")
                note = self.names.prose(rule.note or "Nothing is said of why.")
                made.append(Told((Span("The duty itself: "), link, Span(". "), *note)))
        if made:
            line = "No source settles these. Whoever adopts the policy has to, one by one:"
            yield Paragraph(text(line))
            yield Items(tuple(made))
        else:
            yield Paragraph(text("Nothing: every duty and every number is stated or inferred."))

    # -- the rest

    def added(self) -> Iterator[Block]:
        """What the policy's logs hold beside the standard."""
        added = self.file.vocabulary
        made: list[Told] = []
        for kind in added.kinds.values():
            fields = wording.listed(map(wording.plain, kind.fields), "and")
            with_fields = f", with {fields}" if fields else ""
            whose = "an episode" if kind.of == "episode" else "the child"
            made.append(Told(sentence(text(f"about {whose}: {kind.phrase}{with_fields}"))))
        for name, fields_of in added.fields.items():
            fields = wording.listed(map(wording.plain, fields_of), "and")
            made.append(Told(sentence(text(f"in the entry {self.names.entry(name)}: {fields}"))))
        for name, values in added.values.items():
            words = wording.listed(map(wording.plain, values), "and")
            made.append(Told(sentence(text(f"as values of {wording.plain(name)}: {words}"))))
        for logged, role in added.roles.items():
            words = f"the role {wording.plain(logged)} of the log is {wording.role(role)} here"
            made.append(Told(sentence(text(words))))
        if made:
            yield Heading(2, text("What the log holds beside the standard"), "added")
            yield Items(tuple(made))

    def documents(self) -> Iterator[Block]:
        cited = self.cited()
        keys = [key for key in self.file.sources if self.only is None or key in cited]
        if not keys:
            return
        yield Heading(2, text("Sources"), "sources")
        rows: list[tuple[Line, ...]] = []
        for key in keys:
            told = self.file.sources[key]
            title = Span(told.title, told.url or "")
            rows.append(((title,), text(told.publisher), text(told.published)))
        yield Table(
            "The documents that are cited",
            ("Title", "Publisher", "Published"),
            tuple(rows),
            tuple(anchor("source", key) for key in keys),
        )

    def cited(self) -> set[str]:
        """The keys of the sources that the page cites."""
        found: set[str] = set()
        for number, rule in self.chosen():
            names = self.uses[number].parameters
            cites = [rule.cite, *(v.cite for n in names for v in self.values(n))]
            found |= {cite.source for cite in cites if cite is not None}
        return found

    def values(self, name: str) -> list[ParameterValue]:
        return parameter_values(name, self.file.parameters[name])

"""One rule in plain sentences: when it applies, what is owed, by whom, by when, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from missingrules import wording
from missingrules.checks.edition import Edition
from missingrules.checks.review import Review
from missingrules.policysource import rule_editions
from missingrules.show.document import Facts, Heading, Span, Told, capital, sentence, text
from missingrules.show.names import Names, anchor
from missingrules.show.owed import Owed
from missingrules.show.triggers import Triggers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.language import Cite, Rule
    from missingrules.policysource import DatedRule, PolicySource
    from missingrules.show.conditions import Conditions
    from missingrules.show.document import Block, Line
    from missingrules.yamlsource import Path

AUTHORITY: Final = {
    "statute": "law",
    "statutory_guidance": "statutory guidance",
    "force_policy": "the force's own policy",
    "local_procedure": "the own procedure of the local authority or the partnership",
    "inspectorate_expectation": "what inspectors expected",
    "recommendation": "a recommendation",
    "good_practice": "good practice described elsewhere",
}
BASIS: Final = {
    "stated": "stated in the source",
    "inferred": "inferred: it follows from what the source says",
    "assumed": "assumed: no source settles it",
}
_SEVERITY: Final = {
    "critical": "a critical breach",
    "major": "a major breach",
    "minor": "a minor breach",
}
_KEYS: Final = {
    "title": "its title",
    "authority": "the kind of text it rests on",
    "basis": "its basis",
    "cite": "where it is written",
    "note": "the note",
    "on": "when it applies",
    "if": "the condition",
    "unless": "what releases from it",
    "while": "when it ends",
    "after": "from when an action counts",
    "per": "whether it is owed for the child or the episode",
    "require": "what is owed",
    "forbid": "what must not happen",
    "grade": "the grade",
    "measure": "what is noted",
    "severity": "how grave a breach is",
    "owed_by": "who owes it",
    "may_be_decided_by": "who may decide that it is not required",
    "active": "whether it is switched on",
    "from": "from when it is in force",
    "until": "until when it is in force",
    "editions": "its editions",
}
"""Keys of a rule, as a reader of the page knows them."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Puts the rules of one policy into words."""

    source: PolicySource
    names: Names
    conditions: Conditions

    def blocks(self, number: int, rule: Rule) -> Iterator[Block]:
        """Write one rule with everything that there is to know of it."""
        yield Heading(3, self.names.prose(rule.title), anchor("rule", rule.id))
        rows: list[tuple[str, tuple[Told, ...]]] = [("Id", (Told(text(rule.id)),))]
        if not rule.active:
            off = "This rule is switched off. It judges nobody until a policy laid over this one "
            rows.append(("Off", (Told(text(off + "switches it on.")),)))
        states = self.states(number, rule)
        shared = [self.rows(edition) for _, edition in states]
        for dated, said in zip([dated for dated, _ in states], shared, strict=True):
            if len(states) > 1:
                label = f" “{dated.edition}”" if dated.edition else ""
                rows.append((f"Edition{label}", (Told(text(capital(_dates(dated)))),)))
            rows += said
        if len(states) == 1 and (states[0][0].since or states[0][0].until):
            rows.append(("In force", (Told(text(capital(_dates(states[0][0])))),)))
        rows.append(("If it is not met", self.severity(rule)))
        rows.append(("Rests on", self.rests_on(rule)))
        rows.append(("Written in", (Told(sentence(text(self.layers(number)))),)))
        if rule.note:
            rows.append(("Note", (Told(self.names.prose(rule.note)),)))
        yield Facts(tuple((label, told) for label, told in rows if told))

    def states(self, number: int, rule: Rule) -> list[tuple[DatedRule, Edition]]:
        """List the rule as it stands from date to date."""
        review = Review(self.source)
        path: Path = ("rules", number)
        return [
            (dated, Edition(review, path, path, dated.rule))
            for dated in rule_editions(self.source, rule)
        ]

    def rows(self, edition: Edition) -> Iterator[tuple[str, tuple[Told, ...]]]:
        """Say when one edition applies, and what it then asks for."""
        rule = edition.rule
        yield "Applies when", Triggers(self.names, self.conditions).triggers(edition)
        if rule.if_ is not None:
            told = self.conditions.told(rule.if_)
            yield "Only if", (Told(sentence(told.line), told.parts),)
        yield from Owed(self.names, self.conditions).rows(edition)

    # -- what else there is to know

    @staticmethod
    def severity(rule: Rule) -> tuple[Told, ...]:
        """Say how grave a breach is."""
        if rule.measure:
            return ()
        return (Told(text(f"It is {_SEVERITY[rule.severity or 'major']}.")),)

    def rests_on(self, rule: Rule) -> tuple[Told, ...]:
        """Say what a duty rests on, and where that is written."""
        line = f"{AUTHORITY[rule.authority]}; the duty is {BASIS[rule.basis]}"
        made = [Told(sentence(text(line)))]
        if rule.cite is not None:
            made.append(Told(sentence(self.cited(rule.cite))))
        return tuple(made)

    def cited(self, cite: Cite) -> Line:
        """A citation: title, publisher, date and section."""
        told = self.source.file.sources[cite.source]
        line = (
            Span(told.title, f"#{anchor('source', cite.source)}"),
            Span(f", {told.publisher}, {told.published}"),
        )
        return (*line, Span(f", section “{cite.section}”")) if cite.section else line

    # -- layers

    def layer_of(self, path: Path) -> str:
        """Name the layer that has the last word on a part."""
        file = self.source.key_place(path).source
        found = next((layer for layer in self.source.layers if layer.source == file), None)
        return capital(wording.plain((found or self.source.layers[-1]).policy))

    def layers(self, number: int) -> str:
        """Name the layer that a rule comes from, and those that change it."""
        keys = self.source.located.data["rules"][number]
        order = [capital(wording.plain(layer.policy)) for layer in self.source.layers]
        by_layer: dict[str, list[str]] = {}
        for key in keys:
            by_layer.setdefault(self.layer_of(("rules", number, key)), []).append(key)
        named = sorted(by_layer, key=order.index)
        if len(named) == 1:
            return named[0]
        said = [named[0]]
        for layer in named[1:]:
            changed = [_KEYS[key] for key in by_layer[layer] if key in _KEYS]
            if changed:
                said.append(f"{layer} changes {wording.listed(changed, 'and')}")
        return "; ".join(said)


def _dates(dated: DatedRule) -> str:
    if dated.since is None and dated.until is None:
        return "at all times."
    since = f"on {wording.day(dated.since)} or later" if dated.since else ""
    until = f"before {wording.day(dated.until)}" if dated.until else ""
    return f"for what arises {wording.listed(filter(None, (since, until)), 'and')}."

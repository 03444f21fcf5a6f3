"""What one policy says otherwise than another, rule by rule, in words.

Rules are held against each other as the page of a policy shows them (:mod:`missingrules.show`), so
that a difference of layout is none, and one in a number that a rule uses is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from missingrules import wording
from missingrules.lint.names import used_by_rules
from missingrules.show.conditions import Conditions
from missingrules.show.document import plain_text
from missingrules.show.names import Names
from missingrules.show.rules import AUTHORITY, Rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.lint.names import Uses
    from missingrules.policysource import PolicySource
    from missingrules.show.document import Told

_LONGEST: Final = 160
_OFF: Final = "switched off: it judges nobody until a layer turns it on"
_LABELS: Final = {
    "Applies when": "applies when",
    "Only if": "only if",
    "What is owed": "what is owed",
    "By whom": "who owes it",
    "By when": "by when",
    "What counts": "what counts",
    "Owed for": "for whom it is owed",
    "Released if": "released if",
    "Ends": "what ends it",
    "May be decided against by": "who may decide against it",
    "In force": "when it is in force",
    "It is": "how grave a breach is",
}
"""Rows of the page of a rule, and what a difference in one is called."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule that a policy adds, changes or removes; ``words`` says what is different."""

    rule: str
    title: str
    what: Literal["added", "changed", "removed"]
    words: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {
            "rule": self.rule,
            "title": self.title,
            "what": self.what,
            "words": list(self.words),
        }


def differences(policy: PolicySource, other: PolicySource) -> tuple[Difference, ...]:
    """List what a policy adds to, changes in and removes from another, in the order of its rules.

    A rule that is off judges nobody: where the other one has it switched on, it is removed.
    """
    mine, theirs = _Said(policy), _Said(other)
    found = []
    for rule in policy.file.rules:
        if rule.id not in theirs.rows:
            found.append(Difference(rule.id, rule.title, "added", () if rule.active else (_OFF,)))
        elif theirs.active[rule.id] and not rule.active:
            found.append(Difference(rule.id, rule.title, "removed", ("switched off",)))
        elif words := tuple(_changes(rule.id, mine, theirs)):
            found.append(Difference(rule.id, rule.title, "changed", words))
    known = mine.rows.keys()
    found += [
        Difference(rule.id, rule.title, "removed")
        for rule in other.file.rules
        if rule.id not in known
    ]
    return tuple(found)


class _Said:
    """What each rule of a policy says, by the rows of its page; and what it uses."""

    def __init__(self, source: PolicySource) -> None:
        names = Names(source)
        rules = Rules(source, names, Conditions(names))
        self.source = source
        self.active = {rule.id: rule.active for rule in source.file.rules}
        self.uses: dict[str, Uses] = {}
        self.rows: dict[str, dict[str, str]] = {}
        for number, (rule, uses) in enumerate(
            zip(source.file.rules, used_by_rules(source), strict=True)
        ):
            rows = {"Title": rule.title, "Authority": AUTHORITY[rule.authority]}
            for dated, edition in rules.states(number, rule):
                span = f"{dated.since} {dated.until}"
                if dated.since or dated.until:
                    rows["In force"] = f"{rows.get('In force', '')} {span}".strip()
                for label, told in rules.rows(edition):
                    rows[label] = " / ".join([*filter(None, [rows.get(label)]), _words(told)])
            if not rule.measure:
                rows["It is"] = _words(rules.severity(rule))
            self.rows[rule.id] = rows
            self.uses[rule.id] = uses


def _changes(rule: str, mine: _Said, theirs: _Said) -> Iterator[str]:
    now, before = mine.rows[rule], theirs.rows[rule]
    for label, called in _LABELS.items():
        said, was = now.get(label, ""), before.get(label, "")
        if said == was:
            continue
        if not said:
            yield f"{called}: taken away"
        else:
            yield f"{called}: {_short(said)}"
    if now["Authority"] != before["Authority"]:
        yield f"what it rests on: {now['Authority']}"
    for term in sorted(mine.uses[rule].terms.keys() & theirs.uses[rule].terms.keys()):
        told = [said.source.located.data["terms"][term] for said in (mine, theirs)]
        if told[0] != told[1]:
            yield f"what counts as {wording.quoted(wording.plain(term)).strip('`')}"


def _words(told: tuple[Told, ...]) -> str:
    """Give statements as one text, those that one introduces behind it."""
    return " ".join(
        f"{plain_text(one.line)} {'; '.join(_words((part,)) for part in one.parts)}".strip()
        for one in told
    )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rsplit(' ', 1)[0]} ..."

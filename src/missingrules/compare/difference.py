"""Two editions of a policy, rule by rule, in words: what changed, and from what to what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from missingrules import wording
from missingrules.checks.edition import listed
from missingrules.compare.variant import fingerprint, named_in
from missingrules.policysource import parameter_values, rule_editions
from missingrules.show.conditions import Conditions
from missingrules.show.document import plain_text
from missingrules.show.names import Names, value_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.language import Cite, Rule, Trigger
    from missingrules.policysource import DatedRule, PolicySource
    from missingrules.show.document import Told

_OTHER: Final = "something that the sentences above do not show"


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What became of one rule: ``added``, ``removed``, ``changed`` or ``reworded``.

    ``reworded`` is a rule whose title, note or citation alone is new: it judges as before.
    ``words`` say each change in a sentence's worth.
    """

    rule: str
    title: str
    status: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyDiff:
    """What changed from one policy to another."""

    old: PolicySource
    new: PolicySource
    head: tuple[str, ...]
    rules: tuple[RuleChange, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the difference as JSON takes it."""
        return {
            "old": _called(self.old),
            "new": _called(self.new),
            "head": list(self.head),
            "rules": [
                {
                    "rule": rule.rule,
                    "title": rule.title,
                    "status": rule.status,
                    "changes": list(rule.words),
                }
                for rule in self.rules
            ],
        }

    def to_text(self) -> str:
        """Say it for people."""
        return "\n".join(self.lines()) + "\n"

    def lines(self) -> Iterator[str]:
        """Say it line by line: what is in force, rule by rule."""
        old, new = self.old.file, self.new.file
        yield f"From {old.policy} {old.edition} to {new.policy} {new.edition}."
        yield from self.head
        if not self.rules:
            yield "No rule says anything else."
        for rule in self.rules:
            yield ""
            yield f"{rule.rule} ({rule.status}): {rule.title}"
            for words in rule.words:
                yield f"  {words}"


def diff(old: PolicySource, new: PolicySource) -> PolicyDiff:
    """Say what changed from one policy to another, in the order of the rules of the new one."""
    before = {rule.id: rule for rule in old.file.rules}
    now = {rule.id: rule for rule in new.file.rules}
    found = [
        change
        for rule_id, rule in now.items()
        if (change := _change(old, new, before.get(rule_id), rule)) is not None
    ]
    found += [
        RuleChange(rule_id, rule.title, "removed", ("its findings are made no more",))
        for rule_id, rule in before.items()
        if rule_id not in now
    ]
    return PolicyDiff(old, new, tuple(_head(old, new)), tuple(found))


def _head(old: PolicySource, new: PolicySource) -> Iterator[str]:
    one, two = old.file, new.file
    if one.policy != two.policy:
        yield f"The policy was called {one.policy}: findings have other ids."
    if one.conventions.zone != two.conventions.zone:
        yield f"The zone was {one.conventions.zone} and is {two.conventions.zone}."
    if one.conventions.holidays != two.conventions.holidays:
        yield "Working days leave out other holidays."
    if one.vocabulary != two.vocabulary:
        yield "What the policy adds to the vocabulary of logs changed."


def _change(
    old: PolicySource, new: PolicySource, was: Rule | None, rule: Rule
) -> RuleChange | None:
    if was is None:
        off = () if rule.active else ("it is switched off",)
        facts = _facts(new, rule)
        said = tuple(f"{name}: {facts[name]}" for name in facts if name in _TELLING)
        return RuleChange(rule.id, rule.title, "added", (*said, *off))
    if was == rule and _text(old, rule.id) == _text(new, rule.id):
        return None
    before, now = _facts(old, was), _facts(new, rule)
    words = tuple(_said(name, before.get(name), now.get(name)) for name in _either(before, now))
    if not words:
        return RuleChange(rule.id, rule.title, "changed", (f"changed: {_OTHER}",))
    names = set(_either(before, now))
    return RuleChange(rule.id, rule.title, "reworded" if names <= _WORDING else "changed", words)


_WORDING: Final = frozenset({"title", "note", "source"})
_TELLING: Final = frozenset(
    {"threshold", "window", "what is owed", "deadline", "interval", "who owes it", "source"}
)


def _either(before: dict[str, str], now: dict[str, str]) -> list[str]:
    return [name for name in dict.fromkeys((*now, *before)) if before.get(name) != now.get(name)]


def _said(name: str, was: str | None, now: str | None) -> str:
    if was is None:
        return f"{name} added: {now}"
    if now is None:
        return f"{name} removed: it was {was}"
    return f"{name} from {was} to {now}"


def _text(source: PolicySource, rule_id: str) -> str:
    (told,) = [each for each in source.located.data["rules"] if each["id"] == rule_id]
    return fingerprint(source, told)


# --- What a rule says ----------------------------------------------------------------------------


def _facts(source: PolicySource, rule: Rule) -> dict[str, str]:
    """Everything that a rule says, by what it is about; what it does not say is not there."""
    made = {
        "title": f"“{rule.title}”",
        "switched on": "yes" if rule.active else "no",
        "kind of text": wording.plain(rule.authority),
        "basis": rule.basis,
        "source": _cited(source, rule.cite),
        "note": None if rule.note is None else f"“{' '.join(rule.note.split())}”",
    }
    states = rule_editions(source, rule)
    for number, state in enumerate(states, 1):
        label = "" if len(states) == 1 else f"edition {state.edition or number}, "
        made |= {f"{label}{name}": said for name, said in _state(source, state)}
    conditions = Conditions(Names(source))
    (told,) = [each for each in source.located.data["rules"] if each["id"] == rule.id]
    for place, name in sorted(named_in(source, told)):
        if place == "terms":
            made[f"the term {name}"] = f"“{_flat(conditions.told(source.file.terms[name]))}”"
    return {name: said for name, said in made.items() if said is not None}


def _state(source: PolicySource, state: DatedRule) -> Iterator[tuple[str, str | None]]:
    rule = state.rule
    conditions = Conditions(Names(source))
    yield "first date", None if state.since is None else wording.day(state.since)
    yield "first date without it", None if state.until is None else wording.day(state.until)
    triggers = [each for each in (rule.on if isinstance(rule.on, list) else [rule.on]) if each]
    for number, trigger in enumerate(triggers, 1):
        label = "" if len(triggers) == 1 else f" of trigger {number}"
        for name, said in _trigger(source, conditions, trigger):
            yield f"{name}{label}", said
    if rule.if_ is not None:
        yield "condition", _flat(conditions.told(rule.if_))
    released = rule.unless if isinstance(rule.unless, list) else [rule.unless]
    forms = [_flat(conditions.told(form)) for form in released if form is not None]
    yield "release", "; or ".join(forms) or None
    if rule.require is not None:
        require = rule.require
        names = Names(source)
        kinds = [plain_text(names.record(k, require.where)) for k in listed(require.action)]
        fields = [wording.plain(name) for name in listed(require.field)]
        yield "what is owed", wording.listed(kinds or fields)
        values = require.as_ if isinstance(require.as_, list) else [require.as_]
        yield "values in order", ", ".join(value_text(v) for v in values if v is not None) or None
        yield "what must be named", ", ".join(require.names_known or ()) or None
        yield "what may stand in", require.or_field
        yield from _number(source, "deadline", require.within)
    if rule.grade is not None:
        yield from _number(source, "lowest grade", rule.grade.at_least)
        yield from _number(source, "steps up", rule.grade.steps_up)
        yield from _number(source, "deadline", rule.grade.within)
    yield "forbids it", "yes" if rule.forbid else None
    yield "only notes it", "yes" if rule.measure else None
    yield "while", rule.while_
    yield "what counts", None if rule.after is None else "only what is done after the trigger"
    yield "owed for the", rule.per
    yield "severity", rule.severity or "major"
    yield "who owes it", None if rule.owed_by is None else wording.role(rule.owed_by)
    deciders = wording.listed(wording.role(name) for name in listed(rule.may_be_decided_by))
    yield "who may decide that it is not required", deciders or None


def _trigger(
    source: PolicySource, conditions: Conditions, trigger: Trigger
) -> Iterator[tuple[str, str | None]]:
    names = conditions.names
    if trigger.entry is not None:
        kinds = [plain_text(names.happens(kind, trigger.where)) for kind in listed(trigger.entry)]
        yield "when it applies", wording.listed(kinds)
    if trigger.episodes is not None:
        yield "what counts as an episode", f"the term {trigger.episodes}"
        for name, said in _number(source, "threshold", trigger.reach):
            yield name, said
        if trigger.more_than is not None:
            for name, said in _number(source, "threshold", trigger.more_than):
                yield name, f"more than {said}" if name == "threshold" else said
        yield from _number(source, "window", trigger.within)
        label = trigger.as_recorded
        yield "count by the label", None if label is None else _flat(conditions.told(label))
        yield "what starts the count afresh", trigger.since
    if trigger.open is not None:
        yield from _number(source, "how long open", trigger.open.at_least)
        yield from _number(source, "how long open, more than", trigger.open.more_than)
        yield "open since", wording.plain(trigger.open.since)
    yield from _number(source, "interval", trigger.every)
    for number, part in enumerate(trigger.sooner, 1):
        yield f"condition of shorter interval {number}", _flat(conditions.told(part.if_))
        yield from _number(source, f"shorter interval {number}", part.every)
    yield from _number(source, "start of the first interval", trigger.first_after)
    if trigger.gap is not None:
        yield from _number(source, "gap", trigger.gap.at_least)
        yield from _number(source, "gap, more than", trigger.gap.more_than)


def _number(source: PolicySource, name: str, named: object) -> Iterator[tuple[str, str | None]]:
    """Say a number, and of a parameter what it rests on."""
    if named is None:
        return
    parameter = source.file.parameters.get(named) if isinstance(named, str) else None
    if parameter is None:
        yield name, value_text(named)
        return
    values = parameter_values(str(named), parameter)
    dates = ("" if v.since is None else f"from {wording.day(v.since)} on " for v in values)
    yield name, ", ".join(f"{d}{value_text(v.value)}" for d, v in zip(dates, values, strict=True))
    yield f"basis of the {name}", ", ".join(dict.fromkeys(v.basis for v in values))
    yield f"source of the {name}", _cited(source, values[-1].cite)
    if values[0].edge is not None:
        yield f"edge of the {name}", ", ".join(dict.fromkeys(str(v.edge) for v in values))
        yield (
            "what places an episode",
            ", ".join(dict.fromkeys(wording.plain(v.placed_by or "reported") for v in values)),
        )


def _cited(source: PolicySource, cite: Cite | None) -> str | None:
    if cite is None:
        return None
    told = source.file.sources[cite.source]
    section = f", section “{cite.section}”" if cite.section else ""
    return f"“{told.title}”, {told.publisher}, {told.published}{section}"


def _flat(told: Told) -> str:
    """Say a condition in one line."""
    line = plain_text(told.line)
    if not told.parts:
        return line
    return f"{line} ({'; '.join(map(_flat, told.parts))})"


def _called(source: PolicySource) -> dict[str, str]:
    file = source.file
    return {"policy": file.policy, "edition": file.edition, "digest": source.digest}


__all__ = ["PolicyDiff", "RuleChange", "diff"]

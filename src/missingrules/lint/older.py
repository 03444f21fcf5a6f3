"""A policy against an older edition of it: what became of the ids by which findings are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.checks.edition import listed
from missingrules.errors import Fault
from missingrules.language import Effect, Trigger

if TYPE_CHECKING:
    from missingrules.language import Rule
    from missingrules.lint.codes import LintCode
    from missingrules.policysource import PolicySource
    from missingrules.yamlsource import Path

_ASKS = ("require", "forbid", "grade", "measure")


def against(newer: PolicySource, older: PolicySource) -> list[Fault]:
    """Compare two editions of one policy.

    What is gone is reported where it stood, in the older file; everything else in the newer one.
    """
    found: list[Fault] = []
    if newer.file.policy != older.file.policy:
        message = f"the policy was called `{older.file.policy}`, and is called "
        hint = "findings are known by the name: all of them get a new id"
        message += f"`{newer.file.policy}` now"
        found.append(_fault(newer, ("policy",), "policy-renamed", message, hint))
    elif newer.file.edition == older.file.edition and newer.digest != older.digest:
        message = f"the policy says something else, and is still edition `{newer.file.edition}`"
        hint = "a finding names the edition: give the new text one of its own"
        found.append(_fault(newer, ("edition",), "edition-not-changed", message, hint))
    before = {rule.id: (number, rule) for number, rule in enumerate(older.file.rules)}
    now = {rule.id: (number, rule) for number, rule in enumerate(newer.file.rules)}
    fresh = [rule_id for rule_id in now if rule_id not in before]
    for rule_id, (number, rule) in before.items():
        if rule_id in now:
            found += _kept(newer, rule, *now[rule_id])
            continue
        successor = next((name for name in fresh if _is_same(now[name][1], rule)), None)
        if successor is None:
            message = f"the rule `{rule_id}` is gone"
            hint = "its findings end without a word; `active: false` or `until` would say so"
            found.append(_fault(older, ("rules", number, "id"), "rule-removed", message, hint))
        else:
            fresh.remove(successor)
            message = f"`{successor}` asks on the same trigger for what `{rule_id}` asked for"
            hint = f"findings are known by the id: keep `{rule_id}`, or all of them begin anew"
            path = ("rules", now[successor][0], "id")
            found.append(_fault(newer, path, "rule-renamed", message, hint))
    return found


def _kept(newer: PolicySource, older_rule: Rule, number: int, rule: Rule) -> list[Fault]:
    found: list[Fault] = []
    path: Path = ("rules", number, "id")
    if older_rule.active and not rule.active:
        message = f"`{rule.id}` was switched off since the older edition"
        hint = "findings that it would have made are not made any more"
        at = ("rules", number, "active")
        found.append(_fault(newer, at, "rule-switched-off", message, hint))
    if _is_reused(rule, older_rule):
        message = f"`{rule.id}` asked for something else in the older edition"
        hint = "findings are known by the id: give the new duty an id of its own"
        found.append(_fault(newer, path, "rule-reused", message, hint))
    return found


def _is_same(one: Rule, other: Rule) -> bool:
    """Whether two rules are triggered alike and ask for the same."""
    mine, theirs = _states(one), _states(other)
    keys = ("on", *_ASKS)
    return [[state[key] for key in keys] for state in mine] == [
        [state[key] for key in keys] for state in theirs
    ]


def _states(rule: Rule) -> list[dict[str, object]]:
    """The rule as it stands, in each of its editions."""
    base = {key: getattr(rule, key) for key in Effect.model_fields}
    if not rule.editions:
        return [base]
    return [
        base | {key: getattr(edition, key) for key in edition.model_fields_set & base.keys()}
        for edition in rule.editions
    ]


def _is_reused(rule: Rule, older: Rule) -> bool:
    """Whether a rule asks for nothing of what it asked for before."""
    mine = {asked for state in _states(rule) for asked in _asked(state)}
    theirs = {asked for state in _states(older) for asked in _asked(state)}
    return not mine & theirs


def _asked(state: dict[str, object]) -> set[str]:
    """What a rule asks for, in words that two rules share if they ask for the same thing."""
    require = state["require"]
    if require is not None:
        action, field = getattr(require, "action", None), getattr(require, "field", None)
        if action is not None:
            return {f"action {kind}" for kind in listed(action)}
        kinds = {kind for trigger in _triggers(state) for kind in listed(trigger.entry)}
        return {f"field {kind} {name}" for kind in kinds for name in listed(field)}
    kinds = {kind for trigger in _triggers(state) for kind in (listed(trigger.entry) or ["time"])}
    if state["grade"] is not None:
        return {"grade"}
    return {f"{key} {kind}" for key in ("forbid", "measure") if state[key] for kind in kinds}


def _triggers(state: dict[str, object]) -> list[Trigger]:
    on = state["on"]
    return [told for told in (on if isinstance(on, list) else [on]) if isinstance(told, Trigger)]


def _fault(source: PolicySource, path: Path, code: LintCode, message: str, hint: str) -> Fault:
    place = source.place(path)
    return Fault(place.source, place.line, place.column, code, message, hint)

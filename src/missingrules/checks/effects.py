"""What a rule asks for, and the keys that go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missingrules import wording
from missingrules.checks import parameters
from missingrules.checks.conditions import check_one_of
from missingrules.checks.edition import listed
from missingrules.checks.parameters import check_duration, check_number
from missingrules.checks.triggers import FORMS
from missingrules.checks.words import check_kinds, check_values, check_where

if TYPE_CHECKING:
    from missingrules.checks.edition import Edition
    from missingrules.language import Grade, Require
    from missingrules.yamlsource import Path

_EFFECTS: Final = ("require", "forbid", "grade", "measure")


def check_effect(edition: Edition) -> None:
    """Check that a rule asks for one thing, and what else stands beside it."""
    rule = edition.rule
    effects = [effect for effect in _EFFECTS if getattr(rule, effect) is not None]
    if not effects:
        message = f"rule `{rule.id}` asks for nothing"
        hint = "give it `require`, `forbid`, `grade` or `measure`"
        edition.review.fault(edition.own, "no-effect", message, hint)
    elif len(effects) > 1:
        names = wording.listed((f"`{effect}`" for effect in effects), "and")
        message = f"rule `{rule.id}` asks for several things: {names}"
        edition.fault(effects[-1], "several-effects", message, "make them rules of their own")
    if rule.require is not None:
        _check_require(edition, rule.require)
    elif effects:
        _check_repeated(edition)
    if rule.grade is not None:
        _check_grade(edition, rule.grade)
    _check_companions(edition)


def _check_companions(edition: Edition) -> None:
    """Check keys that would say nothing beside what the rule asks for."""
    rule = edition.rule
    if rule.require is None or rule.require.action is None:
        partner = "`require: {action: ...}`"
        _misplaced(edition, "after", rule.after, partner)
        _misplaced(edition, "may_be_decided_by", rule.may_be_decided_by, partner)
        for path, trigger in edition.trigger_paths():
            if trigger.since is not None:
                message = f"`since` stands only with {partner}"
                edition.review.key_fault((*path, "since"), "misplaced-key", message)
    if rule.require is None:
        _misplaced(edition, "while", rule.while_, "`require`")
        if rule.grade is None:
            hint = "for what does not hold at the trigger, write `if: {not: ...}`"
            _misplaced(edition, "unless", rule.unless, "`require` or `grade`", hint)


def _misplaced(edition: Edition, key: str, given: object, partner: str, hint: str = "") -> None:
    """Find fault with a key, if it is there."""
    if given is not None:
        edition.fault(key, "misplaced-key", f"`{key}` stands only with {partner}", hint)


def _check_repeated(edition: Edition) -> None:
    """Check that nothing but an action is asked for again and again."""
    for path, trigger in edition.trigger_paths():
        if trigger.every is not None:
            message = "`every` stands only with `require: {action: ...}`"
            hint = "for what comes once, when the episode has lasted so long, write `open`"
            edition.review.key_fault((*path, "every"), "misplaced-key", message, hint)


def _check_require(edition: Edition, require: Require) -> None:
    """Check a required action or field."""
    path = edition.at("require")
    check_one_of(edition.review, path, "action", "field", require.action, require.field)
    companions = {"where": "action", "as": "field", "names_known": "field"}
    given = {type(require).model_fields[name].alias or name for name in require.model_fields_set}
    for companion, partner in {**companions, "or_field": "names_known"}.items():
        if companion in given and partner not in given:
            message = f"`{companion}` stands only with `{partner}`"
            edition.review.key_fault((*path, companion), "misplaced-key", message)
    _check_time_allowed(edition, path, require)
    if require.action is not None:
        kinds = check_kinds(edition.review, (*path, "action"), require.action)
        check_where(edition.review, (*path, "where"), kinds, require.where)
    if require.field is not None:
        _check_required_field(edition, path, require)


def _check_time_allowed(edition: Edition, path: Path, require: Require) -> None:
    """Check that there is a deadline, and one only."""
    only_repeats = bool(edition.triggers) and all(t.every is not None for t in edition.triggers)
    one_form = all(sum(form in t.model_fields_set for form in FORMS) == 1 for t in edition.triggers)
    if require.within is not None and only_repeats and one_form:
        message = "`within` does not stand with `every`: the interval is the deadline"
        hint = "leave `within` out"
        edition.review.key_fault((*path, "within"), "misplaced-key", message, hint)
    elif require.within is None and not only_repeats:
        hint = "the time allowed: a parameter, a duration or `not_stated`"
        edition.review.key_fault(path, "missing-key", "`require` has no `within`", hint)
    check_duration(edition.review, (*path, "within"), require.within, deadline=True)


def _check_required_field(edition: Edition, path: Path, require: Require) -> None:
    """Check fields that must be recorded in the triggering entry."""
    review = edition.review
    if any(trigger.entry is None for trigger in edition.triggers):
        message = "`field` is a field of the triggering entry, and a trigger here is no entry"
        review.fault((*path, "field"), "needs-entry", message, "use `on: {entry: ...}`")
        return
    if require.as_ is not None and require.names_known is not None:
        message = "`as` and `names_known` both say what is in order"
        review.key_fault((*path, "names_known"), "choose-one", message)
    named = listed(require.field)
    for number, name in enumerate(named):
        at = (*path, "field", number) if isinstance(require.field, list) else (*path, "field")
        for kind in _kinds_with(edition, at, name):
            field = review.vocabulary.kinds[kind].fields[name]
            if require.as_ is not None:
                check_values(review, (*path, "as"), field, require.as_)
            if require.names_known is not None and field.type != "choices":
                message = f"`{name}` holds one value, and `names_known` needs a list"
                review.fault(at, "wrong-field", message)
    if require.or_field is not None:
        _kinds_with(edition, (*path, "or_field"), require.or_field)


def _kinds_with(edition: Edition, path: Path, name: str) -> list[str]:
    """List the triggering kinds that have a field, and find fault with the others."""
    known = edition.review.vocabulary.kinds
    having: list[str] = []
    for trigger in edition.triggers:
        for kind in listed(trigger.entry):
            if kind not in known:
                continue
            if name in known[kind].fields:
                having.append(kind)
                continue
            message = f"`{kind}`, which triggers the rule, has no field {wording.quoted(name)}"
            hint = wording.advice(name, known[kind].fields, "it has no fields of its own")
            edition.review.fault(path, "field-of-other-kind", message, hint)
    return having


def _check_grade(edition: Edition, grade: Grade) -> None:
    """Check a demand on the grade."""
    path = edition.at("grade")
    check_one_of(edition.review, path, "at_least", "steps_up", grade.at_least, grade.steps_up)
    check_duration(edition.review, (*path, "within"), grade.within, deadline=True)
    if grade.at_least is not None:
        parameters.check_grade(edition.review, (*path, "at_least"), grade.at_least)
    if grade.steps_up is None:
        return
    check_number(edition.review, (*path, "steps_up"), grade.steps_up)
    if any("graded" in listed(trigger.entry) for trigger in edition.triggers):
        message = (
            "`steps_up` counts from the grade before the trigger, and the trigger is a grading"
        )
        hint = "trigger it by what raises the risk, for example `marker_added`"
        edition.review.key_fault((*path, "steps_up"), "graded-trigger", message, hint)

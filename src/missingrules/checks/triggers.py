"""What makes a rule apply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missingrules import wording
from missingrules.checks.conditions import (
    check_condition,
    check_lasted,
    check_one_of,
    check_term,
)
from missingrules.checks.parameters import check_duration, check_number, check_window
from missingrules.checks.words import check_kinds, check_where

if TYPE_CHECKING:
    from missingrules.checks.edition import Edition
    from missingrules.checks.review import Review
    from missingrules.language import Trigger
    from missingrules.yamlsource import Path

FORMS: Final = ("entry", "episodes", "open", "every", "gap")
_COMPANIONS: Final = {
    "where": "entry",
    "reach": "episodes",
    "more_than": "episodes",
    "within": "episodes",
    "as_recorded": "episodes",
    "since": "episodes",
    "sooner": "every",
    "first_after": "every",
}


def check_triggers(edition: Edition) -> None:
    """Check every trigger, and that a rule has one interval."""
    if edition.rule.on is None:
        message = f"rule `{edition.rule.id}` has no `on`: nothing makes it apply"
        edition.review.fault(
            edition.own, "no-trigger", message, "for example `on: {entry: reported}`"
        )
    for path, trigger in edition.trigger_paths():
        _check_trigger(edition.review, path, trigger)
    repeated = [path for path, trigger in edition.trigger_paths() if trigger.every is not None]
    for path in repeated[1:]:
        message = "`every` stands in several triggers of one rule"
        hint = "write a shorter interval under `sooner`, or make them rules of their own"
        edition.review.key_fault((*path, "every"), "several-forms", message, hint)


def _check_trigger(review: Review, path: Path, trigger: Trigger) -> None:
    """Check one trigger."""
    given = trigger.model_fields_set
    forms = [form for form in FORMS if form in given]
    names = wording.listed((f"`{form}`" for form in forms or FORMS), "and" if forms else "or")
    if not forms:
        review.fault(path, "no-form", f"a trigger needs {names}")
    elif len(forms) > 1:
        hint = "write a list of triggers if any of them makes the rule apply"
        review.fault(path, "several-forms", f"triggers side by side: {names}", hint)
    for companion, partner in _COMPANIONS.items():
        if forms and companion in given and partner not in given:
            message = f"`{companion}` stands only with `{partner}`"
            review.key_fault((*path, companion), "misplaced-key", message)
    if trigger.entry is not None:
        kinds = check_kinds(review, (*path, "entry"), trigger.entry)
        check_where(review, (*path, "where"), kinds, trigger.where)
    if trigger.episodes is not None:
        _check_count(review, path, trigger)
    if trigger.open is not None:
        check_lasted(review, (*path, "open"), trigger.open)
    check_duration(review, (*path, "every"), trigger.every)
    check_duration(review, (*path, "first_after"), trigger.first_after)
    for number, part in enumerate(trigger.sooner):
        check_condition(review, (*path, "sooner", number, "if"), part.if_)
        check_duration(review, (*path, "sooner", number, "every"), part.every)
    if trigger.gap is not None:
        gap, at = trigger.gap, (*path, "gap")
        check_one_of(review, at, "at_least", "more_than", gap.at_least, gap.more_than)
        check_duration(review, (*at, "at_least"), gap.at_least)
        check_duration(review, (*at, "more_than"), gap.more_than)


def _check_count(review: Review, path: Path, trigger: Trigger) -> None:
    """Check a count of episodes."""
    check_term(review, (*path, "episodes"), str(trigger.episodes))
    at = (*path, "episodes")
    check_one_of(review, at, "reach", "more_than", trigger.reach, trigger.more_than)
    check_number(review, (*path, "reach"), trigger.reach)
    check_number(review, (*path, "more_than"), trigger.more_than)
    if trigger.within is None:
        hint = "a parameter with an edge, or `ever`"
        review.key_fault(at, "missing-key", "`episodes` needs `within`", hint)
    check_window(review, (*path, "within"), trigger.within)
    if trigger.as_recorded is not None:
        check_condition(review, (*path, "as_recorded"), trigger.as_recorded)

"""Rules: their dates, triggers and effects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missingrules import wording
from missingrules.checks.conditions import (
    check_condition,
)
from missingrules.checks.parameters import (
    check_cite,
    check_date,
)
from missingrules.policysource import edition_of

if TYPE_CHECKING:
    import datetime as dt

    from missingrules.checks.review import Review
    from missingrules.language import Rule
    from missingrules.yamlsource import Path

_TRIGGERS: Final = ("entry", "episodes", "open", "every", "gap")
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
_EFFECTS: Final = ("require", "forbid", "grade", "measure")


def check_rules(review: Review) -> None:
    """Check every rule, in each of its editions, whether or not it is active."""
    for number, rule in enumerate(review.file.rules):
        path = ("rules", number)
        check_cite(review, (*path, "cite"), rule.cite)
        if rule.basis == "stated" and rule.cite is None:
            message = f"rule `{rule.id}` is stated, but not where"
            review.fault((*path, "basis"), "no-cite", message, "give `cite: {source: ...}`")
        _check_dates(review, path, rule)
        if not rule.editions:
            _Edition(review, path, path, rule).check()
        for index in range(len(rule.editions)):
            own = (*path, "editions", index)
            _Edition(review, path, own, edition_of(rule, index)).check()


# --- Dates ----------------------------------------------------------------------------------------


def _check_dates(review: Review, path: Path, rule: Rule) -> None:
    since = check_date(review, (*path, "from"), rule.from_)
    until = check_date(review, (*path, "until"), rule.until)
    _check_span(review, path, since, until)
    if not rule.editions:
        return
    for key, given in (("from", rule.from_), ("until", rule.until)):
        if given is not None:
            message = f"`{key}` stands beside `editions`, which have dates of their own"
            hint = "move it into the editions, or take it away with `null` in this layer"
            review.key_fault((*path, key), "dates-and-editions", message, hint)
    before: dt.date | None = None
    end: dt.date | None = None
    for index, edition in enumerate(rule.editions):
        at = (*path, "editions", index)
        since = check_date(review, (*at, "from"), edition.from_)
        until = check_date(review, (*at, "until"), edition.until)
        _check_span(review, at, since, until)
        if since is not None and before is not None:
            if since <= before:
                message = f"the edition from {since} comes after the one from {before}"
                hint = "list editions in order, each date once"
                review.fault((*at, "from"), "editions-out-of-order", message, hint)
            elif end is not None and end != since:
                _check_joint(review, (*path, "editions", index - 1, "until"), end, since)
        before, end = since or before, until


def _check_span(review: Review, path: Path, since: dt.date | None, until: dt.date | None) -> None:
    if since is not None and until is not None and until <= since:
        message = f"it ends ({until}) before it begins ({since})"
        hint = "`until` is the first date on which it no longer applies"
        review.fault((*path, "until"), "until-before-from", message, hint)


def _check_joint(review: Review, path: Path, end: dt.date, since: dt.date) -> None:
    message = f"this edition ends on {end}, and the next begins on {since}"
    if end < since:
        hint = "leave `until` out, or give an edition for the time between"
        review.fault(path, "edition-gap", message, hint)
    else:
        review.fault(path, "edition-overlap", message, "leave `until` out")


def _check_edition(edition: Edition) -> None:
    """Check everything but the dates."""
    edition.check_triggers()
    if edition.rule.if_ is not None:
        check_condition(edition.review, edition.at("if"), edition.rule.if_)
    for path, condition in edition.releases():
        check_condition(edition.review, path, condition)
    effects = [effect for effect in _EFFECTS if getattr(edition.rule, effect) is not None]
    if not effects:
        message = f"rule `{edition.rule.id}` asks for nothing"
        hint = "give it `require`, `forbid`, `grade` or `measure`"
        edition.review.fault(edition.own, "no-effect", message, hint)
    elif len(effects) > 1:
        names = wording.listed((f"`{effect}`" for effect in effects), "and")
        message = f"rule `{edition.rule.id}` asks for several things: {names}"
        edition.fault(effects[-1], "several-effects", message, "make them rules of their own")
    if edition.rule.require is not None:
        _check_require(edition, edition.rule.require)
    if edition.rule.grade is not None:
        _check_grade(edition, edition.rule.grade)
    _check_companions(edition)
    edition.check_subject()
    _check_asked(edition)

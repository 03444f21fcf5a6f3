"""Rules: their dates, triggers and effects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.checks.conditions import check_condition
from missingrules.checks.edition import Edition
from missingrules.checks.effects import check_effect
from missingrules.checks.parameters import check_cite, check_date
from missingrules.checks.subjects import check_asked, check_subject
from missingrules.checks.triggers import check_triggers
from missingrules.policysource import edition_of

if TYPE_CHECKING:
    import datetime as dt

    from missingrules.checks.review import Review
    from missingrules.language import Rule
    from missingrules.yamlsource import Path


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
            _check_edition(Edition(review, path, path, rule))
        for index in range(len(rule.editions)):
            own = (*path, "editions", index)
            _check_edition(Edition(review, path, own, edition_of(rule, index)))


def _check_edition(edition: Edition) -> None:
    """Check everything but the dates."""
    check_triggers(edition)
    if edition.rule.if_ is not None:
        check_condition(edition.review, edition.at("if"), edition.rule.if_)
    for path, condition in edition.releases():
        check_condition(edition.review, path, condition)
    check_effect(edition)
    check_subject(edition)
    check_asked(edition)


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

"""Parameters, and the numbers, durations, windows, grades and dates that they stand for."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final

from missingrules import wording
from missingrules.calendar import Elapsed, WorkingDays, parse_duration
from missingrules.checks.words import WORD
from missingrules.policysource import ParameterValue, parameter_values
from missingrules.vocabulary import GRADES

if TYPE_CHECKING:
    from missingrules.calendar import Duration
    from missingrules.checks.review import Review
    from missingrules.language import Cite, Parameter
    from missingrules.yamlsource import Path

NOT_STATED: Final = "not_stated"
EVER: Final = "ever"
_RESERVED: Final = frozenset({NOT_STATED, EVER, "recorded"})
_MONTHS: Final = re.compile(r"\b(calendar )?(month|quarter|year)s?\b", re.IGNORECASE)
_LIKE_A_DURATION: Final = re.compile(r"\s*[0-9]")
_DURATION_HINT: Final = (
    "a whole number and a unit, as in `15 minutes`, `48 hours`, `90 days`, `2 weeks` or "
    "`5 working days`"
)


# --- Parameters as they are defined ---------------------------------------------------------------


def check_parameters(review: Review) -> None:
    """Check every parameter by itself, whether or not anything uses it."""
    words = _vocabulary_words(review)
    for name, parameter in review.parameters.items():
        path = ("parameters", name)
        if name in _RESERVED or name in words:
            message = f"`{name}` means something else where a parameter is named"
            review.key_fault(path, "reserved-name", message, "choose another name")
        first, *later = parameter_values(name, parameter)
        _check_value(review, path, first)
        for number, value in enumerate(later):
            _check_edition(review, (*path, "editions", number), first, value)
        check_cite(review, (*path, "cite"), parameter.cite)
        _check_order(review, path, parameter)


def _vocabulary_words(review: Review) -> frozenset[str]:
    fields = (field for kind in review.vocabulary.kinds.values() for field in kind.fields.values())
    return frozenset(word for field in fields for word in field.values or ())


def _check_edition(
    review: Review, path: Path, first: ParameterValue, value: ParameterValue
) -> None:
    _check_value(review, path, value)
    number = path[-1]
    assert isinstance(number, int)  # noqa: S101 - the caller counts
    check_cite(review, (*path, "cite"), review.parameters[value.name].editions[number].cite)
    before, now = _noun(first.value), _noun(value.value)
    if before and now and before != now and NOT_STATED not in (first.value, value.value):
        message = f"`{value.name}` is {before}, and this edition makes it {now}"
        review.fault((*path, "value"), "value-changes-type", message)


def _check_order(review: Review, path: Path, parameter: Parameter) -> None:
    for number, edition in enumerate(parameter.editions[1:], 1):
        before = parameter.editions[number - 1].from_
        if edition.from_ <= before:
            message = f"the edition from {edition.from_} comes after the one from {before}"
            hint = "list editions in order, each date once"
            review.fault(
                (*path, "editions", number, "from"), "editions-out-of-order", message, hint
            )


def _check_value(review: Review, path: Path, value: ParameterValue) -> None:
    """Check a value with what it rests on; the path is that of the parameter or the edition."""
    duration = _check_written(review, (*path, "value"), value.value)
    if value.edge is not None and isinstance(duration, WorkingDays):
        _refuse_working_window(review, path, value.name)
    elif value.edge is not None and duration is None and _noun(value.value):
        message = f"`edge` is for windows, and `{value.name}` is {_noun(value.value)}"
        review.key_fault((*path, "edge"), "unused-edge", message)
    if value.placed_by is not None and value.edge is None:
        message = f"`placed_by` is for windows, and `{value.name}` has no `edge`"
        review.key_fault((*path, "placed_by"), "unused-edge", message)
    if value.basis == "stated" and value.cite is None:
        message = f"`{value.name}` is stated, but not where"
        review.fault((*path, "basis"), "no-cite", message, "give `cite: {source: ...}`")
    if value.basis == "assumed" and value.note is None:
        message = f"`{value.name}` is assumed, but not why"
        hint = "give `note`: who would have to settle it, and why this value until then"
        review.fault((*path, "basis"), "no-note", message, hint)


def _check_written(review: Review, path: Path, value: int | dt.date | str) -> Duration | None:
    """Check a value as it is written; return it if it is a duration."""
    if isinstance(value, int) and value < 0:
        review.fault(path, "bad-number", f"{value} is less than nothing")
    if not isinstance(value, str) or value == NOT_STATED or value in GRADES:
        return None
    if not (_LIKE_A_DURATION.match(value) or _MONTHS.search(value)):
        message = f"{wording.quoted(value)} is not a value that a parameter can have"
        hint = wording.suggestion(value, [*GRADES, NOT_STATED])
        hint = hint or "a whole number, a duration, a date, a grade or `not_stated`"
        review.fault(path, "bad-value", message, hint)
        return None
    return check_written_duration(review, path, value)


def check_written_duration(review: Review, path: Path, text: str) -> Duration | None:
    """Check a duration that is written out; return it if it is one."""
    try:
        duration = parse_duration(text)
    except ValueError:
        if _MONTHS.search(text):
            message = f"{wording.quoted(text)}: months, quarters and years differ in length"
            hint = "write the days that are meant, for example `90 days`"
            review.fault(path, "months", message, hint)
        else:
            message = f"{wording.quoted(text)} is not a duration"
            review.fault(path, "bad-duration", message, _DURATION_HINT)
        return None
    if isinstance(duration, WorkingDays) and review.file.conventions.holidays is None:
        message = f"{wording.quoted(text)}, but `conventions` does not say which days are holidays"
        hint = "add `holidays: {country: GB, subdivision: ENG}`"
        review.fault(path, "no-holidays", message, hint)
    return duration


def check_cite(review: Review, path: Path, cite: Cite | None) -> None:
    """Check that a citation names a source of the policy."""
    if cite is not None and cite.source not in review.file.sources:
        message = f"no source {wording.quoted(cite.source)} stands under `sources`"
        hint = wording.advice(cite.source, review.file.sources)
        review.fault((*path, "source"), "unknown-source", message, hint)


# --- Parameters as they are used ------------------------------------------------------------------


def check_number(review: Review, path: Path, named: int | str | None, least: int = 1) -> None:
    """Check a count, or a parameter that stands for one."""
    for value in _values(review, path, named, "a whole number"):
        if not isinstance(value.value, int):
            _refuse(review, path, value, "a whole number")
        elif value.value < least:
            message = f"{wording.part(path)} must be {least} or more, not {value.value}"
            review.fault(path, "bad-number", message)


def check_duration(
    review: Review, path: Path, named: str | None, *, deadline: bool = False
) -> list[Duration]:
    """Check a duration, or a parameter that stands for one; a deadline may be `not_stated`."""
    found: list[Duration] = []
    for value in _values(review, path, named, "a duration"):
        if value.value == NOT_STATED:
            if not deadline:
                message = f"{wording.part(path)} cannot be `not_stated`: only a deadline can"
                review.fault(path, "not-stated", message)
        elif not value.name:
            duration = check_written_duration(review, path, str(value.value))
            found += [] if duration is None else [duration]
        elif _noun(value.value) == "a duration":
            found.append(parse_duration(str(value.value)))
        else:
            _refuse(review, path, value, "a duration")
    return found


def check_grace(review: Review, path: Path, named: str | None) -> None:
    """Check a time of grace: a duration in minutes or hours."""
    for duration in check_duration(review, path, named):
        if not isinstance(duration, Elapsed):
            message = f"a time of grace is in minutes or hours, not {duration}"
            review.fault(path, "bad-grace", message)


def check_window(review: Review, path: Path, named: str | None) -> None:
    """Check a window: `ever`, or a parameter that is a duration with an edge."""
    if named == EVER:
        return
    for value in _values(review, path, named, "a window"):
        at: Path = ("parameters", value.name)
        if value.value == NOT_STATED:
            message = f"{wording.part(path)} cannot be `not_stated`: only a deadline can"
            review.fault(path, "not-stated", message, "a count without a window is `within: ever`")
        elif not value.name:
            if check_written_duration(review, path, str(value.value)) is not None:
                message = f"the window {wording.quoted(value.value)} has no edge"
                hint = "make it a parameter with `edge: inclusive` or `edge: exclusive`"
                review.fault(path, "window-without-edge", message, hint)
        elif _noun(value.value) != "a duration":
            _refuse(review, path, value, "a window")
        elif isinstance(parse_duration(str(value.value)), WorkingDays):
            _refuse_working_window(review, at, value.name)
        elif value.edge is None:
            message = f"`{value.name}` is used as a window and has no edge"
            hint = "give it `edge: inclusive` (90 dates apart is in 90 days) or `edge: exclusive`"
            review.key_fault(at, "window-without-edge", message, hint)


def _refuse_working_window(review: Review, path: Path, name: str) -> None:
    message = f"the window `{name}` is in working days"
    hint = "no source counts back in working days: use hours, days or weeks"
    review.fault((*path, "value"), "window-in-working-days", message, hint)


def check_grade(review: Review, path: Path, named: str) -> None:
    """Check a grade, or a parameter that stands for one."""
    if named in GRADES:
        return
    if named not in review.parameters:
        message = f"{wording.quoted(named)} is neither a grade nor a parameter"
        hint = wording.suggestion(named, [*GRADES, *review.parameters])
        hint = hint or f"grades are {wording.listed(GRADES, 'and')}"
        review.fault(path, "unknown-grade", message, hint)
        return
    for value in _values(review, path, named, "a grade"):
        if value.value not in GRADES:
            _refuse(review, path, value, "a grade")


def check_date(review: Review, path: Path, named: dt.date | str | None) -> dt.date | None:
    """Check a date, or a parameter that stands for one; return it."""
    if named is None or isinstance(named, dt.date):
        return named
    values = _values(review, path, named, "a date")
    if len(values) > 1:
        message = f"parameter `{named}` has editions, and a date must be one date"
        review.fault(path, "wrong-parameter", message)
    for value in values:
        if isinstance(value.value, dt.date):
            return value.value
        if value.name:
            _refuse(review, path, value, "a date")
        else:
            message = f"{wording.part(path)} must be a date, not {wording.quoted(named)}"
            hint = "year-month-day, as in `2022-09-01`, or a parameter"
            review.fault(path, "bad-date", message, hint)
    return None


def _values(review: Review, path: Path, named: int | str | None, what: str) -> list[ParameterValue]:
    """List the values that may stand here; what is written out has no name."""
    if named is None:
        return []
    if isinstance(named, str) and WORD.fullmatch(named) and named != NOT_STATED:
        parameter = review.parameters.get(named)
        if parameter is not None:
            return parameter_values(named, parameter)
        message = f"{wording.part(path)} needs {what}, and there is no parameter `{named}`"
        hint = wording.suggestion(named, review.parameters)
        review.fault(path, "unknown-parameter", message, hint)
        return []
    return [ParameterValue("", named, None, None, "assumed", None, None)]


def _refuse(review: Review, path: Path, value: ParameterValue, what: str) -> None:
    """Say that a value does not fit; a parameter that is faulty itself is not blamed twice."""
    noun = _noun(value.value)
    if value.name and noun:
        message = f"{wording.part(path)} needs {what}, and parameter `{value.name}` is {noun}"
        review.fault(path, "wrong-parameter", message)
    elif not value.name:
        message = f"{wording.part(path)} must be {what}, not {wording.quoted(value.value)}"
        hint = "take the quotes off" if str(value.value).isdigit() else "for example `3`"
        review.fault(path, "bad-number", message, hint)


def _noun(value: int | dt.date | str) -> str:
    """Say what a value is; empty if it is nothing that a parameter can be."""
    if not isinstance(value, str):
        return wording.noun(value)
    if value == NOT_STATED:
        return "`not_stated`"
    if value in GRADES:
        return "a grade"
    try:
        parse_duration(value)
    except ValueError:
        return ""
    return "a duration"

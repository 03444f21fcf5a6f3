"""Conditions and terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missingrules import wording
from missingrules.checks.parameters import check_duration, check_grace, check_number, check_window
from missingrules.checks.unfolding import check_size, check_unfolding, parts_of
from missingrules.checks.words import (
    check_field,
    check_kinds,
    check_risks,
    check_values,
    check_where,
)
from missingrules.language import ConditionForm

if TYPE_CHECKING:
    from missingrules.checks.review import Review
    from missingrules.language import Age, Condition, Counted, Lasted
    from missingrules.yamlsource import Path

FORMS: Final = (
    "all",
    "any",
    "not",
    "of",
    "term",
    "recorded",
    "entry",
    "marker",
    "concern",
    "age",
    "counted",
    "lasted",
)
_COMPANIONS: Final = {
    "at_least": ("of",),
    "by": ("all", "term"),
    "where": ("entry",),
    "ever": ("concern",),
}
_KEYS: Final = (*FORMS, *_COMPANIONS)
_OLDEST: Final = 25


def check_terms(review: Review) -> None:
    """Check every term by itself, that none rests on itself, and none is too large."""
    check_unfolding(review)
    for name, condition in review.file.terms.items():
        _check_parts(review, ("terms", name), condition)


def check_term(review: Review, path: Path, name: str) -> None:
    """Check that a term is there."""
    if name in review.file.terms:
        return
    hint = wording.suggestion(name, review.file.terms)
    hint = hint or "conditions are named under `terms`"
    review.fault(path, "unknown-term", f"there is no term {wording.quoted(name)}", hint)


def check_condition(review: Review, path: Path, condition: Condition) -> None:
    """Check a condition with all that is inside it."""
    check_size(review, path, condition)
    _check_parts(review, path, condition)


def _check_parts(  # noqa: C901 - one branch a form
    review: Review, path: Path, condition: Condition
) -> None:
    if isinstance(condition, str):
        check_term(review, path, condition)
        return
    _check_form(review, path, condition)
    for at, part in parts_of(path, condition):
        _check_parts(review, at, part)
    if condition.of is not None:
        _check_at_least(review, path, condition)
    if condition.term is not None:
        check_term(review, (*path, "term"), condition.term)
    if condition.by is not None:
        _check_by(review, path, condition)
    if condition.recorded is not None:
        check_field(review, (*path, "recorded"), condition.recorded, is_key=False)
    if condition.entry is not None:
        kinds = check_kinds(review, (*path, "entry"), condition.entry)
        check_where(review, (*path, "where"), kinds, condition.where)
    if condition.marker is not None:
        check_risks(review, (*path, "marker"), condition.marker, "marker_added", "marker")
    if condition.concern is not None:
        check_risks(review, (*path, "concern"), condition.concern, "concern_noted", "concern")
    if condition.age is not None:
        _check_age(review, (*path, "age"), condition.age)
    if condition.counted is not None:
        _check_counted(review, (*path, "counted"), condition.counted)
    if condition.lasted is not None:
        check_lasted(review, (*path, "lasted"), condition.lasted)


def _given(condition: ConditionForm) -> list[str]:
    """List the keys of a condition as its file has them."""
    fields = ConditionForm.model_fields
    return [
        fields[key].alias or key if key in fields else key for key in condition.model_fields_set
    ]


def _check_form(review: Review, path: Path, condition: ConditionForm) -> None:
    """Check that there is one form, with its own companions, and the value of a field."""
    extra = condition.model_extra or {}
    known = True
    for name, named in extra.items():
        meant = check_field(review, (*path, name), name, is_key=True, also=_KEYS)
        known = known and meant is not None
        if meant is not None:
            check_values(review, (*path, name), meant[1], named, parameters=True)
    given = set(_given(condition))
    forms = [*(form for form in FORMS if form in given), *extra]
    if not forms:
        if "at_least" in given:
            review.fault(path, "missing-key", "`at_least` needs `of`", "`of` lists the conditions")
        else:
            hint = "for example `{category: missing}` or `{any: [...]}`"
            review.fault(path, "no-form", "this is not a condition", hint)
    elif len(forms) > 1 and known:
        names = wording.listed((f"`{form}`" for form in forms), "and")
        hint = "list them: `all: [...]` if each must hold, `any: [...]` if one is enough"
        review.fault(path, "several-forms", f"conditions side by side: {names}", hint)
    for companion, partners in _COMPANIONS.items():
        if forms and companion in given and not given & set(partners):
            wanted = wording.listed(f"`{partner}`" for partner in partners)
            message = f"`{companion}` stands only with {wanted}"
            review.key_fault((*path, companion), "misplaced-key", message)


def _check_at_least(review: Review, path: Path, condition: ConditionForm) -> None:
    if condition.at_least is None:
        message = "`of` needs `at_least`"
        review.fault(path, "missing-key", message, "`at_least` says how many of them must hold")
        return
    check_number(review, (*path, "at_least"), condition.at_least)
    number = condition.at_least
    of = len(condition.of or ())
    if isinstance(number, str) and number in review.parameters:
        parameter = review.parameters[number]
        values = [parameter.value, *(edition.value for edition in parameter.editions)]
    else:
        values = [number]
    for value in values:
        if isinstance(value, int) and value > of:
            message = f"at least {value} of {of} can never hold"
            review.fault((*path, "at_least"), "too-few-conditions", message)


def _check_by(review: Review, path: Path, condition: ConditionForm) -> None:
    check_grace(review, (*path, "by"), condition.by)
    held: Condition | None = condition
    seen: set[str] = set()
    while held is not None and not (isinstance(held, ConditionForm) and held.all_ is not None):
        name = held if isinstance(held, str) else held.term
        if name is None or name in seen or name not in review.file.terms:
            break
        seen.add(name)
        held = review.file.terms[name]
    if isinstance(held, ConditionForm) and held.all_ is not None and len(held.all_) > 1:
        return
    if condition.all_ is None and condition.term not in review.file.terms:
        return
    message = "a time of grace needs `all` with two conditions or more"
    hint = "the first one starts it, the others must hold before it ends"
    review.key_fault((*path, "by"), "bad-grace", message, hint)


def _check_age(review: Review, path: Path, age: Age) -> None:
    if age.at_least is None and age.under is None:
        message = "`age` needs `at_least`, `under` or both"
        review.fault(path, "bad-age", message)
        return
    check_number(review, (*path, "at_least"), age.at_least, 0)
    check_number(review, (*path, "under"), age.under)
    low, high = age.at_least, age.under
    for key, bound in (("at_least", low), ("under", high)):
        if isinstance(bound, int) and bound > _OLDEST:
            review.fault((*path, key), "bad-age", f"no child is {bound}")
    if isinstance(low, int) and isinstance(high, int) and low >= high:
        review.fault(path, "bad-age", f"nobody is {low} or older and under {high}")


def _check_counted(review: Review, path: Path, counted: Counted) -> None:
    check_term(review, (*path, "episodes"), counted.episodes)
    check_one_of(review, path, "at_least", "more_than", counted.at_least, counted.more_than)
    check_number(review, (*path, "at_least"), counted.at_least)
    check_number(review, (*path, "more_than"), counted.more_than)
    check_window(review, (*path, "within"), counted.within)


def check_lasted(review: Review, path: Path, lasted: Lasted) -> None:
    """Check a duration with a limit."""
    check_one_of(review, path, "at_least", "more_than", lasted.at_least, lasted.more_than)
    check_duration(review, (*path, "at_least"), lasted.at_least)
    check_duration(review, (*path, "more_than"), lasted.more_than)


def check_one_of(  # noqa: PLR0913 - two keys, two values
    review: Review, path: Path, first: str, second: str, one: object, other: object
) -> None:
    """Check that one of two keys is there, and not both."""
    if (one is None) == (other is None):
        found = "neither" if one is None else "both"
        subject = wording.part(path)
        message = f"{subject} needs `{first}` or `{second}`, and has {found}"
        review.key_fault(path, "choose-one", message)

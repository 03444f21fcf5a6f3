"""The shape of a mapping: keys, types and closed sets of words, in our words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ValidationError

from missingrules import wording
from missingrules.modelpaths import keys_of, models_at
from missingrules.reading import language
from missingrules.reading.faults import MappingError, fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.errors import Fault
    from missingrules.yamlsource import Located, Path

_TYPES: Final = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "list_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
    "date_type": "a date such as `2022-09-01`",
    "time_type": "a time of day such as `12:00`",
}
_WHAT_IT_IS: Final[dict[type[BaseModel], str]] = {
    language.MappingFile: "a mapping",
    language.Table: "a table",
    language.MadeEntry: "an entry",
    language.Cell: "a cell",
    language.Linked: "a linked child",
    language.When: "`when`",
    language.Keep: "`keep`",
    language.Pairs: "a table of pairs",
    language.Covers: "`covers`",
}


def read_shape(located: Located) -> language.MappingFile:
    """Read plain data as a mapping. Raises :class:`MappingError` with every fault."""
    faults = list(_blanks(located))
    if faults:
        raise MappingError(faults)
    try:
        return language.MappingFile.model_validate(located.data)
    except ValidationError as error:
        by_path: dict[Path, list[Any]] = {}
        for problem in error.errors(include_url=False):
            path = _path(problem["loc"], located)
            if problem["type"] == "missing":
                path = (*path, problem["loc"][-1])
            by_path.setdefault(path, []).append(problem)
        found = [
            _fault(path, problems, located)
            for path, problems in by_path.items()
            if not _has_deeper(path, problems, by_path)
        ]
        raise MappingError(found) from None


def _blanks(located: Located) -> Iterator[Fault]:
    """Find what is null, blank or empty, where that says nothing."""
    for path, place in located.places.items():
        value = located.data
        for step in path:
            value = value[step]
        of_codes = path[:1] == ("codes",)
        subject = _subject(path)
        if value is None and not of_codes:
            yield fault(place, "null-value", f"{subject} is null", "leave the key out")
        elif isinstance(value, str) and not value.strip() and not _may_be_blank(value, path):
            hint = "null means not recorded" if of_codes else "write it, or leave the key out"
            yield fault(place, "blank-text", f"{subject} is blank", hint)
        elif value == [] and path and not of_codes:
            yield fault(place, "empty-list", f"{subject} is an empty list")


def _may_be_blank(value: str, path: Path) -> bool:
    """Say whether a blank means something here: a sign, or in a condition an empty cell."""
    if path[-1] in ("delimiter", "separator"):
        return True
    of_condition = path[0] == "tables" and not {"is", "is_not"}.isdisjoint(path[-2:])
    return of_condition and value == ""  # the blanks of a cell are not looked at


def _path(loc: tuple[str | int, ...], located: Located) -> Path:
    """Follow where pydantic stopped as far as it stands in the file."""
    path: list[str | int] = []
    value: Any = located.data
    for step in loc:
        if isinstance(value, dict):
            if step not in value:
                continue
        elif not (isinstance(value, list) and isinstance(step, int) and step < len(value)):
            continue
        value = value[step]  # type: ignore[index, unused-ignore]
        path.append(step)
    return tuple(path)


def _has_deeper(path: Path, problems: list[Any], by_path: dict[Path, list[Any]]) -> bool:
    """Whether a fault inside a part speaks for the part, which is one of several kinds of part."""
    if not {problem["type"] for problem in problems} & _TYPES.keys():
        return False
    return any(len(other) > len(path) and other[: len(path)] == path for other in by_path)


def _fault(path: Path, problems: list[Any], located: Located) -> Fault:
    kinds = {problem["type"]: problem for problem in problems}
    if "missing" in kinds:
        owner = located.key_place(path[:-1])
        return fault(owner, "missing-key", f"{_subject(path[:-1])} has no `{path[-1]}`")
    if "extra_forbidden" in kinds:
        return _unknown_key(path, located)
    place, value = located.place(path), _value(path, located)
    told = wording.quoted(value) if isinstance(value, str) else wording.noun(value)
    if "literal_error" in kinds:
        expected = str(kinds["literal_error"]["ctx"]["expected"])
        if kinds["literal_error"]["loc"][-1] == "[key]":
            place, told = located.key_place(path), wording.quoted(path[-1])
        words = re.findall(r"'([^']*)'", expected)
        subject = _subject(path)
        if kinds["literal_error"]["loc"][-1] == "[key]":
            subject = f"a key of {_subject(path[:-1])}"
        hint = wording.suggestion(told.strip("`"), words)
        message = f"{subject} must be {wording.listed(words)}, not {told}"
        return fault(place, "not-one-of", message, hint)
    if "string_pattern_mismatch" in kinds:
        is_key = kinds["string_pattern_mismatch"]["loc"][-1] == "[key]"
        place = located.key_place(path) if is_key else place
        message = f"{wording.quoted(path[-1]) if is_key else told} is not a name"
        hint = "a lower-case letter first, then lower-case letters, digits and underscores"
        return fault(place, "bad-name", message, hint)
    wanted = dict.fromkeys(_TYPES[kind] for kind in kinds if kind in _TYPES)
    if kinds.keys() & {"value_error", "date_type", "time_type"} and isinstance(value, str):
        wanted = wanted or {_TYPES["date_type" if path[0] == "covers" else "time_type"]: None}
        message = f"{_subject(path)} must be {wording.listed(wanted)}, not {told}"
        return fault(place, "bad-date", message)
    if wanted and language.Cell in models_at(language.MappingFile, path):
        wanted = {"the name of a column": None, **wanted}
    message = f"{_subject(path)} must be {wording.listed(wanted)}, not {told}"
    if not wanted:
        message = f"{_subject(path)} is too short or too long"
    is_plain = isinstance(value, int | float) and "text" in wanted
    hint = f'put it in quotes: "{str(value).lower()}"' if is_plain else ""
    return fault(place, "wrong-type", message, hint)


def _unknown_key(path: Path, located: Located) -> Fault:
    key, models = str(path[-1]), models_at(language.MappingFile, path[:-1])
    subject = wording.listed(_WHAT_IT_IS.get(model, "this part") for model in models)
    known = [key for model in models for key in keys_of(model)]
    elsewhere = [what for model, what in _WHAT_IT_IS.items() if key in keys_of(model)]
    hint = wording.suggestion(key, known)
    if elsewhere and not hint:
        hint = f"it is a key of {wording.listed(elsewhere)}"
    elif not hint:
        hint = f"keys are {wording.listed(dict.fromkeys(known), 'and')}"
    message = f"{wording.quoted(key)} is not a key of {subject}"
    return fault(located.key_place(path), "unknown-key", message, hint)


def _subject(path: Path) -> str:
    return "the mapping" if not path else wording.part(path)


def _value(path: Path, located: Located) -> Any:
    value: Any = located.data
    for step in path:
        value = value[step]
    return value

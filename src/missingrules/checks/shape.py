"""The shape of a policy: keys, types and closed sets of words, in our words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from missingrules import language, wording
from missingrules.checks.codes import fault
from missingrules.modelpaths import keys_of, models_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.errors import Fault
    from missingrules.yamlsource import Located, Path

_TYPES: Final = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "text",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "date_type": "a date such as `2022-09-01`",
}
_WHAT_IT_IS: Final[dict[type[BaseModel], str]] = {
    language.PolicyFile: "a policy",
    language.Source: "a source",
    language.Cite: "a citation",
    language.Holidays: "`holidays`",
    language.Conventions: "`conventions`",
    language.ParameterEdition: "an edition of a parameter",
    language.Parameter: "a parameter",
    language.Age: "`age`",
    language.Counted: "`counted`",
    language.Lasted: "a duration with a limit",
    language.Trigger: "a trigger",
    language.Sooner: "`sooner`",
    language.Gap: "`gap`",
    language.Require: "`require`",
    language.Grade: "`grade`",
    language.RuleEdition: "an edition of a rule",
    language.Rule: "a rule",
    language.AddedField: "an added field",
    language.AddedKind: "an added kind",
    language.Additions: "`vocabulary`",
}
_JOINTS: Final = {"-": "hyphens", "_": "underscores"}
_EXAMPLES: Final = {
    "conventions": "`conventions: {zone: Europe/London}`",
    "edition": 'for example `edition: "2022-09"`',
    "zone": "for example `zone: Europe/London`",
}


@dataclass(frozen=True, slots=True)
class Lower:
    """What lower layers have: the ids of their rules, and parameters whose value is replaced."""

    rules: frozenset[str] = frozenset()
    replaced: frozenset[str] = frozenset()


def read_shape(located: Located, lower: Lower) -> tuple[language.PolicyFile | None, list[Fault]]:
    """Read the merged layers as a policy; the policy is None if there are faults."""
    faults = list(_blanks(located))
    if faults:
        return None, faults
    try:
        return language.PolicyFile.model_validate(located.data), []
    except ValidationError as exc:
        reader = _Reader(located, lower)
        return None, reader.faults(exc.errors(include_url=False))


def _blanks(located: Located) -> Iterator[Fault]:
    for path, place in located.places.items():
        value = located.data
        for step in path:
            value = value[step]
        if value is None:
            message = f"{wording.part(path)} is null"
            hint = "leave the key out; null only takes a key away from a rule of a lower layer"
            yield fault(place, "null-value", message, hint)
        elif isinstance(value, str) and not value.strip():
            message = f"{wording.part(path)} is blank"
            yield fault(place, "blank-text", message, "write it, or leave the key out")
        elif value == [] and len(path) > 1:
            yield fault(place, "empty-list", f"{wording.part(path)} is an empty list")


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns what pydantic says about a file into faults."""

    located: Located
    lower: Lower

    def faults(self, errors: list[Any]) -> list[Fault]:
        """Give the faults, each once; a fault deeper inside a part speaks for the part."""
        by_path: dict[Path, list[Any]] = {}
        for error in errors:
            path, rest = self.find(error["loc"])
            if error["type"] == "missing":
                path = (*path, rest[-1])
            by_path.setdefault(path, []).append(error)
        found: list[Fault] = []
        unknown: set[Path] = set()
        for path, problems in by_path.items():
            kinds = {problem["type"] for problem in problems}
            if kinds & _TYPES.keys() and self.has_deeper(path, by_path):
                continue
            if "missing" in kinds and self.is_unknown_rule(path[:-1], by_path):
                unknown.add(path[:-1])
                continue
            found.append(self.fault(path, problems, kinds))
        found += [self.unknown_rule(path) for path in unknown]
        return found

    def find(self, loc: tuple[str | int, ...]) -> tuple[Path, list[str | int]]:
        """Split where pydantic stopped into the path in the file and the rest (names of types)."""
        path: list[str | int] = []
        rest: list[str | int] = []
        value: Any = self.located.data
        for step in loc:
            if isinstance(value, dict) and step in value:
                pass
            elif not (isinstance(value, list) and isinstance(step, int) and step < len(value)):
                rest.append(step)
                continue
            path.append(step)
            value = value[step]
        return tuple(path), rest

    @staticmethod
    def has_deeper(path: Path, by_path: dict[Path, list[Any]]) -> bool:
        return any(len(other) > len(path) and other[: len(path)] == path for other in by_path)

    def value(self, path: Path) -> Any:
        value: Any = self.located.data
        for step in path:
            value = value[step]
        return value

    def fault(  # noqa: PLR0911 - one a kind of fault
        self, path: Path, problems: list[Any], kinds: set[str]
    ) -> Fault:
        """Make one fault of all that is wrong at one place."""
        if "missing" in kinds:
            return self.missing(path)
        if "extra_forbidden" in kinds:
            return self.unknown_key(path)
        place, value = self.located.place(path), self.value(path)
        if "literal_error" in kinds:
            return self.not_one_of(path, _of_type(problems, "literal_error"))
        if "string_pattern_mismatch" in kinds:
            return self.bad_name(path, _of_type(problems, "string_pattern_mismatch"))
        if "value_error" in kinds:
            message = f"there is no date {wording.quoted(value)}"
            return fault(place, "bad-date", message, "year-month-day, as in `2022-09-01`")
        wanted = dict.fromkeys(_wanted(problem) for problem in problems)
        if kinds == {"date_type"} and isinstance(value, str):
            message = f"{wording.part(path)} must be a date, not {wording.quoted(value)}"
            return fault(place, "bad-date", message, "year-month-day, as in `2022-09-01`")
        message = (
            f"{wording.part(path)} must be {wording.listed(wanted)}, not {wording.noun(value)}"
        )
        is_plain = isinstance(value, int | float) and list(wanted) == ["text"]
        hint = f'put it in quotes: "{str(value).lower()}"' if is_plain else ""
        return fault(place, "wrong-type", message, hint)

    def missing(self, path: Path) -> Fault:
        owner, key = path[:-1], str(path[-1])
        place = self.located.key_place(owner)
        if owner[:1] == ("parameters",) and key == "basis" and owner[1] in self.lower.replaced:
            message = f"the value of `{owner[1]}` is replaced, but not what it rests on"
            hint = "give `basis`, and `cite` or `note`, for the new value"
            return fault(place, "basis-not-restated", message, hint)
        subject = wording.part(owner)
        if len(owner) == 2 and owner[0] == "rules":  # noqa: PLR2004 - "rules" and an index
            rule_id = self.value(owner).get("id")
            subject = f"rule `{rule_id}`" if isinstance(rule_id, str) else "a rule"
        hint = _EXAMPLES.get(key) or _description(owner, key)
        return fault(place, "missing-key", f"{subject} has no `{key}`", hint)

    def unknown_key(self, path: Path) -> Fault:
        place, key = self.located.key_place(path), str(path[-1])
        models = models_at(language.PolicyFile, path[:-1])
        subject = wording.listed(_WHAT_IT_IS.get(model, "this part") for model in models)
        known = [key for model in models for key in keys_of(model)]
        elsewhere = [what for model, what in _WHAT_IT_IS.items() if key in keys_of(model)]
        hint = wording.suggestion(key, known)
        if elsewhere and not hint:
            hint = f"it is a key of {wording.listed(elsewhere)}"
        elif not hint:
            hint = f"keys are {wording.listed(known, 'and')}"
        return fault(place, "unknown-key", f"{wording.quoted(key)} is not a key of {subject}", hint)

    def not_one_of(self, path: Path, problem: Any) -> Fault:
        expected = str(problem["ctx"]["expected"])
        place, value = self.located.place(path), self.value(path)
        words = re.findall(r"'([^']*)'", expected)
        if not words:
            message = f"{wording.part(path)} can only be {expected.lower()}"
            return fault(place, "not-one-of", message, "leave it out otherwise")
        shown = wording.quoted(value) if isinstance(value, str) else wording.noun(value)
        message = f"{wording.part(path)} must be {wording.listed(words)}, not {shown}"
        hint = wording.suggestion(value, words) if isinstance(value, str) else ""
        return fault(place, "not-one-of", message, hint)

    def bad_name(self, path: Path, problem: Any) -> Fault:
        is_key = problem["loc"][-1] == "[key]"
        place = self.located.key_place(path) if is_key else self.located.place(path)
        joints = problem["ctx"]["pattern"].rpartition("0-9")[2]
        signs = ["digits", *(name for sign, name in _JOINTS.items() if sign in joints)]
        message = f"{wording.quoted(path[-1] if is_key else self.value(path))} is not a name"
        hint = f"a lower-case letter first, then lower-case letters, {wording.listed(signs, 'and')}"
        return fault(place, "bad-name", message, hint)

    def is_unknown_rule(self, path: Path, by_path: dict[Path, list[Any]]) -> bool:
        """Whether a layer means to change a rule, but no lower layer has one of that name."""
        if not self.lower.rules or len(path) != 2 or path[0] != "rules":  # noqa: PLR2004
            return False
        rule_id = self.value(path).get("id")
        if not isinstance(rule_id, str) or rule_id in self.lower.rules:
            return False
        has_nothing = all((*path, key) in by_path for key in ("title", "authority", "basis"))
        return has_nothing or bool(wording.suggestion(rule_id, self.lower.rules))

    def unknown_rule(self, path: Path) -> Fault:
        rule_id = self.value(path)["id"]
        hint = wording.suggestion(rule_id, sorted(self.lower.rules))
        hint = hint or "a rule of its own needs title, authority and basis"
        message = f"no lower layer has a rule `{rule_id}`"
        return fault(self.located.place((*path, "id")), "unknown-rule", message, hint)


def _of_type(problems: list[Any], kind: str) -> Any:
    """Give the problem of a type; a value may fail each side of a union in another way."""
    return next(problem for problem in problems if problem["type"] == kind)


def _wanted(problem: Any) -> str:
    """Say what pydantic wanted."""
    if problem.get("ctx", {}).get("class_name") == language.ConditionForm.__name__:
        return "a condition or the name of a term"
    return _TYPES.get(problem["type"], "something else")


def _description(owner: Path, key: str) -> str:
    """Say what a key is for, as its description in the language does, in the form of a hint."""
    for model in models_at(language.PolicyFile, owner):
        for name, field in model.model_fields.items():
            if (field.alias or name) != key or not field.description:
                continue
            if get_origin(field.annotation) is Literal:
                return wording.listed(get_args(field.annotation))
            words = field.description.split(". ")[0].split(" (")[0].removesuffix(".")
            return words[0].lower() + words[1:]
    return ""

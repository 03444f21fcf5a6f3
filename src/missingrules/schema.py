"""The JSON Schemas of policy and mapping files: completion, hover texts, underlines in an editor.

``python -m missingrules.schema`` writes ``policy.schema.json`` beside the shipped policies and
``mapping.schema.json`` beside the shipped mappings; with ``--check`` it only says whether these
files are up to date (exit code 1 if not).

The schema is made from :mod:`missingrules.language` and describes one file as it is written: a file
that extends another one may leave out what the lower layers say. It offers the words of the
standard vocabulary and takes others too, because a policy may add some. What only a whole policy
can show (an unknown term, a window without an edge) is left to the loader.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Final

from missingrules.language import PolicyFile
from missingrules.layers import policies_folder
from missingrules.reading.mapping import mappings_folder
from missingrules.reading.schema import FILE_NAME as MAPPING_FILE_NAME
from missingrules.reading.schema import mapping_schema
from missingrules.vocabulary import GRADES, standard

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from missingrules.vocabulary import Field

FILE_NAME: Final = "policy.schema.json"
_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_WORD: Final = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
_WRITTEN_OUT: Final = {
    "type": "string",
    "pattern": r"^[0-9]{1,9} +(minute|hour|day|week|working +day)s?$",
}


def schema() -> dict[str, Any]:
    """Make the schema."""
    made: dict[str, Any] = PolicyFile.model_json_schema(by_alias=True)
    parts: dict[str, Any] = made["$defs"]
    for part in (made, *parts.values()):
        _tidy(part)
    _offer_words(parts)
    _loosen(made, parts)
    return {
        "$schema": _DRAFT,
        "$id": FILE_NAME,
        "title": "A policy for missingrules",
        "description": (
            "One policy file. A file that extends another one may leave out what the lower layers "
            "say."
        ),
        **{key: value for key, value in made.items() if key not in ("$defs", "description")},
        "$defs": dict(sorted(parts.items())),
    }


def text() -> str:
    """Give the schema as the text of its file."""
    return _written(schema())


def mapping_text() -> str:
    """Give the schema of mapping files as the text of its file."""
    return _written(mapping_schema(_tidy))


def _written(made: dict[str, Any]) -> str:
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write the files or, with ``--check``, compare them; return the exit code."""
    if list(arguments) not in ([], ["--check"]):
        sys.stderr.write("usage: python -m missingrules.schema [--check]\n")
        return 2
    files = {
        policies_folder() / FILE_NAME: text(),
        mappings_folder() / MAPPING_FILE_NAME: mapping_text(),
    }
    if not arguments:
        for path, made in files.items():
            path.write_text(made, encoding="utf-8", newline="\n")
        return 0
    stale = [
        path
        for path, made in files.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != made
    ]
    for path in stale:
        sys.stderr.write(f"{path} is not up to date: run python -m missingrules.schema\n")
    return 1 if stale else 0


def _tidy(part: object) -> None:
    """Take out what pydantic adds for itself, and say the rest as a file has it."""
    if isinstance(part, list):
        for item in part:
            _tidy(item)
    if not isinstance(part, dict):
        return
    _tidy_keys(part)
    for key, inner in part.items():
        if key in _BY_NAME:
            for named in inner.values():
                _tidy(named)
        elif key not in _PLAIN:
            _tidy(inner)


_BY_NAME: Final = frozenset({"properties", "patternProperties"})
_PLAIN: Final = frozenset({"const", "default", "description", "enum", "required"})


def _tidy_keys(part: dict[str, Any]) -> None:
    """Tidy one schema, apart from what is inside it.

    Titles repeat the key. Null is no value of a file, nor is it one that a key has by default. A
    choice by discriminator is a choice like any other.
    """
    options = part.pop("anyOf", None) or part.pop("oneOf", None) or []
    options = [option for option in options if option != {"type": "null"}]
    if len(options) == 1:
        part.update({**options[0], **part})
    elif options:
        part["anyOf"] = options
    for noise in ("title", "discriminator"):
        part.pop(noise, None)
    if part.get("default", 0) in (None, [], {}):
        del part["default"]
    if part.get("format") == "date":
        part["pattern"] = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
    if "patternProperties" in part:
        part["additionalProperties"] = False


# --- Words to choose from -------------------------------------------------------------------------


def _offer_words(parts: dict[str, Any]) -> None:
    """Offer kinds, fields, values, grades and durations wherever they can stand."""
    kinds = standard().kinds
    named = _fields_by_key()
    parts["KindOfEntry"] = _offer(kinds)
    parts["NameOfField"] = _offer(sorted(named), r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")
    parts["Duration"] = {"anyOf": [_WRITTEN_OUT, _WORD]}
    parts["Deadline"] = {"anyOf": [{"const": "not_stated"}, _WRITTEN_OUT, _WORD]}
    parts["Window"] = _offer(["ever"])
    for part, key, meaning in (
        ("Trigger", "entry", _one_or_more(_ref("KindOfEntry"))),
        ("Require", "action", _one_or_more(_ref("KindOfEntry"))),
        ("ConditionForm", "entry", _ref("KindOfEntry")),
        ("ConditionForm", "recorded", _ref("NameOfField")),
        ("ConditionForm", "marker", _one_or_more(_values("marker_added", "marker"))),
        ("ConditionForm", "concern", _one_or_more(_values("concern_noted", "concern"))),
        ("ConditionForm", "by", _ref("Duration")),
        ("Trigger", "every", _ref("Duration")),
        ("Trigger", "first_after", _ref("Duration")),
        ("Sooner", "every", _ref("Duration")),
        ("Gap", "at_least", _ref("Duration")),
        ("Gap", "more_than", _ref("Duration")),
        ("Lasted", "at_least", _ref("Duration")),
        ("Lasted", "more_than", _ref("Duration")),
        ("Require", "within", _ref("Deadline")),
        ("Grade", "within", _ref("Deadline")),
        ("Trigger", "within", _ref("Window")),
        ("Counted", "within", _ref("Window")),
        ("Grade", "at_least", _offer(GRADES)),
    ):
        place = parts[part]["properties"][key]
        parts[part]["properties"][key] = {"description": place["description"], **meaning}
    condition = parts["ConditionForm"]
    for key, (kind, field) in sorted(named.items()):
        if field.type in ("choice", "choices", "yes_no") and key not in condition["properties"]:
            what = f"Field `{field.name}` of `{kind}` was last recorded as this (any of these)."
            values = _one_or_more(_values(kind, field.name))
            condition["properties"][key] = {"description": what, **values}
    any_value = {"anyOf": [_WORD, {"type": "boolean"}]}
    condition["additionalProperties"] = _one_or_more(any_value)


def _fields_by_key() -> dict[str, tuple[str, Field]]:
    """Map what a policy may write for a field to the field: its name where one kind has it."""
    vocabulary = standard()
    found: dict[str, tuple[str, Field]] = {}
    for kind in vocabulary.kinds.values():
        for name, field in kind.fields.items():
            found[f"{kind.name}.{name}"] = (kind.name, field)
            if len(vocabulary.with_field(name)) == 1:
                found[name] = (kind.name, field)
    return found


def _values(kind: str, name: str) -> dict[str, Any]:
    field = standard().kinds[kind].fields[name]
    if field.type == "yes_no":
        return {"enum": ["yes", "no", "not_applicable", True, False]}
    return _offer(field.values or ())


def _offer(words: Iterable[str], pattern: str = _WORD["pattern"]) -> dict[str, Any]:
    """Take any word, and offer these."""
    known = list(words)
    other = {"type": "string", "pattern": pattern}
    return {"anyOf": [{"enum": known}, other]} if known else other


def _one_or_more(item: dict[str, Any]) -> dict[str, Any]:
    """Take one of a kind, or a list of them."""
    options = item["anyOf"] if set(item) == {"anyOf"} else [item]
    return {"anyOf": [*options, {"type": "array", "items": item, "minItems": 1}]}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


# --- Files that extend others ---------------------------------------------------------------------


def _loosen(made: dict[str, Any], parts: dict[str, Any]) -> None:
    """Ask for a whole policy only where a file does not extend another one."""
    whole_rule = parts["Rule"]["required"]
    whole_parameter = parts["Parameter"]["required"]
    whole_policy = made["required"]
    made["required"] = ["policy", "edition"]
    parts["Rule"]["required"] = ["id"]
    del parts["Parameter"]["required"]
    made["if"] = {"not": {"required": ["extends"]}}
    made["then"] = {
        "required": whole_policy,
        "properties": {
            "rules": {"items": {"required": whole_rule}},
            "parameters": {"additionalProperties": {"required": whole_parameter}},
        },
    }
    for key, place in parts["Rule"]["properties"].items():
        if key not in whole_rule:
            kept = {name: place.pop(name) for name in ("description", "default") if name in place}
            options = place.pop("anyOf", None) or [dict(place)]
            place.clear()
            place.update(kept, anyOf=[*options, {"type": "null"}])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

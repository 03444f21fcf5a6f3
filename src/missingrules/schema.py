"""The JSON Schema of policy files, for editors: completion, hover texts and red underlines while typing.

``python -m missingrules.schema`` writes ``policy.schema.json`` beside the shipped policies; with
``--check`` it only says whether that file is up to date (exit code 1 if not).

The schema is made from :mod:`missingrules.language` and describes one file as it is written: a file
that extends another one may leave out what the lower layers say. It offers the words of the
standard vocabulary and takes others too, because a policy may add some. What only a whole policy
can show (an unknown term, a window without an edge) is left to the loader.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Final

from missingrules.checks.conditions import FORMS
from missingrules.language import PolicyFile
from missingrules.layers import policies_folder
from missingrules.vocabulary import GRADES, standard

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from missingrules.vocabulary import Field

FILE_NAME: Final = "policy.schema.json"
_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_WORD: Final = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
_DURATION: Final = {
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
        **{key: value for key, value in made.items() if key != "$defs"},
        "$defs": dict(sorted(parts.items())),
    }


def text() -> str:
    """Give the schema as the text of its file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write the file or, with ``--check``, compare it; return the exit code."""
    if list(arguments) not in ([], ["--check"]):
        sys.stderr.write("usage: python -m missingrules.schema [--check]\n")
        return 2
    path = policies_folder() / FILE_NAME
    if not arguments:
        path.write_text(text(), encoding="utf-8", newline="\n")
        return 0
    if path.is_file() and path.read_text(encoding="utf-8") == text():
        return 0
    sys.stderr.write(f"{path} is not up to date: run python -m missingrules.schema\n")
    return 1


def _tidy(part: Any) -> None:
    """Take out what pydantic adds for itself: titles, null as a default, the description of a default."""
    if isinstance(part, list):
        for item in part:
            _tidy(item)
        return
    if not isinstance(part, dict):
        return
    if isinstance(part.get("title"), str):
        del part["title"]
    if "default" in part and part["default"] in (None, [], {}):
        del part["default"]
    part.pop("discriminator", None)
    if isinstance(part.get("description"), str):
        part["description"] = part["description"].replace("``", "`")
    if "oneOf" in part:
        part["anyOf"] = part.pop("oneOf")
    options = [option for option in part.get("anyOf", ()) if option != {"type": "null"}]
    if len(options) == 1:
        del part["anyOf"]
        for key, value in options[0].items():
            part.setdefault(key, value)
    elif options:
        part["anyOf"] = options
    for key, inner in part.items():
        if key in ("properties", "$defs"):
            for named in inner.values():
                _tidy(named)
        elif key not in ("default", "enum", "required"):
            _tidy(inner)


# --- Words to choose from -------------------------------------------------------------------------


def _offer_words(parts: dict[str, Any]) -> None:
    """Offer kinds, fields, values, grades and durations wherever they can stand."""
    vocabulary = standard()
    kinds = _one_or_more(_offer(vocabulary.kinds))
    condition = parts["ConditionForm"]["properties"]
    _put(parts["Trigger"]["properties"]["entry"], kinds)
    _put(parts["Require"]["properties"]["action"], kinds)
    _put(condition["entry"], _offer(vocabulary.kinds))
    for name, kind in (("marker", "marker_added"), ("concern", "concern_noted")):
        values = vocabulary.kinds[kind].fields[name].values or ()
        _put(condition[name], _one_or_more(_offer(values)))
    named = _fields_by_key()
    _put(condition["recorded"], _offer(sorted(named), r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$"))
    for key, (kind, field) in sorted(named.items()):
        what = f"Field `{field.name}` of `{kind}` was last recorded as this (any of these)."
        if field.type in ("choice", "choices", "yes_no") and key not in {*FORMS, *condition}:
            condition[key] = {"description": what, **_one_or_more(_values(field))}
    parts["ConditionForm"]["additionalProperties"] = _one_or_more(
        {"anyOf": [_WORD, {"type": "boolean"}]}
    )
    _put(parts["Grade"]["properties"]["at_least"], _offer(GRADES))
    for part, key in (("Require", "within"), ("Grade", "within")):
        _put(parts[part]["properties"][key], {"anyOf": [{"const": "not_stated"}, _DURATION, _WORD]})
    for part, key in (("Counted", "within"), ("Trigger", "within")):
        _put(parts[part]["properties"][key], _offer(["ever"]))
    for part, key in (("Lasted", "at_least"), ("Lasted", "more_than"), ("Gap", "at_least")):
        _put(parts[part]["properties"][key], {"anyOf": [_DURATION, _WORD]})
    for part, key in (("Gap", "more_than"), ("Trigger", "every"), ("Sooner", "every")):
        _put(parts[part]["properties"][key], {"anyOf": [_DURATION, _WORD]})
    _put(parts["Trigger"]["properties"]["first_after"], {"anyOf": [_DURATION, _WORD]})
    _put(condition["by"], {"anyOf": [_DURATION, _WORD]})


def _fields_by_key() -> dict[str, tuple[str, Field]]:
    """Map what a policy may write for a field to the field: its name where one kind has it."""
    kinds = standard().kinds
    found: dict[str, tuple[str, Field]] = {}
    for kind in kinds.values():
        for name, field in kind.fields.items():
            found[f"{kind.name}.{name}"] = (kind.name, field)
            if sum(name in other.fields for other in kinds.values()) == 1:
                found[name] = (kind.name, field)
    return found


def _values(field: Field) -> dict[str, Any]:
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


def _put(place: dict[str, Any], meaning: dict[str, Any]) -> None:
    """Replace what a key takes, and keep its description."""
    kept = {key: value for key, value in place.items() if key in ("description", "default")}
    place.clear()
    place.update(kept, **meaning)


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

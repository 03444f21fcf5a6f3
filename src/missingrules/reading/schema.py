"""The JSON Schema of mapping files, made from :mod:`missingrules.reading.language`.

It describes the shape of a file and offers the kinds of the standard vocabulary; what only a whole
mapping can show (code tables and links that are not there, fields of a kind) is left to the loader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from missingrules.reading.language import MappingFile
from missingrules.vocabulary import standard

if TYPE_CHECKING:
    from collections.abc import Callable

FILE_NAME: Final = "mapping.schema.json"
_TEXT: Final = {"type": "string", "minLength": 1}
_MAY_BE_EMPTY: Final = {"type": "string", "pattern": r"^$|\S"}
_CLOCK: Final = "^[0-9]{2}:[0-9]{2}(:[0-9]{2})?$"
_WORD: Final = "^[a-z][a-z0-9_]*$"


def mapping_schema(tidy: Callable[[object], None]) -> dict[str, Any]:
    """Make the schema; ``tidy`` takes out what pydantic adds for itself."""
    made: dict[str, Any] = MappingFile.model_json_schema(by_alias=True)
    parts: dict[str, Any] = made["$defs"]
    for part in (made, *parts.values()):
        tidy(part)
        for key, place in part.get("properties", {}).items():
            _short_forms(key, place)
    kinds = {"anyOf": [{"enum": sorted(standard().kinds)}, {"type": "string", "pattern": _WORD}]}
    parts["MadeEntry"]["properties"]["kind"] |= kinds
    parts["Covers"]["properties"]["kinds"]["items"] = kinds
    parts["MadeEntry"]["properties"]["fields"]["additionalProperties"] = _cell()
    codes = made["properties"]["codes"]["patternProperties"][_WORD]
    value = {"anyOf": [_TEXT, {"type": "boolean"}, {"type": "array", "items": _TEXT}]}
    codes["additionalProperties"] = {"anyOf": [*value["anyOf"], {"type": "null"}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": FILE_NAME,
        "title": "A mapping for missingrules",
        "description": "How one kind of extract is read: which column says what.",
        **{key: value for key, value in made.items() if key not in ("$defs", "description")},
        "$defs": dict(sorted(parts.items())),
    }


def _short_forms(key: str, place: dict[str, Any]) -> None:
    """Say which short forms a file may use: a column for a cell, one text for a list of them."""
    kept = {name: place[name] for name in ("description", "default") if name in place}
    refs = [place.get("$ref", ""), *(option.get("$ref", "") for option in place.get("anyOf", ()))]
    if "#/$defs/Cell" in refs:
        linked = [{"$ref": ref} for ref in refs if ref.endswith("/Linked")]
        place.clear()
        place |= kept | {"anyOf": [*_cell()["anyOf"], *linked]}
    elif key in ("is", "is_not", "files", "accepted"):
        text = _MAY_BE_EMPTY if key in ("is", "is_not") else _TEXT
        place.clear()
        place |= kept | {"anyOf": [text, {"type": "array", "items": text, "minItems": 1}]}
    elif key == "time_of_day":
        place.clear()
        place |= kept | {"type": "string", "pattern": _CLOCK}


def _cell() -> dict[str, Any]:
    return {"anyOf": [_TEXT, {"$ref": "#/$defs/Cell"}]}

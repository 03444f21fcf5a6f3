"""Any text as a mapping; one that loads reads any files that have its columns."""

from __future__ import annotations

import csv
import io
import random
from typing import TYPE_CHECKING, Any, Final

from holding import holds
from mutating import NASTY, TextMutator
from target import ROOT, Target, scratch

from missingrules.errors import MissingRulesError
from missingrules.reading.extract import read_files
from missingrules.reading.faults import MappingError
from missingrules.reading.mapping import SourceMapping, parse_mapping
from missingrules.yamlsource import decode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pydantic import BaseModel

_FOLDER: Final = scratch()
_CELLS: Final = (
    *(word for word in NASTY if word.isprintable() and len(word) < 100),  # noqa: PLR2004 - rows
    *("C1", "E1", "Y", "M", "MISSING", "2023-01-10 09:00:00", "2023-01-10", "10/01/2023 09:00"),
    *("10/01/2023", "high", "yes", "certain", "self_harm"),
)
_COLUMN_KEYS: Final = ("column", "columns", "from_", "to", "method", "confidence")
_MAY_BE: Final = {"duplicate-column", "long-line", "missing-column", "not-text", "unknown-encoding"}
"""What files with the columns of a mapping may still be refused for."""
_ENCODINGS: Final = """\
encoding: utf-16
encoding: utf-7
encoding: base64
encoding: undefined
encoding: idna
encoding: punycode
encoding: unicode_escape
encoding: hz
encoding: cp1252
delimiter: ";"
format: "%d %B %Y %I:%M %p %z"
format: "%G-%V-%u %H"
separator: "; "
"""


def seeds() -> Iterator[bytes]:
    """Give the shipped mappings, those of the tests, and faulty ones."""
    for path in sorted((ROOT / "mappings").glob("*.yaml")):
        yield path.read_bytes()
    for folder in ("bad_mappings", "bad_extracts"):
        for path in sorted((ROOT / "tests" / folder).glob("*.yaml")):
            yield path.read_bytes()
    page = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
    yield page.split("```yaml\n")[1].split("```")[0].encode()


def check(raw: bytes) -> None:
    """Load a mapping, and read with it files that have its columns."""
    try:
        mapping = parse_mapping(decode(raw, "<mapping>", error=MappingError))
    except MappingError as error:
        assert error.faults, "an error has a place"
        for fault in error.faults:
            assert fault.line >= 1, f"a fault has a line: {fault}"
            assert fault.column >= 1, f"a fault has a column: {fault}"
        return
    assert all(note.strip() for note in mapping.notes)
    mapping.coverage()
    paths = _files(mapping, random.Random(len(raw)))
    try:
        holds(read_files(paths, mapping=mapping), b"")
    except MissingRulesError as error:
        codes = {fault.code for fault in error.faults}
        assert codes <= _MAY_BE, f"what loads reads its columns: {error}"
    finally:
        for path in paths:
            path.unlink()


def _files(mapping: SourceMapping, chance: random.Random) -> list[Path]:
    """Write a file for each table, under the name of the table."""
    paths = []
    for name in mapping.files:
        table = mapping.file.tables.get(name) or mapping.pairs[name]
        columns = list(dict.fromkeys(_columns(table)))
        text = io.StringIO(newline="")
        try:
            writer = csv.writer(text, delimiter=table.delimiter or ",")
            writer.writerow(columns)
            for _ in range(6):
                writer.writerow([chance.choice(_CELLS) for _ in columns])
        except (csv.Error, TypeError, ValueError):
            pass  # no table can have this delimiter or these columns
        try:
            told = text.getvalue().encode(table.encoding, "replace")
        except (LookupError, UnicodeError):
            told = text.getvalue().encode()
        paths.append(_FOLDER / name)
        paths[-1].write_bytes(told)
    return paths


def _columns(table: BaseModel) -> Iterator[str]:
    parts: list[Any] = [table.model_dump()]
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            for key in _COLUMN_KEYS:
                named = part.get(key)
                yield from [named] if isinstance(named, str) else named or []
            parts += part.values()
        elif isinstance(part, list):
            parts += part


TARGET: Final = Target(
    "load_mapping",
    check,
    seeds,
    TextMutator([_ENCODINGS, *(raw.decode("utf-8", "replace") for raw in seeds())], indented=True),
    4_000,
)

"""Any text as the files of an extract, read by a mapping that is shipped.

An input is several files, each behind a line ``### NAME``; the names that it may have are those of
the samples. A table that the mapping needs and the input has not is taken from the samples.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Final

from holding import header, holds, refused
from mutating import TextMutator
from target import ROOT, Target, scratch

from missingrules.errors import MissingRulesError
from missingrules.reading.extract import read_files
from missingrules.reading.mapping import load_mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAMPLES: Final = {
    "police_misper": ("misper_episodes", "misper_markers", "misper_aliases"),
    "command_and_control": ("control_calls", "control_links", "incidents_and_occurrences"),
    "ssda903": ("ssda903_missing",),
    "safeguarding_missing": ("safeguarding_missing",),
    "nasty": ("semicolons",),
}
_OWN: Final = ROOT / "tests" / "bad_extracts"
_SHIPPED: Final = ROOT / "examples" / "07_extracts"
_MAPPINGS: Final = {
    name: load_mapping(_OWN / "mapping.yaml" if name == "nasty" else name) for name in _SAMPLES
}
_HOME: Final = {stem: name for name, stems in _SAMPLES.items() for stem in stems}
_FILE: Final = re.compile(rb"^### (\w+)\.(csv|jsonl)\r?\n", re.MULTILINE)
_FOLDER: Final = scratch()


def seeds() -> Iterator[bytes]:
    """Give the samples, whole and a few rows of each, also as objects, and nasty files."""
    for stems in _SAMPLES.values():
        whole, head, objects = b"", b"", b""
        for stem in stems:
            raw = _sample(stem)
            lines = raw.splitlines(keepends=True)
            whole += f"### {stem}.csv\n".encode() + raw
            head += f"### {stem}.csv\n".encode() + b"".join(lines[:4])
            objects += f"### {stem}.jsonl\n".encode() + _objects(raw)
        yield from (whole, head, objects)
    for path in sorted(_OWN.glob("*.csv")):
        if not path.name.startswith("canonical") and not path.with_suffix(".yaml").exists():
            yield b"### semicolons.csv\n" + path.read_bytes()


def check(raw: bytes) -> None:
    """Read the files of an input by the mapping that its first file is of."""
    found = list(_FILE.finditer(raw))
    if not found or found[0][1].decode() not in _HOME:
        return
    mapping = _MAPPINGS[_HOME[found[0][1].decode()]]
    ends = [each.start() for each in found[1:]] + [len(raw)]
    parts = {
        f"{each[1].decode()}.{each[2].decode()}": raw[each.end() : end]
        for each, end in zip(found, ends, strict=True)
        if _HOME.get(each[1].decode()) == mapping.name
    }
    for stem in _SAMPLES[mapping.name]:
        if not any(name.startswith(stem) for name in parts):
            parts[f"{stem}.csv"] = _sample(stem)
    paths = []
    for name, part in parts.items():
        paths.append(_FOLDER / name)
        paths[-1].write_bytes(part)
    told = b"\n".join(parts.values())
    shown = "".join(_shown(name, part) for name, part in parts.items())
    try:
        log = read_files(paths, mapping=mapping)
    except MissingRulesError as error:
        refused(error, told, shown=shown)
        return
    holds(log, told, shown=shown)
    mapping.coverage()


def _shown(name: str, part: bytes) -> str:
    """Give what may be the names of columns: the header, or the keys of objects."""
    return part.decode("utf-8", "replace") if name.endswith(".jsonl") else header(part)


def _sample(stem: str) -> bytes:
    folder = _OWN if stem == "semicolons" else _SHIPPED
    return (folder / f"{stem}.csv").read_bytes()


def _objects(raw: bytes) -> bytes:
    text = raw.decode("utf-8", "replace")
    first = text.splitlines()[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=max(",;", key=first.count))
    lines = [json.dumps(row) for _, row in zip(range(4), rows, strict=False)]
    return "".join(f"{line}\n" for line in lines).encode()


TARGET: Final = Target(
    "read_mapped", check, seeds, TextMutator(raw.decode("utf-8", "replace") for raw in seeds())
)

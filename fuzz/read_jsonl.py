"""Any bytes as a log in JSON Lines."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from holding import holds, refused
from mutating import TextMutator
from target import ROOT, Target

from missingrules.errors import MissingRulesError
from missingrules.log import read_jsonl

if TYPE_CHECKING:
    from collections.abc import Iterator


def seeds() -> Iterator[bytes]:
    """Give faulty logs, the lines of an example, and one entry of each kind."""
    for path in sorted((ROOT / "tests" / "bad_logs").glob("*.jsonl")):
        yield path.read_bytes()
    for path in sorted((ROOT / "tests" / "bad_extracts").glob("canonical*.jsonl")):
        yield path.read_bytes()
    lines = (ROOT / "examples" / "01_wiltshire_boy.jsonl").read_bytes().splitlines(keepends=True)
    audit = (ROOT / "examples" / "06_audit" / "audit.jsonl").read_bytes().splitlines(keepends=True)
    for some in (lines, audit[:300]):
        for start in range(0, len(some), 4):
            yield b"".join(some[start : start + 4])


def check(raw: bytes) -> None:
    """Read with and without a zone."""
    rows = sum(map(_is_row, enumerate(raw.split(b"\n"))))
    for zone in (None, "Europe/London"):
        try:
            log = read_jsonl(io.BytesIO(raw), zone=zone)
        except MissingRulesError as error:
            refused(error, raw)
            continue
        assert log.rows == rows, f"every line is a row: {log.rows} of {rows}"
        holds(log, raw)


def _is_row(numbered: tuple[int, bytes]) -> bool:
    """Whether a line is one that the reader must account for."""
    number, line = numbered
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return True
    text = text.removeprefix("\ufeff") if number == 0 else text
    return bool(text) and not text.isspace()


TARGET = Target(
    "read_jsonl", check, seeds, TextMutator(raw.decode("utf-8", "replace") for raw in seeds())
)

"""Any bytes as a table of delimited text with the canonical names."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from holding import header, holds, refused
from mutating import TextMutator
from target import ROOT, Target, scratch

from missingrules import values
from missingrules.errors import MissingRulesError
from missingrules.reading.extract import read_files

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_FILE = scratch() / "log.csv"


def seeds() -> Iterator[bytes]:
    """Give faulty tables, and the entries of an example in several dialects."""
    for path in sorted((ROOT / "tests" / "bad_extracts").glob("canonical*.csv")):
        yield path.read_bytes()
    lines = (ROOT / "examples" / "01_wiltshire_boy.jsonl").read_text(encoding="utf-8").splitlines()
    audit = (ROOT / "examples" / "06_audit" / "audit.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in lines + audit.splitlines()[:120]]
    for start in range(0, len(rows), 5):
        some = rows[start : start + 5]
        text = io.StringIO(newline="")
        ends = ("\n", "\r\n", "\r")[start % 3]
        columns = list(dict.fromkeys(name for row in some for name in row))
        writer = csv.DictWriter(
            text,
            columns,
            delimiter=",;\t|"[start % 4],
            lineterminator=ends,
            quoting=csv.QUOTE_ALL if start % 2 else csv.QUOTE_MINIMAL,
        )
        writer.writeheader()
        writer.writerows(some)
        yield text.getvalue().encode(("utf-8", "utf-8-sig", "utf-16")[start // 5 % 3])


def check(raw: bytes) -> None:
    """Read with a zone; where nothing is quoted, count the rows in another way."""
    _FILE.write_bytes(raw)
    shown = header(raw)
    try:
        log = read_files([_FILE], zone="Europe/London")
    except MissingRulesError as error:
        refused(error, raw, shown=shown)
        return
    holds(log, raw, shown=shown)
    if b'"' not in raw and not raw.startswith(_MARKS):
        told = rows_told(raw)
        assert told <= log.rows, f"no row is lost: {log.rows} of {told}"


def rows_told(raw: bytes) -> int:
    """Count the lines below the header that tell something, in a text without quotes."""
    text = raw.decode("utf-8-sig", "replace")
    lines = [line for line in io.StringIO(text, newline="") if not values.blank(line.strip())]
    if lines and lines[0].lower().startswith("sep="):
        del lines[0]
    told = (any(sign.isascii() and sign.isalnum() for sign in line) for line in lines[1:])
    return sum(told)


TARGET = Target(
    "read_csv", check, seeds, TextMutator(raw.decode("utf-8", "replace") for raw in seeds())
)

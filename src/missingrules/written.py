"""Findings as rows of a file: JSON Lines, CSV for spreadsheets, and Arrow for Parquet.

A row has the columns of a finding's JSON and one more, ``times_as_stated``: the finding hangs on a
time allowed, and none of the entries that it rests on has a time of recording of its own, so that
it rests on when things are said to have happened.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final

from missingrules import arrow
from missingrules.spreadsheets import defused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from missingrules.finding import Assessment, Finding
    from missingrules.record import Record

FORMATS: Final = ("parquet", "csv", "jsonl")
"""In what form findings can be written as rows."""

Row = dict[str, Any]

_CSV_COLUMNS: Final = tuple(
    column
    for name in arrow.COLUMNS
    for column in ([f"cite_{part}" for part in arrow.CITE] if name == "cite" else [name])
)
_JOIN: Final = "; "


def document(assessment: Assessment) -> dict[str, Any]:
    """Give an assessment as JSON takes it, its findings with what a row says beside them."""
    return assessment.to_dict() | {"findings": rows(assessment.findings, assessment.record)}


def rows(findings: Iterable[Finding], record: Record | None) -> list[Row]:
    """Write findings about one child down, each as JSON takes it; ``record`` is the child's."""
    timed = set() if record is None else _timed(record)
    return [
        finding.to_dict() | {"times_as_stated": rests_on_stated_times(finding, timed)}
        for finding in findings
    ]


def count_stated(findings: Iterable[Finding], record: Record) -> int:
    """Count the findings about one child of which ``times_as_stated`` holds."""
    timed = _timed(record)
    return sum(rests_on_stated_times(finding, timed) for finding in findings)


def rests_on_stated_times(finding: Finding, timed: set[str]) -> bool:
    """Say whether a finding on timeliness rests on no entry of ``timed``."""
    if finding.due_us is None:
        return False
    return finding.answer not in timed and timed.isdisjoint(finding.evidence)


def _timed(record: Record) -> set[str]:
    return {entry.entry_id for entry in record.entries if entry.recorded != entry.at}


def head(form: str) -> bytes:
    """Give what stands at the top of a file: of CSV the names of the columns."""
    if form != "csv":
        return b""
    return "\ufeff".encode() + _lines([_CSV_COLUMNS])


def encoded(form: str, found: Sequence[Row]) -> bytes:
    """Write rows in one of :data:`FORMATS`; for Parquet it is a stream of Arrow."""
    if form == "jsonl":
        return "".join(json.dumps(row) + "\n" for row in found).encode()
    if form == "csv":
        return _lines(_csv_row(row) for row in found)
    return arrow.stream(found)


def _csv_row(row: Row) -> list[str]:
    cite = row["cite"] or {}
    flat = row | {f"cite_{part}": cite.get(part) for part in arrow.CITE}
    return [_csv_cell(flat[column]) for column in _CSV_COLUMNS]


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return defused(_JOIN.join(value))
    return defused(value) if isinstance(value, str) else str(value)


def _lines(found: Iterable[Sequence[str]]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerows(found)
    return stream.getvalue().encode()

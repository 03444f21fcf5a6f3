"""Findings as rows of a file: JSON Lines, CSV for spreadsheets, and Arrow for Parquet.

A row has the columns of a finding's JSON and one more, ``times_as_stated``: the finding hangs on a
time allowed, and none of the entries that it rests on has a time of recording of its own, so that
it rests on when things are said to have happened. Where it was asked on what findings hang that was
assumed, ``sensitive_to`` is one more still; else there is no such column.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from missingrules import arrow
from missingrules.assumed import Variation
from missingrules.finding import stamp
from missingrules.spreadsheets import defused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from missingrules.assumed import Hangs
    from missingrules.finding import Assessment, Finding
    from missingrules.record import Record

FORMATS: Final = ("parquet", "csv", "jsonl")
"""In what form findings can be written as rows."""


class Row(NamedTuple):
    """A finding as it is written."""

    finding: Finding
    times_as_stated: bool
    sensitive_to: tuple[Hangs, ...] | None = None
    """On what it hangs that was assumed; None where it cannot be told."""

    def to_dict(self, *, sensitive: bool = False) -> dict[str, Any]:
        """Give the row as JSON takes it; ``sensitive`` says whether to tell what it hangs on."""
        made = self.finding.to_dict() | {"times_as_stated": self.times_as_stated}
        return made | {arrow.SENSITIVE: self.hangs()} if sensitive else made

    def hangs(self) -> list[dict[str, Any]] | None:
        """Give what it hangs on as JSON takes it."""
        return None if self.sensitive_to is None else [each.to_dict() for each in self.sensitive_to]


_CSV_COLUMNS: Final = tuple(
    column
    for name in arrow.COLUMNS
    for column in ([f"cite_{part}" for part in arrow.CITE] if name == "cite" else [name])
)
_JOIN: Final = "; "
_as_json: Final[Callable[[Any], str]] = json.JSONEncoder().encode


def document(
    assessment: Assessment, found: Sequence[Row] | None = None, *, sensitive: bool = False
) -> dict[str, Any]:
    """Give an assessment as JSON takes it, its findings with what a row says beside them.

    ``found`` are the rows, if they were taken already; ``sensitive`` is as for :func:`encoded`.
    """
    taken = rows(assessment.findings, assessment.record) if found is None else found
    told = [row.to_dict(sensitive=sensitive) for row in taken]
    return assessment.to_dict() | {"findings": told}


def rows(findings: Iterable[Finding], record: Record | None) -> list[Row]:
    """Take findings about one child to be written; ``record`` is the child's."""
    timed = set() if record is None else _timed(record)
    return [Row(finding, rests_on_stated_times(finding, timed)) for finding in findings]


def marked(found: Iterable[Row], hangs: Mapping[str, tuple[Hangs, ...]] | None) -> list[Row]:
    """Say of rows on what they hang that was assumed: by finding id, None where nobody can tell."""
    return [
        row._replace(sensitive_to=None if hangs is None else hangs.get(row.finding.finding_id, ()))
        for row in found
    ]


def count_stated(findings: Iterable[Finding], record: Record) -> int:
    """Count the findings about one child of which ``times_as_stated`` holds."""
    return sum(row.times_as_stated for row in rows(findings, record))


def rests_on_stated_times(finding: Finding, timed: set[str]) -> bool:
    """Say whether a finding on timeliness rests on no entry of ``timed``."""
    if finding.due_us is None:
        return False
    return finding.answer not in timed and timed.isdisjoint(finding.evidence)


def _timed(record: Record) -> set[str]:
    return {entry.entry_id for entry in record.entries if entry.recorded != entry.at}


def head(form: str, *, sensitive: bool = False) -> bytes:
    """Give what stands at the top of a file: of CSV the names of the columns."""
    if form != "csv":
        return b""
    return "\ufeff".encode() + _lines([(*_CSV_COLUMNS, *([arrow.SENSITIVE] if sensitive else ()))])


def encoded(
    forms: Sequence[str], found: Sequence[Row], *, sensitive: bool = False
) -> dict[str, bytes]:
    """Write rows in some of :data:`FORMATS`, if there are any; for Parquet a stream of Arrow.

    ``sensitive`` says whether it was asked on what they hang.
    """
    if not found:
        return {}
    columns = _columns(found, sensitive=sensitive)
    return {form: _WAYS[form](columns) for form in forms}


def table(found: Sequence[Row]) -> Any:
    """Make a ``pyarrow.Table`` of rows."""
    return _columns(found).table()


def _columns(found: Sequence[Row], *, sensitive: bool = False) -> arrow.Columns:
    return arrow.Columns(
        [row.finding for row in found],
        [row.times_as_stated for row in found],
        [row.hangs() for row in found] if sensitive else None,
    )


def _json(columns: arrow.Columns) -> bytes:
    cells, stamps = [], _Stamps({None: None})
    for name in columns.names:
        column = columns.each(name)
        cells.append([stamps[us] for us in column] if name in arrow.INSTANTS else column)
    made = (
        _as_json(dict(zip(columns.names, row, strict=True))) for row in zip(*cells, strict=True)
    )
    return "".join(f"{line}\n" for line in made).encode()


def _csv(columns: arrow.Columns) -> bytes:
    cells: list[Iterable[str]] = []
    stamps = _Stamps({None: ""})
    for name in columns.names:
        if name == "cite":
            cites = [cite or {} for cite in columns.distinct(name)]
            parts = ([_csv_cell(cite.get(part)) for cite in cites] for part in arrow.CITE)
            cells.extend(map(columns.spread, parts))
        elif name in arrow.OF_DUTY:
            cells.append(columns.spread([_csv_cell(cell) for cell in columns.distinct(name)]))
        elif name == arrow.SENSITIVE:
            cells.append(map(_hangs, columns.each(name)))
        else:
            cell = stamps.__getitem__ if name in arrow.INSTANTS else _csv_cell
            cells.append(map(cell, columns.each(name)))
    return _lines(zip(*cells, strict=True))


class _Stamps(dict[Any, Any]):
    """Instants as text, each worked out once: those of one child's findings often agree."""

    def __missing__(self, us: int) -> str:
        made = self[us] = stamp(us)
        return made


def _hangs(found: Sequence[Mapping[str, Any]] | None) -> str:
    """Say in one cell what a finding hangs on, each with what it would be."""
    said = []
    for each in found or ():
        variation = Variation(*(each[name] for name in arrow.HANGS[:-1]))
        said.append(f"{variation} = {each['would_be'] or 'none'}")
    return defused(_JOIN.join(said))


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return defused(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return defused(_JOIN.join(value)) if isinstance(value, tuple) else str(value)


def _lines(found: Iterable[Sequence[str]]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerows(found)
    return stream.getvalue().encode()


_WAYS: Final = {"parquet": arrow.Columns.stream, "csv": _csv, "jsonl": _json}

"""Findings as an Arrow table, for whoever goes on with polars, pandas, DuckDB or a Parquet file."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from missingrules.errors import MissingRulesError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TEXT, _LIST, _NUMBER, _FLAG, _INSTANT = "text", "list", "number", "flag", "instant"
_TYPES: Final = {
    **dict.fromkeys(("finding_id", "child_id", "episode_id", "rule", "title"), _TEXT),
    **dict.fromkeys(("policy", "edition", "policy_digest", "outcome", "severity"), _TEXT),
    **dict.fromkeys(("authority", "basis", "timing_basis", "action", "owner"), _TEXT),
    **dict.fromkeys(("opened_at", "known_at", "due_at", "done_at"), _INSTANT),
    "message": _TEXT,
    **dict.fromkeys(("evidence", "cited", "episodes"), _LIST),
    "episodes_since": _NUMBER,
    "masked": _FLAG,
    "masked_by": _LIST,
    **dict.fromkeys(("recorded_grade", "required_grade"), _TEXT),
    "missed": _NUMBER,
    "unknown": _LIST,
    **dict.fromkeys(("history_truncated", "incomplete_record"), _FLAG),
    "cite": "cite",
    "as_of": _INSTANT,
    "times_as_stated": _FLAG,
}
COLUMNS: Final = tuple(_TYPES)
"""The columns of a finding, in the order of its JSON, and what :mod:`missingrules.written` adds."""

CITE: Final = ("source", "title", "publisher", "published", "section", "url")
"""What stands in a citation."""


def schema() -> Any:
    """Give the ``pyarrow.Schema`` of findings. Raises :class:`MissingRulesError` without pyarrow.

    Instants are timestamps in UTC with microseconds.
    """
    pa = _pyarrow()
    types = {
        _TEXT: pa.string(),
        _LIST: pa.list_(pa.string()),
        _NUMBER: pa.int64(),
        _FLAG: pa.bool_(),
        _INSTANT: pa.timestamp("us", "UTC"),
        "cite": pa.struct([(name, pa.string()) for name in CITE]),
    }
    return pa.schema([(column, types[told]) for column, told in _TYPES.items()])


def stream(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Write rows of findings as an Arrow stream."""
    pa = _pyarrow()
    table = rows_table(rows)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def rows_table(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Make a ``pyarrow.Table`` of rows of findings, each as JSON takes it."""
    pa, made = _pyarrow(), schema()
    columns = []
    for field in made:
        cells = [row[field.name] for row in rows]
        if _TYPES.get(field.name) == _INSTANT:
            cells = [None if cell is None else dt.datetime.fromisoformat(cell) for cell in cells]
        columns.append(pa.array(cells, field.type))
    return pa.table(columns, schema=made)


def _pyarrow() -> Any:
    try:
        import pyarrow as pa
        import pyarrow.ipc
    except ImportError:
        msg = "findings as a table need pyarrow: pip install 'missingrules[scan]'"
        raise MissingRulesError(msg) from None
    return pa

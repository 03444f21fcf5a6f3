"""Tables in plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Set rows of one length in columns: the first to the left, numbers to the right.

    A name that stands over several columns is followed by empty cells; it may reach into them.
    """
    if not rows:
        return
    columns = range(len(rows[0]))
    spans = [_spanning(row) for row in rows]
    widths = [
        max(
            (len(row[column]) for row, over in zip(rows, spans, strict=True) if column not in over),
            default=0,
        )
        for column in columns
    ]
    numeric = [any(row[c][:1].isdigit() for row in rows) for c in columns]
    for row, over in zip(rows, spans, strict=True):
        line = "  "
        for column in columns:
            cell, width = row[column], widths[column]
            start = sum(widths[:column]) + 2 * column + 2
            if column in over:
                line = f"{line:{start}}{cell}"
            elif len(line) <= start:
                line = f"{line:{start}}"
                line += f"{cell:>{width}}" if column and numeric[column] else f"{cell:{width}}"
        yield line.rstrip()


def _spanning(row: Sequence[str]) -> frozenset[int]:
    """Columns of a row with a name that stands over the empty cells behind it."""
    return frozenset(
        column
        for column in range(1, len(row) - 2)
        if row[column] and not row[column + 1] and not row[column + 2]
    )

"""Findings as an Arrow table, for whoever goes on with polars, pandas, DuckDB or a Parquet file."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, Any, Final, TypeVar

from missingrules.assumed import Variation
from missingrules.errors import MissingRulesError
from missingrules.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missingrules.duties import Duty

T = TypeVar("T")

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

SENSITIVE: Final = "sensitive_to"
"""A column more, where it was asked on what findings hang that was assumed."""

OF_DUTY: Final = frozenset(
    {
        "rule",
        "title",
        "policy",
        "edition",
        "policy_digest",
        "severity",
        "authority",
        "basis",
        "timing_basis",
        "action",
        "owner",
        "cite",
    }
)
"""Columns that say what the duty is."""

INSTANTS: Final = {
    name: f"{name.removesuffix('_at')}_us" for name, told in _TYPES.items() if told == _INSTANT
}
"""Columns that hold an instant, each with the name that it has in a finding."""

CITE: Final = ("source", "title", "publisher", "published", "section", "url")
"""What stands in a citation."""


HANGS: Final = (*Variation._fields, "would_be")
"""What stands in each item of :data:`SENSITIVE`."""


def schema(*, sensitive: bool = False) -> Any:
    """Give the ``pyarrow.Schema`` of findings. Raises :class:`MissingRulesError` without pyarrow.

    Instants are timestamps in UTC with microseconds. ``sensitive`` adds :data:`SENSITIVE`.
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
    made = pa.schema([(column, types[told]) for column, told in _TYPES.items()])
    if not sensitive:
        return made
    hangs = pa.list_(pa.struct([(name, pa.string()) for name in HANGS]))
    return made.append(pa.field(SENSITIVE, hangs))


class Columns:
    """Findings by column, under the names of :data:`COLUMNS`.

    What a finding has of its duty is the same for many: :meth:`distinct` gives it once a duty,
    and :meth:`spread` lays out for every finding what was made of that. Instants are UTC
    microseconds, lists are tuples.
    """

    def __init__(
        self,
        findings: Sequence[Finding],
        times_as_stated: Sequence[bool],
        sensitive_to: Sequence[Any] | None = None,
    ) -> None:
        """Take findings, and of each whether it rests on times as stated.

        ``sensitive_to`` are the cells of :data:`SENSITIVE` as JSON takes them, if it was asked.
        """
        self._findings = findings
        cells = zip(*findings, strict=True) if findings else repeat(())
        self._made: dict[str, Sequence[Any]] = dict(zip(Finding._fields, cells, strict=False))
        self._made["times_as_stated"] = times_as_stated
        place: dict[Duty, int] = {}
        self._places = [place.setdefault(duty, len(place)) for duty in self._made["duty"]]
        self._duties = tuple(place)
        self.names = COLUMNS
        if sensitive_to is not None:
            self._made[SENSITIVE] = sensitive_to
            self.names = (*COLUMNS, SENSITIVE)

    def distinct(self, name: str) -> list[Any]:
        """Give the cells of a column of :data:`OF_DUTY`, one a duty."""
        cells = [getattr(duty, name) for duty in self._duties]
        return [cell or None for cell in cells] if name == "action" else cells

    def spread(self, cells: Sequence[T]) -> list[T]:
        """Give every finding the cell of its duty."""
        return [cells[place] for place in self._places]

    def each(self, name: str) -> Sequence[Any]:
        """Give a column, a cell a finding."""
        if name in OF_DUTY:
            return self.spread(self.distinct(name))
        name = INSTANTS.get(name, name)
        if name not in self._made:
            self._made[name] = [getattr(finding, name) for finding in self._findings]
        return self._made[name]

    def table(self) -> Any:
        """Make a ``pyarrow.Table``."""
        pa, made = _pyarrow(), schema(sensitive=SENSITIVE in self._made)
        places = pa.array(self._places, pa.int32())
        columns = [
            pa.array(self.distinct(field.name), field.type).take(places)
            if field.name in OF_DUTY
            else pa.array(self.each(field.name), field.type)
            for field in made
        ]
        return pa.table(columns, schema=made)

    def stream(self) -> bytes:
        """Write an Arrow stream."""
        table, pa = self.table(), _pyarrow()
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        return bytes(sink.getvalue())


def _pyarrow() -> Any:
    try:
        import pyarrow as pa
        import pyarrow.ipc
    except ImportError:
        msg = "findings as a table need pyarrow: pip install 'missingrules[scan]'"
        raise MissingRulesError(msg) from None
    return pa

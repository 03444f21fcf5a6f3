"""Findings as an Arrow table, for whoever goes on with polars, pandas, DuckDB or a Parquet file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from missingrules.errors import MissingRulesError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missingrules.finding import Finding

_TEXTS: Final = (
    *("finding_id", "child_id", "episode_id", "rule", "title", "policy", "edition"),
    *("policy_digest", "outcome", "severity", "authority", "basis", "timing_basis", "action"),
    *("owner", "message", "recorded_grade", "required_grade"),
)
_LISTS: Final = ("evidence", "cited", "episodes", "masked_by", "unknown")
_COUNTS: Final = ("episodes_since", "missed")
_FLAGS: Final = ("masked", "history_truncated", "incomplete_record")
_INSTANTS: Final = ("opened_at", "known_at", "due_at", "done_at", "as_of")
_CITE: Final = ("source", "title", "publisher", "published", "section", "url")


def findings_table(findings: Iterable[Finding]) -> Any:
    """Make a ``pyarrow.Table`` of findings: a row a finding, columns as the keys of their JSON.

    Instants are timestamps in UTC with microseconds. Raises :class:`MissingRulesError` without
    pyarrow.
    """
    try:
        import pyarrow as pa
    except ImportError:
        msg = "findings as a table need pyarrow: pip install 'missingrules[scan]'"
        raise MissingRulesError(msg) from None
    rows = [finding.to_dict() | _instants(finding) for finding in findings]
    types: dict[str, Any] = {name: pa.string() for name in _TEXTS}
    types |= {name: pa.list_(pa.string()) for name in _LISTS}
    types |= {name: pa.int64() for name in _COUNTS}
    types |= {name: pa.bool_() for name in _FLAGS}
    types |= {name: pa.timestamp("us", "UTC") for name in _INSTANTS}
    types["cite"] = pa.struct([(name, pa.string()) for name in _CITE])
    order = list(rows[0]) if rows else list(types)
    columns = {name: pa.array([row[name] for row in rows], types[name]) for name in order}
    return pa.table(columns)


def _instants(finding: Finding) -> dict[str, int | None]:
    return {
        "opened_at": finding.opened_us,
        "known_at": finding.known_us,
        "due_at": finding.due_us,
        "done_at": finding.done_us,
        "as_of": finding.as_of_us,
    }

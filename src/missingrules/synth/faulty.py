"""Rows that a reader must reject, to try what it does with them.

Each stands beside the good entries and takes none of them away, has an id of its own, and is wrong
in one way only, with a code that docs/log.md lists. A time without an offset is not among them: a
reader that is told the zone accepts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from missingrules.synth.said import compact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from missingrules.synth.chance import Chance

Cells: TypeAlias = dict[str, str]
Way: TypeAlias = "tuple[str, Callable[[Cells], Mapping[str, object]]]"
"""The code of the fault, and what makes a row so of a good one."""

_Text: TypeAlias = "tuple[str, Callable[[Cells], str]]"


def _without(cells: Cells, *names: str) -> Cells:
    return {name: cell for name, cell in cells.items() if name not in names}


def _child_entry(cells: Cells, **fields: str) -> Cells:
    return _without(cells, "grade", "episode_id") | fields


CELLS: Final[tuple[Way, ...]] = (
    ("missing-field", lambda cells: _without(cells, "child_id")),
    ("missing-field", lambda cells: _without(cells, "at")),
    ("missing-field", lambda cells: _without(cells, "kind")),
    ("missing-field", lambda cells: _without(cells, "grade")),
    ("missing-field", lambda cells: _without(cells, "episode_id")),
    ("bad-id", lambda cells: cells | {"child_id": cells["child_id"].replace("-", " ")}),
    ("bad-time", lambda cells: cells | {"at": _day_first(cells["at"])}),
    ("bad-time", lambda cells: cells | {"at": "45416.882"}),
    ("impossible-time", lambda cells: cells | {"at": f"{cells['at'][:10]}T24:00:00Z"}),
    ("impossible-time", lambda cells: cells | {"at": f"{cells['at'][:4]}-02-30T09:00:00Z"}),
    ("unknown-kind", lambda cells: cells | {"kind": "grade"}),
    ("unknown-field", lambda cells: cells | {"kind": "fim_notified"}),
    ("bad-value", lambda cells: cells | {"grade": "severe"}),
    ("bad-value", lambda cells: cells | {"by": "Duty Inspector"}),
    (
        "wrong-home",
        lambda cells: _without(cells, "grade") | {"kind": "marker_added", "marker": "cse"},
    ),
    ("bad-date", lambda cells: _child_entry(cells, kind="born", date_of_birth="23/05/2009")),
    ("impossible-date", lambda cells: _child_entry(cells, kind="born", date_of_birth="2009-02-30")),
)
"""Faults of one cell, which any format can hold."""

_LINES: Final[tuple[_Text, ...]] = (
    ("bad-json", lambda cells: compact(cells)[:-20]),
    ("not-an-object", lambda cells: compact(list(cells.values()))),
    ("duplicate-key", lambda cells: f'{compact(cells)[:-1]},"grade":"high"}}'),
    ("bad-id", lambda cells: compact(cells | {"child_id": 7})),
    ("nul-byte", lambda cells: compact(cells).replace("graded", "gra\0ded")),
    ("bad-utf8", lambda cells: f'{compact(cells)[:-1]},"rationale":"caf\udce9"}}'),
)
"""Faults of a line of JSON. A lone surrogate stands for a byte that is no UTF-8."""


def sample(child_id: str, episode_id: str, at: str, number: int) -> Cells:
    """Give a good row, to be made faulty."""
    return {
        "entry_id": f"faulty-{child_id}-{number:05d}",
        "child_id": child_id,
        "episode_id": episode_id,
        "at": at,
        "recorded_at": at,
        "kind": "graded",
        "by": "force_incident_manager",
        "grade": "medium",
    }


def faulty_cells(chance: Chance, cells: Cells) -> tuple[str, Mapping[str, object]]:
    """Make a row faulty in one cell; gives the code and the row."""
    code, spoil = chance.one(CELLS)
    return code, spoil(cells)


def faulty_line(chance: Chance, cells: Cells) -> tuple[str, str]:
    """Make a row faulty, or the line that it stands on; gives the code and the line."""
    way = chance.whole(0, len(CELLS) + len(_LINES) - 1)
    if way < len(CELLS):
        code, spoil = CELLS[way]
        return code, compact(spoil(cells))
    code, write = _LINES[way - len(CELLS)]
    return code, write(cells)


def _day_first(at: str) -> str:
    return f"{at[8:10]}/{at[5:7]}/{at[:4]} {at[11:16]}"

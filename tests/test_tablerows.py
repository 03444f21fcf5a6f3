"""Rows of a table are read quickly, and what comes of it is what reading them one by one gives."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missingrules import read_jsonl, tablerows
from missingrules.entry import Entry, to_json
from missingrules.language import Additions
from missingrules.tablerows import TableRows, entry_from_row
from missingrules.vocabulary import COLUMNS, standard

if TYPE_CHECKING:
    from collections.abc import Iterable

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
WORDS = standard()
ROWS = [to_json(e) for e in read_jsonl(EXAMPLES / "01_wiltshire_boy.jsonl").entries] + [
    {"child_id": "C1", "kind": "voided", "at": "2023-01-10T09:00:00Z", "episode_id": "E1"},
    {"child_id": "C1", "kind": "voided", "at": "2023-01-10T09:00:00Z", "of": "x"},
    {"child_id": "C1", "kind": "strategy_meeting_held", "at": "2023-01-10T09:00:00Z"},
]
EVERY = tuple(dict.fromkeys([*COLUMNS, *WORDS.names]))


QUICK = TableRows(EVERY, WORDS)
"""One for all rows, as for a file: what it remembers of one row must not change another."""


def both(row: dict[str, Any], columns: Iterable[str] = EVERY) -> tuple[Entry | None, object]:
    names = tuple(columns)
    table = QUICK if names == EVERY else TableRows(names, WORDS)
    return table.entry([row.get(name) for name in names]), entry_from_row(row, WORDS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['kind']}-{row['at']}")
def test_a_row_with_nothing_wrong_is_read_quickly(row: dict[str, Any]) -> None:
    quick, slow = both(row)
    assert quick == slow
    assert isinstance(quick, Entry)
    assert quick.fields == slow.fields  # type: ignore[union-attr]  # an Entry too


CELLS = st.sampled_from(
    [
        *(None, "", "  ", "\u200b", "x", "y z", "missing", "medium", "yes", "no", "not_applicable"),
        *("2023-01-10", "2023-01-10T09:00:00Z", "2023-01-10T24:00:00Z", "2023-02-30T09:00:00Z"),
        *(
            "2023-01-10T09:00:00",
            "1850-01-01T00:00:00Z",
            "2023-01-10T09:00:00+00:00",
            "\u00e9t\u00e9",
        ),
        *(True, False, 0, 1.5, [], ["self_harm"], ("cse", "self_harm"), "self_harm;cse"),
        *(dt.date(2023, 1, 10), dt.datetime(2023, 1, 10, 9, tzinfo=dt.UTC)),
        dt.datetime(2023, 1, 10, 9),  # noqa: DTZ001 - no offset, so it is refused
    ]
)


@given(st.sampled_from(ROWS), st.dictionaries(st.sampled_from(EVERY), CELLS, max_size=4))
def test_what_is_read_quickly_is_what_is_read_one_by_one(
    row: dict[str, Any], other: dict[str, Any]
) -> None:
    quick, slow = both({**row, **other})
    if quick is not None:
        assert quick == slow
        assert quick.fields == slow.fields


def test_a_row_that_is_not_read_quickly_is_left_to_be_read_again() -> None:
    row = ROWS[0]
    assert both({**row, "kind": None})[0] is None
    assert both({**row, "kind": "unheard_of"})[0] is None
    assert both({**row, "at": "yesterday"})[0] is None
    assert both({**row, "kind": "voided", "of": ""} | {"episode_id": None})[0] is None
    assert both(row, columns=("child_id", "at"))[0] is None
    assert both(row, columns=("kind", "at"))[0] is None
    assert both(row, columns=(*EVERY, "kind"))[0] is None
    assert both({**row, "": "x"}, columns=(*EVERY, ""))[0] is None


def test_a_table_of_few_columns_is_read_quickly_too() -> None:
    row = {"child_id": "C1", "kind": "strategy_meeting_held", "at": "2023-01-10T09:00:00Z"}
    for columns in (tuple(row), (*row, "by"), (*row, "by", "category"), (*row, "grade", "to")):
        quick, slow = both(row, columns)
        assert quick == slow


def test_a_word_that_one_kind_knows_is_not_taken_for_another_kind_with_a_field_of_that_name() -> (
    None
):
    told = {
        kind: {
            "of": "episode",
            "phrase": kind,
            "fields": {"finding": {"type": "choice", "values": [value]}},
        }
        for kind, value in [("door_knocked", "answered"), ("phone_rung", "engaged")]
    }
    words = WORDS.extended(Additions.model_validate({"kinds": told}))
    table = TableRows(("child_id", "episode_id", "kind", "at", "finding"), words)

    def read(kind: str, finding: str) -> Entry | None:
        return table.entry(("C1", "E1", kind, "2023-01-10T09:00:00Z", finding))

    assert read("door_knocked", "answered") is not None
    assert read("phone_rung", "answered") is None
    assert read("phone_rung", "engaged") is not None


def test_more_different_cells_than_are_remembered_are_read_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tablerows, "_SEEN", 3)
    table = TableRows(EVERY, WORDS)
    for row in [*ROWS, *ROWS]:
        assert table.entry([row.get(name) for name in EVERY]) == entry_from_row(row, WORDS)

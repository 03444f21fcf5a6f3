"""What holds for every file, however nasty."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from missingrules.errors import LogError, MissingRulesError
from missingrules.reading.delimited import Delimited
from missingrules.reading.extract import read_files
from missingrules.reading.mapping import load_mapping

if TYPE_CHECKING:
    import pytest

MAPPING = load_mapping(Path(__file__).parent / "bad_extracts" / "mapping.yaml")
HEADER = "PERSON,EPISODE,DOB,REPORTED,GRADE,RETURNED"
CELLS = st.sampled_from(
    [
        *("C1", "E1", "01/02/2009", "10/01/2023 09:00", "29/10/2023 01:30", "M", "H", "", " "),
        *('"', '""', '"M"', 'x"y', '"a\nb"', '"open', "é", "\udce9", "\0", "=1+1", "\u200b", "'"),
        *("31/02/2023", "44936", "C1,E2", "\u2028", "-", "1" * 200),
    ]
)
LINES = st.lists(CELLS, min_size=4, max_size=8).map(",".join) | st.just(
    "C1,E1,01/02/2009,10/01/2023 09:00,M,"
)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
ROWS = st.lists(st.tuples(LINES, ENDS).map("".join), max_size=12).map("".join)


def bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


@given(ROWS)
def test_every_row_is_accounted_for_whatever_the_cells_hold(
    tmp_path_factory: pytest.TempPathFactory, rows: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(bytes_of(f"{HEADER}\n{rows}"))
    log = read_files([path], mapping=MAPPING)
    assert log.rows == log.accepted + log.duplicates + log.rejected + log.left_out
    places = {fault.line for fault in log.faults}
    assert log.rejected + log.partly == len(places)
    assert {entry.child_id for entry in log.entries if log.partly == log.accepted} <= log.incomplete


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_our_words(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    for name in ("any.csv", "any.jsonl", "any.csv.gz", "any.jsonl.zst", "any.parquet"):
        path = tmp_path_factory.getbasetemp() / name
        path.write_bytes(raw)
        for mapping in (None, MAPPING):
            try:
                log = read_files([path], mapping=mapping)
            except MissingRulesError:
                continue
            assert log.rows == log.accepted + log.duplicates + log.rejected


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
            min_size=3,
            max_size=3,
        ).filter(lambda cells: any(c.strip() for c in cells)),
        max_size=8,
    )
)
def test_what_the_standard_library_writes_is_read_back(rows: list[list[str]]) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(["a", "b", "c"])
    writer.writerows(rows)
    read = Delimited(io.BytesIO(file.getvalue().encode()), source="x")
    assert [row.cells for row in read if row.trouble is None] == [
        row for row in rows if any(c for c in row)
    ]


@given(st.binary(max_size=100))
def test_a_reader_of_delimited_text_ends(raw: bytes) -> None:
    try:
        read = Delimited(io.BytesIO(raw), source="x")
    except LogError:
        return
    assert sum(1 for _ in read) <= len(raw)

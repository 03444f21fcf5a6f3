"""Tables in memory, of whatever library: read as files are, and findings given back as one."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from missingrules import LogError, Policy, read_jsonl, scan, written
from missingrules.entry import to_json
from missingrules.reading.extract import read_files, read_table, read_tables
from missingrules.reading.faults import MappingError
from missingrules.reading.mapping import load_mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
BOY = read_jsonl(EXAMPLES / "01_wiltshire_boy.jsonl")
EXTRACTS = EXAMPLES / "07_extracts"


def arrow(rows: list[dict[str, Any]]) -> pa.Table:
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: [row.get(name) for row in rows] for name in names})


def typed(rows: list[dict[str, Any]]) -> pa.Table:
    """Make a table with times as timestamps and kinds as categories."""
    table = arrow(rows)
    for name in ("at", "recorded_at"):
        place = table.column_names.index(name)
        times = [dt.datetime.fromisoformat(text) for text in table[name].to_pylist()]
        table = table.set_column(place, name, pa.array(times, pa.timestamp("ns", "Europe/London")))
    kind = table.column_names.index("kind")
    return table.set_column(kind, "kind", table["kind"].dictionary_encode())


def relation(table: pa.Table) -> Any:
    # Not imported at the top: modules of tests are kept to the very end, and it complains of that.
    import duckdb

    return duckdb.from_arrow(table)


ROWS = [to_json(entry) for entry in BOY.entries]
LIBRARIES: dict[str, Callable[[pa.Table], Any]] = {
    "pyarrow": lambda table: table,
    "polars": pl.DataFrame,
    "pandas": lambda table: table.to_pandas(),
    "duckdb": relation,
}


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("made", [arrow, typed], ids=["as text", "with types"])
def test_a_table_is_the_log_that_a_file_with_the_same_rows_is(
    library: str, made: Callable[[list[dict[str, Any]]], pa.Table]
) -> None:
    assert read_table(LIBRARIES[library](made(ROWS))).entries == BOY.entries


def test_a_scan_takes_a_table_and_gives_what_it_gives_for_the_log() -> None:
    policy = Policy.load("wiltshire")
    table = pl.DataFrame(typed(ROWS))
    from_table, from_log = scan(table, policy), scan(BOY, policy)
    assert from_table.to_dict() == from_log.to_dict()
    found = from_table.to_arrow()
    assert found.num_rows == sum(1 for _ in from_log.findings())
    meeting = pl.DataFrame(found).filter(pl.col("rule") == "strategy-meeting").to_dicts()
    assert [(m["outcome"], m["episodes"][0], m["masked"]) for m in meeting] == [
        ("breached", "W-0001", True)
    ]
    assert meeting[0]["due_at"] == dt.datetime(2023, 1, 11, tzinfo=dt.UTC)
    assert meeting[0]["cite"]["publisher"] == "HMICFRS"


def test_the_columns_of_a_table_of_findings_are_the_keys_of_their_json() -> None:
    done = scan(BOY, Policy.load("wiltshire"))
    first = next(done.findings())
    assert done.to_arrow().column_names == [*first.to_dict(), "times_as_stated"]
    assert done.to_arrow().to_pylist()[0]["message"] == first.message


def test_a_table_of_no_findings_has_its_columns_and_types() -> None:
    empty = written.table([])
    assert empty.num_rows == 0
    assert set(empty.column_names) == set(scan(BOY, Policy.load("england")).to_arrow().column_names)
    assert empty.schema.field("opened_at").type == pa.timestamp("us", "UTC")


def test_tables_are_read_by_a_mapping_and_its_names_of_tables() -> None:
    mapping = load_mapping("police_misper")
    files = sorted(EXTRACTS.glob("misper_*.csv"))
    held = {
        name: pl.read_csv(EXTRACTS / f"misper_{name}.csv", infer_schema=False)
        for name in ("episodes", "markers", "aliases")
    }
    log = read_tables(held, mapping=mapping)
    assert log.entries == read_files(files, mapping=mapping).entries
    assert {fault.source for fault in log.faults} == {"episodes"}


def test_a_mapping_of_one_table_needs_no_name_and_others_do() -> None:
    table = pd.read_csv(EXTRACTS / "ssda903_missing.csv")  # open ends become missing values
    log = read_table(table, mapping=load_mapping("ssda903"))
    assert (log.rows, log.accepted, log.duplicates, log.partly) == (10, 9, 1, 3)
    with pytest.raises(MappingError, match="unplaced-file"):
        read_table(table, mapping=load_mapping("police_misper"))
    with pytest.raises(MappingError, match="no-file: there is no file for its table markers"):
        read_table(table, mapping=load_mapping("police_misper"), name="episodes")


def test_a_time_of_day_without_a_date_is_no_time() -> None:
    row = {"child_id": ["C1"], "episode_id": ["E1"], "kind": ["reported"]}
    log = read_table(pa.table({**row, "at": [dt.time(9, 0)]}))
    assert [fault.code for fault in log.faults] == ["bad-time"]


def test_a_stream_of_rows_that_breaks_off_is_told_and_keeps_what_came_before() -> None:
    schema = arrow(ROWS).schema

    def batches() -> Iterator[pa.RecordBatch]:
        yield from arrow(ROWS).to_batches()
        raise OSError

    log = read_table(pa.RecordBatchReader.from_batches(schema, batches()))
    assert log.entries == BOY.entries
    assert len(log.faults) == 1


def test_times_without_an_offset_need_a_zone() -> None:
    row = {"child_id": ["C1"], "episode_id": ["E1"], "kind": ["reported"]}
    table = pd.DataFrame({**row, "at": pd.to_datetime(["2023-07-01 09:00"])})
    assert [fault.code for fault in read_table(table).faults] == ["naive-time"]
    (entry,) = read_table(table, zone="Europe/London").entries
    assert entry.at == 1688198400000000


FAR = 2**62
NOT_UTF_8 = pa.array([b"C1", b"Secret\xff", b"C3"], pa.binary()).view(pa.string())


@pytest.mark.parametrize(
    ("name", "cells", "code"),
    [
        ("at", pa.array([0, FAR, 0], pa.int64()).cast(pa.date64()), "bad-time"),
        ("at", pa.array([0, FAR, 0], pa.int64()).cast(pa.timestamp("us", "UTC")), "bad-time"),
        ("date_of_birth", pa.array([0, FAR, 0], pa.int64()).cast(pa.date64()), "bad-date"),
        ("date_of_birth", pa.array([0, 2**31 - 1, 0], pa.int32()).cast(pa.date32()), "bad-date"),
        ("child_id", NOT_UTF_8, "bad-utf8"),
        ("child_id", NOT_UTF_8.cast(pa.large_string(), safe=False), "bad-utf8"),
        ("child_id", NOT_UTF_8.dictionary_encode(), "bad-utf8"),
        ("by", pa.array([None, [FAR], []], pa.list_(pa.timestamp("us"))), "bad-value"),
    ],
)
def test_a_value_that_python_cannot_hold_is_a_fault_of_its_row_and_stops_nothing(
    name: str, cells: pa.Array, code: str
) -> None:
    columns = {
        "child_id": pa.array(["C1", "C2", "C3"]),
        "kind": pa.array(["born"] * 3),
        "at": pa.array(["2023-01-10T09:00:00Z"] * 3),
        "date_of_birth": pa.array(["2009-02-01"] * 3),
    }
    log = read_table(pa.table(columns | {name: cells}), zone="UTC")
    (fault,) = [each for each in log.faults if each.line == 2]
    assert fault.code == code
    assert "Secret" not in f"{fault} {fault.held}"
    assert log.rows == 3


def test_what_is_no_table_is_refused_by_its_type() -> None:
    with pytest.raises(TypeError, match=r"must offer the Arrow PyCapsule interface.*not list"):
        read_table([1, 2])
    with pytest.raises(LogError, match=r"duplicate-column: several columns have one name: .*1, 2"):
        read_table(pa.Table.from_arrays([pa.array([1])] * 2, ["kind", "kind"]))


def test_reading_a_log_loads_none_of_the_heavy_libraries() -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from missingrules.reading.extract import read_files\n"
        f"read_files([Path({str(EXAMPLES / '01_wiltshire_boy.jsonl')!r})])\n"
        "print(*sorted(set(sys.modules) & {'duckdb', 'pyarrow', 'pandas', 'zstandard'}))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == []

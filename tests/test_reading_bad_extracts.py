"""Nasty files, each beside exactly what must be said about it.

For each file of ``bad_extracts``, or folder of files, ``expected/NAME.txt`` has the exit code, what
became of the rows, and every fault. A file that begins with ``canonical`` is read without a
mapping, others with ``NAME.yaml`` or, where there is none, with ``mapping.yaml``. What would be
awkward to keep as bytes is made here.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
import zstandard
from pyarrow import parquet

from missingrules import text
from missingrules.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).parent / "bad_extracts"
EXPECTED = FOLDER / "expected"
STANDING = sorted(
    path
    for path in FOLDER.iterdir()
    if path.suffix != ".yaml" and path != EXPECTED and path.name[0] != "."
)

HEADER = "PERSON,EPISODE,DOB,REPORTED,GRADE,RETURNED\n"
ROWS = "".join(
    f"C{n % 500},E{n},01/02/2009,{n % 28 + 1:02}/01/2023 09:00,M,\n" for n in range(2_000)
)
LONDON = "Europe/London"
AT = dt.datetime(2023, 7, 1, 9, 0)  # noqa: DTZ001 - the zone is that of a column, or none


def typed(**columns: Any) -> pa.Table:
    """Make a table of two episodes with columns of the types that databases have."""
    made: dict[str, Any] = {
        "PERSON": pa.array([17, 18], pa.int64()),
        "EPISODE": pa.array(["E1", "E2"]).dictionary_encode(),
        "DOB": pa.array([dt.date(2009, 2, 1), None], pa.date32()),
        "REPORTED": pa.array([AT, AT], pa.timestamp("us")),
        "GRADE": pa.array(["H", None], pa.large_string()),
        "RETURNED": pa.array([AT, None], pa.timestamp("ns", LONDON)),
    }
    return pa.table(made | columns)


def write(table: pa.Table, path: Path) -> None:
    parquet.write_table(table, path)


def long_cell(folder: Path) -> Path:
    path = folder / "long_cell.csv"
    long = "Secret " * 150_000
    path.write_text(
        HEADER.replace("GRADE", "GRADE,NOTE")
        + f"C1,E1,01/02/2009,10/01/2023 09:00,M,{long},\n"
        + f"C1,E2,01/02/2009,10/01/2023 09:00,{long},,\n"
        + f"{long},E3,01/02/2009,10/01/2023 09:00,M,,\n"
    )
    return path


def long_line(folder: Path) -> Path:
    path = folder / "long_line.csv"
    rows = HEADER, ROWS[:42], '"', "Secret," * 1_600_000, "\n", ROWS[42:84]
    path.write_text("".join(rows))
    return path


def long_header(folder: Path) -> Path:
    path = folder / "long_header.csv"
    path.write_text("Secret," * 1_600_000)
    return path


def quote_never_closed_in_a_long_file(folder: Path) -> Path:
    path = folder / "quote_never_closed_in_a_long_file.csv"
    path.write_text(f'{HEADER}C1,E,01/02/2009,10/01/2023 09:00,"M,\n{ROWS * 2}')
    return path


def packed(folder: Path) -> Path:
    path = folder / "packed.CSV.GZ"
    path.write_bytes(gzip.compress((HEADER + ROWS).encode()))
    return path


def packed_breaking_off(folder: Path) -> Path:
    path = folder / "packed_breaking_off.csv.gz"
    whole = gzip.compress((HEADER + ROWS).encode(), 0, mtime=0)  # as stored: the same everywhere
    path.write_bytes(whole[:60_000])
    return path


def packed_and_damaged(folder: Path) -> Path:
    path = folder / "packed_and_damaged.csv.gz"
    whole = bytearray(gzip.compress((HEADER + ROWS).encode(), 0, mtime=0))
    whole[-3] ^= 1  # the check sum at the end
    path.write_bytes(whole)
    return path


def zst(folder: Path) -> Path:
    path = folder / "zst.csv.zst"
    frames = [zstandard.compress(part.encode()) for part in (HEADER, ROWS)]
    path.write_bytes(b"".join(frames))
    return path


def zst_breaking_off(folder: Path) -> Path:
    path = folder / "zst_breaking_off.csv.zst"
    header, rows = (zstandard.compress(part.encode()) for part in (HEADER + ROWS[:84], ROWS))
    path.write_bytes(header + rows[: len(rows) // 2])
    return path


def zst_that_is_none(folder: Path) -> Path:
    path = folder / "zst_that_is_none.csv.zst"
    path.write_text(HEADER)
    return path


def canonical_packed_breaking_off(folder: Path) -> Path:
    path = folder / "canonical_packed_breaking_off.jsonl.gz"
    row = '{"child_id": "C1", "episode_id": "E1", "at": "2023-01-10T09:00:00Z", "kind": "reported"}'
    path.write_bytes(gzip.compress(f"{row}\n".encode())[:-9])
    return path


def objects_packed_breaking_off(folder: Path) -> Path:
    path = folder / "objects_packed_breaking_off.ndjson.zst"
    row = {"PERSON": "C1", "EPISODE": "E1", "REPORTED": "10/01/2023 09:00", "DOB": ""}
    line = json.dumps(row | {"GRADE": "", "RETURNED": ""}) + "\n"
    path.write_bytes(zstandard.compress(line.encode()) + zstandard.compress(b"{}" * 99)[:-4])
    return path


def parquet_with_types(folder: Path) -> Path:
    path = folder / "parquet_with_types[1].parquet"  # to DuckDB the name is a pattern
    write(typed(), path)
    return path


def parquet_with_other_types(folder: Path) -> Path:
    path = folder / "parquet_with_other_types.parquet"
    write(
        typed(
            PERSON=pa.array([17.0, 17.5]),
            GRADE=pa.array([["H"], []], pa.list_(pa.string())),
            DOB=pa.array([AT, AT], pa.timestamp("us")),
            RETURNED=pa.array([True, None]),
        ),
        path,
    )
    return path


def parquet_with_odd_times(folder: Path) -> Path:
    path = folder / "parquet_with_odd_times.parquet"
    skipped, twice = dt.datetime(2023, 3, 26, 1, 30), dt.datetime(2023, 10, 29, 1, 30)  # noqa: DTZ001
    write(
        typed(
            REPORTED=pa.array([skipped, twice], pa.timestamp("ms")),
            RETURNED=pa.array([2**62, -(2**62)], pa.timestamp("us")),
            DOB=pa.array([2**31 - 1, None], pa.date32()),
        ),
        path,
    )
    return path


def parquet_without_a_column(folder: Path) -> Path:
    path = folder / "parquet_without_a_column.parquet"
    write(typed().drop_columns(["GRADE"]), path)
    return path


def parquet_without_rows(folder: Path) -> Path:
    path = folder / "parquet_without_rows.parquet"
    write(typed().slice(0, 0), path)
    return path


def parquet_breaking_off(folder: Path) -> Path:
    path = folder / "parquet_breaking_off.parquet"
    write(typed(), path)
    path.write_bytes(path.read_bytes()[:-40])
    return path


def parquet_with_a_damaged_name(folder: Path) -> Path:
    path = folder / "parquet_with_a_damaged_name.parquet"
    write(typed(), path)
    path.write_bytes(path.read_bytes().replace(b"GRADE", b"GRA\xc3("))
    return path


def parquet_damaged_inside(folder: Path) -> Path:
    path = folder / "parquet_damaged_inside.parquet"
    ids = [f"C{n:06}" for n in range(50_000)]
    same: dict[str, Any] = {name: [None] * len(ids) for name in HEADER.strip().split(",")}
    table = pa.table(same | {"PERSON": ids}).cast(pa.schema([(n, pa.string()) for n in same]))
    parquet.write_table(table, path, compression="zstd", use_dictionary=False)
    whole = bytearray(path.read_bytes())
    whole[2_000:3_000] = b"\xaa" * 1_000
    path.write_bytes(whole)
    return path


def canonical_typed(folder: Path) -> Path:
    path = folder / "canonical_typed.parquet"
    times = [AT, AT, None]
    columns = {
        "child_id": ["C1", "C1", "C2"],
        "episode_id": ["E1", "E1", "E2"],
        "kind": ["reported", "graded", "reported"],
        "at": pa.array(times, pa.timestamp("us", "UTC")),
        "recorded_at": pa.array([None, AT, None], pa.timestamp("us")),
        "refers_to": pa.array([None, ["self_harm"], None], pa.list_(pa.string())),
        "grade": [None, "high", None],
    }
    write(pa.table(columns), path)
    return path


def folder_named_as_a_file(folder: Path) -> Path:
    path = folder / "folder_named_as_a_file.csv"
    path.mkdir()
    return path


def not_there(folder: Path) -> Path:
    return folder / "not_there.csv"


def pattern_without_files(folder: Path) -> Path:
    return folder / "pattern_without_files_*.csv"


MADE = (
    canonical_packed_breaking_off,
    canonical_typed,
    folder_named_as_a_file,
    long_cell,
    long_header,
    long_line,
    not_there,
    objects_packed_breaking_off,
    packed,
    packed_and_damaged,
    packed_breaking_off,
    parquet_breaking_off,
    parquet_damaged_inside,
    parquet_with_a_damaged_name,
    parquet_with_odd_times,
    parquet_with_other_types,
    parquet_with_types,
    parquet_without_a_column,
    parquet_without_rows,
    pattern_without_files,
    quote_never_closed_in_a_long_file,
    zst,
    zst_breaking_off,
    zst_that_is_none,
)


def outcome(path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """Scan a file as the command does, and tell what came of it."""
    name = path.name.split(".")[0].split("[")[0]
    arguments = ["missingrules", "scan", str(path), "--policy", str(FOLDER / "policy.yaml")]
    own = FOLDER / f"{name}.yaml"
    if not name.startswith("canonical"):
        arguments += ["--mapping", str(own if own.exists() else FOLDER / "mapping.yaml")]
    monkeypatch.setattr(sys, "argv", [*arguments, "--format", "json"])
    monkeypatch.setattr(text.Page, "paragraph", lambda _page, _text: None)  # only faults are left
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    lines = [f"exit {ended.value.code}"]
    if out:
        rows = json.loads(out)["rows"]
        assert rows["read"] == (
            rows["accepted"] + rows["duplicates"] + rows["rejected"] + rows["left_out"]
        )
        lines.append(
            f"rows {rows['read']} = {rows['accepted']} accepted + {rows['duplicates']} duplicates"
            f" + {rows['rejected']} rejected + {rows['left_out']} left out"
            f"; {rows['partly_read']} read in part"
            + (f"; {nobody} name no child" if (nobody := rows["rejected_without_child"]) else "")
        )
    told = err.replace(f"{path.parent}{os.sep}", "").replace(f"{FOLDER}{os.sep}", "")
    return "\n".join([*lines, told]).strip()


def expected(name: str) -> str:
    return (EXPECTED / f"{name}.txt").read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("path", STANDING, ids=lambda path: path.name)
def test_a_nasty_file_ends_as_it_should(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = outcome(path, monkeypatch, capsys)
    assert told == expected(path.name.split(".")[0])
    assert "Secret" not in told.replace("Secret report", "").replace("Secret name", "")


@pytest.mark.parametrize("make", MADE, ids=lambda make: make.__name__)
def test_a_nasty_file_that_is_made_ends_as_it_should(
    make: Callable[[Path], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = outcome(make(tmp_path), monkeypatch, capsys)
    assert told == expected(make.__name__)
    assert "Secret" not in told


def test_there_are_many_nasty_files_and_each_has_its_outcome() -> None:
    names = [path.name.split(".")[0] for path in STANDING] + [make.__name__ for make in MADE]
    assert sorted(path.stem for path in EXPECTED.iterdir()) == sorted(names)
    assert len(names) == len(set(names)) >= 100

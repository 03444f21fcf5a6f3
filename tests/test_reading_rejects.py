"""The file of rejects: where, what class of value and why, and never a value."""

from __future__ import annotations

import csv
import datetime as dt
import decimal
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from missingrules import LogError, read_jsonl
from missingrules.errors import Fault
from missingrules.log import Intake, Log
from missingrules.reading.extract import read_files
from missingrules.reading.mapping import load_mapping
from missingrules.reading.rejects import COLUMNS, write_rejects
from missingrules.spreadsheets import defused
from missingrules.values import class_of

if TYPE_CHECKING:
    from collections.abc import Iterator

EXTRACTS = Path(__file__).resolve().parent.parent / "examples" / "07_extracts"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_fault_is_a_row_with_its_place_and_the_class_of_the_value(tmp_path: Path) -> None:
    log = read_files(sorted(EXTRACTS.glob("misper_*.csv")), mapping=load_mapping("police_misper"))
    place = tmp_path / "rejects.csv"
    assert write_rejects(log, place) == len(log.faults) == 3
    found = rows(place)
    assert tuple(found[0]) == COLUMNS
    assert [(r["line"], r["column"], r["value"], r["code"], r["row"]) for r in found] == [
        ("10", "6", "text of 19 characters", "skipped-time", "partly read"),
        ("11", "2", "text of 10 characters", "bad-date", "partly read"),
        ("12", "1", "", "missing-field", "rejected"),
    ]
    assert found[0]["source"].endswith("misper_episodes.csv")
    assert "2023-03-26" not in place.read_text(encoding="utf-8")


def test_rejected_rows_of_canonical_logs_tell_the_class_too(tmp_path: Path) -> None:
    log = read_jsonl(
        [
            '{"child_id": "Secret Name", "at": "yesterday", "kind": "born"}',
            '{"child_id": 7, "at": "2023-01-10T09:00:00Z", "kind": "born", "date_of_birth": ""}',
        ]
    )
    write_rejects(log, tmp_path / "rejects.csv")
    told = {(r["line"], r["code"], r["value"]) for r in rows(tmp_path / "rejects.csv")}
    assert ("1", "bad-time", "text of 9 characters") in told
    assert ("1", "bad-id", "text of 11 characters") in told
    assert ("2", "bad-id", "number") in told
    assert ("2", "missing-field", "empty") in told


def test_no_cell_is_a_formula_to_a_spreadsheet(tmp_path: Path) -> None:
    intake = Intake()
    intake.reject([Fault("=cmd|'/c calc'!A1.csv", 3, 1, "bad-id", "@column\n is wrong", "+1")])
    write_rejects(intake.log(), tmp_path / "rejects.csv")
    (row,) = rows(tmp_path / "rejects.csv")
    assert row["source"] == "'=cmd|'/c calc'!A1.csv"
    assert row["reason"] == "'@column is wrong"
    assert row["hint"] == "'+1"
    assert defused("plain") == "plain"


def test_a_fault_without_a_place_has_none(tmp_path: Path) -> None:
    log = Log(faults=(Fault("a.csv", 0, 0, "trimmed-ids", "two", row="not a row of the log"),))
    write_rejects(log, tmp_path / "rejects.csv")
    (row,) = rows(tmp_path / "rejects.csv")
    assert (row["line"], row["column"], row["row"]) == ("", "", "not a row of the log")


def test_without_faults_there_is_a_file_with_a_header(tmp_path: Path) -> None:
    assert write_rejects(Log(), tmp_path / "rejects.csv") == 0
    assert (tmp_path / "rejects.csv").read_bytes() == (
        b"\xef\xbb\xbf" + ",".join(COLUMNS).encode() + b"\r\n"
    )


def test_what_was_there_stays_where_writing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "rejects.csv"
    place.write_text("old")

    def full(_self: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_rejects(Log(), place)
    assert os.listdir(tmp_path) == ["rejects.csv"]  # noqa: PTH208 - Path is patched
    assert place.read_text() == "old"


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (None, "empty"),
        ("  ", "empty"),
        ([], "empty"),
        ("x", "text of 1 character"),
        ("Secret", "text of 6 characters"),
        (True, "true or false"),
        (7, "number"),
        (7.5, "number"),
        (decimal.Decimal(1), "number"),
        (dt.date(2023, 1, 1), "date"),
        (dt.datetime(2023, 1, 1, tzinfo=dt.UTC), "time"),
        (["a", "b"], "list of 2"),
        ({"a": 1}, "object"),
        (b"x", "other"),
    ],
)
def test_the_class_of_a_value_never_shows_the_value(cell: object, told: str) -> None:
    assert class_of(cell) == told


def test_a_file_that_may_not_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("PERSON_ID\n")

    def refuse(_path: Path) -> Iterator[bytes]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("missingrules.reading.tables.opened", refuse)
    with pytest.raises(LogError, match="unreadable-file: cannot be read: Permission denied"):
        read_files([path])

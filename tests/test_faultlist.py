"""A list of faults that may be far too many for memory."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from missingrules import Policy, faultlist, synth
from missingrules.errors import Fault, LogError
from missingrules.faultlist import FaultList
from missingrules.reading.rejects import write_rejects
from missingrules.sweep import swept

if TYPE_CHECKING:
    from pathlib import Path


def made(number: int) -> list[Fault]:
    """Faults of three files, in no order."""
    places = sorted(range(number), key=lambda at: at * 7919 % 104_729)
    return [Fault(f"{at % 3}.csv", at, 1, "bad-time", "`at` is no time") for at in places]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faultlist, "HELD", 50)
    monkeypatch.setattr(faultlist, "_BLOCK", 7)


def test_faults_held_in_memory_are_a_plain_tuple_in_order_of_place() -> None:
    listed = FaultList()
    listed.extend(made(20))
    assert listed.settled() == tuple(sorted(made(20)))


@pytest.mark.usefixtures("small")
def test_faults_set_aside_are_the_same_in_the_same_order(tmp_path: Path) -> None:
    listed, faults = FaultList(tmp_path), made(333)
    for fault in faults:
        listed.extend([fault])
    found = listed.settled()
    assert found is listed
    assert len(found) == 333
    assert list(found) == sorted(faults)
    assert list(zip(found, found, strict=True)) == [(each, each) for each in sorted(faults)]
    assert found[:3] == tuple(sorted(faults)[:3])
    assert (found[0], found[-1]) == (min(faults), max(faults))
    with pytest.raises(IndexError):
        found[333]
    assert not list(tmp_path.iterdir())  # the file has no name


@pytest.mark.usefixtures("small")
def test_the_file_is_let_go_with_the_list(tmp_path: Path) -> None:
    listed = FaultList(tmp_path)
    listed.extend(made(60))
    file = listed._file
    assert file is not None
    del listed
    gc.collect()
    assert file.closed


@pytest.mark.usefixtures("small")
def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    listed = FaultList(tmp_path / "is not there")
    with pytest.raises(LogError, match="rejected rows could not be set aside on disk: No such"):
        listed.extend(made(60))


@pytest.mark.usefixtures("small")
def test_a_scan_of_which_every_row_is_rejected_tells_all_of_them(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    synth.write(log, episodes=100, seed=1)
    head, *rows = log.read_text(encoding="utf-8").splitlines()
    column = head.split(",").index("at")
    spoilt = [",".join([*row.split(",")[:column], "yesterday"]) for row in rows]
    log.write_text("\n".join([head, *spoilt]), encoding="utf-8")
    with swept([log], Policy.load("wiltshire")) as sweep:
        assert list(sweep.parts(formats=("jsonl",))) == []
        books = sweep.books
    assert books.rejected == books.rows == len(rows)
    assert len(books.faults) >= len(rows)
    assert isinstance(books.faults, FaultList)
    out = tmp_path / "rejects.csv"
    assert write_rejects(books, out) == len(books.faults)
    lines = out.read_text(encoding="utf-8-sig").splitlines()[1:]
    assert len(lines) == len(books.faults)
    assert {int(line.split(",")[1]) for line in lines} == set(range(2, len(rows) + 2))

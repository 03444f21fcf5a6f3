"""Entries set aside on disk come back as a log in memory holds them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from build import log, missing
from missingrules.entry import Entry
from missingrules.errors import Fault
from missingrules.log import Intake
from missingrules.sweep.spool import Spool, entries_of, packed, unpacked

if TYPE_CHECKING:
    from pathlib import Path

KINDS = """
    E1 2023-01-10 09:00 reported missing_since=07:30 whereabouts=unknown
    E1 2023-01-10 09:05 categorised category=missing by=call_handler recorded=09:40 area=North
    E1 2023-01-10 09:05 ppn_submitted carries=self_harm,cse authority=Wiltshire
    -  2023-01-10 09:05 born date_of_birth=2010-02-03
    -  2023-01-11 10:00 strategy_meeting_held
"""


@pytest.mark.parametrize("entry", log(KINDS), ids=lambda entry: entry.kind)
def test_an_entry_is_the_same_when_it_comes_back(entry: Entry) -> None:
    assert unpacked(packed(entry)) == entry


def test_nothing_but_the_answer_is_written_to_standard_output(tmp_path: Path) -> None:
    # Where no file is run, DuckDB takes it that somebody is watching, and draws a bar.
    source = (
        "from pathlib import Path; from missingrules.sweep.spool import _Disk; "
        f"disk = _Disk(Path({str(tmp_path)!r}), '1GB', None); "
        "print(disk._db.execute(\"SELECT current_setting('enable_progress_bar')\").fetchone())"
    )
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, check=True, text=True
    )
    assert done.stdout == "(False,)\n"


def rows() -> st.SearchStrategy[list[tuple[Entry, ...]]]:
    """Rows of a few entries, often the same entry, or the same id over another content."""
    ids = st.sampled_from("abc")
    days = st.integers(1, 3)
    children = st.sampled_from(("C1", "C2"))
    entry = st.builds(
        lambda entry_id, child, day, recorded: Entry(
            entry_id, child, None, "escalated", day, day + recorded, None, {}
        ),
        ids,
        children,
        days,
        st.integers(0, 1),
    )
    return st.lists(st.lists(entry, min_size=1, max_size=3).map(tuple), max_size=8)


@pytest.mark.parametrize("in_memory", [0, 100], ids=["on disk", "in memory"])
@settings(max_examples=25)
@given(given_rows=rows())
def test_a_spool_settles_duplicates_and_conflicts_as_an_intake_does(
    tmp_path_factory: pytest.TempPathFactory, in_memory: int, given_rows: list[tuple[Entry, ...]]
) -> None:
    plain = Intake()
    with Spool(tmp_path_factory.mktemp("spool"), in_memory=in_memory) as spool:
        for entries in given_rows:
            plain.take(entries, (), entries[0].child_id)
            spool.take(entries, (), entries[0].child_id)
        spool.settle()
        wanted = plain.log()
        assert spool.on_disk == (in_memory == 0 and bool(given_rows))
        came = [entries_of(child) for chunk in spool.children(1) for child in chunk]
        assert [entry for child in came for entry in child] == list(wanted.entries)
        assert [child[0].child_id for child in came] == list(wanted.by_child())
        books = spool.log()
    assert (books.accepted, books.duplicates, books.rows) == (
        wanted.accepted,
        wanted.duplicates,
        wanted.rows,
    )
    assert books.conflicts == wanted.conflicts
    assert books.incomplete == wanted.incomplete
    assert spool.first == wanted.first
    assert spool.latest == max((entry.recorded for entry in wanted.entries), default=None)
    assert spool.size == len(wanted.by_child())


@pytest.mark.parametrize("in_memory", [0, 100], ids=["on disk", "in memory"])
def test_chunks_hold_whole_children(tmp_path: Path, in_memory: int) -> None:
    with Spool(tmp_path, in_memory=in_memory) as spool:
        for child in ("C3", "C1", "C2"):
            for entry in log(missing(0, 1, 2), child=child):
                spool.accept(replace(entry, entry_id=f"{child}.{entry.entry_id}"))
        spool.settle()
        chunks = [[entries_of(child)[0].child_id for child in chunk] for chunk in spool.children(7)]
        assert chunks == [["C1", "C2"], ["C3"]]
        assert [len(child) for chunk in spool.children(100) for child in chunk] == [6, 6, 6]


FAULT = Fault("log", 3, 0, "bad-value", "is not what it must be", "")


@pytest.mark.parametrize(
    ("kept", "faults"),
    [
        pytest.param(1, (FAULT,), id="a row of which something was left out"),
        pytest.param(0, (FAULT,), id="a row of which nothing could be read"),
        pytest.param(1, (), id="a row without a fault"),
    ],
)
@pytest.mark.parametrize("in_memory", [0, 100])
def test_a_spool_keeps_account_of_rows_as_an_intake_does(
    tmp_path: Path, kept: int, faults: tuple[Fault, ...], in_memory: int
) -> None:
    plain = Intake()
    entries = tuple(log(KINDS)[:kept])
    plain.take(entries, faults, "C1")
    wanted = plain.log()
    with Spool(tmp_path, in_memory=in_memory) as spool:
        spool.take(entries, faults, "C1")
        spool.settle()
        books = spool.log()
    for name in ("rows", "accepted", "duplicates", "partly", "faults", "incomplete"):
        assert getattr(books, name) == getattr(wanted, name), name


def test_what_is_written_to_disk_in_several_batches_comes_back_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("missingrules.sweep.spool._BATCH", 2)
    entries = sorted(log(missing(*range(5))), key=lambda entry: entry.entry_id)
    with Spool(tmp_path, in_memory=1) as spool:
        for entry in entries:
            spool.accept(entry)
        spool.settle()
        assert spool.on_disk
        came = [
            entry for chunk in spool.children(9) for child in chunk for entry in entries_of(child)
        ]
    assert sorted(came, key=lambda entry: entry.entry_id) == entries

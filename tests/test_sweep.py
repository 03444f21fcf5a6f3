"""A log of any size is judged as one in memory is, whoever judges which part of it."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import signal
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from build import at
from missingrules import Policy, read_jsonl, scan, synth, written
from missingrules.errors import LogError, MissingRulesError
from missingrules.figures import Gathered
from missingrules.pseudonyms import Pseudonyms
from missingrules.reading.extract import read_files
from missingrules.reading.quality import look_at
from missingrules.selection import Selection
from missingrules.sweep import spool, sweeping, swept

if TYPE_CHECKING:
    from pathlib import Path

    from missingrules.sweep import Part, Sweep

POSIX = pytest.mark.skipif(os.name != "posix", reason="needs signals")
KEY = bytes(range(32))


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy.load("wiltshire")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up log of a few children, with rows that cannot be read and some twice."""
    path = tmp_path_factory.mktemp("log") / "log.jsonl"
    synth.write(path, children=14, seed=5, faults=0.02)
    rows = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(rows + rows[10:20]))
    return path


@pytest.fixture(params=["in memory", "on disk", "in processes"])
def somehow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where entries are kept, and who judges."""
    if request.param != "in memory":
        monkeypatch.setattr(spool, "IN_MEMORY", 0)
    if request.param == "in processes":
        monkeypatch.setattr(sweeping, "WORTH_A_PROCESS", 0)
    monkeypatch.setattr(sweeping, "CHUNK", 300)
    return str(request.param)


def lines(parts: list[Part]) -> list[bytes]:
    return b"".join(part.rows.get("jsonl", b"") for part in parts).splitlines()


@pytest.fixture(scope="module")
def plain(log: Path, policy: Policy) -> list[bytes]:
    """What a scan in memory finds, line by line."""
    done = scan(read_jsonl(log), policy)
    found = [row for each in done.assessments for row in written.rows(each.findings, each.record)]
    return [json.dumps(row.to_dict()).encode() for row in found]


def test_a_sweep_comes_to_what_a_scan_in_memory_does(
    log: Path, policy: Policy, plain: list[bytes], somehow: str
) -> None:
    held = read_files([log])
    with swept([log], policy, workers=2) as found:
        parts = list(found.parts(formats=("jsonl",)))
        assert lines(parts) == plain
        assert len(parts) > 2
        gathered = Gathered()
        for assessment in scan(held, policy).assessments:
            gathered.add(assessment)
        assert found.gathered.figures == gathered.figures
        assert list(found.gathered.notable.cases) == list(gathered.notable.cases)
        assert found.notes() == look_at_all(held)
        assert found.books.faults == held.faults
        assert (found.books.rows, found.books.rejected) == (held.rows, held.rejected)
        assert found.books.accepted == held.accepted
        assert found.books.duplicates == held.duplicates == 10
        assert found.children == len(held.by_child())
        assert (found._spool is not None and found._spool.on_disk) == (somehow != "in memory")


def test_findings_alone_are_the_same_and_nobody_looks_for_what_corrections_took_away(
    log: Path, policy: Policy, plain: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    with swept([log], policy, workers=1) as found:
        list(found.parts(formats=("jsonl",)))
        counted = found.gathered.figures
        assert found.breaches == counted.breaches > 0
        assert found.failed == counted.children("not_judged") == 0
    monkeypatch.setattr(sweeping, "withdrawals", None)
    with swept([log], policy, workers=1) as alone:
        assert lines(list(alone.parts(formats=("jsonl",), figures=False))) == plain
        assert alone.breaches == found.breaches
        assert alone.gathered.figures.children() == 0


def look_at_all(held: object) -> list[object]:
    from missingrules import Log
    from missingrules.reading.quality import all_notes

    assert isinstance(held, Log)
    return list(all_notes(held, look_at(held)))


def test_every_format_holds_the_same_findings(log: Path, policy: Policy) -> None:
    with swept([log], policy, workers=2) as found:
        parts = list(found.parts(formats=written.FORMATS, whole=True))
    ids = [json.loads(line)["finding_id"] for line in lines(parts)]
    tables = [pa.ipc.open_stream(p.rows["parquet"]).read_all() for p in parts if p.rows]
    assert pa.concat_tables(tables).column("finding_id").to_pylist() == ids
    told = b"".join(part.rows.get("csv", b"") for part in parts).decode()
    assert told.count("\r\n") == len(ids) > 200
    assert [f["finding_id"] for p in parts for c in p.whole for f in c["findings"]] == ids


def test_a_process_that_is_killed_costs_no_finding(
    log: Path, policy: Policy, plain: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "WORTH_A_PROCESS", 0)
    monkeypatch.setattr(sweeping, "CHUNK", 100)
    told: list[int] = []
    with swept([log], policy, workers=2) as found:
        parts: list[Part] = []
        for part in found.parts(formats=("jsonl",), failed=told.append):
            if not parts:
                for process in multiprocessing.active_children():
                    os.kill(process.pid or 0, signal.SIGKILL)
            parts.append(part)
        assert found.lost == len(told) >= 1
    assert lines(parts) == plain


def test_a_child_whose_record_ends_every_process_is_an_error_finding(
    log: Path, policy: Policy
) -> None:
    with swept([log], policy) as found:
        next(found.parts())
        task, kept = found._task, next(found._spool.children(1))[0]  # type: ignore[union-attr]
        assert task is not None
        part = sweeping._given_up(task, (kept, False))
    (failed,) = part.failed
    assert failed.outcome == "error"
    assert failed.message == "This record could not be judged (the process ended)."
    assert part.gathered.figures.children("not_judged") == 1


def test_nothing_of_a_log_stays_on_disk(
    log: Path, policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "IN_MEMORY", 0)
    with swept([log], policy, spill=tmp_path) as found:
        (folder,) = tmp_path.iterdir()
        assert (folder / "entries.duckdb").exists()
        if os.name == "posix":
            assert folder.stat().st_mode & 0o077 == 0
        next(found.parts())
    assert list(tmp_path.iterdir()) == []


def test_a_spill_folder_that_is_not_there_is_said(
    log: Path, policy: Policy, tmp_path: Path
) -> None:
    with (
        pytest.raises(LogError, match="no folder to set entries aside could be made"),
        swept([log], policy, spill=tmp_path / "nowhere"),
    ):
        pass


@pytest.mark.parametrize("memory", ["1XB", "lots", "1", "-1", "-1GB", "0GB", "0.0 GB", "80%", ""])
def test_a_size_of_memory_that_is_none_is_said_also_of_a_small_log(
    log: Path, policy: Policy, memory: str
) -> None:
    with (
        pytest.raises(MissingRulesError, match=r"must be a number and KB, MB, GB or TB, as in"),
        swept([log], policy, memory=memory),
    ):
        pass


@pytest.mark.parametrize("memory", ["500MB", "1.5 GB", "64mib", "0.5GB", "10TiB"])
def test_a_size_of_memory_is_taken_as_duckdb_takes_it(
    log: Path, policy: Policy, monkeypatch: pytest.MonkeyPatch, memory: str
) -> None:
    monkeypatch.setattr(spool, "IN_MEMORY", 0)
    with swept([log], policy, memory=memory) as found:
        assert found.children


def test_too_little_memory_for_a_log_is_said(
    log: Path, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "IN_MEMORY", 0)
    with (
        pytest.raises(LogError, match="could not be set aside on disk"),
        swept([log], policy, memory="1KB"),
    ):
        pass


# --- What is selected ----------------------------------------------------------------------------


def chosen(found: Sweep) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines(list(found.parts(formats=("jsonl",))))]


def test_only_what_is_selected_is_shown_and_counted(
    log: Path, policy: Policy, plain: list[bytes]
) -> None:
    selection = Selection.of(policy, rules=["strategy-meeting"], outcomes=["breached"])
    with swept([log], policy, selection=selection, workers=2) as found:
        rows = chosen(found)
        assert found.gathered.figures.outcomes == {"breached": len(rows)}
    wanted = [
        row
        for row in map(json.loads, plain)
        if row["rule"] == "strategy-meeting" and row["outcome"] == "breached"
    ]
    assert rows == wanted != []


def test_a_child_that_was_asked_for_is_judged_alone(
    log: Path, policy: Policy, plain: list[bytes]
) -> None:
    child = json.loads(plain[-1])["child_id"]
    selection = Selection.of(policy, children=[child, "nobody"])
    with swept([log], policy, selection=selection) as found:
        rows = chosen(found)
        assert found.gathered.figures.children() == 1
        assert found.unmet() == (
            "1 of 2 children who were asked for has an entry that was read.",
        )  # which one is not said: the id may be one that pseudonyms replace
    assert rows == [row for row in map(json.loads, plain) if row["child_id"] == child]


def test_episodes_outside_the_period_are_not_counted(log: Path, policy: Policy) -> None:
    reports = [e for e in read_jsonl(log).entries if e.kind == "reported"]
    with swept([log], policy, selection=Selection.of(policy, since="2023-01-01")) as found:
        list(found.parts())
    counted = found.gathered.figures.episodes
    later = {e.episode_id for e in reports if e.at >= at("2023-01-01 00:00").timestamp() * 1e6}
    assert 0 < counted <= len(later) < len({e.episode_id for e in reports})


# --- Pseudonyms ----------------------------------------------------------------------------------


def test_no_id_of_the_log_is_in_an_answer_under_pseudonyms(
    log: Path, policy: Policy, plain: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "IN_MEMORY", 0)
    monkeypatch.setattr(sweeping, "WORTH_A_PROCESS", 0)
    monkeypatch.setattr(sweeping, "CHUNK", 300)
    ids = {entry.child_id for entry in read_jsonl(log).entries}
    ids |= {entry.entry_id for entry in read_jsonl(log).entries}
    ids |= {entry.episode_id for entry in read_jsonl(log).entries if entry.episode_id}
    pseudonyms = Pseudonyms(KEY, policy.vocabulary)
    with swept([log], policy, pseudonyms=pseudonyms, workers=2) as found:
        parts = list(found.parts(formats=written.FORMATS, whole=True, shown=30))
        told = lines(parts)
        held = b"".join(b"".join(p.rows.values()) + json.dumps(p.whole).encode() for p in parts)
        shown = [record.child_id for part in parts for record in part.shown]
        assert [a.child_id for a in found.assessed(r for p in parts for r in p.shown)] == shown
        known = [*found.notes(), *found.books.conflicts, *found.books.incomplete, *found.unheard]
    everything = held.decode(errors="replace") + repr(known) + repr(shown)
    found_ids = set(re.findall(r"[\w.:-]+", everything))
    assert ids & found_ids == set()
    assert len(told) == len(plain)
    order = [json.loads(line)["child_id"] for line in told]
    assert order == sorted(order), "the order of the ids themselves is not to be seen"
    outcomes = sorted((json.loads(line)["rule"], json.loads(line)["outcome"]) for line in plain)
    assert sorted((json.loads(x)["rule"], json.loads(x)["outcome"]) for x in told) == outcomes


def test_a_child_is_asked_for_by_its_own_id_under_pseudonyms(log: Path, policy: Policy) -> None:
    child = read_jsonl(log).entries[0].child_id
    pseudonyms = Pseudonyms(KEY, policy.vocabulary)
    selection = Selection.of(policy, children=[child])
    with swept([log], policy, selection=selection, pseudonyms=pseudonyms) as found:
        rows = chosen(found)
        assert found.unmet() == ()
    assert {row["child_id"] for row in rows} == {pseudonyms.child(child)}


# --- Times that are only stated ------------------------------------------------------------------


@pytest.mark.parametrize(("recorded", "stated"), [("", True), ("2023-01-10T09:40:00Z", False)])
def test_a_finding_on_timeliness_without_a_time_of_recording_says_so(
    tmp_path: Path, policy: Policy, recorded: str, *, stated: bool
) -> None:
    path = tmp_path / "log.jsonl"
    row = {"child_id": "C1", "episode_id": "E1", "kind": "reported", "at": "2023-01-10T09:00:00Z"}
    path.write_text(json.dumps(row | ({"recorded_at": recorded} if recorded else {})))
    with swept([path], policy) as found:
        rows = chosen(found)
        timed = [row for row in rows if row["due_at"] is not None]
        assert [row["times_as_stated"] for row in timed] == [stated] * len(timed)
        assert timed != []
        assert found.stated_times == (len(timed) if stated else 0)


def test_what_was_read_so_far_is_told_now_and_then(tmp_path: Path, policy: Policy) -> None:
    path = tmp_path / "log.jsonl"
    done = synth.write(path, episodes=1_000, seed=1)
    told: list[int] = []
    with swept([path], policy, taken=told.append):
        pass
    assert done.entries > 10_000
    assert told == [10_000 * (n + 1) for n in range(done.entries // 10_000)]

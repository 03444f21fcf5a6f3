"""Every child of a log, judged by the kernel that judges one."""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import build
from missingrules import EngineError, LogError, Policy, Record, evaluate, read_jsonl, scan
from missingrules.finding import ERROR, Finding
from missingrules.record import Coverage
from missingrules.scan import latest_recorded, records, verdict, whole

if TYPE_CHECKING:
    from pathlib import Path

    from missingrules import Log, Scan

REPEATED = """
parameters:
  count: {value: 3, basis: assumed, note: for a test}
  window: {value: 90 days, edge: inclusive, placed_by: reported, basis: assumed, note: for a test}
terms:
  missing: {category: missing}
rules:
  - id: meeting
    on: {episodes: missing, reach: count, within: window}
    require: {action: strategy_meeting_held, within: 5 working days}
  - id: notification
    on: {entry: reported}
    require: {action: ppn_submitted, within: 24 hours}
"""

START = dt.datetime(2023, 1, 1, 9, tzinfo=dt.UTC)


def row(child: str, day: int, kind: str = "reported", **more: object) -> dict[str, object]:
    at = START + dt.timedelta(days=day)
    made = {"child_id": child, "at": at.isoformat(), "kind": kind, **more}
    return made if "episode_id" in made else {**made, "episode_id": f"{child}-{day}"}


def log(*rows: dict[str, object] | str) -> Log:
    return read_jsonl([one if isinstance(one, str) else json.dumps(one) for one in rows])


def missing(child: str, *days: int) -> list[dict[str, object]]:
    return [
        one
        for day in days
        for one in (row(child, day), row(child, day, "categorised", category="missing"))
    ]


def owed(done: Scan) -> set[str]:
    """Name the children who surely have a meeting to come; the log begins with the first report."""
    return {
        f.child_id for f in done.findings() if f.rule == "meeting" and f.outcome != "indeterminate"
    }


@pytest.fixture(scope="module")
def policy() -> Policy:
    return build.policy(REPEATED)


@pytest.fixture(scope="module")
def three() -> Log:
    """Three children, of whom the second keeps going missing."""
    return log(*missing("C", 40), *missing("B", 1, 30, 60), *missing("A", 2, 3))


def test_each_child_is_judged_as_it_is_alone(policy: Policy, three: Log) -> None:
    done = scan(three, policy)
    for assessment in done.assessments:
        entries = [e for e in three.entries if e.child_id == assessment.child_id]
        alone = evaluate(policy, entries, as_of=done.as_of, coverage=whole(three))
        assert alone.to_dict() == assessment.to_dict()
    assert [a.child_id for a in done.assessments] == ["A", "B", "C"]
    assert owed(done) == {"B"}


def test_the_order_of_rows_and_rows_twice_change_nothing_but_the_count(policy: Policy) -> None:
    rows = [*missing("C", 40), *missing("B", 1, 30, 60), *missing("A", 2, 3)]
    expected = scan(log(*rows), policy).to_dict()
    shuffled = [*rows, *rows[3:9]]
    random.Random(7).shuffle(shuffled)  # noqa: S311 - an order, no secret
    found = scan(log(*shuffled), policy).to_dict()
    assert found["rows"].pop("duplicates") == 6
    assert found["rows"].pop("read") == len(shuffled)
    for name in ("duplicates", "read"):
        expected["rows"].pop(name)
    assert found == expected


def test_without_an_instant_it_is_the_latest_time_at_which_an_entry_was_recorded(
    policy: Policy,
) -> None:
    late = row("A", 1, recorded_at=(START + dt.timedelta(days=9)).isoformat())
    done = scan(log(late, row("B", 4)), policy)
    assert done.as_of == START + dt.timedelta(days=9)


def test_an_instant_that_is_given_is_taken(policy: Policy, three: Log) -> None:
    as_of = START + dt.timedelta(days=45)
    done = scan(three, policy, as_of=as_of)
    assert done.as_of == as_of
    assert owed(done) == set()


def test_an_instant_needs_an_offset(policy: Policy, three: Log) -> None:
    with pytest.raises(ValueError, match="aware"):
        scan(three, policy, as_of=START.replace(tzinfo=None))


def test_a_log_of_which_every_row_was_rejected_says_so_and_gives_the_first_reason(
    policy: Policy,
) -> None:
    naive = '{"child_id": "A", "episode_id": "E", "at": "2024-05-04T21:10:00", "kind": "reported"}'
    with pytest.raises(LogError, match=r"(?s)the only row was rejected.*1:38: naive-time"):
        scan(read_jsonl([naive]), policy)


def test_a_log_without_entries_needs_an_instant(policy: Policy) -> None:
    with pytest.raises(LogError, match="no entries"):
        scan(log(), policy)
    with pytest.raises(LogError, match="no entries"):
        latest_recorded(log("{"))
    done = scan(log(), policy, as_of=START)
    assert (done.assessments, done.failed, list(done.findings())) == ((), (), [])


def test_every_child_is_covered_from_the_first_instant_of_the_whole_log(policy: Policy) -> None:
    rows = [row("A", 0), *missing("B", 20, 21, 22)]
    done = scan(log(*rows), policy)
    for assessment in done.assessments:
        assert assessment.coverage == Coverage(start=whole(log(*rows)).start)
    assert done.coverage.start == min(entry.at for entry in done.log.entries)
    alone = scan(log(*rows[1:]), policy)
    assert alone.coverage.start != done.coverage.start


def test_coverage_that_is_given_is_taken(policy: Policy, three: Log) -> None:
    done = scan(three, policy, coverage=Coverage.between(without=["ppn_submitted"]))
    outcomes = {f.outcome for f in done.findings() if f.rule == "notification"}
    assert outcomes == {"not_observable"}


# --- One bad record ------------------------------------------------------------------------------


@pytest.fixture
def one_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the kernel fail on child B, quoting what no message may quote."""
    from missingrules.record import history

    def broken(record: Record, as_of: int) -> object:
        if record.child_id == "B":
            raise RuntimeError("what the child wrote")
        return history(record, as_of)

    monkeypatch.setattr("missingrules.kernel.judging.history", broken)


@pytest.mark.usefixtures("one_that_fails")
def test_a_record_that_cannot_be_judged_does_not_stop_the_others(
    policy: Policy, three: Log
) -> None:
    done = scan(three, policy)
    assert [a.child_id for a in done.assessments] == ["A", "C"]
    (failed,) = done.failed
    assert (failed.child_id, failed.outcome, failed.severity) == ("B", ERROR, "critical")
    assert failed.message == "This record could not be judged (RuntimeError)."
    assert failed in list(done.findings())
    assert done.outcomes[ERROR] == 1
    assert not failed.is_breach
    assert not failed.is_required


@pytest.mark.usefixtures("one_that_fails")
def test_what_an_error_says_is_not_repeated(policy: Policy, three: Log) -> None:
    document = json.dumps(scan(three, policy).to_dict())
    assert "could not be judged" in document
    assert "what the child wrote" not in document


def test_a_matcher_that_fails_is_no_matter_of_one_record(
    policy: Policy, three: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise EngineError("durable-rules failed")

    monkeypatch.setattr("missingrules.kernel.judging.history", fail)
    with pytest.raises(EngineError, match="durable-rules failed"):
        scan(three, policy)


def test_an_unknown_matcher_is_refused_even_for_an_empty_log(policy: Policy) -> None:
    with pytest.raises(EngineError, match="prolog"):
        scan(log(), policy, as_of=START, engine="prolog")  # type: ignore[arg-type]


def test_an_interrupt_is_not_taken_for_a_bad_record(
    policy: Policy, three: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("missingrules.kernel.judging.history", interrupt)
    with pytest.raises(KeyboardInterrupt):
        scan(three, policy)


# --- Rejected rows -------------------------------------------------------------------------------


def test_findings_of_a_child_with_rejected_rows_are_marked_and_counted(policy: Policy) -> None:
    done = scan(log(row("A", 1), row("B", 1), row("A", 1, "ppn_submitted", at="later")), policy)
    assert {f.child_id for f in done.findings() if f.incomplete_record} == {"A"}
    assert done.on_incomplete_records == done.to_dict()["on_incomplete_records"] == 1
    assert [record.incomplete for record in records(done.log)] == [True, False]


def test_a_failed_record_with_rejected_rows_is_marked_too(policy: Policy) -> None:
    record = Record("A", (None,), incomplete=True)  # type: ignore[arg-type]
    made = verdict(policy, record, as_of=0, coverage=Coverage(), engine="native")
    assert isinstance(made, Finding)
    assert made.to_dict()["outcome"] == ERROR
    assert made.to_dict()["incomplete_record"]


def test_the_rows_add_up(policy: Policy) -> None:
    rows = scan(log(row("A", 1), row("A", 1), "{", row("B", 1, at="later")), policy).to_dict()[
        "rows"
    ]
    assert rows["read"] == rows["accepted"] + rows["duplicates"] + rows["rejected"] == 4
    assert rows["rejected_without_child"] == 1
    assert rows["any_record_may_lack_rows"]


def test_a_rejected_row_that_names_its_child_may_be_lacking_there_alone(policy: Policy) -> None:
    rows = scan(log(row("A", 1), row("A", 1, at="later")), policy).to_dict()["rows"]
    assert (rows["rejected"], rows["rejected_without_child"]) == (1, 0)
    assert not rows["any_record_may_lack_rows"]


def test_ids_that_stand_over_two_contents_are_named(policy: Policy) -> None:
    done = scan(log(row("A", 1, entry_id="x"), row("B", 2, entry_id="x")), policy)
    assert done.to_dict()["rows"]["conflicting_ids"] == ["x"]


def test_the_answer_is_json(policy: Policy, three: Log) -> None:
    document = scan(three, policy).to_dict()
    assert json.loads(json.dumps(document)) == document
    assert document["policy_digest"] == policy.digest
    assert sum(document["outcomes"].values()) == sum(
        len(child["findings"]) for child in document["children"]
    )


# --- Several sources -----------------------------------------------------------------------------


def test_paths_streams_and_lines_are_read_as_one_log(tmp_path: Path, policy: Policy) -> None:
    first, *rest = missing("A", 1, 2, 3)
    path = tmp_path / "first.jsonl"
    path.write_text(f"{json.dumps(first)}\n{{\n")
    stream = io.BytesIO(f"{json.dumps(rest[0])}\n[]\n".encode())
    lines = [json.dumps(row) for row in rest]
    together = read_jsonl(path, stream, iter(lines))
    assert (together.rows, together.duplicates, together.rejected) == (9, 1, 2)
    assert together.entries == log(first, *rest).entries
    assert [(fault.source, fault.line) for fault in together.faults] == [(str(path), 2), ("log", 2)]
    assert owed(scan(together, policy)) == {"A"}


def test_no_source_at_all_is_an_empty_log() -> None:
    assert read_jsonl() == log()


# --- The public name -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "program",
    [
        "import missingrules.scan; from missingrules import scan",
        "import missingrules.cli, missingrules.sweep.crosscheck; from missingrules import scan",
        "from missingrules import Explanation, explain as scan",
        "import missingrules.explain; import missingrules; scan = missingrules.explain",
    ],
)
def test_the_functions_keep_their_names_whatever_is_imported_before(program: str) -> None:
    subprocess.run([sys.executable, "-c", f"{program}; assert scan.__code__"], check=True)

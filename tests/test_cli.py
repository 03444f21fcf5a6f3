"""The command, used as somebody at a keyboard or a script would."""

from __future__ import annotations

import functools
import io
import json
import os
import signal
import subprocess
import sys
import threading
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pytest

from missingrules import EngineError, Policy, read_jsonl
from missingrules.cli import main
from missingrules.layers import shipped
from missingrules.record import history
from missingrules.sweep import sweeping
from missingrules.sweep.crosscheck import CrossCheck

if TYPE_CHECKING:
    from collections.abc import Mapping

    from missingrules.record import Record
    from missingrules.vocabulary import Kind

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "01_wiltshire_boy.jsonl"

POSIX = pytest.mark.skipif(os.name != "posix", reason="needs pipes, signals and a shell")
DURABLE = pytest.mark.skipif(sys.version_info >= (3, 13), reason="durable-rules cannot be imported")

POLICY = """\
policy: small
title: Two duties for tests
edition: "1"
conventions: {zone: Europe/London}
sources:
  guidance: {title: Guidance, publisher: An office, published: "2023"}
rules:
  - id: notification
    title: A notification is written
    authority: force_policy
    basis: stated
    cite: {source: guidance}
    on: {entry: reported}
    require: {action: ppn_submitted, within: 24 hours}
  - id: graded
    title: The risk is graded
    authority: force_policy
    basis: stated
    cite: {source: guidance}
    on: {entry: reported}
    if: {from_place: home}
    require: {action: graded, within: 1 hour}
"""

Row = dict[str, object]


def reported(child: str = "C1", at: str = "2023-06-01T10:00:00Z", **more: object) -> Row:
    return {"child_id": child, "episode_id": f"{child}-E1", "kind": "reported", "at": at, **more}


def notified(child: str = "C1", at: str = "2023-06-01T11:00:00Z", **more: object) -> Row:
    row = {"child_id": child, "episode_id": f"{child}-E1", "kind": "ppn_submitted", "at": at}
    return {**row, **more}


MET = [reported(from_place="school"), notified()]
MISSED = [reported(from_place="school"), notified(at="2023-06-03T11:00:00Z")]
NAIVE = reported("C2", at="2023-06-01T10:00:00")


class Done(NamedTuple):
    """What a command ended with."""

    code: int
    out: str
    err: str


class Run(Protocol):
    """Runs the command in this process."""

    def __call__(self, *args: object, stdin: bytes = b"") -> Done: ...


class Saved(Protocol):
    """Writes rows, or bytes as they are, to a log."""

    def __call__(self, rows: list[Row] | bytes, name: str = "log.jsonl") -> Path: ...


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*args: object, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "argv", ["missingrules", *map(str, args)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Done(ended.value.code, out, err)

    return run


@pytest.fixture
def saved(tmp_path: Path) -> Saved:
    def saved(rows: list[Row] | bytes, name: str = "log.jsonl") -> Path:
        data = rows if isinstance(rows, bytes) else lines(rows)
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return saved


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(POLICY)
    return path


def lines(rows: list[Row]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def findings(done: Done) -> list[dict[str, object]]:
    """Read what ``--format jsonl`` wrote; every line of standard output is one finding."""
    return [json.loads(line) for line in done.out.splitlines()]


def flat(text: str) -> str:
    """Undo the line breaks of text for people."""
    return " ".join(text.split())


# --- Exit codes ----------------------------------------------------------------------------------


def test_exit_0_says_that_nothing_was_breached(run: Run, saved: Saved, policy: Path) -> None:
    done = run("scan", saved(MET), "--policy", policy)
    assert done.code == 0
    assert "1 child with nothing overdue, nothing required and nothing unclear." in done.out


def test_exit_1_says_that_something_was_breached(run: Run, saved: Saved, policy: Path) -> None:
    done = run("scan", saved(MISSED), "--policy", policy)
    assert done.code == 1
    assert "On record after the time allowed: a public protection notification" in flat(done.out)


def test_what_is_required_and_not_overdue_is_no_breach(
    run: Run, saved: Saved, policy: Path
) -> None:
    done = run("scan", saved(MISSED[:1]), "-p", policy)
    assert done.code == 0
    assert "C1: 0 breaches, 1 still to be done in time" in done.out


@pytest.mark.parametrize(("rows", "code"), [(MET, 0), (MISSED, 1)], ids=["met", "missed"])
@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_exit_3_says_that_rows_were_rejected_and_the_rest_is_judged(  # noqa: PLR0913 - fixtures
    run: Run, saved: Saved, policy: Path, rows: list[Row], code: int, form: str
) -> None:
    whole = run("scan", saved(rows), "-p", policy, "--format", form)
    done = run("scan", saved([*rows, NAIVE], "b.jsonl"), "-p", policy, "--format", form)
    assert (whole.code, done.code) == (code, 3)
    assert "3 read = 2 accepted + 0 duplicates + 1 rejected" in done.out + done.err
    assert "b.jsonl:3:63: naive-time: `at` has no offset from UTC" in done.err
    if form == "jsonl":
        assert findings(done) == findings(whole)


def test_exit_4_says_that_the_matchers_differ_and_wins_over_3(
    run: Run, saved: Saved, policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = CrossCheck(5, ("f-1", "f-2"), "durable")
    monkeypatch.setattr(sweeping, "checked", lambda *_, **__: answer)
    log = saved([*MISSED, NAIVE])
    done = run("scan", log, "-p", policy, "--format", "jsonl", "--cross-check")
    assert done.code == 4
    assert [found["outcome"] for found in findings(done)] == ["fulfilled_late"]
    assert "Cross-check: 5 verdicts compared with the durable matcher, 2 differ." in done.err
    assert "The matchers differ on f-1, f-2." in done.err


@POSIX
@pytest.mark.parametrize("form", ["text", "jsonl"])
def test_exit_4_says_that_the_other_process_died_after_the_findings_were_written(
    run: Run, saved: Saved, policy: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    interpreter = saved(b"#!/bin/sh\nkill -SEGV $$\n", "python")
    interpreter.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(interpreter))
    done = run("scan", saved(MISSED), "-p", policy, "--format", form, "--cross-check")
    assert done.code == 4
    assert "On record after the time allowed" in done.out
    assert "the cross-check could not be completed: the other process ended on SIGSEGV" in done.err


def test_exit_4_says_that_both_matchers_were_asked_and_disagreed(
    run: Run, saved: Saved, policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disagree(_policy: Policy, _engine: str) -> None:
        raise EngineError("the matchers disagree on condition 0")

    monkeypatch.setattr(Policy, "matcher", disagree)
    done = run("scan", saved(MISSED), "-p", policy, "--engine", "both")
    assert done == (4, "", "the matchers disagree on condition 0\n")


@pytest.mark.parametrize("engine", ["durable", "both"])
def test_exit_4_says_that_the_second_matcher_is_not_to_be_had(
    run: Run, saved: Saved, policy: Path, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    monkeypatch.setitem(sys.modules, "durable_rules_engine", None)
    done = run("scan", saved(MISSED), "-p", policy, "--engine", engine)
    assert (done.code, done.out) == (4, "")
    assert "Engine 'native' is complete without it." in done.err


def test_a_record_that_cannot_be_judged_is_told_and_is_no_success(
    run: Run, saved: Saved, policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def broken(record: Record, as_of: int) -> object:
        if record.child_id == "C2":
            raise KeyError("what the child wrote")
        return history(record, as_of)

    monkeypatch.setattr("missingrules.kernel.judging.history", broken)
    log = saved([*MET, reported("C2"), reported("C3", from_place="school"), notified("C3")])
    done = run("scan", log, "-p", policy)
    assert done.code == 1
    assert "C2: This record could not be judged (KeyError)." in done.out
    assert "2 children with nothing overdue, nothing required and nothing unclear." in done.out
    assert "what the child wrote" not in done.out + done.err


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["scan"], "LOG"),
        (["scan", "{log}"], "--policy is required"),
        (["scan", "{log}", "-p", "wiltshir"], "did you mean `wiltshire`?"),
        (["scan", "{log}", "-p", "./nowhere.yaml"], "nowhere.yaml: unreadable-file"),
        (["scan", "{log}", "-p", "{folder}"], "unreadable-file"),
        (["scan", "nowhere.jsonl", "-p", "{policy}"], "there is no file nowhere.jsonl"),
        (["scan", "{folder}/*.parquet", "-p", "{policy}"], "no file matches"),
        (["scan", "-", "-", "-p", "{policy}"], "- can be given once"),
        (["scan", "{log}", "-p", "{policy}", "--zone", "Europe/Londn"], "Europe/London"),
        (["scan", "{log}", "-p", "{policy}", "--zone", ""], "--zone='' must be an IANA zone"),
        (["scan", "{log}", "-p", "{policy}", "--format", "xml"], "jsonl"),
        (["scan", "{log}", "-p", "{policy}", "--engine", "prolog"], "durable"),
        (["scan", "{log}", "-p", "{policy}", "--polcy", "x"], "--polcy"),
        (["scn", "{log}"], "scn"),
        (["explain", "{log}", "-p", "{policy}"], "--child"),
        (["explain", "{log}", "--child", "C1"], "--policy is required"),
        (
            ["explain", "{log}", "-p", "{policy}", "--child", "C2"],
            "the log has no entry of child C2",
        ),
        (
            ["explain", "{log}", "-p", "{policy}", "--child", "C1", "--rule", "notificaton"],
            "no rule notificaton; did you mean `notification`?",
        ),
        (
            ["explain", "{log}", "-p", "{policy}", "--child", "C1", "--rule", "zzz"],
            "its rules are notification, graded",
        ),
        (
            ["explain", "{log}", "-p", "{policy}", "--child", "C1", "--finding", "f-0"],
            "no finding f-0 for child C1",
        ),
        (
            [
                "explain",
                "{log}",
                "-p",
                "{policy}",
                "--child",
                "C1",
                "--rule",
                "a",
                "--finding",
                "b",
            ],
            "--rule and --finding: give one of them",
        ),
    ],
)
def test_exit_2_says_what_is_wrong_with_the_call_and_writes_no_answer(  # noqa: PLR0913 - fixtures
    run: Run, saved: Saved, policy: Path, tmp_path: Path, args: list[str], told: str
) -> None:
    filled = [a.format(log=saved(MET), policy=policy, folder=tmp_path) for a in args]
    done = run(*filled)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_without_a_policy_the_error_lists_what_is_shipped(run: Run, saved: Saved) -> None:
    done = run("scan", saved(MET))
    assert done.code == 2
    assert f"Shipped: {', '.join(shipped())}" in done.err
    assert {"england", "wiltshire", "good_practice"} <= shipped().keys()


def test_without_any_argument_the_help_is_shown(run: Run) -> None:
    done = run()
    assert done.code in {0, 2}  # typer has changed its mind
    assert "explain" in done.out + done.err


def test_a_faulty_policy_is_told_with_place_code_and_hint(
    run: Run, saved: Saved, policy: Path
) -> None:
    policy.write_text(POLICY.replace("action: graded", "action: grded"))
    done = run("scan", saved(MET), "-p", policy)
    assert (done.code, done.out) == (2, "")
    line = 1 + POLICY[: POLICY.index("action: graded")].count("\n")
    assert done.err.startswith(f"{policy}:{line}:")
    assert "did you mean `graded`?" in done.err


@pytest.mark.parametrize(
    "text",
    [
        "[" * 20_000,
        "a: " * 5_000,
        "a: &a [x]\nb: *a\n",
        "a: &a [*a]\n",
        "\0",
        "- " * 9_000 + "x",
        "",
        "{}",
        "policy: 1\n",
        "!!python/object/apply:os.system ['true']",
        "policy: \xff",
        "x" * 3_000_000,
    ],
    ids=range(12),
)
def test_a_policy_that_is_deep_aliased_or_not_yaml_is_an_error_at_its_place(
    run: Run, saved: Saved, policy: Path, text: str
) -> None:
    policy.write_bytes(text.encode("latin-1"))
    done = run("scan", saved(MET), "-p", policy)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(str(policy))
    assert len(done.err) < 10_000


# --- What goes in --------------------------------------------------------------------------------


@pytest.mark.parametrize("args", [["-"], ["{log}", "-"]], ids=["alone", "beside a file"])
def test_a_dash_reads_standard_input(run: Run, saved: Saved, policy: Path, args: list[str]) -> None:
    filled = [a.format(log=saved([reported("C9", from_place="school")])) for a in args]
    done = run("scan", *filled, "-p", policy, "--format", "jsonl", stdin=lines(MISSED))
    assert done.code == 1
    assert findings(done)[0]["child_id"] == "C1"


def test_closed_standard_input_is_told(
    run: Run, policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(io, "TextIOWrapper", lambda _: None)
    done = run("scan", "-", "-p", policy)
    assert done.code == 2
    assert "standard input, and that is closed" in done.err


def test_several_files_are_one_log(run: Run, saved: Saved, policy: Path) -> None:
    first, second = saved(MISSED[:1], "a.jsonl"), saved(MISSED[1:], "b.jsonl")
    together = run("scan", saved(MISSED), "-p", policy, "--format", "jsonl")
    apart = run("scan", second, first, "-p", policy, "--format", "jsonl")
    assert findings(apart) == findings(together)


def test_the_same_file_twice_is_counted_as_duplicates(run: Run, saved: Saved, policy: Path) -> None:
    log = saved(MISSED)
    done = run("scan", log, log, "-p", policy)
    assert "Rows: 4 read = 2 accepted + 2 duplicates + 0 rejected. Children: 1." in done.out
    assert done.code == 1


def test_faults_name_the_file_they_stand_in(run: Run, saved: Saved, policy: Path) -> None:
    log = saved(b"{\n", "a.jsonl")
    done = run("scan", log, "-", saved(MET, "b.jsonl"), "-p", policy, stdin=b"[]\n")
    assert done.code == 3
    assert f"{log}:1:2: bad-json" in done.err
    assert "<stdin>:1:1: not-an-object" in done.err


@POSIX
def test_a_pipe_can_be_read_like_a_file(run: Run, policy: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=[lines(MISSED)])
    writer.start()
    done = run("scan", pipe, "-p", policy)
    writer.join()
    assert done.code == 1


def test_a_file_that_may_not_be_read_is_told_with_its_name(
    run: Run, saved: Saved, policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, real = saved(MET), Path.open

    def refuse(path: Path, *args: str, **options: str) -> object:
        if path == log:
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    done = run("scan", log, "-p", policy)
    assert done.code == 2
    assert f"{log}: unreadable-file: cannot be read: Permission denied" in done.err


def test_blank_lines_and_a_byte_order_mark_are_ignored(
    run: Run, saved: Saved, policy: Path
) -> None:
    spaced = b"\xef\xbb\xbf\r\n" + lines(MISSED).replace(b"\n", b"\r\n \t\r\n\r\n")
    done = run("scan", saved(spaced), "-p", policy)
    assert "Rows: 2 read = 2 accepted" in done.out


@pytest.mark.parametrize("data", [b"", b"\n \n\t\n"], ids=["empty", "blank"])
@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_an_empty_log_is_an_error_unless_an_instant_is_given(
    run: Run, saved: Saved, policy: Path, data: bytes, form: str
) -> None:
    call = ("scan", saved(data), "-p", policy, "--format", form)
    done = run(*call)
    assert (done.code, done.out) == (2, "")
    assert "the log is empty" in done.err
    done = run(*call, "--as-of", "2023-06-01T10:00:00Z")
    assert done.code == 0
    if form == "json":
        document = json.loads(done.out)
        assert (document["children"], document["rows"]["read"]) == ([], 0)
    elif form == "text":
        assert "All duties: none arose." in done.out
    else:
        assert done.out == ""


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_a_log_of_which_every_row_was_rejected_judges_nothing_and_says_so(
    run: Run, saved: Saved, policy: Path, form: str
) -> None:
    done = run("scan", saved([NAIVE, {"kind": "reported"}]), "-p", policy, "--format", form)
    assert done.code == 3
    assert "2 read = 0 accepted + 0 duplicates + 2 rejected" in done.out + done.err
    assert "no row was accepted, so nothing was judged" in done.err
    assert "Not judged, because every row was rejected: C2." in done.err
    if form == "json":
        document = json.loads(done.out)
        assert document["as_of"] is None
        assert document["children"] == []
        assert document["rows"]["rejected"] == 2
    elif form == "jsonl":
        assert done.out == ""


def test_the_document_has_the_same_keys_whether_something_was_judged_or_not(
    run: Run, saved: Saved, policy: Path
) -> None:
    call = ("-p", policy, "--format", "json")
    judged = json.loads(run("scan", saved(MET), *call).out)
    nothing = json.loads(run("scan", saved([NAIVE]), *call).out)
    assert list(judged) == list(nothing)


BAD_LINES = {
    "not-json": b'{"child_id": "C1"',
    "two-objects": b"{} {}",
    "array": b"[1, 2]",
    "number": b"1e999999",
    "nan": b'{"child_id": "C1", "at": NaN}',
    "deep": b'{"a":' * 100_000,
    "invalid-utf-8": b'{"child_id": "C\xff1"}',
    "utf-16": '{"child_id": "C1"}'.encode("utf-16"),
    "nul": b'{"child_id": "C1\x00"}',
    "escaped-nul": lines([reported("C1\0")]).strip(),
    "ten-megabytes": b'{"child_id": "C1", "x": "' + b"x" * 10_000_000 + b'"}',
    "no-child": lines([{"episode_id": "E", "kind": "reported", "at": "2023-06-01T10:00:00Z"}])[:-1],
    "no-kind": lines([{"child_id": "C1", "at": "2023-06-01T10:00:00Z"}]).strip(),
    "unknown-kind": lines([reported() | {"kind": "reportd"}]).strip(),
    "unknown-field": lines([reported(form_place="home")]).strip(),
    "unknown-value": lines([reported(from_place="Home")]).strip(),
    "formula-as-id": lines([reported("=cmd|' /C calc'!A1")]).strip(),
    "markup-as-id": lines([reported("[red]C1[/red]")]).strip(),
    "control-as-id": lines([reported("C1\x1b[31m")]).strip(),
    "naive": lines([NAIVE]).strip(),
    "impossible": lines([reported(at="2023-06-31T10:00:00Z")]).strip(),
    "day-first": lines([reported(at="01/06/2023 10:00")]).strip(),
    "surrogate": b'{"child_id": "\\ud800", "kind": "reported", "at": "2023-06-01T10:00:00Z"}',
}


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_bad_line_is_rejected_at_its_place_and_the_rest_is_judged(
    run: Run, saved: Saved, policy: Path, name: str
) -> None:
    log = saved(lines(MISSED) + b"\n" + BAD_LINES[name] + b"\n")
    done = run("scan", log, "-p", policy, "--format", "jsonl")
    assert done.code == 3
    assert f"{log}:4:" in done.err
    assert "2 accepted + 0 duplicates + " in done.err
    assert [found["outcome"] for found in findings(done)] == ["fulfilled_late"]
    assert len(done.err) < 2_000
    assert done.err.isprintable() or "\x1b" not in done.err


def test_of_thousands_of_faults_a_page_is_shown_and_the_rest_counted(
    run: Run, saved: Saved, policy: Path
) -> None:
    done = run("scan", saved(lines(MET) + b"{\n" * 5_000), "-p", policy)
    assert done.code == 3
    assert done.err.count("bad-json") == 20
    assert "... and 4980 more" in done.err
    assert "5000 rejected rows name no child" in done.out


@pytest.mark.parametrize("output", ["text", "jsonl"])
def test_one_row_without_a_child_is_told_once_in_the_singular_and_for_whom_it_matters(
    run: Run, saved: Saved, policy: Path, output: str
) -> None:
    done = run("scan", saved(lines(MET) + b"{\n"), "-p", policy, "--format", output)
    told = " ".join((done.out if output == "text" else done.err).split())
    assert (
        "1 rejected row names no child: any child's record may lack it, and there may be no record "
        "of something because of it."
    ) in told
    assert (done.out + done.err).count("rejected row names no child") == 1


def test_rows_without_a_child_are_told_where_nothing_was_judged_too(
    run: Run, saved: Saved, policy: Path
) -> None:
    done = run("scan", saved(b"{\n" * 2), "-p", policy)
    assert "2 rejected rows name no child" in done.err


def test_findings_on_an_incomplete_record_are_flagged_and_counted_apart(
    run: Run, saved: Saved, policy: Path
) -> None:
    log = saved([*MISSED, notified(at="yesterday"), reported("C2", from_place="school")])
    done = run("scan", log, "-p", policy, "--format", "json")
    document = json.loads(done.out)
    assert document["on_incomplete_records"] == 1
    marked = {
        found["child_id"]: found["incomplete_record"]
        for child in document["children"]
        for found in child["findings"]
    }
    assert marked == {"C1": True, "C2": False}
    text = flat(run("scan", log, "-p", policy).out)
    assert "1 finding rests on an incomplete record: rows of the child were rejected or" in text
    assert "An office 2023; incomplete record." in text


def test_ids_that_stand_over_two_contents_are_reported(
    run: Run, saved: Saved, policy: Path
) -> None:
    rows = [reported(entry_id="x-1"), reported(entry_id="x-1", at="2023-06-02T10:00:00Z")]
    done = run("scan", saved(rows), "-p", policy, "--format", "json")
    assert json.loads(done.out)["rows"]["conflicting_ids"] == ["x-1"]
    assert "of which the earliest recorded was kept: x-1." in done.err


def test_a_child_whose_rows_stand_under_ids_of_other_entries_is_named_and_not_lost_in_silence(
    run: Run, saved: Saved, policy: Path
) -> None:
    rows = [reported(entry_id="1"), reported(entry_id="1", child_id="C2", episode_id="E2")]
    done = run("scan", saved(rows), "-p", policy, "--format", "json")
    document = json.loads(done.out)
    (kept,) = document["children"]
    assert done.code == 3
    assert document["rows"]["duplicates"] == 1
    assert {f["incomplete_record"] for f in kept["findings"]} == {True}
    (lost,) = {"C1", "C2"} - {kept["child_id"]}
    assert f"or stands under an id of another entry: {lost}." in done.err


def test_times_without_an_offset_are_read_in_the_zone_that_is_given(
    run: Run, saved: Saved, policy: Path
) -> None:
    log = saved([NAIVE])
    assert run("scan", log, "-p", policy).code == 3
    done = run("scan", log, "-p", policy, "--zone", "Europe/London", "--format", "jsonl")
    assert done.code == 0
    assert findings(done)[0]["opened_at"] == "2023-06-01T09:00:00Z"


@pytest.mark.parametrize(
    ("as_of", "utc"),
    [
        ("2023-06-03T09:00:00Z", "2023-06-03T09:00:00Z"),
        ("2023-06-03T10:00:00+01:00", "2023-06-03T09:00:00Z"),
        ("2023-06-03T10:00:00", "2023-06-03T09:00:00Z"),
        ("2023-06-03 10:00:00", "2023-06-03T09:00:00Z"),
        ("2023-01-03T10:00:00", "2023-01-03T10:00:00Z"),
        ("2023-06-03T09:00:00.25Z", "2023-06-03T09:00:00.250000Z"),
    ],
)
def test_an_instant_without_an_offset_is_in_the_zone_of_the_policy(
    run: Run, saved: Saved, policy: Path, as_of: str, utc: str
) -> None:
    done = run("scan", saved(MISSED), "-p", policy, "--as-of", as_of, "--format", "json")
    assert json.loads(done.out)["as_of"] == utc


@pytest.mark.parametrize(
    "as_of",
    [
        "",
        "yesterday",
        "2023-06-03",
        "03/06/2023 10:00",
        "2023-02-30T10:00:00",
        "2023-06-03T25:00:00Z",
        "2023-03-26T01:30:00",
        "2023-10-29T01:30:00",
        "1800-01-01T00:00:00Z",
        "\N{ARABIC-INDIC DIGIT TWO}023-06-03T10:00:00Z",
    ],
)
def test_an_instant_that_is_none_is_refused(
    run: Run, saved: Saved, policy: Path, as_of: str
) -> None:
    done = run("scan", saved(MISSED), "-p", policy, "--as-of", as_of)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("missingrules: --as-of: ")


def test_a_date_alone_is_told_how_an_instant_is_written(
    run: Run, saved: Saved, policy: Path
) -> None:
    done = run("scan", saved(MISSED), "-p", policy, "--as-of", "2023-06-03")
    assert "must be a date with a time, as in 2024-03-31T09:00:00 (in the zone" in done.err


def test_an_earlier_instant_gives_the_earlier_verdict(run: Run, saved: Saved, policy: Path) -> None:
    log = saved(MISSED)
    seen = [
        [found["outcome"] for found in findings(done)]
        for as_of in ("2023-05-01", "2023-06-02", "2023-06-03", "2023-06-04")
        for done in [
            run("scan", log, "-p", policy, "--format", "jsonl", "--as-of", f"{as_of}T01:00:00Z")
        ]
    ]
    assert seen == [[], ["pending"], ["breached"], ["fulfilled_late"]]


# --- What comes out ------------------------------------------------------------------------------


def test_the_output_says_for_which_instant_was_judged_and_why(
    run: Run, saved: Saved, policy: Path
) -> None:
    log = saved([*MET, reported("C2", recorded_at="2023-06-05T12:00:00Z", from_place="school")])
    told = flat(run("scan", log, "-p", policy).out)
    assert "Judged as of 2023-06-05T13:00:00+01:00 (the latest time an entry was recorded;" in told
    told = flat(run("scan", log, "-p", policy, "--as-of", "2023-06-04T12:00:00Z").out)
    assert "Judged as of 2023-06-04T13:00:00+01:00. Rows:" in told


@DURABLE
def test_jsonl_writes_one_finding_a_line_and_nothing_else(run: Run) -> None:
    done = run("scan", EXAMPLE, "-p", "wiltshire", "--format", "jsonl", "--cross-check")
    assert done.code == 1
    assert all(found["finding_id"] for found in findings(done))
    assert "Policy wiltshire" in done.err
    assert "Rows: " in done.err
    assert f"Cross-check: {len(findings(done))} verdicts compared" in done.err


def test_json_writes_one_document_with_the_same_findings(run: Run) -> None:
    document = json.loads(run("scan", EXAMPLE, "-p", "wiltshire", "--format", "json").out)
    one_a_line = findings(run("scan", EXAMPLE, "-p", "wiltshire", "--format", "jsonl"))
    (child,) = document["children"]
    assert child["findings"] == one_a_line
    assert sum(document["outcomes"].values()) == len(one_a_line)
    assert document["rows"] == {
        "read": 124,
        "accepted": 124,
        "duplicates": 0,
        "rejected": 0,
        "left_out": 0,
        "partly_read": 0,
        "rejected_without_child": 0,
        "any_record_may_lack_rows": False,
        "conflicting_ids": [],
    }


@DURABLE
@pytest.mark.parametrize("engine", ["native", "durable", "both"])
def test_every_engine_gives_the_same_answer(run: Run, engine: str) -> None:
    chosen = run("scan", EXAMPLE, "-p", "wiltshire", "--format", "json", "--engine", engine)
    default = run("scan", EXAMPLE, "-p", "wiltshire", "--format", "json")
    assert chosen == default


def test_text_is_plain_where_it_goes_to_no_terminal(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = run("scan", EXAMPLE, "-p", "wiltshire")
    assert "\x1b" not in plain.out
    assert not [line for line in plain.out.splitlines() if line != line.rstrip()]
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    assert run("scan", EXAMPLE, "-p", "wiltshire") == plain


def test_what_looks_like_markup_is_shown_as_it_is(run: Run, saved: Saved, policy: Path) -> None:
    policy.write_text(
        POLICY.replace("Two duties for tests", "'[red]Two[/red] [/oops] :bomb:'").replace(
            "action: ppn_submitted", "action: ppn_submitted, called: 'a [bold]form[/bold] :bomb:'"
        )
    )
    child = "a:bomb:1"
    done = run("scan", saved([reported(child), notified(child)], "[red].jsonl"), "-p", policy)
    assert done.code == 0
    done = run("scan", saved([reported(child)], "[red].jsonl"), "-p", policy)
    assert "[red]Two[/red] [/oops] :bomb:" in done.out
    assert "a:bomb:1: 0 breaches" in done.out
    assert "Episode a:bomb:1-E1" in done.out
    assert "a [bold]form[/bold] :bomb:." in flat(done.out)
    done = run("explain", saved(b"{\n", "[red].jsonl"), "-p", policy, "--child", "[red]x[/red]")
    assert "no entry of child [red]x[/red]" in done.err
    assert "[red].jsonl:1:2: bad-json" in done.err


def test_an_id_as_long_as_ids_may_be_is_not_cut(run: Run, saved: Saved, policy: Path) -> None:
    child = "c" + "-0123456789" * 11
    row = reported(child) | {"episode_id": "e" * 128}
    done = run("scan", saved([row]), "-p", policy)
    assert f"{child}: 0 breaches" in done.out
    assert f"Episode {'e' * 128}" in done.out


# --- explain -------------------------------------------------------------------------------------


def test_explain_tells_one_rule_of_one_child(run: Run, saved: Saved, policy: Path) -> None:
    done = run("explain", saved(MISSED), "-p", policy, "--child", "C1", "--rule", "notification")
    assert done.code == 0
    assert "Judged as of 2023-06-03T12:00:00+01:00 (the latest time" in flat(done.out)
    assert "+ notification: A notification is written (edition 1)" in done.out
    assert "fulfilled late: On record after the time allowed" in done.out
    assert "graded: The risk is graded" not in done.out


def test_explain_without_a_rule_tells_every_rule(run: Run, saved: Saved, policy: Path) -> None:
    done = run("explain", saved(MISSED), "-p", policy, "--child", "C1")
    assert "+ notification: A notification is written" in done.out
    assert "- graded: The risk is graded" in done.out
    assert "from_place is home [school]" in done.out


def test_explain_tells_the_rule_behind_a_finding(run: Run, saved: Saved, policy: Path) -> None:
    log = saved(MISSED)
    (found,) = findings(run("scan", log, "-p", policy, "--format", "jsonl"))
    call = ("explain", log, "-p", policy, "--child", "C1", "--format", "jsonl")
    done = run(*call, "--finding", found["finding_id"])
    (told,) = findings(done)
    assert (told["rule"], told["findings"]) == ("notification", [found["finding_id"]])
    assert done == run(*call, "--rule", "notification")


def test_explain_as_json_is_one_document_of_the_same_trees(
    run: Run, saved: Saved, policy: Path
) -> None:
    call = ("explain", saved(MISSED), "-p", policy, "--child", "C1", "--format")
    assert json.loads(run(*call, "json").out) == findings(run(*call, "jsonl"))


def test_explain_ends_with_3_where_rows_were_rejected(run: Run, saved: Saved, policy: Path) -> None:
    done = run("explain", saved([*MISSED, NAIVE]), "-p", policy, "--child", "C1")
    assert done.code == 3
    assert "+ notification" in done.out
    assert "naive-time" in done.err


def test_explain_says_of_a_child_without_accepted_rows_that_they_were_rejected(
    run: Run, saved: Saved, policy: Path
) -> None:
    done = run("explain", saved([*MISSED, NAIVE]), "-p", policy, "--child", "C2")
    assert (done.code, done.out) == (2, "")
    assert "no entry of child C2: every row of this child was rejected" in done.err
    assert "naive-time" in done.err


def test_explain_says_of_a_rule_that_is_off_how_to_turn_it_on(run: Run) -> None:
    call = ("explain", EXAMPLE, "-p", "wiltshire", "--child", "child-01", "--rule", "ppn-aware")
    done = run(*call)
    assert done.code == 2
    assert "ppn-aware of the policy wiltshire is off: `active: true` in a layer" in done.err


# --- Personal data -------------------------------------------------------------------------------

CANARY = "CANARY of Jo Bloggs"


@functools.cache
def kinds() -> Mapping[str, Kind]:
    return Policy.load("good_practice").vocabulary.kinds


def filled(kind: str, canary: str) -> Row:
    """Give a row of a kind with every field filled; all free text is the canary."""
    told = kinds()[kind]
    made: Row = {"child_id": "C1", "kind": kind, "at": "2023-06-01T10:00:00Z", "area": canary}
    made |= {"by": "officer", "authority": canary}
    if told.home != "child":
        made["episode_id"] = "E1"
    for name, field in told.fields.items():
        made[name] = {
            "choice": (field.values or ("word",))[-1],
            "choices": list(field.values or ("word",))[-2:],
            "yes_no": "no",
            "text": canary,
            "date": "2010-01-01",
            "instant": "2023-06-01T09:00:00Z",
            "reference": "E1",
        }[field.type]
    return made


def everything() -> list[Row]:
    return [filled(kind, CANARY) for kind in kinds() if kind not in {"merged", "voided"}]


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
@pytest.mark.parametrize("command", [["scan"], ["explain", "--child", "C1"]], ids=lambda c: c[0])
def test_no_free_text_of_the_log_is_ever_shown(
    run: Run, saved: Saved, command: list[str], form: str
) -> None:
    wrong: list[Row] = [
        reported() | {name: CANARY}
        for name in ("child_id", "episode_id", "entry_id", "kind", "at", "by", "area\0", CANARY)
    ]
    wrong += [reported(from_place=CANARY), reported(missing_since=CANARY), reported(note=CANARY)]
    wrong += [{CANARY: CANARY}, reported() | {"episode_id": CANARY * 9}]
    log = saved(lines([*everything(), *wrong]) + f'{{"child_id": "{CANARY}\n'.encode())
    done = run(*command, log, "-p", "good_practice", "--format", form)
    assert done.code == 3
    assert f"{len(wrong) + 1} rejected" in done.out + done.err
    assert "notification" in done.out
    for part in ("CANARY", "Bloggs"):
        assert part not in done.out + done.err


# --- Around it -----------------------------------------------------------------------------------


def test_the_version_is_the_installed_one(run: Run) -> None:
    assert run("--version") == (0, f"missingrules {version('missingrules')}\n", "")


@pytest.mark.parametrize("command", ["scan", "explain"])
def test_the_help_documents_every_exit_code(run: Run, command: str) -> None:
    done = run(command, "--help")
    assert done.code == 0
    told = flat(done.out)
    expected = "01234" if command == "scan" else "0234"
    assert all(f" {code} " in told[told.index("Exit codes:") :] for code in expected)
    assert all(len(line) <= 80 for line in done.out.splitlines())


def spawn(*args: object, **options: object) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "missingrules", *map(str, args)]
    return subprocess.run(command, capture_output=True, check=False, **options)  # type: ignore[call-overload, no-any-return]


def test_the_module_is_the_command() -> None:
    done = spawn("--version", timeout=60)
    assert done.stdout.decode() == f"missingrules {version('missingrules')}\n"


@POSIX
@pytest.mark.parametrize(
    ("redirection", "code", "told"),
    [
        (">/dev/full", 2, "the answer could not be written: No space left on device"),
        ("2>&-", 1, ""),
        (">&- 2>&- <&-", 1, ""),
        ("2>/dev/full", 1, ""),
    ],
)
def test_output_that_goes_nowhere_ends_without_a_traceback(
    saved: Saved, policy: Path, redirection: str, code: int, told: str
) -> None:
    script = f'"$0" -m missingrules scan "$1" -p "$2" {redirection}'
    done = subprocess.run(
        ["/bin/sh", "-c", script, sys.executable, saved(MISSED), policy],
        capture_output=True,
        check=False,
    )
    err = done.stderr.decode()
    assert (done.returncode, "Traceback" in err, "ignored" in err) == (code, False, False)
    assert told in err


@pytest.mark.parametrize("form", ["text", "jsonl"])
def test_a_pipe_that_nobody_reads_to_the_end_ends_quietly(form: str) -> None:
    call = ["scan", str(EXAMPLE), "-p", "wiltshire", "--format", form]
    with subprocess.Popen(
        [sys.executable, "-m", "missingrules", *call],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read().decode()
        assert process.wait(60) == 141
    assert "Traceback" not in err
    assert "ignored" not in err


@POSIX
def test_an_interrupt_ends_without_a_traceback(policy: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with (
        subprocess.Popen(
            [sys.executable, "-m", "missingrules", "scan", str(pipe), "-p", str(policy)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process,
        pipe.open("wb"),
    ):  # waits until the other end is opened
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err.decode()) == (130, b"", "missingrules: interrupted\n")


def test_what_standard_output_cannot_encode_is_written_as_an_escape(
    saved: Saved, policy: Path
) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = spawn("scan", saved([reported("M\xfcnchen-1")]), "-p", policy, env=environment)
    assert done.returncode == 0
    assert b"M\\xfcnchen-1: 0 breaches" in done.stdout


def on_a_terminal(environment: dict[str, str], *args: object) -> str:
    """Run the command on a terminal of its own and give what it shows."""
    import pty

    ours, theirs = pty.openpty()
    inherited = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "FORCE_COLOR"}}
    command = [sys.executable, "-m", "missingrules", *map(str, args)]
    with subprocess.Popen(
        command, stdout=theirs, stderr=theirs, env={**inherited, **environment}
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # Linux says so where others give nothing
                break
            if not part:
                break
            shown += part
        process.wait(60)
    os.close(ours)
    return shown.decode()


@POSIX
@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
    ],
    ids=["terminal", "NO_COLOR", "dumb"],
)
def test_a_terminal_gets_colours_unless_it_cannot_or_will_not_have_them(
    saved: Saved, policy: Path, environment: dict[str, str], coloured: bool
) -> None:
    shown = on_a_terminal(environment, "scan", saved(MISSED), "-p", policy)
    assert ("\x1b[" in shown) == coloured
    assert "On record after the time allowed" in shown


def test_a_policy_of_ones_own_may_add_kinds_that_its_logs_hold(
    run: Run, saved: Saved, policy: Path
) -> None:
    policy.write_text(
        POLICY
        + "vocabulary:\n  kinds:\n    drone_sent: {of: episode, phrase: a drone being sent}\n"
    )
    log = saved([*MET, reported() | {"kind": "drone_sent"}])
    assert run("scan", log, "-p", policy).code == 0
    done = run("scan", log, "-p", "england")
    assert done.code == 3
    assert "`kind` names no kind of entry" in done.err


def test_the_command_and_the_library_agree(run: Run, saved: Saved, policy: Path) -> None:
    from missingrules import scan

    rows = lines([*MISSED, reported("C2"), NAIVE])
    made = scan(read_jsonl(io.BytesIO(rows)), Policy.load(policy))
    done = run("scan", saved(rows), "-p", policy, "--format", "json")
    assert json.loads(done.out) == json.loads(json.dumps(made.to_dict()))


@DURABLE
def test_a_cross_check_of_what_the_durable_matcher_judged_asks_the_native_one(
    run: Run, saved: Saved, policy: Path
) -> None:
    done = run("scan", saved(MISSED), "-p", policy, "--cross-check", "--engine", "durable")
    assert done.out.endswith("1 verdict compared with the native matcher, 0 differ.\n")

"""What a scan leaves behind: files, streams, and nothing by halves."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from missingrules import arrow, synth
from missingrules.cli import main
from missingrules.errors import MissingRulesError
from missingrules.sweep.folder import FILES, FINDINGS, REPORT, SHARED, Folder

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
BOY = EXAMPLES / "01_wiltshire_boy.jsonl"
POSIX = pytest.mark.skipif(os.name != "posix", reason="needs signals, limits and modes")

Run = "Callable[..., tuple[int, bytes, str]]"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Any:
    def run(*args: object) -> tuple[int, bytes, str]:
        monkeypatch.setattr(sys, "argv", ["missingrules", *map(str, args)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        out, err = capfdbinary.readouterr()
        assert b"Traceback" not in out + err
        return ended.value.code, out, err.decode()

    return run


def command(*args: object, **settings: int) -> list[str]:
    """The command in a process of its own, with other settings of ``spool`` and ``sweeping``."""
    script = (
        "import sys\nfrom missingrules import cli\nfrom missingrules.sweep import spool, sweeping\n"
    )
    script += "".join(f"{name.replace('__', '.')} = {held}\n" for name, held in settings.items())
    return [sys.executable, "-c", f"{script}cli.main()", *map(str, args)]


SEVERAL = {"sweeping__WORTH_A_PROCESS": 0, "sweeping__CHUNK": 500}
"""What has even a small log judged in several processes."""


UNMEASURED = {name: held for name, held in os.environ.items() if not name.startswith("COVERAGE_")}
"""Where files may not grow, what measures the tests could not keep its figures either."""


def all_bytes(place: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in place.iterdir()}


# --- The folder ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the boy's log, made in another process."""
    place = tmp_path_factory.mktemp("out") / "answer"
    args = command("scan", BOY, "--policy", "wiltshire", "--out", place, "--format", "text")
    done = subprocess.run(args, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "Strategy meetings: 1 owed" in done.stdout
    return place


def test_a_folder_has_every_file_and_nothing_else(answer: Path) -> None:
    assert {path.name for path in answer.iterdir()} == set(FILES)


@POSIX
def test_a_folder_that_is_made_is_for_its_owner_alone(answer: Path) -> None:
    assert stat.S_IMODE(answer.stat().st_mode) == 0o700


def test_every_file_holds_the_same_findings(answer: Path) -> None:
    lines = (answer / "findings.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    with (answer / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        sheet = list(csv.DictReader(file))
    table = pq.read_table(answer / "findings.parquet").to_pylist()
    assert [row["finding_id"] for row in rows] == [row["finding_id"] for row in sheet]
    assert len(rows) == len(table) == 203
    for row, cells, held in zip(rows, sheet, table, strict=True):
        assert held["due_at"] == (row["due_at"] and dt.datetime.fromisoformat(row["due_at"]))
        assert held["evidence"] == row["evidence"] == cells["evidence"].split("; ")
        assert cells["due_at"] == (row["due_at"] or "")
        assert cells["cite_publisher"] == row["cite"]["publisher"] == held["cite"]["publisher"]
        assert cells["masked"] == str(row["masked"]).lower()
        assert int(cells["episodes_since"]) == row["episodes_since"] == held["episodes_since"]


def test_the_summary_holds_the_figures_and_what_became_of_the_rows(answer: Path) -> None:
    told = json.loads((answer / "summary.json").read_text(encoding="utf-8"))
    assert told["rows"]["read"] == told["rows"]["accepted"] == 124
    assert told["figures"]["strategy_meetings"]["no_record"] == 1
    assert told["figures"]["outcomes"]["breached"] == 43
    assert told["judged_again"] == 0
    assert told["data_quality"]["recorded_at_another_time"] == 55


def test_the_report_says_how_to_make_it_again(answer: Path) -> None:
    page = (answer / "report.html").read_text(encoding="utf-8")
    assert "missingrules scan" in page
    assert "--policy wiltshire" in page
    assert "rest on when things are said to have happened" in page


def test_the_report_for_sharing_names_nobody(answer: Path) -> None:
    page = (answer / SHARED).read_text(encoding="utf-8")
    assert "child-01" in (answer / REPORT).read_text(encoding="utf-8")
    assert "child-01" not in page
    assert "W-0001" not in page


def test_the_line_that_makes_the_report_for_sharing_names_no_child_and_no_folder(
    run: Any, tmp_path: Path
) -> None:
    log = tmp_path / "log.jsonl"
    log.write_bytes(BOY.read_bytes())
    for asked in (["--child", "child-01"], ["--child=child-01"]):
        run("scan", log, "--policy", "wiltshire", "--out", tmp_path / "out", *asked)
        whole, shared = (
            (tmp_path / "out" / name).read_text(encoding="utf-8") for name in (REPORT, SHARED)
        )
        assert f"<pre><code>missingrules scan {log}" in whole
        assert "<pre><code>missingrules scan log.jsonl --policy wiltshire --out out" in shared
        assert "child-01" in whole
        assert "child-01" not in shared
        assert str(tmp_path) not in shared


def test_an_answer_takes_the_place_of_an_older_one(run: Any, answer: Path, tmp_path: Path) -> None:
    place = tmp_path / "answer"
    place.mkdir()
    (place / "notes.txt").write_text("kept")
    (place / "summary.json").write_text("old")
    assert run("scan", BOY, "--policy", "wiltshire", "--out", place)[0] == 1
    made = all_bytes(place)
    assert made.pop("notes.txt") == b"kept"
    wanted = all_bytes(answer)
    for name in (REPORT, SHARED):  # they name the folder that they were made for
        made.pop(name), wanted.pop(name)
    assert made == wanted


def test_the_files_are_the_same_whoever_judges(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    synth.write(log, episodes=120, seed=3)
    for workers in (1, 2):
        args = ("scan", log, "--policy", "england", "--workers", workers, "--memory", "256MB")
        made = command(*args, "--out", tmp_path / str(workers), **SEVERAL)
        done = subprocess.run(made, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (1, b"")
    one, two = all_bytes(tmp_path / "1"), all_bytes(tmp_path / "2")
    for name in (REPORT, SHARED):  # they name the command
        assert len(one.pop(name)) == len(two.pop(name)) > 0
    assert one == two
    assert json.loads(one["summary.json"])["figures"]["episodes"]["all"] > 100


def test_rejects_go_to_a_file_and_the_exit_code_says_so(run: Any, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_bytes(BOY.read_bytes() + b'{"child_id": "child-01", "kind": "unheard_of"}\n')
    code, _, err = run("scan", log, "--policy", "wiltshire", "--out", tmp_path / "out")
    assert code == 3
    assert "unknown-kind" in err
    with (tmp_path / "out" / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        (row, *_) = csv.DictReader(file)
    assert (row["line"], row["code"], row["row"]) == ("125", "missing-field", "rejected")


def test_a_log_of_which_nothing_was_accepted_still_gets_its_folder(
    run: Any, tmp_path: Path
) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text("{}\n")
    code, out, err = run("scan", log, "--policy", "england", "--out", tmp_path / "out")
    assert code == 3
    assert b"Rows: 1 read = 0 accepted" in out
    assert "nothing was judged" in err
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["as_of"] is None
    assert pq.read_table(tmp_path / "out" / "findings.parquet").num_rows == 0


@pytest.mark.parametrize("name", ["taken", "taken/within"])
def test_a_place_that_is_a_file_is_said(run: Any, tmp_path: Path, name: str) -> None:
    (tmp_path / "taken").write_text("")
    code, out, err = run("scan", BOY, "--policy", "wiltshire", "--out", tmp_path / name)
    assert (code, out) == (2, b"")
    assert str(tmp_path / name) in err


def test_what_goes_wrong_leaves_the_old_answer_and_nothing_aside(tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_text("old")
    made = Folder(tmp_path)
    with pytest.raises(ZeroDivisionError), made:
        made.finish({}, {"rejects.csv": Path.touch, "report.html": lambda _: 1 / 0})
    assert all_bytes(tmp_path) == {"summary.json": b"old"}


def test_a_format_that_cannot_be_begun_leaves_nothing_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**_: object) -> None:
        raise MissingRulesError("pyarrow is not there")

    monkeypatch.setattr(arrow, "schema", refused)
    with pytest.raises(MissingRulesError, match="not there"), Folder(tmp_path):
        pass
    assert all_bytes(tmp_path) == {}


# --- Cut short -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "large.jsonl"
    synth.write(path, episodes=3_000, seed=2)  # it must not be done before it is cut short
    return path


def anybody_left(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def cut_short(args: list[str], place: Path, cut: Callable[[int], None]) -> tuple[int, str]:
    """Start a scan, cut it short while it judges, and wait until all of its processes are gone.

    Each scan has a group of its own, as a shell starts it. Returns its exit code and what it said.
    """
    with subprocess.Popen(args, stderr=subprocess.PIPE, start_new_session=True) as running:
        until = time.monotonic() + 120
        while not any(f.stat().st_size > 10_000 for f in place.glob(".*/findings.jsonl")):
            assert time.monotonic() < until
            assert running.poll() is None
            time.sleep(0.02)
        cut(running.pid)
        running.wait(60)
        while anybody_left(running.pid):  # they end a moment after the one that started them
            assert time.monotonic() < until
            time.sleep(0.02)
        assert running.stderr is not None
        return running.returncode, running.stderr.read().decode()


@POSIX
@pytest.mark.parametrize(
    "cut",
    [
        pytest.param(lambda pid: os.killpg(pid, signal.SIGINT), id="an interrupt of every process"),
        pytest.param(lambda pid: os.kill(pid, signal.SIGTERM), id="a request to end to the first"),
        pytest.param(
            lambda pid: os.killpg(pid, signal.SIGTERM), id="a request to end to every one"
        ),
    ],
)
def test_an_interrupt_leaves_the_old_answer_and_nothing_else(
    large: Path, tmp_path: Path, cut: Callable[[int], None]
) -> None:
    place, spill = tmp_path / "out", tmp_path / "spill"
    place.mkdir()
    spill.mkdir()
    (place / "summary.json").write_text("old")
    args = command(
        *("scan", large, "--policy", "wiltshire", "--workers", "2"),
        *("--out", place, "--spill", spill),
        **SEVERAL,
    )
    code, said = cut_short(args, place, cut)
    assert code == 130
    assert said.endswith("missingrules: interrupted\n")
    assert "Traceback" not in said
    assert all_bytes(place) == {"summary.json": b"old"}
    assert list(spill.iterdir()) == []


@POSIX
def test_no_process_outlives_the_one_that_started_it(large: Path, tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_text("old")
    args = command(
        *("scan", large, "--policy", "wiltshire", "--workers", "2"),
        *("--out", tmp_path, "--spill", tmp_path),
        **SEVERAL,
    )
    code, _ = cut_short(args, tmp_path, lambda pid: os.kill(pid, signal.SIGKILL))
    assert code == -signal.SIGKILL
    assert (tmp_path / "summary.json").read_text() == "old"


@POSIX
def test_a_disk_that_fills_leaves_the_old_answer_and_nothing_else(
    large: Path, tmp_path: Path
) -> None:
    import resource

    (tmp_path / "summary.json").write_text("old")
    args = command("scan", large, "--policy", "england", "--out", tmp_path, "--workers", "1")
    done = subprocess.run(
        args,
        capture_output=True,
        check=False,
        env=UNMEASURED,
        # As a full disk does, the system refuses to let a file grow further.
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000)),
    )
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.startswith(b"missingrules: the answer could not be written: ")
    assert b"Traceback" not in done.stderr
    assert all_bytes(tmp_path) == {"summary.json": b"old"}


@POSIX
def test_a_disk_that_fills_while_entries_are_set_aside_is_said(large: Path, tmp_path: Path) -> None:
    import resource

    args = ("scan", large, "--policy", "england", "--spill", tmp_path)
    done = subprocess.run(
        command(*args, spool__IN_MEMORY=0),
        capture_output=True,
        check=False,
        env=UNMEASURED,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000)),
    )
    assert done.returncode == 2
    assert b"the entries could not be set aside on disk" in done.stderr
    assert b"Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


# --- Streams -------------------------------------------------------------------------------------


def test_each_format_goes_to_standard_output(run: Any, answer: Path) -> None:
    for form in FINDINGS:
        code, out, err = run("scan", BOY, "--policy", "wiltshire", "--format", form)
        assert code == 1
        assert out == (answer / FINDINGS[form]).read_bytes()
        assert "Rows: 124 read" in err


def test_a_document_is_json_with_a_line_a_child(run: Any) -> None:
    _, out, _ = run("scan", BOY, "--policy", "wiltshire", "--format", "json")
    told = json.loads(out)
    assert [child["child_id"] for child in told["children"]] == ["child-01"]
    assert told["outcomes"]["breached"] == 43
    assert len(out.splitlines()) == 3


def test_a_cell_that_a_spreadsheet_would_run_is_defused(run: Any, tmp_path: Path) -> None:
    """Ids cannot begin so; the words of a policy can."""
    policy = tmp_path / "local.yaml"
    policy.write_text(
        "policy: local\ntitle: For a test\nedition: '1'\nconventions: {zone: Europe/London}\n"
        "rules:\n"
        "  - {id: told, title: '=1+1', authority: force_policy, basis: assumed, note: for a test,\n"
        "     on: {entry: reported}, require: {action: ppn_submitted, within: not_stated}}\n"
    )
    _, out, _ = run("scan", BOY, "--policy", policy, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out.decode("utf-8-sig"), newline="")))
    assert {row["title"] for row in rows} == {"'=1+1"}
    _, out, _ = run("scan", BOY, "--policy", policy, "--format", "jsonl")
    assert {json.loads(line)["title"] for line in out.splitlines()} == {"=1+1"}


# --- Options -------------------------------------------------------------------------------------


def test_filters_are_said_and_a_name_that_nothing_has_too(run: Any) -> None:
    _, out, err = run(
        *("scan", BOY, "--policy", "wiltshire", "--rule", "strategy-meeting"),
        *("--since", "2023-01-01", "--until", "2023-02-01", "--area", "Norht"),
    )
    text = " ".join(out.decode().split())
    assert "Only: duties that arose from 2023-01-01 to 2023-01-31; rule strategy-meeting" in text
    assert "Every child was judged on all entries. Rows and notes on the data are those of" in text
    assert "No entry names the area Norht" in text
    assert "All duties: none arose." in text
    assert err == ""


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--rule", "strategy-meting"], "Did you mean `strategy-meeting`?"),
        (["--severity", "grave"], "critical"),
        (["--outcome", "late"], "fulfilled_late"),
        (["--since", "2023-13-01"], "since must be a date"),
        (["--since", "2023-02-01", "--until", "2023-01-01"], "the period ends before it starts"),
        (["--pseudonymise", "nowhere.key"], "there is no such key file"),
        (["--care-homes", "nowhere.csv", "--out", "x"], "--care-homes: nowhere.csv cannot be read"),
        (["--care-homes", "nowhere.csv"], "--care-homes: of use with --out only"),
        (["--workers", "0"], "--workers"),
        (["--memory", "1XB"], "memory=1XB must be a number and KB, MB, GB or TB"),
        (["--spill", "nowhere"], "no folder to set entries aside could be made"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_options_that_cannot_be_meant_are_said(run: Any, args: list[str], told: str) -> None:
    code, out, err = run("scan", BOY, "--policy", "wiltshire", *args)
    assert (code, out) == (2, b"")
    assert told in err


def test_the_reports_of_a_part_say_so_at_their_head(run: Any, tmp_path: Path) -> None:
    asked = ("--rule", "strategy-meeting", "--area", "Norht", "--out", tmp_path / "out")
    run("scan", BOY, "--policy", "wiltshire", *asked)
    for name in (REPORT, SHARED):
        head, header, _ = (
            (tmp_path / "out" / name).read_text(encoding="utf-8").partition("</header>")
        )
        assert header
        assert "Only: rule strategy-meeting; area Norht." in head
        assert "No entry names the area Norht" in head


def test_care_homes_reach_the_report(run: Any, tmp_path: Path) -> None:
    homes = tmp_path / "homes.csv"
    homes.write_text("home,signed_up,updated\nOak House,yes,2022-08-31\nElm House,,\n")
    place = tmp_path / "out"
    run("scan", BOY, "--policy", "wiltshire", "--out", place, "--care-homes", homes)
    page = (place / "report.html").read_text(encoding="utf-8")
    assert "Oak House" in page
    assert "Elm House" in page


def test_a_fault_in_the_table_of_care_homes_is_told_at_its_place_before_anything_is_judged(
    run: Any, tmp_path: Path
) -> None:
    homes, place = tmp_path / "homes.csv", tmp_path / "out"
    homes.write_text("home,signed_up,updated\nOak House,perhaps,2022-08-31\n")
    args = ("--out", place, "--care-homes", homes)
    code, out, err = run("scan", BOY, "--policy", "wiltshire", *args)
    assert (code, out) == (2, b"")
    assert err == f"{homes}:2:2: bad-value: `signed_up` must be yes, no or blank\n"
    assert not place.exists()


def test_no_file_of_an_answer_under_pseudonyms_names_anybody(run: Any, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(bytes(range(32)).hex())
    key.chmod(0o600)
    place = tmp_path / "out"
    args = ("scan", BOY, "--policy", "wiltshire", "--out", place, "--pseudonymise", key)
    _, out, err = run(*args, "--child", "child-01")
    assert b"still personal data" in out
    everything = out + err.encode() + b"".join(all_bytes(place).values())
    held = pq.read_table(place / "findings.parquet").to_pylist()
    for told in (everything.decode(errors="replace"), repr(held)):
        assert "child-01" not in told
        assert "W-0001" not in told
    again = tmp_path / "again"
    run("scan", BOY, "--policy", "wiltshire", "--out", again, "--pseudonymise", key)
    assert (again / "findings.csv").read_bytes() == (place / "findings.csv").read_bytes()


def test_a_report_without_its_packages_is_refused_before_anything_is_read(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("missingrules.report.write.find_spec", lambda _: None)
    code, _, err = run("scan", BOY, "--policy", "wiltshire", "--out", tmp_path / "out")
    assert code == 2
    assert "install missingrules[report]" in err
    assert not (tmp_path / "out").exists()

"""The second opinion: what is compared, and what happens when the other process cannot finish."""

from __future__ import annotations

import datetime as dt
import io
import json
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from missingrules import EngineError, Policy, read_jsonl, scan
from missingrules.finding import BREACHED, FULFILLED
from missingrules.sweep import crosscheck
from missingrules.sweep.crosscheck import REFUSED, cross_check, verdicts

if TYPE_CHECKING:
    from collections.abc import Callable

    from missingrules import Scan

AS_OF = dt.datetime(2023, 6, 1, tzinfo=dt.UTC)
EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "01_wiltshire_boy.jsonl"

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 13), reason="durable-rules cannot be imported"
)


@pytest.fixture(scope="module")
def done() -> Scan:
    return scan(read_jsonl(EXAMPLE), Policy.load("wiltshire"))


@pytest.fixture
def interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a shell script in the place of Python."""

    def put(script: str) -> None:
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\ncat >/dev/null\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(path))

    return put


def test_every_verdict_is_compared_and_none_differs(done: Scan) -> None:
    result = cross_check(done)
    assert result.compared == len(list(done.findings())) > 200
    assert (result.differing, result.matcher) == ((), "durable")


def test_a_changed_verdict_a_missing_one_and_an_extra_one_are_differences(
    done: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    (child,) = done.assessments
    first, second, third, *rest = child.findings
    other = BREACHED if first.outcome == FULFILLED else FULFILLED
    changed = first._replace(outcome=other)
    extra = third._replace(child_id="nobody")
    tampered = replace(child, findings=(changed, third, extra, *rest))
    answer = json.dumps(verdicts(done.findings())).encode()
    monkeypatch.setattr(
        subprocess, "run", lambda *args, **_: subprocess.CompletedProcess(args, 0, answer, b"")
    )
    result = cross_check(replace(done, assessments=(tampered,)))
    ids = {first.finding_id, second.finding_id, extra.finding_id}
    assert result.compared == len(child.findings) + 1
    assert result.differing == tuple(sorted(ids))


def test_what_the_durable_matcher_judged_is_judged_again_by_the_native_one() -> None:
    log = read_jsonl([b'{"child_id":"C1","episode_id":"E1","kind":"reported"}'])
    empty = scan(log, Policy.load("england"), as_of=AS_OF, engine="durable")
    assert cross_check(empty).matcher == "native"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("kill -SEGV $$", "the other process ended on SIGSEGV"),
        ("kill -KILL $$", "the other process ended on SIGKILL"),
        ("exit 1", "the other process ended with exit code 1"),
        ("echo 'ValueError: what a child wrote' >&2; exit 1", "ended with exit code 1"),
        (f"echo 'no such matcher' >&2; exit {REFUSED}", "completed: no such matcher"),
        ("exit 0", "gave no answer that can be read"),
        ("echo not json", "gave no answer that can be read"),
        ("printf '\\377'", "gave no answer that can be read"),
    ],
)
def test_a_process_that_cannot_finish_is_an_error_of_the_engine(
    done: Scan, interpreter: Callable[[str], None], script: str, reason: str
) -> None:
    interpreter(script)
    with pytest.raises(EngineError, match=reason) as error:
        cross_check(done)
    assert str(error.value).startswith("the cross-check could not be completed: ")
    assert "child wrote" not in str(error.value)


def test_a_process_that_dies_before_it_read_its_work_is_an_error_too(
    done: Scan, interpreter: Callable[[str], None]
) -> None:
    interpreter("")
    Path(sys.executable).write_text("#!/bin/sh\nkill -ABRT $$\n")
    with pytest.raises(EngineError, match="ended on SIGABRT"):
        cross_check(done)


def test_no_process_at_all_is_an_error_too(done: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(EngineError, match="no process could be started: No such file"):
        cross_check(done)


def test_files_in_the_working_directory_are_not_mistaken_for_modules(
    done: Scan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json", "pickle", "missingrules", "holidays"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('taken for the module')")
    monkeypatch.chdir(tmp_path)
    assert cross_check(done).differing == ()


def other_process(
    work: tuple[object, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> dict[str, str]:
    """Do here what the other process does, and give what it writes."""
    given = io.TextIOWrapper(io.BytesIO(pickle.dumps(work)))
    monkeypatch.setattr(sys, "stdin", given)
    crosscheck.main()
    found: dict[str, str] = json.loads(capsys.readouterr().out)
    return found


def test_the_other_process_judges_every_record_even_where_one_cannot_be_judged(
    done: Scan, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = done.assessments[0].record
    bad = replace(good, child_id="broken", entries=(None,))  # type: ignore[arg-type]
    work = (done.policy, (bad, good), done.as_of_us, done.coverage, "durable")
    found = other_process(work, monkeypatch, capsys)
    assert len(found) == len(done.assessments[0].findings) + 1
    assert verdicts(done.findings()).items() <= found.items()


def test_the_other_process_says_why_its_matcher_refuses(
    done: Scan, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_policy: Policy, _engine: str) -> None:
        raise EngineError("too much for engine 'durable'")

    monkeypatch.setattr(Policy, "matcher", refuse)
    work = (done.policy, (done.assessments[0].record,), done.as_of_us, done.coverage, "durable")
    with pytest.raises(SystemExit) as ended:
        other_process(work, monkeypatch, capsys)
    assert ended.value.code == REFUSED
    assert capsys.readouterr() == ("", "too much for engine 'durable'")

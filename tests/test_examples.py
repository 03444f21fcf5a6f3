"""Every numbered example, run as its reader would run it."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from missingrules import Policy, read_jsonl, scan
from missingrules.cli import main
from missingrules.figures import Figures
from missingrules.policysource import parameter_at

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
FILES = sorted(path for path in EXAMPLES.iterdir() if path.is_file())

BOY = EXAMPLES / "01_wiltshire_boy.jsonl"
FROM_PYTHON = EXAMPLES / "02_from_python.py"
LOCAL = EXAMPLES / "03_local_policy.yaml"
WHY = EXAMPLES / "04_why_and_why_not.py"
TESTS = EXAMPLES / "05_property_tests.py"
AUDIT = EXAMPLES / "06_audit" / "audit.jsonl"

SEVEN = [f"W-000{number}" for number in range(1, 8)]

Finding = dict[str, Any]


def script(path: Path, folder: Path) -> str:
    """Run a script away from the checkout; a warning is an error."""
    done = subprocess.run(
        [sys.executable, "-W", "error", str(path)],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    return done.stdout


def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *args: str
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["missingrules", *args])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, out, err


def test_the_examples_are_numbered_without_a_gap_and_each_is_tested_here() -> None:
    numbers = [re.fullmatch(r"(\d\d)_[a-z_]+\.(jsonl|py|yaml)", path.name) for path in FILES]
    assert [int(found[1]) for found in numbers if found] == list(range(1, len(FILES) + 1))
    assert FILES == [BOY, FROM_PYTHON, LOCAL, WHY, TESTS]


# --- 01: the boy whom nobody counted -------------------------------------------------------------


@pytest.fixture(scope="module")
def boy() -> list[Finding]:
    done = scan(read_jsonl(BOY), Policy.load("wiltshire"))
    assert (done.log.rejected, done.log.duplicates, done.failed) == (0, 0, ())
    return [finding.to_dict() for finding in done.findings()]


def of_rule(found: list[Finding], rule: str) -> list[Finding]:
    return [one for one in found if one["rule"] == rule]


def in_the_last_episode(found: list[Finding], rule: str) -> Finding:
    (one,) = [f for f in of_rule(found, rule) if f["episode_id"] == "W-0007"]
    return one


def test_01_finds_the_one_strategy_meeting_that_nobody_held(boy: list[Finding]) -> None:
    (meeting,) = of_rule(boy, "strategy-meeting")
    assert meeting["outcome"] == "breached"
    assert meeting["episodes"] == SEVEN[:3]
    assert meeting["masked"] is True
    assert meeting["masked_by"] == SEVEN[:3]
    assert meeting["episodes_since"] == 4
    assert meeting["authority"] == "force_policy"
    assert (meeting["basis"], meeting["timing_basis"]) == ("stated", "assumed")
    assert meeting["cite"]["publisher"] == "HMICFRS"
    assert meeting["due_at"] == "2023-01-11T00:00:00Z"
    assert meeting["message"].startswith(
        "No record of a strategy meeting by end of 2023-01-10. 3 episodes reached the threshold"
    )


def test_01_finds_the_grading_that_should_have_been_high(boy: list[Finding]) -> None:
    low = [f for f in of_rule(boy, "self-harm-grading") if f["outcome"] == "breached"]
    (grading,) = low
    assert grading["episode_id"] == "W-0007"
    assert (grading["recorded_grade"], grading["required_grade"]) == ("medium", "high")
    assert in_the_last_episode(boy, "grading-refers-to-warnings")["outcome"] == "breached"
    assert in_the_last_episode(boy, "grading-rationale")["outcome"] == "breached"


def test_01_finds_what_was_not_recorded_in_the_last_episode(boy: list[Finding]) -> None:
    for rule in ("inspector-informed", "lines-of-enquiry", "tracker-opened"):
        assert in_the_last_episode(boy, rule)["outcome"] == "breached"
    assert in_the_last_episode(boy, "fim-told")["outcome"] == "fulfilled_late"
    assert in_the_last_episode(boy, "concern-for-safety-rationale")["outcome"] == "breached"


def test_01_gives_credit_for_what_was_recorded(boy: list[Finding]) -> None:
    for rule in ("prevention-interview", "ppn-submitted", "ppn-voice", "ppn-carries-warnings"):
        assert in_the_last_episode(boy, rule)["outcome"] == "fulfilled"


def test_01_every_episode_was_called_concern_for_safety_without_ground_or_reason(
    boy: list[Finding],
) -> None:
    for rule in ("concern-for-safety-ground", "concern-for-safety-rationale"):
        found = of_rule(boy, rule)
        assert [f["episode_id"] for f in found] == SEVEN
        assert {f["outcome"] for f in found} == {"breached"}


def test_01_every_finding_stands_on_entries_of_the_log_and_on_a_clause(boy: list[Finding]) -> None:
    ids = {json.loads(line)["entry_id"] for line in BOY.read_text().splitlines()}
    for finding in boy:
        assert {*finding["evidence"], *finding["cited"]} <= ids
        assert finding["evidence"]
        assert finding["authority"]
        assert finding["cite"]


def test_01_is_what_the_first_command_of_the_readme_prints(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["scan", str(BOY), "--policy", "wiltshire"]
    if sys.version_info < (3, 13):
        call.append("--cross-check")
    code, out, err = command(monkeypatch, capsys, *call)
    assert (code, err) == (1, "")
    told = " ".join(out.split())
    assert "Strategy meetings: 1 owed, 0 held in time, 0 held late, 1 no record" in told
    assert "1 child was not counted because of the recorded category." in told
    assert "Risk grades below what was required: 1, of 1 child." in told
    assert "Further episodes since: 4." in told
    if sys.version_info < (3, 13):
        compared = re.search(r"Cross-check: (\d+) verdicts .* durable matcher, 0 differ\.", told)
        assert compared is not None
        assert int(compared[1]) > 200


def test_01_holds_no_names_and_each_instant_once_known(boy: list[Finding]) -> None:
    rows = [json.loads(line) for line in BOY.read_text().splitlines()]
    assert {row["child_id"] for row in rows} == {"child-01"}
    assert len({row["episode_id"] for row in rows if row.get("episode_id")}) == len(SEVEN)
    (born,) = [row for row in rows if row["kind"] == "born"]
    last = dt.date.fromisoformat(rows[-1]["at"][:10])
    years = (last - dt.date.fromisoformat(born["date_of_birth"])).days / 365.25
    assert int(years) == 13
    assert boy


# --- 02: from Python -----------------------------------------------------------------------------


def test_02_lists_what_is_required_the_most_urgent_first(tmp_path: Path) -> None:
    first, *required, breached, meeting = script(FROM_PYTHON, tmp_path).splitlines()
    assert first.startswith("Required of partners and police on 11 March 2024")
    assert [line.split(":")[0].strip() for line in required] == [
        "officer",
        "supervisor",
        "officer",
        "childrens_social_care",
        "childrens_social_care",
        "childrens_social_care",
    ]
    assert "Required by end of 2024-03-15: a strategy meeting." in required[-1]
    assert "Not counted by the recorded category: M-0, M-1, M-2." in required[-1]
    assert "Next due: 11 March 2024 20:15 UTC." in breached
    assert meeting == "strategy-meeting: pending, hidden by the recorded category: True."


# --- 03: a local policy --------------------------------------------------------------------------


def test_03_lays_a_local_policy_over_the_shipped_one() -> None:
    local, below = Policy.load(LOCAL), Policy.load("wiltshire")
    assert [layer.policy for layer in local.source.layers] == [
        "england",
        "wiltshire_repeat_missing",
        "wiltshire",
        "local_example",
    ]
    assert local.duties.keys() - below.duties.keys() == {"coordinator-allocated"}
    assert below.duties.keys() <= local.duties.keys()
    on = [dt.date(2024, 9, 30), dt.date(2024, 10, 1)]
    assert [parameter_at(local.source, "repeat_count", date).value for date in on] == [3, 2]
    assert parameter_at(local.source, "repeat_count", on[0]).basis == "stated"
    assert {duty.owner for duty in local.duties["inspector-informed"]} == {"supervisor"}
    assert {duty.owner for duty in below.duties["inspector-informed"]} == {"force_incident_manager"}
    assert local.duties["trigger-plan-made"][0].deciders == {"coordinator"}
    assert local.role("sgt") == "supervisor"


def test_03_judges_the_boy_by_its_own_deadline_and_rule(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ("scan", str(BOY), "--policy", str(LOCAL), "--format", "jsonl")
    code, out, _ = command(monkeypatch, capsys, *call)
    assert code == 1
    found = [json.loads(line) for line in out.splitlines()]
    (meeting,) = of_rule(found, "strategy-meeting")
    assert meeting["due_at"] == "2023-01-07T00:00:00Z"
    assert meeting["timing_basis"] == "stated"
    (coordinator,) = of_rule(found, "coordinator-allocated")
    assert coordinator["outcome"] == "breached"


# --- 04: why and why not -------------------------------------------------------------------------


def test_04_tells_why_for_one_child_and_why_not_for_the_other(tmp_path: Path) -> None:
    owed, spared = re.split(r"^child-12$", script(WHY, tmp_path), flags=re.MULTILINE)
    assert "+ 3 of 3 from 2024-02-02 00:00 (2024-02-02T00:00:00Z)" in owed
    assert "breached: No record of a strategy meeting by end of 2024-05-10." in owed
    assert "so nothing was called for" not in owed
    assert "- 2 of 3 from 2024-02-04 00:00" in spared
    assert "nearest miss: 2 of 3; child-12-1 left the window 2024-05-03 00:00" in spared
    assert "- so nothing was called for" in spared


# --- 05: property tests --------------------------------------------------------------------------

PLUGINS = ("missingrules.testing.plugin", "hypothesispytest")


def ran_as_tests(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, text: str, *args: str
) -> pytest.RunResult:
    """Run a test file, warnings as errors, with the plugins that an installation brings."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(text)
    plugins = [word for plugin in PLUGINS for word in ("-p", plugin)]
    return pytester.runpytest_subprocess(*plugins, "-W", "error", "--strict-markers", *args)


def test_05_passes_as_it_is(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    text = TESTS.read_text(encoding="utf-8")
    ran_as_tests(pytester, monkeypatch, text).assert_outcomes(passed=5)


def test_05_finds_a_program_that_loses_the_time_of_recording(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = TESTS.read_text(encoding="utf-8")
    rows = "to_json(entry).items()"
    for old, new in (
        (f"{rows}}}", f'{rows} if name != "recorded_at"}}'),
        ("import HealthCheck,", "import HealthCheck, Phase,"),
        ("derandomize=True,", "derandomize=True, phases=[Phase.generate],"),  # to shrink takes time
    ):
        assert old in text
        text = text.replace(old, new)
    result = ran_as_tests(pytester, monkeypatch, text, "-k", "ControlRoom")
    result.assert_outcomes(failed=1, deselected=4)
    result.stdout.fnmatch_lines(["*InvariantError: live-equals-fresh: *", "*state.begin(start=*"])


# --- 06: the figures of a published audit --------------------------------------------------------


@pytest.fixture(scope="module")
def audit() -> Figures:
    done = scan(read_jsonl(AUDIT), Policy.load("wiltshire"))
    assert (done.log.rejected, done.log.duplicates, done.failed) == (0, 0, ())
    return Figures.of(done.assessments)


def test_06_comes_to_the_figures_of_the_audit(audit: Figures) -> None:
    rules, held = audit.by_rule(), audit.episodes_by("kind")
    assert audit.episodes == 50
    assert (rules["ppn-submitted"].in_time, rules["ppn-submitted"].of) == (42, 50)
    assert held["ppn_submitted"] == 42
    shared = rules["return-interview-shared"]
    assert (shared.in_time, shared.late, held["return_interview_shared"]) == (6, 0, 6)
    (interviews,) = audit.reviews()
    assert interviews.kind == "prevention_interview"
    assert interviews.on_record == interviews.reviewed == 44
    assert interviews.verdicts["requires_improvement"] == interviews.reviewed / 2
    assert audit.episodes_by("category") == {"concern_for_safety": 3, "missing": 47}
    assert audit.meetings.owed == 6
    assert audit.meetings.in_time == 0
    assert audit.meetings.no_record == 5


def test_06_the_scan_prints_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = command(monkeypatch, capsys, "scan", str(AUDIT), "--policy", "wiltshire")
    assert (code, err) == (1, "")
    told = " ".join(out.split())
    for line in (
        "Strategy meetings: 6 owed, 0 held in time, 1 held late, 5 no record,",
        "ppn-submitted 42 of 50 8 no record",
        "return-interview-shared 6 of 31 25 no record",
        "Public protection notification 42 of 50",
        "Return home interview being shared 6 of 50",
        "First recorded category of the 50 episodes: 3 concern for safety, 47 missing.",
        "prevention interview, 44 of 44 reviewed: 22 good, 22 requires improvement.",
    ):
        assert line in told


def test_06_is_made_again_byte_for_byte_by_its_script(tmp_path: Path) -> None:
    copied = tmp_path / "make.py"
    copied.write_bytes(AUDIT.with_name("make.py").read_bytes())
    assert script(copied, tmp_path) == ""
    assert (tmp_path / "audit.jsonl").read_bytes() == AUDIT.read_bytes()


def test_06_says_that_it_is_made_up() -> None:
    told = AUDIT.with_name("README.md").read_text(encoding="utf-8")
    assert "constructed demonstration" in told
    assert "made up" in told

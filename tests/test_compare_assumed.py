"""What hangs on an assumption is said, finding by finding; what another number would owe, too."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from build import at, judge, missing, only, policy, policy_text, record
from missingrules import Log, Policy, PolicyError, evaluate, read_jsonl, scan
from missingrules.cli import main
from missingrules.compare import VaryError, sensitivity, sensitivity_of, vary
from missingrules.compare.whatif import values_of
from missingrules.report.comparing import comparison_page

ROOT = Path(__file__).resolve().parent.parent
BOY = ROOT / "examples" / "01_wiltshire_boy.jsonl"
AUDIT = ROOT / "examples" / "06_audit" / "audit.jsonl"

RULES = """
parameters:
  window: {value: 90 days, edge: inclusive, placed_by: reported, basis: assumed, note: "?"}
  deadline: {value: 5 days, basis: assumed, note: "?"}
  told_time: {value: 60 minutes, basis: stated, cite: {source: guidance}}
terms:
  missing: {recorded: category}
rules:
  - id: meeting
    on: {episodes: missing, reach: 3, within: window}
    require: {action: strategy_meeting_held, within: deadline}
  - id: told
    on: {entry: reported}
    require: {action: inspector_informed, within: told_time}
"""
AS_OF = "2023-12-01 09:00"


@pytest.fixture(scope="module")
def wiltshire() -> Policy:
    return Policy.load("wiltshire")


@pytest.fixture(scope="module")
def audit() -> Log:
    return read_jsonl(AUDIT)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*args: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["missingrules", *map(str, args)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return run


def hanging(entries: str, *, step: int = 20) -> dict[tuple[str, str], str | None]:
    """What the meeting hangs on, as (parameter, what is assumed instead): the outcome then."""
    finding = only(judge(policy(RULES), entries, AS_OF), "meeting")
    found = sensitivity(policy(RULES), record(entries), as_of=at(AS_OF), step=step)
    told = found.get(finding.finding_id, [])
    return {(each.variation.parameter, each.variation.now): each.outcome for each in told}


# --- Sensitivity ---------------------------------------------------------------------------------


def test_a_third_episode_90_dates_after_the_first_hangs_on_the_edge_of_the_window() -> None:
    assert hanging(missing(0, 10, 90)) == {("window", "exclusive"): None}


ENQUIRY = """
parameters:
  enquiry_time: {value: 60 minutes, basis: assumed, note: "?"}
rules:
  - id: enquiry
    on: {entry: reported}
    while: open
    require: {action: enquiry_made, within: enquiry_time}
  - id: seen
    on: {entry: reported}
    measure: true
"""


@pytest.mark.parametrize(
    ("returned", "outcome", "told"),
    [
        ("09:40", "not_applicable", {}),
        ("09:55", "not_applicable", {"48 minutes": "breached"}),
        ("10:05", "breached", {"72 minutes": "not_applicable"}),
        ("10:30", "breached", {}),
    ],
)
def test_what_is_no_longer_required_hangs_on_a_time_that_would_have_run_out(
    returned: str, outcome: str, told: dict[str, str]
) -> None:
    entries = f"E1 2023-01-01 09:00 reported\nE1 2023-01-01 {returned} returned"
    finding = only(judge(policy(ENQUIRY), entries, AS_OF), "enquiry")
    assert finding.outcome == outcome
    found = sensitivity(policy(ENQUIRY), record(entries), as_of=at(AS_OF))
    assert {
        name: {each.variation.now: each.outcome for each in hangs} for name, hangs in found.items()
    } == ({finding.finding_id: told} if told else {})


def test_the_sum_is_of_every_finding_of_a_scan_whatever_became_of_it(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    rows = [("reported", "09:00"), ("returned", "09:55")]
    log.write_text(
        "".join(
            f'{{"child_id": "A", "episode_id": "E", "kind": "{kind}", '
            f'"at": "2023-01-01T{when}:00Z"}}\n'
            for kind, when in rows
        )
    )
    read = read_jsonl(log)
    outcomes = scan(read, policy(ENQUIRY), as_of=at(AS_OF)).outcomes
    assert outcomes == {"not_applicable": 1, "noted": 1}
    told = sensitivity_of(read, policy(ENQUIRY), as_of=at(AS_OF))
    assert (told.hanging.findings, told.hanging.sensitive) == (2, 1)
    (variation,) = [each for each in told.to_dict()["variations"] if each["changed"]]
    assert (variation["now"], variation["gone"], variation["arise"]) == ("48 minutes", 0, 0)
    assert "1 of 2 findings hangs on something assumed" in told.to_text()
    assert "would be: no record" in told.to_text()
    page = comparison_page(told, command="c")
    assert "would be: no record" in page
    assert "<dt>No longer required</dt>" in page


def test_well_inside_the_window_nothing_hangs_on_its_edge() -> None:
    assert hanging(missing(0, 10, 20)) == {}


def test_an_episode_that_began_before_it_was_reported_hangs_on_what_places_it() -> None:
    early = missing(0, 10) + "\nE3 2023-04-02 09:00 reported missing_since=2023-03-29T09:00:00Z"
    log = early.replace("E1 2023-01-01 09:00 reported", "E1 2023-01-01 09:00 reported "
                        "missing_since=2022-12-20T09:00:00Z")  # fmt: skip
    log += "\nE3 2023-04-02 09:00 categorised category=missing"
    found = sensitivity(policy(RULES), record(log), as_of=at(AS_OF))
    assert found == {}  # 91 dates apart as reported, 99 as missing
    inside = log.replace("E3 2023-04-02", "E3 2023-03-31")
    assert hanging(inside)[("window", "missing_since")] is None


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ("2023-01-26", {("deadline", "4 days"): "fulfilled_late"}),
        ("2023-01-27", {("deadline", "6 days"): "fulfilled"}),
        ("2023-01-23", {}),
    ],
)
def test_what_was_done_near_the_end_of_an_assumed_time_hangs_on_it(
    held: str, expected: dict[tuple[str, str], str]
) -> None:
    log = missing(0, 10, 20) + f"\n- {held} 10:00 strategy_meeting_held"
    assert hanging(log) == expected


def test_the_step_is_as_stated() -> None:
    log = missing(0, 10, 20) + "\n- 2023-01-24 10:00 strategy_meeting_held"
    assert hanging(log) == {}
    assert hanging(log, step=60) == {("deadline", "2 days"): "fulfilled_late"}


def test_nothing_hangs_on_what_a_source_states() -> None:
    log = "E1 2023-01-01 09:00 reported\nE1 2023-01-01 09:59 inspector_informed"
    assert sensitivity(policy(RULES), record(log), as_of=at(AS_OF)) == {}


@pytest.mark.parametrize("step", [0, 100])
def test_a_step_that_leaves_no_time_or_doubles_it_is_refused(step: int) -> None:
    with pytest.raises(ValueError, match="step"):
        sensitivity(policy(RULES), record(missing(0)), as_of=at(AS_OF), step=step)


def test_what_is_said_to_change_does_change_when_the_policy_says_so(wiltshire: Policy) -> None:
    """Judged whole, with the layer that a person would write, the finding comes out as said."""
    boy = read_jsonl(BOY)
    (one,) = scan(boy, wiltshire).assessments
    found = sensitivity(wiltshire, one.record, as_of=one.as_of, coverage=one.coverage)
    told = [(name, each) for name, listed in found.items() for each in listed]
    short = [(n, e) for n, e in told if e.variation.parameter == "fim_time"]
    assert short
    whole = Policy.parse(
        'policy: wiltshire_\ntitle: Another time\nedition: "1"\nextends: wiltshire\n'
        "parameters: {fim_time: {value: 12 minutes, basis: assumed, note: Tried}}\n"
    )
    again = evaluate(whole, one.record, as_of=one.as_of, coverage=one.coverage)
    by_anchor = {(f.rule, f.anchor): f.outcome for f in again.findings}
    before = {f.finding_id: f for f in one.findings}
    for name, each in short:
        finding = before[name]
        assert by_anchor[finding.rule, finding.anchor] == each.outcome != finding.outcome


def test_an_inspector_sees_what_a_finding_is_sensitive_to(wiltshire: Policy) -> None:
    report = sensitivity_of(read_jsonl(BOY), wiltshire)
    said = report.to_dict()
    assert said["sensitive"] == len(said["sensitive_findings"]) > 0
    for finding in said["sensitive_findings"]:
        assert finding["sensitive_to"]
        assert f"{finding['finding_id']} " in report.to_text()
    changed = sum(each["changed"] + each["gone"] for each in said["variations"])
    assert changed == sum(len(each["sensitive_to"]) for each in said["sensitive_findings"])


def test_the_command_says_the_same_and_lists_so_many(run: Any, wiltshire: Policy) -> None:
    code, out, _ = run("compare", BOY, "-p", "wiltshire", "--sensitivity", "--format", "json")
    assert code == 0
    assert json.loads(out) == json.loads(
        json.dumps(sensitivity_of(read_jsonl(BOY), wiltshire).to_dict())
    )
    _, text, _ = run("compare", BOY, "-p", "wiltshire", "--sensitivity", "--children", 1)
    assert text.count("sensitive to") >= 1
    assert "... and" in text


# --- What if -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("2,3,4", ["2", "3", "4"]),
        ("30..90d/30", ["30 days", "60 days", "90 days"]),
        ("30..180d", ["30 days", "60 days", "90 days", "120 days", "150 days", "180 days"]),
        ("1..3wd", ["1 working day", "2 working days", "3 working days"]),
        ("1..6/4", ["1", "5", "6"]),
        ("1h, 90 minutes", ["1 hour", "90 minutes"]),
    ],
)
def test_values_are_a_list_or_a_range(told: str, expected: list[str]) -> None:
    assert values_of(told) == expected


@pytest.mark.parametrize("told", ["", ",", "9..3d", "1..3d/0", "1..999d/1"])
def test_values_that_make_no_sense_are_refused(told: str) -> None:
    with pytest.raises(VaryError):
        values_of(told)


def test_the_curve_at_the_value_as_it_is_is_the_policy_as_it_is(
    audit: Log, wiltshire: Policy
) -> None:
    said = vary(audit, wiltshire, "repeat_count=2,3,4").to_dict()
    assert said["rules"] == ["strategy-meeting", "strategy-meeting-requested"]
    points = {each.pop("value"): each for each in said["curve"]}
    assert points["3"] == said["as_it_is"]
    assert points["2"]["owed"] > points["3"]["owed"] > points["4"]["owed"]
    alone = [f for f in scan(audit, wiltshire).findings() if f.rule == "strategy-meeting"]
    assert points["3"]["by_rule"]["strategy meeting"]["owed"] == len(alone)


def test_a_rule_varied_by_its_id_varies_alone(audit: Log, wiltshire: Policy) -> None:
    found = vary(audit, wiltshire, "strategy-meeting.within=10..90d/40")
    assert found.rules == ("strategy-meeting",)
    owed = [each["owed"] for each in found.to_dict()["curve"]]
    assert owed == sorted(owed)
    assert owed[0] < owed[-1]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("repeat_count", "NAME=VALUES"),
        ("repeat_cuont=2", "did you mean `repeat_count`"),
        ("risk-graded.reach=2", "counts no episodes"),
        ("strategy-meeting.when=2", "must end in"),
    ],
)
def test_what_cannot_be_varied_is_said(audit: Log, wiltshire: Policy, what: str, said: str) -> None:
    with pytest.raises(VaryError, match=said):
        vary(audit, wiltshire, what)


def test_a_value_that_the_policy_cannot_have_is_a_fault_of_the_policy(
    audit: Log, wiltshire: Policy
) -> None:
    with pytest.raises(PolicyError, match="needs a window"):
        vary(audit, wiltshire, "repeat_window=3")


def test_a_number_written_in_the_rule_itself_can_be_varied(tmp_path: Path, run: Any) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(policy_text(RULES), encoding="utf-8")
    code, out, _ = run("compare", BOY, "-p", path, "--vary", "meeting.reach=2,3,8")
    assert code == 0
    assert "meeting.reach varied; counted: meeting." in out
    code, _, err = run("compare", BOY, "-p", path, "--vary", "meeting.reach=2", "--sensitivity")
    assert code == 2
    assert "give one of them" in err

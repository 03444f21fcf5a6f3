"""Policies set side by side: each judges as it would alone, and what differs is said."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from build import missing, policy_text
from missingrules import Coverage, Log, Policy, read_jsonl, scan, synth
from missingrules.cli import main
from missingrules.compare import MEETINGS, Judging, NoLabelError, compare, label_audit
from missingrules.compare.variant import with_parameter
from missingrules.errors import PolicyError
from missingrules.figures.counts import asks_for_meeting
from missingrules.reading.extract import read_files
from missingrules.sweep import sweeping

if TYPE_CHECKING:
    from missingrules import Scan
    from missingrules.compare import Comparison

ROOT = Path(__file__).resolve().parent.parent
BOY = ROOT / "examples" / "01_wiltshire_boy.jsonl"
AUDIT = ROOT / "examples" / "06_audit" / "audit.jsonl"

COUNTING = """
parameters:
  count: {value: 3, basis: stated, cite: {source: guidance}}
  window: {value: 90 days, edge: inclusive, placed_by: reported, basis: assumed, note: "?"}
  deadline: {value: 5 working days, basis: assumed, note: "?"}
terms:
  missing: {recorded: category}
rules:
  - id: meeting
    on: {episodes: missing, reach: count, within: window, as_recorded: {category: missing}}
    require: {action: strategy_meeting_held, within: deadline}
  - id: told
    on: {entry: reported}
    require: {action: inspector_informed, within: 1 hour}
"""


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


@pytest.fixture(scope="module")
def audit() -> Log:
    return read_jsonl(AUDIT)


@pytest.fixture(scope="module")
def shipped() -> list[Policy]:
    return [Policy.load(name) for name in ("england", "wiltshire", "good_practice")]


@pytest.fixture(scope="module")
def compared(audit: Log, shipped: list[Policy]) -> Comparison:
    return compare(audit, shipped)


@pytest.fixture(scope="module")
def alone(audit: Log, shipped: list[Policy]) -> list[Scan]:
    return [scan(audit, policy) for policy in shipped]


def made(text: str = COUNTING, **replaced: str) -> Policy:
    """A policy of this test, by another name or edition if they are given."""
    whole = policy_text(text)
    for key, value in replaced.items():
        line = next(line for line in whole.splitlines() if line.startswith(f"{key}:"))
        whole = whole.replace(line, f"{key}: {value}")
    return Policy.parse(whole)


def in_memory(tmp_path: Path, text: str) -> Log:
    """A log of one child, in the notation of ``build``, read as from a file."""
    rows = []
    for line in filter(None, text.splitlines()):
        episode, date, time, kind, *cells = line.split()
        row = {"child_id": "C1", "at": f"{date}T{time}:00Z", "kind": kind}
        row |= {} if episode == "-" else {"episode_id": episode}
        rows.append(row | dict(cell.split("=") for cell in cells))
    path = tmp_path / "log.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return read_files([path])


# --- One judgement for several policies ----------------------------------------------------------


def test_each_policy_finds_what_it_finds_alone(compared: Comparison, alone: list[Scan]) -> None:
    for number, one in enumerate(alone):
        expected: Counter[tuple[str, str]] = Counter()
        for finding in one.findings():
            meeting = asks_for_meeting(finding.duty)
            expected[MEETINGS if meeting else finding.rule, finding.outcome] += 1
        found = {
            (subject, outcome): count
            for (policy, subject, outcome), count in compared.counts.outcomes.items()
            if policy == number
        }
        assert found == dict(expected)


def test_rules_that_say_the_same_are_judged_once(shipped: list[Policy]) -> None:
    judging = Judging.of([policy.source for policy in shipped])
    england, wiltshire, _ = judging.found_in
    assert wiltshire["return-interview-held"] == england["return-interview-held"]
    assert wiltshire["grading-refers-to-warnings"] != england["grading-refers-to-warnings"]


def test_a_rule_whose_words_are_the_same_and_whose_term_is_not_is_judged_again(
    shipped: list[Policy],
) -> None:
    """Wiltshire narrows the term `known_warnings` and others that rules of England use."""
    wiltshire = shipped[1].source
    other = with_parameter(wiltshire, "grading_time", value="2 hours")
    one, two = Judging.of([wiltshire, other]).found_in
    assert {rule for rule in one if one[rule] != two[rule]} == {
        "risk-graded",
        "risk-graded-on-registration",
    }


def test_a_policy_against_itself_differs_in_nothing(audit: Log, shipped: list[Policy]) -> None:
    found = compare(audit, [shipped[1], shipped[1]])
    assert found.names == ("wiltshire 2023-04 (1)", "wiltshire 2023-04 (2)")
    assert found.changes == []
    assert "find the same" in found.to_text()
    assert len(found.judging.units) == 1


def test_words_that_one_policy_adds_are_no_hindrance_to_the_other(
    shipped: list[Policy], tmp_path: Path
) -> None:
    log = in_memory(tmp_path, missing(0))
    added = COUNTING + "vocabulary: {kinds: {drone_sent: {of: episode, phrase: a drone}}}\n"
    found = compare(log, [shipped[0], made(added)])
    assert found.counts.failed == 0
    assert "drone_sent" in found.judging.reader.vocabulary.kinds


def test_policies_that_mean_different_things_by_one_word_are_refused(tmp_path: Path) -> None:
    log = in_memory(tmp_path, missing(0))
    one = COUNTING + "vocabulary: {kinds: {drone_sent: {of: episode, phrase: a drone}}}\n"
    two = COUNTING + "vocabulary: {kinds: {drone_sent: {of: child, phrase: a drone}}}\n"
    with pytest.raises(PolicyError, match="drone_sent"):
        compare(log, [made(one), made(two, policy="other")])


def test_fewer_than_two_policies_are_nothing_to_compare(audit: Log, shipped: list[Policy]) -> None:
    with pytest.raises(ValueError, match="two or more"):
        compare(audit, shipped[:1])


# --- What differs --------------------------------------------------------------------------------


def test_meetings_are_matched_by_what_is_asked_for_and_other_rules_by_their_id(
    tmp_path: Path,
) -> None:
    log = in_memory(tmp_path, missing(0, 10, 20))
    renamed = COUNTING.replace("id: meeting", "id: three-in-ninety").replace("id: told", "id: tell")
    found = compare(log, [made(), made(renamed, policy="renamed")])
    assert found.subjects() == [MEETINGS, "told", "tell"]
    assert found.judging.rules_of(1, MEETINGS) == ["three-in-ninety"]
    assert {change.subject for change in found.changes} == {"told", "tell"}


def test_a_policy_without_a_rule_cannot_see(compared: Comparison) -> None:
    said = compared.to_dict()
    (meeting,) = [each for each in said["rules"] if each["subject"] == MEETINGS]
    assert [each["unseen"] for each in meeting["policies"]] == [True, False, False]
    assert "england has no rule that asks for a strategy meeting." in compared.to_text()


def test_a_lower_threshold_sees_a_child_sooner_and_owes_more(tmp_path: Path) -> None:
    log = in_memory(tmp_path, missing(0, 10, 40))
    lower = made(COUNTING.replace("value: 3", "value: 2"), policy="lower")
    found = compare(log, [made(), lower])
    (change,) = found.changes
    assert (change.subject, change.days_earlier) == (MEETINGS, 30)
    against = found.to_dict()["policies"][1]["meetings"]["against_first"]
    assert against["children_sooner"] == 1
    assert against["days_sooner"] == against["median_days_sooner"] == 30
    assert "30 days sooner under lower" in found.to_text()


def test_workload_is_meetings_owed_a_month_of_the_log(tmp_path: Path) -> None:
    log = in_memory(tmp_path, missing(0, 365) + "\n- 2023-01-03 09:00 strategy_meeting_held")
    strict = made(COUNTING.replace("value: 3", "value: 1"), policy="strict")
    found = compare(log, [made(), strict], coverage=Coverage())
    meetings = [each["meetings"] for each in found.to_dict()["policies"]]
    assert [each["owed"] for each in meetings] == [0, 2]
    assert meetings[1]["owed_a_month"] == pytest.approx(2 / 12, abs=0.01)
    assert meetings[1]["by_month"] == {"2023-01": 1, "2024-01": 1}
    assert meetings[1]["against_first"]["children_only_this"] == 1


def test_another_deadline_is_another_outcome_of_the_same_duty(tmp_path: Path) -> None:
    log = in_memory(tmp_path, missing(0) + "\nE1 2023-01-01 11:00 inspector_informed")
    longer = made(COUNTING.replace("1 hour", "3 hours"), policy="longer")
    (change,) = compare(log, [made(), longer]).changes
    assert change.differing == (("fulfilled_late", "fulfilled"),)
    assert (change.only_first, change.only_other) == ((), ())


def test_children_with_most_at_stake_are_listed_first(compared: Comparison) -> None:
    subjects = [change.subject for change in compared.changes]
    meetings = subjects.count(MEETINGS)
    assert meetings > 0
    assert set(subjects[:meetings]) == {MEETINGS}


# --- From files, in processes --------------------------------------------------------------------


@pytest.mark.parametrize("label", [False, True])
def test_one_process_and_several_say_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Any, *, label: bool
) -> None:
    path = tmp_path / "log.jsonl"
    synth.write(path, episodes=150, seed=3)
    asked = ["-p", "wiltshire"] + (["--label-audit"] if label else ["-p", "good_practice"])
    alone = run("compare", path, *asked, "--format", "json", "--workers", 1)
    monkeypatch.setattr(sweeping, "CHUNK", 300)
    monkeypatch.setattr(sweeping, "WORTH_A_PROCESS", 0)
    assert run("compare", path, *asked, "--format", "json", "--workers", 2) == alone
    assert alone[0] == 0


def test_the_command_says_what_the_function_says(run: Any, compared: Comparison) -> None:
    code, out, _ = run(
        "compare", AUDIT, "-p", "england", "-p", "wiltshire", "-p", "good_practice",
        "--format", "json", "--children", 100_000,
    )  # fmt: skip
    assert code == 0
    assert json.loads(out) == json.loads(json.dumps(compared.to_dict()))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "--policy is required"),
        (["-p", "england"], "give --policy twice or more"),
        (["-p", "england", "-p", "nowhere"], "no policy `nowhere` is shipped"),
        (["-p", "england", "-p", "wiltshire", "--label-audit"], "give --policy once"),
        (["-p", "england", "--label-audit"], "nothing to audit"),
    ],
)
def test_a_mistake_is_said_before_anything_is_read(run: Any, options: list[str], said: str) -> None:
    code, out, err = run("compare", AUDIT, *options)
    assert (code, out) == (2, "")
    assert said in err


def test_rejected_rows_are_said_and_end_with_3(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(BOY.read_text(encoding="utf-8") + '{"child_id": "X"}\n', encoding="utf-8")
    code, out, err = run("compare", path, "-p", "england", "-p", "wiltshire")
    assert code == 3
    assert "Strategy meetings" in out
    assert "log.jsonl" in err


def test_one_child_is_told_in_the_singular(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(BOY.read_text(encoding="utf-8"), encoding="utf-8")
    _, out, _ = run("compare", path, "-p", "england", "-p", "wiltshire")
    assert "\n1 child, 2021-03-15 to" in out


def test_rows_that_could_be_anybodys_are_said_on_the_page(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(BOY.read_text(encoding="utf-8") + "{\n", encoding="utf-8")
    asked = ("compare", path, "-p", "wiltshire", "--label-audit")
    _, out, err = run(*asked, "--format", "html")
    assert "1 rejected row names no child: any child" in out
    assert "1 rejected row names no child: any child" in err


def test_an_empty_log_is_nothing_to_compare(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text("", encoding="utf-8")
    for asked in (["-p", "wiltshire", "-p", "england"], ["-p", "wiltshire", "--label-audit"]):
        code, _, err = run("compare", path, *asked)
        assert code == 2
        assert "nothing to compare" in err


# --- The label audit -----------------------------------------------------------------------------


def test_the_boy_had_seven_episodes_and_none_counted_by_label() -> None:
    found = label_audit(read_jsonl(BOY), Policy.load("wiltshire"))
    (boy,) = found.children
    assert (boy.episodes, boy.counted, boy.counted_by_label) == (7, 7, 0)
    (meeting,) = [one for one in boy.hidden if one.rule == "strategy-meeting"]
    assert (meeting.at, meeting.owed, meeting.owed_by_label) == (3, 1, 0)
    assert meeting.masked_by == ("W-0001", "W-0002", "W-0003")
    said = "seven episodes, none counted by label; first meeting owed at the third."
    assert found.headline(boy) == f"child-01: {said}"


def test_what_the_label_hid_is_counted_in_total(audit: Log) -> None:
    found = label_audit(audit, Policy.load("wiltshire"))
    said = found.to_dict()
    assert said["episodes"] == said["counted"] == 50
    assert (
        said["counted_by_label"]
        == sum(child.counted_by_label - child.counted for child in found.children) + 50
    )
    assert said["children_with_hidden_episodes"] == len(found.children)
    masked = {
        finding.child_id for finding in scan(audit, found.policy).findings() if finding.masked
    }
    assert masked <= {child.child_id for child in found.children if child.hidden}


def test_a_label_put_right_later_makes_the_duty_arise_later(tmp_path: Path) -> None:
    relabelled = (
        "\nE3 2023-02-01 09:00 reported\n"
        "E3 2023-02-01 09:00 categorised category=concern_for_safety\n"
        "E3 2023-02-11 09:00 categorised category=missing"
    )
    log = in_memory(tmp_path, missing(0, 10) + relabelled)
    (child,) = label_audit(log, made()).children
    assert (child.counted, child.counted_by_label) == (3, 3)
    (one,) = child.hidden
    assert (one.at, one.days_later, one.masked_by) == (3, 10, ("E3",))


def test_what_may_have_been_owed_before_the_log_begins_is_not_told_as_owed(tmp_path: Path) -> None:
    hidden = (
        "E1 2023-01-10 09:00 reported\n"
        "E1 2023-01-10 09:00 categorised category=concern_for_safety\n"
    )
    log = in_memory(tmp_path, hidden)
    (meeting,) = [f for f in scan(log, made()).findings() if f.rule == "meeting"]
    assert meeting.outcome == "indeterminate"
    found = label_audit(log, made())
    (child,) = found.children
    assert (child.counted, child.counted_by_label, child.hidden) == (1, 0, ())
    assert found.to_dict()["rules"] == [
        {"rule": "meeting", "owed": 0, "owed_by_label": 0, "children_hidden": 0}
    ]


def test_an_episode_that_may_count_is_counted_by_neither(tmp_path: Path) -> None:
    unclear = COUNTING.replace(
        "missing: {recorded: category}",
        "missing: {all: [{recorded: category}, {whereabouts: unknown}]}",
    )
    log = in_memory(tmp_path, missing(0))
    assert label_audit(log, made(unclear)).to_dict()["counted"] == 0


def test_where_the_label_is_right_it_hides_nothing(tmp_path: Path) -> None:
    found = label_audit(in_memory(tmp_path, missing(0, 10, 20)), made())
    assert found.children == []
    assert found.to_dict()["rules"] == [
        {"rule": "meeting", "owed": 1, "owed_by_label": 1, "children_hidden": 0}
    ]


def test_a_policy_that_says_nothing_of_labels_cannot_be_audited(audit: Log) -> None:
    with pytest.raises(NoLabelError, match="as_recorded"):
        label_audit(audit, Policy.load("england"))


def test_a_count_that_says_nothing_of_labels_is_named(tmp_path: Path) -> None:
    text = COUNTING + (
        "  - id: plan\n"
        "    on: {episodes: missing, reach: 2, within: ever}\n"
        "    require: {action: trigger_plan_created, within: deadline}\n"
    )
    found = label_audit(in_memory(tmp_path, missing(0)), made(text))
    assert (found.rules, found.unlabelled) == (("meeting",), ("plan",))

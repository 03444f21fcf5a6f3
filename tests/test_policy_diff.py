"""What changed between two editions of a policy is said in words; ids of findings stay."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from build import at, missing, policy_text, record
from missingrules import Policy, evaluate
from missingrules.cli import main
from missingrules.compare import diff

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
RULES = """
parameters:
  count: {value: 3, basis: assumed, note: "?"}
  window: {value: 90 days, edge: inclusive, basis: assumed, note: "?"}
  deadline: {value: not_stated, basis: assumed, note: "?"}
terms:
  missing: {recorded: category}
rules:
  - id: meeting
    on: {episodes: missing, reach: count, within: window}
    require: {action: strategy_meeting_held, within: deadline}
  - id: told
    on: {entry: reported}
    require: {action: inspector_informed, within: 1 hour}
"""


def words(new: str, rule: str = "meeting") -> tuple[str, ...]:
    """What is said of a rule, if the policy says ``new`` instead."""
    old = Policy.parse(policy_text(RULES)).source
    found = diff(old, Policy.parse(policy_text(new)).source)
    return next((each.words for each in found.rules if each.rule == rule), ())


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("value: 3", "value: 2", "threshold from 3 to 2"),
        ("count: {value: 3, basis: assumed", "count: {value: 3, basis: inferred",
         "basis of the threshold from assumed to inferred"),
        ("value: not_stated", "value: 5 working days",
         "deadline from not stated to 5 working days"),
        ("edge: inclusive", "edge: exclusive", "edge of the window from inclusive to exclusive"),
        ("value: 90 days", "value: 60 days", "window from 90 days to 60 days"),
        ("held, within: deadline}", "held, within: deadline}\n    severity: critical",
         "severity from major to critical"),
        ("held, within: deadline}", "held, within: deadline}\n    cite: {source: guidance}",
         "source added: “Guidance on missing children”, An office, 2023"),
        ("missing: {recorded: category}", "missing: {category: missing}",
         ("the term missing from “the category is recorded” "
          "to “the category is recorded as missing”")),
    ],
)  # fmt: skip
def test_a_change_is_said_in_words(was: str, now: str, said: str) -> None:
    assert said in words(RULES.replace(was, now, 1))


def test_a_rule_that_uses_none_of_it_is_not_mentioned() -> None:
    assert words(RULES.replace("value: 3", "value: 2"), "told") == ()


def test_rules_come_and_go() -> None:
    old = Policy.parse(policy_text(RULES)).source
    new = Policy.parse(policy_text(RULES.replace("id: told", "id: tell"))).source
    status = {each.rule: each.status for each in diff(old, new).rules}
    assert status == {"tell": "added", "told": "removed"}


def test_the_same_policy_says_nothing_else() -> None:
    source = Policy.load("wiltshire").source
    found = diff(source, source)
    assert found.rules == ()
    assert "No rule says anything else." in found.to_text()


def test_finding_ids_survive_a_change_of_wording_and_of_edition() -> None:
    old = policy_text(RULES)
    assert old.count("edition: ") == 1
    new = old.replace('edition: "1"', 'edition: "2"').replace('note: "?"', "note: Why not")
    new = new.replace("- id: meeting", "- id: meeting\n    note: In other words")
    one, two = Policy.parse(old), Policy.parse(new)
    made = [
        evaluate(policy, record(missing(0, 10, 20)), as_of=at("2023-03-01 09:00"))
        for policy in (one, two)
    ]
    ids = [[finding.finding_id for finding in each.findings] for each in made]
    assert ids[0] == ids[1] != []
    assert one.digest != two.digest
    statuses = {each.rule: each.status for each in diff(one.source, two.source).rules}
    assert statuses == {"meeting": "reworded"}


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[object, str, str]]:
    """Run ``policy diff`` from an old edition to a new one, with a lower threshold."""
    for name, text in (("old", RULES), ("new", RULES.replace("value: 3", "value: 2"))):
        (tmp_path / f"{name}.yaml").write_text(policy_text(text), encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def run(*options: object) -> tuple[object, str, str]:
        asked = ["policy", "diff", "old.yaml", "new.yaml", *map(str, options), "--format", "json"]
        monkeypatch.setattr(sys, "argv", ["missingrules", *asked])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return run


def test_the_command_says_who_is_affected(run: Callable[..., tuple[object, str, str]]) -> None:
    code, out, _ = run("--log", ROOT / "examples" / "01_wiltshire_boy.jsonl")
    assert code == 0
    said = json.loads(out)
    assert said["rules"][0]["changes"] == ["threshold from 3 to 2"]
    (change,) = said["affected"]["changes"]
    assert change["days_earlier"] > 0


def test_the_command_takes_logs_as_compare_does(
    run: Callable[..., tuple[object, str, str]], tmp_path: Path
) -> None:
    log = tmp_path / "log.csv"
    days = "".join(f"C1,E{n},2024-01-{10 + n}T09:00:00,reported\n" for n in range(3))
    log.write_text("child_id,episode_id,at,kind\n" + days, encoding="utf-8")
    assert run("--log", log)[0] == 3  # times without an offset
    code, out, _ = run("--log", log, "--zone", "Europe/London", "--workers", 1)
    assert code == 0
    assert json.loads(out)["affected"]["children"] == 1
    extract = ROOT / "examples" / "07_extracts" / "safeguarding_missing.csv"
    code, out, _ = run("--log", extract, "--mapping", "safeguarding_missing")
    assert code in (0, 3)
    assert json.loads(out)["affected"]["children"] > 0


def test_options_of_a_log_without_a_log_are_refused(
    run: Callable[..., tuple[object, str, str]],
) -> None:
    code, out, err = run("--zone", "Europe/London", "--as-of", "2024-01-01")
    assert (code, out) == (2, "")
    assert "--as-of and --zone: of use with --log only" in err


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("policy: test", "policy: other", "The policy was called test: findings have other ids."),
        ("zone: Europe/London", "zone: UTC", "The zone was Europe/London and is UTC."),
        ("subdivision: ENG", "subdivision: SCT", "Working days leave out other holidays."),
        (
            "sources:",
            "vocabulary: {kinds: {drone_sent: {of: episode, phrase: a drone}}}\nsources:",
            "What the policy adds to the vocabulary of logs changed.",
        ),
    ],
)
def test_what_changed_for_every_rule_at_once_is_said_first(was: str, now: str, said: str) -> None:
    text = policy_text(RULES)
    assert text.count(was) == 1
    old, new = (Policy.parse(each).source for each in (text, text.replace(was, now)))
    assert diff(old, new).head == (said,)
    assert diff(old, old).head == ()


ADDED = """
vocabulary:
  values: {marker: [county_lines]}
  roles: {sgt: supervisor}
"""
REVIEWED = """
  - id: reviewed
    on: {entry: ppn_submitted}
    require: {action: ppn_reviewed, where: {by: supervisor}, within: 1 hour}
  - id: signed
    on: {entry: ppn_submitted}
    require: {action: ppn_reviewed, where: {by: sgt}, within: 1 hour}
  - id: lines
    on: {entry: marker_added, where: {marker: [county_lines, cce]}}
    measure: true
"""


def test_what_is_added_to_the_words_of_logs_changes_the_rules_that_use_it_and_no_other() -> None:
    known = ADDED.replace("  roles: {sgt: supervisor}\n", "")
    old = Policy.parse(policy_text(known + RULES + REVIEWED.lstrip("\n"))).source
    new = Policy.parse(policy_text(ADDED + RULES + REVIEWED.lstrip("\n"))).source
    assert [change.rule for change in diff(old, new).rules] == ["reviewed", "signed"]
    without = Policy.parse(policy_text(RULES)).source
    found = {change.rule: change.status for change in diff(without, new).rules}
    assert found == {"reviewed": "added", "signed": "added", "lines": "added"}


def test_a_rule_that_comes_switched_off_is_said_to_be_off() -> None:
    off = "\n  - id: shared\n    active: false\n    on: {entry: ppn_submitted}\n    measure: true\n"
    assert words(RULES.rstrip() + off, "shared") == ("it is switched off",)

"""What changed between two editions of a policy is said in words; ids of findings stay."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from build import at, missing, policy_text, record
from missingrules import Policy, evaluate
from missingrules.cli import main
from missingrules.compare import diff

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


def test_the_command_says_who_is_affected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in (("old", RULES), ("new", RULES.replace("value: 3", "value: 2"))):
        (tmp_path / f"{name}.yaml").write_text(policy_text(text), encoding="utf-8")
    boy = ROOT / "examples" / "01_wiltshire_boy.jsonl"
    asked = ["policy", "diff", "old.yaml", "new.yaml", "--log", str(boy), "--format", "json"]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["missingrules", *asked])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    said = json.loads(capsys.readouterr().out)
    assert said["rules"][0]["changes"] == ["threshold from 3 to 2"]
    (change,) = said["affected"]["changes"]
    assert change["days_earlier"] > 0

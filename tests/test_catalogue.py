"""The catalogue: what single forces and councils did, each with its source and its cases."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from missingrules import Policy
from missingrules.layers import policies_folder, shipped

ROOT = Path(__file__).resolve().parent.parent
FOLDER = policies_folder() / "catalogue"
TRIGGERS = {
    "T1": "wiltshire_repeat_missing",
    "T2": "cleveland",
    "T3": "norfolk",
    "T4": "lambeth",
    "T5": "havering",
    "T6": "worcestershire",
    "T7": "lewisham",
    "T8": "plymouth",
    "T9": "essex",
    "T10": "herefordshire",
    "T11": "torbay",
    "T12": "return_interview_protocol",
    "T13": "enfield",
    "T14": "essex_police",
    "T15": "risk_factor_tool",
    "T16": "foster_agency",
    "T17": "wales",
    "T18": "met",
}
NAMES = sorted(TRIGGERS.values())
FILES = {name: shipped()[name] for name in [*NAMES, "wiltshire_withdrawn"]}


def raw(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(FILES[name].read_text(encoding="utf-8"))
    return read


def test_the_catalogue_holds_every_trigger_and_the_withdrawal_in_wiltshire() -> None:
    inside = {name for name, path in FILES.items() if path.parent == FOLDER}
    assert inside == {*NAMES, "wiltshire_withdrawn"} - {"wales"}
    assert {path.stem for path in FOLDER.glob("*.yaml") if "." not in path.stem} == inside
    assert len(TRIGGERS) == len(set(TRIGGERS.values())) == 18


@pytest.mark.parametrize("name", NAMES)
def test_each_lies_on_england_and_says_that_nobody_issued_it(name: str) -> None:
    policy = Policy.load(name)
    assert [layer.policy for layer in policy.source.layers] == ["england", name]
    assert "reconstructed from published" in policy.title
    assert "not issued or endorsed by" in policy.title
    assert policy.source.file.area
    assert policy.source.file.owner
    assert policy.source.file.last_reviewed


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_and_number_of_its_own_says_where_it_comes_from(name: str) -> None:
    file, own = Policy.load(name).source.file, raw(name)
    rules = {rule.id: rule for rule in file.rules}
    for told in own["rules"]:
        rule = rules[told["id"]]
        assert rule.cite is not None
        assert rule.cite.source in own["sources"]
        assert rule.basis == "stated" or rule.note
        assert rule.measure or (rule.severity and rule.owed_by)
    for number in own.get("parameters", {}).values():
        assert number.get("note") if number["basis"] == "assumed" else number["cite"]
    for source in own["sources"].values():
        assert source["title"]
        assert source["publisher"]
        assert source["published"]


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_in_a_rule_or_term_is_a_parameter(name: str) -> None:
    def leaves(tree: object) -> list[object]:
        if isinstance(tree, dict):
            told = {"id", "title", "note", "cite", "called"}
            return [leaf for key, part in tree.items() if key not in told for leaf in leaves(part)]
        if isinstance(tree, list):
            return [leaf for part in tree for leaf in leaves(part)]
        return [tree]

    values = leaves([raw(name)["rules"], raw(name).get("terms", {})])
    assert values
    assert not [value for value in values if re.search(r"\d", str(value))]


def test_no_text_of_the_strategy_meeting_stands_twice_for_wiltshire() -> None:
    lower, upper = raw("wiltshire_repeat_missing"), Policy.load("wiltshire").source
    own = yaml.safe_load(shipped()["wiltshire"].read_text(encoding="utf-8"))
    assert own["extends"] == "wiltshire_repeat_missing"
    assert not own["parameters"].keys() & lower["parameters"].keys()
    assert "strategy-meeting" not in {rule["id"] for rule in own["rules"]}
    assert "strategy-meeting" in {rule.id for rule in upper.file.rules}


def test_the_page_of_the_catalogue_has_a_row_for_each() -> None:
    page = (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (T\d+) \| `(\w+)` \|", page, re.MULTILINE))
    assert rows == TRIGGERS

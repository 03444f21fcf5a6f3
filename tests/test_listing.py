"""The list of policies, and what one says otherwise than another."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from missingrules.cli import main
from missingrules.differences import differences
from missingrules.layers import load_source, shipped, source_from_text
from missingrules.listing import listed_policies, to_text

if TYPE_CHECKING:
    from missingrules.differences import Difference

LAYER = """
policy: local
title: A layer for a test
edition: "1"
extends: england
"""


def changed(text: str) -> dict[str, Difference]:
    found = differences(source_from_text(LAYER + text), load_source("england"))
    return {one.rule: one for one in found}


def listed(
    *arguments: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> tuple[object, str, str]:
    monkeypatch.setattr("sys.argv", ["missingrules", "policy", "list", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    return ended.value.code, told.out, told.err


def test_a_layer_that_says_nothing_differs_in_nothing() -> None:
    assert changed("") == {}
    assert differences(load_source("england"), load_source("england")) == ()


def test_a_rule_that_is_switched_off_is_removed() -> None:
    (one,) = changed("rules: [{id: risk-graded, active: false}]").values()
    assert (one.rule, one.what, one.words) == ("risk-graded", "removed", ("switched off",))


def test_what_the_other_one_has_alone_is_removed() -> None:
    found = differences(load_source("england"), load_source("norfolk"))
    assert [(one.rule, one.what) for one in found] == [("strategy-meeting", "removed")]


def test_another_number_changes_the_rules_that_use_it() -> None:
    text = "parameters: {inspector_time: {value: 2 hours, basis: assumed, note: A test.}}"
    (one,) = changed(text).values()
    assert (one.rule, one.what) == ("inspector-informed", "changed")
    assert one.words[0].startswith("by when: Within 2 hours of the report")


def test_another_term_changes_the_rules_that_use_it() -> None:
    found = changed("terms: {whereabouts_known: {whereabouts: known}}")
    assert {"risk-graded", "inspector-informed"} <= found.keys()
    assert all(one.what == "changed" for one in found.values())
    assert found["risk-graded"].words == ("what counts as whereabouts known",)


def test_a_condition_that_is_taken_away_is_named() -> None:
    (one,) = changed("rules: [{id: risk-graded, unless: null, severity: minor}]").values()
    assert one.words == ("released if: taken away", "how grave a breach is: It is a minor breach.")


def test_titles_notes_and_citations_alone_are_no_difference() -> None:
    assert changed("rules: [{id: risk-graded, title: Graded, note: As before.}]") == {}


def test_every_shipped_policy_is_listed_and_england_is_held_against_nothing() -> None:
    policies = listed_policies()
    assert [one.name for one in policies] == list(shipped())
    assert all(one.area and one.sources and one.editions for one in policies)
    assert [one.name for one in policies if not one.differences] == ["england"]
    text = to_text(policies)
    assert max(map(len, text.splitlines())) <= 100
    assert "Edition wiltshire@2022-09-01: begins: concern-for-safety-ground and" in text


def test_the_command_lists_what_it_is_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = listed("wales", capsys=capsys, monkeypatch=monkeypatch)
    assert code == 0
    assert out.startswith("wales  Wales, edition ")
    assert "Against england it changes 2 rules." in out
    code, out, _ = listed(
        "wiltshire@2022-09", "--format", "json", capsys=capsys, monkeypatch=monkeypatch
    )
    (told,) = json.loads(out)["policies"]
    assert (code, told["edition"], told["differs_from"]) == (0, "2022-09-01", "england")
    assert {one["what"] for one in told["differences"]} == {"added", "changed"}
    code, _, err = listed("wiltshrie", capsys=capsys, monkeypatch=monkeypatch)
    assert (code, "did you mean `wiltshire`?" in err) == (2, True)

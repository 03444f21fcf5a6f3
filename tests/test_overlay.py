"""What a policy that extends another one changes, and what it keeps."""

from __future__ import annotations

from typing import Any

import pytest

from missingrules.overlay import lay_over
from missingrules.yamlsource import Place, parse

LOWER = """
policy: lower
title: Lower
edition: "1"
owner: A person
last_reviewed: 2024-01-01
conventions: {zone: Europe/London, holidays: {country: GB}}
sources:
  a: {title: A, publisher: P, published: "2020"}
  b: {title: B, publisher: P, published: "2020"}
vocabulary:
  kinds: {drone_sent: {of: episode, phrase: a drone}}
  fields: {graded: {doubt: {type: yes_no}}}
  values: {category: [lost]}
  roles: {fim: force_incident_manager}
parameters:
  count:
    {value: 3, basis: stated, cite: {source: a}, note: N, editions: [{from: 2024-01-01, value: 2}]}
  window: {value: 90 days, edge: inclusive, placed_by: reported, basis: inferred}
terms:
  missing: {category: missing}
  found: {any: [{entry: located}, {entry: returned}]}
rules:
  - {id: one, title: One, severity: major, if: missing, require: {action: closed, within: 1 hour}}
  - {id: two, title: Two}
"""


def laid(upper: str) -> Any:
    return lay_over(parse(LOWER, "lower"), parse(upper, "upper")).data


def test_top_level_values_are_replaced_or_kept() -> None:
    merged = laid("policy: upper\nedition: '2'")
    assert (merged["policy"], merged["edition"], merged["title"]) == ("upper", "2", "Lower")


def test_owner_review_and_extends_speak_for_one_file_only() -> None:
    assert not {"owner", "last_reviewed", "extends"} & laid("policy: upper").keys()
    assert laid("policy: upper\nowner: Other")["owner"] == "Other"


def test_conventions_are_replaced_whole() -> None:
    assert laid("conventions: {zone: Europe/Dublin}")["conventions"] == {"zone": "Europe/Dublin"}


def test_sources_and_terms_are_replaced_by_name() -> None:
    merged = laid("sources: {b: {title: Other}, c: {title: C}}\nterms: {found: {entry: located}}")
    assert list(merged["sources"]) == ["a", "b", "c"]
    assert merged["sources"]["b"] == {"title": "Other"}
    assert merged["terms"] == {"missing": {"category": "missing"}, "found": {"entry": "located"}}


def test_a_new_value_drops_what_the_old_one_rested_on_and_its_editions() -> None:
    merged = laid("parameters: {count: {value: 2}, window: {value: 60 days, basis: assumed}}")
    assert merged["parameters"]["count"] == {"value": 2}
    window = {"value": "60 days", "edge": "inclusive", "placed_by": "reported", "basis": "assumed"}
    assert merged["parameters"]["window"] == window


def test_a_parameter_without_a_new_value_is_merged_key_by_key() -> None:
    count = laid("parameters: {count: {note: Other, editions: []}}")["parameters"]["count"]
    cite = {"source": "a"}
    assert count == {"value": 3, "basis": "stated", "cite": cite, "note": "Other", "editions": []}


def test_a_rule_is_merged_by_id_and_each_key_replaced_whole() -> None:
    merged = laid("rules: [{id: three}, {id: one, active: false, require: {field: x}}]")
    one, two, three = merged["rules"]
    assert one == {
        "id": "one",
        "title": "One",
        "severity": "major",
        "if": "missing",
        "active": False,
        "require": {"field": "x"},
    }
    assert (two["id"], three) == ("two", {"id": "three"})


def test_null_takes_a_key_away_from_a_rule() -> None:
    one = laid("rules: [{id: one, if: null, require: ~, forbid: true}]")["rules"][0]
    assert one == {"id": "one", "title": "One", "severity": "major", "forbid": True}


def test_the_vocabulary_is_added_to() -> None:
    merged = laid(
        """
        vocabulary:
          kinds: {dog_sent: {of: episode, phrase: a dog}}
          fields: {graded: {hurry: {type: yes_no}}, closed: {why: {type: text}}}
          values: {category: [strayed], concern: [cold]}
          roles: {di: duty_inspector}
        """
    )["vocabulary"]
    assert list(merged["kinds"]) == ["drone_sent", "dog_sent"]
    assert {kind: list(fields) for kind, fields in merged["fields"].items()} == {
        "graded": ["doubt", "hurry"],
        "closed": ["why"],
    }
    assert merged["values"] == {"category": ["lost", "strayed"], "concern": ["cold"]}
    assert merged["roles"] == {"fim": "force_incident_manager", "di": "duty_inspector"}


def test_each_part_keeps_the_place_where_it_was_written() -> None:
    merged = lay_over(
        parse(LOWER, "lower"), parse("rules:\n  - id: one\n    severity: minor", "upper")
    )
    assert isinstance(merged.value, dict)
    rules = merged.value["rules"].value
    assert isinstance(rules, list)
    one = rules[0].value
    assert isinstance(one, dict)
    assert one["severity"].place == Place("upper", 3, 15)
    assert one["title"].place.source == "lower"


@pytest.mark.parametrize("key", ["sources", "terms", "parameters", "vocabulary", "rules"])
@pytest.mark.parametrize("value", ["3", "x", "[3]", "{a: 3}", "[{a: 3}]", "{}"])
def test_what_has_the_wrong_shape_is_left_for_the_checks(key: str, value: str) -> None:
    assert key in laid(f"{key}: {value}")
    assert key in lay_over(parse(f"{key}: {value}", "lower"), parse(LOWER, "upper")).data

"""Parameters and rules as they stand from date to date."""

from __future__ import annotations

import datetime as dt

import pytest

from missingrules.layers import source_from_text
from missingrules.policysource import (
    PolicySource,
    parameter_at,
    parameter_breaks,
    rule_editions,
)

POLICY = """
policy: sample
title: A sample
edition: "2024"
conventions: {zone: Europe/London}
sources:
  old: {title: Old, publisher: A force, published: "2020"}
  new: {title: New, publisher: A force, published: "2023"}
parameters:
  window:
    value: 90 days
    edge: inclusive
    basis: stated
    cite: {source: old}
    note: From the process map.
    editions:
      - {from: 2023-04-01, value: 60 days}
      - {from: 2024-04-01, value: 42 days, edge: exclusive, basis: assumed, note: A guess.}
      - {from: 2025-04-01, value: 30 days, cite: {source: new}}
  began: {value: 2022-09-01, basis: inferred}
terms:
  missing: {category: missing}
rules:
  - id: plain
    title: Plain
    authority: force_policy
    basis: inferred
    on: {entry: reported}
    measure: true
  - id: dated
    title: Dated
    authority: force_policy
    basis: inferred
    from: began
    until: 2024-01-01
    on: {entry: reported}
    measure: true
  - id: edited
    title: Edited
    authority: force_policy
    basis: inferred
    severity: major
    if: missing
    editions:
      - edition: process map
        from: began
        on: {entry: categorised}
        measure: true
      - from: 2023-06-01
        until: 2024-01-01
        on: {entry: categorised}
        forbid: true
        severity: critical
"""


@pytest.fixture(scope="module")
def source() -> PolicySource:
    return source_from_text(POLICY)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("date", "value", "edge", "basis", "cite", "note"),
    [
        (None, "90 days", "inclusive", "stated", "old", "From the process map."),
        ("2023-03-31", "90 days", "inclusive", "stated", "old", "From the process map."),
        ("2023-04-01", "60 days", "inclusive", "stated", "old", "From the process map."),
        ("2024-04-01", "42 days", "exclusive", "assumed", None, "A guess."),
        ("2099-01-01", "30 days", "inclusive", "stated", "new", "From the process map."),
    ],
)
def test_a_parameter_has_the_value_of_the_last_edition_begun(  # noqa: PLR0913 - the columns
    source: PolicySource,
    date: str | None,
    value: str,
    edge: str,
    basis: str,
    cite: str | None,
    note: str,
) -> None:
    found = parameter_at(source, "window", None if date is None else day(date))
    assert (found.value, found.edge, found.basis, found.note) == (value, edge, basis, note)
    assert (found.cite.source if found.cite else None) == cite


def test_a_parameter_breaks_where_an_edition_begins(source: PolicySource) -> None:
    breaks = [day("2023-04-01"), day("2024-04-01"), day("2025-04-01")]
    assert parameter_breaks(source, "window") == breaks
    assert parameter_breaks(source, "began") == []


def test_a_parameter_that_is_not_there_is_a_key_error(source: PolicySource) -> None:
    with pytest.raises(KeyError):
        parameter_at(source, "windwo", None)


def test_a_rule_without_dates_holds_always(source: PolicySource) -> None:
    rule = source.file.rules[0]
    assert rule_editions(source, rule) == [(rule, None, None, None)]


def test_dates_of_a_rule_may_be_parameters(source: PolicySource) -> None:
    ((_, since, until, _),) = rule_editions(source, source.file.rules[1])
    assert (since, until) == (day("2022-09-01"), day("2024-01-01"))


def test_an_edition_ends_where_the_next_begins_and_replaces_keys(source: PolicySource) -> None:
    first, second = rule_editions(source, source.file.rules[2])
    assert (first.since, first.until) == (day("2022-09-01"), day("2023-06-01"))
    assert (second.since, second.until) == (day("2023-06-01"), day("2024-01-01"))
    assert (first.edition, second.edition) == ("process map", None)
    assert (first.rule.measure, first.rule.forbid) == (True, None)
    assert (second.rule.measure, second.rule.forbid) == (None, True)
    assert (first.rule.severity, second.rule.severity) == ("major", "critical")
    assert first.rule.if_ == second.rule.if_ == "missing"
    assert first.rule.id == second.rule.id == "edited"
    assert first.rule.editions == []


def test_a_path_leads_to_the_place_of_key_and_value(source: PolicySource) -> None:
    path = ("rules", 2, "editions", 1, "forbid")
    lines = POLICY.split("\n")
    value, key = source.place(path), source.key_place(path)
    assert lines[value.line - 1][value.column - 1 :] == "true"
    assert lines[key.line - 1][key.column - 1 :] == "forbid: true"

"""What stands in one cell, in the types that databases have, under what a mapping says of it."""

from __future__ import annotations

import datetime as dt
import decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from missingrules.calendar import to_us
from missingrules.reading.extract import read_table
from missingrules.reading.mapping import parse_mapping

if TYPE_CHECKING:
    from missingrules import Entry

MAPPING = """
mapping: cells
title: One row an episode
zone: Europe/London
tables:
  rows:
    files: ["*"]
    child: CHILD
    episode: {{columns: [FORCE, NUMBER]}}
    {more}
    entries:
      - {{kind: reported, at: {at}}}
      - kind: ppn_submitted
        at: {at}
        when: {{column: PPN, is: ["true"]}}
        fields: {{carries: {{column: CARRIES, separator: ";"}}}}
      - {{kind: quality_reviewed, at: {at}, fields: {{of: PAPER, verdict: VERDICT}}}}
"""
ROW: dict[str, Any] = {
    "CHILD": "C1",
    "FORCE": "W",
    "NUMBER": 7,
    "AT": "2023-01-10T09:00:00",
    "PPN": False,
    "CARRIES": None,
    "PAPER": None,
    "VERDICT": None,
}


def read(*, at: str = "AT", more: str = "", **cells: Any) -> tuple[list[Entry], list[str]]:
    """Read one row: its entries, the report first, and the codes of its faults."""
    table = pa.table({name: [cell] for name, cell in (ROW | cells).items()})
    log = read_table(table, mapping=parse_mapping(MAPPING.format(at=at, more=more)))
    entries = sorted(log.entries, key=lambda entry: entry.kind != "reported")
    return entries, [fault.code for fault in log.faults]


DAY = "{column: AT, time_of_day: '12:00'}"
NOON = to_us(dt.datetime(2023, 1, 10, 12, tzinfo=dt.UTC))


@pytest.mark.parametrize(
    "day",
    ["2023-01-10", " 2023-01-10 ", dt.date(2023, 1, 10), dt.datetime(2023, 1, 10)],  # noqa: DTZ001 - as databases hold days
    ids=["text", "text with blanks", "a date", "midnight"],
)
def test_a_day_is_placed_at_the_time_of_day_that_the_mapping_says(day: object) -> None:
    ((reported,), faults) = read(at=DAY, AT=day)
    assert (reported.at, faults) == (NOON, [])


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (DAY, dt.datetime(2023, 1, 10, 9, 0)),  # noqa: DTZ001 - as databases hold times
        (DAY, dt.datetime(2023, 1, 10, tzinfo=dt.UTC)),
        ("AT", dt.date(2023, 1, 10)),
        ("AT", dt.time(9, 0)),
    ],
    ids=["a time for a day", "an instant for a day", "a day for a time", "no day at all"],
)
def test_what_is_not_what_the_mapping_says_is_refused(at: str, value: object) -> None:
    assert read(at=at, AT=value) == ([], ["bad-time"])


@pytest.mark.parametrize(
    ("told", "hour"), [("earlier", 0), ("later", 1)], ids=["the earlier", "the later"]
)
@pytest.mark.parametrize(
    "value",
    ["2023-10-29T01:30:00", dt.datetime(2023, 10, 29, 1, 30)],  # noqa: DTZ001 - a time of a zone
    ids=["text", "a time"],
)
def test_of_a_time_that_the_clocks_show_twice_the_mapping_says_which(
    value: object, told: str, hour: int
) -> None:
    mapping = parse_mapping(
        MAPPING.format(at="AT", more="").replace("tables:", f"repeated_times: {told}\ntables:")
    )
    table = pa.table({name: [cell] for name, cell in (ROW | {"AT": value}).items()})
    (entry,) = read_table(table, mapping=mapping).entries
    assert entry.at == to_us(dt.datetime(2023, 10, 29, hour, 30, tzinfo=dt.UTC))


@pytest.mark.parametrize(
    ("number", "episode"),
    [(7, "W-7"), (decimal.Decimal("7.00"), "W-7"), (" 7 ", "W-7"), ("007", "W-007")],
    ids=["a number", "a decimal", "text with blanks", "text with zeros"],
)
def test_an_id_of_several_columns_is_joined_as_it_is_written(number: object, episode: str) -> None:
    ((reported,), faults) = read(NUMBER=number)
    assert (reported.episode_id, faults) == (episode, [])


def test_an_id_of_several_columns_of_which_one_is_empty_is_no_id() -> None:
    entries, faults = read(FORCE="")
    assert entries == []
    assert faults


@pytest.mark.parametrize(
    ("carries", "told"),
    [("cse; cce", ("cce", "cse")), (["cse ", "cce"], ("cce", "cse")), ("cse", ("cse",))],
    ids=["text", "a list", "one"],
)
def test_a_list_in_one_cell_is_taken_apart(carries: object, told: tuple[str, ...]) -> None:
    (_, notification), faults = read(PPN=True, CARRIES=carries)
    assert (notification.fields["carries"], faults) == (told, [])


@pytest.mark.parametrize("carries", ["", " ; ", []], ids=["empty", "blanks", "an empty list"])
def test_a_list_of_nothing_is_not_recorded(carries: object) -> None:
    (_, notification), faults = read(PPN=True, CARRIES=carries)
    assert (dict(notification.fields), faults) == ({}, [])


UNCHANGED = """
mapping: cells
title: One row an episode, with the grade as it is now and when it was changed
zone: Europe/London
codes: {risk: {M: medium, H: high}}
tables:
  rows:
    files: ["*"]
    child: CHILD
    episode: NUMBER
    entries:
      - {kind: reported, at: AT}
      - {kind: graded, at: AT, fields: {grade: {column: FIRST, codes: risk}}}
      - kind: graded
        at: CHANGED
        when: {column: CHANGED, CONDITION}
        fields: {grade: {column: NOW, codes: risk}}
"""


@pytest.mark.parametrize(
    ("condition", "changed", "grades", "codes"),
    [
        ('is_not: ""', None, ["medium"], []),
        ('is_not: ""', " ", ["medium"], []),
        ('is_not: ["", never]', "never", ["medium"], []),
        ('is_not: ""', "2023-01-10T10:00:00", ["medium", "high"], []),
        ("is_not: never", None, ["medium"], ["no-time"]),
        ('is: ""', "2023-01-10T10:00:00", ["medium"], []),
        ('is: ""', None, ["medium"], ["no-time"]),
    ],
)
def test_an_empty_text_in_a_condition_stands_for_an_empty_cell(
    condition: str, changed: str | None, grades: list[str], codes: list[str]
) -> None:
    row = {"CHILD": "C1", "NUMBER": "E1", "AT": "2023-01-10T09:00:00", "FIRST": "M", "NOW": "H"}
    table = pa.table({name: [cell] for name, cell in (row | {"CHANGED": changed}).items()})
    log = read_table(table, mapping=parse_mapping(UNCHANGED.replace("CONDITION", condition)))
    told = [entry.fields["grade"] for entry in log.entries if entry.kind == "graded"]
    assert (told, [fault.code for fault in log.faults]) == (grades, codes)


def test_a_flag_of_a_database_is_compared_as_true_or_false() -> None:
    assert [entry.kind for entry in read(PPN=True)[0]] == ["reported", "ppn_submitted"]
    assert [entry.kind for entry in read(PPN=False)[0]] == ["reported"]
    assert [entry.kind for entry in read(PPN=None)[0]] == ["reported"]


def test_an_entry_can_name_another_by_a_number() -> None:
    (_, review), _ = read(PAPER=4711, VERDICT="good")
    assert review.fields["of"] == "4711"


KEEP = "keep: {column: KEEP, is: [y], under: 18, born: BORN, at: AT}"


@pytest.mark.parametrize(
    ("keep", "born", "kept"),
    [
        ("y", dt.date(2008, 1, 10), 1),
        ("y", dt.date(2005, 1, 10), 0),
        ("y", dt.date(2005, 1, 11), 1),
        ("y", None, 1),
        ("y", "unknown", 1),
        ("n", dt.date(2008, 1, 10), 0),
    ],
    ids=["a child", "18 today", "18 tomorrow", "no birth", "no date", "another row"],
)
def test_a_row_is_kept_where_the_column_says_so_and_the_age_does_not_speak_against_it(
    keep: str, born: object, kept: int
) -> None:
    entries, _ = read(more=KEEP, KEEP=keep, BORN=born)
    assert len(entries) == kept

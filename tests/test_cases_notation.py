"""The notation in which cases write logs and times."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from missingrules import Policy
from missingrules.calendar import Calendar, from_us
from missingrules.cases.notation import Scribe, obvious_field
from missingrules.cases.places import Page, Passage
from missingrules.cases.times import Clock, NotationError
from missingrules.vocabulary import standard
from missingrules.yamlsource import parse

if TYPE_CHECKING:
    from missingrules.entry import Entry

LONDON = Calendar("Europe/London")
MONDAY = dt.date(2023, 11, 6)


def scribe(day_zero: dt.date = MONDAY) -> Scribe:
    return Scribe(Clock(day_zero, LONDON), standard())


def written(text: str, day_zero: dt.date = MONDAY) -> list[Entry]:
    faults: list[NotationError] = []
    entries = scribe(day_zero).write(text, faults.append)
    assert [f"{fault.code}: {fault.message}" for fault in faults] == []
    return entries


def one(text: str, day_zero: dt.date = MONDAY) -> Entry:
    (entry,) = written(text, day_zero)
    return entry


def faults(text: str, day_zero: dt.date = MONDAY) -> list[tuple[str, str]]:
    """Give the code of each fault, and the text from where it begins."""
    found: list[NotationError] = []
    scribe(day_zero).write(text, found.append)
    return [(fault.code, text[fault.at :]) for fault in found]


def times(text: str, day_zero: dt.date = MONDAY) -> list[str]:
    return [LONDON.local(entry.at)[:16] for entry in written(text, day_zero)]


# --- When ----------------------------------------------------------------------------------------


def test_days_are_local_dates_from_day_zero_on_and_times_those_of_the_zone() -> None:
    assert times("day 0 09:00 reported; day 3 10:30 located; day -2 23:59 marker_added cse") == [
        "2023-11-06T09:00",
        "2023-11-09T10:30",
        "2023-11-04T23:59",
    ]
    summer = one("day 0 09:00 reported", dt.date(2024, 7, 1))
    assert from_us(summer.at) == dt.datetime(2024, 7, 1, 8, 0, tzinfo=dt.UTC)


def test_a_time_alone_is_on_the_date_of_the_step_before() -> None:
    assert times("day 2 09:00 reported; 08:00 marker_added cse; 10:00 graded low") == [
        "2023-11-08T09:00",
        "2023-11-08T08:00",
        "2023-11-08T10:00",
    ]


@pytest.mark.parametrize(
    ("shift", "time"),
    [
        ("+20m", "2023-11-06T09:20"),
        ("+90s", "2023-11-06T09:01"),
        ("+1h30m", "2023-11-06T10:30"),
        ("+3d", "2023-11-09T09:00"),
        ("+1d2h", "2023-11-07T11:00"),
        ("", "2023-11-06T09:00"),
    ],
)
def test_a_step_can_come_so_long_after_the_one_before(shift: str, time: str) -> None:
    assert times(f"day 0 09:00 reported; {shift} graded low")[1] == time


def test_hours_are_elapsed_and_days_are_dates_when_the_clocks_change() -> None:
    friday = dt.date(2024, 3, 29)
    assert times("day 1 09:00 reported; +24h graded low; +1d graded high", friday) == [
        "2024-03-30T09:00",
        "2024-03-31T10:00",
        "2024-04-01T10:00",
    ]


def test_a_time_can_be_as_fine_as_a_microsecond() -> None:
    assert one("day 0 23:59:59.999999 reported").at == one("day 1 00:00 reported").at - 1


def test_a_time_that_the_clocks_skipped_or_showed_twice_needs_its_offset() -> None:
    spring, autumn = dt.date(2024, 3, 31), dt.date(2024, 10, 27)
    assert faults("day 0 01:30 reported", spring) == [("skipped-time", "01:30 reported")]
    assert faults("day 0 01:30 reported", autumn) == [("ambiguous-time", "01:30 reported")]
    first, second = written("day 0 01:30+01:00 reported; day 0 01:30Z graded low", autumn)
    assert second.at - first.at == 3_600_000_000


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("reported", ("nothing-before", "reported")),
        ("+1h reported", ("nothing-before", "+1h reported")),
        ("09:00 reported", ("nothing-before", "09:00 reported")),
        ("day reported", ("bad-time", "reported")),
        ("day 1 reported", ("bad-time", "day 1 reported")),
        ("day 1 9:00 reported", ("bad-time", "day 1 9:00 reported")),
        ("day x 09:00 reported", ("bad-time", "x 09:00 reported")),
        ("day 0 24:00 reported", ("impossible-time", "24:00 reported")),
        ("day 0 09:00 reported; -1h graded low", ("bad-time", "-1h graded low")),
        ("day 0 09:00 reported; +1y graded low", ("bad-time", "+1y graded low")),
        (
            "day 0 09:00 reported; +999999h999999h located",
            ("impossible-time", "+999999h999999h located"),
        ),
        ("day 0 09:00 reported recorded +999999h999999h", ("impossible-time", "+999999h999999h")),
        (
            f"day 0 09:00 reported missing_since=-{'999999h' * 80}",
            ("impossible-time", f"-{'999999h' * 80}"),
        ),
        ("day 0 09:00 reported; 9:00 graded low", ("bad-time", "9:00 graded low")),
        ("day 99999 09:00 reported", ("impossible-time", "09:00 reported")),
        ("day 9999999 09:00 reported", ("bad-time", "9999999 09:00 reported")),
        ("day 0 09:00 reported; +9999999d graded low", ("bad-time", "+9999999d graded low")),
    ],
)
def test_a_time_that_cannot_be_read_is_a_fault_where_it_stands(
    text: str, found: tuple[str, str]
) -> None:
    assert faults(text) == [found]


def test_one_bad_time_does_not_make_faults_of_the_steps_that_go_on_from_it() -> None:
    text = "day 0 9h reported; +5m graded low; +5m graded hihg; day 1 09:00 located; +5m returnd"
    assert [code for code, _ in faults(text)] == ["bad-time", "bad-value", "unknown-kind"]


# --- Whose ---------------------------------------------------------------------------------------


def test_an_entry_belongs_to_the_episode_named_last_and_to_a_at_first() -> None:
    text = "day 0 09:00 reported; graded low; B reported; graded low; marker_added cse; A located"
    assert [entry.episode_id for entry in written(text)] == ["A", "A", "B", "B", None, "A"]


def test_all_entries_are_of_one_child() -> None:
    assert {e.child_id for e in written("day 0 09:00 A reported; B reported")} == {"child"}


def test_of_kinds_that_can_be_either_the_step_says_whose() -> None:
    text = "day 0 09:00 reported; {}voided of=A.reported"
    assert written(text.format("A "))[1].episode_id == "A"
    assert written(text.format("child "))[1].episode_id is None
    assert [code for code, _ in faults(text.format(""))] == ["wrong-home"]


def test_an_entry_of_the_wrong_home_is_a_fault() -> None:
    assert faults("day 0 09:00 B marker_added cse") == [("wrong-home", "B marker_added cse")]
    assert faults("day 0 09:00 child graded low") == [("wrong-home", "graded low")]


# --- What ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        ("graded high", {"grade": "high"}),
        ("categorised missing", {"category": "missing"}),
        ("prioritised immediate", {"priority": "immediate"}),
        ("inspector_informed phone", {"how": "phone"}),
        ("ppn_shared health,police", {"shared_with": ("health", "police")}),
        ("ppn_submitted found", {"stage": "found"}),
        ("ppn_submitted missing", {"stage": "missing"}),
        ("ppn_submitted voice_of_child", {"voice_of_child": "yes"}),
        ("ppn_submitted school=no", {"school": "no"}),
        ("reported childrens_home", {"from_place": "childrens_home"}),
        ("reported reporter=parent known", {"reporter": "parent", "whereabouts": "known"}),
        ("returned home", {"to": "home"}),
        ("prevention_interview in_person", {"mode": "in_person"}),
        ("A merged B", {"into": "B"}),
        (
            'categorised missing rationale="rang round"',
            {"category": "missing", "rationale": "rang round"},
        ),
        (
            "categorised concern_for_safety enquiries_not_made",
            {"category": "concern_for_safety", "ground": "enquiries_not_made"},
        ),
        ("graded low refers_to=self_harm,cse", {"grade": "low", "refers_to": ("cse", "self_harm")}),
    ],
)
def test_a_value_stands_alone_where_its_field_is_plain(
    step: str, fields: dict[str, object]
) -> None:
    assert one(f"day 0 09:00 {step}").fields == fields


def test_the_name_of_a_text_records_some_text_and_a_quoted_text_is_taken_as_it_is() -> None:
    assert one("day 0 09:00 graded high rationale").fields["rationale"]
    declined = one("day 0 09:00 strategy_meeting_declined 'no; capacity # today'")
    assert declined.fields == {"rationale": "no; capacity # today"}


def test_the_obvious_field_is_the_one_that_is_required_or_the_only_one() -> None:
    kinds = standard().kinds
    obvious = {name: told.name for name in kinds if (told := obvious_field(kinds[name]))}
    assert obvious["graded"] == "grade"
    assert obvious["marker_added"] == "marker"
    assert obvious["strategy_meeting_recorded"] == "outcome"
    assert {"reported", "ppn_submitted", "quality_reviewed", "fim_notified"}.isdisjoint(obvious)


def test_times_inside_a_step_start_from_the_step() -> None:
    for text, before in (("-2h", 2), ("07:00", 2), ('"day -1 09:00"', 24)):
        entry = one(f"day 0 09:00 reported missing_since={text}")
        assert entry.at - int(str(entry.fields["missing_since"])) == before * 3_600_000_000
    born = one("day 0 09:00 born 2010-02-28")
    assert born.fields == {"date_of_birth": dt.date(2010, 2, 28)}


def test_a_step_says_by_whom_and_when_it_was_recorded() -> None:
    entry = one("day 0 09:00 graded low by force_incident_manager recorded +2h")
    assert (entry.by, entry.recorded - entry.at) == ("force_incident_manager", 7_200_000_000)
    for when in ("11:00", "day 0 11:00"):
        assert one(f"day 0 09:00 graded low recorded {when}").recorded == entry.recorded


def test_entries_are_called_after_episode_and_kind_unless_they_are_named() -> None:
    text = "day 0 09:00 reported; graded low; graded high; marker_added cse; located as there"
    ids = [entry.entry_id for entry in written(text)]
    assert ids == ["A.reported", "A.graded", "A.graded.2", "marker_added", "there"]


def test_a_name_that_is_given_is_not_given_again() -> None:
    first, second = written("day 0 09:00 graded low as A.graded.2; graded low; graded high")[1:]
    assert [first.entry_id, second.entry_id] == ["A.graded", "A.graded.3"]
    assert faults("day 0 09:00 graded low as x; graded low as x") == [("duplicate-id", "x")]


def test_steps_stand_on_lines_or_after_semicolons_and_a_hash_begins_a_comment() -> None:
    text = "day 0 09:00 reported # first; not a step\n\n  ;; +5m graded low;\n# nothing\n"
    assert [entry.kind for entry in written(text)] == ["reported", "graded"]
    assert written("") == written(" \n ; # nothing") == []


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ("reportd", ("unknown-kind", "reportd")),
        ("A", ("no-kind", "A")),
        ("graded", ("missing-field", "graded")),
        ("graded hihg", ("bad-value", "hihg")),
        ("graded high grade=low", ("field-twice", "grade=low")),
        ("graded high colour=red", ("unknown-field", "colour=red")),
        ("graded high by=officer", ("unknown-field", "by=officer")),
        ("located phone", ("bad-value", "phone")),
        ("quality_reviewed good of=A.x extra", ("bad-value", "extra")),
        ("graded high by", ("no-value", "by")),
        ("graded high by Officer", ("bad-value", "Officer")),
        ("graded high as -", ("bad-id", "-")),
        ("graded high recorded soon", ("bad-time", "soon")),
        ("graded high xyzzy=1", ("unknown-field", "xyzzy=1")),
        ("located xyzzy=1", ("unknown-field", "xyzzy=1")),
        ("graded high rationale=' '", ("bad-value", "' '")),
        ("graded high rationale='open", ("open-quote", "'open")),
        ("born 2010-02-30", ("impossible-date", "2010-02-30")),
        ("reported missing_since=noon", ("bad-time", "noon")),
        ("reported missing_since=''", ("bad-time", "''")),
    ],
)
def test_what_cannot_be_meant_is_a_fault_where_it_stands(step: str, found: tuple[str, str]) -> None:
    ((code, rest),) = faults(f"day 0 09:00 {step}")
    assert code == found[0]
    assert rest.lstrip("'") in (found[1], found[1].lstrip("'"))


def test_every_fault_of_a_step_is_told() -> None:
    text = "day 0 09:00 graded hihg colour=red by Officer"
    assert [code for code, _ in faults(text)] == ["bad-value", "unknown-field", "bad-value"]


def test_a_value_that_several_fields_could_hold_needs_its_name() -> None:
    policy = Policy.parse("""
policy: two
title: Two fields with the same values
edition: "1"
conventions: {zone: UTC}
vocabulary:
  fields: {located: {first: {type: choice, values: [a, b]}, second: {type: choice, values: [a]}}}
""")
    found: list[NotationError] = []
    maker = Scribe(Clock(MONDAY, policy.calendar), policy.vocabulary)
    entries = maker.write("day 0 09:00 located b; located second=a a; located a", found.append)
    assert [entry.fields for entry in entries] == [{"first": "b"}, {"first": "a", "second": "a"}]
    assert [fault.code for fault in found] == ["ambiguous-value"]


# --- Where ---------------------------------------------------------------------------------------

FILE = """\
plain: day 0 09:00 reported; BAD
quoted: "day 0 09:00 \\"x\\" BAD"
single: 'day 0 BAD'
literal: |
  day 0 09:00 reported

    +5m BAD
folded: >-
  day 0 09:00 reported;
  +5m BAD
over:
  day 0 09:00 reported;
  BAD
listed:
  - day 0 09:00 reported
  - {then: BAD, more: [BAD]}
"""


def test_a_place_in_a_text_is_found_in_the_file_however_it_is_quoted_and_folded() -> None:
    page = Page.of(FILE, "f")
    found = []
    for path, node in parse(FILE, "f").walk():
        if isinstance(node.value, str) and "BAD" in node.value:
            place = Passage(page, node.place, node.value).place(node.value.index("BAD"))
            found.append((path[0], FILE.splitlines()[place.line - 1][place.column - 1 :][:3]))
    assert [name for name, _ in found] == [
        *("plain", "quoted", "single", "literal", "folded", "over", "listed", "listed"),
    ]
    assert {text for _, text in found} == {"BAD"}

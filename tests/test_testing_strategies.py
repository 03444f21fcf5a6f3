"""What the strategies of the testing kit draw, and what they refuse."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from build import policy as compiled
from build import policy_text
from missingrules import Coverage, Episode, Policy, PolicyError, Record, read_jsonl, testing
from missingrules.calendar import DAY_US, HOUR_US, Days, Elapsed, WorkingDays, from_us, to_us
from missingrules.entry import to_json
from missingrules.record import CORRECTIONS
from missingrules.testing.cell import Birthday
from missingrules.testing.edge import Edge, edges, spans
from missingrules.testing.instant import clock_changes
from missingrules.testing.subject import DECISION, FRAME, of_no_policy, subject_of
from missingrules.vocabulary import GRADES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WILTSHIRE = Policy.load("wiltshire")
NOON = dt.datetime(2023, 11, 6, 12, 0, tzinfo=dt.UTC)
LONDON = of_no_policy().calendar

EVERYTHING_ASKED = compiled("""
    vocabulary:
      kinds:
        drone_sent:
          of: episode
          phrase: a drone being sent
          fields:
            height: {type: choice, values: [low_level, high_level, roof_level, other_level]}
            told_on: {type: date}
            told_at: {type: instant}
      roles: {fim: force_incident_manager}
    parameters:
      window: {value: 20 days, edge: exclusive, basis: inferred}
      other_window: {value: 40 days, edge: inclusive, basis: inferred}
      begins: {value: 2024-02-01, basis: inferred}
    terms:
      proper:
        all: [{category: concern_for_safety}, {recorded: categorised.rationale}]
        by: 11 minutes
      missing: {all: [{recorded: category}, {not: proper}]}
    rules:
      - id: counted
        on: {episodes: missing, reach: 2, within: window, as_recorded: {category: absent}}
        if: {counted: {episodes: missing, at_least: 2, within: other_window}}
        require: {action: strategy_meeting_held, within: 3 working days}
        may_be_decided_by: mash
      - id: long
        on: {open: {more_than: 13 hours}}
        unless: [{entry: located}, {lasted: {more_than: 14 hours}}]
        require: {action: enquiry_made, within: not_stated}
      - id: again
        on:
          every: 3 hours
          first_after: 17 hours
          sooner: [{if: {grade: high}, every: 1 hour}]
        require: {action: drone_sent, where: {height: high_level, by: force_incident_manager}}
      - id: late
        from: begins
        on: {gap: {more_than: 19 hours}}
        if: {all: [{marker: cse}, {concern: [crime]}, {age: {under: 12}}]}
        measure: true
      - id: named
        on: {entry: graded, where: {grade: low}}
        require: {field: refers_to, names_known: [markers], or_field: rationale, within: 2 days}
      - id: raised
        on: {entry: marker_added}
        unless: {entry: care_status, where: {looked_after: true}}
        grade: {at_least: medium, within: 23 minutes}
""")


def drawn(strategy: st.SearchStrategy[Any], number: int = 40, *, at_once: int = 1) -> list[Any]:
    """Draw so many times so many values at once, the same ones each time."""
    found: list[Any] = []

    @settings(
        max_examples=number,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(strategy, min_size=at_once, max_size=at_once))
    def gather(values: list[Any]) -> None:
        found.extend(values)

    gather()
    return found


@functools.cache
def about(*rules: str) -> list[Record]:
    """Draw records of the policy above, about some rules or whatever they like."""
    named: dict[str, Any] = {"rules": rules} if rules else {}
    return drawn(testing.records(EVERYTHING_ASKED, corrections=False, **named), 120)


@functools.cache
def of_england(**without: Any) -> list[Record]:
    return drawn(testing.records("england", **without), 20 if without else 80)


def minimal(strategy: st.SearchStrategy[Any], holds: Callable[[Any], bool]) -> Any:
    return find(
        strategy,
        holds,
        settings=settings(max_examples=400, derandomize=True, database=None, deadline=None),
    )


# --- Edges ----------------------------------------------------------------------------------------


def us(text: str) -> int:
    return to_us(dt.datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("length", "ends", "after", "before"),
    [
        (Elapsed(2 * HOUR_US), True, "2023-11-06T14:00Z", "2023-11-06T10:00Z"),
        (Days(3), True, "2023-11-10T00:00Z", "2023-11-04T00:00Z"),
        (Days(3), False, "2023-11-09T00:00Z", "2023-11-03T00:00Z"),
        (WorkingDays(5), True, "2023-11-14T00:00Z", "2023-11-02T00:00Z"),
        (WorkingDays(5), False, "2023-11-13T00:00Z", "2023-11-01T00:00Z"),
    ],
)
def test_an_edge_lies_where_the_duration_ends(
    length: Any, ends: bool, after: str, before: str
) -> None:
    start = to_us(NOON)
    for nudge in (-1, 0, 1):
        edge = Edge(length, ends, nudge)
        assert edge.after(start, LONDON) == us(after) + nudge
        assert edge.before(start, LONDON) == us(before) - nudge


def test_edges_are_listed_by_length_with_both_sides_of_each() -> None:
    listed = edges([Days(1), Elapsed(HOUR_US), Days(1), WorkingDays(1)])
    assert listed[:3] == tuple(
        Edge(Elapsed(HOUR_US), ends=True, nudge=nudge) for nudge in (0, 1, -1)
    )
    assert [edge.length for edge in listed[3::3]] == [Days(1), Days(1)] + [WorkingDays(1)] * 2
    assert {edge[1:] for edge in listed[3:9]} == {
        (ends, nudge) for ends in (True, False) for nudge in (0, 1, -1)
    }


def test_spans_are_read_from_words() -> None:
    assert spans("0m 2h -1d 3h+ 3h-") == (
        *(0, 2 * HOUR_US, -DAY_US),
        *(3 * HOUR_US + 1, 3 * HOUR_US - 1),
    )


# --- What a policy is about -----------------------------------------------------------------------

EXPECTED_KINDS: dict[str, set[str]] = {
    "counted": {"categorised", "strategy_meeting_held", DECISION},
    "long": {"enquiry_made", DECISION},
    "again": {"graded", "drone_sent", DECISION},
    "late": {"marker_added", "marker_removed", "concern_noted", "born"},
    "named": {"graded", "marker_added", "concern_noted"},
    "raised": {"marker_added", "care_status", "graded"},
}
EXPECTED_LENGTHS: dict[str, set[object]] = {
    "counted": {Days(20), Days(40), WorkingDays(3), Elapsed(11 * HOUR_US // 60)},
    "long": {Elapsed(13 * HOUR_US), Elapsed(14 * HOUR_US)},
    "again": {Elapsed(hours * HOUR_US) for hours in (1, 3, 17)},
    "late": {Elapsed(19 * HOUR_US)},
    "named": {Days(2)},
    "raised": {Elapsed(23 * HOUR_US // 60)},
}


@pytest.mark.parametrize("rule", sorted(EXPECTED_KINDS))
def test_a_rule_is_about_the_kinds_and_durations_that_it_asks_for(rule: str) -> None:
    focus = subject_of(EVERYTHING_ASKED).rules[rule]
    assert focus.kinds == {*FRAME, *EXPECTED_KINDS[rule]}
    assert focus.lengths == EXPECTED_LENGTHS[rule]
    assert focus.asked == EXPECTED_KINDS[rule] - {DECISION}


def test_a_policy_names_values_roles_ages_and_dates() -> None:
    subject = subject_of(EVERYTHING_ASKED)
    assert subject.named["categorised", "category"] == ("absent", "concern_for_safety")
    assert subject.named["categorised", "rationale"] == ()
    assert subject.named["drone_sent", "height"] == ("high_level",)
    assert subject.named["drone_sent", "by"] == ("force_incident_manager",)
    assert subject.named["graded", "grade"] == tuple(sorted(GRADES))
    assert subject.named["graded", "refers_to"] == subject.named["graded", "rationale"] == ()
    assert subject.named["marker_removed", "marker"] == ("cse",)
    assert subject.named["concern_noted", "concern"] == ("crime",)
    assert subject.named["care_status", "looked_after"] == ("yes",)
    assert subject.named["born", "date_of_birth"] == ()
    assert subject.named["reported", "missing_since"] == ()
    assert subject.named[DECISION, "by"] == ("mash",)
    assert subject.rules["again"].decided == {"drone_sent"}
    assert subject.ages == (12,)
    assert subject.borders == (us("2024-02-01T00:00Z"),)


def test_rules_are_taken_together_with_those_that_ask_for_the_same() -> None:
    subject = subject_of(EVERYTHING_ASKED)
    assert subject.focus(["counted", "long"]).lengths == (
        EXPECTED_LENGTHS["counted"] | EXPECTED_LENGTHS["long"]
    )
    assert subject.around("late").lengths == (
        EXPECTED_LENGTHS["late"] | EXPECTED_LENGTHS["named"] | EXPECTED_LENGTHS["raised"]
    )
    assert subject.around("long").lengths == EXPECTED_LENGTHS["long"]
    assert subject.anything.kinds == set(EVERYTHING_ASKED.vocabulary.kinds) - CORRECTIONS


# --- Instants -------------------------------------------------------------------------------------


def test_instants_lie_on_midnights_clock_changes_leap_days_and_both_sides_of_them() -> None:
    found = set(drawn(testing.instants(), at_once=30))
    for landmark in (
        *("2024-02-29T00:00Z", "2024-03-01T00:00Z", "2023-07-31T23:00Z", "2023-12-25T00:00Z"),
        *("2023-03-26T01:00Z", "2023-10-29T01:00Z", "2024-03-31T01:00Z", "2024-10-27T01:00Z"),
    ):
        at = dt.datetime.fromisoformat(landmark)
        near = {at + dt.timedelta(microseconds=nudge) for nudge in (-1, 0, 1)}
        assert near & found, landmark
    assert all(at.tzinfo is dt.UTC for at in found)


def test_clock_changes_are_found_to_the_microsecond() -> None:
    assert [from_us(at).isoformat() for at in clock_changes("America/St_Johns")] == [
        "2023-03-12T05:30:00+00:00",
        "2023-11-05T04:30:00+00:00",
        "2024-03-10T05:30:00+00:00",
        "2024-11-03T04:30:00+00:00",
    ]
    assert clock_changes("UTC") == ()


def test_instants_near_others_are_those_or_on_the_edges_of_the_policy() -> None:
    subject = subject_of(EVERYTHING_ASKED)
    found = set(drawn(testing.instants(EVERYTHING_ASKED, near=[NOON]), at_once=30))
    start = to_us(NOON)
    on_edges = {from_us(edge.after(start, subject.calendar)) for edge in subject.whole.edges}
    before = {from_us(edge.before(start, subject.calendar)) for edge in subject.whole.edges}
    assert NOON in found
    assert len(on_edges & found) > len(on_edges) / 2
    assert len(before & found) > len(before) / 2


def test_instants_near_a_record_lie_near_its_entries() -> None:
    record = Record.of(
        [testing.entry("located", NOON, child_id="C", recorded_at="2023-12-06T12:00:00Z")]
    )
    found = drawn(testing.instants(near=record), at_once=10)
    assert {NOON, NOON + dt.timedelta(days=30)} <= set(found)


def test_instants_start_at_landmarks_where_there_is_nothing_to_be_near() -> None:
    empty = Record.of((), child_id="C")
    assert minimal(testing.instants(near=empty), lambda _: True) == NOON
    assert minimal(testing.instants(near=[]), lambda _: True) == NOON


def test_instants_stay_inside_their_limits() -> None:
    first, last = NOON, NOON + dt.timedelta(days=1)
    found = drawn(testing.instants(first=first, last=last), at_once=5)
    assert (min(found), max(found)) == (first, last)
    end = dt.datetime(2199, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC)
    assert max(drawn(testing.instants(near=[end]))) == end
    start = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
    assert min(drawn(testing.instants(near=[start]))) == start


def test_instants_shrink_to_noon_of_a_monday() -> None:
    assert minimal(testing.instants("england"), lambda _: True) == NOON
    assert minimal(testing.instants(), lambda at: at > NOON) == NOON + dt.timedelta(microseconds=1)


# --- Entries and rows -----------------------------------------------------------------------------


@given(entry=testing.entries(WILTSHIRE))
def test_an_entry_can_be_written_and_read_back(entry: Any) -> None:
    log = read_jsonl([json.dumps(to_json(entry))], vocabulary=WILTSHIRE.vocabulary)
    assert log.faults == ()
    assert log.entries == (entry,)
    assert testing.log([entry, entry]).duplicates == 1


def test_entries_are_of_every_kind_and_hold_every_field() -> None:
    kinds = EVERYTHING_ASKED.vocabulary.kinds
    fields = {(kind.name, name) for kind in kinds.values() for name in kind.fields}
    found: list[Any] = []
    held: set[tuple[str, str]] = set()
    for number in (80, 240, 720):  # what is drawn also hangs on the modules that are loaded
        if held != fields:
            found = drawn(testing.entries(EVERYTHING_ASKED), number, at_once=30)
            held = {(entry.kind, name) for entry in found for name in entry.fields}
    assert held == fields
    assert {entry.kind for entry in found} == set(kinds)
    assert {entry.area is None for entry in found} == {True, False}
    assert {entry.authority is None for entry in found} == {True, False}
    assert {entry.by is None for entry in found} == {True, False}
    homes = {entry.episode_id is None for entry in found if entry.kind == DECISION}
    assert homes == {True, False}
    graded = drawn(testing.entries(EVERYTHING_ASKED, kinds=["graded"]), at_once=5)
    assert {entry.fields["grade"] for entry in graded} == set(GRADES)


def test_entries_can_be_narrowed_to_kinds_a_child_and_times() -> None:
    found = drawn(testing.entries(kinds=["graded"], child_id="Z", at=st.just(NOON)))
    assert {(entry.kind, entry.child_id, entry.at) for entry in found} == {
        ("graded", "Z", to_us(NOON))
    }


def test_every_free_text_says_that_it_is_made_up() -> None:
    texts = {
        value
        for entry in drawn(testing.entries(), at_once=10)
        for name, value in entry.fields.items()
        if name in ("rationale", "reason", "outcome")
    }
    assert len(texts) > 1
    assert all(text.startswith(testing.FREE_TEXT) for text in texts)


@given(episode=testing.episodes())
def test_a_wide_row_amounts_to_entries_that_are_in_order(episode: Episode) -> None:
    record = Record.of([episode])
    lines = [json.dumps(to_json(entry)) for entry in record.entries]
    assert Record.of(read_jsonl(lines).entries) == record


def test_wide_rows_fill_every_column() -> None:
    found = drawn(testing.episodes("wiltshire", child_id="Z"), 20, at_once=5)
    filled = {name for row in found for name in Episode.model_fields if getattr(row, name)}
    assert filled == set(Episode.model_fields)
    assert {row.child_id for row in found} == {"Z"}
    at_noon = drawn(testing.episodes(at=st.just(NOON)), 5)
    assert {(row.reported_at, row.child_id) for row in at_noon} == {(NOON, "C")}


# --- Records and logs -----------------------------------------------------------------------------


def test_a_record_holds_what_its_rules_ask_for_and_what_frames_an_episode() -> None:
    entries = [entry for record in about("late") for entry in record.entries]
    kinds = {entry.kind for entry in entries}
    assert {"marker_added", "concern_noted", "born"} < kinds <= {*FRAME, *EXPECTED_KINDS["late"]}
    markers = {entry.fields["marker"] for entry in entries if entry.kind == "marker_added"}
    assert "cse" in markers
    assert markers <= {"cse", "self_harm", "suicide"}  # the one named, and two others


EVERY_KIND = frozenset(EVERYTHING_ASKED.vocabulary.kinds) - CORRECTIONS
ASKED = subject_of(EVERYTHING_ASKED).whole.kinds
ASKED_BY_ONE = subject_of(EVERYTHING_ASKED).rules["late"].kinds


@pytest.mark.parametrize(
    ("least", "most"),
    [
        pytest.param(ASKED_BY_ONE - {*FRAME}, ASKED_BY_ONE, id="some"),
        pytest.param(ASKED - ASKED_BY_ONE, ASKED, id="all"),
        pytest.param(EVERY_KIND - ASKED, EVERY_KIND, id="anything"),
    ],
)
def test_without_rules_a_record_is_about_some_or_all_or_anything(
    least: frozenset[str], most: frozenset[str]
) -> None:
    # Looked for until there is one: whether it is among so many drawn would hang on chance.
    found = find(
        testing.records(EVERYTHING_ASKED, corrections=False).map(kinds_of),
        lambda held: held & least and held <= most,
        settings=settings(max_examples=2000, database=None, phases=[Phase.generate], deadline=None),
    )
    assert found & least


def test_without_rules_a_record_has_no_corrections_where_there_are_to_be_none() -> None:
    assert not any(kinds_of(record) & CORRECTIONS for record in about())


def kinds_of(record: Record) -> frozenset[str]:
    return frozenset(entry.kind for entry in record.entries)


def test_without_a_policy_a_record_holds_anything() -> None:
    found = drawn(testing.records(), 40)
    kinds = {entry.kind for record in found for entry in record.entries}
    assert len(kinds) > len(of_no_policy().vocabulary.kinds) / 2


def test_a_policy_without_rules_is_about_episodes_alone() -> None:
    text = policy_text("""
        rules:
          - id: off
            active: false
            on: {entry: graded}
            measure: true
    """)
    about_nothing = subject_of(Policy.parse(text))
    assert about_nothing.whole.kinds == {*FRAME}
    assert drawn(testing.records(Policy.parse(text)), 3)


def test_reports_lie_on_both_sides_of_a_window() -> None:
    calendar = EVERYTHING_ASKED.calendar
    hits = Counter[int]()
    for record in about("counted"):
        reports = {entry.at for entry in record.entries if entry.kind == "reported"}
        for edge in edges([Days(20), Days(40)]):
            hits[edge.nudge] += any(edge.after(at, calendar) in reports for at in reports)
    assert min(hits[nudge] for nudge in (-1, 0, 1)) > 0


def test_entries_lie_on_both_sides_of_a_deadline() -> None:
    calendar = EVERYTHING_ASKED.calendar
    hits = Counter[int]()
    for record in about("counted"):
        ats = {entry.at for entry in record.entries}
        for edge in edges([WorkingDays(3), Elapsed(11 * HOUR_US // 60)]):
            hits[edge.nudge] += any(edge.after(at, calendar) in ats for at in ats)
    assert min(hits[nudge] for nudge in (-1, 0, 1)) > 0


def test_episodes_come_often_enough_to_be_counted() -> None:
    alike = [
        record
        for record in about("counted")
        if sum(entry.fields.get("category") == "absent" for entry in record.entries) > 2
    ]
    assert len(alike) > len(about("counted")) / 50


@pytest.mark.parametrize(("least", "most"), [(0, 0), (2, 2), (3, 6)])
def test_the_number_of_episodes_can_be_chosen(least: int, most: int) -> None:
    strategy = testing.records(
        "england",
        min_episodes=least,
        max_episodes=most,
        corrections=False,
        conflicts=False,
        child_id="Z",
    )
    found = drawn(strategy)
    numbers = {len({entry.episode_id for entry in record.entries} - {None}) for record in found}
    assert (min(numbers), max(numbers)) == (least, most)
    assert {record.child_id for record in found} == {"Z"}


def whole(record: Record) -> dict[str, bool]:
    """Say what stands in a record."""
    entries = record.entries
    reports = {e.episode_id: e.at for e in reversed(entries) if e.kind == "reported"}
    episodes = [e for e in entries if e.episode_id is not None and e.kind not in CORRECTIONS]
    return {
        "late": any(entry.recorded != entry.at for entry in entries),
        "disorder": any(
            entry.at < reports.get(entry.episode_id, entry.at + 1) for entry in episodes
        )
        or any(entry.episode_id not in reports for entry in episodes),
        "corrections": any(entry.kind in CORRECTIONS for entry in entries),
        "conflicts": len({entry.entry_id for entry in entries}) < len(entries),
    }


@pytest.mark.parametrize("trait", ["late", "disorder", "corrections", "conflicts"])
def test_what_may_stand_in_a_record_can_be_left_out(trait: str) -> None:
    assert any(whole(record)[trait] for record in of_england())
    assert not any(whole(record)[trait] for record in of_england(**{trait: False}))


@pytest.mark.parametrize("trait", ["late", "disorder", "corrections"])
def test_what_may_stand_in_a_log_can_be_left_out(trait: str) -> None:
    without: dict[str, Any] = {trait: False}
    for log in drawn(testing.logs("england", **without), 30):
        for entries in log.by_child().values():
            assert not whole(Record.of(entries))[trait]


def test_logs_are_of_several_children() -> None:
    found = drawn(testing.logs("england", min_children=2, max_children=4, max_episodes=1))
    assert {len(log.by_child()) for log in found} == {2, 3, 4}
    assert {child for log in found for child in log.by_child()} == {"C1", "C2", "C3", "C4"}
    assert all(not log.conflicts and not log.duplicates for log in found)
    few = drawn(testing.logs(min_children=0, max_children=1, max_episodes=1), 20)
    assert {len(log.by_child()) for log in few} == {0, 1}


def test_a_date_of_birth_turns_an_age_that_rules_ask_for_around_the_report() -> None:
    subject = subject_of(EVERYTHING_ASKED)
    assert Birthday(12, 1).date(subject, to_us(NOON)) == dt.date(2011, 11, 7)
    leap_day = us("2024-02-29T12:00Z")
    assert Birthday(13, 0).date(subject, leap_day) == dt.date(2011, 2, 28)
    assert Birthday(12, 0).date(subject, leap_day) == dt.date(2012, 2, 29)
    turning = Counter[int]()
    for record in about("late"):
        days = [LONDON.day(entry.at) for entry in record.entries if entry.kind == "reported"]
        for entry in record.entries:
            birth = entry.fields.get("date_of_birth")
            if isinstance(birth, dt.date):
                turns = LONDON.day(LONDON.birthday(birth, 12))
                turning.update(turns - day for day in days)
    assert min(turning[days] for days in (-1, 0, 1)) > 0


def test_roles_are_told_as_the_policy_names_them_and_as_the_log_does() -> None:
    by = {e.by for record in about("again") for e in record.entries if e.kind == "drone_sent"}
    assert by >= {None, "force_incident_manager", "fim"}


# --- Corrections ----------------------------------------------------------------------------------


def test_corrections_void_and_merge_what_a_record_has_and_what_it_has_not() -> None:
    record = Record.of(
        [
            testing.entry("reported", NOON, child_id="C", episode_id="E1", entry_id="a"),
            testing.entry("reported", NOON, child_id="C", episode_id="E2", entry_id="b"),
            testing.entry("voided", NOON, child_id="C", episode_id="E2", entry_id="c", of="b"),
        ]
    )
    found = drawn(testing.corrections(record), at_once=10)
    told = {(e.kind, e.episode_id, e.fields.get("of") or e.fields.get("into")) for e in found}
    assert told == {
        *(("voided", "E1", None), ("voided", "E2", None)),
        *(("voided", "E1", "a"), ("voided", "E2", "b"), ("voided", "E2", "c")),
        ("voided", None, "nowhere"),
        *(("merged", source, into) for source in ("E1", "E2") for into in ("E1", "E2", "nowhere")),
    }
    assert {entry.entry_id for entry in found} == {"C.4"}
    assert {entry.recorded == entry.at for entry in found} == {True, False}


def test_a_correction_of_nothing_names_what_there_is_not() -> None:
    found = drawn(testing.corrections(Record.of((), child_id="C"), entry_id="mine"), 20)
    assert {(e.entry_id, e.kind, e.fields["of"]) for e in found} == {("mine", "voided", "nowhere")}


# --- Coverages and trials -------------------------------------------------------------------------


@given(coverage=testing.coverages(EVERYTHING_ASKED))
def test_a_coverage_speaks_of_what_logs_of_the_policy_hold(coverage: Coverage) -> None:
    coverage.check(EVERYTHING_ASKED.vocabulary)


def test_coverages_are_limited_in_every_way_and_most_often_not_at_all() -> None:
    record = Record.of([testing.entry("located", NOON, child_id="C")])
    found = drawn(testing.coverages(EVERYTHING_ASKED, near=record), at_once=10)
    assert sum(coverage == Coverage() for coverage in found) > len(found) / 4
    assert any(coverage.start == to_us(NOON) for coverage in found)
    assert any(coverage.end is not None for coverage in found)
    assert any(None in coverage.kinds.values() for coverage in found)
    assert any(any(coverage.kinds.values()) for coverage in found)
    lacking = {each for coverage in found for each in coverage.without_fields}
    assert ("categorised", "rationale") in lacking
    assert ("categorised", "category") not in lacking  # without it there is no entry
    later = NOON + dt.timedelta(days=900)
    for near in ([later, NOON], None):
        starts = {each.start for each in drawn(testing.coverages(near=near), at_once=5)}
        assert starts >= {None, to_us(NOON)}


def test_a_trial_is_of_the_policy_given_or_of_a_made_up_one() -> None:
    for policy in (WILTSHIRE, st.just(WILTSHIRE)):
        assert {trial.policy for trial in drawn(testing.trials(policy), 5)} == {WILTSHIRE}
    assert len({trial.policy.digest for trial in drawn(testing.trials(), 20)}) > 10


def test_a_trial_is_judged_on_near_and_long_after_what_it_holds() -> None:
    found = drawn(testing.trials(EVERYTHING_ASKED, rules=["long"], limited=False), 70)
    apart = Counter[int]()
    for trial in found:
        ats = {at for entry in trial.record.entries for at in (entry.at, entry.known)}
        apart.update(to_us(trial.as_of) - at for at in ats)
    for span in (0, 13 * HOUR_US, 200 * DAY_US):
        assert sum(apart[span + nudge] for nudge in (-1, 0, 1)), span
    assert {trial.coverage for trial in found} == {Coverage()}


def test_a_trial_prints_as_code_whatever_it_holds() -> None:
    from hypothesis.vendor.pretty import pretty

    names = {
        **{name: getattr(testing, name) for name in testing.__all__},
        "Policy": Policy,
        "Record": Record,
        "Coverage": Coverage,
        "datetime": dt,
    }
    for trial in drawn(testing.trials(), 20):
        again = eval(pretty(trial), dict(names))  # noqa: S307 - the code that was printed
        assert again.policy.digest == trial.policy.digest
        assert again[1:] == trial[1:]
    plain = testing.Trial(WILTSHIRE, Record.of((), child_id="C"), NOON)
    assert pretty(plain) == (
        "Trial(\n"
        "    policy=Policy.load('wiltshire'),\n"
        "    record=Record.of([], child_id='C'),\n"
        f"    as_of={NOON!r},\n"
        ")"
    )


# --- Policies -------------------------------------------------------------------------------------


def test_policies_keep_to_the_traits_that_are_asked_for() -> None:
    plain = testing.policies(dated=False, ages=False, working_days=False, zones=["UTC"])
    for policy in drawn(plain):
        text = testing.as_code(policy)
        assert policy.calendar.zone == "UTC"
        assert not policy.index.ages
        assert "working day" not in text
        assert "editions" not in text
        assert "until" not in text
    found = [testing.as_code(policy) for policy in drawn(testing.policies())]
    for word in ("working day", "editions", "age:", "until", "America/St_Johns"):
        assert any(word in text for text in found), word


# --- What is shown and what is not ----------------------------------------------------------------


def shown(strategy: st.SearchStrategy[Any], holds: Callable[[Any], bool]) -> str:
    """Give what Hypothesis prints for a value of which this does not hold."""

    @settings(derandomize=True, database=None, phases=[Phase.generate, Phase.shrink], deadline=None)
    @given(drawn=strategy)
    def fails(drawn: Any) -> None:
        assert holds(drawn)

    with pytest.raises(AssertionError) as failure:
        fails()
    return "\n".join(failure.value.__notes__)


def test_a_failing_record_shrinks_to_few_plain_entries_and_prints_as_python_code() -> None:
    printed = shown(
        testing.records("england"),
        lambda record: not any(entry.kind == "located" for entry in record.entries),
    )
    start = printed.index("drawn=") + len("drawn=")
    end = "child_id='C')"
    code = printed[start : printed.index(f"{end},\n)", start) + len(end)]
    record = eval(code, {"Record": Record, "entry": testing.entry})  # noqa: S307 - was printed
    assert [(entry.kind, entry.fields) for entry in record.entries] == [
        ("reported", {}),
        ("located", {}),
    ]
    assert code.splitlines()[1].strip() == (
        "entry('reported', '2023-11-06T12:00:00Z', child_id='C', episode_id='C-E1', "
        "entry_id='C.1'),"
    )


def test_a_failing_policy_shrinks_to_one_rule_and_prints_as_its_file() -> None:
    printed = shown(testing.policies(), lambda policy: not policy.duties)
    assert "    drawn=Policy.parse('''\\\npolicy: generated\ntitle: Made up\n" in printed
    assert printed.count("- id: rule-") == 1
    assert len(printed.splitlines()) < 40


def test_representations_stay_silent() -> None:
    for record in of_england():
        assert testing.FREE_TEXT not in repr(record)
        assert all(testing.FREE_TEXT not in repr(entry) for entry in record.entries)
    for row in drawn(testing.episodes(), 10, at_once=5):
        assert testing.FREE_TEXT not in repr(row)


def test_what_is_drawn_is_hashed_like_what_it_equals() -> None:
    for record in of_england()[:20]:
        plain = Record(record.child_id, record.entries, record.incomplete)
        assert {record: 1}[plain] == 1
        assert plain != Record.of((), child_id="X")
        assert record != Record.of((), child_id="X")
        entries: object = record.entries
        assert record != entries


# --- Arguments ------------------------------------------------------------------------------------

NAIVE = NOON.replace(tzinfo=None)
REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: testing.records(5), r"policy=5 must be a Policy, the name of a shipped"),  # type: ignore[arg-type]
    (lambda: testing.records("england", rules="x"), r"rules='x' must list rules of the policy"),
    (lambda: testing.records("england", rules=[]), r"rules=\[\] must list at least one of rules"),
    (
        lambda: testing.records("england", rules=["ppn-submited"]),
        r"'ppn-submited' is not one. Did you mean `ppn-submitted`\?",
    ),
    (lambda: testing.records("england", rules=[["a"]]), r"\['a'\] is not one\.$"),  # type: ignore[list-item]
    (lambda: testing.records(child_id=""), r"child_id='' must be an id: An id starts"),
    (
        lambda: testing.records(min_episodes=-1),
        r"min_episodes=-1 must be a whole number, at least 0",
    ),
    (lambda: testing.records(max_episodes=True), r"max_episodes=True must be a whole number"),
    (lambda: testing.records(max_episodes=1.5), r"max_episodes=1.5 must be a whole number"),  # type: ignore[arg-type]
    (
        lambda: testing.records(min_episodes=3, max_episodes=2),
        r"min_episodes=3 must not be more than max_episodes=2",
    ),
    (lambda: testing.records(late=1), r"late=1 must be True or False"),  # type: ignore[arg-type]
    (lambda: testing.records(disorder=None), r"disorder=None must be True or False"),  # type: ignore[arg-type]
    (lambda: testing.records(corrections="no"), r"corrections='no' must be True"),  # type: ignore[arg-type]
    (lambda: testing.records(conflicts=0), r"conflicts=0 must be True or False"),  # type: ignore[arg-type]
    (lambda: testing.logs(max_children=-1), r"max_children=-1 must be a whole number"),
    (lambda: testing.logs(min_children=2, max_children=1), r"min_children=2 must not be more"),
    (lambda: testing.logs(rules=["x"]), r"rules=\['x'\] must list rules"),
    (lambda: testing.logs(late="x"), r"late='x' must be True"),  # type: ignore[arg-type]
    (lambda: testing.entries(kinds=["repoted"]), r"kinds.*Did you mean `reported`"),
    (lambda: testing.entries(kinds=[]), r"kinds=\[\] must list at least one of kinds of entry"),
    (lambda: testing.entries(child_id="a b"), r"child_id='a b' must be an id"),
    (lambda: testing.entries(at=NOON), r"at=.* must be a strategy of aware datetimes"),  # type: ignore[arg-type]
    (lambda: testing.episodes(child_id="?"), r"child_id='\?' must be an id"),
    (lambda: testing.episodes(at="noon"), r"at='noon' must be a strategy"),  # type: ignore[arg-type]
    (lambda: testing.instants(near=5), r"near=5 must be a Record or aware datetimes"),  # type: ignore[arg-type]
    (lambda: testing.instants(near="2023"), r"near='2023' must be a Record"),  # type: ignore[arg-type]
    (lambda: testing.instants(near=[NAIVE]), r"an instant of near=.* must be an aware datetime"),
    (lambda: testing.instants(first=NAIVE), r"first=.* must be an aware datetime"),
    (lambda: testing.instants(last="now"), r"last='now' must be an aware datetime"),  # type: ignore[arg-type]
    (
        lambda: testing.instants(first=dt.datetime(1800, 1, 1, tzinfo=dt.UTC)),
        r"first=.* must be an instant: outside the years 1900 to 2199",
    ),
    (
        lambda: testing.instants(first=NOON, last=NOON - dt.timedelta(days=1)),
        r"first=2023-11-06 12:00:00\+00:00 must not be after last=2023-11-05",
    ),
    (lambda: testing.corrections([]), r"record=list must be a Record"),  # type: ignore[arg-type]
    (
        lambda: testing.corrections(Record.of((), child_id="C"), entry_id=" "),
        r"entry_id=' ' must be an id",
    ),
    (lambda: testing.coverages(near="x"), r"near='x' must be a Record"),  # type: ignore[arg-type]
    (lambda: testing.policies(zones="UTC"), r"zones='UTC' must list at least one IANA zone"),
    (lambda: testing.policies(zones=[]), r"zones=\[\] must list at least one IANA zone"),
    (lambda: testing.policies(zones=["UTC", "Europe/Lndon"]), r"zones: .*Europe/London"),
    (lambda: testing.policies(dated="yes"), r"dated='yes' must be True or False"),  # type: ignore[arg-type]
    (lambda: testing.policies(ages=1), r"ages=1 must be True or False"),  # type: ignore[arg-type]
    (lambda: testing.policies(working_days=1), r"working_days=1 must be True"),  # type: ignore[arg-type]
    (lambda: testing.trials(limited=2), r"limited=2 must be True or False"),  # type: ignore[arg-type]
    (lambda: testing.trials(rules=["x"]), r"rules=\['x'\] must be left out where policies"),
    (lambda: testing.trials("england", rules=["x"]), r"rules=\['x'\] must list rules of the"),
    (lambda: testing.trials("england", max_episodes="x"), r"max_episodes='x' must be"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_an_argument_is_refused_where_it_is_given(call: Callable[[], object], message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        call()


def test_a_policy_that_cannot_be_loaded_is_refused_with_its_faults(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="no policy `engand` is shipped"):
        testing.records("engand")
    path = tmp_path / "mine.yaml"
    path.write_text(policy_text("rules:\n  - id: a\n    on: {entry: reported}\n    measure: true"))
    assert drawn(testing.trials(path), 3)
    assert drawn(testing.trials(str(path)), 3)


def test_every_public_name_is_there_and_no_other() -> None:
    for name in testing.__all__:
        assert getattr(testing, name) is not None
        assert name in dir(testing)
    with pytest.raises(AttributeError, match="has no attribute 'utils'"):
        _ = testing.utils

"""The record of one child, what was known when, and what a source covers."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools

import pytest

from build import at, log, record
from missingrules import Coverage, Entry, Episode, LogError, Record
from missingrules.calendar import to_us
from missingrules.entries import Graded, MarkerAdded, Reported
from missingrules.record import EVERYTHING, history
from missingrules.vocabulary import standard

NINE = at("2023-01-10 09:00")


def us(text: str) -> int:
    return to_us(at(text))


# --- Making a record ------------------------------------------------------------------------------


def test_a_record_is_of_one_child() -> None:
    entries = [
        Reported(child_id="C1", episode_id="E1", at=NINE),
        Reported(child_id="C2", episode_id="E2", at=NINE),
    ]
    with pytest.raises(LogError, match="one child"):
        Record.of(entries)


def test_entries_of_another_child_than_the_one_named_are_refused() -> None:
    with pytest.raises(LogError, match="one child"):
        Record.of([Reported(child_id="C1", episode_id="E1", at=NINE)], child_id="C2")


def test_no_entries_make_a_record_only_of_a_child_that_is_named() -> None:
    with pytest.raises(LogError):
        Record.of([])
    assert Record.of([], child_id="C1").entries == ()


def test_the_refusal_names_no_child() -> None:
    entries = [MarkerAdded(child_id=child, at=NINE, marker="cse") for child in ("Ann", "Bob")]
    with pytest.raises(LogError) as refused:
        Record.of(entries)
    assert "Ann" not in str(refused.value)
    assert "Bob" not in str(refused.value)


def test_typed_entries_rows_and_wide_rows_make_the_same_record() -> None:
    typed = [
        Reported(child_id="C1", episode_id="E1", at=NINE),
        Graded(child_id="C1", episode_id="E1", at=NINE, grade="high"),
    ]
    rows = [
        {"child_id": "C1", "episode_id": "E1", "at": "2023-01-10T09:00:00Z", "kind": "reported"},
        {
            "child_id": "C1",
            "episode_id": "E1",
            "at": "2023-01-10T10:00:00+01:00",
            "kind": "graded",
            "grade": "high",
        },
    ]
    wide = [Episode(child_id="C1", episode_id="E1", reported_at=NINE, grade="high")]
    assert Record.of(typed) == Record.of(rows) == Record.of(wide)


def test_entries_of_every_form_may_be_mixed() -> None:
    one = Record.of(
        [
            *log("E1 2023-01-10 09:00 reported"),
            MarkerAdded(child_id="C1", at=NINE, marker="cse"),
            {
                "child_id": "C1",
                "at": "2023-01-10T09:00:00Z",
                "kind": "marker_added",
                "marker": "cce",
            },
            Episode(child_id="C1", episode_id="E2", reported_at=NINE),
        ]
    )
    assert len(one.entries) == 4


def test_a_row_that_is_wrong_is_refused_with_every_fault() -> None:
    row = {"child_id": "C1", "at": "10/01/2023", "kind": "marker_added", "marker": "nonsense"}
    with pytest.raises(LogError) as refused:
        Record.of([row])
    assert len(refused.value.faults) == 2


def test_what_is_no_entry_is_refused() -> None:
    with pytest.raises(TypeError):
        Record.of(["E1 2023-01-10 09:00 reported"])  # type: ignore[list-item]


def test_the_same_entry_twice_is_one_entry() -> None:
    entry = Reported(child_id="C1", episode_id="E1", at=NINE)
    assert len(Record.of([entry, entry]).entries) == 1


def test_a_record_does_not_depend_on_the_order_of_entries() -> None:
    entries = log("""
        E1 2023-01-10 09:00 reported id=b
        E1 2023-01-10 09:00 categorised category=missing id=a
        E1 2023-01-10 09:00 categorised category=absent id=a recorded=10:00
        -  2023-01-09 09:00 marker_added marker=cse
    """)
    records = {Record.of(order).entries for order in itertools.permutations(entries)}
    assert len(records) == 1


def test_entries_stand_in_order_of_time_then_recording_then_id() -> None:
    one = record("""
        E1 2023-01-10 09:00 reported id=z
        E1 2023-01-10 09:00 inspector_informed id=y recorded=09:30
        E1 2023-01-10 09:00 tracker_opened id=a
        E1 2023-01-10 08:00 resource_attended id=x recorded=12:00
    """)
    assert [entry.entry_id for entry in one.entries] == ["x", "a", "z", "y"]


def test_rejected_rows_make_a_record_incomplete() -> None:
    assert record("E1 2023-01-10 09:00 reported", incomplete=True).incomplete
    assert not record("E1 2023-01-10 09:00 reported").incomplete


# --- What was known when --------------------------------------------------------------------------


def test_an_entry_is_known_from_the_later_of_happening_and_recording() -> None:
    one = record("""
        E1 2023-01-10 09:00 reported id=late recorded=10:00
        E1 2023-01-10 09:30 inspector_informed id=early recorded=08:00
    """)

    def known(text: str) -> list[str]:
        return [entry.entry_id for entry in one.known(us(text))[0]]

    assert known("2023-01-10 09:29:59.999999") == []
    assert known("2023-01-10 09:30") == ["early"]
    assert known("2023-01-10 09:59:59.999999") == ["early"]
    assert known("2023-01-10 10:00") == ["late", "early"]


TWICE = """
    E1 2023-01-10 09:00 graded grade=low id=same recorded=09:05
    E1 2023-01-10 09:00 graded grade=high id=same recorded=09:10
"""


def test_of_one_id_with_two_contents_the_earliest_recorded_stands_and_is_reported() -> None:
    entries, (remark,) = record(TWICE).known(us("2023-01-10 12:00"))
    assert [entry.fields["grade"] for entry in entries] == ["low"]
    assert remark.code == "conflicting_entry"
    assert remark.entries == ("same",)
    assert remark.episode_id == "E1"


def test_a_conflict_is_known_once_both_contents_are() -> None:
    entries, remarks = record(TWICE).known(us("2023-01-10 09:07"))
    assert len(entries) == 1
    assert remarks == ()


def test_a_conflict_recorded_in_one_instant_is_settled_the_same_way_in_any_order() -> None:
    entries = log("""
        E1 2023-01-10 09:00 graded grade=low id=same
        E1 2023-01-10 09:00 graded grade=high id=same
    """)
    one, other = Record.of(entries), Record.of(reversed(entries))
    assert one == other
    assert one.known(us("2023-01-10 12:00")) == other.known(us("2023-01-10 12:00"))


def test_only_cuts_the_record_down_and_keeps_whose_it_is() -> None:
    one = record("E1 2023-01-10 09:00 reported\nE1 2023-01-10 09:00 closed", incomplete=True)
    cut = one.only(["E1.closed", "not there"])
    assert [entry.entry_id for entry in cut.entries] == ["E1.closed"]
    assert (cut.child_id, cut.incomplete) == ("C1", True)


# --- Corrections applied --------------------------------------------------------------------------


def episodes(text: str, as_of: str = "2023-02-01 00:00") -> dict[str, set[str]]:
    return {
        story.episode_id: {entry.entry_id for entry in story.entries}
        for story in history(record(text), us(as_of)).episodes
    }


TWO = """
    E1 2023-01-10 09:00 reported
    E1 2023-01-10 09:05 categorised category=missing
    E2 2023-01-11 09:00 reported
"""


def test_entries_are_sorted_into_their_episodes() -> None:
    assert episodes(TWO) == {"E1": {"E1.reported", "E1.categorised"}, "E2": {"E2.reported"}}


def test_entries_about_the_child_belong_to_no_episode() -> None:
    told = history(record("- 2023-01-10 09:00 marker_added marker=cse"), us("2023-02-01 00:00"))
    assert [entry.kind for entry in told.child] == ["marker_added"]
    assert told.episodes == ()


def test_a_decision_about_an_episode_belongs_to_it_and_one_about_the_child_does_not() -> None:
    text = (
        TWO
        + """
    E1 2023-01-12 09:00 decided_not_required action=ppn_shared id=one
    -  2023-01-12 09:00 decided_not_required action=strategy_meeting_held id=other
    """
    )
    told = history(record(text), us("2023-02-01 00:00"))
    assert [entry.entry_id for entry in told.child] == ["other"]
    assert "one" in episodes(text)["E1"]


def test_a_voided_entry_is_gone_and_a_voided_episode_wholly() -> None:
    entry = TWO + "E1 2023-01-12 09:00 voided of=E1.categorised"
    assert episodes(entry) == {"E1": {"E1.reported"}, "E2": {"E2.reported"}}
    assert set(episodes(TWO + "E1 2023-01-12 09:00 voided")) == {"E2"}


def test_an_entry_made_in_an_episode_after_it_was_voided_goes_with_it() -> None:
    text = TWO + "E1 2023-01-12 09:00 voided\nE1 2023-01-13 09:00 closed"
    assert set(episodes(text)) == {"E2"}


def test_a_void_of_an_entry_that_names_another_episode_still_finds_it() -> None:
    text = TWO + "E2 2023-01-12 09:00 voided of=E1.categorised"
    assert episodes(text)["E1"] == {"E1.reported"}
    assert episodes(text)["E2"] == {"E2.reported"}


def test_a_merged_episode_gives_its_entries_to_the_one_that_goes_on() -> None:
    assert episodes(TWO + "E1 2023-01-12 09:00 merged into=E2") == {
        "E2": {"E1.reported", "E1.categorised", "E2.reported"}
    }


def test_an_entry_made_in_an_episode_after_it_was_merged_goes_to_the_one_that_goes_on() -> None:
    text = TWO + "E1 2023-01-12 09:00 merged into=E2\nE1 2023-01-13 09:00 closed"
    assert "E1.closed" in episodes(text)["E2"]


def test_a_correction_is_applied_from_when_it_is_known() -> None:
    text = TWO + "E1 2023-01-12 09:00 voided recorded='2023-01-20 09:00'"
    assert set(episodes(text, "2023-01-20 08:59:59")) == {"E1", "E2"}
    assert set(episodes(text, "2023-01-20 09:00")) == {"E2"}


def test_a_correction_cannot_undo_one_recorded_after_it() -> None:
    text = (
        TWO
        + """
    - 2023-01-12 09:00 voided of=later
    E1 2023-01-13 09:00 voided id=later
    """
    )
    told = history(record(text), us("2023-02-01 00:00"))
    assert [remark.code for remark in told.remarks] == ["later_target"]
    assert {story.episode_id for story in told.episodes} == {"E2"}


def test_a_correction_that_voids_itself_is_ignored_and_noted() -> None:
    text = TWO + "E1 2023-01-13 09:00 voided of=self id=self"
    told = history(record(text), us("2023-02-01 00:00"))
    assert [remark.code for remark in told.remarks] == ["later_target"]


def test_two_corrections_of_one_instant_are_settled_the_same_way_in_any_order() -> None:
    entries = log(
        TWO
        + """
    E1 2023-01-12 09:00 merged into=E2 id=a
    E2 2023-01-12 09:00 merged into=E1 id=b
    """
    )
    told = {
        tuple(
            story.episode_id for story in history(Record.of(order), us("2023-02-01 00:00")).episodes
        )
        for order in itertools.permutations(entries)
    }
    assert len(told) == 1


# --- Coverage -------------------------------------------------------------------------------------


def test_without_limits_everything_is_covered() -> None:
    assert EVERYTHING == Coverage.between() == Coverage()
    assert EVERYTHING.holds("graded", us("1950-01-01 00:00"), us("2150-01-01 00:00"))
    assert not EVERYTHING.limited


@pytest.mark.parametrize(
    ("first", "last", "held"),
    [
        ("2023-01-10 09:00", "2023-01-11 09:00", True),
        ("2023-01-10 08:59", "2023-01-11 09:00", False),
        ("2023-01-10 09:00", "2023-01-11 09:01", False),
        ("2023-01-10 12:00", "2023-01-10 12:00", True),
    ],
)
def test_both_ends_of_a_coverage_belong_to_it(first: str, last: str, held: bool) -> None:
    coverage = Coverage.between(NINE, at("2023-01-11 09:00"))
    assert coverage.holds("graded", us(first), us(last)) is held


def test_a_start_alone_or_an_end_alone_leaves_the_other_side_without_limit() -> None:
    assert Coverage.between(NINE).holds("graded", us("2023-01-10 09:00"), us("2150-01-01 00:00"))
    assert Coverage.between(end=NINE).holds(
        "graded", us("1950-01-01 00:00"), us("2023-01-10 09:00")
    )


def test_a_coverage_without_a_kind_holds_the_others() -> None:
    coverage = Coverage.between(without=["ppn_shared"])
    assert not coverage.holds("ppn_shared", 0, 0)
    assert coverage.holds("ppn_submitted", 0, 0)
    assert coverage.span("ppn_shared") is None


def test_a_coverage_without_a_field_still_holds_its_kind() -> None:
    coverage = Coverage.between(without=["graded.rationale"])
    assert coverage.lacks_field("graded", "rationale")
    assert not coverage.lacks_field("categorised", "rationale")
    assert coverage.holds("graded", 0, 0)


def test_the_ends_of_a_coverage_must_be_aware() -> None:
    with pytest.raises(ValueError, match="aware"):
        Coverage.between(dt.datetime(2023, 1, 10, 9))  # noqa: DTZ001 - that is the fault
    with pytest.raises(ValueError, match="aware"):
        Coverage.between(end=dt.datetime(2023, 1, 10, 9))  # noqa: DTZ001 - that is the fault


def test_a_zone_of_its_own_gives_the_same_coverage() -> None:
    plus_one = NINE.astimezone(dt.timezone(dt.timedelta(hours=1)))
    assert Coverage.between(plus_one) == Coverage.between(NINE)


def test_a_coverage_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="end"):
        Coverage.between(at("2023-01-11 09:00"), NINE)


def test_records_and_coverages_cannot_be_changed() -> None:
    one = record("E1 2023-01-10 09:00 reported")
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.child_id = "C2"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        EVERYTHING.start = 1  # type: ignore[misc]


def test_an_entry_is_what_a_record_holds() -> None:
    assert all(isinstance(entry, Entry) for entry in record("E1 2023-01-10 09:00 reported").entries)


@pytest.mark.parametrize(
    ("without", "said"),
    [
        ("ppn_shard", "coverage: 'ppn_shard' must be a kind of entry; did you mean 'ppn_shared'?"),
        ("zzz", "coverage: 'zzz' must be a kind of entry"),
        (
            "graded.reason",
            "coverage: 'reason' must be a field of graded; it has grade, refers_to, rationale",
        ),
        (
            "tracker_opened.at",
            "coverage: 'at' must be a field of tracker_opened; it has none",
        ),
    ],
)
def test_a_coverage_that_names_what_no_log_holds_says_what_would_be_right(
    without: str, said: str
) -> None:
    with pytest.raises(ValueError, match="coverage") as raised:
        Coverage.between(without=[without]).check(standard())
    assert str(raised.value) == said

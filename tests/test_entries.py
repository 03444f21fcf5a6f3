"""Typed entries and wide rows: what they take, and what they say about what they do not."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from missingrules import entries
from missingrules.entries import (
    Born,
    CareStatus,
    Categorised,
    FimNotified,
    Graded,
    MarkerAdded,
    PpnSubmitted,
    Reported,
    TypedEntry,
    Voided,
)
from missingrules.episoderow import MADE, Episode
from missingrules.errors import LogError

if TYPE_CHECKING:
    from missingrules.entryfields import Checked

AT = dt.datetime(2024, 5, 4, 21, 10, tzinfo=dt.UTC)
LATER = AT + dt.timedelta(hours=1)
OF_EPISODE: dict[str, Any] = {"child_id": "C1", "episode_id": "E1", "at": AT}
OF_CHILD: dict[str, Any] = {"child_id": "C1", "at": AT}

# The kinds that every log may hold, and what they belong to.
EPISODE_KINDS = [
    "reported",
    "categorised",
    "assessed",
    "prioritised",
    "concern_noted",
    "graded",
    "fim_notified",
    "inspector_informed",
    "lines_of_enquiry_set",
    "tracker_opened",
    "trigger_plan_consulted",
    "philomena_form_used",
    "resource_attended",
    "enquiry_made",
    "supervisor_reviewed",
    "located",
    "returned",
    "prevention_interview",
    "ppn_submitted",
    "ppn_reviewed",
    "ppn_shared",
    "return_interview_offered",
    "return_interview_declined",
    "return_interview_held",
    "return_interview_shared",
    "closed",
    "quality_reviewed",
    "merged",
]
EITHER_KINDS = ["decided_not_required", "voided"]
CHILD_KINDS = [
    "born",
    "marker_added",
    "marker_removed",
    "care_status",
    "case_status",
    "trigger_plan_created",
    "trigger_plan_updated",
    "strategy_meeting_requested",
    "strategy_meeting_declined",
    "escalated",
    "strategy_meeting_held",
    "strategy_meeting_recorded",
]


def told(model: type[Checked], **cells: object) -> list[str]:
    """Make one that cannot be made; give its faults as ``code: message``."""
    with pytest.raises(LogError) as caught:
        model(**cells)
    assert {(fault.source, fault.line) for fault in caught.value.faults} == {(model.__name__, 0)}
    return [f"{fault.code}: {fault.message}" for fault in caught.value.faults]


# --- Kinds ---------------------------------------------------------------------------------------


def test_there_is_one_class_for_every_kind_of_the_contract() -> None:
    assert list(entries.KINDS) == [*EPISODE_KINDS, *EITHER_KINDS, *CHILD_KINDS]
    for kind, model in entries.KINDS.items():
        home = "child" if kind in CHILD_KINDS else "either" if kind in EITHER_KINDS else "episode"
        assert model.home == home


@pytest.mark.parametrize("model", entries.KINDS.values(), ids=entries.KINDS)
def test_every_kind_says_what_it_means_and_what_messages_call_it(model: type[TypedEntry]) -> None:
    assert model.__doc__
    assert model.__doc__ != model.__mro__[1].__doc__
    assert model.phrase == model.phrase.strip(" .")
    assert model.phrase[0].islower()


def test_phrases_differ() -> None:
    assert len({model.phrase for model in entries.KINDS.values()}) == len(entries.KINDS)


@pytest.mark.parametrize("model", entries.KINDS.values(), ids=entries.KINDS)
def test_every_kind_has_a_json_schema(model: type[TypedEntry]) -> None:
    assert model.model_json_schema()["properties"]["kind"]["const"]


# --- Cells ---------------------------------------------------------------------------------------


def test_an_entry_cannot_be_changed() -> None:
    entry = Graded(**OF_EPISODE, grade="high")
    with pytest.raises(ValidationError):
        entry.grade = "low"


def test_times_are_kept_in_utc() -> None:
    summer = dt.datetime(2024, 5, 4, 22, 10, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    entry = FimNotified(**{**OF_EPISODE, "at": summer})
    assert entry.at == AT
    assert entry.at.tzinfo is dt.UTC
    assert FimNotified(**{**OF_EPISODE, "at": "2024-05-04T22:10:00+01:00"}).at == AT


def test_blank_is_not_recorded() -> None:
    entry = Categorised(
        **OF_EPISODE, category="missing", rationale=" \u200b\n", by="", recorded_at=None
    )
    assert (entry.rationale, entry.by, entry.recorded_at) == (None, None, None)


def test_true_and_false_are_yes_and_no() -> None:
    assert CareStatus(**OF_CHILD, looked_after=True).looked_after == "yes"
    assert CareStatus(**OF_CHILD, looked_after=False).looked_after == "no"
    assert CareStatus(**OF_CHILD, looked_after="not_applicable").looked_after == "not_applicable"
    assert CareStatus(**OF_CHILD).looked_after is None


def test_several_values_are_sorted_and_stand_once() -> None:
    entry = PpnSubmitted(**OF_EPISODE, carries=("self_harm", "cse", "self_harm"))
    assert entry.carries == ("cse", "self_harm")


def test_a_naive_time_is_refused() -> None:
    naive = AT.replace(tzinfo=None)
    assert told(FimNotified, **{**OF_EPISODE, "at": naive}) == [
        "naive-time: `at` has no offset from UTC"
    ]


def test_every_fault_is_told_at_once_and_no_value_is_quoted() -> None:
    with pytest.raises(LogError) as caught:
        Graded(child_id="Mary Smith", at="soon", grade="hihg", garde="x", Mary="x")  # type: ignore[call-arg,arg-type]
    assert [(fault.code, fault.message, fault.hint) for fault in caught.value.faults] == [
        (
            "bad-id",
            "`child_id` holds characters that an id must not have",
            "An id starts with a letter, a digit or _ and goes on with these and . - / : only.",
        ),
        (
            "bad-time",
            "`at` is not a time in RFC 3339",
            "Write it as 2024-03-31T02:30:00+01:00, or in UTC as 2024-03-31T01:30:00Z.",
        ),
        ("bad-value", "`grade` is not one of its values", "Did you mean `high`?"),
        ("missing-field", "`episode_id` is missing", ""),
        ("unknown-field", "`garde` is no field of it", "Did you mean `grade`?"),
        ("unknown-field", "a field is no field of it", ""),
    ]
    assert "Mary" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_entry_about_the_child_names_no_episode() -> None:
    assert told(MarkerAdded, **OF_EPISODE, marker="cse") == [
        "wrong-home: `episode_id` must be empty: the entry is about the child"
    ]


def test_a_correction_names_an_episode_or_an_entry() -> None:
    assert Voided(**OF_EPISODE).of is None
    assert Voided(**OF_CHILD, of="e-1").episode_id is None
    assert told(Voided, **OF_CHILD) == [
        "missing-field: `of` is missing: without an episode an entry to void must be named"
    ]


def test_a_date_of_birth_is_a_date() -> None:
    assert Born(**OF_CHILD, date_of_birth=dt.date(2009, 5, 23)).date_of_birth.year == 2009
    assert told(Born, **OF_CHILD, date_of_birth=AT) == [
        "bad-date: `date_of_birth` is not a date as YYYY-MM-DD"
    ]


def test_an_entry_survives_json() -> None:
    entry = Reported(**OF_EPISODE, missing_since=AT, reporter="parent", whereabouts="unknown")
    assert Reported.model_validate_json(entry.model_dump_json()) == entry


# --- Wide rows -----------------------------------------------------------------------------------

WIDE: dict[str, Any] = {"child_id": "C1", "episode_id": "E1", "reported_at": AT}


def made(**cells: Any) -> list[TypedEntry]:
    report, *others = Episode(**WIDE, **cells).entries()
    assert isinstance(report, Reported)
    return others


def test_a_row_with_a_report_only_is_a_report_only() -> None:
    assert Episode(**WIDE, from_place="school").entries() == (
        Reported(**OF_EPISODE, from_place="school"),
    )


def test_a_category_without_a_time_was_recorded_with_the_report() -> None:
    cells: dict[str, Any] = {"category": "concern_for_safety", "rationale": "seen at the park"}
    assert made(**cells) == [Categorised(**OF_EPISODE, **cells)]
    assert made(**cells, category_at=LATER) == [Categorised(**{**OF_EPISODE, "at": LATER}, **cells)]


def test_concerns_were_noted_with_the_report() -> None:
    noted = made(concerns=["self_harm", "cse"])
    assert [(each.at, each.model_dump()["concern"]) for each in noted] == [
        (AT, "cse"),
        (AT, "self_harm"),
    ]


def test_a_grade_has_a_rationale_of_its_own() -> None:
    (graded,) = made(grade="high", graded_at=LATER, grade_rationale="marker", refers_to=["cse"])
    assert graded == Graded(
        **{**OF_EPISODE, "at": LATER}, grade="high", rationale="marker", refers_to=("cse",)
    )


def test_an_assessment_is_an_entry_if_anything_of_it_is_given() -> None:
    assert [each.kind for each in Episode(**WIDE, tool="thrive").entries()][1:] == ["assessed"]  # type: ignore[attr-defined]
    assert made(assessed_at=LATER)[0].at == LATER
    assert made(vulnerable=True)[0].at == AT


@pytest.mark.parametrize(
    "kind",
    [
        *("fim_notified", "inspector_informed", "lines_of_enquiry_set", "tracker_opened"),
        *("trigger_plan_consulted", "philomena_form_used", "resource_attended"),
        *("supervisor_reviewed", "located", "returned", "prevention_interview", "ppn_submitted"),
        *("ppn_reviewed", "ppn_shared", "return_interview_offered", "return_interview_declined"),
        *("return_interview_held", "return_interview_shared", "closed"),
    ],
)
def test_an_action_is_an_entry_if_its_time_is_given(kind: str) -> None:
    (entry,) = made(**{f"{kind}_at": LATER}, by={kind: "officer"}, area="Swindon")
    assert type(entry) is entries.KINDS[kind]
    assert (entry.at, entry.by, entry.area) == (LATER, "officer", "Swindon")


def test_details_go_with_their_action() -> None:
    (entry,) = made(ppn_submitted_at=LATER, ppn_stage="found", ppn_carries=["cse"], ppn_school=True)
    assert entry == PpnSubmitted(
        **{**OF_EPISODE, "at": LATER}, stage="found", carries=("cse",), school="yes"
    )


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"ground": "enquiries_not_made"}, "`category` is missing, and `ground` needs it"),
        ({"category_at": AT}, "`category` is missing, and `category_at` needs it"),
        ({"graded_at": AT}, "`grade` is missing, and `graded_at` needs it"),
        ({"grade_rationale": "x"}, "`grade` is missing, and `grade_rationale` needs it"),
        ({"returned_to": "home"}, "`returned_at` is missing, and `returned_to` needs it"),
        ({"ppn_stage": "found"}, "`ppn_submitted_at` is missing, and `ppn_stage` needs it"),
    ],
)
def test_details_of_what_the_row_does_not_have_are_refused(
    cells: dict[str, object], fault: str
) -> None:
    assert told(Episode, **WIDE, **cells) == [f"missing-field: {fault}"]


def test_roles_are_told_by_kinds_that_a_row_can_hold() -> None:
    assert told(Episode, **WIDE, by={"gradde": "officer"}) == [
        "unknown-kind: `by` names a kind that a row cannot hold"
    ]
    assert told(Episode, **WIDE, by={"graded": "Sgt Smith"}) == [
        "bad-value: `by` is not a word in snake_case"
    ]


def test_every_column_of_a_wide_row_ends_in_an_entry() -> None:
    columns = set(Episode.model_fields) - {"by", "concerns", "child_id", "episode_id"}
    used = {column for _, at, leading, cells in MADE for column in (at, *leading, *cells.values())}
    assert columns - {"area", "authority"} == used

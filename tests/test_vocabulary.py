"""The vocabulary of a log, and what a policy may add to it."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from missingrules import entries, entryfields
from missingrules.errors import PolicyError
from missingrules.language import Additions
from missingrules.vocabulary import COLUMNS, GRADES, Field, Vocabulary, kind_of, standard


def extended(vocabulary: Vocabulary | None = None, **additions: Any) -> Vocabulary:
    return (vocabulary or standard()).extended(Additions.model_validate(additions))


def told(**additions: Any) -> list[tuple[str, str]]:
    with pytest.raises(PolicyError) as caught:
        extended(**additions)
    assert all(fault.message for fault in caught.value.faults)
    return [(fault.source.removeprefix("vocabulary."), fault.code) for fault in caught.value.faults]


def test_grades_stand_in_order() -> None:
    assert GRADES == ("very_low", "low", "medium", "high")


def test_the_standard_vocabulary_has_every_typed_kind() -> None:
    assert list(standard().kinds) == list(entries.KINDS)
    assert standard() is standard()


def test_a_kind_is_read_off_its_class() -> None:
    graded = standard().kinds["graded"]
    assert (graded.name, graded.home, graded.phrase) == ("graded", "episode", "a risk grading")
    assert graded.fields["grade"] == Field("grade", "choice", GRADES, required=True)
    assert graded.fields["rationale"] == Field("rationale", "text")
    assert graded.fields["refers_to"].type == "choices"
    assert list(graded.fields) == ["grade", "refers_to", "rationale"]


def test_every_type_of_field_occurs() -> None:
    fields = [field for kind in standard().kinds.values() for field in kind.fields.values()]
    assert {field.type for field in fields} == {
        *("choice", "choices", "yes_no", "text", "date", "instant", "reference")
    }
    assert all(field.values is None for field in fields if field.type not in {"choice", "choices"})
    assert not {field.name for field in fields} & set(COLUMNS)


@pytest.mark.parametrize(
    ("kind", "field", "is_open"),
    [
        ("categorised", "category", False),
        ("categorised", "ground", False),
        ("categorised", "rationale", False),
        ("graded", "grade", False),
        ("graded", "refers_to", True),
        ("prioritised", "priority", False),
        ("concern_noted", "concern", False),
        ("marker_added", "marker", False),
        ("reported", "whereabouts", True),
        ("reported", "from_place", True),
        ("reported", "missing_since", False),
        ("reported", "home_id", False),
        ("care_status", "looked_after", True),
        ("case_status", "open", True),
        ("born", "date_of_birth", True),
        ("ppn_shared", "shared_with", True),
        ("assessed", "tool", True),
    ],
)
def test_not_recorded_is_unknown_in_open_fields_and_no_in_others(
    kind: str, field: str, *, is_open: bool
) -> None:
    assert standard().kinds[kind].fields[field].open is is_open


def test_only_what_an_entry_would_be_empty_without_is_required() -> None:
    assert {
        f"{kind.name}.{field.name}"
        for kind in standard().kinds.values()
        for field in kind.fields.values()
        if field.required
    } == {
        "born.date_of_birth",
        "case_status.open",
        "categorised.category",
        "concern_noted.concern",
        "decided_not_required.action",
        "graded.grade",
        "marker_added.marker",
        "marker_removed.marker",
        "merged.into",
        "prioritised.priority",
        "quality_reviewed.of",
        "quality_reviewed.verdict",
    }


def test_lists_that_name_risks_take_every_marker_and_concern() -> None:
    kinds = standard().kinds
    risks = set(kinds["marker_added"].fields["marker"].values or ())
    risks |= set(kinds["concern_noted"].fields["concern"].values or ())
    assert set(kinds["graded"].fields["refers_to"].values or ()) == risks
    assert set(kinds["ppn_submitted"].fields["carries"].values or ()) == risks


def test_a_vocabulary_can_be_sent_to_other_processes() -> None:
    assert pickle.loads(pickle.dumps(standard())) == standard()  # noqa: S301 - pickled here


def test_a_typed_kind_of_ones_own_has_a_place_in_a_vocabulary() -> None:
    class DroneSent(entries.EpisodeEntry):
        """A drone was sent."""

        phrase = "a drone"
        found: entryfields.YesNo | None = None
        kind: str = "drone_sent"

    told_by_policy = extended(
        kinds={
            "drone_sent": {
                "of": "episode",
                "phrase": "a drone",
                "fields": {"found": {"type": "yes_no"}},
            }
        }
    )
    kind = kind_of(DroneSent)
    assert kind.fields["found"] == told_by_policy.kinds["drone_sent"].fields["found"]


# --- Additions -----------------------------------------------------------------------------------


def test_a_kind_can_be_added() -> None:
    drone = {"of": "episode", "phrase": " a drone ", "fields": {"seen": {"type": "text"}}}
    vocabulary = extended(kinds={"drone_sent": drone})
    assert vocabulary.kinds["drone_sent"].phrase == "a drone"
    assert vocabulary.with_field("seen") == ("drone_sent",)
    assert "drone_sent" not in standard().kinds


def test_an_added_field_is_open_as_others_of_its_type() -> None:
    vocabulary = extended(
        fields={
            "located": {
                "unharmed": {"type": "yes_no"},
                "place": {"type": "choice", "values": ["street", "park", "street"]},
                "note": {"type": "text", "required": True},
            }
        }
    )
    assert vocabulary.kinds["located"].fields == {
        "unharmed": Field("unharmed", "yes_no", None, open=True),
        "place": Field("place", "choice", ("street", "park"), open=True),
        "note": Field("note", "text", None, open=False, required=True),
    }


def test_added_values_hold_in_every_kind_with_the_field() -> None:
    vocabulary = extended(values={"marker": ["county_lines", "cse"]})
    for kind, field in (
        ("marker_added", "marker"),
        ("marker_removed", "marker"),
        ("graded", "refers_to"),
        ("ppn_submitted", "carries"),
    ):
        values = vocabulary.kinds[kind].fields[field].values or ()
        assert values.count("county_lines") == values.count("cse") == 1
    assert "county_lines" not in (vocabulary.kinds["concern_noted"].fields["concern"].values or ())


def test_roles_may_have_other_names_in_the_log() -> None:
    vocabulary = extended(
        extended(roles={"fim": "force_incident_manager"}), roles={"op": "officer"}
    )
    assert [vocabulary.role(role) for role in ("fim", "op", "mash")] == [
        "force_incident_manager",
        "officer",
        "mash",
    ]


def test_adding_the_same_again_changes_nothing() -> None:
    additions: dict[str, Any] = {
        "kinds": {"drone_sent": {"of": "episode", "phrase": "a drone"}},
        "fields": {"located": {"unharmed": {"type": "yes_no"}}},
        "values": {"concern": ["county_lines"]},
        "roles": {"fim": "force_incident_manager"},
    }
    once = extended(**additions)
    assert extended(once, **additions) == once


def test_what_cannot_be_added_is_told_all_at_once_with_its_key() -> None:
    assert told(
        kinds={
            "graded": {"of": "child", "phrase": "x"},
            "drone_sent": {
                "of": "episode",
                "phrase": " ",
                "fields": {
                    "at": {"type": "text"},
                    "kind": {"type": "text"},
                    "seen": {"type": "text", "values": ["a"]},
                },
            },
        },
        fields={
            "gradde": {"x": {"type": "text"}},
            "graded": {"grade": {"type": "text"}},
        },
        values={
            "grade": ["critical"],
            "categry": ["x"],
            "rationale": ["x"],
            "tool": ["thrive"],
        },
    ) == [
        ("fields.gradde", "unknown-kind"),
        ("fields.graded.grade", "field-exists"),
        ("kinds.drone_sent", "blank-phrase"),
        ("kinds.drone_sent.fields.at", "column-exists"),
        ("kinds.drone_sent.fields.kind", "column-exists"),
        ("kinds.drone_sent.fields.seen", "no-values"),
        ("kinds.graded", "kind-exists"),
        ("values.categry", "unknown-field"),
        ("values.grade", "fixed-values"),
        ("values.rationale", "no-values"),
        ("values.tool", "no-values"),
    ]

"""Data-quality notes: what is odd is listed, and nothing is mended."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import build
from missingrules.cli import main
from missingrules.errors import Fault
from missingrules.log import Log
from missingrules.reading import quality
from missingrules.reading.quality import NO_CALLS, Note, Quality, episode_notes, reading_notes

EXTRACTS = Path(__file__).resolve().parent.parent / "examples" / "07_extracts"

# What is odd, the episodes of one child, and the notes.
CASES = {
    "nothing": (
        """
        E1 2023-01-10 09:00 reported
        E1 2023-01-10 21:00 returned
        E2 2023-01-10 21:00 reported
        E2 2023-01-11 02:00 closed
        """,
        [],
    ),
    "no end": ("E1 2023-01-10 09:00 reported", [("no-end", "E1")]),
    "an end before the start": (
        """
        E1 2023-01-10 09:00 reported
        E1 2023-01-10 08:00 returned
        """,
        [("end-before-start", "E1")],
    ),
    "an earlier end beside a later one": (
        """
        E1 2023-01-10 08:00 located
        E1 2023-01-10 09:00 reported
        E1 2023-01-10 10:00 returned
        """,
        [],
    ),
    "an end at the very start": (
        """
        E1 2023-01-10 09:00 reported
        E1 2023-01-10 09:00 returned
        """,
        [],
    ),
    "one inside another": (
        """
        E1 2023-01-10 09:00 reported
        E1 2023-01-13 09:00 returned
        E2 2023-01-11 09:00 reported
        E2 2023-01-11 10:00 returned
        E3 2023-01-12 09:00 reported
        E3 2023-01-12 10:00 returned
        """,
        [
            ("overlapping-episodes", "E1"),
            ("overlapping-episodes", "E2"),
            ("overlapping-episodes", "E3"),
        ],
    ),
    "the same time": (
        """
        E1 2023-01-10 09:00 reported
        E1 2023-01-10 12:00 returned
        E2 2023-01-10 09:00 reported
        E2 2023-01-10 13:00 returned
        """,
        [("duplicate-episodes", "E1"), ("duplicate-episodes", "E2")],
    ),
    "void and merged ones": (
        """
        E1 2023-01-10 09:00 reported
        E2 2023-01-10 09:00 reported
        E1 2023-01-10 12:00 voided
        E2 2023-01-10 12:00 merged into=E3
        E3 2023-01-09 09:00 reported
        E3 2023-01-12 09:00 returned
        """,
        [],
    ),
    "no report": ("E1 2023-01-10 09:00 returned", [("no-report", "E1")]),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_odd_about_the_episodes_of_a_child_is_told(case: str) -> None:
    text, expected = CASES[case]
    assert sorted(episode_notes(build.log(text))) == expected


def looked(**children: str) -> Quality:
    """Look at children, each by its id (two underscores for a blank) and log."""
    made = Quality()
    for child, text in children.items():
        child_id = child.replace("__", " ")
        made.add(child_id, build.log(text, child=child_id))
    return made


def ids_of(found: Quality, code: str) -> tuple[str, ...]:
    return next((note.ids for note in found.notes() if note.code == code), ())


BORN = "- 2023-01-10 09:00 born date_of_birth=2009-05-23 area={}"


def test_ids_that_differ_by_what_people_write_differently_are_told() -> None:
    ids = ["C7", "c7", "C07", "C-007", "C8", "D7", "C70", "0"]
    made = Quality()
    for child in ids:
        made.add(child, build.log("E1 2023-01-10 09:00 reported", child=child))
    assert ids_of(made, "similar-ids") == ("C-007", "C07", "C7", "c7")


def test_one_episode_under_two_children_is_told() -> None:
    report = "E1 2023-01-10 09:00 reported"
    made = looked(C1=report, C2=report, C3="E3 2023-01-10 09:00 reported")
    assert ids_of(made, "shared-episode") == ("E1",)


def test_children_of_one_date_of_birth_and_area_may_be_one_person() -> None:
    made = looked(C1=BORN.format("North"), C2=BORN.format("North"), C3=BORN.format("South"))
    assert ids_of(made, "suspected-duplicates") == ("C1", "C2")


def test_a_child_whose_birth_is_told_twice_is_no_duplicate() -> None:
    assert looked(C1=f"{BORN}\n{BORN}".format("North", "North")).notes() == ()


def test_the_share_with_a_time_of_recording_is_told() -> None:
    late = "E1 2023-01-10 09:00 reported recorded=10:00"
    plain = "E2 2023-01-10 09:00 reported"
    assert looked(C1=late, C2=plain, C3=plain).recording == (
        "Recorded at another time than it happened: 1 of 3 entries (33%)."
    )
    assert "what is said of timeliness rests on when" in looked(C1=plain).recording
    assert Quality().recording == "No entry was read."


def test_what_comes_from_the_control_room_is_seen() -> None:
    assert looked(C1="E1 2023-01-10 09:00 prioritised priority=immediate").from_calls
    assert not looked(C1="E1 2023-01-10 09:00 reported").from_calls


def test_of_many_ids_the_first_are_printed_and_all_are_given_in_json() -> None:
    note = Note("no-end", "Episodes", tuple(f"E{n:02}" for n in range(25)))
    assert str(note).endswith("E18, E19 and 5 more).")
    assert str(note).startswith("Episodes: 25 (E00, E01, ")
    assert note.to_dict()["count"] == len(note.to_dict()["ids"]) == 25


def test_what_reading_found_across_rows_is_told_by_place() -> None:
    faults = [
        Fault("calls.csv", 12, 2, "unlinked-incident", ""),
        Fault("calls.csv", 9, 2, "unlinked-incident", ""),
        Fault("calls.csv", 3, 2, "bad-time", ""),
    ]
    (note,) = reading_notes(faults)
    assert (note.code, note.ids) == ("unlinked-incident", ("calls.csv:9", "calls.csv:12"))


def test_an_empty_log_has_no_notes() -> None:
    assert quality.look_at(Log()).notes() == ()


@pytest.mark.parametrize(
    ("files", "mapping", "calls"),
    [("control_*.csv", "command_and_control", True), ("misper_*.csv", "police_misper", False)],
)
def test_without_calls_a_scan_says_that_hidden_episodes_cannot_be_looked_for(
    files: str,
    mapping: str,
    calls: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = []
    for form in ("text", "json"):
        call = ["scan", str(EXTRACTS / files), "-m", mapping, "-p", "wiltshire", "--format", form]
        monkeypatch.setattr(sys, "argv", ["missingrules", *call])
        with pytest.raises(SystemExit):
            main()
        told.append(capsys.readouterr().out)
    assert (NO_CALLS.message in " ".join(told[0].split())) is not calls
    notes = json.loads(told[1])["data_quality"]["notes"]
    assert (NO_CALLS.to_dict() in notes) is not calls

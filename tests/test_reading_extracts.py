"""The samples of ``examples/07_extracts``, each in the format of a shipped mapping."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from missingrules import Log, Policy, scan
from missingrules.cli import main
from missingrules.cli.log import notes_of
from missingrules.reading.extract import read_files, shared_out, tables_given
from missingrules.reading.faults import MappingError
from missingrules.reading.files import expand
from missingrules.reading.mapping import load_mapping
from missingrules.record import Coverage
from missingrules.scan import coverage_of

FOLDER = Path(__file__).resolve().parent.parent / "examples" / "07_extracts"

# By mapping: files; rows read, accepted, duplicates, rejected and left out; rows read in part.
SAMPLES = {
    "command_and_control": ("control_*.csv", (9, 6, 1, 1, 1), 0),
    "police_misper": ("misper_*.csv", (15, 12, 1, 1, 1), 2),
    "safeguarding_missing": ("safeguarding_*.csv", (6, 6, 0, 0, 0), 1),
    "ssda903": ("ssda903_*.csv", (10, 9, 1, 0, 0), 3),
}
PAIRS = FOLDER / "incidents_and_occurrences.csv"


def sample(name: str, pattern: str) -> Log:
    return read_files(expand([FOLDER / pattern]), mapping=load_mapping(name))


def findings(name: str, pattern: str, rule: str) -> list[dict[str, Any]]:
    mapping = load_mapping(name)
    log = sample(name, pattern)
    given = tables_given(expand([FOLDER / pattern]), mapping)
    done = scan(log, Policy.load("wiltshire"), coverage=mapping.coverage(given))
    assert done.failed == ()
    return [f.to_dict() for f in done.findings() if f.rule == rule]


def test_every_file_of_the_folder_belongs_to_a_sample() -> None:
    placed = [path for pattern, _, _ in SAMPLES.values() for path in FOLDER.glob(pattern)]
    placed.append(PAIRS)  # of two samples at once
    assert sorted(placed) == sorted(FOLDER.glob("*.csv"))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_shipped_mapping_accounts_for_every_row_of_its_sample(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pattern, rows, partly = SAMPLES[name]
    call = ["scan", str(FOLDER / pattern), "--mapping", name, "--policy", "wiltshire"]
    monkeypatch.setattr(sys, "argv", ["missingrules", *call, "--format", "json"])
    with pytest.raises(SystemExit) as ended:
        main()
    told = json.loads(capsys.readouterr().out)["rows"]
    keys = ("read", "accepted", "duplicates", "rejected", "left_out")
    assert tuple(told[key] for key in keys) == rows
    assert rows[0] == sum(rows[1:])
    assert told["partly_read"] == partly
    assert ended.value.code == 3


def test_with_the_aliases_three_episodes_of_one_child_call_for_a_meeting() -> None:
    (meeting,) = findings("police_misper", "misper_*.csv", "strategy-meeting")
    assert (meeting["child_id"], meeting["outcome"]) == ("N-2002", "breached")
    assert meeting["episodes"] == ["MP-23-0098", "MP-23-0140", "MP-23-0201"]


def test_without_the_aliases_nobody_sees_that_the_meeting_is_owed() -> None:
    assert findings("police_misper", "misper_[em]*.csv", "strategy-meeting") == []


def test_a_marker_of_the_second_file_calls_for_a_higher_grade() -> None:
    found = findings("police_misper", "misper_*.csv", "self-harm-grading")
    low = [f for f in found if f["child_id"] == "N-1001" and f["outcome"] == "breached"]
    assert [(f["recorded_grade"], f["required_grade"]) for f in low] == [("medium", "high")]


def test_calls_of_one_incident_are_one_episode_and_an_incident_can_be_of_two_children() -> None:
    log = sample("command_and_control", "control_*.csv")
    of_boy = {e.episode_id for e in log.entries if e.child_id == "N-1001"}
    assert of_boy == {"WP-0109-311", "WP-0203-402", "WP-0318-120"}
    reports = [e for e in log.entries if e.episode_id == "WP-0109-311" and e.kind == "reported"]
    assert len(reports) == 2
    shared = {e.child_id for e in log.entries if e.episode_id == "WP-0319-015"}
    assert shared == {"N-2002", "N-2902"}


def test_opening_and_closing_category_are_told_apart() -> None:
    log = sample("command_and_control", "control_*.csv")
    told = [
        e.fields["category"]
        for e in log.entries
        if e.episode_id == "WP-0203-402" and e.kind == "categorised"
    ]
    assert told == ["concern_for_safety", "missing"]


def test_a_link_that_is_not_sure_is_not_used_and_its_incident_counts_for_nobody() -> None:
    log = sample("command_and_control", "control_*.csv")
    assert not [e for e in log.entries if e.child_id == "N-4004" and "0321" in str(e.episode_id)]
    assert {fault.code for fault in log.faults} == {"unlinked-incident", "unsure-link"}
    assert log.unattributed == 1


def test_the_four_answers_on_an_interview_stay_four() -> None:
    log = sample("safeguarding_missing", "safeguarding_*.csv")
    kinds: dict[str, set[str]] = {f"SG-0{n}": set() for n in range(1, 6)}
    for entry in log.entries:
        if entry.kind.startswith(("return_interview", "decided")):
            kinds[entry.child_id].add(entry.kind)
    assert kinds == {
        "SG-01": {"return_interview_offered", "return_interview_declined"},
        "SG-02": set(),
        "SG-03": {"decided_not_required"},
        "SG-04": set(),
        "SG-05": set(),
    }
    assert log.incomplete == {"SG-04"}


def test_looked_after_is_yes_no_not_applicable_or_not_recorded() -> None:
    log = sample("safeguarding_missing", "safeguarding_*.csv")
    told = {
        e.child_id: e.fields.get("looked_after") for e in log.entries if e.kind == "care_status"
    }
    assert told == {
        "SG-01": "yes",
        "SG-02": "no",
        "SG-03": "not_applicable",
        "SG-04": None,
        "SG-05": "no",
    }


def test_of_whole_days_the_time_of_day_is_the_one_of_the_mapping() -> None:
    log = sample("ssda903", "ssda903_*.csv")
    (first, *_) = [e for e in log.entries if e.kind == "reported"]
    assert first.at == 1672747200000000  # 2023-01-03 12:00 in London
    notes = load_mapping("ssda903").notes
    assert "Column MIS_START of missing holds dates: 12:00 is taken as the time of day." in notes


def test_an_open_episode_has_no_return() -> None:
    log = sample("ssda903", "ssda903_*.csv")
    open_ = [e.kind for e in log.entries if e.episode_id == "LA-1002-29-10-2023"]
    assert "returned" not in open_
    assert {"reported", "categorised"} <= set(open_)


# --- Several sources -----------------------------------------------------------------------------

BOTH = [load_mapping("police_misper"), load_mapping("command_and_control")]
PATTERNS = ("misper_*.csv", "control_*.csv")


def test_several_sources_are_read_each_by_its_own_mapping() -> None:
    paths = expand([FOLDER / pattern for pattern in PATTERNS])
    log = read_files(paths, mapping=BOTH)
    alone = [sample("police_misper", PATTERNS[0]), sample("command_and_control", PATTERNS[1])]
    assert log.rows == sum(one.rows for one in alone) == 24
    assert {e.entry_id for e in log.entries} >= {e.entry_id for e in alone[0].entries}
    assert {e.kind for e in log.entries} > {e.kind for e in alone[0].entries}


def test_aliases_that_several_mappings_know_are_for_each_of_them() -> None:
    paths = expand([FOLDER / pattern for pattern in PATTERNS])
    own = {
        mapping.name: [path.name for path in files] for mapping, files in shared_out(paths, BOTH)
    }
    assert own == {
        "police_misper": ["misper_aliases.csv", "misper_episodes.csv", "misper_markers.csv"],
        "command_and_control": ["misper_aliases.csv", "control_calls.csv", "control_links.csv"],
    }


def test_every_sample_can_be_read_in_one_scan_with_all_mappings() -> None:
    mappings = [load_mapping(name) for name in SAMPLES]
    shared = {mapping.name: paths for mapping, paths in shared_out(expand([FOLDER]), mappings)}
    for name, (pattern, _, _) in SAMPLES.items():
        joining = {PAIRS, *FOLDER.glob("*aliases*")}  # aliases of persons are for every source
        assert set(shared[name]) - joining == set(FOLDER.glob(pattern)) - joining
    assert PAIRS in shared["command_and_control"]


def test_an_answer_from_several_sources_says_what_joining_them_does() -> None:
    (note,) = set(notes_of(BOTH)) - {note for mapping in BOTH for note in mapping.notes}
    assert note.startswith("Several sources tell of episodes: police_misper, command_and_control.")
    assert "under two ids counts twice, unless a table of same_episodes in a mapping" in note
    assert notes_of(BOTH[:1]) == list(BOTH[0].notes)


def test_joining_absences_with_a_source_of_whole_days_is_warned_of() -> None:
    days = load_mapping("ssda903")
    told = [note for note in notes_of([*BOTH, days]) if "Only the day of a report" in note]
    assert len(told) == 1
    assert "stands in ssda903." in told[0]
    assert not [note for note in notes_of([BOTH[0], days]) if "Only the day" in note]
    assert not [note for note in notes_of(BOTH) if "Only the day" in note]


def test_a_file_of_no_mapping_and_a_mapping_without_files_are_said(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("A,B\n1,2\n")
    paths = [*expand([FOLDER / PATTERNS[0]]), other]
    with pytest.raises(MappingError) as found:
        read_files(paths, mapping=BOTH)
    told = str(found.value)
    assert "other.csv: unplaced-file: by its name this file is none of their files" in told
    assert "command_and_control.yaml: no-file: there is no file for any of its tables" in told


def test_a_file_whose_rows_two_mappings_would_read_is_refused() -> None:
    with pytest.raises(MappingError, match="is a file of several mappings"):
        shared_out([Path("episodes_of_calls.csv")], BOTH)


def test_what_one_of_several_sources_covers_is_covered() -> None:
    paths = expand([FOLDER / pattern for pattern in PATTERNS])
    covered = coverage_of(None, BOTH, paths)
    parts = [m.coverage(tables_given(own, m)) for m, own in shared_out(paths, BOTH)]
    for kind in BOTH[0].vocabulary.kinds:
        lacking = [part.kinds.get(kind, ()) is None for part in parts]
        assert (covered.kinds.get(kind, ()) is None) == all(lacking)
    assert ("categorised", "rationale") in covered.without_fields


@pytest.mark.parametrize(
    ("spans", "joined"),
    [
        ([(0, 10), (5, 20)], (0, 20)),
        ([(5, 20), (0, 4)], (0, 20)),
        ([(0, 3), (5, 20)], (5, 20)),
        ([(None, 3), (2, None)], (None, None)),
        ([(None, 3), (5, None)], (5, None)),
        ([(0, 30), (5, 20)], (0, 30)),
    ],
)
def test_spans_are_joined_and_from_a_gap_on_the_later_one_counts(
    spans: list[tuple[int | None, int | None]], joined: tuple[int | None, int | None]
) -> None:
    parts = [Coverage(start, end) for start, end in spans]
    made = Coverage.joined(parts, ["reported"])
    assert (made.start, made.end) == joined
    assert made.kinds == {}
    narrow = Coverage(1, 2, {"graded": None}), Coverage(0, 9, {"graded": (4, 5), "merged": None})
    assert Coverage.joined(narrow, ["graded", "merged", "reported"]).kinds == {
        "graded": (4, 5),
        "merged": (1, 2),
    }

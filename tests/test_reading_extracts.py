"""The samples of ``examples/07_extracts``, each in the format of a shipped mapping."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from missingrules import Log, Policy, scan
from missingrules.cli import main
from missingrules.reading.extract import read_files, tables_given
from missingrules.reading.files import expand
from missingrules.reading.mapping import load_mapping

FOLDER = Path(__file__).resolve().parent.parent / "examples" / "07_extracts"

# By mapping: files; rows read, accepted, duplicates, rejected and left out; rows read in part.
SAMPLES = {
    "command_and_control": ("control_*.csv", (9, 6, 1, 1, 1), 0),
    "police_misper": ("misper_*.csv", (15, 12, 1, 1, 1), 2),
    "safeguarding_missing": ("safeguarding_*.csv", (6, 6, 0, 0, 0), 1),
    "ssda903": ("ssda903_*.csv", (10, 9, 1, 0, 0), 3),
}


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

"""Absences that stand in two systems: joined by a table of pairs, and what their accounts do."""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from missingrules import Entry, Policy, scan, written
from missingrules.cli import main
from missingrules.kernel.episode import legs_of
from missingrules.reading.extract import read_files, read_tables
from missingrules.reading.joined import Absences
from missingrules.reading.mapping import SourceMapping, load_mapping, parse_mapping
from missingrules.reading.people import People
from missingrules.reading.quality import all_notes, look_at
from missingrules.record import Story
from missingrules.scan import coverage_of
from missingrules.sweep import spool, swept

if TYPE_CHECKING:
    from missingrules import Finding, Log, Scan

FOLDER = Path(__file__).resolve().parent.parent / "examples" / "07_extracts"
SAMPLES = [load_mapping("police_misper"), load_mapping("command_and_control")]

MISPER = """
mapping: misper
title: Missing-person system
zone: Europe/London
formats: {instant: "%Y-%m-%d %H:%M"}
tables:
  absences:
    files: "misper*"
    child: PERSON
    episode: OCCURRENCE
    entries:
      - {kind: reported, at: REPORTED, fields: {whereabouts: {constant: unknown}}}
      - {kind: categorised, at: REPORTED, fields: {category: {column: CATEGORY}}}
      - {kind: returned, at: RETURNED}
      - {kind: prevention_interview, at: INTERVIEWED}
      - {kind: strategy_meeting_held, at: MEETING}
      - {kind: supervisor_reviewed, at: REVIEWED}
      - {kind: voided, at: VOIDED}
      - {kind: merged, at: MERGED, fields: {into: INTO}}
aliases: {files: "people*", from: ID, to: MEANS}
covers: {from: 2020-01-01}
"""
CALLS = """
mapping: calls
title: Log of calls
zone: Europe/London
formats: {instant: "%Y-%m-%d %H:%M"}
tables:
  calls:
    files: "calls*"
    child: PERSON
    episode: INCIDENT
    entries:
      - {kind: reported, at: RECEIVED}
      - {kind: categorised, at: RECEIVED, fields: {category: {column: CATEGORY}}}
      - {kind: returned, at: BACK}
      - {kind: closed, at: CLOSED}
same_episodes: {files: "pairs*", from: INCIDENT, to: OCCURRENCE, confidence: SURE, accepted: "yes"}
aliases: {files: "people*", from: ID, to: MEANS}
covers: {from: 2020-01-01}
"""
AS_OF = dt.datetime(2023, 6, 1, tzinfo=dt.UTC)
COLUMNS = {
    "misper": (
        "PERSON OCCURRENCE REPORTED CATEGORY RETURNED INTERVIEWED VOIDED MERGED INTO MEETING "
        "REVIEWED"
    ),
    "calls": "PERSON INCIDENT RECEIVED CATEGORY BACK CLOSED",
    "pairs": "INCIDENT OCCURRENCE SURE",
    "people": "ID MEANS",
}


@dataclass(frozen=True)
class Force:
    """The files of a force, in a folder, and the mappings that read them."""

    folder: Path
    mappings: tuple[SourceMapping, ...] = (parse_mapping(MISPER), parse_mapping(CALLS, "calls"))

    def file(self, name: str, *rows: str) -> Force:
        """Write a file: a row a text, its cells apart by two blanks, ``-`` for an empty one."""
        columns = COLUMNS[name].split()
        told = [[cell.strip("-") for cell in row.split("  ")] for row in rows]
        filled = [[*row, *[""] * (len(columns) - len(row))] for row in told]
        text = "".join(",".join(row) + "\n" for row in [columns, *filled])
        (self.folder / f"{name}.csv").write_text(text)
        return self

    @property
    def paths(self) -> list[Path]:
        return sorted(self.folder.glob("*.csv"))

    def log(self) -> Log:
        return read_files(self.paths, mapping=self.mappings)

    def scan(self) -> Scan:
        log = self.log()
        covered = coverage_of(log.first, self.mappings, self.paths)
        done = scan(log, Policy.load("wiltshire"), as_of=AS_OF, coverage=covered)
        assert done.failed == ()
        return done

    def found(self, rule: str) -> list[Finding]:
        return [finding for finding in self.scan().findings() if finding.rule == rule]

    def told(self) -> list[str]:
        """Every fault, as code and place in its file."""
        return [
            f"{fault.code} {Path(fault.source).stem}" + (f":{fault.line}" if fault.line else "")
            for fault in self.log().faults
        ]


@pytest.fixture
def force(tmp_path: Path) -> Force:
    return Force(tmp_path)


# A child with two absences, each in both systems, with clocks that differ by minutes.
FIRST = "C1  M1  2023-01-10 20:05  missing  2023-01-10 23:00  2023-01-11 10:00"
SECOND = "C1  M2  2023-02-10 20:05  missing  2023-02-11 02:00  2023-02-11 12:00"
THIRD = "C1  M3  2023-03-10 20:05  missing  2023-03-10 22:00  2023-03-11 10:00"
CALL_1 = "C1  I1  2023-01-10 20:01  concern_for_safety  2023-01-10 23:10  2023-01-10 23:30"
CALL_2 = "C1  I2  2023-02-10 20:07  missing  2023-02-11 01:50  2023-02-11 03:00"
BOTH_PAIRS = ("I1  M1  yes", "I2  M2  yes")


def test_two_absences_that_stand_in_two_systems_do_not_make_three(force: Force) -> None:
    force.file("misper", FIRST, SECOND).file("calls", CALL_1, CALL_2)
    (owed,) = force.found("strategy-meeting")  # four ids
    assert owed.outcome == "breached"
    assert force.file("pairs", *BOTH_PAIRS).found("strategy-meeting") == []


@pytest.mark.parametrize("third", ["misper", "calls", "both"])
def test_a_third_absence_makes_three_wherever_it_stands(force: Force, third: str) -> None:
    call = "C1  I3  2023-03-10 20:00  missing  2023-03-10 22:05"
    force.file("misper", FIRST, SECOND, *([] if third == "calls" else [THIRD]))
    force.file("calls", CALL_1, CALL_2, *([] if third == "misper" else [call]))
    force.file("pairs", *BOTH_PAIRS, *(["I3  M3  yes"] if third == "both" else []))
    (owed,) = force.found("strategy-meeting")
    assert owed.episodes == ("M1", "M2", "I3" if third == "calls" else "M3")
    assert (owed.outcome, owed.episodes_since) == ("breached", 0)


def test_a_joined_absence_is_placed_by_the_earliest_report_of_both(force: Force) -> None:
    force.file("misper", FIRST, SECOND).file("calls", CALL_1, CALL_2).file("pairs", *BOTH_PAIRS)
    told = force.found("inspector-informed")
    assert [f"{finding.opened_at:%m-%d %H:%M}" for finding in told] == [
        "01-10 20:01",
        "02-10 20:05",
    ]


def test_what_was_done_in_one_system_answers_the_duty_once_for_both(force: Force) -> None:
    force.file("misper", FIRST).file("calls", CALL_1)
    apart = [finding.outcome for finding in force.found("prevention-interview")]
    assert sorted(apart) == ["breached", "fulfilled"]
    (joined,) = force.file("pairs", "I1  M1  yes").found("prevention-interview")
    assert (joined.episode_id, joined.outcome) == ("M1", "fulfilled")
    assert force.told() == []


def test_an_interview_between_the_two_times_of_one_return_answers_it(force: Force) -> None:
    force.file("misper", FIRST.replace("2023-01-11 10:00", "2023-01-10 23:05"))
    force.file("calls", CALL_1).file("pairs", "I1  M1  yes")
    (joined,) = force.found("prevention-interview")
    assert joined.outcome == "fulfilled"


def test_an_absence_that_one_system_calls_missing_counts_by_substance(force: Force) -> None:
    calls = [CALL_1, CALL_2, "C1  I3  2023-03-10 20:06  concern_for_safety  2023-03-10 22:00"]
    force.file("misper", FIRST, SECOND, THIRD).file("calls", *calls)
    (owed,) = force.file("pairs", *BOTH_PAIRS, "I3  M3  yes").found("strategy-meeting")
    assert owed.episodes == ("M1", "M2", "M3")
    assert owed.opened_at.isoformat() == "2023-03-10T20:05:00+00:00"


# --- Where the two accounts disagree -------------------------------------------------------------

LATE = "C1  I1  2023-01-10 23:10  missing"
ROWS = {
    "clocks that differ by minutes": (CALL_1, []),
    "a report entered after the return": (LATE, ["report-after-end calls:2"]),
    "a report and a return entered after the return": (
        f"{LATE}  2023-01-10 23:12",
        ["report-after-end calls:2"],
    ),
    "a report at the very time of the return": (LATE.replace("23:10", "23:00"), []),
    "a closing after the return": ("C1  I1  2023-01-10 20:01  missing  -  2023-01-10 23:30", []),
    "a closing while the child is away": (
        "C1  I1  2023-01-10 20:01  missing  -  2023-01-10 21:00",
        ["closed-while-away calls:2"],
    ),
    "a closing before the other system has a report": (
        "C1  I1  2023-01-10 20:01  missing  -  2023-01-10 20:04",
        ["report-after-end misper:2"],
    ),
    "a return that comes earlier": ("C1  I1  2023-01-10 20:01  missing  2023-01-10 22:00", []),
}


@pytest.mark.parametrize("case", ROWS)
def test_rows_that_contradict_the_other_account_are_listed(force: Force, case: str) -> None:
    row, expected = ROWS[case]
    force.file("misper", FIRST).file("calls", row).file("pairs", "I1  M1  yes")
    assert force.told() == expected
    log = force.log()
    assert (log.rejected, log.partly, log.incomplete) == (0, 0, frozenset())


def test_a_report_after_the_return_of_the_other_system_is_a_time_away_of_its_own(
    force: Force,
) -> None:
    early = FIRST.replace("2023-01-11 10:00", "2023-01-10 23:05")
    force.file("misper", early).file("calls", f"{LATE}  2023-01-10 23:12")
    force.file("pairs", "I1  M1  yes")
    outcomes = [finding.outcome for finding in force.found("prevention-interview")]
    assert outcomes == ["fulfilled", "breached"]  # owed again, and the note says by which row
    (note,) = [n for n in all_notes(force.log(), look_at(force.log())) if "report" in n.code]
    assert note.ids == (f"{force.folder / 'calls.csv'}:2",)


def test_a_closing_while_the_child_is_away_ends_duties_and_the_note_says_so(force: Force) -> None:
    days = FIRST.replace("2023-01-10 23:00  2023-01-11 10:00", "2023-01-14 23:00")
    closing = "C1  I1  2023-01-10 20:01  missing  -  2023-01-10 21:00"
    force.file("misper", days).file("calls", closing)
    outcomes = {f.episode_id: f.outcome for f in force.found("supervisor-review")}
    force.file("pairs", "I1  M1  yes")
    assert {f.episode_id: f.outcome for f in force.found("supervisor-review")} != outcomes
    assert force.told() == ["closed-while-away calls:2"]


def test_an_absence_that_goes_on_in_both_systems_is_in_order(force: Force) -> None:
    again = "C1  M1  2023-01-12 20:05  missing  2023-01-12 22:00"
    call = "C1  I1  2023-01-12 20:01  missing  2023-01-12 21:55"
    early = CALL_1.replace("23:10", "22:55")
    force.file("misper", FIRST, again).file("calls", early, call).file("pairs", "I1  M1  yes")
    assert force.told() == []
    assert len(force.found("prevention-interview")) == 2


def test_a_second_time_away_that_one_system_enters_late_is_listed(force: Force) -> None:
    again = "C1  M1  2023-01-12 20:05  missing  2023-01-12 22:00"
    call = "C1  I1  2023-01-12 22:30  missing  2023-01-12 22:40"
    force.file("misper", FIRST, again).file("calls", CALL_1, call).file("pairs", "I1  M1  yes")
    assert force.told() == ["report-after-end calls:3"]


def test_a_void_in_one_system_is_one_for_both_and_listed(force: Force) -> None:
    void = "C1  M1  2023-01-10 20:05  missing  -  -  2023-01-20 09:00"
    force.file("misper", void).file("calls", CALL_1).file("pairs", "I1  M1  yes")
    assert force.told() == ["voided-for-all misper:2"]
    assert force.found("inspector-informed") == []


def test_a_void_in_both_systems_contradicts_neither() -> None:
    absences = Absences([People(episodes={"B": "E1"})])
    told = [("A", "reported"), ("B", "reported"), ("A", "voided"), ("B", "voided")]
    for line, (account, kind) in enumerate(told, 1):
        entry = Entry(f"{line}", "C1", "E1", kind, line, line, None, {}, None, None)
        absences.take([entry], ("mapping", account), "rows", line)
    assert list(absences.faults()) == []


def test_what_is_merged_into_an_id_goes_to_the_one_that_it_means(force: Force) -> None:
    renamed = parse_mapping(
        MISPER + 'same_episodes: {files: "pairs*", from: INCIDENT, to: OCCURRENCE}', "misper"
    )
    merged = "C1  M9  2023-01-10 20:30  missing  -  -  -  2023-01-20 09:00  M1"
    one = Force(force.folder, (renamed, force.mappings[1]))
    one.file("misper", FIRST, merged).file("calls", CALL_1).file("pairs", "M1  I1  yes")
    (found,) = one.found("prevention-interview")
    assert found.episode_id == "I1"
    assert {e.fields["into"] for e in one.log().entries if e.kind == "merged"} == {"I1"}
    assert "unknown_target" not in {gap.code for gap in one.scan().assessments[0].data_gaps}


TELLING = st.tuples(
    st.integers(0, 9), st.sampled_from(["reported", "returned", "closed"]), st.sampled_from("AB")
)


@given(st.lists(TELLING, max_size=9, unique_by=lambda told: told[0]))
def test_what_is_listed_is_where_the_kernel_begins_and_ends_times_away(
    told: list[tuple[int, str, str]],
) -> None:
    absences, whose, entries = Absences([People(episodes={"B": "E1"})]), {}, []
    for at, kind, account in told:
        entries.append(Entry(f"{at}", "C1", "E1", kind, at, at, None, {}, None, None))
        whose[at] = account
        absences.take(entries[-1:], ("mapping", account), "rows", at)
    listed = {(fault.code, fault.line) for fault in absences.faults()}

    expected = set()
    story = Story("E1", tuple(sorted(entries, key=lambda entry: entry.at)), ())
    times_away = legs_of(story, [])
    starts = [leg.start for leg in times_away]
    for leg, until in zip(times_away, [*starts, 10][1:], strict=True):
        ends = {e.at: e.kind for e in entries if e.kind != "reported" and leg.start < e.at < until}
        if until in starts and whose[until] not in {whose[at] for at in ends}:
            expected.add(("report-after-end", until))
        if leg.returned is not None and ends[leg.returned] == "closed":
            before = [e for e in entries if leg.start <= e.at <= leg.returned]
            away = {whose[e.at] for e in before if e.kind == "reported"}
            if away - {whose[e.at] for e in before if e.kind != "reported"}:
                expected.add(("closed-while-away", leg.returned))
    assert listed == expected


@pytest.mark.parametrize(
    ("times", "listed"),
    [
        # Reported and closed at one time: the report comes first.
        ([(1, "reported", "A"), (1, "closed", "B")], {("closed-while-away", "closed")}),
        # The same of a child who is away already: a second call, and the end.
        (
            [(0, "reported", "A"), (1, "reported", "B"), (1, "closed", "B")],
            {("closed-while-away", "closed")},
        ),
        # Of one who was back: the paper of last time, and a new time away.
        (
            [(0, "reported", "A"), (1, "returned", "A"), (2, "reported", "B"), (2, "closed", "A")],
            {("report-after-end", "reported")},
        ),
        (
            [
                (0, "reported", "A"),
                (1, "returned", "A"),
                (2, "reported", "B"),
                (2, "returned", "B"),
            ],
            {("report-after-end", "reported")},
        ),
    ],
)
def test_what_stands_at_one_time_is_read_as_the_kernel_reads_it(
    times: list[tuple[int, str, str]], listed: set[tuple[str, str]]
) -> None:
    absences = Absences([People(episodes={"B": "E1"})])
    kinds = {}
    for line, (at, kind, account) in enumerate(times):
        kinds[line] = kind
        entry = Entry(f"{line}", "C1", "E1", kind, at, at, None, {}, None, None)
        absences.take([entry], ("mapping", account), "rows", line)
    assert {(fault.code, kinds[fault.line]) for fault in absences.faults()} == listed


# --- The table of pairs --------------------------------------------------------------------------


def episodes(log: Log) -> set[str | None]:
    return {entry.episode_id for entry in log.entries}


def test_pairs_are_followed_to_the_last_id(force: Force) -> None:
    force.file("misper", FIRST).file("calls", CALL_1).file("pairs", "I1  X1  yes", "X1  M1  yes")
    assert episodes(force.log()) == {"M1"}


def test_ids_in_circles_or_with_several_meanings_are_left_alone_and_listed(force: Force) -> None:
    force.file("misper", FIRST, SECOND).file("calls", CALL_1, CALL_2)
    force.file("pairs", "I1  M1  yes", "I1  M2  yes", "I2  X  yes", "X  I2  yes", "I2  X  yes")
    assert episodes(force.log()) == {"I1", "I2", "M1", "M2"}
    assert force.told() == [
        "two-aliases pairs:2",
        "two-aliases pairs:3",
        "alias-circle pairs:4",
        "alias-circle pairs:5",
        "alias-circle pairs:6",
    ]


def test_pairs_that_are_not_sure_enough_are_not_used_and_counted(force: Force) -> None:
    force.file("misper", FIRST).file("calls", CALL_1).file("pairs", "I1  M1  perhaps")
    assert episodes(force.log()) == {"I1", "M1"}
    assert force.told() == ["unsure-link pairs"]


def test_ids_are_compared_without_the_blanks_around_those_of_the_pairs(force: Force) -> None:
    force.file("misper", FIRST).file("calls", CALL_1).file("pairs", " I1   M1   yes")
    text = (force.folder / "pairs.csv").read_text()
    (force.folder / "pairs.csv").write_text(text.replace("I1", " I1 ").replace("M1", " M1 "))
    assert episodes(force.log()) == {"M1"}
    (force.folder / "pairs.csv").write_text(text.replace("I1", "i1"))
    assert episodes(force.log()) == {"I1", "M1"}


def test_pairs_that_join_nothing_are_counted(force: Force) -> None:
    """One has no row, one leads to an id without rows, one to the absence of another child."""
    force.file("misper", FIRST, "C2  M2  2023-02-10 20:05  missing")
    force.file("calls", CALL_1, CALL_2, "C1  I3  2023-03-10 20:06  missing")
    force.file("pairs", "I1  M1  yes", "I2  M2  yes", "I3  M3  yes", "I4  M1  yes")
    (fault,) = force.log().faults
    assert fault.code == "joins-nothing"
    assert fault.message == "pairs that join no two episodes of a child here: 3 of 4"
    notes = all_notes(force.log(), look_at(force.log()))
    assert [n.ids for n in notes if n.code == "joins-nothing"] == [
        (str(force.folder / "pairs.csv"),)
    ]
    assert [n.ids for n in notes if n.code == "shared-episode"] == [("M2",)]


def test_an_incident_of_two_children_is_joined_with_an_occurrence_of_each(force: Force) -> None:
    """The pairs lead from the occurrences to the incident: the other way they contradict."""
    wanted = 'same_episodes: {files: "pairs*", from: OCCURRENCE, to: INCIDENT}'
    renamed = parse_mapping(MISPER + wanted, "misper")
    without = parse_mapping(CALLS.replace("pairs*", "nothing*"), "calls")
    two = Force(force.folder, (renamed, without))
    two.file("misper", FIRST, FIRST.replace("C1  M1", "C2  M2"))
    two.file("calls", CALL_1, CALL_1.replace("C1", "C2"))
    two.file("pairs", "I1  M1  yes", "I1  M2  yes")
    assert {(e.child_id, e.episode_id) for e in two.log().entries} == {("C1", "I1"), ("C2", "I1")}
    assert len(two.found("prevention-interview")) == 2


def test_children_are_joined_before_their_absences(force: Force) -> None:
    force.file("misper", FIRST).file("calls", CALL_1.replace("C1", "P7"))
    force.file("pairs", "I1  M1  yes").file("people", "P7  C1")
    (found,) = force.found("prevention-interview")
    assert (found.child_id, found.outcome) == ("C1", "fulfilled")
    assert force.told() == []


def test_what_is_wrong_with_a_table_of_several_mappings_is_told_once(force: Force) -> None:
    force.file("misper", FIRST).file("calls", CALL_1).file("people", "A  B", "A  C")
    assert force.told() == ["two-aliases people:2", "two-aliases people:3"]


def test_tables_in_memory_are_joined_as_files_are(force: Force) -> None:
    calls = force.mappings[1]
    held = {
        "calls": pd.DataFrame({"PERSON": ["C1", "C1"], "INCIDENT": ["I1", "I2"]}).assign(
            RECEIVED=["2023-01-10 20:01", "2023-01-10 20:09"],
            CATEGORY="missing",
            BACK=None,
            CLOSED=None,
        ),
        "same_episodes": pd.DataFrame({"INCIDENT": ["I2"], "OCCURRENCE": ["I1"], "SURE": ["yes"]}),
    }
    log = read_tables(held, mapping=calls)
    assert episodes(log) == {"I1"}
    assert log.faults == ()


# --- However it is read --------------------------------------------------------------------------


@pytest.fixture
def everything(force: Force) -> Force:
    """Two children with absences in both systems, accounts that disagree, and idle pairs."""
    force.file("misper", FIRST, SECOND, THIRD, FIRST.replace("C1  M1", "C2  N1"))
    late = LATE.replace("C1  I1", "C2  J1")
    force.file("calls", CALL_1, CALL_2, late)
    return force.file("pairs", *BOTH_PAIRS, "J1  N1  yes", "J9  N9  yes")


@pytest.mark.parametrize("kept", ["in memory", "on disk"])
def test_a_sweep_joins_as_reading_into_memory_does(
    everything: Force, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kept == "on disk":
        monkeypatch.setattr(spool, "IN_MEMORY", 0)
    log, done = everything.log(), everything.scan()
    rows = [row for a in done.assessments for row in written.rows(a.findings, a.record)]
    policy, mappings = Policy.load("wiltshire"), everything.mappings
    with swept(everything.paths, policy, mappings=mappings, as_of=AS_OF) as sweep:
        found = b"".join(part.rows["jsonl"] for part in sweep.parts(formats=("jsonl",)))
        assert found.splitlines() == [json.dumps(row.to_dict()).encode() for row in rows]
        assert sweep.books.faults == log.faults
        assert sweep.notes() == all_notes(log, look_at(log))
    assert {fault.code for fault in log.faults} == {"joins-nothing", "report-after-end"}


def test_under_pseudonyms_no_id_of_a_joined_absence_is_told(
    everything: Force, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = everything.folder
    for path in everything.paths:  # ids that cannot stand in a page by chance
        path.write_text(re.sub(r"\b([CIJMN])(\d)\b", r"\1-SECRET-\2", path.read_text()))
    assert "I-SECRET-1,M-SECRET-1" in (folder / "pairs.csv").read_text()
    for name, text in (("misper", MISPER), ("calls", CALLS)):
        (folder / f"{name}.yaml").write_text(text)
    key = folder / "key"
    key.write_text(bytes(range(32)).hex())
    key.chmod(0o600)
    options = [f"--mapping={folder}/{name}.yaml" for name in ("misper", "calls")]
    call = ["scan", *map(str, everything.paths), *options, "-p", "wiltshire"]
    call += ["--pseudonymise", str(key)]
    for more in (["--out", str(folder / "answer")], ["--format", "json"]):
        monkeypatch.setattr(sys, "argv", ["missingrules", *call, *more])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 1  # breaches; rows that disagree are no rejected ones
    told = capsys.readouterr()
    every = [told.out, told.err]
    every += [path.read_text("utf-8", "replace") for path in (folder / "answer").iterdir()]
    assert len(every) > 6
    assert "report-after-end" in told.err
    assert not [text for text in every if "SECRET" in text]


def test_the_samples_of_two_systems_count_three_absences_and_not_five() -> None:
    patterns = ("misper_*.csv", "control_*.csv")
    paths = [path for pattern in patterns for path in sorted(FOLDER.glob(pattern))]
    pairs = FOLDER / "incidents_and_occurrences.csv"

    def meeting(paths: list[Path]) -> Finding:
        log = read_files(paths, mapping=SAMPLES)
        covered = coverage_of(log.first, SAMPLES, paths)
        found = scan(log, Policy.load("wiltshire"), coverage=covered).findings()
        (one,) = [f for f in found if f.rule == "strategy-meeting" and f.child_id == "N-1001"]
        return one

    apart, joined = meeting(paths), meeting([*paths, pairs])
    assert apart.episodes == ("WP-0109-311", "MP-23-0101", "MP-23-0155")
    assert joined.episodes == ("MP-23-0101", "MP-23-0155", "WP-0318-120")
    assert (str(apart.opened_at.date()), str(joined.opened_at.date())) == (
        "2023-02-03",
        "2023-03-18",
    )

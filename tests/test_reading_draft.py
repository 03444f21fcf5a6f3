"""A first mapping for a file: it loads, it decides nothing that the file does not prove."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from missingrules.cli import main
from missingrules.errors import LogError
from missingrules.reading.draft import FILL_IN, Draft, draft_mapping
from missingrules.reading.extract import read_files
from missingrules.reading.language import Cell
from missingrules.reading.mapping import SourceMapping, parse_mapping

EXTRACTS = Path(__file__).resolve().parent.parent / "examples" / "07_extracts"
FILES = sorted(EXTRACTS.glob("*.csv"))


def drafted(folder: Path, text: str, name: str = "misper_2023-04.csv") -> Draft:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return draft_mapping(path)


def told(draft: Draft) -> SourceMapping:
    return parse_mapping(draft.text)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_written_for_a_sample_loads(file: Path) -> None:
    assert told(draft_mapping(file)).name == file.stem


def test_what_is_written_reads_the_file_without_another_word(tmp_path: Path) -> None:
    path = tmp_path / "extract.csv"
    path.write_text(
        "Person ID,Occurrence,DOB,Date reported,Risk level,Traced,Notes\n"
        "P1,E1,2009-05-23,13/01/2023 09:00,Medium,13/01/2023 21:00,Secret\n"
        "P1,E2,2009-05-23,02/02/2023 09:00,High,,Secret\n"
    )
    draft = draft_mapping(path)
    log = read_files([path], mapping=told(draft))
    assert (log.rows, log.accepted, log.partly, log.faults) == (2, 2, 0, ())
    assert sorted({entry.kind for entry in log.entries}) == [
        "born",
        "graded",
        "reported",
        "returned",
    ]
    assert draft.unplaced == ("Notes",)
    assert "Secret" not in draft.text


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        (["13/01/2023 09:00", "01/02/2023 10:00"], "%d/%m/%Y %H:%M"),
        (["01/13/2023 09:00", "01/02/2023 10:00"], "%m/%d/%Y %H:%M"),
        (["2023-01-02 09:00:00"], "%Y-%m-%d %H:%M:%S"),
        (["02-Jan-2023 09:00"], "%d-%b-%Y %H:%M"),
        (["2023-01-02T09:00:00Z"], None),
        (["01/02/2023 09:00", "03/04/2023 09:00"], None),
        (["13/01/2023 09:00", "01/13/2023 09:00"], None),
        (["1/2/23", "44936"], None),
        (["13/01/2023 09:00"] * 9 + ["31/06/2023 09:00"], "%d/%m/%Y %H:%M"),
    ],
)
def test_a_format_is_written_only_where_the_values_prove_it(
    values: list[str], shape: str | None, tmp_path: Path
) -> None:
    rows = "".join(f"P1,E1,{value}\n" for value in values)
    draft = drafted(tmp_path, f"child,episode,reported\n{rows}")
    (entry,) = told(draft).file.tables["episodes"].entries
    assert entry.at == Cell(column="reported", format=shape)


def test_whether_the_day_or_the_month_comes_first_is_asked_where_no_value_tells(
    tmp_path: Path,
) -> None:
    draft = drafted(tmp_path, "child,episode,reported\nP1,E1,01/02/2023 09:00\n")
    assert draft.notes[0] == (
        "reported: is the day or the month first? No value tells. Say its `format`: "
        "%d/%m/%Y %H:%M or %m/%d/%Y %H:%M."
    )


def test_of_whole_days_a_time_of_day_is_written_and_said(tmp_path: Path) -> None:
    draft = drafted(tmp_path, "child,episode,reported\nP1,E1,13/02/2023\n")
    (entry,) = told(draft).file.tables["episodes"].entries
    assert entry.at.time_of_day is not None
    assert "decide on one" in draft.notes[0]


def test_known_codes_are_placed_and_how_many_are_not_is_said(tmp_path: Path) -> None:
    text = "child,episode,reported,risk\nP1,E1,2023-01-02T09:00:00Z,{}\n"
    rows = text.format("H") + text.format("Secret Name").split("\n")[1] + "\n"
    draft = drafted(tmp_path, rows)
    assert told(draft).file.codes == {"grade": {"H": "high"}}
    assert any(note.startswith("risk: 1 of 2 codes is not known.") for note in draft.notes)
    assert "Secret" not in draft.text + "".join(draft.notes)


def test_without_an_id_of_the_episode_the_child_and_the_report_make_one(tmp_path: Path) -> None:
    draft = drafted(tmp_path, "child,reported\nP1,2023-01-02T09:00:00Z\n")
    assert told(draft).file.tables["episodes"].episode == Cell(columns=["child", "reported"])


def test_files_of_later_months_are_known_by_the_pattern(tmp_path: Path) -> None:
    draft = drafted(tmp_path, "child,reported\n", "misper_2023-04.csv")
    assert told(draft).file.tables["episodes"].files == ["misper_*"]
    assert told(drafted(tmp_path, "child,reported\n", "2023.csv")).name == "extract_2023"


def test_a_file_of_unknown_columns_gives_a_mapping_to_fill_in_and_shows_none(
    tmp_path: Path,
) -> None:
    draft = drafted(tmp_path, "Secret,2009-05-23\nOther,2010-01-01\n")
    assert told(draft).file.tables["episodes"].child == Cell(column=FILL_IN)
    assert draft.unplaced == ()
    assert "Secret" not in draft.text + "".join(draft.notes)
    assert any("Is its first line the header?" in note for note in draft.notes)


def test_odd_names_of_columns_are_written_so_that_they_are_read(tmp_path: Path) -> None:
    draft = drafted(tmp_path, 'Child: "id",Reported,Child\nP1,2023-01-02T09:00:00Z,C\n')
    told(draft)
    quoted = drafted(tmp_path, '"Child, ID",No\nP1,x\n')
    assert told(quoted).file.tables["episodes"].child == Cell(column="Child, ID")


@pytest.mark.parametrize("text", ["", "\n\n", " , ,\n"])
def test_a_file_without_a_header_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(LogError, match="no-header"):
        drafted(tmp_path, text)


def test_the_command_writes_the_mapping_and_says_what_it_left_open(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for file, code in ((EXTRACTS / "misper_episodes.csv", 0), (tmp_path / "none.csv", 2)):
        monkeypatch.setattr(sys, "argv", ["missingrules", "map", str(file)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == code
    out, err = capsys.readouterr()
    parse_mapping(out)
    assert "Columns that were not placed: RISK_REVIEWED, CURRENT_RISK, Q_SELF_HARM" in err
    assert "none.csv: unreadable-file" in err


def test_a_column_that_says_yes_and_no_is_not_taken_for_the_time_of_what_was_done(
    tmp_path: Path,
) -> None:
    rows = [
        "Incident No,Person ID,Reported,Found Date,RHI Held,PPN",
        "1,C1,2023-01-01T10:00:00Z,2023-01-01T12:00:00Z,Y,2023-01-01T13:00:00Z",
        "2,C1,2023-01-02T10:00:00Z,2023-01-02T12:00:00Z,N/A,n",
    ]
    draft = drafted(tmp_path, "\n".join(rows))
    assert draft.unplaced == ("RHI Held",)
    assert told(draft).kinds == {"reported", "returned", "ppn_submitted"}
    assert any(note.startswith("RHI Held holds answers and no times") for note in draft.notes)


def test_a_log_needs_no_mapping() -> None:
    with pytest.raises(LogError) as caught:
        draft_mapping(EXTRACTS.parent / "01_wiltshire_boy.jsonl")
    assert [fault.code for fault in caught.value.faults] == ["no-mapping-needed"]


def test_that_since_when_a_child_was_missing_stands_in_for_the_report_is_said(
    tmp_path: Path,
) -> None:
    row = "P1,E1,13/01/2023 07:30,13/01/2023 09:00\n"
    guessed = drafted(tmp_path, f"Person ID,Occurrence,Last Seen,Rptd\n{row}")
    assert 'at: {column: "Last Seen", format: "%d/%m/%Y %H:%M"}' in guessed.text
    assert guessed.notes[0] == (
        "No column for the time of the report was found. Last Seen, since when the child was "
        "missing, stands in for it: if the file has the report's own, name that; windows and "
        "deadlines run from it."
    )
    found = drafted(tmp_path, f"Person ID,Occurrence,Last Seen,Reported\n{row}")
    assert not [note for note in found.notes if "stands in" in note]

"""Mappings: faulty ones beside the exact message that each must give, and what good ones say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import jsonschema
import pytest

from missingrules import schema
from missingrules.calendar import from_us
from missingrules.reading.extract import read_files
from missingrules.reading.faults import MappingCode, MappingError
from missingrules.reading.mapping import (
    load_mapping,
    mappings_folder,
    parse_mapping,
    shipped_mappings,
)
from missingrules.yamlsource import YamlCode, read

FOLDER = Path(__file__).parent / "bad_mappings"
FILES = sorted(FOLDER.glob("*.yaml"))
SHIPPED = shipped_mappings()
SCHEMA = json.loads(schema.mapping_text())


def message(file: Path) -> str:
    with pytest.raises(MappingError) as caught:
        load_mapping(file)
    return str(caught.value).replace(str(FOLDER / file.name), file.name) + "\n"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_faulty_mapping_gives_exactly_its_message(file: Path) -> None:
    assert message(file) == file.with_suffix(".txt").read_text(encoding="utf-8")


def test_every_faulty_mapping_has_a_message_and_every_message_a_mapping() -> None:
    assert [file.stem for file in FILES] == sorted(file.stem for file in FOLDER.glob("*.txt"))
    assert len(FILES) >= 40


def test_every_code_is_shown_by_a_faulty_mapping_and_every_code_shown_is_declared() -> None:
    shown = set()
    for file in FILES:
        with pytest.raises(MappingError) as caught:
            load_mapping(file)
        shown |= {fault.code for fault in caught.value.faults}
        assert all(fault.line >= 1 and fault.column >= 1 for fault in caught.value.faults)
    assert set(get_args(MappingCode)) <= shown <= {*get_args(MappingCode), *get_args(YamlCode)}


def test_a_mapping_that_is_not_shipped_is_said_with_those_that_are() -> None:
    with pytest.raises(MappingError, match="Did you mean `police_misper`"):
        load_mapping("police_mispr")
    with pytest.raises(MappingError, match="Shipped: command_and_control, "):
        load_mapping("x")
    with pytest.raises(MappingError, match="unreadable-file"):
        load_mapping("./not_there.yaml")


# --- Shipped mappings -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_mapping_loads_and_fits_the_schema(name: str) -> None:
    assert load_mapping(name).name == name
    text = SHIPPED[name].read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=mapping.schema.json\n")
    jsonschema.validate(read(text, name).data, SCHEMA)


def test_the_shipped_mappings_are_those_of_the_documentation() -> None:
    assert list(SHIPPED) == [
        "command_and_control",
        "police_misper",
        "safeguarding_missing",
        "ssda903",
    ]


def test_the_example_of_the_documentation_loads_and_fits_the_schema() -> None:
    page = (mappings_folder().parent / "docs" / "mapping.md").read_text(encoding="utf-8")
    text = page.split("```yaml\n")[1].split("```")[0]
    assert parse_mapping(text).name == "example"
    jsonschema.validate(read(text, "example").data, SCHEMA)


# --- The schema -----------------------------------------------------------------------------------


def test_the_committed_schema_is_up_to_date() -> None:
    committed = (mappings_folder() / "mapping.schema.json").read_text(encoding="utf-8")
    assert committed == schema.mapping_text(), "run python -m missingrules.schema"


def test_the_schema_is_a_schema_and_describes_every_key() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for part in (SCHEMA, *SCHEMA["$defs"].values()):
        for key, place in part["properties"].items():
            assert place.get("description", "").endswith((".", "`.")), key


@pytest.mark.parametrize(
    "name",
    [
        "column_as_number",
        "covers_no_date",
        "delimiter_too_long",
        "formats_of_other_things",
        "no_tables",
        "repeated_times_unknown",
        "time_of_day_that_is_none",
        "trim_ids_as_text",
        "unknown_keys",
    ],
)
def test_faults_of_shape_are_underlined_while_typing(name: str) -> None:
    data = read((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), name).data
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, SCHEMA)


# --- What a mapping says of its source ------------------------------------------------------------

MARKERS = """\
mapping: two_tables
title: Episodes, and markers in a file of their own
zone: Europe/London
covers: {from: 2023-01-01, until: 2023-12-31}
tables:
  episodes:
    files: "*episodes*"
    child: ID
    episode: NUMBER
    recorded_at: CREATED
    entries:
      - {kind: reported, at: AT}
      - {kind: graded, at: AT, fields: {grade: GRADE}}
  markers:
    files: "*markers*"
    optional: true
    child: ID
    entries:
      - {kind: marker_added, at: {column: SINCE, time_of_day: "00:00"}, fields: {marker: MARKER}}
"""


def test_entries_of_a_row_are_known_from_when_the_row_was_entered(tmp_path: Path) -> None:
    file = tmp_path / "episodes.csv"
    file.write_text(
        "ID,NUMBER,AT,GRADE,CREATED\n"
        "C1,E1,2023-01-10T09:00:00,high,2023-01-12T10:00:00\n"
        "C1,E2,2023-02-10T09:00:00,low,\n"
    )
    log = read_files([file], mapping=parse_mapping(MARKERS))
    late = [e for e in log.entries if e.episode_id == "E1"]
    assert {e.kind for e in late} == {"reported", "graded"}
    assert {from_us(e.recorded).isoformat() for e in late} == {"2023-01-12T10:00:00+00:00"}
    assert all(e.recorded == e.at for e in log.entries if e.episode_id == "E2")


def test_a_decision_without_an_episode_is_about_the_child(tmp_path: Path) -> None:
    decision = "{kind: decided_not_required, at: AT, fields: {action: {constant: assessed}}}"
    text = MARKERS.replace("{kind: graded, at: AT, fields: {grade: GRADE}}", decision)
    file = tmp_path / "episodes.csv"
    file.write_text("ID,NUMBER,AT,CREATED\nC1,,2023-01-10T09:00:00,\n")
    log = read_files([file], mapping=parse_mapping(text))
    assert [(e.kind, e.child_id, e.episode_id) for e in log.entries] == [
        ("decided_not_required", "C1", None)
    ]
    assert [fault.code for fault in log.faults] == ["missing-field"]  # of the report


def test_what_a_mapping_does_not_make_is_not_covered() -> None:
    coverage = parse_mapping(MARKERS).coverage()
    assert coverage.span("graded") == (1672531200000000, 1704067199999999)
    assert coverage.span("ppn_submitted") is None
    assert coverage.lacks_field("graded", "rationale")
    assert not coverage.lacks_field("graded", "grade")
    assert coverage.span("marker_added") is not None


def test_what_a_file_that_was_not_given_could_show_is_not_covered() -> None:
    coverage = parse_mapping(MARKERS).coverage({"episodes"})
    assert coverage.span("graded") is not None
    assert coverage.span("marker_added") is None


def test_what_a_mapping_says_that_it_covers_is_covered_though_nothing_makes_it() -> None:
    told = MARKERS.replace("2023-12-31}", "2023-12-31, kinds: [reported, ppn_submitted]}")
    coverage = parse_mapping(told).coverage()
    assert coverage.span("ppn_submitted") is not None
    assert coverage.span("graded") is None


def test_corrections_and_decisions_are_covered_since_their_absence_accuses_nobody() -> None:
    coverage = parse_mapping(MARKERS).coverage()
    assert None not in {
        coverage.span(kind) for kind in ("voided", "merged", "decided_not_required")
    }


def test_what_a_mapping_decides_for_the_source_is_said_in_sentences() -> None:
    assert (
        parse_mapping(MARKERS)
        .notes[-1]
        .startswith(
            "It is not known when the rows of the table markers were entered: findings on whether "
        )
    )
    repeated = MARKERS.replace("zone:", "repeated_times: later\nzone:") + "notes: [Made up.]\n"
    assert parse_mapping(repeated).notes == (
        "Column SINCE of markers holds dates: 00:00 is taken as the time of day.",
        "Times in the hour that the clocks repeat in autumn are taken as the later of the two.",
        "Made up.",
        parse_mapping(MARKERS).notes[-1],
    )

"""Cases as Python code: what is printed makes the same case again."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import missingrules
from build import log as made_log
from build import policy as compiled
from build import policy_text
from missingrules import Coverage, Entry, Episode, Policy, Record, testing
from missingrules.calendar import to_us
from missingrules.entry import derive_entry_id
from missingrules.testing.code import free_id

NAMES: dict[str, Any] = {
    **{name: getattr(missingrules, name) for name in missingrules.__all__},
    **{name: getattr(testing, name) for name in testing.__all__},
    "datetime": dt,
}
ODD: dict[str, Any] = {"class": "first"}
NOON = dt.datetime(2023, 11, 6, 12, 0, tzinfo=dt.UTC)


def run(code: str) -> Any:
    return eval(code, dict(NAMES))  # noqa: S307 - the code that was printed


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (
            testing.entry("located", NOON, child_id="C", episode_id="E1", entry_id="one"),
            (
                "entry('located', '2023-11-06T12:00:00Z', child_id='C', episode_id='E1', "
                "entry_id='one')"
            ),
        ),
        (
            testing.entry("escalated", "2023-11-06T12:00:00.5+01:00", child_id="C", by="mash"),
            "entry('escalated', '2023-11-06T11:00:00.500000Z', child_id='C', by='mash')",
        ),
        (
            testing.entry(
                "born",
                NOON,
                child_id="C",
                recorded_at=NOON + dt.timedelta(hours=1),
                area="North",
                authority="Council",
                date_of_birth=dt.date(2010, 2, 28),
            ),
            (
                "entry('born', '2023-11-06T12:00:00Z', child_id='C', "
                "recorded_at='2023-11-06T13:00:00Z', area='North', authority='Council', "
                "date_of_birth=datetime.date(2010, 2, 28))"
            ),
        ),
        (
            testing.entry("made_up", NOON, child_id="C", since=NOON, **ODD),
            (
                "entry('made_up', '2023-11-06T12:00:00Z', child_id='C', "
                "since=datetime.datetime(2023, 11, 6, 12, 0, tzinfo=datetime.timezone.utc), "
                "**{'class': 'first'})"
            ),
        ),
    ],
)
def test_an_entry_is_written_on_one_line(made: Entry, code: str) -> None:
    assert testing.as_code(made) == code
    assert run(code) == made


def test_an_entry_keeps_its_fields_as_the_log_keeps_them() -> None:
    made = testing.entry("any", NOON, child_id="C", several={"b", "a"}, since=NOON, said="so")
    assert made.fields == {"several": ("a", "b"), "since": to_us(NOON), "said": "so"}
    assert made.entry_id == derive_entry_id(made)
    assert made.recorded == made.at == to_us(NOON)


@pytest.mark.parametrize("at", ["2023-11-06 12:00", "yesterday", NOON.replace(tzinfo=None)])
def test_an_entry_needs_an_instant(at: str | dt.datetime) -> None:
    with pytest.raises(ValueError, match=r"RFC 3339|aware|offset"):
        testing.entry("located", at, child_id="C")


def test_entries_become_a_log_as_from_a_file() -> None:
    entries = made_log("""
        E1 2023-01-01 09:00 reported
        E1 2023-01-01 10:00 located
    """)
    log = testing.log([*entries[::-1], entries[0]])
    assert (log.entries, log.duplicates, log.rows) == (tuple(entries), 1, 3)
    assert run(testing.as_code(log)).entries == log.entries


def test_a_record_is_written_one_entry_a_line() -> None:
    record = Record.of(
        [testing.entry("escalated", NOON, child_id="C", entry_id=name) for name in ("a", "b")]
    )
    assert testing.as_code(record) == (
        "Record.of([\n"
        "    entry('escalated', '2023-11-06T12:00:00Z', child_id='C', entry_id='a'),\n"
        "    entry('escalated', '2023-11-06T12:00:00Z', child_id='C', entry_id='b'),\n"
        "], child_id='C')"
    )


@pytest.mark.parametrize("incomplete", [False, True])
def test_the_record_of_a_child_without_entries_is_written_too(incomplete: bool) -> None:
    record = Record.of((), child_id="C", incomplete=incomplete)
    assert run(testing.as_code(record)) == record


def test_a_wide_row_is_written_one_column_a_line_and_without_the_empty_ones() -> None:
    episode = Episode(child_id="C", episode_id="E1", reported_at=NOON, category="missing")
    assert testing.as_code(episode) == (
        "Episode(\n"
        "    child_id='C',\n"
        "    episode_id='E1',\n"
        f"    reported_at={NOON!r},\n"
        "    category='missing',\n"
        ")"
    )
    assert run(testing.as_code(episode)) == episode


@pytest.mark.parametrize(
    "coverage",
    [
        Coverage(),
        Coverage(start=5),
        Coverage(end=7, kinds={"located": None, "graded": (1, None)}),
        Coverage(without_fields=frozenset({("graded", "rationale"), ("assessed", "tool")})),
    ],
)
def test_a_coverage_is_written_as_far_as_it_is_limited(coverage: Coverage) -> None:
    code = testing.as_code(coverage)
    assert run(code) == coverage
    assert run(code).kinds == coverage.kinds
    assert code.count("=") == sum(
        bool(part)
        for part in (coverage.start, coverage.end, coverage.kinds, coverage.without_fields)
    )


def test_an_instant_is_written_as_python_writes_it() -> None:
    assert run(testing.as_code(NOON)) == NOON


def test_a_shipped_policy_is_written_by_its_name() -> None:
    assert testing.as_code(Policy.load("england")) == "Policy.load('england')"


@pytest.mark.parametrize(
    "title", ["Plain", 'It\'s "quoted"', "A '''title'''", "Back\\slash", "Two\nlines"]
)
def test_any_other_policy_is_written_in_full(title: str) -> None:
    text = policy_text("""
        extends: england
        rules:
          - id: told
            on: {entry: reported}
            require: {action: fim_notified, within: 1 hour}
    """)
    policy = Policy.parse(
        text.replace("A policy for one test", json.dumps(title)), source="mine.yaml"
    )
    again = run(testing.as_code(policy))
    assert again.digest == policy.digest
    assert list(again.duties) == list(policy.duties)


def test_the_text_of_a_policy_can_be_read_where_it_is_printed() -> None:
    policy = compiled("""
        rules:
          - id: told
            on: {entry: reported}
            require: {action: fim_notified, within: 1 hour}
    """)
    lines = testing.as_code(policy).splitlines()
    assert lines[0] == "Policy.parse('''\\"
    assert "- id: told" in lines
    assert lines[-1] == "''')"


def test_nothing_else_is_written() -> None:
    with pytest.raises(TypeError, match="value must be a policy or a part of a log, not int"):
        testing.as_code(5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("taken", "free"),
    [((), "C.1"), (("C.1",), "C.2"), (("a", "C.3"), "C.4"), (("C.1", "b"), "C.3")],
)
def test_a_free_id_is_counted_up(taken: tuple[str, ...], free: str) -> None:
    entries = [testing.entry("any", NOON, child_id="C", entry_id=name) for name in taken]
    assert free_id(entries, "C") == free


@given(data=st.data())
def test_what_was_drawn_equals_what_its_code_makes(data: st.DataObject) -> None:
    drawn = data.draw(
        st.one_of(
            testing.entries("wiltshire"), testing.records("wiltshire"), testing.logs("wiltshire")
        )
        | testing.episodes()
    )
    again = run(testing.as_code(drawn))
    assert drawn == again
    assert again == drawn
    assert type(again) is not type(drawn)

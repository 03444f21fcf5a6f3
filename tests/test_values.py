"""Cells: what is read, and what is refused with which code."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missingrules import values

if TYPE_CHECKING:
    from collections.abc import Callable

LONDON = zoneinfo.ZoneInfo("Europe/London")


def code(read: Callable[[object], object], cell: object) -> str:
    with pytest.raises(values.UnreadableError) as caught:
        read(cell)
    return caught.value.code


@pytest.mark.parametrize("cell", [None, "", " ", "\t\n", "\u200b", "\ufeff\u00a0", [], ()])
def test_nothing_recorded_is_blank(cell: object) -> None:
    assert values.blank(cell)


@pytest.mark.parametrize("cell", ["x", ".", "0", 0, False, [""], {}, "\u200bx"])
def test_anything_else_is_not_blank(cell: object) -> None:
    assert not values.blank(cell)


@given(st.text())
def test_text_is_blank_if_reading_it_leaves_nothing(cell: str) -> None:
    try:
        assert values.blank(cell) == (not values.text(cell))
    except values.UnreadableError:
        assert not values.blank(cell)


@given(
    st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.binary(), st.lists(st.text()))
)
def test_an_id_is_given_back_as_it_is_or_refused(cell: object) -> None:
    try:
        found = values.identifier(cell)
    except values.UnreadableError as error:
        refused = error
    else:
        assert found == cell
        return
    assert refused.code == "bad-id"
    assert refused.hint


def test_one_id_has_one_spelling() -> None:
    assert values.identifier("Zo\u00eb") == "Zo\u00eb"
    assert code(values.identifier, "Zoe\u0308") == "bad-id"
    assert code(values.identifier, "\u212b") == "bad-id"  # another sign that looks like Å


def test_words_are_in_snake_case() -> None:
    assert values.word("duty_inspector2") == "duty_inspector2"
    for cell in ("Officer", "2nd", "_x", "a-b", "a b", "a\n", "x" * 65, 1, None):
        assert code(values.word, cell) == "bad-value"


def test_a_list_may_be_written_in_one_cell() -> None:
    assert values.choices("b; a,a", None) == ("a", "b")
    assert values.choices(["b", "a", ""], None) == ("a", "b")
    assert values.choices({"b", "a"}, ("a", "b", "c")) == ("a", "b")


def test_a_value_close_to_a_known_one_is_told() -> None:
    with pytest.raises(values.UnreadableError) as caught:
        values.choice("Concern-for safety", ("missing", "concern_for_safety"))
    assert caught.value.hint == "Did you mean `concern_for_safety`?"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (True, "yes"),
        (False, "no"),
        ("true", "yes"),
        ("false", "no"),
        ("yes", "yes"),
        ("no", "no"),
        ("not_applicable", "not_applicable"),
    ],
)
def test_yes_no_answers(cell: object, expected: str) -> None:
    assert values.yes_no(cell) == expected


def test_an_aware_datetime_is_an_instant_and_a_naive_one_needs_a_zone() -> None:
    summer = dt.datetime(2024, 7, 1, 12, tzinfo=LONDON)
    assert values.instant(summer) == values.instant("2024-07-01T11:00:00Z")
    assert values.instant(summer.replace(tzinfo=None), "Europe/London") == values.instant(summer)
    assert code(values.instant, summer.replace(tzinfo=None)) == "naive-time"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (dt.datetime(2024, 3, 31, 1, 30, tzinfo=LONDON), "skipped-time"),
        (dt.datetime(1899, 12, 31, tzinfo=dt.UTC), "impossible-time"),
        (dt.date(2024, 3, 31), "bad-time"),
        (1_700_000_000, "bad-time"),
        (b"2024-03-31T00:00:00Z", "bad-time"),
    ],
)
def test_other_python_values_are_no_instants(cell: object, expected: str) -> None:
    assert code(values.instant, cell) == expected


def test_a_date_has_no_time() -> None:
    assert values.date(dt.date(2009, 5, 23)) == values.date("2009-05-23") == dt.date(2009, 5, 23)
    assert code(values.date, dt.datetime(2009, 5, 23, tzinfo=dt.UTC)) == "bad-date"
    assert code(values.date, "2023-02-29") == "impossible-date"
    assert code(values.date, dt.date(1899, 12, 31)) == "impossible-date"
    assert code(values.date, "20090523") == "bad-date"


def test_a_name_is_quotable_if_it_could_be_a_name_of_the_vocabulary() -> None:
    assert values.quotable("strategy_meeting")
    for name in ("Mary", "mary smith", "x" * 41, "", "a\n"):
        assert not values.quotable(name)

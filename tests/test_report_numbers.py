"""Numbers in the version for sharing: what is shown must not give away what is hidden."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from missingrules.report.numbers import (
    FEWER,
    NOT_SHOWN,
    SMALL,
    Exact,
    Number,
    Rounded,
    bounds,
    room,
    share,
    with_sums,
)

matrices = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.one_of(st.integers(0, 9), st.integers(0, 60)), min_size=width, max_size=width),
        min_size=1,
        max_size=5,
    )
)


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, FEWER), (4, FEWER), (5, "5"), (7, "5"), (8, "10"), (42, "40"), (1234, "1,235")],
)
def test_small_numbers_are_hidden_and_others_rounded(number: int, text: str) -> None:
    assert Rounded().one(number).text == text


def test_the_exact_version_shows_parts_and_sums_as_they_are() -> None:
    shown = Exact().table([[1, 2], [3, 4]])
    assert [[number.text for number in row] for row in shown] == [
        ["1", "2", "3"],
        ["3", "4", "7"],
        ["4", "6", "10"],
    ]


def test_a_table_without_rows_stays_one() -> None:
    assert Exact().table([]) == Rounded().table([]) == []


@given(matrices)
def test_no_small_number_is_ever_written(rows: list[list[int]]) -> None:
    for row in Rounded().table(rows):
        for number in row:
            assert number.text in (FEWER, NOT_SHOWN) or int(number.text.replace(",", "")) >= SMALL
            assert number.drawn == 0 or number.drawn >= SMALL


@given(matrices)
def test_what_is_written_is_true(rows: list[list[int]]) -> None:
    for values, shown in zip(with_sums(rows), Rounded().table(rows), strict=True):
        for value, number in zip(values, shown, strict=True):
            low, high = bounds(number)
            assert low <= value <= high


def lines(shown: list[list[Number]]) -> list[tuple[list[Number], Number]]:
    """Every sum of a table: along the rows, and down the columns."""
    across = [(row[:-1], row[-1]) for row in shown]
    down = [([row[c] for row in shown[:-1]], shown[-1][c]) for c in range(len(shown[0]))]
    return [(parts, total) for parts, total in (*across, *down) if len(parts) > 1]


@given(matrices)
@example([[4, 4]])  # two parts have to be hidden,
@example([[4], [4]])  # and along the last column
def test_no_sum_leaves_a_hidden_number_fewer_than_three_values(rows: list[list[int]]) -> None:
    for parts, total in lines(Rounded().table(rows)):
        for place, part in enumerate(parts):
            if part.text == FEWER:
                low, high = room(parts, total, place)
                assert high - low >= 2


@given(st.lists(st.integers(0, 12), min_size=2, max_size=3))
def test_a_reader_who_tries_everything_that_fits_learns_no_hidden_number(row: list[int]) -> None:
    (*parts, total), _ = Rounded().table([row])
    least, most = bounds(total)
    ranges = []
    for part in parts:
        low, high = bounds(part)
        ranges.append(range(int(low), int(min(high, 40)) + 1))
    fitting = [tried for tried in itertools.product(*ranges) if least <= sum(tried) <= most]
    assert tuple(row) in fitting
    for place, part in enumerate(parts):
        if part.text in (FEWER, NOT_SHOWN):
            assert len({tried[place] for tried in fitting}) >= 3


def test_a_sum_that_would_give_a_part_away_takes_another_part_with_it() -> None:
    # Rounded, 8 could be 8 to 12 and the whole at most 32: the nought would be the only choice.
    (*parts, total), _ = Rounded().table([[8, 8, 8, 8, 0]])
    assert total.text == "30"
    assert [part.text for part in parts].count(NOT_SHOWN) == 1


def test_two_small_parts_of_a_sum_that_they_nearly_fill_are_not_both_named_small() -> None:
    (*parts, total), _ = Rounded().table([[4, 4]])
    assert total.text == "10"
    assert NOT_SHOWN in [part.text for part in parts]


def test_the_same_numbers_are_shown_in_the_same_way_each_time() -> None:
    rows = [[4, 4, 9], [0, 12, 3], [7, 7, 1]]
    assert Rounded().table(rows) == Rounded().table(rows)


@pytest.mark.parametrize(
    ("part", "of", "text"),
    [
        (Number("42", 42), Number("50", 50), "42 of 50"),
        (Number(FEWER, 0), Number("5", 5), f"{FEWER} of 5"),
        (Number(FEWER, 0), Number(FEWER, 0), FEWER),
        (Number("10", 10), Number(NOT_SHOWN, 0), NOT_SHOWN),
    ],
)
def test_a_share_of_a_hidden_number_is_hidden(part: Number, of: Number, text: str) -> None:
    assert share(part, of) == text

"""Windows by their stated convention, and against a counter that steps from date to date."""

from __future__ import annotations

import datetime as dt
import itertools
import zoneinfo
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missingrules.calendar import Calendar, Days, Elapsed, WorkingDays, from_us, parse_instant
from missingrules.window import Window

LONDON = Calendar("Europe/London")
HOUR = 3_600_000_000

ELAPSED = Window(Elapsed(2160 * HOUR), inclusive=True, calendar=LONDON)
INCLUSIVE = Window(Days(90), inclusive=True, calendar=LONDON)
EXCLUSIVE = Window(Days(90), inclusive=False, calendar=LONDON)
EVER = Window(None, inclusive=True, calendar=LONDON)


def at(local: str) -> int:
    return parse_instant(local, "Europe/London")


def count(window: Window, reports: list[str]) -> int:
    *_, last = instants = [at(report) for report in reports]
    return sum(window.holds(instant, last) for instant in instants)


# --- Six cases that every window must get right ---------------------------------------------------


class Case(NamedTuple):
    reports: list[str]
    dates_apart: int
    hours_apart: float
    counts: dict[str, int]


def expect(elapsed: int, inclusive: int, exclusive: int) -> dict[str, int]:
    return {"2160 hours": elapsed, "90 days, inclusive": inclusive, "90 days, exclusive": exclusive}


CASES = {
    "1 same clock, no change of clocks between": Case(
        ["2024-05-01T12:00:00", "2024-06-15T12:00:00", "2024-07-30T12:00:00"],
        90,
        2160,
        expect(3, 3, 2),
    ),
    "2 same clock, across the spring change": Case(
        ["2024-02-01T12:00:00", "2024-03-15T12:00:00", "2024-05-01T12:00:00"],
        90,
        2159,
        expect(3, 3, 2),
    ),
    "3 same clock, across the autumn change": Case(
        ["2024-09-01T12:00:00", "2024-10-15T12:00:00", "2024-11-30T12:00:00"],
        90,
        2161,
        expect(2, 3, 2),
    ),
    "4 later in the day, no change of clocks between": Case(
        ["2024-05-01T12:00:00", "2024-06-15T12:00:00", "2024-07-30T18:00:00"],
        90,
        2166,
        expect(2, 3, 2),
    ),
    "5 first at 00:30 BST, the day before in UTC": Case(
        ["2024-05-01T00:30:00", "2024-06-15T12:00:00", "2024-07-30T12:00:00"],
        90,
        2171.5,
        expect(2, 3, 2),
    ),
    "6 1 December to 1 March of a leap year": Case(
        ["2023-12-01T12:00:00", "2024-01-15T12:00:00", "2024-03-01T12:00:00"],
        91,
        2184,
        expect(2, 2, 2),
    ),
}
WINDOWS = {
    "2160 hours": ELAPSED,
    "90 days, inclusive": INCLUSIVE,
    "90 days, exclusive": EXCLUSIVE,
}


@pytest.mark.parametrize("convention", WINDOWS)
@pytest.mark.parametrize("case", CASES)
def test_three_episodes_in_a_window(case: str, convention: str) -> None:
    assert count(WINDOWS[convention], CASES[case].reports) == CASES[case].counts[convention]


@pytest.mark.parametrize("case", CASES)
def test_the_cases_are_as_far_apart_as_they_say(case: str) -> None:
    first, _, last = (at(report) for report in CASES[case].reports)
    assert LONDON.day(last) - LONDON.day(first) == CASES[case].dates_apart
    assert (last - first) / HOUR == CASES[case].hours_apart


def test_case_5_would_be_lost_by_dates_in_utc() -> None:
    in_utc = Window(Days(90), inclusive=True, calendar=Calendar("UTC"))
    reports = CASES["5 first at 00:30 BST, the day before in UTC"].reports
    assert count(in_utc, reports) == 2


def test_case_6_counts_three_in_a_common_year() -> None:
    reports = ["2022-12-01T12:00:00", "2023-01-15T12:00:00", "2023-03-01T12:00:00"]
    assert count(INCLUSIVE, reports) == 3


# --- Edges ----------------------------------------------------------------------------------------


def test_elapsed_time_holds_its_first_microsecond_only_when_inclusive() -> None:
    end = at("2024-07-30T12:00:00")
    first = end - 2160 * HOUR
    exclusive = Window(Elapsed(2160 * HOUR), inclusive=False, calendar=LONDON)
    assert ELAPSED.holds(first, end)
    assert not ELAPSED.holds(first - 1, end)
    assert not exclusive.holds(first, end)
    assert exclusive.holds(first + 1, end)


@pytest.mark.parametrize(
    ("window", "first_date"), [(INCLUSIVE, "2024-05-01"), (EXCLUSIVE, "2024-05-02")]
)
def test_days_hold_their_first_date_from_its_midnight(window: Window, first_date: str) -> None:
    midnight = at(f"{first_date}T00:00:00")
    for end in (at("2024-07-30T00:00:00"), at("2024-07-30T23:59:59.999999")):
        assert window.interval(end) == (midnight, end)
        assert window.holds(midnight, end)
        assert not window.holds(midnight - 1, end)


@pytest.mark.parametrize(
    ("window", "leaves"),
    [
        (ELAPSED, "2024-07-30T12:00:00.000001"),
        (INCLUSIVE, "2024-07-31T00:00:00"),
        (EXCLUSIVE, "2024-07-30T00:00:00"),
        (EVER, None),
    ],
)
def test_an_episode_leaves_the_window(window: Window, leaves: str | None) -> None:
    assert window.leaves(at("2024-05-01T12:00:00")) == (leaves and at(leaves))


def test_one_day_exclusive_is_the_same_date() -> None:
    window = Window(Days(1), inclusive=False, calendar=LONDON)
    assert window.holds(at("2024-05-01T00:00:00"), at("2024-05-01T23:59:59"))
    assert not window.holds(at("2024-04-30T23:59:59"), at("2024-05-01T00:00:00"))


def test_a_window_without_a_length_looks_back_for_ever() -> None:
    end = at("2024-07-30T12:00:00")
    assert EVER.span is None
    assert EVER.interval(end) == (None, end)
    assert EVER.holds(at("1900-01-02T00:00:00"), end)
    assert not EVER.holds(end + 1, end)


@pytest.mark.parametrize("window", [ELAPSED, INCLUSIVE, EXCLUSIVE, EVER])
def test_what_comes_after_the_end_is_not_in_the_window(window: Window) -> None:
    end = at("2024-07-30T12:00:00")
    assert window.holds(end, end)
    assert not window.holds(end + 1, end)


def test_a_window_in_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="length=5 working days must be in minutes, hours, days"):
        Window(WorkingDays(5), inclusive=True, calendar=LONDON)  # type: ignore[arg-type]


def test_windows_are_equal_by_what_they_say() -> None:
    same = Window(Days(90), inclusive=True, calendar=Calendar("Europe/London"))
    assert same == INCLUSIVE
    assert hash(same) == hash(INCLUSIVE)
    assert len({INCLUSIVE, EXCLUSIVE, ELAPSED, EVER}) == 4


# --- Against a counter written another way --------------------------------------------------------

# In the years drawn, the clocks of these zones never went back across midnight: the date that the
# clock shows is the date that counts.
ZONES = ["Europe/London", "America/Sao_Paulo", "Pacific/Apia", "Australia/Lord_Howe", "UTC"]
START = parse_instant("2017-01-01T00:00:00Z")
YEAR = 365 * 24 * HOUR

calendars = st.sampled_from([Calendar(zone) for zone in ZONES])
lengths = st.one_of(
    st.builds(Days, st.integers(1, 120)), st.builds(Elapsed, st.integers(1, 120 * 24 * HOUR))
)
windows = st.builds(Window, st.none() | lengths, st.booleans(), calendars)
# To the half hour, so that edges are hit; anywhere else too.
instants = st.one_of(
    st.integers(0, 2 * 365 * 48).map(lambda halves: START + halves * HOUR // 2),
    st.integers(START, START + 2 * YEAR),
)


def brute_count(window: Window, placed: list[int], end: int) -> int:
    """Count with aware datetimes and a set of dates, one date at a time."""
    zone = zoneinfo.ZoneInfo(window.calendar.zone)
    now = from_us(end)
    earlier = [from_us(us) for us in placed if from_us(us) <= now]
    if window.length is None:
        return len(earlier)
    if isinstance(window.length, Elapsed):
        reach = dt.timedelta(microseconds=window.length.us)
        ages = [now - instant for instant in earlier]
        return sum(age <= reach if window.inclusive else age < reach for age in ages)
    date = now.astimezone(zone).date()
    dates = {date}
    for _ in range(window.length.count if window.inclusive else window.length.count - 1):
        date -= dt.timedelta(days=1)
        dates.add(date)
    return sum(instant.astimezone(zone).date() in dates for instant in earlier)


@given(windows, st.lists(instants, max_size=12), instants)
def test_a_window_counts_as_a_counter_of_dates_does(
    window: Window, placed: list[int], end: int
) -> None:
    assert sum(window.holds(us, end) for us in placed) == brute_count(window, placed, end)


@given(windows, st.lists(instants, min_size=3, max_size=12), st.integers(2, 3))
def test_one_subtraction_of_sorted_keys_finds_every_threshold(
    window: Window, placed: list[int], reach: int
) -> None:
    placed.sort()
    keys = [window.key(us) for us in placed]
    assert all(first <= second for first, second in itertools.pairwise(keys))
    for i in range(reach - 1, len(placed)):
        close = window.span is None or keys[i] - keys[i - reach + 1] <= window.span
        assert close == (brute_count(window, placed[: i + 1], placed[i]) >= reach)


@given(windows, instants, instants)
def test_the_interval_is_what_the_window_holds(window: Window, us: int, end: int) -> None:
    first, last = window.interval(end)
    assert last == end
    assert window.holds(us, end) == ((first is None or first <= us) and us <= last)
    if first is not None:
        assert window.holds(first, end)
        assert not window.holds(first - 1, end)


@given(windows, instants, instants)
def test_an_instant_stays_in_the_window_until_it_leaves(window: Window, us: int, end: int) -> None:
    leaves = window.leaves(us)
    assert window.holds(us, end) == (us <= end and (leaves is None or end < leaves))
    if leaves is not None:
        assert window.holds(us, leaves - 1)
        assert not window.holds(us, leaves)


@given(st.booleans(), lengths, instants, st.integers(0, 60))
def test_across_a_repeated_midnight_interval_and_leaving_agree(
    inclusive: bool, length: Days | Elapsed, us: int, minutes: int
) -> None:
    window = Window(length, inclusive, Calendar("America/St_Johns"))
    end = parse_instant("2010-11-07T02:00:00Z") + minutes * 60_000_000
    first, _ = window.interval(end)
    assert first is not None
    assert window.holds(first, end)
    assert not window.holds(first - 1, end)
    leaves = window.leaves(end)
    assert leaves is not None
    assert window.holds(end, leaves - 1)
    assert not window.holds(end, leaves)
    assert window.holds(us, end) == (first <= us <= end)

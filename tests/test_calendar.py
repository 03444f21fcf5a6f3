"""Instants, durations, deadlines and dates."""

from __future__ import annotations

import datetime as dt
import pickle
import subprocess
import sys
import zoneinfo

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from missingrules.calendar import (
    Calendar,
    Days,
    Deadline,
    Duration,
    Elapsed,
    InstantError,
    WorkingDays,
    from_us,
    parse_duration,
    parse_instant,
    to_us,
)
from missingrules.errors import CalendarError, MissingRulesError

WILTSHIRE = Calendar("Europe/London", "GB", "ENG")
HOUR = 3_600_000_000

ZONES = [
    "Europe/London",
    "Europe/Dublin",  # summer is its standard time
    "America/St_Johns",  # until 2011 the clocks went back across midnight
    "America/Sao_Paulo",  # midnight was skipped in spring
    "Australia/Lord_Howe",  # changes by half an hour
    "Pacific/Apia",  # 30 December 2011 was skipped whole
    "Asia/Kathmandu",
    "UTC",
]
calendars = st.sampled_from([Calendar(zone) for zone in ZONES])
instants = st.integers(to_us(dt.datetime(1972, 1, 1, tzinfo=dt.UTC)), 2_500_000_000_000_000)
changes_of_clocks = st.builds(
    lambda base, aside: base + aside,
    st.sampled_from(
        [
            parse_instant(text)
            for text in (
                "2024-03-31T01:00:00Z",  # London, Dublin
                "2024-10-27T01:00:00Z",
                "2010-11-07T02:31:00Z",  # St John's, 00:01 to 23:01 the day before
                "2018-11-04T03:00:00Z",  # Sao Paulo, 00:00 to 01:00
                "2018-02-18T02:00:00Z",  # Sao Paulo, 00:00 to 23:00
                "2011-12-30T10:00:00Z",  # Apia
                "2024-04-06T15:00:00Z",  # Lord Howe
            )
        ]
    ),
    st.integers(-50 * HOUR, 50 * HOUR),
)
hard_instants = st.one_of(instants, changes_of_clocks)
durations = st.one_of(
    st.builds(Elapsed, st.integers(1, 10_000 * HOUR)),
    st.builds(Days, st.integers(1, 400)),
    st.builds(WorkingDays, st.integers(1, 30)),
)


def at(local: str) -> int:
    """Give the instant that this time of day is in Wiltshire, or that the text names itself."""
    return parse_instant(local, "Europe/London")


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type,misc]


# --- Instants -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T00:00:00Z", utc(1970, 1, 1)),
        ("2024-03-31T02:30:00+01:00", utc(2024, 3, 31, 1, 30)),
        ("2024-03-31t02:30:00z", utc(2024, 3, 31, 2, 30)),
        ("2024-03-31 02:30:00-05:30", utc(2024, 3, 31, 8, 0)),
        ("2024-02-29T23:59:59.5Z", utc(2024, 2, 29, 23, 59, 59, 500_000)),
        ("2024-02-29T23:59:59.0000019Z", utc(2024, 2, 29, 23, 59, 59, 1)),
        ("2024-02-29T23:59:59.999999999999Z", utc(2024, 2, 29, 23, 59, 59, 999_999)),
        ("1969-12-31T23:59:59.9Z", utc(1969, 12, 31, 23, 59, 59, 900_000)),
        ("1900-01-01T00:00:00Z", utc(1900, 1, 1)),
        ("2200-01-01T00:59:59+01:00", utc(2199, 12, 31, 23, 59, 59)),
        ("2024-01-01T00:00:00-00:00", utc(2024, 1, 1)),
    ],
)
def test_an_instant_in_rfc_3339_is_read_to_the_microsecond(text: str, instant: dt.datetime) -> None:
    assert from_us(parse_instant(text)) == instant


@pytest.mark.parametrize(
    ("text", "zone", "code"),
    [
        ("2024-03-01T12:00:00", None, "naive-time"),
        ("2024-03-01 12:00:00", None, "naive-time"),
        ("01/02/2024 12:00", None, "bad-time"),
        ("01/02/2024 12:00:00", "Europe/London", "bad-time"),
        ("2024-03-01", "Europe/London", "bad-time"),
        ("2024-03-01T12:00Z", None, "bad-time"),
        ("2024-03-01T12:00:00,5Z", None, "bad-time"),
        ("2024-03-01T12:00:00.Z", None, "bad-time"),
        ("2024-03-01  12:00:00Z", None, "bad-time"),
        ("2024-03-01T12:00:00 Z", None, "bad-time"),
        ("2024-03-01T12:00:00Z\n", None, "bad-time"),
        (" 2024-03-01T12:00:00Z", None, "bad-time"),
        ("2024-03-01T12:00:00+0100", None, "bad-time"),
        ("2024-03-01T12:00:00+1", None, "bad-time"),
        ("20240301T120000Z", None, "bad-time"),
        ("2024-W09-5T12:00:00Z", None, "bad-time"),
        ("٢٠٢٤-03-01T12:00:00Z", None, "bad-time"),
        ("45352.5", None, "bad-time"),
        ("", None, "bad-time"),
        ("2024-02-30T12:00:00Z", None, "impossible-time"),
        ("2023-02-29T12:00:00Z", None, "impossible-time"),
        ("2024-13-01T12:00:00Z", None, "impossible-time"),
        ("2024-03-00T12:00:00Z", None, "impossible-time"),
        ("2024-03-01T24:00:00Z", None, "impossible-time"),
        ("2024-03-01T12:60:00Z", None, "impossible-time"),
        ("2016-12-31T23:59:60Z", None, "impossible-time"),
        ("2024-03-01T12:00:00+24:00", None, "impossible-time"),
        ("2024-03-01T12:00:00+01:60", None, "impossible-time"),
        ("0000-01-01T00:00:00Z", None, "impossible-time"),
        ("1899-12-31T23:59:59Z", None, "impossible-time"),
        ("1900-01-01T00:00:00+01:00", None, "impossible-time"),
        ("2200-01-01T00:00:00Z", None, "impossible-time"),
        ("9999-12-31T23:59:59", "America/New_York", "impossible-time"),
        ("0001-01-01T00:00:00", "Asia/Tokyo", "impossible-time"),
        ("2024-03-31T01:00:00", "Europe/London", "skipped-time"),
        ("2024-03-31T01:59:59.999999", "Europe/London", "skipped-time"),
        ("2011-12-30T12:00:00", "Pacific/Apia", "skipped-time"),
        ("2024-10-27T01:00:00", "Europe/London", "ambiguous-time"),
        ("2024-10-27T01:59:59.999999", "Europe/London", "ambiguous-time"),
    ],
)
def test_what_is_no_instant_is_refused_with_a_code(text: str, zone: str | None, code: str) -> None:
    with pytest.raises(InstantError) as refused:
        parse_instant(text, zone)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2024-03-31 00:59:59", "2024-03-31T00:59:59Z"),
        ("2024-03-31 02:00:00", "2024-03-31T01:00:00Z"),
        ("2024-10-27 00:59:59", "2024-10-26T23:59:59Z"),
        ("2024-10-27 02:00:00", "2024-10-27T02:00:00Z"),
        ("2024-07-01 12:00:00", "2024-07-01T11:00:00Z"),
        ("2024-10-27 01:30:00+01:00", "2024-10-27T00:30:00Z"),
        ("2024-10-27 01:30:00+00:00", "2024-10-27T01:30:00Z"),
    ],
)
def test_a_local_time_is_read_where_the_clocks_showed_it_once(text: str, utc: str) -> None:
    assert parse_instant(text, "Europe/London") == parse_instant(utc)


@given(
    st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}", fullmatch=True)
    | st.text(min_size=9)
)
def test_a_refusal_never_quotes_the_time(text: str) -> None:
    try:
        parse_instant(text)
    except InstantError as refused:
        assert text not in str(refused)  # noqa: PT017 - most texts are refused, but not all


def test_a_refused_time_names_no_zone_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="zone='Europe/Londno' must be an IANA zone"):
        parse_instant("2024-03-01T12:00:00", "Europe/Londno")


@given(hard_instants)
def test_microseconds_and_datetimes_are_the_same_instants(us: int) -> None:
    assert to_us(from_us(us)) == us
    assert from_us(us).utcoffset() == dt.timedelta()


@given(calendars, hard_instants)
def test_the_local_time_reads_back_as_the_same_instant(calendar: Calendar, us: int) -> None:
    assert parse_instant(calendar.local(us)) == us
    assert to_us(from_us(us).astimezone(zoneinfo.ZoneInfo(calendar.zone))) == us


@given(calendars, hard_instants)
def test_date_and_minute_for_people_are_those_of_the_local_time(
    calendar: Calendar, us: int
) -> None:
    local, minute = calendar.local(us), calendar.minute(us)
    assert minute[:16] == local[:16].replace("T", " ")
    assert minute[16:] in ("", local[-6:])


@pytest.mark.parametrize(
    ("zone", "instant", "minute"),
    [
        ("Europe/London", "2024-10-27T00:59:59+01:00", "2024-10-27 00:59"),
        ("Europe/London", "2024-10-27T01:00:00+01:00", "2024-10-27 01:00+01:00"),
        ("Europe/London", "2024-10-27T01:59:59+01:00", "2024-10-27 01:59+01:00"),
        ("Europe/London", "2024-10-27T01:00:00+00:00", "2024-10-27 01:00+00:00"),
        ("Europe/London", "2024-10-27T01:59:59+00:00", "2024-10-27 01:59+00:00"),
        ("Europe/London", "2024-10-27T02:00:00+00:00", "2024-10-27 02:00"),
        ("Europe/London", "2024-03-31T02:30:00+01:00", "2024-03-31 02:30"),
        # Put back at 00:00 UTC: the first of the two hours lies in the UTC day before.
        ("Europe/Lisbon", "1985-09-29T00:30:00+01:00", "1985-09-29 00:30+01:00"),
        ("Europe/Lisbon", "1985-09-29T00:30:00+00:00", "1985-09-29 00:30+00:00"),
        ("Europe/Lisbon", "1985-09-29T01:30:00+00:00", "1985-09-29 01:30"),
    ],
)
def test_a_minute_that_the_clocks_showed_twice_is_written_with_its_offset(
    zone: str, instant: str, minute: str
) -> None:
    assert Calendar(zone).minute(parse_instant(instant)) == minute


@pytest.mark.parametrize(
    ("instant", "code"),
    [
        (dt.datetime(2024, 3, 1, 12), "naive-time"),  # noqa: DTZ001 - what is refused here
        (dt.datetime(1899, 12, 31, tzinfo=dt.UTC), "impossible-time"),
        (dt.datetime.max.replace(tzinfo=dt.UTC), "impossible-time"),
        (
            dt.datetime(2024, 3, 31, 1, 30, tzinfo=zoneinfo.ZoneInfo("Europe/London")),
            "skipped-time",
        ),
        (dt.datetime.max.replace(tzinfo=zoneinfo.ZoneInfo("America/New_York")), "impossible-time"),
        (dt.datetime.min.replace(tzinfo=zoneinfo.ZoneInfo("Asia/Tokyo")), "impossible-time"),
    ],
)
def test_a_datetime_that_is_no_instant_is_refused(instant: dt.datetime, code: str) -> None:
    with pytest.raises(InstantError) as refused:
        to_us(instant)
    assert refused.value.code == code


def test_a_date_is_not_taken_for_an_instant() -> None:
    with pytest.raises(TypeError, match="instant must be an aware datetime"):
        to_us(dt.date(2024, 3, 1))  # type: ignore[arg-type]


def test_of_a_repeated_time_the_datetime_says_which_one_it_is() -> None:
    repeated = dt.datetime(2024, 10, 27, 1, 30, tzinfo=zoneinfo.ZoneInfo("Europe/London"))
    assert to_us(repeated) == parse_instant("2024-10-27T00:30:00Z")
    assert to_us(repeated.replace(fold=1)) == parse_instant("2024-10-27T01:30:00Z")


def test_a_refusal_comes_back_whole_from_another_process() -> None:
    back = pickle.loads(pickle.dumps(InstantError("naive-time", "a text")))  # noqa: S301 - our own
    assert (back.code, str(back), back.faults) == ("naive-time", "a text", ())


@pytest.mark.parametrize("caught", [MissingRulesError, ValueError])
def test_a_refusal_is_caught_as_an_error_of_this_package_and_as_a_value_error(
    caught: type[Exception],
) -> None:
    with pytest.raises(caught, match="without an offset"):
        parse_instant("2024-03-31T01:30:00")


def test_local_time_shows_which_of_two_repeated_times_it_is() -> None:
    assert WILTSHIRE.local(parse_instant("2024-10-27T00:30:00Z")) == "2024-10-27T01:30:00+01:00"
    assert WILTSHIRE.local(parse_instant("2024-10-27T01:30:00Z")) == "2024-10-27T01:30:00+00:00"


def test_an_offset_of_odd_seconds_is_written_as_the_nearest_minute() -> None:
    noon = parse_instant("1905-06-01T12:00:00Z")  # 5:21:10 ahead of UTC
    assert Calendar("Asia/Kolkata").local(noon) == "1905-06-01T17:21:00+05:21"


# --- Durations ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "duration", "written"),
    [
        ("1 minute", Elapsed(60_000_000), "1 minute"),
        ("15 minutes", Elapsed(15 * 60_000_000), "15 minutes"),
        ("120 minutes", Elapsed(2 * HOUR), "2 hours"),
        ("48 hours", Elapsed(48 * HOUR), "48 hours"),
        ("2160 hours", Elapsed(2160 * HOUR), "2160 hours"),
        ("1 day", Days(1), "1 day"),
        ("90 days", Days(90), "90 days"),
        ("1 week", Days(7), "7 days"),
        ("2 weeks", Days(14), "14 days"),
        ("1 working day", WorkingDays(1), "1 working day"),
        ("5 working days", WorkingDays(5), "5 working days"),
    ],
)
def test_a_duration_is_read_and_written(text: str, duration: Duration, written: str) -> None:
    assert parse_duration(text) == duration
    assert str(duration) == written
    assert parse_duration(written) == duration


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("3 months", "write the days that are meant"),
        ("1 calendar month", "write the days that are meant"),
        ("1 year", "write the days that are meant"),
        ("5 business days", "must be in working days"),
        ("5 weekdays", "must be in working days"),
        ("90 dyas", "did you mean days?"),
        ("30 seconds", "minutes, hours, days, weeks or working days"),
        ("0 hours", "at least 1"),
        ("36526 days", "at most a hundred years"),
        ("999999999 hours", "at most a hundred years"),
        ("1.5 hours", "a whole number and a unit"),
        ("three days", "a whole number and a unit"),
        ("-1 days", "a whole number and a unit"),
        ("90days", "a whole number and a unit"),
        ("90", "a whole number and a unit"),
        ("P90D", "a whole number and a unit"),
        ("90 days ", "a whole number and a unit"),
        ("٩٠ days", "a whole number and a unit"),
        ("", "a whole number and a unit"),
    ],
)
def test_what_is_no_duration_is_refused_with_advice(text: str, advice: str) -> None:
    with pytest.raises(ValueError, match="must") as refused:
        parse_duration(text)
    assert f"{text=}" in str(refused.value)
    assert advice in str(refused.value)


@pytest.mark.parametrize("kind", [Elapsed, Days, WorkingDays])
@pytest.mark.parametrize("length", [0, -1, 10**30])
def test_a_duration_is_at_least_1_and_at_most_a_hundred_years(
    kind: type[Elapsed | Days | WorkingDays], length: int
) -> None:
    with pytest.raises(ValueError, match="at least 1 and at most a hundred years"):
        kind(length)


@pytest.mark.parametrize("length", [1.0, "1", True, None])
def test_a_duration_is_a_whole_number(length: object) -> None:
    with pytest.raises(TypeError, match="must be a whole number"):
        Days(length)  # type: ignore[arg-type]


def test_ninety_days_and_2160_hours_are_not_the_same_duration() -> None:
    assert len({Days(90), WorkingDays(90), parse_duration("2160 hours")}) == 3


# --- Dates ----------------------------------------------------------------------------------------


@given(calendars, hard_instants)
def test_the_date_is_the_one_on_the_local_calendar(calendar: Calendar, us: int) -> None:
    on_the_clock = from_us(us).astimezone(zoneinfo.ZoneInfo(calendar.zone)).date().toordinal()
    day = calendar.day(us)
    if calendar.zone == "America/St_Johns":
        assert day in {on_the_clock, on_the_clock + 1}
    else:
        assert day == on_the_clock


@given(calendars, hard_instants, st.integers(0, 72 * HOUR))
def test_the_date_never_falls_as_time_goes_on(calendar: Calendar, us: int, later: int) -> None:
    assert calendar.day(us) <= calendar.day(us + later)


@given(calendars, hard_instants)
def test_a_date_begins_at_its_midnight_and_not_before(calendar: Calendar, us: int) -> None:
    day = calendar.day(us)
    assert calendar.midnight(day) <= us < calendar.midnight(day + 1)
    assert calendar.day(calendar.midnight(day)) == day
    assert calendar.day(calendar.midnight(day) - 1) < day


@given(calendars, hard_instants)
def test_what_a_calendar_remembers_changes_no_answer(calendar: Calendar, us: int) -> None:
    fresh = Calendar(calendar.zone)
    assert fresh.midnight(fresh.day(us)) == calendar.midnight(calendar.day(us))
    assert fresh.day(us) == fresh.day(us) == calendar.day(us)


@pytest.mark.parametrize(
    ("zone", "date", "first"),
    [
        ("Europe/London", dt.date(2024, 3, 31), "2024-03-31T00:00:00+00:00"),
        ("Europe/London", dt.date(2024, 4, 1), "2024-04-01T00:00:00+01:00"),
        ("Europe/London", dt.date(2024, 10, 27), "2024-10-27T00:00:00+01:00"),
        ("Europe/London", dt.date(2024, 10, 28), "2024-10-28T00:00:00+00:00"),
        ("America/Sao_Paulo", dt.date(2018, 11, 4), "2018-11-04T01:00:00-02:00"),
        ("America/Sao_Paulo", dt.date(2018, 2, 18), "2018-02-18T00:00:00-03:00"),
        ("America/Havana", dt.date(2023, 11, 5), "2023-11-05T00:00:00-04:00"),
        ("America/St_Johns", dt.date(2010, 11, 7), "2010-11-07T00:00:00-02:30"),
        ("America/Toronto", dt.date(1919, 3, 31), "1919-03-31T00:30:00-04:00"),
        ("Pacific/Apia", dt.date(2011, 12, 30), "2011-12-31T00:00:00+14:00"),
        ("Pacific/Apia", dt.date(2011, 12, 31), "2011-12-31T00:00:00+14:00"),
    ],
)
def test_a_date_begins_at_its_first_instant(zone: str, date: dt.date, first: str) -> None:
    calendar = Calendar(zone)
    assert calendar.local(calendar.midnight(date.toordinal())) == first


def test_minutes_repeated_across_midnight_belong_to_the_date_already_begun() -> None:
    newfoundland = Calendar("America/St_Johns")
    before, again = (
        parse_instant("2010-11-07T00:00:30-02:30"),
        parse_instant("2010-11-06T23:30:00-03:30"),
    )
    assert before < again
    assert newfoundland.day(before) == newfoundland.day(again) == dt.date(2010, 11, 7).toordinal()


# --- Working days ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "date", "working"),
    [
        (("GB", "ENG"), dt.date(2024, 3, 28), True),
        (("GB", "ENG"), dt.date(2024, 3, 29), False),  # Good Friday
        (("GB", "ENG"), dt.date(2024, 3, 30), False),  # Saturday
        (("GB", "ENG"), dt.date(2024, 3, 31), False),  # Sunday
        (("GB", "ENG"), dt.date(2024, 4, 1), False),  # Easter Monday
        (("GB", "SCT"), dt.date(2024, 4, 1), True),
        (("GB", "ENG"), dt.date(2024, 1, 2), True),
        (("GB", "SCT"), dt.date(2024, 1, 2), False),
        (("GB", "NIR"), dt.date(2024, 7, 12), False),
        (("GB", "ENG"), dt.date(2022, 12, 27), False),  # Christmas Day moved from Sunday
        (("GB", "ENG"), dt.date(2023, 5, 8), False),  # coronation
    ],
)
def test_working_days_leave_out_weekends_and_the_holidays_of_the_place(
    place: tuple[str, str], date: dt.date, working: bool
) -> None:
    assert Calendar("Europe/London", *place).is_working(date.toordinal()) is working


def test_working_days_need_a_country() -> None:
    with pytest.raises(ValueError, match="country=None must be given"):
        Calendar("Europe/London", None).is_working(dt.date(2024, 3, 28).toordinal())


def test_working_days_stop_where_the_holidays_are_not_known() -> None:
    with pytest.raises(CalendarError, match="working days must lie in the years"):
        WILTSHIRE.deadline(at("2150-03-01T12:00:00"), WorkingDays(5))


def test_the_holidays_are_loaded_only_when_working_days_are_asked_for() -> None:
    program = """
import sys
from missingrules.calendar import Calendar, Days, WorkingDays
calendar = Calendar("Europe/London", "GB", "ENG")
calendar.deadline(0, Days(90)), calendar.version
assert "holidays" not in sys.modules
calendar.deadline(0, WorkingDays(5))
assert "holidays" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


# --- Deadlines ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "duration", "due"),
    [
        # Elapsed time runs on through a change of clocks.
        ("2024-05-01T12:00:00", "15 minutes", "2024-05-01T12:15:00+01:00"),
        ("2024-03-30T12:00:00", "24 hours", "2024-03-31T13:00:00+01:00"),
        ("2024-10-26T12:00:00", "24 hours", "2024-10-27T11:00:00+00:00"),
        ("2024-03-31T00:30:00", "1 hour", "2024-03-31T02:30:00+01:00"),
        ("2024-10-27T00:30:00", "1 hour", "2024-10-27T01:30:00+01:00"),
        ("2024-10-27T00:30:00", "2 hours", "2024-10-27T01:30:00+00:00"),
        ("2024-02-27T12:00:00", "72 hours", "2024-03-01T12:00:00+00:00"),
        # Days are counted from the next date on, whatever the hour.
        ("2024-05-01T00:00:00", "1 day", "2024-05-03T00:00:00+01:00"),
        ("2024-05-01T23:59:59.999999", "1 day", "2024-05-03T00:00:00+01:00"),
        ("2024-05-02T00:00:00", "1 day", "2024-05-04T00:00:00+01:00"),
        ("2024-03-30T12:00:00", "1 day", "2024-04-01T00:00:00+01:00"),
        ("2024-10-26T12:00:00", "1 day", "2024-10-28T00:00:00+00:00"),
        ("2024-02-28T12:00:00", "1 day", "2024-03-01T00:00:00+00:00"),
        ("2023-02-28T12:00:00", "1 day", "2023-03-02T00:00:00+00:00"),
        ("2023-12-31T12:00:00", "1 week", "2024-01-08T00:00:00+00:00"),
        # 00:30 in summer is the day before in UTC.
        ("2024-07-02T00:30:00", "1 day", "2024-07-04T00:00:00+01:00"),
        # Working days around the bank holidays of Christmas 2023 and Easter 2024.
        ("2023-12-21T14:00:00", "5 working days", "2024-01-03T00:00:00+00:00"),
        ("2023-12-22T23:59:59.999999", "1 working day", "2023-12-28T00:00:00+00:00"),
        ("2023-12-23T00:00:00", "1 working day", "2023-12-28T00:00:00+00:00"),
        ("2023-12-25T12:00:00", "1 working day", "2023-12-28T00:00:00+00:00"),
        ("2023-12-29T18:00:00", "1 working day", "2024-01-03T00:00:00+00:00"),
        ("2024-03-27T12:00:00", "5 working days", "2024-04-06T00:00:00+01:00"),
        ("2024-03-28T12:00:00", "1 working day", "2024-04-03T00:00:00+01:00"),
        ("2024-03-30T23:30:00", "1 working day", "2024-04-03T00:00:00+01:00"),
        ("2024-05-03T12:00:00", "5 working days", "2024-05-14T00:00:00+01:00"),
        # A Friday, and the weekend after it, lead to the same Monday.
        ("2024-06-07T12:00:00", "1 working day", "2024-06-11T00:00:00+01:00"),
        ("2024-06-08T12:00:00", "1 working day", "2024-06-11T00:00:00+01:00"),
        ("2024-06-09T23:59:59", "1 working day", "2024-06-11T00:00:00+01:00"),
        ("2024-06-10T00:00:00", "1 working day", "2024-06-12T00:00:00+01:00"),
    ],
)
def test_a_deadline_falls_due(start: str, duration: str, due: str) -> None:
    assert WILTSHIRE.local(WILTSHIRE.deadline(at(start), parse_duration(duration)).due) == due


def test_a_deadline_in_hours_is_inclusive() -> None:
    start = at("2024-05-01T12:00:00")
    end = at("2024-05-03T12:00:00")
    assert WILTSHIRE.deadline(start, parse_duration("48 hours")) == Deadline(due=end, last=end)


@pytest.mark.parametrize("duration", ["2 days", "2 working days"])
def test_a_deadline_in_days_ends_just_before_the_following_midnight(duration: str) -> None:
    start = at("2024-05-01T12:00:00")
    end = at("2024-05-04T00:00:00")
    deadline = WILTSHIRE.deadline(start, parse_duration(duration))
    assert deadline == Deadline(due=end, last=end - 1)


@given(calendars, hard_instants, st.integers(1, 400))
def test_a_deadline_in_days_leaves_so_many_whole_dates(
    calendar: Calendar, start: int, count: int
) -> None:
    deadline = calendar.deadline(start, Days(count))
    assert calendar.day(deadline.last) <= calendar.day(start) + count
    assert calendar.day(deadline.due) > calendar.day(start) + count


@given(hard_instants, st.integers(1, 30))
def test_a_deadline_in_working_days_leaves_so_many_working_dates(start: int, count: int) -> None:
    deadline = WILTSHIRE.deadline(start, WorkingDays(count))
    last = WILTSHIRE.day(deadline.last)
    dates = range(WILTSHIRE.day(start) + 1, last + 1)
    assert sum(map(WILTSHIRE.is_working, dates)) == count
    assert WILTSHIRE.is_working(last)


@given(hard_instants, hard_instants, durations)
def test_starting_later_never_makes_anything_due_earlier(
    start: int, other: int, duration: Duration
) -> None:
    first, second = sorted((start, other))
    assert WILTSHIRE.deadline(first, duration) <= WILTSHIRE.deadline(second, duration)


# --- Durations reached ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "duration", "at_least", "more_than"),
    [
        (
            "2024-05-01T12:00:00",
            "48 hours",
            "2024-05-03T12:00:00+01:00",
            "2024-05-03T12:00:00.000001+01:00",
        ),
        (
            "2024-03-30T12:00:00",
            "24 hours",
            "2024-03-31T13:00:00+01:00",
            "2024-03-31T13:00:00.000001+01:00",
        ),
        (
            "2024-05-01T12:00:00",
            "2 days",
            "2024-05-03T00:00:00+01:00",
            "2024-05-04T00:00:00+01:00",
        ),
        (
            "2024-05-03T00:30:00",
            "1 working day",
            "2024-05-07T00:00:00+01:00",
            "2024-05-08T00:00:00+01:00",
        ),
        (
            "2023-12-22T12:00:00",
            "2 working days",
            "2023-12-28T00:00:00+00:00",
            "2023-12-29T00:00:00+00:00",
        ),
    ],
)
def test_a_duration_is_reached_and_exceeded(
    start: str, duration: str, at_least: str, more_than: str
) -> None:
    length = parse_duration(duration)
    assert WILTSHIRE.local(WILTSHIRE.reached(at(start), length, strict=False)) == at_least
    assert WILTSHIRE.local(WILTSHIRE.reached(at(start), length, strict=True)) == more_than


@given(hard_instants, durations)
def test_more_than_a_duration_opens_just_after_its_deadline(start: int, duration: Duration) -> None:
    deadline = WILTSHIRE.deadline(start, duration)
    reached = WILTSHIRE.reached(start, duration, strict=False)
    exceeded = WILTSHIRE.reached(start, duration, strict=True)
    assert start < reached <= deadline.last < exceeded
    if not isinstance(duration, WorkingDays):
        assert exceeded == deadline.last + 1


# --- Age ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "instant", "age"),
    [
        (dt.date(2010, 6, 15), "2024-06-14T23:59:59.999999", 13),
        (dt.date(2010, 6, 15), "2024-06-15T00:00:00", 14),
        (dt.date(2010, 6, 15), "2024-06-14T23:30:00Z", 14),  # 00:30 on the birthday in England
        (dt.date(2008, 2, 29), "2024-02-28T12:00:00", 15),
        (dt.date(2008, 2, 29), "2024-02-29T00:00:00", 16),
        (dt.date(2008, 2, 29), "2023-02-28T23:59:59", 14),
        (dt.date(2008, 2, 29), "2023-03-01T00:00:00", 15),
        (dt.date(2024, 5, 1), "2024-05-01T12:00:00", 0),
        (dt.date(2024, 5, 2), "2024-05-01T12:00:00", -1),
    ],
)
def test_age_is_completed_years_on_the_local_date(born: dt.date, instant: str, age: int) -> None:
    assert WILTSHIRE.age(born, at(instant)) == age


@given(st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1)), st.dates(dt.date(1990, 1, 1)))
def test_age_agrees_with_dateutil_but_for_birthdays_on_29_february(
    born: dt.date, today: dt.date
) -> None:
    if born > today or today.year > 2099:
        return
    noon = to_us(dt.datetime(today.year, today.month, today.day, 12, tzinfo=dt.UTC))
    ours, theirs = WILTSHIRE.age(born, noon), relativedelta(today, born).years
    if (born.month, born.day, today.month, today.day) == (2, 29, 2, 28):
        assert ours <= theirs
    else:
        assert ours == theirs


# --- The calendar as a value ----------------------------------------------------------------------


def test_calendars_are_equal_by_zone_country_and_subdivision() -> None:
    used = Calendar("Europe/London", "GB", "ENG")
    used.deadline(0, WorkingDays(3))
    assert used == Calendar("Europe/London", "GB", "ENG")
    assert hash(used) == hash(Calendar("Europe/London", "GB", "ENG"))
    others = {
        Calendar("Europe/Dublin", "GB", "ENG"),
        Calendar("Europe/London", "GB", "SCT"),
        Calendar("Europe/London", "GB", None),
        Calendar("Europe/London", "IE", None),
        Calendar("Europe/London", None, None),
    }
    assert len(others) == 5
    assert used not in others
    assert Calendar("Europe/London", None, "ENG") == Calendar("Europe/London", None, None)
    assert used != "Europe/London"


def test_a_calendar_can_be_sent_to_another_process() -> None:
    used = Calendar("Europe/London", "GB", "SCT")
    used.deadline(0, WorkingDays(3))
    back = pickle.loads(pickle.dumps(used))  # noqa: S301 - our own
    assert back == used
    assert back.deadline(0, WorkingDays(3)) == used.deadline(0, WorkingDays(3))


def test_a_calendar_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        WILTSHIRE.zone = "Europe/Paris"  # type: ignore[misc]


def test_a_calendar_says_what_it_rests_on() -> None:
    assert repr(WILTSHIRE) == "Calendar('Europe/London', 'GB', 'ENG')"
    zone, holidays = WILTSHIRE.version.split("; ")
    assert zone == "zone Europe/London"
    assert holidays.startswith("holidays ")
    assert holidays.endswith(" GB-ENG")
    assert Calendar("Europe/London", "GB", None).version.endswith(" GB")
    assert Calendar("Europe/London", None).version == "zone Europe/London"


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (("Europe/Londno",), "zone='Europe/Londno' must be an IANA zone; did you mean"),
        (("europe/london",), "did you mean Europe/London?"),
        (("London",), "did you mean Europe/London?"),
        (("localtime",), "must be an IANA zone"),
        (("right/Europe/London",), "must be an IANA zone"),
        (("../Europe/London",), "must be an IANA zone"),
        (("Europe",), "must be an IANA zone"),
        (("",), "must be an IANA zone"),
        (("Europe/London", "gb"), "country='gb' must be an ISO 3166 code whose holidays are known"),
        (("Europe/London", "gb"), "did you mean GB?"),
        (("Europe/London", "GB", "EN"), "subdivision='EN' must be a part of GB; did you mean ENG?"),
        (
            ("Europe/London", "GB", "Wiltshire"),
            "subdivision='Wiltshire' must be a part of GB; known are ENG, NIR, SCT, WLS",
        ),
        (("Europe/London", "IE", "ENG"), "subdivision='ENG' must be a part of IE"),
    ],
)
def test_a_name_that_does_not_exist_is_refused_with_a_hint(names: list[str], text: str) -> None:
    with pytest.raises(ValueError, match="must be") as refused:
        Calendar(*names)
    assert text in str(refused.value)

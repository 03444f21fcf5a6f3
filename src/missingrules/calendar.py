"""Instants, durations and the calendar of a policy.

Inside the package an instant is an ``int``: microseconds since 1970-01-01T00:00:00Z. At the
boundary it is an aware ``datetime`` or text in RFC 3339. A local date is its proleptic Gregorian
ordinal, as ``date.toordinal`` counts it.

Three durations have three types, because they are three different things: :class:`Elapsed` time
runs in UTC whatever the clocks do, :class:`Days` are local dates, :class:`WorkingDays` are local
dates without weekends and public holidays.
"""

from __future__ import annotations

import bisect
import datetime as dt
import difflib
import functools
import importlib.metadata
import re
import zoneinfo
from dataclasses import dataclass
from typing import Final, NamedTuple

from dateutil import tz

from missingrules.errors import CalendarError, MissingRulesError

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_WALL = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - what a clock shows, whatever its zone
_EPOCH_ORDINAL = _EPOCH.toordinal()
_FIRST_US = -2_208_988_800_000_000  # 1900-01-01T00:00:00Z
_END_US = 7_258_118_400_000_000  # 2200-01-01T00:00:00Z

# Zone files that exist on many machines but are no zones: they depend on the machine, or count leap
# seconds.
_NOT_ZONES = re.compile(r"(localtime|posixrules|Factory)|(posix|right)/.*")

_LONGEST_DAYS = 36_525  # a hundred years
_SATURDAY = 5

# Known without loading the holidays package, which takes longer to load than this whole module.
_BRITISH = frozenset({None, "ENG", "NIR", "SCT", "WLS"})


# --- Instants -------------------------------------------------------------------------------------


class InstantError(MissingRulesError, ValueError):
    """A time that is not an instant.

    ``code`` is one of ``naive-time`` (no offset), ``bad-time`` (not RFC 3339), ``impossible-time``
    (no such date or time, or outside the years 1900 to 2199), ``skipped-time`` and
    ``ambiguous-time`` (the clocks were changed over it). The text never quotes the time: it may
    come from a log.
    """

    def __init__(self, code: str, message: str) -> None:
        """Keep the code beside the sentence."""
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> tuple[type[InstantError], tuple[str, str]]:
        """Let a worker process hand the error back whole."""
        return type(self), (self.code, str(self))


_NAIVE_EPOCH = _EPOCH.replace(tzinfo=None)
_PLAIN_UTC = re.compile(
    "[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:Z|[+]00:00)"
)
_RFC_3339 = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:([Zz])|([+-])([0-9]{2}):([0-9]{2}))?"
)


def to_us(instant: dt.datetime) -> int:
    """Microseconds since 1970-01-01T00:00:00Z.

    Raises :class:`InstantError` for a naive datetime, for a wall time that a clock change skipped,
    and outside the years 1900 to 2199 (UTC). Of a repeated wall time, ``fold`` says which one is
    meant.
    """
    if not isinstance(instant, dt.datetime):
        raise TypeError("instant must be an aware datetime")
    if instant.utcoffset() is None:
        raise InstantError("naive-time", "instant must be aware: give the datetime a tzinfo")
    if not isinstance(instant.tzinfo, dt.timezone) and not _exists(instant):
        raise InstantError("skipped-time", "instant must exist: the clocks were put on over it")
    return _within_years(_count(instant - _EPOCH))


def from_us(us: int) -> dt.datetime:
    """Give the instant as an aware datetime in UTC."""
    return _EPOCH + dt.timedelta(microseconds=us)


def parse_instant(text: str, zone: str | None = None) -> int:
    """Read one time in RFC 3339: ``2024-03-31T01:30:00Z``, ``2024-03-31 02:30:00.5+01:00``.

    Between date and time stands ``T``, ``t`` or one space. Digits beyond the microsecond are cut
    off. A time without an offset is refused, unless ``zone`` names an IANA zone and the clocks
    there showed that time exactly once. Raises :class:`InstantError`, which has a ``code``.
    """
    if _PLAIN_UTC.fullmatch(text):  # nearly every time of a log
        try:
            since = dt.datetime.fromisoformat(text[:19]) - _NAIVE_EPOCH
            return _within_years((since.days * 86_400 + since.seconds) * 1_000_000)
        except ValueError:
            pass  # what is wrong is told below
    match = _RFC_3339.fullmatch(text)
    if match is None:
        raise InstantError(
            "bad-time", "not a time in RFC 3339: write it like 2024-03-31T01:30:00+00:00"
        )
    year, month, day, hour, minute, second, fraction, utc, sign, off_hour, off_minute = (
        match.groups()
    )
    try:
        wall = dt.datetime(  # noqa: DTZ001 - the offset is applied below
            int(year),
            int(month),
            int(day),
            int(hour),
            int(minute),
            int(second),
            int(f"{fraction:0<6.6}") if fraction else 0,
        )
    except ValueError:
        raise InstantError("impossible-time", "no such date or time of day") from None
    if utc:
        offset_us = 0
    elif sign:
        if int(off_hour) > 23 or int(off_minute) > 59:  # noqa: PLR2004 - a clock's own limits
            raise InstantError("impossible-time", "no such offset from UTC")
        offset_us = int(off_hour) * HOUR_US + int(off_minute) * MINUTE_US
        if sign == "-":
            offset_us = -offset_us
    elif zone is None:
        raise InstantError(
            "naive-time", "a time without an offset: write Z or +01:00 behind it, or give its zone"
        )
    else:
        return _localised(wall, _zone(zone))
    return _within_years(_count(wall - _EPOCH.replace(tzinfo=None)) - offset_us)


def _localised(wall: dt.datetime, zone: zoneinfo.ZoneInfo) -> int:
    aware = wall.replace(tzinfo=zone)
    if not _exists(aware):
        raise InstantError(
            "skipped-time", "a time that never was: the clocks were put on over it; give its offset"
        )
    if tz.datetime_ambiguous(aware):
        raise InstantError(
            "ambiguous-time", "a time that was twice: the clocks were put back; give its offset"
        )
    return _within_years(_count(aware - _EPOCH))


def _exists(aware: dt.datetime) -> bool:
    try:
        return tz.datetime_exists(aware)
    except OverflowError:  # in the first or last hours that datetime knows; refused for the year
        return True


def _count(delta: dt.timedelta) -> int:
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def _within_years(us: int) -> int:
    if not _FIRST_US <= us < _END_US:
        raise InstantError("impossible-time", "outside the years 1900 to 2199")
    return us


# --- Durations ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Elapsed time, the same in every zone: ``us`` microseconds, at least 1."""

    us: int

    def __post_init__(self) -> None:
        """Refuse what is no duration."""
        _check_length(self.us, "us", _LONGEST_DAYS * DAY_US)

    def __str__(self) -> str:
        """Give whole hours, else minutes: ``48 hours``, ``90 minutes``."""
        for unit, name in ((HOUR_US, "hour"), (MINUTE_US, "minute"), (1_000_000, "second")):
            if self.us % unit == 0:
                return _counted(self.us // unit, name)
        return _counted(self.us, "microsecond")


@dataclass(frozen=True, slots=True)
class Days:
    """So many local dates, at least 1; a week is seven of them."""

    count: int

    def __post_init__(self) -> None:
        """Refuse what is no duration."""
        _check_length(self.count, "count", _LONGEST_DAYS)

    def __str__(self) -> str:
        """Write it as a policy does: ``90 days``."""
        return _counted(self.count, "day")


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """So many local dates that are neither weekend nor public holiday, at least 1."""

    count: int

    def __post_init__(self) -> None:
        """Refuse what is no duration."""
        _check_length(self.count, "count", _LONGEST_DAYS)

    def __str__(self) -> str:
        """Write it as a policy does: ``5 working days``."""
        return _counted(self.count, "working day")


Duration = Elapsed | Days | WorkingDays

_DURATION = re.compile(r"([0-9]{1,9}) +([a-z]+(?: +[a-z]+)?)")
_UNITS = ("minute", "hour", "day", "week", "working day")


def parse_duration(text: str) -> Duration:
    """Read a duration as policies write it, such as ``48 hours``, ``2 weeks``, ``5 working days``.

    Minutes and hours are elapsed time, days and weeks local dates. Raises ``ValueError`` for
    anything else, for 0, and for more than a hundred years.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text=} must be a whole number and a unit, like '48 hours' or '90 days'")
    number = int(match[1])
    unit = " ".join(match[2].split()).removesuffix("s")
    if number == 0:
        raise ValueError(f"{text=} must be at least 1; write '1 minute' for at once")
    try:
        match unit:
            case "minute":
                return Elapsed(number * MINUTE_US)
            case "hour":
                return Elapsed(number * HOUR_US)
            case "day":
                return Days(number)
            case "week":
                return Days(7 * number)
            case "working day":
                return WorkingDays(number)
    except ValueError:
        raise ValueError(f"{text=} must be at most a hundred years") from None
    raise ValueError(f"{text=} {_unit_advice(unit)}")


def _unit_advice(unit: str) -> str:
    if unit in {"month", "calendar month", "year", "calendar year", "quarter"}:
        return (
            f"must not be in {unit}s, which differ in length: write the days that are meant, for "
            "example '90 days'"
        )
    if unit in {"business day", "weekday", "workday", "week day", "work day", "working"}:
        return "must be in working days, if days without weekends and holidays are meant"
    close = difflib.get_close_matches(unit, _UNITS, 1)
    hint = f"; did you mean {close[0]}s?" if close else ""
    return f"must be in minutes, hours, days, weeks or working days{hint}"


def _check_length(value: int, name: str, longest: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name}={value!r} must be a whole number")
    if not 1 <= value <= longest:
        raise ValueError(f"{name}={value!r} must be at least 1 and at most a hundred years")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# --- The calendar ---------------------------------------------------------------------------------


class Deadline(NamedTuple):
    """Until when something may be done.

    ``due`` is the instant that people are told: for hours the last one in time, for days and
    working days the local midnight that ends the last date. ``last`` is the last microsecond in
    time.
    """

    due: int
    last: int


_MINUTES_KEPT: Final = 1_000


@functools.cache
def _version_of_holidays() -> str:
    """Ask once: it is read from disk, and every policy that is made asks for it."""
    return importlib.metadata.version("holidays")


class Calendar:
    """The dates of one zone and the public holidays of one place.

    ``zone`` is an IANA name; ``country`` an ISO 3166 code and ``subdivision`` its part, as the
    ``holidays`` package names them (Wiltshire is in ``GB``, ``ENG``); ``country=None`` leaves
    working days undefined. Raises ``ValueError`` for a name that does not exist.

    Calendars are equal when these three are, can be hashed and pickled, and never change: what they
    remember inside only saves time.
    """

    __slots__ = (
        "_changing",
        "_clock",
        "_country",
        "_holidays",
        "_midnights",
        "_minutes",
        "_offsets",
        "_subdivision",
        "_working",
        "_zone",
    )

    def __init__(
        self, zone: str, country: str | None = "GB", subdivision: str | None = "ENG"
    ) -> None:
        """Check the three names."""
        self._clock = _zone(zone)
        self._zone = zone
        self._country = country
        self._subdivision = subdivision if country is not None else None
        self._offsets: dict[int, int] = {}  # by UTC day, where one offset holds
        self._changing: dict[int, tuple[int, tuple[int, ...]]] = {}  # by UTC day, elsewhere
        self._midnights: dict[int, int] = {}
        self._minutes: dict[int, str] = {}  # findings about one child often name the same
        self._holidays: dict[int, frozenset[int]] = {}
        self._working: dict[int, bool] = {}
        if country is not None and not (country == "GB" and subdivision in _BRITISH):
            _check_place(country, subdivision)

    @property
    def zone(self) -> str:
        """The IANA name of the zone."""
        return self._zone

    @property
    def version(self) -> str:
        """What verdicts in days depend on: ``zone Europe/London; holidays 0.109 GB-ENG``."""
        if self._country is None:
            return f"zone {self._zone}"
        place = "-".join(filter(None, (self._country, self._subdivision)))
        return f"zone {self._zone}; holidays {_version_of_holidays()} {place}"

    def __eq__(self, other: object) -> bool:
        """Compare zone, country and subdivision."""
        return self._names() == other._names() if isinstance(other, Calendar) else NotImplemented

    def __hash__(self) -> int:
        """Agree with equality."""
        return hash(self._names())

    def __reduce__(self) -> tuple[type[Calendar], tuple[str, str | None, str | None]]:
        """Pickle the names only."""
        return type(self), self._names()

    def __repr__(self) -> str:
        """Write it as it was made."""
        return f"Calendar({', '.join(map(repr, self._names()))})"

    def _names(self) -> tuple[str, str | None, str | None]:
        return self._zone, self._country, self._subdivision

    def day(self, us: int) -> int:
        """Give the ordinal of the local date at this instant.

        Never falls as time goes on. Where the clocks were put back across midnight (St John's,
        Newfoundland, until 2011), the repeated minutes belong to the date that had already begun.
        """
        offset = self._offsets.get(us // DAY_US)
        if offset is None:
            return self._day_unless_cached(us)
        return (us + offset) // DAY_US + _EPOCH_ORDINAL

    def midnight(self, ordinal: int) -> int:
        """Give the first instant of a local date.

        That is 00:00, unless the clocks skipped it: then it is the instant of the change. A date
        that was skipped whole begins when the next one does.
        """
        us = self._midnights.get(ordinal)
        if us is None:
            us = self._midnights[ordinal] = self._find_midnight(ordinal)
        return us

    def deadline(self, start_us: int, duration: Duration) -> Deadline:
        """Give the end of the time allowed from ``start_us``.

        Elapsed time is inclusive: exactly 48 hours later is in time. Days and working days are
        counted from the next date on, and the last one counts whole.
        """
        if isinstance(duration, Elapsed):
            due = start_us + duration.us
            return Deadline(due, due)
        due = self.midnight(self._date_after(start_us, duration) + 1)
        return Deadline(due, due - 1)

    def reached(self, start_us: int, duration: Duration, strict: bool) -> int:  # noqa: FBT001
        """Give the first instant at which something running since ``start_us`` has lasted so long.

        ``strict`` asks for more than the duration: just past it for elapsed time, the date after it
        for days and working days.
        """
        if isinstance(duration, Elapsed):
            return start_us + duration.us + strict
        return self.midnight(self._date_after(start_us, duration, extra=int(strict)))

    def is_working(self, ordinal: int) -> bool:
        """Say whether a date is neither weekend nor public holiday.

        Raises ``ValueError`` where no country was given, and :class:`CalendarError`, which is one
        too, for years whose holidays are not known.
        """
        works = self._working.get(ordinal)
        if works is None:
            date = dt.date.fromordinal(ordinal)
            holidays = self._holidays.get(date.year)
            if holidays is None:
                holidays = self._holidays[date.year] = self._load_holidays(date.year)
            works = date.weekday() < _SATURDAY and ordinal not in holidays
            self._working[ordinal] = works
        return works

    def age(self, born: dt.date, us: int) -> int:
        """Give the completed years of age on the local date.

        Someone born on 29 February has their birthday on 1 March in other years. Before the birth
        the age is below 0.
        """
        today = dt.date.fromordinal(self.day(us))
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

    def birthday(self, born: dt.date, years: int) -> int:
        """Give the first instant at which the age is so many years."""
        try:
            day = born.replace(year=born.year + years)
        except ValueError:
            day = dt.date(born.year + years, 3, 1)
        return self.midnight(day.toordinal())

    def local(self, us: int) -> str:
        """Write the instant in RFC 3339 as the clocks show it: ``2024-03-31T02:30:00+01:00``.

        An offset of odd seconds (before 1972) is written as the nearest whole minute, with the time
        to match, as RFC 3339 asks (section 5.8).
        """
        instant = from_us(us)
        offset = instant.astimezone(self._clock).utcoffset() or dt.timedelta()
        minutes = round(offset / dt.timedelta(minutes=1))
        return instant.astimezone(dt.timezone(dt.timedelta(minutes=minutes))).isoformat()

    def minute(self, us: int) -> str:
        """Write the local date and minute, for people: ``2024-03-31 02:30``.

        A minute that the clocks showed twice is followed by its offset: ``2024-10-27
        01:30+00:00``. Without it what was done 70 minutes too late could read as done too early.
        """
        found = self._minutes.get(us)
        if found is None:
            if len(self._minutes) >= _MINUTES_KEPT:
                self._minutes.clear()
            found = self._minutes[us] = self._minute(us)
        return found

    def _minute(self, us: int) -> str:
        offset = self._offset_of_day(us)
        if offset is None or offset % MINUTE_US or self._changes_near(us, offset):
            local = self.local(us)
            twice = tz.datetime_ambiguous(from_us(us).astimezone(self._clock))
            return f"{local[:16].replace('T', ' ')}{local[-6:] if twice else ''}"
        wall = _WALL + dt.timedelta(microseconds=us + offset)
        return wall.isoformat(" ", "minutes")

    def _changes_near(self, us: int, offset: int) -> bool:
        """Say whether the clocks are changed so soon before or after that a time may come twice."""
        return any(self._offset_of_day(us + day) != offset for day in (-DAY_US, DAY_US))

    def _offset_of_day(self, us: int) -> int | None:
        """Give the offset of a UTC day, where one holds all through."""
        self.day(us)  # finds it
        return self._offsets.get(us // DAY_US)

    def _day_unless_cached(self, us: int) -> int:
        """Answer :meth:`day` for a UTC day not seen before, or with a change of clocks."""
        utc_day = us // DAY_US
        known = self._changing.get(utc_day)
        if known is None:
            # No zone changes its clocks twice in a day, nor skips two dates.
            start = utc_day * DAY_US
            offset = self._offset(start)
            if offset == self._offset(start + DAY_US):
                self._offsets[utc_day] = offset
                return (us + offset) // DAY_US + _EPOCH_ORDINAL
            date = (start + offset) // DAY_US + _EPOCH_ORDINAL
            known = (date, (self.midnight(date + 1), self.midnight(date + 2)))
            self._changing[utc_day] = known
        first, midnights = known
        return first + bisect.bisect_right(midnights, us)

    def _offset(self, us: int) -> int:
        return _count(from_us(us).astimezone(self._clock).utcoffset() or dt.timedelta())

    def _find_midnight(self, ordinal: int) -> int:
        # fold=0 is the first of two midnights, which is what is wanted.
        midnight = dt.datetime.fromordinal(ordinal).replace(tzinfo=self._clock)
        us = _count(midnight - _EPOCH)
        if tz.datetime_exists(midnight):
            return us
        # Skipped: 00:00 read by the old offset falls at or after the change, by the new one before
        # it.
        late, early = us, _count(midnight.replace(fold=1) - _EPOCH)
        after = self._offset(late)
        while late - early > 1:
            middle = (early + late) // 2
            if self._offset(middle) == after:
                late = middle
            else:
                early = middle
        return late

    def _date_after(self, start_us: int, duration: Days | WorkingDays, extra: int = 0) -> int:
        ordinal = self.day(start_us)
        if isinstance(duration, Days):
            return ordinal + duration.count + extra
        left = duration.count + extra
        while left:
            ordinal += 1
            left -= self.is_working(ordinal)
        return ordinal

    def _load_holidays(self, year: int) -> frozenset[int]:
        import holidays  # slow to load, and only working days need it

        if self._country is None:
            raise ValueError(f"country={self._country!r} must be given where working days are used")
        known = holidays.country_holidays(self._country, self._subdivision, years=year)
        if not known.start_year <= year <= known.end_year:
            raise CalendarError(
                f"working days must lie in the years {known.start_year} to {known.end_year}, whose "
                f"holidays are known for {self._country}"
            )
        return frozenset(date.toordinal() for date in known)


@functools.cache
def _zone(name: str) -> zoneinfo.ZoneInfo:
    if not _NOT_ZONES.fullmatch(name):
        try:
            return zoneinfo.ZoneInfo(name)
        except (LookupError, OSError, ValueError):
            pass
    known = [zone for zone in sorted(zoneinfo.available_timezones()) if not _NOT_ZONES.match(zone)]
    if not known:
        raise ValueError(
            f"zone={name!r} must be readable: install tzdata, this machine has no zones"
        )
    raise ValueError(f"zone={name!r} must be an IANA zone{_did_you_mean(name, known)}")


def _check_place(country: str, subdivision: str | None) -> None:
    import holidays  # slow to load, and Britain does not need it here

    places = holidays.list_supported_countries()
    if country not in places:
        hint = _did_you_mean(country, list(places))
        raise ValueError(f"{country=} must be an ISO 3166 code whose holidays are known{hint}")
    if subdivision is None:
        return
    try:
        holidays.country_holidays(country, subdivision)
    except NotImplementedError:
        parts = list(places[country])
        hint = _did_you_mean(subdivision, parts)
        if not hint and parts:
            hint = f"; known are {', '.join(parts[:12])}" + (", ..." if parts[12:] else "")
        raise ValueError(f"{subdivision=} must be a part of {country}{hint}") from None


def _did_you_mean(word: str, known: list[str]) -> str:
    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower().replace(" ", "_"), list(by_lower), 1)
    return f"; did you mean {by_lower[close[0]]}?" if close else ""

"""Windows, runs of episodes and deadlines a third time, as SQL over whole numbers.

What is counted in dates comes as the ordinals of local dates, everything else in microseconds. So
nothing here knows of zones or clocks. Only what can be said in one plain query is said: runs of
episodes that count as soon as they are placed, where each action starts the count afresh.
"""

from __future__ import annotations

import atexit
import functools
from typing import TYPE_CHECKING, Any, NamedTuple

import oracle

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

HOUR = 3_600_000_000

_EPISODES = """
CREATE OR REPLACE TEMP TABLE episodes AS
SELECT unnest($names) AS name,
    unnest($places::BIGINT[]) AS place,
    unnest($sinces::BIGINT[]) AS since
"""
_ACTIONS = """
CREATE OR REPLACE TEMP TABLE actions AS
SELECT unnest($done::BIGINT[]) AS done, unnest($measures::BIGINT[]) AS measure
"""

# Each episode begins a window. The window is full when its so-manyth episode counts.
_FIRST_REACHED = """
WITH filling AS (
    SELECT member.since, row_number() OVER (PARTITION BY first.name ORDER BY member.since) AS nth
    FROM episodes AS first
    JOIN episodes AS member ON member.place BETWEEN first.place AND first.place + $span
)
SELECT min(since) FROM filling WHERE nth = $number
"""

# What is held in the window that ends with an episode; an action uses up what counted before it.
# Episodes that begin to count at one instant are there together.
_LOOKING_BACK = """
CREATE OR REPLACE TEMP TABLE looking_back AS
WITH counted AS (
    SELECT *, (SELECT count(*) FROM actions WHERE done < since) AS answers FROM episodes
)
SELECT last.answers, last.since, count(DISTINCT last.name) AS new,
    list(DISTINCT member.name ORDER BY member.name) AS held
FROM counted AS last
JOIN counted AS member
    ON member.answers = last.answers
    AND member.since <= last.since
    AND member.place >= last.place - $span
GROUP BY last.answers, last.since
"""

# A run is an unbroken row of instants at which the window held enough.
_SPELLS = """
WITH reaching AS (
    SELECT *, len(held) >= $number AS enough FROM looking_back
), opening AS (
    SELECT *, enough AND NOT lag(enough, 1, false) OVER counting AS opens
    FROM reaching WINDOW counting AS (PARTITION BY answers ORDER BY since)
), going AS (
    SELECT *, count(*) FILTER (opens) OVER counting AS run
    FROM opening WINDOW counting AS (PARTITION BY answers ORDER BY since)
)
SELECT min(since), arg_min(held, since), coalesce(sum(new) FILTER (NOT opens), 0)
FROM going WHERE enough GROUP BY answers, run ORDER BY min(since)
"""

_DONE_IN_TIME = "SELECT min(done) FROM actions WHERE done >= $opened AND measure <= $last"

_WORKING_DAYS = """
CREATE TABLE working_days AS
SELECT day, row_number() OVER (ORDER BY day) AS nth
FROM range($first, $after) AS days(day)
WHERE (day + 6) % 7 < 5 AND NOT list_contains($holidays, day)
"""  # 1 January of the year 1, the day 1, was a Monday

_LAST_WORKING_DAY = """
SELECT day FROM working_days
WHERE nth = $allowed + (SELECT count(*) FROM working_days WHERE day <= $opened)
"""


class Row(NamedTuple):
    """An episode: its place as the window measures it, and the microsecond since when it counts."""

    name: str
    place: int
    since: int


class Spell(NamedTuple):
    """A run of episodes: when it opened, which were in the window, how many came after them."""

    opened: int
    episodes: list[str]
    further: int


def first_reached(rows: Sequence[Row], *, number: int, span: int) -> int | None:
    """Give the first instant at which so many lie in one window, whenever each began to count."""
    _tell(rows)
    (reached,) = _ask(_FIRST_REACHED, number=number, span=span)[0]
    return None if reached is None else int(reached)


def held(rows: Sequence[Row], *, span: int) -> list[list[str]]:
    """Name, for each instant at which episodes begin to count, those in the window ending there."""
    _tell(rows)
    _ask(_LOOKING_BACK, span=span)
    return [names for (names,) in _ask("SELECT held FROM looking_back ORDER BY since")]


def spells(rows: Sequence[Row], actions: Sequence[int], *, number: int, span: int) -> list[Spell]:
    """Give the runs of episodes that count where they are placed; every action starts afresh."""
    _tell(rows, [(done, done) for done in actions])
    _ask(_LOOKING_BACK, span=span)
    return [Spell(since, names, int(new)) for since, names, new in _ask(_SPELLS, number=number)]


def last_working_day(opened: int, *, allowed: int) -> int:
    """Give the last of so many working days, counted from the date after the opening."""
    ((day,),) = _ask(_LAST_WORKING_DAY, opened=opened, allowed=allowed)
    return int(day)


def done_in_time(actions: Sequence[tuple[int, int]], *, opened: int, last: int) -> int | None:
    """Give the first action from the opening on whose measure is at most ``last``.

    An action is its microsecond, and what the deadline measures: that or its local date.
    """
    _tell((), actions)
    ((first,),) = _ask(_DONE_IN_TIME, opened=opened, last=last)
    return None if first is None else int(first)


def _tell(rows: Sequence[Row], actions: Sequence[tuple[int, int]] = ()) -> None:
    """Replace the tables of episodes and actions."""
    names, places, sinces = ([row[column] for row in rows] for column in range(3))
    _ask(_EPISODES, names=names, places=places, sinces=sinces)
    _ask(_ACTIONS, done=[done for done, _ in actions], measures=[each for _, each in actions])


def _ask(query: str, **values: Any) -> list[tuple[Any, ...]]:
    return _connection().execute(query, values).fetchall()


@functools.cache
def _connection() -> duckdb.DuckDBPyConnection:
    import duckdb

    made = duckdb.connect(config={"threads": 1})
    atexit.register(_connection.cache_clear)  # it complains of what is kept longer
    holidays = sorted(date.toordinal() for date in oracle.HOLIDAYS)
    made.execute(
        _WORKING_DAYS, {"first": holidays[0], "after": holidays[-1] + 1, "holidays": holidays}
    )
    return made

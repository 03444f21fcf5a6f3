"""The picture of one child: episodes, category, grade, what was owed and done, and the window."""

from __future__ import annotations

import datetime as dt
import textwrap
from math import nan
from typing import TYPE_CHECKING, Any, Final

from missingrules import finding as outcomes
from missingrules.calendar import DAY_US, from_us
from missingrules.report.svg import GRID, IN_TIME, INK, LATE, NO_RECORD, drawn, settings
from missingrules.report.tables import plain
from missingrules.wording import many

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markupsafe import Markup
    from matplotlib.axes import Axes

    from missingrules.calendar import Calendar
    from missingrules.report.story import EpisodeTold, Lane, Told

MISSING, CONCERN, OTHER = "missing", "concern_for_safety", "other"
CATEGORIES: Final = {
    MISSING: ("s", "#3b3b3b"),
    CONCERN: ("^", "#ffffff"),
    OTHER: ("D", "#bdbdbd"),
}
"""What stands for the first recorded category of an episode: its shape, and its filling."""

MARKS: Final[dict[str, tuple[str, str, str]]] = {
    outcomes.FULFILLED: ("o", IN_TIME, IN_TIME),
    outcomes.FULFILLED_LATE: ("s", LATE, IN_TIME),
    outcomes.BREACHED: ("X", NO_RECORD, NO_RECORD),
    outcomes.PENDING: ("o", "#ffffff", IN_TIME),
    outcomes.DECIDED: ("_", INK, INK),
}
"""What stands for each outcome: its shape, its filling and its edge; `?` for what is unclear."""

GRADE_LETTERS: Final = {"very_low": "VL", "low": "L", "medium": "M", "high": "H"}
SPAN: Final = "#f1e6c8"
_WIDTH: Final = 8.6
_LANE: Final = 0.3  # inches
_MOST_NUMBERS: Final = 24
_LABEL: Final = 44
_MOST_TICKS: Final = 6
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_FINEST: Final = 400  # lines shorter than this part of the whole are hidden behind their mark
_NEAR_EDGE: Final = 0.15  # so near to the edge a label would be cut


def timeline(told: Told, calendar: Calendar, *, name: str) -> Markup:
    """Draw a child; times are local ones of the policy's zone."""
    from matplotlib.figure import Figure

    lanes = len(told.lanes) + 2
    height = 0.66 + _LANE * lanes
    with settings():
        figure = Figure(figsize=(_WIDTH, height))
        axes = figure.add_axes((0.36, 0.32 / height, 0.62, _LANE * lanes / height))
        first, last = _borders(told)
        axes.set_xlim(_at(first), _at(last))
        axes.set_ylim(lanes - 0.5, -0.5)
        _windows(axes, told, first)
        _episodes(axes, told.episodes, last)
        for row, lane in enumerate(told.lanes, start=2):
            _lane(axes, row, lane)
        for row, label in enumerate(["Episodes", "Risk grade", *(x.name for x in told.lanes)]):
            short = textwrap.shorten(label, _LABEL, placeholder=" ...")
            axes.text(-0.015, row, short, ha="right", va="center", transform=_beside(axes))
        axes.hlines(range(lanes), *axes.get_xlim(), color=GRID, linewidth=0.5, zorder=0)
        _dates(axes, told, calendar)
        return drawn(
            figure,
            name=name,
            title=f"Timeline of {told.child_id}",
            description=_words(told, calendar),
        )


def category_of(episode: EpisodeTold) -> str:
    """Give the sign under which the category of an episode is drawn: the first recorded one."""
    first = episode.categories[0] if episode.categories else OTHER
    return first if first in CATEGORIES else OTHER


def _at(us: int) -> float:
    """Give an instant as an axis of dates has it."""
    from matplotlib.dates import date2num

    return float(date2num(from_us(us)))  # type: ignore[no-untyped-call]


def _beside(axes: Axes) -> Any:
    """Across as a share of the picture, down as the lanes are."""
    return axes.get_yaxis_transform()


def _borders(told: Told) -> tuple[int, int]:
    """From shortly before the first thing drawn to shortly after the last."""
    times = [episode.start_us for episode in told.episodes]
    times += [
        told.as_of_us if end is None else end
        for episode in told.episodes
        for _, end in episode.away
    ]
    times += [at for episode in told.episodes for at, _ in episode.grades]
    for lane in told.lanes:
        times += [us for mark in lane.marks for us in (mark.opened_us, mark.at_us)]
    if not told.left_out:
        times += [span.start_us for span in told.spans if span.start_us is not None]
    elif told.episodes:
        times = [us for us in times if us >= told.episodes[0].start_us]
    first, last = min(times, default=told.as_of_us), max(times, default=told.as_of_us)
    edge = max((last - first) // 40, DAY_US // 4)
    return first - edge, last + edge


def _windows(axes: Axes, told: Told, first: int) -> None:
    for span in told.spans:
        start = first if span.start_us is None else span.start_us
        axes.axvspan(_at(start), _at(span.end_us), color=SPAN, zorder=-1, linewidth=0)
        axes.axvline(_at(span.end_us), color=INK, linewidth=0.8, linestyle=(0, (3, 2)), zorder=1)
    if told.spans:
        last = max(told.spans, key=lambda span: span.end_us)
        low, high = axes.get_xlim()
        across = (_at(last.end_us) - low) / (high - low)
        axes.annotate(
            f"{last.name} reached",
            (_at(last.end_us), -0.5),
            (0, 4),
            textcoords="offset points",
            ha="left" if across < _NEAR_EDGE else "right" if across > 1 - _NEAR_EDGE else "center",
            va="bottom",
            fontsize=8,
        )


def _episodes(axes: Axes, episodes: tuple[EpisodeTold, ...], last: int) -> None:
    across: list[float] = []
    for episode in episodes:
        for start, end in episode.away:
            across += [_at(start), _at(last if end is None else end), nan]
    axes.plot(across, [0] * len(across), color=INK, linewidth=2.5, zorder=2)
    for category, (shape, filling) in CATEGORIES.items():
        starts = [_at(each.start_us) for each in episodes if category_of(each) == category]
        axes.plot(
            starts,
            [0] * len(starts),
            marker=shape,
            markersize=7,
            markerfacecolor=filling,
            markeredgecolor=INK,
            markeredgewidth=0.9,
            linestyle="none",
            zorder=3,
        )
    for episode in episodes:
        if len(episodes) <= _MOST_NUMBERS:
            axes.annotate(
                str(episode.number),
                (_at(episode.start_us), 0),
                (0, 5.5),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=6.5,
            )
        if episode.grades:  # the highest, so that many gradings do not cover one another
            ranks = list(GRADE_LETTERS)
            at, grade = max(episode.grades, key=lambda found: ranks.index(found[1]))
            letter = GRADE_LETTERS[grade]
            weight = "bold" if letter == "H" else "normal"
            axes.text(_at(at), 1, letter, ha="center", va="center", fontsize=7.5, fontweight=weight)


def _lane(axes: Axes, row: int, lane: Lane) -> None:
    first, last = axes.get_xlim()
    marks = [mark for mark in lane.marks if first <= _at(mark.at_us)]
    across: list[float] = []
    for mark in marks:  # in one line with gaps, for a page must stay small
        start, end = max(first, _at(mark.opened_us)), _at(mark.at_us)
        if end - start > (last - first) / _FINEST:
            across += [start, end, nan]
    axes.plot(across, [row] * len(across), color=INK, linewidth=0.7, zorder=1)
    for mark in marks:
        if mark.outcome == outcomes.INDETERMINATE:
            axes.text(_at(mark.at_us), row, "?", ha="center", va="center", fontweight="bold")
    for outcome, (shape, filling, edge) in MARKS.items():
        times = [_at(mark.at_us) for mark in marks if mark.outcome == outcome]
        if times:
            axes.plot(
                times,
                [row] * len(times),
                marker=shape,
                markersize=5.5,
                markerfacecolor=filling,
                markeredgecolor=edge,
                markeredgewidth=0.9,
                linestyle="none",
                zorder=3,
            )


def _dates(axes: Axes, told: Told, calendar: Calendar) -> None:
    marks = ticks(*_borders(told), calendar)
    axes.set_xticks([_at(us) for us, _ in marks], [label for _, label in marks])
    axes.tick_params(axis="x", labelsize=8)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)


def ticks(first: int, last: int, calendar: Calendar) -> list[tuple[int, str]]:
    """Divide a stretch of time by local dates, into no more parts than there is room for.

    A stretch of less than two dates is divided by its ends.
    """
    dates = [
        dt.date.fromordinal(day) for day in range(calendar.day(first) + 1, calendar.day(last) + 1)
    ]
    if len(dates) < 2:  # noqa: PLR2004 - one line would not say where the others are
        ends = (first, last)
        return [(us, f"{_day(calendar, us)} {calendar.local(us)[11:16]}") for us in ends]
    found: list[dt.date] = dates
    for step in (1, 2, 7, 14):
        found = [date for date in dates if (date - dates[0]).days % step == 0]
        if len(found) <= _MOST_TICKS:
            return [
                (midnight, _day(calendar, midnight)) for midnight in _midnights(found, calendar)
            ]
    months = [date for date in dates if date.day == 1]
    for step in (1, 2, 3, 6, 12, 24, 60, 120, 600):
        found = [date for date in months if (date.year * 12 + date.month - 1) % step == 0]
        if len(found) <= _MOST_TICKS:
            break
    return [
        (midnight, f"{_MONTHS[date.month - 1]} {date.year}")
        for date, midnight in zip(found, _midnights(found, calendar), strict=True)
    ]


def _midnights(dates: Iterable[dt.date], calendar: Calendar) -> list[int]:
    return [calendar.midnight(date.toordinal()) for date in dates]


def _day(calendar: Calendar, us: int) -> str:
    date = dt.date.fromordinal(calendar.day(us))
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def _words(told: Told, calendar: Calendar) -> str:
    """Say in words what the picture shows; the tables beside it have the rest."""
    number = len(told.episodes)
    parts = [many(number, "episode")]
    if told.episodes:
        first, last = told.episodes[0].start_us, told.episodes[-1].start_us
        parts[0] += f" from {calendar.local(first)[:10]} to {calendar.local(last)[:10]}"
    parts += [f"{span.name} reached on {calendar.local(span.end_us)[:10]}" for span in told.spans]
    for lane in told.lanes:
        counts = {outcome: sum(mark.outcome == outcome for mark in lane.marks) for outcome in MARKS}
        found = ", ".join(f"{n} {plain(outcome)}" for outcome, n in counts.items() if n)
        parts.append(f"{lane.name}: {found}")
    return "; ".join(parts) + "."

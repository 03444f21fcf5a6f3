"""How things went over time: by month, and how long each action took."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from missingrules.duties import Action
from missingrules.figures.spread import LABELS
from missingrules.figures.tally import Tally
from missingrules.report import numbers
from missingrules.report.charts import PARTS, Times, months, times
from missingrules.report.compliance import in_order
from missingrules.report.svg import IN_TIME
from missingrules.report.tables import Row, Table

if TYPE_CHECKING:
    from markupsafe import Markup

    from missingrules.figures.counts import Figures
    from missingrules.figures.spread import Spread
    from missingrules.policy import Policy
    from missingrules.report.numbers import Lens, Number

_PANELS: Final = 6
_STEPS: Final = (
    ("Before it arose", 0, 1),
    ("Up to 1 hour", 1, 4),
    ("Up to 8 hours", 4, 7),
    ("Up to 24 hours", 7, 8),
    ("Up to 72 hours", 8, 10),
    ("Up to 7 days", 10, 12),
    ("Longer", 12, len(LABELS)),
)
"""Columns of the table: a head, and the buckets from which and before which it is made up."""


def by_month(figures: Figures, lens: Lens) -> dict[str, Any] | None:
    """Make the charts and the table by month; None where nothing has a month."""
    duties, episodes = figures.by_month(), figures.episodes_by("month")
    meetings = figures.by_month(figures.meeting_rules())
    named = sorted({*duties, *(month for month in episodes if month is not None)})
    if not named:
        return None
    names = every_month(named[0], named[-1])
    empty = Tally()
    tallies = [duties.get(name, empty) for name in names]
    main = lens.table([[t.in_time, t.late, t.no_record] for t in tallies])
    reported = [row[0] for row in lens.table([[episodes.get(name, 0)] for name in names])]
    held = lens.table([_meeting(meetings.get(name, empty)) for name in names])
    rows = []
    for place, name in enumerate(names):
        in_time, late, no_record, of = main[place]
        cells = (reported[place], numbers.share(in_time, of), late, no_record)
        rows.append(Row(name, (*cells, *(held[place][column] for column in (3, 0, 1, 2)))))
    charts: list[tuple[str, Markup]] = []
    if len(names) > 1:
        what = "Episodes by the month of the report"
        parts: list[list[Number]] = [[number] for number in reported[: len(names)]]
        kinds = (("episodes", IN_TIME, None),)
        charts.append((what, months(names, parts, name="chart-episodes", title=what, kinds=kinds)))
        what = "Duties by the month in which they arose"
        parts = [row[:3] for row in main[: len(names)]]
        charts.append((what, months(names, parts, name="chart-months", title=what, kinds=PARTS)))
    head = ("Episodes", "Completed in time", "Completed late", "No record")
    more = ("Meetings owed", "Meetings in time", "Meetings late", "Meetings: no record")
    table = Table("By month, in local time", ("Month", *head, *more), tuple(rows))
    return {"charts": charts, "table": table}


def without_month(figures: Figures, lens: Lens) -> Number | None:
    """Count the episodes that stand in no month; None where each has a report."""
    found = figures.episodes_without_report
    return lens.one(found) if found else None


def _meeting(tally: Tally) -> list[int]:
    return [tally.in_time, tally.late, tally.no_record]


def every_month(first: str, last: str) -> list[str]:
    """Name the months from one to another, written ``2023-04``."""
    year, month = map(int, first.split("-"))
    names = []
    while (name := f"{year}-{month:02}") <= last:
        names.append(name)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)  # noqa: PLR2004
    return names


def time_to_action(figures: Figures, policy: Policy, lens: Lens) -> dict[str, Any] | None:
    """Make the chart and the table of how long each action took; None where nothing was done."""
    taken = {
        rule: spread
        for rule, spread in figures.time_to_action().items()
        if rule in policy.duties and _is_one_action(policy, rule)
    }
    if not taken:
        return None
    rules = in_order(taken, policy)
    titles = {rule: figures.rules[rule][-1].title for rule in rules}
    rows = tuple(Row(titles[rule], _cells(taken[rule], lens), rule) for rule in rules)
    most = sorted(rules, key=lambda rule: (-_apart(taken[rule]), rule))[:_PANELS]
    panels = [
        Times(_phrase(policy, rule), tuple(lens.one(n).drawn for n in taken[rule].counts))
        for rule in rules
        if rule in most and lens.one(taken[rule].number).drawn
    ]
    title = "How long it took from when the duty arose until it was done"
    return {
        "chart": times(panels, name="chart-times", title=title) if panels else None,
        "title": title,
        "table": Table(
            title,
            ("Duty", "Done", "Median", *(head for head, _, _ in _STEPS)),
            rows,
            columns=(0, *range(2, len(_STEPS) + 2)),
            note=(
                "Elapsed time, a day being 24 hours; in time or late. The median is the step that "
                "the middle one falls into. Before it arose: an episode's duties accept what was "
                "done from its report on, whatever called for it."
            ),
        ),
    }


def _cells(spread: Spread, lens: Lens) -> tuple[Any, ...]:
    counts = [sum(spread.counts[first:before]) for _, first, before in _STEPS]
    (*parts, number), _ = lens.table([counts])
    median = spread.median if number.drawn else None
    return (number, median or "not shown", *parts)


def _apart(spread: Spread) -> int:
    """Count what did not take the usual time: where all took the same, a picture tells nothing."""
    return spread.number - max(spread.counts)


def _is_one_action(policy: Policy, rule: str) -> bool:
    """Leave out what is recorded with something else, and what comes again and again."""
    duty = policy.duties[rule][-1]
    return isinstance(duty.effect, Action) and duty.every is None


def _phrase(policy: Policy, rule: str) -> str:
    phrase = policy.duties[rule][-1].phrase
    return phrase[:1].upper() + phrase[1:]

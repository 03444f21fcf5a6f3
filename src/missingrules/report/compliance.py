"""Compliance as inspectors publish it: by duty, by who owes it, by what it rests on, by place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from missingrules import finding as outcomes
from missingrules.figures.owners import GROUPS, OTHERS, PARTNERS, POLICE, group_of
from missingrules.figures.tally import Tally
from missingrules.report import numbers
from missingrules.report.charts import Bar, shares
from missingrules.report.tables import Row, Table, plain, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from markupsafe import Markup

    from missingrules.figures.counts import Figures, Kind
    from missingrules.policy import Policy
    from missingrules.report.numbers import Lens, Number
    from missingrules.report.tables import Cell

GROUP_NAMES: Final = {
    POLICE: "Duties of the police",
    PARTNERS: "Duties of partners",
    OTHERS: "Duties of others, or of nobody named",
}
BESIDE: Final = (
    outcomes.PENDING,
    outcomes.DECIDED,
    outcomes.INDETERMINATE,
    outcomes.NOT_OBSERVABLE,
    outcomes.NOT_APPLICABLE,
)
"""Outcomes that are in neither number of "42 of 50", in the order of the columns."""

HEAD: Final = (
    "Completed in time",
    "Completed late",
    "No record",
    *(plain(outcome).capitalize() for outcome in BESIDE),
    "On incomplete records",
)


_BARS: Final = 18  # in one chart


def table_of(
    caption: str, named: str, rows: Sequence[tuple[str, str, Tally]], lens: Lens, *, sums: bool
) -> tuple[Table, list[Bar]]:
    """Make a table of tallies (name, id below it, tally), and the bars that draw it."""
    tallies = [tally for _, _, tally in rows]
    main = lens.table([[t.in_time, t.late, t.no_record] for t in tallies])
    beside = [
        [row[0] for row in lens.table([[number] for number in column])]
        for column in zip(*(_beside(tally) for tally in tallies), strict=True)
    ]
    made: list[Row] = []
    bars: list[Bar] = []
    names = [(name, small, False) for name, small, _ in rows]
    if sums and len(rows) > 1:
        names.append(("All of them", "", True))
    for place, (name, small, total) in enumerate(names):
        in_time, late, no_record, of = main[place]
        others = [column[place] for column in beside]
        cells: tuple[Cell, ...] = (numbers.share(in_time, of), late, no_record, *others)
        made.append(Row(name, cells, small, total))
        if of.drawn and not total:
            parts = (in_time.drawn, late.drawn, no_record.drawn)
            bars.append(Bar(name, parts, of.drawn, numbers.share(in_time, of)))
    return Table(caption, (named, *HEAD), tuple(made)), [bar for bar in bars if any(bar.parts)]


def _beside(tally: Tally) -> list[int]:
    return [*(tally[outcome] for outcome in BESIDE), tally.on_incomplete_records]


def by_duty(figures: Figures, policy: Policy, lens: Lens) -> list[dict[str, Any]]:
    """List the duties of the police, of partners and of others, each with charts and a table."""
    kinds, tallies = figures.rules, figures.by_rule()
    made = []
    for group in GROUPS:
        rules = [
            rule
            for rule in in_order(tallies, policy)
            if group_of(kinds[rule][-1].owner) == group and _is_duty(tallies[rule])
        ]
        if not rules:
            continue
        rows = [(_title(kinds[rule][-1]), rule, tallies[rule]) for rule in rules]
        name = GROUP_NAMES[group]
        table, bars = table_of(name, "Duty", rows, lens, sums=True)
        made.append(
            {
                "id": group,
                "name": name,
                "table": table,
                "charts": charts(bars, f"duty-{group}", name),
            }
        )
    return made


def measures(figures: Figures, policy: Policy, lens: Lens) -> Table | None:
    """List rules that ask for nothing and are only noted."""
    kinds, tallies = figures.rules, figures.by_rule()
    rows = tuple(
        Row(kinds[rule][-1].title, (lens.one(tallies[rule][outcomes.NOTED]),), rule)
        for rule in in_order(tallies, policy)
        if tallies[rule][outcomes.NOTED]
    )
    return (
        Table("Measures: noted, and nothing is owed", ("Measure", "How often"), rows)
        if rows
        else None
    )


def by_owner(figures: Figures, lens: Lens) -> Table:
    """Make the table by who owes the duty."""
    groups = figures.by_owner()
    ordered = sorted(groups, key=lambda owner: (GROUPS.index(group_of(owner)), owner or "~"))
    rows = [(words(owner, "not stated"), group_of(owner), groups[owner]) for owner in ordered]
    return table_of("By who owes the duty", "Owed by", rows, lens, sums=False)[0]


def by_text(figures: Figures, lens: Lens) -> dict[str, Any]:
    """Make the table and the chart by what kind of text the duty rests on."""
    name = "By what kind of text the duty rests on"
    rows = [(words(kind), "", tally) for kind, tally in figures.by_duty_authority().items()]
    table, bars = table_of(name, "Authority of the duty", rows, lens, sums=False)
    return {"table": table, "charts": charts(bars, "text", name)}


def by_place(figures: Figures, lens: Lens, column: str) -> dict[str, Any] | None:
    """Make the tables and the chart by area or authority; None where no entry names one."""
    area = column == "area"
    every = figures.by_area() if area else figures.by_local_authority()
    episodes = figures.episodes_by(column)
    names = sorted({*every, *episodes}, key=lambda name: (name is None, name or ""))
    if names in ([], [None]):
        return None
    meetings = (figures.by_area if area else figures.by_local_authority)(figures.meeting_rules())
    what = "area" if area else "local authority"
    empty = Tally()
    rows = [(name or "not recorded", "", every.get(name, empty)) for name in names]
    table, bars = table_of(f"All duties by {what}", what.capitalize(), rows, lens, sums=False)
    counted = [row[0] for row in lens.table([[episodes.get(name, 0)] for name in names])]
    held = lens.table([_meeting(meetings.get(name, empty)) for name in names])
    return {
        "what": what,
        "table": table,
        "charts": charts(bars, column, f"All duties by {what}") if len(bars) > 1 else [],
        "meetings": Table(
            f"Episodes and strategy meetings by {what}",
            (what.capitalize(), "Episodes", *_MEETING_HEAD),
            tuple(
                Row(name or "not recorded", (counted[place], *_turned(held[place])))
                for place, name in enumerate(names)
            ),
        ),
    }


_MEETING_HEAD: Final = (
    "Meetings owed",
    "Held in time",
    "Held late",
    "No record",
    "Not due yet",
    "Decided not required",
)


def _meeting(tally: Tally) -> list[int]:
    named = (outcomes.PENDING, outcomes.DECIDED)
    return [tally.in_time, tally.late, tally.no_record, *(tally[outcome] for outcome in named)]


def _turned(row: Sequence[Number]) -> tuple[Number, ...]:
    """Put the sum first."""
    return (row[-1], *row[:-1])


def in_order(rules: Mapping[str, Any] | Iterable[str], policy: Policy) -> list[str]:
    """Put rules in the order in which the policy has them."""
    places = {rule: place for place, rule in enumerate(policy.duties)}
    return sorted(rules, key=lambda rule: (places.get(rule, len(places)), rule))


def _title(kind: Kind) -> str:
    """Say of a rule that forbids something what the numbers mean: there is no record to be owed."""
    return kind.title if kind.action else f"{kind.title} (the numbers say how often it happened)"


def _is_duty(tally: Tally) -> bool:
    return tally.findings > tally[outcomes.NOTED]


def charts(bars: Sequence[Bar], name: str, title: str) -> list[Markup]:
    """Draw bars, in several charts where one would not fit on a sheet of paper."""
    number = -(-len(bars) // _BARS)
    size = -(-len(bars) // number) if number else 1
    parts = [bars[start : start + size] for start in range(0, len(bars), size)]
    return [
        shares(
            part,
            name=f"chart-{name}-{place}",
            title=title if number == 1 else f"{title}, part {place} of {number}",
        )
        for place, part in enumerate(parts, start=1)
    ]

"""The page of a number swept over values: what would be owed and missed at each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from missingrules.report.amounts import Line, lines
from missingrules.report.section import Chart, Lines, Numbers, Said, Section, Shown, Tabled, Told
from missingrules.report.tables import Row, Table, words
from missingrules.wording import plural

if TYPE_CHECKING:
    from missingrules.compare.whatif import Curve
    from missingrules.report.section import Block

_SAID: Final = re.compile(r"([0-9]+)(?: ([a-z ]+?)s?)?")
_LINES: Final = (("Owed", "owed"), ("Completed in time", "met"), ("Missed", "missed"))
_COLUMNS: Final = (
    ("Owed", "owed"),
    ("Completed in time", "met"),
    ("Completed late", "late"),
    ("No record", "no_record"),
    ("Not due yet", "pending"),
    ("Decided not required", "decided_not_required"),
    ("Cannot be told", "indeterminate"),
)
_AS_IT_IS: Final = "as it is"


def told(answer: Curve) -> Told:
    """Tell of a curve."""
    children = answer.counts.children
    name = _name(answer)
    return Told(
        title=f"What if it were another number: {name}",
        lead=(
            f"{children:,} {plural(children, 'child')}, judged by "
            f"{answer.policy.name} with the {name} at {len(answer.values)} "
            f"{plural(len(answer.values), 'value')}; it is {answer.now}."
        ),
        asked=(
            "It says what would be owed and missed at other values. That less is missed where less "
            "is asked for makes nobody safer."
        ),
        sections=(_curve(answer), *_by_rule(answer)),
        holds_ids=False,
    )


def _name(answer: Curve) -> str:
    rule, dot, part = answer.name.rpartition(".")
    return f"{_PARTS.get(part, part)} of {rule}" if dot else words(answer.name).lower()


_PARTS: Final = {
    "within": "window",
    "deadline": "time allowed",
    "reach": "number of episodes",
    "every": "interval",
}


def _curve(answer: Curve) -> Section:
    now = answer.point(0)
    title = f"What is owed, completed in time and missed, by the {_name(answer)}"
    blocks: list[Block] = []
    if not answer.rules:
        blocks.append(Said("No rule in force rests on it, or none finds anything else."))
        return Section("headline", "At a glance", tuple(blocks))
    said = f"As it is, at {answer.now}: {now['owed']:,} owed, {now['missed']:,} missed."
    others = [place for place, value in enumerate(answer.values, 1) if value != answer.now]
    if others:
        last = answer.point(others[-1])
        value = answer.values[others[-1] - 1]
        said += f" At {value}: {last['owed']:,} owed, {last['missed']:,} missed."
    blocks.append(Said(said, "strong"))
    blocks.append(
        Numbers(
            f"As it is, at {answer.now}",
            tuple(
                Shown(name.lower(), f"{now[key]:,}", open=key == "missed") for name, key in _LINES
            ),
        )
    )
    if answer.counts.failed:
        n = answer.counts.failed
        blocks.append(Said(f"{n:,} {plural(n, 'child')} could not be judged: counted nowhere."))
    blocks.append(Chart(_drawn(answer, title), title))
    rows = [_row(f"{_AS_IT_IS} ({answer.now})", now)]
    rows += [_row(value, answer.point(place)) for place, value in enumerate(answer.values, 1)]
    head = ("Value", *(name for name, _ in _COLUMNS))
    blocks.append(Tabled(Table(title, head, tuple(rows))))
    blocks.append(Said("Counted are the rules that rest on it:"))
    titles = {rule: duties[-1].title for rule, duties in answer.policy.duties.items()}
    blocks.append(Lines(tuple(f"{titles[rule]} ({rule})" for rule in answer.rules)))
    return Section("headline", "At a glance", tuple(blocks))


def _row(name: str, point: dict[str, Any]) -> Row:
    return Row(name, tuple(f"{point[key]:,}" for _, key in _COLUMNS))


def _drawn(answer: Curve, title: str) -> Any:
    """Draw the curve; values of one unit stand as far apart as they are."""
    points = [answer.point(place) for place in range(1, len(answer.values) + 1)]
    numbers = [_SAID.fullmatch(value) for value in (answer.now, *answer.values)]
    units = {match[2] for match in numbers if match is not None}
    order = list(range(len(points)))
    at, axis, marked = None, "", None
    if None not in numbers and len(units) == 1:
        found = [float(match[1]) for match in numbers if match is not None]
        order.sort(key=lambda place: found[place + 1])
        at = [found[place + 1] for place in order]
        axis = f"{units.pop() or ''}s".removeprefix("s")
        marked = (found[0], f"{_AS_IT_IS} ({answer.now})")
    names = [answer.values[place] for place in order]
    return lines(
        [name.split()[0] for name in names] if at is not None else names,
        [Line(name, [points[place][key] for place in order]) for name, key in _LINES],
        name="chart-curve",
        title=title,
        at=at,
        axis=axis,
        marked=marked,
    )


def _by_rule(answer: Curve) -> tuple[Section, ...]:
    """Tell each rule apart, where more than one rests on the number."""
    now = answer.point(0)["by_rule"]
    if len(now) < 2:  # noqa: PLR2004 - the same as above
        return ()
    blocks: list[Block] = []
    for subject in now:
        rows = [_row(f"{_AS_IT_IS} ({answer.now})", now[subject])]
        rows += [
            _row(value, answer.point(place)["by_rule"][subject])
            for place, value in enumerate(answer.values, 1)
            if subject in answer.point(place)["by_rule"]
        ]
        head = ("Value", *(name for name, _ in _COLUMNS))
        caption = answer.judging.titles()[subject]
        blocks.append(Tabled(Table(f"{caption} ({subject})", head, tuple(rows))))
    return (Section("rules", "Rule by rule", tuple(blocks)),)

"""The page of what hangs on an assumption: how much, on what, and which findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missingrules.assumed import would
from missingrules.report.amounts import Amount, Panel, amounts
from missingrules.report.section import (
    Chart,
    Entry,
    Lines,
    Numbers,
    Said,
    Section,
    Shown,
    Tabled,
    Told,
)
from missingrules.report.svg import IN_TIME, LATE, NO_RECORD
from missingrules.report.tables import Row, Table, otherwise
from missingrules.wording import plural

if TYPE_CHECKING:
    from missingrules.compare.sensitivity import SensitivityReport
    from missingrules.report.section import Block

_DRAWN: Final = 12
_KINDS: Final = (
    ("with another outcome", IN_TIME, None),
    ("would not arise", NO_RECORD, None),
    ("would arise", LATE, "////"),
)
_KEYS: Final = ("changed", "gone", "arise")


def told(answer: SensitivityReport, listed: int) -> Told:
    """Tell what hangs on assumptions; ``listed`` is how many findings are listed at most."""
    hanging = answer.hanging
    sections = [_glance(answer), _variations(answer)]
    if listed:
        sections.append(_findings(answer, listed))
    return Told(
        title="What hangs on an assumption",
        lead=(
            f"{hanging.findings:,} {plural(hanging.findings, 'finding')} of {hanging.children:,} "
            f"{plural(hanging.children, 'child')} under {answer.policy.name}, each "
            "judged again with one thing assumed otherwise."
        ),
        asked=(
            "It says which findings would be others if something had been assumed otherwise. Those "
            "rest on a choice of whoever wrote the policy, and prove nothing until it is settled."
        ),
        sections=tuple(sections),
        holds_ids=bool(listed and hanging.found),
        words=(
            (
                "Assumed otherwise",
                (
                    "The other edge of a window; the other instant that places an episode; a "
                    f"time allowed or an interval {answer.step}% shorter and longer; a count "
                    "one less and one more. One at a time: what only two assumptions together "
                    "would change is not found."
                ),
            ),
            (
                "No longer required",
                (
                    "The duty ended before it was due, as when the child was found, or something "
                    "released from it. By another time allowed it can be one without a record."
                ),
            ),
        ),
    )


def _glance(answer: SensitivityReport) -> Section:
    hanging = answer.hanging
    firm = hanging.findings - hanging.sensitive
    blocks: list[Block] = [
        Said(
            f"{hanging.sensitive:,} of {hanging.findings:,} "
            f"{plural(hanging.findings, 'finding')} {plural(hanging.sensitive, 'hangs', 'hang')} "
            "on something that was assumed.",
            "strong",
        ),
        Numbers(
            "Findings",
            (
                Shown("in all", f"{hanging.findings:,}"),
                Shown("hang on nothing assumed", f"{firm:,}"),
                Shown("hang on something assumed", f"{hanging.sensitive:,}", open=True),
            ),
        ),
        Said(f"Times were tried {answer.step}% shorter and longer."),
    ]
    if hanging.failed:
        n = hanging.failed
        blocks.append(Said(f"{n:,} {plural(n, 'child')} could not be judged: counted nowhere."))
    return Section("headline", "At a glance", tuple(blocks))


def _variations(answer: SensitivityReport) -> Section:
    hanging = answer.hanging
    numbers = {
        variation: [hanging.numbers[number, key] for key in (*_KEYS, "children")]
        for number, variation in enumerate(hanging.variations)
    }
    felt = sorted(
        (variation for variation in hanging.variations if any(numbers[variation])),
        key=lambda variation: -sum(numbers[variation][:3]),
    )
    still = [variation for variation in hanging.variations if variation not in set(felt)]
    title = "How many findings change with what was assumed"
    blocks: list[Block] = []
    if felt:
        bars = [
            Amount(otherwise(one), tuple(numbers[one][:3]), f"{sum(numbers[one][:3]):,}")
            for one in felt[:_DRAWN]
        ]
        chart = amounts([Panel("", bars, _KINDS)], name="chart-assumed", title=title)
        blocks.append(Chart(chart, title))
    rows = tuple(
        Row(otherwise(one), tuple(f"{n:,}" for n in numbers[one]), one.parameter) for one in felt
    )
    head = ("Assumed otherwise", "Another outcome", "Would not arise", "Would arise", "Children")
    empty = "Nothing changes with anything that was assumed."
    blocks.append(Tabled(Table(title, head, rows, empty=empty)))
    if still:
        blocks.append(Said("Tried, and nothing hangs on it:"))
        blocks.append(Lines(tuple(otherwise(one) for one in still)))
    return Section("assumptions", "What the findings hang on", tuple(blocks))


def _findings(answer: SensitivityReport, listed: int) -> Section:
    shown = answer.hanging.found[:listed]
    blocks: list[Block] = [
        Said("Breaches come first, and of those the gravest."),
    ]
    for one in shown:
        finding = one.finding
        lines = tuple(
            f"{otherwise(hangs.variation)}: {would(hangs.outcome)}." for hangs in one.sensitive_to
        )
        blocks.append(Entry(f"{finding.child_id}: {finding.title}", finding.told, lines))
    if not shown:
        blocks = [Said("No finding hangs on anything that was assumed.")]
    more = answer.hanging.sensitive - len(shown)
    if more > 0:
        blocks.append(
            Said(
                f"And {more:,} more {plural(more, 'finding')}: --children N lists so many, and "
                "missingrules scan --sensitivity marks every one."
            )
        )
    return Section("findings", "Findings that hang on an assumption", tuple(blocks))

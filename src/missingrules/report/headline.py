"""What stands at the head of a report: strategy meetings, grades, all duties, and their basis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from missingrules import finding as outcomes
from missingrules.report import numbers
from missingrules.report.tables import Row, Table, plain

if TYPE_CHECKING:
    from missingrules.figures.counts import Figures
    from missingrules.report.numbers import Lens, Number


@dataclass(frozen=True, slots=True)
class Headline:
    """The numbers at the head, each with what it is called."""

    children: Number
    episodes: Number
    meetings: tuple[tuple[str, Number], ...]
    """Empty where no rule of the policy asked for a strategy meeting."""
    not_counted: int
    """Drawn value of ``not_counted_shown``; 0 where there is nothing to say."""
    not_counted_shown: Number
    low_grades: Number
    low_grade_children: Number
    has_low_grades: bool
    compliance: str
    incomplete: Number
    has_incomplete: bool
    not_judged: Number
    has_not_judged: bool
    nothing_open: Number
    without_episodes: Number
    has_without_episodes: bool
    nothing_on_record: Number
    has_nothing_on_record: bool
    basis: Table


def headline(figures: Figures, lens: Lens) -> Headline:
    """Look at the figures for the head."""
    one = lens.one
    meetings = figures.meetings
    shown: tuple[tuple[str, Number], ...] = ()
    if meetings.findings:
        settled = [meetings.in_time, meetings.late, meetings.no_record]
        others = [meetings[outcomes.PENDING], meetings[outcomes.DECIDED]]
        (in_time, late, no_record, pending, decided, owed), _ = lens.table([[*settled, *others]])
        shown = (
            ("owed", owed),
            ("held in time", in_time),
            ("held late", late),
            ("no record", no_record),
            ("not due yet", pending),
            ("decided not required", decided),
        )
        for outcome in (outcomes.INDETERMINATE, outcomes.NOT_OBSERVABLE):
            if meetings[outcome]:
                shown = (*shown, (plain(outcome), one(meetings[outcome])))
    every = figures.all_duties
    (in_time, _, _, of), _ = lens.table([[every.in_time, every.late, every.no_record]])
    hidden = figures.children("not_counted_by_category")
    return Headline(
        children=one(figures.children()),
        episodes=one(figures.episodes),
        meetings=shown,
        not_counted=hidden,
        not_counted_shown=one(hidden),
        low_grades=one(figures.low_grades),
        low_grade_children=one(figures.children("graded_too_low")),
        has_low_grades=figures.low_grades > 0,
        compliance=numbers.share(in_time, of),
        incomplete=one(every.on_incomplete_records),
        has_incomplete=every.on_incomplete_records > 0,
        not_judged=one(figures.children("not_judged")),
        has_not_judged=figures.children("not_judged") > 0,
        nothing_open=one(figures.children("with_nothing_open")),
        without_episodes=one(figures.children("without_episodes")),
        has_without_episodes=figures.children("without_episodes") > 0,
        nothing_on_record=one(figures.children("with_nothing_on_record")),
        has_nothing_on_record=figures.children("with_nothing_on_record") > 0,
        basis=_basis(figures, lens),
    )


_BASES = {
    "stated": "Stated by its source",
    "inferred": "Inferred from its source",
    "assumed": "Assumed by the policy",
}


def _basis(figures: Figures, lens: Lens) -> Table:
    rows = []
    for found in figures.by_basis():
        no_record, late = (
            (whole - part, part)
            for whole, part in (
                (found.no_record, found.no_record_by_assumed_time),
                (found.late, found.late_by_assumed_time),
            )
        )
        (stated, assumed, _), _ = lens.table([list(no_record)])
        (late_stated, late_assumed, _), _ = lens.table([list(late)])
        cells = (stated, assumed, late_stated, late_assumed)
        rows.append(Row(_BASES[found.basis], cells))
    return Table(
        "Duties without a record, and duties completed late, by what the duty and its time rest on",
        (
            "The duty is",
            "No record, overdue by a time from the source",
            "No record, overdue by an assumed time",
            "Late by a time from the source",
            "Late by an assumed time",
        ),
        tuple(rows),
        note=(
            "A duty that a source states can still have a time that somebody had to assume. Read "
            "what is late by an assumed time as a measure, and as nothing more."
        ),
    )

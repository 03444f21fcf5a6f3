"""The quality of the data: what became of the rows, and what a person should look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missingrules.report.tables import Row, Table

if TYPE_CHECKING:
    from missingrules.figures.counts import Figures
    from missingrules.report.about import About
    from missingrules.report.numbers import Lens

GAPS: Final = {
    "not_recorded": "a fact on which a rule hangs is not recorded",
    "no_report": "an episode has entries and no report",
    "before_report": "an entry is dated before the report of its episode",
    "found_before_report": "a child was found, by the record, before being reported",
    "reported_after_found": "a child was reported again when located and not yet back",
    "missing_since_not_recorded": "since when the child was missing is not recorded",
    "decision_not_valid": "a decision that an action was not required does not count",
    "conflicting_entry": "one entry id stands over two contents",
    "unknown_target": "a correction names nothing that is known",
    "later_target": "a correction would undo something recorded after it",
    "merge_superseded": "a merge was followed by another one",
    "merge_cycle": "a merge would merge an episode into itself",
}
"""What each code of a data gap says."""

_LISTED: Final = 20


def rows_read(about: About) -> Table:
    """Show what became of every row; these are rows of files, and shown as they are."""
    counts: list[tuple[int, ...]] = [
        (row.read, row.accepted, row.duplicates, row.rejected) for row in about.rows
    ]
    names = ["Read", "Accepted", "Duplicates", "Rejected"]
    if any(row.left_out for row in about.rows):
        names.append("Left out by the mapping")
        counts = [(*found, row.left_out) for found, row in zip(counts, about.rows, strict=True)]
    made = [
        Row(row.source, tuple(f"{number:,}" for number in found))
        for row, found in zip(about.rows, counts, strict=True)
    ]
    if len(counts) > 1:
        sums = tuple(f"{sum(column):,}" for column in zip(*counts, strict=True))
        made.append(Row("All sources", sums, total=True))
    return Table(
        "Rows read = " + " + ".join(name.lower() for name in names[1:]),
        ("Source", *names),
        tuple(made),
        empty="How many rows were read was not handed over to this report.",
    )


def notes(about: About, lens: Lens) -> Table | None:
    """Show what was noted of the data; None where nothing was."""
    if not about.notes:
        return None
    counts = [lens.one(note.number) for note in about.notes]
    if not lens.exact or not any(note.ids for note in about.notes):
        rows = [Row(n.text, (count,), n.code) for n, count in zip(about.notes, counts, strict=True)]
        return Table("Notes on the data", ("Note", "How often"), tuple(rows))
    listed = [
        Row(note.text, (count, _some(note.ids)), note.code)
        for note, count in zip(about.notes, counts, strict=True)
    ]
    return Table("Notes on the data", ("Note", "How often", "Where"), tuple(listed), columns=(0,))


def _some(ids: tuple[str, ...]) -> str:
    more = f" and {len(ids) - _LISTED} more" if len(ids) > _LISTED else ""
    return ", ".join(ids[:_LISTED]) + more


def gaps(figures: Figures, lens: Lens) -> Table | None:
    """Show gaps in the records of children, by code; None where there are none."""
    found = figures.gaps()
    if not found:
        return None
    rows = (
        Row(GAPS.get(code, code.replace("_", " ")), (lens.one(number),), code)
        for code, number in found.items()
    )
    return Table("Gaps in the records", ("In the record", "How often"), tuple(rows))

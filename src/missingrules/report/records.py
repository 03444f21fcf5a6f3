"""What the record holds, by episode, and what reviewers said of its quality."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.figures.counts import COUNTED_IN_EPISODES
from missingrules.finding import NOT_OBSERVABLE
from missingrules.report import numbers
from missingrules.report.tables import Row, Table, plain, words
from missingrules.vocabulary import GRADES

if TYPE_CHECKING:
    from missingrules.figures.counts import Figures
    from missingrules.policy import Policy
    from missingrules.report.numbers import Lens, Number
    from missingrules.report.tables import Cell

_NOT_COUNTED = frozenset({"reported", "quality_reviewed", "decided_not_required"})
_VERDICTS = ("good", "requires_improvement", "inadequate")


def on_record(figures: Figures, policy: Policy, lens: Lens) -> Table:
    """Say in how many of all episodes there is an entry of each kind.

    Of what file audits count it is also said that there is none, or that the source has no place
    for it.
    """
    held, unseen = figures.episodes_by("kind"), figures.episodes_by("unseen")
    of = lens.one(figures.episodes)
    told = ({*held} - _NOT_COUNTED) | COUNTED_IN_EPISODES
    rows = []
    for kind in policy.vocabulary.kinds.values():
        if kind.home == "episode" and kind.name in told:
            found = held.get(kind.name, 0)
            (number, _, _), _ = lens.table([[found, figures.episodes - found]])
            share: Cell = numbers.share(number, of)
            if unseen.get(kind.name) == figures.episodes:
                share = plain(NOT_OBSERVABLE)
            rows.append(Row(f"{kind.phrase[:1].upper()}{kind.phrase[1:]}", (share,), kind.name))
    return Table(
        "In how many episodes something is on record, in time or not",
        ("On record", "Episodes"),
        tuple(rows),
    )


def by_category(figures: Figures, lens: Lens) -> Table:
    """Count episodes by the category that was recorded first."""
    found = figures.episodes_by("category")
    counts = _counted(list(found.values()), lens)
    rows = (Row(words(name), (n,)) for name, n in zip(found, counts, strict=True))
    return Table("Episodes by the category recorded first", ("Category", "Episodes"), tuple(rows))


def by_grade(figures: Figures, lens: Lens) -> Table:
    """Count episodes by the highest risk grade they ever had."""
    found = figures.episodes_by("grade")
    names = [grade for grade in (*reversed(GRADES), None) if grade in found]
    counts = _counted([found[name] for name in names], lens)
    rows = (Row(words(name, "not graded"), (n,)) for name, n in zip(names, counts, strict=True))
    return Table("Episodes by the highest risk grade recorded", ("Grade", "Episodes"), tuple(rows))


def _counted(counts: list[int], lens: Lens) -> list[Number]:
    """Look at parts of one sum, which is not shown beside them."""
    return lens.table([counts])[0][:-1] if counts else []


def reviews(figures: Figures, lens: Lens) -> Table | None:
    """Show what reviewers said of the quality of things; None where nobody reviewed anything."""
    found = figures.reviews()
    if not found:
        return None
    others = sorted({v for row in found for v in row.verdicts} - {*_VERDICTS})
    verdicts = (*_VERDICTS, *others)
    rows = []
    for row in found:
        (*parts, reviewed), _ = lens.table([[row.verdicts.get(v, 0) for v in verdicts]])
        cells = (lens.one(row.on_record), reviewed, *parts)
        rows.append(Row(words(row.kind), cells))
    return Table(
        "Quality, as reviewers judged it",
        ("What was reviewed", "On record", "Reviewed", *(words(v) for v in verdicts)),
        tuple(rows),
        note="A reviewer's judgement; of several reviews of one thing the latest counts.",
    )

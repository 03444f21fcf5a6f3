"""Everything that a summary and a report need of judged children, in one holder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.figures.corrections import handed_or_found
from missingrules.figures.counts import Figures
from missingrules.figures.notable import Notable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missingrules.finding import Assessment, Finding, Withdrawn
    from missingrules.selection import Selection


class Gathered:
    """Figures, and the little that is kept of single children.

    A process of a pool fills one and hands it back; the parent merges them, in any order. With
    ``withdrawals=False`` nobody looks for findings that corrections took away, which saves judging
    children with corrections again.
    """

    def __init__(self, *, children: int = 25, listed: int = 100, withdrawals: bool = True) -> None:
        """Start with nothing; ``children`` and ``listed`` as in :class:`Notable`."""
        self.figures = Figures()
        self.notable = Notable(children=children, listed=listed)
        self._withdrawals = withdrawals

    def add(
        self,
        assessment: Assessment,
        *,
        withdrawn: Iterable[Withdrawn] | None = None,
        selection: Selection | None = None,
        whole: Assessment | None = None,
    ) -> None:
        """Take a child who was judged; the rest is as for :class:`Figures`."""
        if withdrawn is None and not self._withdrawals:
            withdrawn = ()
        gone = handed_or_found(assessment, withdrawn, selection)
        self.figures.add(assessment, withdrawn=gone, selection=selection, whole=whole)
        self.notable.add(assessment, withdrawn=gone)

    def fail(self, finding: Finding) -> None:
        """Take a child whose record could not be judged, by the ``error`` finding of the scan."""
        self.figures.fail(finding)
        self.notable.fail(finding)

    def merge(self, other: Gathered) -> None:
        """Take in what was gathered of other children."""
        self.figures.merge(other.figures)
        self.notable.merge(other.notable)

"""Figures about many judged children, gathered child by child.

Everything here is counted from :class:`~missingrules.finding.Assessment`, so it does not matter how
the log was read. A pool of processes lets each process gather its own and merges them: the result
is the same in whatever order, and as large for a million children as for a hundred.
"""

from __future__ import annotations

from missingrules.figures.corrections import withdrawals
from missingrules.figures.counts import Figures
from missingrules.figures.gathered import Gathered
from missingrules.figures.notable import Case, Decision, Notable, WithdrawnBy
from missingrules.figures.spread import Spread
from missingrules.figures.tally import Tally

__all__ = [
    "Case",
    "Decision",
    "Figures",
    "Gathered",
    "Notable",
    "Spread",
    "Tally",
    "WithdrawnBy",
    "withdrawals",
]

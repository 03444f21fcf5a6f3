"""Tables of a report: a caption, heads, and rows whose first cell names them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from missingrules import finding as outcomes

if TYPE_CHECKING:
    from missingrules.assumed import Variation
    from missingrules.report.numbers import Number

Cell: TypeAlias = "Number | str"


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``small`` is an id that stands below its name, ``total`` says that it sums up."""

    name: str
    cells: tuple[Cell, ...]
    small: str = ""
    total: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``head`` begins with what the rows are named after.

    ``numbers`` says that the cells after the name are numbers, to be aligned as such.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    numbers: bool = True
    note: str = ""
    empty: str = "Nothing of this kind."
    columns: tuple[int, ...] = field(default=())
    """Places of cells that are numbers, where not all are."""

    def is_number(self, place: int) -> bool:
        """Say whether the cells of a column after the name are numbers."""
        return self.numbers if not self.columns else place in self.columns


WORDS = {
    outcomes.BREACHED: "no record",
    outcomes.FULFILLED_LATE: "completed late",
    outcomes.PENDING: "not due yet",
    outcomes.INDETERMINATE: "cannot be told",
    outcomes.DECIDED: "decided not required",
    outcomes.FULFILLED: "completed in time",
    outcomes.NOT_OBSERVABLE: "not visible in this source",
    outcomes.NOT_APPLICABLE: "no longer required",
    outcomes.NOTED: "noted",
    outcomes.ERROR: "could not be judged",
}
"""Outcomes in the words of a report."""


def plain(word: str) -> str:
    """Give an outcome, or any word of the vocabulary, as people say it."""
    return WORDS.get(word, word.replace("_", " "))


def words(word: str | None, none: str = "not recorded") -> str:
    """Write a word of the vocabulary as people say it, with a capital; ``none`` for no word."""
    text = (none if word is None else plain(word)).replace("childrens", "children's")
    said = " ".join(_SHORT.get(part, part) for part in text.split(" "))
    return said[:1].upper() + said[1:]


def otherwise(variation: Variation) -> str:
    """Say what was assumed otherwise: ``Repeat window: edge exclusive instead of inclusive``."""
    _, _, said = str(variation).partition(": ")
    return f"{words(variation.parameter)}: {said.replace('_', ' ')}"


_SHORT = {name.lower(): name for name in ("CCE", "CSE", "FIM", "MASH", "PPN", "RHI")}

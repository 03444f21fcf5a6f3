"""Numbers as a report shows them: exact, or so that nobody can be found behind a small one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

SMALL: Final = 5
"""Numbers below this are not shown in a version for sharing."""

STEP: Final = 5
"""All others are rounded to a multiple of this there."""

FEWER: Final = f"fewer than {SMALL}"
NOT_SHOWN: Final = "not shown"

_LEAST_POSSIBLE: Final = 3  # so many values must remain possible for a number that is hidden


@dataclass(slots=True)
class Number:
    """A number and how it is written; ``drawn`` is what a chart may show of it."""

    text: str
    drawn: int

    def __str__(self) -> str:
        """Write it as the report does."""
        return self.text


class Lens(Protocol):
    """How numbers are looked at."""

    exact: bool

    def one(self, number: int) -> Number:
        """Show a number that belongs to no sum."""
        ...

    def table(self, rows: Sequence[Sequence[int]]) -> list[list[Number]]:
        """Show parts, with the sum of each row behind it and the sums of all below."""
        ...


class Exact:
    """Shows everything as it is."""

    exact = True

    def one(self, number: int) -> Number:
        """Show it."""
        return Number(f"{number:,}", number)

    def table(self, rows: Sequence[Sequence[int]]) -> list[list[Number]]:
        """Show the parts and their sums."""
        return [[self.one(number) for number in row] for row in with_sums(rows)]


class Rounded:
    """Hides small numbers, nought among them, and rounds the others.

    A sum gives a hidden part away where the other parts leave it no room. Rounding takes care of
    sums across tables. Within a table, wherever fewer than three values would remain possible for a
    hidden number, another part of the same sum is not shown either.
    """

    exact = False

    def one(self, number: int) -> Number:
        """Hide or round it."""
        if number < SMALL:
            return Number(FEWER, 0)
        rounded = (number + STEP // 2) // STEP * STEP
        return Number(f"{rounded:,}", rounded)

    def table(self, rows: Sequence[Sequence[int]]) -> list[list[Number]]:
        """Hide or round parts and sums, and hide more parts until no sum tells of a hidden one."""
        values = with_sums(rows)
        shown = [[self.one(number) for number in row] for row in values]
        if not shown or not shown[0]:
            return shown
        lines = [(row[:-1], row[-1]) for row in shown]
        lines += [
            ([row[column] for row in shown[:-1]], shown[-1][column])
            for column in range(len(shown[0]))
        ]
        while any(_protect(parts, total) for parts, total in lines):
            pass  # hiding one part can leave less room in another sum
        return shown


def share(part: Number, of: Number) -> str:
    """Write "42 of 50"; of a small number, or one that is not shown, there is nothing to say."""
    return of.text if of.text in (FEWER, NOT_SHOWN) else f"{part} of {of}"


def with_sums(rows: Sequence[Sequence[int]]) -> list[list[int]]:
    """Put the sum of each row behind it, and the sums of all columns below."""
    made = [[*row, sum(row)] for row in rows]
    return [*made, [sum(column) for column in zip(*made, strict=True)]] if made else []


def room(parts: Sequence[Number], total: Number, place: int) -> tuple[float, float]:
    """Between which values a reader who adds up can place one part."""
    others = [bounds(part) for number, part in enumerate(parts) if number != place]
    least, most = bounds(total)
    low, high = bounds(parts[place])
    return (
        max(low, least - sum(high for _, high in others)),
        min(high, most - sum(low for low, _ in others)),
    )


def bounds(number: Number) -> tuple[float, float]:
    """Between which values the reader knows a number that is written so to lie."""
    if number.text == NOT_SHOWN:
        return 0, float("inf")
    if number.text == FEWER:
        return 0, SMALL - 1
    return max(SMALL, number.drawn - STEP // 2), number.drawn + STEP // 2


def _protect(parts: Sequence[Number], total: Number) -> bool:
    """Hide one more part of a sum that would give a hidden one away; say whether it was needed."""
    for place, part in enumerate(parts):
        if part.text != FEWER:
            continue
        low, high = room(parts, total, place)
        if high - low + 1 >= _LEAST_POSSIBLE:
            continue
        others = [other for number, other in enumerate(parts) if number != place]
        shown = [other for other in others if other.text not in (FEWER, NOT_SHOWN)]
        hide = min(shown, key=lambda other: other.drawn) if shown else part
        hide.text, hide.drawn = NOT_SHOWN, 0
        return True
    return False

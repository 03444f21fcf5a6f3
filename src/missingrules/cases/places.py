"""Where in a file each character of a text stands, whatever quotes and folds YAML put around it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from missingrules.yamlsource import Place

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Page:
    """A file as it was read: its text, and where each of its lines begins."""

    source: str
    text: str
    lines: tuple[int, ...]

    @classmethod
    def of(cls, text: str, source: str) -> Page:
        """Find the lines of a text."""
        starts = [0]
        starts += [number + 1 for number, sign in enumerate(text) if sign == "\n"]
        return cls(source, text, tuple(starts))

    def offset(self, place: Place) -> int:
        """Give the place of a character as its number in the text."""
        return min(self.lines[place.line - 1] + place.column - 1, len(self.text))

    def place(self, offset: int) -> Place:
        """Give line and column of a character."""
        line = bisect_right(self.lines, offset)
        return Place(self.source, line, offset - self.lines[line - 1] + 1)


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that a file holds, beginning at ``start``."""

    page: Page
    start: Place
    text: str

    def place(self, at: int) -> Place:
        """Find the character number ``at`` of the text in the file.

        What is not blank stands in the file in the same order, so each character is looked for
        after the one before. An escape between quotes is passed over.
        """
        raw, offset = self.page.text, self.page.offset(self.start)
        if raw[offset : offset + 1] in ("|", ">"):
            offset = raw.find("\n", offset) + 1
        signs: Sequence[str] = [sign for sign in self.text[: at + 1] if not sign.isspace()]
        found = offset - 1
        for sign in signs:
            next_one = raw.find(sign, found + 1)
            if next_one < 0:
                break
            found = next_one
        return self.page.place(max(found, offset))

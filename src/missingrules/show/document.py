"""A page in parts that know nothing of Markdown or HTML, so that both say the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line. ``to`` links it: ``#anchor`` on the page, or an address outside."""

    text: str
    to: str = ""
    strong: bool = False


Line: TypeAlias = tuple[Span, ...]
"""Pieces side by side, with the blanks between them inside the pieces."""


@dataclass(frozen=True, slots=True)
class Told:
    """A statement, and those that it introduces."""

    line: Line
    parts: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``anchor`` is what links on the page lead to."""

    level: int
    line: Line
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    line: Line


@dataclass(frozen=True, slots=True)
class Items:
    """A list of statements."""

    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is to know of one thing: a label, and one statement or several, each."""

    rows: tuple[tuple[str, tuple[Told, ...]], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of a row names it, and may be what links lead to."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    anchors: tuple[str, ...] = ()


Block: TypeAlias = Heading | Paragraph | Items | Facts | Table


@dataclass(frozen=True, slots=True)
class Document:
    """A page with its title as plain text."""

    title: str
    blocks: tuple[Block, ...]


def text(*words: str) -> Line:
    """Make a line without links."""
    return tuple(Span(word) for word in words if word)


def plain_text(line: Line) -> str:
    """Give a line without its links."""
    return "".join(span.text for span in line)


def capital(words: str) -> str:
    """Begin with a capital letter."""
    return words[:1].upper() + words[1:]


def joined(lines: Sequence[Line], last: str, comma: str = ", ") -> Line:
    """Join lines: ``a, b or c``."""
    made: list[Span] = []
    for number, line in enumerate(lines):
        if number:
            made.append(Span(f" {last} " if number == len(lines) - 1 else comma))
        made += line
    return tuple(made)


def sentence(line: Line) -> Line:
    """Begin with a capital letter, and end with a full stop (or the colon that is there)."""
    if not line:
        return line
    first, *others = line
    begun = Span(capital(first.text), first.to, first.strong)
    made = (begun, *others)
    ends = plain_text(made).rstrip()[-1:] in (".", ":", "?", "!")
    return made if ends else (*made, Span("."))


def with_live_links(document: Document) -> Document:
    """Take away the links to what is not on the page; their words stay."""
    anchors: set[str] = set()
    for block in document.blocks:
        if isinstance(block, Heading):
            anchors.add(block.anchor)
        elif isinstance(block, Table):
            anchors.update(block.anchors)
    return Document(document.title, tuple(_alive(block, anchors) for block in document.blocks))


def _alive(block: Block, anchors: set[str]) -> Block:
    match block:
        case Heading(level, line, anchor):
            return Heading(level, _kept(line, anchors), anchor)
        case Paragraph(line):
            return Paragraph(_kept(line, anchors))
        case Items(told):
            return Items(tuple(_told(one, anchors) for one in told))
        case Facts(rows):
            return Facts(
                tuple((label, tuple(_told(one, anchors) for one in told)) for label, told in rows)
            )
        case Table(caption, head, lines, marks):
            cells = tuple(tuple(_kept(cell, anchors) for cell in row) for row in lines)
            return Table(caption, head, cells, marks)


def _told(told: Told, anchors: set[str]) -> Told:
    return Told(_kept(told.line, anchors), tuple(_told(part, anchors) for part in told.parts))


def _kept(line: Line, anchors: set[str]) -> Line:
    return tuple(
        Span(span.text, strong=span.strong)
        if span.to.startswith("#") and span.to[1:] not in anchors
        else span
        for span in line
    )

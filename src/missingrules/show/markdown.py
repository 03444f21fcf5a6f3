"""A page as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from missingrules.show.document import Facts, Heading, Items, Paragraph, Span, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.show.document import Block, Document, Line, Told

_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>#|~&])")
_BLANKS: Final = re.compile(r"\s+")
_LIST_LIKE: Final = re.compile(r"^(\d*)([-+.)])(?=\s)")


def to_markdown(document: Document) -> str:
    """Write a page as Markdown that common readers show alike."""
    return "\n\n".join("\n".join(_block(block)) for block in document.blocks) + "\n"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, line, anchor):
            if anchor:
                yield f'<a id="{anchor}"></a>'
                yield ""
            yield f"{'#' * level} {_line(line)}"
        case Paragraph(line):
            yield _begun(_line(line))
        case Items(told):
            for one in told:
                yield from _item(one, 0)
        case Facts(rows):
            for label, told in rows:
                yield from _fact(label, told)
        case Table():
            yield from _table(block)


def _item(told: Told, depth: int) -> Iterator[str]:
    yield f"{'  ' * depth}- {_begun(_line(told.line))}"
    for part in told.parts:
        yield from _item(part, depth + 1)


def _fact(label: str, told: tuple[Told, ...]) -> Iterator[str]:
    """A label with one statement stands on one line; several are listed below it."""
    first, *others = told
    if not others:
        yield f"- **{_escaped(label)}:** {_line(first.line)}"
        for part in first.parts:
            yield from _item(part, 1)
        return
    yield f"- **{_escaped(label)}:**"
    for one in told:
        yield from _item(one, 1)


def _table(table: Table) -> Iterator[str]:
    if table.caption:
        yield f"**{_escaped(table.caption)}**"
        yield ""
    yield f"| {' | '.join(map(_escaped, table.head))} |"
    yield f"|{'---|' * len(table.head)}"
    for number, row in enumerate(table.rows):
        cells = [_line(cell) for cell in row]
        if table.anchors and table.anchors[number]:
            cells[0] = f'<a id="{table.anchors[number]}"></a>{cells[0]}'
        yield f"| {' | '.join(cells)} |"


def _line(line: Line) -> str:
    return "".join(map(_span, line)).strip()


def _span(span: Span) -> str:
    shown = _escaped(span.text)
    if span.to.startswith("#"):
        shown = f"[{shown}]({span.to})"
    elif span.to:
        shown = f"[{shown}](<{span.to.replace('<', '%3C').replace('>', '%3E')}>)"
    return f"**{shown}**" if span.strong and shown.strip() else shown


def _escaped(text: str) -> str:
    """Make a text show as it is; line breaks of the policy are blanks."""
    return _SPECIAL.sub(r"\\\1", _BLANKS.sub(" ", text))


def _begun(text: str) -> str:
    """Keep the beginning of a line from being read as a list."""
    return _LIST_LIKE.sub(r"\1\\\2", text)

"""A page as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missingrules import html
from missingrules.html import escaped
from missingrules.show.document import Facts, Heading, Items, Paragraph, Span, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.show.document import Block, Document, Line, Told

_STYLE: Final = """\
section.part { border: 1px solid #8a8a8a; border-radius: 4px; padding: 0.2em 1em 0.8em;
  margin: 1.2em 0; }
section.part h3 { margin-top: 0.6em; }
dl.facts { display: grid; grid-template-columns: minmax(9rem, 13rem) 1fr; gap: 0.25em 1em;
  max-width: none; }
dl.facts dt { margin: 0; }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
dl.facts dd > p, dl.facts dd > ul { margin: 0 0 0.3em; }
@media (max-width: 40rem) {
  dl.facts { grid-template-columns: 1fr; gap: 0; }
  dl.facts dt { margin-top: 0.5em; }
}
@media print {
  section.part { border-color: #000; margin: 0.8em 0; padding: 0 0.8em 0.4em; }
  dl.facts { gap: 0.1em 1em; }
}
"""
_SAFE: Final = ("https://", "http://")


def to_html(document: Document) -> str:
    """Write a page as HTML that needs nothing else and runs nothing."""
    return html.page(document.title, "\n".join(_body(document)), style=_STYLE)


def _body(document: Document) -> Iterator[str]:
    """The blocks, with a frame around each heading of the third level and what follows it."""
    framed = False
    for block in document.blocks:
        if isinstance(block, Heading) and framed and block.level <= _FRAMED:
            yield "</section>"
            framed = False
        if isinstance(block, Heading) and block.level == _FRAMED and block.anchor:
            yield f'<section class="part whole" aria-labelledby="{block.anchor}">'
            framed = True
        yield from _block(block)
    if framed:
        yield "</section>"


_FRAMED: Final = 3


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, line, anchor):
            mark = f' id="{anchor}"' if anchor else ""
            yield f"<h{level}{mark}>{_line(line)}</h{level}>"
        case Paragraph(line):
            yield f"<p>{_line(line)}</p>"
        case Items(told):
            yield from _items(told)
        case Facts(rows):
            yield '<dl class="facts">'
            for label, told in rows:
                yield f"<dt>{escaped(label)}</dt>"
                yield f"<dd>{''.join(_statements(told))}</dd>"
            yield "</dl>"
        case Table(caption, head, rows, anchors):
            listed = []
            for number, (first, *others) in enumerate(rows):
                anchor = anchors[number] if anchors else ""
                mark = f'<span id="{anchor}"></span>' if anchor else ""
                listed.append([mark + _line(first), *map(_line, others)])
            yield html.table([escaped(cell) for cell in head], listed, caption=caption)


def _statements(told: tuple[Told, ...]) -> Iterator[str]:
    if len(told) > 1:
        yield from _items(told)
        return
    for one in told:
        yield f"<p>{_line(one.line)}</p>"
        if one.parts:
            yield from _items(one.parts)


def _items(told: tuple[Told, ...]) -> Iterator[str]:
    yield "<ul>"
    for one in told:
        inner = "".join(_items(one.parts)) if one.parts else ""
        yield f"<li>{_line(one.line)}{inner}</li>"
    yield "</ul>"


def _line(line: Line) -> str:
    return "".join(map(_span, line)).strip()


def _span(span: Span) -> str:
    shown = escaped(span.text)
    if span.strong:
        shown = f"<strong>{shown}</strong>"
    if span.to.startswith(("#", *_SAFE)):
        return f'<a href="{escaped(span.to)}">{shown}</a>'
    return shown

"""One page of HTML for people: whole in itself, without a script, fit for paper and screen readers.

A page carries its own style and asks for nothing from anywhere, which its own policy also forbids
it to do, so that it can be mailed, kept and printed. Whoever makes a page writes what is inside it
and puts every text of a policy through :func:`escaped`.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

STYLE: Final = """\
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: #1a1a1a;
  font: 1.05rem/1.55 system-ui, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
h1, h2, h3, h4 { line-height: 1.25; margin: 1.6em 0 0.4em; }
h1 { font-size: 1.9rem; margin-top: 0.4em; }
h2 { font-size: 1.45rem; border-bottom: 2px solid #1a1a1a; padding-bottom: 0.2em; }
h3 { font-size: 1.15rem; }
p, ul, ol, dl, table { margin: 0.5em 0; max-width: 52rem; }
ul, ol { padding-left: 1.4em; }
a { color: #0b4f8a; }
a:focus-visible { outline: 3px solid #b35900; outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: #fff; padding: 0.5rem; }
code { font: 0.92em/1.4 ui-monospace, "Liberation Mono", Consolas, monospace;
  overflow-wrap: anywhere; }
dt { font-weight: 600; margin-top: 0.6em; }
dd { margin: 0 0 0.3em 1.2em; }
.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; width: 100%; max-width: none; font-size: 0.95rem; }
caption { text-align: left; font-weight: 600; padding: 0.4em 0; }
th, td { text-align: left; vertical-align: top; padding: 0.4em 0.6em; border: 1px solid #8a8a8a; }
thead th { background: #ececec; }
tbody th { font-weight: 600; }
.note { border-left: 4px solid #8a8a8a; padding: 0.1em 0.9em; background: #f6f6f6; }
.quiet { color: #4a4a4a; }
@media print {
  html { font-size: 9pt; }
  body { font-size: 1rem; line-height: 1.4; }
  main { max-width: none; padding: 0; }
  a { color: inherit; text-decoration: none; }
  .skip { display: none; }
  .scroll { overflow: visible; padding-right: 1px; }
  h1, h2, h3, h4 { break-after: avoid; }
  section.whole, tr, dt { break-inside: avoid; }
  thead { display: table-header-group; }
}
@page { margin: 18mm 16mm; }
"""
"""What every page looks like; black on white, and no meaning in a colour alone."""


def escaped(text: str) -> str:
    """Make a text safe anywhere in a page, in an attribute too."""
    return html.escape(text, quote=True)


def page(title: str, body: str, *, style: str = "") -> str:
    """Make a whole page in British English.

    ``title`` is plain text, for the tab and the head of a printed sheet. ``body`` is HTML, and
    begins with its own ``h1``. ``style`` is CSS that comes after :data:`STYLE`; neither may hold
    ``</style``, and it raises ``ValueError`` if it does.
    """
    if "</" in style:
        raise ValueError("style must be CSS: it closes an element")
    return f"""\
<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>{escaped(title)}</title>
<style>
{STYLE}{style}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<main id="content">
{body.strip()}
</main>
</body>
</html>
"""


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str = "") -> str:
    """Make a table whose first cell in each row names it; every cell is HTML already."""
    lines = ['<div class="scroll" role="region" tabindex="0"', "<table>"]
    lines[0] += f' aria-label="{escaped(caption or head[0])}">'
    if caption:
        lines.append(f"<caption>{escaped(caption)}</caption>")
    cells = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    lines += [f"<thead><tr>{cells}</tr></thead>", "<tbody>"]
    for first, *others in rows:
        cells = "".join(f"<td>{cell}</td>" for cell in others)
        lines.append(f'<tr><th scope="row">{first}</th>{cells}</tr>')
    return "\n".join([*lines, "</tbody>", "</table>", "</div>"])

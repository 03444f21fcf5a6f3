"""The table on paper: Markdown, or one page of HTML, with boxes to sign off each row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from missingrules.edges.calm import in_words
from missingrules.edges.story import lines, story
from missingrules.edges.table import edge_cases, off
from missingrules.edges.words import plain
from missingrules.html import escaped, page, table
from missingrules.wording import many

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from missingrules.edges.rests import Rest
    from missingrules.edges.row import Row
    from missingrules.edges.table import RuleEdges
    from missingrules.policy import Policy

_HEAD: Final = ("No.", "What is tried", "What happens", "What the policy says", "Hangs on")
_SIGN_OFF: Final = ("Right", "Wrong", "By whom", "Date")
_INTRODUCTION: Final = (
    "Each row is an example made up for one edge of one rule. The program that judges real records "
    "has judged it, as it would have been known at the time it is looked at; nothing is taken from "
    "the wording of the policy alone. Whoever answers for the policy says of each row whether this "
    "is what the policy should say. A row that hangs on something assumed asks for a decision: no "
    "source settles it."
)
_STYLE: Final = """\
main { max-width: 100rem; }
section table { table-layout: fixed; min-width: 62rem; }
section th:nth-child(1) { width: 4.5%; }
section th:nth-child(2) { width: 17%; }
section th:nth-child(3) { width: 25%; }
section th:nth-child(4) { width: 18.5%; }
section th:nth-child(5) { width: 11%; }
section th:nth-child(6), section th:nth-child(7), section th:nth-child(9) { width: 5.5%; }
section td, section th { overflow-wrap: break-word; }
tbody th code { overflow-wrap: normal; }
.box { display: inline-block; width: 1.1em; height: 1.1em; border: 1.5px solid #1a1a1a; }
td div + div { margin-top: 0.25em; }
table { margin-bottom: 1.4em; }
@page { size: A4 landscape; margin: 12mm; }
@media print {
  body { font-size: 9pt; }
  h1 { font-size: 15pt; }
  h2 { font-size: 12pt; }
  table { font-size: 7.5pt; line-height: 1.35; }
  section table { min-width: 0; }
  th, td { padding: 0.25em 0.4em; }
}
"""


@dataclass(frozen=True, slots=True)
class _Ink:
    """How one format writes what pages are made of; every text is made safe by ``text``."""

    text: Callable[[str], str]
    strong: Callable[[str], str]
    code: Callable[[str], str]
    stacked: Callable[[Sequence[str]], str]
    tick: str


def markdown(policy: Policy, rules: Sequence[str] = ()) -> str:
    """Write the edge cases of a policy, or of some of its rules, as Markdown.

    Raises :class:`missingrules.edges.table.UnknownRuleError` for a rule that is not there.
    """
    ink = _Ink(
        text=_plain_markdown,
        strong=lambda text: f"**{_plain_markdown(text)}**",
        code=lambda text: f"`{text}`",
        stacked="<br>".join,
        tick="☐",
    )
    edges = tuple(edge_cases(policy, rules))
    out = [f"# {_plain_markdown(_title(policy))}", *_above(policy, edges, ink)]
    assumed = _assumed(edges)
    if assumed:
        out += [
            "## What is assumed",
            _markdown_table(("Parameter", "Value", "Why"), _why(assumed, ink)),
        ]
    for number, each in enumerate(edges, 1):
        out += [f"## {number}. {_plain_markdown(each.title)}", *_about(each, ink)]
        for about, rows in _grouped(each):
            cells = [_cells(row, f"{number}.{place}", policy, ink) for place, row in rows]
            out += [f"### {about}", _markdown_table((*_HEAD, *_SIGN_OFF), cells)]
    return "\n\n".join(out) + "\n"


def html(policy: Policy, rules: Sequence[str] = ()) -> str:
    """Write the edge cases of a policy, or of some of its rules, as one page of HTML.

    Raises :class:`missingrules.edges.table.UnknownRuleError` for a rule that is not there.
    """
    ink = _Ink(
        text=escaped,
        strong=lambda text: f"<strong>{escaped(text)}</strong>",
        code=lambda text: f"<code>{escaped(text)}</code>",
        stacked=lambda parts: "".join(f"<div>{part}</div>" for part in parts),
        tick='<span class="box"></span>',
    )
    edges = tuple(edge_cases(policy, rules))
    out = [f"<h1>{escaped(_title(policy))}</h1>"]
    out += [f"<p>{part}</p>" for part in _above(policy, edges, ink)]
    out += ["<nav aria-label='Rules'><ol>", *_contents(edges), "</ol></nav>"]
    assumed = _assumed(edges)
    if assumed:
        out.append("<h2>What is assumed</h2>")
        out.append(table(("Parameter", "Value", "Why"), _why(assumed, ink)))
    for number, each in enumerate(edges, 1):
        out += [f'<section aria-labelledby="r{number}">']
        out += [f'<h2 id="r{number}">{number}. {escaped(each.title)}</h2>']
        out += [f"<p>{part}</p>" for part in _about(each, ink)]
        for about, rows in _grouped(each):
            cells = [_cells(row, f"{number}.{place}", policy, ink) for place, row in rows]
            out.append(table((*_HEAD, *_SIGN_OFF), cells, caption=about))
        out.append("</section>")
    return page(_title(policy), "\n".join(out), style=_STYLE)


# --- What stands above and around -----------------------------------------------------------------


def _title(policy: Policy) -> str:
    return f"Edge cases of {policy.name}, edition {policy.edition}, for sign-off"


def _above(policy: Policy, edges: Sequence[RuleEdges], ink: _Ink) -> list[str]:
    """Say what this is, of which policy, and how much of it there is."""
    rows = [row for each in edges for row in each.rows]
    hanging = sum(bool(row.assumed) for row in rows)
    without = sum(bool(row.impossible) for row in rows)
    rules = len({each.rule for each in edges})
    counted = (
        f"{many(rules, 'rule')}, {many(len(rows), 'row')}; hanging on something assumed: "
        f"{hanging}; without an example: {without}."
    )
    calendar = policy.calendar
    judged = (
        f"Times and dates are those of {ink.text(calendar.zone)}. Judged with policy digest "
        f"{ink.code(policy.digest[:16])}, {ink.text(calendar.version)}."
    )
    parts = [ink.text(policy.title), ink.text(_INTRODUCTION), ink.text(counted), judged]
    silent = off(policy)
    if silent:
        listed = ", ".join(map(ink.code, silent))
        parts.append(f"Off, and so without rows: {listed}.")
    return parts


def _contents(edges: Sequence[RuleEdges]) -> Iterator[str]:
    for number, each in enumerate(edges, 1):
        yield f'<li><a href="#r{number}">{escaped(each.title)}</a></li>'


def _assumed(edges: Sequence[RuleEdges]) -> tuple[Rest, ...]:
    found = dict.fromkeys(rest for each in edges for rest in each.rests if rest.basis == "assumed")
    return tuple(sorted(found))


def _why(assumed: Sequence[Rest], ink: _Ink) -> list[tuple[str, str, str]]:
    return [(ink.code(rest.name), ink.text(rest.value), ink.text(rest.note)) for rest in assumed]


def _about(each: RuleEdges, ink: _Ink) -> list[str]:
    """Say which rule it is, on what it rests, and from when to when."""
    known = [ink.code(each.rule), ink.text(plain(each.authority).capitalize())]
    known.append(ink.text(f"the duty is {each.basis}"))
    if each.owner is not None:
        known.append(ink.text(f"owed by {plain(each.owner)}"))
    since = "" if each.since is None else f"from {each.since.isoformat()}"
    until = "" if each.until is None else f"until before {each.until.isoformat()}"
    if since or until:
        dates = " ".join(filter(None, (since, until)))
        known.append(ink.text(f"edition {each.edition}, {dates}"))
    parts = [f"{'; '.join(known)}."]
    if each.cite:
        parts.append(f"Clause: {ink.text(each.cite)}.")
    if each.note:
        parts.append(ink.text(each.note))
    return parts


def _grouped(each: RuleEdges) -> list[tuple[str, list[tuple[int, Row]]]]:
    """Put rows about the same side of a rule together, numbered as they are shown."""
    groups: dict[str, list[Row]] = {}
    for row in each.rows:
        groups.setdefault(row.about, []).append(row)
    numbers = iter(range(1, len(each.rows) + 1))
    return [(about, [(next(numbers), row) for row in rows]) for about, rows in groups.items()]


# --- One row --------------------------------------------------------------------------------------


def _cells(row: Row, number: str, policy: Policy, ink: _Ink) -> list[str]:
    also = [ink.text(f"Also: {about}: {tried}") for about, tried in row.also]
    tried = ink.stacked([ink.text(_capital(row.tried)), *also])
    hangs = ink.stacked([_hanging(rest, ink) for rest in row.rests])
    sign_off = [ink.tick, ink.tick, "", ""]
    if row.impossible:
        none = ink.strong("No example could be made")
        return [number, tried, "", f"{none}{ink.text(f': {row.impossible}.')}", hangs, *sign_off]
    told = [ink.text(line) for line in lines(story(row.entries, policy), policy)]
    looked = ink.text(f"Looked at {in_words(policy.calendar, row.as_of)}.")
    says = ink.stacked([f"{ink.strong(v.head)}{ink.text(v.text)}" for v in row.verdicts])
    return [number, tried, ink.stacked([*told, looked]), says, hangs, *sign_off]


def _hanging(rest: Rest, ink: _Ink) -> str:
    value = ink.text(f"{plain(rest.name)}: {rest.value}, ")
    return value + (ink.strong("assumed") if rest.basis == "assumed" else ink.text(rest.basis))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- Markdown -------------------------------------------------------------------------------------

_BREAK: Final = re.compile(r"\s*\n\s*")
_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>|~#])")


def _plain_markdown(text: str) -> str:
    """Make a text stand as it is in Markdown, in a cell of a table too."""
    return _SPECIAL.sub(r"\\\1", _BREAK.sub(" ", text)).replace("&", "&amp;")


def _markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    made = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*made, *(f"| {' | '.join(row)} |" for row in rows)])

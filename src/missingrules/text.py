"""The answer as text for people: plain words, tables, ids, no free text of the log."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, cast

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from missingrules import finding as outcomes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from missingrules.finding import Assessment, Finding
    from missingrules.log import Log
    from missingrules.policy import Policy
    from missingrules.scan import Scan

PLAIN_WIDTH = 100

WORDS = {
    outcomes.BREACHED: "no record",
    outcomes.FULFILLED_LATE: "completed late",
    outcomes.PENDING: "required",
    outcomes.INDETERMINATE: "cannot be told",
    outcomes.DECIDED: "decided not required",
    outcomes.FULFILLED: "completed",
    outcomes.NOT_OBSERVABLE: "not visible in this source",
    outcomes.NOT_APPLICABLE: "no longer required",
    outcomes.NOTED: "noted",
    outcomes.ERROR: "could not be judged",
}
_STYLES = {"critical": "bold red", "major": "red", "minor": "yellow"}
_RANK = {"critical": 0, "major": 1, "minor": 2}


class _Plain:
    """A stream without the blanks that fill a line of a table up to its width."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write the text; the console hands over whole lines."""
        self._stream.write("\n".join(line.rstrip(" ") for line in text.split("\n")))
        return len(text)

    def flush(self) -> None:
        """Pass it on."""
        self._stream.flush()


class _Console(Console):
    """A console that leaves it to the command what happens when nobody reads on."""

    def on_broken_pipe(self) -> None:
        """Pass the error on, where the console would end the process."""
        raise  # noqa: PLE0704 - the console calls this while it handles the error


def console(stream: TextIO) -> Console:
    """Make a console that is plain where the stream is no terminal.

    ``NO_COLOR``, and a terminal that cannot do more, make it plain as well; a terminal keeps its
    width.
    """
    if stream.isatty():
        made = _Console(file=stream, highlight=False, emoji=False, markup=False)
        if not made.no_color and not made.is_dumb_terminal:
            return made
        width = made.width
    else:
        width = PLAIN_WIDTH
    plain = cast("TextIO", _Plain(stream))
    return _Console(
        file=plain, highlight=False, emoji=False, markup=False, width=width, color_system=None
    )


def print_scan(scan: Scan, out: Console) -> None:
    """Print a scan: headline, then each child with what is owed and what was missed."""
    children = [
        a for a in scan.assessments if any(f.is_breach or f.is_required for f in a.findings)
    ]
    headline(scan, out)
    for assessment in children:
        out.print()
        print_child(assessment, out)
    clear = len(scan.assessments) - len(children)
    if clear:
        out.print(
            f"\n{_many(clear, 'child', 'children')} with nothing overdue and nothing required."
        )
    for finding in scan.failed:
        out.print(f"\n{finding.child_id}: {finding.sentence}", soft_wrap=True)


def headline(scan: Scan, out: Console) -> None:
    """Strategy meetings first, then every outcome."""
    found = list(scan.findings())
    meetings = [f for f in found if "strategy_meeting_held" in f.action.split("|")]
    if meetings:
        count = Counter(f.outcome for f in meetings)
        owed = [f for f in meetings if f.outcome in _OWED]
        hidden = {f.child_id for f in meetings if f.masked}
        out.print(
            f"Strategy meetings: {len(owed)} owed, {count[outcomes.FULFILLED]} held in time, "
            f"{count[outcomes.FULFILLED_LATE]} held late, {count[outcomes.BREACHED]} no record, "
            f"{count[outcomes.PENDING]} not due yet, {count[outcomes.DECIDED]} decided not "
            f"required{_open_questions(count)}.",
            style="bold",
        )
        if hidden:
            out.print(
                f"{_many(len(hidden), 'child was', 'children were')} not counted because of the "
                "recorded category.",
                style="bold",
            )
    low = [f for f in found if f.required_grade is not None and f.is_breach]
    if low:
        out.print(
            f"Risk grades below what was required: {len(low)}, of "
            f"{_many(len({f.child_id for f in low}), 'child', 'children')}.",
            style="bold",
        )
    counts = scan.outcomes
    parts = [f"{counts[name]} {WORDS[name]}" for name in outcomes.OUTCOMES if counts[name]]
    out.print(f"All duties: {', '.join(parts) if parts else 'none arose'}.")
    incomplete = scan.on_incomplete_records
    if incomplete:
        out.print(
            f"{_many(incomplete, 'finding rests', 'findings rest')} on an incomplete record: rows "
            "of the child were rejected."
        )


_OWED = frozenset(
    {
        outcomes.BREACHED,
        outcomes.FULFILLED,
        outcomes.FULFILLED_LATE,
        outcomes.PENDING,
        outcomes.DECIDED,
    }
)


def _open_questions(count: Counter[str]) -> str:
    """What the record or its source leaves open, if anything."""
    names = (outcomes.INDETERMINATE, outcomes.NOT_OBSERVABLE)
    return "".join(f", {count[name]} {WORDS[name]}" for name in names if count[name])


def print_child(assessment: Assessment, out: Console) -> None:
    """Print one child: what the record does not show, and what is still to be done, by episode."""
    shown = [f for f in assessment.findings if f.is_breach or f.outcome == outcomes.PENDING]
    breaches = sum(f.is_breach for f in shown)
    line = Text(assessment.child_id, style="bold")
    line.append(
        f": {_many(breaches, 'breach', 'breaches')}, "
        f"{len(shown) - breaches} still to be done in time",
        style="not bold",
    )
    out.print(line, soft_wrap=True)
    for episode_id in sorted({f.episode_id or "" for f in shown}):
        part = [f for f in shown if (f.episode_id or "") == episode_id]
        title = f"Episode {episode_id}" if episode_id else "About the child"
        out.print()
        out.print(Text(f"  {title}", style="bold"), soft_wrap=True)
        out.print(Padding(_table(_by_weight(part)), (0, 0, 0, 2)))
    if assessment.data_gaps:
        count = Counter(gap.code for gap in assessment.data_gaps)
        named = ", ".join(
            f"{number} {code.replace('_', ' ')}" for code, number in sorted(count.items())
        )
        out.print(Padding(f"Gaps in the record: {named}.", (1, 0, 0, 2)))


def _by_weight(found: Sequence[Finding]) -> list[Finding]:
    return sorted(
        found, key=lambda f: (_RANK.get(f.severity, 9), f.opened_us, f.rule, f.finding_id)
    )


def _table(found: Sequence[Finding]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, expand=False)
    table.add_column("rule", no_wrap=True)
    table.add_column("what the record shows")
    for finding in found:
        told = Text(f"{finding.sentence}\n")
        told.append(f"Evidence: {', '.join(finding.evidence)}. {clause(finding)}.", style="dim")
        table.add_row(Text(finding.rule, style=_STYLES.get(finding.severity, "")), told)
    return table


def clause(finding: Finding) -> str:
    """Where a duty and its timing rest: authority, basis, source and section."""
    text = (
        f"{finding.severity.capitalize()}; {finding.authority.replace('_', ' ')}, {finding.basis}"
    )
    if finding.timing_basis:
        text += f" (time allowed {finding.timing_basis})"
    if finding.cite is not None:
        text += f": {finding.cite['publisher']} {finding.cite['published']}"
        if "section" in finding.cite:
            text += f", {finding.cite['section']}"
    if finding.incomplete_record:
        text += "; incomplete record"
    return text


def rows(log: Log, children: int) -> str:
    """What became of the rows of the log."""
    return (
        f"Rows: {log.rows} read = {len(log.entries)} accepted + {log.duplicates} duplicates + "
        f"{log.rejected} rejected. Children: {children}."
    )


def basis_of(policy: Policy, as_of_us: int, *, chosen: bool) -> str:
    """Which policy judges, and for which instant, in the policy's zone."""
    why = "" if chosen else " (the latest time an entry was recorded; --as-of chooses another)"
    return (
        f"Policy {policy.name} {policy.edition}: {policy.title}\n"
        f"Judged as of {policy.calendar.local(as_of_us)}{why}."
    )


def _many(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"

"""The answer as text for people: plain words, tables, ids, no free text of the log."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from missingrules import finding as outcomes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from rich.console import Console

    from missingrules.finding import Assessment, Finding
    from missingrules.log import Log
    from missingrules.policy import Policy
    from missingrules.scan import Scan

PLAIN_WIDTH = 100
NARROWEST = 30
"""What stands beside a rule is never narrower; a terminal that is breaks the lines itself."""

Styled: TypeAlias = tuple[str, str]
"""A piece of text, and its style in the words of rich; an empty one for none."""

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


class Page:
    """Where text for people goes, line by line.

    It is plain where the stream is no terminal, under ``NO_COLOR``, and on a terminal that cannot
    do more. No line breaks inside a word, so that an id can be searched for.
    """

    def __init__(self, stream: TextIO) -> None:
        """Look at the stream once."""
        self._stream = stream
        self._console: Console | None = None
        self.width = PLAIN_WIDTH
        if stream.isatty():
            from rich.console import Console

            class Terminal(Console):
                def on_broken_pipe(self) -> None:
                    raise  # noqa: PLE0704 - called while the error is handled; the command ends

            console = Terminal(file=stream, highlight=False, emoji=False, markup=False)
            self.width = console.width
            if not console.no_color and not console.is_dumb_terminal:
                self._console = console

    def line(self, *parts: Styled) -> None:
        """Write one line, whatever its length."""
        if self._console is None:
            self._stream.write("".join(text for text, _ in parts) + "\n")
            return
        from rich.text import Text

        self._console.print(Text.assemble(*parts), soft_wrap=True)

    def paragraph(self, text: str, style: str = "") -> None:
        """Write text in lines of the width of the page."""
        for line in text.split("\n"):
            for part in _wrapped(line, self.width) or [""]:
                self.line((part, style))


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)


def print_scan(scan: Scan, out: Page) -> None:
    """Print a scan: headline, then each child with what is owed and what was missed."""
    headline(scan, out)
    clear = 0
    for assessment in scan.assessments:
        if any(f.outcome in _SHOWN for f in assessment.findings) or assessment.data_gaps:
            out.line()
            print_child(assessment, out)
        else:
            clear += 1
    if clear:
        out.line()
        children = _many(clear, "child", "children")
        out.paragraph(f"{children} with nothing overdue, nothing required and nothing unclear.")
    for finding in scan.failed:
        out.line()
        out.line((f"{finding.child_id}: {finding.sentence}", ""))


def headline(scan: Scan, out: Page) -> None:
    """Strategy meetings first, then every outcome."""
    found = list(scan.findings())
    meetings = [f for f in found if "strategy_meeting_held" in f.action.split("|")]
    if meetings:
        count = Counter(f.outcome for f in meetings)
        owed = [f for f in meetings if f.outcome in _OWED]
        hidden = {f.child_id for f in meetings if f.masked}
        out.paragraph(
            f"Strategy meetings: {len(owed)} owed, {count[outcomes.FULFILLED]} held in time, "
            f"{count[outcomes.FULFILLED_LATE]} held late, {count[outcomes.BREACHED]} no record, "
            f"{count[outcomes.PENDING]} not due yet, {count[outcomes.DECIDED]} decided not "
            f"required{_open_questions(count)}.",
            "bold",
        )
        if hidden:
            out.paragraph(
                f"{_many(len(hidden), 'child was', 'children were')} not counted because of the "
                "recorded category.",
                "bold",
            )
    low = [f for f in found if f.required_grade is not None and f.is_breach]
    if low:
        out.paragraph(
            f"Risk grades below what was required: {len(low)}, of "
            f"{_many(len({f.child_id for f in low}), 'child', 'children')}.",
            "bold",
        )
    counts = scan.outcomes
    parts = [f"{counts[name]} {WORDS[name]}" for name in outcomes.OUTCOMES if counts[name]]
    out.paragraph(f"All duties: {', '.join(parts) if parts else 'none arose'}.")
    incomplete = scan.on_incomplete_records
    if incomplete:
        out.paragraph(
            f"{_many(incomplete, 'finding rests', 'findings rest')} on an incomplete record: rows "
            "of the child were rejected."
        )


_SHOWN = frozenset(
    {
        outcomes.BREACHED,
        outcomes.FULFILLED_LATE,
        outcomes.PENDING,
        outcomes.INDETERMINATE,
    }
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


def print_child(assessment: Assessment, out: Page) -> None:
    """Print one child: what the record does not show, and what is still to be done, by episode."""
    shown = [f for f in assessment.findings if f.outcome in _SHOWN]
    breaches = sum(f.is_breach for f in shown)
    pending = sum(f.outcome == outcomes.PENDING for f in shown)
    count = f": {_many(breaches, 'breach', 'breaches')}, {pending} still to be done in time"
    unclear = len(shown) - breaches - pending
    if unclear:
        count += f", {unclear} cannot be told"
    out.line((assessment.child_id, "bold"), (count, ""))
    for episode_id in sorted({f.episode_id or "" for f in shown}):
        part = [f for f in shown if (f.episode_id or "") == episode_id]
        title = f"Episode {episode_id}" if episode_id else "About the child"
        out.line()
        out.line(("  ", ""), (title, "bold"))
        _print_findings(_by_weight(part), out)
    gaps = [gap for gap in assessment.data_gaps if gap.code != "not_recorded"]
    if gaps:
        out.line()
        out.line(("  ", ""), ("Gaps in the record", "bold"))
        for gap in gaps:
            for line in _wrapped(gap.message, out.width - 2):
                out.line((f"  {line}", ""))


def _by_weight(found: Sequence[Finding]) -> list[Finding]:
    return sorted(
        found, key=lambda f: (_RANK.get(f.severity, 9), f.opened_us, f.rule, f.finding_id)
    )


def _print_findings(found: Sequence[Finding], out: Page) -> None:
    """Print the rules in a column, and beside each what the record shows and what that rests on."""
    column = max(len(finding.rule) for finding in found)
    width = max(out.width - column - 4, NARROWEST)
    for finding in found:
        rests_on = f"Evidence: {', '.join(finding.evidence)}. {clause(finding)}."
        lines = [(line, "") for line in _wrapped(finding.sentence, width)]
        lines += [(line, "dim") for line in _wrapped(rests_on, width)]
        label = (finding.rule, _STYLES.get(finding.severity, ""))
        for line in lines:
            gap = " " * (column - len(label[0]) + 2)
            out.line(("  ", ""), label, (gap, ""), line)
            label = ("", "")


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

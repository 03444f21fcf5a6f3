"""The answer as text for people: plain words, tables, ids, no free text of the log."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, TypeAlias

from missingrules import finding as outcomes
from missingrules.figures.counts import COUNTED_IN_EPISODES, OPEN
from missingrules.figures.owners import OTHERS, PARTNERS, POLICE
from missingrules.wording import many, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import TextIO

    from rich.console import Console

    from missingrules.assumed import Assumed, Hangs
    from missingrules.figures.counts import Figures
    from missingrules.figures.gathered import Gathered
    from missingrules.figures.notable import Notable
    from missingrules.figures.tally import Tally
    from missingrules.finding import Assessment, Finding
    from missingrules.log import Log
    from missingrules.policy import Policy

PLAIN_WIDTH = 100
NARROWEST = 30
"""What stands beside a rule is never narrower; a terminal that is breaks the lines itself."""

MOST_CHILDREN = 25
"""Of more children than this the details are not printed, only the figures."""

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


def print_gathered(
    gathered: Gathered,
    policy: Policy,
    out: Page,
    shown: Iterable[Assessment] = (),
    *,
    assumed: Assumed | None = None,
) -> None:
    """Print what was gathered of a log: the figures, then children.

    Those that are ``shown`` are printed with what is owed and what was missed, and with ``assumed``
    on what that hangs; where none is, those with the most unmet duties are listed.
    """
    print_figures(gathered.figures, policy, out)
    children = 0
    for children, assessment in enumerate(shown, start=1):  # noqa: B007 - counted for what follows
        out.line()
        hangs = None
        if assumed is not None:
            covered = assessment.coverage
            hangs = assumed.hangs(assessment.record, as_of=assessment.as_of_us, coverage=covered)
        print_child(assessment, out, hangs)
    if not children:
        print_top(gathered.notable, out)
    _print_clear(gathered.figures, out)
    failed = gathered.notable.not_judged
    for one in failed:
        out.line()
        out.line((f"{one.child_id}: This record could not be judged ({one.cause}).", ""))
    if failed.all > len(failed):
        out.line((f"... and {failed.all - len(failed)} more that could not be judged.", ""))


def print_figures(figures: Figures, policy: Policy, out: Page) -> None:
    """Print the headline and, where there is more than one child, the tables."""
    headline(figures, out)
    if figures.children() > 1:
        print_compliance(figures, policy, out)
        print_on_record(figures, policy, out)


def headline(figures: Figures, out: Page) -> None:
    """Strategy meetings first, then every outcome."""
    meetings = figures.meetings
    if meetings.findings:
        out.paragraph(
            f"Strategy meetings: {meetings.owed} owed, {meetings.in_time} held in time, "
            f"{meetings.late} held late, {meetings.no_record} no record, "
            f"{meetings[outcomes.PENDING]} not due yet, {meetings[outcomes.DECIDED]} decided not "
            f"required{_open_questions(meetings)}.",
            "bold",
        )
        hidden = figures.children("not_counted_by_category")
        if hidden:
            out.paragraph(
                f"{many(hidden, 'child was', 'children were')} not counted because of the "
                "recorded category.",
                "bold",
            )
    if figures.low_grades:
        out.paragraph(
            f"Risk grades below what was required: {figures.low_grades}, of "
            f"{many(figures.children('graded_too_low'), 'child', 'children')}.",
            "bold",
        )
    parts = [f"{number} {WORDS[name]}" for name, number in figures.outcomes.items()]
    out.paragraph(f"All duties: {', '.join(parts) if parts else 'none arose'}.")
    _print_stated(figures, out)
    withdrawn = figures.withdrawn()
    gone = sum(withdrawn.get(name, 0) for name in (outcomes.BREACHED, outcomes.FULFILLED_LATE))
    if gone:
        out.paragraph(f"Breaches that later corrections took away: {gone}.")
    incomplete = figures.all_duties.on_incomplete_records
    if incomplete:
        out.paragraph(
            f"{many(incomplete, 'finding rests', 'findings rest')} on an incomplete record: rows "
            "of the child were rejected or read in part."
        )


def _print_stated(figures: Figures, out: Page) -> None:
    """Hold breaches of duties that a source states apart from what hangs on an assumed time."""
    stated = figures.by_basis()[0]
    if not stated.no_record and not stated.late:
        return
    out.paragraph(
        f"Of duties that their source states: {stated.no_record} no record "
        f"({stated.no_record_by_assumed_time} by a time that is assumed), {stated.late} completed "
        f"late ({stated.late_by_assumed_time} by a time that is assumed)."
    )


def _open_questions(tally: Tally) -> str:
    """What the record or its source leaves open, if anything."""
    names = (outcomes.INDETERMINATE, outcomes.NOT_OBSERVABLE)
    return "".join(f", {tally[name]} {WORDS[name]}" for name in names if tally[name])


# --- Tables --------------------------------------------------------------------------------------


def print_compliance(figures: Figures, policy: Policy, out: Page) -> None:
    """Print how many duties of each rule were met in time, of how many, and what of the others."""
    rules = figures.by_rule()
    if not rules:
        return
    groups = figures.by_owner_group()
    rows = [(rule, rules[rule]) for rule in policy.duties if rule in rules]
    rows += [(_GROUPS[name], tally) for name, tally in groups.items() if tally.findings]
    column = max(len(name) for name, _ in rows)
    counted = [f"{tally.in_time} of {tally.of}" for _, tally in rows]
    number = max(len(text) for text in counted)
    out.line()
    out.line(("Completed in time, of those of which that is settled", "bold"))
    forbidding = {rule for rule, kinds in figures.rules.items() if not kinds[-1].action}
    for (name, tally), text in zip(rows, counted, strict=True):
        width = max(out.width - column - number - 6, NARROWEST)
        lines = _wrapped(_beside(tally, forbids=name in forbidding), width) or [""]
        for place, line in enumerate(lines):
            first = place == 0
            head = f"  {name if first else '':{column}}  {text if first else '':>{number}}"
            out.line((f"{head}  {line}".rstrip(), ""))


_GROUPS = {POLICE: "all of the police", PARTNERS: "all of partners", OTHERS: "all of others"}


def _beside(tally: Tally, *, forbids: bool) -> str:
    """What stands beside "42 of 50", the gravest first; of what is forbidden, how often it was."""
    said = {**WORDS, outcomes.BREACHED: "against policy"} if forbids else WORDS
    names = [name for name in outcomes.OUTCOMES if name != outcomes.FULFILLED and tally[name]]
    parts = [f"{tally[name]} {said[name]}" for name in names]
    if tally.on_incomplete_records:
        parts.append(f"{tally.on_incomplete_records} on incomplete records")
    return ", ".join(parts)


def print_on_record(figures: Figures, policy: Policy, out: Page) -> None:
    """Print in how many episodes there is something on record, as a file audit counts it."""
    held, unseen = figures.episodes_by("kind"), figures.episodes_by("unseen")
    if figures.episodes < 2:  # noqa: PLR2004 - of one episode there is nothing to count
        return
    kinds = [kind for kind in policy.vocabulary.kinds.values() if kind.name in COUNTED_IN_EPISODES]
    column = max(len(_capital(kind.phrase)) for kind in kinds)
    out.line()
    out.line((f"On record in how many of {figures.episodes} episodes", "bold"))
    for kind in kinds:
        number = f"{held.get(kind.name, 0)} of {figures.episodes}"
        if unseen.get(kind.name) == figures.episodes:
            number = WORDS[outcomes.NOT_OBSERVABLE]
        out.line((f"  {_capital(kind.phrase):{column}}  {number}", ""))
    opened = figures.episodes_by("category")
    parts = [
        f"{number} {'not recorded' if name is None else name.replace('_', ' ')}"
        for name, number in opened.items()
    ]
    out.paragraph(
        f"First recorded category of the {figures.episodes} episodes: {', '.join(parts)}."
    )
    for row in figures.reviews():
        found = [
            f"{number} {verdict.replace('_', ' ')}" for verdict, number in row.verdicts.items()
        ]
        what = row.kind.replace("_", " ")
        out.paragraph(
            f"Quality, as reviewers judged it: {what}, {row.reviewed} of {row.on_record} reviewed: "
            f"{', '.join(found)}."
        )


def print_top(notable: Notable, out: Page) -> None:
    """Print the children with the most unmet duties."""
    cases = notable.cases
    if not len(cases):
        return
    out.line()
    out.line(("Children with the most unmet duties (not a ranking of the risk to them)", "bold"))
    column = max(5, *(len(case.child_id) for case in cases))
    out.line((f"  {'child':{column}}  no record  completed late", ""))
    for case in cases:
        out.line((f"  {case.child_id:{column}}  {case.no_record:9}  {case.late:14}", ""))
    more = cases.all - len(cases)
    if more:
        children = many(more, "more child has", "more children have")
        out.paragraph(f"{children} unmet duties. --format jsonl gives every finding.")


def _print_clear(figures: Figures, out: Page) -> None:
    unknown = figures.children("with_nothing_on_record")
    if unknown:
        out.line()
        children = many(unknown, "child", "children")
        out.paragraph(
            f"Of {children} nothing is on record at the instant of the judgement: all that was "
            "entered was entered or happened later, or is void. Nothing could be judged of them."
        )
    bare = figures.children("without_episodes")
    if bare:
        out.line()
        children = many(bare, "child", "children")
        out.paragraph(
            f"Of {children} no episode is on record, only entries about the child, such as "
            "markers. Nothing was owed of them."
        )
    clear = figures.children("with_nothing_open")
    if clear:
        out.line()
        children = many(clear, "child", "children")
        out.paragraph(f"{children} with nothing overdue, nothing required and nothing unclear.")


def _capital(phrase: str) -> str:
    """Begin a phrase with a capital, without its article."""
    bare = phrase.removeprefix("a ").removeprefix("an ").removeprefix("the ")
    return bare[:1].upper() + bare[1:]


# --- One child -----------------------------------------------------------------------------------


def print_child(
    assessment: Assessment, out: Page, hangs: Mapping[str, Sequence[Hangs]] | None = None
) -> None:
    """Print one child: what the record does not show, and what is still to be done, by episode.

    ``hangs`` says by finding id on what findings hang that was assumed.
    """
    shown = [f for f in assessment.findings if f.outcome in OPEN]
    breaches = sum(f.is_breach for f in shown)
    pending = sum(f.outcome == outcomes.PENDING for f in shown)
    count = f": {many(breaches, 'breach', 'breaches')}, {pending} still to be done in time"
    unclear = len(shown) - breaches - pending
    if unclear:
        count += f", {unclear} cannot be told"
    out.line((assessment.child_id, "bold"), (count, ""))
    for episode_id in sorted({f.episode_id or "" for f in shown}):
        part = [f for f in shown if (f.episode_id or "") == episode_id]
        title = f"Episode {episode_id}" if episode_id else "About the child"
        out.line()
        out.line(("  ", ""), (title, "bold"))
        _print_findings(_by_weight(part), out, hangs or {})
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


def _print_findings(
    found: Sequence[Finding], out: Page, hangs: Mapping[str, Sequence[Hangs]]
) -> None:
    """Print the rules in a column, and beside each what the record shows and what that rests on."""
    column = max(len(finding.rule) for finding in found)
    width = max(out.width - column - 4, NARROWEST)
    for finding in found:
        rests_on = f"Evidence: {', '.join(finding.evidence)}. {clause(finding)}."
        lines = [(line, "") for line in _wrapped(finding.sentence, width)]
        lines += [(line, "dim") for line in _wrapped(rests_on, width)]
        for each in hangs.get(finding.finding_id, ()):
            lines += [(line, "") for line in _wrapped(f"Sensitive to {each}.", width)]
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
    left_out = f" + {log.left_out} left out by the mapping" if log.left_out else ""
    text = (
        f"Rows: {log.rows} read = {log.accepted} accepted + {many(log.duplicates, 'duplicate')} + "
        f"{log.rejected} rejected{left_out}. Children: {children}."
    )
    if log.partly:
        text += f" Of {many(log.partly, 'row', 'rows')} some cells could not be read."
    return text


def without_child(log: Log) -> str:
    """Say that rejected rows may be anybody's; empty where every one of them names a child."""
    number = log.unattributed
    if not number:
        return ""
    them = plural(number, "it", "them")
    return (
        f"{many(number, 'rejected row names', 'rejected rows name')} no child: any child's record "
        f"may lack {them}, and there may be no record of something because of {them}."
    )


def basis_of(policy: Policy, as_of_us: int, *, chosen: bool) -> str:
    """Which policy judges, and for which instant, in the policy's zone."""
    why = "" if chosen else " (the latest time an entry was recorded; --as-of chooses another)"
    return (
        f"Policy {policy.name} {policy.edition}: {policy.title}\n"
        f"Judged as of {policy.calendar.local(as_of_us)}{why}."
    )

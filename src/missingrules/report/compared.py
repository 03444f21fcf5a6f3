"""The page of policies side by side: what each asks for, what it costs, and whom it sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from missingrules.compare.comparison import figures_of
from missingrules.compare.judging import MEETINGS
from missingrules.report.amounts import BECAME, Amount, Line, Panel, amounts, lines
from missingrules.report.section import (
    Chart,
    Entry,
    Heading,
    Numbers,
    Said,
    Section,
    Shown,
    Tabled,
    Told,
)
from missingrules.report.svg import IN_TIME, LATE, NO_RECORD
from missingrules.report.tables import Row, Table
from missingrules.report.trends import every_month
from missingrules.wording import listed as joined
from missingrules.wording import many, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from missingrules.compare.comparison import Comparison
    from missingrules.report.section import Block

_BESIDE: Final = 3
"""So many policies have room beside one another in a table."""
_DRAWN: Final = 10
"""So many rules are drawn: those on which two policies differ most."""
_NONE: Final = "-"
_NO_RULE: Final = "A dash says that the policy has no rule of the kind."


def told(answer: Comparison, listed: int) -> Told:
    """Tell of a comparison; ``listed`` is how many changes are listed at most."""
    names = joined(answer.names, "and")
    count = answer.counts.children
    if answer.as_of_us is None:
        lead = "No row of the log was accepted: there is nothing to compare."
    else:
        zone = answer.policies[0].calendar
        when = f"as known on {zone.local(answer.as_of_us)[:10]}"
        if answer.months and answer.since_us is not None:
            since, to = zone.local(answer.since_us)[:10], zone.local(answer.as_of_us)[:10]
            when = f"{since} to {to} ({answer.months:.1f} months)"
        lead = f"{count:,} {plural(count, 'child')}, {when}, judged by {names}."
    sections = [_glance(answer), _meetings(answer), _workload(answer), _rules(answer)]
    sections += [_unseen(answer), _differences(answer)]
    if listed:
        sections.append(_children(answer, listed))
    return Told(
        title=f"What another policy would have found: {names}",
        lead=lead,
        asked=(
            "It says what each policy asks for. What only one of them asks for was not owed by "
            "those who worked under another, and a policy that finds less is not for that reason "
            "kept better."
        ),
        sections=tuple(sections),
        holds_ids=bool(listed and answer.changes),
        words=(
            (
                "A month",
                (
                    "The twelfth part of a year, over the time from the first entry of the "
                    "log to the instant of the judgement."
                ),
            ),
            (
                "Seen",
                (
                    "A child is seen by a policy if it finds that something arose, or may "
                    "have arisen; sooner, if the first such duty arose sooner."
                ),
            ),
            (
                "The same duty",
                (
                    "Two policies find the same duty where the rules go by one name and the "
                    "episode, the entry that gave rise to it and the interval are the same. "
                    "Every rule that asks for a strategy meeting goes by that name."
                ),
            ),
        ),
    )


# --- At a glance ---------------------------------------------------------------------------------


def _glance(answer: Comparison) -> Section:
    found = [answer.meetings(number) for number in range(len(answer.names))]
    blocks: list[Block] = [
        Said(_of_meetings(name, each), "strong")
        for name, each in zip(answer.names, found, strict=True)
    ]
    for number in range(1, len(answer.names)):
        blocks += _against(answer, number, found[number])
    if answer.counts.failed:
        n = answer.counts.failed
        blocks.append(
            Said(
                f"{many(n, 'child')} could not be judged under one of the policies: counted "
                "nowhere."
            )
        )
    return Section("headline", "At a glance", tuple(blocks))


def _of_meetings(name: str, found: dict[str, Any]) -> str:
    if not found["rules"]:
        return f"{name} has no rule that asks for a strategy meeting."
    owed, children = found["owed"], found["children"]
    if not owed:
        return f"{name} calls for no strategy meeting of any child."
    open_ = owed - found["met"] - found["missed"]
    later = f", {open_:,} not due yet or decided not required" if open_ else ""
    return (
        f"{name} calls for {owed:,} strategy {plural(owed, 'meeting')} for "
        f"{children:,} {plural(children, 'child')}: {found['met']:,} completed in time, "
        f"{found['late']:,} late, {found['no_record']:,} without a record{later}."
    )


def _against(answer: Comparison, number: int, found: dict[str, Any]) -> Iterator[Block]:
    """Say how one policy stands to the first."""
    first, other = answer.names[0], answer.names[number]
    against = found["against_first"]
    if MEETINGS in answer.subjects():
        yield Numbers(
            f"Strategy meetings: {other} against {first}",
            (
                Shown(f"children seen that {first} does not see", f"{_n(against, 'only_this')}"),
                Shown(f"children that only {first} sees", f"{_n(against, 'only_first')}"),
                Shown("children seen sooner", f"{_n(against, 'sooner')}"),
                *(
                    [Shown("days sooner, in the middle", f"{against['median_days_sooner']:,}")]
                    if against["children_sooner"]
                    else []
                ),
                Shown("meetings owed a month", f"{against['further_meetings_a_month']:+.2f}"),
            ),
        )
    mine, theirs = answer.counts.total(0).owed, answer.counts.total(number).owed
    sums = {
        what: sum(answer.counts.differences[number, name, what] for name in answer.subjects())
        for what in ("only_first", "only_other", "differing")
    }
    if not any(sums.values()):
        yield Said(f"In every rule {first} and {other} find the same.")
    else:
        yield Said(
            f"Of all that is owed, not only meetings: {mine:,} "
            f"{plural(mine, 'duty', 'duties')} under {first}, "
            f"{theirs:,} under {other}. {sums['only_other']:,} "
            f"{plural(sums['only_other'], 'is', 'are')} found by {other} alone, "
            f"{sums['only_first']:,} by {first} alone, and {sums['differing']:,} by both with "
            "another outcome."
        )


def _n(against: dict[str, Any], name: str) -> str:
    return f"{against[f'children_{name}']:,}"


# --- Strategy meetings ---------------------------------------------------------------------------


def _meetings(answer: Comparison) -> Section:
    every = range(len(answer.names))
    held = [number for number in every if answer.judging.rules_of(number, MEETINGS)]
    if not held:
        said = Said("None of the policies has a rule that asks for a strategy meeting.")
        return Section("meetings", "Strategy meetings", (said,))
    title = "Strategy meetings by what became of them"
    blocks: list[Block] = []
    found = {number: answer.meetings(number) for number in every}
    bars = [_bar(answer.names[number], found[number]) for number in held]
    if any(found[number]["owed"] for number in held):
        chart = amounts([Panel("", bars, BECAME)], name="chart-meetings", title=title)
        blocks.append(Chart(chart, title))
    blocks.append(Tabled(_meetings_table(answer, title, found)))
    blocks += _by_month(answer, held)
    return Section("meetings", "Strategy meetings", tuple(blocks))


def _bar(name: str, found: dict[str, Any]) -> Amount:
    """Make the bar of what became of duties."""
    open_ = found["owed"] - found["met"] - found["missed"]
    parts = (found["met"], found["late"], found["no_record"], open_)
    return Amount(name, parts, f"{found['owed']:,} owed")


_HEAD: Final = (
    "Owed",
    "Completed in time",
    "Completed late",
    "No record",
    "Not due yet",
    "Decided not required",
    "Cannot be told",
)
_KEYS: Final = ("owed", "met", "late", "no_record", "pending", "decided_not_required")


def _meetings_table(answer: Comparison, title: str, found: dict[int, dict[str, Any]]) -> Table:
    rows = []
    for number, name in enumerate(answer.names):
        one = found[number]
        keys = (*_KEYS, "indeterminate", "children")
        cells = tuple(f"{one[key]:,}" if one["rules"] else _NONE for key in keys)
        rows.append(Row(name, cells, ", ".join(one["rules"])))
    return Table(title, ("Policy", *_HEAD, "Children"), tuple(rows), note=_NO_RULE)


def _by_month(answer: Comparison, held: Sequence[int]) -> Iterator[Block]:
    counted = answer.counts.months
    named = sorted({month for _, month in counted})
    if not named:
        return
    months = every_month(named[0], named[-1])
    title = "Strategy meetings by the month in which the duty arose"
    if len(months) > 1:
        drawn = [
            Line(answer.names[number], [counted[number, month] for month in months])
            for number in held
        ]
        yield Chart(lines(months, drawn, name="chart-months", title=title), title)
    rows = tuple(
        Row(month, tuple(f"{counted[number, month]:,}" for number in held)) for month in months
    )
    yield Tabled(Table(title, ("Month", *(answer.names[number] for number in held)), rows))


# --- Workload beside benefit ---------------------------------------------------------------------


def _workload(answer: Comparison) -> Section:
    first = answer.names[0]
    every = range(len(answer.names))
    found = [answer.meetings(number) for number in every]
    title = "Strategy meetings: what each policy asks for, and whom it sees"
    rows = []
    for number, name in enumerate(answer.names):
        one = found[number]
        against = one.get("against_first")
        cells = [f"{answer.a_month(number):.2f}" if one["rules"] else _NONE]
        cells += [f"{one['children']:,}" if one["rules"] else _NONE]
        if against is None:
            cells += [_NONE] * 6
        else:
            cells += [
                f"{against['further_meetings_a_month']:+.2f}",
                _n(against, "only_this"),
                _n(against, "only_first"),
                _n(against, "sooner"),
                f"{against['median_days_sooner']:,}" if against["children_sooner"] else _NONE,
                _n(against, "later"),
            ]
        rows.append(Row(name, tuple(cells)))
    table = Table(
        title,
        (
            "Policy",
            "Owed a month",
            "Children",
            "More a month",
            f"Children seen, not by {first}",
            f"Children seen only by {first}",
            "Children seen sooner",
            "Days sooner (middle)",
            "Children seen later",
        ),
        tuple(rows),
        note=f"From the third number on each policy is held against {first}.",
    )
    blocks: list[Block] = [
        Said(
            "A policy that asks for more meetings costs more of the time of those who hold them. "
            "What it brings is children who are seen at all, or sooner. Which is worth which, no "
            "number says."
        )
    ]
    if answer.months and any(one["owed"] for one in found):
        work = Panel(
            "Meetings owed a month",
            [
                Amount(name, (answer.a_month(number),), cell)
                for number, name in enumerate(answer.names)
                for cell in [f"{answer.a_month(number):.2f}" if found[number]["rules"] else "none"]
            ],
            (("meetings owed a month", NO_RECORD, None),),
        )
        benefit = Panel(
            f"Children, against {first}",
            [_gain(found[number].get("against_first")) for number in every],
            (
                (f"seen, not by {first}", IN_TIME, None),
                ("seen sooner", LATE, "////"),
                (f"seen by {first} alone", "#fff", None),
            ),
        )
        chart = amounts([work, benefit], name="chart-workload", title=title)
        blocks.append(Chart(chart, title))
    blocks.append(Tabled(table))
    return Section("workload", "Workload beside benefit", tuple(blocks))


def _gain(against: dict[str, Any] | None) -> Amount:
    if against is None:
        return Amount("", (0, 0, 0), "what the others are held against")
    parts = tuple(against[f"children_{name}"] for name in ("only_this", "sooner", "only_first"))
    more, sooner, not_seen = parts
    return Amount("", parts, f"{more:,} more, {sooner:,} sooner, {not_seen:,} not")


# --- Rules ---------------------------------------------------------------------------------------


def _rules(answer: Comparison) -> Section:
    blocks: list[Block] = []
    every = list(range(len(answer.names)))
    for number in every[1:]:
        blocks += _drawn_difference(answer, number)
    if len(every) > 2:  # noqa: PLR2004 - three have no room for three numbers each
        keys = {"owed": "owed", "missed": "missed"}
    else:
        keys = {"owed": "owed", "met": "in time", "missed": "missed"}
    for start in range(0, len(every), _BESIDE):
        blocks.append(Tabled(_rule_table(answer, every[start : start + _BESIDE], keys)))
    return Section("rules", "What each policy owes, rule by rule", tuple(blocks))


def _rule_table(answer: Comparison, beside: Sequence[int], keys: dict[str, str]) -> Table:
    """Set numbers of some policies beside one another, by rule."""
    held = answer.judging.subjects()
    rows = []
    for subject in answer.subjects():
        told_of = answer.compared(subject)
        cells: list[str] = []
        for number in beside:
            one = told_of["policies"][number]
            cells += [f"{one[key]:,}" if subject in held[number] else _NONE for key in keys]
        rows.append(Row(told_of["title"], tuple(cells), subject))
    totals = [figures_of(answer.counts.total(number)) for number in beside]
    rows.append(Row("All", tuple(f"{one[key]:,}" for one in totals for key in keys), total=True))
    names = [answer.names[number] for number in beside]
    head = (f"{name}: {word}" for name in names for word in keys.values())
    caption = f"What is {joined(keys.values(), 'and')}: {joined(names, 'and')}"
    return Table(caption, ("Rule", *head), tuple(rows), note=_NO_RULE)


def _unseen(answer: Comparison) -> Section:
    """List what one policy has no rule for and another finds."""
    held = answer.judging.subjects()
    blocks: list[Block] = []
    for number in range(1, len(answer.names)):
        for blind, seeing in ((0, number), (number, 0)):
            rows = []
            for subject in answer.subjects():
                if subject in held[blind] or subject not in held[seeing]:
                    continue
                told_of = answer.compared(subject)
                one = told_of["policies"][seeing]
                if one["owed"] or one["indeterminate"]:
                    keys = ("owed", "met", "missed", "indeterminate", "children_owed")
                    rows.append(
                        Row(told_of["title"], tuple(f"{one[key]:,}" for key in keys), subject)
                    )
            cannot, can = answer.names[blind], answer.names[seeing]
            if not rows:
                blocks.append(
                    Said(f"{cannot} has a rule for everything that {can} finds in this log.")
                )
                continue
            head = ("Rule", "Owed", "Completed in time", "Missed", "Cannot be told", "Children")
            caption = f"What {can} finds, and {cannot} has no rule for"
            blocks.append(Tabled(Table(caption, head, tuple(rows))))
    return Section("unseen", "What one cannot see that another finds", tuple(blocks))


# --- Differences ---------------------------------------------------------------------------------


def _differences(answer: Comparison) -> Section:
    held = answer.judging.subjects()
    blocks: list[Block] = []
    first = answer.names[0]
    for number in range(1, len(answer.names)):
        other = answer.names[number]
        if len(answer.names) > 2:  # noqa: PLR2004 - more than one pair
            blocks.append(Heading(f"{other} against {first}"))
        shared = held[0] & held[number]
        rows = []
        for subject in answer.subjects():
            found = answer.counts.differences
            keys = ("only_first", "only_other", "differing", "children")
            counts = [found[number, subject, key] for key in keys]
            if subject in shared and any(counts):
                titles = answer.judging.titles()
                rows.append(Row(titles[subject], tuple(f"{n:,}" for n in counts), subject))
        head = ("Rule", f"Only {first}", f"Only {other}", "Both, another outcome", "Children")
        caption = f"Rules that {first} and {other} both have, and find different things by"
        empty = f"By the rules that both have, {first} and {other} find the same."
        blocks.append(Tabled(Table(caption, head, tuple(rows), empty=empty)))
    return Section("differences", "What they find differently by the same rules", tuple(blocks))


def _drawn_difference(answer: Comparison, number: int) -> Iterator[Block]:
    """Draw the rules on which two policies differ most in what is owed."""
    pair = (0, number)
    owed = {
        subject: [answer.counts.tally(each, subject).owed for each in pair]
        for subject in answer.subjects()
    }
    most = sorted(
        (subject for subject, (mine, theirs) in owed.items() if mine != theirs),
        key=lambda subject: -abs(owed[subject][0] - owed[subject][1]),
    )[:_DRAWN]
    if not most:
        return
    held = answer.judging.subjects()
    panels = []
    for each in pair:
        bars = []
        for subject in most:
            one = answer.compared(subject)["policies"][each]
            bar = _bar(answer.judging.titles()[subject], one)
            bars.append(bar if subject in held[each] else bar._replace(label="no rule"))
        panels.append(Panel(answer.names[each], bars, BECAME))
    names = f"{answer.names[0]} and {answer.names[number]}"
    title = f"Rules on which {names} differ most in what is owed"
    yield Chart(amounts(panels, name=f"chart-differences-{number}", title=title), title)


# --- Children ------------------------------------------------------------------------------------


def _children(answer: Comparison, listed: int) -> Section:
    changes = answer.changes[:listed]
    if not changes:
        return Section("children", "Children", (Said("They find the same of every child."),))
    titles = answer.judging.titles()
    by_child: dict[str, list[str]] = {}
    for change in changes:
        said = answer.said(change).removeprefix(f"{change.subject}: ")
        by_child.setdefault(change.child_id, []).append(f"{titles[change.subject]}: {said}.")
    blocks: list[Block] = [
        Said("This is not a ranking of the risk to children.", "strong"),
        Said(
            "The weightiest come first: strategy meetings that only one policy asks for, then "
            "those that it asks for sooner, then other rules."
        ),
        *(Entry(child, lines=tuple(said)) for child, said in by_child.items()),
    ]
    more = answer.changes_in_all - len(changes)
    if more:
        blocks.append(
            Said(
                f"And {more:,} more {plural(more, 'difference')}: --children N lists so many, "
                "--format json gives them as data."
            )
        )
    return Section("children", "Children of whom they find different things", tuple(blocks))

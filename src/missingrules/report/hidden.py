"""The page of the label audit: what counting by the recorded category hides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from missingrules.report.amounts import Amount, Panel, amounts
from missingrules.report.section import (
    Chart,
    Entry,
    Lines,
    Numbers,
    Said,
    Section,
    Shown,
    Tabled,
    Told,
)
from missingrules.report.svg import IN_TIME, NO_RECORD
from missingrules.report.tables import Row, Table
from missingrules.wording import plural

if TYPE_CHECKING:
    from missingrules.compare.labels import LabelAudit
    from missingrules.report.section import Block


def told(answer: LabelAudit, listed: int) -> Told:
    """Tell of a label audit; ``listed`` is how many children are listed at most."""
    found = answer.to_dict()
    episodes, children = found["episodes"], found["children"]
    sections = [_glance(found), _rules(answer, found["rules"])]
    if listed:
        sections.append(_children(answer, listed))
    return Told(
        title="What the recorded category hides",
        lead=(
            f"{episodes:,} {plural(episodes, 'episode')} of {children:,} "
            f"{plural(children, 'child')}, counted by what happened and by the category that was "
            f"recorded, under {answer.policy.name}."
        ),
        asked=(
            "It says what would be counted if only the recorded category counted. Why a category "
            "was recorded, the log does not say."
        ),
        sections=tuple(sections),
        holds_ids=bool(listed and answer.children),
        words=(
            (
                "Counted by what happened",
                "The episode is one of those that the policy counts, whatever it was called.",
            ),
            (
                "Counted by label",
                (
                    "The episode bears the category by which the policy would count it. It "
                    "does from the first moment at which that category is recorded."
                ),
            ),
        ),
    )


def _glance(found: dict[str, Any]) -> Section:
    hidden, owed = found["children_with_hidden_episodes"], found["children_with_hidden_duties"]
    title = "Episodes that count, by what happened and by label"
    blocks: list[Block] = [
        Said(
            f"The label hides episodes of {hidden:,} {plural(hidden, 'child')}, and something "
            f"owed of {owed:,}.",
            "strong",
        ),
        Numbers(
            "Episodes",
            (
                Shown("in the log", f"{found['episodes']:,}"),
                Shown("counted by what happened", f"{found['counted']:,}"),
                Shown("counted by label", f"{found['counted_by_label']:,}"),
            ),
        ),
    ]
    if found["not_judged"]:
        n = found["not_judged"]
        blocks.append(Said(f"{n:,} {plural(n, 'child')} could not be judged: counted nowhere."))
    if found["episodes"]:
        kinds = (("episodes", IN_TIME, None),)
        bars = [
            Amount(name, (n,), f"{n:,}")
            for name, n in (
                ("In the log", found["episodes"]),
                ("By what happened", found["counted"]),
                ("By label", found["counted_by_label"]),
            )
        ]
        chart = amounts([Panel("", bars, kinds)], name="chart-episodes", title=title)
        blocks.append(Chart(chart, title))
        rows = tuple(Row(bar.name, (bar.label,)) for bar in bars)
        blocks.append(Tabled(Table(title, ("Episodes", "Number"), rows)))
    return Section("headline", "At a glance", tuple(blocks))


def _rules(answer: LabelAudit, found: list[dict[str, Any]]) -> Section:
    title = "What is owed, by what happened and by label"
    titles = {rule: duties[-1].title for rule, duties in answer.policy.duties.items()}
    blocks: list[Block] = []
    if any(one["owed"] or one["owed_by_label"] for one in found):
        panels = [
            Panel(
                head,
                [Amount(titles[one["rule"]], (one[key],), f"{one[key]:,}") for one in found],
                ((head, colour, None),),
            )
            for head, key, colour in (
                ("By what happened", "owed", IN_TIME),
                ("By label", "owed_by_label", NO_RECORD),
            )
        ]
        blocks.append(
            Chart(amounts(panels, name="chart-rules", title=title, one_scale=True), title)
        )
    rows = tuple(
        Row(
            titles[one["rule"]],
            tuple(f"{one[key]:,}" for key in ("owed", "owed_by_label", "children_hidden")),
            one["rule"],
        )
        for one in found
    )
    head = ("Rule", "By what happened", "By label", "Children: fewer or later by label")
    blocks.append(Tabled(Table(title, head, rows)))
    if answer.unlabelled:
        blocks.append(Said("These count episodes, and do not say how by label. They are left out:"))
        blocks.append(Lines(tuple(f"{titles[rule]} ({rule})" for rule in answer.unlabelled)))
    return Section("rules", "What the label hides, rule by rule", tuple(blocks))


def _children(answer: LabelAudit, listed: int) -> Section:
    shown = answer.children[:listed]
    blocks: list[Block] = [Said("This is not a ranking of the risk to children.", "strong")]
    for child in shown:
        said = answer.headline(child).removeprefix(f"{child.child_id}: ")
        lines = tuple(f"{answer.said(one)}" for one in child.hidden)
        blocks.append(Entry(child.child_id, f"{said[:1].upper()}{said[1:]}", lines))
    if not shown:
        blocks = [Said("The label hides nothing of any child.")]
    more = answer.labels.numbers["children_hidden"] - len(shown)
    if more > 0:
        blocks.append(
            Said(f"And {more:,} more {plural(more, 'child')}: --children N lists so many.")
        )
    return Section("children", "Children of whom the label hides anything", tuple(blocks))

"""The figures as one JSON document: plain keys, stable order, nothing about a single child."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from missingrules.figures.owners import group_of
from missingrules.figures.tally import Tally
from missingrules.finding import stamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from missingrules.figures.counts import Figures

VERSION: Final = 1
"""Of the form of the document; it rises when a key changes its meaning or goes."""


def summary(figures: Figures) -> dict[str, Any]:
    """Write the figures down. Groups whose name may be missing are lists, with null for a name."""
    judged = figures.judged
    meetings = figures.meetings
    return {
        "figures": VERSION,
        "policy": None if judged is None else judged[0],
        "edition": None if judged is None else judged[1],
        "policy_digest": None if judged is None else judged[2],
        "as_of": None if judged is None else stamp(judged[3]),
        "children": {
            "all": figures.children(),
            **{flag: figures.children(flag) for flag in _FLAGS},
        },
        "episodes": _episodes(figures),
        "findings": figures.all_duties.findings,
        "outcomes": figures.outcomes,
        "on_incomplete_records": figures.all_duties.on_incomplete_records,
        "strategy_meetings": {
            "owed": meetings.owed,
            "held_in_time": meetings.in_time,
            "held_late": meetings.late,
            "no_record": meetings.no_record,
            "not_due_yet": meetings["pending"],
            "decided_not_required": meetings["decided_not_required"],
            "indeterminate": meetings["indeterminate"],
            "not_observable": meetings["not_observable"],
            "children_not_counted_by_category": figures.children("not_counted_by_category"),
        },
        "grades_below_required": {
            "findings": figures.low_grades,
            "children": figures.children("graded_too_low"),
        },
        "by_basis": [row._asdict() for row in figures.by_basis()],
        "by_rule": _by_rule(figures),
        "by_owner_group": _plain(figures.by_owner_group()),
        "by_owner": _named("owner", figures.by_owner()),
        "by_duty_authority": _plain(figures.by_duty_authority()),
        "by_area": _by_place("area", figures),
        "by_authority": _by_place("authority", figures),
        "by_month": _named("month", figures.by_month()),
        "quality_reviews": {
            row.kind: {
                "on_record": row.on_record,
                "reviewed": row.reviewed,
                **_VERDICTS,
                **row.verdicts,
            }
            for row in figures.reviews()
        },
        "withdrawn": figures.withdrawn(),
        "data_gaps": figures.gaps(),
    }


_FLAGS: Final = (
    "with_episodes",
    "without_episodes",
    "with_breaches",
    "with_open_findings",
    "with_nothing_open",
    "with_nothing_on_record",
    "not_counted_by_category",
    "graded_too_low",
    "with_withdrawn_findings",
    "with_data_gaps",
    "on_incomplete_records",
    "not_judged",
)
_VERDICTS: Final = {"good": 0, "requires_improvement": 0, "inadequate": 0}


def _episodes(figures: Figures) -> dict[str, Any]:
    return {
        "all": figures.episodes,
        "by_opening_category": _counted("category", figures.episodes_by("category")),
        "by_highest_grade": _counted("grade", figures.episodes_by("grade")),
        "by_month": figures.episodes_by("month"),
        "without_report": figures.episodes_without_report,
        "with_an_entry": figures.episodes_by("kind"),
    }


def _by_rule(figures: Figures) -> dict[str, Any]:
    kinds, masked, missed = figures.rules, figures.masked(), figures.missed()
    taken, waiting = figures.time_to_action(), figures.waiting()
    made: dict[str, Any] = {}
    for rule, tally in figures.by_rule().items():
        latest = kinds[rule][-1]
        made[rule] = {
            "title": latest.title,
            "owner": latest.owner,
            "owner_group": group_of(latest.owner),
            "authority": latest.authority,
            "basis": latest.basis,
            "timing_basis": latest.timing_basis,
            "severity": latest.severity,
            **tally.to_dict(),
            "not_counted_by_category": masked.get(rule, 0),
            "missed_intervals": missed.get(rule, 0),
            "time_to_action": taken[rule].to_dict() if rule in taken else None,
            "waiting": waiting[rule].to_dict() if rule in waiting else None,
        }
    return made


def _by_place(column: str, figures: Figures) -> list[dict[str, Any]]:
    """Give each area or authority with its episodes, its duties, and its strategy meetings."""
    area = column == "area"
    every = figures.by_area() if area else figures.by_local_authority()
    rules = figures.meeting_rules()
    meetings = figures.by_area(rules) if area else figures.by_local_authority(rules)
    episodes = figures.episodes_by(column)
    names = sorted({*every, *episodes}, key=lambda name: (name is None, name or ""))
    return [
        {
            column: name,
            "episodes": episodes.get(name, 0),
            **every.get(name, Tally()).to_dict(),
            "strategy_meetings": meetings.get(name, Tally()).to_dict(),
        }
        for name in names
    ]


def _plain(groups: Mapping[str, Tally]) -> dict[str, Any]:
    return {name: tally.to_dict() for name, tally in groups.items()}


def _named(column: str, groups: Mapping[Any, Tally]) -> list[dict[str, Any]]:
    return [{column: name, **tally.to_dict()} for name, tally in groups.items()]


def _counted(column: str, counts: Mapping[str | None, int]) -> list[dict[str, Any]]:
    return [{column: name, "episodes": number} for name, number in counts.items()]

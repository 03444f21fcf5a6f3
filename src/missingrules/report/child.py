"""One child on the page: the picture, its table, what is not on record, and why it was owed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from missingrules.report.story import told
from missingrules.report.tables import Row, Table, plain, words
from missingrules.report.timeline import timeline
from missingrules.wording import many

if TYPE_CHECKING:
    from missingrules.assumed import Assumed
    from missingrules.calendar import Calendar
    from missingrules.figures.notable import Case
    from missingrules.policy import Policy
    from missingrules.report.story import EpisodeTold, Told, Unmet


def child(
    case: Case, policy: Policy, *, place: int, assumed: Assumed | None = None
) -> dict[str, Any]:
    """Tell of one child; ``place`` makes ids that nothing else on the page has.

    With ``assumed`` it is told, too, on what hangs what is unmet.
    """
    found = told(case, policy, assumed)
    return {
        "id": f"child-{place}",
        "told": found,
        "picture": timeline(found, policy.calendar, name=f"timeline-{place}"),
        "episodes": _episodes(found, policy.calendar),
        "unmet": [_unmet(one) for one in found.unmet],
    }


def _episodes(found: Told, calendar: Calendar) -> Table:
    rows = (
        Row(
            f"{episode.number}",
            (
                episode.episode_id,
                _away(episode, calendar),
                ", then ".join(plain(name) for name in episode.categories) or "not recorded",
                ", then ".join(plain(grade) for _, grade in episode.grades) or "not graded",
                f"{episode.in_time} of {episode.in_time + episode.late + episode.no_record}",
                str(episode.late),
                str(episode.no_record),
            ),
        )
        for episode in found.episodes
    )
    left_out = found.left_out
    earlier = f"{many(left_out, 'earlier episode is', 'earlier episodes are')} left out."
    return Table(
        f"Episodes of {found.child_id}",
        (
            "No.",
            "Episode",
            "Away (local time)",
            "Category recorded",
            "Risk grade",
            "Completed in time",
            "Late",
            "No record",
        ),
        tuple(rows),
        columns=(4, 5, 6),
        note=earlier if left_out else "",
    )


def _away(episode: EpisodeTold, calendar: Calendar) -> str:
    if not episode.away:
        return f"from {calendar.minute(episode.start_us)}, without a report"
    return "; ".join(
        f"{calendar.minute(start)} to {'open' if end is None else calendar.minute(end)}"
        for start, end in episode.away
    )


def _unmet(one: Unmet) -> dict[str, Any]:
    timing = f", time allowed {one.timing_basis}" if one.timing_basis else ""
    counts = []
    if one.forbids:
        counts.append(f"against policy, {one.no_record} of {one.of}")
    elif one.no_record:
        counts.append(f"no record in {one.no_record} of {one.of}")
    if one.late:
        counts.append(f"completed late in {one.late} of {one.of}")
    return {
        "told": one,
        "counts": ", ".join(counts),
        "owner": words(one.owner, "not stated"),
        "basis": f"{words(one.authority)}, {one.basis}{timing}",
    }

"""Lists of a report: withdrawn findings, decisions, care homes, what could not be judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.report.tables import Row, Table, plain, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missingrules.calendar import Calendar
    from missingrules.figures.counts import Figures
    from missingrules.figures.notable import Notable
    from missingrules.report.homes import CareHome, SignedUp
    from missingrules.report.numbers import Lens


def withdrawn(figures: Figures, lens: Lens) -> Table | None:
    """Count the findings that corrections took away, by what they were; None without any."""
    found = figures.withdrawn()
    if not found:
        return None
    (*numbers, _), _ = lens.table([list(found.values())])
    rows = (Row(plain(name).capitalize(), (n,)) for name, n in zip(found, numbers, strict=True))
    return Table(
        "Findings that later corrections took away, by what they were",
        ("Before the correction", "Findings"),
        tuple(rows),
    )


def corrections(notable: Notable) -> Table:
    """List who took findings away, with the entries that did it."""
    rows = []
    for one in notable.withdrawn:
        lost = "; ".join(
            f"{title}: {plain(was)}" + (f" ({n} times)" if n > 1 else "")
            for _, title, was, n in one.findings
        )
        by = ", ".join(words(role) for role in one.by) or "Role not recorded"
        reason = "Reason on record" if one.reasoned else "No record of a reason"
        rows.append(Row(one.child_id, (", ".join(one.entries), by, reason, lost)))
    return Table(
        "Corrections that took findings away",
        ("Child", "Entries of the correction", "Made by", "Reason", "What they took away"),
        tuple(rows),
        numbers=False,
        note=_of(notable.withdrawn.all, len(notable.withdrawn)),
    )


def decisions(notable: Notable, calendar: Calendar) -> Table:
    """List decisions that an action was not required."""
    rows = (
        Row(
            one.child_id,
            (
                one.episode_id or "about the child",
                one.title,
                calendar.minute(one.decided_us),
                words(one.by, "role not recorded"),
                one.entry,
            ),
        )
        for one in notable.decisions
    )
    return Table(
        "The decisions, the latest first",
        ("Child", "Episode", "Duty", "Decided", "Decided by", "Entry"),
        tuple(rows),
        numbers=False,
        note=_of(notable.decisions.all, len(notable.decisions)),
        empty="No duty was decided not to be required.",
    )


def not_judged(notable: Notable) -> Table | None:
    """List children whose record could not be judged."""
    found = notable.not_judged
    if not found.all:
        return None
    rows = tuple(Row(one.child_id, (one.cause,)) for one in found)
    return Table(
        "Children whose record could not be judged",
        ("Child", "Class of the error"),
        rows,
        numbers=False,
        note=_of(found.all, len(found)),
    )


def homes(found: Sequence[CareHome]) -> tuple[Table, Table]:
    """Count care homes by whether they signed up, and list them."""
    signed = [home.signed_up for home in found]
    counts: tuple[tuple[str, SignedUp | None], ...] = (
        ("Signed up", "yes"),
        ("Not signed up", "no"),
        ("Not known", None),
    )
    counted = Table(
        "Care homes and the Philomena Protocol",
        ("", "Care homes"),
        (
            *(Row(name, (f"{signed.count(answer)} of {len(found)}",)) for name, answer in counts),
            Row("Last updated", (_latest(found),)),
        ),
    )
    names = {"yes": "signed up", "no": "not signed up", None: "not known"}
    listed = Table(
        "Each care home",
        ("Care home", "Philomena Protocol", "Last updated"),
        tuple(Row(home.name, (names[home.signed_up], _date(home))) for home in found),
        numbers=False,
    )
    return counted, listed


def _latest(found: Sequence[CareHome]) -> str:
    dates = [home.updated for home in found if home.updated is not None]
    return max(dates).isoformat() if dates else "not recorded"


def _date(home: CareHome) -> str:
    return "not recorded" if home.updated is None else home.updated.isoformat()


def _of(every: int, shown: int) -> str:
    return f"Listed are {shown} of {every}." if every > shown else ""

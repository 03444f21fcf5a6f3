"""A sample as a sheet for reviewers: what was drawn, and empty columns for what they find.

Free text of the log stands nowhere in it; ids do, because reviewers have to find the episode.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final

from missingrules.finding import stamp
from missingrules.sample import STRATA
from missingrules.spreadsheets import defused
from missingrules.text import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.policy import Policy
    from missingrules.sample import Sample, Stratum, Unit
    from missingrules.text import Page

REVIEW: Final = ("reviewed_by", "reviewed_on", "agrees", "remarks")
"""The columns that are left to the reviewer."""

COLUMNS: Final = (
    "number",
    "child_id",
    "episode_id",
    "reported_at",
    "area",
    "authority",
    "stratum",
    "stratum_size",
    "stratum_drawn",
    "weight",
    "found",
    "messages",
    *REVIEW,
    "finding_ids",
    "policy",
    "policy_digest",
    "as_of",
    "seed",
)
"""The columns of the sheet. What a review needs stands left, what repeats the drawing right."""

FORMATS: Final = ("csv", "jsonl")
_QUIET: Final = frozenset({"fulfilled", "pending", "not_observable"})


def rows(sample: Sample, policy: Policy, as_of_us: int) -> Iterator[dict[str, Any]]:
    """Give the sheet row by row as JSON takes it; findings with rule, outcome and message each."""
    for number, unit, stratum in sample.numbered():
        area, authority = unit.place
        yield {
            "number": number,
            "child_id": unit.child_id,
            "episode_id": unit.episode_id,
            "reported_at": None
            if unit.placed_us is None
            else policy.calendar.local(unit.placed_us),
            "area": area,
            "authority": authority,
            "stratum": stratum.name,
            "stratum_size": stratum.size,
            "stratum_drawn": stratum.drawn,
            "weight": stratum.weight,
            "findings": [found._asdict() for found in unit.found],
            **dict.fromkeys(REVIEW),
            "policy": policy.name,
            "policy_digest": policy.digest,
            "as_of": stamp(as_of_us),
            "seed": sample.seed,
        }


def written(sample: Sample, policy: Policy, as_of_us: int, form: str) -> str:
    """Write the sheet in one of :data:`FORMATS`. In CSV, lines end as spreadsheets end them."""
    if form == "jsonl":
        return "".join(
            json.dumps(row, ensure_ascii=False) + "\n" for row in rows(sample, policy, as_of_us)
        )
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row, unit in zip(rows(sample, policy, as_of_us), sample.units, strict=True):
        flat = row | {
            "found": found(unit),
            "messages": " ".join(one.message for one in unit.found if one.outcome not in _QUIET),
            "finding_ids": "; ".join(one.finding_id for one in unit.found),
        }
        writer.writerow(_cell(flat[column]) for column in COLUMNS)
    return stream.getvalue()


def found(unit: Unit) -> str:
    """Say in short what was found: ``no record: fim-told, tracker-opened; completed: ppn-shared``.

    What a person should look at first stands first.
    """
    by_outcome: dict[str, list[str]] = {}
    for one in unit.found:
        listed = by_outcome.setdefault(one.outcome, [])
        if one.rule not in listed:
            listed.append(one.rule)
    return "; ".join(
        f"{words}: {', '.join(by_outcome[outcome])}"
        for outcome, words in WORDS.items()
        if outcome in by_outcome
    )


def print_sample(sample: Sample, policy: Policy, out: Page) -> None:
    """Print what was drawn, stratum by stratum."""
    for stratum in sample.strata:
        out.line()
        out.paragraph(f"{stratum.name}: {drawing(stratum)}", "bold")
        for number, unit, of in sample.numbered():
            if of is not stratum:
                continue
            place = ", ".join(filter(None, unit.place))
            when = unit.placed_us
            told = [
                f"child {unit.child_id}",
                f"episode {unit.episode_id}" if unit.episode_id else "no episode",
                "" if when is None else policy.calendar.minute(when),
                place,
            ]
            out.paragraph(f"  {number}. {', '.join(filter(None, told))}")
            out.paragraph(f"     {found(unit) or 'no finding'}")


def drawing(stratum: Stratum) -> str:
    """Say what a stratum is, and how many episodes of it were drawn."""
    told = f"{STRATA[stratum.name]}. {stratum.drawn} of {stratum.size} drawn"
    if stratum.weight is None:
        return f"{told}: the sample says nothing of these."
    return f"{told}, each for {stratum.weight:.4g}."


def _cell(value: object) -> str:
    if value is None:
        return ""
    return defused(value) if isinstance(value, str) else f"{value}"

"""What the commands that read a log have in common: options, reading, and what became of it."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from missingrules.calendar import InstantError, from_us, parse_instant
from missingrules.cli.terminal import say, stop
from missingrules.errors import LogError
from missingrules.wording import listed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from missingrules.log import Log
    from missingrules.policy import Policy
    from missingrules.reading.mapping import SourceMapping
    from missingrules.reading.quality import Note
    from missingrules.text import Page

SHOWN = 20
"""So many faults, or ids, are shown; of more, how many."""


class EngineName(StrEnum):
    """Which matcher judges conditions."""

    native = "native"
    durable = "durable"
    both = "both"


Logs = Annotated[
    list[str],
    typer.Argument(
        metavar="LOG",
        help="Files (JSON Lines, CSV, Parquet), folders or patterns; - reads JSON Lines from "
        "standard input.",
    ),
]
PolicyOption = Annotated[
    str | None,
    typer.Option(
        "--policy", "-p", metavar="NAME|FILE", help="A shipped policy or a policy file. Required."
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="Judge as known at this instant, e.g. 2024-03-31T09:00:00+01:00; without an offset "
        "it is in the zone of the policy. Default: the latest time at which an accepted entry "
        "was recorded.",
    ),
]
Zone = Annotated[
    str | None,
    typer.Option(
        metavar="ZONE",
        help="Zone of times in the log without an offset, e.g. Europe/London; else they are "
        "rejected.",
    ),
]
MappingOption = Annotated[
    list[str] | None,
    typer.Option(
        "--mapping",
        "-m",
        metavar="NAME|FILE",
        help="How the files are to be read, if they are not in the canonical form: a shipped "
        "mapping or a mapping file. Can be repeated: each then reads the files that it knows by "
        "their names.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="How many processes judge. Default: one a processor."),
]
Engine = Annotated[EngineName, typer.Option(help="Which matcher judges conditions.")]


# --- What goes in --------------------------------------------------------------------------------


def files(names: Sequence[str], zone: str | None, mappings: Sequence[SourceMapping]) -> list[Path]:
    """List the files that are meant; end the command for what cannot be."""
    from missingrules.reading.files import STDIN, expand

    if names.count(STDIN) > 1:
        stop("- can be given once: standard input can be read once")
    if STDIN in names and sys.stdin is None:
        stop("- reads standard input, and that is closed")
    if STDIN in names and mappings:
        stop("- reads JSON Lines with the canonical names; a mapping needs files")
    if zone is not None:
        try:
            parse_instant("2000-01-01T12:00:00", zone)
        except ValueError as error:
            stop(f"--{error}")  # it begins with zone=
    try:
        return expand(names)
    except LogError as error:
        stop(str(error))


def mappings_of(names: Sequence[str] | None, policy: Policy) -> tuple[SourceMapping, ...]:
    """Load the mappings that were asked for."""
    from missingrules.reading.mapping import load_mapping

    return tuple(load_mapping(name, policy.vocabulary) for name in dict.fromkeys(names or ()))


def calls_of(mappings: Sequence[SourceMapping]) -> bool | None:
    """Say whether any source has the calls of the control room; None where no mapping tells."""
    return any(mapping.file.holds_calls for mapping in mappings) if mappings else None


def notes_of(mappings: Sequence[SourceMapping]) -> list[str]:
    """List what the mappings decide, and what has to be known of several sources in one scan."""
    return [*(note for mapping in mappings for note in mapping.notes), *_of_several(mappings)]


def _of_several(mappings: Sequence[SourceMapping]) -> list[str]:
    """Say what joining sources of episodes does: an id of one leads to one of another if told."""
    names = [mapping.name for mapping in mappings if "reported" in mapping.kinds]
    if len(names) < 2:  # noqa: PLR2004 - of one there is nothing to join
        return []
    note = (
        f"Several sources tell of episodes: {', '.join(names)}. An absence that stands in two "
        "of them under two ids counts twice, unless a table of same_episodes in a mapping says "
        "that the two mean one; and every episode is judged by what all of them together can show: "
        "what is not on record in one may be so because only another one holds it."
    )
    days = [m.name for m in mappings if m.by_day]
    if not days or all(mapping.file.same_episodes is None for mapping in mappings):
        return [note]
    taken = (
        f"Only the day of a report or a return stands in {listed(days, 'and')}. Where an absence "
        "is joined with one of another source, it begins with the earlier report and ends with the "
        "earlier return: with a time of day that was taken, duties may seem to arise, and to end, "
        "hours before they did."
    )
    return [note, taken]


def instant(text: str | None, policy: Policy, option: str = "--as-of") -> dt.datetime | None:
    """Read an instant; without an offset it is in the zone of the policy."""
    if text is None:
        return None
    try:
        return from_us(parse_instant(text, policy.calendar.zone))
    except InstantError as error:
        if error.code == "bad-time":
            stop(
                f"{option}: must be a date with a time, as in 2024-03-31T09:00:00 (in the zone of "
                "the policy) or 2024-03-31T09:00:00+01:00"
            )
        stop(f"{option}: {error}")


def no_child(child: str, log: Log) -> str:
    """Say that a log has no entry of a child, and why that may be."""
    message = f"the log has no entry of child {child}"
    if child in log.incomplete:
        return f"{message}: every row of this child was rejected"
    close = get_close_matches(child, {entry.child_id for entry in log.entries}, n=1)
    return f"{message}; did you mean {close[0]}?" if close else message


# --- What comes out ------------------------------------------------------------------------------


def introduce(  # noqa: PLR0913 - all that a reader has to know first
    policy: Policy,
    log: Log,
    recording: str,
    notes: Iterable[Note],
    as_of_us: int,
    out: Page,
    *,
    children: int,
    chosen: bool,
    mappings: Sequence[SourceMapping],
) -> None:
    """Say what is judged by what, what became of the rows, and what is odd about them."""
    from missingrules import text

    out.paragraph(text.basis_of(policy, as_of_us, chosen=chosen))
    for source in mappings:
        out.paragraph(f"Mapping {source.name}: {source.file.title}")
        for note in source.notes:
            out.paragraph(note)
    for note in _of_several(mappings):
        out.paragraph(note)
    out.paragraph(text.rows(log, children))
    if log.unattributed:
        out.paragraph(text.without_child(log))
    out.paragraph(recording)
    for found in notes:
        out.paragraph(str(found))


def say_faults(log: Log, unheard: Iterable[str] = (), *, introduced: bool = False) -> None:
    """Show what was rejected and why, on standard error.

    ``unheard`` are the children of whom no row was accepted. Where the log was ``introduced``, it
    was said that rows name no child.
    """
    from missingrules import text

    for fault in log.faults[:SHOWN]:
        say(str(fault))
    if len(log.faults) > SHOWN:
        say(f"... and {len(log.faults) - SHOWN} more")
    if log.unattributed and not introduced:
        say(text.without_child(log))
    named = sorted(unheard)
    if named:
        why = "every row was rejected"
        if log.conflicts:
            why += ", or stands under an id of another entry"
        say(f"Not judged, because {why}: {some(named)}.")
    if log.conflicts:
        say(
            "Entry ids that stand over different contents, of which the earliest recorded was "
            f"kept: {some(log.conflicts)}. Ids must be unique in the whole log: what else stands "
            "under them is not judged, and the records of the children are incomplete."
        )


def some(ids: Sequence[str]) -> str:
    """List ids, and of many the first."""
    more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
    return ", ".join(ids[:SHOWN]) + more

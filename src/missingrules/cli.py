"""The command ``missingrules``.

Findings go to standard output; what is said about the run goes to standard error, except in
``text``.

Exit codes: 0 nothing breached; 1 breaches found, or a record that could not be judged; 2 usage, a
faulty policy, or an answer that could not be written; 3 rows of the log were rejected, or read in
part only (findings are still written; it wins over 1); 4 the matchers differed, or the second one
could not judge (it wins over 3). As with any command, 130 is an interrupt and 141 an output that
nobody reads to its end.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from missingrules.calendar import InstantError, from_us, parse_instant
from missingrules.cli_policy import app as policy_app
from missingrules.errors import EngineError, LogError
from missingrules.terminal import (
    BREACHES,
    CLEAR,
    DIFFERED,
    REJECTED,
    load_policy,
    say,
    stop,
    without_traceback,
    write_json,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from missingrules.log import Log
    from missingrules.policy import Policy
    from missingrules.reading.mapping import SourceMapping
    from missingrules.record import Coverage
    from missingrules.scan import Scan
    from missingrules.text import Page

SHOWN_FAULTS = 20


class Format(StrEnum):
    """How findings are written."""

    text = "text"
    json = "json"
    jsonl = "jsonl"


class EngineName(StrEnum):
    """Which matcher judges conditions."""

    native = "native"
    durable = "durable"
    both = "both"


app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Judge the log of missing children against policy written as data.",
)
app.add_typer(policy_app, name="policy")

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
    str | None,
    typer.Option(
        "--mapping",
        "-m",
        metavar="NAME|FILE",
        help="How the files are to be read, if they are not in the canonical form: a shipped "
        "mapping or a mapping file.",
    ),
]
Engine = Annotated[EngineName, typer.Option(help="Which matcher judges conditions.")]
FormatOption = Annotated[Format, typer.Option("--format", help="How findings are written.")]
CrossCheck = Annotated[
    bool,
    typer.Option(
        "--cross-check", help="Judge again with the other matcher, in another process, and compare."
    ),
]


def _version(*, asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"missingrules {version('missingrules')}")
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            is_eager=True,
            callback=lambda value: _version(asked=value),
            help="Show the version and exit.",
        ),
    ] = False,
) -> None:
    """Judge the log of missing children against policy written as data."""


@app.command("scan")
@without_traceback
def scan_command(  # noqa: PLR0913 - the options of the command
    logs: Logs,
    *,
    policy: PolicyOption = None,
    as_of: AsOf = None,
    output: FormatOption = Format.text,
    engine: Engine = EngineName.native,
    cross_check: CrossCheck = False,
    zone: Zone = None,
    mapping: MappingOption = None,
) -> int:
    """Find breaches and required actions in logs.

    Exit codes: 0 nothing breached, 1 breaches found or a record that could not be judged, 2 usage
    or faulty policy, 3 rows rejected (findings are still written), 4 the matchers differed or the
    second one could not judge.
    """
    from missingrules import text
    from missingrules.scan import heading, scan

    loaded = load_policy(policy)
    chosen = _instant(as_of, loaded)
    source = _mapping(mapping, loaded)
    log = _read(logs, loaded, zone, source)
    out = text.Page(sys.stdout if output is Format.text else sys.stderr)
    if not log.entries and chosen is None:
        if output is Format.json and log.rejected:
            empty = {"outcomes": {}, "on_incomplete_records": 0, "children": [], "errors": []}
            write_json({**heading(loaded, log, None), **empty})
        return _nothing_accepted(log, out)
    covered = _coverage(source, log, logs)
    done = scan(log, loaded, as_of=chosen, coverage=covered, engine=engine.value)
    _introduce(loaded, log, done.as_of_us, out, chosen=chosen is not None, source=source)
    if output is Format.text:
        out.line()
        text.print_scan(done, out)
    elif output is Format.json:
        write_json(done.to_dict() | _of_source(log, source))
    else:
        for finding in done.findings():
            sys.stdout.write(json.dumps(finding.to_dict()) + "\n")
    sys.stdout.flush()
    differed = cross_check and not _cross_checked(done, out)
    return _exit_code(done, differed=differed)


@app.command("explain")
@without_traceback
def explain_command(  # noqa: PLR0913 - the options of the command
    logs: Logs,
    *,
    child: Annotated[str, typer.Option("--child", metavar="ID", help="The child to explain.")],
    policy: PolicyOption = None,
    rule: Annotated[
        str | None, typer.Option("--rule", metavar="ID", help="One rule; without it every rule.")
    ] = None,
    finding: Annotated[
        str | None, typer.Option("--finding", metavar="ID", help="The rule behind one finding.")
    ] = None,
    as_of: AsOf = None,
    output: FormatOption = Format.text,
    engine: Engine = EngineName.native,
    zone: Zone = None,
    mapping: MappingOption = None,
) -> int:
    """Say why a rule did or did not call for something for one child.

    Exit codes: 0 explained, 2 usage or faulty policy, 3 rows rejected (the explanation is still
    written), 4 the matchers differed or the second one could not judge.
    """
    from missingrules import text
    from missingrules.explain import explain
    from missingrules.scan import latest_recorded, records

    if rule is not None and finding is not None:
        stop("--rule and --finding: give one of them")
    loaded = load_policy(policy)
    chosen = _instant(as_of, loaded)
    source = _mapping(mapping, loaded)
    log = _read(logs, loaded, zone, source)
    out = text.Page(sys.stdout if output is Format.text else sys.stderr)
    found = next((record for record in records(log) if record.child_id == child), None)
    if found is None:
        _faults(log)
        stop(f"the log has no entry of child {child}{_near(child, log)}")
    instant = from_us(latest_recorded(log)) if chosen is None else chosen
    made = explain(
        loaded,
        found,
        as_of=instant,
        rule=rule,
        finding=finding,
        coverage=_coverage(source, log, logs),
        engine=engine.value,
    )
    _introduce(loaded, log, made[0].as_of_us, out, chosen=chosen is not None, source=source)
    if output is Format.text:
        sys.stdout.write("\n" + "\n\n".join(one.to_text() for one in made) + "\n")
    elif output is Format.json:
        write_json([one.to_dict() for one in made])
    else:
        for one in made:
            sys.stdout.write(json.dumps(one.to_dict()) + "\n")
    return REJECTED if log.rejected or log.partly else CLEAR


@app.command("map")
@without_traceback
def map_command(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A file of the extract, of any readable form.")
    ],
) -> int:
    """Write a first mapping for a file from its header and first rows, to standard output.

    What it leaves open is said on standard error. Exit codes: 0 written, 2 usage, or a file that
    cannot be read.
    """
    from missingrules.reading.draft import draft_mapping

    made = draft_mapping(Path(file))
    sys.stdout.write(made.text)
    for note in made.notes:
        say(note)
    if made.unplaced:
        say(f"Columns that were not placed: {', '.join(made.unplaced)}.")
    return CLEAR


@app.command("synth")
@without_traceback
def synth_command(  # noqa: PLR0913 - the options of the command
    out: Annotated[
        str,
        typer.Argument(
            metavar="OUT",
            help="The file: .jsonl or .csv, also with .gz, or .parquet; - writes JSON Lines to "
            "standard output.",
        ),
    ],
    *,
    episodes: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="How many episodes the log has.")
    ] = None,
    children: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Instead: how many children it has.")
    ] = None,
    seed: Annotated[
        int, typer.Option(metavar="S", min=0, help="The same seed gives the same log everywhere.")
    ] = 0,
    first_day: Annotated[
        str | None, typer.Option(metavar="DATE", help="The first date, as in 2022-01-01.")
    ] = None,
    concern_for_safety: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            help="Share of the episodes that are first put in concern for safety, from 0 to 1.",
        ),
    ] = None,
    faults: Annotated[
        float,
        typer.Option(
            metavar="SHARE",
            help="Share of the entries that are followed by a row which a reader must reject.",
        ),
    ] = 0.0,
) -> int:
    """Make up a log of missing children, realistic in its figures, of any size.

    Exit codes: 0 written, 2 usage, or a log that could not be written.
    """
    from missingrules import values
    from missingrules.synth import Habits, write

    if (episodes is None) == (children is None):
        stop("give --episodes N or --children N")
    try:
        habits = Habits()
        if first_day is not None:
            habits = replace(habits, first_day=values.date(first_day))
        if concern_for_safety is not None:
            habits = replace(habits, concern_for_safety=concern_for_safety)
        done = write(
            sys.stdout.buffer if out == "-" else out,
            episodes=episodes,
            children=children,
            seed=seed,
            habits=habits,
            faults=faults,
        )
    except values.UnreadableError as error:
        stop(f"--first-day {error}")
    except ValueError as error:
        stop(str(error))
    say(f"Entries: {done.entries:,}; episodes: {done.episodes:,}; children: {done.children:,}.")
    if done.rejected:
        codes = ", ".join(f"{code} {count:,}" for code, count in done.faults.items())
        say(f"Rows beside them that must be rejected: {done.rejected:,} ({codes}).")
    return CLEAR


# --- What goes in --------------------------------------------------------------------------------


def _read(
    names: Sequence[str], policy: Policy, zone: str | None, mapping: SourceMapping | None
) -> Log:
    from missingrules.reading.extract import read_files
    from missingrules.reading.files import STDIN, expand

    if names.count(STDIN) > 1:
        stop("- can be given once: standard input can be read once")
    if STDIN in names and sys.stdin is None:
        stop("- reads standard input, and that is closed")
    if STDIN in names and mapping is not None:
        stop("- reads JSON Lines with the canonical names; a mapping needs files")
    if zone is not None:
        try:
            parse_instant("2000-01-01T12:00:00", zone)
        except ValueError as error:
            stop(f"--{error}")  # it begins with zone=
    try:
        paths = expand(names)
    except LogError as error:
        stop(str(error))
    return read_files(paths, mapping=mapping, vocabulary=policy.vocabulary, zone=zone)


def _mapping(name: str | None, policy: Policy) -> SourceMapping | None:
    from missingrules.reading.mapping import load_mapping

    return None if name is None else load_mapping(name, policy.vocabulary)


def _coverage(mapping: SourceMapping | None, log: Log, names: Sequence[str]) -> Coverage:
    """What the log can show: all from its first instant on, or what the mapping says."""
    from missingrules.reading.extract import tables_given
    from missingrules.reading.files import expand
    from missingrules.scan import whole

    if mapping is None:
        return whole(log)
    covered = mapping.coverage(tables_given(expand(names), mapping))
    return covered if covered.start is not None else replace(covered, start=log.first)


def _instant(text: str | None, policy: Policy) -> dt.datetime | None:
    if text is None:
        return None
    try:
        return from_us(parse_instant(text, policy.calendar.zone))
    except InstantError as error:
        stop(f"--as-of: {error}")


def _near(child: str, log: Log) -> str:
    """Say why a child may not be found."""
    if child in log.incomplete:
        return ": every row of this child was rejected"
    close = get_close_matches(child, {entry.child_id for entry in log.entries}, n=1)
    return f"; did you mean {close[0]}?" if close else ""


# --- What comes out ------------------------------------------------------------------------------


def _introduce(  # noqa: PLR0913 - all that a reader has to know first
    policy: Policy,
    log: Log,
    as_of_us: int,
    out: Page,
    *,
    chosen: bool,
    source: SourceMapping | None,
) -> None:
    """Say what is judged by what, what became of the rows, and what was wrong with them."""
    from missingrules import text
    from missingrules.reading.quality import all_notes, look_at

    out.paragraph(text.basis_of(policy, as_of_us, chosen=chosen))
    if source is not None:
        out.paragraph(f"Mapping {source.name}: {source.file.title}")
        for note in source.notes:
            out.paragraph(note)
    out.paragraph(text.rows(log, len(log.by_child())))
    quality = look_at(log)
    out.paragraph(quality.recording)
    holds_calls = None if source is None else source.file.holds_calls
    for found in all_notes(log, quality, holds_calls=holds_calls):
        out.paragraph(str(found))
    _faults(log)


def _of_source(log: Log, source: SourceMapping | None) -> dict[str, object]:
    """Give what the mapping says of the source as JSON takes it."""
    from missingrules.reading.quality import described

    if source is None:
        return {}
    quality = described(log, holds_calls=source.file.holds_calls)
    return {"data_quality": quality, "mapping": source.name, "source_notes": list(source.notes)}


def _nothing_accepted(log: Log, out: Page) -> int:
    """Answer for a log without a single entry to judge, and no instant to judge for."""
    from missingrules import text

    if not log.rejected:
        stop("the log is empty: nothing to judge. With --as-of TIME the answer would be empty too")
    out.paragraph(text.rows(log, 0))
    _faults(log)
    say("missingrules: no row was accepted, so nothing was judged")
    return REJECTED


def _faults(log: Log) -> None:
    """Show what was rejected and why, on standard error."""
    for fault in log.faults[:SHOWN_FAULTS]:
        say(str(fault))
    if len(log.faults) > SHOWN_FAULTS:
        say(f"... and {len(log.faults) - SHOWN_FAULTS} more")
    if log.unattributed:
        rows = "row names" if log.unattributed == 1 else "rows name"
        say(
            f"{log.unattributed} rejected {rows} no child: what seems missing anywhere may have "
            "been there."
        )
    unheard = sorted(log.incomplete - log.by_child().keys())
    if unheard:
        say(f"Not judged, because every row was rejected: {_some(unheard)}.")
    if log.conflicts:
        say(
            "Entry ids that stand over different contents, of which the earliest recorded was "
            f"kept: {_some(log.conflicts)}."
        )


def _some(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - SHOWN_FAULTS} more" if len(ids) > SHOWN_FAULTS else ""
    return ", ".join(ids[:SHOWN_FAULTS]) + more


def _cross_checked(done: Scan, out: Page) -> bool:
    from missingrules.crosscheck import cross_check

    try:
        result = cross_check(done)
    except EngineError as error:
        say(str(error))
        return False
    out.line()
    out.paragraph(
        f"Cross-check: {result.compared} verdicts compared with the {result.matcher} matcher, "
        f"{len(result.differing)} differ."
    )
    if result.differing:
        say(f"The matchers differ on {_some(result.differing)}.")
    return not result.differing


def _exit_code(done: Scan, *, differed: bool) -> int:
    if differed:
        return DIFFERED
    if done.log.rejected or done.log.partly:
        return REJECTED
    return BREACHES if any(f.is_breach for f in done.findings()) or done.failed else CLEAR


def main() -> None:
    """Run the command. What a stream cannot encode is written as an escape; none may be closed."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    app()


if __name__ == "__main__":
    main()

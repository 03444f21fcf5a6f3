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
import signal
import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from missingrules.calendar import from_us
from missingrules.cli.compare import compare_command
from missingrules.cli.log import (
    AsOf,
    Engine,
    EngineName,
    Logs,
    MappingOption,
    PolicyOption,
    Zone,
    calls_of,
    files,
    instant,
    introduce,
    mappings_of,
    no_child,
    say_faults,
)
from missingrules.cli.policy import app as policy_app
from missingrules.cli.sample import sample_command
from missingrules.cli.scan import scan_command
from missingrules.cli.terminal import (
    CLEAR,
    REJECTED,
    load_policy,
    say,
    stop,
    without_traceback,
    write_json,
)


class Format(StrEnum):
    """How findings are written."""

    text = "text"
    json = "json"
    jsonl = "jsonl"


app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Judge the log of missing children against policy written as data.",
)
app.add_typer(policy_app, name="policy")

FormatOption = Annotated[Format, typer.Option("--format", help="How it is written.")]


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


app.command("scan")(scan_command)
app.command("sample")(sample_command)
app.command("compare")(compare_command)


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
    from missingrules.reading.extract import read_files
    from missingrules.reading.quality import all_notes, look_at
    from missingrules.scan import coverage_of, latest_recorded, records

    if rule is not None and finding is not None:
        stop("--rule and --finding: give one of them")
    loaded = load_policy(policy)
    chosen = instant(as_of, loaded)
    mappings = mappings_of(mapping, loaded)
    paths = files(logs, zone, mappings)
    log = read_files(paths, mapping=mappings, vocabulary=loaded.vocabulary, zone=zone)
    out = text.Page(sys.stdout if output is Format.text else sys.stderr)
    found = next((record for record in records(log) if record.child_id == child), None)
    if found is None:
        say_faults(log)
        stop(no_child(child, log))
    judged_for = from_us(latest_recorded(log)) if chosen is None else chosen
    made = explain(
        loaded,
        found,
        as_of=judged_for,
        rule=rule,
        finding=finding,
        coverage=coverage_of(log.first, mappings, paths),
        engine=engine.value,
    )
    quality = look_at(log)
    introduce(
        loaded,
        log,
        quality.recording,
        all_notes(log, quality, holds_calls=calls_of(mappings)),
        made[0].as_of_us,
        out,
        children=len(log.by_child()),
        chosen=chosen is not None,
        mappings=mappings,
    )
    say_faults(log, log.incomplete - log.by_child().keys(), introduced=True)
    if output is Format.text:
        sys.stdout.write("\n" + "\n\n".join(one.to_text() for one in made) + "\n")
    elif output is Format.json:
        write_json([one.to_dict() for one in made])
    else:
        for one in made:
            sys.stdout.write(json.dumps(one.to_dict()) + "\n")
    return REJECTED if log.lost else CLEAR


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


def main() -> None:
    """Run the command, which ends on a request to end as on an interrupt.

    What a stream cannot encode is written as an escape; none may be closed.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was set aside is deleted
    app()


if __name__ == "__main__":
    main()

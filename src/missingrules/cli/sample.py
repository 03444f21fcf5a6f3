"""The command ``missingrules sample``: draw episodes for people to look at.

Exit codes: 0 drawn; 2 usage, a faulty policy, or a sheet that could not be written; 3 rows of the
log were rejected, or read in part only (the sample is still drawn). What was found in the episodes
has no bearing on it.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from missingrules.cli.log import (
    AsOf,
    Logs,
    MappingOption,
    PolicyOption,
    Workers,
    Zone,
    files,
    instant,
    introduce,
    mappings_of,
    say_faults,
)
from missingrules.cli.terminal import CLEAR, REJECTED, load_policy, stop, without_traceback
from missingrules.wording import many

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missingrules.reading.mapping import SourceMapping
    from missingrules.sample import Sample
    from missingrules.selection import Selection
    from missingrules.sweep import Sweep


class Format(StrEnum):
    """How the sample is written."""

    text = "text"
    csv = "csv"
    jsonl = "jsonl"


@without_traceback
def sample_command(  # noqa: PLR0913 - the options of the command
    logs: Logs,
    *,
    policy: PolicyOption = None,
    n: Annotated[
        int, typer.Option("--n", metavar="N", min=1, help="How many episodes are drawn.")
    ] = 50,
    seed: Annotated[
        str,
        typer.Option(
            metavar="S",
            help="The same seed draws the same episodes. Say it before you look.",
        ),
    ] = "0",
    since: Annotated[
        str | None,
        typer.Option(metavar="DATE|TIME", help="Only episodes reported on or after this."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE|TIME", help="Only episodes reported before this.")
    ] = None,
    area: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only episodes of this area; can be repeated."),
    ] = None,
    authority: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Only episodes of this local authority; can be repeated."
        ),
    ] = None,
    rule: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Look at findings of this rule only; can be repeated."),
    ] = None,
    as_of: AsOf = None,
    output: Annotated[
        Format | None,
        typer.Option(
            "--format", help="How it is written. Default: as the file is called, else text."
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write it to this file instead of standard output."),
    ] = None,
    zone: Zone = None,
    mapping: MappingOption = None,
    workers: Workers = None,
) -> int:
    """Draw a stratified sample of episodes for review, those without a breach among them.

    Exit codes: 0 drawn, 2 usage or faulty policy, 3 rows rejected (the sample is still drawn).
    """
    from missingrules.cli import progress
    from missingrules.sample import Sampler
    from missingrules.selection import Selection
    from missingrules.sweep import swept

    form = _form(output, out)
    loaded = load_policy(policy)
    chosen = instant(as_of, loaded)
    mappings = mappings_of(mapping, loaded)
    selection = Selection.of(
        loaded, since=since, until=until, areas=area, authorities=authority, rules=rule
    )
    sampler = Sampler(n, seed, selection=None if selection.is_everything else selection)
    paths = files(logs, zone, mappings)
    with (
        progress.shown() as bar,
        swept(
            paths,
            loaded,
            mappings=mappings,
            zone=zone,
            as_of=chosen,
            workers=workers,
            taken=bar.read,
        ) as sweep,
    ):
        bar.judging(sweep.children)
        for part in sweep.parts(figures=False, sampler=sampler):
            bar.judged(part.children, sweep.breaches)
    if sweep.as_of_us is None and not sweep.books.rejected:
        stop("the log is empty: there is nothing to draw from")
    sample = sampler.drawn()
    _tell(sweep, mappings, sample, selection, form=form, out=out, chosen=chosen is not None)
    _write(sweep, sample, form, out)
    return REJECTED if sweep.books.lost else CLEAR


def _form(output: Format | None, out: str | None) -> Format:
    """Tell the format: by the option, else by what the file is called."""
    if output is not None:
        return output
    if out is None:
        return Format.text
    suffix = Path(out).suffix.lower().removeprefix(".")
    try:
        return {"csv": Format.csv, "jsonl": Format.jsonl, "txt": Format.text}[suffix]
    except KeyError:
        stop(f"--out {out} must end in .csv, .jsonl or .txt, or --format must say what it is")


def _tell(  # noqa: PLR0913 - all that a reader has to know first
    sweep: Sweep,
    mappings: Sequence[SourceMapping],
    sample: Sample,
    selection: Selection,
    *,
    form: Format,
    out: str | None,
    chosen: bool,
) -> None:
    """Say what was read and judged, and from what the sample is drawn."""
    from missingrules import text
    from missingrules.samplesheet import drawing

    page = text.Page(sys.stdout if form is Format.text and out is None else sys.stderr)
    if sweep.as_of_us is not None:
        introduce(
            sweep.policy,
            sweep.books,
            sweep.quality.recording,
            (),  # what is odd about the data a scan tells
            sweep.as_of_us,
            page,
            children=sweep.children,
            chosen=chosen,
            mappings=mappings,
        )
    say_faults(sweep.books, sweep.unheard, introduced=sweep.as_of_us is not None)
    if not selection.is_everything:
        page.paragraph(episodes_of(selection))
    for unmet in sample.unmet:
        page.paragraph(unmet)
    size = many(sample.size, "episode")
    page.paragraph(f"Seed {sample.seed}: {len(sample.units)} of {size} drawn.")
    if form is not Format.text or out is not None:
        for stratum in sample.strata:
            page.paragraph(f"{stratum.name}: {drawing(stratum)}")


def episodes_of(selection: Selection) -> str:
    """Say which episodes are drawn from; the period is that of their report."""
    return selection.description.replace("duties that arose", "episodes reported")


def _write(sweep: Sweep, sample: Sample, form: Format, out: str | None) -> None:
    """Write the sheet: to standard output, or to a file that is put in place when it is whole."""
    from missingrules import text
    from missingrules.samplesheet import print_sample, written

    if form is Format.text and out is None:
        print_sample(sample, sweep.policy, text.Page(sys.stdout))
        return
    if form is Format.text:
        stream = io.StringIO()
        print_sample(sample, sweep.policy, text.Page(stream))
        told = stream.getvalue()
    else:
        told = written(sample, sweep.policy, sweep.as_of_us or 0, form.value)
    if out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(told.encode())  # as it is: lines of CSV end in their own way
        return
    # Spreadsheets take a file for UTF-8 if it begins with the mark.
    _put(Path(out), told.encode("utf-8-sig" if form is Format.csv else "utf-8"))


def _put(place: Path, told: bytes) -> None:
    """Write beside the place and rename; readable by its owner only, for it is about children."""
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(told)
        Path(name).replace(place)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise

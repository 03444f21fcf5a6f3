"""The command ``missingrules scan``: judge every child of a log, however large."""

from __future__ import annotations

import json
import shlex
import sys
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from missingrules.cli.log import (
    AsOf,
    Engine,
    EngineName,
    Logs,
    MappingOption,
    PolicyOption,
    Workers,
    Zone,
    calls_of,
    files,
    instant,
    introduce,
    mappings_of,
    notes_of,
    say_faults,
    some,
)
from missingrules.cli.terminal import (
    BREACHES,
    CLEAR,
    DIFFERED,
    REJECTED,
    load_policy,
    say,
    stop,
    without_traceback,
)
from missingrules.wording import many, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missingrules.cli.progress import Progress
    from missingrules.reading.mapping import SourceMapping
    from missingrules.reading.quality import Note
    from missingrules.record import Record
    from missingrules.report import CareHome
    from missingrules.sweep import Part, Sweep
    from missingrules.sweep.folder import Folder
    from missingrules.text import Page


class Format(StrEnum):
    """How findings are written."""

    text = "text"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"


@without_traceback
def scan_command(  # noqa: PLR0913 - the options of the command
    logs: Logs,
    *,
    policy: PolicyOption = None,
    as_of: AsOf = None,
    output: Annotated[
        Format, typer.Option("--format", help="How findings are written to standard output.")
    ] = Format.text,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            help="Write findings.parquet, findings.csv, findings.jsonl, summary.json, rejects.csv, "
            "report.html and report-for-sharing.html to this folder.",
        ),
    ] = None,
    engine: Engine = EngineName.native,
    cross_check: Annotated[
        bool,
        typer.Option(
            "--cross-check",
            help="Judge again with the other matcher, in another process, and compare.",
        ),
    ] = False,
    sensitivity: Annotated[
        bool,
        typer.Option(
            "--sensitivity",
            help="Say of each finding on what it hangs that the policy assumes. Judges many times.",
        ),
    ] = False,
    zone: Zone = None,
    mapping: MappingOption = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DATE|TIME",
            help="Only duties that arose on or after this local date, or at or after this time.",
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="DATE|TIME",
            help="Only duties that arose before this local date, or time.",
        ),
    ] = None,
    rule: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this rule; can be repeated.")
    ] = None,
    severity: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only this severity of a breach; can be repeated."),
    ] = None,
    outcome: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this outcome; can be repeated.")
    ] = None,
    child: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this child; can be repeated.")
    ] = None,
    area: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only what is reported under this area; repeatable."),
    ] = None,
    authority: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Only what is reported under this local authority; can be repeated.",
        ),
    ] = None,
    pseudonymise: Annotated[
        str | None,
        typer.Option(
            metavar="KEYFILE",
            help="Replace every id by a keyed hash, the same in every run with this key.",
        ),
    ] = None,
    care_homes: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="A CSV file of care homes for the report: home, signed_up, updated.",
        ),
    ] = None,
    workers: Workers = None,
    memory: Annotated[
        str, typer.Option(metavar="SIZE", help="Memory for sorting a large log, as in 1GB.")
    ] = "1GB",
    spill: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            help="Where a large log is set aside while it is sorted. It is deleted afterwards.",
        ),
    ] = None,
) -> int:
    """Find breaches and required actions in logs of any size.

    Exit codes: 0 nothing breached, 1 breaches found or a record that could not be judged, 2 usage
    or faulty policy, 3 rows rejected (findings are still written), 4 the matchers differed or the
    second one could not judge.
    """
    from missingrules import text
    from missingrules.cli import progress
    from missingrules.pseudonyms import Pseudonyms
    from missingrules.selection import Selection
    from missingrules.sweep import swept
    from missingrules.sweep.folder import Folder

    loaded = load_policy(policy)
    chosen = instant(as_of, loaded)
    mappings = mappings_of(mapping, loaded)
    selection = Selection.of(
        loaded,
        since=since,
        until=until,
        rules=rule,
        severities=severity,
        outcomes=outcome,
        children=child,
        areas=area,
        authorities=authority,
    )
    pseudonyms = None
    if pseudonymise is not None:
        pseudonyms = Pseudonyms.from_file(pseudonymise, vocabulary=loaded.vocabulary)
    paths = files(logs, zone, mappings)
    if care_homes is not None and out is None:
        stop("--care-homes: of use with --out only, which writes the report")
    homes = None if care_homes is None else _care_homes(Path(care_homes))
    if output is Format.parquet and sys.stdout.isatty():
        stop("--format parquet is no text: send standard output to a file")
    if out is not None:
        from missingrules.report.write import refuse_without_extra

        refuse_without_extra()
    assumed = None
    if sensitivity:
        from missingrules.compare import Assumptions

        assumed = Assumptions.of(loaded)
    page = text.Page(sys.stdout if output is Format.text else sys.stderr)
    told = output in (Format.text, Format.json) or not sys.stdout.isatty()
    with ExitStack() as shown:
        bar = shown.enter_context(progress.shown(told=told))
        with (
            nullcontext() if out is None else Folder(Path(out), sensitive=sensitivity) as folder,
            swept(
                paths,
                loaded,
                mappings=mappings,
                zone=zone,
                as_of=chosen,
                engine=engine.value,
                selection=None if selection.is_everything else selection,
                pseudonyms=pseudonyms,
                assumed=assumed,
                workers=workers,
                memory=memory,
                spill=None if spill is None else Path(spill),
                taken=bar.read,
            ) as sweep,
        ):
            run = Run(sweep, mappings, homes, chosen=chosen is not None)
            if sweep.as_of_us is None and not sweep.books.rejected:
                shown.close()
                stop(
                    "the log is empty: nothing to judge. With --as-of TIME the answer would be "
                    "empty too"
                )
            records = run.judge(output, folder, bar, cross_check=cross_check)
            if folder is not None:
                run.finish(folder)
    run.tell(page, records, as_text=output is Format.text)
    return run.exit_code


class Run:
    """One scan from its first child to its exit code."""

    def __init__(
        self,
        sweep: Sweep,
        mappings: Sequence[SourceMapping],
        homes: tuple[CareHome, ...] | None,
        *,
        chosen: bool,
    ) -> None:
        """Take the log that was read; ``chosen`` says whether the instant was given."""
        self.sweep, self.mappings, self.homes, self.chosen = sweep, mappings, homes, chosen

    def judge(
        self, output: Format, folder: Folder | None, bar: Progress, *, cross_check: bool
    ) -> list[Record]:
        """Judge everything and write findings as they come.

        Gives the records of which details are to be shown as text, one more than are where there
        are too many.
        """
        from missingrules import text
        from missingrules.sweep.folder import FINDINGS, Stream

        sweep = self.sweep
        stream = None
        if output in FINDINGS:
            stream = Stream(output, sys.stdout.buffer, sensitive=sweep.assumed is not None)
        document = _Document(self) if output is Format.json else None
        bar.judging(sweep.children)
        records: list[Record] = []
        most = text.MOST_CHILDREN + 1
        for part in sweep.parts(
            formats=tuple(FINDINGS) if folder is not None else (output,) if stream else (),
            figures=folder is not None or stream is None,
            whole=document is not None,
            shown=most if output is Format.text else 0,
            cross_check=cross_check,
            failed=lambda _: say("A process ended; the children that it had are judged again."),
        ):
            if folder is not None:
                folder.write(part.rows)
            if stream is not None and output in part.rows:
                stream.write(part.rows[output])
            if document is not None:
                document.write(part)
            records += part.shown[: most - len(records)]
            bar.judged(part.children, sweep.breaches)
        if stream is not None:
            stream.close()
        if document is not None:
            document.close()
        return records

    def finish(self, folder: Folder) -> None:
        """Write what a folder holds beside the findings, and put all in its place."""
        from missingrules.reading.rejects import write_rejects
        from missingrules.report import About, write_report
        from missingrules.sweep.folder import REJECTS, REPORT, SHARED

        sweep = self.sweep
        about = About.of_log(
            sweep.policy,
            sweep.books,
            self.notes(),
            entries=sweep.quality.entries,
            recorded=sweep.quality.recorded,
            source=self._called(),
            command=self._command(naming=sweep.pseudonyms is None),
            limits=[*self._limits(), *notes_of(self.mappings)],
            selected=" ".join(self._selected()),
            care_homes=self.homes,
            pseudonymised=sweep.pseudonyms is not None,
            assumed=sweep.assumed,
            sensitive=sweep.sensitive,
            as_stated=sweep.stated_times,
        )
        found = sweep.gathered
        shared = replace(about, command=self._command(naming=False, placing=False))
        folder.finish(
            self.summary(),
            {
                REJECTS: lambda path: write_rejects(sweep.books, path),
                REPORT: lambda path: write_report(found.figures, found.notable, path, about=about),
                SHARED: lambda path: write_report(
                    found.figures, found.notable, path, about=shared, aggregate_only=True
                ),
            },
        )

    def tell(self, page: Page, records: Sequence[Record], *, as_text: bool) -> None:
        """Say what was judged by what; and as text, what was found."""
        from missingrules import text

        sweep = self.sweep
        if sweep.as_of_us is None:
            page.paragraph(text.rows(sweep.books, 0))
            say_faults(sweep.books, sweep.unheard)
            say("missingrules: no row was accepted, so nothing was judged")
            return
        introduce(
            sweep.policy,
            sweep.books,
            sweep.quality.recording,
            self.notes(),
            sweep.as_of_us,
            page,
            children=sweep.children,
            chosen=self.chosen,
            mappings=self.mappings,
        )
        say_faults(sweep.books, sweep.unheard, introduced=True)
        for told in (*self._selected(), *self._limits()):
            page.paragraph(told)
        if sweep.stated_times:
            page.paragraph(
                f"{sweep.stated_times} of the findings on timeliness "
                f"{plural(sweep.stated_times, 'rests', 'rest')} on when things are said to have "
                "happened: none of their entries has a time of recording of its own."
            )
        if sweep.assumed is not None:
            number = sweep.sensitive
            page.paragraph(
                f"{many(number, 'finding hangs', 'findings hang')} on something that "
                "the policy assumes."
            )
        if as_text:
            page.line()
            shown = sweep.assessed(records) if len(records) <= text.MOST_CHILDREN else ()
            text.print_gathered(sweep.gathered, sweep.policy, page, shown, assumed=sweep.assumed)
            sys.stdout.flush()
        if sweep.check is not None:
            page.line()
            page.paragraph(
                f"Cross-check: {many(sweep.check.compared, 'verdict')} compared with the "
                f"{sweep.check.matcher} matcher, {len(sweep.check.differing)} "
                f"{plural(len(sweep.check.differing), 'differs', 'differ')}."
            )
            if sweep.check.differing:
                say(f"The matchers differ on {some(sweep.check.differing)}.")
        if sweep.unchecked is not None:
            say(sweep.unchecked)

    @property
    def exit_code(self) -> int:
        """See the top of the command line's module."""
        sweep = self.sweep
        if sweep.unchecked is not None or (sweep.check is not None and sweep.check.differing):
            return DIFFERED
        if sweep.books.lost:
            return REJECTED
        return BREACHES if sweep.breaches or sweep.failed else CLEAR

    def heading(self) -> dict[str, Any]:
        """Give what was judged by what as JSON takes it."""
        from missingrules.scan import heading

        return heading(self.sweep.policy, self.sweep.books, self.sweep.as_of_us)

    def source_told(self) -> dict[str, Any]:
        """Give what there is to say of the data as JSON takes it."""
        from missingrules.reading.quality import described

        sweep = self.sweep
        told: dict[str, Any] = {
            "data_quality": described(sweep.quality, self.notes()),
            "times_as_stated": sweep.stated_times,
        }
        if sweep.assumed is not None:
            told["sensitive"] = sweep.sensitive
        if sweep.selection is not None:
            told["selection"] = sweep.selection.to_dict()
        if sweep.pseudonyms is not None:
            told["pseudonymised"] = sweep.pseudonyms.key_name
        if self.mappings:
            told["mappings"] = [mapping.name for mapping in self.mappings]
            told["source_notes"] = notes_of(self.mappings)
        return told

    def summary(self) -> dict[str, Any]:
        """Give the figures, and all that is to be said of them, as JSON takes it."""
        from missingrules.figures.summary import summary

        return {
            **self.heading(),
            **self.source_told(),
            "judged_again": self.sweep.lost,
            "figures": summary(self.sweep.gathered.figures),
        }

    def notes(self) -> list[Note]:
        """List what is odd about the data."""
        return self.sweep.notes(holds_calls=calls_of(self.mappings))

    def _selected(self) -> list[str]:
        """Say which part is shown and counted, and what was asked for and is nowhere."""
        selection = self.sweep.selection
        if selection is None:
            return []
        told = (
            f"{selection.description} Every child was judged on all entries. Rows and notes on the "
            "data are those of the whole log, and gaps those of the whole record of each child who "
            "is counted."
        )
        return [told, *self.sweep.unmet()]

    def _limits(self) -> list[str]:
        """Say what every reader has to bear in mind."""
        sweep = self.sweep
        limits = []
        if sweep.pseudonyms is not None:
            limits.append(
                f"Ids are pseudonyms (key {sweep.pseudonyms.key_name}): still personal data."
            )
        if sweep.lost:
            limits.append(
                f"{many(sweep.lost, 'time')} a process ended before it was done; its children were "
                "judged again."
            )
        return limits

    @staticmethod
    def _command(*, naming: bool, placing: bool = True) -> str:
        """Give the line that makes the same answer.

        Without ``naming`` it names no child, without ``placing`` no folder.
        """
        words = ["missingrules", *sys.argv[1:]]
        for place, word in enumerate(words):
            option, equals, value = word.partition("=") if word.startswith("--") else ("", "", word)
            if option == "--child" and not naming:
                if equals:
                    words[place] = "--child=..."
                elif place + 1 < len(words):
                    words[place + 1] = "..."
            elif not placing and value:
                words[place] = f"{option}{equals}{Path(value).name or value}"
        return shlex.join(words)

    def _called(self) -> str:
        names = [path.name for path in self.sweep.paths]
        return some(names) if names else "the log"


class _Document:
    """The answer as one JSON document, a line a child, written as it comes."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._errors: list[dict[str, Any]] = []
        head = json.dumps(run.heading())
        sys.stdout.write(f'{head[:-1]}, "children": [')
        self._between = "\n"

    def write(self, part: Part) -> None:
        for child in part.whole:
            sys.stdout.write(f"{self._between}{json.dumps(child)}")
            self._between = ",\n"
        self._errors += [finding.to_dict() for finding in part.failed]

    def close(self) -> None:
        figures = self._run.sweep.gathered.figures
        failed = len(self._errors)
        rest = {
            "errors": self._errors,
            "outcomes": {**figures.outcomes, **({"error": failed} if failed else {})},
            "on_incomplete_records": figures.all_duties.on_incomplete_records,
            **self._run.source_told(),
        }
        sys.stdout.write(f"\n], {json.dumps(rest)[1:]}\n")


def _care_homes(path: Path) -> tuple[CareHome, ...]:
    """Read the table of care homes; end the command where it is none."""
    from missingrules.report import read_care_homes

    try:
        return read_care_homes(path)
    except OSError as error:
        stop(f"--care-homes: {path} cannot be read: {error.strerror}")

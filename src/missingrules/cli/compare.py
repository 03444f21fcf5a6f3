"""The command ``missingrules compare``: what another policy, or another number, would have found.

Exit codes: 0 compared; 2 usage, a faulty policy, or an answer that could not be written; 3 rows of
the log were rejected, or read in part only (the comparison is still written). What was found has no
bearing on it.
"""

from __future__ import annotations

import json
import shlex
import sys
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the types of options
from typing import TYPE_CHECKING, Annotated

import typer

from missingrules.cli.log import (
    AsOf,
    Logs,
    MappingOption,
    Workers,
    Zone,
    files,
    instant,
    mappings_of,
    notes_of,
    say_faults,
)
from missingrules.cli.terminal import (
    CLEAR,
    REJECTED,
    load_policy,
    say,
    stop,
    without_traceback,
)
from missingrules.wording import many

if TYPE_CHECKING:
    from collections.abc import Callable

    from missingrules.compare import Judging
    from missingrules.policy import Policy
    from missingrules.report.comparing import Answer
    from missingrules.sweep import Sweep


class Format(StrEnum):
    """How a comparison is written."""

    text = "text"
    json = "json"
    html = "html"


@without_traceback
def compare_command(  # noqa: PLR0913 - the options of the command
    logs: Logs,
    *,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            "--policy",
            "-p",
            metavar="NAME|FILE",
            help="A shipped policy or a policy file; given again for each that is compared. The "
            "first is what the others are set against.",
        ),
    ] = None,
    label_audit: Annotated[
        bool,
        typer.Option(
            "--label-audit",
            help="One policy: say what counting by the recorded label hides.",
        ),
    ] = False,
    sensitivity: Annotated[
        bool,
        typer.Option(
            "--sensitivity",
            help="One policy: say which findings hang on a convention or a time that was assumed.",
        ),
    ] = False,
    step: Annotated[
        int,
        typer.Option(
            metavar="PERCENT",
            min=1,
            max=99,
            help="With --sensitivity: by how much assumed times are made shorter and longer.",
        ),
    ] = 20,
    vary: Annotated[
        str | None,
        typer.Option(
            metavar="NAME=VALUES",
            help="One policy: a parameter, or rule.within, rule.deadline, rule.reach or "
            "rule.every, with its values, as in strategy-meeting.within=30..180d or "
            "repeat_count=2,3,4.",
        ),
    ] = None,
    as_of: AsOf = None,
    output: Annotated[
        Format, typer.Option("--format", help="How the comparison is written.")
    ] = Format.text,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write to a file, not to standard output."),
    ] = None,
    listed: Annotated[
        int,
        typer.Option("--children", metavar="N", min=0, help="How many children are listed."),
    ] = 25,
    zone: Zone = None,
    mapping: MappingOption = None,
    workers: Workers = None,
) -> int:
    """Set policies side by side over one log: what each asks for, finds and cannot see.

    Exit codes: 0 compared, 2 usage or faulty policy, 3 rows rejected (the comparison is still
    written).
    """
    from missingrules import compare
    from missingrules.cli import progress
    from missingrules.report.comparing import comparison_page
    from missingrules.report.write import put, refuse_without_extra
    from missingrules.sweep import swept
    from missingrules.text import rows, without_child

    named = policy or []
    asked = [
        option
        for option, given in (
            ("--label-audit", label_audit),
            ("--sensitivity", sensitivity),
            ("--vary", vary is not None),
        )
        if given
    ]
    if len(asked) > 1:
        stop(f"{' and '.join(asked)}: give one of them")
    loaded = [load_policy(name) for name in named] or [load_policy(None)]
    if asked and len(loaded) > 1:
        stop(f"{asked[0]} looks at one policy: give --policy once")
    if not asked and len(loaded) < 2:  # noqa: PLR2004 - a pair
        stop("give --policy twice or more; or one, and --label-audit, --sensitivity or --vary")
    if output is Format.html:
        refuse_without_extra()
    chosen = instant(as_of, loaded[0])
    judging = compare.Judging.of([each.source for each in loaded], compare.names_of(loaded))
    answer = _question(
        loaded,
        judging,
        listed,
        label_audit=label_audit,
        step=step if sensitivity else None,
        varied=vary,
    )
    mappings = mappings_of(mapping, judging.reader)
    paths = files(logs, zone, mappings)
    with (
        progress.shown() as bar,
        swept(
            paths,
            judging.reader,
            mappings=mappings,
            zone=zone,
            as_of=chosen,
            workers=workers,
            taken=bar.read,
        ) as sweep,
    ):
        bar.judging(sweep.children)
        made = answer(sweep, lambda number: bar.judged(number, 0))
        books, unheard, as_of_us = sweep.books, sweep.unheard, sweep.as_of_us
        said = (rows(books, sweep.children), *notes_of(mappings), without_child(books))
        notes = [note for note in said if note]
    say_faults(books, unheard)
    if books.incomplete:
        of = len(books.incomplete)
        notes.append(
            f"Of {many(of, 'child')} rows were rejected: what seems missing may have been there."
        )
        say(notes[-1])
    if made is None:
        stop("the log is empty: there is nothing to compare")
    if output is Format.html:
        command = shlex.join(["missingrules", *sys.argv[1:]])
        written = comparison_page(made, command=command, listed=listed, notes=notes)
    elif output is Format.json:
        written = f"{json.dumps(made.to_dict(), indent=2)}\n"
    else:
        written = f"{_introduced(loaded, as_of_us)}{made.to_text()}"
    if out is None:
        sys.stdout.write(written)
    else:
        put(out, written)
    return REJECTED if books.lost else CLEAR


def _question(  # noqa: PLR0913 - what can be asked
    loaded: list[Policy],
    judging: Judging,
    listed: int,
    *,
    label_audit: bool,
    step: int | None,
    varied: str | None,
) -> Callable[[Sweep, Callable[[int], None]], Answer | None]:
    """Make ready what is asked, so that mistakes are told before anything is read."""
    from missingrules import compare

    first = loaded[0]
    if label_audit:
        compare.by_label(first, 0)
        return lambda sweep, told: compare.label_audit_sweep(sweep, first, listed=listed, told=told)
    if step is not None:
        return lambda sweep, told: compare.sensitivity_sweep(
            sweep, first, step=step, listed=listed, told=told
        )
    if varied is not None:
        compare.check_vary(first, varied)
        return lambda sweep, told: compare.vary_sweep(sweep, first, varied, told=told)
    return lambda sweep, told: (
        None
        if sweep.as_of_us is None
        else compare.compare_sweep(sweep, loaded, judging, listed=listed, told=told)
    )


def _introduced(policies: list[Policy], as_of_us: int | None) -> str:
    """Say what was judged by what."""
    lines = [f"Policy {each.name} {each.edition}: {each.title}\n" for each in policies]
    if as_of_us is not None:
        lines.append(f"Judged as of {policies[0].calendar.local(as_of_us)}.\n")
    return "".join([*lines, "\n"])

"""The commands ``missingrules policy ...``: what owners of a policy do with it.

Exit codes: 0 all is well; 1 a case failed, or lint found an error; 2 usage, or a policy or a file
of cases that cannot be read.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from missingrules.cli.log import (
    AsOf,
    MappingOption,
    Workers,
    Zone,
    files,
    instant,
    mappings_of,
    say_faults,
)
from missingrules.cli.newpolicy import new_command
from missingrules.cli.terminal import (
    BREACHES,
    CLEAR,
    REJECTED,
    load_policy,
    stop,
    without_traceback,
    write_json,
)

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Test, check and read policies.",
)

app.command("new")(new_command)

PolicyName = Annotated[
    str,
    typer.Argument(
        metavar="NAME|FILE",
        help="A shipped policy or a policy file; an edition may follow, as in wiltshire@2022-09.",
    ),
]


class CasesFormat(StrEnum):
    """How the command says what came of cases."""

    text = "text"
    json = "json"


class LintFormat(StrEnum):
    """How lint writes what it found."""

    text = "text"
    json = "json"


class ListFormat(StrEnum):
    """How policies are listed."""

    text = "text"
    json = "json"


class EdgesFormat(StrEnum):
    """How edge cases are written."""

    markdown = "markdown"
    html = "html"
    cases = "cases"


@app.command("list")
@without_traceback
def list_command(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME|FILE]...", help="Policies to list. Default: every shipped one."
        ),
    ] = None,
    *,
    output: Annotated[
        ListFormat, typer.Option("--format", help="How they are listed.")
    ] = ListFormat.text,
) -> int:
    """List policies: area, sources, editions, and what each adds, changes or removes.

    Every policy is held against `england`. Exit codes: 0 listed, 2 usage or a faulty policy.
    """
    from missingrules.listing import listed_policies, to_text

    found = listed_policies(names or None)
    if output is ListFormat.json:
        write_json({"policies": [one.to_dict() for one in found]})
    else:
        sys.stdout.write(to_text(found))
    return CLEAR


@app.command("lint")
@without_traceback
def lint_command(  # noqa: PLR0913 - the options of the command
    names: Annotated[
        list[str],
        typer.Argument(metavar="NAME|FILE...", help="Shipped policies or policy files."),
    ],
    *,
    output: Annotated[
        LintFormat, typer.Option("--format", help="How findings are written.")
    ] = LintFormat.text,
    strict: Annotated[
        bool, typer.Option("--strict", help="Let warnings fail the command.")
    ] = False,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            help="An older edition of the policy: find rules that were removed or renamed.",
        ),
    ] = None,
    today: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Measure reviews by this date. Default: today's."),
    ] = None,
    stale_after: Annotated[
        int, typer.Option(metavar="MONTHS", min=1, max=1200, help="How old a review may be.")
    ] = 12,
) -> int:
    """Find what is wrong with policies, and what most likely does not do what was meant.

    Exit codes: 0 no error (warnings and notes are shown), 1 an error (with --strict also a
    warning), 2 usage or a file that cannot be read.
    """
    import datetime as dt

    from missingrules.lint import lint

    if against is not None and len(names) > 1:
        stop("--against compares one policy with an older edition of it: give one")
    try:
        date = dt.date.today() if today is None else dt.date.fromisoformat(today)  # noqa: DTZ011 - the date on the wall
    except ValueError:
        stop("--today must be a date such as 2026-11-21")
    report = lint(*names, today=date, stale_after=stale_after, against=against)
    if output is LintFormat.json:
        write_json(report.to_dict())
    else:
        sys.stdout.write(f"{report.to_text()}\n")
    return CLEAR if report.is_clean(strict=strict) else BREACHES


@app.command("test")
@without_traceback
def cases_command(  # noqa: PLR0913 - the options of the command
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME|FILE]...",
            help="Shipped policies or policy files, with their cases beside them. Default: every "
            "shipped policy.",
        ),
    ] = None,
    *,
    rule: Annotated[
        str | None, typer.Option(metavar="ID", help="Only the cases about one rule.")
    ] = None,
    with_coverage: Annotated[
        bool, typer.Option("--coverage/--no-coverage", help="Say what no case shows.")
    ] = True,
    require_coverage: Annotated[
        bool, typer.Option("--require-coverage", help="Fail where something is not covered.")
    ] = False,
    junit: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the results as JUnit XML, too.")
    ] = None,
    output: Annotated[
        CasesFormat, typer.Option("--format", help="How results are written.")
    ] = CasesFormat.text,
) -> int:
    """Run the cases that stand beside policies.

    Exit codes: 0 every case came out as expected (with --require-coverage: and everything is
    covered), 1 otherwise, 2 usage or a file that cannot be read.
    """
    from missingrules import cases

    if require_coverage and not with_coverage:
        stop("--require-coverage and --no-coverage: give one of them")
    done = cases.run_policies(names or None, rule=rule, with_coverage=with_coverage)
    if junit is not None:
        Path(junit).write_bytes(cases.junit(done))
    if output is CasesFormat.json:
        write_json({"policies": [cases.to_dict(tested) for tested in done]})
    else:
        sys.stdout.writelines(f"{line}\n" for tested in done for line in cases.text(tested))
    complete = not require_coverage or all(t.coverage and t.coverage.complete for t in done)
    passed = not any(tested.failed for tested in done)
    return CLEAR if passed and complete else BREACHES


@app.command("edges")
@without_traceback
def edges_command(
    name: PolicyName,
    *,
    rule: Annotated[
        list[str] | None,
        typer.Option("--rule", metavar="ID", help="One rule; may be given again. Default: all."),
    ] = None,
    output: Annotated[
        EdgesFormat, typer.Option("--format", help="How edge cases are written.")
    ] = EdgesFormat.markdown,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Write to a file instead.")
    ] = None,
) -> int:
    """Write the edge cases of every rule, each judged by the kernel, as a table to sign off.

    Exit codes: 0 written, 2 usage, a faulty policy, a rule that it does not have, or a file that
    cannot be written.
    """
    from missingrules import edges
    from missingrules.policy import Policy

    writers = {"markdown": edges.markdown, "html": edges.html, "cases": edges.as_cases}
    text = writers[output.value](Policy.load(name), rule or ())
    if out is None:
        sys.stdout.write(text)
    else:
        Path(out).write_text(text, encoding="utf-8")
    return CLEAR


class PageFormat(StrEnum):
    """How a page is written."""

    markdown = "markdown"
    html = "html"
    cases = "cases"


@app.command("show")
@without_traceback
def show_command(
    name: PolicyName,
    *,
    rule: Annotated[
        str | None, typer.Option("--rule", metavar="ID", help="One rule; without it all of them.")
    ] = None,
    output: Annotated[
        PageFormat, typer.Option("--format", help="How the page is written.")
    ] = PageFormat.markdown,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write to a file, not to standard output."),
    ] = None,
) -> int:
    """Write a policy as a page of plain sentences, to be checked without its file.

    Exit codes: 0 written, 2 usage, a faulty policy, or a page that could not be written.
    """
    from missingrules.show import show, to_html, to_markdown

    document = show(load_policy(name), rule=rule)
    page = to_html(document) if output is PageFormat.html else to_markdown(document)
    if out is None:
        sys.stdout.write(page)
    else:
        out.write_text(page, encoding="utf-8", newline="\n")
    return CLEAR


@app.command("diff")
@without_traceback
def diff_command(  # noqa: PLR0913 - the options of the command
    old: Annotated[str, typer.Argument(metavar="OLD", help="A shipped policy or a policy file.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The one that is to take its place.")],
    *,
    log: Annotated[
        list[str] | None,
        typer.Option(
            "--log", metavar="LOG", help="Say, too, whom it affects in this log; can be repeated."
        ),
    ] = None,
    as_of: AsOf = None,
    zone: Zone = None,
    mapping: MappingOption = None,
    workers: Workers = None,
    listed: Annotated[
        int, typer.Option("--children", metavar="N", min=0, help="How many children are listed.")
    ] = 25,
    output: Annotated[
        LintFormat, typer.Option("--format", help="How the difference is written.")
    ] = LintFormat.text,
) -> int:
    """Say rule by rule what changes from one policy to another, and who is affected.

    The options of a log go with --log. Exit codes: 0 said, 2 usage or faulty policy, 3 rows of the
    log were rejected (the answer is still written).
    """
    from missingrules.compare import Judging, compare_sweep, diff, names_of
    from missingrules.sweep import swept

    given = {"--as-of": as_of, "--zone": zone, "--mapping": mapping, "--workers": workers}
    useless = [option for option, value in given.items() if value is not None and not log]
    if useless:
        stop(f"{' and '.join(useless)}: of use with --log only")
    policies = [load_policy(old), load_policy(new)]
    found = diff(*(policy.source for policy in policies))
    document, text, code = found.to_dict(), found.to_text(), CLEAR
    if log:
        judging = Judging.of([policy.source for policy in policies], names_of(policies))
        chosen = instant(as_of, policies[0])
        mappings = mappings_of(mapping, judging.reader)
        with swept(
            files(log, zone, mappings),
            judging.reader,
            mappings=mappings,
            zone=zone,
            as_of=chosen,
            workers=workers,
        ) as sweep:
            made = compare_sweep(sweep, policies, judging, listed=listed)
            say_faults(sweep.books, sweep.unheard)
            if sweep.books.lost:
                code = REJECTED
        document["affected"] = made.to_dict()
        text = f"{text}\nWho is affected\n{made.to_text()}"
    if output is LintFormat.json:
        write_json(document)
    else:
        sys.stdout.write(text)
    return code

"""The command ``missingrules``.

Findings go to standard output; what is said about the run goes to standard error, except in
``text``.

Exit codes: 0 nothing breached; 1 breaches found; 2 usage or a faulty policy; 3 rows of the log were
rejected (findings are still written; it wins over 1); 4 the cross-check differed or could not be
completed.
"""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from missingrules.calendar import InstantError, from_us, parse_instant
from missingrules.errors import MissingRulesError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from missingrules.log import Log
    from missingrules.policy import Policy
    from missingrules.scan import Scan

CLEAR, BREACHES, USAGE, REJECTED, DIFFERED = range(5)
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

Logs = Annotated[
    list[str], typer.Argument(metavar="LOG...", help="JSON Lines files; - reads standard input.")
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
        help="Judge as known at this instant, e.g. 2024-03-31T09:00:00+01:00. "
        "Default: the latest time at which an accepted entry was recorded.",
    ),
]
Zone = Annotated[
    str | None,
    typer.Option(
        metavar="ZONE",
        help="Zone of times without an offset, e.g. Europe/London; else they are rejected.",
    ),
]
Engine = Annotated[EngineName, typer.Option(help="Which matcher judges conditions.")]
FormatOption = Annotated[Format, typer.Option("--format", help="How findings are written.")]


@app.callback()
def root() -> None:
    """Judge the log of missing children against policy written as data."""


@app.command("scan")
def scan_command(  # noqa: PLR0913 - the options of the command
    logs: Logs,
    policy: PolicyOption = None,
    as_of: AsOf = None,
    output: FormatOption = Format.text,
    engine: Engine = EngineName.native,
    cross_check: Annotated[
        bool,
        typer.Option(
            "--cross-check",
            help="Judge again with the durable matcher in another process and compare.",
        ),
    ] = False,
    zone: Zone = None,
) -> None:
    """Find breaches and required actions in logs.

    Exit codes: 0 nothing breached, 1 breaches found, 2 usage or faulty policy, 3 rows rejected
    (findings are still written), 4 the cross-check differed or could not be completed.
    """
    from missingrules import text
    from missingrules.scan import scan

    loaded = _policy(policy)
    log = _read(logs, loaded, zone)
    chosen = _instant(as_of, loaded)
    done = scan(log, loaded, as_of=chosen, engine=engine.value)
    people = sys.stdout if output is Format.text else sys.stderr
    out = text.console(people)
    out.print(text.basis_of(done, chosen=chosen is not None), markup=False)
    out.print(text.rows(done), markup=False)
    _faults(log)
    if output is Format.text:
        out.print()
        text.print_scan(done, out)
    elif output is Format.json:
        sys.stdout.write(json.dumps(done.to_dict(), indent=2) + "\n")
    else:
        for finding in done.findings():
            sys.stdout.write(json.dumps(finding.to_dict()) + "\n")
    sys.stdout.flush()
    differed = cross_check and not _cross_checked(done, out)
    raise typer.Exit(_exit_code(done, differed=differed))


@app.command("explain")
def explain_command(  # noqa: PLR0913 - the options of the command
    logs: Logs,
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
) -> None:
    """Say why a rule did or did not call for something for one child.

    Exit codes: 0 explained, 2 usage or faulty policy, 3 rows rejected (the explanation is still
    written).
    """
    from missingrules.explain import explain
    from missingrules.scan import latest_recorded, records, whole

    loaded = _policy(policy)
    log = _read(logs, loaded, zone)
    found = next((record for record in records(log) if record.child_id == child), None)
    if found is None:
        _stop(f"the log has no entry of child {child}")
    chosen = _instant(as_of, loaded)
    made = explain(
        loaded,
        found,
        as_of=from_us(latest_recorded(log)) if chosen is None else chosen,
        rule=rule,
        finding=finding,
        coverage=whole(log),
        engine=engine.value,
    )
    _faults(log)
    if output is Format.text:
        sys.stdout.write("\n\n".join(one.to_text() for one in made) + "\n")
    elif output is Format.json:
        sys.stdout.write(json.dumps([one.to_dict() for one in made], indent=2) + "\n")
    else:
        for one in made:
            sys.stdout.write(json.dumps(one.to_dict()) + "\n")
    raise typer.Exit(REJECTED if log.rejected else CLEAR)


def _policy(name: str | None) -> Policy:
    from missingrules.layers import shipped
    from missingrules.policy import Policy

    if name is None:
        _stop(
            "--policy is required, so that no force is judged by the rules of another.\n"
            f"Shipped: {', '.join(sorted(shipped()))}; or give the path of a policy file."
        )
    return Policy.load(name)


def _read(names: Sequence[str], policy: Policy, zone: str | None) -> Log:
    from missingrules.log import read_jsonl

    if names.count("-") > 1:
        _stop("- can be given once: standard input can be read once")
    for name in names:
        if name != "-" and not Path(name).is_file():
            _stop(f"there is no file {name}")
    sources = [sys.stdin.buffer if name == "-" else Path(name) for name in names]
    return read_jsonl(*sources, vocabulary=policy.vocabulary, zone=zone)


def _instant(text: str | None, policy: Policy) -> dt.datetime | None:
    if text is None:
        return None
    try:
        return from_us(parse_instant(text, policy.calendar.zone))
    except InstantError as error:
        _stop(f"--as-of: {error}")


def _faults(log: Log) -> None:
    """Show what was rejected and why, on standard error."""
    for fault in log.faults[:SHOWN_FAULTS]:
        sys.stderr.write(f"{fault}\n")
    if len(log.faults) > SHOWN_FAULTS:
        sys.stderr.write(f"... and {len(log.faults) - SHOWN_FAULTS} more\n")
    if log.unattributed:
        sys.stderr.write(
            f"{log.unattributed} rejected rows name no child: what seems missing anywhere may have been in them.\n"
        )


def _cross_checked(done: Scan, out: object) -> bool:
    from rich.console import Console

    from missingrules.crosscheck import cross_check

    assert isinstance(out, Console)  # noqa: S101 - made by our own caller
    try:
        result = cross_check(done)
    except MissingRulesError as error:
        sys.stderr.write(f"{error}\n")
        return False
    out.print(
        f"\nCross-check: {result.compared} verdicts compared with the durable matcher, "
        f"{len(result.differing)} differ.",
        markup=False,
    )
    for finding_id in result.differing:
        sys.stderr.write(f"the matchers differ on {finding_id}\n")
    return not result.differing


def _exit_code(done: Scan, *, differed: bool) -> int:
    if differed:
        return DIFFERED
    if done.log.rejected:
        return REJECTED
    return BREACHES if any(f.is_breach for f in done.findings()) or done.failed else CLEAR


def _stop(message: str) -> NoReturn:
    sys.stderr.write(f"missingrules: {message}\n")
    raise typer.Exit(USAGE)


def main() -> None:
    """Run the command; a fault of a policy or a log ends it with the fault, not with a traceback."""
    try:
        app()
    except MissingRulesError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(USAGE)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(BREACHES)


if __name__ == "__main__":
    main()

"""The command ``missingrules policy new``: a first local policy from a few answers."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from missingrules.cli.terminal import CLEAR, stop, without_traceback


@without_traceback
def new_command(  # noqa: PLR0913 - the options of the command
    *,
    area: Annotated[
        str | None, typer.Option(metavar="NAME", help="The force or authority, in words.")
    ] = None,
    count: Annotated[
        int | None, typer.Option(metavar="N", help="After so many missing episodes ...")
    ] = None,
    window: Annotated[
        str | None, typer.Option(metavar="DURATION", help="... in this time, e.g. '90 days' ...")
    ] = None,
    deadline: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            help="... a strategy meeting is held within this time, e.g. '5 working days'; "
            "not_stated if there is none.",
        ),
    ] = None,
    floor: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[RISK=]GRADE",
            help="The lowest grade of a child with this marker or concern, e.g. self_harm=high; "
            "without a risk, of every missing child. May be given again.",
        ),
    ] = None,
    edge: Annotated[
        str,
        typer.Option(
            metavar="EDGE", help="inclusive: the first and the last date of the time both count."
        ),
    ] = "inclusive",
    name: Annotated[
        str, typer.Option(metavar="NAME", help="Short name. Default: made of the area.")
    ] = "",
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where the files are written.")
    ] = Path(),
    force: Annotated[
        bool, typer.Option("--force", help="Write over files that are there already.")
    ] = False,
) -> int:
    """Write a local policy over `england`, with its edge cases to be signed off.

    What is not given is asked for on a terminal. Exit codes: 0 written, 2 usage, or a file that is
    there already or cannot be written.
    """
    import datetime as dt

    from missingrules.newpolicy import Answers, draft, floor_from_text

    asks = sys.stdin.isatty()
    given = {"area": area, "count": count, "window": window, "deadline": deadline}
    missing = [f"--{option}" for option, value in given.items() if value is None]
    if missing and not asks:
        stop(f"{', '.join(missing)}: needed where nobody can be asked")
    floors = floor or (_floors() if asks else [])
    answers = Answers(
        area=_asked("Which force or authority is it for?", area),
        count=count
        if count is not None
        else typer.prompt(
            "A strategy meeting after how many missing episodes?", type=int, default=3, err=True
        ),
        window=_asked("In how long a time?", window, "90 days"),
        deadline=_asked("Held within how long? (not_stated: no time)", deadline, "5 working days"),
        floors=dict(map(floor_from_text, floors)),
        edge=edge,
        name=name,
    )
    made = draft(answers, today=dt.date.today())  # noqa: DTZ011 - the date on the wall
    _write({out / file: text for file, text in made.files.items()}, force=force)
    return CLEAR


def _asked(question: str, given: str | None, default: str | None = None) -> str:
    return given if given is not None else str(typer.prompt(question, default=default, err=True))


def _floors() -> list[str]:
    """Ask for the lowest grades; an empty answer is none."""
    questions = {
        "": "Lowest grade of any missing child? (empty: none)",
        "self_harm=": "Lowest grade at risk of self-harm? (empty: none)",
        "suicide=": "Lowest grade with a marker for suicide? (empty: none)",
        "cse=": "Lowest grade at risk of sexual exploitation? (empty: none)",
    }
    told = {
        risk: str(typer.prompt(question, default="", show_default=False, err=True)).strip()
        for risk, question in questions.items()
    }
    return [f"{risk}{grade}" for risk, grade in told.items() if grade]


def _write(texts: dict[Path, str], *, force: bool) -> None:
    """Write all the files or, where one is there already, none."""
    there = [path for path in texts if path.exists() or path.is_symlink()]
    if there and not force:
        stop(f"{', '.join(map(str, there))}: there already; --force writes over them")
    with ExitStack() as opened:
        mode = "w" if force else "x"
        files = {
            path: opened.enter_context(path.open(mode, encoding="utf-8", newline="\n"))
            for path in texts
        }
        for path, file in files.items():
            file.write(texts[path])
    first, cases, edges = texts
    sys.stdout.write(
        f"{first}: the policy\n{cases}: its edge cases, as it judges them today\n"
        f"{edges}: the same as a table, to be signed off\n"
    )

"""How far a scan is, on a terminal: what was read, then children, breaches, rate and time left."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from missingrules.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import TaskID


class Progress:
    """Tells nobody anything; what a scan calls where there is no terminal."""

    def read(self, entries: int) -> None:
        """Say how many entries were read so far."""

    def judging(self, children: int) -> None:
        """Say that all is read, and how many children are to be judged."""

    def judged(self, children: int, breaches: int) -> None:
        """Say that so many more children were judged, and how many breaches there are so far."""


class _OnTerminal(Progress):
    """A bar, which begins to show when there is enough to do."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._reading: TaskID | None = None
        self._judging: TaskID | None = None

    def read(self, entries: int) -> None:
        self._bar.start()
        if self._reading is None:
            self._reading = self._bar.add_task("Reading", total=None, said="")
        self._bar.update(self._reading, said=f"{entries:,} entries")

    def judging(self, children: int) -> None:
        if self._reading is not None:
            self._bar.remove_task(self._reading)
            self._judging = self._bar.add_task("Judging", total=children, said="")

    def judged(self, children: int, breaches: int) -> None:
        if self._judging is None:
            return
        self._bar.advance(self._judging, children)
        task = self._bar.tasks[0]
        rate = f"{task.speed:,.0f} children a second, " if task.speed else ""
        said = (
            f"{task.completed:,.0f} of {task.total:,.0f} {plural(int(task.total or 0), 'child')}, "
            f"{rate}{breaches:,} {plural(breaches, 'breach', 'breaches')}"
        )
        self._bar.update(self._judging, said=said)


@contextmanager
def shown(*, told: bool = True, console: Console | None = None) -> Iterator[Progress]:
    """Show progress on standard error while the block runs, if that is a terminal.

    With ``told=False`` it is never shown: the findings go to the same terminal.
    """
    if console is None:
        if not (told and sys.stderr.isatty()):
            yield Progress()
            return
        from rich.console import Console

        console = Console(file=sys.stderr)
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    bar = Bar(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[said]}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    try:
        yield _OnTerminal(bar)
    finally:
        bar.stop()

"""One pass over a log for any number of policies: counted child by child, in several processes.

The entries are read once (see :mod:`missingrules.sweep`); each chunk of children is judged under
every policy where it is. What is counted is added up, so that memory does not grow with the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from missingrules.finding import Finding
from missingrules.record import Record
from missingrules.scan import latest_recorded, records, whole
from missingrules.sweep.spool import entries_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from missingrules.compare.judging import Judging
    from missingrules.log import Log
    from missingrules.record import Coverage
    from missingrules.sweep import Item, Sweep


class Counting(Protocol):
    """What is counted over children; starts empty, and grows."""

    children: int
    failed: int

    def empty(self) -> Any:
        """Give the same with nothing counted."""
        ...

    def add(self, record: Record, findings: Sequence[Sequence[Finding]]) -> None:
        """Count a child: the findings under each policy, in the order of the policies."""
        ...

    def merge(self, other: Any) -> None:
        """Add what was counted of other children, who come later in the order of ids."""
        ...


C = TypeVar("C", bound=Counting)


@dataclass(frozen=True, slots=True)
class Task:
    """What every process is told once."""

    judging: Judging
    coverage: Coverage
    as_of_us: int
    counting: Any


def over_sweep(
    sweep: Sweep, judging: Judging, counting: C, *, told: Callable[[int], None] = lambda _: None
) -> C:
    """Judge every child of a log that was read; ``told`` hears of so many children at a time."""
    if sweep.as_of_us is None:
        return counting
    task = Task(judging, sweep.coverage, sweep.as_of_us, counting.empty())
    for part in sweep.over(_counted, task, alone=_given_up):
        counting.merge(part)
        told(part.children)
    return counting


def over_log(
    log: Log,
    judging: Judging,
    counting: C,
    *,
    as_of: dt.datetime | None = None,
    coverage: Coverage | None = None,
) -> C:
    """Judge every child of a log in memory; ``as_of`` and ``coverage`` are as for a scan."""
    from missingrules.calendar import to_us

    covered = whole(log) if coverage is None else coverage
    as_of_us = latest_recorded(log) if as_of is None else to_us(as_of)
    for record in records(log):
        _count(Task(judging, covered, as_of_us, None), record, counting)
    return counting


def _count(task: Task, record: Record, counting: Any) -> None:
    counting.children += 1
    made = task.judging.judged(record, as_of=task.as_of_us, coverage=task.coverage)
    if isinstance(made, Finding):
        counting.failed += 1
    else:
        counting.add(record, made)


def _counted(task: Task, chunk: Sequence[Item]) -> Any:
    """Count a chunk of children, in whatever process."""
    part = task.counting.empty()
    for kept, incomplete in chunk:
        entries = entries_of(kept)
        child_id = entries[0].child_id
        _count(task, Record.of(entries, child_id=child_id, incomplete=incomplete), part)
    return part


def _given_up(task: Task, item: Item) -> Any:  # noqa: ARG001 - of the child only that there is one
    """Stand in for a child whose record ends the process."""
    part = task.counting.empty()
    part.children = part.failed = 1
    return part

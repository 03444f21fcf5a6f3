"""What a report has to say about the run that it reports on, as plain data."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from missingrules.reading.quality import NOT_OF_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missingrules.assumed import Assumed
    from missingrules.log import Log
    from missingrules.policy import Policy
    from missingrules.reading.quality import Note as Found
    from missingrules.report.homes import CareHome


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What became of the rows of one source: ``read`` is the sum of the others.

    ``left_out`` are those that the filter of a mapping leaves out. Raises ``ValueError`` where the
    sum is another.
    """

    source: str
    read: int
    accepted: int
    duplicates: int
    rejected: int
    left_out: int = 0

    def __post_init__(self) -> None:
        """Refuse books that do not balance."""
        if self.read != self.accepted + self.duplicates + self.rejected + self.left_out:
            raise ValueError("read must be accepted + duplicates + rejected + left_out")


@dataclass(frozen=True, slots=True)
class Note:
    """Something about the quality of the data: a code, what it means, how often it was met.

    ``text`` must hold no values of the log. ``ids`` are listed, up to a number that a page can
    hold, except in the version for sharing.
    """

    code: str
    text: str
    number: int
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is to be said beside the figures.

    ``command`` is the line that makes the same report again. ``limits`` are sentences on what the
    sources could not show, such as that no log of the control room was given. ``recorded`` is the
    share of entries with a time of recording of their own, from 0 to 1, if it was counted.
    ``care_homes`` is None where no table of homes was given. ``assumed`` says on what findings hang
    that was assumed, if that was asked, and ``sensitive`` how many hang on anything.
    """

    policy: Policy
    command: str
    title: str = "Missing children: what the record shows"
    rows: tuple[Rows, ...] = ()
    notes: tuple[Note, ...] = ()
    limits: tuple[str, ...] = ()
    recorded: float | None = None
    care_homes: tuple[CareHome, ...] | None = None
    pseudonymised: bool = False
    assumed: Assumed | None = None
    sensitive: int = 0
    as_stated: int = 0
    """How many findings rest on when things are said to have happened, and on nothing else."""
    selected: str = ""
    """Which part is shown and counted, in sentences for the head; empty where everything is."""
    unattributed: int = 0
    """How many rejected rows name no child, so that any child's record may lack them."""

    def __post_init__(self) -> None:
        """Refuse a share that is none."""
        if self.recorded is not None and not 0 <= self.recorded <= 1:
            raise ValueError(f"recorded={self.recorded} must be from 0 to 1")

    @classmethod
    def of_log(  # noqa: PLR0913 - all that is told of a log
        cls,
        policy: Policy,
        log: Log,
        found: Iterable[Found],
        *,
        entries: int,
        recorded: int,
        source: str,
        command: str,
        limits: Iterable[str] = (),
        care_homes: tuple[CareHome, ...] | None = None,
        pseudonymised: bool = False,
        assumed: Assumed | None = None,
        sensitive: int = 0,
        as_stated: int = 0,
        selected: str = "",
    ) -> About:
        """Take what a log tells of its rows, and what was ``found`` odd about it.

        ``source`` is what to call it. Its entries are not looked at, only its books; ``recorded``
        of the ``entries`` have a time of recording of their own.
        """
        rows = Rows(
            source=source,
            read=log.rows,
            accepted=log.accepted,
            duplicates=log.duplicates,
            rejected=log.rejected,
            left_out=log.left_out,
        )
        counted: Counter[tuple[str, str]] = Counter()
        for fault in log.faults:
            text, _, number = fault.message.rpartition(": ")
            if not fault.line and number.isdigit():  # of a whole file: it counts by itself
                counted[fault.code, text] += int(number)
            elif fault.code not in NOT_OF_ROWS:
                counted[fault.code, f"not read: {fault.code.replace('-', ' ')}"] += 1
        notes = [Note(code, text, number) for (code, text), number in sorted(counted.items())]
        if log.unattributed:
            text = "rejected rows that name no child, so that they could be anybody's"
            notes.append(Note("no-child", text, log.unattributed))
        if log.conflicts:
            text = "ids that stand over two contents, of which the earliest recorded was kept"
            notes.append(Note("conflicting-id", text, len(log.conflicts)))
        told = []
        for each in found:
            if each.ids:
                notes.append(Note(each.code, each.message, len(each.ids), each.ids))
            else:
                told.append(each.message)
        return cls(
            policy=policy,
            command=command,
            rows=(rows,),
            notes=tuple(notes),
            limits=(*told, *limits),
            recorded=recorded / entries if entries else None,
            care_homes=care_homes,
            pseudonymised=pseudonymised,
            assumed=assumed,
            sensitive=sensitive,
            as_stated=as_stated,
            selected=selected,
            unattributed=log.unattributed,
        )

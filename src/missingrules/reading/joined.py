"""Absences that stand under several ids: which tables joined any, and where two accounts disagree.

What two systems tell of one absence becomes one episode, and the kernel reads it as if one had told
it. Where their clocks or their habits differ, that changes more than a count: a report entered
after the return that the other one tells begins a new time away. Such rows are listed, and nothing
is moved.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from missingrules.errors import Fault
from missingrules.reading.people import NO_ROW

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from missingrules.entry import Entry
    from missingrules.reading.people import People

Account: TypeAlias = "tuple[str, str | None]"
"""Who tells of an absence: a mapping, and the id that its files have for it."""

READ: Final = "read"
"""What a fault says of a row that was read, and is odd beside another one."""

_ENDS: Final = frozenset({"returned", "closed"})
_TOLD: Final = frozenset({"reported", "voided", *_ENDS})
_MESSAGES: Final = {
    "report-after-end": (
        "its report is later than the end that another id of the episode tells: it begins a new "
        "time away"
    ),
    "closed-while-away": (
        "it is closed while the child is away by another id of the episode: duties that last until "
        "the return end here"
    ),
    "voided-for-all": "it is void, and so is what other ids of the episode tell",
}


class _Told(NamedTuple):
    """A report, an end or a void, and the row that tells it."""

    at: int
    kind: str
    account: Account
    source: str
    line: int


class Absences:
    """What the ids that mean one episode tell, as far as it can be contradicted.

    Only episodes that some table of pairs names are held: a few short rows for each.
    """

    def __init__(self, people: Iterable[People]) -> None:
        """Take the pairs of all sources."""
        self._pairs: dict[str, set[str]] = defaultdict(set)
        self._meant: set[str] = set()
        for each in people:
            self._meant.update(each.episodes.values())
            for episode, sources in each.told_in.items():
                for source in sources:
                    self._pairs[source].add(episode)
        self._told: dict[tuple[str, str], dict[Account, list[_Told]]] = {}

    def take(self, entries: Sequence[Entry], account: Account, source: str, line: int) -> None:
        """Take what a row amounts to."""
        if not self._meant:
            return
        for entry in entries:
            if entry.episode_id not in self._meant or entry.episode_id is None:
                continue
            accounts = self._told.setdefault((entry.child_id, entry.episode_id), {})
            held = accounts.setdefault(account, [])
            if entry.kind in _TOLD and not (entry.kind == "voided" and "of" in entry.fields):
                held.append(_Told(entry.at, entry.kind, account, source, line))

    def faults(self) -> Iterator[Fault]:
        """List the rows that contradict another account, and tables with pairs that join nothing.

        A pair joins if a child has what both ids tell.
        """
        joined: set[str] = set()
        for accounts in self._told.values():
            if len(accounts) > 1:
                joined.update(own for _, own in accounts if own is not None)
                every = [told for held in accounts.values() for told in held]
                for code, told in _contradictions(every):
                    yield Fault(told.source, told.line, 1, code, _MESSAGES[code], row=READ)
        for source, pairs in sorted(self._pairs.items()):
            idle = len(pairs - joined)
            if idle:
                message = f"pairs that join no two episodes of a child here: {idle} of {len(pairs)}"
                yield Fault(source, 0, 0, "joins-nothing", message, row=NO_ROW)


def _contradictions(every: Sequence[_Told]) -> Iterator[tuple[str, _Told]]:
    """Go through an absence as the kernel does, and give what one account does to another.

    A report at the very time of an end begins no new time away: it is looked at first. Only a
    closing at the very time of a later report is of the time away before.
    """
    first = min((told.at for told in every if told.kind == "reported"), default=0)

    def order(told: _Told) -> tuple[int, bool, bool, _Told]:
        late = told.kind != "closed" or told.at == first
        return told.at, late, told.kind != "reported", told

    ordered = sorted(set(every), key=order)
    reporting = {told.account for told in ordered if told.kind == "reported"}
    void = {told.account for told in ordered if told.kind == "voided"}
    for told in ordered:
        if told.kind == "voided" and reporting - void:
            yield "voided-for-all", told
    time_away: list[_Told] = []
    ended: _Told | None = None
    for told in ordered:
        if told.kind == "reported":
            if ended is not None and told.at > ended.at:
                yield from _closed_early(time_away, ended)
                if told.account not in {each.account for each in time_away if each.kind in _ENDS}:
                    yield "report-after-end", told
                time_away, ended = [], None
            time_away.append(told)
        elif told.kind in _ENDS and time_away:
            time_away.append(told)
            ended = ended or told
    yield from _closed_early(time_away, ended)


def _closed_early(time_away: Sequence[_Told], ended: _Told | None) -> Iterator[tuple[str, _Told]]:
    """Tell whether a closing ended a time away in which by another account the child is away."""
    if ended is None or ended.kind != "closed":
        return
    known = [told for told in time_away if told.at <= ended.at]
    away = {told.account for told in known if told.kind == "reported"}
    if away - {told.account for told in known if told.kind in _ENDS}:
        yield "closed-while-away", ended

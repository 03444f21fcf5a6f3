"""Judge a log of any size, child by child, in several processes, with the kernel of live use.

The entries are read into a :class:`~missingrules.sweep.spool.Spool`, which keeps them on disk where
there are many, and come back in chunks of whole children. What is made of a chunk is a
:class:`Part`; the parts come in the order of child ids, whoever judged them, so the same log gives
the same bytes.
"""

from __future__ import annotations

import os
import signal
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from missingrules import written
from missingrules.calendar import to_us
from missingrules.errors import EngineError, LogError
from missingrules.figures.corrections import withdrawals
from missingrules.figures.counts import OPEN
from missingrules.figures.gathered import Gathered
from missingrules.finding import Finding
from missingrules.policy import loaded
from missingrules.reading.extract import take_files
from missingrules.reading.quality import Quality, all_notes
from missingrules.record import Record
from missingrules.scan import coverage_of, unjudged, verdict
from missingrules.sweep.crosscheck import CrossCheck, checked
from missingrules.sweep.pool import in_order
from missingrules.sweep.spool import Spool, entries_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from missingrules.assumed import Assumed
    from missingrules.entry import Entry
    from missingrules.finding import Assessment
    from missingrules.log import Log
    from missingrules.matchers import Engine
    from missingrules.policy import Policy
    from missingrules.pseudonyms import Pseudonyms
    from missingrules.reading.mapping import SourceMapping
    from missingrules.reading.quality import Note
    from missingrules.record import Coverage
    from missingrules.sample import Sampler
    from missingrules.selection import Named, Selection
    from missingrules.sweep.spool import Kept

CHUNK: Final = 4_000
"""About so many entries are judged at a time."""

WORTH_A_PROCESS: Final = 20_000
"""A log of fewer entries is judged in this process: it is done before others have started."""

Item = tuple[list[Any], bool]
"""What a spool gives for a child, and whether rows of the record were rejected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What every process is told once: how to judge, and what to make of it."""

    policy: Policy
    coverage: Coverage
    as_of_us: int
    engine: Engine = "native"
    children: frozenset[str] | None = None
    """The only children who are judged, by the ids of the log; None for all."""
    selection: Selection | None = None
    """What of a child is shown and counted."""
    pseudonyms: Pseudonyms | None = None
    formats: tuple[str, ...] = ()
    figures: bool = True
    """Whether what a summary and a report need is gathered."""
    whole: bool = False
    """Whether every assessment is given whole, as JSON takes it."""
    shown: int = 0
    """Of so many children with something to show the records are handed back."""
    cross_check: bool = False
    sampler: Sampler | None = None
    """How a sample is drawn, if one is; it holds nothing."""
    assumed: Assumed | None = None
    """What says on what findings hang that was assumed, if it is asked."""

    def record(self, entries: Sequence[Entry], *, incomplete: bool) -> Record:
        """Make the record of a child, under pseudonyms if they are asked for."""
        made = Record.of(entries, child_id=entries[0].child_id, incomplete=incomplete)
        return made if self.pseudonyms is None else self.pseudonyms.record(made)

    def named(self, child_id: str) -> Named:
        """Say that a child was met who was asked for."""
        return frozenset({("child", child_id)} if self.children is not None else ())


@dataclass(slots=True)
class Part:
    """What was made of a chunk of children."""

    children: int = 0
    breaches: int = 0
    """How many of the selected findings are breached, or were fulfilled late."""
    gathered: Gathered = field(default_factory=Gathered)
    """Nothing, where no figures are asked for."""
    quality: Quality = field(default_factory=Quality)
    rows: dict[str, bytes] = field(default_factory=dict)
    """The selected findings, by format (see :func:`missingrules.written.encoded`)."""
    whole: list[dict[str, Any]] = field(default_factory=list)
    shown: list[Record] = field(default_factory=list)
    failed: list[Finding] = field(default_factory=list)
    met: Named = frozenset()
    """Which names of the selection were met (see :meth:`Selection.met`)."""
    stated_times: int = 0
    """How many findings on timeliness rest on no time of recording (``times_as_stated``)."""
    sensitive: int = 0
    """How many duties hang on something assumed, if it was asked."""
    check: CrossCheck | None = None
    unchecked: str | None = None
    """Why the second matcher gave no opinion."""
    sampler: Sampler | None = None
    """What may be drawn of these children."""


@dataclass(slots=True)
class Sweep:
    """A log that was read and is ready to be judged.

    ``books`` is the log without its entries: what became of its rows. ``as_of_us`` is None where
    nothing was accepted and no instant was given. What was judged gathers in ``gathered`` and
    ``quality`` while :meth:`parts` is gone through; ``lost`` counts chunks whose process ended and
    that were judged again, ``breaches`` the selected findings that are breached or were fulfilled
    late, ``failed`` the children whose record could not be judged, ``stated_times`` the findings on
    timeliness that rest on no time of recording, ``sensitive`` the duties that hang on something
    assumed, where ``assumed`` asks for it. ``check`` is what the second matcher said, ``unchecked``
    why it said nothing.
    """

    policy: Policy
    books: Log
    coverage: Coverage
    as_of_us: int | None
    children: int
    unheard: frozenset[str] = frozenset()
    """Children of whom every row was rejected, so that they are not judged."""
    incomplete: frozenset[str] = field(default=frozenset(), repr=False)
    """Children of whom rows were rejected, by the ids of the log."""
    engine: Engine = "native"
    gathered: Gathered = field(default_factory=Gathered)
    quality: Quality = field(default_factory=Quality)
    paths: tuple[Path, ...] = ()
    lost: int = 0
    breaches: int = 0
    failed: int = 0
    stated_times: int = 0
    sensitive: int = 0
    check: CrossCheck | None = None
    unchecked: str | None = None
    assumed: Assumed | None = None
    selection: Selection | None = None
    pseudonyms: Pseudonyms | None = None
    met: Named = frozenset()
    _spool: Spool | None = field(default=None, repr=False)
    _task: Task | None = field(default=None, repr=False)
    _workers: int = 1

    def parts(  # noqa: PLR0913 - what is to be made of the children
        self,
        *,
        formats: Sequence[str] = (),
        figures: bool = True,
        whole: bool = False,
        shown: int = 0,
        cross_check: bool = False,
        sampler: Sampler | None = None,
        failed: Callable[[int], None] = lambda _: None,
    ) -> Iterator[Part]:
        """Judge all children, once: give what was made of each chunk, in order of child id.

        ``figures=False`` leaves ``gathered`` empty, for whoever wants the findings alone: that is
        quicker, and much quicker where there are corrections, because children with corrections
        are judged again to find what those took away.
        ``sampler`` is given every child, with all findings: it has a selection of its own.
        ``failed`` is told the number of a chunk that is judged again, because its process ended.
        """
        if self.as_of_us is None or self._spool is None:
            return
        task = Task(
            policy=self.policy,
            coverage=self.coverage,
            as_of_us=self.as_of_us,
            engine=self.engine,
            children=None if self.selection is None else self.selection.children,
            selection=None if self.selection is None else replace(self.selection, children=None),
            pseudonyms=self.pseudonyms,
            formats=tuple(formats),
            figures=figures,
            whole=whole,
            shown=shown,
            cross_check=cross_check,
            sampler=None if sampler is None else sampler.empty(),
            assumed=self.assumed,
        )
        self._task = task
        for part in self.over(judged, task, alone=_given_up, failed=failed):
            self.gathered.merge(part.gathered)
            if self._spool.on_disk:
                self._spool.note_keys(part.quality.released())
            self.quality.merge(part.quality)
            self.breaches += part.breaches
            self.failed += len(part.failed)
            self.stated_times += part.stated_times
            self.sensitive += part.sensitive
            self.met |= part.met
            self._take_check(part)
            if sampler is not None and part.sampler is not None:
                sampler.merge(part.sampler)
            yield part
        self.quality.take_shared(self._spool.shared_keys())

    def assessed(self, records: Iterable[Record]) -> Iterator[Assessment]:
        """Judge single records again, such as those that a part hands back."""
        if self._task is None:
            return
        for record in records:
            made = answered(self._task, record)
            if not isinstance(made, Finding):
                chosen = self._task.selection
                yield made if chosen is None else chosen.narrowed(made)

    def notes(self, *, holds_calls: bool | None = None) -> list[Note]:
        """List what is odd about the data, once all is judged."""
        found = all_notes(self.books, self.quality, holds_calls=holds_calls)
        return found if self.pseudonyms is None else [self.pseudonyms.note(n) for n in found]

    def unmet(self) -> tuple[str, ...]:
        """Say what was asked for and is nowhere in the log, once all is judged."""
        return () if self.selection is None else self.selection.unmet(self.met)

    def _take_check(self, part: Part) -> None:
        self.unchecked = self.unchecked or part.unchecked
        if part.check is not None:
            held = self.check or CrossCheck(0, (), part.check.matcher)
            self.check = CrossCheck(
                held.compared + part.check.compared,
                held.differing + part.check.differing,
                held.matcher,
            )

    def over(
        self,
        work: Callable[[Any, list[Item]], Any],
        task: Any,
        *,
        alone: Callable[[Any, Item], Any],
        failed: Callable[[int], None] = lambda _: None,
    ) -> Iterator[Any]:
        """Go through the children once: give ``work(task, chunk)``, in order of child id.

        ``work`` and ``task`` go to other processes where the log is worth it. ``alone(task, item)``
        stands in for a child whose record ends the process; ``failed`` is as for :meth:`parts`.
        """
        if self.as_of_us is None or self._spool is None:
            return
        incomplete, spool = self.incomplete, self._spool
        chunks = (
            [(kept, child_id_of(kept) in incomplete) for kept in chunk]
            for chunk in spool.children(CHUNK)
        )
        workers = self._workers if spool.held >= WORTH_A_PROCESS else 1
        if workers == 1:
            yield from (work(task, chunk) for chunk in chunks)
            return

        def lost(number: int) -> None:
            self.lost += 1
            failed(number)

        yield from in_order(
            _worked_here,
            chunks,
            workers=workers,
            prepare=_prepare,
            given=(work, task),
            lost=lost,
            alone=lambda item: alone(task, item),
        )


@contextmanager
def swept(  # noqa: PLR0913 - what is read, how, and by what it is judged
    paths: Iterable[Path],
    policy: Policy,
    *,
    mappings: Sequence[SourceMapping] = (),
    zone: str | None = None,
    as_of: dt.datetime | None = None,
    engine: Engine = "native",
    selection: Selection | None = None,
    pseudonyms: Pseudonyms | None = None,
    assumed: Assumed | None = None,
    workers: int | None = None,
    memory: str = "1GB",
    spill: Path | None = None,
    taken: Callable[[int], None] | None = None,
) -> Iterator[Sweep]:
    """Read files of any size and get ready to judge them; what was set aside is gone afterwards.

    ``as_of``, ``zone`` and ``engine`` are as for :func:`~missingrules.reading.extract.read_files`
    and :func:`~missingrules.scan.scan`; of several ``mappings`` each reads the files that it knows
    by their names (:func:`~missingrules.reading.extract.shared_out`). With
    ``selection`` only what it selects is shown and counted; every child is judged on the whole
    record. With ``pseudonyms`` every id is replaced before anything is judged. With ``assumed``
    (:class:`missingrules.compare.Assumptions`) findings say on what they hang. ``workers`` is the
    number of processes (without it, of processors). Many entries are sorted on disk, in a folder of
    its own under ``spill`` (else the system's for temporary files), by DuckDB with so much
    ``memory``.
    ``taken`` is told now and then how many entries were read. Raises :class:`LogError` for files
    that cannot be read at all, and :class:`EngineError` for a matcher that is not to be had.
    """
    loaded(policy).matcher(engine)
    listed = list(paths)
    with (
        _folder(spill) as folder,
        Spool(
            folder,
            memory=memory,
            order=None if pseudonyms is None else pseudonyms.child,
            taken=taken,
        ) as spool,
    ):
        take_files(spool, listed, mappings=mappings, vocabulary=policy.vocabulary, zone=zone)
        spool.settle()
        books = _books(spool.log(), pseudonyms)
        unheard = spool.unheard()
        yield Sweep(
            policy=policy,
            books=books,
            coverage=coverage_of(spool.first, mappings, listed),
            as_of_us=spool.latest if as_of is None else to_us(as_of),
            children=spool.size,
            unheard=unheard if pseudonyms is None else frozenset(map(pseudonyms.child, unheard)),
            incomplete=spool.log().incomplete,
            engine=engine,
            paths=tuple(listed),
            selection=selection,
            pseudonyms=pseudonyms,
            assumed=assumed,
            _spool=spool,
            _workers=workers or os.cpu_count() or 1,
        )


def _books(log: Log, pseudonyms: Pseudonyms | None) -> Log:
    """Give what became of the rows, with no id that is to be replaced."""
    if pseudonyms is None:
        return log
    return replace(
        log,
        incomplete=frozenset(map(pseudonyms.child, log.incomplete)),
        conflicts=tuple(sorted(map(pseudonyms.entry_id, log.conflicts))),
    )


@contextmanager
def _folder(spill: Path | None) -> Iterator[Path]:
    """Make a folder that only its owner can read, and take it away in the end."""
    try:
        made = tempfile.TemporaryDirectory(prefix="missingrules-", dir=spill)
    except OSError as error:
        raise LogError(f"no folder to set entries aside could be made: {error.strerror}") from None
    with made as name:
        yield Path(name)


# --- In whatever process -------------------------------------------------------------------------


def judged(task: Task, chunk: Sequence[Item]) -> Part:
    """Judge a chunk of children, and make of it what the task asks for."""
    part = Part(children=len(chunk))
    rows: list[written.Row] = []
    records: list[Record] = []
    findings: list[Finding] = []
    for kept, incomplete in chunk:
        entries = entries_of(kept)
        child_id = entries[0].child_id
        part.quality.add(child_id, entries)
        if task.children is not None and child_id not in task.children:
            continue
        record = task.record(entries, incomplete=incomplete)
        made = answered(task, record)
        if task.cross_check:
            records.append(record)
            findings += [made] if isinstance(made, Finding) else made.findings
        _sample(task, part, made)
        if isinstance(made, Finding):
            part.gathered.fail(made)
            part.failed.append(made)
            found: tuple[Finding, ...] = (made,)
        else:
            made = _taken(task, part, made, child_id)
            found = made.findings
            if len(part.shown) < task.shown and has_something_to_show(made):
                part.shown.append(record)
        shown = written.rows(found, record)
        if task.assumed is not None:
            hangs = task.assumed.hangs(record, as_of=task.as_of_us, coverage=task.coverage)
            shown = written.marked(shown, hangs)
            part.sensitive += sum(bool(row.sensitive_to) for row in shown)
        if task.whole and not isinstance(made, Finding):
            part.whole.append(written.document(made, shown, sensitive=task.assumed is not None))
        part.stated_times += sum(row.times_as_stated for row in shown)
        rows += shown
    part.rows = written.encoded(task.formats, rows, sensitive=task.assumed is not None)
    if task.cross_check:
        _cross_check(task, part, records, findings)
    return part


def _taken(task: Task, part: Part, whole: Assessment, child_id: str) -> Assessment:
    """Count what is shown of a child, and what corrections took away of it; give what is shown.

    ``child_id`` is the id of the log, which a pseudonym may have replaced.
    """
    shown = whole
    if task.selection is not None:
        part.met |= task.selection.met(whole) | task.named(child_id)
        shown = task.selection.narrowed(whole)
    part.breaches += sum(finding.is_breach for finding in shown.findings)
    if task.figures:
        gone = withdrawals(whole)
        if task.selection is not None:
            gone = task.selection.withdrawn(whole, gone)
        part.gathered.add(shown, withdrawn=gone, selection=task.selection, whole=whole)
    return shown


def answered(task: Task, record: Record) -> Assessment | Finding:
    """Judge one record."""
    return verdict(
        task.policy, record, as_of=task.as_of_us, coverage=task.coverage, engine=task.engine
    )


def has_something_to_show(assessment: Assessment) -> bool:
    """Say whether there is anything open about a child, or a gap in the record."""
    return bool(assessment.data_gaps) or any(f.outcome in OPEN for f in assessment.findings)


def child_id_of(kept: Sequence[Kept]) -> str:
    """Give the id of a child from what a spool gives for it."""
    return entries_of(kept[:1])[0].child_id


def _sample(task: Task, part: Part, made: Assessment | Finding) -> None:
    """Let a child be drawn, if a sample is."""
    if task.sampler is None:
        return
    if part.sampler is None:
        part.sampler = task.sampler.empty()
    if isinstance(made, Finding):
        part.sampler.fail(made)
    else:
        part.sampler.add(made)


def _cross_check(
    task: Task, part: Part, records: Sequence[Record], findings: Sequence[Finding]
) -> None:
    try:
        part.check = checked(
            task.policy,
            records,
            findings,
            as_of_us=task.as_of_us,
            coverage=task.coverage,
            engine=task.engine,
        )
    except EngineError as error:
        part.unchecked = str(error)


def _given_up(task: Task, item: Item) -> Part:
    """Stand in for a child whose record ends the process that judges it."""
    kept, incomplete = item
    entries = entries_of(kept)
    record = task.record(entries, incomplete=incomplete)
    made = unjudged(task.policy, record, task.as_of_us, "the process ended")
    part = Part(children=1, failed=[made])
    part.quality.add(entries[0].child_id, entries)
    part.gathered.fail(made)
    _sample(task, part, made)
    rows = written.rows([made], record)
    part.rows = written.encoded(task.formats, rows, sensitive=task.assumed is not None)
    return part


_here: dict[str, Any] = {}


def _prepare(work: Callable[[Any, list[Item]], Any], task: Any) -> None:
    """Get a process of the pool ready. An interrupt is dealt with by the one that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _here.update(work=work, task=task)


def _worked_here(chunk: list[Item]) -> Any:
    return _here["work"](_here["task"], chunk)

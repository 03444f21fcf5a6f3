"""Children judged in several processes at once.

Chunks of children go to a pool; results come back in the order of the chunks, never more than a
few chunks ahead. A process that is killed costs nothing but time: what it had in hand is judged
again, and a child that kills its process twice is an ``error`` finding. If the one that started
them is killed, they end too.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_AHEAD = 2


def in_order(  # noqa: PLR0913 - what to do, on what, how, and whom to tell
    work: Callable[[Any], Any],
    chunks: Iterable[list[Any]],
    *,
    workers: int,
    prepare: Callable[..., None],
    given: tuple[Any, ...],
    lost: Callable[[int], None] = lambda _: None,
    alone: Callable[[Any], Any],
) -> Iterator[Any]:
    """Give ``work(chunk)`` for every chunk, in order.

    ``prepare(*given)`` is called once in each process. ``lost(number)`` is told of every chunk that
    is judged again because its process ended. ``alone(item)`` stands for the result of a chunk of
    one item whose process ended twice. With ``workers=1`` everything happens in this process.
    """
    if workers == 1:
        prepare(*given)
        yield from map(work, chunks)
        return
    pool = _Pool(workers, prepare, given)
    waiting: deque[tuple[list[Any], Future[Any]]] = deque()
    source = iter(chunks)
    number = 0
    try:
        while True:
            while len(waiting) < _AHEAD * workers and (chunk := next(source, None)) is not None:
                waiting.append((chunk, pool.submit(work, chunk)))
            if not waiting:
                return
            chunk, future = waiting.popleft()
            number += 1
            try:
                yield future.result()
            except BrokenProcessPool:
                lost(number)
                pool.renew()
                yield from _again(pool, work, chunk, alone)
                waiting = deque((each, pool.submit(work, each)) for each, _ in waiting)
    finally:
        pool.close()


def _again(
    pool: _Pool, work: Callable[[Any], Any], chunk: list[Any], alone: Callable[[Any], Any]
) -> Iterator[Any]:
    """Judge a chunk again, and where its process ends again, each half by itself."""
    try:
        yield pool.submit(work, chunk).result()
    except BrokenProcessPool:
        pool.renew()
        if len(chunk) == 1:
            yield alone(chunk[0])
            return
        middle = len(chunk) // 2
        yield from _again(pool, work, chunk[:middle], alone)
        yield from _again(pool, work, chunk[middle:], alone)


class _Pool:
    """A pool of processes that can be had anew when one of them was killed."""

    def __init__(self, workers: int, prepare: Callable[..., None], given: tuple[Any, ...]) -> None:
        self._workers, self._prepare, self._given = workers, prepare, given
        self._executor = self._made()

    def _made(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            max_workers=self._workers,
            mp_context=multiprocessing.get_context("forkserver"),
            initializer=_begin,
            initargs=(self._prepare, self._given),
        )

    def submit(self, work: Callable[[Any], Any], chunk: list[Any]) -> Future[Any]:
        """Hand a chunk out; a pool that is known to be broken tells so in its result as well."""
        try:
            return self._executor.submit(work, chunk)
        except BrokenProcessPool as error:
            never: Future[Any] = Future()
            never.set_exception(error)
            return never

    def renew(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._executor = self._made()

    def close(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)


def _begin(prepare: Callable[..., None], given: tuple[Any, ...]) -> None:
    """Get a process ready, and let it end with the one that started it."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    prepare(*given)


def _end_with_parent() -> None:
    """Wait until the process that started this one has ended, and end.

    The queues of a pool would not tell: each process holds both ends of them.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)

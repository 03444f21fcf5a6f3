"""Faults of any number in order of place: a file full of nonsense has one or more in every row."""

from __future__ import annotations

import heapq
import pickle
import tempfile
import weakref
from collections.abc import Sequence
from itertools import islice
from typing import IO, TYPE_CHECKING, Final, overload

from missingrules.errors import Fault, LogError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

HELD: Final = 100_000
"""So many faults are held in memory; more are set aside on disk."""

_BLOCK: Final = 1_000


class FaultList(Sequence[Fault]):
    """Faults in order of place, in whatever order they came.

    What does not fit in memory lies, sorted in runs, in a file without a name that is gone with the
    list. Raises :class:`LogError` where that file cannot be written.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Take the folder for the file, without it the system's for temporary files."""
        self._folder = folder
        self._held: list[Fault] = []
        self._runs: list[list[tuple[int, int]]] = []
        self._file: IO[bytes] | None = None
        self._aside = 0

    def extend(self, faults: Iterable[Fault]) -> None:
        """Take faults."""
        self._held.extend(faults)
        if len(self._held) >= HELD:
            try:
                self._set_aside()
            except OSError as error:
                msg = f"the list of rejected rows could not be set aside on disk: {error.strerror}"
                raise LogError(msg) from None

    def settled(self) -> Sequence[Fault]:
        """Give all of them: a tuple where they are held in memory."""
        return self if self._runs else tuple(sorted(self._held))

    def _set_aside(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - kept open
            weakref.finalize(self, self._file.close)
        self._held.sort()
        run, place = [], self._file.seek(0, 2)
        for start in range(0, len(self._held), _BLOCK):
            length = self._file.write(pickle.dumps(self._held[start : start + _BLOCK]))
            run.append((place, length))
            place += length
        self._file.flush()
        self._runs.append(run)
        self._aside += len(self._held)
        self._held.clear()

    def _read(self, run: list[tuple[int, int]]) -> Iterator[Fault]:
        for place, length in run:
            if self._file is not None:
                self._file.seek(place)
                yield from pickle.loads(self._file.read(length))  # noqa: S301 - our own, unnamed

    def __len__(self) -> int:
        """Count them."""
        return self._aside + len(self._held)

    def __iter__(self) -> Iterator[Fault]:
        """Go through them in order of place."""
        return heapq.merge(*map(self._read, self._runs), sorted(self._held))

    @overload
    def __getitem__(self, place: int) -> Fault: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Fault]: ...
    def __getitem__(self, place: int | slice) -> Fault | Sequence[Fault]:
        """Give one of them, or some: quick at the head of the list only."""
        if isinstance(place, slice):
            return tuple(islice(self, *place.indices(len(self))))
        return next(islice(self, range(len(self))[place], None))

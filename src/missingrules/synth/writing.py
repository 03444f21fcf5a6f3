"""A made-up log as a file: JSON Lines, CSV or Parquet, written as it is made."""

from __future__ import annotations

import errno
import functools
import gzip
import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Final, TypeAlias

from missingrules.errors import MissingRulesError
from missingrules.synth.habits import check_share
from missingrules.synth.made import made
from missingrules.synth.rows import Tally, csv_row, header, lines, table_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from missingrules.synth.child import Child
    from missingrules.synth.habits import Habits

SUFFIXES: Final = (".jsonl", ".jsonl.gz", ".csv", ".csv.gz", ".parquet")
BATCH_ROWS: Final = 200_000  # of Parquet, held in a file beside it and not in memory

_Format: TypeAlias = "Callable[[Child, Tally, float], str]"
_Put: TypeAlias = "Callable[[Path, Iterator[Child], Tally, float], None]"


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    ``faults`` counts the rows that a reader must reject, by the code of the fault (docs/log.md).
    """

    children: int
    episodes: int
    entries: int
    faults: Mapping[str, int]

    @property
    def rejected(self) -> int:
        """How many rows a reader must reject."""
        return sum(self.faults.values())

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return self.entries + self.rejected


def write(  # noqa: PLR0913 - what is made, where it goes, and how bad it is
    out: str | os.PathLike[str] | IO[bytes],
    *,
    episodes: int | None = None,
    children: int | None = None,
    seed: int = 0,
    habits: Habits | None = None,
    faults: float = 0.0,
) -> Written:
    """Write a made-up log to a file, of a format that its suffix names, or to a binary stream.

    ``.jsonl`` and ``.csv``, each also with ``.gz``, and ``.parquet``, which needs DuckDB; a stream
    gets JSON Lines. In tables every cell is text, and lists are joined by semicolons. So many
    episodes or children are made as for :func:`missingrules.synth.entries`. ``faults`` is the
    share of the entries that are followed by a row which a reader must reject; the entries
    themselves are the same without it.

    The file is written aside and put in place when it is whole. Raises ``ValueError`` for a number
    or suffix that cannot be, :class:`MissingRulesError` where DuckDB is missing, ``OSError`` where
    the file cannot be written.
    """
    check_share("faults", faults)
    log = made(episodes=episodes, children=children, seed=seed, habits=habits)
    tally = Tally()
    if isinstance(out, (str, os.PathLike)):
        path = Path(os.path.realpath(out))
        put = _format(path.name)
        with _aside(path) as part:
            put(part, log, tally, faults)
    else:
        for child in log:
            out.write(_encoded(lines(child, tally, faults)))
    by_code = MappingProxyType(dict(sorted(tally.faults.items())))
    return Written(tally.children, tally.episodes, tally.entries, by_code)


# --- Formats -------------------------------------------------------------------------------------


def _format(name: str) -> _Put:
    """Find what writes the format that the suffix of a file names."""
    suffix = next((suffix for suffix in SUFFIXES if name.lower().endswith(suffix)), None)
    match suffix:
        case ".parquet":
            return _parquet
        case ".csv":
            return functools.partial(_text, table_rows, csv_row(header()))
        case ".csv.gz":
            return functools.partial(_packed, table_rows, csv_row(header()))
        case ".jsonl":
            return functools.partial(_text, lines, "")
        case ".jsonl.gz":
            return functools.partial(_packed, lines, "")
    raise ValueError(f"out={name!r} must end with one of {', '.join(SUFFIXES)}")


def _text(  # noqa: PLR0913 - the format, then what every format takes
    written: _Format, head: str, part: Path, log: Iterator[Child], tally: Tally, faults: float
) -> None:
    with part.open("wb") as stream:
        stream.write(_encoded(head))
        for child in log:
            stream.write(_encoded(written(child, tally, faults)))


def _packed(  # noqa: PLR0913 - the format, then what every format takes
    written: _Format, head: str, part: Path, log: Iterator[Child], tally: Tally, faults: float
) -> None:
    # Without name and time, so that the same log is the same file.
    with part.open("wb") as stream, gzip.GzipFile("", "wb", 6, stream, mtime=0) as packed:
        packed.write(_encoded(head))
        for child in log:
            packed.write(_encoded(written(child, tally, faults)))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")  # a faulty row may hold a byte that is no UTF-8


def _parquet(part: Path, log: Iterator[Child], tally: Tally, faults: float) -> None:
    """Write batches as files of their own and put them together, so that memory is bounded."""
    try:
        import duckdb
    except ImportError:
        raise MissingRulesError("writing Parquet needs DuckDB: pip install duckdb") from None
    columns = dict.fromkeys(header(), "VARCHAR")
    with (
        tempfile.TemporaryDirectory(dir=part.parent, prefix=part.name) as folder,
        duckdb.connect(config={"memory_limit": "1GB", "temp_directory": folder}) as base,
    ):
        base.execute("SET enable_progress_bar = false")  # it would go to standard output
        table, batches = str(Path(folder, "batch.csv")), list[str]()
        try:
            while _put_batch(Path(table), log, tally, faults):
                batches.append(str(Path(folder, f"{len(batches):06d}.parquet")))
                batch = base.read_csv(table, header=False, columns=columns, auto_detect=False)
                batch.write_parquet(batches[-1], compression="zstd")
            base.read_parquet(batches).write_parquet(str(part), compression="zstd")
        except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
            raise OSError(errno.EIO, str(error).partition("\n")[0]) from error


def _put_batch(path: Path, log: Iterator[Child], tally: Tally, faults: float) -> bool:
    """Write about as many rows as a batch has; tells whether there were any."""
    before = tally.rows
    with path.open("w", encoding="utf-8", newline="") as stream:
        for child in log:
            stream.write(table_rows(child, tally, faults))
            if tally.rows - before >= BATCH_ROWS:
                break
    return tally.rows > before


# --- The file ------------------------------------------------------------------------------------


@contextmanager
def _aside(path: Path) -> Iterator[Path]:
    """Give a place to write to; what stands there in the end takes the place of the file.

    If something goes wrong, the file that was there before stays as it was. A pipe or a device is
    written to directly.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if path.exists() and not path.is_file():
        yield path
        return
    part = path.with_name(f"{path.name}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)

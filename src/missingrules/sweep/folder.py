"""What a scan leaves behind: a stream of findings, or a folder of files.

A folder is written aside and put in its place when all of it is there, the summary last: an
interrupt or a full disk leaves the old answer, whole, or none. A folder without a ``summary.json``
holds no answer.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Self

from missingrules import arrow, written
from missingrules.errors import MissingRulesError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SUMMARY: Final = "summary.json"
REPORT: Final = "report.html"
REJECTS: Final = "rejects.csv"
FINDINGS: Final = {form: f"findings.{form}" for form in written.FORMATS}
SHARED: Final = "report-for-sharing.html"
FILES: Final = (*FINDINGS.values(), REJECTS, REPORT, SHARED, SUMMARY)
"""Every file of a folder, in the order in which they are put in their place."""

_ASIDE: Final = ".missingrules-"
_GROUP: Final = 50_000
_OWNER_ONLY: Final = 0o700


class Stream:
    """Findings in one format, written to a stream as they come."""

    def __init__(self, form: str, to: IO[bytes], *, sensitive: bool = False) -> None:
        """Take a format of :data:`missingrules.written.FORMATS` and a stream of bytes.

        ``sensitive`` says whether the rows say on what they hang that was assumed.
        """
        self._to = to
        self._parquet = _Parquet(to, sensitive=sensitive) if form == "parquet" else None
        to.write(written.head(form, sensitive=sensitive))

    def write(self, rows: bytes) -> None:
        """Write what :func:`missingrules.written.encoded` made."""
        if self._parquet is None:
            self._to.write(rows)
        else:
            self._parquet.write(rows)

    def close(self) -> None:
        """Write what is still to be written; the stream itself stays open."""
        if self._parquet is not None:
            self._parquet.close()
        self._to.flush()

    def abandon(self) -> None:
        """Let go of it as it is."""
        if self._parquet is not None:
            self._parquet.abandon()


class _Parquet:
    """A Parquet file out of streams of Arrow, in groups of many rows."""

    def __init__(self, to: IO[bytes], *, sensitive: bool) -> None:
        schema = arrow.schema(sensitive=sensitive)  # says so where pyarrow is not installed
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._arrow = pa
        self._writer = pq.ParquetWriter(pa.PythonFile(to, mode="w"), schema, compression="zstd")
        self._tables: list[Any] = []
        self._held = 0

    def write(self, rows: bytes) -> None:
        table = self._arrow.ipc.open_stream(rows).read_all()
        self._tables.append(table)
        self._held += table.num_rows
        if self._held >= _GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._tables:
            self._writer.write_table(self._arrow.concat_tables(self._tables))
            self._tables.clear()
            self._held = 0

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def abandon(self) -> None:
        with suppress(OSError, ValueError):  # what it cannot write is not wanted
            self._writer.close()


class Folder:
    """The files of an answer. Use it as a context manager, and call :meth:`finish` at the end.

    Raises :class:`MissingRulesError` where the place is taken by something else, or cannot be
    written to.
    """

    def __init__(self, place: Path, *, sensitive: bool = False) -> None:
        """Take the folder; if it is not there it is made, for its owner alone to read.

        ``sensitive`` is as in :class:`Stream`.
        """
        self._place = place
        self._sensitive = sensitive
        self._streams: dict[str, Stream] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Begin aside."""
        try:
            self._place.parent.mkdir(parents=True, exist_ok=True)
            self._place.mkdir(mode=_OWNER_ONLY, exist_ok=True)
            self._aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=self._place))
        except FileExistsError:
            msg = f"{self._place} is a file; the answer needs a folder"
            raise MissingRulesError(msg) from None
        except OSError as error:
            msg = f"{self._place} cannot be written to: {error.strerror}"
            raise MissingRulesError(msg) from None
        try:
            for form, name in FINDINGS.items():
                stream = self._open.enter_context((self._aside / name).open("wb"))
                self._streams[form] = Stream(form, stream, sensitive=self._sensitive)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Take away whatever is still aside."""
        for stream in self._streams.values():
            stream.abandon()
        try:
            with suppress(OSError):
                self._open.close()
        finally:
            shutil.rmtree(self._aside, ignore_errors=True)

    def write(self, rows: Mapping[str, bytes]) -> None:
        """Write findings, by format."""
        for form, encoded in rows.items():
            self._streams[form].write(encoded)

    def finish(
        self, summary: Mapping[str, Any], others: Mapping[str, Callable[[Path], object]]
    ) -> None:
        """Write the rest, and put every file in its place.

        What writes each of the ``others``, by its name, is called with the path at which to do so.
        """
        for stream in self._streams.values():
            stream.close()
        self._open.close()
        for name, write in others.items():
            write(self._aside / name)
        text = json.dumps(summary, indent=2, ensure_ascii=False) + "\n"
        (self._aside / SUMMARY).write_text(text, encoding="utf-8")
        (self._place / SUMMARY).unlink(missing_ok=True)
        for name in FILES:
            (self._aside / name).replace(self._place / name)

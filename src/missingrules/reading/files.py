"""Files of an extract: which there are, what is in them, and opening them."""

from __future__ import annotations

import glob
import gzip
import io
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Literal, TypeAlias

from missingrules.errors import LogError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import Buffer

Form: TypeAlias = Literal["jsonl", "csv", "parquet"]

_FORMS: Final[dict[str, Form]] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
}
_PACKED: Final = (".gz", ".zst")
_CHUNK: Final = 1 << 16
STDIN: Final = "-"


def form_of(path: Path) -> Form | None:
    """Tell by its name what is in a file; None for a name that tells nothing."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in _PACKED:
        suffixes.pop()
        return None if not suffixes or suffixes[-1] == ".parquet" else _FORMS.get(suffixes[-1])
    return _FORMS.get(suffixes[-1]) if suffixes else None


def unpacked_name(path: Path) -> str:
    """Give the name of a file without the end that says that it is packed."""
    return path.stem if path.suffix.lower() in _PACKED else path.name


def expand(names: Iterable[str | Path]) -> list[Path]:
    """List the files meant by paths, patterns with ``*``, and folders, in the order given.

    A folder stands for the files right in it whose names tell what they hold, hidden ones apart.
    Raises :class:`LogError` for what means no file at all.
    """
    found: list[Path] = []
    for name in names:
        try:
            found += _meant(name)
        except OSError as error:
            msg = f"{name} cannot be looked at: {error.strerror}"
            raise LogError(msg) from None
    return found


def _meant(name: str | Path) -> list[Path]:
    path = Path(name)
    if path.is_dir():
        inside = sorted(
            each
            for each in path.iterdir()
            if each.is_file() and form_of(each) and not each.name.startswith(".")
        )
        if inside:
            return inside
        msg = f"{name} is a folder without CSV, JSON Lines or Parquet files"
    elif path.exists() or str(name) == STDIN:
        return [path]
    elif glob.has_magic(str(name)):
        pattern = path.relative_to(path.anchor) if path.anchor else path
        found = Path(path.anchor or ".").glob(str(pattern))
        if matching := sorted(each for each in found if each.is_file()):
            return matching
        msg = f"no file matches {name}"
    else:
        msg = f"there is no file {name}"
    raise LogError(msg)


class BrokenFileError(EOFError):
    """A packed file that breaks off, or that is not packed as its name says."""


def opened(path: Path) -> IO[bytes]:
    """Open a file for reading, unpacked.

    Raises ``OSError`` where it cannot be opened and :class:`LogError` without the package that
    unpacks it; reading raises :class:`BrokenFileError` where the packing is broken.
    """
    match path.suffix.lower():
        case ".gz":
            return io.BufferedReader(_Unpacked(gzip.open(path, "rb"), (OSError, zlib.error)))
        case ".zst":
            try:
                import zstandard
            except ImportError:
                msg = "reading .zst needs zstandard: pip install 'missingrules[scan]'"
                raise LogError(msg) from None
            frames = _Frames(path.open("rb"), zstandard.ZstdDecompressor)
            return io.BufferedReader(_Unpacked(frames, (zstandard.ZstdError,)))
    return path.open("rb")


class _Unpacked(io.RawIOBase):
    """A packed stream whose every way to break is one error."""

    def __init__(self, inner: Any, broken: tuple[type[Exception], ...]) -> None:
        self._inner = inner
        self._broken: tuple[type[Exception], ...] = (*broken, EOFError)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        room = memoryview(buffer)
        try:
            found: bytes = self._inner.read1(len(room))
        except self._broken:
            raise BrokenFileError from None
        room[: len(found)] = found
        return len(found)

    def close(self) -> None:
        self._inner.close()
        super().close()


class _Frames:
    """The frames of a ``.zst`` file; the end of the file inside a frame is an error."""

    def __init__(self, raw: IO[bytes], unpacker: Any) -> None:
        self._raw = raw
        self._unpacker = unpacker
        self._frame: Any = None
        self._left = b""
        self._ready = b""

    def read1(self, size: int) -> bytes:
        while not self._ready:
            packed = self._left or self._raw.read(_CHUNK)
            self._left = b""
            if not packed:
                if self._frame is not None:
                    raise EOFError
                return b""
            self._frame = self._frame or self._unpacker().decompressobj()
            self._ready = self._frame.decompress(packed)
            if self._frame.eof:
                self._left, self._frame = self._frame.unused_data, None
        found, self._ready = self._ready[:size], self._ready[size:]
        return found

    def close(self) -> None:
        self._raw.close()

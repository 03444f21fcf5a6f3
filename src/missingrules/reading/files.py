"""Files of an extract: which there are, what is in them, and opening them."""

from __future__ import annotations

import glob
import gzip
import io
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Literal, TypeAlias

from missingrules.errors import LogError

if TYPE_CHECKING:
    from collections.abc import Iterable

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
STDIN: Final = "-"


def form_of(path: Path) -> Form | None:
    """Tell by its name what is in a file; None for a name that tells nothing."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in _PACKED:
        suffixes.pop()
        return None if not suffixes or suffixes[-1] == ".parquet" else _FORMS.get(suffixes[-1])
    return _FORMS.get(suffixes[-1]) if suffixes else None


def expand(names: Iterable[str | Path]) -> list[Path]:
    """List the files meant by paths, patterns with ``*``, and folders, in the order given.

    A folder stands for the files right in it whose names tell what they hold. Raises
    :class:`LogError` for what means no file at all.
    """
    found: list[Path] = []
    for name in names:
        path = Path(name)
        if path.is_dir():
            inside = sorted(each for each in path.iterdir() if each.is_file() and form_of(each))
            if not inside:
                msg = f"{name} is a folder without CSV, JSON Lines or Parquet files"
                raise LogError(msg)
            found += inside
        elif path.exists() or str(name) == STDIN:
            found.append(path)
        elif glob.has_magic(str(name)):
            pattern = path.relative_to(path.anchor) if path.anchor else path
            matching = sorted(Path(path.anchor or ".").glob(str(pattern)))
            if not matching:
                msg = f"no file matches {name}"
                raise LogError(msg)
            found += [each for each in matching if each.is_file()]
        else:
            msg = f"there is no file {name}"
            raise LogError(msg)
    return found


def opened(path: Path) -> IO[bytes]:
    """Open a file for reading, unpacked. Raises ``OSError``, also for a packing that is broken."""
    raw = path.open("rb")
    match path.suffix.lower():
        case ".gz":
            return io.BufferedReader(gzip.GzipFile(fileobj=raw))
        case ".zst":
            import zstandard  # of the extra `scan`

            reader = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
            return io.BufferedReader(reader)
    return raw

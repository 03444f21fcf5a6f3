"""Where an optional package is not installed, the error names the command that installs it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from build import log, missing
from missingrules import MissingRulesError, written
from missingrules.reading.extract import read_files, read_table
from missingrules.sweep.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def packed(folder: Path) -> object:
    path = folder / "log.jsonl.zst"
    path.write_bytes(b"")
    return read_files([path])


def columns(folder: Path) -> object:
    path = folder / "log.parquet"
    path.write_bytes(b"")
    return read_files([path])


def large(folder: Path) -> None:
    with Spool(folder, in_memory=0) as spool:
        for entry in log(missing(1)):
            spool.accept(entry)


class Table:
    """What a table shows of itself before it is read."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        raise AssertionError(requested_schema)  # without pyarrow nobody asks for it


USES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "findings as a table": ("pyarrow", lambda _: written.table([])),
    "a table": ("pyarrow", lambda _: read_table(Table())),
    "a Parquet file": ("duckdb", columns),
    "a large log": ("duckdb", large),
    "a packed file": ("zstandard", packed),
}


@pytest.mark.parametrize(("package", "use"), USES.values(), ids=USES)
def test_what_needs_an_extra_says_how_to_install_it(
    package: str,
    use: Callable[[Path], object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingRulesError, match=r"pip install 'missingrules\[scan\]'"):
        use(tmp_path)

"""The file of what was not read, or not wholly: where, what class of value, why. Never the value.

It can be handed to whoever runs the source system without handing them a log.
"""

from __future__ import annotations

import csv
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from missingrules.spreadsheets import defused

if TYPE_CHECKING:
    from missingrules.errors import Fault
    from missingrules.log import Log

COLUMNS: Final = ("source", "line", "column", "value", "code", "reason", "hint", "row")
_REJECTED: Final = "rejected"


def write_rejects(log: Log, path: str | os.PathLike[str]) -> int:
    """Write every fault of a log as a row of a CSV file; return how many rows were written.

    Columns: the source, line and column (numbers, empty where a fault has no place; of a table the
    number of the cell, of JSON Lines that of the character), the class of the value, code, reason
    and hint, and what became of the row: rejected, partly read, read (and odd beside another), or
    that it is not a row of the log.
    The file is UTF-8 with a byte order mark, so that spreadsheets read it as such, and no cell of
    it is a formula to them. It is written beside its place and then renamed. Raises ``OSError``
    where it cannot be written; then what was there before is still there.
    """
    place = Path(path)
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="", errors="replace") as file:
            writer = csv.writer(file, lineterminator="\r\n")
            writer.writerow(COLUMNS)
            writer.writerows(_row(fault) for fault in log.faults)
        Path(name).replace(place)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    return len(log.faults)


def _row(fault: Fault) -> list[str]:
    place = [str(fault.line), str(fault.column)] if fault.line else ["", ""]
    told = [fault.held, fault.code, fault.message, fault.hint, fault.row or _REJECTED]
    return [defused(" ".join(cell.split())) for cell in (fault.source, *place, *told)]

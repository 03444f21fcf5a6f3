"""What holds for every log that was read, however nasty the file."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import missingrules
from missingrules.entry import to_json
from missingrules.log import Log, read_jsonl
from missingrules.reading.joined import READ
from missingrules.reading.mapping import mappings_folder
from missingrules.reading.people import NO_ROW

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missingrules.errors import MissingRulesError

_CELL_WORD: Final = re.compile(r"[^\W_]{4,}")
_OWN_WORDS: Final = frozenset(
    word
    for folder, ends in ((Path(missingrules.__file__).parent, "**/*.py"), (mappings_folder(), "*"))
    for path in folder.glob(ends)
    if path.is_file()
    for word in _CELL_WORD.findall(path.read_text(encoding="utf-8"))
)
"""Words of the code and of the mappings: what messages are made of."""


def holds(log: Log, raw: bytes, *, shown: str = "") -> None:
    """Assert all that does not hang on how the log was kept.

    ``shown`` is the text of the input that messages may quote: the header of a table.
    """
    assert log.rows == log.accepted + log.duplicates + log.rejected + log.left_out, "rows add up"
    assert log.partly <= log.accepted + log.duplicates, "rows read in part are read"
    faults = [fault for fault in log.faults if fault.row not in (NO_ROW, READ)]
    with_faults = {(fault.source, fault.line) for fault in faults}
    assert log.rejected + log.partly == len(with_faults), (
        f"a fault for every row: {log.rejected} and {log.partly} rows, {len(with_faults)} places"
    )
    assert log.rejected >= log.unattributed, "rows of nobody are rejected rows"
    tells_nothing((str(fault) + fault.held + fault.row for fault in log.faults), raw, shown)
    reads_again(log)


def refused(error: MissingRulesError, raw: bytes, *, shown: str = "") -> None:
    """Assert what holds where nothing could be read at all."""
    assert str(error), "an error says something"
    tells_nothing([str(error), *map(str, error.faults)], raw, shown)


def tells_nothing(told: Iterable[str], raw: bytes, shown: str) -> None:
    """Assert that messages hold no text of the input, apart from what may be ``shown``.

    Names in snake_case may be quoted where they stand for a kind or a field. So only words with a
    capital letter or a sign outside ASCII are looked for.
    """
    said = " ".join(told)
    words = set(_CELL_WORD.findall(said)) & set(_CELL_WORD.findall(raw.decode("utf-8", "replace")))
    for word in words - _OWN_WORDS - set(_CELL_WORD.findall(shown)):
        plain = (word.isascii() and word == word.lower()) or word.isdigit()
        assert plain, f"text of a cell is told: {word!r} in {said!r}"


def header(raw: bytes) -> str:
    """Give the first line of a table that tells something, in each encoding that may be meant."""
    found = ""
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        text = io.StringIO(raw.decode(encoding, "replace"), newline="")
        lines = [line for line in text if any(sign.isalnum() for sign in line)]
        if lines and lines[0].lower().startswith("sep="):
            del lines[0]
        found += lines[0] + "\n" if lines else ""
    return found


def reads_again(log: Log) -> None:
    """Assert that the entries, written as JSON Lines, are read as what they were."""
    lines = [json.dumps(to_json(entry), ensure_ascii=False) for entry in log.entries]
    again = read_jsonl(lines)
    assert not again.faults, f"what was read is read again: {again.faults}"
    assert again.entries == log.entries, "what is read again is the same"
    assert again.accepted == len(log.entries), "entries have ids of their own"

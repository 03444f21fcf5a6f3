"""Packed files, whole and damaged: what can be unpacked is read as the plain file is."""

from __future__ import annotations

import dataclasses
import gzip
import random
import zlib
from typing import TYPE_CHECKING, Final

import read_csv
import read_jsonl
import zstandard
from holding import header, holds, refused
from mutating import TextMutator
from target import Target, scratch

from missingrules.errors import MissingRulesError
from missingrules.reading.extract import read_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.log import Log

_NAMES: Final = ("log.jsonl.gz", "log.csv.gz", "log.jsonl.zst", "log.csv.zst")
_FOLDER: Final = scratch()
_MOST: Final = 1_000_000


def seeds() -> Iterator[bytes]:
    """Give packed logs; the first byte says how each is packed and what is in it."""
    for number, name in enumerate(_NAMES):
        plain = read_jsonl.seeds() if "jsonl" in name else read_csv.seeds()
        for _, raw in zip(range(30), plain, strict=False):
            yield bytes([number]) + _packed(raw, name)


def check(raw: bytes) -> None:
    """Read a packed file, and the plain file that is in it."""
    if not raw:
        return
    name = _NAMES[raw[0] % len(_NAMES)]
    plain = _unpacked(raw[1:], name)
    if plain is not None and len(plain) > _MOST:
        return
    shown = header(plain or b"")
    packed_log = _read(name, raw[1:], plain or b"", shown)
    if plain is not None:
        plain_log = _read(name.rsplit(".", 1)[0], plain, plain, shown)
        assert packed_log == plain_log, "what is packed is read as what is plain"


def _read(name: str, raw: bytes, plain: bytes, shown: str) -> object:
    """Give what there is to compare of a log, or of the error in its place."""
    path = _FOLDER / name
    path.write_bytes(raw)
    try:
        log = read_files([path], zone="Europe/London")
    except MissingRulesError as error:
        refused(error, plain, shown=shown)
        return [dataclasses.replace(fault, source="") for fault in error.faults]
    holds(log, plain, shown=shown)
    return _without_sources(log)


def _without_sources(log: Log) -> Log:
    faults = tuple(dataclasses.replace(fault, source="") for fault in log.faults)
    return dataclasses.replace(log, faults=faults)


def _packed(raw: bytes, name: str) -> bytes:
    return gzip.compress(raw, 1, mtime=0) if name.endswith(".gz") else zstandard.compress(raw, 1)


def _unpacked(raw: bytes, name: str) -> bytes | None:
    """Unpack every frame; None for what is damaged or breaks off."""
    parts = []
    try:
        if name.endswith(".gz"):
            return gzip.decompress(raw)
        while raw:
            frame = zstandard.ZstdDecompressor().decompressobj()
            parts.append(frame.decompress(raw))
            if not frame.eof:
                return None
            raw = frame.unused_data
    except (OSError, EOFError, zlib.error, zstandard.ZstdError):
        return None
    return b"".join(parts)


class _Mutator:
    """Mutates what is packed, or the packing."""

    def __init__(self) -> None:
        sources = (read_jsonl.seeds(), read_csv.seeds())
        self._inside = TextMutator(
            raw.decode("utf-8", "replace") for all_ in sources for raw in all_
        )

    def __call__(self, raw: bytes, longest: int, seed: int) -> bytes:
        chance = random.Random(seed)
        number = raw[0] % len(_NAMES) if raw else 0
        plain = _unpacked(raw[1:], _NAMES[number])
        if plain is None or chance.random() < 0.3:  # noqa: PLR2004 - often enough
            import atheris

            made: bytes = atheris.Mutate(raw, longest)
            return made
        plain = self._inside(plain, longest, seed)
        cut = chance.randrange(len(plain) + 1) if chance.random() < 0.2 else 0  # noqa: PLR2004
        parts = [plain[:cut], plain[cut:]] if cut else [plain]  # several frames in one file
        whole = b"".join(_packed(part, _NAMES[number]) for part in parts)
        return (bytes([number]) + whole)[:longest]


TARGET: Final = Target("read_packed", check, seeds, _Mutator())

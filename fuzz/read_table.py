"""Tables in memory, of columns of any type: what databases and data frames hand over.

A choice of bytes becomes a table, so that every type that a column can have is met often. One in
many is also written as Parquet, damaged, and read from its file; that is slow, and what it mostly
tries is not this package.
"""

from __future__ import annotations

import datetime as dt
import decimal
import io
import random
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
from holding import holds, refused
from mutating import NASTY
from pyarrow import parquet
from target import ROOT, Target, scratch

from missingrules.errors import MissingRulesError
from missingrules.reading.extract import read_files, read_table
from missingrules.reading.mapping import load_mapping
from missingrules.vocabulary import COLUMNS, standard

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAPPING: Final = load_mapping(ROOT / "tests" / "bad_extracts" / "mapping.yaml")
_MAPPED: Final = ("PERSON", "EPISODE", "DOB", "REPORTED", "GRADE", "RETURNED")
_CANONICAL: Final = (*COLUMNS, *sorted(standard().names))
_KINDS: Final = tuple(sorted(standard().kinds))
_WORDS: Final = (
    *(word for word in NASTY if not any("\ud800" <= sign <= "\udfff" for sign in word)),
    *("C1", "E1", "high", "yes", "missing", "self_harm", "2023-01-10T09:00:00Z", "2009-05-23"),
)
_MOST_ROWS: Final = 6
_EVERY: Final = 40
_FILE: Final = scratch() / "log.parquet"
_TYPES: Final = (
    pa.string(),
    pa.large_string(),
    pa.string_view(),
    pa.int64(),
    pa.uint8(),
    pa.float64(),
    pa.float16(),
    pa.bool_(),
    pa.date32(),
    pa.date64(),
    pa.timestamp("s"),
    pa.timestamp("ms", "Europe/London"),
    pa.timestamp("us", "UTC"),
    pa.timestamp("ns", "+05:30"),
    pa.time32("s"),
    pa.time64("ns"),
    pa.duration("us"),
    pa.decimal128(38, 10),
    pa.binary(),
    pa.null(),
    pa.list_(pa.string()),
    pa.large_list(pa.int64()),
    pa.list_(pa.timestamp("us")),
    pa.struct([("a", pa.string())]),
    pa.map_(pa.string(), pa.int64()),
    pa.month_day_nano_interval(),
)


def seeds() -> Iterator[bytes]:
    """Give bytes to choose by."""
    chance = random.Random(7)
    for length in (20, 60, 150, 400):
        for _ in range(10):
            yield chance.randbytes(length)


def check(raw: bytes) -> None:
    """Make a table and read it, with the canonical names or by a mapping."""
    import atheris

    chosen = atheris.FuzzedDataProvider(raw)
    mapping = _MAPPING if chosen.ConsumeBool() else None
    zone = "Europe/London" if chosen.ConsumeBool() else None
    table = _table(chosen, _CANONICAL if mapping is None else _MAPPED)
    try:
        log = read_table(table, mapping=mapping, zone=zone, name="table")
    except MissingRulesError as error:
        refused(error, b"")
    else:
        holds(log, " ".join(_WORDS).encode())
    if chosen.ConsumeIntInRange(0, _EVERY) == 0:
        _from_file(table, chosen)


def _from_file(table: pa.Table, chosen: Any) -> None:
    """Read a table from a file, most often a damaged one."""
    written = io.BytesIO()
    try:
        parquet.write_table(table, written)
    except (pa.ArrowException, ValueError):
        return
    whole = bytearray(written.getvalue())
    for _ in range(chosen.ConsumeIntInRange(0, 3)):
        whole[chosen.ConsumeIntInRange(0, len(whole) - 1)] ^= chosen.ConsumeIntInRange(1, 255)
    _FILE.write_bytes(whole)
    try:
        holds(read_files([_FILE]), b"")
    except MissingRulesError as error:
        refused(error, b"")


def _table(chosen: Any, names: tuple[str, ...]) -> pa.Table:
    rows = chosen.ConsumeIntInRange(0, _MOST_ROWS)
    first = chosen.ConsumeIntInRange(0, 9)
    columns = list(names[: len(COLUMNS)] if first else ())
    for _ in range(chosen.ConsumeIntInRange(0, 4)):
        columns.append(chosen.PickValueInList([*names, *columns]))
    arrays = [_column(chosen, name, rows) for name in columns]
    return pa.table(arrays, names=columns)


def _column(chosen: Any, name: str, rows: int) -> pa.Array:
    usual = chosen.ConsumeIntInRange(0, 2)
    if usual and name in {"kind", "child_id", "episode_id", "PERSON", "EPISODE"}:
        words = list(_KINDS) if name == "kind" else ["C1", "C2", "E1", " ", "Secret Name"]
        made = pa.array([chosen.PickValueInList(words) for _ in range(rows)], pa.string())
        return made.dictionary_encode() if chosen.ConsumeBool() else made
    if usual and name in {"at", "REPORTED"}:
        starts = [chosen.ConsumeIntInRange(0, 2**33) for _ in range(rows)]
        return pa.array(starts, pa.timestamp("s")).cast(pa.timestamp("us", "UTC"))
    if chosen.ConsumeIntInRange(0, 19) == 0:
        return pa.array([chosen.ConsumeBytes(6) for _ in range(rows)], pa.binary()).view(
            pa.string()
        )
    type_ = chosen.PickValueInList(list(_TYPES))
    cells = [_cell(chosen, type_) if chosen.ConsumeIntInRange(0, 3) else None for _ in range(rows)]
    return pa.array(cells, type_)


def _cell(chosen: Any, type_: pa.DataType) -> Any:  # noqa: C901, PLR0911, PLR0912 - one a type
    if pa.types.is_boolean(type_):
        return chosen.ConsumeBool()
    if pa.types.is_unsigned_integer(type_):
        return chosen.ConsumeIntInRange(0, 255)
    if pa.types.is_integer(type_):
        return chosen.ConsumeIntInRange(-(2**63), 2**63 - 1)
    if pa.types.is_floating(type_):
        number = chosen.ConsumeFloat()
        return number if pa.types.is_float64(type_) else 1.5
    if pa.types.is_date32(type_):
        return pa.scalar(chosen.ConsumeIntInRange(-(2**31), 2**31 - 1), pa.int32()).cast(type_)
    if pa.types.is_timestamp(type_) or pa.types.is_date64(type_) or pa.types.is_duration(type_):
        far = chosen.ConsumeIntInRange(0, 3) == 0
        count = chosen.ConsumeIntInRange(-(2**63), 2**63 - 1) if far else 1_700_000_000_000
        return pa.scalar(count, pa.int64()).cast(type_)
    if pa.types.is_time(type_):
        return dt.time(chosen.ConsumeIntInRange(0, 23), 30)
    if pa.types.is_decimal(type_):
        return decimal.Decimal(chosen.ConsumeIntInRange(-(2**63), 2**63 - 1)) / 10
    if pa.types.is_binary(type_):
        return chosen.ConsumeBytes(8)
    if pa.types.is_list(type_) or pa.types.is_large_list(type_):
        inner = type_.value_type
        return [_cell(chosen, inner) for _ in range(chosen.ConsumeIntInRange(0, 3))]
    if pa.types.is_struct(type_):
        return {"a": chosen.PickValueInList(list(_WORDS))}
    if pa.types.is_map(type_):
        return [(chosen.PickValueInList(list(_WORDS)), 1)]
    if pa.types.is_null(type_):
        return None
    if type_ == pa.month_day_nano_interval():
        return pa.MonthDayNano([1, 2, 3])
    return chosen.PickValueInList(list(_WORDS))


def mutate(raw: bytes, longest: int, _seed: int) -> bytes:
    """Leave it to libFuzzer: any bytes make a table."""
    import atheris

    made: bytes = atheris.Mutate(raw, longest)
    return made


TARGET: Final = Target("read_table", check, seeds, mutate)

"""Cases as Python code: what a falsifying example prints, and what reads it back.

A printed case is made of public names alone and can be pasted into a test. It holds everything that
the case holds, texts included, so print what was made up, and never what comes from a real log.
"""

from __future__ import annotations

import datetime as dt
import keyword
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from missingrules.calendar import from_us, parse_instant, to_us
from missingrules.entry import Entry, derive_entry_id
from missingrules.episoderow import Episode
from missingrules.finding import stamp
from missingrules.log import Intake, Log
from missingrules.policy import Policy
from missingrules.record import EVERYTHING, Coverage, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MARGIN = "    "
_QUOTES = "'''"


def entry(  # noqa: PLR0913 - the columns of a log
    kind: str,
    at: str | dt.datetime,
    *,
    child_id: str,
    episode_id: str | None = None,
    entry_id: str | None = None,
    recorded_at: str | dt.datetime | None = None,
    by: str | None = None,
    area: str | None = None,
    authority: str | None = None,
    **fields: object,
) -> Entry:
    """Make an entry of any kind and any fields, whichever policy adds them.

    Nothing is checked against a vocabulary; :func:`missingrules.read_jsonl` does that.
    ``at`` and ``recorded_at`` (default ``at``) are aware datetimes, or text in RFC 3339. A field is
    given as it is kept: text, ``date``, aware ``datetime``, or a collection for several choices.
    Without ``entry_id`` it is derived from the content. Raises ``ValueError`` for a time that is
    none.
    """
    happened = _us(at)
    made = Entry(
        entry_id=entry_id or "",
        child_id=child_id,
        episode_id=episode_id,
        kind=kind,
        at=happened,
        recorded=happened if recorded_at is None else _us(recorded_at),
        by=by,
        fields={name: _kept(value) for name, value in fields.items()},
        area=area,
        authority=authority,
    )
    return made if entry_id else replace(made, entry_id=derive_entry_id(made))


def log(entries: Iterable[Entry]) -> Log:
    """Gather entries of one child or several into a log, as a reader of files would."""
    intake = Intake()
    for each in entries:
        intake.accept(each)
    return intake.log()


def free_id(entries: Iterable[Entry], stem: str) -> str:
    """Give an id that no entry has: the stem, and a number counted up from how many there are."""
    taken = {each.entry_id for each in entries}
    number = len(taken) + 1
    while f"{stem}.{number}" in taken:
        number += 1
    return f"{stem}.{number}"


def as_code(  # noqa: PLR0911 - one case a part
    value: Policy | Record | Log | Entry | Episode | Coverage | dt.datetime,
) -> str:
    """Write a case as Python code that makes it again.

    The code needs ``datetime``, the names of :mod:`missingrules`, and :func:`entry` and :func:`log`
    from here. Of a log the entries are written, not what became of rejected rows.
    """
    match value:
        case Entry():
            return entry_code(value)
        case Record():
            return _record_code(value)
        case Log():
            return f"log({listed(value.entries)})"
        case Episode():
            return _episode_code(value)
        case Coverage():
            return _coverage_code(value)
        case Policy():
            return _policy_code(value)
        case dt.datetime():
            return repr(value)
    raise TypeError(f"value must be a policy or a part of a log, not {type(value).__name__}")


def cells_of(made: Entry) -> dict[str, Any]:
    """Give what :func:`entry` has to be given to make an entry again."""
    cells: dict[str, Any] = {"kind": made.kind, "at": stamp(made.at), "child_id": made.child_id}
    if made.episode_id is not None:
        cells["episode_id"] = made.episode_id
    if made.entry_id != derive_entry_id(made):
        cells["entry_id"] = made.entry_id
    if made.recorded != made.at:
        cells["recorded_at"] = stamp(made.recorded)
    for name in ("by", "area", "authority"):
        if getattr(made, name) is not None:
            cells[name] = getattr(made, name)
    fields = {k: from_us(v) if isinstance(v, int) else v for k, v in made.fields.items()}
    return cells | fields


def entry_code(made: Entry) -> str:
    """Write one entry, on one line."""
    cells = cells_of(made)
    words = [repr(cells.pop("kind")), repr(cells.pop("at"))]
    odd = {name: cells.pop(name) for name in list(cells) if keyword.iskeyword(name)}
    words += [f"{name}={value!r}" for name, value in cells.items()]
    if odd:
        words.append(f"**{odd!r}")
    return f"entry({', '.join(words)})"


def listed(entries: Iterable[Entry]) -> str:
    """Write entries as a list, one a line."""
    lines = [f"{MARGIN}{entry_code(each)},\n" for each in entries]
    return f"[\n{''.join(lines)}]" if lines else "[]"


def lines_of(code: str) -> Iterator[tuple[str, bool]]:
    """Give the lines of code, and whether each goes on with a text begun above it."""
    inside = False
    for line in code.split("\n"):
        yield line, inside
        inside ^= line.count(_QUOTES) % 2 == 1


def indented(code: str) -> str:
    """Move code to the right, and no text in it."""
    return "\n".join(line if inside else f"{MARGIN}{line}" for line, inside in lines_of(code))


def text_code(text: str) -> str:
    """Write a text of several lines so that it can be read."""
    if "\n" not in text or "\\" in text or _QUOTES in text or text.endswith("'"):
        return repr(text)
    return f"{_QUOTES}\\\n{text}{_QUOTES}"


def _record_code(record: Record) -> str:
    words = [listed(record.entries), f"child_id={record.child_id!r}"]
    if record.incomplete:
        words.append("incomplete=True")
    return f"Record.of({', '.join(words)})"


def _episode_code(episode: Episode) -> str:
    given = {name: getattr(episode, name) for name in Episode.model_fields}
    lines = [f"{MARGIN}{name}={cell!r},\n" for name, cell in given.items() if cell]
    return f"Episode(\n{''.join(lines)})"


def _coverage_code(coverage: Coverage) -> str:
    words = [
        f"{name}={getattr(coverage, name)!r}"
        for name in ("start", "end", "kinds")
        if getattr(coverage, name) != getattr(EVERYTHING, name)
    ]
    if coverage.without_fields:
        words.append(f"without_fields=frozenset({sorted(coverage.without_fields)!r})")
    return f"Coverage({', '.join(words)})"


def _policy_code(policy: Policy) -> str:
    from missingrules.layers import load_source, shipped

    last = policy.source.layers[-1]
    if str(shipped().get(policy.name)) == last.source:
        names = (policy.name, f"{policy.name}@{policy.edition}")
        same = (name for name in names if load_source(name).digest == policy.source.digest)
        return f"Policy.load({next(same)!r})"
    return f"Policy.parse({text_code(policy_text(policy))})"


def policy_text(policy: Policy) -> str:
    """Write a policy as one file, with all its layers laid over one another."""
    import yaml

    file = policy.source.file.model_dump(by_alias=True, exclude_unset=True, exclude={"extends"})
    file["rules"] = [{"id": rule["id"], **rule} for rule in file.get("rules", ())]
    return str(yaml.safe_dump(file, sort_keys=False, allow_unicode=True, width=96))


def _us(instant: str | dt.datetime) -> int:
    return parse_instant(instant) if isinstance(instant, str) else to_us(instant)


def _kept(value: object) -> object:
    if isinstance(value, dt.datetime):
        return to_us(value)
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(sorted(value))
    return value

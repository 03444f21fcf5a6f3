"""Warnings that a comment in the policy allows, with its reason.

``# lint: allow unused-term: a layer that counts may use it`` stands at the end of the line that the
warning points at, or on a line of its own above it. An error cannot be allowed, nor can a warning
without a reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from missingrules.errors import Fault, PolicyError
from missingrules.lint.codes import level_of
from missingrules.yamlsource import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_COMMENT: Final = re.compile(
    r"(?P<before>^\s*|^.*?\s)#\s*lint:\s*allow\s+(?P<code>[a-z-]+)\s*(?::\s*(?P<reason>.*?))?\s*$"
)
_NOTHING_TO_POINT_AT: Final = re.compile(r"\s*(#.*)?$")


@dataclass(frozen=True, slots=True)
class Allowance:
    """A comment that allows one code on one line of a file; ``column`` is that of the comment."""

    source: str
    line: int
    column: int
    target: int
    code: str
    reason: str


def allowances(sources: Iterable[str]) -> list[Allowance]:
    """Read the comments of files; what is no file, or cannot be read, has none."""
    found: list[Allowance] = []
    for source in dict.fromkeys(sources):
        try:
            text = decode(Path(source).read_bytes(), source)
            found += _in_text(source, text)
        except (OSError, PolicyError, ValueError, yaml.YAMLError):
            continue
    return found


def _in_text(source: str, text: str) -> list[Allowance]:
    lines = text.splitlines()
    matches = {
        number: match for number, line in enumerate(lines, 1) if (match := _COMMENT.match(line))
    }
    values = list(_values(text)) if matches else []
    found = []
    for number, match in matches.items():
        here = (number, match.end("before"))
        if any(start <= here < end for start, end in values):
            continue
        target = number
        if not match["before"].strip():
            below = range(number + 1, len(lines) + 1)
            target = next((n for n in below if not _is_empty(lines[n - 1])), number)
        column = len(match["before"]) + 1
        code, reason = match["code"], match["reason"] or ""
        found.append(Allowance(source, number, column, target, code, reason))
    return found


def _values(text: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Where the values of a text begin and end, by line and column: no comment stands in one."""
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if isinstance(token, yaml.ScalarToken):
            start, end = token.start_mark, token.end_mark
            yield (start.line + 1, start.column), (end.line + 1, end.column)


def _is_empty(line: str) -> bool:
    return _NOTHING_TO_POINT_AT.fullmatch(line) is not None


def without_allowed(
    found: Iterable[Fault], comments: Iterable[Allowance], own: Iterable[str]
) -> tuple[list[Fault], int]:
    """Take out what is allowed; give the rest, and how many were taken out.

    Comments in the files of ``own`` that allow nothing, or give no reason, are found themselves.
    """
    listed = list(comments)
    allowed = {(c.source, c.target, c.code) for c in listed if c.reason}
    kept: list[Fault] = []
    used: set[tuple[str, int, str]] = set()
    for fault in found:
        key = (fault.source, fault.line, fault.code)
        if key in allowed and level_of(fault.code) != "error":
            used.add(key)
        else:
            kept.append(fault)
    taken = sum(1 for fault in found if (fault.source, fault.line, fault.code) in used)
    mine = set(own)
    for comment in listed:
        place = (comment.source, comment.line, comment.column)
        if comment.source not in mine:
            continue
        if not comment.reason:
            message = f"`{comment.code}` is allowed without a reason"
            hint = f"write it behind the code: `# lint: allow {comment.code}: why`"
            kept.append(Fault(*place, "allowed-without-reason", message, hint))
        elif (comment.source, comment.target, comment.code) not in used:
            message = f"there is no `{comment.code}` here to allow"
            kept.append(Fault(*place, "idle-allowance", message, "take the comment away"))
    return kept, taken

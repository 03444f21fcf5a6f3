"""YAML as policies are written in: plain data, each part with its place in the text.

Scalars are read by the core rules of YAML 1.2, whatever the parser underneath thinks: only ``true``
and ``false`` are booleans, so that ``on:`` is a key and ``no`` is an answer; a date stays text.
What makes a document mean more than a reader sees (anchors, tags, several documents, keys given
twice) is refused, and so is what could exhaust the machine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import yaml

from missingrules.errors import Fault, MissingRulesError, PolicyError
from missingrules.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_BYTES: Final = 2_000_000
DEEPEST: Final = 40
MOST_NODES: Final = 100_000
_LONGEST_NUMBER: Final = 18

YamlCode = Literal[
    "file-too-big",
    "not-utf8",
    "control-character",
    "empty-file",
    "yaml-syntax",
    "tab",
    "several-documents",
    "anchor",
    "tag",
    "too-deep",
    "too-many-nodes",
    "key-not-text",
    "duplicate-key",
    "no-value",
    "number-too-long",
    "not-a-mapping",
]
"""What can be wrong with a text before anybody asks what it means."""

Path: TypeAlias = tuple[str | int, ...]
"""Where a part stands inside the data: keys and list indexes from the top."""

Scalar: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a text: ``source`` is its name, ``line`` and ``column`` count from 1."""

    source: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its place and, where a key leads to it, the place of the key."""

    value: Scalar | list[Node] | dict[str, Node]
    place: Place
    key: Place | None = None

    @property
    def data(self) -> Any:
        """The value as plain data."""
        if isinstance(self.value, dict):
            return {key: node.data for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.data for node in self.value]
        return self.value

    def walk(self, path: Path = ()) -> Iterator[tuple[Path, Node]]:
        """Every node with its path, this one first."""
        yield path, self
        if isinstance(self.value, dict):
            for key, node in self.value.items():
                yield from node.walk((*path, key))
        elif isinstance(self.value, list):
            for index, node in enumerate(self.value):
                yield from node.walk((*path, index))


@dataclass(frozen=True, slots=True)
class Located:
    """Plain data with the places of its parts: ``places`` of the values, ``keys`` of their keys."""

    data: Any
    places: dict[Path, Place]
    keys: dict[Path, Place]

    @classmethod
    def of(cls, node: Node) -> Located:
        """Take a tree apart."""
        places: dict[Path, Place] = {}
        keys: dict[Path, Place] = {}
        for path, part in node.walk():
            places[path] = part.place
            if part.key is not None:
                keys[path] = part.key
        return cls(node.data, places, keys)

    def place(self, path: Path) -> Place:
        """Where the value at the path stands; for a part that is not there, what would hold it."""
        while path not in self.places:
            path = path[:-1]
        return self.places[path]

    def key_place(self, path: Path) -> Place:
        """Where the key of the value at the path stands; without a key, the value itself."""
        return self.keys.get(path) or self.place(path)


def fault(place: Place, code: YamlCode, message: str, hint: str = "") -> Fault:
    """Make a fault at a place."""
    return Fault(place.source, place.line, place.column, code, message, hint)


def decode(raw: bytes, source: str, *, error: type[MissingRulesError] = PolicyError) -> str:
    """Decode the bytes of a file as UTF-8, with or without a byte order mark.

    Raises ``error`` with the faults ``file-too-big`` or ``not-utf8``.
    """
    if len(raw) > LONGEST_BYTES:
        raise error([_too_big(source)])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        good = raw[: exc.start].decode("utf-8-sig")
        line, column = good.count("\n") + 1, len(good) - good.rfind("\n")
        place = Place(source, line, column)
        hint = "save the file as UTF-8"
        raise error([fault(place, "not-utf8", "this is not UTF-8 text", hint)]) from None


def parse(text: str, source: str, *, error: type[MissingRulesError] = PolicyError) -> Node:
    """Read the one mapping that a text holds.

    Raises ``error`` with every fault found; after a fault of syntax nothing more is looked for.
    """
    text = text.removeprefix("\ufeff")
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST_BYTES:
        raise error([_too_big(source)])
    stray = _STRAY.search(text)
    if stray is not None:
        before = text[: stray.start()]
        place = Place(source, before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise error([_stray(stray[0], place)])
    builder = _Builder(source)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except _StopReading:
        pass
    except yaml.YAMLError as exc:
        builder.faults.append(_syntax(exc, text, source))
    if builder.faults:
        raise error(builder.faults)
    if not builder.roots:
        top = Place(source, 1, 1)
        raise error([fault(top, "empty-file", "there is nothing in this file")])
    root = builder.roots[0]
    if not isinstance(root.value, dict):
        message = "the file must hold keys with values"
        raise error([fault(root.place, "not-a-mapping", message, "begin with `key: value`")])
    return root


def read(text: str, source: str, *, error: type[MissingRulesError] = PolicyError) -> Located:
    """Read the one mapping that a text holds, as data with places; raises as :func:`parse`."""
    return Located.of(parse(text, source, error=error))


# --- From events to nodes -------------------------------------------------------------------------

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_STRAY = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NULL = frozenset({"null", "Null", "NULL", "~"})
_BOOLEAN = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


class _StopReading(Exception):  # noqa: N818 - nothing is wrong with the program
    """A limit is passed; the faults say which."""


@dataclass(slots=True)
class _Open:
    """A list or mapping that has not ended; ``name`` is the key that waits for its value."""

    value: list[Node] | dict[str, Node]
    place: Place
    key: Place | None
    name: tuple[str, Place] | None = None


@dataclass(slots=True)
class _Builder:
    """Holds what has been read so far."""

    source: str
    roots: list[Node] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    nodes: int = 0

    def take(self, event: Any) -> None:
        """Take the next event of the parser."""
        mark = event.start_mark
        place = Place(self.source, mark.line + 1, mark.column + 1)
        if isinstance(event, yaml.DocumentStartEvent):
            if self.roots:
                message = "a second document begins here"
                hint = "one file holds one document: take the `---` out"
                self.refuse(place, "several-documents", message, hint)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            done = self.open.pop()
            self.add(Node(done.value, done.place, done.key))
        elif isinstance(event, yaml.NodeEvent):
            self.begin(event, place)

    def begin(self, event: Any, place: Place) -> None:
        """Take an event that begins a value or a key."""
        self.nodes += 1
        if self.nodes > MOST_NODES:
            self.refuse(place, "too-many-nodes", f"more than {MOST_NODES:,} values in one file")
        if event.anchor is not None:
            star = "*" if isinstance(event, yaml.AliasEvent) else "&"
            message = f"anchors and aliases are refused: {quoted(f'{star}{event.anchor}')}"
            self.refuse(place, "anchor", message, "write it out at each place")
        if event.tag is not None:
            hint = "write the plain value; quote it if it must be text"
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.refuse(place, "tag", f"tags are refused: {quoted(tag)}", hint)
        holder = self.open[-1] if self.open else None
        waits_for_key = (
            holder is not None and isinstance(holder.value, dict) and holder.name is None
        )
        if isinstance(event, yaml.ScalarEvent):
            if holder is not None and waits_for_key:
                self.take_key(holder, event.value, place)
            else:
                self.take_scalar(event, place)
            return
        if waits_for_key:
            hint = "is it text that begins with a bracket? then quote it"
            self.refuse(place, "key-not-text", "a key must be text", hint)
        if len(self.open) >= DEEPEST:
            self.refuse(place, "too-deep", f"more than {DEEPEST} levels deep")
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        self.open.append(_Open({} if is_mapping else [], place, self.key_place()))

    def take_key(self, holder: _Open, name: str, place: Place) -> None:
        """Take a key, which is text however it is written."""
        self.check_text(name, place)
        if name in holder.value:
            message = f"the key {quoted(name)} stands here for the second time"
            self.faults.append(fault(place, "duplicate-key", message, "keep one of them"))
        holder.name = (name, place)

    def take_scalar(self, event: Any, place: Place) -> None:
        """Take a single value."""
        value: Scalar = event.value
        if event.implicit[0]:
            if not event.value:
                self.refuse_empty(place)
            elif len(event.value.lstrip("+-")) > _LONGEST_NUMBER and _INTEGER.fullmatch(
                event.value
            ):
                message, hint = (
                    f"a number of more than {_LONGEST_NUMBER} digits",
                    "quote it if it is none",
                )
                self.faults.append(fault(place, "number-too-long", message, hint))
            else:
                value = _plain(event.value)
        self.check_text(event.value, place)
        self.add(Node(value, place, self.key_place()))

    def check_text(self, text: str, place: Place) -> None:
        """Note a character that an escape has let in."""
        stray = _STRAY.search(text)
        if stray is not None:
            self.faults.append(_stray(stray[0], place))

    def refuse_empty(self, place: Place) -> None:
        """Note a key or an item without a value, where the reader looks for it."""
        name = self.open[-1].name if self.open else None
        if name is None:
            message, hint = "nothing stands here", "write a value or take the line out"
        else:
            message, hint = (
                f"nothing follows {quoted(f'{name[0]}:')}",
                "write a value or take the key out",
            )
        self.faults.append(fault(name[1] if name else place, "no-value", message, hint))

    def key_place(self) -> Place | None:
        """Where the key stands that waits for a value."""
        name = self.open[-1].name if self.open else None
        return None if name is None else name[1]

    def add(self, node: Node) -> None:
        """Put a value where it belongs; of a key given twice the first value stays."""
        if not self.open:
            self.roots.append(node)
            return
        holder = self.open[-1]
        if isinstance(holder.value, list):
            holder.value.append(node)
        elif holder.name is not None:
            holder.value.setdefault(holder.name[0], node)
            holder.name = None

    def refuse(self, place: Place, code: YamlCode, message: str, hint: str = "") -> None:
        """Note a fault after which it makes no sense to read on."""
        self.faults.append(fault(place, code, message, hint))
        raise _StopReading


def _plain(text: str) -> Scalar:
    """Read an unquoted scalar by the core schema of YAML 1.2."""
    if text in _NULL:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    if _INTEGER.fullmatch(text):
        return int(text, 0) if text.startswith(("0o", "0x")) else int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _NOT_FINITE.fullmatch(text):
        return float(text.replace(".", ""))
    return text


# --- Faults ---------------------------------------------------------------------------------------

# By what the parser was doing: the place where it began is the place to look at.
_UNCLOSED = {
    "quoted scalar": "this quote is never closed",
    "flow sequence": "this bracket is never closed, or a comma is missing after it",
    "flow mapping": "this brace is never closed, or a comma is missing after it",
}
# By what it found.
_HINTS = {
    "mapping values are not allowed": (
        "text that holds `: ` must stand in quotes; a key needs a space after its colon, and must "
        "start in the column of its neighbours"
    ),
    "could not find expected ':'": "a key needs a colon and a space after it",
    "expected key": "keys of one mapping, and items of one list, must start in one column",
    "block end": "keys of one mapping, and items of one list, must start in one column",
    "'-' indicator": "keys of one mapping, and items of one list, must start in one column",
}


def _syntax(exc: yaml.YAMLError, text: str, source: str) -> Fault:
    """Put what the parser says into words of ours, the same for the parsers in C and in Python."""
    mark = getattr(exc, "problem_mark", None)
    begun = getattr(exc, "context_mark", None)
    problem = getattr(exc, "problem", None) or ""
    context = getattr(exc, "context", None) or ""
    hint = next((hint for words, hint in _UNCLOSED.items() if words in context), "")
    if hint and begun is not None:
        place = Place(source, begun.line + 1, begun.column + 1)
        return fault(place, "yaml-syntax", "this is not YAML", hint)
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    here = text.splitlines()[line] if line < len(text.splitlines()) else ""
    if "\t" in here[: len(here) - len(here.lstrip())]:
        place = Place(source, line + 1, here.index("\t") + 1)
        return fault(place, "tab", "a tab in the indentation", "indent with spaces")
    hint = next((hint for words, hint in _HINTS.items() if words in problem), "")
    if "cannot start any token" in problem and column < len(here):
        hint = f"text that begins with `{here[column]}` must stand in quotes"
    return fault(Place(source, line + 1, column + 1), "yaml-syntax", "this is not YAML", hint)


def _stray(character: str, place: Place) -> Fault:
    message = f"a character that no text should hold: U+{ord(character):04X}"
    return fault(place, "control-character", message, "take it out")


def _too_big(source: str) -> Fault:
    message = f"the file is larger than {LONGEST_BYTES:,} bytes"
    return fault(Place(source, 1, 1), "file-too-big", message, "is it the right file?")

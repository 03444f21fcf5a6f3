"""What was drawn, so that Hypothesis prints it as Python code.

These are the classes of the log in every respect: equal to the plain ones, hashed like them, and as
silent in their representation. Only the printer of Hypothesis shows what they hold, because nobody
is meant by it.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, ClassVar, TypeVar

from missingrules.entry import Entry
from missingrules.episoderow import Episode
from missingrules.log import Log
from missingrules.policy import Policy
from missingrules.record import Record
from missingrules.testing.code import as_code, lines_of


class _MadeUp:
    """What prints as code, and equals what holds the same."""

    __slots__ = ()
    _plain: ClassVar[type[Any]]
    _names: ClassVar[tuple[str, ...]]

    def __eq__(self, other: object) -> bool:
        """Compare with anything of the plain class."""
        return isinstance(other, self._plain) and all(
            getattr(self, name) == getattr(other, name) for name in self._names
        )

    def __hash__(self) -> int:
        """Agree with equality."""
        return super().__hash__()

    def _repr_pretty_(self, printer: Any, _: bool) -> None:  # noqa: FBT001 - as Hypothesis calls it
        show(printer, as_code(self))  # type: ignore[arg-type] # the other base is one of these


class MadeUpEntry(_MadeUp, Entry):
    """An entry of nobody's log."""

    __slots__ = ()
    _plain = Entry
    _names = tuple(each.name for each in fields(Entry))


class MadeUpRecord(_MadeUp, Record):
    """The record of nobody."""

    __slots__ = ()
    _plain = Record
    _names = tuple(each.name for each in fields(Record))


class MadeUpLog(_MadeUp, Log):
    """The log of nobody."""

    __slots__ = ()
    _plain = Log
    _names = tuple(each.name for each in fields(Log))


class MadeUpEpisode(_MadeUp, Episode):
    """A wide row of nobody's."""

    _plain: ClassVar[type[Any]] = Episode
    _names: ClassVar[tuple[str, ...]] = tuple(Episode.model_fields)


class MadeUpPolicy(Policy):
    """A policy in force nowhere."""

    def _repr_pretty_(self, printer: Any, _: bool) -> None:  # noqa: FBT001 - as Hypothesis calls it
        show(printer, as_code(self))


_Plain = TypeVar("_Plain", Entry, Log)


def of_nobody(plain: _Plain) -> _Plain:
    """Make the same again, to be printed."""
    kinds: dict[type[Any], type[Any]] = {Entry: MadeUpEntry, Log: MadeUpLog}
    made: _Plain = kinds[type(plain)](*(getattr(plain, each.name) for each in fields(plain)))
    return made


def show(printer: Any, text: str) -> None:
    """Write code of several lines with a printer of Hypothesis; a long text keeps its margin."""
    for number, (line, inside) in enumerate(lines_of(text)):
        if number:
            with printer.indent(-printer.indentation if inside else 0):
                printer.break_()
        printer.text(line)

"""What a page of a comparison is made of: sections of sentences, charts, tables and lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

if TYPE_CHECKING:
    from markupsafe import Markup

    from missingrules.report.tables import Table


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence or more; ``look`` is a class of the style, ``strong`` or ``quiet``."""

    text: str
    look: str = ""
    kind: ClassVar[str] = "said"


@dataclass(frozen=True, slots=True)
class Heading:
    """What the blocks below it are about."""

    text: str
    kind: ClassVar[str] = "heading"


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing; the table with its numbers stands below it."""

    drawing: Markup
    caption: str
    kind: ClassVar[str] = "chart"


@dataclass(frozen=True, slots=True)
class Tabled:
    """A table."""

    table: Table
    kind: ClassVar[str] = "table"


@dataclass(frozen=True, slots=True)
class Lines:
    """A list of sentences."""

    lines: tuple[str, ...]
    kind: ClassVar[str] = "list"


@dataclass(frozen=True, slots=True)
class Entry:
    """One child or one finding: what it is called, a sentence on it, and more below."""

    name: str
    text: str = ""
    lines: tuple[str, ...] = ()
    kind: ClassVar[str] = "entry"


@dataclass(frozen=True, slots=True)
class Shown:
    """One number in large figures; ``open`` says that there is something to look at."""

    name: str
    text: str
    open: bool = False


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers that matter most, side by side."""

    name: str
    figures: tuple[Shown, ...]
    kind: ClassVar[str] = "figures"


Block: TypeAlias = "Said | Heading | Chart | Tabled | Lines | Entry | Numbers"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page; ``id`` is what links lead to."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a page says: its head, its sections, and words that only it uses.

    ``asked`` is a sentence on what the answer means and what it does not.
    """

    title: str
    lead: str
    asked: str
    sections: tuple[Section, ...]
    holds_ids: bool
    words: tuple[tuple[str, str], ...] = ()

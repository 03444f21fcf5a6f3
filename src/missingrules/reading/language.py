"""The language of mapping files: which column of an extract says what.

These models are the whole language; names in them (kinds, fields, code tables) are checked by
:mod:`missingrules.reading.mapping`. Descriptions are written for whoever writes a mapping.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from missingrules.language import Date, Name

_CLOCK: Final = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?")


def _column(value: object) -> object:
    """Read the short form: a text is the name of a column."""
    return {"column": value} if isinstance(value, str) else value


def _time(value: object) -> object:
    if isinstance(value, str) and _CLOCK.fullmatch(value):
        return dt.time.fromisoformat(value)
    return value


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


TimeOfDay = Annotated[dt.time, BeforeValidator(_time)]
Words = Annotated[list[str], BeforeValidator(_listed)]


class Part(BaseModel):
    """Base of all parts of a mapping: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Cell(Part):
    """Where a value comes from. One of: column, columns, constant."""

    column: str | None = Field(default=None, description="The column that holds it.")
    columns: list[str] | None = Field(
        default=None,
        min_length=2,
        description="Several columns, joined with a space, as a date and a time in two columns.",
    )
    constant: str | bool | list[str] | None = Field(
        default=None, description="The same value in every row."
    )
    format: str | None = Field(
        default=None,
        description=(
            "How a time or a date is written, in the signs of strptime: `%d/%m/%Y %H:%M`. Without "
            "it the format of the mapping; without that RFC 3339."
        ),
    )
    time_of_day: TimeOfDay | None = Field(
        default=None,
        description=(
            "For a time of which only the date is given: the time of day that is taken. It has to "
            "be chosen, and every report says so."
        ),
    )
    codes: str | None = Field(
        default=None, description="The code table (under `codes`) by which the column is read."
    )
    separator: str | None = Field(
        default=None,
        min_length=1,
        description="What stands between the values of a list; a comma or semicolon without it.",
    )


CellOrColumn = Annotated[Cell, BeforeValidator(_column)]


class When(Part):
    """A condition on one column."""

    column: str = Field(description="The column that is looked at.")
    is_: Words | None = Field(
        default=None,
        alias="is",
        description="It holds one of these, as they stand in the file; an empty text: nothing.",
    )
    is_not: Words | None = Field(
        default=None,
        description="It holds none of these; with an empty text only rows that fill it.",
    )
    if_empty: Literal["no", "gap"] = Field(
        default="no",
        description=(
            "What an empty cell means: `no`, or `gap`: it was not recorded, so the row counts as "
            "read in part and the record of the child as incomplete."
        ),
    )


class Keep(Part):
    """Which rows of a table are read: those of children, or those that say something."""

    under: int | None = Field(
        default=None, description="With `born` and `at`: only people younger than this then."
    )
    born: CellOrColumn | None = Field(default=None, description="The date of birth.")
    at: CellOrColumn | None = Field(default=None, description="The time at which the age counts.")
    column: str | None = Field(default=None, description="With `is` or `is_not`: this column.")
    is_: Words | None = Field(
        default=None, alias="is", description="It holds one of these; an empty text: nothing."
    )
    is_not: Words | None = Field(
        default=None,
        description="It holds none of these; with an empty text only rows that fill it.",
    )


class MadeEntry(Part):
    """An entry that a row amounts to, if its time and the fields that it needs are given."""

    kind: str = Field(description="The kind of entry.")
    at: CellOrColumn = Field(description="When it happened.")
    recorded_at: CellOrColumn | None = Field(
        default=None, description="When it was entered, where it differs from that of the table."
    )
    by: CellOrColumn | None = Field(default=None, description="The role that did it.")
    when: When | None = Field(default=None, description="Only for rows that say so.")
    fields: dict[str, CellOrColumn] = Field(
        default_factory=dict, description="What it says, by field of the kind."
    )


class Linked(Part):
    """A child that is found by way of a link."""

    column: str = Field(description="The column whose value is looked up.")
    link: str = Field(description="The link table (under `links`).")


def _kind_of_child(value: object) -> str:
    linked = isinstance(value, Linked) or (isinstance(value, dict) and "link" in value)
    return "linked" if linked else "cell"


Child = Annotated[
    Annotated[CellOrColumn, Tag("cell")] | Annotated[Linked, Tag("linked")],
    Discriminator(_kind_of_child),
]


class Table(Part):
    """One kind of file, and what a row of it amounts to."""

    files: Words = Field(description="Names of the files, with * and ?: `*episodes*.csv`.")
    encoding: str = Field(default="utf-8", description="How its text is encoded.")
    delimiter: str | None = Field(
        default=None, max_length=1, description="What separates the cells; found out without it."
    )
    child: Child = Field(description="The id of the child.")
    episode: CellOrColumn | None = Field(
        default=None,
        description=(
            "The id of the episode. Several `columns` are joined with a hyphen where the source "
            "has no id of its own."
        ),
    )
    recorded_at: CellOrColumn | None = Field(
        default=None,
        description="When the row was entered. Without it nothing is known of late recording.",
    )
    area: CellOrColumn | None = Field(default=None, description="The area, for reports.")
    authority: CellOrColumn | None = Field(
        default=None, description="The local authority, for reports."
    )
    keep: Keep | None = Field(default=None, description="Which rows are read; all without it.")
    entries: list[MadeEntry] = Field(min_length=1, description="What a row amounts to.")
    optional: bool = Field(
        default=False,
        description=(
            "Whether an extract may come without such a file. What only that file could show is "
            "then not observable."
        ),
    )


class Pairs(Part):
    """A table of pairs: from one id to the one that it means, of a person or of an episode."""

    files: Words = Field(description="Names of the files, with * and ?.")
    encoding: str = Field(default="utf-8", description="How its text is encoded.")
    delimiter: str | None = Field(default=None, max_length=1, description="As in a table.")
    from_: str = Field(alias="from", description="The column of the id that is looked up.")
    to: str = Field(description="The column of the id that it means: of a person or an episode.")
    method: str | None = Field(default=None, description="The column that says how it was linked.")
    confidence: str | None = Field(
        default=None, description="The column that says how surely it was linked."
    )
    accepted: Words | None = Field(
        default=None,
        description=(
            "With `confidence`: only pairs of which it says one of these are used; the others are "
            "counted."
        ),
    )


class Covers(Part):
    """What the extract can show. Outside it nothing is ever said to be missing."""

    from_: Date | None = Field(
        default=None, alias="from", description="The first local date that it covers."
    )
    until: Date | None = Field(default=None, description="The last local date that it covers.")
    kinds: list[str] | None = Field(
        default=None,
        description=(
            "The kinds of entry that it can show. Without it: those that the mapping makes, with "
            "the fields that it fills."
        ),
    )


class MappingFile(Part):
    """A mapping file."""

    mapping: Name = Field(description="Short name, in snake_case.")
    title: str = Field(description="What kind of extract it reads, and where that comes from.")
    zone: str | None = Field(
        default=None, description="IANA zone of times without an offset, as `Europe/London`."
    )
    repeated_times: Literal["earlier", "later", "reject"] = Field(
        default="reject",
        description=(
            "For times without an offset in the hour that the clocks repeat in autumn: which of "
            "the two is taken."
        ),
    )
    trim_ids: bool = Field(
        default=False, description="Take blanks before and after ids off, and say how many."
    )
    formats: dict[Literal["instant", "date"], str] = Field(
        default_factory=dict, description="How times and dates are written unless a cell says so."
    )
    codes: dict[Name, dict[str, str | bool | list[str] | None]] = Field(
        default_factory=dict,
        description=(
            "Code tables: what a code of the source means in a log. null means not recorded; "
            "`*` stands for every other code, an empty text for an empty cell."
        ),
    )
    tables: dict[Name, Table] = Field(min_length=1, description="The files, each with its columns.")
    aliases: Pairs | None = Field(
        default=None, description="Ids of persons that mean another: duplicate nominals."
    )
    same_episodes: Pairs | None = Field(
        default=None,
        description=(
            "Ids of episodes that mean another: one absence that stands in two systems, or twice "
            "in one."
        ),
    )
    links: dict[Name, Pairs] = Field(default_factory=dict, description="From incidents to persons.")
    covers: Covers = Field(default_factory=Covers, description="What the extract can show.")
    holds_calls: bool = Field(
        default=False,
        description=(
            "Whether it has the calls of a command-and-control system. Without them episodes that "
            "were never upgraded from a call cannot be looked for, and every answer says so."
        ),
    )
    notes: list[str] = Field(
        default_factory=list,
        description="What whoever reads an answer must know of the source; shown with every one.",
    )


EVERY_OTHER: Final = "*"
"""The code of a code table that stands for every other one."""

EMPTY: Final = ""
"""The code of a code table that stands for an empty cell."""

ALIASES: Final = "aliases"
"""What the table of aliases is called among the tables of a mapping."""

SAME_EPISODES: Final = "same_episodes"
"""What the table of ids of episodes that mean another is called among them."""

"""What entries say: the fields of a kind, filled with what rules ask for and with other things."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import math
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

from missingrules.calendar import HOUR_US
from missingrules.entry import Entry
from missingrules.testing.edge import Edge, moved, spans
from missingrules.testing.subject import DECISION
from missingrules.values import YES_NO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from missingrules.testing.edge import Offset
    from missingrules.testing.subject import Focus, Subject
    from missingrules.vocabulary import Field

FREE_TEXT = "Made-up words."
"""How every free text of a generated log begins, so that a leak shows and nobody is meant."""

TEXTS = (FREE_TEXT, f'{FREE_TEXT} "Quoted"; ünïcode \u2603 \U0001f642,\nand a second line\\.')
ROLES = ("supervisor", "officer", "call_handler")
_WORDS = ("first_word", "second_word")
_IDS = ("id-1", "id-2")
_DATES = (dt.date(2023, 11, 7), dt.date(2012, 2, 29), dt.date(2023, 12, 25))
_EARLIER = (-HOUR_US, 0, -HOUR_US - 1)
UNTIL_RECORDED = spans("0m 0m 0m 0m 0m 0m 0m 0m 0m 10m 2h 3d 40d -1h")
_MOST_COMBINED = 4096
_OTHERS = 2  # values beside those that rules name


class Birthday(NamedTuple):
    """A date of birth: so old on the date that is so many days after the one it is told for."""

    age: int
    days: int

    def date(self, subject: Subject, start: int) -> dt.date:
        """Give the date of birth of a child told of around ``start``."""
        day = dt.date.fromordinal(subject.calendar.day(start) + self.days)
        try:
            return day.replace(year=day.year - self.age)
        except ValueError:  # 29 February
            return day.replace(year=day.year - self.age, day=28)


class Told(NamedTuple):
    """What an entry says, whenever that is: times among its fields are relative to it.

    ``delay`` is how long after the event it was recorded.
    """

    kind: str
    fields: Mapping[str, object]
    by: str | None
    delay: Offset

    def entry(  # noqa: PLR0913 - when it was, around what, and three ids
        self,
        subject: Subject,
        at: int,
        start: int,
        *,
        entry_id: str,
        child_id: str,
        home: str | None,
    ) -> Entry:
        """Make the entry of what happened ``at``, told around an episode that began at ``start``.

        ``home`` is the id of its episode, if it is about one.
        """
        calendar = subject.calendar
        fields: dict[str, object] = {}
        for name, value in self.fields.items():
            if isinstance(value, Edge):
                fields[name] = value.before(at, calendar)
            elif isinstance(value, Birthday):
                fields[name] = value.date(subject, start)
            else:
                fields[name] = at + value if isinstance(value, int) else value
        recorded = moved(at, self.delay, calendar)
        return Entry(entry_id, child_id, home, self.kind, at, recorded, self.by, fields)


def combined(*columns: Sequence[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Draw one of each column, at the cost of one choice, or of few where there is much to choose.

    The fewer choices a part of a case takes, the easier it is for Hypothesis to leave the part out.
    """
    groups: list[list[Sequence[Any]]] = [[]]
    for column in columns:
        if math.prod(map(len, groups[-1])) * len(column) > _MOST_COMBINED:
            groups.append([])
        groups[-1].append(column)
    numbers = [st.integers(0, math.prod(map(len, group)) - 1) for group in groups]

    def decode(drawn: tuple[int, ...]) -> tuple[Any, ...]:
        found = []
        for number, group in zip(drawn, groups, strict=True):
            rest = number
            for column in group:
                rest, digit = divmod(rest, len(column))
                found.append(column[digit])
        return tuple(found)

    return st.tuples(*numbers).map(decode)


def told(
    subject: Subject, kind: str, focus: Focus, *, late: bool = True
) -> st.SearchStrategy[Told]:
    """Draw what an entry of the kind says: required fields, and those that rules ask for.

    ``late``: it may be recorded at another time than it happened.
    """
    if kind == DECISION:
        return _made(subject, kind, focus, late=late)  # about the actions of these rules
    return _usual(subject, kind, late=late)


@functools.lru_cache(maxsize=1024)
def _usual(subject: Subject, kind: str, *, late: bool) -> st.SearchStrategy[Told]:
    return _made(subject, kind, subject.whole, late=late)


@functools.lru_cache(maxsize=256)
def anything(subject: Subject, kind: str) -> st.SearchStrategy[Told]:
    """Draw what an entry of the kind may say at all: every field, every value."""
    return _made(subject, kind, subject.whole, late=True, wide=True)


def _made(
    subject: Subject, kind: str, focus: Focus, *, late: bool, wide: bool = False
) -> st.SearchStrategy[Told]:
    edges = subject.whole.edges
    delays: tuple[Offset, ...] = (*UNTIL_RECORDED, edges[0], edges[-1]) if late else (0,)
    columns: dict[str, tuple[object, ...]] = {}
    for field in subject.vocabulary.kinds[kind].fields.values():
        values = cells(subject, kind, field, focus, wide=wide)
        if field.required:
            columns[field.name] = values
        elif wide or (kind, field.name) in subject.named:
            columns[field.name] = (*(None,) * (1 + len(values) // 3), *values)

    def tell(drawn: tuple[Any, ...]) -> Told:
        delay, by, *values = drawn
        told = zip(columns, values, strict=True)
        return Told(kind, {name: value for name, value in told if value is not None}, by, delay)

    return combined(delays, roles(subject, kind, wide=wide), *columns.values()).map(tell)


def cells(  # noqa: PLR0911 - one case a type
    subject: Subject, kind: str, field: Field, focus: Focus, *, wide: bool = False
) -> tuple[object, ...]:
    """List what a field may hold; times are relative to the entry."""
    match field.type:
        case "choice":
            return _choices(subject, kind, field, focus, wide=wide)
        case "choices":
            each = _choices(subject, kind, field, focus, wide=wide)
            groups = (*((one,) for one in each), *itertools.pairwise(each), each)
            return tuple(dict.fromkeys(tuple(sorted(group)) for group in groups))
        case "yes_no":
            return YES_NO
        case "date" if subject.ages and kind == "born":
            return tuple(Birthday(age, days) for age in subject.ages for days in (0, 1, -1))
        case "date":
            return _DATES
        case "instant":
            return (*_EARLIER, *subject.gaps)
        case "text":
            return TEXTS
    return _IDS


def roles(subject: Subject, kind: str, *, wide: bool = False) -> tuple[str | None, ...]:
    """List who may have done it: nobody told, roles that rules name, and others."""
    named = subject.named.get((kind, "by"), ())
    as_logged = [logged for logged, role in subject.vocabulary.roles.items() if role in named]
    others = ROLES if wide or named else ()
    return tuple(dict.fromkeys((None, *named, *as_logged, *others)))


def _choices(
    subject: Subject, kind: str, field: Field, focus: Focus, *, wide: bool
) -> tuple[str, ...]:
    named = subject.named.get((kind, field.name), ())
    if (kind, field.name) == (DECISION, "action") and not wide:
        return tuple(sorted(focus.decided)) or _WORDS
    if field.values is None:
        return (*named, *_WORDS)
    if wide:
        return field.values
    others = [value for value in field.values if value not in named]
    return (*(value for value in field.values if value in named), *others[:_OTHERS])

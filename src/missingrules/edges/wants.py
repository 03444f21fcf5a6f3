"""What the record of an example has to hold, piece by piece, before there is a record.

A set of wants is a mapping from a *slot* (a field of a kind of entry, a marker, an age, a number of
episodes) to what is wanted there. Wants are laid together with :func:`together`, which finds what
cannot both be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from missingrules.values import YES_NO
from missingrules.vocabulary import GRADES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from missingrules.policy import Policy
    from missingrules.vocabulary import Field

REASONS: Final = "Reasons are given."
"""What stands in a text field; an example says that there is a text, not which."""

_DATE: Final = "2012-05-23"
_REFERENCE: Final = "ppn_submitted"
_ANY_WORD: Final = "something_else"


class FieldSlot(NamedTuple):
    """A field: of the one entry in question (``entry``), or as the record last had it."""

    scope: str
    kind: str
    name: str


class FlagSlot(NamedTuple):
    """A marker of the child, or a concern of the episode or ever (``scope`` child)."""

    what: Literal["marker", "concern"]
    scope: str
    value: str


class NumberSlot(NamedTuple):
    """Something that the policy numbers: a watch, a lasted limit, a count, a time of grace."""

    what: Literal["has", "lasted", "count", "grace", "age"]
    number: int = 0


Slot: TypeAlias = FieldSlot | FlagSlot | NumberSlot


@dataclass(frozen=True, slots=True)
class Said:
    """What a field must say: recorded or not, one of these values, none of those.

    ``names`` and ``omits`` are of lists. ``unnamed`` asks a list to name every known warning
    (False) or to leave one out (True).
    """

    recorded: bool | None = None
    among: tuple[str, ...] | None = None
    barred: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    omits: frozenset[str] = frozenset()
    unnamed: bool | None = None

    def and_(self, other: Said) -> Said | None:
        """Lay both together; None where that cannot be."""
        if None not in (self.recorded, other.recorded) and self.recorded != other.recorded:
            return None
        if None not in (self.unnamed, other.unnamed) and self.unnamed != other.unnamed:
            return None
        among = self.among if other.among is None else other.among
        if self.among is not None and other.among is not None:
            among = tuple(value for value in self.among if value in other.among)
        made = Said(
            other.recorded if self.recorded is None else self.recorded,
            among,
            self.barred | other.barred,
            self.names | other.names,
            self.omits | other.omits,
            other.unnamed if self.unnamed is None else self.unnamed,
        )
        impossible = (
            (made.among is not None and made.barred.issuperset(made.among))
            or made.names & made.omits
            or (made.recorded is False and (made.among is not None or made.names))
        )
        return None if impossible else made


@dataclass(frozen=True, slots=True)
class Entered:
    """An entry of a watched kind that must be on the record, with what it must say."""

    wants: tuple[tuple[Slot, Want], ...]


@dataclass(frozen=True, slots=True)
class Aged:
    """An age of so many years: on the birthday, or on the day before the next one (``eve``)."""

    years: int
    eve: bool


@dataclass(frozen=True, slots=True)
class Numbered:
    """So many episodes that count: sure or possible; the oldest near, at the edge or outside.

    ``under`` asks for no more than so many. One that is not ``reported`` has entries and no report,
    so that nobody can tell.
    """

    number: int
    oldest: Literal["near", "edge", "outside"] = "near"
    sure: bool = True
    reported: bool = True
    under: bool = False


Grace: TypeAlias = Literal["running", "kept", "lapsed"]
"""How a time of grace stands: still running, kept, over and not kept."""


@dataclass(frozen=True, slots=True)
class Cured:
    """What a time of grace waits for, recorded so long (microseconds) after it was over.

    0 is its last instant, which is in time.
    """

    wants: tuple[tuple[Slot, Want], ...]
    after: int


Want: TypeAlias = Said | Entered | Aged | Numbered | Grace | Cured | bool | int | None
"""What is wanted in a slot. For a lasted limit the code of :mod:`missingrules.terms`, and None
where it cannot be told; for an age None where nobody recorded it; for a watch False for none."""

Wants: TypeAlias = "dict[Slot, Want]"


def together(*groups: Mapping[Slot, Want]) -> Wants | None:
    """Lay wants together; None where two of them cannot both be."""
    made: dict[Slot, Want] = {}
    for group in groups:
        for slot, want in group.items():
            if slot not in made:
                made[slot] = want
                continue
            old = made[slot]
            if isinstance(old, Said) and isinstance(want, Said):
                both = old.and_(want)
                if both is None:
                    return None
                made[slot] = both
            elif old != want:
                return None
    return made


def cells(
    field: Field, said: Said, avoided: frozenset[str], known: tuple[str, ...]
) -> list[object]:
    """List what could stand in a field to satisfy a want, the plainest first.

    An empty list: nothing stands there. ``avoided`` are values that the policy asks for somewhere,
    and that an example should not use without need; ``known`` are the warnings that a list names.
    """
    if said.recorded is False:
        return []
    wanted = said.recorded or said.among is not None or said.names or said.unnamed is not None
    if not wanted and not field.required:
        return []
    if field.type == "choices":
        return _lists(field, said, known)
    values = list(said.among) if said.among is not None else _values(field)
    if not wanted:
        values.sort(key=lambda value: value in avoided)
    return [value for value in values if value not in said.barred]


def _values(field: Field) -> list[str]:
    """List the values of a field, the ones that say least first."""
    match field.type:
        case "choice" if field.name == "grade":
            return ["low", *(grade for grade in GRADES if grade != "low")]
        case "choice":
            return list(field.values) if field.values is not None else [_ANY_WORD]
        case "yes_no":
            return list(YES_NO)
        case "date":
            return [_DATE]
        case "reference":
            return [_REFERENCE]
        case _:
            return [REASONS]


def _lists(field: Field, said: Said, known: tuple[str, ...]) -> list[object]:
    named = set(said.names)
    if said.unnamed is False:
        named |= {value for value in known if value not in said.omits}
    if not named:
        others = [
            value
            for value in (field.values or (_ANY_WORD,))
            if value not in said.omits and value not in known
        ]
        named |= set(others[-1:])
    return [tuple(sorted(named))] if named else []


def only_said(wants: Mapping[Slot, Want], scope: str) -> Iterator[tuple[FieldSlot, Said]]:
    """Give the wants that are about fields of one scope."""
    for slot, want in wants.items():
        if isinstance(slot, FieldSlot) and isinstance(want, Said) and slot.scope == scope:
            yield slot, want


def of_child(slot: Slot, policy: Policy) -> bool:
    """Whether a slot is about the child, not about one episode."""
    match slot:
        case FieldSlot(scope, _, _):
            return scope == "child"
        case FlagSlot(what, scope, _):
            return what == "marker" or scope == "child"
        case NumberSlot("has", number):
            kind = policy.watches[number][0]
            return policy.vocabulary.kinds[kind].home != "episode"
        case NumberSlot(what, _):
            return what in ("age", "count")


def as_entry(wants: Mapping[Slot, Want]) -> Entered:
    """Keep the wants of an entry as one want."""
    return Entered(tuple(wants.items()))

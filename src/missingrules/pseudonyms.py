"""Pseudonyms: ids replaced by keyed hashes before anything is judged.

What comes after (findings and their ids, evidence, messages, reports) is made from the replaced ids
and can hold no others. A pseudonym is the prefix of its kind (``c-`` a child, ``e-`` an episode,
``n-`` an entry, ``h-`` a home), and 96 bits of the HMAC-SHA-256 of kind and id under a secret key,
in hexadecimal: the same for the same id and key in every run, and nothing to compute back without
the key. Free text is withheld: what was recorded stays recorded, its words are gone.

**No verdict changes.** Of two values for one field that were recorded at one instant, the greater
``entry_id`` wins, and ids also decide which of several entries or episodes of one instant a finding
is named after. Hashes have another order than the ids that they stand for. So within a record a
pseudonym knows the place that its id had, and compares by it. The place is a small number, it is
written nowhere, and ends with the record.

It stays personal data: docs/pseudonyms.md says why, and what is not replaced.
"""

from __future__ import annotations

import hmac
import os
import re
import shlex
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from missingrules.entry import Entry, canonical
from missingrules.errors import LogError, MissingRulesError
from missingrules.record import Record
from missingrules.vocabulary import standard

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from missingrules.reading.quality import Note
    from missingrules.vocabulary import Vocabulary

CHILD, EPISODE, ENTRY, HOME, OTHER = "c", "e", "n", "h", "x"
WITHHELD: Final = "withheld"
"""What stands in place of every free text that was recorded."""

KEY_BYTES: Final = 32
"""A key has at least so many bytes."""

_DIGITS: Final = (
    24  # 96 bits: of a hundred million ids, two alike once in ten thousand billion runs
)
_LONGEST_KEY: Final = 4096  # digits; a longer file is something else
_VARIED: Final = 8  # different bytes that any key drawn by chance has, and hardly any made-up one
_HEX: Final = re.compile(rb"[0-9A-Fa-f]+")
_OTHERS_MAY: Final = stat.S_IRWXG | stat.S_IRWXO
_HOW = (
    "make one, where no log and no report is kept, with\n"
    "    (umask 077; python -c 'import secrets; print(secrets.token_hex(32))' > {path})"
)
_REFERENCES: Final = {"home_id": HOME, "into": EPISODE, "of": ENTRY}
_NOTES: Final = {
    "duplicate-episodes": EPISODE,
    "overlapping-episodes": EPISODE,
    "no-end": EPISODE,
    "end-before-start": EPISODE,
    "no-report": EPISODE,
    "shared-episode": EPISODE,
    "similar-ids": CHILD,
    "suspected-duplicates": CHILD,
    "unlinked-incident": None,
    "alias-circle": None,
    "two-aliases": None,
    "report-after-end": None,
    "closed-while-away": None,
    "voided-for-all": None,
    "joins-nothing": None,
}
"""What the ids of a note on the data are; None for places in files, which are no ids."""


class KeyFileError(MissingRulesError):
    """A key that cannot be used. The message names the file and never what it holds."""


class Pseudonym(str):
    """A pseudonym inside one record, which compares as the id that it stands for.

    ``place`` is where that id stands among those of its kind in the record.
    """

    __slots__ = ("place",)
    place: int

    def __new__(cls, text: str, place: int) -> Self:
        """Take the text that is shown, and the place."""
        made = super().__new__(cls, text)
        made.place = place
        return made

    def __str__(self) -> str:
        """Stay what it is where it is taken for text."""
        return self

    def __reduce__(self) -> tuple[type[Pseudonym], tuple[str, int]]:
        """Take the place along to another process."""
        return type(self), (str.__str__(self), self.place)

    def __lt__(self, other: str) -> bool:
        """Compare by place, and with any other text as text."""
        if isinstance(other, Pseudonym) and other.place != self.place:
            return self.place < other.place
        return str.__lt__(self, other)

    def __gt__(self, other: str) -> bool:
        """As ``__lt__``."""
        if isinstance(other, Pseudonym) and other.place != self.place:
            return self.place > other.place
        return str.__gt__(self, other)

    def __le__(self, other: str) -> bool:
        """As ``__lt__``."""
        return not self > other

    def __ge__(self, other: str) -> bool:
        """As ``__lt__``."""
        return not self < other


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Replaces ids under a key. Make one with :meth:`from_file`; it goes to other processes.

    ``vocabulary`` is the one that the log is read with, that of the policy: it says which fields
    hold ids and free text. Raises :class:`KeyFileError` for a key of fewer than 32 bytes.
    """

    key: bytes = field(repr=False)
    vocabulary: Vocabulary = field(default_factory=standard, repr=False)
    _plans: Mapping[str, tuple[frozenset[str], tuple[tuple[str, str], ...]]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Refuse a weak key, and look up which fields of each kind are to be replaced."""
        if len(self.key) < KEY_BYTES or len(set(self.key)) < _VARIED:
            raise KeyFileError(f"a key must have at least {KEY_BYTES} bytes, drawn by chance")
        plans = {}
        for kind in self.vocabulary.kinds.values():
            told = tuple(
                (each.name, each.type)
                for each in kind.fields.values()
                if each.type in {"text", "reference"}
            )
            plans[kind.name] = (frozenset(kind.fields), told)
        object.__setattr__(self, "_plans", plans)

    @classmethod
    def from_file(
        cls, path: str | os.PathLike[str], *, vocabulary: Vocabulary | None = None
    ) -> Self:
        """Read the key from a file that holds it as hexadecimal digits, 64 or more, on one line.

        Raises :class:`KeyFileError` for a file that is not there, holds anything else, or (on
        systems that know) that others than its owner may read or write.
        """
        return cls(read_key(path), standard() if vocabulary is None else vocabulary)

    @property
    def key_name(self) -> str:
        """What may be said of the key: answers with the same name were made with the same key."""
        return f"k-{self._hash('key', '')[:8]}"

    # -- single ids

    def child(self, child_id: str) -> str:
        """Give the pseudonym of a child."""
        return self._of(CHILD, child_id)

    def episode(self, episode_id: str) -> str:
        """Give the pseudonym of an episode."""
        return self._of(EPISODE, episode_id)

    def entry_id(self, entry_id: str) -> str:
        """Give the pseudonym of an entry."""
        return self._of(ENTRY, entry_id)

    def home(self, home_id: str) -> str:
        """Give the pseudonym of a home or placement."""
        return self._of(HOME, home_id)

    def note(self, note: Note) -> Note:
        """Replace the ids of a note on the quality of the data.

        Give the look at the data the ids as they are: what is odd about ids cannot be seen from
        hashes.
        """
        kind = _NOTES.get(note.code, OTHER)
        if kind is None:
            return note
        return replace(note, ids=tuple(sorted(self._of(kind, one) for one in note.ids)))

    # -- records

    def record(self, record: Record) -> Record:
        """Give a record with all ids replaced and free text withheld, of which verdicts are equal.

        Of two contents under one id that were recorded at one instant the one that stands is
        kept; a log that was read holds no others. Raises :class:`~missingrules.errors.LogError`
        for a kind or a field that the vocabulary does not have: nobody could say whether it holds
        an id.
        """
        entries = _standing(record.entries)
        child = self.child(record.child_id)
        own = self._placed(ENTRY, {entry.entry_id for entry in entries})
        episodes = self._placed(EPISODE, {e.episode_id for e in entries if e.episode_id})
        made = tuple(self._entry(entry, child, own, episodes) for entry in entries)
        return Record(child, made, record.incomplete)

    def _entry(
        self, entry: Entry, child: str, own: Mapping[str, str], episodes: Mapping[str, str]
    ) -> Entry:
        known, told = self._plans.get(entry.kind, (frozenset(), ()))
        if entry.kind not in self._plans or not known.issuperset(entry.fields):
            msg = "pseudonyms need the vocabulary that the log was read with: that of the policy"
            raise LogError(msg)
        fields = entry.fields
        if told and fields:
            fields = dict(fields)
            for name, type_ in told:
                if name not in fields:
                    continue
                if type_ == "text":
                    fields[name] = WITHHELD
                else:
                    fields[name] = self._referred(name, str(fields[name]), own, episodes)
        return Entry(
            own[entry.entry_id],
            child,
            None if entry.episode_id is None else episodes[entry.episode_id],
            entry.kind,
            entry.at,
            entry.recorded,
            entry.by,
            fields,
            entry.area,
            entry.authority,
        )

    def _referred(
        self, name: str, value: str, own: Mapping[str, str], episodes: Mapping[str, str]
    ) -> str:
        """Replace an id that a field holds; the name of a kind of entry is none."""
        kind = _REFERENCES.get(name, OTHER)
        if kind == ENTRY:
            if value in own:
                return own[value]
            if value in self._plans:
                return value
        elif kind == EPISODE and value in episodes:
            return episodes[value]
        return self._of(kind, value)

    def _placed(self, kind: str, ids: set[str]) -> dict[str, str]:
        return {one: Pseudonym(self._of(kind, one), place) for place, one in enumerate(sorted(ids))}

    def _of(self, kind: str, id_: str) -> str:
        return f"{kind}-{self._hash(kind, id_)}"

    def _hash(self, kind: str, id_: str) -> str:
        return hmac.digest(self.key, f"{kind}\x1f{id_}".encode(), "sha256").hex()[:_DIGITS]


def _standing(entries: tuple[Entry, ...]) -> Iterable[Entry]:
    """Of contents under one id that were recorded at one instant, keep the first in canonical form.

    The record would choose it too, and could not any more once texts are withheld.
    """
    if len({entry.entry_id for entry in entries}) == len(entries):
        return entries
    kept: dict[tuple[str, int, int], Entry] = {}
    for entry in entries:
        key = (entry.entry_id, entry.recorded, entry.at)
        held = kept.get(key)
        if held is None or canonical(entry) < canonical(held):
            kept[key] = entry
    return kept.values()


# --- The key -------------------------------------------------------------------------------------


def read_key(path: str | os.PathLike[str]) -> bytes:
    """Read a key from its file; raises as :meth:`Pseudonyms.from_file` does."""
    place = Path(path)
    quoted = shlex.quote(str(place))
    how = _HOW.format(path=quoted)
    try:
        # Only the file that was opened is looked at: another could be put in its place.
        with place.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            held = file.read(_LONGEST_KEY + 2)
    except FileNotFoundError:
        raise KeyFileError(f"{place}: there is no such key file; {how}") from None
    except OSError as error:
        raise KeyFileError(f"{place}: the key file cannot be read: {error.strerror}") from None
    if os.name == "posix" and mode & _OTHERS_MAY:
        raise KeyFileError(
            f"{place}: others than its owner may open the key file (mode {mode & 0o777:03o}); "
            f"who has the key can find out whose pseudonyms these are\n    chmod 600 {quoted}"
        )
    digits = held.strip(b" \t\r\n")
    if not _HEX.fullmatch(digits) or len(digits) > _LONGEST_KEY or len(digits) % 2:
        raise KeyFileError(
            f"{place}: a key file holds hexadecimal digits on one line and nothing else; {how}"
        )
    key = bytes.fromhex(digits.decode())
    if len(key) < KEY_BYTES:
        raise KeyFileError(
            f"{place}: the key has {len(key)} bytes and must have at least {KEY_BYTES}; {how}"
        )
    if len(set(key)) < _VARIED:
        raise KeyFileError(f"{place}: the key is no key drawn by chance; {how}")
    return key

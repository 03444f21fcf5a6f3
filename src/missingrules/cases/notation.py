"""Logs and times as policy owners write them by hand.

A log is a row of steps, each on a line of its own or after a semicolon::

    day 0 09:00 A reported; +5m categorised concern_for_safety by call_handler
    day 3 10:00 B reported missing_since=-2h as second

A step says when, whose, what, and then its fields. *When* is ``day 3 10:00`` (a local date counted
from day 0, and a time of the policy's zone), ``10:00`` (on the date of the step before), ``+20m``
(so long after the step before: ``s``, ``m``, ``h`` elapsed time, ``d`` local dates), or nothing: at
the same instant. *Whose* is an episode, which begins with a capital letter, or ``child``; without
it the entry belongs to the episode named last, ``A`` at first, or to the child where its kind does.
Then the kind of entry, and in any order its fields, ``by`` with a role, ``recorded`` with a time,
and ``as`` with an id. ``#`` begins a comment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NoReturn

from missingrules import values, wording
from missingrules.cases.times import SHIFT, WHEN_HINT, Clock, NotationError, Token, steps, when
from missingrules.entry import Entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from missingrules.vocabulary import Field, Kind, Vocabulary

CHILD: Final = "child"
FIRST_EPISODE: Final = "A"
SOME_TEXT: Final = "Some text."
"""What a text field holds that is named and nothing more."""

_EPISODE = re.compile(r"[A-Z][A-Za-z0-9_.-]*")
_NAMED = re.compile(r"([a-z][a-z0-9_]*)=(.*)", re.DOTALL)
_COLUMN_WORDS: Final = ("by", "recorded", "as")
_COLUMNS: Final = {"by": "by ROLE", "recorded_at": "recorded day 1 10:00", "entry_id": "as ID"}


@dataclass(slots=True)
class Scribe:
    """Writes down steps as entries, one after another; what it last wrote, the next may rest on."""

    clock: Clock
    vocabulary: Vocabulary
    last: int | None = None
    episode: str = FIRST_EPISODE
    lost: bool = False
    written: dict[str, int] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)

    def write(self, text: str, fault: Callable[[NotationError], None]) -> list[Entry]:
        """Write down every step of a text; ``fault`` is told what is wrong with one."""
        entries = []
        for tokens in steps(text, fault):
            made = self._step(tokens, fault)
            if made is not None:
                entries.append(made)
        return entries

    def _step(self, tokens: list[Token], fault: Callable[[NotationError], None]) -> Entry | None:
        try:
            at, place = when(tokens, 0, self.clock, self.last, bare=True)
            self.last, self.lost = at, False
        except NotationError as error:
            if not (self.lost and error.code == "nothing-before"):
                fault(error)
            at, self.lost = None, True
            known = [n for n, token in enumerate(tokens) if self._begins(token)]
            if not known:
                return None
            place = known[0]
        try:
            episode, kind, place = self._subject(tokens, place)
        except NotationError as error:
            fault(error)
            return None
        found = _Fields(self, kind, at, fault)
        found.read(tokens[place + 1 :], tokens[place])
        if at is None or found.faulty:
            return None
        return Entry(
            entry_id=found.entry_id or self._id(episode, kind),
            child_id=CHILD,
            episode_id=episode,
            kind=kind.name,
            at=at,
            recorded=at if found.recorded is None else found.recorded,
            by=found.by,
            fields=found.fields,
        )

    def _subject(self, tokens: list[Token], place: int) -> tuple[str | None, Kind, int]:
        """Read whose entry it is, and its kind; give the place of the kind."""
        whose = None
        if place < len(tokens) and self._is_subject(tokens[place]):
            whose = tokens[place]
            place += 1
        if place >= len(tokens):
            end = tokens[-1]
            message = f"no kind of entry follows {wording.quoted(end.text)}"
            raise NotationError(end.at, "no-kind", message, "for example `day 0 09:00 reported`")
        token = tokens[place]
        kind = self.vocabulary.kinds.get(token.text)
        if kind is None:
            known = self.vocabulary.kinds
            hint = wording.suggestion(token.text, known) or (
                "an episode begins with a capital letter, a time is " + WHEN_HINT
            )
            message = f"{wording.quoted(token.text)} is no kind of entry"
            raise NotationError(token.at, "unknown-kind", message, hint)
        return self._home(kind, whose, token), kind, place

    def _is_subject(self, token: Token) -> bool:
        return not token.quoted and (
            token.text == CHILD or _EPISODE.fullmatch(token.text) is not None
        )

    def _begins(self, token: Token) -> bool:
        """Whether this is where a step goes on behind a time that cannot be read."""
        return token.text in self.vocabulary.kinds or self._is_subject(token)

    def _home(self, kind: Kind, whose: Token | None, token: Token) -> str | None:
        """Give the episode of an entry; None for an entry about the child."""
        about_child = whose is not None and whose.text == CHILD
        if kind.home == "child":
            if whose is not None and not about_child:
                message = f"`{kind.name}` is about the child, not an episode"
                raise NotationError(whose.at, "wrong-home", message, "leave the episode out")
            return None
        if kind.home == "episode" and about_child:
            message = f"`{kind.name}` belongs to an episode"
            hint = "name the episode, or leave `child` out"
            raise NotationError(token.at, "wrong-home", message, hint)
        if kind.home == "either" and whose is None:
            message = f"`{kind.name}` can be of an episode or of the child"
            hint = f"say which: `{self.episode} {kind.name}` or `child {kind.name}`"
            raise NotationError(token.at, "wrong-home", message, hint)
        if about_child:
            return None
        if whose is not None:
            self.episode = whose.text
        return self.episode

    def _id(self, episode: str | None, kind: Kind) -> str:
        """Call an entry after its episode and kind: ``A.graded``, the next one ``A.graded.2``."""
        name = kind.name if episode is None else f"{episode}.{kind.name}"
        while True:
            number = self.written[name] = self.written.get(name, 0) + 1
            made = name if number == 1 else f"{name}.{number}"
            if made not in self.ids:
                self.ids.add(made)
                return made


class _Fields:
    """What stands in a step behind its kind."""

    def __init__(
        self, scribe: Scribe, kind: Kind, at: int | None, fault: Callable[[NotationError], None]
    ) -> None:
        self.scribe = scribe
        self.kind = kind
        self.at = at
        self.fault = fault
        self.fields: dict[str, object] = {}
        self.by: str | None = None
        self.recorded: int | None = None
        self.entry_id: str | None = None
        self.faulty = False

    def read(self, tokens: list[Token], kind_token: Token) -> None:
        """Read every token; the kind's own token is where a field is missed."""
        place = 0
        while place < len(tokens):
            try:
                place = self._item(tokens, place)
            except NotationError as error:
                self._refuse(error)
                place += 2 if tokens[place].text in _COLUMN_WORDS else 1
        for told in self.kind.fields.values():
            if told.required and told.name not in self.fields and not self.faulty:
                hint = f"for example `{self.kind.name} {_example(told)}`"
                message = f"`{self.kind.name}` needs `{told.name}`"
                self._refuse(NotationError(kind_token.at, "missing-field", message, hint))

    def _refuse(self, error: NotationError) -> None:
        self.faulty = True
        self.fault(error)

    def _item(self, tokens: list[Token], place: int) -> int:
        """Read what begins at a token, and give the place behind it."""
        token = tokens[place]
        if not token.quoted and token.text in _COLUMN_WORDS:
            return self._column(tokens, place)
        named = None if token.quoted else _NAMED.fullmatch(token.text)
        if named is None:
            name, cell, at = *self._bare(token), token.at
        else:
            name, cell, at = named[1], named[2], token.at + named.start(2)
            if name not in self.kind.fields:
                self._unknown(name, token.at)
        if name in self.fields:
            message = f"`{name}` is given twice"
            raise NotationError(token.at, "field-twice", message, "keep one of them")
        self.fields[name] = self._value(self.kind.fields[name], cell, at)
        return place + 1

    def _column(self, tokens: list[Token], place: int) -> int:
        token = tokens[place]
        if place + 1 == len(tokens):
            message = f"nothing follows `{token.text}`"
            hint = next(form for form in _COLUMNS.values() if form.startswith(token.text))
            raise NotationError(token.at, "no-value", message, f"write `{hint}`")
        value = tokens[place + 1]
        if token.text == "recorded":
            self.recorded, behind = when(tokens, place + 1, self.scribe.clock, self.at, bare=False)
            return behind
        try:
            if token.text == "by":
                self.by = values.word(value.text)
                return place + 2
            self.entry_id = values.identifier(value.text)
        except values.UnreadableError as error:
            message = f"{wording.quoted(value.text)} {error.message}"
            raise NotationError(value.at, error.code, message, error.hint) from None
        if self.entry_id in self.scribe.ids:
            message = f"an entry {wording.quoted(value.text)} stands above already"
            raise NotationError(
                value.at, "duplicate-id", message, "give each entry an id of its own"
            )
        self.scribe.ids.add(self.entry_id)
        return place + 2

    def _bare(self, token: Token) -> tuple[str, str]:
        """Find the field that a value without a name belongs to."""
        word = token.text
        free = [told for told in self.kind.fields.values() if told.name not in self.fields]
        if not token.quoted:
            for told in free:
                if told.name == word and told.type == "yes_no":
                    return word, "yes"
                if told.name == word and told.type == "text":
                    return word, SOME_TEXT
        obvious = obvious_field(self.kind)
        if obvious is not None and obvious.name in self.fields:
            obvious = None
        if obvious is not None and (obvious.values is None or word in obvious.values):
            return obvious.name, word
        holders = [told for told in free if told.type == "choice" and word in (told.values or ())]
        if len(holders) == 1:
            return holders[0].name, word
        if len(holders) > 1:
            names = wording.listed(f"`{told.name}={word}`" for told in holders)
            message = f"{wording.quoted(word)} can be said of several fields"
            raise NotationError(token.at, "ambiguous-value", message, f"write {names}")
        if obvious is not None:
            return obvious.name, word
        return self._no_field(word, token.at)

    def _no_field(self, word: str, at: int) -> NoReturn:
        message = f"{wording.quoted(word)} belongs to no field of `{self.kind.name}`"
        known = [told.name for told in self.kind.fields.values()]
        listed = [value for told in self.kind.fields.values() for value in told.values or ()]
        hint = wording.suggestion(word, [*known, *listed, "by", "recorded", "as"])
        if not hint:
            hint = f"its fields are {wording.listed(known, 'and')}" if known else "it has no fields"
        raise NotationError(at, "bad-value", message, hint)

    def _unknown(self, name: str, at: int) -> NoReturn:
        message = f"`{name}` is no field of `{self.kind.name}`"
        hint = wording.suggestion(name, self.kind.fields)
        if name in _COLUMNS:
            hint = f"write `{_COLUMNS[name]}`"
        elif not hint:
            known = wording.listed(self.kind.fields, "and")
            hint = f"its fields are {known}" if known else "it has no fields"
        raise NotationError(at, "unknown-field", message, hint)

    def _value(self, told: Field, cell: str, at: int) -> object:
        if told.type == "instant":
            return self._instant(cell, at)
        try:
            if told.type == "text" and values.blank(cell):
                message = "is blank, which records nothing"
                raise values.UnreadableError("bad-value", message, "Leave the field out.")  # noqa: TRY301 - told like every other
            return values.reader(told.type, told.values)(cell)
        except values.UnreadableError as error:
            message = f"`{told.name}` {error.message}"
            raise NotationError(at, error.code, message, error.hint) from None

    def _instant(self, cell: str, at: int) -> int | None:
        """Read an instant: a time on the entry's date, ``-2h`` before it, or one written out."""
        tokens = [Token(match[0], at, quoted=False) for match in re.finditer(r"\S+", cell)]
        if not tokens:
            raise NotationError(at, "bad-time", "nothing stands here", f"write {WHEN_HINT}")
        if SHIFT.fullmatch(cell) is not None:
            return None if self.at is None else self.scribe.clock.shifted(self.at, cell, at)
        found, behind = when(tokens, 0, self.scribe.clock, self.at, bare=False)
        if behind < len(tokens):
            raise NotationError(at, "bad-time", f"{wording.quoted(cell)} is no time", WHEN_HINT)
        return found


# --- Kinds ----------------------------------------------------------------------------------------


def obvious_field(kind: Kind) -> Field | None:
    """Find the field whose value may stand without its name.

    The one that every entry of the kind must have, or the only one that there is.
    """
    required = [told for told in kind.fields.values() if told.required]
    if len(required) == 1:
        return required[0]
    return next(iter(kind.fields.values())) if len(kind.fields) == 1 else None


def _example(told: Field) -> str:
    return next(iter(told.values)) if told.values else f"{told.name}=..."

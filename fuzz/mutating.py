"""Mutations that keep the shape of a text, so that more than its first line is reached.

Most of the time whole words, cells, lines and blocks are exchanged for others that the language
has; the rest is left to libFuzzer, which knows which bytes the code compares.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PRIVATE: Final = "Secret Name"
"""Stands for personal data: no message may ever hold it."""

NASTY: Final = (
    *(
        "",
        " ",
        "\t",
        "\0",
        "\ufeff",
        "\u2028",
        "\u200b",
        "\x85",
        "\udcff",
        "\udcc3(",
        "é",
        "e\u0301",
    ),
    *(
        "\U0001f600",
        "İ",
        "ß",
        "٣",
        "²",
        "null",
        "~",
        "true",
        "no",
        "NaN",
        "Infinity",
        "-0",
        "1e999",
    ),
    *("0x7f", "0o17", "-1", "0", "1", "9" * 19, "9" * 5000, "1.5", ".inf", "1_000", "012", PRIVATE),
    *("[", "]", "{", "}", "[[[[[[[[", "{}", "[]", "&a", "*a", "!!int", "---", "...", "|", ">", "#"),
    *("'", '"', '""', "'''", "\\", "\\ud800", "\\u0000", "%", "@", "`", ":", ": ", "- ", "? ", ","),
    *(";", "\r", "\r\n", "\n", "\n\n", "sep=;\n", "=1+1", "../x", "./x.yaml", "CON", "a" * 200),
    *("0001-01-01", "9999-12-31", "1899-12-31", "2024-02-30", "2024-02-29", "2024-13-01", "24:00"),
    *("2023-03-26T01:30:00", "2023-10-29T01:30:00", "2023-10-29T01:30:00+01:00", "23:59:60"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-12:00", "2199-12-31T23:59:59Z"),
    *("1900-01-01T00:00:00Z", "2023-01-01T00:00:00.1234567Z", "2023-01-01 00:00Z", "26/03/2023"),
    *("26/03/2023 01:30", "29/10/2023 01:30", "45000", "31/02/2023", "Europe/London", "UTC"),
)
_TOKEN: Final = re.compile(r'"[^"\n]*"|[\w./+-]+(?::\d[\w:+.-]*)?|[^\w\s]')
_KEY_AND_VALUE: Final = re.compile(
    r"(\w+): *((?:\{[^{}\n]*\}|\[[^\[\]\n]*\]|[^\s,{}\[\]][^\n,{}\[\]]*))"
)
_LONGEST_WORD: Final = 60


def words_in(texts: Iterable[str]) -> tuple[str, ...]:
    """List the words of texts, in order."""
    found = {word for text in texts for word in _TOKEN.findall(text) if len(word) <= _LONGEST_WORD}
    return tuple(sorted(found))


class TextMutator:
    """Mutates texts by the words and the lines of others."""

    def __init__(self, texts: Iterable[str], *, indented: bool = False) -> None:
        """Take texts of the language; where it is ``indented``, lines are moved sideways too."""
        self._texts = tuple(texts)
        self._words = words_in(self._texts)
        self._lines = tuple(
            sorted({line for text in self._texts for line in text.splitlines() if line.strip()})
        )
        self._ways: list[Callable[[str, random.Random], str]] = [
            *[self._word] * 4,
            *[self._line] * 2,
            self._block,
            self._foreign_line,
            self._inserted,
        ]
        self._by_libfuzzer = 0.2 if indented else 0.4
        if indented:
            self._ways += [self._sideways, self._foreign_block, self._value, *[self._alike] * 12]
        self._said: dict[str, list[str]] = {}
        for text in self._texts:
            for key, value in _KEY_AND_VALUE.findall(text):
                self._said.setdefault(key, []).append(value)

    def __call__(self, raw: bytes, longest: int, seed: int) -> bytes:
        """Mutate an input."""
        chance = random.Random(seed)
        if chance.random() < self._by_libfuzzer:
            import atheris

            made: bytes = atheris.Mutate(raw, longest)
            return made
        text = raw.decode("utf-8", "surrogateescape")
        while True:
            text = chance.choice(self._ways)(text, chance)
            if chance.random() < 0.5:  # noqa: PLR2004 - two on the average
                return text.encode("utf-8", "surrogateescape")[:longest]

    def _any_word(self, chance: random.Random) -> str:
        return chance.choice(NASTY if chance.random() < 0.3 else self._words)  # noqa: PLR2004

    def _word(self, text: str, chance: random.Random) -> str:
        """Exchange a word."""
        found = list(_TOKEN.finditer(text))
        if not found:
            return text + self._any_word(chance)
        old = chance.choice(found)
        new = self._any_word(chance)
        if old[0][0] == '"' and len(old[0]) > 1 and chance.random() < 0.7:  # noqa: PLR2004
            new = '"' + new.strip('"') + '"'
        return text[: old.start()] + new + text[old.end() :]

    def _alike(self, text: str, chance: random.Random) -> str:
        """Exchange what follows a key for what follows it elsewhere: this is often sound."""
        found = list(_KEY_AND_VALUE.finditer(text))
        if not found:
            return text
        old = chance.choice(found)
        new = chance.choice(self._said.get(old[1], ["x"]))
        return text[: old.start(2)] + new + text[old.end(2) :]

    def _value(self, text: str, chance: random.Random) -> str:
        """Exchange what follows a colon."""
        found = list(re.finditer(r": *([^\n,}\]]+)", text))
        if not found:
            return text
        old, new = chance.choice(found), chance.choice(found)
        what = new[1] if chance.random() < 0.5 else self._any_word(chance)  # noqa: PLR2004
        return text[: old.start(1)] + what + text[old.end(1) :]

    def _line(self, text: str, chance: random.Random) -> str:
        """Take out, double or move a line."""
        lines = text.splitlines(keepends=True)
        if not lines:
            return text
        here, there = chance.randrange(len(lines)), chance.randrange(len(lines))
        match chance.randrange(3):
            case 0:
                del lines[here]
            case 1:
                lines.insert(there, lines[here])
            case _:
                lines[here], lines[there] = lines[there], lines[here]
        return "".join(lines)

    def _block(self, text: str, chance: random.Random) -> str:
        """Take out or double several lines."""
        lines = text.splitlines(keepends=True)
        start = chance.randrange(len(lines) + 1)
        end = min(len(lines), start + chance.randrange(1, 12))
        if chance.random() < 0.6:  # noqa: PLR2004 - inputs are to stay small
            del lines[start:end]
        else:
            lines[end:end] = lines[start:end]
        return "".join(lines)

    def _foreign_line(self, text: str, chance: random.Random) -> str:
        """Put in a line of another text."""
        lines = text.splitlines(keepends=True)
        lines.insert(chance.randrange(len(lines) + 1), chance.choice(self._lines) + "\n")
        return "".join(lines)

    def _foreign_block(self, text: str, chance: random.Random) -> str:
        """Put in several lines of another text."""
        lines = text.splitlines(keepends=True)
        other = chance.choice(self._texts).splitlines(keepends=True)
        start = chance.randrange(len(other) + 1)
        place = chance.randrange(len(lines) + 1)
        lines[place:place] = other[start : start + chance.randrange(1, 10)]
        return "".join(lines)

    def _inserted(self, text: str, chance: random.Random) -> str:
        """Put in a word."""
        place = chance.randrange(len(text) + 1)
        return text[:place] + self._any_word(chance) + text[place:]

    def _sideways(self, text: str, chance: random.Random) -> str:
        """Move a line sideways."""
        lines = text.splitlines(keepends=True)
        if not lines:
            return text
        here = chance.randrange(len(lines))
        lines[here] = " " * chance.choice([0, 2, 4, 6, 8, 10]) + lines[here].lstrip(" ")
        return "".join(lines)

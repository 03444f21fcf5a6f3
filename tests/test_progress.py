"""How far a scan is, is shown on a terminal, and only there."""

from __future__ import annotations

import io
import re
import sys
from typing import TYPE_CHECKING

from rich.console import Console

from missingrules.cli.progress import shown

if TYPE_CHECKING:
    import pytest


def terminal(stream: io.StringIO) -> Console:
    return Console(file=stream, force_terminal=True, width=120, legacy_windows=False)


def test_a_terminal_shows_children_breaches_and_the_time_left() -> None:
    stream = io.StringIO()
    with shown(console=terminal(stream)) as bar:
        bar.read(10_000)
        bar.read(20_000)
        bar._bar.refresh()  # type: ignore[attr-defined]  # it is drawn ten times a second
        bar.judging(1_200)
        bar.judged(300, 7)
        bar.judged(300, 9)
        bar._bar.refresh()  # type: ignore[attr-defined]
    told = stream.getvalue()
    assert "20,000 entries" in told
    assert "600 of 1,200 children" in told
    assert "9 breaches" in told


def test_one_breach_of_one_child_is_told_in_the_singular() -> None:
    stream = io.StringIO()
    with shown(console=terminal(stream)) as bar:
        bar.read(20_000)
        bar.judging(1)
        bar.judged(1, 1)
        bar._bar.refresh()  # type: ignore[attr-defined]
    assert "1 of 1 child," in stream.getvalue()
    assert re.search(r"\b1 breach\b", stream.getvalue())


def test_a_small_log_is_done_before_there_is_anything_to_show() -> None:
    stream = io.StringIO()
    with shown(console=terminal(stream)) as bar:
        bar.judging(3)
        bar.judged(3, 1)
    assert stream.getvalue() == ""


def test_nothing_is_shown_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with shown() as bar:
        bar.read(10_000)
        bar.judging(5)
        bar.judged(5, 0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with shown(told=False) as bar:
        bar.read(10_000)
        bar.judging(5)
    assert capsys.readouterr() == ("", "")

"""Every block of code in the documentation runs, and prints what the page says it prints.

A ``python`` block is run; the blocks of one page share their names, from top to bottom. Where
nothing but blank lines stands between it and a ``text`` block, that is what it must print. In a
``console`` block whose first line begins with ``$ missingrules`` or ``$ python``, each line after
``$`` is a command (a backslash continues it) and the lines below are its output, both streams, to
the letter. Everything runs in a copy of ``examples`` and ``policies``. A block below
``<!-- no-run -->`` is left alone.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    page.relative_to(ROOT).as_posix()
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")]
)
FENCE = re.compile(
    r"^(?P<fence>`{3,})(?P<language>[\w-]*)[^\n]*\n(?P<code>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)")
NO_RUN = "<!-- no-run -->"
OUR_COMMANDS = ("$ missingrules", "$ python")


class Block(NamedTuple):
    language: str
    code: str
    line: int  # of the first line of code
    before: str  # the text since the block before


def blocks(text: str) -> list[Block]:
    found = []
    end = 0
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start("code")) + 1
        found.append(Block(match["language"], match["code"], line, text[end : match.start()]))
        end = match.end()
    return found


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("examples", "policies"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_python(block: Block, page: str, names: dict[str, object]) -> str:
    code = compile("\n" * (block.line - 1) + block.code, page, "exec")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, names)  # noqa: S102 - the page's own code
    return printed.getvalue()


def run_command(command: str) -> str:
    beside = Path(sys.executable).parent
    if command.startswith("missingrules") and not list(beside.glob("missingrules*")):
        command = f"{shlex.quote(sys.executable)} -m {command}"  # from the source, not installed
    environment = {
        **os.environ,
        "PATH": f"{beside}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": os.pathsep.join(
            filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")])
        ),
        "PYTHONIOENCODING": "utf-8",
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "TERM": "dumb",
    }
    done = subprocess.run(  # noqa: S602 - the page's own commands, pipes and all
        command,
        shell=True,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=300,
    )
    return done.stdout


def commands(console: str) -> list[tuple[str, str]]:
    """Split a console block into commands and what each prints."""
    found: list[tuple[str, str]] = []
    continued = False
    for line in console.splitlines():
        if continued:
            found[-1] = (f"{found[-1][0][:-1]}{line.strip()}", "")
        elif line.startswith("$ "):
            found.append((line[2:], ""))
        else:
            found[-1] = (found[-1][0], f"{found[-1][1]}{line}\n")
            continue
        continued = line.endswith("\\")
    return found


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_shows_is_what_happens(page: str) -> None:
    names: dict[str, object] = {"__name__": "__page__"}
    printed: str | None = None
    for block in blocks((ROOT / page).read_text(encoding="utf-8")):
        where = f"{page}:{block.line}"
        expected_here = printed is not None and not block.before.strip()
        if block.language == "text" and expected_here:
            assert printed == block.code, where
        printed = None
        if block.before.rstrip().endswith(NO_RUN):
            continue
        if block.language == "python":
            printed = run_python(block, page, names)
        elif block.language == "console" and block.code.startswith(OUR_COMMANDS):
            for command, output in commands(block.code):
                printed_here = run_command(command).rstrip("\n")
                assert printed_here == output.rstrip("\n"), f"{where}: {command}"


@pytest.mark.parametrize("page", PAGES)
def test_every_link_inside_the_documentation_leads_somewhere(page: str) -> None:
    text = FENCE.sub("", (ROOT / page).read_text(encoding="utf-8"))
    for target, anchor in LINK.findall(text):
        place = (ROOT / page).parent / target if target else ROOT / page
        assert place.exists(), f"{page}: {target}"
        if anchor:
            known = anchors(place.read_text(encoding="utf-8"))
            assert anchor in known, f"{page}: {target}#{anchor}"


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ +(.*)$", FENCE.sub("", text), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings
    }


def test_every_block_of_code_says_what_it_is() -> None:
    unnamed = [
        f"{page}:{block.line}"
        for page in PAGES
        for block in blocks((ROOT / page).read_text(encoding="utf-8"))
        if not block.language
    ]
    assert unnamed == []

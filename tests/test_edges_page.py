"""The table on paper: whole, safe, to be read by anybody, with room to sign."""

from __future__ import annotations

import functools
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from build import policy
from missingrules import Policy
from missingrules.cli.policy import app
from missingrules.edges import edge_cases, html, markdown

if TYPE_CHECKING:
    from pathlib import Path

RULES = ("strategy-meeting", "self-harm-grading")
VOID = {"meta", "br", "link", "img", "input"}
HOSTILE = "<script>alert(1)</script> & | **bold** `code` [link](http://x) # _under_ \\ end"
HEAD = ["No.", "What is tried", "What happens", "What the policy says", "Hangs on"]
SIGN_OFF = ["Right", "Wrong", "By whom", "Date"]


class Page(HTMLParser):
    """What stands in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.heads: list[str] = []
        self.rows = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "th" and "thead" in self.open:
            self.heads.append(data)

    def having(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def wiltshire() -> Policy:
    return Policy.load("wiltshire")


@pytest.fixture(scope="module")
def page(wiltshire: Policy) -> str:
    return html(wiltshire, RULES)


@pytest.fixture(scope="module")
def text(wiltshire: Policy) -> str:
    return markdown(wiltshire, RULES)


@pytest.fixture(scope="module")
def hostile() -> Policy:
    cell = HOSTILE.replace("\\", "\\\\")
    return policy(f"""
        parameters:
          quick: {{value: 1 hour, basis: assumed, note: "{cell}"}}
        terms:
          missing: {{category: missing}}
        rules:
          - id: x
            title: "{cell}"
            note: "{cell}"
            authority: force_policy
            basis: stated
            cite: {{source: guidance, section: "{cell}"}}
            on: {{entry: reported}}
            require: {{action: inspector_informed, called: "{cell}", within: quick}}
    """)


# --- HTML -----------------------------------------------------------------------------------------


def test_a_page_is_whole_and_asks_for_nothing_from_anywhere(page: str) -> None:
    read = Page(page)
    assert not read.open
    assert {tag for tag, _ in read.tags}.isdisjoint({"script", "link", "img", "iframe", "object"})
    assert not re.search(r"(?:src|href)=['\"](?!#)", page)
    assert "url(" not in page


def test_a_page_says_its_language_and_its_title(page: str) -> None:
    assert Page(page).having("html") == [{"lang": "en-GB"}]
    assert "<title>Edge cases of wiltshire, edition 2023-04, for sign-off</title>" in page


def test_every_head_of_a_table_says_what_it_is_the_head_of(page: str) -> None:
    heads = Page(page).having("th")
    assert heads
    assert {attributes.get("scope") for attributes in heads} == {"col", "row"}


def test_every_table_has_room_to_sign(page: str) -> None:
    heads = Page(page).heads
    tables = heads.count("No.")
    assert tables > len(RULES)
    assert all(heads.count(name) == tables for name in (*HEAD, *SIGN_OFF))
    assert page.count('<span class="box"></span>') == 2 * sum(rows_by_rule())


@functools.cache
def rows_by_rule() -> tuple[int, ...]:
    return tuple(len(table.rows) for table in edge_cases(Policy.load("wiltshire"), RULES))


def test_every_row_stands_in_the_page_once_in_order(page: str, text: str) -> None:
    numbers = [
        f"{rule}.{row}" for rule, rows in enumerate(rows_by_rule(), 1) for row in range(1, rows + 1)
    ]
    assert re.findall(r'<th scope="row">(\d+\.\d+)</th>', page) == numbers
    assert re.findall(r"^\| (\d+\.\d+) \|", text, re.MULTILINE) == numbers


def test_what_is_assumed_is_flagged_where_it_matters(page: str, text: str) -> None:
    assert "meeting deadline: 5 working days, <strong>assumed</strong>" in page
    assert "meeting deadline: 5 working days, **assumed**" in text
    assert "repeat count: 3, stated" in text


def test_nothing_in_a_policy_can_break_out_of_a_page(hostile: Policy) -> None:
    made = html(hostile)
    assert "<script" not in made
    assert made.count("&lt;script&gt;alert(1)&lt;/script&gt;") > 3
    assert not Page(made).open


# --- Markdown -------------------------------------------------------------------------------------


def test_every_line_of_a_table_has_as_many_cells(hostile: Policy, text: str) -> None:
    for made in (markdown(hostile), text):
        width = 0
        for line in made.splitlines():
            cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
            assert cells == width or not cells or not width
            width = cells


def test_nothing_in_a_policy_can_break_out_of_markdown(hostile: Policy) -> None:
    made = markdown(hostile)
    assert "<script" not in made.replace("\\<script", "")
    assert "**bold**" not in made
    assert "\\*\\*bold\\*\\*" in made


def test_the_clause_stands_above_the_rows_of_its_rule(text: str) -> None:
    _, first, second = re.split(r"^## \d+\. ", text, flags=re.MULTILINE)
    for part in (first, second):
        assert "Clause: HMICFRS, Wiltshire: national child protection inspection" in part
        assert "Initial contact." in part


def test_rules_that_are_off_are_named(text: str) -> None:
    assert "Off, and so without rows: `concern-for-safety-withdrawn`, `ppn-aware`." in text


def test_the_words_are_those_of_people(text: str) -> None:
    assert (
        "**Owed** by children's social care: a strategy meeting, by the end of Mon 12 Feb" in text
    )
    assert "The recorded category hides episode 3." in text
    assert "**Breach at once**: the grade is medium, and at least high is required." in text
    assert "**Nothing owed**." in text
    told = re.sub(r"`[^`]*`", "", text)
    assert "_" not in told
    assert not re.search(r"\b[ECFP]\d+\b", told)


# --- The command ----------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["edges", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_the_command_writes_markdown(text: str) -> None:
    rules = [part for rule in RULES for part in ("--rule", rule)]
    assert run("wiltshire", *rules) == (0, text, "")


def test_the_command_writes_a_page_to_a_file(tmp_path: Path, wiltshire: Policy) -> None:
    file = tmp_path / "edges.html"
    done = run("wiltshire", "--rule", "fim-told", "--format", "html", "--out", str(file))
    assert done == (0, "", "")
    assert file.read_text(encoding="utf-8") == html(wiltshire, ["fim-told"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("wiltshire", "--rule", "strategy-meting"), "did you mean `strategy-meeting`?"),
        (("wiltshire", "--rule", "ppn-aware"), "the rule ppn-aware is off"),
        (("nowhere",), "no policy `nowhere` is shipped"),
        (("wiltshire", "--rule", "fim-told", "--out", "/no/such/folder/x.md"), "not be written"),
    ],
)
def test_a_mistake_in_its_use_ends_the_command_with_2(
    arguments: tuple[str, ...], said: str
) -> None:
    code, written, error = run(*arguments)
    assert (code, written) == (2, "")
    assert said in error

"""The page of a policy: that it says everything, in plain words, in both formats."""

from __future__ import annotations

import html as entities
import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

import build
from missingrules import testing, wording
from missingrules.cli import main
from missingrules.errors import MissingRulesError
from missingrules.html import page, table
from missingrules.layers import shipped
from missingrules.policy import Policy
from missingrules.show import Document, show, to_html, to_markdown
from missingrules.show.conditions import Conditions
from missingrules.show.document import Paragraph, Span, plain_text
from missingrules.show.names import Names

if TYPE_CHECKING:
    from pathlib import Path

    from missingrules.show.document import Told

NAMES = sorted(shipped())
PAGES = {name: show(Policy.load(name)) for name in NAMES}
FORMATS = {"markdown": to_markdown, "html": to_html}

# What a page must not let through: names with underscores, and what Python makes of a value.
CODE = re.compile(
    r"[A-Za-z0-9]_[A-Za-z0-9]|\b(?:None|True|False|Span|Told|Elapsed|datetime)\b|[{}]"
)
LINK = re.compile(r"\]\(<?[^)\s]*>?\)")
ANCHOR = re.compile(r'<a id="[^"]*"></a>')


class Reader(HTMLParser):
    """Reads a page as a browser would, and keeps what the tests ask about."""

    EMPTY = ("meta", "br", "hr", "img", "link", "input")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag in tags]


def text_of_html(document: Document) -> str:
    return squeezed(" ".join(Reader(to_html(document)).text))


def text_of_markdown(document: Document) -> str:
    shown = LINK.sub("", ANCHOR.sub("", to_markdown(document))).replace(":**", "**")
    shown = re.sub(r"^\|[-|]+$", "", shown, flags=re.MULTILINE)
    shown = re.sub(r"(?<!\\)[*|\[\]]|^ *- |^#+ |^> ", "", shown, flags=re.MULTILINE)
    return squeezed(entities.unescape(re.sub(r"\\(.)", r"\1", shown)))


def body_of(document: Document) -> str:
    """The text of the page itself, without its tab and the link past its head."""
    for part in ("Skip to the content", document.title):
        assert squeezed(part) in text_of_html(document)
    shown = text_of_html(document).replace(squeezed("Skip to the content"), "", 1)
    return shown.replace(squeezed(document.title), "", 1)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def said(told: Told) -> str:
    """A statement with those under it, in one line."""
    parts = "; ".join(said(part) for part in told.parts)
    line = plain_text(told.line)
    return f"{line} {parts}" if parts else line


# --- Everything is there -------------------------------------------------------------------------


def named(policy: Policy) -> list[str]:
    """What a page must hold of a policy, as it is written there."""
    file = policy.source.file
    texts = [file.title, *(rule.id for rule in file.rules), *(rule.title for rule in file.rules)]
    texts += [wording.plain(name) for name in (*file.parameters, *file.terms)]
    texts += [source.title for source in file.sources.values()]
    return texts


@pytest.mark.parametrize("name", NAMES)
def test_a_page_holds_every_rule_number_term_and_source(name: str) -> None:
    shown = text_of_html(PAGES[name])
    for text in named(Policy.load(name)):
        assert squeezed(text) in shown


@pytest.mark.parametrize("name", NAMES)
def test_a_page_holds_every_note_and_every_citation(name: str) -> None:
    policy = Policy.load(name)
    shown = text_of_html(PAGES[name])
    file = policy.source.file
    told = [(rule.note, rule.cite) for rule in file.rules]
    told += [(parameter.note, parameter.cite) for parameter in file.parameters.values()]
    for note, cite in told:
        for piece in re.split("`[^`]*`", note or ""):  # what it names reads as words
            assert squeezed(piece) in shown
        if cite is not None and cite.section is not None:
            assert squeezed(f"section “{cite.section}”") in shown


@pytest.mark.parametrize("name", NAMES)
def test_everything_assumed_is_listed_with_its_reason(name: str) -> None:
    policy = Policy.load(name)
    page_ = to_markdown(PAGES[name])
    listed = page_.partition("## What is assumed")[2].partition("\n## ")[0]
    for key, parameter in policy.source.file.parameters.items():
        assert (f"[{wording.plain(key)}](" in listed) is (parameter.basis == "assumed")


def test_a_page_says_who_issued_the_policy_and_who_did_not() -> None:
    for name, document in PAGES.items():
        first = to_markdown(document).splitlines()[0]
        assert "reconstructed from published" in first
        assert "not issued or endorsed by" in first, name


def test_rules_that_are_off_stand_apart() -> None:
    shown = to_markdown(PAGES["wiltshire"])
    on, _, off = shown.partition("## Rules that are switched off")
    assert "\n- **Id:** ppn-aware" not in on
    assert "\n- **Id:** ppn-aware" in off
    assert off.count("This rule is switched off.") == 2
    assert "(#rule-ppn-aware)" not in on.partition("## The rules")[0]


# --- In plain words ------------------------------------------------------------------------------


def visible(document: Document) -> str:
    """The words of a page, without addresses."""
    return " ".join(Reader(to_html(document)).text)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_shows_no_key_and_no_name_of_the_file(name: str) -> None:
    assert CODE.findall(visible(PAGES[name])) == []
    assert CODE.findall(text_of_markdown(PAGES[name])) == []


@settings(suppress_health_check=list(HealthCheck), max_examples=30)
@given(policy=testing.policies())
def test_any_policy_has_a_page_that_says_everything_in_words(policy: Policy) -> None:
    document = show(policy)
    assert CODE.findall(visible(document)) == []
    shown = text_of_html(document)
    for text in named(policy):
        assert squeezed(text) in shown
    assert text_of_markdown(document) == body_of(document)


HEAD = """
parameters:
  window: {value: 90 days, edge: inclusive, basis: inferred}
  short: {value: 48 hours, edge: exclusive, placed_by: missing_since, basis: inferred}
  three: {value: 3, basis: inferred, editions: [{from: 2024-02-01, value: 2}]}
  grace: {value: 15 minutes, basis: inferred}
terms:
  missing: {category: missing}
"""

CONDITIONS = {
    "missing": "“missing” applies",
    "{not: missing}": "“missing” does not apply",
    "{term: missing}": "“missing” applies",
    "{category: [missing, absent]}": "the category is recorded as missing or absent",
    "{not: {category: missing}}": "the category is not recorded as missing",
    "{whereabouts: known}": "the child's whereabouts are recorded as known",
    "{not: {whereabouts: known}}": (
        "the child's whereabouts are recorded as something other than known"
    ),
    "{all: [{recorded: whereabouts}, {whereabouts: known}]}": (
        "the child's whereabouts are recorded as known (where nothing is recorded, this does not "
        "hold)"
    ),
    "{all: [{recorded: category}, {not: {category: missing}}]}": (
        "the category is recorded as something other than missing"
    ),
    "{looked_after: true}": "it is recorded that the child is looked after",
    "{open: [no, not_applicable]}": (
        "the answer to “children's social care has an open case” is recorded as no or not "
        "applicable"
    ),
    "{not: {looked_after: true}}": (
        "the answer to “the child is looked after” is recorded as something other than yes"
    ),
    "{graded.refers_to: self_harm}": (
        "what the risk grading refers to is recorded to include self-harm"
    ),
    "{recorded: categorised.rationale}": "the rationale for the category is recorded",
    "{not: {recorded: looked_after}}": "it is not recorded whether the child is looked after",
    "{marker: [self_harm, cse]}": (
        "the child carries the warning marker self-harm or child sexual exploitation"
    ),
    "{not: {marker: [self_harm, suicide]}}": (
        "the child carries none of the warning markers self-harm and suicide"
    ),
    "{concern: crime}": "a concern about crime was noted in this episode",
    "{not: {concern: crime, ever: true}}": (
        "no concern about crime was noted in any episode of the child"
    ),
    "{entry: trigger_plan_created}": "there is a record of a trigger plan",
    "{not: {entry: located}}": "there is no record of the child being located",
    "{entry: graded, where: {grade: high, by: force_incident_manager, rationale: recorded}}": (
        "there is a record of the risk grade high, by the force incident manager and with the "
        "rationale for the risk grade recorded"
    ),
    "{age: {at_least: 12}}": "the child is 12 or older",
    "{age: {under: 12}}": "the child is under 12",
    "{not: {age: {at_least: 12, under: 16}}}": (
        "the child is not among those who are 12 or older and under 16"
    ),
    "{counted: {episodes: missing, at_least: three, within: window}}": (
        "at least 3 (2 from 1 February 2024) episodes of the child count as “missing” within "
        "90 days (dates up to 90 apart, each episode placed by its report)"
    ),
    "{not: {counted: {episodes: missing, more_than: 5, within: ever}}}": (
        "no more than 5 episodes of the child count as “missing” at any time"
    ),
    "{counted: {episodes: missing, more_than: 1, within: short}}": (
        "more than 1 episode of the child counts as “missing” within 48 hours (the last instant "
        "left out, each episode placed by the time since when the child was missing)"
    ),
    "{lasted: {more_than: 6 hours}}": (
        "the episode has lasted more than 6 hours, counted since the report"
    ),
    "{not: {lasted: {at_least: 1 day, since: missing_since}}}": (
        "the episode has lasted less than 1 day, counted since the time from which the child was "
        "missing"
    ),
    "{any: [{marker: cse}, missing]}": (
        "the child carries the warning marker child sexual exploitation, or “missing” applies"
    ),
    "{not: {any: [{marker: cse}, missing]}}": (
        "none of these holds: the child carries the warning marker child sexual exploitation; "
        "“missing” applies"
    ),
    "{not: {all: [{marker: cse}, missing]}}": (
        "not all of these hold: the child carries the warning marker child sexual exploitation; "
        "“missing” applies"
    ),
    "{at_least: 2, of: [missing, {marker: cse}, {grade: high}]}": (
        "at least 2 of these hold: “missing” applies; the child carries the warning marker child "
        "sexual exploitation; the risk grade is recorded as high"
    ),
    "{all: [{category: concern_for_safety}, {recorded: ground}], by: grace}": (
        "all of these hold, the second within 15 minutes of the first (until then they get the "
        "benefit of the doubt; what is recorded later does not make up for it): the category is "
        "recorded as concern for safety; the ground for the category is recorded"
    ),
    "{any: [{all: [missing]}]}": "“missing” applies",
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_reads_as_a_sentence(condition: str) -> None:
    policy = build.policy(
        f"{HEAD}  asked: {condition}\n"
        "rules:\n  - id: rule\n    on: {entry: reported}\n    if: asked\n    measure: true\n"
    )
    told = Conditions(Names(policy.source)).told(policy.source.file.terms["asked"])
    assert said(told) == CONDITIONS[condition]


RULES = {
    "on: {entry: reported}\nrequire: {action: inspector_informed, within: 48 hours}": (
        "**Applies when:** A child is reported missing.",
        "**What is owed:** The duty inspector being informed, shown by the record.",
        "**By whom:** The policy does not say.",
        "**By when:** Within 48 hours of the report, the last minute included.",
        "**What counts:** What is done since the report.",
        "**Owed for:** Each episode by itself.",
        "**May be decided against by:** Nobody.",
        "**If it is not met:** It is a major breach.",
    ),
    "on: {entry: returned}\nafter: trigger\nmay_be_decided_by: [mash, supervisor]\n"
    "require: {action: return_interview_held, within: 5 working days}\n"
    "severity: critical\nowed_by: childrens_social_care": (
        "**By whom:** Children's social care.",
        "**By when:** By the end of the fifth working day after the return.",
        "**What counts:** Only what is done at or after what triggers the rule.",
        (
            "**May be decided against by:** The multi-agency safeguarding hub (MASH) or the "
            "supervisor, with a rationale on record, once the duty has arisen and before its "
            "time is over."
        ),
        "**If it is not met:** It is a critical breach.",
    ),
    "on: {episodes: missing, more_than: three, within: window}\n"
    "unless: {entry: strategy_meeting_held}\n"
    "require: {action: strategy_meeting_held, within: 2 weeks}": (
        (
            "**Applies when:** More than [3](#number-three) (2 from 1 February 2024) episodes of "
            "the child count as [“missing”](#term-missing) within [90 days](#number-window) (dates "
            "up to 90 apart, each episode placed by its report)."
        ),
        "**By when:** By the end of the 14th day after the day the threshold is reached.",
        "**What counts:** Only what is done once the threshold is reached.",
        "**Owed for:** The child.",
        (
            "**Released if:** Before the time is over, there is a record of a strategy meeting, "
            "counted from when an action counts."
        ),
    ),
    "on: {open: {more_than: 48 hours, since: missing_since}}\nwhile: open\n"
    "require: {action: strategy_meeting_held, within: not_stated}": (
        (
            "**Applies when:** An episode has been open for more than 48 hours, counted from the "
            "time since when the child was missing."
        ),
        (
            "**By when:** No time is stated: it is never overdue, and how long it has been open is "
            "reported."
        ),
        (
            "**Ends:** The duty ends when the child is located or returns, or the episode is "
            "closed. What was overdue by then stays a breach."
        ),
    ),
    "on: {every: 4 hours, sooner: [{if: {grade: high}, every: 1 hour}], first_after: 1 day}\n"
    "while: away\nunless: missing\nrequire: {action: supervisor_reviewed}": (
        (
            "An episode is open: again and again, every 4 hours; the first interval starts with "
            "the time 1 day after the report."
        ),
        "Every 1 hour while the risk grade is recorded as high.",
        (
            "**By when:** By the end of each interval, the last minute included. The next interval "
            "starts when it is done, or at the time that was missed."
        ),
        "**Released if:** While it holds, the duty rests: [“missing”](#term-missing) applies.",
        "being located does not end it",
    ),
    "on: {gap: {more_than: 1 hour}}\nforbid: true": (
        (
            "**Applies when:** The report came more than 1 hour after the time since when the "
            "child was missing."
        ),
        "**Forbidden:** This must not happen.",
    ),
    "on: [{entry: graded}, {entry: marker_added, where: {marker: cse}}]\n"
    "grade: {at_least: high, within: 30 minutes}": (
        (
            "- **Applies when:** Any of these:\n  - the risk is graded\n"
            "  - the warning marker child sexual exploitation is added"
        ),
        "A risk grade of at least high.",
        (
            "**By when:** Within 30 minutes of the moment at which what demands it is known, the "
            "last minute included."
        ),
    ),
    "on: {entry: concern_noted}\ngrade: {steps_up: 1, within: 1 day}": (
        "A risk grade higher than before, by so many steps: 1.",
        "It rises at most to the highest grade, high.",
        "**By when:** By the end of the first day after the day at which what demands it is known.",
    ),
    "on: {entry: graded}\n"
    "require: {field: refers_to, names_known: [markers], or_field: rationale, within: 1 hour}": (
        (
            "What the risk grading refers to must include every warning marker that the child "
            "carries, as known at the time."
        ),
        "Instead, the rationale for the risk grade may be recorded.",
    ),
    "on: {entry: ppn_submitted}\n"
    "require: {field: [ethnicity, school], as: yes, called: both, within: 1 hour}": (
        "  - Both.\n",
        "It must be recorded that the notification states the child's ethnicity.",
        "It must be recorded that the notification states the child's school.",
    ),
    "on: {entry: reported}\nmeasure: true": (
        "**Only noted:** It is counted. Nobody owes anything.",
    ),
    "from: 2024-01-01\nuntil: 2025-01-01\non: {entry: reported}\nforbid: true": (
        "**In force:** For what arises on 1 January 2024 or later and before 1 January 2025.",
    ),
    "on: {entry: reported}\neditions:\n"
    "  - {from: 2024-01-01, edition: first, require: {action: fim_notified, within: 1 hour}}\n"
    "  - {from: 2025-01-01, require: {action: fim_notified, within: 5 minutes}}": (
        (
            "- **Edition “first”:** For what arises on 1 January 2024 or later and before "
            "1 January 2025."
        ),
        "Within 1 hour of the report",
        "- **Edition:** For what arises on 1 January 2025 or later.",
        "Within 5 minutes of the report",
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_reads_as_sentences(rule: str) -> None:
    body = "\n".join(f"    {line}" for line in rule.splitlines())
    policy = build.policy(f"{HEAD}rules:\n  - id: rule\n{body}\n")
    shown = to_markdown(show(policy))
    for sentence in RULES[rule]:
        assert sentence in shown


def test_what_a_layer_changes_is_said() -> None:
    shown = to_markdown(show(Policy.load("wiltshire"), rule="risk-graded"))
    assert "**Written in:** England; Wiltshire changes what releases from it." in shown


def test_a_time_that_changes_is_told_for_each_date() -> None:
    policy = build.policy(
        """
        parameters:
          time:
            {value: 1 day, basis: assumed, note: Nobody says., editions: [
              {from: 2024-03-01, value: 4 hours, basis: stated, cite: {source: guidance}}]}
        rules:
          - id: told
            on: {entry: reported}
            require: {action: fim_notified, within: time}
        """
    )
    shown = to_markdown(show(policy))
    assert "By the end of the first day](#number-time) after the report and from 1 March" in shown
    assert "This time is assumed or stated, by edition." in shown
    assert "time (from 1 March 2024 on) | 4 hours | stated" in shown


# --- One rule ------------------------------------------------------------------------------------


def test_the_page_of_one_rule_has_what_the_rule_needs_and_no_more() -> None:
    shown = to_markdown(show(Policy.load("wiltshire"), rule="strategy-meeting"))
    assert "- **Id:** strategy-meeting\n" in shown
    assert shown.count("- **Id:** ") == 1
    for needed in ("number-meeting-deadline", "term-proper-concern-for-safety", "hmicfrs-2023"):
        assert f'id="{needed}"' in shown or f'id="source-{needed}"' in shown
    assert "number-fim-time" not in shown
    assert "jtai" not in shown


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_has_a_page_whose_links_lead_somewhere(name: str) -> None:
    policy = Policy.load(name)
    for rule in policy.source.file.rules:
        links_lead_somewhere(show(policy, rule=rule.id))


def test_a_rule_that_is_not_there_is_answered_with_the_closest() -> None:
    with pytest.raises(MissingRulesError, match="did you mean `strategy-meeting`"):
        show(Policy.load("wiltshire"), rule="strategy-meting")


# --- As Markdown and as HTML ---------------------------------------------------------------------


def links_lead_somewhere(document: Document) -> None:
    for shown, anchor, link in (
        (to_html(document), r'id="([^"]*)"', r'href="#([^"]*)"'),
        (to_markdown(document), r'<a id="([^"]*)"></a>', r"\]\(#([^)]*)\)"),
    ):
        anchors = re.findall(anchor, shown)
        assert len(anchors) == len(set(anchors))
        assert set(re.findall(link, shown)) <= set(anchors)


@pytest.mark.parametrize("name", NAMES)
def test_every_link_on_a_page_leads_somewhere(name: str) -> None:
    links_lead_somewhere(PAGES[name])


@pytest.mark.parametrize("name", NAMES)
def test_both_formats_say_the_same(name: str) -> None:
    assert text_of_markdown(PAGES[name]) == body_of(PAGES[name])


@pytest.mark.parametrize("name", NAMES)
def test_a_page_of_html_needs_nothing_and_runs_nothing(name: str) -> None:
    reader = Reader(to_html(PAGES[name]))
    assert not reader.all("script", "link", "img", "iframe", "object", "form", "base")
    assert not [attrs for _, attrs in reader.tags if any(key.startswith("on") for key in attrs)]
    assert not [attrs for _, attrs in reader.tags if "src" in attrs or "style" in attrs]
    (policy,) = [a for a in reader.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'"


@pytest.mark.parametrize("name", NAMES)
def test_a_page_of_html_can_be_found_one_s_way_in_without_eyes(name: str) -> None:
    reader = Reader(to_html(PAGES[name]))
    assert reader.all("html") == [{"lang": "en-GB"}]
    assert len(reader.all("h1")) == len(reader.all("main")) == len(reader.all("title")) == 1
    levels = [int(tag[1]) for tag, _ in reader.tags if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(attrs.get("scope") in ("col", "row") for attrs in reader.all("th"))
    assert len(reader.all("caption")) == len(reader.all("table"))


HOSTILE = 'A <script>alert(1)</script> | *bold* [x](javascript:x) `code` & \\ # _y_ "q"'


def test_what_a_policy_says_is_never_markup() -> None:
    policy = Policy.parse(
        f"""
policy: hostile
title: {HOSTILE!r}
edition: {HOSTILE!r}
owner: {HOSTILE!r}
conventions: {{zone: UTC}}
sources:
  bad: {{title: {HOSTILE!r}, publisher: {HOSTILE!r}, published: "1", url: "javascript:alert(1)"}}
parameters:
  time:
    {{value: 1 hour, basis: stated, cite: {{source: bad, section: {HOSTILE!r}}}, note: {HOSTILE!r}}}
rules:
  - id: rule
    title: {HOSTILE!r}
    authority: statute
    basis: stated
    note: {HOSTILE!r}
    cite: {{source: bad, section: {HOSTILE!r}}}
    on: {{entry: reported}}
    require: {{action: graded, called: {HOSTILE!r}, within: time}}
"""
    )
    document = show(policy)
    reader = Reader(to_html(document))
    assert not reader.all("script")
    assert not [a for a in reader.all("a") if not str(a.get("href", "#")).startswith("#")]
    assert squeezed("<script>alert(1)</script>") in squeezed("".join(reader.text))
    shown = to_markdown(document)
    assert "<script" not in shown.replace("\\<script", "")
    assert "](javascript" not in shown.replace("\\](javascript", "").replace("(<javascript", "")
    rows = [line for line in shown.splitlines() if line.startswith("| ")]
    assert all(len(re.findall(r"(?<!\\)\|", row)) in (4, 5, 7) for row in rows)


def test_a_line_that_begins_like_a_list_stays_a_line() -> None:
    lines = ("- not an item", "+ nor this", "1. nor that", "2) nor that", "2024 was a year")
    blocks = [Paragraph((Span(line),)) for line in lines]
    shown = to_markdown(Document("t", tuple(blocks))).split("\n\n")
    escaped = ["\\- not an item", "\\+ nor this", "1\\. nor that", "2\\) nor that"]
    assert [line.strip() for line in shown] == [*escaped, "2024 was a year"]


def test_a_style_cannot_close_its_element() -> None:
    with pytest.raises(ValueError, match="style must be CSS"):
        page("t", "<h1>t</h1>", style="</style><script>")


def test_a_table_names_its_rows_and_columns() -> None:
    made = Reader(table(["A & B".replace("&", "&amp;"), "C"], [("1", "2")], caption="One & two"))
    assert [attrs["scope"] for attrs in made.all("th")] == ["col", "col", "row"]
    assert made.all("div")[0]["aria-label"] == "One & two"
    assert "One & two" in made.text


# --- The command ---------------------------------------------------------------------------------


def run(
    *arguments: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["missingrules", "policy", "show", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, told.out, told.err


def test_the_command_writes_markdown_unless_asked_for_html(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, shown, _ = run("england", capsys=capsys, monkeypatch=monkeypatch)
    assert (code, shown) == (0, to_markdown(PAGES["england"]))
    code, shown, _ = run("england", "--format", "html", capsys=capsys, monkeypatch=monkeypatch)
    assert (code, shown) == (0, to_html(PAGES["england"]))


def test_the_command_writes_to_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "page.html"
    asked = ("england", "--format", "html", "--out", str(file))
    code, shown, told = run(*asked, capsys=capsys, monkeypatch=monkeypatch)
    assert (code, shown, told) == (0, "", "")
    assert file.read_bytes().decode() == to_html(PAGES["england"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["nowhere"],
        ["england", "--rule", "nothing"],
        ["england", "--format", "pdf"],
        ["england", "--out", "no/such/folder/page.md"],
        [],
    ],
)
def test_what_cannot_be_shown_is_said_and_ends_with_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, shown, told = run(*arguments, capsys=capsys, monkeypatch=monkeypatch)
    assert code == 2
    assert shown == ""
    assert told

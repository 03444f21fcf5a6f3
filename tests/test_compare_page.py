"""The pages of comparisons: what they say, for whom they are fit, and a real browser."""

from __future__ import annotations

import io
import itertools
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from build import at, policy_text
from missingrules import Log, Policy, read_jsonl
from missingrules.cli import main
from missingrules.compare import compare, label_audit, sensitivity_of, vary
from missingrules.report import write_comparison
from page import Element, browse, console, in_a_browser, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from missingrules.compare import Comparison

AUDIT = Path(__file__).resolve().parent.parent / "examples" / "06_audit" / "audit.jsonl"
COMMAND = "missingrules compare audit.jsonl"


def page_of(answer: Any, **options: Any) -> str:
    out = io.StringIO()
    write_comparison(answer, out, command=COMMAND, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def audit() -> Log:
    return read_jsonl(AUDIT)


@pytest.fixture(scope="module")
def compared(audit: Log) -> Comparison:
    names = ("england", "wiltshire", "lewisham")
    return compare(audit, [Policy.load(name) for name in names])


@pytest.fixture(scope="module")
def pages(audit: Log, compared: Comparison) -> dict[str, str]:
    wiltshire = Policy.load("wiltshire")
    few = Log(tuple(e for e in audit.entries if e.child_id in {"child-01", "child-05"}))
    return {
        "policies": page_of(compared),
        "labels": page_of(label_audit(audit, wiltshire)),
        "assumed": page_of(sensitivity_of(few, wiltshire)),
        "curve": page_of(vary(few, wiltshire, "repeat_count=2,3,4")),
    }


KINDS = ("policies", "labels", "assumed", "curve")


@pytest.fixture(scope="module", params=KINDS)
def html(request: pytest.FixtureRequest, pages: dict[str, str]) -> str:
    return pages[request.param]


@pytest.fixture(scope="module")
def page(html: str) -> Element:
    return read(html)


def table(page: Element, caption: str) -> dict[str, dict[str, str]]:
    """The cells of a table, by the name of the row and the head of the column."""
    (found,) = [t for t in page.all("table") if next(t.all("caption")).text.startswith(caption)]
    (head,) = found.all("thead")
    names = [cell.text for cell in head.all("th")]
    (body,) = found.all("tbody")
    rows = {}
    for row in body.all("tr"):
        cells = [cell.text for cell in row.children]
        rows[cells[0]] = dict(zip(names[1:], cells[1:], strict=True))
    return rows


# --- Whole in itself, for keyboards and screen readers -------------------------------------------


def test_every_element_is_closed_and_every_id_stands_once(page: Element) -> None:
    ids = [e.attrs["id"] for e in page.all() if "id" in e.attrs]
    assert len(ids) == len(set(ids)) > 10


def test_the_page_asks_for_nothing_and_runs_nothing(html: str, page: Element) -> None:
    assert not list(page.all("script", "link", "img", "iframe", "object", "embed", "form", "base"))
    for element in page.all():
        for name, value in element.attrs.items():
            assert not name.startswith("on")
            assert name not in {"src", "srcset", "data", "xlink:href"}
            if name == "href" and element.tag != "a":
                assert (value or "").startswith("#")
    assert "@import" not in html
    (policy,) = [e for e in page.all("meta") if "http-equiv" in e.attrs]
    assert policy.attrs["content"] == "default-src 'none'; style-src 'unsafe-inline'"


def test_every_reference_within_the_page_leads_somewhere(html: str, page: Element) -> None:
    ids = {e.attrs["id"] for e in page.all() if "id" in e.attrs}
    wanted = set(re.findall(r"url\(#([\w-]+)\)", html))
    for element in page.all():
        href = element.attrs.get("href") or ""
        wanted |= {href[1:]} if href.startswith("#") else set()
        wanted.update((element.attrs.get("aria-labelledby") or "").split())
    assert wanted
    assert wanted <= ids


def test_a_reader_finds_the_landmarks_and_the_headings_in_order(page: Element) -> None:
    for tag in ("header", "nav", "main", "footer", "h1"):
        assert len(list(page.all(tag))) == 1, tag
    (body,) = page.all("body")
    first = next(e for e in body.all() if e.tag == "a" or "tabindex" in e.attrs)
    assert first.attrs["href"] == "#content"
    levels = [int(e.tag[1]) for e in page.all("h1", "h2", "h3", "h4")]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    (nav,) = page.all("nav")
    (main_,) = page.all("main")
    listed = [(a.attrs["href"] or "")[1:] for a in nav.all("a")]
    assert listed == [s.attrs["aria-labelledby"] for s in main_.all("section")]


def test_every_table_has_a_caption_a_head_and_a_name_for_each_row(page: Element) -> None:
    for found in page.all("table"):
        (caption,) = found.all("caption")
        assert caption.text
        (head,) = found.all("thead")
        columns = [cell.attrs["scope"] for cell in head.all("th")]
        assert set(columns) == {"col"}
        for row in next(found.all("tbody")).all("tr"):
            assert row.children[0].attrs["scope"] == "row"
            assert len(row.children) == len(columns)


def test_every_chart_says_in_words_what_it_shows_and_has_its_numbers_below(page: Element) -> None:
    figures = list(page.all("figure"))
    assert figures
    for figure in figures:
        (picture,) = figure.all("svg")
        title, words = (picture.attrs["aria-labelledby"] or "").split()
        named = {e.attrs.get("id"): e for e in picture.all("title", "desc")}
        assert named[title].text
        assert len(named[words].text) > 10
    for parent in [page, *page.all()]:
        for place, child in enumerate(parent.children):
            if child.tag == "figure":
                assert any(list(e.all("table")) for e in parent.children[place + 1 :])


def test_the_same_answer_gives_the_same_bytes(compared: Comparison, pages: dict[str, str]) -> None:
    assert page_of(compared) == pages["policies"]


# --- What it says --------------------------------------------------------------------------------


def test_the_head_says_what_each_policy_calls_for(pages: dict[str, str]) -> None:
    text = read(pages["policies"]).text
    assert "england has no rule that asks for a strategy meeting." in text
    assert re.search(r"wiltshire calls for 6 strategy meetings for 6 children: 0 completed", text)
    assert "Strategy meetings: wiltshire against england" in text


def test_the_tables_hold_the_numbers_of_the_comparison(
    pages: dict[str, str], compared: Comparison
) -> None:
    page = read(pages["policies"])
    rows = table(page, "Strategy meetings by what became of them")
    told = compared.to_dict()
    (lewisham,) = [one for one in told["policies"] if one["name"] == "lewisham"]
    shown = rows["lewisham strategy-meeting"]
    assert shown["Owed"] == str(lewisham["meetings"]["owed"])
    assert shown["No record"] == str(lewisham["meetings"]["no_record"])
    assert set(rows["england"].values()) == {"-"}
    rules = table(page, "What is owed and missed")
    assert rules["All"]["wiltshire: owed"].replace(",", "") == str(
        told["policies"][1]["total"]["owed"]
    )
    beside = table(page, "Strategy meetings: what each policy asks for")
    assert beside["wiltshire"]["Owed a month"] == f"{compared.a_month(1):.2f}"


def test_what_one_cannot_see_is_listed_and_not_listed_again_as_a_difference(
    pages: dict[str, str],
) -> None:
    page = read(pages["policies"])
    unseen = table(page, "What wiltshire finds, and england has no rule for")
    shared = table(page, "Rules that england and wiltshire both have")
    assert any("fim-told" in name for name in unseen)
    assert unseen.keys().isdisjoint(shared)
    assert any("prevention-interview" in name for name in shared)


def test_children_are_listed_up_to_a_number_and_the_rest_counted(compared: Comparison) -> None:
    html = page_of(compared, listed=2)
    page = read(html)
    (children,) = [s for s in page.all("section") if s.attrs["aria-labelledby"] == "children"]
    assert "This is not a ranking of the risk to children." in children.text
    assert len(list(children.all("article"))) <= 2
    assert f"And {compared.changes_in_all - 2:,} more differences" in children.text


def test_without_children_the_page_names_none(compared: Comparison, audit: Log) -> None:
    ids = {entry.child_id for entry in audit.entries}
    for answer in (compared, label_audit(audit, Policy.load("wiltshire"))):
        text = read(page_of(answer, listed=0)).text
        assert not [child for child in ids if child in text]
        assert "It lists no child" in text


def test_assumed_values_stand_beside_one_another_with_their_notes(pages: dict[str, str]) -> None:
    rows = table(read(pages["policies"]), "Assumed: no source settles these")
    window = next(cells for name, cells in rows.items() if name.endswith("repeat_window"))
    assert window["england"] == "-"
    assert window["wiltshire"].startswith("90 days, inclusive edge")
    assert window["Note"]


def test_a_page_says_by_what_it_was_made(pages: dict[str, str]) -> None:
    for html in pages.values():
        assert COMMAND in html
        assert Policy.load("wiltshire").digest in html


def test_the_labels_page_says_what_the_label_hides(pages: dict[str, str]) -> None:
    page = read(pages["labels"])
    assert "The label hides episodes of 3 children, and something owed of 2." in page.text
    assert table(page, "Episodes that count")["By label"]["Number"] == "47"
    assert "Three episodes, two counted by label; first meeting owed at the third." in page.text


def test_the_page_on_assumptions_says_which_findings_hang_on_what(
    pages: dict[str, str],
) -> None:
    page = read(pages["assumed"])
    assert re.search(r"\d+ of \d+ findings hang on something that was assumed", page.text)
    rows = table(page, "How many findings change with what was assumed")
    assert any("instead of" in name for name in rows)
    assert "would be: " in page.text


def test_the_curve_marks_the_value_as_it_is(pages: dict[str, str]) -> None:
    page = read(pages["curve"])
    rows = table(page, "What is owed, completed in time and missed, by the repeat count")
    assert list(rows) == ["as it is (3)", "2", "3", "4"]
    assert rows["as it is (3)"] == rows["3"]
    (picture,) = page.all("svg")
    assert "as it is (3)" in picture.text


def test_the_sentence_on_a_curve_sets_the_value_against_another(audit: Log) -> None:
    few = Log(tuple(e for e in audit.entries if e.child_id == "child-01"))
    text = read(page_of(vary(few, Policy.load("wiltshire"), "repeat_count=2,3"))).text
    assert re.search(r"As it is, at 3: \d+ owed, \d+ missed\. At 2: ", text)


@pytest.mark.parametrize(
    "what", ["repeat_window=30 days,5 weeks,90 days", "strategy-meeting.deadline=5 days,24 hours"]
)
def test_values_of_different_units_stand_side_by_side(audit: Log, what: str) -> None:
    few = Log(tuple(e for e in audit.entries if e.child_id == "child-01"))
    page = read(page_of(vary(few, Policy.load("wiltshire"), what)))
    (picture,) = page.all("svg")
    assert what.partition("=")[2].partition(",")[0] in picture.text


# --- Never accusing, never unescaped -------------------------------------------------------------

ODD = """
parameters:
  allowed: {value: 1 hour, basis: assumed, note: "<b>&amp;</b> </style>"}
rules:
  - id: told
    title: "<script>alert(1)</script> & 'told' $x$ \\\\frac"
    on: {entry: reported}
    require: {action: inspector_informed, within: allowed}
"""


def odd(name: str) -> Policy:
    return Policy.parse(policy_text(ODD).replace("policy: test", f"policy: {name}", 1))


def test_what_a_policy_says_is_escaped(audit: Log) -> None:
    html = page_of(compare(audit, [Policy.load("england"), odd("odd")]))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert html.count("</style>") == 1
    read(html)


def test_the_pages_never_say_that_something_was_not_done(pages: dict[str, str]) -> None:
    banned = re.compile(
        r"\b(failed|failure|breach(?:ed)?|neglect|guilty|fault|did not do)\b", re.IGNORECASE
    )
    for kind in ("policies", "labels", "curve"):
        assert not banned.search(read(pages[kind]).text)


def test_policies_that_find_the_same_are_said_to(audit: Log) -> None:
    one, two = odd("one"), odd("two")
    text = read(page_of(compare(audit, [one, two]))).text
    assert "find the same" in text
    assert "None of the policies has a rule that asks for a strategy meeting." in text
    assert "They find the same of every child." in text


def test_a_log_without_entries_makes_a_page() -> None:
    policies = [Policy.load("england"), Policy.load("wiltshire")]
    text = read(page_of(compare(Log(), policies, as_of=at("2024-01-01 09:00")))).text
    assert "0 children" in text
    assert "england has no rule that asks for a strategy meeting." in text


# --- On the command line, and in a browser -------------------------------------------------------


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    def run(*args: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["missingrules", *map(str, args)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return run


@pytest.mark.parametrize("form", ["html", "json", "text"])
def test_the_command_writes_the_same_to_a_file_and_to_standard_output(
    run: Callable[..., tuple[int, str, str]], tmp_path: Path, form: str
) -> None:
    given = ["compare", AUDIT, "-p", "england", "-p", "lewisham", "--format", form]
    code, shown, _ = run(*given)
    assert code == 0
    file = tmp_path / "answer"
    assert run(*given, "--out", file) == (0, "", "")
    written = file.read_text(encoding="utf-8")
    strip = re.compile(r"<pre>.*?</pre>", re.DOTALL)  # the line that makes the page
    assert strip.sub("", written) == strip.sub("", shown)


def test_a_page_of_a_log_with_rejected_rows_says_so(
    run: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    log = tmp_path / "log.jsonl"
    bad = '{"child_id": "child-01", "kind": "reported", "at": "yesterday"}\n'
    log.write_text(AUDIT.read_text(encoding="utf-8") + bad, encoding="utf-8")
    code, html, _ = run("compare", log, "-p", "england", "-p", "lewisham", "--format", "html")
    assert code == 3
    text = read(html).text
    assert "1 rejected" in text
    assert "Of 1 child rows were rejected: what seems missing may have been there." in text
    assert "yesterday" not in text


def test_a_file_that_cannot_be_written_is_said(
    run: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    given = ["compare", AUDIT, "-p", "england", "-p", "lewisham", "--format", "html"]
    code, out, err = run(*given, "--out", tmp_path / "nowhere" / "page.html")
    assert (code, out) == (2, "")
    assert "could not be written" in err


@in_a_browser
def test_a_browser_shows_and_prints_a_page_with_nothing_on_its_console(
    html: str, tmp_path: Path
) -> None:
    file, picture, paper = (tmp_path / f"page.{kind}" for kind in ("html", "png", "pdf"))
    file.write_text(html, encoding="utf-8")
    done = browse(file, f"--screenshot={picture}", "--window-size=1200,3000")
    assert console(done) == []
    assert picture.stat().st_size > 50_000  # much is drawn
    assert console(browse(file, f"--print-to-pdf={paper}")) == []
    assert paper.read_bytes().startswith(b"%PDF")

"""The report as a page: whole in itself, for screen readers, keyboards, paper, a real browser."""

from __future__ import annotations

import io
import itertools
import re
from pathlib import Path

import pytest

from missingrules import Policy, read_jsonl, scan
from missingrules.figures import Gathered
from missingrules.html import STYLE
from missingrules.report import About, care_homes, write_report
from missingrules.report.svg import IN_TIME, INK, NO_RECORD
from page import Element, browse, console, in_a_browser, read

AUDIT = Path(__file__).resolve().parent.parent / "examples" / "06_audit" / "audit.jsonl"
CSS = Path(__file__).resolve().parent.parent / "src/missingrules/report/templates/style.css"


@pytest.fixture(scope="module")
def gathered() -> Gathered:
    made = Gathered(children=3)
    lines = AUDIT.read_text(encoding="utf-8").splitlines()
    both = [
        line.replace('"area":', f'"authority": "{n % 2}", "area":') for n, line in enumerate(lines)
    ]
    for assessment in scan(read_jsonl(both), Policy.load("wiltshire")).assessments:
        made.add(assessment)
    return made


@pytest.fixture(scope="module", params=["whole", "for sharing"])
def html(request: pytest.FixtureRequest, gathered: Gathered) -> str:
    about = About(
        policy=Policy.load("wiltshire"),
        command="missingrules scan audit.jsonl --policy wiltshire",
        care_homes=care_homes([{"home": "Oak", "signed_up": "yes"}]),
        limits=("Nothing of the control room.",),
    )
    out = io.StringIO()
    write_report(
        gathered.figures,
        gathered.notable,
        out,
        about=about,
        aggregate_only=request.param == "for sharing",
    )
    return out.getvalue()


@pytest.fixture(scope="module")
def page(html: str) -> Element:
    return read(html)


# --- Whole in itself -----------------------------------------------------------------------------


def test_every_element_is_closed_and_every_id_stands_once(page: Element) -> None:
    ids = [e.attrs["id"] for e in page.all() if "id" in e.attrs]
    assert len(ids) == len(set(ids)) > 20


def test_the_page_asks_for_nothing_and_runs_nothing(html: str, page: Element) -> None:
    banned = {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "audio",
        "video",
    }
    assert not list(page.all(*banned))
    for element in page.all():
        for name, value in element.attrs.items():
            assert not name.startswith("on")
            assert name not in {"src", "srcset", "data", "ping", "xlink:href"}
            if name == "href" and element.tag != "a":
                assert value
                assert value.startswith("#")
    assert "@import" not in html
    assert re.findall(r"url\((?!#)", html) == []
    (policy,) = [e for e in page.all("meta") if "http-equiv" in e.attrs]
    assert policy.attrs["content"] == "default-src 'none'; style-src 'unsafe-inline'"


def test_every_reference_within_the_page_leads_somewhere(html: str, page: Element) -> None:
    ids = {e.attrs["id"] for e in page.all() if "id" in e.attrs}
    wanted = set(re.findall(r"url\(#([\w-]+)\)", html))
    for element in page.all():
        href = element.attrs.get("href") or ""
        if href.startswith("#"):
            wanted.add(href[1:])
        for name in ("aria-labelledby", "aria-describedby"):
            wanted.update((element.attrs.get(name) or "").split())
    assert wanted
    assert wanted <= ids


def test_the_style_reaches_nothing_but_its_own_page() -> None:
    for css in (STYLE, CSS.read_text(encoding="utf-8")):
        assert "url(" not in css
        assert "</" not in css
        assert css.count("{") == css.count("}")


# --- For screen readers and keyboards ------------------------------------------------------------


def test_the_page_says_its_language_and_title(page: Element) -> None:
    (root,) = page.all("html")
    assert root.attrs["lang"] == "en-GB"
    titles = [e for e in page.all("title") if not e.attrs]
    assert [title.text for title in titles] == ["Missing children: what the record shows"]


def test_there_is_one_of_each_landmark_and_the_skip_link_comes_first(page: Element) -> None:
    for tag in ("header", "nav", "main", "footer", "h1"):
        assert len(list(page.all(tag))) == 1, tag
    (body,) = page.all("body")
    first = next(e for e in body.all() if e.tag == "a" or "tabindex" in e.attrs)
    assert first.attrs["href"] == "#content"
    (main,) = page.all("main")
    assert main.attrs["id"] == "content"


def test_headings_go_down_one_step_at_a_time(page: Element) -> None:
    levels = [int(e.tag[1]) for e in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert all(e.text for e in page.all("h1", "h2", "h3", "h4"))


def test_the_contents_list_every_section(page: Element) -> None:
    (nav,) = page.all("nav")
    (main,) = page.all("main")
    listed = [(a.attrs["href"] or "")[1:] for a in nav.all("a")]
    assert listed == [s.attrs["aria-labelledby"] for s in main.all("section")]


def test_every_table_has_a_caption_and_heads_that_say_what_they_are_for(page: Element) -> None:
    tables = list(page.all("table"))
    assert len(tables) > 10
    for table in tables:
        (caption,) = table.all("caption")
        assert caption.text
        (head,) = table.all("thead")
        columns = list(head.all("th"))
        assert all(cell.attrs["scope"] == "col" for cell in columns)
        assert all(cell.text for cell in columns)
        (body,) = table.all("tbody")
        for row in body.all("tr"):
            first, *others = row.children
            assert (first.tag, first.attrs["scope"]) == ("th", "row")
            assert {cell.tag for cell in others} == {"td"}
            assert len(row.children) == len(columns)


def test_what_may_scroll_can_be_reached_by_keyboard_and_has_a_name(page: Element) -> None:
    scrolling = [e for e in page.all("div") if e.attrs.get("class") == "scroll"]
    assert len(scrolling) == len(list(page.all("table")))
    for element in scrolling:
        assert element.attrs["tabindex"] == "0"
        assert element.attrs["role"] == "group"
        assert element.attrs["aria-labelledby"]


def test_every_picture_has_a_title_and_says_in_words_what_it_shows(page: Element) -> None:
    figures = list(page.all("figure"))
    assert len(figures) >= 6
    for figure in figures:
        (picture,) = figure.all("svg")
        assert picture.attrs["role"] == "img"
        title, words = (picture.attrs["aria-labelledby"] or "").split()
        named = {e.attrs.get("id"): e for e in picture.all("title", "desc")}
        assert named[title].text
        assert len(named[words].text) > 20
        (caption,) = figure.all("figcaption")
        assert caption.text
    for drawn in page.all("svg"):
        assert drawn.attrs.get("role") == "img" or drawn.attrs.get("aria-hidden") == "true"


def test_every_chart_is_followed_by_its_numbers_as_a_table(page: Element) -> None:
    for parent in [page, *page.all()]:
        tags = [child.tag for child in parent.children]
        for place, tag in enumerate(tags):
            if tag == "figure":
                after = parent.children[place + 1 :]
                assert any(list(e.all("table")) for e in after if e.tag == "div")


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * d for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_colour_of_text_stands_out_from_every_ground() -> None:
    css = STYLE + CSS.read_text(encoding="utf-8")
    colours = set(re.findall(r"(?<![-\w])color: (#[0-9a-f]{3,6})", css))
    grounds = set(re.findall(r"background(?:-color)?: (#[0-9a-f]{3,6})", css))
    assert len(colours) >= 3
    assert "#fff" in grounds
    for colour in colours:
        for ground in grounds:
            assert contrast(colour, ground) >= 4.5, (colour, ground)


def test_what_is_drawn_stands_out_from_the_page_and_from_what_is_beside_it() -> None:
    for colour in (INK, IN_TIME, NO_RECORD):
        assert contrast(colour, "#fff") >= 3
    assert "focus-visible" in CSS.read_text(encoding="utf-8")


# --- In a browser --------------------------------------------------------------------------------


@in_a_browser
def test_a_browser_shows_the_page_with_nothing_on_its_console(html: str, tmp_path: Path) -> None:
    file, picture = tmp_path / "report.html", tmp_path / "report.png"
    file.write_text(html, encoding="utf-8")
    done = browse(file, f"--screenshot={picture}", "--window-size=1200,6000")
    assert console(done) == []
    assert picture.stat().st_size > 100_000  # much is drawn


@in_a_browser
def test_the_policy_of_the_page_would_stop_what_asks_for_something(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    policy = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">'
    file.write_text(f"<!DOCTYPE html><title>x</title>{policy}<img src='x.png'>", encoding="utf-8")
    assert console(browse(file, "--dump-dom"))


@in_a_browser
def test_a_printed_report_has_the_explanations_open(html: str, tmp_path: Path) -> None:
    file, paper = tmp_path / "report.html", tmp_path / "report.pdf"
    file.write_text(html, encoding="utf-8")
    whole = browse(file, f"--print-to-pdf={paper}")
    assert console(whole) == []
    size = paper.stat().st_size
    assert paper.read_bytes().startswith(b"%PDF")
    without = re.sub(r"<details.*?</details>", "", html, flags=re.DOTALL)
    file.write_text(without, encoding="utf-8")
    browse(file, f"--print-to-pdf={paper}")
    assert (paper.stat().st_size < 0.97 * size) == ("<details" in html)

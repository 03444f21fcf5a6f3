"""The answer as text for people."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import pytest

import build
from missingrules import Policy, read_jsonl, scan
from missingrules.figures import Figures, Gathered
from missingrules.finding import OUTCOMES
from missingrules.record import Coverage
from missingrules.sweep import has_something_to_show
from missingrules.text import (
    MOST_CHILDREN,
    PLAIN_WIDTH,
    WORDS,
    Page,
    basis_of,
    clause,
    headline,
    print_child,
    print_gathered,
    rows,
)

if TYPE_CHECKING:
    from missingrules import Scan

POLICY = """
parameters:
  count: {value: 2, basis: assumed, note: for a test}
  window: {value: 30 days, edge: inclusive, placed_by: reported, basis: assumed, note: for a test}
  day: {value: 24 hours, basis: assumed, note: for a test}
terms:
  missing: {recorded: category}
rules:
  - id: meeting
    title: A meeting is held
    cite: {source: guidance, section: "7"}
    on: {episodes: missing, reach: count, within: window, as_recorded: {category: missing}}
    require: {action: strategy_meeting_held, within: 5 working days}
    severity: critical
  - id: tracker
    title: A tracker is opened
    on: {entry: reported}
    require: {action: tracker_opened, within: day}
    severity: minor
  - id: told
    title: The inspector is told
    cite: {source: guidance}
    on: {entry: reported}
    require: {action: inspector_informed, within: day}
    severity: major
  - id: floor
    title: The grade reflects the marker
    on: {entry: graded}
    if: {marker: self_harm}
    grade: {at_least: high, within: 30 minutes}
    severity: critical
  - id: placed
    title: The form of the home is used
    on: {entry: reported}
    if: {from_place: childrens_home}
    require: {action: philomena_form_used, within: day}
"""


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(scope="module")
def policy() -> Policy:
    return build.policy(POLICY)


def row(child: str, day: int, kind: str = "reported", **more: object) -> str:
    made = {"child_id": child, "at": f"2023-06-{day:02}T09:00:00Z", "kind": kind, **more}
    if kind not in {"marker_added", "strategy_meeting_held"}:
        made.setdefault("episode_id", f"{child}-{day}")
    return json.dumps(made)


def missing(child: str, *days: int, category: str = "missing") -> list[str]:
    return [
        line
        for day in days
        for line in (
            row(child, day, from_place="home"),
            row(child, day, "categorised", category=category),
            row(child, day, "tracker_opened"),
            row(child, day, "inspector_informed"),
        )
    ]


def scanned(policy: Policy, *lines: str, as_of: str = "2023-06-30 12:00") -> Scan:
    return scan(read_jsonl(lines), policy, as_of=build.at(as_of))


def printed(done: Scan, stream: io.StringIO | None = None) -> str:
    """Print a scan as the command does: details of a few children, of many the figures."""
    stream = stream or io.StringIO()
    gathered = Gathered(children=MOST_CHILDREN)
    for assessment in done.assessments:
        gathered.add(assessment)
    for finding in done.failed:
        gathered.fail(finding)
    shown = [each for each in done.assessments if has_something_to_show(each)]
    few = shown if len(shown) <= MOST_CHILDREN else []
    print_gathered(gathered, done.policy, Page(stream), few)
    return stream.getvalue()


def flat(text: str) -> str:
    return " ".join(text.split())


# --- The whole -----------------------------------------------------------------------------------


def test_the_headline_counts_strategy_meetings_first(policy: Policy) -> None:
    held = row("A", 5, "strategy_meeting_held")
    late = row("B", 20, "strategy_meeting_held")
    done = scanned(
        policy,
        *[*missing("A", 1, 3), held, *missing("B", 1, 3), late],
        *missing("C", 1, 3, category="concern_for_safety"),
        *missing("D", 26, 28),
    )
    text = printed(done)
    first, second = flat(text).split(". ")[:2]
    assert first == (
        "Strategy meetings: 4 owed, 1 held in time, 1 held late, 1 no record, 1 not due yet, 0 "
        "decided not required"
    )
    assert second == "1 child was not counted because of the recorded category"


def test_the_headline_says_nothing_of_meetings_where_no_rule_asks_for_one() -> None:
    quiet = build.policy(
        "rules:\n  - id: told\n    on: {entry: reported}\n"
        "    require: {action: inspector_informed, within: 1 hour}\n"
    )
    text = printed(scanned(quiet, *missing("A", 1, 3)))
    assert "Strategy" not in text
    assert text.startswith("All duties: 2 completed.")


def test_the_headline_counts_grades_that_were_too_low(policy: Policy) -> None:
    lines = []
    for child in ("A", "B"):
        lines += [row(child, 1, "marker_added", marker="self_harm"), *missing(child, 2)]
        lines.append(row(child, 2, "graded", grade="low"))
    assert "Risk grades below what was required: 2, of 2 children." in printed(
        scanned(policy, *lines)
    )


def test_the_headline_counts_every_outcome_the_gravest_first(policy: Policy) -> None:
    done = scanned(policy, row("A", 1, from_place="home"), *missing("A", 29))
    out = io.StringIO()
    headline(Figures.of(done.assessments), Page(out))
    assert "All duties: 2 no record, 1 cannot be told, 2 completed." in flat(out.getvalue())
    assert list(WORDS) == list(OUTCOMES)


def test_no_duty_at_all_is_said(policy: Policy) -> None:
    assert printed(scanned(policy)) == "All duties: none arose.\n"


def test_findings_on_incomplete_records_are_counted(policy: Policy) -> None:
    wrong = row("A", 1, "tracker_opened", unheard_of="x")
    done = scanned(policy, row("A", 1, from_place="home"), row("B", 1), wrong)
    told = (
        "2 findings rest on an incomplete record: rows of the child were rejected or read in part."
    )
    assert told in flat(printed(done))


def test_meetings_that_cannot_be_told_are_counted_apart(policy: Policy) -> None:
    text = flat(printed(scanned(policy, *missing("A", 1))))
    assert "0 decided not required, 1 cannot be told." in text


def test_children_with_nothing_to_do_are_counted_and_not_listed(policy: Policy) -> None:
    done = ("tracker_opened", "inspector_informed")
    clear, other = (
        [row(child, 1, from_place="home"), *(row(child, 1, kind) for kind in done)]
        for child in "AZ"
    )
    one = printed(scanned(policy, *clear, row("B", 29)))
    assert "1 child with nothing overdue, nothing required and nothing unclear." in one
    assert "A:" not in one
    two = printed(scanned(policy, *clear, *other))
    assert "2 children with nothing overdue, nothing required and nothing unclear." in two


def test_a_child_of_whom_something_cannot_be_told_is_not_called_clear(policy: Policy) -> None:
    text = printed(scanned(policy, row("A", 1, "tracker_opened")))
    assert "nothing unclear" not in text
    assert "has entries but no report" in text


def test_a_stated_duty_is_held_apart_from_a_time_that_is_assumed() -> None:
    stated = build.policy(
        """
        parameters:
          day: {value: 24 hours, basis: assumed, note: for a test}
        rules:
          - id: told
            basis: stated
            cite: {source: guidance}
            on: {entry: reported}
            require: {action: inspector_informed, within: day}
        """
    )
    text = flat(printed(scanned(stated, row("A", 1))))
    assert (
        "Of duties that their source states: 1 no record (1 by a time that is assumed), 0 "
        "completed late (0 by a time that is assumed)."
    ) in text


def test_breaches_that_a_correction_took_away_are_counted(policy: Policy) -> None:
    void = row("A", 20, "voided", episode_id="A-1", reason="entered twice")
    text = flat(printed(scanned(policy, row("A", 1, from_place="home"), void)))
    assert "Breaches that later corrections took away: 2." in text
    assert "entered twice" not in text


def test_of_one_child_there_are_no_tables(policy: Policy) -> None:
    assert "Completed in time, of" not in printed(scanned(policy, *missing("A", 1, 3)))


def test_of_several_children_compliance_is_told_by_rule_and_by_who_owes_it(policy: Policy) -> None:
    done = scanned(policy, *missing("A", 1, 3), *missing("B", 1), row("C", 1, from_place="home"))
    lines = printed(done).splitlines()
    head = lines.index("Completed in time, of those of which that is settled")
    table = [line.split(maxsplit=1) for line in lines[head + 1 : head + 6]]
    assert table[:3] == [
        ["meeting", "0 of 1  1 no record, 1 cannot be told"],
        ["tracker", "3 of 4  1 no record"],
        ["told", "3 of 4  1 no record"],
    ]
    assert "all of others" in printed(done)


def test_of_what_is_forbidden_the_table_says_how_often_it_happened() -> None:
    forbidding = build.policy(
        """
        rules:
          - id: withdrawn
            on: {entry: categorised, where: {category: concern_for_safety}}
            forbid: true
        """
    )
    lines = [line for child in "AB" for line in missing(child, 1, category="concern_for_safety")]
    assert "withdrawn 0 of 2 2 against policy" in flat(printed(scanned(forbidding, *lines)))


def test_on_incomplete_records_stands_beside_the_numbers(policy: Policy) -> None:
    wrong = row("A", 1, "tracker_opened", unheard_of="x")
    text = flat(printed(scanned(policy, row("A", 1, from_place="home"), row("B", 1), wrong)))
    assert "tracker 0 of 2 2 no record, 1 on incomplete records" in text


def test_what_is_on_record_is_counted_in_episodes(policy: Policy) -> None:
    done = scanned(policy, *missing("A", 1, 3), *missing("B", 1, category="concern_for_safety"))
    text = flat(printed(done))
    assert "On record in how many of 3 episodes" in text
    assert "Duty inspector being informed 3 of 3" in text
    assert "Public protection notification 0 of 3" in text
    assert "First recorded category of the 3 episodes: 1 concern for safety, 2 missing." in text


def test_what_the_source_has_no_place_for_is_not_counted_as_on_record_in_no_episode(
    policy: Policy,
) -> None:
    blind = Coverage.between(without=["graded", "ppn_submitted"])
    lines = [*missing("A", 1), *missing("B", 1), row("B", 2, "ppn_submitted", episode_id="B-1")]
    as_of = build.at("2023-06-30 12:00")
    text = flat(printed(scan(read_jsonl(lines), policy, as_of=as_of, coverage=blind)))
    assert "Risk grading not visible in this source" in text
    assert "Force incident manager being notified 0 of 2" in text
    assert "Public protection notification 1 of 2" in text


def test_a_judgement_before_the_log_begins_does_not_read_like_a_clean_one(policy: Policy) -> None:
    text = flat(printed(scanned(policy, *missing("A", 1), as_of="2020-01-01 12:00")))
    assert "Of 1 child nothing is on record at the instant of the judgement" in text
    assert "nothing overdue" not in text


def test_somebody_with_markers_alone_does_not_read_like_a_child_for_whom_all_was_done(
    policy: Policy,
) -> None:
    marked = row("M", 1, "marker_added", marker="self_harm")
    text = flat(printed(scanned(policy, *missing("A", 1), marked)))
    assert (
        "Of 1 child no episode is on record, only entries about the child, such as markers. "
        "Nothing was owed of them." in text
    )
    assert "nothing overdue" not in text


def test_reviews_of_quality_are_told(policy: Policy) -> None:
    lines = [*missing("A", 1), *missing("B", 1)]
    lines += [row(child, 1, "prevention_interview", entry_id=child) for child in "AB"]
    lines.append(row("A", 5, "quality_reviewed", episode_id="A-1", of="A", verdict="good"))
    text = flat(printed(scanned(policy, *lines)))
    assert "Quality, as reviewers judged it: prevention interview, 1 of 2 reviewed: 1 good." in text


def test_of_many_children_those_with_the_most_unmet_duties_are_listed_and_not_ranked_by_risk(
    policy: Policy,
) -> None:
    lines = [row(f"C{number:02}", 1, from_place="home") for number in range(MOST_CHILDREN)]
    assert "not a ranking" not in printed(scanned(policy, *lines))
    lines += [row("Z", 1, from_place="home"), row("Z", 3, from_place="home")]
    text = printed(scanned(policy, *lines))
    head = text.index("Children with the most unmet duties (not a ranking of the risk to them)")
    first = text[head:].splitlines()[2]
    assert first.split() == ["Z", "4", "0"]
    assert f"C{MOST_CHILDREN - 2}" in text[head:]
    assert f"C{MOST_CHILDREN - 1}" not in text[head:]
    assert "1 more child has unmet duties." in text
    assert "Evidence:" not in text


def test_of_many_children_those_that_could_not_be_judged_are_named(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    gathered = Gathered(listed=1)
    real = sys.modules["missingrules.scan"]

    def fail(*_: object, **__: object) -> None:
        raise RecursionError

    monkeypatch.setattr(real, "judge", fail)
    for finding in scanned(policy, row("A", 1), row("B", 1)).failed:
        gathered.fail(finding)
    out = io.StringIO()
    print_gathered(gathered, policy, Page(out))
    assert "A: This record could not be judged (RecursionError)." in out.getvalue()
    assert "... and 1 more that could not be judged." in out.getvalue()


def test_rows_are_added_up(policy: Policy) -> None:
    done = scanned(policy, row("A", 1), row("A", 1), row("B", 1), "{")
    assert rows(done.log, 2) == (
        "Rows: 4 read = 2 accepted + 1 duplicate + 1 rejected. Children: 2."
    )


def test_the_basis_names_policy_edition_title_and_instant_in_local_time(policy: Policy) -> None:
    as_of = scanned(policy).as_of_us
    assert basis_of(policy, as_of, chosen=True) == (
        "Policy test 1: A policy for one test\nJudged as of 2023-06-30T13:00:00+01:00."
    )
    assert "--as-of chooses another" in basis_of(policy, as_of, chosen=False)


# --- One child -----------------------------------------------------------------------------------


def test_a_child_is_shown_by_episode_the_gravest_first(policy: Policy) -> None:
    opened = [row("A", 1, from_place="home"), row("A", 1, "categorised", category="missing")]
    text = printed(scanned(policy, *opened, *missing("A", 3)))
    text = text[text.index("A: ") :]
    order = [
        "A: 3 breaches, 0 still to be done in time",
        "About the child",
        "meeting ",
        "Episode A-1",
        "told ",
        "tracker ",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert "Episode A-3" not in text


def test_what_is_still_in_time_is_shown_too(policy: Policy) -> None:
    text = printed(scanned(policy, row("A", 1, from_place="home"), as_of="2023-06-01 10:00"))
    assert "A: 0 breaches, 2 still to be done in time" in text
    assert "Required by 2023-06-02 10:00: the duty inspector being informed." in flat(text)


def test_one_breach_is_told_in_the_singular(policy: Policy) -> None:
    lines = [row("A", 1, from_place="home"), row("A", 1, "tracker_opened")]
    assert "A: 1 breach, 0 still" in printed(scanned(policy, *lines))


def test_what_cannot_be_told_is_listed_with_what_is_not_known(policy: Policy) -> None:
    text = flat(printed(scanned(policy, row("A", 1))))
    assert "A: 2 breaches, 0 still to be done in time, 1 cannot be told" in text
    assert "What is not known: " in text


def test_each_finding_shows_its_evidence_and_its_clause(policy: Policy) -> None:
    text = flat(printed(scanned(policy, row("A", 1, entry_id="R-1", from_place="home"))))
    assert (
        "Evidence: R-1. Major; force policy, inferred (time allowed assumed): An office 2023."
        in text
    )


def test_a_clause_has_what_there_is(policy: Policy) -> None:
    done = scanned(
        policy, *missing("A", 1, 3), row("A", 9), "{", row("A", 9, "tracker_opened", x=1)
    )
    clauses = {finding.rule: clause(finding) for finding in done.findings()}
    assert clauses["meeting"] == (
        "Critical; force policy, inferred (time allowed inferred): An office 2023, 7; incomplete "
        "record"
    )
    assert clauses["tracker"] == (
        "Minor; force policy, inferred (time allowed assumed); incomplete record"
    )


def test_a_child_alone_can_be_printed(policy: Policy) -> None:
    out = io.StringIO()
    (assessment,) = scanned(policy, row("A", 1, from_place="home")).assessments
    print_child(assessment, Page(out))
    assert out.getvalue().startswith("A: 2 breaches, 0 still to be done in time\n")


# --- On paper and on a terminal ------------------------------------------------------------------


def test_a_stream_that_is_no_terminal_gets_plain_lines_of_a_fixed_width(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = scanned(policy, *missing("A", 1, 3))
    plain = printed(done)
    assert "\x1b" not in plain
    for line in plain.splitlines():
        assert len(line) <= PLAIN_WIDTH
        assert line == line.rstrip()
    for name, value in (("COLUMNS", "30"), ("FORCE_COLOR", "1"), ("TERM", "xterm-256color")):
        monkeypatch.setenv(name, value)
        assert printed(done) == plain


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")


@pytest.mark.usefixtures("terminal")
def test_a_terminal_gets_colours(policy: Policy) -> None:
    done = scanned(policy, *missing("A", 1, 3))
    assert "\x1b[1;31mmeeting" in printed(done, Terminal())


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_a_terminal_without_colours_gets_none(
    policy: Policy, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert "\x1b" not in printed(scanned(policy, *missing("A", 1, 3)), Terminal())


@pytest.mark.usefixtures("terminal")
def test_what_looks_like_markup_or_an_emoji_is_shown_as_it_is() -> None:
    policy = Policy.parse(
        build.policy_text(POLICY)
        .replace("action: tracker_opened", "action: tracker_opened, called: '[b]it[/b] :bomb: [/]'")
        .replace("publisher: An office", "publisher: '[red]Office'")
    )
    child = "a:bomb:b"
    for stream in (io.StringIO(), Terminal()):
        text = printed(scanned(policy, row(child, 1, from_place="home")), stream)
        assert f"{child}" in text
        assert f"Episode {child}-1" in text
        assert "[b]it[/b] :bomb: [/]" in flat(text)
        assert "[red]Office 2023" in flat(text)


def test_a_pipe_that_broke_is_left_to_the_command(policy: Policy) -> None:
    class Broken(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        printed(scanned(policy), Broken())

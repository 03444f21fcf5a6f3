"""What the report says, of whom, and what it keeps to itself."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import build
from missingrules import MissingRulesError, Policy, read_jsonl, scan
from missingrules.calendar import DAY_US, to_us
from missingrules.errors import Fault
from missingrules.explain import Reason
from missingrules.figures import Figures, Gathered, Notable
from missingrules.log import Intake
from missingrules.reading.quality import all_notes, look_at
from missingrules.record import Coverage
from missingrules.report import (
    About,
    CareHome,
    Note,
    Rows,
    care_homes,
    read_care_homes,
    report_scan,
    write_report,
)
from missingrules.report.story import MOST_EPISODES, cut, told
from missingrules.report.tables import words
from missingrules.report.timeline import ticks
from missingrules.report.trends import every_month

if TYPE_CHECKING:
    from missingrules import Scan

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
AUDIT = EXAMPLES / "06_audit" / "audit.jsonl"
AS_OF = build.at("2023-06-30 12:00")
FREE_TEXT = "a rationale that nobody may read"

POLICY = """
parameters:
  count: {value: 2, basis: assumed, note: The count of this test.}
  window: {value: 30 days, edge: inclusive, placed_by: reported, basis: assumed, note: for a test}
  day: {value: 24 hours, basis: assumed, note: for a test}
terms:
  missing: {recorded: category}
rules:
  - id: meeting
    title: A meeting is held
    basis: stated
    cite: {source: guidance, section: "7"}
    on: {episodes: missing, reach: count, within: window, as_recorded: {category: missing}}
    require: {action: strategy_meeting_held, within: 5 working days}
    severity: critical
    owed_by: childrens_social_care
  - id: notification
    title: A notification is written
    on: {entry: reported}
    require: {action: ppn_submitted, within: day}
    severity: minor
    owed_by: officer
  - id: offer
    title: An interview is offered
    on: {entry: returned}
    require: {action: return_interview_offered, within: 72 hours}
    may_be_decided_by: mash
  - id: seen
    title: A return is noted
    on: {entry: returned}
    measure: true
"""


@pytest.fixture(scope="module")
def policy() -> Policy:
    return build.policy(POLICY)


def row(child: str, day: int, kind: str = "reported", /, **more: object) -> str:
    made = {"child_id": child, "at": f"2023-06-{day:02}T09:00:00Z", "kind": kind, **more}
    if kind != "strategy_meeting_held":
        made.setdefault("episode_id", f"{child}-{day}")
    return json.dumps(made)


def missing(child: str, *days: int, category: str = "missing", **more: object) -> list[str]:
    return [
        line
        for day in days
        for line in (row(child, day, **more), row(child, day, "categorised", category=category))
    ]


def scanned(policy: Policy, *lines: str) -> Scan:
    return scan(read_jsonl(lines), policy, as_of=AS_OF)


def gathered(done: Scan, *, children: int = 25) -> Gathered:
    made = Gathered(children=children)
    for assessment in done.assessments:
        made.add(assessment)
    for finding in done.failed:
        made.fail(finding)
    return made


def page(
    policy: Policy, *lines: str, aggregate_only: bool = False, about: About | None = None
) -> str:
    made = gathered(scanned(policy, *lines))
    about = about or About(policy=policy, command="missingrules scan LOG --policy test")
    out = io.StringIO()
    write_report(made.figures, made.notable, out, about=about, aggregate_only=aggregate_only)
    return out.getvalue()


def flat(html: str) -> str:
    """Give what a page says, without its markup."""
    text = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", html, flags=re.DOTALL)
    text = re.sub(r"</?(span|code|strong|em)\b[^>]*>", "", text)
    text = re.sub(r"<[^>]+>", " ", text).replace("&#39;", "'")
    return " ".join(text.split())


# --- The words -----------------------------------------------------------------------------------


def test_the_headline_is_that_of_the_figures(policy: Policy) -> None:
    lines = [*missing("A", 1, 3, category="concern_for_safety"), *missing("B", 1, 3)]
    text = flat(page(policy, *lines, row("B", 5, "strategy_meeting_held")))
    assert (
        "owed 2 held in time 1 held late 0 no record 1 not due yet 0 decided not required 0" in text
    )
    assert "1 child was not counted because of the recorded category." in text


def test_compliance_stands_as_inspectors_write_it(policy: Policy) -> None:
    done = row("A", 1, "ppn_submitted")
    text = flat(page(policy, *missing("A", 1), done, *missing("B", 1), *missing("C", 1)))
    assert "A notification is written notification 1 of 3 0 2" in text
    assert "Duties of the police" in text
    assert "Duties of partners" in text


def test_the_report_says_that_it_ranks_nobody_by_risk_and_accuses_nobody(policy: Policy) -> None:
    text = flat(page(policy, *missing("A", 1, 3)))
    assert "This is not a ranking of the risk to children." in text
    assert "means that the log does not show it, not that it was not done" in text
    assert not re.search(r"\b(fail(ed|ure|s)?|neglect\w*|guilty|fault|blame)\b", text.lower())


def test_a_child_is_told_with_what_is_not_on_record_and_why(policy: Policy) -> None:
    text = flat(page(policy, *missing("A", 1, 3)))
    assert (
        "3 duties without a record, 0 completed late. Still to be done, overdue or not: 3." in text
    )
    assert (
        "A meeting is held: no record in 1 of 1. Critical; owed by: Children's social care" in text
    )
    assert "No record of a strategy meeting by end of 2023-06-09." in text
    assert "Why: A meeting is held" in text
    assert "2 of 2 from 2023-05-04 00:00" in text


def test_ids_and_dates_stay_on_one_line_in_tables_too(policy: Policy) -> None:
    html = page(policy, *missing("A", 1))
    assert '<td><span class="whole">A-1</span></td>' in html
    assert '<span class="whole">2023-06-01</span>' in html


def test_of_minor_duties_a_child_has_the_number_and_not_each_sentence(policy: Policy) -> None:
    text = flat(page(policy, *missing("A", 1, 3)))
    assert "A notification is written: no record in 2 of 2." in text
    assert "No record of a public protection notification by" not in text.split("Why:")[0]


def test_what_is_only_noted_stands_apart(policy: Policy) -> None:
    text = flat(page(policy, *missing("A", 1), row("A", 2, "returned", episode_id="A-1")))
    assert "Measures: noted, and nothing is owed Measure How often A return is noted seen 1" in text


FORBIDDEN = """
rules:
  - id: withdrawn
    title: Concern for safety is not used
    on: {entry: categorised, where: {category: concern_for_safety}}
    forbid: true
    owed_by: call_handler
"""


def test_of_what_is_forbidden_it_is_not_said_that_there_is_no_record() -> None:
    policy = build.policy(FORBIDDEN)
    text = flat(page(policy, *missing("A", 1, category="concern_for_safety")))
    assert "Concern for safety is not used: against policy, 1 of 1." in text
    assert "not used (the numbers say how often it happened) withdrawn 0 of 1" in text


def test_an_open_episode_is_drawn_up_to_the_instant_of_the_judgement(policy: Policy) -> None:
    lines = [*missing("A", 1), row("A", 20, "graded", grade="high", episode_id="A-1")]
    html = page(policy, *lines)
    (picture,) = re.findall(r'<svg viewBox="0 0 619.*?Timeline.*?</svg>', html, flags=re.DOTALL)
    across = [float(x) for x in re.findall(r'x="([\d.]+)"[^>]*>H</text>', picture)]
    assert len(across) == 1
    assert across[0] < 619


def test_withdrawn_findings_name_the_correction_and_the_role_and_not_the_reason(
    policy: Policy,
) -> None:
    void = row(
        "A", 10, "voided", episode_id="A-3", reason=FREE_TEXT, by="supervisor", entry_id="V1"
    )
    html = page(policy, *missing("A", 1, 3), void)
    text = flat(html)
    assert "A V1 Supervisor Reason on record" in text
    assert "A meeting is held: no record" in text
    assert FREE_TEXT not in html


def test_decisions_that_an_action_was_not_required_are_listed(policy: Policy) -> None:
    fields = {"action": "return_interview_offered", "rationale": FREE_TEXT, "by": "mash"}
    decided = row("A", 3, "decided_not_required", episode_id="A-1", entry_id="D1", **fields)
    html = page(policy, *missing("A", 1), row("A", 2, "returned", episode_id="A-1"), decided)
    assert "A A-1 An interview is offered 2023-06-03 10:00 MASH D1" in flat(html)
    assert FREE_TEXT not in html


def test_a_record_that_could_not_be_judged_is_named_with_the_class_of_the_error(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RecursionError

    monkeypatch.setattr(sys.modules["missingrules.scan"], "judge", fail)
    text = flat(page(policy, *missing("A", 1)))
    assert "The record of 1 child could not be judged." in text
    assert "A RecursionError" in text


def test_every_assumption_is_listed_with_its_note(policy: Policy) -> None:
    text = flat(page(policy, *missing("A", 1)))
    assert "Count count 2 always The count of this test." in text
    assert "30 days, inclusive edge, placed by reported" in text
    assert policy.digest in text


def test_the_report_says_how_to_make_it_again_and_what_pseudonyms_still_are(
    policy: Policy,
) -> None:
    text = flat(page(policy, *missing("A", 1)))
    assert "missingrules scan LOG --policy test" in text
    assert "Pseudonymised data about children is personal data." in text


def test_the_area_and_the_month_have_tables_of_their_own(policy: Policy) -> None:
    text = flat(page(policy, *missing("A", 1, area="north"), *missing("B", 1, 3, area="south")))
    assert "north 0 of 1 0 1" in text
    assert "Episodes and strategy meetings by area" in text
    assert "2023-06 3 0 of 4 0 4 1 0 0 1" in text


def test_episodes_that_stand_in_no_month_are_counted_beside_the_months(policy: Policy) -> None:
    lines = missing("A", 1)
    assert "stand in no month" not in flat(page(policy, *lines))
    lines.append(row("A", 3, "located", episode_id="A-3"))
    assert "1 episode has no report and stands in no month." in flat(page(policy, *lines))
    shared = flat(page(policy, *lines, aggregate_only=True))
    assert "Fewer than 5 episodes have no report and stand in no month." in shared
    lines += [row("A", n, "located", episode_id=f"A-{n}") for n in range(10, 17)]
    assert "8 episodes have no report" in flat(page(policy, *lines))
    assert "10 episodes have no report" in flat(page(policy, *lines, aggregate_only=True))


def test_without_areas_nothing_is_said_of_places(policy: Policy) -> None:
    assert "By place" not in flat(page(policy, *missing("A", 1)))


# --- What is handed over -------------------------------------------------------------------------


def test_the_rows_of_every_source_add_up(policy: Policy) -> None:
    rows = (
        Rows(source="may.csv", read=10, accepted=7, duplicates=1, rejected=2),
        Rows(source="june.csv", read=5, accepted=5, duplicates=0, rejected=0),
    )
    about = About(policy=policy, command="c", rows=rows, recorded=0.25)
    text = flat(page(policy, *missing("A", 1), about=about))
    assert "may.csv 10 7 1 2 june.csv 5 5 0 0 All sources 15 12 1 2" in text
    assert "25 % of the entries have a time of recording of their own." in text


def test_the_report_tells_what_is_in_no_episode_from_what_the_source_has_no_place_for(
    policy: Policy,
) -> None:
    blind = Coverage.between(without=["graded"])
    lines = [*missing("A", 1), *missing("B", 1)]
    made = gathered(scan(read_jsonl(lines), policy, as_of=AS_OF, coverage=blind))
    out = io.StringIO()
    about = About(policy=policy, command="c")
    write_report(made.figures, made.notable, out, about=about)
    text = flat(out.getvalue())
    assert "A risk grading graded not visible in this source" in text
    assert "A public protection notification ppn_submitted 0 of 2" in text


@pytest.mark.parametrize(
    ("number", "exact", "shared"), [(3, "3 of", "Fewer than 5 of"), (71, "71 of", "70 of")]
)
def test_findings_on_times_as_stated_are_counted_and_rounded_where_it_is_to_be_shared(
    policy: Policy, number: int, exact: str, shared: str
) -> None:
    about = About(policy=policy, command="c", as_stated=number)
    for aggregate_only, number_told in ((False, exact), (True, shared)):
        text = flat(page(policy, *missing("A", 1), about=about, aggregate_only=aggregate_only))
        assert f"{number_told} the findings on timeliness rest on when things are said" in text


@pytest.mark.parametrize(
    ("number", "exact", "shared"),
    [
        (1, "1 rejected row names no child. Any child's record may lack it", "Fewer than 5"),
        (3, "3 rejected rows name no child. Any child's record may lack them", "Fewer than 5"),
        (71, "71 rejected rows name no child. Any child's record may lack them", "70"),
    ],
)
def test_rows_that_could_be_anybodys_are_told_at_a_glance_with_what_follows(
    policy: Policy, number: int, exact: str, shared: str
) -> None:
    about = About(policy=policy, command="c", unattributed=number)
    assert exact in flat(page(policy, *missing("A", 1), about=about))
    text = flat(page(policy, *missing("A", 1), about=about, aggregate_only=True))
    assert f"{shared} rejected rows name no child. Any child's record may lack them" in text


def test_a_report_of_a_part_says_so_at_its_head(policy: Policy) -> None:
    about = About(policy=policy, command="c", selected="Only: area north.")
    for aggregate_only in (False, True):
        html = page(policy, *missing("A", 1), about=about, aggregate_only=aggregate_only)
        head, _, _ = html.partition("</header>")
        assert "Only: area north." in flat(head)


def test_without_such_rows_nothing_is_said_of_them(policy: Policy) -> None:
    assert "no child. Any child's record" not in flat(page(policy, *missing("A", 1)))


def test_books_that_do_not_balance_are_refused() -> None:
    with pytest.raises(ValueError, match=r"accepted \+ duplicates \+ rejected"):
        Rows(source="x", read=3, accepted=1, duplicates=0, rejected=1)


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_beyond_the_whole_is_refused(policy: Policy, share: float) -> None:
    with pytest.raises(ValueError, match="must be from 0 to 1"):
        About(policy=policy, command="c", recorded=share)


def test_notes_and_limits_are_shown_as_they_are_given(policy: Policy) -> None:
    about = About(
        policy=policy,
        command="c",
        notes=(Note("no-end", "Episodes without an end", 7, ("E7", "E9")),),
        limits=("No log of the control room was given, so hidden episodes cannot be looked for.",),
    )
    text = flat(page(policy, *missing("A", 1), about=about))
    assert "Episodes without an end no-end 7 E7, E9" in text
    assert "hidden episodes cannot be looked for." in text
    shared = flat(page(policy, *missing("A", 1), about=about, aggregate_only=True))
    assert "Episodes without an end no-end 5" in shared
    assert "E9" not in shared


def test_what_is_counted_for_a_whole_file_stands_with_its_own_number(policy: Policy) -> None:
    intake = Intake()
    intake.note(Fault("links.csv", 0, 0, "unsure-link", "pairs that are not used: 12"))
    intake.note(Fault("more.csv", 0, 0, "unsure-link", "pairs that are not used: 3"))
    intake.reject([Fault("calls.csv", 4, 2, "bad-time", "is no time: 12")])
    about = About.of_log(policy, intake.log(), [], entries=2, recorded=1, source="x", command="c")
    told = [(note.code, note.text, note.number) for note in about.notes]
    assert ("unsure-link", "pairs that are not used", 15) in told
    assert ("bad-time", "not read: bad time", 1) in told


def test_what_a_log_in_memory_tells_of_its_rows_is_taken_over(policy: Policy) -> None:
    log = read_jsonl([*missing("A", 1), row("A", 1), "{", row("A", 1, "unheard_of")])
    found = all_notes(log, look_at(log))
    about = About.of_log(policy, log, found, entries=2, recorded=1, source="x", command="c")
    (rows,) = about.rows
    assert (rows.read, rows.accepted, rows.duplicates, rows.rejected) == (5, 2, 1, 2)
    assert [(note.code, note.number) for note in about.notes] == [
        ("bad-json", 1),
        ("unknown-kind", 1),
        ("no-child", 1),
        ("no-end", 1),
    ]
    assert about.unattributed == 1
    assert about.recorded == 0.5
    assert len(about.limits) == 1, "that nothing is known of calls"


HOMES: list[dict[str, object]] = [
    {"home": "Oak", "signed_up": "yes", "updated": "2022-08-31"},
    {"home": "Elm", "signed_up": "No", "updated": dt.date(2022, 7, 1)},
    {"home": "Ash", "signed_up": None, "updated": ""},
]


def test_care_homes_are_counted_and_listed(policy: Policy) -> None:
    about = About(policy=policy, command="c", care_homes=care_homes(HOMES))
    text = flat(page(policy, *missing("A", 1), about=about))
    counted = "Signed up 1 of 3 Not signed up 1 of 3 Not known 1 of 3 Last updated 2022-08-31"
    assert counted in text
    assert "Ash not known not recorded Elm not signed up 2022-07-01 Oak signed up" in text
    shared = flat(page(policy, *missing("A", 1), about=about, aggregate_only=True))
    assert counted in shared
    assert "Oak" not in shared


def test_of_no_table_of_care_homes_it_is_said_that_nothing_can_be_said(policy: Policy) -> None:
    assert "No table of care homes was given" in flat(page(policy, *missing("A", 1)))


def test_every_fault_in_a_table_of_care_homes_is_told_at_once_without_its_values() -> None:
    rows: list[dict[str, object]] = [
        {"home": "", "signed_up": "yes"},
        {"home": "Oak", "signed_up": "perhaps"},
        {"home": "Oak", "updated": "31/08/2022"},
        {"house": "Oak"},
        {"home": "Elm", "signed_up": True},
    ]
    with pytest.raises(MissingRulesError) as error:
        care_homes(rows)
    assert str(error.value).splitlines() == [
        "the table of care homes cannot be read",
        "row 1: `home` is missing",
        "row 2: `signed_up` must be yes, no or blank",
        "row 3: `updated` must be a date such as 2022-08-31, or blank",
        "row 4: columns must be home, signed_up and updated",
    ]


HEAD = "home,signed_up,updated\n"
NO_HOME = "there is no column `home`: columns must be home, signed_up and updated"
HINT = "\n    The first line names the columns, with commas between them."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            f"{HEAD}Oak,maybe,\nElm,no,2022\n,,\n".encode(),
            [
                "2:2: bad-value: `signed_up` must be yes, no or blank",
                "3:3: bad-date: `updated` must be a date such as 2022-08-31, or blank",
                "4:1: missing-field: `home` is missing",
            ],
        ),
        (
            f"{HEAD}Oak,yes,2022-08-31,more\n".encode(),
            [
                "2:4: ragged-row: the row has more cells than the header, which has 3",
            ],
        ),
        (
            b"home,joined\nOak,yes\n",
            [
                "1:2: unknown-column: columns must be home, signed_up and updated",
            ],
        ),
        (
            b"home,signed_up,home\nOak,yes,Elm\n",
            [
                "1:3: unknown-column: columns must be home, signed_up and updated",
            ],
        ),
        (b"home;signed_up\nOak;yes\n", [f"1:1: missing-column: {NO_HOME}{HINT}"]),
        (b"", [f"1:1: missing-column: {NO_HOME}{HINT}"]),
        (b"home\n\xff\n", [" unreadable-file: the file is no CSV file in UTF-8"]),
    ],
    ids=["cells", "ragged", "unknown", "twice", "semicolons", "empty", "bytes"],
)
def test_every_fault_in_a_file_of_care_homes_is_told_at_its_place(
    tmp_path: Path, text: bytes, told: list[str]
) -> None:
    file = tmp_path / "homes.csv"
    file.write_bytes(text)
    with pytest.raises(MissingRulesError) as error:
        read_care_homes(file)
    assert str(error.value) == "\n".join(f"{file}:{each}" for each in told)


def test_a_file_of_care_homes_is_read_as_a_table_is(tmp_path: Path) -> None:
    file = tmp_path / "homes.csv"
    file.write_text("signed_up,home\nyes,Oak\n,Ash\n", encoding="utf-8-sig")
    assert read_care_homes(file) == (CareHome("Ash"), CareHome("Oak", "yes"))


def test_a_home_is_known_to_have_signed_up_or_not_or_not_known() -> None:
    assert [home.signed_up for home in care_homes(HOMES)] == [None, "no", "yes"]
    assert care_homes([]) == ()
    assert CareHome("Oak").updated is None


# --- The file ------------------------------------------------------------------------------------


def test_the_same_input_gives_the_same_bytes(policy: Policy, tmp_path: Path) -> None:
    done = scanned(policy, *missing("A", 1, 3), *missing("B", 2, area="north"))
    files = [tmp_path / "one.html", tmp_path / "two.html"]
    for file in files:
        report_scan(done, file, source="log", command="c")
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_report_that_could_not_be_made_leaves_the_old_one(
    policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "report.html"
    file.write_text("the old one")
    done = scanned(policy, *missing("A", 1))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        report_scan(done, file, source="log", command="c")
    assert file.read_text() == "the old one"
    assert list(tmp_path.iterdir()) == [file]


def test_a_report_of_nobody_can_be_made(policy: Policy) -> None:
    out = io.StringIO()
    about = About(policy=policy, command="c")
    for aggregate_only in (False, True):
        write_report(Figures(), Notable(), out, about=about, aggregate_only=aggregate_only)
    text = flat(out.getvalue())
    assert "0 children, 0 episodes" in text
    assert "No duty arose." in text
    assert "No child has a duty that is not on record in time." in text


def test_a_child_without_an_episode_and_an_episode_without_a_report_can_be_told(
    policy: Policy,
) -> None:
    lines = [*missing("A", 1), row("A", 5, "returned"), row("B", 3, "strategy_meeting_held")]
    html = page(policy, *lines)
    assert "without a report" in flat(html)


def test_figures_of_another_policy_are_refused(policy: Policy) -> None:
    made = gathered(scanned(policy, *missing("A", 1)))
    about = About(policy=Policy.load("england"), command="c")
    with pytest.raises(ValueError, match="of one policy"):
        write_report(made.figures, made.notable, io.StringIO(), about=about)


def test_what_the_report_needs_and_does_not_find_is_named(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("missingrules.report.write.NEEDED", ("jinja2", "no_such_library"))
    with pytest.raises(MissingRulesError, match=r"needs no_such_library.*missingrules\[report\]"):
        page(policy, *missing("A", 1))


def test_the_package_of_the_report_loads_nothing_heavy() -> None:
    program = "import sys, missingrules.report; print(*{'jinja2', 'matplotlib'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == []


# --- Hostile and odd words -----------------------------------------------------------------------

HOSTILE = "<script>alert('x')</script>"


def test_every_word_of_a_policy_and_a_log_is_escaped() -> None:
    text = (
        build.policy_text(POLICY)
        .replace("title: A meeting is held", f'title: "{HOSTILE} $x_1$ & more"')
        .replace("title: A policy for one test", f'title: "{HOSTILE}"')
        .replace("note: The count of this test.", f'note: "{HOSTILE}"')
    )
    policy = Policy.parse(text)
    about = About(
        policy=policy,
        command=f"missingrules scan {HOSTILE}",
        title=HOSTILE,
        rows=(Rows(source=HOSTILE, read=0, accepted=0, duplicates=0, rejected=0),),
        notes=(Note(HOSTILE, HOSTILE, 1, (HOSTILE,)),),
        limits=(HOSTILE,),
        care_homes=(CareHome(HOSTILE),),
    )
    lines = [*missing("A", 1, 3, area="<b>&amp;"), *missing("B", 1, area='"onload="')]
    html = page(policy, *lines, about=about)
    assert "<script" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;" in html


def test_characters_that_no_page_may_hold_are_replaced(policy: Policy) -> None:
    told = "controls \x07\x00 and halves \ud800"
    about = About(policy=policy, command=told, title=told)
    html = page(policy, *missing("A", 1), about=about)
    assert html.encode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f]", html)
    assert "halves \N{REPLACEMENT CHARACTER}" in html


def test_words_of_other_scripts_are_drawn(policy: Policy) -> None:
    lines = [*missing("A", 1, area="Wrecsam 漢字"), *missing("B", 1, area="Ynys Môn")]
    assert "Wrecsam 漢字" in page(policy, *lines)


# --- The version for sharing ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def audit() -> Scan:
    return scan(read_jsonl(AUDIT), Policy.load("wiltshire"))


@pytest.fixture(scope="module")
def shared(audit: Scan) -> str:
    out = io.StringIO()
    report_scan(audit, out, source="audit.jsonl", command="c", aggregate_only=True)
    return out.getvalue()


def test_the_version_for_sharing_holds_no_id_of_the_log(audit: Scan, shared: str) -> None:
    for entry in audit.log.entries:
        assert entry.child_id not in shared
        assert entry.entry_id not in shared
        assert entry.episode_id is None or entry.episode_id not in shared


EXACT_TABLES = {"table-rows", "table-homes"}


def test_the_version_for_sharing_shows_no_small_number_and_no_exact_one(shared: str) -> None:
    seen = 0
    for table in re.findall(r"<table.*?</table>", shared, flags=re.DOTALL):
        (caption,) = re.findall(r'<caption id="([\w-]+)"', table)
        if caption in EXACT_TABLES:
            continue
        for cell in re.findall(r'<td class="number[^>]*>([^<]*)</td>', table):
            for number in re.findall(r"\d[\d,]*", cell.replace("fewer than 5", "")):
                assert int(number.replace(",", "")) % 5 == 0
                assert int(number.replace(",", "")) >= 5
                seen += 1
    assert seen > 200


def test_the_version_for_sharing_draws_no_small_number_and_tells_none_in_words(
    shared: str,
) -> None:
    for words_of_chart in re.findall(r"<desc[^>]*>(.*?)</desc>", shared):
        for number in re.findall(r"(\d+) (?:of|completed|no record|episodes)", words_of_chart):
            assert int(number) % 5 == 0
            assert int(number) >= 5
    assert "fewer than 5 completed late" in shared


def test_the_version_for_sharing_says_how_it_protects_and_how_far(shared: str) -> None:
    text = flat(shared)
    assert "How this version protects children" in text
    assert "What it cannot prevent" in text
    assert "Children with the most unmet duties" not in text


# --- Large logs ----------------------------------------------------------------------------------


def test_of_many_children_no_more_are_shown_than_were_asked_for(policy: Policy) -> None:
    made = gathered(
        scanned(policy, *[x for n in range(9) for x in missing(f"C{n}", 1)]), children=2
    )
    out = io.StringIO()
    write_report(made.figures, made.notable, out, about=About(policy=policy, command="c"))
    assert out.getvalue().count("<article") == 2
    assert "7 more children have unmet duties" in flat(out.getvalue())


def test_of_a_child_with_many_episodes_the_latest_are_shown(policy: Policy) -> None:
    lines = [
        line
        for number in range(MOST_EPISODES + 5)
        for line in missing("A", 1 + number % 25, episode_id=f"E{number:02}")
    ]
    done = scanned(policy, *[x.replace('"A-', '"E-') for x in lines])
    made = gathered(done)
    (case,) = made.notable.cases
    found = told(case, policy)
    assert len(found.episodes) == MOST_EPISODES
    assert found.left_out > 0
    assert found.episodes[-1].number == MOST_EPISODES + found.left_out


def test_a_long_explanation_is_cut_from_below_and_what_is_left_out_is_counted() -> None:
    leaf = Reason("leaf", entries=tuple(f"e{n}" for n in range(20)))
    tree = Reason("root", parts=(Reason("one", parts=(leaf, leaf)), Reason("two " + "x " * 400)))
    shorter, more = cut(tree, 3)
    assert [part.text[:3] for part in shorter.parts] == ["one", "two"]
    assert shorter.parts[0].parts == ()
    assert len(shorter.parts[1].text) < 410
    assert more == 2
    whole, none = cut(tree, 99)
    assert none == 0
    assert whole.parts[0].parts[0].entries[-1] == "and 8 more"


def test_a_report_of_hundreds_of_children_stays_small(policy: Policy) -> None:
    lines = [line for n in range(400) for line in missing(f"child-{n:04}", 1 + n % 20, 25)]
    html = page(policy, *lines)
    assert len(html) < 1_000_000
    assert html.count("<article") == 25


# --- Small things --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("childrens_social_care", "Children's social care"),
        ("mash", "MASH"),
        ("fim_time", "FIM time"),
        (None, "Not recorded"),
    ],
)
def test_words_of_the_vocabulary_are_written_as_people_say_them(
    word: str | None, said: str
) -> None:
    assert words(word) == said


def test_months_without_anything_have_their_place() -> None:
    assert every_month("2022-11", "2023-02") == ["2022-11", "2022-12", "2023-01", "2023-02"]
    assert every_month("2022-11", "2022-11") == ["2022-11"]


@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        ("2023-01-01 09:00", "2023-01-01 21:00", ["1 Jan 2023 09:00", "1 Jan 2023 21:00"]),
        ("2023-03-25 12:00", "2023-03-27 12:00", ["26 Mar 2023", "27 Mar 2023"]),
        ("2023-01-01 12:00", "2023-01-15 12:00", ["2 Jan 2023", "9 Jan 2023"]),
        (
            "2022-12-30 12:00",
            "2023-05-15 12:00",
            [f"{month} 2023" for month in ("Jan", "Feb", "Mar", "Apr", "May")],
        ),
        ("2020-02-01 12:00", "2024-02-15 12:00", ["Jan 2021", "Jan 2022", "Jan 2023", "Jan 2024"]),
    ],
)
def test_a_timeline_is_divided_by_local_dates(
    policy: Policy, first: str, last: str, labels: list[str]
) -> None:
    found = ticks(to_us(build.at(first)), to_us(build.at(last)), policy.calendar)
    assert [label for _, label in found] == labels


@pytest.mark.parametrize("days", [0, 1, 2, 5, 13, 40, 59, 89, 200, 364, 800, 3000, 12000, 36000])
def test_a_timeline_of_any_length_has_a_few_divisions(policy: Policy, days: int) -> None:
    first = to_us(build.at("1960-01-31 09:00"))
    last = first + days * DAY_US + 1
    found = [us for us, _ in ticks(first, last, policy.calendar)]
    assert 1 <= len(found) <= 6
    assert found == sorted(found)
    assert first <= found[0] <= found[-1] <= last

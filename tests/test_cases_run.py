"""Running cases, and what is told of those that fail."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from missingrules import MissingRulesError, Policy
from missingrules.cases import (
    CaseError,
    Report,
    Result,
    junit,
    parse_cases,
    run_cases,
    run_policies,
    text,
    to_dict,
)
from missingrules.cases.report import failure
from missingrules.layers import shipped

ENGLAND = Policy.load("england")
WILTSHIRE = Policy.load("wiltshire")

HEAD = """\
policy: england
cases:
  - name: the case
    about: {about}
    log: {log}
    as_of: {as_of}
    expect: {expect}
"""


def ran(  # noqa: PLR0913 - the parts of a case
    expect: str,
    *,
    about: str = "risk-graded",
    log: str = "day 0 09:00 reported",
    as_of: str = "day 1 09:00",
    policy: Policy = ENGLAND,
    more: str = "",
) -> Result:
    case = HEAD.format(about=about, log=log, as_of=as_of, expect=expect) + more
    cases = parse_cases(case.replace("england", policy.name), policy, source="f")
    (result,) = run_cases(cases)
    return result


def said(result: Result) -> list[str]:
    return list(failure(result))


# --- Passing and failing -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expect",
    [
        "breached",
        "[breached]",
        "{outcome: breached}",
        "{outcome: breached, episode: A, opened: day 0 09:00, due: day 0 10:00, done: none}",
        "{outcome: breached, known: day 0 09:00, missed: 0, episodes: none, masked: false}",
        "{outcome: breached, evidence: A.reported, answered_by: none, edition: '2026-11'}",
    ],
)
def test_a_case_passes_when_everything_stated_is_so(expect: str) -> None:
    result = ran(expect)
    assert result.passed
    assert [one.outcome for one in result.findings] == ["breached"]


@pytest.mark.parametrize(
    "expect",
    [
        "none",
        "[]",
        "pending",
        "[breached, breached]",
        "{outcome: breached, due: day 0 10:01}",
        "{outcome: breached, due: none}",
        "{outcome: breached, episode: child}",
        "{outcome: breached, missed: 1}",
        "{outcome: breached, evidence: [A.reported, A.graded]}",
    ],
)
def test_a_case_fails_when_anything_stated_is_not_so(expect: str) -> None:
    if expect != "[]":
        assert not ran(expect).passed
    assert not ran("none").passed


def test_all_findings_of_the_rules_it_is_about_are_to_be_listed_and_no_others() -> None:
    both = "[risk-graded, inspector-informed]"
    assert ran("breached", about=both).passed
    assert not ran("{rule: risk-graded, outcome: breached}", about=both).passed
    everything = (
        "[{rule: risk-graded, outcome: breached}, {rule: inspector-informed, outcome: breached}]"
    )
    assert not ran(everything, about="all").passed
    assert ran(
        everything[:-1] + ", {rule: ppn-submitted, outcome: pending}]",
        about="all",
        as_of="day 0 12:00",
    ).passed


def test_the_order_of_what_is_expected_does_not_matter() -> None:
    log = "day 0 09:00 A reported; B reported; C reported; A graded low"
    expect = "[{outcome: breached}, {outcome: breached, episode: B}, {outcome: fulfilled}]"
    assert ran(expect, log=log).passed
    assert ran("[fulfilled, breached, breached]", log=log).passed
    assert not ran("[breached, breached, breached]", log=log).passed


def test_lists_are_compared_in_any_order() -> None:
    log = "day 0 09:00 A reported; categorised missing; B reported; categorised missing"
    (result,) = [
        ran(
            "{outcome: breached, episodes: [B, A], masked: false}",
            about="trigger-plan-made",
            log=log,
            as_of="day 90 09:00",
            policy=WILTSHIRE,
        )
    ]
    assert result.passed


def test_a_case_that_cannot_be_judged_fails_and_says_why() -> None:
    result = ran(
        "breached",
        about="trigger-plan-made",
        log="day 0 09:00 A reported; categorised missing; B reported; categorised missing",
        policy=WILTSHIRE,
        more="    day 0: 2150-01-05\n",
    )
    assert not result.passed
    assert "working days" in said(result)[0]


# --- What is told --------------------------------------------------------------------------------


def test_a_difference_is_told_in_words_and_local_times() -> None:
    assert said(ran("{outcome: pending, due: day 0 10:30, opened: day 0 09:00}")) == [
        "risk-graded: expected pending, due day 0 10:30 (Mon 6 Nov 2023)",
        "                  got breached, due day 0 10:00 (Mon 6 Nov 2023)",
        "judged as of day 1 09:00 (Tue 7 Nov 2023)",
    ]


def test_a_finding_that_nobody_expected_and_one_that_is_not_there_are_told() -> None:
    monday = "(Mon 6 Nov 2023)"
    assert said(ran("none", log="day 0 09:00 reported; 09:30 graded low"))[:2] == [
        "risk-graded: expected no finding",
        f"{' ' * 18}got fulfilled, episode A, due day 0 10:00 {monday}, done day 0 09:30 {monday}",
    ]
    assert said(ran("{outcome: breached, due: none}", about="return-recorded"))[:2] == [
        "return-recorded: expected breached, due none",
        "                      got no finding",
    ]


def test_what_is_expected_goes_with_what_is_most_like_it() -> None:
    log = "day 0 09:00 A reported; day 0 10:00 B reported"
    lines = said(ran("[{outcome: breached, episode: A}, {outcome: pending, episode: B}]", log=log))
    assert lines[:-1] == [
        "risk-graded: expected pending, episode B",
        "                  got breached, episode B",
    ]


def test_a_date_that_ends_is_told_as_its_end_and_a_time_shown_twice_with_its_offset() -> None:
    late = ran(
        "{outcome: breached, due: end of day 3}",
        about="strategy-meeting-escalated",
        log="day 0 10:00 strategy_meeting_declined",
        as_of="day 9 09:00",
        policy=WILTSHIRE,
    )
    assert said(late)[1].endswith("got breached, due end of day 1 (Tue 7 Nov 2023)")
    twice = ran(
        "{outcome: breached, due: day 0 10:00}",
        log="day 0 00:30 reported",
        more="    day 0: 2023-10-29\n",
    )
    assert said(twice)[1].endswith("due day 0 01:30+01:00 (Sun 29 Oct 2023)")


def test_of_the_child_of_numbers_and_of_lists_is_told_in_words() -> None:
    log = "day 0 09:00 A reported; categorised missing; B reported; categorised missing"
    lines = said(
        ran(
            "{outcome: breached, episode: A, episodes: [A], masked: true, episodes_since: 2}",
            about="trigger-plan-made",
            log=log,
            as_of="day 90 09:00",
            policy=WILTSHIRE,
        )
    )
    assert lines[0].endswith(
        "expected breached, episode A, episodes A, masked yes, episodes since 2"
    )
    assert lines[1].endswith(
        "got breached, episode of the child, episodes A B, masked no, episodes since 0"
    )


# --- Reports -------------------------------------------------------------------------------------

CASES = """\
policy: england
cases:
  - name: "one & <two>"
    about: risk-graded
    log: day 0 09:00 reported
    as_of: day 1 09:00
    expect: breached
    variants:
      - {name: wrong, expect: pending}
      - {name: "\\u00e9t\\u00e9 \\U0001F600", then: 09:30 graded low, expect: fulfilled}
"""


def sample() -> Report:
    results = run_cases(parse_cases(CASES, ENGLAND, source="england.cases.yaml"))
    return Report("england", Path("england.cases.yaml"), results, None)


def test_text_names_each_failing_case_with_its_place_and_gives_the_sum() -> None:
    assert list(text(sample())) == [
        "FAILED england.cases.yaml:9: one & <two>: wrong",
        "    risk-graded: expected pending",
        "                      got breached",
        "    judged as of day 1 09:00 (Tue 7 Nov 2023)",
        "england: 3 cases, 2 passed, 1 failed.",
    ]


def test_junit_is_valid_xml_that_counts_suites_cases_and_failures() -> None:
    root = ET.fromstring(junit([sample(), sample()]))  # noqa: S314 - written just above
    assert root.tag == "testsuites"
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("6", "2", "0")
    suite = root.findall("testsuite")[0]
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("england", "3", "1")
    first, second, third = suite.findall("testcase")
    assert first.get("name") == "one & <two>"
    assert third.get("name") == "one & <two>: \u00e9t\u00e9 \U0001f600"
    assert (second.get("file"), second.get("line")) == ("england.cases.yaml", "9")
    (told,) = second.findall("failure")
    assert told.get("message") == "risk-graded: expected pending"
    assert "got breached" in (told.text or "")
    assert first.findall("failure") == []


def test_a_case_that_cannot_be_judged_is_an_error_in_junit() -> None:
    result = ran(
        "breached",
        about="strategy-meeting-escalated",
        log="day 0 09:00 strategy_meeting_declined",
        policy=WILTSHIRE,
        more="    day 0: 2150-01-05\n",
    )
    root = ET.fromstring(junit([Report("w", Path("f"), (result,), None)]))  # noqa: S314 - as above
    assert (root.get("failures"), root.get("errors")) == ("0", "1")
    assert root.find("testsuite/testcase/error") is not None


def test_json_says_the_same() -> None:
    made = json.loads(json.dumps(to_dict(sample())))
    assert (made["policy"], made["passed"], made["failed"]) == ("england", 2, 1)
    wrong = made["cases"][1]
    assert wrong["line"] == 9
    assert wrong["about"] == ["risk-graded"]
    assert wrong["said"][0] == "risk-graded: expected pending"
    assert "said" not in made["cases"][0]


# --- By name -------------------------------------------------------------------------------------


def test_without_a_name_every_shipped_policy_is_tested() -> None:
    names = [tested.policy for tested in run_policies(with_coverage=False)]
    assert names == list(shipped())
    assert {"england", "good_practice", "wiltshire", "lewisham"} <= set(names)


def test_a_rule_keeps_to_the_cases_about_it_and_to_what_there_is_to_see_of_it() -> None:
    (one,) = run_policies(["england"], rule="inspector-informed")
    assert 0 < len(one.results) < 20
    assert all("inspector-informed" in result.case.about for result in one.results)
    assert one.coverage is not None
    assert {point.owner for point in one.coverage.points} == {
        "inspector-informed",
        "term whereabouts_known",
    }
    with pytest.raises(MissingRulesError, match="did you mean `inspector-informed`"):
        run_policies(["england"], rule="inspector-informd")


def test_faults_of_several_files_are_told_together(tmp_path: Path) -> None:
    for name in ("one", "two"):
        policy = Path(ENGLAND.source.layers[-1].source).read_text(encoding="utf-8")
        (tmp_path / f"{name}.yaml").write_text(policy, encoding="utf-8")
        (tmp_path / f"{name}.cases.yaml").write_text("policy: england\ncases: [3]")
    with pytest.raises(CaseError) as caught:
        run_policies([tmp_path / "one.yaml", tmp_path / "two.yaml"])
    assert len(caught.value.faults) == 2

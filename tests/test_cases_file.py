"""Files of cases: what may stand in them, and what is said about a faulty one."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import get_args

import pytest

from missingrules import MissingRulesError, Policy, PolicyError
from missingrules.calendar import from_us
from missingrules.cases import Case, CaseCode, CaseError, load_cases, parse_cases

ENGLAND = Policy.load("england")
WILTSHIRE = Policy.load("wiltshire")

ONE = """\
policy: england
cases:
  - name: one
    about: risk-graded
    log: day 0 09:00 reported
    as_of: day 1 09:00
    expect: breached
"""


def parsed(text: str, policy: Policy = ENGLAND) -> tuple[Case, ...]:
    return parse_cases(textwrap.dedent(text), policy, source="f")


def faults(text: str, policy: Policy = ENGLAND) -> list[str]:
    """Give ``line:column: code`` of every fault."""
    with pytest.raises(CaseError) as caught:
        parsed(text, policy)
    assert all(fault.source == "f" for fault in caught.value.faults)
    assert list(caught.value.faults) == sorted(set(caught.value.faults))
    return [f"{fault.line}:{fault.column}: {fault.code}" for fault in caught.value.faults]


def with_line(line: str, text: str = ONE) -> str:
    """Put a line into the one case, in the place of the one with the same key."""
    key = re.escape(line.partition(":")[0])
    if re.search(rf"^  [ -] {key}:", text, re.MULTILINE):
        return re.sub(rf"^(  [ -] ){key}:.*$", lambda m: f"{m[1]}{line}", text, flags=re.MULTILINE)
    return f"{text}    {line}\n"


# --- What a case says ----------------------------------------------------------------------------


def test_a_case_says_what_happened_what_it_is_about_and_what_is_expected() -> None:
    (case,) = parsed(ONE)
    assert (case.name, case.about) == ("one", ("risk-graded",))
    assert [entry.entry_id for entry in case.record.entries] == ["A.reported"]
    assert from_us(case.as_of).isoformat() == "2023-11-07T09:00:00+00:00"
    assert [(one.rule, one.outcome) for one in case.expected] == [("risk-graded", "breached")]
    assert (case.place.line, case.place.column) == (3, 5)


@pytest.mark.parametrize(
    "log",
    [
        "log: day 0 09:00 reported; +5m graded low",
        "log: [day 0 09:00 reported, +5m graded low]",
        "log: [day 0 09:00 reported; +5m graded low]",
        'log: "day 0 09:00 reported\\n+5m graded low"',
        "log: |\n      day 0 09:00 reported  # the call\n      +5m graded low",
        "log:\n      - day 0 09:00 reported\n      - +5m graded low",
    ],
)
def test_a_log_is_a_text_or_a_list_of_texts(log: str) -> None:
    (case,) = parsed(with_line(log))
    assert [entry.kind for entry in case.record.entries] == ["reported", "graded"]


def test_a_case_may_have_no_log_to_speak_of() -> None:
    (case,) = parsed(with_line("log: []").replace("expect: breached", "expect: none"))
    assert case.record.entries == ()


@pytest.mark.parametrize(
    ("as_of", "instant"),
    [
        ("day 3 10:00", "2023-11-09T10:00:00+00:00"),
        ("+2h", "2023-11-06T11:00:00+00:00"),
        ("10:30", "2023-11-06T10:30:00+00:00"),
        ("end of day 2", "2023-11-09T00:00:00+00:00"),
    ],
)
def test_as_of_is_a_time_of_the_case_or_goes_on_from_the_last_step(
    as_of: str, instant: str
) -> None:
    (case,) = parsed(with_line(f"as_of: {as_of}"))
    assert from_us(case.as_of).isoformat() == instant


def test_the_date_of_day_0_is_that_of_the_case_then_of_the_file() -> None:
    for text, date in (
        (ONE, "2023-11-07"),
        (f"day 0: 2024-07-01\n{ONE}", "2024-07-02"),
        (with_line("day 0: 2024-12-25", f"day 0: 2024-07-01\n{ONE}"), "2024-12-26"),
    ):
        (case,) = parsed(text)
        assert case.clock.calendar.local(case.as_of)[:10] == date


def test_about_is_one_rule_a_list_or_all() -> None:
    (case,) = parsed(with_line("about: [risk-graded, inspector-informed]"))
    assert case.about == ("risk-graded", "inspector-informed")
    (case,) = parsed(with_line("about: all").replace("expect: breached", "expect: none"))
    assert set(case.about) == set(ENGLAND.duties)


def test_a_finding_without_a_rule_is_expected_of_each_rule() -> None:
    text = with_line("about: [risk-graded, inspector-informed]")
    expected = parsed(with_line("expect: {outcome: pending, due: day 0 10:00}", text))[0].expected
    assert [(one.rule, one.outcome) for one in expected] == [
        ("risk-graded", "pending"),
        ("inspector-informed", "pending"),
    ]


def test_everything_that_can_be_stated_is_read() -> None:
    (case,) = parsed("""\
        policy: england
        cases:
          - name: all keys
            about: risk-graded
            log: day 0 09:00 A reported; B reported
            as_of: +1h
            expect:
              - {rule: risk-graded, outcome: breached, episode: A, opened: day 0 09:00}
              - {outcome: pending, episode: child, known: day 0 09:00, due: none, edition: "1"}
              - {outcome: noted, missed: 2, episodes: [A, B], episodes_since: 1, masked: true}
              - {outcome: error, masked_by: none, recorded_grade: low, required_grade: none}
              - {outcome: error, unknown: [], history_truncated: false, evidence: A.reported}
              - {outcome: fulfilled, done: end of day 1, answered_by: A.graded}
    """)
    stated = [dict(one.stated) for one in case.expected]
    assert stated[0]["episode"] == "A"
    assert (stated[1]["episode"], stated[1]["due"]) == (None, None)
    assert stated[2] == {"missed": 2, "episodes": ("A", "B"), "episodes_since": 1, "masked": True}
    assert stated[3] == {"masked_by": (), "recorded_grade": "low", "required_grade": None}
    assert stated[4]["unknown"] == ()
    assert stated[5]["answered_by"] == "A.graded"
    assert case.clock.calendar.local(int(str(stated[5]["done"])))[:16] == "2023-11-08T00:00"


def test_coverage_says_what_the_source_could_have_shown() -> None:
    line = (
        "coverage: {from: day -1 00:00, until: day 9 00:00, without: [located, graded.rationale]}"
    )
    coverage = parsed(with_line(line))[0].coverage
    assert coverage.end is not None
    assert coverage.start is not None
    assert coverage.end - coverage.start == 10 * 86_400_000_000
    assert coverage.span("located") is None
    assert coverage.lacks_field("graded", "rationale")


# --- Variants ------------------------------------------------------------------------------------


def test_a_variant_goes_on_from_the_log_or_replaces_what_it_says() -> None:
    base, *others = parsed(f"""\
{ONE}    variants:
      - {{then: 09:30 graded low, expect: fulfilled}}
      - {{log: day 2 09:00 reported, as_of: +1h, expect: pending}}
      - {{name: another day, day 0: 2024-07-01}}
""")
    assert [len(case.record.entries) for case in (base, *others)] == [1, 2, 1, 1]
    assert [case.expected[0].outcome for case in others] == ["fulfilled", "pending", "breached"]
    assert [case.name for case in others] == [
        "one: 09:30 graded low",
        "one: day 2 09:00 reported, as of +1h",
        "one: another day",
    ]


def test_a_case_without_an_expectation_is_there_for_its_variants() -> None:
    text = ONE.replace("    expect: breached\n", "    variants: [{expect: breached, name: it}]\n")
    assert [case.name for case in parsed(text)] == ["one: it"]


# --- Changes to the policy -----------------------------------------------------------------------


def test_a_case_turns_on_a_rule_and_changes_a_number_for_itself_alone() -> None:
    first, second = parsed(
        """\
        policy: wiltshire
        cases:
          - name: on
            about: ppn-aware
            with:
              rules: [{id: ppn-aware, active: true}]
              parameters: {recording_time: {value: 2 hours, basis: assumed, note: A try.}}
            log: day 0 09:00 reported; ppn_submitted
            as_of: +1h
            expect: pending
          - name: plain
            about: fim-told
            log: day 0 09:00 reported
            as_of: +1h
            expect: breached
        """,
        WILTSHIRE,
    )
    (duty,) = first.policy.duties["ppn-aware"]
    assert str(duty.allowed) == "2 hours"
    assert second.policy is WILTSHIRE
    assert "ppn-aware" not in WILTSHIRE.duties


def test_the_same_changes_make_one_policy() -> None:
    cases = parsed(
        """\
        policy: wiltshire
        cases:
          - name: on
            about: ppn-aware
            with: {rules: [{id: ppn-aware, active: true}]}
            log: day 0 09:00 reported; ppn_submitted
            as_of: +1h
            expect: pending
            variants: [{name: again}, {name: anew, with: {rules: [{active: true, id: ppn-aware}]}}]
        """,
        WILTSHIRE,
    )
    assert len({id(case.policy) for case in cases}) == 1


def test_what_is_wrong_with_a_change_is_told_where_it_stands() -> None:
    for line, found in (
        ("with: {rules: [{id: risk-graded, on: {entry: reprted}}]}", "7:49: unknown-kind"),
        ("with: {rules: [{id: risk-grade, active: true}]}", "7:20: unknown-rule"),
        ("with: {rules: [{id: risk-graded}, {id: risk-graded}]}", "7:38: duplicate-rule"),
        ("with: {parameters: {grading_time: {value: 2 hours}}}", "7:24: basis-not-restated"),
        ("with: {vocabulary: {fields: {nothing: {x: {type: text}}}}}", "7:32: unknown-kind"),
        ("with: {title: Another}", "7:12: unknown-key"),
        ("with: 3", "7:11: wrong-type"),
    ):
        text = with_line(line).replace("    expect: breached\n", "").rstrip()
        shown = faults(f"{text}\n    expect: breached\n")
        assert found.partition(": ")[2] in [fault.partition(": ")[2] for fault in shown], line
        assert all(fault.split(":")[0] == "7" for fault in shown), shown


# --- Faults --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("abuot: risk-graded", "unknown-key"),
        ("about: risk-grade", "unknown-rule"),
        ("about: [risk-graded, all]", "unknown-rule"),
        ("about: 3", "wrong-type"),
        ("name: ''", "blank-text"),
        ("name: [one]", "wrong-type"),
        ("log: 3", "wrong-type"),
        ("log: {day 0: reported}", "wrong-type"),
        ("log: day 0 09:00 reportd", "unknown-kind"),
        ("as_of: tomorrow", "bad-time"),
        ("as_of: day 1 09:00 sharp", "bad-time"),
        ("as_of: day 1 09:00; day 2 09:00", "bad-time"),
        ("as_of: 3", "wrong-type"),
        ("as_of: ''", "bad-time"),
        ("day 0: 06/11/2023", "bad-date"),
        ("day 0: 2023-02-30", "bad-date"),
        ("expect: late", "unknown-outcome"),
        ("expect: 3", "wrong-type"),
        ("expect: [[breached]]", "wrong-type"),
        ("expect: {due: none}", "missing-key"),
        ("expect: {outcome: breached, deu: none}", "unknown-key"),
        ("expect: {outcome: breached, rule: fim-told}", "unknown-rule"),
        ("expect: {outcome: breached, episode: B}", "unknown-episode"),
        ("expect: {outcome: breached, due: soon}", "bad-time"),
        ("expect: {outcome: breached, due: +1h}", "nothing-before"),
        ("expect: {outcome: breached, missed: many}", "wrong-type"),
        ("expect: {outcome: breached, masked: 1}", "wrong-type"),
        ("expect: {outcome: breached, required_grade: highest}", "unknown-grade"),
        ("expect: {outcome: breached, edition: 1}", "wrong-type"),
        ("coverage: none", "wrong-type"),
        ("coverage: {since: day 0 00:00}", "unknown-key"),
        ("coverage: {without: [grades]}", "bad-coverage"),
        ("coverage: {without: [graded.reason]}", "bad-coverage"),
        ("coverage: {from: day 1 00:00, until: day 0 00:00}", "bad-coverage"),
        ("variants: {then: +1h located}", "wrong-type"),
        ("variants: []", "wrong-type"),
        ("variants: [3]", "wrong-type"),
        ("variants: [{then: +1h located, log: day 0 09:00 reported}]", "choose-one"),
        ("variants: [{thn: +1h located}]", "unknown-key"),
        ("variants: [{name: x}, {name: x}]", "duplicate-name"),
    ],
)
def test_every_mistake_in_a_case_is_a_fault_on_its_line(line: str, found: str) -> None:
    text = with_line(line)
    number = next(n for n, each in enumerate(text.splitlines(), 1) if each.endswith(line))
    shown = faults(text)
    assert [f"{fault.split(':')[0]}: {fault.split(': ')[1]}" for fault in shown] == [
        f"{number}: {found}"
    ]


@pytest.mark.parametrize("key", ["name", "about", "log", "as_of", "expect"])
def test_a_case_needs_its_keys(key: str) -> None:
    text = re.sub(rf"    {key}:.*\n", "", ONE.replace("  - name: one\n", "  -\n    name: one\n"))
    assert faults(text)[0].endswith("missing-key")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("policy: england", ["1:1: missing-key"]),
        ("cases: []", ["1:1: missing-key", "1:8: missing-key"]),
        ("policy: other\ncases: [3]", ["1:9: other-policy", "2:9: wrong-type"]),
        ("policy: 3\ncases: one", ["1:9: wrong-type", "2:8: wrong-type"]),
        ("policy: england\ncase: []\ncases: [3]", ["2:1: unknown-key", "3:9: wrong-type"]),
        ("", ["1:1: empty-file"]),
        ("[]", ["1:1: not-a-mapping"]),
        ("policy: england\npolicy: england\ncases: [3]", ["2:1: duplicate-key"]),
    ],
)
def test_a_file_needs_its_policy_and_its_cases(text: str, found: list[str]) -> None:
    assert faults(text) == found


def test_two_cases_of_one_name_are_a_fault() -> None:
    again = ONE.partition("cases:\n")[2]
    assert faults(ONE + again) == ["8:5: duplicate-name"]


def test_a_rule_that_is_off_is_a_fault_that_says_how_to_turn_it_on() -> None:
    text = with_line("about: ppn-aware").replace("england", "wiltshire")
    with pytest.raises(CaseError, match="rule-off") as caught:
        parsed(text, WILTSHIRE)
    (fault,) = caught.value.faults
    assert "with: {rules: [{id: ppn-aware, active: true}]}" in fault.hint


def test_of_a_case_about_all_each_finding_names_its_rule() -> None:
    assert faults(with_line("about: all")) == ["7:13: no-rule"]


def test_faults_of_all_cases_are_told_at_once_and_with_hints() -> None:
    text = ONE + ONE.partition("cases:\n")[2].replace("one", "two").replace("breached", "breachd")
    with pytest.raises(CaseError) as caught:
        parsed(text.replace("reported", "reportd", 1))
    assert str(caught.value) == (
        "f:5:22: unknown-kind: `reportd` is no kind of entry\n    did you mean `reported`?\n"
        "f:12:13: unknown-outcome: there is no outcome `breachd`\n    did you mean `breached`?"
    )


def test_every_code_of_a_fault_is_declared() -> None:
    source = Path(load_cases.__code__.co_filename).parent
    used = {
        code
        for path in source.glob("*.py")
        for code in re.findall(r'"([a-z]+(?:-[a-z]+)+)"', path.read_text(encoding="utf-8"))
    }
    declared = set(get_args(CaseCode))
    foreign = {"utf-8", "duplicate-rule", "unknown-policy"}
    assert used - foreign - declared == set()


# --- Finding the files ---------------------------------------------------------------------------


def test_the_cases_stand_beside_the_policy(tmp_path: Path) -> None:
    (tmp_path / "england.yaml").write_bytes(Path(ENGLAND.source.layers[-1].source).read_bytes())
    cases = tmp_path / "england.cases.yaml"
    cases.write_text("\ufeff" + ONE, encoding="utf-8")
    for given in (tmp_path / "england.yaml", str(cases)):
        file = load_cases(given)
        assert (file.policy.name, file.path, len(file.cases)) == ("england", cases, 1)
    assert load_cases("england").path.parent != tmp_path


def test_a_policy_without_cases_or_no_policy_at_all_is_told(tmp_path: Path) -> None:
    (tmp_path / "lonely.yaml").write_text("policy: lonely")
    with pytest.raises(CaseError, match=r"no-cases: there are no cases beside lonely.yaml"):
        load_cases(tmp_path / "lonely.yaml")
    with pytest.raises(PolicyError, match="did you mean `england`"):
        load_cases("englnd")
    (tmp_path / "lonely.cases.yaml").write_text(ONE)
    with pytest.raises(PolicyError, match="missing-key"):
        load_cases(tmp_path / "lonely.yaml")
    (tmp_path / "england.cases.yaml").mkdir()
    (tmp_path / "england.yaml").write_text("")
    with pytest.raises(MissingRulesError, match="unreadable-file"):
        load_cases(tmp_path / "england.yaml")


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    (tmp_path / "england.yaml").write_bytes(Path(ENGLAND.source.layers[-1].source).read_bytes())
    (tmp_path / "england.cases.yaml").write_bytes(b"policy: \xff")
    with pytest.raises(CaseError, match="1:9: not-utf8"):
        load_cases(tmp_path / "england.yaml")

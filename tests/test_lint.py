"""Policies that load and deserve a warning, each beside exactly what lint says of it.

``lint/older`` holds older editions to compare with, ``lint/also`` second files of one policy, and
``lint/lower`` what others are laid over. A file of the same name goes with the policy.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import HealthCheck, event, given, reject, settings
from hypothesis import strategies as st

from missingrules import testing
from missingrules.checks import PolicyCode
from missingrules.cli import main
from missingrules.errors import PolicyError
from missingrules.kernel import walked
from missingrules.layers import load_source, shipped
from missingrules.lint import LintCode, Report, level_of, lint
from missingrules.lint.codes import NOTES
from missingrules.lint.head import months_after
from missingrules.lint.linting import everything_in
from missingrules.lint.possible import HOLDS, Possible
from missingrules.policy import Policy
from missingrules.terms import MAYBE
from missingrules.testing.condition import Traits
from missingrules.testing.policy import policy_files, to_yaml
from missingrules.vocabulary import standard
from missingrules.yamlsource import YamlCode
from strategies import GENERATED, Trial, trials

if TYPE_CHECKING:
    from collections.abc import Callable

    from missingrules.kernel.noted import Asked

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(__file__).parent / "lint"
FILES = sorted(FOLDER.glob("*.yaml"))
STEMS = {file.stem for file in FILES}
FAULTY = sorted((Path(__file__).parent / "bad_policies").glob("*.yaml"))
TODAY = dt.date(2024, 6, 1)
EXAMPLE = re.compile(r"^### `([a-z-]+)`$", re.MULTILINE)


def beside(folder: str, file: Path) -> Path | None:
    other = FOLDER / folder / file.name
    return other if other.exists() else None


def linted(file: Path) -> Report:
    also = beside("also", file)
    names = [file] if also is None else [file, also]
    return lint(*names, today=TODAY, against=beside("older", file))


def codes(report: Report) -> set[str]:
    return {fault.code for fault in report.found}


# --- Each file beside its messages ---------------------------------------------------------------


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_policy_gives_exactly_its_messages(file: Path) -> None:
    expected = file.with_suffix(".txt").read_text(encoding="utf-8")
    shown = linted(file).to_text().replace("\\", "/").replace(f"{FOLDER.as_posix()}/", "")
    assert shown + "\n" == expected


def test_every_policy_has_messages_and_every_message_a_policy() -> None:
    assert [file.stem for file in FILES] == [file.stem for file in sorted(FOLDER.glob("*.txt"))]
    assert len(FILES) >= 30
    for folder in ("also", "older"):
        assert {file.name for file in (FOLDER / folder).glob("*")} <= {file.name for file in FILES}


def test_every_code_is_shown_by_a_policy() -> None:
    shown = {code for file in FILES for code in codes(linted(file))}
    assert sorted(set(get_args(LintCode)) - shown) == []


def test_the_codes_of_lint_are_its_own() -> None:
    refusals = {*get_args(YamlCode), *get_args(PolicyCode)}
    assert not refusals & set(get_args(LintCode))
    assert set(get_args(LintCode)) >= NOTES
    assert {level_of(code) for code in refusals} == {"error"}
    assert level_of("inactive-rule") == "note"
    assert level_of("no-owner") == "warning"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_messages_are_in_order_of_place_and_each_has_one(file: Path) -> None:
    report = linted(file)
    assert list(report.found) == sorted(set(report.found))
    assert all(fault.line >= 1 and fault.column >= 1 for fault in report.found)


def test_the_clean_policy_is_clean() -> None:
    report = linted(FOLDER / "clean.yaml")
    assert report.found == ()
    assert report.is_clean(strict=True)


# --- What is shipped -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_shipped_policy_has_no_warning(name: str) -> None:
    reviewed = load_source(name).file.last_reviewed
    assert reviewed is not None
    report = lint(name, today=reviewed)
    assert report.errors == report.warnings == ()
    assert report.is_clean(strict=True)


def test_the_rules_that_are_off_and_hang_on_silence_are_noted() -> None:
    report = lint("wiltshire", today=dt.date(2026, 12, 1))
    named = [re.findall("`([a-z_-]+)`", fault.message)[0] for fault in report.of("note")]
    assert named == ["concern-for-safety-withdrawn", "from_place", "ppn-aware"]


# --- Faulty policies -----------------------------------------------------------------------------


@pytest.mark.parametrize("file", FAULTY, ids=lambda file: file.stem)
def test_the_faults_of_a_policy_are_the_errors_of_lint(file: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        load_source(file)
    report = lint(file, today=TODAY)
    assert report.errors == caught.value.faults
    assert not report.is_clean()


def test_what_cannot_be_read_is_no_answer_of_lint(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="unreadable-file"):
        lint(tmp_path / "none.yaml", today=TODAY)
    with pytest.raises(PolicyError, match="unknown-policy"):
        lint("wiltshir", today=TODAY)


def test_the_older_edition_must_be_without_faults() -> None:
    with pytest.raises(PolicyError, match="null-value"):
        lint("england", today=TODAY, against=FAULTY[0].parent / "shape_null.yaml")


def test_lint_refuses_a_use_that_makes_no_sense() -> None:
    with pytest.raises(ValueError, match="one policy or more"):
        lint(today=TODAY)
    with pytest.raises(ValueError, match="stale_after=0 must be"):
        lint("england", today=TODAY, stale_after=0)
    with pytest.raises(ValueError, match="one policy to compare"):
        lint("england", "wiltshire", today=TODAY, against="england")


# --- Reviews -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "months", "expected"),
    [
        ("2024-01-15", 12, "2025-01-15"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2023-12-31", 2, "2024-02-29"),
        ("2024-01-31", 1, "2024-02-29"),
        ("9999-06-01", 12, "9999-12-31"),
    ],
)
def test_months_after_a_date_end_with_a_shorter_month(
    date: str, months: int, expected: str
) -> None:
    assert months_after(dt.date.fromisoformat(date), months) == dt.date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("today", "overdue"), [("2025-01-15", False), ("2025-01-16", True), ("2024-01-15", False)]
)
def test_a_review_is_overdue_from_the_day_after_the_months_are_over(
    today: str, overdue: bool
) -> None:
    report = lint(FOLDER / "clean.yaml", today=dt.date.fromisoformat(today))
    assert ("review-overdue" in codes(report)) is overdue


# --- What is allowed -----------------------------------------------------------------------------


def test_an_error_cannot_be_allowed(tmp_path: Path) -> None:
    text = (FOLDER / "clean.yaml").read_text(encoding="utf-8")
    file = tmp_path / "faulty.yaml"
    broken = text.replace("value: 1 hour", "value: 1 hours of work")
    file.write_text(
        broken.replace("\n  hour:", "\n  # lint: allow bad-duration: we mean it\n  hour:"),
        encoding="utf-8",
    )
    report = lint(file, today=TODAY)
    assert [fault.code for fault in report.errors] == ["bad-duration"]
    assert report.allowed == 0


@pytest.mark.parametrize(
    ("comment", "found"),
    [
        ("  # lint: allow unused-term: a layer uses it", set()),
        ("  #lint:allow unused-term:a layer uses it", set()),
        ("  # lint: allow unused-term: a layer uses it\n\n  # and another line", set()),
        ("  # lint: allow unused-parameter: a layer uses it", {"unused-term", "idle-allowance"}),
        ("  # lint: allow unused-term:  ", {"unused-term", "allowed-without-reason"}),
        ("  # please lint: allow unused-term: a layer uses it", {"unused-term"}),
    ],
)
def test_a_comment_allows_one_code_for_a_reason(
    comment: str, found: set[str], tmp_path: Path
) -> None:
    text = (FOLDER / "clean.yaml").read_text(encoding="utf-8")
    file = tmp_path / "policy.yaml"
    added = f"terms:\n{comment}\n  marked: {{marker: cse}}\n"
    file.write_text(text.replace("terms:\n", added), encoding="utf-8")
    assert codes(lint(file, today=TODAY)) == found


def test_what_stands_in_a_text_allows_nothing(tmp_path: Path) -> None:
    text = (FOLDER / "head_no_owner.yaml").read_text(encoding="utf-8")
    file = tmp_path / "policy.yaml"
    for title in ('"x # lint: allow no-owner: why"', ">-\n  x # lint: allow no-owner: why\n  y"):
        file.write_text(re.sub("title: A.*", f"title: {title}", text, count=1), encoding="utf-8")
        assert codes(lint(file, today=TODAY)) == {"no-owner"}


# --- What lint says is so ------------------------------------------------------------------------

BROKEN = {"breached", "fulfilled_late"}
UNTOLD = {"indeterminate", "not_observable", "error"}
TURNED = {"any": [{"marker": "cse"}, {"not": {"marker": "cse"}}]}
BARRED = {"all": [{"category": "missing"}, {"not": {"category": ["missing", "absent"]}}]}


def shorter(rule: dict[str, Any]) -> None:
    for key in rule.keys() & {"require", "grade"}:
        if "within" in rule[key]:
            rule[key] |= {"within": "1 minute"}


def wider(rule: dict[str, Any]) -> None:
    rule.pop("if", None)


def other_words(rule: dict[str, Any]) -> None:
    rule["if"] = {"all": [rule["if"], TURNED]} if "if" in rule else TURNED


def barred(rule: dict[str, Any]) -> None:
    rule["if"] = {"any": [BARRED, {"all": [BARRED, rule["if"]]}]} if "if" in rule else BARRED


def answered(rule: dict[str, Any]) -> None:
    on = rule["on"]
    if "action" in rule.get("require", {}) and isinstance(on, dict) and "entry" in on:
        rule["require"].pop("where", None)
        rule["require"]["action"] = on["entry"]


def released(rule: dict[str, Any]) -> None:
    if "require" in rule and "field" not in rule["require"]:
        rule["unless"] = TURNED


CHANGES = (shorter, shorter, wider, other_words, barred, answered, released)


@st.composite
def trials_of_two(draw: Callable[..., Any]) -> Trial:
    """A made-up rule, and beside it the same rule with something changed."""
    file = draw(policy_files(Traits(ages=False)))
    rule = file["rules"][0] | {"active": True}
    changed = copy.deepcopy(rule) | {"id": "rule-9"}
    for change in draw(st.lists(st.sampled_from(CHANGES), min_size=1, max_size=2)):
        change(changed)
    file = file | {"rules": draw(st.permutations([rule, changed]))}
    try:
        policy = Policy.parse(to_yaml(file))
    except PolicyError:  # a duty of the child must not ask for the category of an episode
        reject()
    return Trial.of(draw(testing.trials(policy, limited=False)))


@settings(suppress_health_check=list(HealthCheck), max_examples=30)
@given(trial=trials_of_two())
def test_what_lint_says_of_a_rule_is_so_for_every_record(trial: Trial) -> None:
    outcomes: dict[str, set[str]] = {"rule-1": set(), "rule-9": set()}
    for found in trial.judge().findings:
        outcomes[found.rule].add(found.outcome)
    for fault in everything_in(trial.policy.source, today=TODAY):
        event(fault.code)
        named = re.findall(r"`(rule-\d)`", fault.message)
        if not named or "(the edition" in fault.message:  # it speaks of one part of the time
            continue
        if "two entries of one instant" in fault.hint:  # a record may be like that
            continue
        mine, other = outcomes[named[0]], outcomes[named[-1]]
        if fault.code == "never-applies":
            assert mine <= UNTOLD
        elif fault.code in ("released-at-once", "answers-itself"):
            assert not mine & BROKEN
        elif fault.code in ("longer-deadline", "lower-floor", "covered-duty", "same-duty-twice"):
            assert other & BROKEN or not mine & BROKEN


@settings(suppress_health_check=list(HealthCheck))
@given(policy=testing.policies())
def test_any_policy_can_be_linted(policy: Policy) -> None:
    found = everything_in(policy.source, today=TODAY)
    assert {level_of(fault.code) for fault in found} <= {"warning", "note"}


@settings(suppress_health_check=list(HealthCheck))
@given(trial=trials(GENERATED, limited=False))
def test_whatever_a_condition_comes_to_was_held_possible(trial: Trial) -> None:
    asked: list[Asked] = []
    walked(trial.policy, trial.record, as_of=trial.as_of, trace=asked)
    possible = Possible(trial.policy)
    for condition, truth in {(one.condition, one.truth) for one in asked} if asked else ():
        if truth != MAYBE:  # what is unknown may be so for an episode without a report
            assert possible.can((condition.node, frozenset({truth})))


def test_what_is_too_hard_to_search_is_taken_to_be_possible_before_long() -> None:
    asked = ", ".join(
        f"{{recorded: {kind.name}.{name}}}"
        for kind in standard().kinds.values()
        for name, told in kind.fields.items()
        if told.type in {"yes_no", "text", "date"}
    )
    number = asked.count("{")
    half, negated = number // 2, asked.replace("{", "{not: {").replace("}", "}}")
    text = f"""
policy: hard
title: More than half of it is recorded, and half of it is not
edition: "1"
conventions: {{zone: UTC}}
terms:
  more: {{at_least: {half + 1}, of: [{asked}]}}
  fewer: {{at_least: {number - half}, of: [{negated}]}}
rules:
"""
    for hours in range(1, 4):
        text += f"""
  - id: rule-{hours}
    title: T
    authority: force_policy
    basis: inferred
    on: {{entry: graded}}
    if: {{all: [more, fewer]}}
    require: {{action: fim_notified, within: {hours} hours}}
"""
    policy = Policy.parse(text)
    possible = Possible(policy)
    for condition in policy.conditions * 20:
        assert possible.can((condition.node, HOLDS))
    assert 100_000 < possible._facts.looks < 400_000
    assert "never-applies" not in {one.code for one in everything_in(policy.source, today=TODAY)}


# --- Against an older edition --------------------------------------------------------------------


def test_a_policy_against_itself_has_changed_nothing() -> None:
    changed = {code for code in get_args(LintCode) if code.startswith(("rule-", "policy-"))}
    for name in shipped():
        assert not codes(lint(name, today=TODAY, against=name)) & changed


def test_what_is_gone_is_reported_where_it_stood() -> None:
    report = lint("england", today=TODAY, against="wiltshire")
    gone = [fault for fault in report.found if fault.code == "rule-removed"]
    files = {Path(fault.source).name for fault in gone}
    assert files == {"wiltshire.yaml", "wiltshire_repeat_missing.yaml"}
    assert "the rule `strategy-meeting` is gone" in {fault.message for fault in gone}


# --- The command ---------------------------------------------------------------------------------


def run(
    *arguments: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["missingrules", "policy", "lint", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, told.out, told.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["clean"], 0),
        (["clean", "--strict"], 0),
        (["inactive_rule", "--strict"], 0),
        (["head_no_owner"], 0),
        (["head_no_owner", "--strict"], 1),
        (["faulty_too"], 1),
        (["clean", "faulty_too"], 1),
        (["clean", "--stale-after", "1", "--strict"], 1),
        (["no_such_file"], 2),
        (["clean", "--today", "yesterday"], 2),
        (["clean", "--stale-after", "0"], 2),
        (["clean", "allowed", "--against", "england"], 2),
        (["clean", "--against", "nowhere.yaml"], 2),
        ([], 2),
    ],
)
def test_the_exit_code_tells_how_it_went(
    arguments: list[str],
    code: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    named = [
        str(FOLDER / f"{word}.yaml") if word in STEMS | {"no_such_file"} else word
        for word in arguments
    ]
    given_today = [] if "--today" in named else ["--today", TODAY.isoformat()]
    ended, _, told = run(*named, *given_today, capsys=capsys, monkeypatch=monkeypatch)
    assert ended == code
    assert bool(told) is (code == 2)


def test_json_says_the_same_as_text(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = str(FOLDER / "faulty_too.yaml")
    asked = (name, "--today", TODAY.isoformat())
    _, text, _ = run(*asked, capsys=capsys, monkeypatch=monkeypatch)
    _, told, _ = run(*asked, "--format", "json", capsys=capsys, monkeypatch=monkeypatch)
    document = json.loads(told)
    lines = []
    for found in document["found"]:
        place = f"{found['file']}:{found['line']}:{found['column']}"
        lines.append(f"{place}: {found['code']}: {found['message']}")
        lines += [f"    {found['hint']}"] if found["hint"] else []
        assert found["level"] == level_of(found["code"])
    assert text.splitlines()[:-1] == lines
    levels = [found["level"] for found in document["found"]]
    for level in ("error", "warning", "note"):
        assert document[f"{level}s"] == levels.count(level)
    assert document["policies"] == [name]


# --- The documentation ---------------------------------------------------------------------------


def test_the_documentation_explains_every_code_once() -> None:
    page = (ROOT / "docs" / "lint.md").read_text(encoding="utf-8")
    assert sorted(EXAMPLE.findall(page)) == sorted(get_args(LintCode))
    for part in EXAMPLE.split(page)[2::2]:
        example, to_do = part.strip().splitlines()[:2]
        assert example.startswith("- Example: ")
        assert to_do.startswith("- What to do: ")

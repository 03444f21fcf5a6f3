"""The conformance suite, run against this implementation, and its format checked.

``conformance/README.md`` states the format. A new folder is taken up by itself.
"""

from __future__ import annotations

import functools
import json
import re
import sys
from collections import Counter, defaultdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from missingrules import Coverage, Finding, Policy, Record, language, read_jsonl
from missingrules.calendar import from_us, parse_instant
from missingrules.finding import OUTCOMES
from missingrules.scan import verdict
from missingrules.tablerows import entry_from_row

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from missingrules import Assessment, Entry, Log
    from missingrules.matchers import Engine

FOLDER = Path(__file__).parent / "conformance"
CASES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
FILES = ["case.json", "expected.json", "log.jsonl", "policy.yaml"]
SHIPPED = {"england", "wiltshire", "good_practice"}

DURABLE = pytest.param(
    "durable",
    marks=pytest.mark.skipif(
        sys.version_info >= (3, 13), reason="durable-rules cannot be imported"
    ),
)

REQUIRED_OF_A_CASE = {"title", "rulings", "side", "forms", "as_of"}
KEYS_OF_A_CASE = REQUIRED_OF_A_CASE | {
    "why",
    "child",
    "rules",
    "coverage",
    "zone",
    "withdrawn_since",
}
KEYS_OF_EXPECTED = {
    "findings",
    "data_gaps",
    "rows",
    "rejected",
    "conflicting_ids",
    "next_due",
    "withdrawn",
}
ROWS = ("read", "accepted", "duplicates", "rejected")
RULINGS = range(1, 17)
INSTANTS = {"opened_at", "known_at", "due_at", "done_at"}
LISTS = {"evidence", "episodes", "masked_by", "unknown"}
REQUIRED_OF_A_FINDING = {"rule", "episode_id", "outcome"}
KEYS_OF_A_FINDING = (
    REQUIRED_OF_A_FINDING
    | INSTANTS
    | LISTS
    | {
        "episodes_since",
        "masked",
        "recorded_grade",
        "required_grade",
        "missed",
        "history_truncated",
        "incomplete_record",
        "severity",
        "authority",
        "basis",
        "timing_basis",
        "owner",
        "action",
        "edition",
    }
)
KEYS_OF_A_GAP = {"code", "episode_id", "rule", "entries"}
GAPS = {
    "not_recorded",
    "no_report",
    "before_report",
    "found_before_report",
    "reported_after_found",
    "missing_since_not_recorded",
    "decision_not_valid",
    "unknown_target",
    "later_target",
    "merge_superseded",
    "merge_cycle",
}
"""Every data gap but ``conflicting_entry``: the reader of a log settles that one."""

# Keys of the language that are for people, or that every policy must have.
DESCRIPTIVE = set(language.PolicyFile.model_fields) - {"extends", "vocabulary"} | {
    *language.Source.model_fields,
    *language.Cite.model_fields,
    *language.Holidays.model_fields,
    *language.AddedField.model_fields,
    *("zone", "holidays", "id", "note", "cite", "called", "phrase", "authority", "basis", "fields"),
    *("kinds", "values"),
}
FORMS_WITH_A_VALUE = {
    *("edge: inclusive", "edge: exclusive", "placed_by: reported", "placed_by: missing_since"),
    *("within: ever", "within: not_stated", "while: open", "while: away", "after: trigger"),
    *("since: action", "since: missing_since", "ever: true", "per: child", "per: episode"),
    *("names_known: markers", "names_known: concerns"),
    *("extends: england", "extends: wiltshire", "extends: good_practice"),
}


# --- Reading a case ------------------------------------------------------------------------------


def read_json(name: str, file: str) -> dict[str, Any]:
    def refuse_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        twice = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
        assert not twice, f"{name}/{file}: {twice} stand twice"
        return dict(pairs)

    text = (FOLDER / name / file).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text, object_pairs_hook=refuse_twice)
    return found


@functools.cache
def case_of(name: str) -> dict[str, Any]:
    return read_json(name, "case.json")


@functools.cache
def expected_of(name: str) -> dict[str, Any]:
    return read_json(name, "expected.json")


def policy_of(name: str) -> Policy:
    return policy_from((FOLDER / name / "policy.yaml").read_text(encoding="utf-8"))


policy_from = functools.cache(Policy.parse)


def log_of(name: str, lines: list[str] | None = None) -> Log:
    every = lines_of(name) if lines is None else lines
    return read_jsonl(every, vocabulary=policy_of(name).vocabulary, zone=case_of(name).get("zone"))


def lines_of(name: str) -> list[str]:
    return (FOLDER / name / "log.jsonl").read_text(encoding="utf-8").splitlines()


def child_of(name: str, log: Log) -> str:
    if "child" in case_of(name):
        return str(case_of(name)["child"])
    (child,) = log.by_child()
    return child


def record_of(name: str, log: Log) -> Record:
    child = child_of(name, log)
    entries = log.by_child().get(child, ())
    return Record.of(entries, child_id=child, incomplete=child in log.incomplete)


def coverage_of(name: str) -> Coverage:
    told = case_of(name).get("coverage", {})
    start, end = (
        from_us(parse_instant(told[key])) if key in told else None for key in ("start", "end")
    )
    return Coverage.between(start, end, without=told.get("without", ()))


def judged(
    name: str, record: Record, *, as_of: int | None = None, engine: Engine = "native"
) -> Assessment | Finding:
    at = parse_instant(case_of(name)["as_of"]) if as_of is None else as_of
    return verdict(policy_of(name), record, as_of=at, coverage=coverage_of(name), engine=engine)


def findings_in(name: str, made: Assessment | Finding) -> list[dict[str, Any]]:
    found = [made] if isinstance(made, Finding) else list(made.findings)
    rules = case_of(name).get("rules")
    return [one.to_dict() for one in found if rules is None or one.rule in rules]


# --- Comparing -----------------------------------------------------------------------------------


def same(key: str, wanted: Any, given: Any) -> bool:
    if key in INSTANTS and wanted is not None and given is not None:
        return parse_instant(wanted) == parse_instant(given)
    if isinstance(wanted, list) and isinstance(given, list):
        return sorted(map(str, wanted)) == sorted(map(str, given))
    return type(wanted) is type(given) and bool(wanted == given)


def differing(wanted: dict[str, Any], given: dict[str, Any]) -> list[str]:
    return [key for key in wanted if not same(key, wanted[key], given[key])]


def paired(wanted: list[dict[str, Any]], given: list[dict[str, Any]]) -> dict[int, int]:
    """Pair as many as can be: what is given, by number, to what is wanted."""
    pairs: dict[int, int] = {}

    def place(number: int, tried: set[int]) -> bool:
        for other, found in enumerate(given):
            if other in tried or differing(wanted[number], found):
                continue
            tried.add(other)
            if other not in pairs or place(pairs[other], tried):
                pairs[other] = number
                return True
        return False

    for number in range(len(wanted)):
        place(number, set())
    return pairs


def complaints(
    what: str, wanted: list[dict[str, Any]], given: list[dict[str, Any]], shown: Iterable[str]
) -> Iterator[str]:
    """Say what is wanted and not given, with the nearest that is, and what is given unasked."""
    pairs = paired(wanted, given)
    over = [found for other, found in enumerate(given) if other not in pairs]
    for number, one in enumerate(wanted):
        if number in pairs.values():
            continue
        near = min(over, key=lambda found: len(differing(one, found)), default=None)
        yield f"{what} expected and not given: {one}"
        if near is not None:
            keys = differing(one, near)
            yield f"    nearest: { {key: near[key] for key in ['rule', *keys] if key in near} }"
    for found in over:
        yield f"{what} given and not expected: { {key: found[key] for key in shown} }"


FIRST_KEYS = ("rule", "episode_id", "outcome", "opened_at", "due_at", "done_at", "episodes")


# --- What must hold ------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["native", DURABLE])
@pytest.mark.parametrize("name", CASES)
def test_a_case_comes_out_as_expected_in_whatever_order_the_rows_stand(
    name: str, engine: Engine
) -> None:
    lines = lines_of(name)
    # Line numbers are only compared as the file stands; the second engine reads from the end.
    log = log_of(name, lines if engine == "native" else lines[::-1])
    made = judged(name, record_of(name, log), engine=engine)
    expected = expected_of(name)
    wrong = list(complaints("finding", expected["findings"], findings_in(name, made), FIRST_KEYS))
    if "data_gaps" in expected:
        gaps = [] if isinstance(made, Finding) else made.to_dict()["data_gaps"]
        wrong += complaints("data gap", expected["data_gaps"], gaps, KEYS_OF_A_GAP)
    assert not wrong, "\n".join(["", case_of(name)["title"], *wrong])


@pytest.mark.parametrize("name", CASES)
def test_reading_the_log_comes_out_as_expected(name: str) -> None:
    expected, log = expected_of(name), log_of(name)
    rejected = [{"line": fault.line, "code": fault.code} for fault in log.faults]
    assert sorted(rejected, key=str) == sorted(expected.get("rejected", []), key=str)
    assert sorted(log.conflicts) == sorted(expected.get("conflicting_ids", []))
    if "rows" in expected:
        rows = (log.rows, len(log.entries), log.duplicates, log.rejected)
        assert dict(zip(ROWS, rows, strict=True)) == expected["rows"]


@pytest.mark.parametrize("name", [name for name in CASES if "next_due" in expected_of(name)])
def test_the_next_change_that_time_alone_brings_is_as_expected(name: str) -> None:
    made = judged(name, record_of(name, log_of(name)))
    assert not isinstance(made, Finding)
    assert same("due_at", expected_of(name)["next_due"], made.to_dict()["next_due"])


@pytest.mark.parametrize("name", [name for name in CASES if "withdrawn_since" in case_of(name)])
def test_what_corrections_took_away_is_as_expected(name: str) -> None:
    made = judged(name, record_of(name, log_of(name)))
    assert not isinstance(made, Finding)
    gone = [
        {**one.finding.to_dict(), "entries": list(one.entries), "by": list(one.by)}
        for one in made.withdrawn_since(from_us(parse_instant(case_of(name)["withdrawn_since"])))
    ]
    wrong = list(complaints("withdrawn", expected_of(name)["withdrawn"], gone, FIRST_KEYS))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", CASES)
def test_live_says_at_each_step_what_batch_says_of_that_instant_and_ends_the_same(
    name: str,
) -> None:
    batch = record_of(name, log_of(name))
    rows = [json.loads(line) for line in lines_of(name) if line.startswith("{")]
    vocabulary, zone = policy_of(name).vocabulary, case_of(name).get("zone")
    read = [entry_from_row(row, vocabulary, zone) for row in rows]
    entries = [one for one in read if not isinstance(one, list) and one.child_id == batch.child_id]
    whole = Record.of(entries, child_id=batch.child_id, incomplete=batch.incomplete)
    end = parse_instant(case_of(name)["as_of"])
    live = Record(batch.child_id, (), incomplete=batch.incomplete)
    for now, arrived in groupby(sorted(entries, key=known), key=known):
        live = Record.of(
            [*live.entries, *arrived], child_id=batch.child_id, incomplete=batch.incomplete
        )
        if now <= end:
            at_the_time = findings_in(name, judged(name, live, as_of=now))
            assert at_the_time == findings_in(name, judged(name, whole, as_of=now))
    assert findings_in(name, judged(name, live)) == findings_in(name, judged(name, batch))


def known(entry: Entry) -> int:
    return entry.known


# --- The format ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_a_folder_is_written_as_the_readme_says(name: str) -> None:
    assert re.fullmatch(r"[0-9]{3}(-[a-z0-9]+)+", name)
    assert sorted(path.name for path in (FOLDER / name).iterdir()) == FILES
    assert all(line and line == line.strip() for line in lines_of(name))
    case, expected, rules = case_of(name), expected_of(name), {*policy_of(name).duties, "record"}
    assert list(faults_of_case(case, rules)) == []
    assert list(faults_of_expected(case, expected, rules)) == []
    assert sorted(set(case["forms"]) - forms_of(name)) == [], "forms that the policy does not have"
    assert named_in(expected) - ids_in(log_of(name)) <= {None}, "not in the log"


def faults_of_case(case: dict[str, Any], rules: Container[str]) -> Iterator[str]:
    for key in sorted(REQUIRED_OF_A_CASE - case.keys()):
        yield f"`{key}` is missing"
    for key in sorted(case.keys() - KEYS_OF_A_CASE):
        yield f"`{key}` is no key of a case"
    if not re.fullmatch(r"[A-Z0-9][^\n]*\.", case.get("title", "")):
        yield "`title` is one sentence, from a capital to a full stop"
    rulings = case.get("rulings", [])
    if not rulings or any(n not in RULINGS for n in rulings) or len(rulings) != len(set(rulings)):
        yield "`rulings` are numbers from 1 to 16, each once"
    if case.get("side") not in {"applies", "stops", "both"}:
        yield "`side` is applies, stops or both"
    forms = case.get("forms", [])
    if not forms or len(forms) != len(set(forms)):
        yield "`forms` are listed, each once"
    yield from (
        f"the policy has no rule `{rule}`" for rule in case.get("rules", ()) if rule not in rules
    )
    coverage = case.get("coverage", {})
    for key in sorted(coverage.keys() - {"start", "end", "without"}):
        yield f"`{key}` is no key of a coverage"
    instants = [case.get("as_of"), case.get("withdrawn_since")]
    for instant in (*instants, coverage.get("start"), coverage.get("end")):
        if instant is not None and not is_instant(instant):
            yield f"`{instant}` is no instant"


def faults_of_expected(
    case: dict[str, Any], expected: dict[str, Any], rules: Container[str]
) -> Iterator[str]:
    for key in sorted(expected.keys() - KEYS_OF_EXPECTED):
        yield f"`{key}` is not what can be expected"
    if "findings" not in expected:
        yield "`findings` is missing"
    if ("withdrawn" in expected) != ("withdrawn_since" in case):
        yield "`withdrawn` and `withdrawn_since` stand together"
    for finding in expected.get("findings", ()):
        yield from faults_of_finding(finding, KEYS_OF_A_FINDING, case.get("rules") or rules)
    for finding in expected.get("withdrawn", ()):
        keys = KEYS_OF_A_FINDING | {"entries", "by"}
        yield from faults_of_finding(finding, keys, case.get("rules") or rules)
    for gap in expected.get("data_gaps", ()):
        yield from (f"`{key}` is no key of a gap" for key in sorted(gap.keys() - KEYS_OF_A_GAP))
        if gap.get("code") not in GAPS:
            yield f"`{gap.get('code')}` is no code of a data gap"
    if any(fault.keys() != {"line", "code"} for fault in expected.get("rejected", ())):
        yield "a fault in `rejected` has `line` and `code`"
    if "rows" in expected and expected["rows"].keys() != {*ROWS}:
        yield f"`rows` has {', '.join(ROWS)}"


def faults_of_finding(
    finding: dict[str, Any], keys: set[str], rules: Container[str]
) -> Iterator[str]:
    for key in sorted(REQUIRED_OF_A_FINDING - finding.keys()):
        yield f"`{key}` of a finding is missing"
    for key in sorted(finding.keys() - keys):
        yield f"`{key}` is no key of a finding"
    if finding.get("outcome") not in OUTCOMES:
        yield f"`{finding.get('outcome')}` is no outcome"
    if finding.get("rule") not in rules:
        yield f"the policy has no rule `{finding.get('rule')}`, or it is not compared"
    for key in INSTANTS & finding.keys():
        if finding[key] is not None and not is_instant(finding[key]):
            yield f"`{finding[key]}` is no instant"
    if not set(finding.get("masked_by", ())) <= set(finding.get("episodes", named_in(finding))):
        yield "`masked_by` names episodes of the window"


def is_instant(text: str) -> bool:
    try:
        parse_instant(text)
    except ValueError:
        return False
    return True


def named_in(data: Any) -> set[str | None]:
    """Every entry and episode that is expected, wherever it stands."""
    if isinstance(data, list):
        return set().union(*map(named_in, data)) if data else set()
    if not isinstance(data, dict):
        return set()
    named = {"evidence", "entries", "episodes", "masked_by"}
    here = {one for key in named & data.keys() for one in data[key]}
    return {data.get("episode_id"), *here}.union(*map(named_in, data.values()))


def ids_in(log: Log) -> set[str | None]:
    return {one for entry in log.entries for one in (entry.entry_id, entry.episode_id)}


def forms_of(name: str) -> set[str]:
    """What a policy says with everything below it, and on which it stands."""
    text = (FOLDER / name / "policy.yaml").read_text(encoding="utf-8")
    found = re.search(r"^extends: *(\S+)$", text, re.MULTILINE)
    assert found is None or found[1] in SHIPPED, "a case stands for itself, or on a shipped policy"
    extended = {"extends", f"extends: {found[1]}"} if found else set()
    return forms_in(policy_of(name).source.located.data) | extended


def forms_in(data: Any) -> set[str]:
    """Every key of a policy, and every key with a plain value behind it (or one of a list)."""
    if isinstance(data, list):
        return set().union(*map(forms_in, data)) if data else set()
    if not isinstance(data, dict):
        return set()
    found = set(data)
    for key, value in data.items():
        plain = value if isinstance(value, list) else [value]
        found |= {f"{key}: {json.dumps(one).strip(chr(34))}" for one in plain if is_plain(one)}
        found |= forms_in(value)
    return found


def is_plain(value: object) -> bool:
    return isinstance(value, (str, int, bool))


# --- The whole suite -----------------------------------------------------------------------------


def test_there_are_enough_cases_and_no_two_have_one_number() -> None:
    numbers = Counter(name[:3] for name in CASES)
    assert [number for number, count in numbers.items() if count > 1] == []
    assert len(CASES) >= 120


def test_every_ruling_is_shown_on_both_sides_of_its_line() -> None:
    shown: dict[int, set[str]] = defaultdict(set)
    for name in CASES:
        side = case_of(name)["side"]
        for ruling in case_of(name)["rulings"]:
            shown[ruling] |= {"applies", "stops"} if side == "both" else {side}
    assert [n for n in RULINGS if shown[n] != {"applies", "stops"}] == []


def test_every_outcome_is_expected_somewhere() -> None:
    outcomes = {one["outcome"] for name in CASES for one in expected_of(name)["findings"]}
    assert sorted(set(OUTCOMES) - outcomes) == []


def test_every_data_gap_is_expected_somewhere() -> None:
    codes = {gap["code"] for name in CASES for gap in expected_of(name).get("data_gaps", ())}
    assert sorted(GAPS - codes) == []


def test_every_form_of_the_language_is_shown() -> None:
    models = [
        model
        for model in vars(language).values()
        if isinstance(model, type) and issubclass(model, language.Part | language.ConditionForm)
    ]
    keys = {
        field.alias or name for model in models for name, field in model.model_fields.items()
    } - DESCRIPTIVE
    named = {form for name in CASES for form in case_of(name)["forms"]}
    shown = named | {form.split(":")[0] for form in named}
    assert sorted((keys | FORMS_WITH_A_VALUE) - shown) == []


def test_the_readme_states_every_key_and_no_other() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    for key in KEYS_OF_A_CASE | KEYS_OF_EXPECTED | KEYS_OF_A_FINDING | KEYS_OF_A_GAP:
        assert f"`{key}`" in text, key
    assert re.findall(r"^(\d+)\. ", text, re.MULTILINE) == [str(n) for n in RULINGS]


# --- The runner itself ---------------------------------------------------------------------------


def test_findings_are_paired_so_that_as_many_as_can_be_agree() -> None:
    wide, narrow = {"rule": "a"}, {"rule": "a", "missed": 2}
    given = [{"rule": "a", "missed": 2}, {"rule": "a", "missed": 1}]
    assert len(paired([wide, narrow], given)) == 2
    assert len(paired([narrow, narrow], given)) == 1


@pytest.mark.parametrize(
    ("key", "wanted", "given", "equal"),
    [
        ("due_at", "2024-07-01T00:00:00+01:00", "2024-06-30T23:00:00Z", True),
        ("due_at", None, "2024-06-30T23:00:00Z", False),
        ("due_at", None, None, True),
        ("episodes", ["E2", "E1"], ["E1", "E2"], True),
        ("episodes", ["E1"], ["E1", "E1"], False),
        ("masked", 0, False, False),
        ("missed", 1, 1, True),
    ],
)
def test_values_are_compared_as_the_readme_says(
    key: str, wanted: object, given: object, *, equal: bool
) -> None:
    assert same(key, wanted, given) is equal


def test_what_differs_is_said_with_the_nearest_that_was_given() -> None:
    wanted = [{"rule": "a", "outcome": "pending"}]
    given = [{"rule": "a", "outcome": "breached"}]
    said = list(complaints("finding", wanted, given, ("rule", "outcome")))
    assert said == [
        "finding expected and not given: {'rule': 'a', 'outcome': 'pending'}",
        "    nearest: {'rule': 'a', 'outcome': 'breached'}",
        "finding given and not expected: {'rule': 'a', 'outcome': 'breached'}",
    ]


GOOD_CASE = {
    "title": "Something holds.",
    "rulings": [2],
    "side": "both",
    "forms": ["reach"],
    "as_of": "2024-02-01T12:00:00Z",
}
GOOD_FINDING = {"rule": "meeting", "episode_id": None, "outcome": "pending"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"titel": "Something holds."}, "`titel` is no key of a case"),
        ({"title": "something holds"}, "`title` is one sentence, from a capital to a full stop"),
        ({"rulings": [17]}, "`rulings` are numbers from 1 to 16, each once"),
        ({"rulings": []}, "`rulings` are numbers from 1 to 16, each once"),
        ({"side": "left"}, "`side` is applies, stops or both"),
        ({"forms": ["reach", "reach"]}, "`forms` are listed, each once"),
        ({"as_of": "2024-02-01 12:00"}, "`2024-02-01 12:00` is no instant"),
        ({"coverage": {"from": "2024-02-01T12:00:00Z"}}, "`from` is no key of a coverage"),
        ({"coverage": {"start": "2024-02-01"}}, "`2024-02-01` is no instant"),
        ({"rules": ["interview"]}, "the policy has no rule `interview`"),
    ],
)
def test_a_case_that_is_not_as_the_readme_says_is_refused(
    change: dict[str, Any], said: str
) -> None:
    assert list(faults_of_case(GOOD_CASE, {"meeting"})) == []
    assert list(faults_of_case({**GOOD_CASE, **change}, {"meeting"})) == [said]


@pytest.mark.parametrize("key", sorted(REQUIRED_OF_A_CASE))
def test_a_case_without_a_required_key_is_refused(key: str) -> None:
    case = {name: value for name, value in GOOD_CASE.items() if name != key}
    assert f"`{key}` is missing" in list(faults_of_case(case, {"meeting"}))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"message": "No record."}, "`message` is no key of a finding"),
        ({"entries": ["E1"]}, "`entries` is no key of a finding"),
        ({"outcome": "late"}, "`late` is no outcome"),
        ({"rule": "interview"}, "the policy has no rule `interview`, or it is not compared"),
        ({"due_at": "tomorrow"}, "`tomorrow` is no instant"),
        ({"episodes": ["E1"], "masked_by": ["E2"]}, "`masked_by` names episodes of the window"),
    ],
)
def test_a_finding_that_is_not_as_the_readme_says_is_refused(
    change: dict[str, Any], said: str
) -> None:
    for finding, faults in ((GOOD_FINDING, []), ({**GOOD_FINDING, **change}, [said])):
        found = faults_of_expected(GOOD_CASE, {"findings": [finding]}, {"meeting"})
        assert list(found) == faults


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"finding": []}, "`finding` is not what can be expected"),
        ({"withdrawn": []}, "`withdrawn` and `withdrawn_since` stand together"),
        ({"data_gaps": [{"code": "gap"}]}, "`gap` is no code of a data gap"),
        ({"data_gaps": [{"code": "no_report", "entry": "E1"}]}, "`entry` is no key of a gap"),
        ({"rejected": [{"line": 3}]}, "a fault in `rejected` has `line` and `code`"),
        ({"rows": {"read": 3}}, "`rows` has read, accepted, duplicates, rejected"),
    ],
)
def test_an_expectation_that_is_not_as_the_readme_says_is_refused(
    change: dict[str, Any], said: str
) -> None:
    expected = {"findings": [GOOD_FINDING], **change}
    assert list(faults_of_expected(GOOD_CASE, expected, {"meeting"})) == [said]

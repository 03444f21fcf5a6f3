"""The shipped policies: what each rule asks, where it is written, and that it can be met."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

import build
from missingrules import Policy, evaluate, layers
from missingrules.duties import Action
from missingrules.layers import policies_folder, shipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules import Finding

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("england", "wiltshire", "good_practice")
EXTENDS = {
    "england": None,
    "wales": "england",
    "wiltshire": "wiltshire_repeat_missing",
    "good_practice": "wiltshire",
}
"""The policies outside the catalogue, and what they lie on."""

RAW: dict[str, dict[str, Any]] = {
    name: yaml.safe_load(path.read_text(encoding="utf-8")) for name, path in shipped().items()
}
POLICIES = {name: Policy.load(name) for name in NAMES}
WIDEST = POLICIES["good_practice"]  # lies on top of the others and has every rule

OFF = {"concern-for-safety-withdrawn", "ppn-aware"}


# --- What is shipped -----------------------------------------------------------------------------


def test_four_policies_are_shipped_beside_the_catalogue_and_all_load() -> None:
    beside = {name for name, path in shipped().items() if path.parent == policies_folder()}
    assert beside == EXTENDS.keys()
    for name, policy in POLICIES.items():
        assert policy.name == name
        assert policy.duties


def test_each_lies_on_top_of_the_one_it_says() -> None:
    assert {name: RAW[name].get("extends") for name in EXTENDS} == EXTENDS
    readme = (ROOT / "policies" / "README.md").read_text(encoding="utf-8")
    for name, below in EXTENDS.items():
        (row,) = re.findall(rf"^\| `{name}\.yaml` \|.*\|$", readme, re.MULTILINE)
        assert row.endswith(f"| `{below}` |" if below else "| nothing |")


def test_a_wheel_holds_the_policies_inside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"]["policies"] == "missingrules/policies"
    inside = tmp_path / "src" / "missingrules"
    inside.mkdir(parents=True)
    monkeypatch.setattr(layers, "__file__", str(inside / "layers.py"))
    (tmp_path / "policies").mkdir()
    assert policies_folder() == tmp_path / "policies"
    (inside / "policies").mkdir()
    (inside / "policies" / "elsewhere.yaml").write_text("")
    assert policies_folder() == inside / "policies"
    assert list(shipped()) == ["elsewhere"]


@pytest.mark.parametrize("name", NAMES)
def test_the_title_says_that_it_is_a_reconstruction_that_nobody_issued(name: str) -> None:
    title = POLICIES[name].title
    assert "reconstructed from published" in title
    assert "not issued or endorsed by" in title


@pytest.mark.parametrize("name", NAMES)
def test_it_says_who_looks_after_it_when_it_was_reviewed_and_which_edition_it_is(name: str) -> None:
    file = POLICIES[name].source.file
    assert file.owner
    assert file.last_reviewed
    assert re.fullmatch(r"\d{4}-\d{2}", file.edition)
    assert file.conventions.zone == "Europe/London"
    assert file.conventions.holidays is not None
    assert (file.conventions.holidays.country, file.conventions.holidays.subdivision) == (
        "GB",
        "ENG",
    )


# --- Where everything is written -----------------------------------------------------------------


def leaves(tree: object) -> Iterator[object]:
    """Give every value in a part of a policy file; words about it are not values."""
    if isinstance(tree, dict):
        for key, part in tree.items():
            if key not in {"id", "title", "note", "cite", "called"}:
                yield from leaves(part)
    elif isinstance(tree, list):
        for part in tree:
            yield from leaves(part)
    else:
        yield tree


@pytest.mark.parametrize("name", NAMES)
def test_every_number_is_a_parameter(name: str) -> None:
    for value in leaves([RAW[name]["rules"], RAW[name].get("terms", {})]):
        assert isinstance(value, (str, bool)), value
        assert isinstance(value, bool) or not re.search(r"\d", value), value


@pytest.mark.parametrize("name", NAMES)
def test_every_grade_that_a_rule_demands_is_a_parameter(name: str) -> None:
    parameters = POLICIES[name].source.file.parameters
    floors = [rule["grade"]["at_least"] for rule in RAW[name]["rules"] if "grade" in rule]
    assert all(floor in parameters for floor in floors)


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_says_what_it_rests_on(name: str) -> None:
    file = POLICIES[name].source.file
    for parameter in file.parameters.values():
        assert parameter.basis in {"stated", "inferred", "assumed"}
        if parameter.basis != "assumed":
            assert parameter.cite is not None
        if parameter.basis != "stated":
            assert parameter.note
        if parameter.cite is not None:
            assert parameter.cite.source in file.sources


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_and_term_is_used(name: str) -> None:
    below = [*RAW]
    used = " ".join(
        str(value)
        for raw in (RAW[each] for each in below)
        for value in leaves([raw["rules"], raw.get("terms", {})])
    )
    words = set(used.split())
    tree = RAW[name]
    assert {*tree.get("parameters", {}), *tree.get("terms", {})} <= words


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_has_its_authority_its_basis_and_its_citation(name: str) -> None:
    file = POLICIES[name].source.file
    for rule in file.rules:
        assert rule.authority, rule.id
        assert rule.basis in {"stated", "inferred", "assumed"}, rule.id
        assert rule.cite is not None, rule.id
        assert rule.cite.source in file.sources, rule.id
        assert rule.basis == "stated" or rule.note, rule.id
        assert rule.severity in {"critical", "major", "minor"}, rule.id
        assert rule.owed_by, rule.id


@pytest.mark.parametrize("name", NAMES)
def test_every_duty_carries_them_to_its_findings(name: str) -> None:
    for duties in POLICIES[name].duties.values():
        for duty in duties:
            assert duty.cite is not None
            assert {"title", "publisher", "published"} <= duty.cite.keys()
            assert duty.timing_basis or not getattr(duty.effect, "within", None)


@pytest.mark.parametrize("name", NAMES)
def test_every_source_has_title_publisher_and_date_and_is_cited(name: str) -> None:
    cited = {
        cite
        for raw in RAW.values()
        for part in (*raw["rules"], *raw.get("parameters", {}).values())
        if (cite := part.get("cite", {}).get("source"))
    }
    for source, told in RAW[name].get("sources", {}).items():
        assert told["title"], source
        assert told["publisher"], source
        assert told["published"], source
        assert source in cited


def test_no_rule_of_the_policies_on_others_is_law_on_the_police() -> None:
    told = {rule.authority for rule in WIDEST.source.file.rules}
    assert "statute" not in told
    statutory = {
        (rule.id, rule.owed_by)
        for rule in WIDEST.source.file.rules
        if rule.authority == "statutory_guidance"
    }
    assert {rule for rule, owner in statutory if owner == "childrens_social_care"} == {
        "return-interview-offered",
        "return-interview-held",
    }


@pytest.mark.parametrize("name", NAMES)
def test_only_one_rule_asks_for_the_strategy_meeting(name: str) -> None:
    asking = {
        rule
        for rule, duties in POLICIES[name].duties.items()
        for duty in duties
        if isinstance(duty.effect, Action) and "strategy_meeting_held" in duty.effect.kinds
    }
    assert asking == ({"strategy-meeting"} if name != "england" else set())


# --- What the catalogue contains -----------------------------------------------------------------

IDEAS = {
    "strategy meeting": ("strategy-meeting",),
    "meeting requested by police": ("strategy-meeting-requested",),
    "a declined meeting escalated": ("strategy-meeting-escalated",),
    "ground for concern for safety": ("concern-for-safety-ground",),
    "rationale for it": ("concern-for-safety-rationale",),
    "time spent in it": ("concern-for-safety-time",),
    "not available for missing children": ("concern-for-safety-withdrawn",),
    "recorded as missing in time": ("recorded-as-missing",),
    "response priority fits known risk": ("response-prioritised", "response-priority"),
    "tracing activity, no gap too long": ("tracing-enquiries",),
    "FIM told": ("fim-told",),
    "inspector informed, and recorded": ("inspector-informed",),
    "risk graded in time": ("risk-graded", "risk-graded-on-registration"),
    "grade floor for self-harm": ("self-harm-grading",),
    "grading refers to known markers": ("grading-refers-to-warnings",),
    "rationale for the grade": ("grading-rationale",),
    "lines of enquiry by a supervisor": ("lines-of-enquiry",),
    "tracker opened": ("tracker-opened",),
    "supervisor review at intervals": ("supervisor-review",),
    "trigger plan consulted": ("trigger-plan-consulted",),
    "trigger plan for repeat missing": (
        "trigger-plan-made",
        "trigger-plan-first-page",
        "trigger-plan-updated",
    ),
    "prevention interview": (
        "prevention-interview",
        "prevention-interview-in-person",
        "prevention-interview-voice",
    ),
    "PPN": (
        "ppn-submitted",
        "ppn-voice",
        "ppn-ethnicity",
        "ppn-school",
        "ppn-carries-warnings",
        "ppn-reviewed",
        "ppn-reviewed-in-mash",
        "ppn-shared",
        "ppn-aware",
    ),
    "return home interview": (
        "return-interview-offered",
        "return-interview-held",
        "return-interview-shared",
        "return-recorded",
    ),
    "Philomena form": ("philomena-form-used",),
}
"""What every force's catalogue has to contain, and the rules that do."""

GOOD_PRACTICE = {
    "PPN both when missing and when found": ("ppn-when-missing", "ppn-when-found"),
    "how the inspector was told": ("inspector-informed-how",),
    "the record of the meeting goes out": ("strategy-meeting-recorded",),
}


def rule_ids(name: str) -> set[str]:
    return {rule.id for rule in POLICIES[name].source.file.rules}


def test_the_catalogue_is_complete_and_holds_nothing_unnamed() -> None:
    expected = {rule for rules in IDEAS.values() for rule in rules}
    assert rule_ids("wiltshire") == expected
    optional = {rule for rules in GOOD_PRACTICE.values() for rule in rules}
    assert rule_ids("good_practice") == expected | optional


def test_everything_is_on_but_the_two_rules_that_say_why_they_are_off() -> None:
    for name in NAMES:
        off = {rule.id for rule in POLICIES[name].source.file.rules if not rule.active}
        assert off == (OFF if name != "england" else set())
        assert POLICIES[name].duties.keys() == rule_ids(name) - off
    for rule in WIDEST.source.file.rules:
        assert rule.active or (rule.note or "").startswith("Off: ")


def test_reviews_come_sooner_at_high_risk() -> None:
    for rule in ("supervisor-review", "tracing-enquiries"):
        (duty,) = POLICIES["wiltshire"].duties[rule]
        assert duty.every is not None
        ((_, shorter),) = duty.every.sooner
        assert str(shorter) == "1 hour"
        assert str(duty.every.interval) in {"2 hours", "4 hours"}


# --- Every rule, met and not met -----------------------------------------------------------------


class Case(NamedTuple):
    """A record in which a rule has something to say, and the entries that meet it."""

    given: str
    met: str


REPORT = "E1 2023-05-10 09:00 reported whereabouts=unknown from_place=home"
CONCERN = f"{REPORT}\nE1 2023-05-10 09:05 categorised category=concern_for_safety"
MARKER = f"-  2023-01-04 10:00 marker_added marker=self_harm\n{REPORT}"
PLAN = "-  2023-01-04 10:00 trigger_plan_created first_page_actions=yes"
RETURN = f"{REPORT}\nE1 2023-05-10 15:00 returned"
PPN = "E1 2023-05-10 17:00 ppn_submitted"
THREE = build.missing(90, 100, 110)
THRESHOLD = "2023-04-21"  # a Friday: the date of the third report

CASES = {
    "risk-graded": Case(REPORT, "E1 2023-05-10 09:30 graded grade=medium"),
    "risk-graded-on-registration": Case(
        f"{CONCERN} ground=enquiries_not_made rationale='the father is ringing round'\n"
        "E1 2023-05-10 10:00 categorised category=missing",
        "E1 2023-05-10 11:00 graded grade=medium",
    ),
    "grading-rationale": Case(
        f"{REPORT}\nE1 2023-05-10 09:30 graded grade=low",
        "E1 2023-05-10 09:50 graded grade=low rationale='known to be with an aunt'",
    ),
    "grading-refers-to-warnings": Case(
        f"{MARKER}\nE1 2023-05-10 09:10 concern_noted concern=mental_health\n"
        "E1 2023-05-10 09:30 graded grade=high",
        "E1 2023-05-10 09:50 graded grade=high refers_to=self_harm,mental_health",
    ),
    "inspector-informed": Case(REPORT, "E1 2023-05-10 10:00 inspector_informed"),
    "return-recorded": Case(
        f"{REPORT}\nE1 2023-05-10 14:00 located\nE1 2023-05-11 09:00 closed",
        "E1 2023-05-10 15:00 returned",
    ),
    "prevention-interview": Case(RETURN, "E1 2023-05-11 15:00 prevention_interview"),
    "prevention-interview-in-person": Case(
        f"{RETURN}\nE1 2023-05-10 18:00 prevention_interview mode=phone",
        "E1 2023-05-11 09:00 prevention_interview mode=in_person",
    ),
    "prevention-interview-voice": Case(
        f"{RETURN}\nE1 2023-05-10 18:00 prevention_interview mode=in_person",
        "E1 2023-05-10 20:00 prevention_interview mode=in_person voice_of_child=yes",
    ),
    "return-interview-offered": Case(RETURN, "E1 2023-05-11 09:00 return_interview_declined"),
    "return-interview-held": Case(RETURN, "E1 2023-05-13 15:00 return_interview_held"),
    "ppn-submitted": Case(REPORT, "E1 2023-05-11 09:00 ppn_submitted"),
    "strategy-meeting": Case(THREE, "-  2023-04-28 14:00 strategy_meeting_held"),
    "strategy-meeting-requested": Case(THREE, "-  2023-04-24 12:00 strategy_meeting_requested"),
    "strategy-meeting-escalated": Case(
        f"{THREE}\n-  2023-04-25 12:00 strategy_meeting_declined", "-  2023-04-26 12:00 escalated"
    ),
    "concern-for-safety-ground": Case(
        CONCERN,
        "E1 2023-05-10 09:15 categorised category=concern_for_safety ground=enquiries_not_made",
    ),
    "concern-for-safety-rationale": Case(
        CONCERN,
        "E1 2023-05-10 09:15 categorised category=concern_for_safety rationale='not yet searched'",
    ),
    "concern-for-safety-time": Case(CONCERN, "E1 2023-05-10 11:00 categorised category=missing"),
    "recorded-as-missing": Case(REPORT, "E1 2023-05-10 10:00 categorised category=missing"),
    "response-prioritised": Case(REPORT, "E1 2023-05-10 09:15 prioritised priority=scheduled"),
    "response-priority": Case(
        f"{MARKER}\nE1 2023-05-10 09:05 prioritised priority=scheduled",
        "E1 2023-05-10 09:20 prioritised priority=immediate",
    ),
    "tracing-enquiries": Case(
        f"{REPORT}\nE1 2023-05-10 12:00 returned", "E1 2023-05-10 10:30 enquiry_made"
    ),
    "fim-told": Case(REPORT, "E1 2023-05-10 09:15 fim_notified"),
    "self-harm-grading": Case(
        f"{REPORT}\nE1 2023-05-10 09:30 graded grade=medium\n"
        "E1 2023-05-10 10:00 concern_noted concern=suicidal_ideation",
        "E1 2023-05-10 10:30 graded grade=high",
    ),
    "lines-of-enquiry": Case(REPORT, "E1 2023-05-10 10:00 lines_of_enquiry_set"),
    "tracker-opened": Case(REPORT, "E1 2023-05-10 11:00 tracker_opened"),
    "supervisor-review": Case(
        f"{REPORT}\nE1 2023-05-10 15:00 returned", "E1 2023-05-10 12:30 supervisor_reviewed"
    ),
    "trigger-plan-consulted": Case(
        f"{PLAN}\n{REPORT}", "E1 2023-05-10 10:00 trigger_plan_consulted"
    ),
    "trigger-plan-made": Case(build.missing(90, 110), "-  2023-04-28 14:00 trigger_plan_created"),
    "trigger-plan-first-page": Case(
        "-  2023-05-10 10:00 trigger_plan_created",
        "-  2023-05-11 10:00 trigger_plan_created first_page_actions=yes",
    ),
    "trigger-plan-updated": Case(
        f"{PLAN}\n{RETURN}\nE1 2023-05-10 18:00 prevention_interview",
        "-  2023-05-17 12:00 trigger_plan_updated first_page_actions=yes",
    ),
    "ppn-voice": Case(f"{RETURN}\n{PPN}", f"{PPN} id=again recorded=18:00 voice_of_child=yes"),
    "ppn-ethnicity": Case(f"{RETURN}\n{PPN}", f"{PPN} id=again recorded=18:00 ethnicity=yes"),
    "ppn-school": Case(f"{RETURN}\n{PPN}", f"{PPN} id=again recorded=18:00 school=not_applicable"),
    "ppn-carries-warnings": Case(
        f"{MARKER}\n{PPN}", f"{PPN} id=again recorded=18:00 carries=self_harm"
    ),
    "ppn-reviewed": Case(f"{REPORT}\n{PPN}", "E1 2023-05-11 09:00 ppn_reviewed by=supervisor"),
    "ppn-reviewed-in-mash": Case(f"{REPORT}\n{PPN}", "E1 2023-05-11 09:00 ppn_reviewed by=mash"),
    "ppn-shared": Case(
        f"{REPORT}\n{PPN}", "E1 2023-05-11 17:00 ppn_shared shared_with=childrens_social_care"
    ),
    "return-interview-shared": Case(
        f"{RETURN}\nE1 2023-05-11 15:00 return_interview_held",
        "E1 2023-05-18 12:00 return_interview_shared shared_with=police",
    ),
    "philomena-form-used": Case(
        REPORT.replace("home", "childrens_home"), "E1 2023-05-10 10:00 philomena_form_used"
    ),
    "ppn-when-missing": Case(REPORT, "E1 2023-05-10 12:00 ppn_submitted stage=missing"),
    "ppn-when-found": Case(RETURN, "E1 2023-05-11 12:00 ppn_submitted stage=found"),
    "inspector-informed-how": Case(
        f"{REPORT}\nE1 2023-05-10 09:30 inspector_informed how=log_only",
        "E1 2023-05-10 09:40 inspector_informed how=phone",
    ),
    "strategy-meeting-recorded": Case(
        "-  2023-05-10 10:00 strategy_meeting_held",
        "-  2023-05-11 10:00 strategy_meeting_recorded outcome='plan agreed'",
    ),
}

LATER = "2023-06-30 12:00"


def first(log: str, rule: str, policy: Policy = WIDEST) -> Finding:
    """Give what a rule makes of a record, the first finding where it comes again."""
    return build.found(build.judge(policy, log, LATER), rule)[0]


def test_every_rule_that_is_on_has_its_case_here() -> None:
    assert CASES.keys() == WIDEST.duties.keys()


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_that_is_not_met_is_breached(rule: str) -> None:
    finding = first(CASES[rule].given, rule)
    assert finding.outcome == "breached"
    assert finding.evidence
    assert finding.message


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_that_is_met_in_time_is_fulfilled(rule: str) -> None:
    case = CASES[rule]
    assert first(f"{case.given}\n{case.met}", rule).outcome == "fulfilled"


def test_a_record_in_which_nothing_happened_owes_nothing() -> None:
    unrelated = "E9 2023-05-10 09:00 quality_reviewed of=E9.quality_reviewed verdict=good"
    assert build.found(build.judge(WIDEST, unrelated, LATER)) == []


KNOWN = "E1 2023-05-10 09:00 reported whereabouts=known from_place=home"


@pytest.mark.parametrize(
    "rule",
    ["fim-told", "inspector-informed", "lines-of-enquiry", "tracker-opened", "recorded-as-missing"],
)
def test_a_child_whose_whereabouts_are_known_is_not_missing(rule: str) -> None:
    assert first(KNOWN, rule).outcome == "not_applicable"


def test_not_stated_is_never_overdue() -> None:
    finding = first(RETURN, "prevention-interview", POLICIES["england"])
    assert (finding.outcome, finding.due_at) == ("pending", None)
    assert "No time is stated" in finding.message
    assert first(RETURN, "prevention-interview").outcome == "breached"


def test_a_return_interview_that_was_declined_is_not_owed() -> None:
    declined = f"{RETURN}\nE1 2023-05-11 09:00 return_interview_declined"
    assert first(declined, "return-interview-held").outcome == "not_applicable"
    assert first(RETURN, "return-interview-held").outcome == "breached"


def test_the_mash_may_decide_with_reasons_that_a_notification_is_not_shared() -> None:
    decided = "E1 2023-05-11 09:00 decided_not_required action=ppn_shared by={} {}"
    reason = "rationale='shared by telephone'"
    given = CASES["ppn-shared"].given
    for by, why, outcome in (
        ("mash", reason, "decided_not_required"),
        ("officer", reason, "breached"),
        ("mash", "", "breached"),
    ):
        log = f"{given}\n{decided.format(by, why)}"
        assert first(log, "ppn-shared").outcome == outcome


@pytest.mark.parametrize(
    ("signed_up", "outcome"),
    [
        ("", "breached"),
        ("-  2023-01-04 10:00 care_status looked_after=yes philomena=yes", "breached"),
        ("-  2023-01-04 10:00 care_status looked_after=yes philomena=no", "not_applicable"),
    ],
)
def test_only_a_home_recorded_as_not_signed_up_is_released_from_the_form(
    signed_up: str, outcome: str
) -> None:
    log = f"{signed_up}\n{CASES['philomena-form-used'].given}"
    assert first(log, "philomena-form-used").outcome == outcome


def test_a_place_that_nobody_recorded_is_a_data_gap() -> None:
    finding = first("E1 2023-05-10 09:00 reported", "philomena-form-used")
    assert finding.outcome == "indeterminate"
    assert finding.unknown == ("reported.from_place",)


def test_the_process_map_binds_from_its_month_on() -> None:
    before, after = (CONCERN.replace("2023-05-10", date) for date in ("2022-08-31", "2022-09-01"))
    rule = "concern-for-safety-rationale"
    assert build.found(build.judge(WIDEST, before, LATER), rule) == []
    assert build.only(build.judge(WIDEST, after, LATER), rule).outcome == "breached"


# --- Three in 90 days ----------------------------------------------------------------------------

LABELS = {
    "missing": "category=missing",
    "concern for safety": "category=concern_for_safety",
    "concern for safety on a ground without reasons": (
        "category=concern_for_safety ground=enquiries_not_made"
    ),
    "absent": "category=absent",
}


@pytest.mark.parametrize("label", LABELS)
def test_three_episodes_count_whatever_they_were_called(label: str) -> None:
    log = THREE.replace("category=missing", LABELS[label])
    finding = first(log, "strategy-meeting")
    assert finding.outcome == "breached"
    assert finding.masked == (label != "missing")


def test_proper_concern_for_safety_does_not_count_and_reasons_given_too_late_do_not_help() -> None:
    proper = "category=concern_for_safety ground=enquiries_not_made rationale='father is searching'"
    log = THREE.replace("category=missing", proper)
    assert build.found(build.judge(WIDEST, log, LATER), "strategy-meeting") == []
    late = "\n".join(
        f"{line} recorded=09:16" if "categorised" in line else line for line in log.splitlines()
    )
    assert first(late, "strategy-meeting").outcome == "breached"


def test_the_meeting_is_due_within_five_working_days_of_the_third_report() -> None:
    finding = first(THREE, "strategy-meeting")
    assert finding.opened_at.date().isoformat() == THRESHOLD
    assert finding.due_at == build.at("2023-04-28 23:00")  # midnight in London


# --- Found while still in concern for safety -----------------------------------------------------

PROPER = "ground=exceptional_circumstances rationale='a reason'"


@pytest.mark.parametrize("ground", ["", PROPER], ids=["improper", "proper"])
@pytest.mark.parametrize(
    ("rule", "outcome"),
    [
        ("ppn-submitted", "breached"),
        ("prevention-interview", "breached"),
        ("return-interview-offered", "breached"),
        ("return-interview-held", "breached"),
        ("trigger-plan-consulted", "breached"),
    ],
)
def test_duties_belong_to_the_episode_and_not_to_its_label(
    rule: str, outcome: str, ground: str
) -> None:
    log = f"{PLAN}\n{CONCERN} {ground}\nE1 2023-05-10 10:30 returned"
    assert first(log, rule).outcome == outcome


@pytest.mark.parametrize("ground", ["", PROPER], ids=["improper", "proper"])
def test_the_trigger_plan_is_updated_after_an_episode_that_stayed_concern_for_safety(
    ground: str,
) -> None:
    log = (
        f"{PLAN}\n{CONCERN} {ground}\nE1 2023-05-10 10:30 returned\n"
        "E1 2023-05-10 12:00 prevention_interview mode=in_person voice_of_child=yes"
    )
    assert first(log, "trigger-plan-updated").outcome == "breached"


# --- The two rules that are off ------------------------------------------------------------------


def turned_on(rule: str) -> Policy:
    return Policy.parse(
        "policy: local\ntitle: A layer for a test\nedition: '1'\nextends: wiltshire\n"
        f"rules:\n  - {{id: {rule}, active: true}}\n"
    )


def test_concern_for_safety_can_be_withdrawn_from_a_date() -> None:
    policy, rule = turned_on("concern-for-safety-withdrawn"), "concern-for-safety-withdrawn"
    before, after = (CONCERN.replace("2023-05-10", date) for date in ("2023-04-30", "2023-05-01"))
    assert build.found(build.judge(policy, before, LATER), rule) == []
    assert build.only(build.judge(policy, after, LATER), rule).outcome == "breached"
    other = CONCERN.replace("concern_for_safety", "missing")
    assert build.found(build.judge(policy, other, LATER), rule) == []


def test_the_aware_headings_can_be_asked_for() -> None:
    policy, rule = turned_on("ppn-aware"), "ppn-aware"
    headings = [f"aware_{name}" for name in AWARE]
    assert policy.vocabulary.kinds["ppn_submitted"].fields.keys() >= {*headings}

    def outcome(*answers: str) -> str:
        filled = " ".join(f"{name}={a}" for name, a in zip(headings, answers, strict=False))
        entries = build.log(f"{REPORT}\n{PPN} {filled}", vocabulary=policy.vocabulary)
        assessment = evaluate(policy, entries, as_of=build.at(LATER))
        return build.only(assessment, rule).outcome

    assert outcome("yes", "yes", "not_applicable", "yes", "yes") == "fulfilled"
    assert outcome("yes", "yes", "no", "yes", "yes") == "breached"
    assert outcome("yes", "yes") == "breached"


AWARE = ("appearance", "words", "activity", "relationships", "environment")


# --- Layers --------------------------------------------------------------------------------------


def test_wiltshire_narrows_what_england_counts_as_missing() -> None:
    proper = f"{CONCERN} {PROPER}"
    for name, owed in (("england", True), ("wiltshire", False)):
        finding = first(proper, "risk-graded", POLICIES[name])
        assert (finding.outcome == "breached") == owed


def test_wiltshire_widens_the_warnings_that_a_grading_refers_to() -> None:
    log = (
        f"{REPORT}\nE1 2023-05-10 09:10 concern_noted concern=mental_health\n"
        "E1 2023-05-10 09:30 graded grade=high"
    )
    rule = "grading-refers-to-warnings"
    assert build.found(build.judge(POLICIES["england"], log, LATER), rule) == []
    assert first(log, rule, POLICIES["wiltshire"]).outcome == "breached"


def test_good_practice_takes_nothing_away() -> None:
    wiltshire = POLICIES["wiltshire"]
    for rule, case in CASES.items():
        if rule in wiltshire.duties:
            for log in (case.given, f"{case.given}\n{case.met}"):
                here = first(log, rule, wiltshire)
                assert here.outcome == first(log, rule).outcome

"""Figures about many children: what is counted, and that merging loses and doubles nothing."""

from __future__ import annotations

import itertools
import json
import pickle
import random
import sys
from typing import TYPE_CHECKING

import pytest

import build
from missingrules import Policy, read_jsonl, scan
from missingrules.calendar import DAY_US, HOUR_US, MINUTE_US
from missingrules.figures import Figures, Gathered, Notable, Spread, Tally, withdrawals
from missingrules.figures.notable import First, NotJudged
from missingrules.figures.owners import OTHERS, PARTNERS, POLICE, group_of
from missingrules.figures.spread import BEFORE, BUCKETS, LABELS, LONGER, bucket
from missingrules.finding import BREACHED, FULFILLED, OUTCOMES

if TYPE_CHECKING:
    from missingrules import Assessment, Scan

POLICY = """
parameters:
  count: {value: 2, basis: assumed, note: for a test}
  window: {value: 30 days, edge: inclusive, placed_by: reported, basis: assumed, note: for a test}
  guessed: {value: 24 hours, basis: assumed, note: for a test}
  told: {value: 72 hours, basis: stated, cite: {source: guidance}}
terms:
  missing: {recorded: category}
rules:
  - id: meeting
    cite: {source: guidance, section: "7"}
    basis: stated
    on: {episodes: missing, reach: count, within: window, as_recorded: {category: missing}}
    require: {action: strategy_meeting_held, within: 5 working days}
    severity: critical
    owed_by: childrens_social_care
  - id: notification
    on: {entry: reported}
    require: {action: ppn_submitted, within: guessed}
    owed_by: officer
  - id: offer
    authority: statutory_guidance
    basis: stated
    cite: {source: guidance}
    on: {entry: returned}
    after: trigger
    require: {action: return_interview_offered, within: told}
    may_be_decided_by: mash
    owed_by: childrens_social_care
  - id: floor
    on: {entry: graded}
    if: {marker: self_harm}
    grade: {at_least: high, within: 30 minutes}
    owed_by: force_incident_manager
  - id: place
    on: {entry: reported}
    if: {from_place: childrens_home}
    require: {action: philomena_form_used, within: guessed}
  - id: seen
    on: {entry: returned}
    measure: true
"""

AS_OF = "2023-06-30 12:00"


@pytest.fixture(scope="module")
def policy() -> Policy:
    return build.policy(POLICY)


def row(child: str, day: int, kind: str = "reported", /, **more: object) -> str:
    made = {"child_id": child, "at": f"2023-06-{day:02}T09:00:00Z", "kind": kind, **more}
    about_child = {"marker_added", "strategy_meeting_held"}
    if kind not in about_child:
        made.setdefault("episode_id", f"{child}-{day}")
    return json.dumps(made)


def missing(child: str, *days: int, category: str = "missing", **more: object) -> list[str]:
    return [
        line
        for day in days
        for line in (
            row(child, day, from_place="home", **more),
            row(child, day, "categorised", category=category),
        )
    ]


def scanned(policy: Policy, *lines: str, as_of: str = AS_OF) -> Scan:
    return scan(read_jsonl(lines), policy, as_of=build.at(as_of))


def figures(policy: Policy, *lines: str, as_of: str = AS_OF) -> Figures:
    done = scanned(policy, *lines, as_of=as_of)
    return Figures.of(done.assessments, done.failed)


# --- Tallies -------------------------------------------------------------------------------------


def test_compliance_is_what_was_done_in_time_of_what_is_settled() -> None:
    tally = Tally({"fulfilled": 42, "fulfilled_late": 3, "breached": 5, "pending": 7, "noted": 9})
    assert (tally.in_time, tally.of, tally.late, tally.no_record) == (42, 50, 3, 5)


@pytest.mark.parametrize("outcome", sorted(set(OUTCOMES) - {FULFILLED, BREACHED, "fulfilled_late"}))
def test_what_is_not_settled_is_in_neither_number_and_stands_beside(outcome: str) -> None:
    tally = Tally({"fulfilled": 1, outcome: 4})
    assert (tally.in_time, tally.of) == (1, 1)
    assert tally[outcome] == tally.to_dict()[outcome] == 4
    assert tally.findings == 5


def test_owed_are_settled_ones_pending_ones_and_decided_ones() -> None:
    assert Tally(dict.fromkeys(OUTCOMES, 1)).owed == 5


def test_breaches_on_incomplete_records_are_counted_apart() -> None:
    cells = [
        ("breached", True, 2),
        ("breached", False, 3),
        ("fulfilled", True, 4),
        ("fulfilled_late", True, 8),
    ]
    tally = Tally.of_cells(cells)
    assert tally.no_record == 5
    assert (tally.on_incomplete_records, tally.unmet_on_incomplete_records) == (14, 10)


# --- Times ---------------------------------------------------------------------------------------


def test_the_upper_edge_of_a_bucket_belongs_to_it() -> None:
    for name, edge in BUCKETS:
        assert LABELS[bucket(edge)] == f"up to {name}"
        assert bucket(edge + 1) == bucket(edge) + 1


@pytest.mark.parametrize(
    ("us", "label"),
    [
        (-1, BEFORE),
        (0, "up to 15 minutes"),
        (16 * MINUTE_US, "up to 30 minutes"),
        (25 * HOUR_US, "up to 48 hours"),
        (29 * DAY_US, LONGER),
    ],
)
def test_a_time_falls_into_the_first_bucket_that_holds_it(us: int, label: str) -> None:
    assert LABELS[bucket(us)] == label


@pytest.mark.parametrize(
    ("counts", "median"),
    [({}, None), ({3: 1}, "up to 1 hour"), ({1: 1, 3: 1}, LABELS[1]), ({1: 1, 3: 2}, LABELS[3])],
)
def test_the_median_is_the_bucket_of_the_middle_one(
    counts: dict[int, int], median: str | None
) -> None:
    assert Spread(counts).median == median
    assert Spread(counts).number == sum(counts.values())


def test_time_to_action_is_counted_from_when_the_duty_arose(policy: Policy) -> None:
    late = {"recorded_at": "2023-06-02T12:00:00Z"}  # and not from when the report was known
    done = row("A", 3, "ppn_submitted", episode_id="A-1")
    soon: dict[str, object] = {"at": "2023-06-01T09:20:00Z"}
    made = figures(
        policy,
        *missing("A", 1, **late),
        done,
        *missing("B", 1),
        row("B", 1, "ppn_submitted", **soon),
    )
    spread = made.time_to_action()["notification"]
    held = {label: n for label, n in zip(LABELS, spread.counts, strict=True) if n}
    assert held == {"up to 48 hours": 1, "up to 30 minutes": 1}
    assert "notification" not in made.waiting()


def test_what_waits_is_counted_by_its_age(policy: Policy) -> None:
    made = figures(policy, *missing("A", 20))
    assert made.waiting()["notification"].median == "up to 14 days"
    assert "notification" not in made.time_to_action()


def test_what_nobody_has_to_do_does_not_wait(policy: Policy) -> None:
    made = figures(policy, row("A", 20))
    assert made.outcomes["indeterminate"] == 1
    assert set(made.waiting()) == {"notification"}


# --- The headline --------------------------------------------------------------------------------


def test_the_headline_counts_strategy_meetings(policy: Policy) -> None:
    made = figures(
        policy,
        *[*missing("A", 1, 3), row("A", 5, "strategy_meeting_held")],
        *[*missing("B", 1, 3), row("B", 20, "strategy_meeting_held")],
        *missing("C", 1, 3, category="concern_for_safety"),
        *missing("D", 26, 28),
    )
    told = made.to_dict()["strategy_meetings"]
    assert told == {
        "owed": 4,
        "held_in_time": 1,
        "held_late": 1,
        "no_record": 1,
        "not_due_yet": 1,
        "decided_not_required": 0,
        "indeterminate": 0,
        "not_observable": 0,
        "children_not_counted_by_category": 1,
    }
    assert made.masked() == {"meeting": 1}
    assert made.meeting_rules() == {"meeting"}


def test_children_not_counted_by_category_are_those_with_a_meeting_at_stake() -> None:
    plan = build.policy(POLICY.replace("strategy_meeting_held", "trigger_plan_updated"))
    made = figures(plan, *missing("C", 1, 3, category="concern_for_safety"))
    assert made.masked() == {"meeting": 1}
    assert made.children("not_counted_by_category") == 0


def test_a_stated_duty_is_held_apart_from_a_time_that_is_assumed(policy: Policy) -> None:
    made = figures(policy, *missing("A", 1), row("A", 2, "returned", episode_id="A-1"))
    stated, inferred, assumed = made.by_basis()
    assert (stated.no_record, stated.no_record_by_assumed_time) == (1, 0)
    assert (inferred.no_record, inferred.no_record_by_assumed_time) == (1, 1)
    assert (assumed.no_record, assumed.late) == (0, 0)


def test_grades_below_what_was_required_are_counted_with_their_children(policy: Policy) -> None:
    lines = [row("A", 1, "marker_added", marker="self_harm"), *missing("A", 2, 4)]
    lines += [row("A", day, "graded", grade="low") for day in (2, 4)]
    made = figures(policy, *lines)
    assert (made.low_grades, made.children("graded_too_low")) == (2, 1)


# --- Groups --------------------------------------------------------------------------------------


def test_compliance_is_counted_by_rule_owner_group_and_authority_of_the_duty(
    policy: Policy,
) -> None:
    made = figures(
        policy,
        *missing("A", 1),
        row("A", 2, "returned", episode_id="A-1"),
        row("A", 1, "ppn_submitted"),
    )
    assert made.by_rule()["notification"].in_time == 1
    assert made.by_rule()["offer"].no_record == 1
    assert made.by_rule()["seen"]["noted"] == 1
    groups = made.by_owner_group()
    assert (groups[POLICE].in_time, groups[PARTNERS].no_record) == (1, 1)
    assert list(made.by_owner()) == ["childrens_social_care", "officer", None]
    assert made.by_duty_authority()["statutory_guidance"].of == 1
    for groups_of_all in (made.by_rule(), made.by_owner_group(), made.by_duty_authority()):
        assert sum(t.findings for t in groups_of_all.values()) == made.all_duties.findings


@pytest.mark.parametrize(
    ("owner", "group"),
    [
        ("officer", POLICE),
        ("childrens_social_care", PARTNERS),
        ("mash", PARTNERS),
        ("a_role_of_its_own", OTHERS),
        (None, OTHERS),
    ],
)
def test_an_owner_that_is_not_known_is_in_no_group_of_others_making(
    owner: str | None, group: str
) -> None:
    assert group_of(owner) == group


def test_a_duty_belongs_to_the_area_of_its_episode(policy: Policy) -> None:
    made = figures(
        policy,
        *missing("A", 1, area="north", authority="one"),
        *missing("A", 3, area="south", authority="two"),
        *missing("B", 1),
    )
    areas = made.by_area()
    assert list(areas) == ["north", "south", None]
    assert areas["north"].no_record == 1
    # The meeting is the child's: it goes where the episode does that gave rise to it, the last one.
    assert areas["south"].no_record == 2
    assert made.by_local_authority({"meeting"})["two"].no_record == 1
    assert made.episodes_by("area") == {"north": 1, "south": 1, None: 1}
    assert sum(t.findings for t in areas.values()) == made.all_duties.findings


def test_the_report_says_the_area_of_an_episode_whatever_other_entries_say(policy: Policy) -> None:
    lines = [row("A", 1, area="north"), row("A", 2, "ppn_submitted", episode_id="A-1", area="hq")]
    assert list(figures(policy, *lines).by_area()) == ["north"]
    lines = [row("A", 1), row("A", 2, "ppn_submitted", episode_id="A-1", area="hq")]
    assert list(figures(policy, *lines).by_area()) == ["hq"]


def test_a_month_is_that_of_the_local_date_on_which_the_duty_arose(policy: Policy) -> None:
    late: dict[str, object] = {"at": "2023-05-31T23:30:00Z"}  # 00:30 on 1 June in London
    made = figures(policy, row("A", 1, **late))
    assert list(made.by_month({"notification"})) == ["2023-06"]
    assert made.episodes_by("month") == {"2023-06": 1}


def test_episodes_without_a_report_stand_in_no_month_and_are_counted(policy: Policy) -> None:
    made = figures(policy, *missing("A", 1), row("A", 3, "located", episode_id="A-3"))
    assert made.episodes_without_report == 1
    document = made.to_dict()["episodes"]
    assert (document["all"], document["by_month"], document["without_report"]) == (
        2,
        {"2023-06": 1},
        1,
    )
    assert figures(policy, *missing("A", 1)).episodes_without_report == 0


def test_places_and_months_say_what_rests_on_incomplete_records(policy: Policy) -> None:
    wrong = row("A", 2, "ppn_submitted", episode_id="A-1", unheard_of="x")
    made = figures(policy, *missing("A", 1, area="north"), *missing("B", 1, area="south"), wrong)
    every = made.all_duties.on_incomplete_records
    assert every > 0
    for named in (made.by_area(), made.by_local_authority(), made.by_month()):
        assert sum(tally.on_incomplete_records for tally in named.values()) == every
    assert made.by_area()["south"].on_incomplete_records == 0


# --- Episodes, reviews, gaps ---------------------------------------------------------------------


def test_episodes_are_counted_as_corrections_leave_them(policy: Policy) -> None:
    merged = row("A", 3, "merged", into="A-1")
    voided = row("B", 1, "voided", reason="twice")
    made = figures(policy, *missing("A", 1, 3), merged, *missing("B", 1), voided, *missing("C", 1))
    assert made.episodes == 2
    assert made.children("with_episodes") == 2


def test_an_episode_is_counted_by_what_it_opened_with_and_by_its_highest_grade(
    policy: Policy,
) -> None:
    lines = [
        *missing("A", 1, category="concern_for_safety"),
        row("A", 2, "categorised", category="missing", episode_id="A-1"),
        row("A", 1, "graded", grade="high"),
        row("A", 3, "graded", grade="low", episode_id="A-1"),
        row("B", 1),
    ]
    made = figures(policy, *lines)
    assert made.episodes_by("category") == {"concern_for_safety": 1, None: 1}
    assert made.episodes_by("grade") == {"high": 1, None: 1}
    assert made.episodes_by("kind")["categorised"] == 1


REVIEWS = [
    ("p1", "good", "2023-06-10T09:00:00Z"),
    ("p2", "requires_improvement", "2023-06-10T09:00:00Z"),
    ("p2", "inadequate", "2023-06-11T09:00:00Z"),  # later, of the same interview
    ("ppn_submitted", "good", "2023-06-10T09:00:00Z"),
    ("p9", "good", "2023-06-10T09:00:00Z"),
]


def test_quality_reviews_are_counted_by_the_kind_of_what_was_reviewed(policy: Policy) -> None:
    lines = [
        *missing("A", 1),
        *[row("A", 1, "prevention_interview", entry_id=one) for one in ("p1", "p2", "p3")],
        row("A", 1, "ppn_submitted"),
        *[row("A", 1, "quality_reviewed", of=of, verdict=v, at=at) for of, v, at in REVIEWS],
    ]
    found = {
        r.kind: (r.on_record, r.reviewed, dict(r.verdicts))
        for r in figures(policy, *lines).reviews()
    }
    assert found == {
        "prevention_interview": (3, 2, {"good": 1, "inadequate": 1}),
        "ppn_submitted": (1, 1, {"good": 1}),
        "not on record": (0, 1, {"good": 1}),
    }


def test_a_child_of_whom_nothing_is_known_yet_is_not_one_for_whom_all_was_done(
    policy: Policy,
) -> None:
    early = figures(policy, row("A", 1), row("B", 9), as_of="2023-06-05 12:00")
    assert early.children("with_nothing_on_record") == 1
    assert early.children("with_nothing_open") == 0
    assert figures(policy, row("A", 1)).children("with_nothing_on_record") == 0


def test_somebody_without_an_episode_is_not_one_for_whom_all_was_done(policy: Policy) -> None:
    marked = row("M", 1, "marker_added", marker="cse")
    done = [row("Q", 1, from_place="home"), row("Q", 1, "ppn_submitted")]
    made = figures(policy, *done, marked)
    assert (made.children(), made.children("with_episodes")) == (2, 1)
    assert made.children("without_episodes") == 1
    assert made.children("with_nothing_open") == 1
    assert made.to_dict()["children"]["without_episodes"] == 1


def test_somebody_without_an_episode_of_whom_something_is_owed_is_judged_all_the_same() -> None:
    escalated = build.policy("""
        rules:
          - id: escalated
            on: {entry: strategy_meeting_declined}
            require: {action: escalated, within: 1 working day}
    """)
    declined = row("D", 1, "strategy_meeting_declined", episode_id=None)
    for more, flag in (((), "with_open_findings"), (("escalated",), "with_nothing_open")):
        lines = [declined, *(row("D", 1, kind, episode_id=None) for kind in more)]
        made = figures(escalated, *lines)
        assert made.children(flag) == 1
        assert made.children("without_episodes") == 0


def test_data_gaps_are_counted_by_code_and_children_with_nothing_open_apart(
    policy: Policy,
) -> None:
    quiet = [row("Q", 1, from_place="home"), row("Q", 1, "ppn_submitted")]
    made = figures(policy, row("A", 1, "tracker_opened"), *quiet)
    assert made.gaps()["no_report"] == 1
    assert made.children("with_data_gaps") == 1
    assert made.children("with_nothing_open") == 1
    assert made.children() == 2


def test_decisions_not_required_are_neither_met_nor_unmet(policy: Policy) -> None:
    decided = row(
        "A",
        2,
        "decided_not_required",
        episode_id="A-1",
        action="return_interview_offered",
        rationale="declined in advance",
        by="mash",
    )
    made = figures(policy, *missing("A", 1), row("A", 2, "returned", episode_id="A-1"), decided)
    tally = made.by_rule()["offer"]
    assert (tally["decided_not_required"], tally.of) == (1, 0)


# --- Corrections ---------------------------------------------------------------------------------


def corrected(policy: Policy) -> Scan:
    void = row("A", 10, "voided", episode_id="A-3", reason="entered twice", by="supervisor")
    return scanned(policy, *missing("A", 1, 3), void, *missing("B", 1))


def test_findings_that_a_correction_took_away_are_counted_by_what_they_were(
    policy: Policy,
) -> None:
    done = corrected(policy)
    made = Figures.of(done.assessments)
    assert made.withdrawn()["breached"] == 2  # the meeting, and the notification of the episode
    assert made.children("with_withdrawn_findings") == 1
    assert "breached" not in Figures.of(scanned(policy, *missing("B", 1)).assessments).withdrawn()


def test_what_was_done_in_time_is_withdrawn_too_with_the_episode(policy: Policy) -> None:
    soon: dict[str, object] = {"at": "2023-06-01T09:20:00Z"}
    made = figures(
        policy,
        row("A", 1, from_place="home"),
        row("A", 1, "ppn_submitted", **soon),
        row("A", 10, "voided", episode_id="A-1"),
    )
    assert made.withdrawn() == {"fulfilled": 1}


def test_each_finding_is_withdrawn_once_in_the_gravest_form_it_had(policy: Policy) -> None:
    lines = [
        *missing("A", 1, 3),
        row("A", 4, "voided", of="nothing-known"),
        row("A", 10, "voided", episode_id="A-3", entry_id="v1"),
        row("A", 20, "voided", episode_id="A-1", entry_id="v2"),
    ]
    (one,) = scanned(policy, *lines).assessments
    found = withdrawals(one)
    ids = [w.finding.finding_id for w in found]
    assert len(ids) == len(set(ids))
    assert {w.finding.outcome for w in found if w.finding.rule == "notification"} == {"breached"}


def test_a_child_without_corrections_is_not_judged_again(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = scanned(policy, *missing("A", 1, 3))
    monkeypatch.setattr("missingrules.figures.corrections.judge", None)
    assert Figures.of(done.assessments).withdrawn() == {}


def test_what_was_withdrawn_is_listed_by_correction_with_the_role_and_without_its_text(
    policy: Policy,
) -> None:
    noted = Notable()
    for assessment in corrected(policy).assessments:
        noted.add(assessment)
    (one,) = noted.withdrawn
    assert (one.child_id, one.by, one.reasoned) == ("A", ("supervisor",), True)
    assert len(one.entries) == 1
    assert one.breaches == 2
    assert "entered twice" not in repr(one)


# --- Merging -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many(policy: Policy) -> Scan:
    chance = random.Random(7)  # noqa: S311 - a test needs a seed, not secrecy
    lines = []
    for number in range(40):
        child = f"C{number:02}"
        days = sorted(chance.sample(range(1, 25), chance.randint(1, 4)))
        category = chance.choice(["missing", "concern_for_safety"])
        lines += missing(child, *days, category=category, area=chance.choice(["n", "s"]))
        if chance.random() < 0.4:
            lines.append(row(child, days[0], "ppn_submitted"))
        if chance.random() < 0.3:
            lines.append(row(child, 26, "voided", episode_id=f"{child}-{days[-1]}"))
    lines.append('{"child_id": "C03", "kind": "reported"}')
    return scanned(policy, *lines)


def gathered(assessments: list[Assessment], *, children: int = 25, listed: int = 100) -> Gathered:
    made = Gathered(children=children, listed=listed)
    for assessment in assessments:
        made.add(assessment)
    return made


def test_figures_of_parts_merge_to_the_figures_of_the_whole_in_any_order(many: Scan) -> None:
    every = list(many.assessments)
    whole = gathered(every, children=5, listed=3)
    chance = random.Random(3)  # noqa: S311 - as above
    for _ in range(5):
        chance.shuffle(every)
        cuts = sorted(chance.sample(range(len(every)), 3))
        parts = [
            gathered(every[a:b], children=5, listed=3)
            for a, b in itertools.pairwise([0, *cuts, len(every)])
        ]
        left, right = Gathered(children=5, listed=3), Gathered(children=5, listed=3)
        for part in parts:
            left.merge(part)
        for part in reversed(parts):  # and each with the ones merged after it
            part.merge(right)
            right = part
        for merged in (left, right):
            assert merged.figures == whole.figures
            assert merged.notable == whole.notable
            assert json.dumps(merged.figures.to_dict()) == json.dumps(whole.figures.to_dict())


def test_figures_and_what_was_noted_go_to_another_process_and_back(many: Scan) -> None:
    made = gathered(list(many.assessments))
    back = pickle.loads(pickle.dumps(made))  # noqa: S301 - written just now
    assert back.figures == made.figures
    assert back.notable == made.notable


def test_figures_grow_with_rules_and_months_and_not_with_children(many: Scan) -> None:
    made = Figures.of(many.assessments)
    size = len(pickle.dumps(made))
    for _ in range(20):
        for assessment in many.assessments:
            made.add(assessment, withdrawn=())
    assert len(pickle.dumps(made)) < 1.5 * size


def test_figures_of_another_policy_or_another_instant_are_refused(
    policy: Policy, many: Scan
) -> None:
    made = Figures.of(many.assessments)
    earlier = figures(policy, *missing("A", 1), as_of="2023-06-29 12:00")
    with pytest.raises(ValueError, match="one policy and one instant"):
        made.merge(earlier)
    made.merge(Figures())
    assert made == Figures.of(many.assessments)


def test_every_finding_is_counted_once(many: Scan) -> None:
    made = Figures.of(many.assessments)
    assert made.outcomes == {name: many.outcomes[name] for name in made.outcomes}
    assert sum(made.outcomes.values()) == sum(1 for _ in many.findings())
    assert made.all_duties.on_incomplete_records == many.on_incomplete_records > 0


def test_a_record_that_could_not_be_judged_is_counted_and_listed(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RecursionError

    monkeypatch.setattr(sys.modules["missingrules.scan"], "judge", fail)
    rejected = row("A", 1, "nonsense")
    done = scanned(policy, *missing("A", 1), rejected, *missing("B", 1))
    made = Gathered()
    for finding in done.failed:
        made.fail(finding)
    assert made.figures.children() == made.figures.children("not_judged") == 2
    assert made.figures.children("on_incomplete_records") == 1
    assert made.figures.outcomes == {"error": 2}
    assert made.figures.by_rule() == {}
    assert list(made.notable.not_judged) == [
        NotJudged("A", "RecursionError"),
        NotJudged("B", "RecursionError"),
    ]


# --- What is kept of single children -------------------------------------------------------------


def test_children_are_kept_by_what_is_not_on_record_then_by_id(policy: Policy) -> None:
    late = row("B", 3, "ppn_submitted", episode_id="B-1")
    lines = [*missing("D", 1), *missing("A", 1), *missing("B", 1), late, *missing("C", 1, 3)]
    noted = Notable()
    for assessment in scanned(policy, *lines).assessments:
        noted.add(assessment)
    assert [(case.child_id, case.no_record, case.late) for case in noted.cases] == [
        ("C", 3, 0),
        ("A", 1, 0),
        ("D", 1, 0),
        ("B", 0, 1),
    ]


def test_a_child_with_nothing_unmet_is_not_kept(policy: Policy) -> None:
    noted = Notable()
    for assessment in scanned(policy, *missing("A", 1), row("A", 1, "ppn_submitted")).assessments:
        noted.add(assessment)
    assert not len(noted.cases)


def test_of_many_the_first_are_kept_and_all_are_counted() -> None:
    kept: First[NotJudged] = First(2)
    for name in "dacb":
        kept.add(NotJudged(name, ""))
    assert [one.child_id for one in kept] == ["a", "b"]
    assert (len(kept), kept.all) == (2, 4)


def test_nothing_is_kept_where_nothing_is_to_be_kept() -> None:
    kept: First[NotJudged] = First(0)
    kept.add(NotJudged("a", ""))
    assert (list(kept), kept.all) == ([], 1)


# --- As JSON -------------------------------------------------------------------------------------


def test_the_document_is_json_in_a_stable_order_and_names_no_child(many: Scan) -> None:
    made = Figures.of(many.assessments).to_dict()
    again = Figures.of(reversed(many.assessments)).to_dict()
    assert json.dumps(made) == json.dumps(again)
    assert not any(a.child_id in json.dumps(made) for a in many.assessments)
    assert made["figures"] == 1
    assert made["as_of"] == "2023-06-30T12:00:00Z"


def test_figures_of_nobody_are_noughts() -> None:
    made = Figures().to_dict()
    assert made["children"]["all"] == made["findings"] == made["episodes"]["all"] == 0
    assert made["policy"] is None
    assert made["by_rule"] == {}

"""Which findings are shown and counted, and that nothing of it changes what is judged."""

from __future__ import annotations

import datetime as dt
import itertools
import pickle
from typing import TYPE_CHECKING, Any

import pytest

import build
from missingrules.figures import Figures, Gathered, withdrawals
from missingrules.figures.places import Places
from missingrules.finding import BREACHED, ERROR, OUTCOMES
from missingrules.record import history
from missingrules.selection import EVERY_FINDING, Selection, SelectionError

if TYPE_CHECKING:
    from missingrules import Assessment, Policy

POLICY = """
parameters:
  window: {value: 90 days, edge: inclusive, placed_by: reported, basis: assumed, note: for a test}
terms:
  missing: {recorded: category}
rules:
  - id: meeting
    severity: critical
    on: {episodes: missing, reach: 3, within: window}
    require: {action: strategy_meeting_held, within: 5 working days}
  - id: inspector
    authority: inspectorate_expectation
    on: {entry: reported}
    require: {action: inspector_informed, within: 48 hours}
  - id: review
    severity: minor
    on: {entry: located}
    require: {action: closed, within: 1 hour}
"""

LOG = """
E1 2023-01-20 09:00 reported area=North authority=Swindon
E1 2023-01-20 09:00 categorised category=missing
E1 2023-01-20 10:00 inspector_informed
E2 2023-02-28 09:00 reported area=South
E2 2023-02-28 09:00 categorised category=missing
E3 2023-03-01 00:00 reported area=North
E3 2023-03-01 00:00 categorised category=missing
E3 2023-03-02 09:00 located
"""


@pytest.fixture(scope="module")
def policy() -> Policy:
    return build.policy(POLICY)


@pytest.fixture(scope="module")
def judged(policy: Policy) -> Assessment:
    return build.judge(policy, LOG, "2023-06-01 09:00")


def shown(policy: Policy, judged: Assessment, **filters: Any) -> list[str]:
    found = Selection.of(policy, **filters).findings(judged)
    return [f"{one.rule} {one.episode_id or 'child'}" for one in found]


def test_without_a_filter_everything_is_shown(policy: Policy, judged: Assessment) -> None:
    selection = Selection.of(policy)
    assert selection == EVERY_FINDING
    assert selection.is_everything
    assert selection.findings(judged) == judged.findings
    assert selection.narrowed(judged) is judged
    assert selection.description == ""


def test_an_empty_list_is_no_filter(policy: Policy) -> None:
    empty: dict[str, Any] = {
        "rules": [],
        "severities": (),
        "outcomes": [],
        "children": [],
        "areas": set(),
    }
    assert Selection.of(policy, **empty).is_everything


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"rules": ["meeting"]}, ["meeting child"]),
        ({"rules": "meeting"}, ["meeting child"]),
        ({"severities": ["critical", "minor"]}, ["meeting child", "review E3"]),
        ({"outcomes": ["fulfilled"]}, ["inspector E1"]),
        ({"children": [build.CHILD], "severities": ["minor"]}, ["review E3"]),
        ({"children": ["somebody-else"]}, []),
        ({"areas": ["South"]}, ["inspector E2"]),
        ({"areas": ["North"]}, ["inspector E1", "inspector E3", "meeting child", "review E3"]),
        ({"areas": [" North "], "rules": ["inspector"]}, ["inspector E1", "inspector E3"]),
        ({"authorities": ["Swindon"]}, ["inspector E1"]),
        ({"authorities": ["Bath"]}, []),
        (
            {"duty_authorities": ["inspectorate_expectation"]},
            ["inspector E1", "inspector E2", "inspector E3"],
        ),
        ({"rules": ["inspector"], "outcomes": ["breached"]}, ["inspector E2", "inspector E3"]),
    ],
)
def test_each_filter_keeps_what_it_names(
    policy: Policy, judged: Assessment, filters: dict[str, Any], expected: list[str]
) -> None:
    assert shown(policy, judged, **filters) == expected


def test_what_names_no_place_is_in_none_that_was_asked_for(policy: Policy) -> None:
    for filters in ({"areas": "North"}, {"authorities": "Swindon"}):
        assert not Selection.of(policy, **filters).selects_episode("C1", 0)


def test_a_duty_of_the_child_is_of_the_place_of_its_last_episode_as_reports_count_it(
    policy: Policy, judged: Assessment
) -> None:
    places = Places(history(judged.record, judged.as_of_us))
    for area in ("North", "South"):
        expected = [one for one in judged.findings if places.of(one)[0] == area]
        assert list(Selection.of(policy, areas=[area]).findings(judged)) == expected


# --- The period ----------------------------------------------------------------------------------


def test_a_duty_is_of_the_period_in_which_it_arose_not_of_that_in_which_it_fell_due(
    policy: Policy, judged: Assessment
) -> None:
    (across,) = (f for f in judged.findings if f.episode_id == "E2")
    assert across.outcome == BREACHED
    assert across.opened_at < build.at("2023-03-01 00:00") < (across.due_at or across.opened_at)
    february = {"since": "2023-02-01", "until": "2023-03-01"}
    march = {"since": "2023-03-01", "until": "2023-04-01"}
    assert shown(policy, judged, **february) == ["inspector E2"]
    assert shown(policy, judged, **march) == ["inspector E3", "meeting child", "review E3"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"since": "2023-02-28T09:00:00Z", "until": "2023-02-28T09:00:01Z"}, ["inspector E2"]),
        ({"since": "2023-02-28T08:00:00Z", "until": "2023-02-28T09:00:00Z"}, []),
        ({"since": "2023-02-28T09:00:00.000001Z", "until": "2023-03-01"}, []),
    ],
)
def test_the_period_holds_its_first_instant_and_not_the_one_it_ends_with(
    policy: Policy, judged: Assessment, filters: dict[str, Any], expected: list[str]
) -> None:
    assert shown(policy, judged, **filters) == expected


def test_periods_that_follow_one_another_add_up_to_everything(
    policy: Policy, judged: Assessment
) -> None:
    edges = [None, "2023-02-01", "2023-03-01", "2023-03-01T12:00:00", None]
    parts = [
        one
        for since, until in itertools.pairwise(edges)
        for one in Selection.of(policy, since=since, until=until).findings(judged)
    ]
    assert parts == list(judged.findings)


def test_a_window_reaches_back_before_the_period(policy: Policy, judged: Assessment) -> None:
    (meeting,) = Selection.of(policy, since="2023-03-01", rules=["meeting"]).findings(judged)
    assert meeting.episodes == ("E1", "E2", "E3")


def test_a_date_begins_at_local_midnight_in_the_zone_of_the_policy(policy: Policy) -> None:
    summer = Selection.of(policy, since="2023-07-01", until="2023-11-01")
    assert summer.since_us is not None
    assert summer.since_us == Selection.of(policy, since="2023-06-30T23:00:00Z").since_us
    assert summer.until_us == Selection.of(policy, until="2023-11-01T00:00:00Z").until_us


@pytest.mark.parametrize(
    "same",
    [
        dt.date(2023, 7, 1),
        "2023-07-01T00:00:00",
        "2023-07-01T00:00:00+01:00",
        dt.datetime(2023, 6, 30, 23, tzinfo=dt.UTC),
    ],
)
def test_a_date_can_be_given_in_several_ways(policy: Policy, same: Any) -> None:
    assert Selection.of(policy, since=same) == Selection.of(policy, since="2023-07-01")


# --- What cannot be meant ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        (
            {"rules": ["meating"]},
            "Did you mean `meeting`? There are: inspector, meeting, review.",
        ),
        ({"severities": ["criticl"]}, "Did you mean `critical`?"),
        ({"severities": ["high"]}, "There are: critical, major, minor."),
        ({"outcomes": ["breech", "breached"]}, "`breech` is no outcome"),
        ({"outcomes": ["fulfilled-late"]}, "Did you mean `fulfilled_late`?"),
        ({"duty_authorities": ["Swindon"]}, "`Swindon` is no duty authority"),
        ({"since": "2023-03-02", "until": "2023-03-01"}, "the period ends before it starts"),
        ({"since": "2023-03-01", "until": "2023-03-01"}, "nothing can lie in it"),
        ({"since": "01/03/2023"}, "since must be a date like 2024-05-01"),
        ({"until": "2023-02-30"}, "until must be a date like 2024-05-01"),
        ({"until": "2023-02-03T25:00:00"}, "until must be a date like 2024-05-01"),
        ({"since": "2023-03-26T01:30:00"}, "since must be"),
        ({"since": dt.datetime(2023, 3, 1)}, "since must be"),  # noqa: DTZ001 - is refused
        ({"children": ["C1", " C2"]}, "children: number 2 starts or ends with a space"),
        ({"areas": ["\n"]}, "areas: number 1 is not a plain name"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    policy: Policy, filters: dict[str, Any], told: str
) -> None:
    with pytest.raises(SelectionError) as error:
        Selection.of(policy, **filters)
    assert told in str(error.value)


def test_all_that_is_wrong_is_said_at_once(policy: Policy) -> None:
    with pytest.raises(SelectionError) as error:
        Selection.of(policy, rules=["x"], severities=["y"], since="z")
    assert len(str(error.value).splitlines()) == 3


# --- What must not be lost -----------------------------------------------------------------------


def test_a_record_that_could_not_be_judged_is_shown_whatever_was_asked_for(
    policy: Policy, judged: Assessment
) -> None:
    failed = judged.findings[0]._replace(outcome=ERROR, opened_us=0)
    narrow: dict[str, Any] = {"since": "2023-01-01", "outcomes": "breached", "areas": "North"}
    assert Selection.of(policy, rules="meeting", **narrow).selects(failed)
    assert Selection.of(policy, children=[build.CHILD]).selects(failed)
    assert not Selection.of(policy, children=["C9"]).selects(failed)


def test_names_that_no_record_has_are_told(policy: Policy, judged: Assessment) -> None:
    selection = Selection.of(
        policy, children=["C1", "C2"], areas=["North", "Nroth"], authorities=["Swindon", "Oxford"]
    )
    met = selection.met(judged)
    assert met == {("child", "C1"), ("area", "North"), ("authority", "Swindon")}
    assert selection.unmet(met) == (
        "1 of 2 children who were asked for has an entry that was read.",
        "No entry names the area Nroth, which was asked for.",
        "No entry names the authority Oxford, which was asked for.",
    )
    assert EVERY_FINDING.unmet(EVERY_FINDING.met(judged)) == ()


def test_of_children_without_an_entry_it_is_said_how_many_and_not_which(
    policy: Policy, judged: Assessment
) -> None:
    def said(*children: str) -> tuple[str, ...]:
        selection = Selection.of(policy, children=children)
        return selection.unmet(selection.met(judged))

    assert said("C1") == ()
    assert said("C8") == ("The child who was asked for has no entry that was read.",)
    assert said("C8", "C9") == ("No children who were asked for have an entry that was read.",)
    assert said("C1", "C8", "C9") == (
        "1 of 3 children who were asked for has an entry that was read.",
    )


def test_episodes_are_chosen_by_report_place_and_child(policy: Policy) -> None:
    selection = Selection.of(
        policy, since="2023-03-01", areas=["North"], rules=["meeting"], outcomes=["breached"]
    )
    march = selection.since_us or 0
    assert selection.selects_episode("C1", march, ("North", None))
    assert not selection.selects_episode("C1", march - 1, ("North", None))
    assert not selection.selects_episode("C1", march, ("South", None))
    assert not Selection.of(policy, children=["C2"]).selects_episode("C1", march)


def test_figures_count_the_episodes_of_the_period_and_of_the_children_asked_for(
    policy: Policy, judged: Assessment
) -> None:
    for filters, episodes in (
        ({"since": "2023-03-01"}, 1),
        ({"children": [build.CHILD]}, 3),
        ({"children": ["C9"]}, 0),
        ({"areas": ["North"], "rules": ["review"]}, 2),
    ):
        selection = Selection.of(policy, **filters)
        figures = Figures()
        figures.add(selection.narrowed(judged), selection=selection)
        assert figures.episodes == episodes, filters


REVIEWED = """
E1 2023-01-20 12:00 prevention_interview mode=in_person id=p1
E1 2023-01-21 12:00 prevention_interview mode=in_person id=p2
E3 2023-05-01 12:00 quality_reviewed of=p1 verdict=good
E2 2023-02-28 12:00 prevention_interview mode=in_person id=p3
E2 2023-05-01 12:00 quality_reviewed of=p3 verdict=inadequate
E3 2023-05-01 12:00 quality_reviewed of=prevention_interview verdict=good
"""


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        ({}, (3, {"good": 2, "inadequate": 1})),
        ({"until": "2023-02-01"}, (2, {"good": 1})),
        ({"since": "2023-02-01", "until": "2023-03-01"}, (1, {"inadequate": 1})),
        ({"since": "2023-03-01"}, (0, {"good": 1})),
        ({"areas": ["South"]}, (1, {"inadequate": 1})),
        ({"authorities": ["Swindon"]}, (2, {"good": 1})),
        ({"children": [build.CHILD]}, (3, {"good": 2, "inadequate": 1})),
        ({"children": ["C9"]}, None),
        ({"since": "2023-04-01"}, None),
    ],
    ids=str,
)
def test_reviews_are_those_of_what_stands_in_the_selected_episodes(
    policy: Policy, filters: dict[str, Any], told: tuple[int, dict[str, int]] | None
) -> None:
    reviewed = build.judge(policy, LOG + REVIEWED, "2023-06-01 09:00")
    selection = Selection.of(policy, **filters)
    figures = Figures()
    figures.add(selection.narrowed(reviewed), selection=selection, whole=reviewed)
    found = [(row.on_record, dict(row.verdicts)) for row in figures.reviews()]
    assert found == ([] if told is None else [told])


def test_a_child_whose_duty_arose_in_the_period_and_whose_episode_did_not_is_on_record(
    policy: Policy,
) -> None:
    log = """
    E1 2023-02-27 09:00 reported
    E1 2023-02-27 09:00 categorised category=missing
    E1 2023-03-02 09:00 located
    """
    judged = build.judge(policy, log, "2023-06-01 09:00")
    selection = Selection.of(policy, since="2023-03-01")
    figures = Figures()
    figures.add(selection.narrowed(judged), selection=selection, whole=judged)
    assert (figures.episodes, figures.all_duties.findings) == (0, 1)
    assert figures.children("with_nothing_on_record") == 0


VOIDED = """
E1 2023-01-20 09:00 reported area=North
E2 2023-02-28 09:00 reported area=South
E1 2023-03-20 09:00 voided reason=duplicate by=officer
E2 2023-03-20 09:00 voided reason=duplicate by=officer
"""


@pytest.mark.parametrize(
    ("filters", "gone"),
    [
        ({"rules": "inspector"}, ["E1", "E2"]),
        ({"areas": "North"}, ["E1"]),
        ({"areas": "South"}, ["E2"]),
        ({"areas": "East"}, []),
        ({"since": "2023-02-01"}, ["E2"]),
        ({"children": ["C9"]}, []),
    ],
    ids=str,
)
def test_what_corrections_took_away_is_selected_by_what_stood_then(
    policy: Policy, filters: dict[str, Any], gone: list[str]
) -> None:
    voided = build.judge(policy, VOIDED, "2023-06-01 09:00")
    selection = Selection.of(policy, **filters)
    found = selection.withdrawn(voided, withdrawals(voided))
    assert sorted(str(one.finding.episode_id) for one in found) == gone
    figures = Figures()
    figures.add(selection.narrowed(voided), withdrawn=found, selection=selection, whole=voided)
    assert sum(figures.withdrawn().values()) == len(gone)
    assert figures.children() == (1 if gone else 0)


def test_what_a_selection_leaves_out_does_not_look_withdrawn(policy: Policy) -> None:
    voided = build.judge(policy, LOG + VOIDED[VOIDED.index("E1 2023-03-20") :], "2023-06-01 09:00")
    selection = Selection.of(policy, rules="review")
    for made in (Figures(), Gathered()):
        made.add(selection.narrowed(voided), selection=selection, whole=voided)
        figures = made if isinstance(made, Figures) else made.figures
        assert figures.withdrawn() == {}


def test_a_child_has_nothing_open_only_if_nothing_is_that_was_left_out_either(
    policy: Policy, judged: Assessment
) -> None:
    selection = Selection.of(policy, outcomes="fulfilled")
    for whole, clear in ((judged, 0), (None, 1)):
        figures = Figures()
        figures.add(selection.narrowed(judged), selection=selection, whole=whole)
        assert figures.children("with_nothing_open") == clear


def test_a_narrowed_assessment_keeps_its_record_and_drops_gaps_of_other_rules(
    policy: Policy,
) -> None:
    log = """
    E1 2023-01-20 09:00 located
    E1 2023-01-20 09:10 decided_not_required action=closed by=officer rationale=because
    """
    open_case = build.judge(policy, log, "2023-06-01 09:00")
    assert {gap.rule for gap in open_case.data_gaps} == {None, "review"}
    only = Selection.of(policy, rules=["meeting"]).narrowed(open_case)
    assert only.findings == ()
    assert only.record is open_case.record
    assert {gap.rule for gap in only.data_gaps} == {None}


# --- Words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        (
            {"since": "2024-05-01", "until": "2024-06-01"},
            "Only: duties that arose from 2024-05-01 to 2024-05-31.",
        ),
        ({"until": "2024-06-01"}, "Only: duties that arose up to 2024-05-31."),
        (
            {"since": "2024-05-01T08:00:00Z", "until": "2024-05-02T08:00:00Z"},
            "Only: duties that arose from 2024-05-01 09:00 before 2024-05-02 09:00.",
        ),
        (
            {"rules": ["review", "meeting"], "severities": ["minor", "critical"]},
            "Only: rules meeting or review; severity critical or minor.",
        ),
        ({"outcomes": ["fulfilled_late"]}, "Only: outcome fulfilled late."),
        (
            {"areas": ["North"], "authorities": ["Swindon", "Bath"], "children": ["C1"]},
            "Only: area North; local authorities Bath or Swindon; one named child.",
        ),
        (
            {"duty_authorities": ["force_policy"], "children": ["C1", "C2"]},
            "Only: duties resting on force policy; 2 named children.",
        ),
    ],
)
def test_a_report_can_say_in_plain_words_what_it_shows(
    policy: Policy, filters: dict[str, Any], told: str
) -> None:
    assert Selection.of(policy, **filters).description == told


def test_neither_words_nor_json_name_a_child(policy: Policy) -> None:
    selection = Selection.of(policy, children=["child-77"], outcomes=OUTCOMES)
    assert "child-77" not in selection.description
    assert "child-77" not in repr(selection.to_dict())
    assert selection.to_dict()["children"] == 1


def test_it_goes_to_another_process_and_comes_back_the_same(policy: Policy) -> None:
    selection = Selection.of(policy, since="2023-03-01", rules=["meeting"], children=["C1"])
    assert pickle.loads(pickle.dumps(selection)) == selection  # noqa: S301 - our own bytes

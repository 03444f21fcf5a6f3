"""A sample of episodes for review: what is drawn, from what, and that it is the same everywhere."""

from __future__ import annotations

import csv
import io
import json
import pickle
import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

import build
from missingrules import Policy, synth
from missingrules.calendar import to_us
from missingrules.cli.sample import sample_command
from missingrules.entry import to_json
from missingrules.finding import ERROR
from missingrules.kernel import judge
from missingrules.log import read_jsonl
from missingrules.sample import (
    DECIDED,
    GRADE,
    HIDDEN,
    MEETING,
    NO_BREACH,
    NOT_JUDGED,
    OTHER,
    STRATA,
    UNCLEAR,
    Sampler,
    shared_out,
)
from missingrules.samplesheet import COLUMNS, REVIEW, rows, written
from missingrules.scan import records
from missingrules.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from missingrules import Assessment
    from missingrules.sample import Sample

POLICY = """
parameters:
  window: {value: 90 days, edge: inclusive, placed_by: reported, basis: assumed, note: for a test}
terms:
  missing: {recorded: category}
rules:
  - id: meeting
    on: {episodes: missing, reach: 3, within: window, as_recorded: {category: missing}}
    require: {action: strategy_meeting_held, within: 5 working days}
  - id: notification
    on: {entry: reported}
    require: {action: ppn_submitted, within: 24 hours}
    may_be_decided_by: supervisor
  - id: floor
    on: {entry: graded}
    if: {marker: self_harm}
    per: episode
    grade: {at_least: high, within: 30 minutes}
  - id: place
    on: {entry: reported}
    if: {from_place: childrens_home}
    require: {action: philomena_form_used, within: 24 hours}
"""
AS_OF = "2023-06-30 12:00"


@pytest.fixture(scope="module")
def policy() -> Policy:
    return build.policy(POLICY)


@pytest.fixture(scope="module")
def many() -> list[Assessment]:
    policy = Policy.load("wiltshire")
    entries = list(synth.entries(children=60, seed=3))
    log = read_jsonl([json.dumps(to_json(entry)) for entry in entries])
    as_of = max(entry.known for entry in entries)
    return [judge(policy, record, as_of=as_of) for record in records(log)]


def drawn(assessments: Iterable[Assessment], n: int, seed: int | str = 1) -> Sample:
    sampler = Sampler(n, seed)
    for assessment in assessments:
        sampler.add(assessment)
    return sampler.drawn()


def episode(name: str, day: int, *lines: str, place: str = "home", ppn: bool = True) -> str:
    date = f"2023-02-{day:02}"
    made = [f"{name} {date} 09:00 reported from_place={place}"]
    made += [f"{name} {date} {line}" for line in lines]
    if ppn:
        made.append(f"{name} {date} 10:00 ppn_submitted")
    return "\n".join(made) + "\n"


# --- Strata --------------------------------------------------------------------------------------

CASES = {
    "all is on record": (episode("E1", 1), {"E1": NO_BREACH}),
    "something is not": (episode("E1", 1, ppn=False), {"E1": OTHER}),
    "late is a breach": (
        episode("E1", 1, ppn=False) + "E1 2023-02-20 10:00 ppn_submitted",
        {"E1": OTHER},
    ),
    "a fact is missing": (
        "E1 2023-02-01 09:00 reported\nE1 2023-02-01 10:00 ppn_submitted",
        {"E1": UNCLEAR},
    ),
    "decided": (
        episode("E1", 1, ppn=False)
        + "E1 2023-02-01 11:00 decided_not_required action=ppn_submitted by=supervisor "
        "rationale=Seen.",
        {"E1": DECIDED},
    ),
    "graded too low": (
        "- 2023-01-01 09:00 marker_added marker=self_harm\n"
        + episode("E1", 1, "09:30 graded grade=low"),
        {"E1": GRADE},
    ),
    "the meeting goes with the episode that reached the threshold": (
        "".join(episode(f"E{d}", d, "09:05 categorised category=missing") for d in (1, 2, 3)),
        {"E1": NO_BREACH, "E2": NO_BREACH, "E3": MEETING},
    ),
    "those that the label hid, and the meeting before them": (
        "".join(episode(f"E{d}", d, "09:05 categorised category=absent") for d in (1, 2, 3)),
        {"E1": HIDDEN, "E2": HIDDEN, "E3": MEETING},
    ),
    "hidden, though the meeting was held": (
        "".join(episode(f"E{d}", d, "09:05 categorised category=absent") for d in (1, 2, 3))
        + "- 2023-02-04 09:00 strategy_meeting_held",
        {"E1": HIDDEN, "E2": HIDDEN, "E3": HIDDEN},
    ),
    "the gravest wins": (
        "- 2023-01-01 09:00 marker_added marker=self_harm\n"
        + episode("E1", 1, "09:30 graded grade=low", ppn=False),
        {"E1": GRADE},
    ),
    "a merged episode is no episode of its own": (
        episode("E1", 1) + episode("E2", 2) + "E2 2023-02-02 11:00 merged into=E1",
        {"E1": NO_BREACH},
    ),
    "nor is a void one": (
        episode("E1", 1) + episode("E2", 2, ppn=False) + "E2 2023-02-02 11:00 voided",
        {"E1": NO_BREACH},
    ),
    "a child without an episode and without a finding is none": (
        "- 2023-01-01 09:00 marker_added marker=self_harm",
        {},
    ),
}


@pytest.mark.parametrize(("log", "expected"), CASES.values(), ids=list(CASES))
def test_an_episode_is_in_the_gravest_stratum_that_fits(
    policy: Policy, log: str, expected: dict[str, str]
) -> None:
    sample = drawn([build.judge(policy, log, AS_OF)], 50)
    assert {unit.episode_id: unit.stratum for unit in sample.units} == expected


def test_a_child_with_a_finding_and_no_episode_is_a_unit_by_itself() -> None:
    policy = build.policy("""
rules:
  - id: plan
    on: {entry: marker_added}
    require: {action: trigger_plan_created, within: 1 day}
""")
    judged = build.judge(policy, "- 2023-01-01 09:00 marker_added marker=self_harm", AS_OF)
    (unit,) = drawn([judged], 5).units
    assert (unit.episode_id, unit.stratum) == (None, OTHER)


def test_a_record_that_could_not_be_judged_comes_first(policy: Policy) -> None:
    judged = build.judge(policy, episode("E1", 1), AS_OF)
    sampler = Sampler(2)
    sampler.add(judged)
    sampler.fail(judged.findings[0]._replace(child_id="C9", outcome=ERROR))
    first, second = sampler.drawn().units
    assert (first.child_id, first.stratum, second.stratum) == ("C9", NOT_JUDGED, NO_BREACH)
    of_another = Sampler(2, selection=Selection.of(policy, children="C1"))
    of_another.fail(judged.findings[0]._replace(child_id="C9", outcome=ERROR))
    assert of_another.drawn().units == ()


# --- Sharing out ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "sizes", "shares"),
    [
        (4, {MEETING: 9, OTHER: 9, NO_BREACH: 9}, {MEETING: 2, OTHER: 1, NO_BREACH: 1}),
        (6, {MEETING: 1, OTHER: 9, NO_BREACH: 2}, {MEETING: 1, OTHER: 3, NO_BREACH: 2}),
        (1, {OTHER: 5, NO_BREACH: 5}, {OTHER: 1, NO_BREACH: 0}),
        (2, {MEETING: 5, OTHER: 5, NO_BREACH: 5}, {MEETING: 1, OTHER: 0, NO_BREACH: 1}),
        (9, {MEETING: 1, NO_BREACH: 1}, {MEETING: 1, NO_BREACH: 1}),
        (3, {NO_BREACH: 9}, {NO_BREACH: 3}),
        (3, {}, {}),
    ],
)
def test_places_are_shared_out_round_by_round(
    n: int, sizes: dict[str, int], shares: dict[str, int]
) -> None:
    assert shared_out(n, sizes) == shares


def test_each_stratum_has_one_where_there_are_places_enough() -> None:
    sizes = dict.fromkeys(STRATA, 100)
    for n in range(len(STRATA), 40):
        shares = shared_out(n, sizes)
        assert sum(shares.values()) == n
        assert max(shares.values()) - min(shares.values()) <= 1


def test_weights_scale_the_sample_up_to_the_log(many: list[Assessment]) -> None:
    sample = drawn(many, 20)
    assert len(sample.units) == 20
    of = {stratum.name: stratum for stratum in sample.strata}
    assert sum(of[unit.stratum].weight or 0 for unit in sample.units) == pytest.approx(sample.size)
    assert all(stratum.drawn for stratum in sample.strata)


def test_a_stratum_of_which_nothing_is_drawn_has_no_weight(many: list[Assessment]) -> None:
    sample = drawn(many, 1)
    assert [stratum.weight for stratum in sample.strata][1:] == [None] * (len(sample.strata) - 1)


# --- Drawing -------------------------------------------------------------------------------------


def test_nothing_is_drawn_twice_and_all_is_drawn_where_there_is_no_more(
    many: list[Assessment],
) -> None:
    sample = drawn(many, 100_000)
    ids = [(unit.child_id, unit.episode_id) for unit in sample.units]
    assert len(ids) == len(set(ids)) == sample.size > 100
    assert all(stratum.weight == 1 for stratum in sample.strata)


def test_the_order_of_the_children_does_not_matter(many: list[Assessment]) -> None:
    shuffled = random.Random(1).sample(many, len(many))  # noqa: S311 - an order, no secret
    assert drawn(shuffled, 15) == drawn(many, 15)


@pytest.mark.parametrize("parts", [1, 2, 7])
def test_the_number_of_processes_does_not_matter(many: list[Assessment], parts: int) -> None:
    whole = Sampler(15, 1)
    for place in reversed(range(parts)):
        part = pickle.loads(pickle.dumps(whole.empty()))  # noqa: S301 - our own bytes
        for assessment in many[place::parts]:
            part.add(assessment)
        whole.merge(pickle.loads(pickle.dumps(part)))  # noqa: S301 - our own bytes
    assert whole.drawn() == drawn(many, 15)


def test_the_same_seed_draws_the_same_and_another_one_others(many: list[Assessment]) -> None:
    assert drawn(many, 15, 4) == drawn(many, 15, "4")
    assert drawn(many, 15, 4).units != drawn(many, 15, 5).units


def test_a_larger_sample_holds_the_smaller_one(many: list[Assessment]) -> None:
    assert set(drawn(many, 10).units) < set(drawn(many, 30).units)


def test_no_more_is_kept_than_can_be_drawn(many: list[Assessment]) -> None:
    sampler = Sampler(3)
    for assessment in many:
        sampler.add(assessment)
    assert all(len(held) <= 3 for held in sampler._strata.values())
    assert sampler.drawn().size > 100


def test_every_episode_of_a_stratum_is_as_likely(policy: Policy) -> None:
    log = "".join(episode(f"E{day}", day) for day in range(1, 11))
    judged = build.judge(policy, log, AS_OF)
    times = Counter(drawn([judged], 1, seed).units[0].episode_id for seed in range(1000))
    assert len(times) == 10
    assert all(60 <= number <= 140 for number in times.values())


def test_samplers_that_draw_in_different_ways_are_not_merged() -> None:
    for other in (Sampler(4, 1), Sampler(5, 2)):
        with pytest.raises(ValueError, match="same n, seed and selection"):
            Sampler(5, 1).merge(other)


@pytest.mark.parametrize("n", [0, -1])
def test_a_sample_of_nothing_is_refused(n: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Sampler(n)


# --- A part of the log ---------------------------------------------------------------------------


def of_part(policy: Policy, log: str, **filters: Any) -> dict[str | None, str]:
    sampler = Sampler(50, selection=Selection.of(policy, **filters))
    sampler.add(build.judge(policy, log, AS_OF))
    return {unit.episode_id: unit.stratum for unit in sampler.drawn().units}


def test_a_period_chooses_episodes_by_their_report_with_all_that_became_of_them(
    policy: Policy,
) -> None:
    log = "E1 2023-02-28 09:00 reported from_place=home\n" + episode("E2", 1)
    assert of_part(policy, log, since="2023-02-28", until="2023-03-01") == {"E1": OTHER}
    assert of_part(policy, log, since="2023-03-01") == {}
    low = episode("E1", 1) + "E1 2023-03-05 09:00 graded grade=low\n"
    marked = "- 2023-01-01 09:00 marker_added marker=self_harm\n" + low
    assert of_part(policy, marked, until="2023-03-01") == {"E1": GRADE}


def test_an_episode_is_placed_by_its_first_report(policy: Policy) -> None:
    log = episode("E1", 1, "12:00 returned") + "E1 2023-03-05 09:00 reported from_place=home\n"
    assert set(of_part(policy, log, until="2023-03-01")) == {"E1"}
    assert of_part(policy, log, since="2023-03-01") == {}


def test_rules_choose_findings_and_not_episodes(policy: Policy) -> None:
    log = episode("E1", 1, ppn=False) + episode("E2", 2, place="childrens_home")
    assert of_part(policy, log, rules="place") == {"E1": NO_BREACH, "E2": OTHER}


def test_an_area_that_nobody_names_is_told(policy: Policy) -> None:
    sampler = Sampler(5, selection=Selection.of(policy, areas=["Nroth"]))
    sampler.add(build.judge(policy, episode("E1", 1), AS_OF))
    sample = sampler.drawn()
    assert (sample.units, sample.size) == ((), 0)
    assert sample.unmet == ("No entry names the area Nroth, which was asked for.",)


# --- The sheet -----------------------------------------------------------------------------------


def sheet(policy: Policy, log: str) -> list[dict[str, str]]:
    sample = drawn([build.judge(policy, log, AS_OF)], 50)
    text = written(sample, policy, to_us(build.at(AS_OF)), "csv")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_row_says_what_was_found_and_leaves_room_for_the_reviewer(policy: Policy) -> None:
    log = "E1 2023-02-01 09:00 reported from_place=home area=North authority=Swindon"
    (row,) = sheet(policy, log)
    assert tuple(row) == COLUMNS
    assert (row["child_id"], row["episode_id"], row["area"]) == (build.CHILD, "E1", "North")
    assert row["reported_at"] == "2023-02-01T09:00:00+00:00"
    assert (row["stratum"], row["stratum_size"], row["weight"]) == (OTHER, "1", "1.0")
    assert row["found"] == "no record: notification"
    assert row["messages"].startswith("No record of a public protection notification by ")
    assert [row[column] for column in REVIEW] == [""] * len(REVIEW)
    assert row["policy_digest"] == policy.digest


def test_json_lines_hold_the_findings_one_by_one(policy: Policy) -> None:
    sample = drawn([build.judge(policy, episode("E1", 1, ppn=False), AS_OF)], 5)
    (row,) = rows(sample, policy, 0)
    (line,) = written(sample, policy, 0, "jsonl").splitlines()
    assert json.loads(line) == row
    assert [one["rule"] for one in row["findings"]] == ["notification"]
    assert all(row[column] is None for column in REVIEW)


def test_no_free_text_of_the_log_stands_in_the_sheet(policy: Policy) -> None:
    log = episode("E1", 1, "09:05 categorised category=missing rationale=Tell-tale.", ppn=False)
    log += (
        "E1 2023-02-01 11:00 decided_not_required action=ppn_submitted by=supervisor "
        "rationale=Tell-tale."
    )
    assert "Tell-tale" not in json.dumps(sheet(policy, log))


def test_no_cell_is_a_formula_to_a_spreadsheet(policy: Policy) -> None:
    judged = build.judge(policy, episode("E1", 1), AS_OF)
    sampler = Sampler(1, seed="=1+1")
    sampler.add(judged)
    text = written(sampler.drawn(), policy, 0, "csv")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["seed"] == "'=1+1"


# --- The command ---------------------------------------------------------------------------------


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    place = tmp_path / "log.jsonl"
    with place.open("w", encoding="utf-8") as file:
        for entry in synth.entries(children=12, seed=5):
            file.write(json.dumps(to_json(entry)) + "\n")
    return place


def run(*words: object) -> Any:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(sample_command)
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


def test_the_command_draws_and_says_from_what(log_file: Path) -> None:
    done = run(log_file, "--policy", "wiltshire", "--n", 5, "--seed", "may")
    assert done.exit_code == 0
    assert "Seed may: 5 of " in done.stdout
    assert "\n  5. child " in done.stdout


def test_the_command_writes_a_sheet_that_only_its_owner_can_read(
    log_file: Path, tmp_path: Path
) -> None:
    for name in ("one.csv", "two.csv", "three.jsonl"):
        assert run(log_file, "-p", "wiltshire", "--n", 5, "--out", tmp_path / name).exit_code == 0
    sheets = [(tmp_path / name).read_bytes() for name in ("one.csv", "two.csv")]
    assert sheets[0] == sheets[1]
    assert sheets[0].startswith(b"\xef\xbb\xbfnumber,")
    lines = (tmp_path / "three.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["number"] for line in lines] == [1, 2, 3, 4, 5]
    assert (tmp_path / "one.csv").stat().st_mode & 0o077 == 0


def test_standard_output_holds_the_sheet_and_nothing_else(log_file: Path) -> None:
    done = run(log_file, "-p", "wiltshire", "--n", 3, "--format", "csv")
    assert [row["number"] for row in csv.DictReader(io.StringIO(done.stdout))] == ["1", "2", "3"]
    assert "Seed 0: 3 of " in done.stderr


def test_rejected_rows_give_exit_code_3_and_a_sample_all_the_same(log_file: Path) -> None:
    with log_file.open("a", encoding="utf-8") as file:
        file.write('{"child_id": "child-00000001", "kind": "reported"}\n')
    done = run(log_file, "-p", "wiltshire", "--n", 3)
    assert done.exit_code == 3
    assert "3 of " in done.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "--policy is required"),
        (("-p", "wiltshire", "--out", "sheet.xlsx"), "must end in .csv, .jsonl or .txt"),
        (("-p", "wiltshire", "--rule", "meeting"), "is no rule of policy wiltshire"),
        (("-p", "wiltshire", "--n", "0"), "--n"),
        (("-p", "wiltshire", "--since", "2024-02-30"), "since must be a date"),
    ],
)
def test_mistakes_in_its_use_give_exit_code_2(
    log_file: Path, words: tuple[str, ...], told: str
) -> None:
    done = run(log_file, *words)
    assert done.exit_code == 2
    assert told in done.stderr


def test_an_empty_log_has_nothing_to_draw_from(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text("")
    done = run(tmp_path / "log.jsonl", "-p", "wiltshire")
    assert done.exit_code == 2
    assert "nothing to draw from" in done.stderr

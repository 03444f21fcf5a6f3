"""Editions of a policy: what judges on which day, and how one of them is named."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

import build
from missingrules import Policy, PolicyError, Record, evaluate
from missingrules.cases import CaseError, load_cases
from missingrules.editions import edition_names, policy_editions, split_name
from missingrules.layers import load_source

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """
policy: example
title: Editions for a test; in force nowhere
edition: "{edition}"
conventions: {{zone: Europe/London, holidays: {{country: GB, subdivision: ENG}}}}
parameters:
  count: {{value: 3, basis: inferred, editions: [{{from: 2024-02-01, value: 2}}]}}
  window:
    value: 90 days
    edge: inclusive
    basis: assumed
    note: It was guessed.
    editions: [{{from: 2024-03-01, value: 42 days, basis: inferred}}]
terms: {{missing: {{recorded: category}}}}
rules:
  - id: meeting
    title: A meeting
    authority: force_policy
    basis: inferred
    on: {{episodes: missing, reach: count, within: window}}
    require: {{action: strategy_meeting_held, within: 1 day}}
  - id: told
    title: Somebody is told
    authority: force_policy
    basis: inferred
    on: {{entry: reported}}
    editions:
      - edition: first issue
        from: 2024-01-01
        require: {{action: fim_notified, within: 1 hour}}
      - edition: second issue
        from: 2024-03-01
        until: 2024-06-01
        require: {{action: fim_notified, within: 15 minutes}}
"""
BORDERS = ("2024-01-01", "2024-02-01", "2024-03-01", "2024-06-01")


@pytest.fixture
def example(tmp_path: Path) -> Path:
    file = tmp_path / "example.yaml"
    file.write_text(HEAD.format(edition="third"), encoding="utf-8")
    return file


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def reported(*instants: str, category: str = "missing") -> Record:
    rows = []
    for number, instant in enumerate(instants, 1):
        row = {"child_id": "C1", "episode_id": f"E{number}", "at": instant}
        rows += [
            {**row, "kind": "reported"},
            {**row, "kind": "categorised", "category": category},
        ]
    return Record.of(rows)


def found(policy: Policy, record: Record, as_of: str) -> dict[str, str]:
    assessment = evaluate(policy, record, as_of=at(as_of))
    return {finding.rule: finding.outcome for finding in assessment.findings}


# --- Which there are ------------------------------------------------------------------------------


def test_each_date_on_which_something_changes_begins_an_edition(example: Path) -> None:
    editions = policy_editions(load_source(example))
    assert [one.name for one in editions] == [f"before-{BORDERS[0]}", *BORDERS]
    assert [one.begins for one in editions] == [(), ("told",), (), (), ()]
    assert [one.changes for one in editions] == [(), (), ("count",), ("told", "window"), ()]
    assert editions[-1].ends == ("told",)
    assert editions[-1].until is None


def test_a_policy_without_dates_has_one_edition() -> None:
    (only,) = policy_editions(load_source("england"))
    assert (only.since, only.until) == (None, None)
    assert edition_names(load_source("england")) == (load_source("england").file.edition,)


def test_rules_that_are_off_begin_no_edition() -> None:
    assert [one.name for one in policy_editions(load_source("wiltshire"))] == [
        "before-2022-09-01",
        "2022-09-01",
    ]
    assert policy_editions(load_source("wiltshire_withdrawn"))[-1].ends == (
        "concern-for-safety-ground",
        "concern-for-safety-rationale",
    )


# --- Naming one -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("wiltshire", ("wiltshire", None)),
        ("wiltshire@2022-09", ("wiltshire", "2022-09")),
        ("./mine.yaml", ("./mine.yaml", None)),
        ("./mine.yaml@2022-09", ("./mine.yaml", "2022-09")),
        ("./a@b/mine.yaml", ("./a@b/mine.yaml", None)),
        ("wiltshire@", ("wiltshire@", None)),
    ],
)
def test_an_edition_follows_the_name_or_the_path(name: str, parts: tuple[str, str | None]) -> None:
    assert split_name(name) == parts


@pytest.mark.parametrize(
    ("name", "edition"),
    [
        ("2024-01", "2024-01-01"),
        ("2024-03-01", "2024-03-01"),
        ("before-2024", "before-2024-01-01"),
        ("third", "third"),
    ],
)
def test_as_much_of_the_date_will_do_as_only_one_begins_with(
    example: Path, name: str, edition: str
) -> None:
    assert Policy.load(f"{example}@{name}").edition == edition


@pytest.mark.parametrize("name", ["2024", "2023-01", "2024-0", "before", "first issue", "x"])
def test_another_one_is_refused_with_those_that_there_are(example: Path, name: str) -> None:
    with pytest.raises(PolicyError, match=r"no edition|cannot be read") as caught:
        Policy.load(f"{example}@{name}")
    (fault,) = caught.value.faults
    if fault.code == "unknown-edition":
        assert "`before-2024-01-01`, `2024-01-01`, `2024-02-01`" in fault.hint
        assert "`third` is all of them" in fault.hint


def test_of_a_shipped_policy_too() -> None:
    with pytest.raises(PolicyError, match=r"^wiltshire@2021: unknown-edition: ") as caught:
        Policy.load("wiltshire@2021")
    assert "`before-2022-09-01` and `2022-09-01`; `2023-04` is all" in str(caught.value)
    with pytest.raises(PolicyError, match="its only edition is"):
        Policy.load("england@2022-09")
    with pytest.raises(PolicyError, match="did you mean `wiltshire`"):
        Policy.load("wiltshrie@2022-09")


def test_the_edition_of_the_file_is_the_whole_policy() -> None:
    assert Policy.load("wiltshire@2023-04").digest == Policy.load("wiltshire").digest


def test_cases_are_of_the_whole_policy() -> None:
    with pytest.raises(CaseError, match=r"cases-of-an-edition: .*\n    give `wiltshire`"):
        load_cases("wiltshire@2022-09")


# --- One log, several editions --------------------------------------------------------------------

GROUND = "concern-for-safety-ground"
WITHDRAWN = "concern-for-safety-withdrawn"


@pytest.mark.parametrize(
    ("instant", "owed"),
    [
        ("2022-08-31T23:59:00+01:00", set()),
        ("2022-09-01T00:00:00+01:00", {GROUND}),
        ("2022-09-01T00:01:00+01:00", {GROUND}),
        ("2023-04-30T23:59:00+01:00", {GROUND}),
        ("2023-05-01T00:00:00+01:00", {WITHDRAWN}),
        ("2023-05-01T00:01:00+01:00", {WITHDRAWN}),
    ],
)
def test_what_falls_a_minute_on_either_side_of_a_border_is_judged_by_its_own_edition(
    instant: str, owed: set[str]
) -> None:
    policy = Policy.load("wiltshire_withdrawn")
    record = reported(instant, category="concern_for_safety")
    as_of = (at(instant) + dt.timedelta(days=1)).isoformat()
    assert {GROUND, WITHDRAWN} & found(policy, record, as_of).keys() == owed


def test_each_border_of_an_invented_policy_too(example: Path) -> None:
    policy = Policy.load(example)
    due = {}
    for border in BORDERS:
        midnight = dt.datetime.fromisoformat(f"{border}T00:00:00+00:00")
        if border == "2024-06-01":
            midnight -= dt.timedelta(hours=1)  # summer time
        for minutes in (-1, 0, 1):
            when = midnight + dt.timedelta(minutes=minutes)
            findings = evaluate(policy, reported(when.isoformat()), as_of=when).findings
            told = [one for one in findings if one.rule == "told"]
            due[border, minutes] = [
                (one.edition, (one.due_at or when) - one.opened_at) for one in told
            ]
    hour, quarter = dt.timedelta(hours=1), dt.timedelta(minutes=15)
    first, second = [("first issue", hour)], [("second issue", quarter)]
    assert due == {
        **{("2024-01-01", m): first if m >= 0 else [] for m in (-1, 0, 1)},
        **{("2024-02-01", m): first for m in (-1, 0, 1)},
        **{("2024-03-01", m): second if m >= 0 else first for m in (-1, 0, 1)},
        **{("2024-06-01", m): [] if m >= 0 else second for m in (-1, 0, 1)},
    }


def test_a_window_looks_back_across_a_border_with_the_numbers_of_the_day_it_ends_on(
    example: Path,
) -> None:
    policy = Policy.load(example)
    two = ("2024-01-10T09:00:00+00:00", "2024-01-31T23:59:00+00:00")
    assert "meeting" not in found(policy, reported(*two), "2024-02-20T09:00:00+00:00")
    across = ("2024-01-10T09:00:00+00:00", "2024-02-01T00:00:00+00:00")
    assert found(policy, reported(*across), "2024-02-01T09:00:00+00:00")["meeting"] == "pending"
    shorter = ("2024-01-10T09:00:00+00:00", "2024-03-01T00:00:00+00:00")
    assert "meeting" not in found(policy, reported(*shorter), "2024-03-01T09:00:00+00:00")
    longer = ("2024-01-10T09:00:00+00:00", "2024-02-29T23:59:00+00:00")
    assert found(policy, reported(*longer), "2024-02-29T23:59:00+00:00")["meeting"] == "pending"


AGAIN = """
rules:
  - id: enquiries
    require: {action: enquiry_made}
    editions:
      - {edition: old, from: 2023-01-01, on: {every: OLD}, severity: minor}
      - {edition: new, from: 2024-02-01, on: {every: NEW}, severity: critical}
"""
"""A duty that comes again and again, with another interval from 1 February on."""


@pytest.mark.parametrize(
    ("old", "new", "done", "expected"),
    [
        # The running deadline comes forward to two hours after the border, and no further.
        ("8 hours", "2 hours", (), [("old", "22:00", "02:00", 4)]),
        ("3 hours", "2 hours", (), [("old", "22:00", "01:00", 4)]),
        # It never goes back; what follows a miss takes the new interval.
        ("3 hours", "8 hours", (), [("old", "22:00", "01:00", 1)]),
        # What starts after the border is judged by the new edition, whatever ran before.
        (
            "8 hours",
            "2 hours",
            ("01:30",),
            [("old", "22:00", "02:00", 0), ("new", "01:30", "03:30", 3)],
        ),
        (
            "8 hours",
            "2 hours",
            ("05:30",),
            [("old", "22:00", "02:00", 2), ("new", "05:30", "07:30", 1)],
        ),
        (
            "3 hours",
            "8 hours",
            ("00:30",),
            [("old", "22:00", "01:00", 0), ("new", "00:30", "08:30", 1)],
        ),
    ],
)
def test_a_repeating_duty_is_judged_interval_by_interval_by_the_edition_of_its_start(
    old: str, new: str, done: tuple[str, ...], expected: list[tuple[str, str, str, int]]
) -> None:
    policy = build.policy(AGAIN.replace("OLD", old).replace("NEW", new))
    log = "E1 2024-01-31 22:00 reported\n"
    log += "".join(f"E1 2024-02-01 {time} enquiry_made\n" for time in done)
    told = build.judge(policy, log, "2024-02-01 09:00").findings
    severity = {"old": "minor", "new": "critical"}
    assert [
        (one.edition, str(one.opened_at)[11:16], str(one.due_at)[11:16], one.missed) for one in told
    ] == expected
    assert [one.severity for one in told] == [severity[one.edition] for one in told]


# --- Pinned to one --------------------------------------------------------------------------------


def test_a_pinned_policy_judges_every_day_by_its_edition(example: Path) -> None:
    pinned = Policy.load(f"{example}@2024-03")
    (finding,) = evaluate(
        pinned, reported("2019-07-01T09:00:00+00:00"), as_of=at("2019-07-01T09:00:00+00:00")
    ).findings
    assert (finding.rule, finding.edition) == ("told", "2024-03-01")
    assert finding.due_at == at("2019-07-01T09:15:00+00:00")
    assert not [d for duties in pinned.duties.values() for d in duties if d.since or d.until]


def test_before_its_first_edition_a_rule_is_not_there(example: Path) -> None:
    assert set(Policy.load(f"{example}@before-2024").duties) == {"meeting"}
    assert set(Policy.load(f"{example}@2024-06").duties) == {"meeting"}
    before, after = Policy.load("wiltshire@before-2022-09"), Policy.load("wiltshire@2022-09")
    assert after.duties.keys() - before.duties.keys() == {
        GROUND,
        "concern-for-safety-rationale",
    }


def test_a_number_is_that_of_the_edition_with_what_it_rests_on(example: Path) -> None:
    then = load_source(f"{example}@2024-02").file.parameters
    assert (then["count"].value, then["window"].value) == (2, "90 days")
    assert then["window"].note == "It was guessed."
    later = load_source(f"{example}@2024-06").file.parameters["window"]
    assert (later.value, later.edge, later.basis) == ("42 days", "inclusive", "inferred")
    assert later.note is None


def test_findings_of_a_pinned_policy_tell_it_from_the_whole() -> None:
    whole, pinned = Policy.load("wiltshire"), Policy.load("wiltshire@2022-09")
    assert whole.name == pinned.name
    assert pinned.edition == "2022-09-01"
    assert whole.digest != pinned.digest


def test_a_layer_can_lie_on_one_edition(tmp_path: Path) -> None:
    text = (
        "policy: local\ntitle: A layer for a test\nedition: '1'\n"
        "extends: wiltshire@before-2022-09\n"
    )
    file = tmp_path / "local.yaml"
    file.write_text(text, encoding="utf-8")
    local = Policy.load(file)
    assert local.duties.keys() == Policy.load("wiltshire@before-2022-09").duties.keys()
    assert [layer.edition for layer in local.source.layers][-2:] == ["2023-04", "1"]
    file.write_text(text.replace("before-2022-09", "2020"), encoding="utf-8")
    with pytest.raises(PolicyError, match=r"local\.yaml:4:10: unknown-edition: `wiltshire` has no"):
        Policy.load(file)


def test_who_knows_the_date_of_the_withdrawal_gives_it_in_one_parameter() -> None:
    local = Policy.parse("""
policy: local
title: A layer for a test
edition: "1"
extends: wiltshire_withdrawn
parameters:
  concern_for_safety_withdrawn_from: {value: 2023-07-10, basis: inferred}
""")
    names = edition_names(local.source)
    assert names == ("before-2022-09-01", "2022-09-01", "2023-07-10", "1")

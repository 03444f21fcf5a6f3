"""Tables of edge cases: every row is what the kernel really says, and every edge is there."""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from build import policy
from missingrules import Policy, evaluate, testing
from missingrules.calendar import from_us
from missingrules.compare.variant import fingerprint
from missingrules.edges import UnknownRuleError, edge_cases
from missingrules.entry import to_json
from missingrules.layers import shipped
from missingrules.tablerows import entry_from_row
from triggers import TRIGGERS, trigger_policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from missingrules.edges import Row, RuleEdges

WHOLE = ("england", "wiltshire")
"""Policies of which every rule is tried; of the others, those that neither of them has."""


@functools.cache
def said_by(name: str) -> dict[str, str]:
    """What each rule of a policy says, with all that it rests on."""
    source = Policy.load(name).source
    return {rule["id"]: fingerprint(source, rule) for rule in source.located.data["rules"]}


def rules_of(name: str) -> list[str]:
    """The rules of a shipped policy, but for those that a wider one has in the same words."""
    told = {text for each in WHOLE for text in said_by(each).values() if name not in WHOLE}
    own = said_by(name)
    return [rule for rule in Policy.load(name).duties if own[rule] not in told]


@functools.cache
def tables_of(name: str) -> tuple[Policy, tuple[RuleEdges, ...]]:
    """The tables of a shipped policy, but for what the layer below shows."""
    made = Policy.load(name)
    rules = rules_of(name)
    return made, tuple(edge_cases(made, rules)) if rules else ()


def table_of(rule: str) -> RuleEdges:
    """The table of a rule of Wiltshire."""
    return next(table for table in tables_of("wiltshire")[1] if table.rule == rule)


def contents(row: Row) -> tuple[object, ...]:
    """What stands in the log of a row, and when it is looked at."""
    entries = sorted(
        (e.at, e.recorded, e.kind, e.episode_id or "", e.by or "", str(sorted(e.fields.items())))
        for e in row.entries
    )
    return (row.as_of, *entries)


def check(made: Policy, edges: Iterable[RuleEdges]) -> None:
    """Check what must hold of every table."""
    tables = list(edges)
    assert tables
    for table in tables:
        assert table.rows, table.rule
        shown = [contents(row) for row in table.rows if not row.impossible]
        assert len(shown) == len(set(shown)), table.rule
        for row in table.rows:
            assert row.tried
            assert bool(row.impossible) != bool(row.verdicts)
            if not row.impossible:
                check_row(made, row)


def check_row(made: Policy, row: Row) -> None:
    """Judge the log of a row again, as anybody would who had only its lines."""
    lines = [to_json(entry) for entry in row.entries]
    entries = [entry_from_row(line, made.vocabulary) for line in lines]
    assert not any(isinstance(entry, list) for entry in entries), row.tried
    again = evaluate(
        made, [e for e in entries if not isinstance(e, list)], as_of=from_us(row.as_of)
    )
    found = [
        finding
        for finding in again.findings
        if finding.rule == row.rule and finding.episode_id in (None, row.episode)
    ]
    outcomes = [verdict.outcome for verdict in row.verdicts]
    assert outcomes == ([finding.outcome for finding in found] or [""]), row.tried


# --- Shipped policies -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_row_of_a_shipped_policy_is_what_the_kernel_says(name: str) -> None:
    check(*tables_of(name))


def test_every_active_rule_has_a_table_and_no_other() -> None:
    made, tables = tables_of("england")
    assert [table.rule for table in tables] == list(made.duties)


def test_a_table_is_the_same_each_time() -> None:
    rules = ["self-harm-grading", "supervisor-review"]
    again = edge_cases(Policy.load("wiltshire"), rules)
    assert {table.rule: table for table in again} == {rule: table_of(rule) for rule in rules}


def test_most_edges_of_wiltshire_have_an_example() -> None:
    rows = [row for table in tables_of("wiltshire")[1] for row in table.rows]
    without = [row for row in rows if row.impossible]
    assert len(without) * 20 < len(rows)
    assert all(row.tried for row in without)


@pytest.mark.parametrize("rule", ["strategy-meting", "ppn-aware"])
def test_a_rule_that_does_not_judge_has_no_table(rule: str) -> None:
    with pytest.raises(UnknownRuleError, match=rule):
        list(edge_cases(Policy.load("wiltshire"), [rule]))


# --- The triggers of the catalogue ----------------------------------------------------------------


@pytest.mark.parametrize("name", TRIGGERS)
def test_every_trigger_of_the_catalogue_has_a_table_of_real_verdicts(name: str) -> None:
    made = policy(trigger_policy(name))
    check(made, edge_cases(made))


@pytest.mark.parametrize("name", TRIGGERS)
def test_of_every_trigger_there_is_a_row_on_each_side(name: str) -> None:
    """Somebody owes something, or something is noted or against policy; and somewhere not."""
    for table in edge_cases(policy(trigger_policy(name))):
        heads = {verdict.head for row in table.rows for verdict in row.verdicts}
        assert heads & {"Owed", "Noted", "Breach", "Breach at once"}, table.rule
        assert heads & {
            "Nothing owed",
            "Not noted",
            "Nothing against the policy",
            "In order",
            "In time",
        }, table.rule


# --- Made-up policies -----------------------------------------------------------------------------


@settings(max_examples=10)
@given(made=testing.policies())
def test_any_policy_has_a_table_of_real_verdicts(made: Policy) -> None:
    check(made, edge_cases(made))


ODD = {
    "a window of a hundred years": """
        parameters:
          w: {value: 36525 days, edge: exclusive, basis: inferred}
        terms:
          missing: {category: missing}
        rules:
          - id: x
            on: {episodes: missing, reach: 3, within: w}
            require: {action: strategy_meeting_held, within: 36525 days}
    """,
    "a window of a minute": """
        parameters:
          w: {value: 1 minute, edge: exclusive, basis: inferred}
        terms:
          missing: {category: missing}
        rules:
          - id: x
            on: {episodes: missing, reach: 3, within: w}
            require: {action: strategy_meeting_held, within: 1 minute}
    """,
    "more working days than there are holidays for": """
        rules:
          - id: x
            on: {entry: reported}
            require: {action: escalated, within: 30000 working days}
    """,
    "a condition that contradicts itself": """
        rules:
          - id: x
            on: {entry: reported}
            if: {all: [{marker: cse}, {not: {marker: cse}}]}
            forbid: true
    """,
    "a trigger that no log can hold for long": """
        rules:
          - id: x
            on: {entry: merged}
            require: {action: escalated, within: 1 hour}
    """,
    "a rule of one day long ago": """
        rules:
          - id: x
            on: {open: {more_than: 2 working days}}
            from: 1955-01-05
            until: 1955-01-06
            require: {action: escalated, within: 1 working day}
    """,
    "a rule of a far future": """
        rules:
          - id: x
            on: {entry: reported}
            from: 2190-01-05
            require: {action: escalated, within: 1 working day}
    """,
    "many steps up": """
        rules:
          - id: x
            on: {entry: concern_noted}
            grade: {steps_up: 9, within: not_stated}
    """,
    "a floor under everything": """
        rules:
          - id: x
            on: [{open: {more_than: 1 day}}, {gap: {at_least: 2 working days}}]
            grade: {at_least: very_low, within: 1 day}
    """,
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_an_odd_policy_has_a_table_too(text: str) -> None:
    made = policy(text)
    check(made, edge_cases(made))


def test_a_rule_that_can_never_apply_says_so_in_a_row() -> None:
    (table,) = edge_cases(policy(ODD["a condition that contradicts itself"]))
    without = [row.tried for row in table.rows if row.impossible]
    assert any("reported" in tried or "a report" in tried for tried in without)
    assert any(tried.startswith("the condition holds") for tried in without)


# --- Each form of rule, edge by edge --------------------------------------------------------------


def heads(text: str, about: str | None = None) -> dict[str, str]:
    """The first verdict of every row, by what is tried."""
    tables: Mapping[str, RuleEdges] = {table.rule: table for table in edge_cases(policy(text))}
    (table,) = tables.values()
    found = {}
    for row in table.rows:
        names = [(row.about, row.tried), *row.also]
        for side, tried in names:
            if about in (None, side):
                found[tried] = row.verdicts[0].head if row.verdicts else row.impossible
    return found


COUNT = """
    parameters:
      w: {{value: {window}, edge: {edge}, basis: inferred}}
    terms:
      missing: {{category: missing}}
    rules:
      - id: x
        on: {{episodes: missing, reach: 3, within: w}}
        require: {{action: strategy_meeting_held, within: 5 working days}}
"""


@pytest.mark.parametrize(
    ("window", "edge", "inside", "outside"),
    [
        ("90 days", "inclusive", ("89 local dates", "90 local dates"), "91 local dates"),
        ("90 days", "exclusive", ("88 local dates", "89 local dates"), "90 local dates"),
        ("48 hours", "inclusive", ("47 hours and 59 minutes", "48 hours"), "48 hours and 1 minute"),
        (
            "48 hours",
            "exclusive",
            ("47 hours and 58 minutes", "47 hours and 59 minutes"),
            "48 hours",
        ),
    ],
)
def test_the_edge_of_a_window_is_shown_from_both_sides(
    window: str, edge: str, inside: tuple[str, ...], outside: str
) -> None:
    found = heads(COUNT.format(window=window, edge=edge))
    for far in inside:
        assert found[f"the third episode {far} after the first"] == "Owed"
    assert found[f"the third episode {outside} after the first"] == "Nothing owed"


@pytest.mark.parametrize(
    ("window", "autumn"), [("90 days", "Owed"), ("2160 hours", "Nothing owed")]
)
def test_only_a_window_of_hours_loses_an_episode_when_the_clocks_go_back(
    window: str, autumn: str
) -> None:
    found = heads(COUNT.format(window=window, edge="inclusive"))
    tried = "the third episode 90 local dates after the first at the same time of day, the clocks"
    assert found[f"{tried} having gone forward between"] == "Owed"
    assert found[f"{tried} having gone back between"] == autumn


@pytest.mark.parametrize(
    ("placed_by", "head"), [("reported", "Owed"), ("missing_since", "Nothing owed")]
)
def test_what_places_an_episode_decides_on_which_side_it_lies(placed_by: str, head: str) -> None:
    text = COUNT.format(window="90 days", edge=f"inclusive, placed_by: {placed_by}")
    found = heads(text)
    (tried,) = [each for each in found if each.startswith("the first episode reported inside")]
    assert found[tried] == head


@pytest.mark.parametrize(("since", "head"), [("", "Owed"), (", since: action", "Nothing owed")])
def test_an_action_that_nothing_called_for_counts_only_where_the_rule_says_so(
    since: str, head: str
) -> None:
    text = COUNT.format(window="90 days", edge="inclusive").replace(
        "within: w", f"within: w{since}"
    )
    assert heads(text)["done before the last episode, when nothing called for it"] == head


def test_a_count_shows_fewer_as_many_and_more_and_a_second_run() -> None:
    found = heads(COUNT.format(window="90 days", edge="inclusive"))
    assert found["2 episodes that count"] == "Nothing owed"
    assert found["3 episodes that count"] == "Owed"
    assert "4 episodes that count" in found
    assert "after a pause longer than the window, 3 more" in found
    assert "done, then 3 more episodes" in found


def test_a_label_that_hides_an_episode_is_shown() -> None:
    table = table_of("strategy-meeting")
    hides = "The recorded category hides episode 3."
    rows = [row for row in table.rows if row.verdicts and hides in row.verdicts[0].text]
    assert any("grace" in row.tried for row in rows)
    assert any(row.tried.startswith("the last episode recorded") for row in rows)


DEADLINES = {
    "within: 1 hour": ("11:00", "11:01"),
    "within: 2 days": ("23:59", "00:00"),
    "within: 5 working days": ("23:59", "00:00"),
}


@pytest.mark.parametrize("within", DEADLINES)
def test_a_deadline_is_shown_in_its_last_minute_and_a_minute_later(within: str) -> None:
    made = policy(
        f"""
        rules:
          - id: x
            on: {{entry: reported}}
            require: {{action: inspector_informed, {within}}}
        """
    )
    (table,) = edge_cases(made)
    rows = {row.tried: row for row in table.rows}
    for tried, head, clock in (
        ("done in the last minute", "In time", DEADLINES[within][0]),
        ("done a minute too late", "Late", DEADLINES[within][1]),
        ("not done, looked at in the last minute", "Owed", DEADLINES[within][0]),
        ("not done, looked at a minute later", "No record", DEADLINES[within][1]),
    ):
        row = rows[tried]
        assert row.verdicts[0].head == head
        assert made.calendar.local(row.as_of)[11:16] == clock
    assert rows["dated in time, entered an hour late, looked at before it is entered"].verdicts[
        0
    ].head == ("No record")
    assert ("it begins on a Saturday" in rows) == ("working" in within)


FORMS = {
    "a deadline that nobody states": (
        """
        on: {entry: reported}
        require: {action: inspector_informed, within: not_stated}
        """,
        {
            "not done, looked at after 30 days": "Owed",
            "done after 30 days": "In time",
        },
    ),
    "an entry that must say something": (
        """
        on: {entry: returned, where: {to: home}}
        require: {action: prevention_interview, where: {mode: in_person}, within: 1 day}
        """,
        {
            "the child's return: to: home": "Owed",
            "the child's return: to: not home": "Nothing owed",
            "the child's return: to: not recorded": "Cannot be told",
            "a prevention interview: mode: in person": "In time",
            "a prevention interview: mode: not in person": "Owed",
            "a prevention interview: mode: not recorded": "Cannot be told",
        },
    ),
    "what was done before": (
        """
        on: {entry: categorised}
        require: {action: fim_notified, within: 15 minutes}
        """,
        {
            "done a minute before the duty arose": "In time",
            "dated a minute before the report": "Cannot be told",
        },
    ),
    "what was done before, where only what follows counts": (
        """
        on: {entry: categorised}
        after: trigger
        require: {action: fim_notified, within: 15 minutes}
        """,
        {
            "done a minute before the duty arose": "Owed",
            "a category, again after it was answered": "In time",
        },
    ),
    "a release by an entry": (
        """
        on: {entry: returned}
        after: trigger
        unless: {entry: return_interview_declined}
        require: {action: return_interview_held, within: 72 hours}
        """,
        {
            "the return home interview being declined in the last minute": "No longer owed",
            "the return home interview being declined a minute too late": "No record",
            "the return home interview being declined a minute before the duty arose": "Owed",
        },
    ),
    "a release by a condition": (
        """
        on: {entry: reported}
        unless: {category: [no_apparent_risk, absent]}
        require: {action: lines_of_enquiry_set, within: 2 hours}
        """,
        {
            "from the beginning: category: no apparent risk": "No longer owed",
            "in the last minute: category: absent": "No longer owed",
            "a minute too late: category: absent": "No record",
        },
    ),
    "a duty while the child is not found": (
        """
        on: {entry: reported}
        while: open
        require: {action: lines_of_enquiry_set, within: 2 hours}
        """,
        {
            "the child being located in the last minute": "No longer owed",
            "the child being located a minute too late": "No record",
        },
    ),
    "a duty while the child is not back": (
        """
        on: {entry: reported}
        while: away
        require: {action: lines_of_enquiry_set, within: 2 hours}
        """,
        {
            "the child being located before the end of the time allowed": "No record",
            "the child's return before the end of the time allowed": "No longer owed",
        },
    ),
    "a decision": (
        """
        on: {entry: ppn_submitted}
        may_be_decided_by: [mash, supervisor]
        require: {action: ppn_shared, within: 24 hours}
        """,
        {
            "decided by MASH, with reasons": "Not required",
            "decided by supervisor, with reasons": "Not required",
            "decided by officer, with reasons": "Owed",
            "decided by MASH, without reasons": "Owed",
            "decided by MASH in the last minute": "Not required",
            "decided by MASH a minute too late": "No record",
            "decided by MASH before the duty arose": "Owed",
        },
    ),
    "a decision that nobody may take": (
        """
        on: {entry: ppn_submitted}
        require: {action: ppn_shared, within: 24 hours}
        """,
        {"decided by officer, with reasons": "Owed"},
    ),
    "a field": (
        """
        on: {entry: categorised, where: {category: concern_for_safety}}
        require: {field: rationale, within: 15 minutes}
        """,
        {
            "rationale: recorded, in the entry itself": "In time",
            "rationale: not recorded, in the entry itself": "Owed",
            "recorded in a later entry of the same kind": "In time",
            "recorded in a later entry, with another category": "Owed",
            "recorded in the last minute": "In time",
            "recorded a minute too late": "Late",
            "not recorded, looked at a minute later": "No record",
            "dated in time, entered an hour late, looked at once it is": "Late",
        },
    ),
    "a list that names what is known": (
        """
        on: {entry: graded}
        if: {entry: marker_added}
        require: {field: refers_to, names_known: [markers], or_field: rationale, within: 1 hour}
        """,
        {
            "every known warning named, in the entry itself": "In time",
            "a known warning left out, in the entry itself": "Owed",
            "rationale: recorded, in the entry itself": "In time",
        },
    ),
    "a floor": (
        """
        on: [{entry: graded}, {entry: marker_added}]
        if: {marker: self_harm}
        grade: {at_least: medium, within: 30 minutes}
        """,
        {
            "already graded low": "Owed",
            "already graded medium": "In order",
            "already graded high": "In order",
            "then graded low": "Breach at once",
            "then graded medium": "In order",
            "then graded high": "In order",
            "graded medium in time, then low": "Breach at once",
            "graded again in the last minute": "In time",
            "graded again a minute too late": "Late",
            "not graded again, looked at in the last minute": "Owed",
            "not graded again, looked at a minute later": "No record",
            "not graded at all": "Nothing asked of the grade",
            "the child being located a minute too late": "No record",
        },
    ),
    "steps up": (
        """
        on: {entry: concern_noted}
        grade: {steps_up: 1, within: 30 minutes}
        """,
        {
            "already graded very low": "Owed",
            "already graded low": "Owed",
            "already graded medium": "Owed",
            "already graded high": "In order",
        },
    ),
    "an episode that lasts at least so long": (
        """
        on: {open: {at_least: 6 hours}}
        require: {action: strategy_meeting_held, within: 24 hours}
        """,
        {
            "a minute short of 6 hours since the report": "Nothing owed",
            "6 hours since the report": "Owed",
            "the child is located a minute before": "Nothing owed",
        },
    ),
    "an episode that lasts longer": (
        """
        on: {open: {more_than: 48 hours}}
        require: {action: strategy_meeting_held, within: 24 hours}
        """,
        {
            "exactly 48 hours since the report": "Nothing owed",
            "a minute more than 48 hours since the report": "Owed",
        },
    ),
    "an episode that lasts for dates": (
        """
        on: {open: {more_than: 2 days}}
        require: {action: strategy_meeting_held, within: 24 hours}
        """,
        {
            "2 days since the report, the last minute": "Nothing owed",
            "2 days since the report": "Owed",
        },
    ),
    "again and again": (
        """
        on: {every: 4 hours, sooner: [{if: {grade: high}, every: 1 hour}], first_after: 1 hour}
        if: {not: {all: [{recorded: whereabouts}, {whereabouts: known}]}}
        require: {action: supervisor_reviewed}
        """,
        {
            "a minute before the first interval begins": "Nothing owed",
            "not done, looked at in the last minute": "Owed",
            "not done, looked at a minute later": "No record",
            "not done, and the next interval has passed": "No record",
            "done in the last minute": "In time",
            "done a minute too late": "Late",
            "every 1 hour, where this holds: grade: high": "Owed",
            "every 1 hour, where this does not hold: grade: not high": "Owed",
            "the condition does not hold: whereabouts: known": "Nothing owed",
            "the child being located in the last minute, nothing done": "No longer owed",
            "the child being located a minute too late, nothing done": "No record",
        },
    ),
    "a gap of hours": (
        """
        on: {gap: {more_than: 2 hours}}
        forbid: true
        """,
        {
            "a minute short of 2 hours": "Nothing against the policy",
            "exactly 2 hours": "Nothing against the policy",
            "a minute more than 2 hours": "Breach",
            "not recorded since when the child was missing": "Cannot be told",
        },
    ),
    "a gap of dates": (
        """
        on: {gap: {at_least: 2 days}}
        forbid: true
        """,
        {
            "missing since Sun 4 Feb 2024, 00:00": "Nothing against the policy",
            "missing since Sat 3 Feb 2024, 23:59": "Breach",
        },
    ),
    "an age": (
        """
        on: {entry: reported}
        if: {age: {at_least: 12, under: 16}}
        measure: true
        """,
        {
            "the condition holds: on the 12th birthday": "Noted",
            "the condition holds: the day before the 16th birthday": "Noted",
            "the condition does not hold: the day before the 12th birthday": "Not noted",
            "the condition does not hold: on the 16th birthday": "Not noted",
            "the condition cannot be told: date of birth not recorded": "Cannot be told",
        },
    ),
    "what must not happen": (
        """
        on: {entry: categorised, where: {category: concern_for_safety}}
        forbid: true
        """,
        {
            "when it happens": "Breach",
            "the child is back an hour later": "Breach",
            "the entry is struck out an hour later": "Nothing against the policy",
        },
    ),
    "dates": (
        """
        on: {entry: reported}
        from: 2024-01-01
        until: 2025-01-01
        require: {action: inspector_informed, within: 1 hour}
        """,
        {
            "a minute before Mon 1 Jan 2024, when this edition begins": "Nothing owed",
            "at the first minute of Mon 1 Jan 2024, when this edition begins": "Owed",
            "a minute before Wed 1 Jan 2025, when this edition ends": "Owed",
            "at the first minute of Wed 1 Jan 2025, when this edition ends": "Nothing owed",
        },
    ),
    "a duty of each open episode": (
        """
        on: {entry: marker_added}
        per: episode
        require: {action: inspector_informed, within: 1 hour}
        """,
        {
            "a warning marker being added": "Owed",
            "a warning marker being added, while the child is not missing": "Nothing owed",
        },
    ),
}


@pytest.mark.parametrize(("rule", "expected"), FORMS.values(), ids=FORMS)
def test_each_edge_of_a_form_has_its_row(rule: str, expected: dict[str, str]) -> None:
    found = heads(f"rules:\n  - id: x\n{rule.replace(chr(10) + '        ', chr(10) + '    ')}")
    shown = {
        tried: next(
            (head for each, head in found.items() if same(tried, each)), f"missing in {[*found]}"
        )
        for tried in expected
    }
    assert shown == expected


def same(tried: str, row: str) -> bool:
    """Whether a row tries it, perhaps among other things that come to the same."""
    start, _, rest = tried.partition(": ")
    if not rest:
        return tried == row or tried in row.split("; ")
    return row.startswith(start) and rest in row.removeprefix(f"{start}: ").replace(
        f"{start}: ", ""
    ).split("; ")


def test_editions_are_shown_each_with_its_own_rows() -> None:
    tables = list(
        edge_cases(
            policy("""
                rules:
                  - id: x
                    on: {entry: reported}
                    editions:
                      - edition: one
                        from: 2023-01-01
                        require: {action: inspector_informed, within: 1 hour}
                      - edition: two
                        from: 2024-06-01
                        require: {action: inspector_informed, within: 2 hours}
            """)
        )
    )
    assert [table.edition for table in tables] == ["one", "two"]
    first, second = tables
    border = "at the first minute of Sat 1 Jun 2024"
    assert not any(row.tried.startswith(border) for row in first.rows)
    (row,) = [row for row in second.rows if row.tried.startswith(border)]
    assert "02:00" in row.verdicts[0].text


def test_rows_hang_on_the_parameters_of_their_own_edge() -> None:
    table = table_of("strategy-meeting")
    by_side = {
        side: {rest.name for row in rows for rest in row.rests if not row.also}
        for side, rows in itertools.groupby(table.rows, key=lambda row: row.about)
    }
    assert by_side["How many episodes, how far apart"] == {"repeat_count", "repeat_window"}
    assert by_side["By when"] == {"meeting_deadline"}
    assert by_side["What counts as an episode"] == {"rationale_grace"}
    struck = next(row for row in table.rows if "struck out" in row.tried)
    assert not struck.rests
    assert {rest.name for row in table.rows for rest in row.assumed} == {
        "repeat_window",
        "meeting_deadline",
        "rationale_grace",
    }

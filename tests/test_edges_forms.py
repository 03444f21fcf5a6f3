"""The rarer forms of a rule: each has rows that the kernel bears out, or says why it has none."""

from __future__ import annotations

import pytest

from build import policy
from missingrules.cases import parse_cases, run_cases
from missingrules.edges import as_cases, edge_cases, markdown

NEVER = "{all: [{marker: cse}, {not: {marker: cse}}]}"

WHOLE = {
    "a duty about the child, from which an entry of an episode releases": (
        """
        rules:
          - id: x
            on: {entry: marker_added}
            unless: {entry: located}
            require: {action: strategy_meeting_held, within: 2 days}
        """,
        {
            "done on the day before the last": "In time",
            "done in the last minute": "In time",
            "done a minute too late": "Late",
            "done a minute before the duty arose": "Owed",
            "decided by officer, with reasons": "Owed",
        },
    ),
    "a release and a decision where nobody states a time": (
        """
        rules:
          - id: x
            on: {entry: marker_added}
            unless: {entry: strategy_meeting_held, where: {attended_by: police}}
            may_be_decided_by: [supervisor]
            require: {action: trigger_plan_created, within: not_stated}
        """,
        {
            "not done, looked at after 30 days": "Owed",
            "done after 30 days": "In time",
            "a strategy meeting in the last minute": "No longer owed",
            "a strategy meeting a minute before the duty arose": "Owed",
            "a strategy meeting: attended by: not police": "Owed",
            "decided by supervisor, with reasons": "Not required",
            "decided by supervisor, without reasons": "Owed",
            "decided by officer, with reasons": "Owed",
        },
    ),
    "a release by a condition where nobody states a time": (
        """
        rules:
          - id: x
            on: {entry: reported}
            unless: [{category: absent}, {entry: tracker_opened}]
            require: {action: inspector_informed, within: not_stated}
        """,
        {
            "from the beginning: category: absent": "No longer owed",
            "in the last minute: category: absent": "No longer owed",
            "a missing investigation tracker in the last minute": "No longer owed",
            "the child is back, and it is not done": "Owed",
        },
    ),
    "a release by what was done, by somebody": (
        """
        rules:
          - id: x
            on: {entry: reported}
            unless: {entry: inspector_informed, where: {by: supervisor}}
            require: {action: fim_notified, within: 3 days}
        """,
        {
            "the duty inspector being informed in the last minute": "No longer owed",
            "the duty inspector being informed a minute too late": "No record",
            "the duty inspector being informed: by: not supervisor": "Owed",
        },
    ),
    "a duty that comes again, from which entries and a condition release": (
        f"""
        rules:
          - id: x
            on:
              every: 4 hours
              sooner: [{{if: {NEVER}, every: 1 hour}}]
              first_after: 1 hour
            while: open
            unless:
              - {{entry: tracker_opened}}
              - {{whereabouts: known}}
              - {{entry: graded, where: {{grade: low}}}}
            require: {{action: supervisor_reviewed}}
        """,
        {
            "a minute before the first interval begins": "Nothing owed",
            "done a minute before the first interval begins": "Owed",
            "done in the last minute": "In time",
            "done a minute too late": "Late",
            "the condition of a shorter interval comes to hold": (
                "no entries were found that bring it about"
            ),
            "the release holds: whereabouts: known": "Nothing owed",
            "the release cannot be told: whereabouts: not recorded": "Cannot be told",
            "a missing investigation tracker before the end of an interval": "No longer owed",
            "a risk grading before the end of an interval": "No longer owed",
        },
    ),
    "a duty that comes again after days, and sooner for some": (
        """
        rules:
          - id: x
            on: {every: 2 days, sooner: [{if: {looked_after: true}, every: 1 day}]}
            while: open
            require: {action: escalated}
        """,
        {
            "not done, looked at in the last minute": "Owed",
            "not done, looked at a minute later": "No record",
            "every 1 day, where this holds: looked after: yes": "Owed",
            "every 1 day, where this cannot be told: looked after: not recorded": "Owed",
            "the child being located in the last minute, nothing done": "No longer owed",
            "the child being located a minute too late, nothing done": "No record",
        },
    ),
    "a duty that comes again, and never": (
        f"""
        rules:
          - id: x
            on: {{every: 4 hours, sooner: [{{if: {{marker: cse}}, every: 1 hour}}]}}
            if: {NEVER}
            unless: {{entry: tracker_opened}}
            while: open
            require: {{action: supervisor_reviewed}}
        """,
        {"the condition does not hold: no marker child sexual exploitation": "Nothing owed"},
    ),
    "a duty of a time away, and never": (
        f"""
        rules:
          - id: x
            on: [{{open: {{at_least: 1 day}}}}, {{gap: {{at_least: 2 hours}}}}]
            if: {NEVER}
            require: {{action: inspector_informed, within: 1 day}}
        """,
        {
            "open for 1 day": "no record was found on which the rule then applies",
            "missing for 2 hours when reported": "no record was found",
        },
    ),
    "a count that is reached in vain": (
        f"""
        terms:
          away: {{category: missing}}
        rules:
          - id: x
            on: {{episodes: away, reach: 2, within: ever}}
            if: {NEVER}
            require: {{action: strategy_meeting_requested, within: 1 day}}
        """,
        {
            "2 episodes that count": "no record was found on which the rule then applies",
            "the condition does not hold: marker child sexual exploitation": "Nothing owed",
        },
    ),
    "a count of one": (
        """
        terms:
          away: {category: missing}
        rules:
          - id: x
            on: {episodes: away, reach: 1, within: ever}
            require: {action: strategy_meeting_requested, within: 1 day}
        """,
        {
            "1 episode that counts": "Owed",
            "the last episode does not count: category: not missing": "Nothing owed",
            "the last episode is struck out as a mistake": "Nothing owed",
            "the last episode may count: no report of it is on record": "Cannot be told",
        },
    ),
    "a count by what is on record": (
        """
        parameters:
          w: {value: 90 days, edge: inclusive, basis: inferred}
        terms:
          away: {any: [{entry: trigger_plan_created}, {entry: enquiry_made}, {concern: crime}]}
        rules:
          - id: x
            on: {episodes: away, reach: 2, within: w}
            if: {age: {under: 16}}
            require: {action: strategy_meeting_held, within: 2 days}
        """,
        {
            "the second episode 90 local dates after the first": "Owed",
            "the second episode 91 local dates after the first": "Nothing owed",
            "the condition does not hold: on the 16th birthday": "Nothing owed",
            "the condition cannot be told: date of birth not recorded": "Cannot be told",
        },
    ),
    "a condition on a count, placed by when the child went missing": (
        """
        parameters:
          w: {value: 90 days, edge: inclusive, placed_by: missing_since, basis: inferred}
        terms:
          away: {category: missing}
        rules:
          - id: x
            on: {entry: categorised}
            if: {counted: {episodes: away, at_least: 2, within: w}}
            require: {action: strategy_meeting_requested, within: 5 working days}
        """,
        {
            "the condition holds: 2 counted, the oldest at the edge of the window": "Owed",
            "the condition does not hold: 1 counted": "Nothing owed",
            "the condition cannot be told: 2 without a report, which may count": "Cannot be told",
        },
    ),
    "a floor under a grade that the condition asks for": (
        """
        rules:
          - id: x
            on: {entry: concern_noted}
            if: {grade: low}
            grade: {at_least: high, within: 1 hour}
        """,
        {
            "the condition does not hold: grade: not low": "Nothing asked of the grade",
            "graded again a minute before the last": "In time",
            "graded again in the last minute": "In time",
            "graded again a minute too late": "Late",
            "graded again medium, which is not enough": "Breach at once",
        },
    ),
    "a floor that a marker demands, whenever": (
        """
        rules:
          - id: x
            on: {entry: marker_added, where: {marker: cse}}
            grade: {at_least: high, within: not_stated}
        """,
        {
            "already graded high": "In order",
            "not graded at all": "Nothing asked of the grade",
            "a warning marker being added, while the child is not missing": (
                "Nothing asked of the grade"
            ),
            "then graded medium": "Breach at once",
            "not graded again, looked at after 30 days": "Owed",
        },
    ),
    "a trigger that contradicts the condition": (
        """
        rules:
          - id: x
            on: {entry: graded, where: {grade: low}}
            if: {grade: high}
            require: {action: inspector_informed, within: 3 days}
        """,
        {
            "a risk grading": "no record was found on which the rule then applies",
            "the condition does not hold: grade: not high": "Nothing owed",
        },
    ),
    "an entry and fields of a force's own": (
        """
        vocabulary:
          kinds:
            coordinator_allocated:
              of: child
              phrase: a coordinator being allocated
              fields:
                team: {type: choice, values: [north, south], required: true}
                since: {type: date}
                bodies: {type: choices, values: [police, health]}
                seen: {type: instant}
        rules:
          - id: x
            on:
              entry: coordinator_allocated
              where: {since: recorded, bodies: [police, health], seen: recorded}
            after: trigger
            require:
              action: coordinator_allocated
              where: {team: south, bodies: health}
              within: 1 day
        """,
        {
            "a coordinator being allocated: bodies: health": "Owed",
            "a coordinator being allocated: since: not recorded": "Nothing owed",
            "a coordinator being allocated: bodies: not recorded": "Cannot be told",
            "a coordinator being allocated: team: not south": "Owed",
            "a coordinator being allocated: bodies: not health": "Owed",
            "done in the last minute": "In time",
        },
    ),
    "an edition that begins in the last year with known holidays": (
        """
        rules:
          - id: x
            on: {entry: reported}
            from: 2098-12-30
            require: {action: inspector_informed, within: 3 working days}
        """,
        {
            "at the first minute of Tue 30 Dec 2098, when this edition begins": "Owed",
            "a minute before Tue 30 Dec 2098, when this edition begins": "Nothing owed",
            "over a weekend: it begins on a Friday": "Owed",
        },
    ),
}


@pytest.mark.parametrize(("text", "expected"), WHOLE.values(), ids=WHOLE)
def test_each_edge_of_a_rarer_form_has_its_row(text: str, expected: dict[str, str]) -> None:
    (table,) = edge_cases(policy(text))
    shown: dict[str, str] = {}
    for row in table.rows:
        for _, tried in ((row.about, row.tried), *row.also):
            shown.setdefault(tried, row.verdicts[0].head if row.verdicts else row.impossible)
    assert {tried: shown.get(tried, f"not in {[*shown]}") for tried in expected} == expected


@pytest.mark.parametrize("text", [text for text, _ in WHOLE.values()], ids=WHOLE)
def test_the_rows_of_a_rarer_form_are_cases_that_pass(text: str) -> None:
    made = policy(text)
    results = run_cases(parse_cases(as_cases(made), made))
    assert results
    assert [result.case.name for result in results if not result.passed] == []


def test_a_log_in_a_table_tells_entries_of_a_forces_own_in_words() -> None:
    text = markdown(policy(WHOLE["an entry and fields of a force's own"][0]))
    assert "on record: a coordinator being allocated" in text
    assert "team: north" in text
    assert "bodies: police" in text


def test_the_dates_of_an_edition_stand_above_its_rows() -> None:
    text = markdown(
        policy("""
            rules:
              - id: x
                on: {entry: reported}
                from: 2024-01-01
                until: 2025-01-01
                require: {action: inspector_informed, within: 1 hour}
        """)
    )
    assert "edition 1, from 2024-01-01 until before 2025-01-01" in text

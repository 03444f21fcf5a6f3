"""The policy language: what can be said in it. What cannot is shown by ``bad_policies``."""

from __future__ import annotations

import json
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from missingrules.errors import Fault, PolicyError
from missingrules.language import ConditionForm, PolicyFile
from missingrules.layers import source_from_text
from missingrules.yamlsource import read

HEAD = """\
policy: sample
title: A sample
edition: "1"
conventions: {zone: Europe/London, holidays: {country: GB, subdivision: ENG}}
vocabulary:
  kinds:
    coordinator_allocated: {of: child, phrase: the case being allocated to a co-ordinator}
    assessment_started: {of: child, phrase: an assessment}
    plan_updated: {of: child, phrase: an update of the plan}
    reported_to_police: {of: episode, phrase: a report to the police}
parameters:
  n90: {value: 90 days, edge: inclusive, placed_by: reported, basis: inferred}
  n42: {value: 42 days, edge: inclusive, basis: inferred}
  three: {value: 3, basis: inferred}
  soon: {value: 24 hours, basis: inferred}
  unsaid: {value: not_stated, basis: inferred}
  floor: {value: high, basis: inferred}
  began: {value: 2022-09-01, basis: inferred}
terms:
  missing: {category: missing}
  at_home: {from_place: [home, foster]}
rules:
"""


def rule(text: str) -> str:
    keys = "title: T\nauthority: force_policy\nbasis: inferred\n" + textwrap.dedent(text).strip()
    return (
        HEAD + textwrap.indent("id: sample-rule\n" + keys, "    ").replace("    ", "  - ", 1) + "\n"
    )


def test_a_policy_needs_little() -> None:
    file = source_from_text(HEAD.replace("rules:\n", "")).file
    assert (file.rules, file.owner, file.extends) == ([], None, None)


# Duties as forces and partnerships have them, each as plainly as its source.
IN_USE = {
    "three in 90 days, by substance and by label": """
        on: {episodes: missing, as_recorded: {category: missing}, reach: three, within: n90}
        require: {action: strategy_meeting_held, within: unsaid}
        """,
    "a count or a concern": """
        on: [{episodes: missing, reach: 3, within: n90}, {entry: concern_noted}]
        per: child
        require: {action: coordinator_allocated, within: not_stated}
        """,
    "a daily review": """
        on: {every: 1 day}
        while: open
        require: {action: supervisor_reviewed}
        """,
    "more than three in 42 days": """
        on: {episodes: missing, more_than: three, within: n42}
        require: {action: strategy_meeting_held, within: unsaid}
        """,
    "two in 90 days and no open case": """
        on: {episodes: missing, reach: 2, within: n90}
        if: {case_status.open: no}
        require: {action: assessment_started, within: 10 working days}
        """,
    "a return with an open case": """
        on: {entry: returned}
        if: {all: [{open: yes}, {counted: {episodes: missing, at_least: 2, within: n90}}]}
        require: {action: return_interview_held, within: 72 hours}
        """,
    "more than three ever, or a marker": """
        on:
          - {episodes: missing, more_than: 3, within: ever}
          - {entry: marker_added, where: {marker: cse}}
        require: {action: strategy_meeting_held, within: unsaid}
        """,
    "three since the last meeting": """
        on: {episodes: missing, reach: 3, within: ever, since: action}
        require: {action: strategy_meeting_held, within: unsaid}
        """,
    "missing for 48 hours, or at high risk": """
        on:
          - {open: {more_than: 48 hours, since: missing_since}}
          - {entry: graded, where: {grade: high}}
        while: away
        require: {action: strategy_meeting_held, within: soon}
        """,
    "looked after and open for six hours": """
        on: {open: {at_least: 6 hours}}
        if: {looked_after: yes}
        require: {action: categorised, where: {category: missing}, within: 1 minute}
        """,
    "looked after, only counted": """
        on: {episodes: missing, reach: 3, within: n90}
        if: {care_status.looked_after: [yes]}
        measure: true
        """,
    "every week after 72 hours": """
        on: {every: 1 week, first_after: 72 hours}
        while: away
        require: {action: strategy_meeting_held}
        """,
    "after a return, unless declined": """
        on: {entry: returned}
        if:
          any:
            - {lasted: {more_than: 24 hours}}
            - {counted: {episodes: missing, at_least: 2, within: ever}}
            - {concern: [crime, mental_health, cse], ever: false}
        unless: {entry: return_interview_declined}
        require: {action: return_interview_held, within: 72 hours}
        may_be_decided_by: [childrens_social_care, supervisor]
        """,
    "every week, with a marker every day": """
        on: {every: 1 week, sooner: [{if: {marker: cse}, every: 1 day}]}
        if: {grade: high}
        while: away
        require: {action: plan_updated}
        """,
    "a count or a marker, if both hold": """
        on:
          - {episodes: missing, reach: 3, within: n90}
          - {entry: marker_added, where: {marker: cse}}
        if: {all: [{marker: cse}, {counted: {episodes: missing, at_least: 3, within: n90}}]}
        require: {action: strategy_meeting_held, within: unsaid}
        """,
    "three of four risks": """
        on: {entry: [reported, concern_noted, marker_added]}
        if:
          at_least: three
          of: [{age: {under: 13}}, {marker: [self_harm, suicide]}, {concern: exploitation}, at_home]
        grade: {at_least: floor, within: soon}
        """,
    "open for a day and not reported": """
        on: {open: {at_least: 24 hours}}
        unless:
          - {entry: reported_to_police, where: {by: [officer, carer]}}
          - {not: {whereabouts: unknown}}
        require: {action: reported_to_police, within: 1 hour}
        """,
    "reported late, a young child": """
        on: {gap: {more_than: 1 hour}}
        if: {age: {under: 12}}
        forbid: true
        """,
    "reported late, an older child": """
        on: {gap: {from: missing_since, to: reported, more_than: 2 hours}}
        if: {age: {at_least: 12, under: 18}}
        forbid: true
        """,
    "more than two ever": """
        on: {episodes: missing, more_than: 2, within: ever}
        require: {action: return_interview_offered, within: 72 hours}
        """,
    "a floor under every grade": """
        on: {entry: graded}
        grade: {at_least: medium, within: 1 hour}
        """,
    "a recorded field": """
        on: {entry: categorised, where: {category: concern_for_safety, rationale: recorded}}
        require: {field: [ground, rationale], within: 15 minutes, called: its grounds}
        """,
    "values in order": """
        on: {entry: ppn_submitted, where: {stage: found, by: officer}}
        require: {field: [voice_of_child, ethnicity], as: [yes, true, not_applicable], within: soon}
        """,
    "names what is known": """
        on: {entry: graded}
        require:
          field: refers_to
          names_known: [markers, concerns]
          or_field: rationale
          within: soon
        """,
    "steps up": """
        on: [{entry: marker_added}, {entry: concern_noted}]
        if: {all: [missing, {term: at_home}], by: 15 minutes}
        grade: {steps_up: 1, within: unsaid}
        """,
    "a floor named in an entry": """
        on: {entry: graded, where: {grade: floor}}
        after: trigger
        require: {action: inspector_informed, within: soon}
        owed_by: force_incident_manager
        """,
    "dates": """
        from: began
        until: 2024-01-01
        on: {entry: categorised, where: {category: [concern_for_safety]}}
        forbid: true
        severity: critical
        """,
    "editions": """
        on: {entry: reported}
        editions:
          - {edition: first, from: began, until: 2023-01-01, measure: true}
          - {from: 2023-01-01, require: {action: graded, within: soon}, after: trigger}
        """,
    "a parameter in a condition": """
        on: {entry: reported}
        if: {any: [{grade: floor}, {graded.grade: [medium, floor]}]}
        measure: true
        """,
    "a duty of the child that an entry of an episode releases from": """
        on: {entry: marker_added, where: {marker: cse}}
        if: {all: [{looked_after: yes}, {concern: cse, ever: true}, {entry: care_status}]}
        unless:
          - {entry: returned}
          - {any: [{marker: cse}, {counted: {episodes: missing, at_least: 2, within: ever}}]}
        require: {action: strategy_meeting_held, within: soon}
        """,
    "a count read at its latest episode": """
        on: {episodes: missing, reach: 2, within: n90}
        if: {all: [missing, {term: at_home}, {whereabouts: unknown}]}
        unless: {entry: returned}
        require: {action: strategy_meeting_held, within: soon}
        """,
    "a duty of the child from an episode that lasts": """
        on: [{open: {at_least: 24 hours}}, {gap: {more_than: 2 hours}}, {entry: graded}]
        if: missing
        per: child
        require: {action: strategy_meeting_held, within: soon}
        """,
    "a marker in each open episode": """
        on: {entry: marker_added}
        if: {category: missing}
        unless: {concern: cse}
        per: episode
        require: {action: graded, within: soon}
        """,
    "a grade that a count demands of an episode": """
        on: {episodes: missing, reach: 2, within: ever}
        if: missing
        unless: at_home
        per: episode
        grade: {at_least: floor, within: soon}
        """,
    "again and again, and after an entry": """
        on: [{every: 4 hours}, {entry: graded}]
        require: {action: supervisor_reviewed, within: soon}
        """,
    "a term for a term": """
        on: {entry: reported}
        if: {any: [missing, {term: missing}, {recorded: graded.rationale}, {entry: located}]}
        unless: at_home
        require: {action: graded, within: soon}
        """,
}


@pytest.mark.parametrize("text", IN_USE.values(), ids=list(IN_USE))
def test_what_is_in_use_can_be_said(text: str) -> None:
    source_from_text(rule(text))


@pytest.mark.parametrize("word", ["yes", "no", "not_applicable", "true", "false", "[yes, no]"])
def test_yes_no_fields_take_answers_and_truth_values(word: str) -> None:
    source_from_text(rule(f"on: {{entry: reported}}\nif: {{looked_after: {word}}}\nmeasure: true"))


def test_added_kinds_fields_values_and_roles_can_be_used() -> None:
    text = rule(
        """
        on: {entry: drone_sent, where: {height: low, by: pilot}}
        if: {all: [{doubt: yes}, {category: lost}, {drone_sent.height: [low, high]}, {seen: heat}]}
        require: {field: [height, pilots_name], within: 1 hour}
        """
    ).replace(
        "vocabulary:\n  kinds:\n",
        """vocabulary:
  fields: {graded: {doubt: {type: yes_no}}}
  values: {category: [lost]}
  roles: {op: pilot}
  kinds:
    drone_sent:
      of: episode
      phrase: a drone being sent
      fields:
        height: {type: choice, values: [low, high], required: true}
        seen: {type: choices}
        pilots_name: {type: text}
""",
    )
    vocabulary = source_from_text(text).vocabulary
    assert vocabulary.role("op") == "pilot"
    assert vocabulary.kinds["drone_sent"].fields["height"].required


def test_keys_are_those_of_the_file_and_types_are_strict() -> None:
    for part in ({"all_": ["missing"]}, {"all": "missing"}, {"ever": "yes"}, {"at_least": True}):
        if "all_" in part:
            assert ConditionForm.model_validate(part).all_ is None
        else:
            with pytest.raises(ValidationError):
                ConditionForm.model_validate(part)


def test_every_key_of_the_language_is_described() -> None:
    schema = PolicyFile.model_json_schema()
    parts = {"PolicyFile": schema, **schema["$defs"]}
    bare = [
        f"{name}.{key}"
        for name, part in parts.items()
        for key, meaning in part.get("properties", {}).items()
        if not meaning.get("description")
    ]
    assert bare == []
    assert [name for name, part in parts.items() if not part.get("description")] == []


def test_a_deep_condition_is_refused_without_delay() -> None:
    """A union that tries each side at each level would take for ever."""
    text = "{not: " * 30 + "{all: 3}" + "}" * 30
    with pytest.raises(PolicyError, match="wrong-type"):
        source_from_text(HEAD.replace("rules:\n", "") + f"  deep: {text}\n")


# --- Nothing but a policy or its faults -----------------------------------------------------------

WORDS = ["", " ", "x", "ever", "not_stated", "high", "missing", "graded.rationale", "90 days"]
WORDS += ["5 working days", "3 months", "2022-09-01", "2022-02-30", "three", "n90", "soon", "began"]
PARTS = [[], {}, [[]], [{}], ["x"], {"x": 3}, {"all": []}, {"not": "missing"}, {"entry": "graded"}]
PARTS += [{"term": "missing"}, {"category": ["missing"]}, {"age": {"under": 12}}, {"by": "1 hour"}]
ODD = st.sampled_from([None, True, 0, -1, 3, 10**17, 2.5, *WORDS, *PARTS])
KEYS = st.sampled_from(["on", "if", "by", "where", "within", "editions", "reach", "grade", "x", ""])
LOCATED = [read(rule(text), "p") for text in IN_USE.values()]


@st.composite
def oddities(draw: st.DrawFn) -> str:
    """A policy with something odd in place of one of its parts, or beside it."""
    located = draw(st.sampled_from(LOCATED))
    path = draw(st.sampled_from(sorted(located.places.keys() - {()}, key=str)))
    data = json.loads(json.dumps(located.data))
    holder = data
    for step in path[:-1]:
        holder = holder[step]
    beside = isinstance(holder, dict) and draw(st.booleans())
    holder[draw(KEYS) if beside else path[-1]] = draw(ODD)
    return json.dumps(data)


@settings(max_examples=300)
@given(oddities())
def test_whatever_stands_anywhere_the_answer_is_a_policy_or_faults_with_places(text: str) -> None:
    faults: tuple[Fault, ...] | None = None
    try:
        source_from_text(text)
    except PolicyError as error:
        faults = error.faults
    assert faults is None or faults
    assert all(fault.line >= 1 and fault.column >= 1 for fault in faults or ())

"""Rules that forces and boroughs have had, each as a small policy; the numbers are the catalogue's.

They are shapes of rules to try programs on, not claims about anybody's rules of today.
"""

from __future__ import annotations

PARAMETERS = """
parameters:
  in_90_days: {value: 90 days, edge: inclusive, basis: inferred}
  in_42_days: {value: 42 days, edge: inclusive, basis: inferred}
terms:
  missing: {category: [missing, away_without_authorisation]}
  exploited: {any: [{marker: cse}, {concern: [cse, exploitation]}]}
rules:
"""

TRIGGERS = {
    "T1": """
  - id: meeting
    on: {episodes: missing, reach: 3, within: in_90_days, as_recorded: {category: missing}}
    require: {action: strategy_meeting_held, within: 5 working days}
""",
    "T2": """
  - id: coordinator
    on: [{episodes: missing, reach: 3, within: in_90_days}, {entry: concern_noted}]
    per: child
    require: {action: strategy_meeting_requested, within: 1 working day}
  - id: daily-review
    on: {every: 1 day}
    require: {action: supervisor_reviewed}
""",
    "T3": """
  - id: meeting
    on: {episodes: missing, more_than: 3, within: in_42_days}
    require: {action: strategy_meeting_held, within: 5 working days}
""",
    "T4": """
  - id: assessment
    on: {episodes: missing, reach: 2, within: in_90_days}
    if: {not: {open: "yes"}}
    require: {action: strategy_meeting_requested, within: 1 day}
  - id: interview
    on: {entry: returned}
    if: {open: "yes"}
    require: {action: return_interview_held, within: 72 hours}
""",
    "T5": """
  - id: meeting
    on:
      - {episodes: missing, more_than: 3, within: ever}
      - {entry: marker_added, where: {marker: cse}}
    require: {action: strategy_meeting_held, within: 5 working days}
""",
    "T6": """
  - id: intervention
    on: {episodes: missing, reach: 3, within: ever, since: action}
    require: {action: strategy_meeting_held, within: not_stated}
""",
    "T7": """
  - id: meeting
    on: [{open: {more_than: 48 hours}}, {entry: graded, where: {grade: high}}]
    while: open
    require: {action: strategy_meeting_held, within: 24 hours}
""",
    "T8": """
  - id: meeting
    on: {open: {more_than: 24 hours, since: missing_since}}
    require: {action: strategy_meeting_held, within: 24 hours}
""",
    "T9": """
  - id: classed-as-missing
    on: {open: {at_least: 6 hours}}
    if: {looked_after: true}
    while: away
    require: {action: categorised, where: {category: missing}, within: 1 hour}
""",
    "T10": """
  - id: counted
    on: {episodes: missing, reach: 3, within: in_90_days}
    if: {looked_after: true}
    measure: true
""",
    "T11": """
  - id: weekly
    on: {every: 1 week, first_after: 72 hours}
    require: {action: strategy_meeting_held}
""",
    "T12": """
  - id: interview
    on: {entry: returned}
    if:
      any:
        - {lasted: {more_than: 24 hours}}
        - {counted: {episodes: missing, at_least: 2, within: ever}}
        - {concern: [crime, mental_health, cse]}
    after: trigger
    require: {action: return_interview_held, within: 72 hours}
    may_be_decided_by: childrens_social_care
""",
    "T13": """
  - id: plan
    on: {every: 1 week}
    if: {grade: high}
    require: {action: trigger_plan_updated}
""",
    "T14": """
  - id: meeting
    on: {episodes: missing, reach: 3, within: in_90_days}
    if: exploited
    require: {action: strategy_meeting_held, within: 5 working days}
""",
    "T15": """
  - id: report
    on: [{entry: assessed}, {open: {at_least: 24 hours}}]
    if: {at_least: 2, of: [exploited, {marker: self_harm}, {age: {under: 13}}]}
    require: {action: ppn_submitted, within: 1 hour}
""",
    "T16": """
  - id: under-12
    on: {gap: {more_than: 1 hour}}
    if: {age: {under: 12}}
    forbid: true
  - id: from-12
    on: {gap: {more_than: 2 hours}}
    if: {age: {at_least: 12}}
    forbid: true
""",
    "T17": """
  - id: interview
    on: {episodes: missing, reach: 3, within: ever}
    require: {action: return_interview_offered, within: 72 hours}
""",
    "T18": """
  - id: never-low
    on: [{entry: reported}, {entry: graded}]
    grade: {at_least: medium, within: 1 hour}
""",
}
"""The rules, by their number in the catalogue."""


def trigger_policy(name: str) -> str:
    """Give what :func:`build.policy` makes a policy of."""
    return PARAMETERS + TRIGGERS[name]

"""Policies made up on the spot, over the whole language.

A policy is drawn as the dictionary that its file holds, from short lists of words that the records
of :mod:`strategies` use too, so that its rules find something to bear on. :func:`to_yaml` writes
the file.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Draw = Callable[..., Any]

ELAPSED = ("15 minutes", "30 minutes", "1 hour", "2 hours", "24 hours", "48 hours", "72 hours")
DATES = ("1 day", "3 days", "10 days", "1 week")
WORKING = ("1 working day", "5 working days")
WINDOWS = ("90 days", "30 days", "2160 hours", "90 days", "7 days", "2 weeks", "48 hours", "1 day")
ZONES = ("Europe/London", "UTC", "America/St_Johns")
CHANGES = (dt.date(2023, 11, 8), dt.date(2023, 11, 16), dt.date(2023, 12, 25), dt.date(2024, 1, 1))
"""Dates on which editions begin; records begin before, between and after them."""

PLACES = ("reported", "missing_since")
EDGES = ("inclusive", "exclusive")
AUTHORITIES = (
    *("force_policy", "statute", "statutory_guidance"),
    *("inspectorate_expectation", "recommendation", "good_practice"),
)
ACTIONS_OF_CHILD = ("strategy_meeting_held", "trigger_plan_created", "strategy_meeting_declined")
ACTIONS_OF_EPISODE = (
    *("fim_notified", "graded", "categorised", "enquiry_made", "ppn_submitted", "ppn_shared"),
    *("located", "return_interview_held", "supervisor_reviewed"),
)

MISSING: dict[str, object] = {"category": "missing"}
CONCERN: dict[str, object] = {"category": "concern_for_safety"}
WHERE: dict[str, tuple[dict[str, object], ...]] = {
    "categorised": (MISSING, {"category": ["missing", "concern_for_safety"]}),
    "graded": ({"grade": ["medium", "high"]}, {"refers_to": "recorded"}),
    "ppn_submitted": ({"stage": "missing"}, {"carries": ["cse"], "stage": "found"}),
    "ppn_shared": ({"shared_with": "childrens_social_care"},),
    "supervisor_reviewed": ({"by": "supervisor"},),
    "strategy_meeting_held": ({"attended_by": ["health"]},),
    "trigger_plan_created": ({"first_page_actions": "recorded"},),
    "strategy_meeting_declined": ({"rationale": "recorded"},),
    "marker_added": ({"marker": "self_harm"},),
    "care_status": ({"looked_after": True},),
    "concern_noted": ({"concern": ["self_harm", "cse"]},),
    "reported": ({"whereabouts": "unknown"},),
    "returned": ({"to": "home"},),
    "drone_sent": ({"height": "high_level"}, {"crew": "recorded"}),
}
"""What an entry of a kind may have to say."""

NAMES_KNOWN = object()
FIELDS: dict[str, tuple[tuple[str | list[str], object], ...]] = {
    "categorised": (
        ("rationale", None),
        ("ground", ["enquiries_not_made"]),
        (["ground", "rationale"], None),
    ),
    "graded": (("rationale", None), ("refers_to", NAMES_KNOWN)),
    "ppn_submitted": (
        ("carries", NAMES_KNOWN),
        ("voice_of_child", ["yes", "not_applicable"]),
        (["ethnicity", "school"], True),
    ),
    "inspector_informed": (("how", ["phone", "in_person"]),),
    "prevention_interview": (("mode", "in_person"),),
    "trigger_plan_created": (("first_page_actions", "yes"),),
    "care_status": (("looked_after", None),),
}
"""Fields that may be required of a kind, with the values that are in order."""

QUESTIONS: tuple[tuple[dict[str, object], ...], ...] = (
    (
        MISSING,
        CONCERN,
        {"category": ["concern_for_safety", "no_apparent_risk"]},
        {"ground": ["enquiries_not_made", "exceptional_circumstances"]},
    ),
    ({"marker": "self_harm"}, {"marker": ["self_harm", "cse"]}),
    ({"concern": "cse"}, {"concern": ["self_harm", "cse"], "ever": True}),
    ({"grade": ["medium", "high"]}, {"grade": "high"}, {"graded.refers_to": "self_harm"}),
    ({"whereabouts": "known"}, {"whereabouts": "unknown"}),
    (
        {"priority": "immediate"},
        {"from_place": ["home", "childrens_home"]},
        {"vulnerable": True},
        {"looked_after": "yes"},
        {"open": "no"},
        {"mode": "phone"},
        {"carries": ["cse"]},
    ),
    (
        {"recorded": "category"},
        {"recorded": "categorised.rationale"},
        {"recorded": "whereabouts"},
        {"recorded": "looked_after"},
    ),
    (
        {"entry": "marker_added"},
        {"entry": "located"},
        {"entry": "graded", "where": {"grade": "high"}},
        {"entry": "trigger_plan_created"},
        {"entry": "care_status", "where": {"looked_after": True}},
    ),
)
"""Conditions on what was recorded, by what they are about."""

QUESTIONS_TO_CHILD: tuple[dict[str, object], ...] = (
    {"marker": "self_harm"},
    {"marker": ["self_harm", "cse"]},
    {"concern": ["self_harm", "cse"], "ever": True},
    {"looked_after": "yes"},
    {"open": "no"},
    {"recorded": "looked_after"},
    {"entry": "trigger_plan_created"},
    {"entry": "care_status", "where": {"looked_after": True}},
)
"""Those that need no episode to answer them: all that a duty of the child may ask."""
KINDS_OF_CHILD = {
    "strategy_meeting_declined",
    "marker_added",
    "care_status",
    "trigger_plan_created",
}

ADDITIONS: dict[str, Any] = {
    "kinds": {
        "drone_sent": {
            "of": "episode",
            "phrase": "a drone being sent",
            "fields": {
                "height": {"type": "choice", "values": ["low_level", "high_level"]},
                "seen": {"type": "yes_no"},
                "crew": {"type": "text"},
                "sent_on": {"type": "date"},
            },
        },
        "school_told": {
            "of": "child",
            "phrase": "the school being told",
            "fields": {"told_at": {"type": "instant"}, "by_whom": {"type": "choices"}},
        },
    },
    "fields": {"located": {"alone": {"type": "yes_no", "required": False}}},
    "values": {"marker": ["gang"]},
    "roles": {"fim": "force_incident_manager"},
}
"""What a policy may add to the vocabulary."""

QUESTIONS_ADDED = (
    {"height": "high_level"},
    {"alone": True},
    {"recorded": "crew"},
    {"marker": "gang"},
)


@dataclass(frozen=True)
class Traits:
    """What made-up policies may make use of."""

    dated: bool = True
    ages: bool = True
    working: bool = True
    zones: tuple[str, ...] = ZONES


EVERYTHING_SAYABLE = Traits()
TIMELESS = Traits(dated=False, ages=False, working=False, zones=("UTC",))
"""Nothing that makes one week different from another."""


@st.composite
def policy_files(draw: Draw, traits: Traits = EVERYTHING_SAYABLE) -> dict[str, Any]:
    """Draw a policy as its file holds it."""
    return _Draft(draw, traits).policy()


def to_yaml(policy: dict[str, Any]) -> str:
    """Write a policy as a file."""
    return str(yaml.dump(policy, Dumper=_Dumper, sort_keys=False))


_Base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # in C where there is C


class _Dumper(_Base):  # type: ignore[misc]
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - policies have no aliases
        return True


class _Draft:
    """A policy in the making. What comes first in a list is what a failing case shrinks to."""

    def __init__(self, draw: Draw, traits: Traits) -> None:
        self.draw = draw
        self.traits = traits
        self.parameters: dict[str, Any] = {}
        self.terms: dict[str, Any] = {}
        self.lists: list[str] = []
        self.added = self.chance(4)
        self.working = traits.working and self.chance(3)

    def policy(self) -> dict[str, Any]:
        """Draw the whole."""
        for _ in range(self.pick((1, 0, 2))):
            self.counting_term() if self.chance(2) else self.term(self.condition())
        rules = [self.rule(number) for number in range(1, self.pick((2, 1, 3, 4)) + 1)]
        if self.chance(8):
            rules[-1]["active"] = len(rules) == 1
        made: dict[str, Any] = {
            "policy": "generated",
            "title": "Made up",
            "edition": "1",
            "conventions": {"zone": self.pick(self.traits.zones)},
            "sources": {"paper": {"title": "A paper", "publisher": "Nobody", "published": "2023"}},
        }
        if self.working or self.chance(4):
            made["conventions"]["holidays"] = {"country": "GB", "subdivision": "ENG"}
        if self.chance(8):
            made |= {"owner": "nobody", "last_reviewed": dt.date(2023, 1, 1)}
            made["sources"]["paper"]["url"] = "https://example.org/paper"
        if self.added:
            made["vocabulary"] = ADDITIONS
        return {**made, "parameters": self.parameters, "terms": self.terms, "rules": rules}

    def pick(self, items: Sequence[Any]) -> Any:
        """Draw one of these."""
        return self.draw(st.sampled_from(items))

    def chance(self, of: int) -> bool:
        """Draw yes once in so many times."""
        return bool(self.pick((False,) * (of - 1) + (True,)))

    # -- parameters --------------------------------------------------------------------------------

    def parameter(self, value: object, other: object, **keys: object) -> str:
        """Make a parameter, perhaps one that changes to another value; give its name."""
        made: dict[str, Any] = {"value": value, "basis": "assumed", "note": "made up", **keys}
        if self.chance(6):
            made |= {"basis": "stated", "cite": {"source": "paper", "section": "1"}}
            del made["note"]
        if self.traits.dated and self.chance(4):
            edition: dict[str, Any] = {"from": self.pick(CHANGES), "value": other}
            if self.chance(2):
                basis = self.pick(("assumed", "inferred", "stated"))
                edition |= {"basis": basis, "note": "changed", "cite": {"source": "paper"}}
            if "edge" in keys and self.chance(2):
                edition |= {"edge": self.pick(EDGES[::-1]), "placed_by": self.pick(PLACES)}
            made["editions"] = [edition]
        return self.named(made)

    def named(self, parameter: dict[str, Any]) -> str:
        """Add a parameter; give its name."""
        name = f"p{len(self.parameters) + 1}"
        self.parameters[name] = parameter
        return name

    def number(self, *numbers: int) -> int | str:
        """Draw a number, written out or as a parameter."""
        number = int(self.pick(numbers))
        return self.parameter(number, number + 1) if self.chance(4) else number

    def duration(self, lengths: Sequence[str] = (), *, stated: bool = True) -> str:
        """Draw a duration, written out or as a parameter."""
        known = [*(lengths or (*ELAPSED, *DATES, *(WORKING if self.working else ())))]
        if not stated:
            known.append("not_stated")
        length = str(self.pick(known))
        return self.parameter(length, self.pick(known)) if self.chance(4) else length

    def window(self) -> str:
        """Draw a window."""
        if self.chance(6):
            return "ever"
        keys = {"edge": self.pick(EDGES)}
        if self.chance(3):
            keys["placed_by"] = self.pick(PLACES)
        return self.parameter(self.pick(WINDOWS), self.pick(WINDOWS), **keys)

    # -- conditions --------------------------------------------------------------------------------

    def condition(self, depth: int = 2) -> Any:
        """Draw a condition, or the name of a term."""
        forms: list[Callable[[int], Any]] = [self.question] * 6 + [self.counted, self.how_long]
        if depth > 0:
            forms += [
                self.all_of,
                self.any_of,
                self.negated,
                self.negated,
                self.some_of,
                self.grace,
            ]
        if self.traits.ages:
            forms.append(self.age)
        if self.terms:
            forms += [self.known_term] * 3
        return self.pick(forms)(depth)

    def question(self, _: int) -> Any:
        """Ask for something recorded."""
        if self.added and self.chance(4):
            return dict(self.pick(QUESTIONS_ADDED))
        return dict(self.pick(self.pick(QUESTIONS)))

    def parts(self, depth: int, *numbers: int) -> list[Any]:
        """Draw so many conditions."""
        return [self.condition(depth - 1) for _ in range(self.pick(numbers))]

    def all_of(self, depth: int) -> Any:
        """Ask for all."""
        return {"all": self.parts(depth, 2, 1, 3)}

    def any_of(self, depth: int) -> Any:
        """Ask for any."""
        return {"any": self.parts(depth, 2, 1, 3)}

    def negated(self, depth: int) -> Any:
        """Ask for the opposite."""
        return {"not": self.condition(depth - 1)}

    def some_of(self, depth: int) -> Any:
        """Ask for some."""
        return {"at_least": self.number(2, 1), "of": self.parts(depth, 3)}

    def grace(self, depth: int) -> Any:
        """Give a list a time of grace."""
        by = self.duration(ELAPSED)
        if self.lists and self.chance(2):
            return {"term": self.pick(self.lists), "by": by}
        return {"all": self.parts(depth, 2, 3), "by": by}

    def known_term(self, _: int) -> Any:
        """Name a term, in one way or the other."""
        name = self.pick(list(self.terms))
        return {"term": name} if self.chance(3) else name

    def condition_of_child(self, depth: int) -> Any:
        """Draw a condition that asks nothing of an episode."""
        forms = ["recorded", "recorded", "recorded", "counted"]
        forms += ["not", "any", "all"] if depth > 0 else []
        forms += ["age"] if self.traits.ages else []
        match self.pick(forms):
            case "recorded":
                return dict(self.pick(QUESTIONS_TO_CHILD))
            case "counted":
                return self.counted(depth)
            case "age":
                return self.age(depth)
            case "not":
                return {"not": self.condition_of_child(depth - 1)}
            case form:
                return {form: [self.condition_of_child(depth - 1) for _ in range(2)]}

    def read_at_trigger(self, made: dict[str, Any], depth: int = 2) -> Any:
        """Draw what a rule asks when it is triggered: of the child where there is no episode."""
        on = made["on"] if isinstance(made["on"], list) else [made["on"]]
        kinds = {kind for trigger in on for kind in _listed(trigger.get("entry"))}
        no_episode = all("entry" in trigger for trigger in on) and kinds <= KINDS_OF_CHILD
        if no_episode and "grade" not in made and made.get("per") != "episode":
            return self.condition_of_child(depth)
        return self.condition(depth)

    def age(self, _: int) -> Any:
        """Ask for the age of the child."""
        bands = ({"at_least": 13}, {"under": 13}, {"at_least": 12, "under": 14})
        return {"age": dict(self.pick(bands))}

    def counted(self, _: int) -> Any:
        """Ask for the number of episodes."""
        number = {self.pick(("at_least", "more_than")): self.number(2, 1)}
        return {"counted": {"episodes": self.counting_term(), **number, "within": self.window()}}

    def how_long(self, _: int) -> Any:
        """Ask how long the episode has lasted."""
        return {"lasted": self.lasted()}

    def lasted(self) -> dict[str, Any]:
        """Draw a limit to how long an episode lasts."""
        made: dict[str, Any] = {self.pick(("at_least", "more_than")): self.duration()}
        if self.chance(3):
            made["since"] = self.pick(PLACES[::-1])
        return made

    def term(self, condition: Any) -> str:
        """Make a term; give its name."""
        name = f"t{len(self.terms) + 1}"
        self.terms[name] = condition
        if isinstance(condition, dict) and len(condition.get("all", ())) > 1:
            self.lists.append(name)
        return name

    def counting_term(self) -> str:
        """Draw a term to count episodes by: in use already, a label, the substance, or anything."""
        if self.terms and self.chance(2):
            return str(self.pick(list(self.terms)))
        form = self.pick(("label", "label", "substance", "anything"))
        if form == "label":
            return self.term(dict(MISSING))
        if form == "substance":
            by = self.duration(("15 minutes", "30 minutes"))
            proper = {"all": [dict(CONCERN), {"recorded": "categorised.rationale"}], "by": by}
            return self.term({"all": [{"recorded": "category"}, {"not": proper}]})
        return self.term(self.condition(1))

    # -- triggers ----------------------------------------------------------------------------------

    def on_entry(self, *kinds: str) -> dict[str, Any]:
        """Trigger by an entry of one of these kinds."""
        kind = self.pick(kinds)
        made: dict[str, Any] = {"entry": kind}
        if kind in WHERE and self.chance(3):
            made["where"] = dict(self.pick(WHERE[kind]))
        elif self.chance(6):
            made["entry"] = [kind]
        return made

    def on_entry_of_child(self) -> dict[str, Any]:
        """Trigger by something told about the child."""
        return self.on_entry("strategy_meeting_declined", "marker_added", "care_status")

    def on_entry_of_episode(self) -> dict[str, Any]:
        """Trigger by something told of an episode."""
        return self.on_entry("reported", "returned", "categorised", "ppn_submitted")

    def on_count(self) -> dict[str, Any]:
        """Trigger by a number of episodes."""
        made: dict[str, Any] = {"episodes": self.counting_term()}
        made[self.pick(("reach", "reach", "more_than"))] = self.number(2, 3, 1)
        made["within"] = self.window()
        if self.chance(2):
            made["as_recorded"] = dict(MISSING)
        return made

    def on_open(self) -> dict[str, Any]:
        """Trigger by an episode that lasts."""
        return {"open": self.lasted()}

    def on_every(self) -> dict[str, Any]:
        """Trigger again and again."""
        made: dict[str, Any] = {"every": self.duration(("2 hours", "24 hours", "1 day", "1 week"))}
        if self.chance(2):
            sooner = self.duration(("1 hour", "30 minutes"))
            made["sooner"] = [{"if": self.condition(1), "every": sooner}]
        if self.chance(3):
            made["first_after"] = self.duration(("72 hours", "2 hours", "1 day"))
        return made

    def on_gap(self) -> dict[str, Any]:
        """Trigger by a late report."""
        limit = self.duration(("1 hour", "2 hours", "3 days"))
        made: dict[str, Any] = {self.pick(("more_than", "at_least")): limit}
        if self.chance(4):
            made |= {"from": "missing_since", "to": "reported"}
        return {"gap": made}

    # -- rules -------------------------------------------------------------------------------------

    def rule(self, number: int) -> dict[str, Any]:
        """Draw a rule."""
        made: dict[str, Any] = {
            "id": f"rule-{number}",
            "title": f"Rule {number} is kept",
            "authority": self.pick(AUTHORITIES),
            "basis": "assumed",
        }
        if self.chance(6):
            basis = self.pick(("stated", "inferred"))
            made |= {"basis": basis, "cite": {"source": "paper"}, "note": "see there"}
        made |= self.pick(
            (self.action, self.action, self.action, self.field, self.grade, self.plain)
        )()
        if self.chance(4):
            made["if"] = self.read_at_trigger(made)
        if self.chance(6):
            made["severity"] = self.pick(("critical", "major", "minor"))
        if self.chance(6):
            made["owed_by"] = "supervisor"
        if self.traits.dated:
            self.date(made)
        return made

    def date(self, made: dict[str, Any]) -> None:
        """Give a rule dates or editions, sometimes."""
        form = self.pick((None,) * 6 + ("from", "until", "editions"))
        first, second = CHANGES[0], self.pick(CHANGES[1:])
        if form == "from":
            dated = {"value": first, "basis": "inferred", "note": "made up"}
            made["from"] = self.named(dated) if self.chance(2) else first
        elif form == "until":
            made["until"] = second
        elif form == "editions":
            other: dict[str, Any] = {"from": second, "edition": "second"}
            if "action" in made.get("require", {}) and "within" in made["require"]:
                other["require"] = {**made["require"], "within": self.duration()}
            if self.chance(3):
                other["if"] = self.read_at_trigger(made, 1)
            made["editions"] = [{"from": first, "until": second}, other]

    def action(self) -> dict[str, Any]:
        """Require an action."""
        form = self.pick(
            (*("count", "count", "entry", "entry"), "child", "open", "every", "several")
        )
        match form:
            case "count":
                made: dict[str, Any] = {"on": self.on_count()}
                if self.chance(4):
                    made["on"]["since"] = "action"
            case "entry":
                made = {"on": self.on_entry_of_episode()}
            case "child":
                made = {"on": self.on_entry_of_child()}
            case "open":
                made = {"on": self.on_gap() if self.chance(3) else self.on_open()}
            case "every":
                made = {"on": self.on_every(), "while": self.pick(("open", "away"))}
            case _:
                made = self.several()
        of_child = form in ("count", "child")
        if form == "entry" and self.chance(6):
            of_child, made["per"] = True, "child"
        elif form == "child" and self.chance(6):
            of_child, made["per"] = False, "episode"
        made["require"] = self.required(of_child=of_child)
        if form == "every":
            del made["require"]["within"]  # the interval is the deadline
        else:
            counts = isinstance(made["on"], list) and "episodes" in made["on"][0]
            self.manner(made, of_child=made.get("per") == "child" or of_child or counts)
        return made

    def several(self) -> dict[str, Any]:
        """Give a rule several triggers."""
        return dict(
            self.pick(
                (
                    lambda: {"on": [self.on_entry("reported", "graded"), self.on_open()]},
                    lambda: {"on": [self.on_count(), self.on_entry_of_child()]},
                    lambda: {
                        "on": [self.on_count(), self.on_entry("concern_noted")],
                        "per": "child",
                    },
                    lambda: (
                        {"on": [self.on_entry_of_child(), self.on_entry("reported")]}
                        | {"per": "episode"}
                    ),
                )
            )()
        )

    def required(self, *, of_child: bool) -> dict[str, Any]:
        """Say what is required."""
        kinds = ACTIONS_OF_CHILD if of_child and not self.chance(4) else ACTIONS_OF_EPISODE
        kind = "drone_sent" if self.added and self.chance(3) else str(self.pick(kinds))
        made: dict[str, Any] = {"action": kind}
        if kind in WHERE and self.chance(3):
            made["where"] = dict(self.pick(WHERE[kind]))
        elif self.chance(5):
            made["action"] = [*dict.fromkeys((kind, "enquiry_made"))]
        made["within"] = self.duration(stated=False)
        if self.chance(8):
            made["called"] = "what is asked for"
        return made

    def manner(self, made: dict[str, Any], *, of_child: bool) -> None:
        """Say when a required action counts, what releases from it, and who may decide."""
        on = made["on"] if isinstance(made["on"], list) else [made["on"]]
        if self.chance(3):
            made["after"] = "trigger"
        if not of_child and not any("episodes" in trigger for trigger in on) and self.chance(3):
            made["while"] = self.pick(("open", "away"))
        if self.chance(3):
            entry: dict[str, Any] = {"entry": self.pick(("located", "strategy_meeting_declined"))}
            if self.chance(3):
                entry = {"entry": "graded", "where": {"grade": "high"}}
            condition = self.condition_of_child if of_child else self.condition
            made["unless"] = self.pick((entry, condition(1), [entry, condition(0)]))
        if self.chance(4):
            made["may_be_decided_by"] = self.pick(("supervisor", ["mash", "supervisor"]))

    def field(self) -> dict[str, Any]:
        """Require a field."""
        kind = str(self.pick(sorted(FIELDS)))
        name, in_order = self.pick(FIELDS[kind])
        require: dict[str, Any] = {"field": name}
        if in_order is NAMES_KNOWN:
            require["names_known"] = self.pick((["markers"], ["concerns"], ["markers", "concerns"]))
            if kind == "graded" and not self.chance(3):
                require["or_field"] = "rationale"
        elif in_order is not None:
            require["as"] = in_order
        require["within"] = self.duration(stated=False)
        on: dict[str, Any] = {"entry": kind}
        if kind == "categorised" and self.chance(2):
            on["where"] = dict(CONCERN)
        return {"on": on, "require": require}

    def grade(self) -> dict[str, Any]:
        """Demand a grade."""
        steps = self.chance(3)
        on: Any = [{"entry": kind} for kind in ("marker_added", "concern_noted")]
        if self.chance(4):
            on = self.on_count()
        elif not steps:
            on.append({"entry": "graded"})
        demand: dict[str, Any] = {"within": self.duration(stated=False)}
        if steps:
            demand["steps_up"] = self.number(1, 2)
        else:
            floor = self.pick(("medium", "high"))
            demand["at_least"] = self.parameter(floor, "high") if self.chance(3) else floor
        made = {"on": on, "grade": demand}
        if self.chance(3):
            made["unless"] = {"not": {"marker": "self_harm"}}
        return made

    def plain(self) -> dict[str, Any]:
        """Forbid or note something."""
        triggers = (self.on_count, self.on_entry_of_episode, self.on_open, self.on_gap)
        return {"on": self.pick(triggers)(), self.pick(("measure", "forbid")): True}


def _listed(named: str | list[str] | None) -> list[str]:
    return [named] if isinstance(named, str) else named or []

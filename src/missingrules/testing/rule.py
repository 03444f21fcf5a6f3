"""Rules of made-up policies: every trigger, every effect."""

from __future__ import annotations

from typing import Any

from missingrules.testing.condition import Conditions
from missingrules.testing.words import (
    ACTIONS_OF_CHILD,
    ACTIONS_OF_EPISODE,
    AUTHORITIES,
    CHANGES,
    CONCERN,
    FIELDS,
    MISSING,
    NAMES_KNOWN,
    WHERE,
)


class Rules(Conditions):
    """Rules in the making."""

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

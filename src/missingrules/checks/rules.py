"""Rules: their dates, triggers and effects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missingrules import wording
from missingrules.checks.conditions import (
    check_condition,
    check_lasted,
    check_one_of,
    check_term,
)
from missingrules.checks.parameters import (
    check_cite,
    check_date,
    check_duration,
    check_grade,
    check_number,
    check_window,
)
from missingrules.checks.words import check_kinds, check_values, check_where
from missingrules.policysource import edition_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from missingrules.checks.codes import PolicyCode
    from missingrules.checks.review import Review
    from missingrules.language import Grade, Require, Rule, Trigger
    from missingrules.yamlsource import Path

_TRIGGERS: Final = ("entry", "episodes", "open", "every", "gap")
_COMPANIONS: Final = {
    "where": "entry",
    "reach": "episodes",
    "more_than": "episodes",
    "within": "episodes",
    "as_recorded": "episodes",
    "since": "episodes",
    "sooner": "every",
    "first_after": "every",
}
_EFFECTS: Final = ("require", "forbid", "grade", "measure")


def check_rules(review: Review) -> None:
    """Check every rule, in each of its editions, whether or not it is active."""
    for number, rule in enumerate(review.file.rules):
        path = ("rules", number)
        check_cite(review, (*path, "cite"), rule.cite)
        if rule.basis == "stated" and rule.cite is None:
            message = f"rule `{rule.id}` is stated, but not where"
            review.fault((*path, "basis"), "no-cite", message, "give `cite: {source: ...}`")
        _check_dates(review, path, rule)
        if not rule.editions:
            _Edition(review, path, path, rule).check()
        for index in range(len(rule.editions)):
            own = (*path, "editions", index)
            _Edition(review, path, own, edition_of(rule, index)).check()


# --- Dates ----------------------------------------------------------------------------------------


def _check_dates(review: Review, path: Path, rule: Rule) -> None:
    since = check_date(review, (*path, "from"), rule.from_)
    until = check_date(review, (*path, "until"), rule.until)
    _check_span(review, path, since, until)
    if not rule.editions:
        return
    for key, given in (("from", rule.from_), ("until", rule.until)):
        if given is not None:
            message = f"`{key}` stands beside `editions`, which have dates of their own"
            hint = "move it into the editions, or take it away with `null` in this layer"
            review.key_fault((*path, key), "dates-and-editions", message, hint)
    before: dt.date | None = None
    end: dt.date | None = None
    for index, edition in enumerate(rule.editions):
        at = (*path, "editions", index)
        since = check_date(review, (*at, "from"), edition.from_)
        until = check_date(review, (*at, "until"), edition.until)
        _check_span(review, at, since, until)
        if since is not None and before is not None:
            if since <= before:
                message = f"the edition from {since} comes after the one from {before}"
                hint = "list editions in order, each date once"
                review.fault((*at, "from"), "editions-out-of-order", message, hint)
            elif end is not None and end != since:
                _check_joint(review, (*path, "editions", index - 1, "until"), end, since)
        before, end = since or before, until


def _check_span(review: Review, path: Path, since: dt.date | None, until: dt.date | None) -> None:
    if since is not None and until is not None and until <= since:
        message = f"it ends ({until}) before it begins ({since})"
        hint = "`until` is the first date on which it no longer applies"
        review.fault((*path, "until"), "until-before-from", message, hint)


def _check_joint(review: Review, path: Path, end: dt.date, since: dt.date) -> None:
    message = f"this edition ends on {end}, and the next begins on {since}"
    if end < since:
        hint = "leave `until` out, or give an edition for the time between"
        review.fault(path, "edition-gap", message, hint)
    else:
        review.fault(path, "edition-overlap", message, "leave `until` out")


# --- What a rule asks for -------------------------------------------------------------------------


class _Edition:
    """One rule as it stands between two dates; knows where in the file each of its keys stands."""

    def __init__(self, review: Review, path: Path, own: Path, rule: Rule) -> None:
        self.review = review
        self.path = path
        self.own = own
        self.rule = rule
        on = rule.on if isinstance(rule.on, list) else [rule.on]
        self.triggers: list[Trigger] = [trigger for trigger in on if trigger is not None]

    def at(self, key: str) -> Path:
        """Give the path of a key: in the edition if it has the key, otherwise in the rule."""
        if (*self.own, key) in self.review.source.located.places:
            return (*self.own, key)
        return (*self.path, key)

    def fault(self, key: str, code: PolicyCode, message: str, hint: str = "") -> None:
        """Note a fault at a key of the rule."""
        self.review.key_fault(self.at(key), code, message, hint)

    def check(self) -> None:
        """Check everything but the dates."""
        self.check_triggers()
        if self.rule.if_ is not None:
            check_condition(self.review, self.at("if"), self.rule.if_)
        if isinstance(self.rule.unless, list):
            for number, condition in enumerate(self.rule.unless):
                check_condition(self.review, (*self.at("unless"), number), condition)
        elif self.rule.unless is not None:
            check_condition(self.review, self.at("unless"), self.rule.unless)
        effects = [effect for effect in _EFFECTS if getattr(self.rule, effect) is not None]
        if not effects:
            message = f"rule `{self.rule.id}` asks for nothing"
            hint = "give it `require`, `forbid`, `grade` or `measure`"
            self.review.fault(self.own, "no-effect", message, hint)
        elif len(effects) > 1:
            names = wording.listed((f"`{effect}`" for effect in effects), "and")
            message = f"rule `{self.rule.id}` asks for several things: {names}"
            self.fault(effects[-1], "several-effects", message, "make them rules of their own")
        if self.rule.require is not None:
            self.check_require(self.rule.require)
        if self.rule.grade is not None:
            self.check_grade(self.rule.grade)
        self.check_companions()
        self.check_subject()

    def check_companions(self) -> None:
        """Check keys that would say nothing beside what the rule asks for."""
        rule = self.rule
        if rule.require is None or rule.require.action is None:
            partner = "`require: {action: ...}`"
            self.misplaced("after", rule.after, partner)
            self.misplaced("may_be_decided_by", rule.may_be_decided_by, partner)
            for path, trigger in self.trigger_paths():
                if trigger.since is not None:
                    message = f"`since` stands only with {partner}"
                    self.review.key_fault((*path, "since"), "misplaced-key", message)
        if rule.require is None:
            self.misplaced("while", rule.while_, "`require`")
            if rule.grade is None:
                hint = "for what does not hold at the trigger, write `if: {not: ...}`"
                self.misplaced("unless", rule.unless, "`require` or `grade`", hint)

    def misplaced(self, key: str, given: object, partner: str, hint: str = "") -> None:
        """Find fault with a key, if it is there."""
        if given is not None:
            self.fault(key, "misplaced-key", f"`{key}` stands only with {partner}", hint)

    def check_subject(self) -> None:
        """Check whose duty it is."""
        homes = {home for trigger in self.triggers for home in self.homes(trigger)}
        subject = self.rule.per or ("child" if homes == {"child"} else "episode")
        if self.rule.grade is not None:
            if self.rule.per == "child":
                message = "a grade belongs to an episode, not to a child"
                self.fault("per", "grade-of-child", message, "leave `per` out")
            return
        if self.rule.per is None and len(homes) > 1:
            message = "some triggers are about the child, others about an episode"
            hint = "say whose duty it is: `per: child` or `per: episode`"
            self.fault("on", "mixed-triggers", message, hint)
        elif self.rule.while_ is not None and subject == "child":
            message = "`while` is for duties of an episode, and this is one of the child"
            hint = "`per: episode` makes it one of each open episode"
            self.fault("while", "while-of-child", message, hint)

    def homes(self, trigger: Trigger) -> set[str]:
        """Say what a trigger is about: the child, an episode, both or (unclear) neither."""
        if trigger.episodes is not None:
            return {"child"}
        if trigger.entry is None:
            return {"episode"}
        kinds = self.review.vocabulary.kinds
        homes: set[str] = {kinds[kind].home for kind in _listed(trigger.entry) if kind in kinds}
        return homes - {"either"}

    # -- triggers ---------------------------------------------------------------------------------

    def trigger_paths(self) -> list[tuple[Path, Trigger]]:
        """List the triggers with their paths."""
        path = self.at("on")
        if isinstance(self.rule.on, list):
            return [((*path, number), trigger) for number, trigger in enumerate(self.rule.on)]
        return [(path, trigger) for trigger in self.triggers]

    def check_triggers(self) -> None:
        """Check what makes the rule apply."""
        if self.rule.on is None:
            message = f"rule `{self.rule.id}` has no `on`: nothing makes it apply"
            self.review.fault(
                self.own, "no-trigger", message, "for example `on: {entry: reported}`"
            )
        for path, trigger in self.trigger_paths():
            self.check_trigger(path, trigger)

    def check_trigger(self, path: Path, trigger: Trigger) -> None:
        """Check one trigger."""
        review = self.review
        given = trigger.model_fields_set
        forms = [form for form in _TRIGGERS if form in given]
        names = wording.listed(
            (f"`{form}`" for form in forms or _TRIGGERS), "and" if forms else "or"
        )
        if not forms:
            review.fault(path, "no-form", f"a trigger needs {names}")
        elif len(forms) > 1:
            hint = "write a list of triggers if any of them makes the rule apply"
            review.fault(path, "several-forms", f"triggers side by side: {names}", hint)
        for companion, partner in _COMPANIONS.items():
            if forms and companion in given and partner not in given:
                message = f"`{companion}` stands only with `{partner}`"
                review.key_fault((*path, companion), "misplaced-key", message)
        if trigger.entry is not None:
            kinds = check_kinds(review, (*path, "entry"), trigger.entry)
            check_where(review, (*path, "where"), kinds, trigger.where)
        if trigger.episodes is not None:
            self.check_count(path, trigger)
        if trigger.open is not None:
            check_lasted(review, (*path, "open"), trigger.open)
        check_duration(review, (*path, "every"), trigger.every)
        check_duration(review, (*path, "first_after"), trigger.first_after)
        for number, part in enumerate(trigger.sooner):
            check_condition(review, (*path, "sooner", number, "if"), part.if_)
            check_duration(review, (*path, "sooner", number, "every"), part.every)
        if trigger.gap is not None:
            gap, at = trigger.gap, (*path, "gap")
            check_one_of(review, at, "at_least", "more_than", gap.at_least, gap.more_than)
            check_duration(review, (*at, "at_least"), gap.at_least)
            check_duration(review, (*at, "more_than"), gap.more_than)

    def check_count(self, path: Path, trigger: Trigger) -> None:
        """Check a count of episodes."""
        review = self.review
        check_term(review, (*path, "episodes"), str(trigger.episodes))
        at = (*path, "episodes")
        check_one_of(review, at, "reach", "more_than", trigger.reach, trigger.more_than)
        check_number(review, (*path, "reach"), trigger.reach)
        check_number(review, (*path, "more_than"), trigger.more_than)
        if trigger.within is None:
            hint = "a parameter with an edge, or `ever`"
            review.key_fault(at, "missing-key", "`episodes` needs `within`", hint)
        check_window(review, (*path, "within"), trigger.within)
        if trigger.as_recorded is not None:
            check_condition(review, (*path, "as_recorded"), trigger.as_recorded)

    # -- effects ----------------------------------------------------------------------------------

    def check_require(self, require: Require) -> None:
        """Check a required action or field."""
        path = self.at("require")
        check_one_of(self.review, path, "action", "field", require.action, require.field)
        companions = {"where": "action", "as": "field", "names_known": "field"}
        given = {
            type(require).model_fields[name].alias or name for name in require.model_fields_set
        }
        for companion, partner in {**companions, "or_field": "names_known"}.items():
            if companion in given and partner not in given:
                message = f"`{companion}` stands only with `{partner}`"
                self.review.key_fault((*path, companion), "misplaced-key", message)
        check_duration(self.review, (*path, "within"), require.within, deadline=True)
        if require.action is not None:
            kinds = check_kinds(self.review, (*path, "action"), require.action)
            check_where(self.review, (*path, "where"), kinds, require.where)
        if require.field is not None:
            self.check_required_field(path, require)

    def check_required_field(self, path: Path, require: Require) -> None:
        """Check fields that must be recorded in the triggering entry."""
        review = self.review
        if any(trigger.entry is None for trigger in self.triggers):
            message = "`field` is a field of the triggering entry, and a trigger here is no entry"
            review.fault((*path, "field"), "needs-entry", message, "use `on: {entry: ...}`")
            return
        if require.as_ is not None and require.names_known is not None:
            message = "`as` and `names_known` both say what is in order"
            review.key_fault((*path, "names_known"), "choose-one", message)
        named = _listed(require.field)
        for number, name in enumerate(named):
            at = (*path, "field", number) if isinstance(require.field, list) else (*path, "field")
            for kind in self.kinds_with(at, name):
                field = review.vocabulary.kinds[kind].fields[name]
                if require.as_ is not None:
                    check_values(review, (*path, "as"), field, require.as_)
                if require.names_known is not None and field.type != "choices":
                    message = f"`{name}` holds one value, and `names_known` needs a list"
                    review.fault(at, "wrong-field", message)
        if require.or_field is not None:
            self.kinds_with((*path, "or_field"), require.or_field)

    def kinds_with(self, path: Path, name: str) -> list[str]:
        """List the triggering kinds that have a field, and find fault with the others."""
        known = self.review.vocabulary.kinds
        having: list[str] = []
        for trigger in self.triggers:
            for kind in _listed(trigger.entry):
                if kind not in known:
                    continue
                if name in known[kind].fields:
                    having.append(kind)
                    continue
                message = f"`{kind}`, which triggers the rule, has no field {wording.quoted(name)}"
                hint = wording.advice(name, known[kind].fields, "it has no fields of its own")
                self.review.fault(path, "field-of-other-kind", message, hint)
        return having

    def check_grade(self, grade: Grade) -> None:
        """Check a demand on the grade."""
        path = self.at("grade")
        check_one_of(self.review, path, "at_least", "steps_up", grade.at_least, grade.steps_up)
        check_duration(self.review, (*path, "within"), grade.within, deadline=True)
        if grade.at_least is not None:
            check_grade(self.review, (*path, "at_least"), grade.at_least)
        if grade.steps_up is None:
            return
        check_number(self.review, (*path, "steps_up"), grade.steps_up)
        if any("graded" in _listed(trigger.entry) for trigger in self.triggers):
            message = (
                "`steps_up` counts from the grade before the trigger, and the trigger is a grading"
            )
            hint = "trigger it by what raises the risk, for example `marker_added`"
            self.review.key_fault((*path, "steps_up"), "graded-trigger", message, hint)


def _listed(named: str | Sequence[str] | None) -> list[str]:
    if named is None:
        return []
    return [named] if isinstance(named, str) else list(named)

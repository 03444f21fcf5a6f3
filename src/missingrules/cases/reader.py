"""Reads cases from the parts of a file: a record, what is asked of it, and what has to come out."""

from __future__ import annotations

import datetime as dt
import json
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from missingrules import wording
from missingrules.cases.case import Case
from missingrules.cases.changes import CHANGEABLE, changed
from missingrules.cases.codes import fault
from missingrules.cases.expected import read_expected
from missingrules.cases.notation import CHILD, Scribe
from missingrules.cases.places import Passage
from missingrules.cases.times import Clock, NotationError, Token, steps, when
from missingrules.errors import Fault, PolicyError
from missingrules.record import EVERYTHING, Coverage, Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.cases.codes import CaseCode
    from missingrules.cases.places import Page
    from missingrules.policy import Policy
    from missingrules.yamlsource import Node, Place

ALL: Final = "all"
"""What stands under `about` for a case that is about every rule."""

DAY_ZERO: Final = dt.date(2023, 11, 6)
"""Day 0 where a file says nothing: a Monday, with 145 days of winter time and 7 weeks without a
public holiday ahead of it."""

_TOP: Final = ("policy", "day 0", "cases")
_OF_BOTH: Final = ("name", "about", "day 0", "log", "as_of", "coverage", "with", "expect")
_CASE: Final = (*_OF_BOTH, "variants")
_VARIANT: Final = (*_OF_BOTH, "then")
_COVERAGE: Final = ("from", "until", "without")


def _part(node: Node, key: str) -> Node | None:
    return node.value.get(key) if isinstance(node.value, dict) else None


class Reader:
    """Reads the cases of a file, and notes what is wrong with it."""

    def __init__(self, policy: Policy, page: Page) -> None:
        """Take the policy that the cases are of, and the text of their file."""
        self.policy = policy
        self.page = page
        self._faults: dict[Fault, None] = {}
        self._policies: dict[str, Policy | None] = {}
        self._names: dict[str, int] = {}

    @property
    def faults(self) -> list[Fault]:
        """Everything wrong so far, each once."""
        return list(self._faults)

    def refuse(self, place: Place, code: CaseCode, message: str, hint: str = "") -> None:
        """Note a fault at a place."""
        self._faults[fault(place, code, message, hint)] = None

    def refused(self, node: Node, error: NotationError) -> None:
        """Note what is wrong inside a text."""
        place = Passage(self.page, node.place, str(node.value)).place(error.at)
        made = Fault(place.source, place.line, place.column, error.code, error.message, error.hint)
        self._faults[made] = None

    def cases(self, root: Node) -> Iterator[Case]:
        """Read the whole file."""
        self.check_keys(root, _TOP, "a file of cases")
        named = self.text(root, "policy")
        if named is None and _part(root, "policy") is None:
            self.refuse(
                root.place, "missing-key", "the file has no `policy`", "whose cases are these?"
            )
        elif named is not None and named != self.policy.name:
            message = f"these are cases of {wording.quoted(named)}, not of `{self.policy.name}`"
            self.refuse((_part(root, "policy") or root).place, "other-policy", message)
        listed = _part(root, "cases")
        if listed is None:
            self.refuse(root.place, "missing-key", "the file has no `cases`", "`cases` lists them")
        elif not isinstance(listed.value, list):
            self.refuse(listed.place, "wrong-type", "`cases` must be a list")
        elif not listed.value:
            self.refuse(listed.place, "missing-key", "`cases` is an empty list")
        else:
            day_zero = self.day_zero(root) or DAY_ZERO
            for node in listed.value:
                if not isinstance(node.value, dict):
                    self.refuse(node.place, "wrong-type", "a case must be keys with values")
                    continue
                yield from self.case(node, day_zero)

    def case(self, node: Node, day_zero: dt.date) -> Iterator[Case]:
        """Read one case with its variants."""
        self.check_keys(node, _CASE, "a case")
        name = self.text(node, "name")
        if _part(node, "name") is None:
            self.refuse(node.place, "missing-key", "a case has no `name`", "say what it shows")
        name = name or "?"
        self.claim(name, node)
        variants = _part(node, "variants")
        if _part(node, "expect") is not None or variants is None:
            made = self.one((node,), name, day_zero)
            if made is not None:
                yield made
        if variants is None:
            return
        if not isinstance(variants.value, list) or not variants.value:
            self.refuse(
                variants.place, "wrong-type", "`variants` must be a list of changes to the case"
            )
            return
        for variant in variants.value:
            if not isinstance(variant.value, dict):
                self.refuse(variant.place, "wrong-type", "a variant must be keys with values")
                continue
            self.check_keys(variant, _VARIANT, "a variant")
            if _part(variant, "log") is not None and _part(variant, "then") is not None:
                message = "`log` takes the place of the case's log, `then` goes on from it"
                self.refuse(variant.place, "choose-one", message, "give one of them")
            whole = f"{name}: {self.text(variant, 'name') or self.told(variant)}"
            self.claim(whole, variant)
            made = self.one((variant, node), whole, day_zero)
            if made is not None:
                yield made

    def claim(self, name: str, node: Node) -> None:
        """Note a name; no other case may have it."""
        if name in self._names and name != "?":
            message = f"a case of this name stands in line {self._names[name]} already"
            self.refuse(node.place, "duplicate-name", message, "give it a name of its own")
        self._names.setdefault(name, node.place.line)

    def told(self, variant: Node) -> str:
        """Name a variant without a name by what it changes."""
        parts = []
        for key in ("then", "log", "as_of", "day 0"):
            node = _part(variant, key)
            if node is not None:
                said = node.data if isinstance(node.data, list) else [node.data]
                text = " ".join("; ".join(map(str, said)).split())
                parts.append(text if key in ("then", "log") else f"{key.replace('_', ' ')} {text}")
        parts += [key for key in ("with", "coverage", "about") if _part(variant, key) is not None]
        return ", ".join(parts) or "the same"

    # -- one case

    def one(self, nodes: tuple[Node, ...], name: str, day_zero: dt.date) -> Case | None:
        """Read one case; of the first node and the one below it, the first that says something."""
        before = len(self._faults)
        policy = self.changed(self.given(nodes, "with"))
        about = None if policy is None else self.about(nodes, policy)
        for node in reversed(nodes):
            day_zero = self.day_zero(node) or day_zero
        if policy is None:
            return None
        clock = Clock(day_zero, policy.calendar)
        scribe = Scribe(clock, policy.vocabulary)
        entries = []
        first = self.required(nodes, "log", "what happened, as in `day 0 09:00 reported`")
        for part in (first, _part(nodes[0], "then")):
            for text in () if part is None else self.texts(part):
                entries += scribe.write(str(text.value), partial(self.refused, text))
        as_of = self.required(nodes, "as_of", "for when it is judged, as in `day 1 09:00` or `+2h`")
        judged_at = None
        if as_of is not None and (scribe.last is not None or len(self._faults) == before):
            judged_at = self.time(as_of, clock, scribe.last)
        coverage = self.coverage(self.given(nodes, "coverage"), clock, policy)
        wanted = self.required(nodes, "expect", "the findings, or `none`")
        if wanted is None:
            return None
        episodes = {entry.episode_id for entry in entries}
        expected = read_expected(self, wanted, about or tuple(policy.duties), clock, episodes)
        if about is None or judged_at is None or len(self._faults) > before:
            return None
        return Case(
            name=name,
            place=nodes[0].place,
            policy=policy,
            about=about if about != (ALL,) else tuple(policy.duties),
            clock=clock,
            record=Record.of(entries, child_id=CHILD),
            as_of=judged_at,
            coverage=coverage,
            expected=expected,
        )

    def given(self, nodes: tuple[Node, ...], key: str) -> Node | None:
        """Find what stands under a key, first in the variant, then in the case."""
        return next((part for node in nodes if (part := _part(node, key)) is not None), None)

    def required(self, nodes: tuple[Node, ...], key: str, hint: str) -> Node | None:
        """Find what has to stand under a key."""
        found = self.given(nodes, key)
        if found is None:
            self.refuse(nodes[-1].place, "missing-key", f"the case has no `{key}`", hint)
        return found

    def about(self, nodes: tuple[Node, ...], policy: Policy) -> tuple[str, ...] | None:
        """Read which rules a case is about."""
        node = self.required(nodes, "about", "the id of a rule, a list of them, or `all`")
        if node is None:
            return None
        found: list[str] = []
        for text in self.texts(node):
            rule = str(text.value)
            if rule in policy.duties or (rule == ALL and not isinstance(node.value, list)):
                found.append(rule)
                continue
            if any(known.id == rule for known in policy.source.file.rules):
                hint = f"turn it on: `with: {{rules: [{{id: {rule}, active: true}}]}}`"
                self.refuse(text.place, "rule-off", f"the rule `{rule}` is off", hint)
                continue
            message = f"the policy has no rule {wording.quoted(rule)}"
            hint = wording.suggestion(rule, policy.duties) or "`all` looks at every rule"
            self.refuse(text.place, "unknown-rule", message, hint)
        return tuple(dict.fromkeys(found)) or None

    def changed(self, node: Node | None) -> Policy | None:
        """Give the policy with the changes of a case; None where they are faulty."""
        if node is None:
            return self.policy
        key = json.dumps(node.data, sort_keys=True, default=str)
        if key not in self._policies:
            self._policies[key] = None
            if not isinstance(node.value, dict):
                self.refuse(node.place, "wrong-type", "`with` must be keys with values")
                return None
            if self.check_keys(node, CHANGEABLE, "`with`"):
                try:
                    self._policies[key] = changed(self.policy, node)
                except PolicyError as error:
                    self._faults.update(dict.fromkeys(error.faults))
        return self._policies[key]

    def coverage(self, node: Node | None, clock: Clock, policy: Policy) -> Coverage:
        """Read what the source of a case could have shown."""
        if node is None:
            return EVERYTHING
        if not isinstance(node.value, dict):
            self.refuse(node.place, "wrong-type", "`coverage` must be keys with values")
            return EVERYTHING
        self.check_keys(node, _COVERAGE, "`coverage`")
        ends: list[int | None] = []
        for key in ("from", "until"):
            part = node.value.get(key)
            ends.append(None if part is None else self.time(part, clock, None))
        part = node.value.get("without")
        kinds: dict[str, Any] = {}
        fields: set[tuple[str, str]] = set()
        for text in () if part is None else self.texts(part):
            kind, dot, name = str(text.value).partition(".")
            known = policy.vocabulary.kinds
            if kind not in known or (dot and name not in known[kind].fields):
                wrong = wording.quoted(text.value)
                hint = wording.suggestion(
                    name if kind in known else kind, known[kind].fields if kind in known else known
                )
                self.refuse(
                    text.place, "bad-coverage", f"{wrong} is no kind of entry or field of one", hint
                )
            elif dot:
                fields.add((kind, name))
            else:
                kinds[kind] = None
        if ends[0] is not None and ends[1] is not None and ends[1] < ends[0]:
            self.refuse(node.place, "bad-coverage", "`until` must not be before `from`")
        return Coverage(ends[0], ends[1], kinds, frozenset(fields))

    # -- values

    def check_keys(self, node: Node, known: tuple[str, ...], what: str) -> bool:
        """Refuse keys that mean nothing here; say whether there were none."""
        assert isinstance(node.value, dict)  # noqa: S101 - the callers looked
        unknown = [key for key in node.value if key not in known]
        for key in unknown:
            place = node.value[key].key or node.place
            hint = wording.suggestion(key, known) or f"keys are {wording.listed(known, 'and')}"
            message = f"{wording.quoted(key)} is not a key of {what}"
            self.refuse(place, "unknown-key", message, hint)
        return not unknown

    def text(self, node: Node, key: str) -> str | None:
        """Give the text under a key, on one line; None where there is none."""
        part = _part(node, key)
        if part is None:
            return None
        if not isinstance(part.value, str):
            message = f"`{key}` must be text, not {wording.noun(part.value)}"
            self.refuse(part.place, "wrong-type", message)
            return None
        if not part.value.strip():
            self.refuse(part.place, "blank-text", f"`{key}` is blank")
            return None
        return " ".join(part.value.split())

    def texts(self, node: Node) -> Iterator[Node]:
        """Give a text, or each of a list of texts."""
        for item in node.value if isinstance(node.value, list) else [node]:
            if isinstance(item.value, str):
                yield item
            else:
                message = f"this must be text, or a list of texts, not {wording.noun(item.value)}"
                self.refuse(item.place, "wrong-type", message)

    def day_zero(self, node: Node) -> dt.date | None:
        """Read the date of day 0."""
        part = _part(node, "day 0")
        if part is None:
            return None
        try:
            if len(str(part.value)) == len("2023-11-06"):
                return dt.date.fromisoformat(str(part.value))
        except ValueError:
            pass
        message = f"there is no date {wording.quoted(part.value)}"
        self.refuse(part.place, "bad-date", message, "year-month-day, as in `2023-11-06`")
        return None

    def time(self, node: Node, clock: Clock, before: int | None) -> int | None:
        """Read an instant; a relative one goes on from ``before``."""
        if not isinstance(node.value, str):
            message = f"this must be a time, not {wording.noun(node.value)}"
            self.refuse(node.place, "wrong-type", message, "for example `day 3 10:00`")
            return None
        hint = "for example `day 3 10:00`"
        found: list[list[Token]] = steps(node.value, lambda error: self.refused(node, error))
        if len(found) != 1:
            self.refuse(node.place, "bad-time", "this must be one time", hint)
            return None
        try:
            instant, behind = when(found[0], 0, clock, before, bare=False)
        except NotationError as error:
            self.refused(node, error)
            return None
        if behind < len(found[0]):
            token = found[0][behind]
            message = f"{wording.quoted(token.text)} follows the time"
            self.refused(node, NotationError(token.at, "bad-time", message, "write the time alone"))
            return None
        return instant

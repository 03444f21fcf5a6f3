"""Policies made up on the spot, over the whole language.

A policy is drawn as its file holds it, and parsed. It speaks of nobody's duties.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import yaml
from hypothesis import strategies as st

from missingrules.testing import argument
from missingrules.testing.condition import Traits
from missingrules.testing.madeup import MadeUpPolicy
from missingrules.testing.rule import Rules
from missingrules.testing.words import ADDITIONS, ZONES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missingrules.policy import Policy


def policies(
    *,
    dated: bool = True,
    ages: bool = True,
    working_days: bool = True,
    zones: Sequence[str] = ZONES,
) -> st.SearchStrategy[Policy]:
    """Draw valid policies: any trigger, condition, effect and deadline that the language has.

    ``dated``: rules and parameters may have editions. ``ages``: conditions may ask for the age.
    ``working_days``: durations may be in working days, by the holidays of England. ``zones`` are
    the IANA zones to choose from. Layers (``extends``) are not drawn. Shrinks to one rule with one
    trigger.
    """
    if isinstance(zones, str) or not isinstance(zones, list | tuple) or not zones:
        argument.refuse(f"{zones=}", "list at least one IANA zone")
    for zone in zones:
        argument.zone_of("zones", zone)
    traits = Traits(
        dated=argument.flag_of("dated", dated),
        ages=argument.flag_of("ages", ages),
        working_days=argument.flag_of("working_days", working_days),
        zones=tuple(zones),
    )
    return _policies(traits)


@st.composite
def _policies(draw: st.DrawFn, traits: Traits) -> Policy:
    return MadeUpPolicy.parse(to_yaml(draw(policy_files(traits))))


@st.composite
def policy_files(draw: st.DrawFn, traits: Traits) -> dict[str, Any]:
    """Draw a policy as its file holds it."""
    return _Draft(draw, traits).policy()


_Base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # in C where there is C


class _Dumper(_Base):  # type: ignore[misc]
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - policies have no aliases
        return True


def to_yaml(policy: dict[str, Any]) -> str:
    """Write a policy as a file."""
    return str(yaml.dump(policy, Dumper=_Dumper, sort_keys=False))


class _Draft(Rules):
    """A policy in the making."""

    def policy(self) -> dict[str, Any]:
        """Draw the whole."""
        for _ in self.several_times(2):
            self.counting_term() if self.chance(2) else self.term(self.condition())
        rules = [self.rule(1), *(self.rule(2 + number) for number in self.several_times(3))]
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
            made |= {"owner": "nobody", "last_reviewed": dt.date(2023, 1, 1), "area": "nowhere"}
            made["sources"]["paper"]["url"] = "https://example.org/paper"
        if self.added:
            made["vocabulary"] = ADDITIONS
        return {**made, "parameters": self.parameters, "terms": self.terms, "rules": rules}

"""Two matchers with one meaning: ``native``, and ``durable`` as an independent second opinion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from missingrules.errors import EngineError
from missingrules.matchers.native import NativeMatcher

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from missingrules.terms import Condition, Prop

Engine = Literal["native", "durable", "both"]


class Matcher(Protocol):
    """Judges a condition of one policy on a set of facts. Facts that are absent count as 0."""

    name: str

    def judge(self, condition: Condition, facts: Mapping[Prop, int]) -> int:
        """Return ``terms.YES``, ``terms.NO`` or ``terms.MAYBE``."""


class BothMatchers:
    """Asks both matchers and raises as soon as they disagree."""

    name = "both"

    def __init__(self, conditions: Sequence[Condition]) -> None:
        """Compile every condition for each matcher."""
        self._native = NativeMatcher(conditions)
        self._durable = matcher_for("durable", conditions)

    def judge(self, condition: Condition, facts: Mapping[Prop, int]) -> int:
        """Return the common verdict; raise :class:`EngineError` where there is none."""
        native = self._native.judge(condition, facts)
        durable = self._durable.judge(condition, facts)
        if native != durable:
            msg = (
                f"the matchers disagree on condition {condition.number}: "
                f"native says {native}, durable {durable}"
            )
            raise EngineError(msg)
        return native


def matcher_for(engine: str, conditions: Sequence[Condition]) -> Matcher:
    """Make the matcher of that name; raise :class:`EngineError` if it is not to be had here."""
    if engine == "native":
        return NativeMatcher(conditions)
    if engine == "both":
        return BothMatchers(conditions)
    if engine == "durable":
        from missingrules.matchers.durable import DurableMatcher

        return DurableMatcher(conditions)
    msg = f"{engine=} must be 'native', 'durable' or 'both'"
    raise EngineError(msg)

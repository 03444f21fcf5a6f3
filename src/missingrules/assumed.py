"""What a finding hangs on that was assumed: as data, for whoever writes or shows findings.

Who works it out is :mod:`missingrules.compare.sensitivity`; findings are judged without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from missingrules.wording import many

if TYPE_CHECKING:
    from collections.abc import Mapping

    from missingrules.record import Coverage, Record

_HOUR: Final = 60


class Variation(NamedTuple):
    """One parameter assumed otherwise: ``what`` of it (value, edge, placed_by) from ``was``."""

    parameter: str
    what: str
    was: str
    now: str

    def __str__(self) -> str:
        """Say it: ``repeat_window: edge exclusive instead of inclusive``."""
        parameter, what, was, now = self
        of = {"value": "", "edge": "edge ", "placed_by": "placed by "}[what]
        return f"{parameter}: {of}{_readable(now)} instead of {_readable(was)}"


class Hangs(NamedTuple):
    """One thing that a finding hangs on; ``outcome`` is None where it would not arise at all."""

    variation: Variation
    outcome: str | None

    def __str__(self) -> str:
        """Say it, with what the finding would be."""
        return f"{self.variation}: {would(self.outcome)}"

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON takes it."""
        return {**self.variation._asdict(), "would_be": self.outcome}


class Assumed(Protocol):
    """Tells of each finding of a record on what it hangs that was assumed."""

    def hangs(
        self, record: Record, *, as_of: int, coverage: Coverage
    ) -> Mapping[str, tuple[Hangs, ...]] | None:
        """Say it by finding id; ``as_of`` is UTC microseconds. None where it cannot be told."""
        ...


def would(outcome: str | None) -> str:
    """Say what a finding would be: ``would be: no record``, or that it would not arise."""
    from missingrules.text import WORDS

    return "would not arise" if outcome is None else f"would be: {WORDS[outcome]}"


def _readable(value: str) -> str:
    """Say minutes as people do: ``1152 minutes`` is ``19 hours 12 minutes``."""
    count, _, unit = value.partition(" ")
    if unit != "minutes" or int(count) < _HOUR:
        return value
    hours, minutes = divmod(int(count), _HOUR)
    said = many(hours, "hour")
    return f"{said} {many(minutes, 'minute')}" if minutes else said

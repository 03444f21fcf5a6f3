"""Windows that look back from an instant, with declared edges."""

from __future__ import annotations

from dataclasses import dataclass, field

from missingrules.calendar import Calendar, Days, Elapsed


@dataclass(frozen=True, slots=True)
class Window:
    """The stretch of time that a count looks back over, ending at an instant that belongs to it.

    A ``length`` in :class:`Days` holds local dates up to ``count`` apart when ``inclusive`` and up
    to ``count - 1`` apart otherwise. Elapsed time holds instants up to exactly that far apart, or
    less. ``length=None`` looks back for ever. Raises ``ValueError`` for working days: no source
    counts in them.
    """

    length: Elapsed | Days | None
    inclusive: bool
    calendar: Calendar
    span: int | None = field(init=False)
    """The largest difference of two keys inside one window; None where there is no limit."""

    def __post_init__(self) -> None:
        """Refuse a length that makes no window."""
        if not isinstance(self.length, Elapsed | Days | None):
            raise ValueError(  # noqa: TRY004 - the policy's text is wrong, not a type
                f"length={self.length!s} must be in minutes, hours, days or weeks for a window"
            )
        span = self.length.us if isinstance(self.length, Elapsed) else None
        span = self.length.count if isinstance(self.length, Days) else span
        object.__setattr__(self, "span", None if span is None else span - (not self.inclusive))

    def key(self, us: int) -> int:
        """Give what the window measures by: the local date for days, the instant otherwise.

        With ``span`` set, two instants in order lie in one window if and only if
        ``key(later) - key(earlier) <= span``. Keys never fall as time goes on.
        """
        return self.calendar.day(us) if isinstance(self.length, Days) else us

    def holds(self, earlier_us: int, later_us: int) -> bool:
        """Say whether the window that ends at ``later_us`` holds ``earlier_us``.

        What comes after the end is not in the window.
        """
        if earlier_us > later_us:
            return False
        span = self.span
        return span is None or self.key(later_us) - self.key(earlier_us) <= span

    def interval(self, end_us: int) -> tuple[int | None, int]:
        """Give the first and the last instant inside the window that ends at ``end_us``.

        The first is None where the window looks back for ever.
        """
        span = self.span
        if span is None:
            return None, end_us
        if isinstance(self.length, Days):
            return self.calendar.midnight(self.calendar.day(end_us) - span), end_us
        return end_us - span, end_us

    def leaves(self, us: int) -> int | None:
        """Give the first instant at which a window ending then no longer holds ``us``.

        None for a window that looks back for ever.
        """
        span = self.span
        if span is None:
            return None
        if isinstance(self.length, Days):
            return self.calendar.midnight(self.calendar.day(us) + span + 1)
        return us + span + 1

"""Who answers for a policy, and when it was last looked at."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from missingrules.lint.codes import Notices


def check_head(notices: Notices, *, today: dt.date, stale_after: int) -> None:
    """Look at owner and review; ``stale_after`` is in calendar months.

    Both speak for the one file that says them, so lower layers are looked at when they are linted
    themselves.
    """
    file = notices.source.file
    if file.owner is None:
        hint = "`owner` says who answers for it, as a role or a body"
        notices.at_key(("policy",), "no-owner", "nobody answers for this policy", hint)
    reviewed = file.last_reviewed
    if reviewed is None:
        hint = "`last_reviewed` is the date on which somebody last read it against its sources"
        notices.at_key(("policy",), "no-last-reviewed", "nobody said when it was reviewed", hint)
        return
    path = ("last_reviewed",)
    if reviewed > today:
        message = f"it was reviewed on {reviewed}, and today is {today}"
        notices.at(path, "review-in-future", message, "write the date on which it was reviewed")
    elif today > months_after(reviewed, stale_after):
        months = "month" if stale_after == 1 else "months"
        message = f"it was last reviewed on {reviewed}, more than {stale_after} {months} ago"
        hint = "read it against its sources again, then change the date"
        notices.at(path, "review-overdue", message, hint)


def months_after(date: dt.date, months: int) -> dt.date:
    """Give the date so many calendar months later; the last of a month where it is shorter.

    Dates beyond the year 9999 are the last date there is.
    """
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    if year > dt.MAXYEAR:
        return dt.date.max
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(date.day, last))

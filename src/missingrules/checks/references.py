"""What a policy refers to: all checks that need more than the shape of its parts."""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING

from missingrules import wording
from missingrules.calendar import Calendar
from missingrules.checks.conditions import check_terms
from missingrules.checks.parameters import check_parameters
from missingrules.checks.review import Review
from missingrules.checks.rules import check_rules

if TYPE_CHECKING:
    from missingrules.errors import Fault
    from missingrules.policysource import PolicySource


def reference_faults(source: PolicySource) -> list[Fault]:
    """Find everything that a policy refers to and that is not there or does not fit, in order."""
    review = Review(source)
    _check_conventions(review)
    check_parameters(review)
    check_terms(review)
    check_rules(review)
    return sorted(review.found)


def _check_conventions(review: Review) -> None:
    conventions = review.file.conventions
    path = ("conventions",)
    try:
        Calendar(conventions.zone, None, None)
    except ValueError:
        message = f"there is no zone {wording.quoted(conventions.zone)}"
        hint = _zone_like(conventions.zone) or "an IANA name such as `Europe/London`"
        review.fault((*path, "zone"), "unknown-zone", message, hint)
        return
    holidays = conventions.holidays
    if holidays is None:
        return
    try:
        Calendar(conventions.zone, holidays.country, holidays.subdivision)
    except ValueError:
        place = "-".join(filter(None, (holidays.country, holidays.subdivision)))
        message = f"the public holidays of {wording.quoted(place)} are not known"
        hint = "ISO 3166 codes, as in `{country: GB, subdivision: ENG}`"
        review.fault((*path, "holidays"), "unknown-holidays", message, hint)


def _zone_like(name: str) -> str:
    known = {zone.lower(): zone for zone in zoneinfo.available_timezones()}
    hint = wording.suggestion(name, known)
    return next(
        (f"did you mean `{zone}`?" for low, zone in known.items() if f"`{low}`" in hint), ""
    )

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
    from collections.abc import Iterator

    from missingrules.errors import Fault
    from missingrules.policysource import PolicySource


def reference_faults(source: PolicySource) -> list[Fault]:
    """Find everything that a policy refers to and that is not there or does not fit, in order."""
    review = Review(source)
    _check_conventions(review)
    check_parameters(review)
    check_terms(review)
    if any(found.code == "condition-too-large" for found in review.found):
        return sorted(review.found)  # what is to come would write it out
    check_rules(review)
    _check_use(review)
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


def _check_use(review: Review) -> None:
    """Refuse names that a layer brings in and nothing uses: most likely a lower one was meant."""
    if len(review.source.layers) == 1:
        return
    top = review.source.layers[-1].source
    data = review.source.located.data
    used = set(_words([data.get("terms"), data.get("rules")]))
    for key, named in (("parameters", review.file.parameters), ("terms", review.file.terms)):
        others = [name for name in named if name in used]
        for name in named:
            if name not in used and review.source.key_place((key, name)).source == top:
                message = f"nothing uses {wording.quoted(name)}"
                hint = wording.suggestion(name, others) or "use it in a rule, or take it away"
                review.key_fault((key, name), "unused-name", message, hint)


def _words(data: object) -> Iterator[str]:
    """Every text in the data that could be a name."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from _words(value)
    elif isinstance(data, list):
        for value in data:
            yield from _words(value)


def _zone_like(name: str) -> str:
    known = {zone.lower(): zone for zone in zoneinfo.available_timezones() if zone != name}
    hint = wording.suggestion(name, known)
    return next(
        (f"did you mean `{zone}`?" for low, zone in known.items() if f"`{low}`" in hint), ""
    )

"""The pages of comparisons: policies side by side, labels, what is assumed, other numbers.

Each answer of :mod:`missingrules.compare` becomes one HTML file like the report: whole in itself,
without a script, for keyboards, screen readers and paper.
"""

from __future__ import annotations

import os
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from missingrules.compare.comparison import Comparison
from missingrules.compare.labels import LabelAudit
from missingrules.compare.sensitivity import SensitivityReport
from missingrules.html import STYLE
from missingrules.report import assumed, compared, curve, hidden, policies
from missingrules.report.svg import clean
from missingrules.report.write import environment, put, refuse_without_extra

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from missingrules.compare.whatif import Curve
    from missingrules.policy import Policy
    from missingrules.report.section import Told

    Answer: TypeAlias = Comparison | LabelAudit | SensitivityReport | Curve


def write_comparison(
    answer: Answer,
    to: str | os.PathLike[str] | TextIO,
    *,
    command: str,
    listed: int = 25,
    notes: Sequence[str] = (),
) -> None:
    """Write what :mod:`missingrules.compare` answered as one HTML file, to a path or a text stream.

    ``command`` is the line that makes the same page again; ``listed`` is how many children, or
    findings, are listed at most. ``notes`` are sentences on the log, such as how many rows were
    rejected. With ``listed=0`` the page names no child, but small numbers
    stand as they are. A file is written aside and then put in its place. The same answer gives the
    same bytes. Raises :class:`~missingrules.errors.MissingRulesError` where the extra ``report`` is
    not installed.
    """
    text = comparison_page(answer, command=command, listed=listed, notes=notes)
    if isinstance(to, (str, os.PathLike)):
        put(Path(to), text)
    else:
        to.write(text)


def comparison_page(
    answer: Answer, *, command: str, listed: int = 25, notes: Sequence[str] = ()
) -> str:
    """Give the page as text; as for :func:`write_comparison`."""
    refuse_without_extra()
    found, names, told = _told(answer, listed)
    as_of = "nothing was judged"
    if answer.as_of_us is not None:
        zone = found[0].calendar
        as_of = f"{zone.minute(answer.as_of_us)} ({zone.zone})"
    return clean(
        environment()
        .get_template("compared.html.j2")
        .render(
            style=STYLE,
            told=told,
            sections=told.sections,
            policies=[_policy(*each) for each in zip(found, names, strict=True)],
            assumed=policies.side_by_side(found, names),
            command=command,
            notes=notes,
            as_of=as_of,
            version=metadata.version("missingrules"),
        )
    )


def _told(answer: Answer, listed: int) -> tuple[Sequence[Policy], Sequence[str], Told]:
    """Say which policies an answer is about, how they are called, and what it tells."""
    if isinstance(answer, Comparison):
        return answer.policies, answer.names, compared.told(answer, listed)
    if isinstance(answer, LabelAudit):
        told = hidden.told(answer, listed)
    elif isinstance(answer, SensitivityReport):
        told = assumed.told(answer, listed)
    else:
        told = curve.told(answer)
    return (answer.policy,), (answer.policy.name,), told


def _policy(policy: Policy, name: str) -> dict[str, Any]:
    """Say of a policy what a reader has to know of it."""
    source = policy.source
    return {
        "name": name,
        "policy": policy.name,
        "edition": policy.edition,
        "title": policy.title,
        "owner": source.file.owner or "not stated",
        "last_reviewed": str(source.file.last_reviewed or "not stated"),
        "digest": policy.digest,
        "calendar": policy.calendar.version,
        "layers": ", ".join(f"{layer.policy} {layer.edition}" for layer in source.layers),
    }

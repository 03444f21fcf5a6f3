"""Making the report: what it shows is gathered here, what it looks like stands in the templates."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from missingrules.errors import MissingRulesError
from missingrules.html import STYLE
from missingrules.reading.quality import all_notes, look_at
from missingrules.report import (
    compliance,
    data,
    headline,
    lists,
    numbers,
    policies,
    records,
    trends,
)
from missingrules.report.about import About
from missingrules.report.svg import clean

if TYPE_CHECKING:
    from typing import TextIO

    from jinja2 import Environment
    from markupsafe import Markup

    from missingrules.figures.counts import Figures
    from missingrules.figures.notable import Notable
    from missingrules.scan import Scan

NEEDED: Final = ("jinja2", "matplotlib")


def write_report(
    figures: Figures,
    notable: Notable,
    to: str | os.PathLike[str] | TextIO,
    *,
    about: About,
    aggregate_only: bool = False,
) -> None:
    """Write the report as one HTML file, to a path or to a text stream.

    A file is written aside and then put in its place, so that there is the old one or the new one
    and never half of one. With ``aggregate_only`` it holds nothing about single children, and
    numbers below 5 are not shown (see :mod:`missingrules.report.numbers`). The same input gives the
    same bytes. Raises :class:`~missingrules.errors.MissingRulesError` where the extra ``report`` is
    not installed, ``ValueError`` for figures of another policy than that of ``about``.
    """
    text = page(figures, notable, about=about, aggregate_only=aggregate_only)
    if isinstance(to, (str, os.PathLike)):
        put(Path(to), text)
    else:
        to.write(text)


def report_scan(
    scan: Scan,
    to: str | os.PathLike[str] | TextIO,
    *,
    source: str,
    command: str,
    aggregate_only: bool = False,
) -> None:
    """Write the report of a scan in memory; ``source`` is what to call its log."""
    from missingrules.figures.gathered import Gathered

    gathered = Gathered()
    for assessment in scan.assessments:
        gathered.add(assessment)
    for finding in scan.failed:
        gathered.fail(finding)
    quality = look_at(scan.log)
    about = About.of_log(
        scan.policy,
        scan.log,
        all_notes(scan.log, quality),
        entries=quality.entries,
        recorded=quality.recorded,
        source=source,
        command=command,
    )
    write_report(gathered.figures, gathered.notable, to, about=about, aggregate_only=aggregate_only)


def page(figures: Figures, notable: Notable, *, about: About, aggregate_only: bool = False) -> str:
    """Give the report as text; as for :func:`write_report`."""
    refuse_without_extra()
    policy = about.policy
    judged = figures.judged
    if judged is not None and judged[2] != policy.digest:
        raise ValueError("figures and about must be of one policy")
    lens: numbers.Lens = numbers.Rounded() if aggregate_only else numbers.Exact()
    return clean(
        environment()
        .get_template("report.html.j2")
        .render(
            style=STYLE,
            about=about,
            policy=policy,
            aggregate=aggregate_only,
            small=numbers.SMALL,
            version=metadata.version("missingrules"),
            as_of=None if judged is None else _when(about, judged[3]),
            head=headline.headline(figures, lens),
            as_stated=lens.one(about.as_stated) if about.as_stated else None,
            without_child=lens.one(about.unattributed) if about.unattributed else None,
            sensitive=None if about.assumed is None else lens.one(about.sensitive),
            groups=compliance.by_duty(figures, policy, lens),
            measures=compliance.measures(figures, policy, lens),
            by_owner=compliance.by_owner(figures, lens),
            by_text=compliance.by_text(figures, lens),
            places=[
                found
                for column in ("area", "authority")
                if (found := compliance.by_place(figures, lens, column)) is not None
            ],
            months=trends.by_month(figures, lens),
            without_month=trends.without_month(figures, lens),
            times=trends.time_to_action(figures, policy, lens),
            on_record=records.on_record(figures, policy, lens),
            by_category=records.by_category(figures, lens),
            by_grade=records.by_grade(figures, lens),
            reviews=records.reviews(figures, lens),
            children=() if aggregate_only else _children(notable, about),
            more_children=notable.cases.all - len(notable.cases),
            withdrawn=lists.withdrawn(figures, lens),
            corrections=lists.corrections(notable),
            decisions=lists.decisions(notable, policy.calendar),
            not_judged=lists.not_judged(notable),
            homes=None if about.care_homes is None else lists.homes(about.care_homes),
            rows_read=data.rows_read(about),
            notes=data.notes(about, lens),
            gaps=data.gaps(figures, lens),
            layers=policies.layers(policy),
            assumed=policies.values(policy, "assumed"),
            inferred=policies.values(policy, "inferred"),
            rules=policies.rules(policy),
            sources=policies.sources(policy),
        )
    )


def refuse_without_extra() -> None:
    """Raise :class:`~missingrules.errors.MissingRulesError` where a report cannot be made."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise MissingRulesError(
            f"a report needs {' and '.join(missing)}: install missingrules[report]"
        )


def _children(notable: Notable, about: About) -> list[dict[str, Any]]:
    from missingrules.report.child import child

    return [
        child(case, about.policy, place=place, assumed=about.assumed)
        for place, case in enumerate(notable.cases, start=1)
    ]


def _when(about: About, us: int) -> str:
    return about.policy.calendar.minute(us)


def environment() -> Environment:
    """Give what makes pages of templates: everything that is put in is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("missingrules.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["whole"] = _whole
    return made


_BREAKABLE: Final = re.compile(r"[\w.:]*-\d[\w.:-]{0,20}")


def _whole(text: str) -> Markup:
    """Keep dates and short ids, which have hyphens, on one line."""
    from markupsafe import Markup, escape

    parts, end = [], 0
    for match in _BREAKABLE.finditer(text):
        parts.append(escape(text[end : match.start()]))
        parts.append(Markup('<span class="whole">{}</span>').format(match[0]))
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])])


def put(path: Path, text: str) -> None:
    """Write beside the file, and put it in its place when all is written."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_text(text, encoding="utf-8", newline="\n")
        aside.replace(path)
    except BaseException:
        with suppress(OSError):
            aside.unlink()
        raise

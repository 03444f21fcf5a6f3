"""Charts of a comparison: bars in panels side by side, and lines over months or values."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from missingrules.report.svg import GRID, IN_TIME, INK, LATE, NO_RECORD, drawn, settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup
    from matplotlib.axes import Axes

BECAME: Final = (
    ("completed in time", IN_TIME, None),
    ("completed late", LATE, "////"),
    ("no record", NO_RECORD, None),
    ("not due yet, or not required", "#fff", None),
)
"""What became of duties that are owed."""

_WIDTH: Final = 8.6  # inches; the page scales it
_ROW: Final = 0.36
_LINE: Final = 44
_MANY: Final = 14
_NARROW: Final = 0.22
_STYLES: Final = (
    (IN_TIME, "o", "-"),
    (NO_RECORD, "s", "--"),
    (INK, "^", ":"),
    (IN_TIME, "D", "-."),
    (NO_RECORD, "v", "-"),
    (INK, "P", "--"),
)


class Amount(NamedTuple):
    """One bar: what it is called, its parts, and what stands behind it."""

    name: str
    parts: tuple[float, ...]
    label: str


class Panel(NamedTuple):
    """Bars under one head; ``kinds`` are the parts: a name, a colour and a hatch each."""

    title: str
    bars: Sequence[Amount]
    kinds: Sequence[tuple[str, str, str | None]]


class Line(NamedTuple):
    """One line: what it is called, and its height at each place."""

    name: str
    heights: Sequence[float]


def amounts(panels: Sequence[Panel], *, name: str, title: str, one_scale: bool = False) -> Markup:
    """Draw bars as long as what they count, in panels beside one another with the same rows.

    Panels with the same kinds share their key, and their scale; with ``one_scale`` all share it.
    """
    from matplotlib.figure import Figure

    rows = len(panels[0].bars)
    alike = all(panel.kinds == panels[0].kinds for panel in panels)
    scale = max(map(_most, panels)) if alike or one_scale else None
    deep = 1 if alike else max(len(panel.kinds) for panel in panels)
    keyed = any(len(panel.kinds) > 1 for panel in panels)
    heads = len(panels) > 1
    top = 0.12 + (0.26 if heads else 0) + (0.2 * deep if keyed else 0)
    height = top + _ROW * rows + 0.08
    start = 0.36 if _longest(panels) > _LINE // 2 else _NARROW
    room = 0.98 - start
    with settings():
        figure = Figure(figsize=(_WIDTH, height))
        for place, panel in enumerate(panels):
            wide = room / len(panels)
            box = (start + wide * place, 0.06 / height, wide - 0.03, _ROW * rows / height)
            axes = figure.add_axes(box)
            _bars(axes, panel, (scale or _most(panel), wide), named=place == 0)
            if heads:
                above = 0.06 if alike else top - 0.26
                head = axes.text(
                    0, 1 + above / (_ROW * rows), panel.title, transform=axes.transAxes
                )
                head.set_fontweight("bold")
            if len(panel.kinds) > 1 and not (alike and place):
                key: dict[str, Any] = {"bbox_to_anchor": (0, 1)}
                if alike:  # one for all, and there is room for it over the names
                    edge = (0.08 if start > _NARROW else start - 0.01, 1)
                    key = {"bbox_to_anchor": edge, "bbox_transform": figure.transFigure}
                axes.legend(
                    loc="upper left" if alike else "lower left",
                    borderaxespad=0.2,
                    frameon=False,
                    ncols=len(panel.kinds) if alike else 1,
                    fontsize=8.5,
                    columnspacing=1.4,
                    **key,
                )
        told = "; ".join(
            f"{f'{panel.title}, ' if heads else ''}{bar.name or other.name}: {bar.label}"
            for panel in panels
            for bar, other in list(zip(panel.bars, panels[0].bars, strict=True))[:_MANY]
        )
        more = "; the table below has them all" if rows > _MANY else ""
        return drawn(figure, name=name, title=title, description=f"{told}{more}.")


def _bars(axes: Axes, panel: Panel, room: tuple[float, float], *, named: bool) -> None:
    """Draw one panel, ``named`` if the rows are named beside it.

    ``room`` is the length of the longest bar, and the share of the page that the panel has.
    """
    longest, wide = room
    places = range(len(panel.bars))
    left = [0.0] * len(panel.bars)
    for number, (label, colour, hatch) in enumerate(panel.kinds):
        widths = [bar.parts[number] for bar in panel.bars]
        axes.barh(
            places,
            widths,
            0.6,
            left=left,
            color=colour,
            hatch=hatch,
            edgecolor=INK,
            linewidth=0.6,
            label=label,
        )
        left = [begin + width for begin, width in zip(left, widths, strict=True)]
    said = max((len(bar.label) for bar in panel.bars), default=0)
    axes.set_xlim(0, longest * (1.06 + 0.013 * said / wide))
    for place, bar in enumerate(panel.bars):
        axes.text(left[place] + longest * 0.02, place, bar.label, va="center", fontsize=8.5)
        if named:
            lines = _wrapped(bar.name)
            for number, line in enumerate(lines):  # each of its own, or they are not aligned
                beside = place + (number - (len(lines) - 1) / 2) * 0.36
                axes.annotate(
                    line,
                    (0, beside),
                    xytext=(-6, 0),
                    textcoords="offset points",
                    va="center",
                    ha="right",
                    fontsize=8.5,
                )
    axes.set_ylim(len(panel.bars) - 0.5, -0.5)
    axes.set_yticks([])
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)


def lines(  # noqa: PLR0913 - what a picture has
    places: Sequence[str],
    drawn_lines: Sequence[Line],
    *,
    name: str,
    title: str,
    at: Sequence[float] | None = None,
    axis: str = "",
    marked: tuple[float, str] | None = None,
) -> Markup:
    """Draw lines over places, which are as far apart as the numbers in ``at``, if they are given.

    ``marked`` is a place (a number among those of ``at``) with words beside it: what is now.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    where = list(range(len(places))) if at is None else list(at)
    with settings():
        height = 3.1 if axis else 2.8
        figure = Figure(figsize=(_WIDTH, height))
        axes = figure.add_axes((0.08, (0.55 if axis else 0.28) / height, 0.9, 2.1 / height))
        for number, line in enumerate(drawn_lines):
            colour, marker, dashes = _STYLES[number % len(_STYLES)]
            axes.plot(
                where,
                line.heights,
                color=colour,
                marker=marker,
                linestyle=dashes,
                markersize=max(8 - 2 * number, 4),  # of lines that lie on one another all are seen
                linewidth=1.6,
                label=line.name,
            )
        highest = max((height for line in drawn_lines for height in line.heights), default=0)
        axes.set_ylim(0, highest * 1.12 or 1)
        if marked is not None:
            axes.axvline(marked[0], color=INK, linewidth=0.8, linestyle=":")
            axes.annotate(
                marked[1],
                (marked[0], 1),
                xycoords=("data", "axes fraction"),
                xytext=(4, -2),
                textcoords="offset points",
                va="top",
                fontsize=8.5,
            )
        step = max(1, -(-len(places) // _MANY))
        ticks = list(range(0, len(places), step))
        axes.set_xticks([where[place] for place in ticks], [places[place] for place in ticks])
        axes.set_xlabel(axis)
        axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
        axes.yaxis.grid(visible=True, color=GRID, linewidth=0.6)
        axes.set_axisbelow(True)
        if len(drawn_lines) > 1:
            axes.legend(
                loc="lower left",
                bbox_to_anchor=(0, 1.01),
                borderaxespad=0,
                frameon=False,
                ncols=min(len(drawn_lines), 4),
                fontsize=8.5,
                handlelength=3.2,
            )
        told = "; ".join(
            f"{line.name}: "
            + ", ".join(
                f"{place} {height:g}"
                for place, height in list(zip(places, line.heights, strict=True))[-_MANY:]
            )
            for line in drawn_lines
        )
        return drawn(figure, name=name, title=title, description=f"{told}.")


def _most(panel: Panel) -> float:
    """Give the length of the longest bar; of none, one."""
    return max((sum(bar.parts) for bar in panel.bars), default=0) or 1


def _longest(panels: Sequence[Panel]) -> int:
    return max(len(bar.name) for bar in panels[0].bars)


def _wrapped(text: str) -> list[str]:
    """Break a name into two lines at most."""
    broken = textwrap.wrap(text, _LINE)
    return broken if len(broken) < 3 else [broken[0], f"{broken[1]} ..."]  # noqa: PLR2004

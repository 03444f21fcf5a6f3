"""The charts: bars of shares, bars by month, and how long things took."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from missingrules.report.svg import GRID, IN_TIME, INK, LATE, NO_RECORD, drawn, settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup
    from matplotlib.axes import Axes

    from missingrules.report.numbers import Number

PARTS: Final = (
    ("completed in time", IN_TIME, None),
    ("completed late", LATE, "////"),
    ("no record", NO_RECORD, None),
)
_WIDTH: Final = 8.6  # inches; the page scales it
_LINE: Final = 46
_TICKS: Final = ("before", "15m", "30m", "1h", "2h", "4h", "8h", "24h", "48h", "72h")
_LATER: Final = ("5d", "7d", "14d", "28d", "more")
_MANY_MONTHS: Final = 14


class Bar(NamedTuple):
    """One bar: what it is called, its parts (in time, late, no record), and what stands behind.

    Where parts are not shown, ``of`` is more than their sum, and the bar has a gap at its end.
    """

    name: str
    parts: tuple[int, int, int]
    of: int
    label: str


class Times(NamedTuple):
    """How often something took how long, by bucket."""

    name: str
    counts: tuple[int, ...]


def shares(bars: Sequence[Bar], *, name: str, title: str) -> Markup:
    """Draw what share of each kind of duty was done in time, done late, or is not on record."""
    from matplotlib.figure import Figure

    height = 0.55 + 0.36 * len(bars)
    with settings():
        figure = Figure(figsize=(_WIDTH, height))
        axes = figure.add_axes((0.39, 0.12 / height, 0.43, 1 - 0.55 / height))
        left = [0.0] * len(bars)
        for place, (label, colour, hatch) in enumerate(PARTS):
            widths = [100 * bar.parts[place] / max(bar.of, sum(bar.parts), 1) for bar in bars]
            axes.barh(
                range(len(bars)),
                widths,
                0.62,
                left=left,
                color=colour,
                hatch=hatch,
                edgecolor=INK,
                linewidth=0.6,
                label=label,
            )
            left = [start + width for start, width in zip(left, widths, strict=True)]
        for place, bar in enumerate(bars):
            axes.text(102, place, bar.label, va="center", ha="left")
            lines = _lines(bar.name)
            for number, line in enumerate(lines):  # each of its own, or they are not aligned
                beside = place + (number - (len(lines) - 1) / 2) * 0.36
                axes.text(-2, beside, line, va="center", ha="right", fontsize=8.5)
        axes.set_yticks([])
        axes.set_ylim(len(bars) - 0.4, -0.6)
        axes.set_xlim(0, 100)
        axes.set_xticks([])
        for side in ("bottom", "left"):
            axes.spines[side].set_visible(False)
        _legend(axes, anchor=(0, 1 + 0.04 / height))
        told = "; ".join(f"{bar.name}: {bar.label}" for bar in bars[:_MANY_MONTHS])
        more = "; the table below has them all" if len(bars) > _MANY_MONTHS else ""
        return drawn(figure, name=name, title=title, description=f"{told}{more}.")


def months(
    names: Sequence[str],
    parts: Sequence[Sequence[Number]],
    *,
    name: str,
    title: str,
    kinds: Sequence[tuple[str, str, str | None]] = PARTS,
) -> Markup:
    """Draw a number for each month, in parts that stand on one another."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    with settings():
        figure = Figure(figsize=(_WIDTH, 2.6))
        axes = figure.add_axes((0.08, 0.2, 0.9, 0.64))
        bottom = [0] * len(names)
        for place, (label, colour, hatch) in enumerate(kinds):
            heights = [found[place].drawn for found in parts]
            axes.bar(
                range(len(names)),
                heights,
                0.7,
                bottom=bottom,
                color=colour,
                hatch=hatch,
                edgecolor=INK,
                linewidth=0.5,
                label=label,
            )
            bottom = [start + height for start, height in zip(bottom, heights, strict=True)]
        step = max(1, -(-len(names) // _MANY_MONTHS))
        places = list(range(0, len(names), step))
        axes.set_xticks(places, [names[place] for place in places])
        axes.set_xlim(-0.6, max(len(names), 6) - 0.4)
        axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
        axes.yaxis.grid(visible=True, color=GRID, linewidth=0.6)
        axes.set_axisbelow(True)
        if len(kinds) > 1:
            _legend(axes, anchor=(0, 1.02))
        told = "; ".join(
            f"{month}: {', '.join(f'{n} {kind[0]}' for n, kind in zip(found, kinds, strict=True))}"
            for month, found in list(zip(names, parts, strict=True))[-_MANY_MONTHS:]
        )
        more = f"The last {_MANY_MONTHS} months: " if len(names) > _MANY_MONTHS else ""
        return drawn(figure, name=name, title=title, description=f"{more}{told}.")


def times(panels: Sequence[Times], *, name: str, title: str) -> Markup:
    """Draw how long things took, one small panel each, all with the same steps of time."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    down = -(-len(panels) // 2)
    height = 1.75 * down
    labels = (*_TICKS, *_LATER)
    with settings():
        figure = Figure(figsize=(_WIDTH, height))
        for place, panel in enumerate(panels):
            row, column = divmod(place, 2)
            bottom = 1 - (row + 1) / down + 0.42 / height
            axes = figure.add_axes((0.06 + 0.5 * column, bottom, 0.43, 0.95 / height))
            axes.bar(
                range(len(labels)), panel.counts, 0.8, color=IN_TIME, edgecolor=INK, linewidth=0.5
            )
            axes.set_xticks(range(len(labels)), labels, rotation=60, fontsize=7, ha="right")
            axes.tick_params(axis="x", pad=1, length=2)
            axes.tick_params(axis="y", labelsize=7)
            axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=3))
            axes.set_title(textwrap.shorten(panel.name, 62, placeholder=" ..."), fontsize=8)
        told = "; ".join(
            f"{panel.name}: most often {labels[panel.counts.index(max(panel.counts))]}"
            for panel in panels
        )
        return drawn(figure, name=name, title=title, description=f"{told}.")


def _lines(text: str) -> list[str]:
    """Break a title into two lines at most."""
    lines = textwrap.wrap(text, _LINE)
    return lines if len(lines) < 3 else [lines[0], f"{lines[1]} ..."]  # noqa: PLR2004


def _legend(axes: Axes, *, anchor: tuple[float, float]) -> None:
    options: dict[str, Any] = {"frameon": False, "ncols": len(PARTS), "fontsize": 8.5}
    axes.legend(loc="lower left", bbox_to_anchor=anchor, borderaxespad=0, **options)

"""A drawing as SVG inside a page: small, the same each time, and with words for who cannot see it.

What matplotlib writes is made for a file of its own. In a page its ids would clash with those of
the next drawing, and its style would apply to everything.
"""

from __future__ import annotations

import io
import re
import warnings
import xml.etree.ElementTree as ET
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markupsafe import Markup
    from matplotlib.figure import Figure

INK: Final = "#1a1a1a"
GRID: Final = "#c4c4c4"
IN_TIME, LATE, NO_RECORD = "#1f5f99", "#a9cbe8", "#b35900"
"""Dark blue, light blue (hatched as well) and brown: apart in print, and for the colour-blind."""

_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_XLINK: Final = "{http://www.w3.org/1999/xlink}href"
_LONG: Final = re.compile(r"-?\d+\.\d{3,}")
_REFERENCE: Final = re.compile(r"#([\w.-]+)")
_FONT: Final = "font-family:"
_NEEDLESS: Final = frozenset({f"fill: {INK}", "stroke-linejoin: miter"})
"""What the drawing as a whole says already, or goes without saying."""

_METADATA: Final = {"Date": None, "Creator": None, "Format": None, "Type": None}


@contextmanager
def settings() -> Iterator[None]:
    """Draw with the settings of the library itself, whatever the user's own are."""
    import matplotlib as mpl

    ours: Any = dict(mpl.rcParamsDefault)
    for name in ("backend", "backend_fallback", "interactive", "toolbar", "timezone"):
        ours.pop(name, None)
    ours |= {
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": 9,
        "hatch.linewidth": 0.6,
        "svg.fonttype": "none",
        "svg.hashsalt": "missingrules",
        "text.color": INK,
        "text.parse_math": False,
        "text.usetex": False,
        "xtick.color": INK,
        "ytick.color": INK,
    }
    with mpl.rc_context(ours), warnings.catch_warnings():
        # The page is shown with the fonts of its reader; what this one lacks does not matter.
        warnings.filterwarnings("ignore", message="Glyph")
        yield


def clean(text: str) -> str:
    """Replace what no page may hold: control characters, and halves of characters."""
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)


def drawn(figure: Figure, *, name: str, title: str, description: str) -> Markup:
    """Write a figure as an element of a page; ``name`` is an id that nothing else on it has."""
    from markupsafe import Markup
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    buffer = io.StringIO()
    FigureCanvasSVG(figure).print_svg(buffer, metadata=_METADATA)  # type: ignore[no-untyped-call]
    text = clean(buffer.getvalue())
    root = ET.fromstring(text[text.index("<svg") :])  # noqa: S314 - it was written just now
    _without_namespaces(root)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in ("metadata", "style") or (child.tag == "defs" and _only_style(child)):
                parent.remove(child)
    _own_ids(root, name)
    for element in root.iter():
        _terse(element)
    _without_nothing(root)
    _shared(root)
    box = root.get("viewBox", "0 0 1 1")
    root.attrib.clear()
    root.set("viewBox", box)
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-text")
    root.set("fill", INK)
    for place, (tag, told, words) in enumerate(
        (("title", "title", title), ("desc", "text", description))
    ):
        element = ET.Element(tag, {"id": f"{name}-{told}"})
        element.text = clean(words)
        root.insert(place, element)
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704 - written by the serialiser


def _without_namespaces(root: ET.Element) -> None:
    """Name elements as a page does, and link to parts of the drawing as SVG 2 does."""
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
        if _XLINK in element.attrib:
            element.set("href", element.attrib.pop(_XLINK))


def _terse(element: ET.Element) -> None:
    """Say no more of an element than is needed."""
    for key, value in element.attrib.items():
        if key != "id":
            element.set(key, _LONG.sub(_short, value))
    if "style" in element.attrib:
        parts = element.attrib["style"].split("; ")
        kept = [p for p in parts if p not in _NEEDLESS and not p.startswith(_FONT)]
        element.set("style", "; ".join(kept))
    if element.get("transform", "").startswith("rotate(-0 "):
        del element.attrib["transform"]
    element.tail = None
    if element.tag != "text":
        element.text = (element.text or "").strip() or None


def _only_style(defs: ET.Element) -> bool:
    return all(child.tag == "style" for child in defs)


def _own_ids(root: ET.Element, name: str) -> None:
    """Keep the ids that something refers to, each under a name that only this drawing has."""
    used = {found for value in _values(root) for found in _REFERENCE.findall(value)}
    ids = [element.get("id") for element in root.iter() if element.get("id") in used]
    renamed = {old: f"{name}-{number}" for number, old in enumerate(ids)}
    for element in root.iter():
        old = element.attrib.pop("id", None)
        if old in renamed:
            element.set("id", renamed[old])
        for key, value in element.attrib.items():
            if "#" in value and key != "id":
                element.set(key, _REFERENCE.sub(lambda m: f"#{renamed.get(m[1], m[1])}", value))


def _without_nothing(parent: ET.Element) -> None:
    """Leave out paths that were cut away whole, and groups with nothing in them."""
    for child in list(parent):
        _without_nothing(child)
        if (child.tag == "path" and "d" not in child.attrib) or (
            child.tag == "g" and not len(child) and "id" not in child.attrib
        ):
            parent.remove(child)
        elif child.tag == "g" and not child.attrib and len(child) == 1:
            parent[list(parent).index(child)] = child[0]


def _shared(parent: ET.Element) -> None:
    """Say once, on the group, what all in it have in common."""
    children = list(parent)
    for child in children:
        _shared(child)
    if parent.tag != "g" or len(children) < 2:  # noqa: PLR2004 - nothing to have in common
        return
    for key in ("style", "clip-path"):
        common = children[0].get(key)
        if common and key not in parent.attrib and all(c.get(key) == common for c in children):
            parent.set(key, common)
            for child in children:
                del child.attrib[key]


def _values(root: ET.Element) -> Iterator[str]:
    for element in root.iter():
        for key, value in element.attrib.items():
            if key != "id" and "#" in value:
                yield value


def _short(match: re.Match[str]) -> str:
    return f"{float(match[0]):.2f}".rstrip("0").rstrip(".")

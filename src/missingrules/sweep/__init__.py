"""Scans of files of any size: read once, kept on disk, judged in several processes."""

from missingrules.sweep.sweeping import Item, Part, Sweep, has_something_to_show, swept

__all__ = ["Item", "Part", "Sweep", "has_something_to_show", "swept"]

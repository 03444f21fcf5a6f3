"""Lint for policies: what loads, and most likely does not do what its author meant.

The data flows one way: names and editions, then what conditions can be, then one rule at a time,
then two beside one another. :func:`lint` asks for all of it; docs/lint.md explains every code.
"""

from missingrules.lint.codes import Level, LintCode, level_of
from missingrules.lint.linting import STALE_AFTER, lint
from missingrules.lint.report import Report

__all__ = ["STALE_AFTER", "Level", "LintCode", "Report", "level_of", "lint"]

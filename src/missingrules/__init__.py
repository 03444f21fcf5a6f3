"""Judges the log of a missing child against policy written as data.

``evaluate(policy, record, as_of=...)`` returns breaches and required actions, each with its
evidence, deadline and clause. Names load when they are first used, so that importing the package
costs next to nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from missingrules.entry import Entry
    from missingrules.episoderow import Episode
    from missingrules.errors import EngineError, Fault, LogError, MissingRulesError, PolicyError
    from missingrules.explain import Explanation, explain
    from missingrules.finding import Assessment, Finding, Withdrawn
    from missingrules.kernel import evaluate
    from missingrules.log import Log, read_jsonl
    from missingrules.policy import Policy
    from missingrules.record import Coverage, Record, Remark
    from missingrules.scan import Scan, scan

_HOMES = {
    "Assessment": "finding",
    "Coverage": "record",
    "EngineError": "errors",
    "Entry": "entry",
    "Episode": "episoderow",
    "Explanation": "explain",
    "Fault": "errors",
    "Finding": "finding",
    "Log": "log",
    "LogError": "errors",
    "MissingRulesError": "errors",
    "Policy": "policy",
    "PolicyError": "errors",
    "Record": "record",
    "Remark": "record",
    "Scan": "scan",
    "Withdrawn": "finding",
    "evaluate": "kernel",
    "explain": "explain",
    "read_jsonl": "log",
    "scan": "scan",
}

__all__ = [
    "Assessment",
    "Coverage",
    "EngineError",
    "Entry",
    "Episode",
    "Explanation",
    "Fault",
    "Finding",
    "Log",
    "LogError",
    "MissingRulesError",
    "Policy",
    "PolicyError",
    "Record",
    "Remark",
    "Scan",
    "Withdrawn",
    "evaluate",
    "explain",
    "read_jsonl",
    "scan",
]


def __getattr__(name: str) -> object:
    """Load a public name from its module."""
    home = _HOMES.get(name)
    if home is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    found = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """List the public names."""
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """Keeps ``missingrules.scan`` and ``missingrules.explain`` the functions.

    The import system binds a module to its name in the package when it is loaded, over a public
    name that is spelled the same.
    """

    def __setattr__(self, name: str, value: object) -> None:
        """Bind the public name, where a module of that name was loaded."""
        if isinstance(value, ModuleType) and _HOMES.get(name) == name:
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package

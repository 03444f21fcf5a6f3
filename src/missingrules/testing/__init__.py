"""Property tests for policies, and for programs that judge with them.

Strategies for Hypothesis draw records and policies that love edges; ``check_...`` say what must
hold of every verdict, whoever judges; :class:`RecordMachine` compares live use with a fresh start
after every step. ``pip install 'missingrules[testing]'`` brings what is needed. Names load when
they are first used, so that the pytest plugin costs nothing where it is not wanted.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from missingrules.testing.cell import FREE_TEXT
    from missingrules.testing.code import as_code, entry, log
    from missingrules.testing.correction import corrections
    from missingrules.testing.instant import instants
    from missingrules.testing.invariants import (
        check_action_discharges,
        check_all,
        check_children_independent,
        check_engines_agree,
        check_evidence_sufficient,
        check_live_equals_batch,
        check_no_peeking,
        check_order_independent,
        check_void_is_never,
    )
    from missingrules.testing.machine import RecordMachine
    from missingrules.testing.policy import policies
    from missingrules.testing.record import logs, records
    from missingrules.testing.row import entries, episodes
    from missingrules.testing.trial import Trial, coverages, trials
    from missingrules.testing.verdict import InvariantError, Judge

_HOMES = {
    "FREE_TEXT": "cell",
    "InvariantError": "verdict",
    "Judge": "verdict",
    "RecordMachine": "machine",
    "Trial": "trial",
    "as_code": "code",
    "check_action_discharges": "invariants",
    "check_all": "invariants",
    "check_children_independent": "invariants",
    "check_engines_agree": "invariants",
    "check_evidence_sufficient": "invariants",
    "check_live_equals_batch": "invariants",
    "check_no_peeking": "invariants",
    "check_order_independent": "invariants",
    "check_void_is_never": "invariants",
    "corrections": "correction",
    "coverages": "trial",
    "entries": "row",
    "entry": "code",
    "episodes": "row",
    "instants": "instant",
    "log": "code",
    "logs": "record",
    "policies": "policy",
    "records": "record",
    "trials": "trial",
}

__all__ = [
    "FREE_TEXT",
    "InvariantError",
    "Judge",
    "RecordMachine",
    "Trial",
    "as_code",
    "check_action_discharges",
    "check_all",
    "check_children_independent",
    "check_engines_agree",
    "check_evidence_sufficient",
    "check_live_equals_batch",
    "check_no_peeking",
    "check_order_independent",
    "check_void_is_never",
    "corrections",
    "coverages",
    "entries",
    "entry",
    "episodes",
    "instants",
    "log",
    "logs",
    "policies",
    "records",
    "trials",
]


def __getattr__(name: str) -> object:
    """Load a public name from its module."""
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """List the public names."""
    return sorted({*globals(), *__all__})

"""The kernel: one child's record judged under one policy at one instant.

Pure: no clock, no environment, no input or output. Live use and a scan of years call the same
functions. The modules read best in this order: ``walk`` (what is known of a child so far),
``moments`` (how that changes), ``asking``, ``triggers`` and ``counted`` (what a moment gives rise
to), ``actions``, ``spells``, ``repeating``, ``fields`` and ``grades`` (what becomes of a duty), and
``judging``, which puts them together.
"""

from missingrules.kernel.judging import assess, evaluate, judge, next_change, walked, withdrawn

__all__ = ["assess", "evaluate", "judge", "next_change", "walked", "withdrawn"]

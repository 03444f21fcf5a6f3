"""Checks that a policy passes before anybody judges with it.

Shape comes first: keys, types, closed sets of words. Then what a policy adds to the vocabulary,
then what the names in it refer to. Each fault has a stable code, listed in :data:`PolicyCode`.
"""

from missingrules.checks.codes import PolicyCode
from missingrules.checks.references import reference_faults
from missingrules.checks.shape import Lower, read_shape

__all__ = ["Lower", "PolicyCode", "read_shape", "reference_faults"]

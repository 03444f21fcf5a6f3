"""What another policy would have found: policies, editions, labels and numbers set side by side.

The data flows one way: variants of a policy, judging, counting, one pass over the log, answers.
"""

from missingrules.compare.comparison import Comparison, compare, compare_sweep, names_of
from missingrules.compare.counts import Change, Counts
from missingrules.compare.judging import MEETINGS, Judging
from missingrules.compare.labels import (
    HiddenChild,
    LabelAudit,
    NoLabelError,
    by_label,
    label_audit,
    label_audit_sweep,
)
from missingrules.compare.variant import vocabulary_of

__all__ = [
    "MEETINGS",
    "Change",
    "Comparison",
    "Counts",
    "HiddenChild",
    "Judging",
    "LabelAudit",
    "NoLabelError",
    "by_label",
    "compare",
    "compare_sweep",
    "label_audit",
    "label_audit_sweep",
    "names_of",
    "vocabulary_of",
]

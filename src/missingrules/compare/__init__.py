"""What another policy would have found: policies, editions, labels and numbers set side by side.

The data flows one way: variants of a policy, judging, counting, one pass over the log, answers.
"""

from missingrules.assumed import Hangs, Variation
from missingrules.compare.comparison import Comparison, compare, compare_sweep, names_of
from missingrules.compare.counts import Change, Counts
from missingrules.compare.difference import PolicyDiff, RuleChange, diff
from missingrules.compare.judging import MEETINGS, Judging
from missingrules.compare.labels import (
    HiddenChild,
    LabelAudit,
    NoLabelError,
    by_label,
    label_audit,
    label_audit_sweep,
)
from missingrules.compare.sensitivity import (
    Assumptions,
    NotJudgedError,
    SensitivityReport,
    sensitivity,
    sensitivity_of,
    sensitivity_sweep,
)
from missingrules.compare.variant import vocabulary_of
from missingrules.compare.whatif import Curve, VaryError, check_vary, vary, vary_sweep

__all__ = [
    "MEETINGS",
    "Assumptions",
    "Change",
    "Comparison",
    "Counts",
    "Curve",
    "Hangs",
    "HiddenChild",
    "Judging",
    "LabelAudit",
    "NoLabelError",
    "NotJudgedError",
    "PolicyDiff",
    "RuleChange",
    "SensitivityReport",
    "Variation",
    "VaryError",
    "by_label",
    "check_vary",
    "compare",
    "compare_sweep",
    "diff",
    "label_audit",
    "label_audit_sweep",
    "names_of",
    "sensitivity",
    "sensitivity_of",
    "sensitivity_sweep",
    "vary",
    "vary_sweep",
    "vocabulary_of",
]

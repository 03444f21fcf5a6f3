"""The edge cases of every rule of a policy, each judged by the kernel, as a table to sign off.

:func:`edge_cases` works them out; :func:`markdown` and :func:`html` write them down, and
:func:`as_cases` as tests of the policy.
"""

from missingrules.edges.cases import as_cases
from missingrules.edges.page import html, markdown
from missingrules.edges.row import Row, judged
from missingrules.edges.table import RuleEdges, UnknownRuleError, edge_cases

__all__ = [
    "Row",
    "RuleEdges",
    "UnknownRuleError",
    "as_cases",
    "edge_cases",
    "html",
    "judged",
    "markdown",
]

"""The report for people who will not read JSON: one HTML file, whole in itself.

:func:`write_report` makes it of figures, of what was noted of single children, and of what is to be
said about the run; :func:`write_comparison` makes a page of the same kind of what
:mod:`missingrules.compare` answered. Nothing of it loads before it is called; it needs the extra
``report``.
"""

from __future__ import annotations

from missingrules.report.about import About, Note, Rows
from missingrules.report.comparing import write_comparison
from missingrules.report.homes import CareHome, care_homes, read_care_homes
from missingrules.report.write import report_scan, write_report

__all__ = [
    "About",
    "CareHome",
    "Note",
    "Rows",
    "care_homes",
    "read_care_homes",
    "report_scan",
    "write_comparison",
    "write_report",
]

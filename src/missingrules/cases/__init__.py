"""Tests that a policy carries with it: cases written by hand, run by the kernel, and coverage.

``load_cases`` reads the file beside a policy, ``run_cases`` judges what it holds, ``coverage`` says
what of the policy no case shows.
"""

from missingrules.cases.case import Case, CaseFile
from missingrules.cases.codes import CaseCode, CaseError
from missingrules.cases.command import run_policies
from missingrules.cases.coverage import Coverage, coverage
from missingrules.cases.expected import Expected
from missingrules.cases.file import load_cases, parse_cases
from missingrules.cases.points import Point
from missingrules.cases.report import Report, junit, text, to_dict
from missingrules.cases.run import Result, Wrong, run_case, run_cases

__all__ = [
    "Case",
    "CaseCode",
    "CaseError",
    "CaseFile",
    "Coverage",
    "Expected",
    "Point",
    "Report",
    "Result",
    "Wrong",
    "coverage",
    "junit",
    "load_cases",
    "parse_cases",
    "run_case",
    "run_cases",
    "run_policies",
    "text",
    "to_dict",
]

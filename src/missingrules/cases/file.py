"""Files of cases: ``wiltshire.cases.yaml`` stands beside ``wiltshire.yaml``.

Everything in a file is checked before any case is run, and every fault is told with its place.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from missingrules import wording
from missingrules.cases.case import Case, CaseFile
from missingrules.cases.codes import CaseError
from missingrules.cases.places import Page
from missingrules.cases.reader import Reader
from missingrules.editions import split_name
from missingrules.errors import Fault, PolicyError
from missingrules.layers import shipped
from missingrules.policy import Policy
from missingrules.yamlsource import LONGEST_BYTES, decode, parse

SUFFIX: Final = ".cases.yaml"


def load_cases(name_or_path: str | Path) -> CaseFile:
    """Load the cases of a policy: of a shipped one by its name, of any by the path of either file.

    Raises :class:`CaseError` with every fault of the file, ``PolicyError`` with those of the
    policy.
    """
    policy_path, path = _beside(name_or_path)
    try:
        with path.open("rb") as file:
            raw = file.read(LONGEST_BYTES + 1)
    except FileNotFoundError:
        message = f"there are no cases beside {policy_path.name}"
        hint = f"write them to {path.name}, in the same folder"
        raise CaseError([Fault(str(path), 0, 0, "no-cases", message, hint)]) from None
    except OSError as error:
        message = f"cannot be read: {error.strerror or 'the system refuses'}"
        raise CaseError([Fault(str(path), 0, 0, "unreadable-file", message)]) from None
    policy = Policy.load(policy_path)
    text = decode(raw, str(path), error=CaseError)
    return CaseFile(policy, path, parse_cases(text, policy, source=str(path)))


def parse_cases(text: str, policy: Policy, *, source: str = "<cases>") -> tuple[Case, ...]:
    """Read cases from text; ``source`` is what faults call it. Raises :class:`CaseError`."""
    root = parse(text, source, error=CaseError)
    reader = Reader(policy, Page.of(text.removeprefix("\ufeff"), source))
    cases = tuple(reader.cases(root))
    if reader.faults:
        raise CaseError(reader.faults)
    return cases


def _beside(name_or_path: str | Path) -> tuple[Path, Path]:
    """Give the file of a policy and the file of its cases."""
    known = shipped()
    if isinstance(name_or_path, str):
        whole, edition = split_name(name_or_path)
        if edition is not None:
            message = "cases stand beside the whole policy, and cross the borders of its editions"
            hint = f"give `{whole}`"
            raise CaseError([Fault(name_or_path, 0, 0, "cases-of-an-edition", message, hint)])
    if isinstance(name_or_path, str) and name_or_path in known:
        path = known[name_or_path]
    else:
        path = Path(name_or_path)
    if path.name.endswith(SUFFIX):
        path = path.with_name(f"{path.name.removesuffix(SUFFIX)}.yaml")
    if not path.exists():
        hint = wording.advice(str(name_or_path), known, "a path has a slash or ends in .yaml")
        message = "there is no such policy"
        raise PolicyError([Fault(str(name_or_path), 0, 0, "unknown-policy", message, hint)])
    return path, path.with_name(f"{path.stem}{SUFFIX}")

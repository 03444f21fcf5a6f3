"""A second opinion on every verdict, by the durable matcher in a process of its own.

The package behind that matcher is a C extension without a maintainer. In a process of its own it
can crash without taking anything with it.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from missingrules.errors import EngineError
from missingrules.kernel import judge
from missingrules.scan import records

if TYPE_CHECKING:
    from missingrules.finding import Assessment
    from missingrules.scan import Scan


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """How many verdicts were compared, and the ids of the findings on which the matchers differ."""

    compared: int
    differing: tuple[str, ...]


def cross_check(scan: Scan) -> CrossCheck:
    """Judge a scan again with the durable matcher in another process, and compare every finding.

    Raises :class:`~missingrules.errors.EngineError` if the other process cannot finish.
    """
    work = (scan.policy, list(records(scan.log)), scan.as_of_us, scan.coverage)
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "missingrules.crosscheck"],
        input=pickle.dumps(work),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        reason = lines[-1] if lines and done.returncode > 0 else f"it ended with {done.returncode}"
        msg = f"the cross-check could not be completed: {reason}"
        raise EngineError(msg)
    theirs: dict[str, str] = json.loads(done.stdout)
    ours: dict[str, str] = {}
    for assessment in scan.assessments:
        ours |= verdicts(assessment)
    every = ours.keys() | theirs.keys()
    return CrossCheck(
        len(every), tuple(sorted(key for key in every if ours.get(key) != theirs.get(key)))
    )


def verdicts(assessment: Assessment) -> dict[str, str]:
    """Hash of each finding by its id."""
    return {
        finding.finding_id: hashlib.sha256(
            json.dumps(finding.to_dict(), sort_keys=True).encode()
        ).hexdigest()
        for finding in assessment.findings
    }


def main() -> None:
    """Read the work from standard input (from our own parent), write the verdicts to standard output."""
    policy, listed, as_of_us, coverage = pickle.loads(sys.stdin.buffer.read())  # noqa: S301
    found: dict[str, str] = {}
    try:
        for record in listed:
            found |= verdicts(
                judge(policy, record, as_of=as_of_us, coverage=coverage, engine="durable")
            )
    except EngineError as error:
        sys.exit(str(error))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()

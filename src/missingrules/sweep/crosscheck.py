"""A second opinion on every verdict, by the other matcher in a process of its own.

The package behind the durable matcher is a C extension without a maintainer. In a process of its
own it can crash without taking anything with it.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from missingrules.errors import EngineError
from missingrules.finding import Finding
from missingrules.scan import records, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from missingrules.matchers import Engine
    from missingrules.policy import Policy
    from missingrules.record import Coverage, Record
    from missingrules.scan import Scan

REFUSED = 3
"""Exit code of the other process where its matcher cannot judge; it says why on standard error."""


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """How many verdicts were compared, and the ids of the findings on which the matchers differ.

    ``matcher`` is the one that gave the second opinion.
    """

    compared: int
    differing: tuple[str, ...]
    matcher: str


def cross_check(scan: Scan) -> CrossCheck:
    """Judge a scan again with the other matcher in another process, and compare every finding.

    A scan that the durable matcher made is judged again by the native one. Raises
    :class:`~missingrules.errors.EngineError` if the other process cannot finish.
    """
    return checked(
        scan.policy,
        tuple(records(scan.log)),
        scan.findings(),
        as_of_us=scan.as_of_us,
        coverage=scan.coverage,
        engine=scan.engine,
    )


def checked(  # noqa: PLR0913 - how the findings were made
    policy: Policy,
    judged: Sequence[Record],
    findings: Iterable[Finding],
    *,
    as_of_us: int,
    coverage: Coverage,
    engine: Engine,
) -> CrossCheck:
    """Judge records again as for :func:`cross_check`, and compare with the findings about them."""
    matcher = "native" if engine == "durable" else "durable"
    theirs = _second_opinion(pickle.dumps((policy, tuple(judged), as_of_us, coverage, matcher)))
    ours = verdicts(findings)
    every = ours.keys() | theirs.keys()
    differing = sorted(key for key in every if ours.get(key) != theirs.get(key))
    return CrossCheck(len(every), tuple(differing), matcher)


def verdicts(findings: Iterable[Finding]) -> dict[str, str]:
    """Hash of each finding by its id."""
    return {
        finding.finding_id: hashlib.sha256(
            json.dumps(finding.to_dict(), sort_keys=True).encode()
        ).hexdigest()
        for finding in findings
    }


def _second_opinion(work: bytes) -> dict[str, str]:
    """Have the work judged in another process; what it prints stays with us."""
    # -P: a file in the working directory that is called like a module must not be imported.
    command = [sys.executable, "-P", "-m", "missingrules.sweep.crosscheck"]
    try:
        done = subprocess.run(command, input=work, capture_output=True, check=False)  # noqa: S603 - ours
        if done.returncode == 0:
            found: dict[str, str] = json.loads(done.stdout)
            return found
        reason = _ending(done.returncode)
        if done.returncode == REFUSED:
            reason = done.stderr.decode(errors="replace").strip()
    except OSError as error:
        reason = f"no process could be started: {error.strerror or type(error).__name__}"
    except ValueError:
        reason = "the other process gave no answer that can be read"
    raise EngineError(f"the cross-check could not be completed: {reason}")


def _ending(code: int) -> str:
    """Say how the other process ended; a signal has a negative code."""
    try:
        name = f"on {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
    except ValueError:
        name = f"on signal {-code}"
    return f"the other process ended {name}"


def main() -> None:
    """Read the work from standard input (our own parent's), write verdicts to standard output."""
    policy, listed, as_of, coverage, matcher = pickle.loads(sys.stdin.buffer.read())  # noqa: S301
    found: dict[str, str] = {}
    try:
        for record in listed:
            made = verdict(policy, record, as_of=as_of, coverage=coverage, engine=matcher)
            found |= verdicts([made] if isinstance(made, Finding) else made.findings)
    except EngineError as error:
        sys.stderr.write(str(error))
        sys.exit(REFUSED)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()

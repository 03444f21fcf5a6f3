"""What the commands have in common: how they end, and where they write."""

from __future__ import annotations

import functools
import json
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn, ParamSpec

import typer

from missingrules.errors import EngineError, MissingRulesError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from missingrules.policy import Policy

CLEAR, BREACHES, USAGE, REJECTED, DIFFERED = range(5)
INTERRUPTED, NOT_READ = 130, 141

P = ParamSpec("P")


def load_policy(name: str | None) -> Policy:
    """Load the policy that was asked for; without a name, end the command."""
    from missingrules.layers import shipped
    from missingrules.policy import Policy

    if name is None:
        stop(
            "--policy is required, so that no force is judged by the rules of another.\n"
            f"Shipped: {', '.join(sorted(shipped()))}; or give the path of a policy file."
        )
    return Policy.load(name)


def without_traceback(command: Callable[P, int]) -> Callable[P, None]:
    """Turn what a command returns, and what can end it, into an exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
            sys.stdout.flush()
        except EngineError as error:
            say(str(error))
            code = DIFFERED
        except MissingRulesError as error:
            say(str(error))
            code = USAGE
        except KeyboardInterrupt:
            say("missingrules: interrupted")
            code = INTERRUPTED
        except BrokenPipeError:
            drop(sys.stdout)
            code = NOT_READ
        except OSError as error:
            drop(sys.stdout)
            say(f"missingrules: the answer could not be written: {error.strerror}")
            code = USAGE
        raise typer.Exit(code)

    return run


def write_json(document: object) -> None:
    """Write a JSON document to standard output."""
    sys.stdout.write(json.dumps(document, indent=2) + "\n")


def say(text: str) -> None:
    """Write a line for people, after what was written before it."""
    with suppress(OSError):  # of standard output, the end of the command tells
        sys.stdout.flush()
        sys.stderr.write(f"{text}\n")


def stop(message: str) -> NoReturn:
    """End the command for a mistake in its use."""
    say(f"missingrules: {message}")
    raise typer.Exit(USAGE)


def drop(stream: TextIO) -> None:
    """Let what was not written go, so that nothing tries to write it again at the end."""
    with suppress(OSError, ValueError):  # it is no file, as in a test
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())

"""A pool of processes gives results in order, and loses nothing when a process is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import process
from pathlib import Path

import pytest

from missingrules.sweep.pool import in_order

_Watching = process._ExecutorManagerThread
"""The thread of a pool that sees its processes end."""

_state: dict[str, str] = {}


def prepare(folder: str) -> None:
    _state["folder"] = folder


def doubled(chunk: list[int]) -> list[int]:
    """Double each number; 13 kills the process, and 7 does so the first time."""
    for number in chunk:
        mark = Path(_state["folder"]) / str(number)
        if number == 13 or (number == 7 and not mark.exists()):
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return [2 * number for number in chunk]


def alone(number: int) -> list[int]:
    return [-number]


def run(chunks: list[list[int]], folder: Path, lost: list[int]) -> list[list[int]]:
    return list(
        in_order(
            doubled,
            chunks,
            workers=2,
            prepare=prepare,
            given=(str(folder),),
            lost=lost.append,
            alone=alone,
        )
    )


def test_results_come_in_the_order_of_the_chunks(tmp_path: Path) -> None:
    chunks = [[1, 2], [3], [4, 5, 6], [8], [9], [10]]
    lost: list[int] = []
    assert run(chunks, tmp_path, lost) == [[2, 4], [6], [8, 10, 12], [16], [18], [20]]
    assert lost == []


def test_what_a_killed_process_had_in_hand_is_done_again(tmp_path: Path) -> None:
    lost: list[int] = []
    assert run([[1], [7], [2], [3]], tmp_path, lost) == [[2], [14], [4], [6]]
    assert lost


def test_processes_that_were_killed_between_two_chunks_cost_no_chunk(tmp_path: Path) -> None:
    """By the time the next chunk is handed out, the pool has found out that it is of no use."""
    lost: list[int] = []
    chunks = [[number] for number in range(100, 120)]
    found: list[list[int]] = []
    for result in in_order(
        doubled,
        chunks,
        workers=2,
        prepare=prepare,
        given=(str(tmp_path),),
        lost=lost.append,
        alone=alone,
    ):
        if not found:
            watching = [each for each in threading.enumerate() if isinstance(each, _Watching)]
            for worker in multiprocessing.active_children():
                worker.kill()
            for each in watching:
                each.join(60)
                assert not each.is_alive()
        found.append(result)
    assert found == [[2 * number] for number in range(100, 120)]
    assert lost


def test_an_item_that_kills_its_process_each_time_costs_only_itself(tmp_path: Path) -> None:
    lost: list[int] = []
    found = run([[1], [2, 13, 3, 4], [5]], tmp_path, lost)
    assert [number for each in found for number in each] == [2, 4, -13, 6, 8, 10]


def test_with_one_worker_everything_happens_in_this_process(tmp_path: Path) -> None:
    found = in_order(
        lambda chunk: [os.getpid() for _ in chunk],
        [[1], [2]],
        workers=1,
        prepare=prepare,
        given=(str(tmp_path),),
        alone=alone,
    )
    assert list(found) == [[os.getpid()], [os.getpid()]]


def test_an_error_of_the_work_itself_is_passed_on(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        list(
            in_order(_fails, [[1]], workers=2, prepare=prepare, given=(str(tmp_path),), alone=alone)
        )


def _fails(_: list[int]) -> None:
    raise ZeroDivisionError

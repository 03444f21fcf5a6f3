"""What a whole scan costs, as a ratio against SQL written by hand over the same log.

``python bench/scan.py [--episodes N]...``. For each size a log in Parquet is made up; then
``questions.sql`` answers six questions of ``wiltshire`` over it in DuckDB, and ``missingrules``
judges every rule and writes every finding with its evidence, as one Parquet file and, with
``--folder``, as the whole folder of ``--out`` too. Each runs as a process of its own.
CPU is user and system time of the process and all that it starts; memory is the greatest sum of
what they hold at one time. Read the ratios, not the seconds. Linux only: both come from ``/proc``.

The answers are compared too (of the grades only how many fell short, whether or not they were
raised later). They must be equal but for two things. ``strategy-meeting`` asks what became of the
first meeting that each child is owed, and a late one counts there as held late in SQL, while the
kernel lets it answer a newer run that is still in time. And an episode that was put in concern for
safety before September 2022 and again from then on counts in SQL by the first of these only.

The log has no corrections, merged or reopened episodes: the script does not heed them.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from missingrules import synth
from missingrules.calendar import Calendar

if TYPE_CHECKING:
    from collections.abc import Iterator

QUESTIONS = Path(__file__).with_name("questions.sql")
HABITS = synth.Habits(voided=0, merged=0, reopened=0)
YEARS = range(2018, 2039)
TICKS, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
POLL = 0.1
NOTHING_BREACHED, BREACHES = 0, 1

ANSWERS = """
WITH finding AS (
    SELECT rule, if(rule = 'self-harm-grading', 'breached', outcome) AS outcome, row_number() OVER (
        PARTITION BY rule, CASE rule
            WHEN 'strategy-meeting' THEN child_id
            WHEN 'concern-for-safety-rationale' THEN episode_id
            ELSE finding_id
        END
        ORDER BY opened_at
    ) AS place
    FROM read_parquet(?)
    WHERE outcome NOT IN ('indeterminate', 'not_applicable')
        AND NOT (rule = 'self-harm-grading' AND outcome = 'fulfilled')
)
SELECT
    rule,
    count(*) AS owed,
    count(*) FILTER (outcome = 'fulfilled') AS in_time,
    count(*) FILTER (outcome = 'fulfilled_late') AS late,
    count(*) FILTER (outcome = 'breached') AS no_record
FROM finding
WHERE place = 1
GROUP BY rule
"""


class Cost(NamedTuple):
    """What a process took: CPU and wall seconds, and memory at its peak in MB."""

    cpu: float
    wall: float
    peak: float


class Answer(NamedTuple):
    """Duties of one question: owed, done in time, done late, no record of it."""

    owed: int
    in_time: int
    late: int
    no_record: int


def ask(log: str) -> None:
    """Answer the six questions in SQL, and print a line each."""
    calendar = Calendar("Europe/London")
    days = range(dt.date(YEARS[0], 1, 1).toordinal(), dt.date(YEARS[-1], 12, 31).toordinal() + 1)
    free = [
        day for day in map(dt.date.fromordinal, days) if not calendar.is_working(day.toordinal())
    ]
    database = duckdb.connect()
    database.execute("CREATE TABLE holidays AS SELECT unnest($free) AS day", {"free": free})
    database.execute("SET VARIABLE log = $log", {"log": log})
    for row in database.execute(QUESTIONS.read_text()).fetchall():
        print(*row)


def run(*command: str, to: Path) -> Cost:
    """Run a command to its end, with its standard output in a file; give its cost."""
    begun = time.monotonic()
    used: dict[int, float] = {}
    peak = 0
    with to.open("wb") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.DEVNULL, start_new_session=True
        )
        while process.poll() is None:
            held = 0
            for pid, seconds, pages in of_session(process.pid):
                used[pid] = seconds
                held += pages
            peak = max(peak, held)
            time.sleep(POLL)
        if process.returncode not in (NOTHING_BREACHED, BREACHES):
            sys.exit(f"{command[0]} ended with {process.returncode}")
    return Cost(sum(used.values()), time.monotonic() - begun, peak * PAGE / 1e6)


def of_session(session: int) -> Iterator[tuple[int, float, int]]:
    """Each process of a session: its id, its CPU seconds, and its pages in memory."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            cells = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended since
        if int(cells[3]) == session:
            yield int(folder.name), (int(cells[11]) + int(cells[12])) / TICKS, int(cells[21])


def measured(episodes: int, folder: Path, seed: int, *, whole: bool) -> None:
    """Measure one size, and print its lines of the table and every answer that differs."""
    log, told = folder / f"log-{episodes}.parquet", folder / f"answers-{episodes}"
    found, out = folder / f"findings-{episodes}.parquet", folder / f"out-{episodes}"
    synth.write(log, episodes=episodes, seed=seed, habits=HABITS)
    by_hand = run(sys.executable, __file__, "--ask", str(log), to=told)
    scan = (sys.executable, "-m", "missingrules", "scan", str(log), "--policy", "wiltshire")
    costs = {"SQL, six questions": by_hand}
    costs["scan, as Parquet"] = run(*scan, "--format", "parquet", to=found)
    if whole:
        costs["scan --out"] = run(*scan, "--out", str(out), to=Path(os.devnull))
    for name, cost in costs.items():
        print(
            f"{episodes:10,}  {name:20} {cost.cpu:9.1f} {cost.wall:9.1f} {cost.peak:9.0f} "
            f"{cost.cpu / by_hand.cpu:8.1f}",
            flush=True,
        )
    theirs = {
        line.split()[0]: Answer(*map(int, line.split()[1:]))
        for line in told.read_text().splitlines()
    }
    rows = duckdb.execute(ANSWERS, [str(found)]).fetchall()
    ours = {rule: Answer(*numbers) for rule, *numbers in rows}
    for rule, answer in theirs.items():
        mine = ours.get(rule, Answer(0, 0, 0, 0))
        if mine != answer:
            print(f"{'':12}{rule}: SQL {answer}, kernel {mine}")


def main() -> None:
    """Print a line a size and a way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--episodes", type=int, action="append", help="can be given several times")
    parser.add_argument("--folder", action="store_true", help="measure scan --out too")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--ask", metavar="LOG", help="only answer the questions, in SQL")
    given = parser.parse_args()
    if given.ask is not None:
        ask(given.ask)
        return
    print(
        f"{'episodes':>10}  {'':20} {'CPU s':>9} {'wall s':>9} {'peak MB':>9} {'CPU, by SQL':>11}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for episodes in given.episodes or (1_000, 10_000):
            measured(episodes, Path(folder), given.seed, whole=given.folder)


if __name__ == "__main__":
    main()

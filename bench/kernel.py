"""What a full judgement costs, as a ratio against a hand-written loop on the same records.

``python bench/kernel.py [--children N] [--durable]``. The loop answers one question of the policy,
whether three episodes lie in 90 local dates, and keeps no evidence; the kernel answers every rule
of ``wiltshire`` and says why. Times are CPU seconds of this process. Read the ratios, not
the seconds.
"""

from __future__ import annotations

import argparse
import random
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from missingrules import Episode, Policy, Record
from missingrules.calendar import Calendar
from missingrules.kernel import judge

if TYPE_CHECKING:
    from collections.abc import Callable

    from missingrules.matchers import Engine

FIRST = datetime(2023, 1, 1, tzinfo=UTC)
WINDOW_DAYS = 90
AS_OF = int(datetime(2024, 6, 1, tzinfo=UTC).timestamp()) * 1_000_000


def made_up(children: int, seed: int = 1) -> list[Record]:
    """Records of children with one to twelve episodes of about eight entries in a year."""
    chance = random.Random(seed)
    records = []
    for child in range(children):
        rows = []
        for number in range(chance.choice((1, 1, 1, 2, 3, 5, 12))):
            reported = FIRST + timedelta(minutes=chance.randrange(365 * 24 * 60))
            back = reported + timedelta(minutes=chance.randrange(60, 3000))
            rows.append(
                Episode(
                    child_id=f"c-{child}",
                    episode_id=f"c-{child}-{number}",
                    reported_at=reported,
                    category=chance.choice(("missing", "missing", "concern_for_safety")),
                    grade=chance.choice(("low", "medium", "high")),
                    graded_at=reported + timedelta(minutes=30),
                    located_at=back,
                    returned_at=back,
                    prevention_interview_at=back + timedelta(hours=3),
                    ppn_submitted_at=back + timedelta(hours=5),
                )
            )
        records.append(Record.of(rows))
    return records


def by_hand(records: list[Record]) -> int:
    """Count children with three reports inside 90 local dates, the way a script would."""
    day = Calendar("Europe/London").day
    found = 0
    for record in records:
        days = sorted(day(entry.at) for entry in record.entries if entry.kind == "reported")
        pairs = zip(days, days[2:], strict=False)
        found += any(later - earlier <= WINDOW_DAYS for earlier, later in pairs)
    return found


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of the fastest of three runs."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def main() -> None:
    """Print one line an engine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=300)
    parser.add_argument(
        "--durable", action="store_true", help="time the durable matcher too (slow)"
    )
    given = parser.parse_args()
    records = made_up(given.children)
    episodes = sum(e.kind == "reported" for record in records for e in record.entries)
    policy = Policy.load("wiltshire")

    def judged(engine: Engine) -> Callable[[], object]:
        return lambda: [judge(policy, r, as_of=AS_OF, engine=engine) for r in records]

    base = cpu(lambda: by_hand(records))
    engines: tuple[Engine, ...] = ("native", "durable") if given.durable else ("native",)
    print(f"{given.children} children, {episodes} episodes")
    print(f"{'by hand, one question':24} {base / episodes * 1e6:9.1f} us an episode    1.0")
    for engine in engines:
        taken = cpu(judged(engine))
        each = taken / episodes * 1e6
        print(f"{engine + ', every rule':24} {each:9.1f} us an episode {taken / base:6.1f}")


if __name__ == "__main__":
    main()

"""Control-room software asks what is required of whom by when, with one wide row an episode.

Run it with ``python examples/02_from_python.py``. All names, ids and instants are invented.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from missingrules import Episode, Policy, Record, evaluate


def episode(number: int, reported_at: datetime) -> Episode:
    """One more evening on which the child was reported, and came home four hours later."""
    return Episode(
        child_id="child-07",
        episode_id=f"M-{number}",
        reported_at=reported_at,
        category="concern_for_safety",
        returned_at=reported_at + timedelta(hours=4),
    )


def main() -> None:
    """Judge three episodes on the morning after the third."""
    policy = Policy.load("wiltshire")
    first = datetime(2024, 1, 10, 20, 15, tzinfo=UTC)
    record = Record.of(episode(n, first + timedelta(days=30 * n)) for n in range(3))

    as_of = datetime(2024, 3, 11, 9, 0, tzinfo=UTC)
    assessment = evaluate(policy, record, as_of=as_of)

    print(f"Required of partners and police on {as_of:%d %B %Y}, the most urgent first:")
    for finding in assessment.required_actions:
        if finding.outcome == "pending":
            print(f"  {finding.owner}: {finding.message}")
    breached, due = len(assessment.breaches), assessment.next_due
    print(f"Already breached: {breached}. Next due: {due:%d %B %Y %H:%M} UTC.")

    meeting = next(f for f in assessment.findings if f.rule == "strategy-meeting")
    print(f"{meeting.rule}: {meeting.outcome}, hidden by the recorded category: {meeting.masked}.")


if __name__ == "__main__":
    main()

"""Why a strategy meeting was owed for one child, and why not for another.

Run it with ``python examples/04_why_and_why_not.py``. All ids and instants are invented.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from missingrules import Episode, Policy, Record, explain

AS_OF = datetime(2024, 7, 1, 12, 0, tzinfo=UTC)


def record(child_id: str, days: tuple[int, ...]) -> Record:
    """A child reported missing on these days after 2 February 2024, back after two hours."""
    first = datetime(2024, 2, 2, 21, 0, tzinfo=UTC)
    return Record.of(
        Episode(
            child_id=child_id,
            episode_id=f"{child_id}-{number}",
            reported_at=first + timedelta(days=day),
            category="missing",
            returned_at=first + timedelta(days=day, hours=2),
        )
        for number, day in enumerate(days, start=1)
    )


def main() -> None:
    """Print both explanations."""
    policy = Policy.load("wiltshire")
    for child_id, days in (("child-11", (0, 45, 90)), ("child-12", (0, 45, 92))):
        (explanation,) = explain(
            policy, record(child_id, days), as_of=AS_OF, rule="strategy-meeting"
        )
        print(child_id)
        print(explanation.to_text())
        print()


if __name__ == "__main__":
    main()

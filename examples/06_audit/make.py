"""Make `audit.jsonl`: a constructed log of 50 episodes with the figures of a published audit.

Everything in it is invented: no child, no episode, no instant comes from anywhere. Five figures are
those that a force published of its own audit of 50 episodes in November 2022; all others are
chance, drawn with a fixed seed. Run it with ``python examples/06_audit/make.py``; it writes the
same file again, byte for byte.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

SEED = 2022_11
LONDON = ZoneInfo("Europe/London")

EPISODES_OF_CHILDREN = (7, 5, 4, 4, 3, 3, 2, 2, 2, 2, *[1] * 16)
"""Fifty: few children with many episodes, many with one."""

WITH_PPN, INTERVIEWED, INTERVIEWS_LACKING_DETAIL = 42, 44, 22
RETURN_INTERVIEWS_HELD, RETURN_INTERVIEWS_SHARED, CONCERN_FOR_SAFETY = 31, 6, 3
MEETING_HELD_LATE = 1

FIRST_DAY = datetime(2022, 8, 1, tzinfo=LONDON)
LAST_DAY = 76  # so that the last return interview has time to be shared before the audit
AUDIT = datetime(2022, 11, 14, 10, 0, tzinfo=LONDON)

Row = dict[str, Any]


class Writer:
    """Writes entries of one child, each with an id of its own."""

    def __init__(self, child_id: str, area: str, rows: list[Row]) -> None:
        """Write to the log that all children share."""
        self.child_id, self.area, self.rows = child_id, area, rows
        self.written: dict[str, int] = {}

    def write(self, at: datetime, kind: str, by: str, episode: str | None = None, **f: Any) -> str:
        """Write one entry and return its id."""
        subject = episode or self.child_id
        self.written[subject] = self.written.get(subject, 0) + 1
        entry_id = f"{subject}-{self.written[subject]:02}"
        row: Row = {"entry_id": entry_id, "child_id": self.child_id}
        if episode is not None:
            row["episode_id"] = episode
        row |= {"at": clock(at), "kind": kind, "by": by, "area": self.area}
        self.rows.append({**row, **{k: v for k, v in f.items() if v is not None}})
        return entry_id


def clock(at: datetime) -> str:
    """Write an instant as the log holds it: local time with its offset, to the minute."""
    return at.astimezone(LONDON).replace(second=0, microsecond=0).isoformat()


class Chance:
    """Draws from a seed; only what every version of Python draws alike."""

    def __init__(self, seed: int) -> None:
        """Begin at the beginning."""
        self.random = Random(seed)  # noqa: S311 - invented data, not secrets

    def happens(self, share: float) -> bool:
        """Say yes as often as the share says."""
        return self.random.random() < share

    def between(self, low: float, high: float) -> float:
        """Draw a number."""
        return low + (high - low) * self.random.random()

    def minutes(self, low: float, high: float) -> timedelta:
        """Draw a time in minutes."""
        return timedelta(minutes=round(self.between(low, high)))

    def hours(self, low: float, high: float) -> timedelta:
        """Draw a time in hours."""
        return self.minutes(low * 60, high * 60)

    def one_of(self, values: tuple[Any, ...]) -> Any:
        """Draw one of several."""
        return values[int(self.random.random() * len(values))]

    def some(self, number: int, of: int) -> set[int]:
        """Draw so many places out of so many."""
        places = list(range(of))
        return {places.pop(int(self.random.random() * len(places))) for _ in range(number)}


def days_of(count: int, chance: Chance) -> list[int]:
    """Draw the days on which a child goes missing; all of them lie within 90 days."""
    return sorted(chance.some(count, LAST_DAY))


def away_for(chance: Chance) -> timedelta:
    """Draw how long a child is away: most are back within the day."""
    if chance.happens(0.55):
        return chance.hours(1.5, 8)
    return chance.hours(8, 30) if chance.happens(0.8) else chance.hours(30, 60)


def main() -> None:
    """Write the log beside this script."""
    chance = Chance(SEED)
    total = sum(EPISODES_OF_CHILDREN)
    with_ppn = chance.some(WITH_PPN, total)
    interviewed = sorted(chance.some(INTERVIEWED, total))
    lacking = {interviewed[i] for i in chance.some(INTERVIEWS_LACKING_DETAIL, INTERVIEWED)}
    held = sorted(chance.some(RETURN_INTERVIEWS_HELD, total))
    shared = {held[i] for i in chance.some(RETURN_INTERVIEWS_SHARED, RETURN_INTERVIEWS_HELD)}
    labelled = {1, 20, 33}  # one of them makes a child's count fall short
    rows: list[Row] = []
    number = 0
    for place, count in enumerate(EPISODES_OF_CHILDREN):
        log = Writer(f"child-{place + 1:02}", chance.one_of(("east", "west")), rows)
        markers = about_the_child(log, chance, count)
        for day in days_of(count, chance):
            reported = FIRST_DAY + timedelta(days=day) + chance.hours(14, 23.5)
            returned = first_response(log, chance, number, reported, markers, number in labelled)
            if number in with_ppn:
                notification(log, chance, number, reported, markers)
            interviews(
                log,
                chance,
                number,
                returned,
                interviewed=number in interviewed,
                lacking=number in lacking,
                held=number in held,
                shared=number in shared,
            )
            number += 1
        meetings(log, count, place)
    duplicate(rows)
    rows.sort(key=lambda row: (row["child_id"], datetime.fromisoformat(row["at"]), row["entry_id"]))
    text = "".join(json.dumps(row) + "\n" for row in rows)
    Path(__file__).with_name("audit.jsonl").write_text(text, encoding="utf-8")


def about_the_child(log: Writer, chance: Chance, count: int) -> list[str]:
    """Write what is known of the child from long before; the log begins in January."""
    before = datetime(2022, 1, 10, 9, 0, tzinfo=LONDON) + chance.hours(0, 24 * 90)
    years = 12 + int(chance.between(0, 5.5))
    born = datetime(2022 - years, 1, 1, tzinfo=LONDON) + timedelta(days=chance.between(0, 300))
    log.write(before, "born", "officer", date_of_birth=born.date().isoformat())
    home = chance.happens(0.4)
    answer = chance.one_of(("yes", "no", None)) if home else None
    log.write(
        before, "care_status", "officer", looked_after="yes" if home else "no", philomena=answer
    )
    markers = []
    for marker, share in (("self_harm", 0.2), ("cce", 0.2), ("mental_health", 0.25)):
        if chance.happens(share):
            log.write(before, "marker_added", "officer", marker=marker)
            markers.append(marker)
    if count > 1 and chance.happens(0.5):
        first = "yes" if chance.happens(0.7) else None
        log.write(before, "trigger_plan_created", "supervisor", first_page_actions=first)
    return markers


def first_response(  # noqa: PLR0913 - what an episode is drawn from
    log: Writer,
    chance: Chance,
    number: int,
    reported: datetime,
    markers: list[str],
    labelled: bool,  # noqa: FBT001 - given once
) -> datetime:
    """Write an episode from the report to the return, and give the instant of the return."""
    episode = f"M-{number + 1:03}"

    def write(after: timedelta, kind: str, by: str, **fields: Any) -> str:
        return log.write(reported + after, kind, by, episode, **fields)

    place = chance.one_of(("home", "home", "home", "childrens_home", "foster", None))
    since = clock(reported - chance.hours(0.5, 5))
    write(
        timedelta(),
        "reported",
        "call_handler",
        reporter=chance.one_of(("parent", "carer", "school")),
        from_place=place,
        whereabouts="unknown",
        missing_since=since,
    )
    category = "concern_for_safety" if labelled else "missing"
    write(chance.minutes(3, 9), "categorised", "call_handler", category=category)
    write(chance.minutes(3, 9), "assessed", "call_handler", tool="thrive", vulnerable="yes")
    priority = "immediate" if chance.happens(0.3) else "priority"
    write(chance.minutes(4, 12), "prioritised", "call_handler", priority=priority)
    if chance.happens(0.9):
        write(chance.minutes(2, 22), "fim_notified", "call_handler")
    concern = chance.one_of(("exploitation", "mental_health", "family_conflict", None))
    if concern:
        write(chance.minutes(6, 14), "concern_noted", "call_handler", concern=concern)
    grade = "medium"
    if chance.happens(0.94):
        grade = "high" if "self_harm" in markers and chance.happens(0.7) else "medium"
        known = [*markers, *([concern] if concern else [])]
        named = known if known and chance.happens(0.6) else None
        why = "Grounds given in full on the log." if chance.happens(0.7) else None
        by = "force_incident_manager"
        write(chance.minutes(15, 65), "graded", by, grade=grade, refers_to=named, rationale=why)
    if chance.happens(0.75):
        write(chance.minutes(20, 75), "inspector_informed", "force_incident_manager", how="phone")
    if chance.happens(0.65):
        write(chance.minutes(25, 70), "lines_of_enquiry_set", "supervisor")
    if chance.happens(0.6):
        write(chance.minutes(40, 130), "tracker_opened", "supervisor")
    if place == "childrens_home" and chance.happens(0.5):
        write(chance.minutes(20, 55), "philomena_form_used", "call_handler")
    if chance.happens(0.5):
        write(chance.minutes(15, 55), "trigger_plan_consulted", "call_handler")
    away = away_for(chance)
    while_missing(write, chance, away, hourly=grade == "high")
    write(away, "located", "officer")
    back = away + chance.minutes(5, 90)
    write(back, "returned", "officer", to="home")
    write(back + chance.minutes(30, 120), "closed", "supervisor")
    return reported + back


def while_missing(write: Any, chance: Chance, away: timedelta, *, hourly: bool) -> None:
    """Write enquiries and reviews for as long as the child is away, with gaps."""
    for kind, by, every, kept in (
        ("enquiry_made", "officer", 1 if hourly else 2, 0.93),
        ("supervisor_reviewed", "supervisor", 1 if hourly else 4, 0.85),
    ):
        after = chance.hours(0.6 * every, 0.98 * every)
        while after < away:
            if chance.happens(kept):
                first = kind == "enquiry_made" and after < timedelta(hours=2)
                write(after, "resource_attended" if first else kind, by)
            after += chance.hours(0.7 * every, 0.98 * every)


def notification(
    log: Writer, chance: Chance, number: int, reported: datetime, markers: list[str]
) -> None:
    """Write the notification, its reviews, and where it went."""
    episode = f"M-{number + 1:03}"
    at = reported + chance.hours(5, 23)
    known = sorted({*markers, *_concerns(log, episode)})
    log.write(
        at,
        "ppn_submitted",
        "officer",
        episode,
        stage="found",
        voice_of_child="yes" if chance.happens(0.75) else "no",
        ethnicity="yes" if chance.happens(0.8) else None,
        school="yes" if chance.happens(0.85) else None,
        carries=known if known and chance.happens(0.75) else None,
    )
    if chance.happens(0.8):
        log.write(at + chance.hours(2, 26), "ppn_reviewed", "supervisor", episode)
    if chance.happens(0.08):
        log.write(
            at + chance.hours(2, 20),
            "decided_not_required",
            "mash",
            episode,
            action="ppn_shared",
            rationale="Sharing was not proportionate; the reasons are on the log.",
        )
    else:
        if chance.happens(0.75):
            log.write(at + chance.hours(3, 30), "ppn_reviewed", "mash", episode)
        if chance.happens(0.9):
            with_whom = ["childrens_social_care"]
            log.write(
                at + chance.hours(3, 30), "ppn_shared", "mash", episode, shared_with=with_whom
            )


def _concerns(log: Writer, episode: str) -> list[str]:
    return [
        row["concern"]
        for row in log.rows
        if row.get("episode_id") == episode and row["kind"] == "concern_noted"
    ]


def interviews(  # noqa: PLR0913 - what became of an episode after the return
    log: Writer,
    chance: Chance,
    number: int,
    returned: datetime,
    *,
    interviewed: bool,
    lacking: bool,
    held: bool,
    shared: bool,
) -> None:
    """Write the police's interview with the auditor's view of it, and the independent one."""
    episode = f"M-{number + 1:03}"
    if interviewed:
        entry = log.write(
            returned + chance.hours(1, 26),
            "prevention_interview",
            "officer",
            episode,
            mode="in_person" if chance.happens(0.85) else "phone",
            voice_of_child="yes" if chance.happens(0.75) else None,
        )
        verdict = "requires_improvement" if lacking else "good"
        log.write(AUDIT, "quality_reviewed", "auditor", episode, of=entry, verdict=verdict)
    if not held:
        if chance.happens(0.75):
            log.write(
                returned + chance.hours(8, 60),
                "return_interview_offered",
                "childrens_social_care",
                episode,
            )
            if chance.happens(0.7):
                log.write(
                    returned + chance.hours(60, 70),
                    "return_interview_declined",
                    "childrens_social_care",
                    episode,
                )
        return
    at = returned + chance.hours(20, 100)
    log.write(
        at - timedelta(hours=12), "return_interview_offered", "childrens_social_care", episode
    )
    log.write(at, "return_interview_held", "childrens_social_care", episode)
    if shared:
        log.write(
            at + chance.hours(20, 80),
            "return_interview_shared",
            "childrens_social_care",
            episode,
            shared_with=["police"],
        )


def meetings(log: Writer, count: int, place: int) -> None:
    """Write what there is of strategy meetings: one, held long after it was due."""
    if place < MEETING_HELD_LATE and count > 2:  # noqa: PLR2004 - three call for a meeting
        at = datetime(2022, 11, 3, 14, 0, tzinfo=LONDON)
        log.write(at - timedelta(days=9), "strategy_meeting_requested", "supervisor")
        police, health, care = "police", "health", "childrens_social_care"
        log.write(at, "strategy_meeting_held", care, attended_by=[care, health, police])


def duplicate(rows: list[Row]) -> None:
    """Write one report a second time under another number, and its correction days later."""
    first = next(row for row in rows if row.get("episode_id") == "M-012")
    at = datetime.fromisoformat(first["at"]) + timedelta(minutes=4)
    shared = {"child_id": first["child_id"], "episode_id": "M-012-B", "area": first["area"]}
    rows += [
        {
            "entry_id": "M-012-B-01",
            **shared,
            "at": clock(at),
            "kind": "reported",
            "by": "call_handler",
            "from_place": "home",
            "whereabouts": "unknown",
        },
        {
            "entry_id": "M-012-B-02",
            **shared,
            "at": clock(at + timedelta(minutes=3)),
            "kind": "categorised",
            "by": "call_handler",
            "category": "missing",
        },
        {
            "entry_id": "M-012-B-03",
            **shared,
            "at": clock(at + timedelta(days=4)),
            "kind": "voided",
            "by": "supervisor",
            "reason": "Entered twice; the episode is M-012.",
        },
    ]


if __name__ == "__main__":
    main()

"""Courses in the customer's words: the receipt of each session, and what is left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.courses.model import Course
from domain.unit import Clinic
from handlers.cards import Card
from handlers.menu import command_button
from handlers.router import Routes
from handlers.words import Words

routes = Routes()


@routes.presenter("session.used")
def session_used(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """One session of a course was had: which one, when, with whom, and what is left until when."""
    total, used = facts["sessions_total"], facts["used"]
    return Card(
        title=words.t("Course: {course}", course=words.pick(facts["treatment"])),
        text=words.t(
            "Session {n} of {total}, {date}, with {staff}.",
            n=used,
            total=total,
            date=words.date(facts["at"]),
            staff=facts["by"],
        ),
        rows=((words.t("Left"), _left(words, total - used, facts["expires_at"])),),
        buttons=(command_button(words, "status"),),
    )


def course_left(words: Words, course: Course) -> str:
    """What is left of a course, and until when."""
    return _left(words, course.left, course.expires_at.isoformat())


def _left(words: Words, left: int, end: str) -> str:
    if not left:
        return words.t("All sessions used")
    count = words.n("{count} session", "{count} sessions", left)
    return words.t("{count} until {date}", count=count, date=words.last_day(end))

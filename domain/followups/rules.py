"""When a follow-up is due, where it goes when that is a quiet hour, whether it still makes sense, what answers mean.

Times enter and leave as aware UTC; days and hours of the day are the clinic's, by its zone. Pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from domain.errors import DomainError
from domain.followups.model import LATEST, WINDOWS, Anchor, DeliveryClass, Due, Outcome, Rule
from domain.people.model import Role

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_ENDED: Final = frozenset({"lost", "cancelled"})
_WAITS_AT: Final[Mapping[Anchor, Collection[str]]] = {
    Anchor.SCHEDULED: ("treatment_scheduled",),
    Anchor.QUOTED: ("proposal_sent",),
    Anchor.NEXT_SESSION: ("treatment_completed", "follow_up"),
}
"""The stages at which a message of this anchor makes sense; one about a treatment that was done does at any."""
_HANDLED_BY: Final[Mapping[Outcome | None, tuple[Role, ...]]] = {
    Outcome.AMBER: (Role.DOCTOR, Role.MANAGER),
    Outcome.RED: (Role.DOCTOR,),
}
_GRAVITY: Final = {Outcome.FINE: 0, Outcome.ACTION: 0, Outcome.AMBER: 1, Outcome.RED: 2}


def due_at(anchor: datetime, offset_days: int, at: time | None, zone: ZoneInfo, *, minutes: int = 0) -> datetime:
    """`offset_days` (and `minutes`) from the anchor by the clinic's calendar, at the hour `at` if given.

    Negative offsets lie before the anchor. `minutes` serve rules such as two hours before.
    """
    local = anchor.astimezone(zone) + timedelta(days=offset_days)
    if at is not None:
        local = datetime.combine(local.date(), at, zone)
    return local.astimezone(UTC) + timedelta(minutes=minutes)


def planned_at(rule: Rule, anchor: datetime, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When a rule's message goes out, in its class's hours; None for a reminder whose moment has passed already."""
    due = due_at(anchor, rule.offset_days, rule.at_time, zone, minutes=rule.offset_minutes)
    due = into_window(due, rule.message_class, zone, earlier=rule.before)
    return None if rule.before and due < now else due


def into_window(when: datetime, cls: DeliveryClass, zone: ZoneInfo, *, earlier: bool = False) -> datetime:
    """`when`, or the nearest edge of the class's hours: the next opening, or with `earlier` the last closing.

    A reminder of an appointment moves earlier, since after the appointment it is worth nothing.
    """
    window = WINDOWS[cls]
    local = when.astimezone(zone)
    if window is None or window.opens <= local.time() <= window.closes:
        return when
    too_early = local.time() < window.opens
    if earlier:
        day, edge = local.date() - timedelta(days=too_early), window.closes
    else:
        day, edge = local.date() + timedelta(days=not too_early), window.opens
    return datetime.combine(day, edge, zone).astimezone(UTC)


def why_not(due: Due, now: datetime) -> str | None:
    """Why a due message is not sent any more (a stable word for the row), or None when it is."""
    if not due.rule_active or due.text is None:
        return "rule_off"
    if due.stage in _ENDED or due.stage not in _WAITS_AT.get(due.anchor, (due.stage,)):
        return "stage_changed"
    if due.anchor is Anchor.SCHEDULED and (reason := _why_no_reminder(due, now)):
        return reason
    if (
        due.anchor in (Anchor.COMPLETED, Anchor.NEXT_SESSION) and due.adverse_open
    ):  # a person looks after them, no message does
        return "adverse_open"
    if now - due.due_at > LATEST[due.message_class]:
        return "past_deadline"
    if due.message_class is DeliveryClass.MARKETING and not due.consented:
        return "no_consent"
    return None


def _why_no_reminder(due: Due, now: datetime) -> str | None:
    """Why nobody needs to be reminded of an appointment."""
    if due.arrived_at is not None:
        return "arrived"
    if due.anchor_at is None or due.anchor_at != due.scheduled_at:
        return "moved"
    return "past_deadline" if now >= due.anchor_at else None


def is_urgent(outcome: Outcome) -> bool:
    """Whether a doctor must hear of it."""
    return outcome is Outcome.RED


def may_handle(outcome: Outcome | None, role: str) -> bool:
    """Whether somebody in this role may end such a reaction."""
    return outcome in _HANDLED_BY and role in _HANDLED_BY[outcome]


def may_read(role: str) -> bool:
    """Whether somebody of this role reads what a customer answered: sales see stage and money, nothing medical."""
    return role != Role.SALES


def check_handler(outcome: Outcome | None, role: str) -> None:
    """Who may say that a reaction is over: a doctor or a manager, of an emergency a doctor alone (C10).

    DomainErrors `no_such_reaction` when there is none, `doctor_needed`, `not_your_role`.
    """
    if outcome not in _HANDLED_BY:
        raise DomainError("no_such_reaction")
    if not may_handle(outcome, role):
        raise DomainError("doctor_needed" if role == Role.MANAGER else "not_your_role")


def is_graver(outcome: Outcome, than: Outcome) -> bool:
    """True when an answer is worse news than the stored one: it must be heard although one was given."""
    return _GRAVITY[outcome] > _GRAVITY[than]


def fill(template: str, words: Mapping[str, str]) -> str:
    """A clinic's text with its `{placeholders}` filled; unknown ones and any other braces stay as they are."""
    return _PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), template)

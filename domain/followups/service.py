"""Use cases of follow-ups: plan messages around something that happened, call them off, send those that are due.

A planned message is a row; the scheduler calls `send_due` for every clinic that has one due. Whether it still
makes sense is looked at again when it is sent. What answers lead to is in `caring.py`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from domain.followups import rules, store
from domain.followups.caring import (
    alarm_facts,
    answer,
    call_if_unanswered,
    check_handling,
    handle,
    open_reaction,
    pass_on,
    reaction,
)
from domain.followups.model import Anchor, DeliveryClass, Due, Outcome, Words
from domain.followups.rules import may_handle, may_read
from domain.notifications.service import notify
from domain.unit import Unit

__all__ = [
    "alarm_facts",
    "answer",
    "call_if_unanswered",
    "cancel",
    "check_handling",
    "handle",
    "may_handle",
    "may_read",
    "next_due",
    "open_reaction",
    "pass_on",
    "plan",
    "reaction",
    "send_due",
]

UNANSWERED_AFTER: Final = timedelta(hours=24)
"""How long a question about somebody's care may stay without an answer before somebody calls (C10)."""


async def plan(
    unit: Unit,
    *,
    journey_id: UUID,
    customer_id: UUID,
    anchor: str,
    anchor_at: datetime,
    anchor_version: int,
    subject_id: UUID | None = None,
) -> int:
    """Plan what the clinic's rules say belongs to `anchor`; returns how many are new.

    The same anchor version again plans nothing twice. An appointment or a plan has one set of messages: what an earlier
    version planned is cancelled. `subject_id` is the row that the messages' buttons act on.
    """
    if anchor != Anchor.COMPLETED:
        await cancel(unit, journey_id, because="moved", anchor=anchor)
    found = await store.rules_for(unit.db, unit.clinic.id, anchor, journey_id)
    moments = {rule: rules.planned_at(rule, anchor_at, unit.now, unit.clinic.zone) for rule in found}
    rows = [
        {
            "rule_id": rule.id,
            "journey_id": journey_id,
            "customer_id": customer_id,
            "treatment_id": rule.treatment_id,
            "subject_id": subject_id,
            "anchor_version": anchor_version,
            "anchor_at": anchor_at,
            "due_at": due_at,
        }
        for rule, due_at in moments.items()
        if due_at is not None
    ]
    return await store.add_planned(unit.db, unit.clinic.id, rows)


async def cancel(unit: Unit, journey_id: UUID, *, because: str, anchor: str | None = None) -> None:
    """What is still planned for a journey (of one anchor, else all) is not sent; `because` is kept in the rows."""
    await store.cancel(unit.db, unit.clinic.id, journey_id, anchor, because)


async def send_due(unit: Unit, limit: int = 100) -> int:
    """Deal with up to `limit` due messages of this clinic, oldest first; returns how many there were.

    Each is sent, moved to the opening of its class's hours, or skipped with the reason in its row. Rows that
    another scheduler is dealing with are not touched.
    """
    waiting = await store.due(unit.db, unit.clinic.id, unit.now, limit)
    for due in waiting:
        await _deal_with(unit, due)
    return len(waiting)


async def next_due(unit: Unit) -> datetime | None:
    """When this clinic's next planned message is due; None when none is planned."""
    return await store.next_due(unit.db, unit.clinic.id)


async def _deal_with(unit: Unit, due: Due) -> None:
    """Send, move or skip one message."""
    if reason := rules.why_not(due, unit.now):
        await store.save(unit.db, unit.clinic.id, due.id, state="skipped", skipped_because=reason)
        return
    allowed = rules.into_window(unit.now, due.message_class, unit.clinic.zone)
    if allowed > unit.now:
        await store.save(unit.db, unit.clinic.id, due.id, due_at=allowed)
        return
    facts = _question(unit, due)
    subject = f"followup:{due.id}"
    reached = await notify(
        unit, [due.person_id], "followup.ask", facts, message_class=due.message_class, subject=subject
    )
    if not reached:
        await store.save(unit.db, unit.clinic.id, due.id, state="skipped", skipped_because="blocked")
        return
    await store.save(unit.db, unit.clinic.id, due.id, state="sent", sent_at=unit.now, template_key=due.template)
    asks = any(option.outcome is not Outcome.ACTION for option in due.options)
    if asks and due.message_class is DeliveryClass.CARE:
        unit.set_timer("followup.unanswered", due.id, unit.now + UNANSWERED_AFTER)


def _question(unit: Unit, due: Due) -> dict[str, Any]:
    """The facts of `followup.ask`; `version` is the row's once it is sent, which its buttons carry."""
    return {
        "execution_id": str(due.id),
        "version": due.version + 1,
        "text": _text(unit, due),
        "answers": [{**option.label, "action": option.action, "outcome": option.outcome} for option in due.options],
        "treatment": dict(due.treatment),
        "subject_id": str(due.subject_id) if due.subject_id else None,
        "at": due.anchor_at.isoformat() if due.anchor_at else None,
        "sent_at": unit.now.isoformat(),
        "prep": dict(due.prep) if due.anchor is Anchor.SCHEDULED else None,
        "address": dict(due.address),
    }


def _text(unit: Unit, due: Due) -> Words:
    """The clinic's text in both languages; {date}, {time} and {when} are filled when it is shown."""
    clinic = {"th": unit.clinic.name_th, "en": unit.clinic.name_en}
    return {
        language: rules.fill(
            template,
            {
                "nick": due.customer_name,
                "clinic": clinic[language],
                "treatment": due.treatment[language],
                "branch": due.branch[language] or clinic[language],
                "phone": unit.clinic.phone,
            },
        )
        for language, template in (due.text or {}).items()
    }

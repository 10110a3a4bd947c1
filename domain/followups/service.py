"""Use cases of follow-ups: plan messages after something happened, send those that are due, take the answers.

A planned message is a row; the scheduler calls `send_due` for every clinic that has one due. Whether it still
makes sense is looked at again when it is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.errors import DomainError
from domain.followups import rules, store
from domain.followups.model import ALARMING, Answered, Asked, DeliveryClass, Due, Option, Words
from domain.notifications.service import notify
from domain.people import service as people
from domain.people.model import STAFF_ROLES
from domain.unit import Unit


async def plan(
    unit: Unit, *, journey_id: UUID, customer_id: UUID, anchor: str, anchor_at: datetime, anchor_version: int
) -> int:
    """Plan what the clinic's rules say follows from `anchor` (such as 'completed'); returns how many are new.

    The same anchor version again plans nothing twice.
    """
    found = await store.rules_for(unit.db, unit.clinic.id, anchor, journey_id)
    zone = unit.clinic.zone
    rows = [
        {
            "rule_id": rule.id,
            "journey_id": journey_id,
            "customer_id": customer_id,
            "anchor_version": anchor_version,
            "due_at": rules.into_window(
                rules.due_at(anchor_at, rule.offset_days, rule.at_time, zone), rule.message_class, zone
            ),
        }
        for rule in found
    ]
    return await store.add_planned(unit.db, unit.clinic.id, rows)


async def send_due(unit: Unit, limit: int = 100) -> int:
    """Deal with up to `limit` due messages of this clinic, oldest first; returns how many there were.

    Each is sent, moved to the opening of its class's hours, or skipped with the reason in its row. Rows that
    another scheduler is dealing with are not touched.
    """
    waiting = await store.due(unit.db, unit.clinic.id, unit.now, limit)
    for due in waiting:
        await _deal_with(unit, due)
    return len(waiting)


async def answer(unit: Unit, execution_id: UUID, choice: int) -> Answered:
    """Take the customer's answer: the button at position `choice` of the question.

    The first answer stays, but a graver one always counts: who first felt fine may feel worse later. Amber and
    red alarm the clinic at once. DomainError `not_yours`, `no_such_answer`, or `already_answered` (facts
    `answer` {th, en}, `outcome`, `at`).
    """
    asked = await store.asked(unit.db, unit.clinic.id, execution_id)
    if asked is None or asked.customer_id != unit.actor.customer_id:
        raise DomainError("not_yours")
    if not 0 <= choice < len(asked.options):
        raise DomainError("no_such_answer")
    option = asked.options[choice]
    if asked.outcome is not None and not rules.is_graver(option.outcome, asked.outcome):
        raise DomainError("already_answered", **_stored_answer(asked))
    await store.save(
        unit.db,
        unit.clinic.id,
        asked.id,
        state="answered",
        answer=option.code,
        outcome=option.outcome,
        answered_at=unit.now,
    )
    about = {"journey_id": str(asked.journey_id), "customer_id": str(asked.customer_id)}
    unit.record("followup_answered", asked.id, **about)  # facts are kept for ever: ids, not how somebody felt
    if option.outcome in ALARMING:
        await _alarm(unit, asked, option)
    return Answered(option.outcome, asked.outcome is None, option.label)


async def cancel_planned(unit: Unit, journey_id: UUID) -> None:
    """The journey was given up: what is still planned for it is not sent."""
    await store.cancel_planned(unit.db, unit.clinic.id, journey_id)


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
    if reached:
        await store.save(unit.db, unit.clinic.id, due.id, state="sent", sent_at=unit.now)
    else:
        await store.save(unit.db, unit.clinic.id, due.id, state="skipped", skipped_because="blocked")


def _question(unit: Unit, due: Due) -> dict[str, Any]:
    """The facts of `followup.ask`; `version` is the row's once it is sent, which its buttons carry."""
    return {
        "execution_id": str(due.id),
        "version": due.version + 1,
        "text": _text(unit, due),
        "answers": [dict(option.label) for option in due.options],
        "treatment": dict(due.treatment),
    }


def _text(unit: Unit, due: Due) -> Words:
    clinic = {"th": unit.clinic.name_th, "en": unit.clinic.name_en}
    return {
        language: rules.fill(
            template,
            {
                "nick": due.customer_name,
                "clinic": clinic[language],
                "treatment": due.treatment[language],
                "phone": unit.clinic.phone,
            },
        )
        for language, template in (due.text or {}).items()
    }


def _stored_answer(asked: Asked) -> dict[str, Any]:
    """What was answered before, for the sentence that tells so."""
    label = next((dict(option.label) for option in asked.options if option.code == asked.answer), None)
    at = asked.answered_at.isoformat() if asked.answered_at else None
    return {"answer": label or {"th": "", "en": ""}, "outcome": asked.outcome, "at": at}


async def _alarm(unit: Unit, asked: Asked, option: Option) -> None:
    """Tell the journey's owner, who treated last, and all managers, whatever the hour."""
    facts = {
        "execution_id": str(asked.id),
        "journey_id": str(asked.journey_id),
        "customer_id": str(asked.customer_id),
        "name": asked.customer_name,
        "phone": asked.phone,
        "treatment": dict(asked.treatment),
        "outcome": option.outcome,
        "answer": dict(option.label),
        "at": unit.now.isoformat(),
    }
    # Facts are kept for ever, so this one holds ids only, not who felt what.
    ids = {name: facts[name] for name in ("execution_id", "journey_id", "customer_id", "outcome")}
    unit.record("reaction_reported", asked.journey_id, **ids)
    persons = await store.alarmed_persons(unit.db, unit.clinic.id, asked.journey_id)
    if not await _tell(unit, persons, facts):  # none of them has a chat: somebody must hear of it
        everybody = await people.staff_of_role(unit, STAFF_ROLES)
        await _tell(unit, [member.person_id for member in everybody], facts)


async def _tell(unit: Unit, persons: Sequence[UUID], facts: dict[str, Any]) -> int:
    subject = f"reaction:{facts['execution_id']}"
    return await notify(unit, persons, "followup.alarm", facts, message_class=DeliveryClass.SAFETY, subject=subject)

"""What answers lead to: thanks, an alarm that somebody must end, and a call when no answer comes.

An answer that alarms the clinic is a *reaction*: open until a doctor or a manager says that it is over. The journey
carries a flag meanwhile (`adverse_open`, set in `domain/reactions`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from domain.errors import DomainError
from domain.followups import rules, store
from domain.followups.model import ALARMING, Answered, Asked, DeliveryClass, Option, Outcome
from domain.notifications.service import notify, replace
from domain.people import service as people
from domain.people.model import PERFORMERS, STAFF_ROLES, Role
from domain.unit import Unit
from domain.workflow import service as workflow

LONGEST_NOTE: Final = 1000
CARE: Final = (*PERFORMERS, Role.MANAGER)
"""Who may read what a customer says of how they are."""


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
        handled_at=None,  # worse than what somebody has looked after
    )
    about = {"journey_id": str(asked.journey_id), "customer_id": str(asked.customer_id)}
    unit.record("followup_answered", asked.id, **about)  # facts are kept for ever: ids, not how somebody felt
    if option.outcome in ALARMING:
        await _alarm(unit, asked, option)
    return Answered(option.outcome, asked.outcome is None, option.label)


async def reaction(unit: Unit, execution_id: UUID) -> Asked:
    """An answer that alarmed the clinic, and who has ended it if somebody has; DomainError `no_such_reaction`."""
    asked = await store.asked(unit.db, unit.clinic.id, execution_id)
    if asked is None or asked.outcome not in ALARMING:
        raise DomainError("no_such_reaction")
    return asked


async def open_reaction(unit: Unit, customer_id: UUID) -> Asked | None:
    """What a customer is unwell with and nobody has ended: the gravest, of several the newest."""
    execution_id = await store.open_of_customer(unit.db, unit.clinic.id, customer_id)
    return await reaction(unit, execution_id) if execution_id else None


async def pass_on(unit: Unit, felt: Asked, text: str, *, subject: str) -> int:
    """Give the words of a customer with an open reaction to those it alarmed; returns how many can be reached.

    Sales is not among them, since the words may be medical (C11). `subject` is what the cards are filed under.
    """
    urgent = felt.outcome is Outcome.RED
    alarmed = await store.alarmed_persons(unit.db, unit.clinic.id, felt.journey_id, urgent=urgent)
    care = {person_id: role for person_id, role in alarmed.items() if role in CARE}
    if reached := await _tell(unit, care, felt, "followup.message", subject, text=text):
        return reached
    everybody = {member.person_id: member.role for member in await people.staff_of_role(unit, CARE)}
    return await _tell(unit, everybody, felt, "followup.message", subject, text=text)


async def handle(unit: Unit, execution_id: UUID, note: str) -> Asked:
    """Somebody has looked after the customer, and writes down how; everybody's alarm says so (C10).

    The fact `reaction_handled` says whether the journey has another one open. DomainErrors: `no_such_reaction`,
    `not_your_role`, `doctor_needed`, `reaction_over` (by, at), `bad_text` (longest).
    """
    asked = await check_handling(unit, execution_id)
    written = note.strip()
    if not written or len(written) > LONGEST_NOTE:
        raise DomainError("bad_text", longest=LONGEST_NOTE)
    await store.save(
        unit.db,
        unit.clinic.id,
        asked.id,
        handled_at=unit.now,
        handled_by=unit.actor.user_id,
        handled_note=written,
    )
    still = await store.has_open_reaction(unit.db, unit.clinic.id, asked.journey_id)
    unit.record("reaction_handled", asked.journey_id, execution_id=str(asked.id), still_open=still)
    over = await reaction(unit, execution_id)
    await replace(unit, _subject(asked.id), "followup.alarm", alarm_facts(over))
    return over


async def check_handling(unit: Unit, execution_id: UUID) -> Asked:
    """The reaction, locked, if the actor may end it now; else the DomainErrors of `handle`."""
    asked = await reaction(unit, execution_id)
    rules.check_handler(asked.outcome, unit.actor.role)
    if asked.handled_at is not None:
        raise DomainError("reaction_over", by=asked.handled_by, at=asked.handled_at.isoformat())
    return asked


async def call_if_unanswered(unit: Unit, execution_id: UUID) -> None:
    """The timer: nobody has answered how they are for a day, so whoever looks after them calls (C10)."""
    journey_id = await store.unanswered(unit.db, unit.clinic.id, execution_id)
    if journey_id is None:
        return
    journey = await workflow.journey_view(unit, journey_id)
    if await store.has_open_reaction(unit.db, unit.clinic.id, journey_id):
        return
    await store.save(unit.db, unit.clinic.id, execution_id, state="closed")
    facts = {
        "journey_id": str(journey.id),
        "name": journey.customer_name,
        "phone": journey.phone,
        "treatment": dict(journey.treatment),
    }
    desk = [member.person_id for member in await people.staff_of_role(unit, (Role.SALES, Role.MANAGER))]
    owner = [journey.owner_person_id] if journey.owner_person_id in desk else []
    await notify(unit, owner or desk, "followup.unanswered", facts, subject=f"journey:{journey.id}")


def alarm_facts(asked: Asked) -> dict[str, Any]:
    """A reaction as `followup.alarm` carries it."""
    return {
        "execution_id": str(asked.id),
        "journey_id": str(asked.journey_id),
        "customer_id": str(asked.customer_id),
        "name": asked.customer_name,
        "phone": asked.phone,
        "treatment": dict(asked.treatment),
        "outcome": asked.outcome,
        "answer": _label(asked),
        "at": asked.answered_at.isoformat() if asked.answered_at else None,
        "handled_at": asked.handled_at.isoformat() if asked.handled_at else None,
        "handled_by": asked.handled_by,
        "note": asked.handled_note,
    }


def _label(asked: Asked) -> Mapping[str, str]:
    found = (dict(option.label) for option in asked.options if option.code == asked.answer)
    return next(found, {"th": "", "en": ""})


def _stored_answer(asked: Asked) -> dict[str, Any]:
    """What was answered before, for the sentence that tells so."""
    at = asked.answered_at.isoformat() if asked.answered_at else None
    return {"answer": _label(asked), "outcome": asked.outcome, "at": at}


async def _alarm(unit: Unit, asked: Asked, option: Option) -> None:
    """Tell the journey's owner, who treated last, all managers, and in an emergency all doctors, whatever the hour.

    Who may end it gets the button for it.
    """
    felt = await reaction(unit, asked.id)
    # Facts are kept for ever, so this one holds ids only, not who felt what.
    ids = {"execution_id": str(felt.id), "journey_id": str(felt.journey_id), "customer_id": str(felt.customer_id)}
    unit.record("reaction_reported", felt.journey_id, **ids, outcome=option.outcome)
    urgent = rules.is_urgent(option.outcome)
    concerned = await store.alarmed_persons(unit.db, unit.clinic.id, felt.journey_id, urgent=urgent)
    if not await _tell(unit, concerned, felt, "followup.alarm", _subject(felt.id)):
        # None of them has a chat: somebody must hear of it.
        everybody = await people.staff_of_role(unit, STAFF_ROLES)
        roles = {member.person_id: member.role for member in everybody}
        await _tell(unit, roles, felt, "followup.alarm", _subject(felt.id))


async def _tell(unit: Unit, concerned: Mapping[UUID, str], felt: Asked, kind: str, subject: str, **more: str) -> int:
    reached = 0
    for person_id, role in concerned.items():
        may = {"may_handle": rules.may_handle(felt.outcome, role), "may_read": rules.may_read(role)}
        facts = {**alarm_facts(felt), **may, **more}
        safety = DeliveryClass.SAFETY
        reached += await notify(unit, [person_id], kind, facts, message_class=safety, subject=subject)
    return reached


def _subject(execution_id: UUID) -> str:
    return f"reaction:{execution_id}"

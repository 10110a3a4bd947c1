"""What an attacker wants: another clinic's customer with all that hangs on them, and a sum of all of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.payments.model import PaymentMethod
from domain.people import service as people
from domain.schema import schema
from domain.tasks import service as tasks
from domain.tasks.model import PHASES
from domain.unit import Actor
from domain.workflow import service as workflow
from handlers.permissions import ACTIONS
from tests.stories.world import World

BAD_BUTTON = "This button is not for this chat or no longer works. Type /help to see what you can do."
SECRET = "CANARY-OF-BUA"
MOVING = frozenset({"inbox", "outbox", "customer_conversations", "channel_identities", "channel_accounts"})
"""Tables that a refused press may touch: it came in, was answered, and somebody was seen."""
WITHOUT_ID = frozenset(
    {"language.pick", "points.history", "settings.language", "settings.consent", "duty.on", "duty.off"}
)
"""Buttons that name no row."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Ids of another clinic's rows, and the people they are about."""

    journey: UUID
    task: UUID
    followup: UUID
    appointment: UUID
    invitation: UUID
    payment: UUID
    customer: UUID


def ids_for(action: str) -> list[str]:
    """Its own noun's, as far as there is one, and one that is none of its business: of all kinds, over all actions."""
    nouns = [*Rows.__slots__]
    return list(
        dict.fromkeys([*(noun for noun in nouns if action.startswith(noun)), nouns[ACTIONS[action].code % len(nouns)]])
    )


async def a_journey(world: World, slug: str) -> Rows:
    """A customer of a clinic from lead to treatment and the first question after it, made without any chat."""
    clinic = world.clinic_ids[slug]
    async with world.unit(slug) as unit:
        [seller, *_] = await people.staff_of_role(unit, ["sales"])
        [performer, *_] = await people.staff_of_role(unit, ["beautician"])
        facial = await world.one_truth("select id from treatments where clinic_id = $1 and code = 'FAC-HYD'", clinic)
        unit.actor = Actor("sales", seller.person_id, seller.user_id, None, seller.name)
        lead = await workflow.create_lead(
            unit, name=SECRET, phone="081-555-0777", treatment_id=facial, source="walk_in"
        )
        invitation = await people.invite_customer(unit, lead.customer_id, lead.id)
        paid = await workflow.confirm_payment(
            unit, lead.id, version=lead.version, amount_satang=lead.due_satang, method=PaymentMethod.CASH
        )
        timed = await workflow.schedule_now(unit, lead.id, version=paid.journey.version)
        await people.record_paper_consent(unit, lead.customer_id, purpose="health_record", language="th", text="…")
        task = await tasks.open_for_journey(unit, lead.id)
        assert task is not None
        unit.actor = Actor("beautician", performer.person_id, performer.user_id, None, performer.name)
        await tasks.accept(unit, task.id)
        await workflow.start_treatment(unit, task.id)
        for phase in PHASES:
            await tasks.tick_rest(unit, task.id, phase)
        await workflow.complete_treatment(unit, task.id, f"{SECRET}, all fine")
    followup = await world.one_truth(
        "update followup_executions set state = 'sent', sent_at = due_at"
        " where id = (select id from followup_executions where journey_id = $1 order by due_at limit 1) returning id",
        timed.id,
    )
    assert timed.appointment_id is not None
    return Rows(lead.id, task.id, followup, timed.appointment_id, invitation.id, paid.payment.id, lead.customer_id)


async def checksums(world: World, slug: str, without: frozenset[str] = frozenset()) -> dict[str, str]:
    """One number for each table's rows of a clinic: whatever changes in one, changes it (the scheduler's aside)."""
    sums = {}
    for table in schema().sorted_tables:
        if table.name not in {"clock", "ticks", *without}:
            key = "id" if table.name == "clinics" else "clinic_id"
            sums[table.name] = await world.one_truth(
                f"select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {table.name} t"  # noqa: S608
                f" where {key} = $1",
                world.clinic_ids[slug],
            )
    return sums

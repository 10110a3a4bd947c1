"""Where journeys begin: one open journey a plan, taken in by those who may, or asked for in a chat."""

from __future__ import annotations

from uuid import uuid4

from domain.errors import DomainError
from domain.unit import Actor, Unit
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView
from tests.domain.clinic_factory import PHONE, TestClinic, overtaken, refused

NOTE = "ผิวดี ทายาครบทุกขั้นตอน"


async def test_an_open_journey_of_the_same_plan_is_shown_instead_of_a_second(clinic: TestClinic, sales: Actor) -> None:
    lead = await clinic.lead(sales)
    async with refused("open_journey", journey_id=str(lead.id)):
        await clinic.lead(sales, name=" สมชาย ")
    async with refused("open_journey", journey_id=str(lead.id)):
        await clinic.lead(sales, customer_id=lead.customer_id)
    other_plan = await clinic.lead(sales, "ACN", customer_id=lead.customer_id)
    other_person = await clinic.lead(sales, name="สมหญิง")
    assert other_plan.customer_id == lead.customer_id
    assert other_person.customer_id != lead.customer_id
    async with clinic.by(sales) as unit:
        assert len(await workflow.open_journeys_of_phone(unit, "+66 81 234 5678")) == 3


async def test_two_at_once_open_one_journey(clinic: TestClinic, sales: Actor) -> None:
    customer_id = (await clinic.lead(sales, "ACN")).customer_id
    facial = await clinic.treatment()

    async def open_lead(unit: Unit) -> JourneyView:
        return await workflow.create_lead(
            unit, name="x", phone=None, treatment_id=facial, source="t", customer_id=customer_id
        )

    other = await clinic.staff("sales", "ฝน")
    won, lost = await overtaken(clinic.engine, clinic.by(sales), clinic.by(other), open_lead, open_lead)
    assert isinstance(lost, DomainError)
    assert (lost.code, lost.facts) == ("open_journey", {"journey_id": str(won.id)})


async def test_leads_are_taken_in_by_those_who_may(clinic: TestClinic, sales: Actor) -> None:
    for role in ("beautician", "doctor"):
        async with refused("not_your_role"):
            await clinic.lead(await clinic.staff(role, role))
    assert (await clinic.lead(await clinic.staff("manager", "พลอย"))).owner_name == "พลอย"
    async with clinic.by(sales) as unit:
        facial = await clinic.treatment()
        for name, phone, code in (("", PHONE, "bad_name"), ("ก", "12", "bad_phone")):
            async with refused(code):
                await workflow.create_lead(unit, name=name, phone=phone, treatment_id=facial, source="t")
        async with refused("no_such_treatment"):
            await workflow.create_lead(unit, name="ก", phone=PHONE, treatment_id=uuid4(), source="t")


async def test_a_stranger_asks_for_the_clinic_in_a_chat(clinic: TestClinic, sales: Actor) -> None:
    async with clinic.event("anna") as unit:
        person_id = unit.actor.person_id
        lead = await workflow.create_self_lead(unit, name="Anna", phone=PHONE)
    assert (lead.owner_id, lead.customer_person_id, lead.source, lead.linked) == (None, person_id, "chat", True)
    assert lead.treatment["en"] == "Skin scan"
    assert (clinic.facts[-1].kind, clinic.facts[-1].subject_id) == ("lead_created", lead.id)
    assert clinic.facts[-1].data["by"] == "stranger"
    async with clinic.event("anna") as unit:
        assert (unit.actor.role, unit.actor.name) == ("customer", "Anna")
    async with refused("open_journey"), clinic.event("anna") as unit:
        await workflow.create_self_lead(unit, name="Anna", phone=PHONE)
    async with clinic.by(sales) as unit, refused("not_your_role"):
        await workflow.create_self_lead(unit, name="Anna", phone=PHONE)


async def test_nobody_opens_a_journey_for_another_from_a_customers_chat(clinic: TestClinic, sales: Actor) -> None:
    lead = await clinic.lead(sales)
    facial = await clinic.treatment("ACN")
    for customer_id in (None, lead.customer_id):
        async with refused("not_your_role"), clinic.event("thief") as unit:
            await workflow.create_lead(
                unit, name="ก", phone=PHONE, treatment_id=facial, source="t", customer_id=customer_id
            )

"""Who is who: staff, customers, names and languages, and what customers agreed to."""

from __future__ import annotations

from uuid import UUID, uuid4

from domain.database.session import Engine
from domain.people import service as people
from domain.people import store
from domain.unit import Actor, Unit
from tests.domain.clinic_factory import PHONE, TestClinic, make_clinic, refused

# Who may, and who exists


async def test_inviting_is_for_those_who_may(clinic: TestClinic, sales: Actor) -> None:
    customer = await clinic.customer(sales)
    async with clinic.by(sales) as unit, refused("not_your_role"):
        await people.invite_staff(unit, role="manager", name="me")
    async with clinic.by() as unit, refused("bad_role"):
        await people.invite_staff(unit, role="customer", name="me")
    async with clinic.by() as unit, refused("no_such_branch", branch="X"):
        await people.invite_staff(unit, role="sales", name="me", branch_code="X")
    async with clinic.by(await clinic.staff("beautician", "แนน")) as unit, refused("not_your_role"):
        await people.invite_customer(unit, customer.id, None)


async def test_nothing_of_another_clinic_exists(clinic: TestClinic, sales: Actor, engine: Engine) -> None:
    other = await make_clinic(engine, "BUA")
    stranger = await other.staff("sales", "เก่ง")
    customer, journey = await clinic.customer(sales), await clinic.lead(sales)
    invitation = await clinic.customer_code(sales, customer)
    async with other.by(stranger) as unit:
        async with refused("no_such_customer"):
            await people.invite_customer(unit, customer.id, None)
        async with refused("no_such_customer"):
            await people.customer(unit, customer.id)
        async with refused("no_such_staff"):
            await people.staff(unit, UUID(str(sales.user_id)))
        async with refused("no_such_invitation"):
            await people.unlink_customer(unit, invitation.id)
        assert await people.customers_by_phone(unit, PHONE) == []
        mine = await people.create_customer(unit, name="นก", phone=PHONE, source="t", owner_id=None)
        async with refused("no_such_journey"):
            await people.invite_customer(unit, mine.id, journey.id)
    async with refused("code_unknown"):
        await other.enter("nok", invitation.code)


async def test_a_journey_of_somebody_else_is_no_reason_for_an_invitation(clinic: TestClinic, sales: Actor) -> None:
    journey, customer = await clinic.lead(sales), await clinic.customer(sales)
    async with clinic.by(sales) as unit, refused("no_such_journey"):
        await people.invite_customer(unit, customer.id, journey.id)


async def test_a_phone_may_belong_to_two_people(clinic: TestClinic, sales: Actor) -> None:
    await clinic.customer(sales, "นก")
    await clinic.customer(sales, "บี")
    async with clinic.by(sales) as unit:
        found = await people.customers_by_phone(unit, "๐๘๑ ๒๓๔ ๕๖๗๘")
        assert [customer.name for customer in found] == ["นก", "บี"]
        assert found[0].phone == "+66812345678"
        async with refused("bad_phone"):
            await people.create_customer(unit, name="x", phone="12", source="t", owner_id=None)


async def test_staff_of_a_role_are_the_active_ones_of_the_branch(clinic: TestClinic) -> None:
    values = "(clinic_id, code, name_th, name_en) values (:clinic, 'A', 'ก', 'A')"
    await clinic.rows(f"insert into branches {values}", clinic=clinic.id)
    async with clinic.by() as unit:
        for name, branch in (("ก", "A"), ("ข", None)):
            await people.invite_staff(unit, role="sales", name=name, branch_code=branch)
        await people.invite_staff(unit, role="doctor", name="ค")
        here = await store.branch_id(unit.db, clinic.id, "A")
        assert [s.name for s in await people.staff_of_role(unit, ["sales"])] == ["ก", "ข"]
        assert [s.name for s in await people.staff_of_role(unit, ["sales"], here)] == ["ก", "ข"]
        assert [s.name for s in await people.staff_of_role(unit, ["sales"], uuid4())] == ["ข"]
    await clinic.rows("update users set active = false where name = 'ก'")
    async with clinic.by() as unit:
        assert [s.name for s in await people.staff_of_role(unit, ["sales", "doctor"])] == ["ข", "ค"]


# Language, name, consent


async def test_language_and_name_are_the_actors_own(clinic: TestClinic) -> None:
    async with clinic.event("x") as unit:
        async with refused("bad_language"):
            await people.set_language(unit, "jp")
        assert await people.set_person_name(unit, "  Anna  ") == "Anna"
        await people.set_language(unit, "en")
    async with clinic.event("x") as unit:
        assert unit.scene is not None
        assert (unit.scene.person_name, unit.scene.language) == ("Anna", "en")


async def answer(unit: Unit, customer_id: UUID, purpose: str, *, given: bool) -> None:
    await people.give_consent(
        unit, customer_id, purpose=purpose, version="1", language="th", text="คำถาม", given=given, channel="line"
    )


async def test_consents_keep_every_answer_and_the_newest_counts(clinic: TestClinic, sales: Actor) -> None:
    customer = await clinic.customer(sales)
    await clinic.enter("nok", (await clinic.customer_code(sales, customer)).code)
    asked = ["health_record", "marketing_line"]
    for given in (True, False):
        async with clinic.event("nok") as unit:
            await answer(unit, customer.id, "health_record", given=given)
            assert await people.consents_missing(unit, customer.id, asked, "1") == ["marketing_line"]
            assert await people.consents_missing(unit, customer.id, asked, "2") == asked, "a new text is asked again"
            assert await people.consents_of(unit, customer.id) == {"health_record": given}
    rows = await clinic.rows("select text_hash, event_id, actor_person_id from consents")
    assert len(rows) == 2
    assert {len(row["text_hash"]) for row in rows} == {64}
    assert {row["actor_person_id"] for row in rows} == {customer.person_id}
    assert None not in {row["event_id"] for row in rows}


async def test_one_word_ends_all_news_and_it_is_not_asked_about_again(clinic: TestClinic, sales: Actor) -> None:
    customer = await clinic.customer(sales)
    await clinic.enter("nok", (await clinic.customer_code(sales, customer)).code)
    async with clinic.event("nok") as unit:
        await answer(unit, customer.id, "marketing_line", given=True)
    async with clinic.event("nok") as unit:
        await people.withdraw_marketing(unit, language="th", channel="line")
        assert await people.consents_of(unit, customer.id) == {"marketing_line": False, "marketing_telegram": False}
        news = ["marketing_line", "marketing_telegram"]
        assert await people.consents_missing(unit, customer.id, news, "2") == []


async def test_only_customers_answer_for_themselves(clinic: TestClinic, sales: Actor) -> None:
    customer = await clinic.customer(sales)
    async with clinic.by(sales) as unit:
        async with refused("not_yours"):
            await answer(unit, customer.id, "health_record", given=True)
        async with refused("no_such_purpose"):
            await answer(unit, customer.id, "anything", given=True)
        async with refused("not_yours"):
            await people.withdraw_marketing(unit, language="th", channel="line")

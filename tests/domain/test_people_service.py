"""Who is who: codes bind chats to staff and customers once, the wrong chat can be undone, and consents are kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.database.session import Engine
from domain.errors import DomainError
from domain.notifications.service import notify
from domain.people import service as people
from domain.people import store
from domain.people.model import Customer, Invitation, Joined
from domain.unit import Actor, Unit
from tests.domain.clinic_factory import PHONE, TestClinic, make_clinic, overtaken, refused


@pytest.fixture
async def clinic(engine: Engine) -> TestClinic:
    return await make_clinic(engine)


@pytest.fixture
async def sales(clinic: TestClinic) -> Actor:
    return await clinic.staff("sales", "คุณเจ")


async def make_customer(clinic: TestClinic, sales: Actor, name: str = "นก") -> Customer:
    async with clinic.by(sales) as unit:
        return await people.create_customer(unit, name=name, phone=PHONE, source="t", owner_id=sales.user_id)


async def invite(clinic: TestClinic, sales: Actor, customer: Customer) -> Invitation:
    async with clinic.by(sales) as unit:
        return await people.invite_customer(unit, customer.id, None)


async def enter(clinic: TestClinic, sender: str, code: str, channel: str = "line") -> Joined:
    async with clinic.event(sender, channel) as unit:
        return await people.join(unit, code)


async def count(clinic: TestClinic, table: str) -> int:
    return len(await clinic.rows(f"select id from {table}"))  # noqa: S608 - the test's own words


# Joining


async def test_staff_join_by_code_and_act_in_their_role_from_then_on(clinic: TestClinic) -> None:
    invitation = await clinic.invite("beautician", "คุณมิ้นท์")
    async with clinic.event("mint") as unit:
        assert unit.actor.role == "stranger"
        await people.set_language(unit, "en")
    async with clinic.event("mint") as unit:
        joined = await people.join(unit, invitation.code)
        assert (joined.kind, joined.role, joined.name, joined.again) == ("staff", "beautician", "คุณมิ้นท์", False)
        assert joined.language == "en"  # chosen before there was a name to it
        assert (unit.actor.role, unit.actor.user_id) == ("beautician", invitation.user_id)
    async with clinic.event("mint") as unit:
        assert (unit.actor.role, unit.actor.name) == ("beautician", "คุณมิ้นท์")
    assert await count(clinic, "persons") == 1  # the stranger's empty person is gone
    [fact] = [fact for fact in clinic.facts if fact.kind == "staff_joined"]
    assert (fact.subject_id, fact.data["channel"]) == (invitation.user_id, "line")


async def test_customer_joins_and_the_fact_says_who_where_and_why(clinic: TestClinic, sales: Actor) -> None:
    journey = await clinic.lead(sales)
    async with clinic.by(sales) as unit:
        invitation = await people.invite_customer(unit, journey.customer_id, journey.id)
        assert invitation.expires_at == unit.now + timedelta(hours=24)
    joined = await enter(clinic, "somchai", invitation.code, "telegram")
    assert (joined.kind, joined.customer_id, joined.journey_id) == ("customer", journey.customer_id, journey.id)
    fact = clinic.facts[-1]
    assert (fact.kind, fact.subject_id) == ("customer_joined", journey.customer_id)
    assert fact.data["channel"] == "telegram"
    assert fact.data["display_name"] == "ชื่อในแชต"
    assert (fact.data["journey_id"], fact.data["invitation_id"]) == (str(journey.id), str(invitation.id))


async def test_two_linked_channels_are_one_person(clinic: TestClinic, sales: Actor) -> None:
    customer = await make_customer(clinic, sales)
    for channel in ("line", "telegram"):
        await enter(clinic, "nok", (await invite(clinic, sales, customer)).code, channel)
        async with clinic.event("nok", channel) as unit:
            assert (unit.actor.customer_id, unit.actor.person_id) == (customer.id, customer.person_id)


def spaced(code: str) -> str:
    return f" {code[:4]}-{code[4:7]} {code[7:]}\n"


def by_eye(code: str) -> str:
    return code.replace("0", "O").replace("1", "l").lower()


@pytest.mark.parametrize("typed", [str.lower, spaced, by_eye, lambda code: code.replace("1", "I")])
async def test_codes_are_read_as_people_type_them(clinic: TestClinic, typed: Callable[[str], str]) -> None:
    code = ""
    while not {"0", "1"} <= {*code}:
        code = (await clinic.invite("sales", "ฝน")).code
    assert (await enter(clinic, "fon", typed(code))).name == "ฝน"


async def test_the_code_itself_is_kept_nowhere(clinic: TestClinic) -> None:
    invitation = await clinic.invite("sales", "ฝน")
    [row] = await clinic.rows("select invitations::text as everything from invitations")
    assert invitation.code not in row["everything"]


async def test_the_same_chat_may_press_again_and_nothing_happens_twice(clinic: TestClinic, sales: Actor) -> None:
    invitation = await invite(clinic, sales, await make_customer(clinic, sales))
    assert not (await enter(clinic, "nok", invitation.code)).again
    assert (await enter(clinic, "nok", invitation.code)).again
    assert clinic.kinds().count("customer_joined") == 1


async def test_codes_that_do_not_work_say_why(clinic: TestClinic, sales: Actor) -> None:
    customer = await make_customer(clinic, sales)
    async with refused("code_unknown"):
        await enter(clinic, "nok", "0000000000")
    older = await invite(clinic, sales, customer)
    newer = await invite(clinic, sales, customer)
    async with refused("code_revoked"):
        await enter(clinic, "nok", older.code)
    await clinic.rows("update invitations set expires_at = created_at where id = :id", id=newer.id)
    async with refused("code_expired"):
        await enter(clinic, "nok", newer.code)
    good = await invite(clinic, sales, customer)
    await enter(clinic, "nok", good.code)
    async with refused("code_used"):
        await enter(clinic, "somebody else", good.code)
    former = await clinic.invite("sales", "ฝน")
    await clinic.rows("update users set active = false where id = :id", id=former.user_id)
    async with refused("code_revoked"):
        await enter(clinic, "fon", former.code)


async def test_a_chat_belongs_to_one_customer_and_a_customer_to_one_chat_on_an_account(
    clinic: TestClinic, sales: Actor
) -> None:
    nok, may = await make_customer(clinic, sales), await make_customer(clinic, sales, "เมย์")
    await enter(clinic, "nok", (await invite(clinic, sales, nok)).code)
    async with refused("chat_taken"):
        await enter(clinic, "nok", (await invite(clinic, sales, may)).code)
    async with refused("person_taken"):
        await enter(clinic, "thief", (await invite(clinic, sales, nok)).code)


async def test_staff_put_on_the_second_hat_in_their_own_chat(clinic: TestClinic, sales: Actor) -> None:
    colleague = await clinic.staff("beautician", "แนน", "nan")
    customer = await make_customer(clinic, sales, "แนน")
    joined = await enter(clinic, "nan", (await invite(clinic, sales, customer)).code)
    assert joined.kind == "customer"
    async with clinic.event("nan") as unit:
        hats = (unit.actor.role, unit.actor.user_id, unit.actor.customer_id)
        assert hats == ("beautician", colleague.user_id, customer.id)
    assert await clinic.rows("select id from persons where id = :id", id=customer.person_id) == []


async def test_a_customer_becomes_staff_in_their_own_chat(clinic: TestClinic, sales: Actor) -> None:
    customer = await make_customer(clinic, sales)
    await enter(clinic, "nok", (await invite(clinic, sales, customer)).code)
    await enter(clinic, "nok", (await clinic.invite("sales", "นก")).code)
    async with clinic.event("nok") as unit:
        assert (unit.actor.role, unit.actor.customer_id) == ("sales", customer.id)


async def test_a_customers_code_never_opens_the_door_to_staff_rights(clinic: TestClinic, sales: Actor) -> None:
    manager = await clinic.staff("manager", "พลอย")
    async with clinic.by(sales) as unit:
        customer = await people.create_customer(
            unit, name="พลอย", phone=PHONE, source="t", owner_id=None, person_id=manager.person_id
        )
    async with refused("person_taken"):
        await enter(clinic, "thief", (await invite(clinic, sales, customer)).code)
    # Nor may a colleague who is staff already take over the customer who is staff too.
    await clinic.staff("beautician", "แนน", "nan")
    async with refused("chat_taken"):
        await enter(clinic, "nan", (await invite(clinic, sales, customer)).code)


async def test_one_code_in_two_chats_at_once_binds_one(clinic: TestClinic, sales: Actor) -> None:
    customer = await make_customer(clinic, sales)
    invitation = await invite(clinic, sales, customer)
    first = await clinic.arrives("nok", "line")
    second = await clinic.arrives("thief", "telegram")

    won, lost = await overtaken(
        clinic.engine,
        clinic.working_on(first),
        clinic.working_on(second),
        lambda unit: people.join(unit, invitation.code),
        lambda unit: people.join(unit, invitation.code),
    )
    assert won.customer_id == customer.id
    assert isinstance(lost, DomainError)
    assert lost.code == "code_used"
    bound = await clinic.rows("select id from channel_identities where person_id = :id", id=customer.person_id)
    assert len(bound) == 1


async def test_two_codes_of_one_customer_at_once_cannot_tie_a_stranger_to_a_colleague(
    clinic: TestClinic, sales: Actor
) -> None:
    """The colleague's chat takes the customer over as a second hat while a stranger enters another live code."""
    await clinic.staff("beautician", "แนน", "nan")
    customer = await make_customer(clinic, sales, "แนน")
    codes = [await invite(clinic, sales, customer) for _ in range(2)]
    await clinic.rows("update invitations set revoked_at = null")  # as two salespeople at once would leave them
    first, second = await clinic.arrives("nan"), await clinic.arrives("thief", "telegram")

    _, lost = await overtaken(
        clinic.engine,
        clinic.working_on(first),
        clinic.working_on(second),
        lambda unit: people.join(unit, codes[0].code),
        lambda unit: people.join(unit, codes[1].code),
    )
    assert isinstance(lost, DomainError)
    assert lost.code == "person_taken"


# Undoing


async def test_the_wrong_chat_is_unlinked_and_keeps_nothing_of_the_customer(clinic: TestClinic, sales: Actor) -> None:
    customer = await make_customer(clinic, sales)
    wrong = await invite(clinic, sales, customer)
    await enter(clinic, "wrong", wrong.code)
    async with clinic.event("wrong") as unit:
        await people.set_language(unit, "en")
        unit.conversation = {"handler": "consents", "step": "health", "data": {}}
        assert await notify(unit, [customer.person_id], "payment.receipt", {}) == 1
    async with clinic.by(sales) as unit:
        fresh = await people.unlink_customer(unit, wrong.id)
    async with clinic.event("wrong") as unit:
        assert (unit.actor.role, unit.actor.customer_id) == ("stranger", None)
        assert unit.scene is not None
        assert (unit.scene.handler, unit.scene.language) == (None, "en")
    assert [row["state"] for row in await clinic.rows("select state from outbox")] == ["dropped"]
    assert (await enter(clinic, "right", fresh.code)).customer_id == customer.id
    async with refused("code_revoked"):
        await enter(clinic, "wrong", wrong.code)
    async with clinic.by(sales) as unit, refused("not_linked"):
        await people.unlink_customer(unit, wrong.id)


async def test_unlinking_a_colleague_leaves_them_their_staff_chat(clinic: TestClinic, sales: Actor) -> None:
    nan = await clinic.staff("beautician", "แนน", "nan")
    customer = await make_customer(clinic, sales)
    wrong = await invite(clinic, sales, customer)
    await enter(clinic, "nan", wrong.code)
    async with clinic.by(sales) as unit:
        await people.unlink_customer(unit, wrong.id)
    async with clinic.event("nan") as unit:
        assert (unit.actor.user_id, unit.actor.customer_id) == (nan.user_id, None)


async def test_only_a_used_customer_code_can_be_unlinked_and_only_by_the_desk(
    clinic: TestClinic, sales: Actor
) -> None:
    unused = await invite(clinic, sales, await make_customer(clinic, sales))
    staff_code = await clinic.invite("sales", "ฝน")
    async with clinic.by(sales) as unit, refused("not_linked"):
        await people.unlink_customer(unit, unused.id)
    async with clinic.by(sales) as unit, refused("no_such_invitation"):
        await people.unlink_customer(unit, staff_code.id)
    async with clinic.by(await clinic.staff("doctor", "หมอ")) as unit, refused("not_your_role"):
        await people.unlink_customer(unit, unused.id)


async def test_unbinding_staff_takes_their_chats_and_codes(clinic: TestClinic) -> None:
    nan = await clinic.staff("beautician", "แนน", "nan")
    assert nan.user_id is not None
    async with clinic.by() as unit:
        again = await people.reinvite_staff(unit, nan.user_id)
        assert await people.unbind_staff(unit, nan.user_id) == 1
    async with clinic.event("nan") as unit:
        assert unit.actor.role == "stranger"
    async with refused("code_revoked"):
        await enter(clinic, "nan", again.code)


# Who may, and who exists


async def test_inviting_is_for_those_who_may(clinic: TestClinic, sales: Actor) -> None:
    customer = await make_customer(clinic, sales)
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
    customer, journey = await make_customer(clinic, sales), await clinic.lead(sales)
    invitation = await invite(clinic, sales, customer)
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
        await enter(other, "nok", invitation.code)


async def test_a_journey_of_somebody_else_is_no_reason_for_an_invitation(clinic: TestClinic, sales: Actor) -> None:
    journey, customer = await clinic.lead(sales), await make_customer(clinic, sales)
    async with clinic.by(sales) as unit, refused("no_such_journey"):
        await people.invite_customer(unit, customer.id, journey.id)


async def test_a_phone_may_belong_to_two_people(clinic: TestClinic, sales: Actor) -> None:
    await make_customer(clinic, sales, "นก")
    await make_customer(clinic, sales, "บี")
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
    customer = await make_customer(clinic, sales)
    await enter(clinic, "nok", (await invite(clinic, sales, customer)).code)
    asked = ["health_record", "marketing_line"]
    for given in (True, False):
        async with clinic.event("nok") as unit:
            await answer(unit, customer.id, "health_record", given=given)
            assert await people.consents_missing(unit, customer.id, asked) == ["marketing_line"]
            assert await people.consents_of(unit, customer.id) == {"health_record": given}
    rows = await clinic.rows("select text_hash, event_id, actor_person_id from consents")
    assert len(rows) == 2
    assert {len(row["text_hash"]) for row in rows} == {64}
    assert {row["actor_person_id"] for row in rows} == {customer.person_id}
    assert None not in {row["event_id"] for row in rows}


async def test_one_word_ends_all_news_and_it_is_not_asked_about_again(clinic: TestClinic, sales: Actor) -> None:
    customer = await make_customer(clinic, sales)
    await enter(clinic, "nok", (await invite(clinic, sales, customer)).code)
    async with clinic.event("nok") as unit:
        await answer(unit, customer.id, "marketing_line", given=True)
    async with clinic.event("nok") as unit:
        await people.withdraw_marketing(unit, language="th", channel="line")
        assert await people.consents_of(unit, customer.id) == {"marketing_line": False, "marketing_telegram": False}


async def test_only_customers_answer_for_themselves(clinic: TestClinic, sales: Actor) -> None:
    customer = await make_customer(clinic, sales)
    async with clinic.by(sales) as unit:
        async with refused("not_yours"):
            await answer(unit, customer.id, "health_record", given=True)
        async with refused("no_such_purpose"):
            await answer(unit, customer.id, "anything", given=True)
        async with refused("not_yours"):
            await people.withdraw_marketing(unit, language="th", channel="line")

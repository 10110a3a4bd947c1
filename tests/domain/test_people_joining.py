"""Codes bind chats to staff and customers once, and the wrong chat can be undone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from domain.errors import DomainError
from domain.notifications.service import notify
from domain.people import service as people
from domain.unit import Actor
from tests.domain.clinic_factory import PHONE, TestClinic, overtaken, refused


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
    joined = await clinic.enter("somchai", invitation.code, "telegram")
    assert (joined.kind, joined.customer_id, joined.journey_id) == ("customer", journey.customer_id, journey.id)
    fact = clinic.facts[-1]
    assert (fact.kind, fact.subject_id) == ("customer_joined", journey.customer_id)
    assert fact.data["channel"] == "telegram"
    assert fact.data["display_name"] == "ชื่อในแชต"
    assert (fact.data["journey_id"], fact.data["invitation_id"]) == (str(journey.id), str(invitation.id))


async def test_two_linked_channels_are_one_person(clinic: TestClinic, sales: Actor) -> None:
    customer = await clinic.customer(sales)
    for channel in ("line", "telegram"):
        await clinic.enter("nok", (await clinic.customer_code(sales, customer)).code, channel)
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
    assert (await clinic.enter("fon", typed(code))).name == "ฝน"


async def test_the_code_itself_is_kept_nowhere(clinic: TestClinic) -> None:
    invitation = await clinic.invite("sales", "ฝน")
    [row] = await clinic.rows("select invitations::text as everything from invitations")
    assert invitation.code not in row["everything"]


async def test_the_same_chat_may_press_again_and_nothing_happens_twice(clinic: TestClinic, sales: Actor) -> None:
    invitation = await clinic.customer_code(sales, await clinic.customer(sales))
    assert not (await clinic.enter("nok", invitation.code)).again
    assert (await clinic.enter("nok", invitation.code)).again
    assert clinic.kinds().count("customer_joined") == 1


async def test_codes_that_do_not_work_say_why(clinic: TestClinic, sales: Actor) -> None:
    customer = await clinic.customer(sales)
    async with refused("code_unknown"):
        await clinic.enter("nok", "0000000000")
    older = await clinic.customer_code(sales, customer)
    newer = await clinic.customer_code(sales, customer)
    async with refused("code_revoked"):
        await clinic.enter("nok", older.code)
    await clinic.rows("update invitations set expires_at = created_at where id = :id", id=newer.id)
    async with refused("code_expired"):
        await clinic.enter("nok", newer.code)
    good = await clinic.customer_code(sales, customer)
    await clinic.enter("nok", good.code)
    async with refused("code_used"):
        await clinic.enter("somebody else", good.code)
    former = await clinic.invite("sales", "ฝน")
    await clinic.rows("update users set active = false where id = :id", id=former.user_id)
    async with refused("code_revoked"):
        await clinic.enter("fon", former.code)


async def test_a_chat_belongs_to_one_customer_and_a_customer_to_one_chat_on_an_account(
    clinic: TestClinic, sales: Actor
) -> None:
    nok, may = await clinic.customer(sales), await clinic.customer(sales, "เมย์")
    await clinic.enter("nok", (await clinic.customer_code(sales, nok)).code)
    async with refused("chat_taken"):
        await clinic.enter("nok", (await clinic.customer_code(sales, may)).code)
    async with refused("person_taken"):
        await clinic.enter("thief", (await clinic.customer_code(sales, nok)).code)


async def test_staff_put_on_the_second_hat_in_their_own_chat(clinic: TestClinic, sales: Actor) -> None:
    colleague = await clinic.staff("beautician", "แนน", "nan")
    customer = await clinic.customer(sales, "แนน")
    joined = await clinic.enter("nan", (await clinic.customer_code(sales, customer)).code)
    assert joined.kind == "customer"
    async with clinic.event("nan") as unit:
        hats = (unit.actor.role, unit.actor.user_id, unit.actor.customer_id)
        assert hats == ("beautician", colleague.user_id, customer.id)
    assert await clinic.rows("select id from persons where id = :id", id=customer.person_id) == []


async def test_a_customer_becomes_staff_in_their_own_chat(clinic: TestClinic, sales: Actor) -> None:
    customer = await clinic.customer(sales)
    await clinic.enter("nok", (await clinic.customer_code(sales, customer)).code)
    await clinic.enter("nok", (await clinic.invite("sales", "นก")).code)
    async with clinic.event("nok") as unit:
        assert (unit.actor.role, unit.actor.customer_id) == ("sales", customer.id)


async def test_a_customers_code_never_opens_the_door_to_staff_rights(clinic: TestClinic, sales: Actor) -> None:
    manager = await clinic.staff("manager", "พลอย")
    async with clinic.by(sales) as unit:
        customer = await people.create_customer(
            unit, name="พลอย", phone=PHONE, source="t", owner_id=None, person_id=manager.person_id
        )
    async with refused("person_taken"):
        await clinic.enter("thief", (await clinic.customer_code(sales, customer)).code)
    # Nor may a colleague who is staff already take over the customer who is staff too.
    await clinic.staff("beautician", "แนน", "nan")
    async with refused("chat_taken"):
        await clinic.enter("nan", (await clinic.customer_code(sales, customer)).code)


async def test_one_code_in_two_chats_at_once_binds_one(clinic: TestClinic, sales: Actor) -> None:
    customer = await clinic.customer(sales)
    invitation = await clinic.customer_code(sales, customer)
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
    customer = await clinic.customer(sales, "แนน")
    codes = [await clinic.customer_code(sales, customer) for _ in range(2)]
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
    customer = await clinic.customer(sales)
    wrong = await clinic.customer_code(sales, customer)
    await clinic.enter("wrong", wrong.code)
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
    assert (await clinic.enter("right", fresh.code)).customer_id == customer.id
    async with refused("code_revoked"):
        await clinic.enter("wrong", wrong.code)
    async with clinic.by(sales) as unit, refused("not_linked"):
        await people.unlink_customer(unit, wrong.id)


async def test_unlinking_a_colleague_leaves_them_their_staff_chat(clinic: TestClinic, sales: Actor) -> None:
    nan = await clinic.staff("beautician", "แนน", "nan")
    customer = await clinic.customer(sales)
    wrong = await clinic.customer_code(sales, customer)
    await clinic.enter("nan", wrong.code)
    async with clinic.by(sales) as unit:
        await people.unlink_customer(unit, wrong.id)
    async with clinic.event("nan") as unit:
        assert (unit.actor.user_id, unit.actor.customer_id) == (nan.user_id, None)


async def test_only_a_used_customer_code_can_be_unlinked_and_only_by_the_desk(clinic: TestClinic, sales: Actor) -> None:
    unused = await clinic.customer_code(sales, await clinic.customer(sales))
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
        await clinic.enter("nan", again.code)

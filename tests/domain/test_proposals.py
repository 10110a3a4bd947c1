"""Plans: sent in versions at the clinic's prices, answered by the customer alone, once, and of what they saw."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.database.session import Engine
from domain.errors import DomainError
from domain.unit import Actor, Unit
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView, Proposal, ProposalState, Stage, Wanted
from tests.domain.clinic_factory import TestClinic, overtaken, pay, refused

COURSE, PICO = 550_000, 350_000


def customer_of(journey: JourneyView) -> Actor:
    return Actor("customer", journey.customer_person_id, None, journey.customer_id, "นก")


async def wanted(clinic: TestClinic, *lines: tuple[str, int]) -> list[Wanted]:
    return [Wanted(await clinic.treatment(code), sessions) for code, sessions in lines]


async def send(unit: Unit, journey: JourneyView, lines: list[Wanted], **terms: Any) -> Proposal:
    terms = {"version": journey.version, "valid_until": unit.now + timedelta(days=14), **terms}
    return await workflow.send_proposal(unit, journey.id, wanted=lines, **terms)


async def sent(
    clinic: TestClinic, sales: Actor, *lines: tuple[str, int], code: str = "FAC-HYD", **terms: Any
) -> tuple[JourneyView, Proposal]:
    """A journey (scanned if its treatment needs it) whose plan was sent."""
    journey = await clinic.lead(sales, code)
    if journey.scan_required:
        await clinic.put(journey.id, "scanned")
    bought = await wanted(clinic, *(lines or ((code, 1),)))
    async with clinic.by(sales) as unit:
        proposal = await send(unit, journey, bought, **terms)
        return await workflow.journey_view(unit, journey.id), proposal


async def test_a_plan_has_the_clinics_prices_and_becomes_what_is_agreed(clinic: TestClinic, sales: Actor) -> None:
    journey, plan = await sent(clinic, sales, ("FAC-HYD", 5), ("ACN", 1), minimum_satang=200_000)
    assert (journey.stage, journey.agreed_satang, journey.minimum_satang) == (Stage.PROPOSAL_SENT, 649_000, 200_000)
    assert (plan.version, plan.state, plan.total_satang) == (1, ProposalState.SENT, 649_000)
    assert [(line.treatment["en"], line.sessions, line.price_satang) for line in plan.lines] == [
        ("Hydrating facial", 5, COURSE),
        ("Acne facial + extraction", 1, 99_000),
    ]
    assert journey.deposit_due_satang == 200_000
    async with clinic.by(sales) as unit:
        assert await workflow.plan_lines(unit, journey.id) == plan.lines


async def test_a_scan_that_led_to_a_plan_becomes_the_plans_treatment(clinic: TestClinic, sales: Actor) -> None:
    journey, _ = await sent(clinic, sales, ("PICO", 1), code="SCN")
    assert journey.treatment["en"] == "Pico laser"
    other = await clinic.lead(sales, "SCN")
    await clinic.put(other.id, "scanned")
    async with refused("open_journey", journey_id=str(journey.id)), clinic.by(sales) as unit:
        await send(unit, other, await wanted(clinic, ("PICO", 1)))


@pytest.mark.parametrize(
    ("lines", "terms", "code"),
    [
        ([], {}, "no_lines"),
        ([("FAC-HYD", 1)] * 9, {}, "too_many_lines"),
        ([("FAC-HYD", 3)], {}, "no_such_package"),
        ([("SCN", 1)], {}, "scan_needed"),
        ([("PICO", 1)], {}, "scan_needed"),
        ([("FAC-HYD", 1)], {"minimum_satang": 0}, "bad_minimum"),
        ([("FAC-HYD", 1)], {"minimum_satang": 129_001}, "bad_minimum"),
        ([("FAC-HYD", 1)], {"version": 7}, "outdated"),
    ],
)
async def test_what_is_no_plan(
    clinic: TestClinic, sales: Actor, lines: list[tuple[str, int]], terms: dict[str, Any], code: str
) -> None:
    journey = await clinic.lead(sales)
    bought = await wanted(clinic, *lines)
    async with refused(code), clinic.by(sales) as unit:
        await send(unit, journey, bought, **terms)


async def test_a_plan_costs_something_and_holds_for_a_while(clinic: TestClinic, sales: Actor) -> None:
    journey = await clinic.lead(sales, "SCN")
    await clinic.put(journey.id, "scanned")
    free = await wanted(clinic, ("SCN", 1))
    async with refused("empty_plan"), clinic.by(sales) as unit:
        await send(unit, journey, free)
    async with refused("in_the_past"), clinic.by(sales) as unit:
        await send(unit, journey, await wanted(clinic, ("PICO", 1)), valid_until=unit.now)


async def test_money_on_a_plan_keeps_it(clinic: TestClinic, sales: Actor) -> None:
    journey, _ = await sent(clinic, sales)
    async with clinic.by(sales) as unit:
        journey = (await pay(unit, journey, 50_000)).journey
    lines = await wanted(clinic, ("ACN", 1))
    async with refused("plan_paid"), clinic.by(sales) as unit:
        await send(unit, journey, lines)


async def test_only_sales_offer_plans(clinic: TestClinic, sales: Actor) -> None:
    journey = await clinic.lead(sales)
    lines = await wanted(clinic, ("FAC-HYD", 1))
    for role in ("manager", "beautician", "doctor"):
        async with refused("not_your_role"), clinic.by(await clinic.staff(role, role)) as unit:
            await send(unit, journey, lines)


# Answers


async def test_the_customer_accepts_once(clinic: TestClinic, sales: Actor) -> None:
    journey, plan = await sent(clinic, sales)
    async with clinic.by(customer_of(journey)) as unit:
        assert (await workflow.accept_proposal(unit, plan.id)).state is ProposalState.ACCEPTED
    async with refused("proposal_answered"), clinic.by(customer_of(journey)) as unit:
        await workflow.accept_proposal(unit, plan.id)
    moves = await clinic.audit(journey.id)
    assert moves[-1] == ("accept_proposal", "proposal_sent", "proposal_sent", 3, "customer")
    assert clinic.kinds().count("proposal_accepted") == 1


async def test_two_accepts_at_once_are_one(clinic: TestClinic, sales: Actor, engine: Engine) -> None:
    journey, plan = await sent(clinic, sales)

    async def accept(unit: Unit) -> Proposal:
        return await workflow.accept_proposal(unit, plan.id)

    by = customer_of(journey)
    won, late = await overtaken(engine, clinic.by(by), clinic.by(by), accept, accept)
    assert (won.state, late.code) == (ProposalState.ACCEPTED, "proposal_answered")


async def test_a_new_version_overtakes_an_accept(clinic: TestClinic, sales: Actor, engine: Engine) -> None:
    journey, plan = await sent(clinic, sales)
    lines = await wanted(clinic, ("FAC-HYD", 5))
    newer, late = await overtaken(
        engine,
        clinic.by(sales),
        clinic.by(customer_of(journey)),
        lambda unit: send(unit, journey, lines),
        lambda unit: workflow.accept_proposal(unit, plan.id),
    )
    assert (newer.version, late.code) == (2, "proposal_replaced")
    async with clinic.by() as unit:
        assert await workflow.current_proposal(unit, journey.id) == newer
        assert (await workflow.proposal(unit, plan.id)).state is ProposalState.REPLACED


async def test_an_accept_overtakes_a_new_version(clinic: TestClinic, sales: Actor, engine: Engine) -> None:
    journey, plan = await sent(clinic, sales)
    lines = await wanted(clinic, ("FAC-HYD", 5))
    _, late = await overtaken(
        engine,
        clinic.by(customer_of(journey)),
        clinic.by(sales),
        lambda unit: workflow.accept_proposal(unit, plan.id),
        lambda unit: send(unit, journey, lines),
    )
    assert late.code == "outdated"


async def test_nobody_else_answers(clinic: TestClinic, sales: Actor) -> None:
    journey, plan = await sent(clinic, sales)
    stranger = Actor("customer", journey.customer_id, None, UUID(int=1), "ใคร")
    for actor in (stranger, sales):
        async with refused("not_yours"), clinic.by(actor) as unit:
            await workflow.accept_proposal(unit, plan.id)
    async with refused("not_yours"), clinic.by(stranger) as unit:
        await workflow.ask_about_proposal(unit, plan.id)


async def test_an_answer_in_person_is_written_down_as_such(clinic: TestClinic, sales: Actor) -> None:
    journey, plan = await sent(clinic, sales)
    mint = await clinic.staff("beautician", "มิ้นท์")
    for actor, code in ((mint, "not_your_role"), (customer_of(journey), "not_your_role")):
        async with refused(code), clinic.by(actor) as unit:
            await workflow.accept_proposal(unit, plan.id, in_person=True)
    own = Actor("sales", journey.customer_person_id, sales.user_id, journey.customer_id, "คุณเจ")
    async with refused("not_yours"), clinic.by(own) as unit:
        await workflow.accept_proposal(unit, plan.id, in_person=True)
    async with clinic.by(sales) as unit:
        await workflow.accept_proposal(unit, plan.id, in_person=True)
    [row] = await clinic.rows("select reason, actor_user_id from workflow_actions where action = 'accept_proposal'")
    assert [*row.values()] == ["accepted in person", sales.user_id]


async def test_after_its_last_day_a_plan_is_not_accepted(clinic: TestClinic, sales: Actor) -> None:
    journey, plan = await sent(clinic, sales)
    for actor, code in ((customer_of(journey), "proposal_expired"), (sales, "quote_expired")):
        async with refused(code), clinic.by(actor) as unit:
            unit.now = plan.valid_until
            await workflow.accept_proposal(unit, plan.id, in_person=actor is sales)


async def test_not_now_can_become_yes(clinic: TestClinic, sales: Actor) -> None:
    journey, plan = await sent(clinic, sales)
    async with clinic.by(customer_of(journey)) as unit:
        await workflow.decline_proposal(unit, plan.id)
    async with refused("proposal_answered"), clinic.by(customer_of(journey)) as unit:
        await workflow.decline_proposal(unit, plan.id)
    async with clinic.by(customer_of(journey)) as unit:
        assert (await workflow.accept_proposal(unit, plan.id)).state is ProposalState.ACCEPTED


async def test_a_paid_plan_needs_no_answer(clinic: TestClinic, sales: Actor) -> None:
    journey, plan = await sent(clinic, sales)
    async with clinic.by(sales) as unit:
        await pay(unit, journey)
    async with refused("plan_closed"), clinic.by(customer_of(journey)) as unit:
        await workflow.accept_proposal(unit, plan.id)


# Deposits


async def test_the_journey_moves_at_the_deposit_and_the_rest_may_come_later(clinic: TestClinic, sales: Actor) -> None:
    journey, _ = await sent(clinic, sales, ("FAC-HYD", 5), minimum_satang=275_000)
    async with clinic.by(sales) as unit:
        first = (await pay(unit, journey, 274_999)).journey
        assert first.stage is Stage.PROPOSAL_SENT
        second = (await pay(unit, first, 1)).journey
        assert (second.stage, second.due_satang) == (Stage.PAYMENT_CONFIRMED, 275_000)
        assert [each.id for each in await workflow.journeys_to_pay(unit)] == [journey.id]
        with pytest.raises(DomainError, match="more_than_due"):
            await pay(unit, second, 275_001)
    async with clinic.by(sales) as unit:
        rest = (await pay(unit, second, 275_000)).journey
        assert (rest.stage, rest.due_satang) == (Stage.PAYMENT_CONFIRMED, 0)
        assert await workflow.journeys_to_pay(unit) == []

"""What follows from the manager's acts: points taken back, points by hand, a clinic's own rules, its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.automation import service as automation
from domain.automation.model import Condition, Op
from domain.automation.rules import holds
from domain.database.session import Engine
from domain.loyalty import service as loyalty
from domain.overview import service as overview
from domain.reactions import react
from domain.tasks import service as tasks
from domain.unit import Actor
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView
from tests.domain.clinic_factory import refused
from tests.domain.small_clinic import NOON, Person, SmallClinic, small_clinic

TOLD = '{"th": "ยอดใหญ่", "en": "Large"}'


@pytest.fixture
async def clinic(engine: Engine) -> SmallClinic:
    return await small_clinic(engine, react)


def staff(role: str, person: Person) -> Actor:
    return Actor(role, person.person_id, person.id, None, role)


async def lead(clinic: SmallClinic, customer: Person) -> JourneyView:
    async with clinic.at(NOON, staff("sales", clinic.sales)) as unit:
        return await workflow.create_lead(
            unit, name="นก", phone=None, treatment_id=clinic.treatment_id, source="ads", customer_id=customer.id
        )


async def paid(clinic: SmallClinic, customer: Person) -> JourneyView:
    journey = await lead(clinic, customer)
    async with clinic.at(NOON, staff("sales", clinic.sales)) as unit:
        result = await workflow.confirm_payment(
            unit, journey.id, version=journey.version, amount_satang=129_000, method="cash"
        )
        return result.journey


async def void(clinic: SmallClinic, journey: JourneyView) -> None:
    async with clinic.at(NOON, staff("manager", clinic.manager)) as unit:
        asked = await workflow.request_void(unit, journey.id, version=journey.version, reason="สลิปปลอม")
    async with clinic.at(NOON, staff("sales", clinic.sales)) as unit:
        await workflow.approve(unit, asked.id)


async def books_agree(clinic: SmallClinic, customer: Person) -> tuple[int, int, int]:
    """(usable, pending, owed), the same by replay and in the cache; signed rows add up to what is there."""
    async with clinic.at() as unit:
        shown = await loyalty.balance(unit, customer.id)
        account = await loyalty.enrol(unit, customer.id)
        assert await loyalty.replay(unit, account) == shown
    [row] = await clinic.rows(
        "select (select coalesce(sum(points), 0) from point_transactions where account_id = p.id) as signed,"
        " p.pending_points + p.active_points - p.debt_points as there from loyalty_profiles p where customer_id = :c",
        c=customer.id,
    )
    assert row.signed == row.there
    return shown.usable, shown.pending, shown.debt


# Points


async def test_a_void_cancels_what_was_pending_and_tells_the_customer(clinic: SmallClinic) -> None:
    nok = await clinic.customer()
    journey = await paid(clinic, nok)
    assert await books_agree(clinic, nok) == (100, 51, 0)
    await void(clinic, journey)
    assert await books_agree(clinic, nok) == (100, 0, 0)
    [told] = await clinic.rows("select content from outbox where notice_kind = 'payment.voided'")
    assert (told.content["points"], told.content["receipts"], told.content["scheduled"]) == (51, [1], False)


async def test_a_void_claws_back_what_was_usable_once_and_the_rest_is_owed(clinic: SmallClinic) -> None:
    nok = await clinic.customer()
    journey = await paid(clinic, nok)
    await treated(clinic, journey)
    async with clinic.at() as unit:
        await loyalty.adjust(unit, nok.id, -120, "adj:t", "spent")
    assert await books_agree(clinic, nok) == (31, 0, 0)
    request = uuid4()
    for taken in (51, 51):
        async with clinic.at() as unit:
            done = await loyalty.undo_payments(unit, journey_id=journey.id, customer_id=nok.id, void_id=request)
            assert done == taken
    assert await books_agree(clinic, nok) == (0, 0, 20)
    [spend] = await clinic.rows("select sum(tier_spend_satang) as satang from point_lots")
    assert spend.satang == 0


async def test_a_void_leaves_what_is_set_aside_for_a_reward_and_owes_the_rest_until_it_comes_back(
    clinic: SmallClinic,
) -> None:
    nok = await clinic.customer()
    journey = await paid(clinic, nok)
    await treated(clinic, journey)
    redemption = uuid4()
    async with clinic.at() as unit:
        await loyalty.hold(unit, await loyalty.enrol(unit, nok.id), redemption, 120, {"th": "ก", "en": "A"})
    async with clinic.at() as unit:
        await loyalty.undo_payments(unit, journey_id=journey.id, customer_id=nok.id, void_id=uuid4())
    assert await books_agree(clinic, nok) == (0, 0, 20)
    async with clinic.at() as unit:
        await loyalty.release(unit, await loyalty.enrol(unit, nok.id), redemption)
    assert await books_agree(clinic, nok) == (100, 0, 20)


async def treated(clinic: SmallClinic, journey: JourneyView) -> None:
    """The points of the journey's only treatment are usable."""
    async with clinic.at() as unit:
        await loyalty.activate_for_completion(
            unit,
            journey_id=journey.id,
            customer_id=journey.customer_id,
            completion_id=uuid4(),
            line_id=journey.id,  # without a plan, the one line is the journey itself
        )


async def test_points_by_hand_have_a_cap_and_are_never_ones_own(clinic: SmallClinic) -> None:
    nok = await clinic.customer()
    manager = staff("manager", clinic.manager)
    async with clinic.at(NOON, manager) as unit:
        await loyalty.adjust(unit, nok.id, 1_500, "adj:1", "gift")
        await loyalty.adjust(unit, nok.id, -400, "adj:2", "too much")
        async with refused("adjust_cap", cap=2_000, left=100):
            await loyalty.adjust(unit, nok.id, 101, "adj:3", "gift")
        await loyalty.adjust(unit, nok.id, 100, "adj:3", "gift")
        unit.now += timedelta(days=1)
        async with refused("too_few_points", usable=1_300):
            await loyalty.adjust(unit, nok.id, -1_301, "adj:4", "x")
    assert await books_agree(clinic, nok) == (1_300, 0, 0)
    me = Actor("manager", nok.person_id, clinic.manager.id, nok.id, "manager")
    async with clinic.at(NOON, me) as unit, refused("own_account"):
        await loyalty.adjust(unit, nok.id, 1, "adj:5", "gift")


# A clinic's own rules


@pytest.mark.parametrize(
    ("conditions", "facts", "expected"),
    [
        ([], {}, True),
        ([Condition("a", Op.EQ, "x")], {"a": "x"}, True),
        ([Condition("a", Op.EQ, 1)], {"a": True}, False),
        ([Condition("a", Op.NE, "x")], {}, True),
        ([Condition("a", Op.GTE, 5)], {"a": 5}, True),
        ([Condition("a", Op.GTE, 5)], {"a": "6"}, False),
        ([Condition("a", Op.LTE, 5)], {}, False),
        ([Condition("a", Op.IN, ["x", "y"])], {"a": "y"}, True),
        ([Condition("a", Op.IN, ["x"]), Condition("b", Op.EQ, 1)], {"a": "x", "b": 2}, False),
    ],
)
def test_conditions_are_comparisons_and_nothing_else(
    conditions: list[Condition], facts: Mapping[str, Any], expected: bool
) -> None:
    assert holds(conditions, facts) is expected


async def rule(clinic: SmallClinic, action: str, conditions: str = "[]", params: str = TOLD) -> None:
    await clinic.change(
        "insert into automation_rules (clinic_id, key, name_th, name_en, fact, conditions, action, params, active)"
        " values (:clinic, :key, 'กฎ', 'Rule', 'payment_confirmed', cast(:if as jsonb), :action,"
        " cast(:params as jsonb), true)",
        **{"clinic": clinic.id, "key": action, "if": conditions, "action": action, "params": params},
    )


async def test_a_rule_runs_once_for_a_fact_if_all_holds(clinic: SmallClinic) -> None:
    await rule(
        clinic,
        "notify_managers",
        '[{"field": "amount_satang", "op": "gte", "value": 129000}, {"field": "tier", "op": "eq", "value": "bronze"},'
        ' {"field": "treatment", "op": "in", "value": ["FAC-HYD"]}, {"field": "source", "op": "eq", "value": "ads"}]',
    )
    await rule(clinic, "notify_owner", '[{"field": "amount_satang", "op": "gte", "value": 129001}]')
    await paid(clinic, await clinic.customer())
    [told] = await clinic.rows("select person_id, content from outbox where notice_kind = 'automation.notice'")
    assert (told.person_id, told.content["amount_satang"]) == (clinic.manager.person_id, 129_000)
    [fact] = await clinic.rows("select id from workflow_events where kind = 'payment_confirmed'")
    [run] = await clinic.rows("select fact_id from automation_runs")
    assert run.fact_id == fact.id


async def test_rules_hold_journeys_and_give_points(clinic: SmallClinic) -> None:
    await rule(clinic, "set_hold")
    await rule(clinic, "give_points", params='{"points": 25}')
    nok = await clinic.customer()
    await paid(clinic, nok)
    assert await books_agree(clinic, nok) == (125, 51, 0)
    assert [row.on_hold for row in await clinic.rows("select on_hold from workflow_states")] == [True]


async def test_a_rule_that_breaks_undoes_only_itself_and_is_off(clinic: SmallClinic) -> None:
    await rule(clinic, "give_points", params='{"points": "many"}')
    await rule(clinic, "notify_managers")
    await paid(clinic, await clinic.customer())
    assert len(await clinic.rows("select id from payments")) == 1
    off = await clinic.rows("select key, active from automation_rules order by key")
    assert [tuple(row) for row in off] == [("give_points", False), ("notify_managers", True)]
    kinds = [row.notice_kind for row in await clinic.rows("select notice_kind from outbox order by seq")]
    assert [kind for kind in kinds if kind.startswith("automation")] == ["automation.broken", "automation.notice"]
    assert len(await clinic.rows("select id from automation_runs")) == 1


async def test_a_rule_is_switched_as_it_was_seen(clinic: SmallClinic) -> None:
    await rule(clinic, "set_hold")
    async with clinic.at(NOON, staff("sales", clinic.sales)) as unit, refused("not_your_role"):
        await automation.rules(unit)
    async with clinic.at(NOON, staff("manager", clinic.manager)) as unit:
        [found] = await automation.rules(unit)
        async with refused("outdated"):
            await automation.switch(unit, found.id, active=False, version=9)
        off = await automation.switch(unit, found.id, active=False, version=1)
        assert (off.active, off.changed_by_name) == (False, "manager")
        async with refused("no_such_rule"):
            await automation.rule(unit, uuid4())


# Numbers


async def test_statistics_of_an_empty_clinic_and_of_one_treatment(clinic: SmallClinic) -> None:
    manager = staff("manager", clinic.manager)
    async with clinic.at(NOON, manager) as unit:
        empty = await overview.statistics(unit)
    assert [stage.count for stage in empty.stages] == [0] * 11
    assert [step.median_minutes for step in empty.handoff] == [None] * 3
    journey = await paid(clinic, await clinic.customer())
    task_id = await scheduled(clinic, journey)
    beautician = staff("beautician", clinic.beautician)
    async with clinic.at(NOON + timedelta(minutes=4), beautician) as unit:
        await tasks.accept(unit, task_id)
    async with clinic.at(NOON + timedelta(minutes=10), beautician) as unit:
        await workflow.they_are_here(unit, task_id)
        await workflow.signed_on_paper(unit, task_id, language="th", text="…")
        await workflow.start_treatment(unit, task_id)
    async with clinic.at(NOON + timedelta(minutes=70), beautician) as unit:
        await workflow.complete_treatment(unit, task_id, "ผิวดี ทายาครบทุกขั้นตอน")
    async with clinic.at(NOON + timedelta(hours=2), manager) as unit:
        found = await overview.statistics(unit)
        async with clinic.at(NOON, staff("sales", clinic.sales)) as other, refused("not_your_role"):
            await overview.statistics(other)
    assert (found.confirmed_satang, found.payments, found.treatments) == (129_000, 1, 1)
    assert [(step.step, step.count, step.median_minutes, step.p90_minutes) for step in found.handoff] == [
        ("paid_to_accepted", 1, 4.0, 4.0),
        ("accepted_to_started", 1, 6.0, 6.0),
        ("paid_to_started", 1, 10.0, 10.0),
    ]
    stages = {stage.stage: stage for stage in found.stages}
    assert stages["treatment_completed"].count == 1
    assert (stages["treatment_started"].avg_hours, stages["treatment_started"].p90_hours) == (1.0, 1.0)


async def scheduled(clinic: SmallClinic, journey: JourneyView) -> UUID:
    async with clinic.at(NOON, staff("sales", clinic.sales)) as unit:
        await workflow.schedule(unit, journey.id, version=journey.version, at=NOON)
        task = await tasks.open_for_journey(unit, journey.id)
    assert task is not None
    return task.id


async def test_another_clinics_numbers_are_nobodys(clinic: SmallClinic, engine: Engine) -> None:
    other = await small_clinic(engine)
    await paid(clinic, await clinic.customer())
    [row] = await other.rows("select sum(count) as many from get_workflow_stats(:other)", other=clinic.id)
    assert row.many == 0


async def test_the_audit_says_who_what_from_to_and_why(clinic: SmallClinic) -> None:
    journey = await paid(clinic, await clinic.customer())
    await void(clinic, journey)
    async with clinic.at(NOON, staff("manager", clinic.manager)) as unit:
        lines = {line.kind: line for line in await overview.audit(unit)}
    voided = lines["void_payment"]
    assert (voided.by, voided.about, voided.before, voided.after, voided.reason) == (
        "sales",
        "นก",
        "payment_confirmed",
        "proposal_sent",
        "สลิปปลอม",
    )
    assert (lines["approval_decided"].by, lines["approval_decided"].after) == ("sales", "approved")

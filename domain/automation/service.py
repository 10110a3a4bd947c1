"""Use cases of automation: run what a clinic's rules say of a fact, list the rules, switch them.

A rule runs in the transaction of its fact, once for a fact. One that breaks undoes only itself, is switched off, and
the managers hear of it; what happened in the clinic stands.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

import structlog

from domain.automation import store
from domain.automation.model import CONTEXT, FACTS, MOST_POINTS, Deed, Rule
from domain.automation.rules import holds
from domain.clinics import service as clinics
from domain.database.errors import is_passing
from domain.errors import DomainError
from domain.loyalty import service as loyalty
from domain.notifications.service import notify
from domain.people import service as people
from domain.people.model import Role
from domain.unit import Fact, Unit
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView

_log = structlog.get_logger(__name__)


async def run(unit: Unit, fact: Fact) -> None:
    """Run the clinic's rules for a fact of the unit."""
    if fact.kind not in FACTS:
        return
    for rule in await store.active(unit.db, unit.clinic.id, fact.kind):
        await _run(unit, rule, fact)


async def rules(unit: Unit) -> list[Rule]:
    """Every rule of the clinic. For managers, else `not_your_role`."""
    _manager(unit)
    return await store.rules(unit.db, unit.clinic.id)


async def rule(unit: Unit, rule_id: UUID) -> Rule:
    """One rule; DomainErrors `not_your_role`, `no_such_rule`."""
    _manager(unit)
    return _found(await store.rule(unit.db, unit.clinic.id, rule_id))


async def switch(unit: Unit, rule_id: UUID, *, active: bool, version: int) -> Rule:
    """Switch a rule on or off, as the manager saw it. DomainErrors `not_your_role`, `no_such_rule`, `outdated`."""
    _manager(unit)
    found = _found(await store.rule(unit.db, unit.clinic.id, rule_id, lock=True))
    if found.active == active:
        return found
    if found.version != version:
        raise DomainError("outdated")
    changed = {"active": active, "changed_by": unit.actor.user_id, "changed_at": unit.now}
    await store.switch(unit.db, unit.clinic.id, rule_id, **changed)
    unit.record("automation_switched", rule_id, key=found.key, active=active)
    return await rule(unit, rule_id)


async def _run(unit: Unit, rule: Rule, fact: Fact) -> None:
    before = len(unit.facts), len(unit.outbox), dict(unit.timers)
    try:
        async with store.savepoint(unit.db):
            journey = await _journey(unit, fact)
            known = {**fact.data, **await _context(unit, rule, fact, journey)}
            if holds(rule.conditions, known) and await store.first_run(
                unit.db, unit.clinic.id, rule.id, fact.id, unit.now
            ):
                await DEEDS[rule.action](unit, rule, fact, journey)
    except Exception as error:  # a clinic's own rule, whatever it does, never undoes what happened in the clinic
        if is_passing(error):
            raise  # no fault of the rule's: the whole unit is tried again
        del unit.facts[before[0] :], unit.outbox[before[1] :]
        unit.timers.clear()
        unit.timers.update(before[2])
        _log.warning("automation.broke", rule=rule.key, exc_info=error)
        await _switch_off(unit, rule)


async def _switch_off(unit: Unit, rule: Rule) -> None:
    off = {"active": False, "changed_by": None, "changed_at": unit.now}
    await store.switch(unit.db, unit.clinic.id, rule.id, **off)
    unit.record("automation_broken", rule.id, key=rule.key)
    facts = {"rule_id": str(rule.id), "rule": rule.names}
    await notify(unit, await _managers(unit), "automation.broken", facts)


async def _journey(unit: Unit, fact: Fact) -> JourneyView | None:
    journey_id = fact.data.get("journey_id")
    return await workflow.journey_view(unit, UUID(journey_id)) if journey_id else None


async def _context(unit: Unit, rule: Rule, fact: Fact, journey: JourneyView | None) -> dict[str, Any]:
    """Those fields of `CONTEXT` that the rule asks for; a fact's own data of that name goes first."""
    asked = {condition.field for condition in rule.conditions} & {*CONTEXT} - {*fact.data}
    if not asked or journey is None:
        return {}
    sold = {treatment.id: treatment.code for treatment in await clinics.treatments(unit)}
    known = {
        "tier": journey.tier,
        "treatment": sold.get(journey.treatment_id, ""),
        "stage": str(journey.stage),
        "source": journey.source,
    }
    return {name: known[name] for name in asked}


async def _tell_owner(unit: Unit, rule: Rule, fact: Fact, journey: JourneyView | None) -> None:
    """The journey's owner; without one that works here, the managers."""
    here = {member.person_id for member in await people.staff_of_role(unit, (Role.SALES, Role.MANAGER))}
    owner = journey.owner_person_id if journey else None
    persons = [owner] if owner in here else await _managers(unit)
    await notify(unit, [person for person in persons if person], "automation.notice", _told(rule, fact, journey))


async def _tell_managers(unit: Unit, rule: Rule, fact: Fact, journey: JourneyView | None) -> None:
    await notify(unit, await _managers(unit), "automation.notice", _told(rule, fact, journey))


async def _set_hold(unit: Unit, rule: Rule, fact: Fact, journey: JourneyView | None) -> None:
    if journey is not None:
        await workflow.set_hold(unit, journey.id, reason=rule.key)


async def _give_points(unit: Unit, rule: Rule, fact: Fact, journey: JourneyView | None) -> None:
    points = min(int(rule.params["points"]), MOST_POINTS)
    key = f"auto:{rule.id}:{fact.id}"
    await loyalty.award(unit, UUID(fact.data["customer_id"]), points, key, "automation", name=rule.names)


Act = Callable[[Unit, Rule, Fact, JourneyView | None], Awaitable[None]]
DEEDS: Final[Mapping[Deed, Act]] = {
    Deed.NOTIFY_OWNER: _tell_owner,
    Deed.NOTIFY_MANAGERS: _tell_managers,
    Deed.SET_HOLD: _set_hold,
    Deed.GIVE_POINTS: _give_points,
}


def _told(rule: Rule, fact: Fact, journey: JourneyView | None) -> dict[str, Any]:
    about: dict[str, Any] = {"journey_id": None}
    if journey is not None:
        about = {"journey_id": str(journey.id), "name": journey.customer_name, "treatment": dict(journey.treatment)}
    text = {"th": rule.params.get("th", ""), "en": rule.params.get("en", "")}
    amount = fact.data.get("amount_satang")
    return {
        "rule": rule.names,
        "text": text,
        "amount_satang": amount,
        **about,
    }


async def _managers(unit: Unit) -> list[UUID]:
    return [member.person_id for member in await people.staff_of_role(unit, (Role.MANAGER,))]


def _manager(unit: Unit) -> None:
    if unit.actor.role != Role.MANAGER:
        raise DomainError("not_your_role")


def _found(rule: Rule | None) -> Rule:
    if rule is None:
        raise DomainError("no_such_rule")
    return rule

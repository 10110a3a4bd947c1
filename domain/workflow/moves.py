"""How a journey is held and moved: locked, checked by the rules, a version up, and written down.

Used by the use cases in `service.py` and `leads.py`; nothing else changes a stage.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from domain.errors import DomainError
from domain.people.model import Role
from domain.tasks import service as tasks
from domain.unit import Unit
from domain.workflow import store
from domain.workflow.model import GIVEN_UP, UNPAID_STAGES, WORK_STAGES, Action, Journey, JourneyView, Stage
from domain.workflow.rules import TRANSITIONS, next_stage

IDLE_TIMER: Final = "journey.idle"
IDLE_AFTER: Final = timedelta(days=60)
"""A journey before its payment that nobody moves for so long is lost (C1, T14)."""

_TOLD: Final = frozenset({Action.CANCEL_APPOINTMENT, Action.NO_SHOW})
"""Whoever had accepted the task hears of these with the news of the appointment."""


async def journey_view(unit: Unit, journey_id: UUID) -> JourneyView:
    """One journey, else DomainError `no_such_journey`."""
    found = await store.view(unit.db, unit.clinic.id, journey_id)
    if found is None:
        raise DomainError("no_such_journey")
    return found


async def move(
    unit: Unit,
    journey: Journey,
    action: Action,
    *,
    stays: bool = False,
    acting: Role | None = None,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Stage:
    """The one place where a locked journey changes: checked by the rules, a version up, and written down.

    `stays`: the action counts, but not yet enough for the next stage (a part payment). `acting`: the role whose move
    it is, where it follows from what somebody did rather than being it. `reason` and `data` (JSON-able) go into the
    audit trail, `changes` into the journey's row. Tasks that only the stage called for end with it.
    """
    target = next_stage(journey.stage, action, acting or role(unit))
    stage = journey.stage if stays else target
    if stage is not journey.stage:
        changes |= {"stage": stage, "stage_changed_at": unit.now}
        await tasks.close_desk_tasks(unit, journey.id, done=stage not in GIVEN_UP)
    version = journey.version + 1
    await store.change(unit.db, unit.clinic.id, journey.id, version=version, **changes)
    await write_action(unit, journey.id, action, journey.stage, stage, version=version, reason=reason, data=data or {})
    if journey.stage in WORK_STAGES and stage not in WORK_STAGES:
        await tasks.cancel_open(unit, journey.id, told=action in _TOLD)
    watch_idle(unit, journey.id, stage)
    return stage


async def note(unit: Unit, journey: Journey, action: Action, data: Mapping[str, Any], **changes: Any) -> None:
    """A change of a locked journey that is no move: a version up and a line of the audit trail, the stage stays."""
    version = journey.version + 1
    await store.change(unit.db, unit.clinic.id, journey.id, version=version, **changes)
    await write_action(unit, journey.id, action, journey.stage, journey.stage, version=version, data=data)


def watch_idle(unit: Unit, journey_id: UUID, stage: Stage) -> None:
    """Every move of a journey before its payment gives it 60 more days."""
    if stage in UNPAID_STAGES:
        unit.set_timer(IDLE_TIMER, journey_id, unit.now + IDLE_AFTER)
    else:
        unit.cancel_timer(IDLE_TIMER, journey_id)


async def write_action(
    unit: Unit,
    journey_id: UUID,
    action: Action,
    source: Stage | None,
    target: Stage,
    *,
    version: int,
    **written: Any,
) -> None:
    """One line of the audit trail: who did what to the journey, and which event caused it."""
    await store.add_action(
        unit.db,
        unit.clinic.id,
        journey_id=journey_id,
        action=action,
        from_stage=source,
        to_stage=target,
        version=version,
        actor_user_id=unit.actor.user_id,
        actor_role=unit.actor.role,
        event_id=unit.event_id,
        at=unit.now,
        **written,
    )


async def lock(unit: Unit, journey_id: UUID) -> Journey:
    """The journey, held until the unit ends, else DomainError `no_such_journey`."""
    journey = await store.lock(unit.db, unit.clinic.id, journey_id)
    if journey is None:
        raise DomainError("no_such_journey")
    return journey


def may_ever(unit: Unit, action: Action) -> None:
    """Refuse people who may not do this at any stage, before telling them anything about the journey."""
    if not any(unit.actor.role in rule.roles for rule in TRANSITIONS if rule.action is action):
        raise DomainError("not_your_role", action=action)


def check_move(unit: Unit, journey: JourneyView, action: Action) -> None:
    """Refuse a form before it asks anything: DomainErrors `illegal_move`, `not_your_role`."""
    next_stage(journey.stage, action, role(unit))


def may_move(unit: Unit, journey: JourneyView, action: Action) -> bool:
    """Whether the table lets the actor do this now; the use case may still refuse."""
    try:
        check_move(unit, journey, action)
    except DomainError:
        return False
    return True


def role(unit: Unit) -> Role:
    """The actor's role for the rules; a stranger may do no more than a customer."""
    return Role(unit.actor.role) if unit.actor.role in {*Role} else Role.CUSTOMER

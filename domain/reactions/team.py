"""What follows when somebody leaves the team, or has another role: they are told, and their work goes to others."""

from __future__ import annotations

from domain.approvals import service as approvals
from domain.notifications.service import notify
from domain.people import service as people
from domain.people.model import Role
from domain.reactions.ids import id_of, subject_of
from domain.tasks import service as tasks
from domain.unit import Fact, Unit


async def tell_of_role(unit: Unit, fact: Fact) -> None:
    """Whoever has another role hears which, and what they do with it; their chat's menu alone would say nothing."""
    await notify(unit, [id_of(fact, "person_id")], "team.role_changed", {"role": fact.data["after"]})


async def hand_work_on(unit: Unit, fact: Fact) -> None:
    """Somebody has left, or may not do what they did: tasks go to others, and nobody confirms what they asked for."""
    user_id = subject_of(fact)
    await approvals.withdraw_of(unit, user_id)
    if fact.kind == "staff_removed" or fact.data.get("person_id"):
        await people.switch_menu(unit, id_of(fact, "person_id"))
    under_way = await tasks.release_tasks_of(unit, user_id)
    if under_way:
        managers = await people.staff_of_role(unit, (Role.MANAGER,))
        for task in under_way:
            facts = {"name": fact.data["name"], "task": tasks.task_facts(task)}
            await notify(unit, [member.person_id for member in managers], "team.under_way", facts)

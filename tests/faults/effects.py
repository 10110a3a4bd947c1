"""Everything that a story leaves in a clinic: what must be the same with faults and without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from tests.stories.world import World

EFFECTS: Mapping[str, str] = {
    "journeys": "select stage, version from workflow_states",
    "moves": "select action, from_stage, to_stage, version, actor_role from workflow_actions",
    "facts": "select kind, actor_role from workflow_events",
    "payments": "select amount_satang, method, state, receipt_no from payments",
    "counters": "select name, value from clinic_counters",
    "tasks": "select q.kind, q.state, q.version, n.text from task_queue q left join task_notes n on n.task_id = q.id",
    "ledger": "select kind, points, reason from point_transactions",
    "lots": "select source, points, remaining, state from point_lots",
    "accounts": "select tier, pending_points, active_points, held_points, debt_points from loyalty_profiles",
    "badges": "select a.code, w.cycle from achievement_awards w join achievements a on a.clinic_id = w.clinic_id"
    " and a.id = w.achievement_id",
    "follow-ups": "select r.key, f.state, f.outcome from followup_executions f"
    " join followup_rules r on r.clinic_id = f.clinic_id and r.id = f.rule_id",
    "consents": "select purpose, given from consents",
    "invitations": "select used_at is not null as used, revoked_at is not null as revoked from invitations",
    "people": "select u.name as staff, c.name as customer, p.language, i.reachable from channel_identities i"
    " join persons p on p.clinic_id = i.clinic_id and p.id = i.person_id"
    " left join users u on u.clinic_id = p.clinic_id and u.person_id = p.id"
    " left join customers c on c.clinic_id = p.clinic_id and c.person_id = p.id",
    "customers": "select name, phone from customers",
    "conversations": "select handler, step from customer_conversations",
    "messages meant": "select row_kind, notice_kind, message_class from outbox",
    "events": "select state, attempts from inbox",
}
"""Everything that a story leaves in one clinic, without ids and times."""


async def effects(world: World, slug: str) -> dict[str, Counter[tuple[Any, ...]]]:
    """What is true in a clinic, as counted rows: equal for two clinics in which the same happened."""
    async with world.unit(slug) as unit:  # row-level security narrows every query to the clinic
        return {name: Counter(tuple(row) for row in await unit.db.execute(text(sql))) for name, sql in EFFECTS.items()}

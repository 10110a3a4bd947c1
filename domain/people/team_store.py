"""SQL of the team: its members with their branch and chats, its lock, and what is dropped when somebody leaves."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, case, column, delete, exists, func, or_, select, table, text, update

from domain.clinics.tables import branches, channel_accounts
from domain.database.session import Connection
from domain.database.tables import outbox
from domain.people.model import STAFF_ROLES, Member
from domain.people.tables import channel_identities, customers, users

_conversations = table("customer_conversations", column("clinic_id"), column("identity_id"))

STAFF_NOTICES: Final = ("task.", "lead.", "customer.", "message.", "approval.", "team.", "automation.")
"""Notices that only somebody of the staff gets, by the beginning of their kind."""

_u, _b, _i, _a = users.c, branches.c, channel_identities.c, channel_accounts.c
_CHATS = (
    select(func.coalesce(func.array_agg(_a.channel.distinct()), text("'{}'")))
    .join(channel_identities, and_(_i.clinic_id == _a.clinic_id, _i.account_id == _a.id))
    .where(_i.clinic_id == _u.clinic_id, _i.person_id == _u.person_id)
    .scalar_subquery()
)
_MEMBERS = (
    select(
        _u.id.label("user_id"),
        _u.person_id,
        _u.name,
        _u.role,
        _b.name_th,
        _b.name_en,
        _u.licence_no,
        _u.on_duty,
        _CHATS.label("chats"),
    )
    .select_from(users)
    .outerjoin(branches, and_(_b.clinic_id == _u.clinic_id, _b.id == _u.branch_id))
    .where(_u.active)
    .order_by(case({role: n for n, role in enumerate(reversed(STAFF_ROLES))}, value=_u.role), _u.name, _u.id)
)


async def members(db: Connection, clinic_id: UUID, user_id: UUID | None = None) -> list[Member]:
    """Everybody who works here, managers first; or only one."""
    query = _MEMBERS.where(_u.clinic_id == clinic_id)
    if user_id is not None:
        query = query.where(_u.id == user_id)
    return [_member(dict(row._mapping)) for row in await db.execute(query)]


async def lock(db: Connection, clinic_id: UUID) -> None:
    """Let nobody else change the clinic's team until the transaction ends."""
    query = select(_u.id).where(_u.clinic_id == clinic_id, _u.active).order_by(_u.id)
    await db.execute(query.with_for_update(key_share=True))


async def change(db: Connection, clinic_id: UUID, user_id: UUID, **values: Any) -> None:
    """Change a member's row."""
    await db.execute(update(users).where(_u.clinic_id == clinic_id, _u.id == user_id).values(**values))


async def forget_staff(db: Connection, clinic_id: UUID, person_id: UUID) -> None:
    """Drop a former member's open forms, and what is on its way to them as staff.

    What they get as a customer of the clinic still comes.
    """
    chats = select(_i.id).where(_i.clinic_id == clinic_id, _i.person_id == person_id)
    c = _conversations.c
    await db.execute(delete(_conversations).where(c.clinic_id == clinic_id, c.identity_id.in_(chats)))
    o = outbox.c
    for_staff = or_(*(o.notice_kind.startswith(kind) for kind in STAFF_NOTICES))
    is_customer = exists(select(1).where(customers.c.clinic_id == clinic_id, customers.c.person_id == person_id))
    waiting = (o.clinic_id == clinic_id, o.person_id == person_id, o.state == "pending", o.row_kind != "answer")
    dropped = update(outbox).where(*waiting, or_(for_staff, ~is_customer))
    await db.execute(dropped.values(state="dropped", error="removed"))


def _member(columns: dict[str, Any]) -> Member:
    branch = {"th": columns.pop("name_th"), "en": columns.pop("name_en")}
    return Member(**{**columns, "chats": tuple(columns["chats"]), "branch": branch if branch["th"] else None})

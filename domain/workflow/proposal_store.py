"""SQL of plans: a proposal with its lines, written once, and its state, which moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, insert, select, update

from domain.clinics.tables import treatments
from domain.database.session import Connection
from domain.workflow.model import PlanLine, Proposal, ProposalState
from domain.workflow.tables import proposal_lines, proposals

_p, _l = proposals.c, proposal_lines.c
_LINES = select(_l.id, _l.treatment_id, treatments.c.name_th, treatments.c.name_en, _l.sessions, _l.price_satang).join(
    treatments, and_(treatments.c.clinic_id == _l.clinic_id, treatments.c.id == _l.treatment_id)
)
_CURRENT = _p.state.in_((ProposalState.SENT, ProposalState.ACCEPTED, ProposalState.DECLINED))
_PLAIN = tuple(_p[name] for name in Proposal.__slots__ if name != "lines")


async def add(db: Connection, clinic_id: UUID, lines: Sequence[tuple[UUID, int, int]], **values: Any) -> UUID:
    """A new version of a journey's plan, with its lines (treatment, sessions, satang) in order."""
    row = insert(proposals).values(clinic_id=clinic_id, **values).returning(_p.id)
    proposal_id: UUID = (await db.execute(row)).scalar_one()
    rows = [
        {"position": position, "treatment_id": treatment_id, "sessions": sessions, "price_satang": price}
        for position, (treatment_id, sessions, price) in enumerate(lines, start=1)
    ]
    await db.execute(
        insert(proposal_lines), [{"clinic_id": clinic_id, "proposal_id": proposal_id, **row} for row in rows]
    )
    return proposal_id


async def proposal(db: Connection, clinic_id: UUID, proposal_id: UUID) -> Proposal | None:
    """One version of a plan."""
    return await _one(db, clinic_id, _p.id == proposal_id)


async def newest(db: Connection, clinic_id: UUID, journey_id: UUID) -> Proposal | None:
    """The last version of a journey's plan, whatever became of it."""
    return await _one(db, clinic_id, _p.journey_id == journey_id)


async def current(db: Connection, clinic_id: UUID, journey_id: UUID) -> Proposal | None:
    """The version of a journey's plan that is on the table."""
    return await _one(db, clinic_id, _p.journey_id == journey_id, _CURRENT)


async def take_off(db: Connection, clinic_id: UUID, journey_id: UUID, state: ProposalState) -> None:
    """What is on the table of a journey leaves it: replaced by another version, or withdrawn."""
    mine = (_p.clinic_id == clinic_id, _p.journey_id == journey_id, _CURRENT)
    await db.execute(update(proposals).where(*mine).values(state=state))


async def change(db: Connection, clinic_id: UUID, proposal_id: UUID, **values: Any) -> None:
    """Write how a plan was answered."""
    await db.execute(update(proposals).where(_p.clinic_id == clinic_id, _p.id == proposal_id).values(**values))


async def _one(db: Connection, clinic_id: UUID, *where: ColumnElement[bool]) -> Proposal | None:
    query = select(*_PLAIN).where(_p.clinic_id == clinic_id, *where).order_by(_p.version.desc()).limit(1)
    row = (await db.execute(query)).one_or_none()
    if row is None:
        return None
    lines = await db.execute(_LINES.where(_l.clinic_id == clinic_id, _l.proposal_id == row.id).order_by(_l.position))
    plain = {**row._mapping, "state": ProposalState(row.state)}
    return Proposal(**plain, lines=tuple(_line(dict(line._mapping)) for line in lines))


def _line(columns: dict[str, Any]) -> PlanLine:
    treatment = {"th": columns.pop("name_th"), "en": columns.pop("name_en")}
    return PlanLine(**columns, treatment=treatment)

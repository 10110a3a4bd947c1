"""Loading a clinic: its catalogue, and the demo's people. Safe to repeat: rows are found by their code or key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from domain.catalogue import store
from domain.catalogue.clinic import Branch, without_secrets
from domain.catalogue.demo import DemoClinic
from domain.catalogue.model import Catalogue, ClinicFile
from domain.database.session import set_clinic
from domain.errors import DomainError
from domain.loyalty import service as loyalty
from domain.people import store as people_store
from domain.people.rules import clean_name, parse_phone
from domain.people.service import next_customer_code
from domain.unit import SYSTEM, Clinic, Unit, Units

_SLUG: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?")
"""What stands in a webhook's address without being escaped."""


async def add_clinic(units: Units, slug: str, name_th: str, name_en: str, timezone: str = "Asia/Bangkok") -> UUID:
    """A new clinic with the starting catalogue and nobody in it; all or nothing.

    DomainErrors: `bad_slug`, `bad_name`, `bad_timezone`, `slug_taken`. The moment is real time: that a clinic was
    set up is an act of administration, not of the clinic.
    """
    if not _SLUG.fullmatch(slug):
        raise DomainError("bad_slug", slug=slug)
    name_th, name_en = clean_name(name_th), clean_name(name_en)
    zone, now, clinic_id = _zone(timezone), datetime.now(UTC), uuid4()
    async with units.engine.begin() as db:
        await set_clinic(db, clinic_id)
        names = {"slug": slug, "name_th": name_th, "name_en": name_en, "timezone": timezone}
        await store.add_clinic(db, clinic_id, now, **names)
        clinic = Clinic(clinic_id, slug, name_th, name_en, zone, phone="", settings={})
        await load_catalogue(Unit(db, clinic, SYSTEM, now), starting_catalogue())
    return clinic_id


def starting_catalogue() -> dict[str, Any]:
    """The catalogue every new clinic starts with, as its file has it."""
    return _read("catalogue.yaml")


def demo_clinics() -> list[dict[str, Any]]:
    """Every clinic of the demo, as the file has it."""
    clinics: list[dict[str, Any]] = _read("demo.yaml")["clinics"]
    return clinics


def demo_clinic(slug: str) -> dict[str, Any] | None:
    """The demo's clinic of this slug (in any case), as the file has it, or None."""
    return next((clinic for clinic in demo_clinics() if clinic["slug"].casefold() == slug.casefold()), None)


async def load_catalogue(unit: Unit, data: Mapping[str, Any]) -> None:
    """Make or update treatments, tiers, badges, rewards, follow-up texts and rules, and what stages call for.

    What the clinic has besides stays. Raises pydantic's ValidationError, and KeyError for the code of a
    treatment that the file does not have, before anything is written that lasts.
    """
    catalogue = Catalogue.model_validate(data)
    db, clinic = unit.db, unit.clinic.id
    ids = await store.save_treatments(db, clinic, [entry.columns() for entry in catalogue.treatments])
    await store.save_tiers(db, clinic, [entry.columns() for entry in catalogue.tiers])
    await store.save_achievements(db, clinic, [entry.columns() for entry in catalogue.achievements])
    await store.save_rewards(db, clinic, [entry.columns() for entry in catalogue.rewards])
    await store.save_templates(db, clinic, [entry.columns() for entry in catalogue.templates])
    await store.save_rules(db, clinic, [entry.columns(ids) for entry in catalogue.rules])
    await store.save_automation(db, clinic, [entry.columns() for entry in catalogue.automation])
    for task in catalogue.stage_tasks:
        called_for: list[UUID | None]
        if task.scan_required:
            called_for = [ids[entry.code] for entry in catalogue.treatments if entry.scan_required]
        else:
            called_for = [ids[task.treatment] if task.treatment else None]
        for treatment_id in called_for:
            await store.save_stage_task(db, clinic, task.stage, treatment_id, task.kind)


async def import_clinic(unit: Unit, data: Mapping[str, Any]) -> None:
    """Bring the clinic's set-up to what a file says (`exporting.export_clinic` writes one); all or nothing.

    Entries are found by code or key; what the clinic has besides stays. pydantic's ValidationError names the place,
    DomainErrors `bad_name` and `bad_timezone`.
    """
    file = ClinicFile.model_validate(data)
    db, clinic = unit.db, unit.clinic.id
    own = file.clinic
    _zone(own.timezone)
    settings = {**unit.clinic.settings, **without_secrets(own.settings)}
    names = {"name_th": clean_name(own.name_th), "name_en": clean_name(own.name_en)}
    await store.set_clinic_row(db, clinic, **names, phone=own.phone, timezone=own.timezone, settings=settings)
    await _save_branches(unit, file.branches)
    await load_catalogue(unit, file.model_dump(exclude={"clinic", "branches"}))


async def _save_branches(unit: Unit, branches: Sequence[Branch]) -> dict[str, UUID]:
    ids = await store.save_branches(unit.db, unit.clinic.id, [branch.columns() for branch in branches])
    for branch in branches:
        await store.save_rooms(unit.db, unit.clinic.id, ids[branch.code], [room.columns() for room in branch.rooms])
    return ids


async def load_demo(unit: Unit, data: Mapping[str, Any]) -> None:
    """Give a clinic the demo's telephone number, branches, staff and customers; who is there already stays as is."""
    demo = DemoClinic.model_validate(data)
    db, clinic = unit.db, unit.clinic.id
    await store.change_clinic(db, clinic, demo.phone, {"licence_no": demo.licence_no})
    branches = await _save_branches(unit, demo.branches)
    staff = await store.staff_names(db, clinic)
    for member in demo.staff:
        if member.name in staff:
            continue
        person_id = await people_store.add_person(db, clinic, member.name, None, unit.now)
        user_id = await people_store.add_user(
            db,
            clinic,
            person_id=person_id,
            name=member.name,
            role=member.role,
            branch_id=branches[member.branch] if member.branch else None,
            licence_no=member.licence_no,
            skills=member.skills,
            created_at=unit.now,
        )
        staff[member.name] = (user_id, person_id)
    known = await store.customer_keys(db, clinic)
    for visitor in demo.customers:
        phone = parse_phone(visitor.phone)
        if (visitor.name, phone) in known:
            continue
        if visitor.staff:
            person_id = staff[visitor.staff][1]
        else:
            person_id = await people_store.add_person(db, clinic, visitor.name, visitor.language, unit.now)
        added = await people_store.add_customer(
            db,
            clinic,
            person_id=person_id,
            name=visitor.name,
            code=await next_customer_code(unit),
            phone=phone,
            birth_date=visitor.birth_date,
            source="demo",
            owner_id=staff[visitor.owner][0] if visitor.owner else None,
            branch_id=branches[visitor.branch] if visitor.branch else None,
            created_at=unit.now,
        )
        for alert in visitor.alerts:
            await people_store.add_alert(db, clinic, customer_id=added.id, noted_at=unit.now, **alert.model_dump())
        if visitor.pause:
            last = unit.now.astimezone(unit.clinic.zone).date() + timedelta(days=visitor.pause.days)
            await loyalty.pause(unit, added.id, visitor.pause.reason, last)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise DomainError("bad_timezone", timezone=name) from None


@cache
def _read(name: str) -> dict[str, Any]:
    """A file of this folder, read once; who changes what it says works on a copy."""
    read: dict[str, Any] = yaml.safe_load(files("domain.catalogue").joinpath(name).read_text("utf-8"))
    return read

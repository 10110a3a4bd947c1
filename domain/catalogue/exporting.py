"""A clinic's own set-up as a file that `aura clinic import` reads: the way back of what `service.py` writes.

Names, hours and rooms, treatments, tiers, badges, rewards, texts and rules; nobody's name but the clinic's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.achievements.tables import achievements
from domain.automation.tables import automation_rules
from domain.catalogue import store
from domain.catalogue.clinic import without_secrets
from domain.catalogue.model import ClinicFile
from domain.clinics.tables import branches, rooms, treatments
from domain.followups.tables import followup_rules, followup_templates
from domain.loyalty.tables import loyalty_tiers
from domain.payments.rules import SATANG_PER_BAHT
from domain.rewards.tables import loyalty_rewards
from domain.tasks.tables import stage_tasks
from domain.unit import Unit

Row = Mapping[str, Any]


async def export_clinic(unit: Unit) -> dict[str, Any]:
    """The clinic's set-up, in the shape and the order of the file; what is as usual is left out."""
    db, clinic = unit.db, unit.clinic.id
    sold = await store.rows(db, clinic, treatments, "code")
    codes = {row["id"]: row["code"] for row in sold}
    places = await store.rows(db, clinic, rooms, "code")
    own = await store.clinic_row(db, clinic)
    found = {
        "clinic": {**own, "settings": without_secrets(own["settings"])},
        "branches": [_branch(row, places) for row in await store.rows(db, clinic, branches, "code")],
        "treatments": [_treatment(row) for row in sold if row["active"]],
        "tiers": [_tier(row) for row in await store.rows(db, clinic, loyalty_tiers, "enter_satang")],
        "achievements": [
            {**_named(row), "metric": row["metric"], "target": row["target"], "points": row["points"]}
            for row in await store.rows(db, clinic, achievements, "code")
        ],
        "rewards": [_reward(row) for row in await store.rows(db, clinic, loyalty_rewards, "code") if row["active"]],
        "templates": [
            {"key": row["key"], "th": row["text_th"], "en": row["text_en"], "answers": row["answers"]}
            for row in await store.rows(db, clinic, followup_templates, "key")
        ],
        "rules": [_rule(row, codes) for row in await store.rows(db, clinic, followup_rules, "key")],
        "stage_tasks": sorted(
            (
                {"stage": row["stage"], "kind": row["kind"], "treatment": codes.get(row["treatment_id"])}
                for row in await store.rows(db, clinic, stage_tasks, "stage")
            ),
            key=lambda task: tuple(value or "" for value in task.values()),
        ),
        "automation": [_automation(row) for row in await store.rows(db, clinic, automation_rules, "key")],
    }
    file = ClinicFile.model_validate(found).model_dump(mode="json", exclude_defaults=True)
    return {name: file[name] for name in found if name in file}


def _named(row: Row) -> dict[str, Any]:
    return {"code": row["code"], "th": row["name_th"], "en": row["name_en"]}


def _branch(row: Row, places: Sequence[Row]) -> dict[str, Any]:
    addresses = {"address_th": row["address_th"], "address_en": row["address_en"]}
    inside = [_named(room) for room in places if room["branch_id"] == row["id"]]
    return {**_named(row), "opening": row["opening"], **addresses, "rooms": inside}


def _treatment(row: Row) -> dict[str, Any]:
    same = ("minutes", "roles", "recall_days", "category", "scan_required", "lot_required", "prep_th", "prep_en")
    packages = [
        {"sessions": package["sessions"], "price": package["price_satang"] // SATANG_PER_BAHT}
        for package in row["packages"]
    ]
    price = row["price_satang"] // SATANG_PER_BAHT
    whole = {**_named(row), "price": price, "packages": packages, "checklist": row["checklist"]}
    return whole | {name: row[name] for name in same}


def _tier(row: Row) -> dict[str, Any]:
    same = ("multiplier_bp", "expiry_months", "welcome_points")
    baht = {name: row[f"{name}_satang"] // SATANG_PER_BAHT for name in ("enter", "keep")}
    return {**_named(row), **baht, **{name: row[name] for name in same}}


def _reward(row: Row) -> dict[str, Any]:
    terms = ("points", "stock", "stock_period", "limit_period", "branches", "active_from", "active_until")
    same = (*terms, "valid_days", "fixed_end", "kind", "refundable")
    other = {"tier": row["min_tier"], "limit": row["person_limit"], "treatment": row["treatment_code"]}
    satang = {name: row[f"{name}_satang"] for name in ("discount", "minimum")}
    baht = {name: None if amount is None else amount // SATANG_PER_BAHT for name, amount in satang.items()}
    return {**_named(row), **{name: row[name] for name in same}, **other, **baht}


def _rule(row: Row, codes: Mapping[UUID, str]) -> dict[str, Any]:
    same = ("key", "anchor", "offset_days", "offset_minutes", "at_time", "message_class", "active")
    about = {"template": row["template_key"], "treatment": codes.get(row["treatment_id"])}
    return {**{name: row[name] for name in same}, **about}


def _automation(row: Row) -> dict[str, Any]:
    same = ("fact", "conditions", "action", "params", "active")
    return {"code": row["key"], "th": row["name_th"], "en": row["name_en"], **{name: row[name] for name in same}}

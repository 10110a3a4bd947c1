"""`aura clinic` and `aura demo-data`: new clinics, and the demo's people for one."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from bots.accounts import SecretBox
from bots.cli.context import fail, settings, show, with_units
from domain.catalogue import add_clinic, demo_clinic, load_demo
from domain.database.session import find_clinic
from domain.unit import Units

group = typer.Typer(help="Clinics.", no_args_is_help=True)
demo_group = typer.Typer(help="The demo's invented people.", no_args_is_help=True)
Slug = Annotated[str, typer.Argument(help="The clinic's short name, as in its webhook addresses.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@group.command()
def add(
    slug: Slug,
    name: Annotated[str, typer.Option(help="The clinic's name in Thai.")],
    name_en: Annotated[str, typer.Option(help="The name in English (default: the Thai one).")] = "",
    timezone: Annotated[str, typer.Option(help="IANA time zone.")] = "Asia/Bangkok",
    as_json: AsJson = False,
) -> None:
    """Add a clinic with the starting treatments, tiers, rewards and rules, without people."""

    async def work(units: Units, box: SecretBox) -> UUID:
        return await add_clinic(units, slug=slug, name_th=name, name_en=name_en or name, timezone=timezone)

    clinic_id = with_units(settings(), work)
    show({"clinic": slug, "id": clinic_id}, as_json, f"Added clinic {slug}. Next: aura channel set {slug} line …")


@demo_group.command("load")
def load(slug: Slug, as_json: AsJson = False) -> None:
    """Load the demo's staff and customers of one of the two demo clinics (DRG, BUA)."""
    data = demo_clinic(slug)
    if data is None:
        fail(f"there is no demo data for {slug}; there is for DRG and BUA")

    async def work(units: Units, box: SecretBox) -> None:
        clinic_id = await require_clinic(units, slug)
        async with units.clinic(clinic_id) as unit:
            await load_demo(unit, data)

    with_units(settings(), work)
    show({"clinic": slug}, as_json, f"Loaded the demo people of {slug}.")


async def require_clinic(units: Units, slug: str) -> UUID:
    """The id of a clinic, or one clear line."""
    clinic_id = await find_clinic(units.engine, slug)
    if clinic_id is None:
        fail(f"there is no clinic {slug}; `aura clinic add {slug} --name …` adds it")
    return clinic_id

"""`aura clinic` and `aura demo-data`: new clinics, their set-up as a file, and the demo's people for one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from pydantic import ValidationError

from bots.accounts import SecretBox
from bots.cli import clinic_file
from bots.cli.context import fail, settings, show, with_units
from domain.catalogue import add_clinic, demo_clinic, export_clinic, import_clinic, load_demo
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


@group.command("export")
def export(
    slug: Slug,
    file: Annotated[Path, typer.Argument(help="Where to write it; - for standard output.")] = Path("-"),
    as_json: AsJson = False,
) -> None:
    """Write a clinic's set-up (not its people) to a YAML file."""

    async def work(units: Units, box: SecretBox) -> dict[str, Any]:
        async with units.clinic(await require_clinic(units, slug)) as unit:
            return await export_clinic(unit)

    data = with_units(settings(), work)
    if as_json or file == Path("-"):
        show(data, as_json, clinic_file.dump(data).rstrip())
        return
    try:
        file.write_text(clinic_file.dump(data), "utf-8")
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}")
    show({}, False, f"Wrote {slug} to {file}.")


@group.command("import")
def import_file(
    slug: Slug,
    file: Annotated[Path, typer.Argument(help="A file as `aura clinic export` writes it.")],
    as_json: AsJson = False,
) -> None:
    """Bring a clinic's set-up to what a YAML file says; a file with a mistake changes nothing."""
    text = clinic_file.read_text(file)
    data = clinic_file.parse(file, text)

    async def work(units: Units, box: SecretBox) -> None:
        async with units.clinic(await require_clinic(units, slug)) as unit:
            try:
                await import_clinic(unit, data)
            except ValidationError as error:
                fail(clinic_file.explain(file, text, error))

    with_units(settings(), work)
    counts = {name: len(entries) for name, entries in data.items() if isinstance(entries, list)}
    show({"clinic": slug, **counts}, as_json, f"{slug} is now as {file} says.")


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

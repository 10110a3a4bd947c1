"""`aura events`: what came in and lies aside, what went out in doubt, and trying parked events again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

import typer

from bots.accounts import SecretBox
from bots.cli.clinics import require_clinic
from bots.cli.context import fail, settings, show, with_units
from domain.database import inbox
from domain.database.session import list_clinics
from domain.unit import Unit, Units

group = typer.Typer(help="Events of the platforms, and messages in doubt.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Slug = Annotated[str, typer.Option("--clinic", help="Only this clinic's.")]
EVENT_STATES = ("pending", "parked", "done")
MESSAGE_STATES = ("pending", "sending", "sent", "unknown", "refused", "dropped")


@group.command("list")
def list_command(
    state: Annotated[list[str] | None, typer.Option(help="Only in this state; may be repeated.")] = None,
    clinic: Slug = "",
    messages: Annotated[bool, typer.Option("--messages", help="Messages instead: unknown and refused ones.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List events that are not done (or messages that may not have arrived), newest first; never what they say."""
    known = MESSAGE_STATES if messages else EVENT_STATES
    states = state or (["unknown", "refused"] if messages else ["pending", "parked"])
    if unknown := [name for name in states if name not in known]:
        fail(f"there is no state {unknown[0]}; there are {', '.join(known)}")
    read = inbox.list_messages if messages else inbox.list_events

    async def work(units: Units, box: SecretBox) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        async for unit in _clinics(units, clinic):
            rows = await read(unit.db, unit.clinic.id, states, limit)
            found += [{"clinic": unit.clinic.slug, **row} for row in rows]
        return sorted(found, key=_when, reverse=True)[:limit]

    found = with_units(settings(), work)
    what = "messages" if messages else "events"
    line = _message if messages else _event
    show({what: found}, as_json, *map(line, found), *([] if found else [f"No {what}: {', '.join(states)}."]))


@group.command()
def replay(
    ids: Annotated[list[UUID] | None, typer.Argument(help="Ids of parked events, as `aura events list` shows.")] = None,
    all_parked: Annotated[bool, typer.Option("--all-parked", help="Every parked event that can be.")] = False,
    clinic: Slug = "",
    as_json: AsJson = False,
) -> None:
    """Let parked events be tried again, as new ones; a running program takes them within a second."""
    if bool(ids) == all_parked:
        fail("name the events, or say --all-parked")

    async def work(units: Units, box: SecretBox) -> list[UUID]:
        chosen = await _all_parked(units, clinic) if all_parked else await _named(units, clinic, ids or [])
        replayed: list[UUID] = []
        for clinic_id, wanted in chosen.items():
            async with units.clinic(clinic_id) as unit:
                replayed += await inbox.replay_events(unit.db, clinic_id, wanted)
        return replayed

    replayed = with_units(settings(), work)
    show({"replayed": replayed}, as_json, f"{len(replayed)} to be tried again.")


async def _all_parked(units: Units, slug: str) -> Mapping[UUID, Sequence[UUID]]:
    return {unit.clinic.id: await inbox.parked_events(unit.db, unit.clinic.id) async for unit in _clinics(units, slug)}


async def _named(units: Units, slug: str, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[UUID]]:
    """The events by clinic; ends with one line when one of them cannot be tried again, before any of them is."""
    chosen: dict[UUID, Sequence[UUID]] = {}
    states: dict[UUID, str] = {}
    async for unit in _clinics(units, slug):
        found = await inbox.find_events(unit.db, unit.clinic.id, ids)
        chosen[unit.clinic.id] = list(found)
        states |= found
    for event in ids:
        match states.get(event):
            case "parked":
                continue
            case None:
                fail(f"there is no event {event}")
            case "erased":
                fail(f"the content of event {event} has been erased: there is nothing to try again")
            case state:
                fail(f"event {event} is {state}, not parked")
    return chosen


async def _clinics(units: Units, slug: str) -> AsyncIterator[Unit]:
    """A unit of each clinic (or of this one), one after the other."""
    chosen = [await require_clinic(units, slug)] if slug else [row[0] for row in await list_clinics(units.engine)]
    for clinic_id in chosen:
        async with units.clinic(clinic_id) as unit:
            yield unit


def _when(row: Mapping[str, Any]) -> Any:
    return row.get("received_at") or row["created_at"]


def _event(row: Mapping[str, Any]) -> str:
    erased = " (erased)" if row["erased"] else ""
    tries = f" after {row['attempts']} tries: {row['error']}" if row["attempts"] else ""
    return (
        f"{row['id']}  {_when(row):%Y-%m-%d %H:%M:%S}  {row['clinic']} {row['channel']}  {row['state']}{erased}{tries}"
    )


def _message(row: Mapping[str, Any]) -> str:
    kind = row["notice_kind"] or row["row_kind"]
    why = f": {row['error']}" if row["error"] else ""
    where = f"{row['clinic']} {row['channel']}"
    return f"{row['id']}  {_when(row):%Y-%m-%d %H:%M:%S}  {where}  {row['message_class']} {kind}  {row['state']}{why}"

"""`aura staff`: invite people to the team with a one-time code."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bots.accounts import Accounts, SecretBox
from bots.cli.clinics import require_clinic
from bots.cli.context import composition, settings, show, with_units
from domain.errors import DomainError
from domain.people import service as people
from domain.people.model import Invitation, Member
from domain.unit import Units
from handlers.words import Words

group = typer.Typer(help="The team.", no_args_is_help=True)


@group.callback()
def staff_group() -> None:
    """The team of a clinic."""


@group.command()
def invite(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="The clinic.")],
    role: Annotated[str, typer.Option(help="beautician, doctor, sales or manager.")],
    name: Annotated[str, typer.Option(help="The name that colleagues and customers see.")],
    branch: Annotated[str, typer.Option(help="The branch's code.")] = "",
    licence: Annotated[str, typer.Option(help="A doctor's licence number.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print a one-time code and its links. The same name and role again: a code for another chat of theirs."""
    config = settings()
    wiring = composition(context)

    async def work(units: Units, box: SecretBox) -> tuple[Invitation, dict[str, str], str]:
        clinic_id = await require_clinic(units, slug)
        async with units.clinic(clinic_id) as unit:
            known = [p for p in await people.staff_of_role(unit, [role]) if p.name == name]
            if known:
                invitation = await people.reinvite_staff(unit, known[0].user_id)
            else:
                invitation = await people.invite_staff(
                    unit, role=role, name=name, branch_code=branch or None, licence_no=licence or None
                )
            until = Words("en", unit.clinic.zone).when(invitation.expires_at)
        accounts = Accounts(units.engine, box)
        await accounts.refresh()
        async with wiring.channels(config) as channels:
            links = {
                channels[account.channel].label: channels[account.channel].link(account, invitation.code)
                for account in await accounts.of_clinic(slug)
                if account.handle
            }
        return invitation, links, until

    invitation, links, until = with_units(config, work)
    show(
        {"code": invitation.code, "expires_at": invitation.expires_at, "links": links},
        as_json,
        invitation.code,
        *(f"{label}: {link}" for label, link in links.items()),
        f"Works once, until {until}. In the clinic's chat: /start {invitation.code}",
    )


@group.command("list")
def list_staff(
    slug: Annotated[str, typer.Argument(help="The clinic.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the team: role, name, branch, and the channels on which they have joined."""

    async def work(units: Units, box: SecretBox) -> list[Member]:
        async with units.clinic(await require_clinic(units, slug)) as unit:
            return await people.members(unit)

    team = with_units(settings(), work)
    show({"staff": [_as_data(each) for each in team]}, as_json, *(_line(each) for each in team))


@group.command()
def unbind(
    slug: Annotated[str, typer.Argument(help="The clinic.")],
    name: Annotated[str, typer.Option(help="The name on the staff list.")] = "",
    user: Annotated[str, typer.Option(help="The id that `aura staff list --json` shows, where two share a name.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Take somebody off all their chats (a lost phone). They stay on the team: `aura staff invite` makes a new code."""

    async def work(units: Units, box: SecretBox) -> tuple[Member, int]:
        async with units.clinic(await require_clinic(units, slug)) as unit:
            team = await people.members(unit)
            found = [each for each in team if name in ("", each.name) and user in ("", str(each.user_id))]
            if len(found) != 1 or not (name or user):
                raise DomainError("which_staff", names=", ".join(each.name for each in team))
            return found[0], await people.unbind_staff(unit, found[0].user_id)

    member, chats = with_units(settings(), work)
    show({"staff": _as_data(member), "chats": chats}, as_json, f"{member.name}: {chats} chat(s) taken off")


def _as_data(each: Member) -> dict[str, Any]:
    branch = each.branch["en"] if each.branch else None
    known = {"name": each.name, "role": each.role, "branch": branch, "on_duty": each.on_duty}
    return {"id": str(each.user_id), **known, "chats": list(each.chats)}


def _line(each: Member) -> str:
    parts = [each.role, each.name, each.branch["en"] if each.branch else "all branches"]
    return "  ".join([*parts, ", ".join(each.chats) or "no chat yet"])

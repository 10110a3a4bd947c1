"""The team for its managers: who works here, one person's card, and what was overridden, voided or changed.

Names and roles come from `domain.people`, the list of changes from `domain.overview`. What changes the team is in
`team_forms`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from domain.overview import service as overview
from domain.overview.model import AuditLine
from domain.people import service as people
from domain.people.model import Member
from domain.unit import Clinic
from handlers.cards import Action, Button, Card, Item, row_id
from handlers.invitations import CHANNELS, say_code
from handlers.lists import list_card
from handlers.members import ROLE_NAMES
from handlers.menu import USUAL, command_buttons
from handlers.router import Routes
from handlers.stages import stage_name
from handlers.talk import Talk
from handlers.task_cards import task_button, task_card
from handlers.words import N_, Words

routes = Routes()

CHANGES: Final[Mapping[str, str]] = {
    "role_changed": N_("Role changed"),
    "staff_removed": N_("Removed from the team"),
    "staff_invited": N_("Added to the team"),
    "staff_unbound": N_("Chats taken off"),
    "approval_decided": N_("Second person decided"),
    "automation_switched": N_("Rule switched"),
    "automation_broken": N_("Rule stopped by itself"),
    "void_payment": N_("Payment voided"),
    "amend": N_("Put right"),
    "cancel": N_("Plan cancelled"),
}
STATES: Final[Mapping[str, str]] = {
    "approved": N_("approved"),
    "refused": N_("refused"),
    "expired": N_("not decided in time"),
    "withdrawn": N_("withdrawn"),
    "on": N_("on"),
    "off": N_("off"),
}


@routes.command("team")
async def show_team(talk: Talk) -> None:
    """Everybody who works here."""
    talk.say(team_card(talk.words, await people.members(talk.unit)))


@routes.action("team.page")
async def page(talk: Talk, action: Action) -> None:
    """Another page of the team."""
    talk.say(team_card(talk.words, await people.members(talk.unit), action.choice))


def team_card(words: Words, team: Sequence[Member], page: int = 0) -> Card:
    """The team with role, branch, whether on duty, and chats; managers first."""
    items = [
        Item(each.name, _line(words, each), Button(each.name, Action("member.show", id=each.user_id))) for each in team
    ]
    card = list_card(words, words.t("Team"), items, "team.page", page)
    add = Button(words.t("Add somebody"), Action("member.add"))
    audit = Button(words.t("What was changed"), Action("team.audit"))
    return replace(card, quick=(add, audit))


def _line(words: Words, each: Member) -> str:
    parts = [words.t(ROLE_NAMES[each.role]), _branch(words, each)]
    parts.append(words.t("on duty") if each.on_duty else words.t("off duty"))
    return " · ".join([*parts, _chats(words, each)])


def _branch(words: Words, each: Member) -> str:
    return words.pick(each.branch) if each.branch else words.t("all branches")


def _chats(words: Words, each: Member) -> str:
    return ", ".join(CHANNELS.get(channel, channel) for channel in each.chats) or words.t("no chat yet")


@routes.action("member.show")
async def show_member(talk: Talk, action: Action) -> None:
    """One person of the team."""
    talk.say(member_card(talk.words, await people.member(talk.unit, row_id(action))))


def member_card(words: Words, each: Member, said: str = "") -> Card:
    """Somebody of the team, and what can be changed."""
    rows = [
        (words.t("Role"), words.t(ROLE_NAMES[each.role])),
        (words.t("Branch"), _branch(words, each)),
        (words.t("Duty"), words.t("on duty") if each.on_duty else words.t("off duty")),
        (words.t("Chat"), _chats(words, each)),
    ]
    if each.licence_no:
        rows.append((words.t("Licence number"), each.licence_no))
    return Card(
        title=each.name,
        text=said,
        rows=tuple(rows),
        buttons=(
            Button(words.t("Change role"), Action("member.change_role", id=each.user_id)),
            Button(words.t("New invitation"), Action("member.invite", id=each.user_id)),
            Button(words.t("Remove from the team"), Action("member.remove", id=each.user_id), style="danger"),
        ),
    )


@routes.action("member.invite")
async def invite(talk: Talk, action: Action) -> None:
    """A new code for somebody's chat (another channel, a new phone); the unused ones before it stop working."""
    each = await people.member(talk.unit, row_id(action))
    say_code(talk, each.name, await people.reinvite_staff(talk.unit, each.user_id))


# What was changed


@routes.action("team.audit")
async def audit(talk: Talk, action: Action) -> None:
    """The newest overrides, voids, corrections and changes of the team and its rules."""
    talk.say(audit_card(talk.words, await overview.audit(talk.unit), action.choice))


def audit_card(words: Words, lines: Sequence[AuditLine], page: int = 0) -> Card:
    """Who, when, from what to what, and why; newest first."""
    if not lines:
        return Card(title=words.t("What was changed"), text=words.t("Nothing has been changed yet."))
    items = [Item(words.when(line.at), _change(words, line)) for line in lines]
    card = list_card(words, words.t("What was changed"), items, "team.audit", page)
    return replace(card, quick=command_buttons(words, ("team", "approvals")))


def _change(words: Words, line: AuditLine) -> str:
    what = words.t(CHANGES.get(line.kind, N_("Override")))
    after = " → ".join(_value(words, value) for value in (line.before, line.after) if value)
    by = line.by or words.t("by itself")
    return " · ".join(filter(None, (what, line.about, after, by, line.reason)))


def _value(words: Words, value: str) -> str:
    """A role, an end of a request, a switch or a stage in words."""
    if value in ROLE_NAMES:
        return words.t(ROLE_NAMES[value])
    if value in STATES:
        return words.t(STATES[value])
    return stage_name(words, value)


@routes.presenter("team.role_changed")
def present_role(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To whoever has another role: which, and the first things to do with it."""
    return Card(
        title=words.t("You are now: {role}", role=words.t(ROLE_NAMES[facts["role"]])),
        text=words.t("Your menu has changed with it. This is what you will use most:"),
        buttons=command_buttons(words, USUAL[facts["role"]]),
    )


@routes.presenter("team.under_way")
def present_under_way(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To managers: somebody has left, or may not do it any more, in the middle of a treatment."""
    card = task_card(words, facts["task"])
    text = words.t(
        "{name} cannot finish this treatment any more. Please have a colleague finish it.", name=facts["name"]
    )
    see = Button(words.t("Show task"), Action("task.show", UUID(facts["task"]["id"]), version=facts["task"]["version"]))
    ways = (replace(task_button(words, facts["task"], N_("Hand over"), "hand_over"), style="primary"), see)
    return Card(title=words.t("Treatment without a colleague"), text=text, rows=card.rows, buttons=ways)

"""What a manager changes in the team: add somebody, give another role, end somebody's access.

Each is a form with a summary; `domain.people` decides, and a change counts from the person's next press on.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from domain.clinics import service as clinics
from domain.people import service as people
from domain.people.model import STAFF_ROLES, Member, Role
from domain.people.rules import clean_name
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView
from handlers.cards import Action, Button, Card, Item, filled, row_id
from handlers.forms import Choice, Data, Form
from handlers.invitations import say_code
from handlers.lists import list_card
from handlers.members import ROLE_NAMES
from handlers.router import Routes
from handlers.steps import pick_step, text_step
from handlers.talk import Talk
from handlers.team import member_card
from handlers.words import Words

routes = Routes()

ALL_BRANCHES = "all"


async def _roles(talk: Talk, data: Data) -> Sequence[Choice]:
    return [Choice(talk.t(ROLE_NAMES[role]), role) for role in STAFF_ROLES if role != data.get("had")]


def _ask_licence(talk: Talk, data: Data) -> str:
    return talk.t("What is {name}'s licence number?", name=data["name"])


def _needs_licence(data: Data) -> bool:
    return data.get("role") == Role.DOCTOR and not data.get("licensed")


# Another role


@routes.action("member.change_role")
async def change_role(talk: Talk, action: Action) -> None:
    """Which role instead."""
    each = await people.member(talk.unit, row_id(action))
    known = {"name": each.name, "had": each.role, "licensed": bool(each.licence_no)}
    await role_form.start(talk, member=str(each.user_id), **known)


def _ask_role(talk: Talk, data: Data) -> str:
    return talk.t("Which role does {name} get?", name=data["name"])


async def _role_review(talk: Talk, data: Data) -> Card:
    return role_summary(talk.words, data["name"], data["had"], data["role"], data.get("licence", ""))


def role_summary(words: Words, name: str, before: str, after: str, licence: str = "") -> Card:
    """From which role to which."""
    return Card(
        title=words.t("Change the role?"),
        rows=filled(
            (words.t("Name"), name),
            (words.t("Role"), f"{words.t(ROLE_NAMES[before])} → {words.t(ROLE_NAMES[after])}"),
            (words.t("Licence number"), licence),
        ),
        footnote=words.t("It counts from their next press on. Tasks they accepted are offered to others."),
    )


async def _change_role(talk: Talk, data: Data) -> None:
    talk.forget()
    each = await people.change_role(talk.unit, UUID(data["member"]), data["role"], data.get("licence"))
    talk.say(member_card(talk.words, each, talk.t("The role is changed.")))


role_form = routes.form(
    Form(
        "member_role",
        (pick_step("role", _ask_role, _roles), text_step("licence", _ask_licence, needed=_needs_licence)),
        _change_role,
        review=_role_review,
        subject=("member.show", "member"),
    )
)


# The end of somebody's access


@routes.action("member.remove")
async def remove(talk: Talk, action: Action) -> None:
    """Ask once more: their access ends at once."""
    each = await people.member(talk.unit, row_id(action))
    await removal_form.start(talk, member=str(each.user_id), name=each.name, role=each.role)


async def _removal_review(talk: Talk, data: Data) -> Card:
    return removal_summary(talk.words, data["name"], data["role"])


def removal_summary(words: Words, name: str, role: str) -> Card:
    """Who goes, and what that means."""
    return Card(
        title=words.t("Remove from the team?"),
        text=words.t("Access ends at once. Accepted tasks are offered to others, and their requests are withdrawn."),
        rows=((words.t("Name"), name), (words.t("Role"), words.t(ROLE_NAMES[role]))),
    )


def _remove_button(talk: Talk, data: Data) -> Button:
    return Button(talk.t("Remove from the team"))


async def _remove(talk: Talk, data: Data) -> None:
    talk.forget()
    gone = await people.remove_staff(talk.unit, UUID(data["member"]))
    talk.say(removed_card(talk.words, gone))
    if left := await workflow.open_journeys_of_owner(talk.unit, gone.user_id):
        talk.say(orphans_card(talk.words, gone, left))


def removed_card(words: Words, gone: Member) -> Card:
    """It is done."""
    return Card(
        title=words.t("{name} is not on the team any more", name=gone.name),
        text=words.t("Their access has ended, in every chat."),
    )


def orphans_card(words: Words, gone: Member, journeys: Sequence[JourneyView]) -> Card:
    """Customers with an open plan that the person looked after, each to be handed over."""
    items = [
        Item(
            each.customer_name, words.pick(each.treatment), Button(each.customer_name, Action("journey.show", each.id))
        )
        for each in journeys[:8]
    ]
    title = words.n("{count} customer to hand over", "{count} customers to hand over", len(journeys))
    return list_card(words, title, items, "team.page")


removal_form = routes.form(
    Form(
        "member_removal",
        (),
        _remove,
        review=_removal_review,
        confirm=_remove_button,
        subject=("member.show", "member"),
    )
)


# Somebody new


@routes.action("member.add")
async def add(talk: Talk, action: Action) -> None:
    """Who joins the team."""
    branches = await clinics.branches(talk.unit)
    await addition_form.start(talk, branches=len(branches))


def _ask_name(talk: Talk, data: Data) -> str:
    return talk.t("What is the name of your new colleague? Customers see it too.")


def _check_name(text: str) -> None:
    clean_name(text)


def _ask_new_role(talk: Talk, data: Data) -> str:
    return talk.t("In which role does {name} work?", name=data["name"])


def _ask_new_branch(talk: Talk, data: Data) -> str:
    return talk.t("At which branch does {name} work?", name=data["name"])


async def _offer_branches(talk: Talk, data: Data) -> Sequence[Choice]:
    found = await clinics.branches(talk.unit)
    choices = [Choice(talk.words.pick(branch.names), branch.code) for branch in found]
    return [*choices, Choice(talk.t("all branches"), ALL_BRANCHES)]


async def _addition_review(talk: Talk, data: Data) -> Card:
    names = {branch.code: talk.words.pick(branch.names) for branch in await clinics.branches(talk.unit)}
    branch = names.get(data.get("branch", ""), talk.t("all branches"))
    return addition_summary(talk.words, data["name"], data["role"], branch, data.get("licence", ""))


def addition_summary(words: Words, name: str, role: str, branch: str, licence: str = "") -> Card:
    """Who joins."""
    return Card(
        title=words.t("Add to the team?"),
        rows=filled(
            (words.t("Name"), name),
            (words.t("Role"), words.t(ROLE_NAMES[role])),
            (words.t("Branch"), branch),
            (words.t("Licence number"), licence),
        ),
    )


async def _add(talk: Talk, data: Data) -> None:
    talk.forget()
    branch = data.get("branch", ALL_BRANCHES)
    invitation = await people.invite_staff(
        talk.unit,
        role=data["role"],
        name=data["name"],
        branch_code=None if branch == ALL_BRANCHES else branch,
        licence_no=data.get("licence"),
    )
    say_code(talk, data["name"], invitation)


def _has_branches(data: Data) -> bool:
    return bool(data.get("branches", 0) > 1)


addition_form = routes.form(
    Form(
        "member_addition",
        (
            text_step("name", _ask_name, check=_check_name),
            pick_step("role", _ask_new_role, _roles),
            pick_step("branch", _ask_new_branch, _offer_branches, needed=_has_branches),
            text_step("licence", _ask_licence, needed=_needs_licence),
        ),
        _add,
        review=_addition_review,
    )
)

"""Invitations: a code that binds a chat to a person, shown as text and QR pictures, and who has joined by one.

Codes are made and taken back through `domain.people`; `customer.joined` comes from the reactions to a joining.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from domain.errors import DomainError
from domain.people import service as people
from domain.people.model import Invitation
from domain.unit import Clinic
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView
from handlers.cards import Action, Button, Card, Picture, row_id
from handlers.journeys import show_button
from handlers.router import Routes
from handlers.talk import Link, Talk
from handlers.words import Words

routes = Routes()

CHANNELS: Final = {"line": "LINE", "telegram": "Telegram"}
"""What the channels are called."""


@routes.action("journey.invite")
async def invite(talk: Talk, action: Action) -> None:
    """A fresh code for the customer; the ones before it stop working."""
    await say_invitation(talk, await workflow.journey_view(talk.unit, row_id(action)))


@routes.action("customer.invite")
async def invite_customer(talk: Talk, action: Action) -> None:
    """A fresh code for a customer, whether they have a plan or not."""
    customer = await people.customer(talk.unit, row_id(action))
    say_code(talk, customer.name, await people.invite_customer(talk.unit, customer.id, None))


async def say_invitation(talk: Talk, journey: JourneyView) -> None:
    """Make a code for the journey's customer and show it: as text to pass on, and as a QR picture per channel."""
    invitation = await people.invite_customer(talk.unit, journey.customer_id, journey.id)
    say_code(talk, journey.customer_name, invitation)


def say_code(talk: Talk, name: str, invitation: Invitation) -> None:
    """The code in words, to pass on, and a picture to scan for each channel."""
    links = talk.links(invitation.code)
    talk.say(code_card(talk, name, invitation, links))
    for link in links:
        talk.say(link_card(talk, name, link))


def code_card(talk: Talk, name: str, invitation: Invitation, links: list[Link]) -> Card:
    """Words only, so that the whole message can be copied and sent on."""
    lines = [
        talk.t("Invitation for {name}: code {code}", name=name, code=invitation.code),
        talk.t("It works once, until {when}.", when=talk.words.when(invitation.expires_at)),
        talk.t("Open the chat with a link below, or type the code in the chat with {clinic}.", clinic=talk.clinic_name),
        *(f"{link.label}: {link.url}" for link in links),
    ]
    return Card(text="\n".join(lines))


def link_card(talk: Talk, name: str, link: Link) -> Card:
    """A QR code for the phone of the one who stands at the desk."""
    caption = talk.t("Scan to open {clinic} in {channel}", clinic=talk.clinic_name, channel=link.label)
    alt = talk.t("QR code that opens {clinic} in {channel}", clinic=talk.clinic_name, channel=link.label)
    return Card(
        title=link.label,
        text=talk.t("Let {name} scan this with their phone.", name=name),
        buttons=(Button(talk.t("Open in {channel}", channel=link.label), url=link.url),),
        picture=Picture("qr", {"url": link.url, "caption": caption}, alt),
    )


@routes.action("customer.unlink")
async def unlink(talk: Talk, action: Action) -> None:
    """[Not them]: the chat is taken off the customer, and there is a new code for the right person."""
    invitation = await people.unlink_customer(talk.unit, row_id(action))
    if invitation.customer_id is None:
        raise DomainError("bad_button")
    customer = await people.customer(talk.unit, invitation.customer_id)
    buttons = (show_button(talk.words, invitation.journey_id),) if invitation.journey_id else ()
    talk.say(talk.t("That chat is no longer linked to {name}. Here is a new code.", name=customer.name), *buttons)
    say_code(talk, customer.name, invitation)


@routes.presenter("customer.joined")
def joined(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """Whose chat was bound to a customer, with the way back if it is somebody else's."""
    not_them = Button(words.t("Not them"), Action("customer.unlink", id=UUID(facts["invitation_id"])), style="danger")
    return Card(
        title=words.t("{name} has joined", name=facts["name"]),
        text=words.t("Their chat is now linked to {name}. Please check that it is really them.", name=facts["name"]),
        rows=((words.t("Name in the chat"), facts["display_name"] or "–"), channel_row(words, facts)),
        buttons=(*to_journey(words, facts), not_them),
    )


def channel_row(words: Words, facts: Mapping[str, Any]) -> tuple[str, str]:
    """Where the customer wrote, as a row of a card."""
    channel = facts.get("channel") or ""
    return (words.t("Channel"), CHANNELS.get(channel, channel) or "–")


def to_journey(words: Words, facts: Mapping[str, Any]) -> tuple[Button, ...]:
    """The way to the customer's journey, if they have one."""
    journey_id = facts.get("journey_id")
    return (show_button(words, UUID(journey_id)),) if journey_id else ()

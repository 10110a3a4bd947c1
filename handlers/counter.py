"""The counter: staff type a coupon's code or scan its picture, see what it is, take it; a manager can undo that.

A code comes as a whole message (`dispatch`) or with a deep link (`start`).
"""

from __future__ import annotations

from domain.rewards import service as rewards
from domain.rewards.model import CouponView, State
from handlers.cards import Action, Button, Card, row_id
from handlers.coupon_cards import counter_card, is_open
from handlers.permissions import MANAGER, STAFF
from handlers.refusals import refusal
from handlers.router import Routes
from handlers.talk import Talk

routes = Routes()


async def look(talk: Talk, code: str) -> None:
    """The coupon behind a code; who scans one and is not staff hears whom it is for."""
    if not talk.roles & STAFF:
        talk.say(talk.t("This picture is for our staff at the counter. Please show it to them."))
        return
    view = await rewards.find(talk.unit, code)
    refused = await rewards.problem(talk.unit, view)
    card = await counter_view(talk, view, refusal(talk.words, refused) if refused else "")
    talk.say(card)


async def counter_view(talk: Talk, view: CouponView, text: str = "") -> Card:
    """A coupon as this member of staff sees it, with what they may do."""
    buttons: tuple[Button, ...] = ()
    if await rewards.problem(talk.unit, view) is None:
        buttons = (Button(talk.t("Use coupon"), Action("coupon.use", view.id), style="primary"),)
    undoable = view.state is State.USED or is_open(view, talk.unit.now)
    if talk.roles & MANAGER and undoable and view.customer_id != talk.unit.actor.customer_id:
        buttons += (Button(talk.t("Take back"), Action("coupon.take_back", view.id), style="danger"),)
    return counter_card(talk.words, view, talk.unit.now, *buttons, text=text)


@routes.action("coupon.use")
async def ask_use(talk: Talk, action: Action) -> None:
    """What is about to happen, to be confirmed."""
    view = await rewards.coupon(talk.unit, row_id(action))
    if refused := await rewards.problem(talk.unit, view):
        raise refused
    talk.say(
        counter_card(
            talk.words,
            view,
            talk.unit.now,
            Button(talk.t("Confirm"), Action("coupon.confirm_use", view.id), style="primary"),
            Button(talk.t("Back"), Action("coupon.show", view.id)),
            title=talk.t("Take this coupon?"),
        )
    )


@routes.action("coupon.confirm_use")
async def use(talk: Talk, action: Action) -> None:
    """The coupon is used."""
    view = await rewards.use(talk.unit, row_id(action))
    talk.say(await counter_view(talk, view, talk.t("Used ✅ Please give {name} the reward.", name=view.customer_name)))


@routes.action("coupon.take_back")
async def ask_take_back(talk: Talk, action: Action) -> None:
    """What taking a coupon back means, to be confirmed by the manager."""
    view = await rewards.coupon(talk.unit, row_id(action))
    talk.say(
        counter_card(
            talk.words,
            view,
            talk.unit.now,
            Button(talk.t("Confirm"), Action("coupon.confirm_take_back", view.id), style="danger"),
            Button(talk.t("Back"), Action("coupon.show", view.id)),
            title=talk.t("Take this coupon back?"),
            text=talk.t("The coupon ends and the customer's points are usable again, for at least 30 days."),
        )
    )


@routes.action("coupon.confirm_take_back")
async def take_back(talk: Talk, action: Action) -> None:
    """The coupon is over, its points are the customer's again."""
    view = await rewards.take_back(talk.unit, row_id(action))
    talk.say(await counter_view(talk, view, talk.t("Taken back. {name} has been told.", name=view.customer_name)))

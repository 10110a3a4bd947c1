"""Approvals: what a second person has to decide, and what became of what one asked for oneself.

The card is made from the request's facts (`domain.approvals.service.facts_of`), for answers, notices and edits. What a
yes does is decided by `domain.workflow.approve`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from domain.approvals import service as approvals
from domain.approvals.model import Approval, ApprovalKind, ApprovalState
from domain.unit import Actor, Clinic
from domain.workflow import service as workflow
from handlers.cards import Action, Button, Card, Item, filled, row_id
from handlers.lists import list_card
from handlers.menu import command_button
from handlers.router import Routes
from handlers.talk import Talk
from handlers.words import N_, Words

routes = Routes()

METHODS: Final[Mapping[str, str]] = {
    "cash": N_("Cash"),
    "card": N_("Card"),
    "transfer": N_("Bank transfer"),
}
TITLES: Final[Mapping[str, str]] = {
    ApprovalKind.PAYMENT: N_("Large payment: second person"),
    ApprovalKind.VOID_PAYMENT: N_("Void a payment: second person"),
}
QUESTIONS: Final[Mapping[str, str]] = {
    ApprovalKind.PAYMENT: N_("Please count the money yourself. Confirm only what you saw."),
    ApprovalKind.VOID_PAYMENT: N_("The payment no longer counts, its points go and the appointment is released."),
}
YES: Final[Mapping[str, str]] = {
    ApprovalKind.PAYMENT: N_("Confirm payment"),
    ApprovalKind.VOID_PAYMENT: N_("Void payment"),
}
ENDS: Final[Mapping[str, str]] = {
    ApprovalState.APPROVED: N_("Approved by {by}, {when}"),
    ApprovalState.REFUSED: N_("Refused by {by}, {when}"),
    ApprovalState.EXPIRED: N_("Nobody decided in time, so nothing was changed."),
    ApprovalState.WITHDRAWN: N_("Something changed in the meantime, so nothing was done. Please look at the customer."),
}


@routes.command("approvals")
async def waiting(talk: Talk) -> None:
    """What waits for me, and what I asked for."""
    await _say_lists(talk)


@routes.action("approval.page")
async def page(talk: Talk, action: Action) -> None:
    """Another page of what waits for me."""
    talk.say(to_decide_card(talk.words, await approvals.to_decide(talk.unit), action.choice))


async def _say_lists(talk: Talk) -> None:
    mine, asked = await approvals.to_decide(talk.unit), await approvals.asked_by_me(talk.unit)
    if len(mine) == 1:
        talk.say(approval_card(talk.words, approvals.facts_of(mine[0]), talk.unit.actor))
    elif mine:
        talk.say(to_decide_card(talk.words, mine))
    if asked:
        talk.say(asked_card(talk.words, asked))
    if not mine and not asked:
        talk.say(talk.t("Nothing is waiting for a second person."), command_button(talk.words, "payments"))


def to_decide_card(words: Words, waiting: Sequence[Approval], page: int = 0) -> Card:
    """What waits for the reader, oldest first."""
    return list_card(
        words, words.t("Waiting for you"), [_entry(words, each) for each in waiting], "approval.page", page
    )


def asked_card(words: Words, waiting: Sequence[Approval]) -> Card:
    """What the reader asked for and nobody has decided."""
    title = words.t("You asked for this")
    return list_card(words, title, [_entry(words, each) for each in waiting[:8]], "approval.page")


def _entry(words: Words, each: Approval) -> Item:
    amount = words.money(each.facts["amount_satang"])
    since = words.t("since {when}", when=words.when(each.requested_at))
    value = " · ".join([amount, each.requested_by_name, since])
    return Item(each.facts["customer"], value, Button(each.facts["customer"], Action("approval.show", id=each.id)))


def approval_card(words: Words, facts: Mapping[str, Any], viewer: Actor | None = None, said: str = "") -> Card:
    """One request; with the buttons to decide it while it waits, but not for `viewer` who asked for it."""
    kind, state, asked = facts["kind"], facts["state"], facts["facts"]
    open_now = state == ApprovalState.WAITING
    mine = viewer is not None and str(viewer.user_id) == facts["requested_by"]
    text = words.t(QUESTIONS[kind]) if open_now and not mine else _end(words, facts)
    return Card(
        title=words.t(TITLES[kind]),
        text="\n".join(filter(None, (said, text))),
        rows=filled(
            (words.t("Customer"), asked["customer"]),
            (words.t("Treatment"), words.pick(asked["treatment"])),
            (words.t("Amount"), words.money(asked["amount_satang"])),
            (words.t("Method"), words.t(METHODS[asked["method"]]) if asked.get("method") else ""),
            (words.t("Reason"), asked.get("reason", "")),
            (words.t("Asked by"), f"{facts['requested_by_name']} · {words.when(facts['requested_at'])}"),
            (words.t("Open until"), words.when(facts["expires_at"]) if open_now else ""),
        ),
        buttons=_buttons(words, facts) if open_now and not mine else _to_journey(words, facts),
    )


def _end(words: Words, facts: Mapping[str, Any]) -> str:
    if facts["state"] == ApprovalState.WAITING:
        return words.t("Your colleagues have been asked. You hear from us as soon as one has decided.")
    when = words.when(facts["decided_at"]) if facts["decided_at"] else ""
    return words.t(ENDS[facts["state"]], by=facts["decided_by_name"] or "–", when=when)


def _buttons(words: Words, facts: Mapping[str, Any]) -> tuple[Button, ...]:
    approval_id, version = UUID(facts["id"]), facts["version"]
    yes = Action("approval.confirm", approval_id, version=version)
    no = Action("approval.refuse", approval_id, version=version)
    return (
        Button(words.t(YES[facts["kind"]]), yes, style="primary"),
        Button(words.t("Refuse"), no, style="danger"),
    )


def _to_journey(words: Words, facts: Mapping[str, Any]) -> tuple[Button, ...]:
    return (Button(words.t("Show customer"), Action("journey.show", id=UUID(facts["journey_id"]))),)


@routes.action("approval.show")
async def show(talk: Talk, action: Action) -> None:
    """The request as it stands now."""
    found = await approvals.approval(talk.unit, row_id(action))
    talk.say(approval_card(talk.words, approvals.facts_of(found), talk.unit.actor))


@routes.action("approval.confirm")
async def confirm(talk: Talk, action: Action) -> None:
    """[Confirm payment], [Void payment]: the second person's yes."""
    done = await workflow.approve(talk.unit, row_id(action))
    talk.say(approval_card(talk.words, approvals.facts_of(done), talk.unit.actor))


@routes.action("approval.refuse")
async def refuse(talk: Talk, action: Action) -> None:
    """[Refuse]: nothing is done, and whoever asked hears it."""
    done = await approvals.refuse(talk.unit, row_id(action))
    talk.say(approval_card(talk.words, approvals.facts_of(done), talk.unit.actor))


@routes.presenter("approval.request")
def present_request(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To everybody who may be the second person."""
    return approval_card(words, facts)


@routes.presenter("approval.decided")
def present_decided(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To whoever asked: how it ended."""
    return approval_card(words, facts)


@routes.presenter("approval.over")
def present_over(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """In place of the request, for all who saw it."""
    return replace(approval_card(words, facts), buttons=())

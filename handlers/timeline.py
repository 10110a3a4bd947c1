"""A customer's history in words: who did what when, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from domain.overview.model import Event
from domain.payments.model import PaymentMethod
from domain.people.model import MESSAGE_PURPOSES, Customer
from handlers.approvals import METHODS
from handlers.cards import Action, Button, Card
from handlers.invitations import CHANNELS
from handlers.leads import SOURCES
from handlers.stages import stage_name
from handlers.words import N_, Words

PAGE: Final = 8
"""Events of one card."""
_LAST_PAGE: Final = 255
"""A button carries its page in one byte."""

MOVES: Final[Mapping[str, str]] = {
    "record_scan": N_("Skin scan done"),
    "send_proposal": N_("Plan sent"),
    "accept_proposal": N_("Plan accepted"),
    "decline_proposal": N_("Plan declined"),
    "schedule": N_("Time set"),
    "reschedule": N_("Time moved"),
    "start": N_("Treatment started"),
    "complete": N_("Treatment done"),
    "auto": N_("Aftercare began"),
    "close": N_("Closed"),
    "next_session": N_("Next session set"),
    "cancel_appointment": N_("Appointment cancelled"),
    "no_show": N_("Did not come"),
    "cancel": N_("Cancelled"),
    "mark_lost": N_("Not going ahead"),
    "reopen": N_("Opened again"),
    "abort": N_("Treatment stopped"),
    "void_payment": N_("Payment voided"),
    "amend": N_("Corrected by a manager"),
    "reassign": N_("Given to a colleague"),
}
FACTS: Final[Mapping[str, str]] = {
    "customer_joined": N_("Joined the chat"),
    "customer_unlinked": N_("Chat taken off"),
    "tier_changed": N_("New tier"),
    "consent_given": N_("Consent given"),
    "consent_withdrawn": N_("Consent refused or withdrawn"),
    "reward_redeemed": N_("Reward redeemed"),
    "coupon_used": N_("Coupon used"),
    "reminder_done": N_("Reminder or message went out"),
}
DETAILS: Final[Mapping[str, str]] = {
    "name": N_("Name"),
    "nickname": N_("Nickname"),
    "phone": N_("Phone"),
    "treatment": N_("Treatment"),
}
"""What of a lead can be corrected, with its label."""


def history_card(words: Words, customer: Customer, events: Sequence[Event], page: int) -> Card:
    """One page; `events` are one more than a page shows when there is another."""
    turn = [(page - 1, words.t("Newer"), page > 0), (page + 1, words.t("Earlier"), len(events) > PAGE)]
    return Card(
        title=words.t("History of {name}", name=customer.name),
        text="" if events else words.t("Nothing has happened yet."),
        rows=tuple((words.when(event.at), event_words(words, event)) for event in events[:PAGE]),
        buttons=(
            *(
                Button(label, Action("customer.history", customer.id, number))
                for number, label, there in turn
                if there and number <= _LAST_PAGE
            ),
            Button(words.t("All about the customer"), Action("customer.show", customer.id)),
        ),
    )


def event_words(words: Words, event: Event) -> str:
    """What happened, with what, why and by whom."""
    what = _what(words, event)
    return " · ".join(filter(None, (what, words.pick(event.treatment), event.text, event.by or "")))


def _what(words: Words, event: Event) -> str:
    match event.source:
        case "note":
            return words.t("Note")
        case "payment":
            method = words.t(METHODS[PaymentMethod(event.what)])
            return words.t("Paid {amount} ({method})", amount=words.money(event.satang), method=method)
        case "fact":
            about = _purpose(words, event.data.get("purpose", ""))
            return " · ".join(filter(None, (words.t(FACTS[event.what]), about)))
    if event.what == "edit":
        return _edit(words, event.data)
    if event.what == "create":
        source = event.data.get("source", "")
        return words.t("Taken in ({source})", source=words.t(SOURCES[source]) if source in SOURCES else source)
    if event.what in MOVES:
        return words.t(MOVES[event.what])
    return stage_name(words, event.data["stage"])


def _purpose(words: Words, purpose: str) -> str:
    """What a consent is for."""
    if purpose in MESSAGE_PURPOSES:
        channel = purpose.rpartition("_")[2]
        return words.t("News on {channel}", channel=CHANNELS.get(channel, channel))
    return words.t("Health data") if purpose == "health_record" else ""


def _edit(words: Words, data: Mapping[str, Any]) -> str:
    before, after = (_shown(words, data[side]) for side in ("before", "after"))
    return words.t(
        "{detail} changed: {before} → {after}", detail=words.t(DETAILS[data["detail"]]), before=before, after=after
    )


def _shown(words: Words, value: Any) -> str:
    """A value that was changed: a treatment is kept in both languages, what was missing shows as a dash."""
    return words.pick(value) if isinstance(value, dict) else str(value or "–")

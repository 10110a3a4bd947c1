"""From outbox rows to what a channel is given: cards, with an address, signed buttons and pictures; no I/O."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from bots import pictures
from bots.channel import Account, Letter
from bots.pictures.address import PictureAddress
from domain.database.outbox import Outgoing
from domain.unit import Clinic
from handlers.actions import ActionSigner
from handlers.cards import Card
from handlers.routes import ROUTES
from handlers.words import N_, Words


class Letters:
    """Writes the letter that goes around cards."""

    def __init__(self, signer: ActionSigner, addresses: PictureAddress) -> None:
        self._signer = signer
        self._addresses = addresses

    def write(self, account: Account, rows: Sequence[Outgoing], cards: Sequence[Card]) -> Letter:
        """One letter for the rows of one call, whose cards these are."""
        first = rows[0]
        words = Words(first.language or "th")
        return Letter(
            to=first.recipient,
            retry_key=first.retry_key,
            reply_token=first.reply_token,
            sign=lambda action: self._signer.sign(action, account.clinic_id, account.id, first.recipient),
            picture_url=lambda n: self._addresses.url(account.clinic_id, rows[n].id),
            picture_bytes=_drawer(cards),
            repeat_mark=words.t(N_("(possibly sent before)")) if any(row.repeated for row in rows) else "",
        )


def card_of(row: Outgoing, clinic: Clinic | None) -> Card:
    """The card of a row: an answer's own, or what its notice's presenter makes of the facts now."""
    if row.notice_kind is None:
        return Card.from_json(row.content["card"])
    if clinic is None:
        raise ValueError("a notice needs its clinic")
    return ROUTES.presenters[row.notice_kind](Words(row.language or "th", clinic.zone), clinic, row.content)


def _drawer(cards: Sequence[Card]) -> Callable[[int], bytes]:
    def draw(n: int) -> bytes:
        picture = cards[n].picture
        if picture is None:
            raise LookupError("this card has no picture")
        return pictures.draw(picture.noun, picture.facts)

    return draw


def batches(rows: Sequence[Outgoing], most: int) -> list[list[Outgoing]]:
    """Rows that go out in one call: those that share a reply token, up to the channel's limit; else one by one."""
    batches: list[list[Outgoing]] = []
    for token, group in groupby(rows, key=lambda row: row.reply_token):
        members = list(group)
        size = most if token else 1
        batches += [members[n : n + size] for n in range(0, len(members), size)]
    return batches

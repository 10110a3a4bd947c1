"""Money: what is due, how it was paid, and who may confirm it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from handlers.refusals.sentences import Say, plain
from handlers.words import N_

SENTENCES: Final[Mapping[str, Say]] = {
    "more_than_due": lambda w, f: w.t(
        N_("That is more than what is due ({due}). Please check the amount."), due=w.money(f["due"])
    ),
    "bad_method": plain(N_("Please choose how the money was paid.")),
    "already_paid": lambda w, f: w.t(
        N_("Already confirmed: {amount}, receipt no. {no}, by {by}, {when}."),
        amount=w.money(f["amount"]),
        no=f["receipt_no"],
        by=f["by"],
        when=w.when(f["at"]),
    ),
    "own_payment": plain(N_("You cannot confirm your own payment. Please ask a colleague.")),
    "money_undecided": plain(N_("Please say first what becomes of the money that was paid.")),
    "money_due": lambda w, f: w.t(
        N_("{due} is still to be paid. Please confirm the payment before closing."), due=w.money(f["due"])
    ),
}

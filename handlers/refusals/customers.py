"""Whose customer it is, and who wants to change that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from handlers.refusals.sentences import Say, plain
from handlers.words import N_

SENTENCES: Final[Mapping[str, Say]] = {
    "no_such_customer": plain(N_("We cannot find this customer. Type /find to look for them.")),
    "no_such_colleague": plain(N_("This colleague no longer looks after customers. Please choose another one.")),
    "owner_changed": lambda w, f: w.t(
        N_("In the meantime {by} looks after this customer. Please check before you go on."),
        by=f.get("by") or w.t("nobody"),
    ),
    "not_your_customer": lambda w, f: w.t(
        N_("{by} looks after this customer. Please ask them or a manager."), by=f.get("by") or w.t("a colleague")
    ),
    "already_theirs": lambda w, f: w.t(
        N_("{by} already looks after this customer. Choose another colleague."), by=f.get("by") or w.t("a colleague")
    ),
    "nothing_to_hand_over": lambda w, f: w.t(
        N_("{by} has no open customers to hand over. Type /pipeline to see the board."),
        by=f.get("by") or w.t("a colleague"),
    ),
    "paid_already": plain(N_("This customer has paid already, so a manager has to correct it. Please ask one.")),
}

"""Codes, chats and memberships: whose chat is whose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from handlers.refusals.sentences import Say, plain
from handlers.words import N_

SENTENCES: Final[Mapping[str, Say]] = {
    "code_unknown": plain(N_("We do not know this code. Please check it, or ask the clinic for a new one.")),
    "code_used": plain(N_("This code has already been used. Please ask the clinic for a new one.")),
    "code_revoked": plain(N_("This code is no longer valid. Please ask the clinic for a new one.")),
    "code_expired": plain(N_("This code has expired. Please ask the clinic for a new one.")),
    "chat_taken": plain(N_("This chat already belongs to another member. Please ask the clinic's staff for help.")),
    "person_taken": plain(
        N_("This membership is already linked to another chat here. Please ask the clinic's staff for help.")
    ),
    "not_linked_there": plain(N_("You have no chat with us there. Type /settings to see what you can choose.")),
    "not_linked": plain(N_("No chat is linked to this customer any more.")),
    "no_chat_yet": lambda w, f: w.t(
        N_("{name} has no chat with us yet. Please call, or invite them to the chat first."), name=f["name"]
    ),
    "no_such_invitation": plain(N_("This invitation no longer exists. Make a new one from the customer's card.")),
}

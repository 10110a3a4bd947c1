"""What takes two people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from handlers.refusals.sentences import Say, by_whom, plain
from handlers.words import N_, Words


def _decided(words: Words, facts: Mapping[str, Any]) -> str:
    """How a request ended, by whom and when; nobody decided one that expired or was withdrawn by the bot."""
    if facts["state"] in ("approved", "refused") and facts.get("by"):
        message = (
            N_("{by} already approved this, {when}.")
            if facts["state"] == "approved"
            else N_("{by} already refused this, {when}.")
        )
        return words.t(message, by=facts["by"], when=words.when(facts["at"]))
    return words.t(N_("This request is over, so nothing was changed. Type /approvals to see what is waiting."))


SENTENCES: Final[Mapping[str, Say]] = {
    "second_person_needed": lambda w, f: w.t(
        N_("Payments of {limit} or more need a second colleague. Please enter it in the chat."),
        limit=w.money(f["limit"]),
    ),
    "approval_waiting": by_whom(N_("{by} already asked for a second person, {when}. Type /approvals to see it.")),
    "already_decided": _decided,
    "own_request": plain(N_("You asked for this yourself, so a colleague has to decide.")),
    "no_such_approval": plain(N_("We cannot find this request. Type /approvals to see what is waiting.")),
}

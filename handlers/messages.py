"""Messages that no handler understood: whoever looks after the customer reads them and takes it from there.

The notice `message.forward` comes from the reactions to `message_not_understood`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.unit import Clinic
from handlers.cards import Card
from handlers.invitations import channel_row, to_journey
from handlers.router import Routes
from handlers.words import Words

routes = Routes()


@routes.presenter("message.forward")
def forwarded(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """What somebody wrote that no handler understood; a human being takes it from here."""
    if facts["text"] is None:
        taken_back = words.t("This message was taken back.")
        return Card(title=words.t("{name} wrote", name=facts["name"]), text=taken_back)
    return Card(
        title=words.t("{name} wrote", name=facts["name"]),
        text=facts["text"],
        rows=(channel_row(words, facts),),
        footnote=words.t("I could not answer this. They know that it was passed on to you; please contact them."),
        buttons=to_journey(words, facts),
    )

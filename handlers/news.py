"""News about one's customers: told one by one, or as one card when several came up within half a minute.

`domain.notifications.news` gathers them. A new kind of news needs its sentence here and its fact in
`domain.reactions.news`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from domain.unit import Clinic
from handlers.cards import Action, Button, Card, Item
from handlers.menu import command_button
from handlers.router import Routes
from handlers.words import N_, Words

routes = Routes()

NEWS: Final[Mapping[str, str]] = {
    "customer.given": N_("{by} has given you this customer."),
    "customer.taken": N_("{by} has given this customer to a colleague."),
    "appointment.confirmed": N_("Coming: the appointment is confirmed."),
}
"""What happened, said beside the customer's name."""


@routes.presenter("news")
def news(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """One piece of news as its own card, several as a list whose entries open the customer."""
    items = [_item(words, told) for told in facts["items"]]
    if len(items) == 1:
        [only], [told] = items, facts["items"]
        return Card(
            title=only.title, text=only.detail, buttons=(Button(words.t("All about the customer"), _opened(told)),)
        )
    return Card(
        title=words.n("{count} update about your customers", "{count} updates about your customers", len(items)),
        items=tuple(items),
        buttons=(command_button(words, "pipeline"),),
    )


def _item(words: Words, told: Mapping[str, Any]) -> Item:
    said = words.t(NEWS[told["kind"]], by=told.get("by", ""))
    return Item(told["name"], said, Button(told["name"], _opened(told)))


def _opened(told: Mapping[str, Any]) -> Action:
    return Action("customer.show", UUID(told["customer_id"]))

"""News about one's customers: told one by one, or as one card when several came up within half a minute.

`domain.notifications.news` gathers them. A new kind of news needs its sentence here and its fact in
`domain.reactions.news`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from domain.unit import Clinic
from handlers.cards import Action, Button, Card
from handlers.lists import PAGE
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
    """One piece of news as its own card, several as a list with a button for each customer."""
    items = facts["items"]
    told = [(item["name"], words.t(NEWS[item["kind"]], by=item.get("by", ""))) for item in items]
    customers = {item["customer_id"]: item["name"] for item in items}
    if len(items) == 1:
        ((name, said),) = told
        opened = Action("customer.show", UUID(items[0]["customer_id"]))
        return Card(title=name, text=said, buttons=(Button(words.t("All about the customer"), opened),))
    shown = list(customers.items())[:PAGE]
    return Card(
        title=words.n("{count} piece of news about your customers", "{count} news about your customers", len(items)),
        rows=tuple(told),
        buttons=(
            *(Button(name, Action("customer.show", UUID(customer_id))) for customer_id, name in shown),
            command_button(words, "pipeline"),
        ),
    )

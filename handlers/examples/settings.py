"""Examples of the settings of a customer and of staff."""

from __future__ import annotations

from domain.people.model import Reach
from handlers.cards import Action, Button, Card
from handlers.examples import example
from handlers.examples.chat import at_step, talk
from handlers.examples.demo import AS_BEAUTICIAN
from handlers.settings import again, duty_part, settings_card
from handlers.words import Words


@example("settings.show", "a customer on both channels")
def customer(words: Words) -> Card:
    both = Reach(("line", "telegram"), "line")
    return settings_card(talk(words), both, {"health_record": True, "marketing_line": True}, words.t("Saved."))


@example("settings.show", "a beautician on one")
def staff(words: Words) -> Card:
    event = talk(words, AS_BEAUTICIAN)
    duty = duty_part(event, Button(words.t("Go off duty"), Action("duty.off")), on_duty=True)
    return settings_card(event, Reach(("line",), None), None, duty=duty)


@example("settings.consent", "asked again")
def asked_again(words: Words) -> Card:
    return at_step(again, "marketing", talk(words), purpose="marketing_telegram")

"""Settings: one card with the language, duty, the channel for notices and the consents, each changed with one tap.

A consent is withdrawn at once, as easily as it was given (PDPA section 19); given again, it is asked for in full.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from domain.errors import DomainError
from domain.people import service as people
from domain.people.model import Reach
from handlers import consents
from handlers.cards import Action, Button, Card
from handlers.conversation import LANGUAGE_NAMES, speak
from handlers.duty import duty_button
from handlers.forms import Data, Form, Step
from handlers.router import Routes
from handlers.talk import Talk
from handlers.words import LANGUAGES

routes = Routes()

ASKED: Final = ("health_record", "marketing_line", "marketing_telegram")
"""What a customer can change their mind about. Buttons carry the position, so add only at the end."""
CHANNELS: Final = (None, "line", "telegram")
"""The same for channels; None is where one wrote last."""


@routes.command("settings")
async def settings(talk: Talk) -> None:
    """How things stand."""
    await _show(talk)


async def _show(talk: Talk, said: str = "") -> None:
    customer_id = talk.unit.actor.customer_id
    agreed = await people.consents_of(talk.unit, customer_id) if customer_id else None
    duty = None
    if user_id := talk.unit.actor.user_id:
        duty = duty_part(talk, await duty_button(talk), on_duty=(await people.staff(talk.unit, user_id)).on_duty)
    talk.say(settings_card(talk, await people.reach(talk.unit), agreed, said, duty))


Part = tuple[tuple[str, str], list[Button]]
"""A row of the card with the buttons that change it."""


def settings_card(
    talk: Talk,
    reach: Reach,
    agreed: Mapping[str, bool] | None,
    said: str = "",
    duty: Part | None = None,
) -> Card:
    """The card; `agreed` is the newest answer to every purpose, None for somebody who is no customer."""
    parts = [_language(talk), *([duty] if duty else [])]
    if len(reach.channels) > 1:
        parts.append(_channel(talk, reach))
    if agreed is not None:
        parts += [_consent(talk, purpose, agreed) for purpose in ASKED if _is_asked(purpose, reach)]
    return Card(
        title=talk.t("Settings"),
        text=said,
        rows=tuple(row for row, _ in parts),
        buttons=tuple(button for _, buttons in parts for button in buttons),
    )


def _language(talk: Talk) -> Part:
    now = LANGUAGES.index(talk.words.language)
    change = Button(LANGUAGE_NAMES[1 - now], Action("settings.language", choice=1 - now))
    return (talk.t("Language"), LANGUAGE_NAMES[now]), [change]


def duty_part(talk: Talk, change: Button, *, on_duty: bool) -> Part:
    """For staff: whether tasks are offered to them, and the way to the other."""
    return (talk.t("Tasks"), talk.t("on duty") if on_duty else talk.t("off duty")), [change]


def _channel(talk: Talk, reach: Reach) -> Part:
    offered: dict[str | None, str] = {None: talk.t("Where I wrote last")}
    offered |= {channel: consents.channel_name(talk, channel) for channel in reach.channels}
    buttons = [
        Button(offered[channel], Action("settings.channel", choice=choice))
        for choice, channel in enumerate(CHANNELS)
        if channel in offered and channel != reach.preferred
    ]
    return (talk.t("Notices come to"), offered.get(reach.preferred, offered[None])), buttons


def _consent(talk: Talk, purpose: str, agreed: Mapping[str, bool]) -> Part:
    given = agreed.get(purpose, False)
    if purpose == "health_record":
        name = talk.t("Health data")
    else:
        name = talk.t("News on {channel}", channel=consents.channel_name(talk, consents.channel_of(purpose)))
    label = talk.t("{name}: stop", name=name) if given else talk.t("{name}: allow", name=name)
    change = Button(label, Action("settings.consent", choice=ASKED.index(purpose), version=int(given)))
    return (name, talk.t("allowed") if given else talk.t("not allowed")), [change]


def _is_asked(purpose: str, reach: Reach) -> bool:
    return purpose == "health_record" or consents.channel_of(purpose) in reach.channels


@routes.action("settings.language")
async def change_language(talk: Talk, action: Action) -> None:
    """The other language, from this answer on."""
    if action.choice >= len(LANGUAGES):
        raise DomainError("bad_button")
    await speak(talk, LANGUAGES[action.choice])
    await _show(talk, talk.t("From now on we speak English with you."))


@routes.action("settings.channel")
async def change_channel(talk: Talk, action: Action) -> None:
    """Where notices come to."""
    if action.choice >= len(CHANNELS):
        raise DomainError("bad_button")
    await people.prefer_channel(talk.unit, CHANNELS[action.choice])
    await _show(talk, talk.t("Saved."))


@routes.action("settings.consent")
async def change_consent(talk: Talk, action: Action) -> None:
    """Off at once; on after the full words. A press on an old card, whose wish is true already, changes nothing."""
    if action.choice >= len(ASKED):
        raise DomainError("bad_button")
    purpose = ASKED[action.choice]
    given = (await people.consents_of(talk.unit, talk.customer_id)).get(purpose, False)
    if given != bool(action.version):
        await _show(talk)
    elif given:
        await consents.answer(talk, purpose, given=False)
        await _show(talk, talk.t("Stopped. Nothing changes in your care."))
    else:
        await again.start(talk, purpose=purpose)


async def _finish(talk: Talk, data: Data) -> None:
    await _show(talk, talk.t("Saved."))


def _again(name: str, needed: Callable[[Data], bool], own_words: frozenset[str]) -> Step:
    return consents.consent_step(name, lambda talk, data: str(data["purpose"]), needed, own_words)


again = routes.form(
    Form(
        "consent_again",
        (
            _again("health_record", lambda data: data["purpose"] == "health_record", frozenset()),
            _again("marketing", lambda data: data["purpose"] != "health_record", consents.STOP),
        ),
        _finish,
    )
)

"""`aura channel set`: connect a clinic's LINE official account or Telegram bot, prove it, register the webhook.

Telegram can be polled instead (`--mode polling`): then nobody outside need reach this program.

Secrets come from options, from the environment, or from standard input (`-`), so that they need not stand in
the shell's history.
"""

from __future__ import annotations

import secrets as random
import sys
from enum import StrEnum
from typing import Annotated

import typer

from bots.accounts import SecretBox
from bots.channel import AccountError, Proof
from bots.cli.clinics import require_clinic
from bots.cli.context import composition, fail, settings, show, with_units
from bots.connect import connect, renew_menus
from domain.unit import Units

group = typer.Typer(help="A clinic's accounts on LINE and Telegram.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Offline = Annotated[bool, typer.Option("--offline", help="Do not ask the platform; save as given.")]


class Mode(StrEnum):
    """How Telegram's updates reach us."""

    WEBHOOK = "webhook"
    POLLING = "polling"


@group.command("set")
def set_channel(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="The clinic.")],
    channel: Annotated[str, typer.Argument(help="line or telegram.")],
    channel_secret: Annotated[str, typer.Option(envvar="AURA_LINE_CHANNEL_SECRET", help="LINE; - reads a line.")] = "",
    access_token: Annotated[str, typer.Option(envvar="AURA_LINE_ACCESS_TOKEN", help="LINE; - reads a line.")] = "",
    bot_token: Annotated[str, typer.Option(envvar="AURA_TELEGRAM_BOT_TOKEN", help="Telegram; - reads a line.")] = "",
    webhook_secret: Annotated[str, typer.Option(envvar="AURA_TELEGRAM_WEBHOOK_SECRET", help="Made if missing.")] = "",
    mode: Annotated[Mode, typer.Option(help="Telegram: polling needs no public address.")] = Mode.WEBHOOK,
    offline: Offline = False,
    as_json: AsJson = False,
) -> None:
    """Prove the account's secrets, save them encrypted, and register the webhook (or remove it: polling)."""
    polling = mode is Mode.POLLING
    given = {
        "line": {"channel_secret": channel_secret, "access_token": access_token},
        "telegram": {"bot_token": bot_token, "webhook_secret": webhook_secret or random.token_urlsafe(32)},
    }.get(channel)
    if given is None:
        fail(f"there is no channel {channel}; there are line and telegram")
    secrets = {name: sys.stdin.readline().strip() if value == "-" else value for name, value in given.items()}
    if missing := [f"--{name.replace('_', '-')}" for name, value in secrets.items() if not value]:
        fail(f"{' and '.join(missing)} missing")
    config = settings()
    wiring = composition(context)
    address = f"{config.address}/webhooks/{channel}/{slug}"

    async def work(units: Units, box: SecretBox) -> Proof:
        clinic_id = await require_clinic(units, slug)
        async with wiring.channels(config) as channels:
            clinic = (clinic_id, slug)
            proof = await connect(
                units, box, channels[channel], clinic, secrets, address, polling=polling, offline=offline
            )
        await renew_menus(units, clinic_id, channel)
        return proof

    try:
        proof = with_units(config, work)
    except AccountError as error:
        fail(str(error))
    show(
        {
            "clinic": slug,
            "channel": channel,
            "account": proof.external_id,
            "handle": proof.handle,
            "webhook": None if polling else address,
        },
        as_json,
        f"Connected {proof.name or proof.handle or channel} ({proof.external_id or 'not proved'}).",
        "Long polling: `aura serve` fetches what people write." if polling else f"Webhook: {address}",
        "Menus: a worker installs them within a minute.",
        *_by_hand(channel),
    )


def _by_hand(channel: str) -> tuple[str, ...]:
    if channel == "line":
        return (
            "By hand, in the LINE Developers console: Use webhook on, Webhook redelivery on.",
            "By hand, in LINE Official Account Manager: greeting message off, auto-response off.",
        )
    return ("By hand, in BotFather: /setdescription and /setuserpic, if you like.",)

"""`aura channel set`: connect a clinic's LINE official account or Telegram bot, prove it, register the webhook.

Telegram can be polled instead (`--mode polling`): then nobody outside need reach this program.

Secrets come from options, from the environment, or from standard input (`-`), so that they need not stand in
the shell's history. Those that are not given stay as they are kept; one that is replaced and verifies webhooks goes on
verifying for a day. `aura channel reseal` encrypts all of them with the newest key of AURA_SECRET_KEY.
"""

from __future__ import annotations

import secrets as random
import sys
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

import typer

from bots.accounts import SecretBox
from bots.channel import AccountError, Proof
from bots.cli.clinics import require_clinic
from bots.cli.context import composition, console, fail, settings, show, with_units
from bots.connect import connect, is_polled, kept_secrets, renew_menus
from bots.resealing import Resealed, reseal_accounts
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
    new_webhook_secret: Annotated[bool, typer.Option("--new-webhook-secret", help="Telegram: make another.")] = False,
    drop_previous: Annotated[
        bool, typer.Option("--drop-previous", help="Refuse replaced secrets now (one has leaked), not after a day.")
    ] = False,
    mode: Annotated[Mode | None, typer.Option(help="Telegram: polling needs no public address; default as is.")] = None,
    offline: Offline = False,
    as_json: AsJson = False,
) -> None:
    """Prove the account's secrets, save them encrypted, and register the webhook (or remove it: polling)."""
    given = {
        "line": {"channel_secret": channel_secret, "access_token": access_token},
        "telegram": {
            "bot_token": bot_token,
            "webhook_secret": random.token_urlsafe(32) if new_webhook_secret else webhook_secret,
        },
    }.get(channel)
    if given is None:
        fail(f"there is no channel {channel}; there are line and telegram")
    given = {name: _typed(name) if value == "-" else value for name, value in given.items()}
    config = settings()
    wiring = composition(context)
    address = f"{config.address}/webhooks/{channel}/{slug}"

    async def work(units: Units, box: SecretBox) -> tuple[Proof, bool]:
        clinic_id = await require_clinic(units, slug)
        kept = await kept_secrets(units, box, clinic_id, channel)
        secrets = _whole(given, kept.current)
        polling = mode is Mode.POLLING if mode else await is_polled(units, clinic_id, channel)
        async with wiring.channels(config) as channels:
            proof = await connect(
                units,
                box,
                channels[channel],
                (clinic_id, slug),
                secrets,
                address,
                polling=polling,
                offline=offline,
                drop_previous=drop_previous,
            )
        await renew_menus(units, clinic_id, channel)
        return proof, polling

    try:
        proof, polling = with_units(config, work)
    except AccountError as error:
        fail(str(error))
    if proof.doubt:
        console.print(f"aura: {proof.doubt}", style="yellow", highlight=False, markup=False, soft_wrap=True)
    show(
        {
            "clinic": slug,
            "channel": channel,
            "account": proof.external_id,
            "handle": proof.handle,
            "webhook": None if polling else address,
        },
        as_json,
        f"Connected {proof.name or proof.handle or channel} ({'not proved' if offline else proof.external_id}).",
        "Long polling: `aura serve` fetches what people write." if polling else f"Webhook: {address}",
        "Menus: a worker installs them within a minute.",
        *_by_hand(channel),
    )


def _typed(name: str) -> str:
    """A secret from the next line of the standard input."""
    return sys.stdin.readline().strip() or fail(f"there is no line for --{name.replace('_', '-')}")


def _whole(given: Mapping[str, str], kept: Mapping[str, str]) -> dict[str, str]:
    """What was given, completed by what is kept and, for Telegram's webhook secret, by one that is made."""
    secrets = {name: value or kept.get(name, "") for name, value in given.items()}
    if not secrets.get("webhook_secret", "-"):
        secrets["webhook_secret"] = random.token_urlsafe(32)
    if missing := [f"--{name.replace('_', '-')}" for name, value in secrets.items() if not value]:
        fail(f"{' and '.join(missing)} missing")
    return secrets


@group.command()
def reseal(as_json: AsJson = False) -> None:
    """Encrypt every account's secrets with the newest key. Safe to run while the program serves, and to repeat."""

    async def work(units: Units, box: SecretBox) -> Resealed:
        return await reseal_accounts(units, box)

    found = with_units(settings(), work)
    show(
        {"resealed": found.done, "current": len(found.current), "unopened": found.unopened},
        as_json,
        f"Encrypted {found.done} accounts anew; {len(found.current)} had the newest key already.",
    )
    if found.unopened:
        names = ", ".join(found.unopened)
        fail(f"no key of AURA_SECRET_KEY opens {names}: add the key, or give the secrets anew with `aura channel set`")


def _by_hand(channel: str) -> tuple[str, ...]:
    if channel == "line":
        return (
            "By hand, in the LINE Developers console: Use webhook on, Webhook redelivery on.",
            "By hand, in LINE Official Account Manager: greeting message off, auto-response off.",
        )
    return ("By hand, in BotFather: /setdescription and /setuserpic, if you like.",)

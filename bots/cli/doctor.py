"""`aura doctor`: look at everything an installation needs and say what is wrong and what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import typer

from bots.channel import Account, AccountError, Channel, Pollable
from bots.cli.context import Composition, composition, database, run, settings, show
from bots.settings import Settings
from domain.database.clock import read_clock
from domain.database.session import list_accounts, list_clinics
from domain.database.upgrade import versions

Finding = tuple[str, bool, str]


def doctor(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """Check settings, database, accounts and addresses. Exits 1 if anything is wrong."""
    config = settings()
    with database(config, migrated=False) as found:
        findings = run(_collect(composition(context), config, found.url))
    show(
        {"findings": [{"what": what, "ok": ok, "say": say} for what, ok, say in findings]},
        as_json,
        *(f"{'ok ' if ok else 'BAD'} {what}: {say}" for what, ok, say in findings),
    )
    if not all(ok for _, ok, _ in findings):
        raise typer.Exit(1)


async def _collect(wiring: Composition, config: Settings, url: str) -> list[Finding]:
    current, head = await versions(url)
    findings: list[Finding] = [
        (
            "database",
            current == head,
            f"revision {current or 'none'} of {head}" + ("" if current == head else ": run `aura db upgrade`"),
        ),
        (
            "public address",
            config.address.startswith("https://"),
            f"{config.address}"
            + ("" if config.address.startswith("https://") else ": set AURA_PUBLIC_URL to the https address"),
        ),
    ]
    if current == head:
        findings += [finding async for finding in _program(wiring, config, url)]
    return findings


async def _program(wiring: Composition, config: Settings, url: str) -> AsyncIterator[Finding]:
    async with wiring.build(config, url) as program:
        yield "role", True, "row-level security binds the program's login"
        clinics = await list_clinics(program.engine)
        yield "clinics", bool(clinics), f"{len(clinics)}" if clinics else "none: run `aura clinic add`"
        yield "clock", True, (await read_clock(program.engine)).isoformat(timespec="seconds")
        for (channel, slug), entry in sorted((await list_accounts(program.engine)).items()):
            account = await program.accounts.by_id(entry.account_id)
            try:
                proof = await program.channels[channel].prove(account)
                ok, say = await _reception(program.channels[channel], account)
                yield f"{slug} {channel}", ok, ", ".join(filter(None, (proof.handle or proof.name, say)))
            except AccountError as error:
                yield f"{slug} {channel}", False, str(error)


async def _reception(channel: Channel, account: Account) -> tuple[bool, str]:
    """Whether what people write reaches us, as far as the platform tells."""
    if not isinstance(channel, Pollable):
        return True, ""
    found = await channel.reception(account)
    if account.polling:
        again = f"run `aura channel set {account.clinic_slug} {account.channel} --mode polling` again"
        return not found.webhook, f"a webhook keeps it from being polled: {again}" if found.webhook else "long polling"
    if not found.webhook:
        return False, f"no webhook: run `aura channel set {account.clinic_slug} {account.channel}` again"
    if found.waiting and found.trouble:
        return False, f"{found.waiting} events wait for the webhook; the last one failed: {found.trouble}"
    return True, "webhook"

"""`aura doctor`: look at everything an installation needs and say what is wrong and what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import typer

from bots.accounts import SealedError, SecretBox
from bots.channel import AccountError
from bots.cli.context import Composition, composition, database, run, settings, show
from bots.resealing import look_at_accounts
from bots.settings import Settings
from domain.database.clock import read_clock
from domain.database.session import list_accounts, list_clinics
from domain.database.upgrade import versions
from domain.unit import Units

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
        async for finding in _secrets(program.units, program.box):
            yield finding
        for (channel, slug), entry in sorted((await list_accounts(program.engine)).items()):
            try:
                account = await program.accounts.by_id(entry.account_id)
                proof = await program.channels[channel].prove(account)
                yield f"{slug} {channel}", True, proof.handle or proof.name
            except SealedError:  # told above
                continue
            except AccountError as error:
                yield f"{slug} {channel}", False, str(error)


async def _secrets(units: Units, box: SecretBox) -> AsyncIterator[Finding]:
    found = await look_at_accounts(units, box)
    for name in found.unopened:
        repair = "add that key again, or give its secrets anew with `aura channel set`"
        yield f"{name} secrets", False, f"encrypted with a key that is not in AURA_SECRET_KEY: {repair}"
    if found.older:
        say = f"{', '.join(found.older)} still need an older key of AURA_SECRET_KEY: run `aura channel reseal`"
        yield "secret key", True, say
    elif not found.unopened:
        yield "secret key", True, "the first key of AURA_SECRET_KEY opens every account"

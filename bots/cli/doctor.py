"""`aura doctor`: look at everything an installation needs and say what is wrong and what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import typer

from bots.accounts import SealedError, SecretBox
from bots.channel import Account, AccountError, Channel
from bots.cli.context import Composition, composition, database, run, settings, show
from bots.cli.findings import Finding, of_quota, of_work
from bots.resealing import look_at_accounts
from bots.settings import Settings
from domain.database.figures import read_figures
from domain.database.session import list_accounts, list_clinics
from domain.database.upgrade import schema, versions
from domain.unit import Units
from scheduler.job import AnyJob, CalendarJob


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
    too_old = schema().lacks(current)
    findings: list[Finding] = [
        (
            "database",
            not too_old,
            f"revision {current or 'none'} of {head}" + (": run `aura db upgrade`" if too_old else ""),
        ),
        (
            "public address",
            config.address.startswith("https://"),
            f"{config.address}"
            + ("" if config.address.startswith("https://") else ": set AURA_PUBLIC_URL to the https address"),
        ),
    ]
    if not too_old:
        findings += [finding async for finding in _program(wiring, config, url)]
    return findings


async def _program(wiring: Composition, config: Settings, url: str) -> AsyncIterator[Finding]:
    async with wiring.build(config, url) as program:
        yield "role", True, "row-level security binds the program's login"
        clinics = await list_clinics(program.engine)
        yield "clinics", bool(clinics), f"{len(clinics)}" if clinics else "none: run `aura clinic add`"
        jobs: tuple[AnyJob, ...] = program.scheduler.jobs
        figures = await read_figures(program.engine, [job.name for job in jobs if isinstance(job, CalendarJob)])
        yield "clock", True, figures.now.isoformat(timespec="seconds")
        for finding in of_work(figures, jobs):
            yield finding
        async for finding in _secrets(program.units, program.box):
            yield finding
        for (channel, slug), entry in sorted((await list_accounts(program.engine)).items()):
            try:
                account = await program.accounts.by_id(entry.account_id)
            except SealedError:  # told above
                continue
            async for finding in _account(program.channels[channel], account, f"{slug} {channel}"):
                yield finding


async def _account(channel: Channel, account: Account, name: str) -> AsyncIterator[Finding]:
    what = name
    try:
        proof = await channel.prove(account)
        ok, say = await _reception(channel, account)
        yield what, ok, ", ".join(filter(None, (proof.handle or proof.name, say)))
        what = f"{name} quota"
        if quota := await channel.quota(account):
            yield of_quota(what, quota)
    except AccountError as error:
        yield what, False, str(error)


async def _reception(channel: Channel, account: Account) -> tuple[bool, str]:
    """Whether what people write reaches us, as far as the platform tells."""
    found = await channel.reception(account)
    again = f"run `aura channel set {account.clinic_slug} {account.channel}"
    if account.polling:
        webhook = f"a webhook keeps it from being polled: {again} --mode polling` again"
        return not found.webhook, webhook if found.webhook else "long polling"
    if not found.webhook:
        return False, f"no webhook: {again}` again"
    return not found.trouble, found.trouble or "webhook"


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

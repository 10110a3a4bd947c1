"""SQL of clinics: treatments, gap-free counters, and accounts on the channels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from domain.clinics.model import Branch, ChannelAccount, Package, Treatment
from domain.clinics.tables import branches, channel_accounts, clinic_counters, clinics, treatments
from domain.database.session import Connection
from domain.database.tables import inbox

_IN_TURN = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")
_t = treatments.c
_TREATMENTS = select(
    _t.id,
    _t.code,
    _t.name_th,
    _t.name_en,
    _t.price_satang,
    _t.minutes,
    _t.roles,
    _t.scan_required,
    _t.category,
    _t.packages,
).where(_t.active)
_a = channel_accounts.c
_ACCOUNTS = select(
    _a.id,
    _a.clinic_id,
    clinics.c.slug.label("clinic_slug"),
    _a.channel,
    _a.external_id,
    _a.handle,
    _a.name,
    _a.secrets,
    _a.settings,
    _a.menus,
    _a.polling,
).join(clinics, clinics.c.id == _a.clinic_id)


async def active_treatments(db: Connection, clinic_id: UUID, scan_required: bool | None) -> list[Treatment]:
    """What is sold now, cheapest first; with `scan_required`, only those that do or do not need a scan."""
    query = _TREATMENTS.where(_t.clinic_id == clinic_id).order_by(_t.price_satang, _t.code)
    if scan_required is not None:
        query = query.where(_t.scan_required == scan_required)
    return [_treatment(row._mapping) for row in await db.execute(query)]


async def treatment(db: Connection, clinic_id: UUID, treatment_id: UUID) -> Treatment | None:
    """One treatment that is sold now."""
    row = (await db.execute(_TREATMENTS.where(_t.clinic_id == clinic_id, _t.id == treatment_id))).one_or_none()
    return _treatment(row._mapping) if row else None


async def treatment_by_code(db: Connection, clinic_id: UUID, code: str) -> Treatment | None:
    """One treatment that is sold now, by the clinic's own code."""
    row = (await db.execute(_TREATMENTS.where(_t.clinic_id == clinic_id, _t.code == code))).one_or_none()
    return _treatment(row._mapping) if row else None


async def branches_of(db: Connection, clinic_id: UUID) -> list[Branch]:
    """Every branch, by code."""
    b = branches.c
    query = select(b.id, b.code, b.name_th, b.name_en).where(b.clinic_id == clinic_id).order_by(b.code)
    return [Branch(**row._mapping) for row in await db.execute(query)]


async def next_number(db: Connection, clinic_id: UUID, counter: str) -> int:
    """The counter's next value; its row stays locked to the end of the transaction, and rolls back with it.

    Whoever asks waits for the end of those who asked before. A row's own lock goes to any of those who wait for it:
    with a dozen desks taking money, one came last again and again, for longer than a statement may take.
    """
    await db.execute(_IN_TURN, {"key": f"{clinic_id}{counter}"})
    first = insert(clinic_counters).values(clinic_id=clinic_id, name=counter, value=1)
    upsert = first.on_conflict_do_update(
        index_elements=["clinic_id", "name"], set_={"value": clinic_counters.c.value + 1}
    )
    value: int = (await db.execute(upsert.returning(clinic_counters.c.value))).scalar_one()
    return value


async def secret(db: Connection, clinic_id: UUID, name: str, fresh: str) -> str:
    """The clinic's secret of this name; `fresh` when it had none."""
    c = clinics.c
    missing = (c.id == clinic_id, ~c.settings.has_key(name))
    await db.execute(update(clinics).where(*missing).values(settings=c.settings.concat({name: fresh})))
    kept: str = (await db.execute(select(c.settings[name].astext).where(c.id == clinic_id))).scalar_one()
    return kept


async def load_account(db: Connection, clinic_id: UUID, account_id: UUID) -> ChannelAccount | None:
    """One account on a channel, secrets still encrypted."""
    row = (await db.execute(_ACCOUNTS.where(_a.clinic_id == clinic_id, _a.id == account_id))).one_or_none()
    return ChannelAccount(**row._mapping) if row else None


async def account_on(db: Connection, clinic_id: UUID, channel: str, *, lock: bool = False) -> ChannelAccount | None:
    """The clinic's account on a channel; with `lock`, nobody else changes it in this transaction.

    Events and messages that refer to it still come in: a worker that holds one would else wait for us, and we for it.
    """
    query = _ACCOUNTS.where(_a.clinic_id == clinic_id, _a.channel == channel)
    row = (
        await db.execute(query.with_for_update(of=channel_accounts, key_share=True) if lock else query)
    ).one_or_none()
    return ChannelAccount(**row._mapping) if row else None


async def reseal_account(db: Connection, clinic_id: UUID, account_id: UUID, sealed: bytes, resealed: bytes) -> bool:
    """Keep the same secrets encrypted anew; False when somebody has saved others since `sealed` was read."""
    change = update(channel_accounts).where(_a.clinic_id == clinic_id, _a.id == account_id, _a.secrets == sealed)
    return (await db.execute(change.values(secrets=resealed))).rowcount == 1


async def save_account(
    db: Connection,
    clinic_id: UUID,
    *,
    channel: str,
    external_id: str,
    handle: str,
    name: str,
    secrets: bytes,
    settings: Mapping[str, Any],
) -> UUID:
    """Make the clinic's account on a channel, or change it; its id, and so every chat on it, stays."""
    values = {
        "external_id": external_id,
        "handle": handle,
        "name": name,
        "secrets": secrets,
        "settings": dict(settings),
    }
    upsert = (
        insert(channel_accounts)
        .values(clinic_id=clinic_id, channel=channel, **values)
        .on_conflict_do_update(index_elements=["clinic_id", "channel"], set_={**values, "revision": _a.revision + 1})
    )
    account_id: UUID = (await db.execute(upsert.returning(_a.id))).scalar_one()
    return account_id


async def set_aside_event_ids(db: Connection, clinic_id: UUID, account_id: UUID, of: str) -> None:
    """The account becomes another one than `of`, whose events may carry the same ids: those are kept apart from now on.

    Telegram counts updates bot by bot (https://core.telegram.org/bots/api#update).
    """
    known = (inbox.c.clinic_id == clinic_id) & (inbox.c.account_id == account_id) & ~inbox.c.event_id.contains(":")
    await db.execute(update(inbox).where(known).values(event_id=f"{of}:" + inbox.c.event_id))


async def claim_menus(
    db: Connection, clinic_id: UUID, account_id: UUID, seconds: float, *, has: str | None = None, lacks: str = ""
) -> bool:
    """Become the one that works on an account's menus, for so long; False if somebody else is.

    False also unless the platform `has` this version of them, or `lacks` it.
    """
    version = _a.menus["version"].astext
    free = or_(_a.menus_until.is_(None), _a.menus_until < func.clock_timestamp())
    claim = (
        update(channel_accounts)
        .where(_a.clinic_id == clinic_id, _a.id == account_id, free)
        .where(version.is_distinct_from(lacks) if has is None else version == has)
        .values(menus_until=_from_now(seconds))
    )
    return (await db.execute(claim.returning(_a.id))).scalar() is not None


async def hold_menus(db: Connection, clinic_id: UUID, account_id: UUID, seconds: float) -> None:
    """Let nobody work on an account's menus for so long: the platform asked for it."""
    change = update(channel_accounts).where(_a.clinic_id == clinic_id, _a.id == account_id)
    await db.execute(change.values(menus_until=_from_now(seconds)))


async def forget_menus(db: Connection, clinic_id: UUID, channel: str) -> None:
    """Have the menus of a clinic's account looked after anew and at once, whatever was known of them."""
    change = update(channel_accounts).where(_a.clinic_id == clinic_id, _a.channel == channel)
    await db.execute(change.values(menus={}, menus_until=None, revision=_a.revision + 1))


async def save_menus(db: Connection, clinic_id: UUID, account_id: UUID, menus: Mapping[str, Any]) -> None:
    """Write down which menus the platform has now; every process hears of it as of a changed account."""
    change = update(channel_accounts).where(_a.clinic_id == clinic_id, _a.id == account_id)
    await db.execute(change.values(menus=dict(menus), menus_until=None, revision=_a.revision + 1))


def _from_now(seconds: float) -> ColumnElement[datetime]:
    """A moment of real time: what a platform asks for has nothing to do with the clinic's clock."""
    return func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, seconds)


def _treatment(columns: RowMapping) -> Treatment:
    packages = tuple(Package(**package) for package in columns["packages"])
    return Treatment(**{**columns, "roles": tuple(columns["roles"]), "packages": packages})

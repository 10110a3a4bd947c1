"""Setting the demo's stage: two clinics with accounts on both platforms, and the phones with their people.

Safe to repeat at every start: clinics, people and accounts are found again, webhooks registered anew.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp

from bots.accounts import Accounts, SecretBox
from bots.channel import Channel
from bots.connect import connect
from bots.settings import Settings
from bots.simulator.control import Phone, Words
from domain.catalogue import add_clinic, demo_clinics, load_demo
from domain.database.session import find_clinic
from domain.people import service as people
from domain.unit import Units

STAR = "DRG"
# (key, role, name on the staff list or of the customer, English name). Add at the end: places are the platforms' ids.
CAST = (
    ("sales", "sales", "คุณเจ", "Jay"),
    ("beautician", "beautician", "คุณมิ้นท์", "Mint"),
    ("customer", "customer", "แนท", "Nat"),
    ("doctor", "doctor", "พญ.สาธิต ใจดี", "Dr Satit"),
    ("beautician2", "beautician", "คุณแนน", "Nan"),
    ("manager", "manager", "คุณพลอย", "Ploy"),
    ("customer2", "customer", "นก", "Nok"),
)


@dataclass(slots=True)
class Stage:
    """Builds the demo's world through the platforms' control surface and the domain's own use cases."""

    units: Units
    accounts: Accounts
    channels: Mapping[str, Channel]
    settings: Settings
    http: aiohttp.ClientSession
    platforms: str
    secrets: Mapping[str, Mapping[str, str]]

    async def open_clinics(self) -> UUID:
        """Both demo clinics with their people and accounts; returns the id of the one that is played."""
        ids: dict[str, UUID] = {}
        for data in demo_clinics():
            slug = data["slug"]
            found = await find_clinic(self.units.engine, slug)
            ids[slug] = found or await add_clinic(self.units, slug, data["name_th"], data["name_en"], data["timezone"])
            async with self.units.clinic(ids[slug]) as unit:
                await load_demo(unit, data)
            await self._connect(ids[slug], slug, data["name_th"])
        await self.accounts.refresh()
        return ids[STAR]

    async def phones(self, kept: Path) -> list[Phone]:
        """The phones; staff who have not joined yet hold their invitation. `kept` remembers the codes."""
        invitations = await asyncio.to_thread(_read, kept)
        accounts = {a.channel: a for a in await self.accounts.of_clinic(STAR)}
        data = next(d for d in demo_clinics() if d["slug"] == STAR)
        phones = []
        for number, (key, role, name, label) in enumerate(CAST, 1):
            ids = {channel: await self._person(channel, number, name) for channel in accounts}
            if role != "customer" and key not in invitations:
                invitations[key] = await self._invite(role, name)
            phones.append(
                Phone(
                    role=role,
                    label=Words(name, label),
                    people=ids,
                    accounts={channel: account.external_id for channel, account in accounts.items()},
                    language="en" if key == "customer" else "th",
                    clinic=Words(data["name_th"], data["name_en"]),
                    invitations=invitations.get(key, {}),
                    key=key,
                )
            )
        await asyncio.to_thread(kept.write_text, json.dumps(invitations), encoding="utf-8")
        return phones

    async def _invite(self, role: str, name: str) -> dict[str, str]:
        """One link a channel, each with a code of its own: a code works once."""
        clinic_id = next(a.clinic_id for a in await self.accounts.of_clinic(STAR))
        links = {}
        async with self.units.clinic(clinic_id) as unit:
            member = next(p for p in await people.staff_of_role(unit, [role]) if p.name == name)
            for account in await self.accounts.of_clinic(STAR):
                invitation = await people.reinvite_staff(unit, member.user_id, keep_others=True)
                links[account.channel] = self.channels[account.channel].link(account, invitation.code)
        return links

    async def _connect(self, clinic_id: UUID, slug: str, name: str) -> None:
        bot, token = self.secrets[slug]["bot"], self.secrets[slug]["token"]
        box = SecretBox(self.settings.secret_keys())
        for channel, handle, secrets in (
            ("line", {}, {"channel_secret": token, "access_token": f"line-{token}"}),
            (
                "telegram",
                {"username": f"{slug.lower()}_demo_bot"},
                {"bot_token": f"{bot}:{token}", "webhook_secret": token},
            ),
        ):
            await self._control(channel, "accounts", slug=slug, name=name, **handle, **secrets)
            await connect(
                self.units,
                box,
                self.channels[channel],
                (clinic_id, slug),
                secrets,
                f"{self.settings.address}/webhooks/{channel}/{slug}",
            )

    async def _person(self, channel: str, number: int, name: str) -> str:
        ident = f"U{number:032x}" if channel == "line" else str(500_000 + number)
        made = await self._control(channel, "people", id=ident, name=name, language="th")
        return str(made["id"])

    async def _control(self, channel: str, path: str, **body: Any) -> dict[str, Any]:
        async with self.http.post(f"{self.platforms}/{channel}/control/{path}", json=body) as answer:
            answer.raise_for_status()
            made: dict[str, Any] = await answer.json()
            return made


def _read(kept: Path) -> dict[str, dict[str, str]]:
    read: dict[str, dict[str, str]] = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    return read

"""Records of a clinic's catalogue and of its accounts on the channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Package:
    """A course: what so many treatments cost together, in satang."""

    sessions: int
    price_satang: int


@dataclass(frozen=True, slots=True)
class Treatment:
    """What the clinic sells: price in satang, length in minutes, and the staff roles that may perform it."""

    id: UUID
    code: str
    name_th: str
    name_en: str
    price_satang: int
    minutes: int
    roles: tuple[str, ...]
    scan_required: bool
    """False: sold without a skin scan before it (facials, products, repeat sessions)."""
    category: str = ""
    packages: tuple[Package, ...] = ()

    @property
    def offers(self) -> tuple[Package, ...]:
        """Everything that can be bought of it: one treatment, then its courses."""
        return (Package(1, self.price_satang), *self.packages)

    @property
    def names(self) -> dict[str, str]:
        """The name in both languages, as notices carry it."""
        return {"th": self.name_th, "en": self.name_en}


@dataclass(frozen=True, slots=True)
class Branch:
    """A place of the clinic, with its own code."""

    id: UUID
    code: str
    name_th: str
    name_en: str

    @property
    def names(self) -> dict[str, str]:
        """The name in both languages."""
        return {"th": self.name_th, "en": self.name_en}


@dataclass(frozen=True, slots=True)
class ChannelAccount:
    """The clinic's account on one channel. `secrets` is encrypted; only `bots` can open it."""

    id: UUID
    clinic_id: UUID
    clinic_slug: str
    channel: str
    external_id: str
    handle: str
    name: str
    secrets: bytes
    settings: Mapping[str, Any]
    menus: Mapping[str, Any]
    """Which menus the platform has from us: their `version`, their `ids` by key, and whether older ones are `swept`."""
    polling: bool
    """Its events are fetched; there is no webhook."""

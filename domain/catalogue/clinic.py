"""Entries of the clinic itself: its names and settings, its branches and their rooms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any, Literal

from domain.catalogue.entry import Entry, Named, Words

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class ClinicNames(Entry):
    """What the clinic is called and how it is reached; `settings` are documented where they are read."""

    name_th: Words
    name_en: Words
    phone: str = ""
    timezone: str = "Asia/Bangkok"
    settings: dict[str, Any] = {}


def without_secrets(settings: Mapping[str, Any]) -> dict[str, Any]:
    """A clinic's settings as a file may carry them to another clinic."""
    return {name: value for name, value in settings.items() if not name.endswith("_secret")}


class Room(Named):
    """A room of a branch."""


class Branch(Named):
    """A place of the clinic: opening periods by weekday (a missing weekday is closed), its rooms."""

    opening: dict[Weekday, list[tuple[time, time]]] = {}
    address_th: str = ""
    address_en: str = ""
    rooms: list[Room] = []

    def columns(self) -> dict[str, object]:
        """The row without clinic and id."""
        opening = self.model_dump(mode="json", include={"opening"})["opening"]
        periods = {day: [[opens[:5], closes[:5]] for opens, closes in hours] for day, hours in opening.items()}
        addresses = {"address_th": self.address_th, "address_en": self.address_en}
        return {**super().columns(), "opening": periods, **addresses}

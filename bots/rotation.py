"""An account's secrets as they are kept: those in force, and what verified webhooks until lately.

`aura channel set` gives new ones; `Accounts` asks which verify now. Only what verifies overlaps: requests signed with
the secret before are still under way (LINE redelivers, Telegram repeats for hours), while whoever sends uses the
new token at once. What this makes of them as JSON is encrypted by `SecretBox` before it reaches the database.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

OVERLAP = timedelta(hours=24)
"""How long a replaced secret still verifies, in real time."""
_BETWEEN = re.compile(r"[,\s]+")


@dataclass(frozen=True, slots=True)
class Former:
    """A replaced secret: what it is called, and until when it verifies."""

    name: str
    value: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """The secrets in force by name, and the replaced ones, newest first."""

    current: Mapping[str, str] = field(default_factory=dict, repr=False)
    former: tuple[Former, ...] = ()

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Self:
        """What `to_json` made."""
        former = tuple(
            Former(f["name"], f["value"], datetime.fromisoformat(f["until"])) for f in kept.get("former", ())
        )
        return cls({name: value for name, value in kept.items() if name != "former"}, former)

    def to_json(self) -> dict[str, Any]:
        """One flat object, as an account without former secrets has always been kept."""
        former = [{"name": f.name, "value": f.value, "until": f.until.isoformat()} for f in self.former]
        return {**self.current, **({"former": former} if former else {})}

    def rotated(self, given: Mapping[str, str], verifier: str, now: datetime) -> Self:
        """These secrets replaced by `given`; what `verifier` named until now verifies for OVERLAP from `now` on.

        Giving the same again changes nothing and prolongs nothing.
        """
        new = _values(given, verifier)
        replaced = [Former(verifier, value, now + OVERLAP) for value in _values(self.current, verifier)]
        known = (*replaced, *self.without_expired(now).former)
        return replace(self, current=dict(given), former=tuple(f for f in known if f.value not in new))

    def without_expired(self, now: datetime) -> Self:
        """These secrets without the former ones whose time is over."""
        return replace(self, former=tuple(former for former in self.former if former.until > now))

    def accepted(self, now: datetime) -> Mapping[str, str]:
        """The secrets by name; where several verify they stand in one value, newest first, as channels read them."""
        accepted = dict(self.current)
        for former in self.without_expired(now).former:
            accepted[former.name] = f"{accepted.get(former.name, '')} {former.value}"
        return accepted


def _values(secrets: Mapping[str, str], name: str) -> list[str]:
    return [value for value in _BETWEEN.split(secrets.get(name, "")) if value]

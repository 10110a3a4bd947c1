"""Reading a picture's facts: they arrive as JSON from an outbox row, so their types are checked here."""

from __future__ import annotations

from collections.abc import Mapping


def words(facts: Mapping[str, object], key: str) -> str:
    """The text under `key`; ValueError names the key when it is missing or is not text."""
    value = facts.get(key)
    if not isinstance(value, str):
        raise ValueError(f"picture fact {key!r} must be text")
    return value


def share(facts: Mapping[str, object], key: str) -> float:
    """The number under `key`, held between 0 and 1; ValueError when it is missing or is not a number."""
    value = facts.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise ValueError(f"picture fact {key!r} must be a number")
    return min(1.0, max(0.0, float(value)))


def pairs(facts: Mapping[str, object], key: str) -> list[tuple[str, str]]:
    """The list of [label, value] texts under `key`; ValueError when it is anything else."""
    value = facts.get(key)
    if not isinstance(value, list | tuple):
        raise ValueError(f"picture fact {key!r} must be a list")
    return [_pair(row, key) for row in value]


def _pair(row: object, key: str) -> tuple[str, str]:
    match row:
        case [str(label), str(value)]:
            return label, value
    raise ValueError(f"picture fact {key!r} must hold [label, value] texts")


def whole(facts: Mapping[str, object], key: str) -> int:
    """The whole number of pixels under `key`; ValueError when it is missing or is none."""
    value = facts.get(key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"picture fact {key!r} must be a whole number")
    return value

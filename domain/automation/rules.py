"""Whether a rule's conditions hold: a language of comparisons and nothing else. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from domain.automation.model import Condition, Op


def holds(conditions: Iterable[Condition], facts: Mapping[str, Any]) -> bool:
    """True when every condition holds. A field that is not there, or of another type, holds for `ne` alone."""
    return all(_holds(condition, facts.get(condition.field)) for condition in conditions)


def _holds(condition: Condition, found: Any) -> bool:
    wanted = condition.value
    match condition.op:
        case Op.EQ:
            return _same(found, wanted)
        case Op.NE:
            return not _same(found, wanted)
        case Op.IN:
            return isinstance(wanted, list | tuple) and any(_same(found, each) for each in wanted)
        case Op.GTE:
            return _number(found) and _number(wanted) and bool(found >= wanted)
        case Op.LTE:
            return _number(found) and _number(wanted) and bool(found <= wanted)


def _same(found: Any, wanted: Any) -> bool:
    """Equal and of one kind: true is not 1."""
    return found == wanted and isinstance(found, bool) == isinstance(wanted, bool)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

"""Entries of the clinic's own rules: after a fact, if every condition holds, one allowed action."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from domain.automation.model import FACTS, MOST_POINTS, Deed, Op
from domain.catalogue.entry import Code, Entry, Named


class AutomationCondition(Entry):
    """One thing that must hold: a field of the fact (or one of `automation.model.CONTEXT`) compared with a value."""

    field: Code
    op: Op
    value: str | int | float | bool | list[str | int | float]

    @model_validator(mode="after")
    def _value_fits(self) -> Self:
        many, number = isinstance(self.value, list), isinstance(self.value, int | float)
        if many != (self.op is Op.IN) or (self.op in (Op.GTE, Op.LTE) and not number):
            raise ValueError(f"{self.op} does not go with this value")
        return self


class AutomationRule(Named):
    """A rule of the clinic's own: after a fact, if every condition holds, one allowed action."""

    fact: Code
    conditions: list[AutomationCondition] = []
    action: Deed
    params: dict[str, str | int] = {}
    active: bool = False

    @model_validator(mode="after")
    def _can_run(self) -> Self:
        if self.fact not in FACTS:
            raise ValueError(f"there is no fact {self.fact!r}; rules wait for: {', '.join(FACTS)}")
        points = self.params.get("points", 0)
        if self.action is Deed.GIVE_POINTS and not (isinstance(points, int) and 0 < points <= MOST_POINTS):
            raise ValueError(f"give_points needs points from 1 to {MOST_POINTS}")
        if self.action in (Deed.NOTIFY_OWNER, Deed.NOTIFY_MANAGERS) and not {"th", "en"} <= self.params.keys():
            raise ValueError(f"{self.action} needs its words in both languages: th and en")
        return self

    def columns(self) -> dict[str, object]:
        """The row without clinic and id."""
        return {
            "key": self.code,
            "name_th": self.th,
            "name_en": self.en,
            "fact": self.fact,
            "conditions": [condition.model_dump(mode="json") for condition in self.conditions],
            "action": str(self.action),
            "params": self.params,
            "active": self.active,
        }

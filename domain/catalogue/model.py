"""The shape of catalogue files: read from YAML, checked here, written by `service.py`.

A file with a mistake is refused as a whole (pydantic's ValidationError names the place). Prices and
thresholds are whole baht in the files and satang everywhere else. Each noun's entries are in the file of its name.
"""

from __future__ import annotations

from typing import Final, Self

from pydantic import ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from domain.catalogue.automation import AutomationRule
from domain.catalogue.clinic import Branch, ClinicNames
from domain.catalogue.entry import Entry
from domain.catalogue.followups import Rule, Template
from domain.catalogue.loyalty import Achievement, Reward, Tier
from domain.catalogue.treatments import StageTask, Treatment


class Catalogue(Entry):
    """Everything a clinic starts with but people."""

    treatments: list[Treatment]
    tiers: list[Tier]
    achievements: list[Achievement]
    rewards: list[Reward] = []
    templates: list[Template]
    rules: list[Rule]
    stage_tasks: list[StageTask]
    automation: list[AutomationRule] = []


SECTIONS: Final = {
    "branches": "code",
    "treatments": "code",
    "tiers": "code",
    "achievements": "code",
    "rewards": "code",
    "templates": "key",
    "rules": "key",
    "automation": "code",
}
"""Sections of the file, with what tells their entries apart."""


class ClinicFile(Catalogue):
    """A clinic's whole set-up, as `aura clinic export` writes it: everything but people."""

    clinic: ClinicNames
    branches: list[Branch] = []

    @model_validator(mode="after")
    def _refers_to_what_is_there(self) -> Self:
        """Codes and keys that other lines name must be in the file; each once."""
        treatments = {treatment.code for treatment in self.treatments}
        templates = {template.key for template in self.templates}
        references = {
            "rewards": {"treatment": treatments, "tier": {tier.code for tier in self.tiers}},
            "rules": {"treatment": treatments, "template": templates},
            "stage_tasks": {"treatment": treatments},
        }
        wrong = [
            ((section, n, name), f"there is no {name} {named!r} in this file")
            for section, known in references.items()
            for n, entry in enumerate(getattr(self, section))
            for name, codes in known.items()
            if (named := getattr(entry, name)) and named not in codes
        ]
        wrong += [
            ((section, n, key), f"{getattr(entry, key)!r} stands here twice")
            for section, key in SECTIONS.items()
            for n, entry in enumerate(getattr(self, section))
            if getattr(entry, key) in {getattr(other, key) for other in getattr(self, section)[:n]}
        ]
        if wrong:
            raise ValidationError.from_exception_data("the file", [_line_error(*place) for place in wrong])
        return self


def _line_error(loc: tuple[str | int, ...], message: str) -> InitErrorDetails:
    return InitErrorDetails(type=PydanticCustomError("reference", "{said}", {"said": message}), loc=loc, input=None)

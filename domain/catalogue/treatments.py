"""Entries of treatments: what is sold, in which courses, and by which protocol it is done."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.catalogue.entry import Code, Count, Entry, Named, StaffRole, Words
from domain.payments.rules import SATANG_PER_BAHT
from domain.workflow.model import Stage

Phase = Literal["pre", "during", "post"]


class Package(Entry):
    """A course: so many sessions for so many baht."""

    sessions: Annotated[int, Field(gt=1)]
    price: Count

    def columns(self) -> dict[str, int]:
        """As it lies in the treatment's row."""
        return {"sessions": self.sessions, "price_satang": self.price * SATANG_PER_BAHT}


class Check(Entry):
    """One line of a treatment's protocol; what is required blocks its completion."""

    code: Code
    th: Words
    en: Words
    phase: Phase
    required: bool = True


class Treatment(Named):
    """What is sold: baht, minutes, who performs it, days until it is due again, its courses and its protocol.

    `lot_required`: each use of a product is written down with its lot number. `prep_*` is what to do before it.
    """

    price: Count
    minutes: Annotated[int, Field(gt=0)]
    roles: Annotated[list[StaffRole], Field(min_length=1)]
    recall_days: Count
    scan_required: bool = True
    category: str = ""
    packages: list[Package] = []
    checklist: list[Check] = []
    lot_required: bool = False
    prep_th: str = ""
    prep_en: str = ""

    def columns(self) -> dict[str, object]:
        """The row without clinic and id."""
        return {
            **super().columns(),
            "price_satang": self.price * SATANG_PER_BAHT,
            "minutes": self.minutes,
            "roles": [str(role) for role in self.roles],
            "recall_days": self.recall_days,
            "scan_required": self.scan_required,
            "category": self.category,
            "packages": [package.columns() for package in self.packages],
            "checklist": [check.model_dump(mode="json") for check in self.checklist],
            "lot_required": self.lot_required,
            "prep_th": self.prep_th,
            "prep_en": self.prep_en,
            "active": True,
        }


class StageTask(Entry):
    """Entering a stage opens a task of this kind; without a treatment, for every treatment.

    `scan_required`: for every treatment that needs a skin scan first.
    """

    stage: Stage
    kind: Code
    treatment: Code | None = None
    scan_required: bool = False

"""The shape of the demo file: clinics with their people. Everything in it is invented."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from domain.catalogue.clinic import Branch
from domain.catalogue.entry import Code, Entry, StaffRole, Words


class Member(Entry):
    """A member of the demo's staff; without a branch, of every branch."""

    name: Words
    role: StaffRole
    branch: Code | None = None
    licence_no: str | None = None
    skills: list[Code] = []
    """Codes of the treatments this person may do; none named: everything of their role."""


class Alert(Entry):
    """What a performer must know of a customer; `blocks`: treatment does not start without a doctor's override."""

    kind: Literal["allergy", "pregnancy", "medicine", "illness", "reaction", "other"]
    text: Words
    blocks: bool = False


class Pause(Entry):
    """A medical pause of the loyalty clock from the day of loading on, for so many days."""

    reason: Literal["pregnancy", "illness", "other"]
    days: Annotated[int, Field(gt=0, le=365)]


class Visitor(Entry):
    """A customer of the demo; `staff` is the name of the member of staff who is the same human being."""

    name: Words
    phone: str
    language: Literal["th", "en"] | None = None
    owner: str | None = None
    branch: Code | None = None
    staff: str | None = None
    birth_date: date | None = None
    alerts: list[Alert] = []
    pause: Pause | None = None


class DemoClinic(Entry):
    """One clinic of the demo: its names and its people. Everything in it is invented."""

    slug: Code
    name_th: Words
    name_en: Words
    timezone: str
    phone: str
    licence_no: str
    branches: list[Branch]
    staff: list[Member]
    customers: list[Visitor]

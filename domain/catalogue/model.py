"""The shape of catalogue and demo files: read from YAML, checked here, written by `service.py`.

A file with a mistake is refused as a whole (pydantic's ValidationError names the place). Prices and
thresholds are whole baht in the files and satang everywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from domain.automation.model import FACTS, MOST_POINTS, Deed, Op
from domain.followups.model import Anchor, DeliveryClass, Outcome
from domain.payments.rules import SATANG_PER_BAHT
from domain.people.model import Role
from domain.rewards.model import Kind, Period
from domain.workflow.model import Stage

Code = Annotated[str, Field(min_length=1, max_length=40)]
Words = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0)]
Phase = Literal["pre", "during", "post"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
StaffRole = Literal[Role.BEAUTICIAN, Role.DOCTOR, Role.SALES, Role.MANAGER]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Named(_Entry):
    code: Code
    th: Words
    en: Words

    def columns(self) -> dict[str, object]:
        """Code and names as their columns."""
        return {"code": self.code, "name_th": self.th, "name_en": self.en}


class Package(_Entry):
    """A course: so many sessions for so many baht."""

    sessions: Annotated[int, Field(gt=1)]
    price: Count

    def columns(self) -> dict[str, int]:
        """As it lies in the treatment's row."""
        return {"sessions": self.sessions, "price_satang": self.price * SATANG_PER_BAHT}


class Check(_Entry):
    """One line of a treatment's protocol; what is required blocks its completion."""

    code: Code
    th: Words
    en: Words
    phase: Phase
    required: bool = True


class Treatment(_Named):
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


class Tier(_Named):
    """A rung of the ladder: baht to enter and to keep, earning factor in basis points, months until points expire."""

    enter: Count
    keep: Count
    multiplier_bp: Annotated[int, Field(gt=0)]
    expiry_months: Annotated[int, Field(gt=0)]
    welcome_points: Count = 0

    def columns(self) -> dict[str, object]:
        """The row without clinic and id."""
        return {
            **super().columns(),
            "enter_satang": self.enter * SATANG_PER_BAHT,
            "keep_satang": self.keep * SATANG_PER_BAHT,
            "multiplier_bp": self.multiplier_bp,
            "expiry_months": self.expiry_months,
            "welcome_points": self.welcome_points,
        }


class Achievement(_Named):
    """A badge: what is counted, how much of it, and the points given with it."""

    metric: Literal["completed_treatments"]
    target: Annotated[int, Field(gt=0)]
    points: Count

    def columns(self) -> dict[str, object]:
        """The row without clinic and id."""
        return {**super().columns(), "metric": self.metric, "target": self.target, "points": self.points}


class Reward(_Named):
    """What points can get: minimum tier, stock and limit (for ever, or in each period), and how its coupon ends.

    `discount` and `minimum` are baht; `treatment` is the code of what a treatment coupon is good for.
    """

    points: Annotated[int, Field(gt=0)]
    tier: Code
    stock: Count | None = None
    stock_period: Period | None = None
    limit: Annotated[int, Field(gt=0)] | None = None
    limit_period: Period | None = None
    branches: list[Code] = []
    active_from: datetime | None = None
    active_until: datetime | None = None
    valid_days: Annotated[int, Field(gt=0)]
    fixed_end: datetime | None = None
    kind: Kind
    discount: Annotated[int, Field(gt=0)] | None = None
    minimum: Count | None = None
    treatment: Code | None = None
    refundable: bool = True

    def columns(self) -> dict[str, object]:
        """The row without clinic and id."""
        return {
            **super().columns(),
            "points": self.points,
            "min_tier": self.tier,
            "stock": self.stock,
            "stock_period": self.stock_period,
            "person_limit": self.limit,
            "limit_period": self.limit_period,
            "branches": self.branches,
            "active_from": self.active_from,
            "active_until": self.active_until,
            "valid_days": self.valid_days,
            "fixed_end": self.fixed_end,
            "kind": self.kind,
            "discount_satang": self.discount * SATANG_PER_BAHT if self.discount else None,
            "minimum_satang": self.minimum * SATANG_PER_BAHT if self.minimum else None,
            "treatment_code": self.treatment,
            "refundable": self.refundable,
            "active": True,
        }


class Answer(_Entry):
    """One button under a question, and what pressing it leads to; `action` names the act of an outcome `action`."""

    code: Code
    th: Words
    en: Words
    outcome: Outcome
    action: str = ""


class Template(_Entry):
    """A question in both languages with its buttons; their order never changes, a sent button carries it.

    A key that ends in `_CODE` of a treatment, or `_category`, goes before the plain one for those treatments.
    """

    key: Code
    th: Words
    en: Words
    answers: list[Answer] = []

    def columns(self) -> dict[str, object]:
        """The row without clinic and id."""
        answers = [answer.model_dump(mode="json", exclude_defaults=True) for answer in self.answers]
        return {"key": self.key, "text_th": self.th, "text_en": self.en, "answers": answers}


class Rule(_Entry):
    """When a template is sent: days and minutes after an anchor (negative: before it), at an hour of the clinic's day.

    For one treatment or all.
    """

    key: Code
    anchor: Anchor
    offset_days: int = 0
    offset_minutes: int = 0
    at_time: time | None = None
    message_class: DeliveryClass
    template: Code
    treatment: Code | None = None
    active: bool = True

    def columns(self, treatments: dict[str, UUID]) -> dict[str, object]:
        """The row without clinic and id; `treatments` gives the id of each code."""
        return {
            "key": self.key,
            "anchor": str(self.anchor),
            "offset_days": self.offset_days,
            "offset_minutes": self.offset_minutes,
            "at_time": self.at_time,
            "message_class": str(self.message_class),
            "template_key": self.template,
            "treatment_id": treatments[self.treatment] if self.treatment else None,
            "active": self.active,
        }


class StageTask(_Entry):
    """Entering a stage opens a task of this kind; without a treatment, for every treatment.

    `scan_required`: for every treatment that needs a skin scan first.
    """

    stage: Stage
    kind: Code
    treatment: Code | None = None
    scan_required: bool = False


class AutomationCondition(_Entry):
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


class AutomationRule(_Named):
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


class Catalogue(_Entry):
    """Everything a clinic starts with but people."""

    treatments: list[Treatment]
    tiers: list[Tier]
    achievements: list[Achievement]
    rewards: list[Reward] = []
    templates: list[Template]
    rules: list[Rule]
    stage_tasks: list[StageTask]
    automation: list[AutomationRule] = []


class ClinicNames(_Entry):
    """What the clinic is called and how it is reached; `settings` are documented where they are read."""

    name_th: Words
    name_en: Words
    phone: str = ""
    timezone: str = "Asia/Bangkok"
    settings: dict[str, Any] = {}


def without_secrets(settings: Mapping[str, Any]) -> dict[str, Any]:
    """A clinic's settings as a file may carry them to another clinic."""
    return {name: value for name, value in settings.items() if not name.endswith("_secret")}


class Room(_Named):
    """A room of a branch."""


class Branch(_Named):
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


def _line_error(loc: tuple[str | int, ...], message: str) -> InitErrorDetails:
    return InitErrorDetails(type=PydanticCustomError("reference", "{said}", {"said": message}), loc=loc, input=None)


class Member(_Entry):
    """A member of the demo's staff; without a branch, of every branch."""

    name: Words
    role: StaffRole
    branch: Code | None = None
    licence_no: str | None = None
    skills: list[Code] = []
    """Codes of the treatments this person may do; none named: everything of their role."""


class Alert(_Entry):
    """What a performer must know of a customer; `blocks`: treatment does not start without a doctor's override."""

    kind: Literal["allergy", "pregnancy", "medicine", "illness", "reaction", "other"]
    text: Words
    blocks: bool = False


class Pause(_Entry):
    """A medical pause of the loyalty clock from the day of loading on, for so many days."""

    reason: Literal["pregnancy", "illness", "other"]
    days: Annotated[int, Field(gt=0, le=365)]


class Visitor(_Entry):
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


class DemoClinic(_Entry):
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

"""What the examples are about: the demo's clinic, its treatments and people, and a moment in its day.

Names and prices come from the catalogue that every clinic starts with, so that the gallery shows what clinics see.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.catalogue import demo_clinic, starting_catalogue
from domain.clinics.model import Package, Treatment
from domain.payments.rules import SATANG_PER_BAHT
from domain.tasks import service as tasks
from domain.tasks.model import Round, TaskState, TaskView
from domain.unit import Actor, Clinic
from domain.workflow.model import JourneyView, Stage

ID: Final = UUID("3f0c7c1e-0c6f-4d39-8b53-0a3c6d1c1f11")
"""Every row of the examples: cards carry ids, people never see them."""
NOW: Final = datetime(2026, 7, 17, 7, 2, tzinfo=UTC)
"""14:02 on a Friday in Bangkok."""
AT: Final = NOW.isoformat()
PHONE: Final = "+66812345678"
CODE: Final = "K7Q2M0XR4T"

NOK: Final = "นก"
LONG: Final = "พิมพ์ลภัสรดา วัฒนศักดิ์ไพศาลกุล"
ANNA: Final = "Anna-Katharina Featherstonehaugh"
PEOPLE: Final = (LONG, ANNA, NOK, "สมชาย", "เมย์", "ต้น", "แพร", "ออย", "บี", "กานต์", "ตาล", "Nat")
SALES: Final = "คุณเจ"
BEAUTICIAN: Final = "คุณมิ้นท์"
DOCTOR: Final = "พญ.สาธิต ใจดี"

STARTED: Final = (TaskState.IN_PROGRESS, TaskState.ON_HOLD, TaskState.COMPLETED)

_clinic = demo_clinic("DRG") or {}
CLINIC: Final = Clinic(
    id=ID,
    slug="DRG",
    name_th=_clinic["name_th"],
    name_en=_clinic["name_en"],
    zone=ZoneInfo(_clinic["timezone"]),
    phone=_clinic["phone"],
    settings={},
)

TREATMENTS: Final = {
    row["code"]: Treatment(
        ID,
        row["code"],
        row["th"],
        row["en"],
        row["price"] * SATANG_PER_BAHT,
        row["minutes"],
        tuple(row["roles"]),
        row.get("scan_required", True),
        row["category"],
        tuple(Package(package["sessions"], package["price"] * SATANG_PER_BAHT) for package in row.get("packages", ())),
    )
    for row in starting_catalogue()["treatments"]
}
FACIAL: Final = TREATMENTS["FAC-HYD"].names
LONGEST: Final = TREATMENTS["ULT"].names

AS_CUSTOMER: Final = Actor("customer", ID, None, ID, NOK)
AS_STRANGER: Final = Actor("stranger", ID)
AS_SALES: Final = Actor("sales", ID, ID, None, SALES)
AS_MANAGER: Final = Actor("manager", ID, ID, None, "คุณพลอย")
AS_BEAUTICIAN: Final = Actor("beautician", ID, ID, None, BEAUTICIAN)
AS_DOCTOR: Final = Actor("doctor", ID, ID, None, DOCTOR)


def journey(stage: Stage = Stage.LEAD, **changes: Any) -> JourneyView:
    """The journey of a customer with a long name: the facial, nothing paid, no chat yet."""
    view = JourneyView(
        id=ID,
        version=3,
        stage=stage,
        customer_id=ID,
        customer_person_id=ID,
        customer_name=LONG,
        phone=PHONE,
        linked=False,
        treatment=FACIAL,
        treatment_id=ID,
        scan_required=False,
        agreed_satang=129_000,
        paid_satang=0,
        owner_id=ID,
        owner_name=SALES,
        owner_person_id=ID,
        scheduled_at=None,
        source="walk_in",
        created_at=NOW,
        stage_changed_at=NOW,
        tier="bronze",
        minimum_satang=None,
        concerns=(),
        session_treatment_id=None,
        branch_id=None,
        no_show_count=0,
        appointment_id=None,
        appointment_state=None,
        appointment_at=None,
        performer_name=None,
        arrived_at=None,
        late_minutes=0,
        sessions_left=0,
        plan_accepted=False,
    )
    return replace(view, **changes)


def task(state: TaskState = TaskState.REQUESTED, **changes: Any) -> TaskView:
    """The doctor's longest treatment for a customer with a long name, offered until half an hour from now."""
    taken = state is not TaskState.REQUESTED
    view = TaskView(
        id=ID,
        journey_id=ID,
        customer_id=ID,
        customer_name=LONG,
        customer_code="DRG-0042",
        branch_id=ID,
        tier="platinum",
        kind="treatment",
        treatment=LONGEST,
        treatment_code="ULT",
        roles=("doctor",),
        lot_required=True,
        room={"th": "ห้องเลเซอร์", "en": "Laser room"},
        room_id=ID,
        state=state,
        version=2,
        round=Round.FIRST,
        reason="",
        performer_id=None,
        performer_named=False,
        performer_name=None,
        assignee_id=ID if taken else None,
        assignee_name=DOCTOR if taken else None,
        assignee_person_id=ID if taken else None,
        orphaned=False,
        handed_to=None,
        handed_name=None,
        created_at=NOW,
        scheduled_at=NOW,
        accept_by=NOW + timedelta(minutes=30),
        accepted_at=NOW + timedelta(minutes=4) if taken else None,
        started_at=NOW + timedelta(minutes=9) if state in STARTED else None,
        completed_at=NOW + timedelta(minutes=114) if state is TaskState.COMPLETED else None,
        adverse_open=False,
        alerts=(),
        checklist=(),
        lots=(),
        notes=(),
        overrides=(),
    )
    return replace(view, **changes)


def task_facts(state: TaskState = TaskState.REQUESTED, **changes: Any) -> dict[str, Any]:
    """The same as a notice carries it."""
    return tasks.task_facts(task(state, **changes))

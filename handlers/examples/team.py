"""Examples of the team as its managers see it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.overview.model import AuditLine
from domain.people.model import Member
from domain.tasks.model import TaskState
from handlers import team, team_forms
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.chat import at_step, summary, talk
from handlers.examples.demo import (
    AS_MANAGER,
    BEAUTICIAN,
    CLINIC,
    DOCTOR,
    ID,
    LONG,
    NOW,
    PEOPLE,
    SALES,
    journey,
    task_facts,
)
from handlers.words import Words

ARI = {"th": "อารีย์ กรุงเทพฯ", "en": "Ari, Bangkok"}


def member(name: str, role: str, **changes: Any) -> Member:
    """Somebody of the team, on both channels."""
    usual: dict[str, Any] = {"branch": ARI, "licence_no": None, "on_duty": True, "chats": ("line", "telegram")}
    return Member(ID, ID, name, role, **{**usual, **changes})


STAFF = [
    member("คุณพลอย", "manager", branch=None),
    member(SALES, "sales"),
    member("คุณฝน", "sales", chats=(), on_duty=False),
    member(DOCTOR, "doctor", branch=None, licence_no="ว.12345"),
    *[member(name, "beautician") for name in (BEAUTICIAN, "คุณแนน", *PEOPLE[:4])],
]


@example("team.list", "ten people")
def people(words: Words) -> Card:
    return team.team_card(words, STAFF)


@example("member.show", "a doctor")
def one(words: Words) -> Card:
    return team.member_card(words, STAFF[3], words.t("The role is changed."))


def _line(kind: str, about: str, before: str = "", after: str = "", **changes: Any) -> AuditLine:
    shown: dict[str, Any] = {"at": NOW, "by": "คุณพลอย", "reason": "", **changes}
    return AuditLine(kind=kind, about=about, before=before, after=after, **shown)


@example("team.audit", "one of each kind")
def audit(words: Words) -> Card:
    lines = [
        _line("role_changed", BEAUTICIAN, "beautician", "doctor"),
        _line("staff_removed", "คุณฝน", "sales"),
        _line("staff_invited", DOCTOR, after="doctor", by=None),
        _line("approval_decided", LONG, after="approved"),
        _line("automation_switched", "", after="on"),
        _line("void_payment", LONG, "treatment_scheduled", "proposal_sent", reason="สลิปปลอม"),
        _line("amend", LONG, "closed", "closed", reason="ลืมให้แต้มวันเกิด", at=NOW - timedelta(days=40)),
        _line("start", LONG, "treatment_scheduled", "treatment_started", reason="แพทย์อนุญาต"),
    ]
    return team.audit_card(words, lines)


@example("team.audit", "nothing yet")
def no_audit(words: Words) -> Card:
    return team.audit_card(words, [])


@example("team.under_way", "a doctor who has left")
def under_way(words: Words) -> Card:
    return team.present_under_way(words, CLINIC, {"name": DOCTOR, "task": task_facts(TaskState.IN_PROGRESS)})


@example("team.role_changed", "a beautician who is a manager now")
def new_role(words: Words) -> Card:
    return team.present_role(words, CLINIC, {"role": "manager"})


# Changing it


@example("member.change_role", "the summary")
def role(words: Words) -> Card:
    return summary(words, team_forms.role_summary(words, LONG, "beautician", "doctor", "ว.12345"))


@example("member.change_role", "the licence number")
def licence(words: Words) -> Card:
    known = {"member": str(ID), "name": DOCTOR, "had": "sales", "licensed": False, "role": "doctor"}
    return at_step(team_forms.role_form, "licence", talk(words, AS_MANAGER), **known)


@example("member.remove", "the summary")
def removal(words: Words) -> Card:
    return summary(words, team_forms.removal_summary(words, LONG, "sales"))


@example("member.remove", "done")
def removed(words: Words) -> Card:
    return team_forms.removed_card(words, STAFF[2])


@example("member.remove", "customers to hand over")
def orphans(words: Words) -> Card:
    return team_forms.orphans_card(words, STAFF[2], [journey(customer_name=name) for name in PEOPLE])


@example("member.add", "the name")
def name(words: Words) -> Card:
    return at_step(team_forms.addition_form, "name", talk(words, AS_MANAGER), branches=2)


@example("member.add", "the summary")
def addition(words: Words) -> Card:
    return summary(words, team_forms.addition_summary(words, LONG, "doctor", words.pick(ARI), "ว.12345"))

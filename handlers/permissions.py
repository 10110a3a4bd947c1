"""Who may do what: the one table of words people type and of buttons they press.

Dispatch, menus, help, buttons and the permission tests read it; `handlers/<noun>.py` binds a function to each
line with `@routes.command(name)` or `@routes.action(name)`. What a person may do with one particular row (their own
task, another clinic's customer) is the domain's to decide; this table says who may ask.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from handlers.codes import as_code
from handlers.words import N_

Roles = frozenset[str]
SALES: Final[Roles] = frozenset({"sales", "manager"})
PERFORMERS: Final[Roles] = frozenset({"beautician", "doctor"})
MANAGER: Final[Roles] = frozenset({"manager"})
CLINICIANS: Final[Roles] = frozenset({"doctor", "manager"})
STAFF: Final[Roles] = SALES | PERFORMERS
CUSTOMER: Final[Roles] = frozenset({"customer"})
EVERYBODY: Final[Roles] = STAFF | CUSTOMER | {"stranger"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word people type, the slash optional. `title` is its English description and label, a message id.

    `also` are other words for it. `argument` says which text may follow it without a slash; after a slash any
    text may. None: the word stands alone.
    """

    name: str
    thai: str
    title: str
    roles: Roles
    also: tuple[str, ...] = ()
    argument: Callable[[str], bool] | None = None


def _word(
    name: str, thai: str, title: str, roles: Roles, *also: str, argument: Callable[[str], bool] | None = None
) -> Word:
    return Word(name=name, thai=thai, title=title, roles=roles, also=also, argument=argument)


def _anything(text: str) -> bool:
    return True


def _is_code(text: str) -> bool:
    """ "start tomorrow" is a sentence; "start K7Q2M0XR4T" is a command."""
    return as_code(text) is not None


COMMANDS: Final[Mapping[str, Word]] = {
    word.name: word
    for word in (
        _word("start", "เริ่มต้น", N_("Start or enter code"), EVERYBODY, argument=_is_code),
        _word("cancel", "ยกเลิก", N_("Cancel"), EVERYBODY),
        _word("language", "ภาษา", N_("Language"), EVERYBODY, argument=_anything),
        _word("stop", "หยุด", N_("Stop news"), CUSTOMER, "ยกเลิกข่าวสาร", "ไม่รับ", "unsubscribe"),
        _word("settings", "ตั้งค่า", N_("Settings"), STAFF | CUSTOMER),
        _word("points", "แต้ม", N_("Points"), CUSTOMER),
        _word("history", "ประวัติ", N_("History"), CUSTOMER),
        _word("status", "สถานะ", N_("Status"), CUSTOMER),
        _word("lead", "ลูกค้าใหม่", N_("New customer"), SALES),
        _word("payments", "ชำระเงิน", N_("Payments"), SALES),
        _word("tasks", "งาน", N_("Tasks"), PERFORMERS),
        _word("mytasks", "งานของฉัน", N_("My tasks"), PERFORMERS),
        _word("help", "ช่วยเหลือ", N_("Help"), EVERYBODY),
    )
}


@dataclass(frozen=True, slots=True)
class Press:
    """A button. Its `code` is packed into every button ever sent, so it stays its own for ever: add, never reuse."""

    code: int
    roles: Roles


ACTIONS: Final[Mapping[str, Press]] = {
    "language.pick": Press(1, EVERYBODY),
    "form.pick": Press(2, EVERYBODY),
    "form.confirm": Press(3, EVERYBODY),
    "form.back": Press(4, EVERYBODY),
    "form.cancel": Press(5, EVERYBODY),
    "command.run": Press(6, EVERYBODY),  # whoever may type the command
    "journey.show": Press(10, SALES),
    "journey.pay": Press(11, SALES),
    "journey.schedule_now": Press(12, SALES),
    "journey.invite": Press(13, SALES),
    "journey.continue_lead": Press(14, SALES),
    "journey.confirm_payment": Press(20, SALES),
    "customer.unlink": Press(30, SALES),
    "task.show": Press(40, STAFF),
    "task.accept": Press(41, PERFORMERS),
    "task.start": Press(42, PERFORMERS),
    "task.complete": Press(43, PERFORMERS),
    "task.waiting": Press(44, PERFORMERS),
    "task.mine": Press(45, PERFORMERS),
    "followup.answer": Press(50, CUSTOMER),
    "points.history": Press(60, CUSTOMER),
    "settings.language": Press(270, STAFF | CUSTOMER),
    "settings.channel": Press(271, STAFF | CUSTOMER),
    "settings.consent": Press(272, CUSTOMER),
    "reaction.handle": Press(260, CLINICIANS),
    "reaction.show": Press(261, STAFF),
}

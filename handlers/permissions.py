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
SELLERS: Final[Roles] = frozenset({"sales"})
SCANNERS: Final[Roles] = SELLERS | PERFORMERS
MANAGER: Final[Roles] = frozenset({"manager"})
DOCTOR: Final[Roles] = frozenset({"doctor"})
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
        _word("rewards", "ของรางวัล", N_("Rewards"), CUSTOMER),
        _word("coupons", "คูปอง", N_("Coupons"), CUSTOMER),
        _word("status", "สถานะ", N_("Status"), CUSTOMER),
        _word("appointments", "นัด", N_("My appointments"), CUSTOMER),
        _word("lead", "ลูกค้าใหม่", N_("New customer"), SALES),
        _word("payments", "ชำระเงิน", N_("Payments"), SALES),
        _word("counter", "หน้าเคาน์เตอร์", N_("At the counter"), STAFF),
        _word("pipeline", "กระดาน", N_("Board"), SALES),
        _word("find", "ค้นหา", N_("Find a customer"), SALES, argument=_anything),
        _word("tasks", "งาน", N_("Tasks"), PERFORMERS),
        _word("mytasks", "งานของฉัน", N_("My tasks"), PERFORMERS),
        _word("approvals", "อนุมัติ", N_("Approvals"), SALES),
        _word("team", "ทีม", N_("Team"), MANAGER),
        _word("stats", "สถิติ", N_("Statistics"), MANAGER),
        _word("automation", "อัตโนมัติ", N_("Automation"), MANAGER),
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
    "customer.invite": Press(31, SALES),
    "task.show": Press(40, STAFF),
    "task.accept": Press(41, PERFORMERS),
    "task.start": Press(42, PERFORMERS),
    "task.complete": Press(43, PERFORMERS),
    "task.waiting": Press(44, PERFORMERS),
    "task.mine": Press(45, PERFORMERS),
    "journey.scan": Press(100, SCANNERS),
    "journey.paper_consent": Press(101, SCANNERS),
    "journey.plan": Press(102, SELLERS),
    "journey.plan_show": Press(103, SALES),
    "journey.accept_here": Press(104, SALES),
    "journey.more": Press(105, SALES),
    "journey.lose": Press(106, SELLERS),
    "journey.cancel": Press(107, SALES),
    "journey.reopen": Press(108, SELLERS),
    "journey.close": Press(109, SALES),
    "proposal.show": Press(110, CUSTOMER),
    "proposal.accept": Press(111, CUSTOMER),
    "proposal.ask": Press(112, CUSTOMER),
    "proposal.decline": Press(113, CUSTOMER),
    "scan.waiting": Press(114, SCANNERS),
    "duty.on": Press(170, STAFF),
    "duty.off": Press(171, STAFF),
    "task.decline": Press(172, PERFORMERS),
    "task.release": Press(173, PERFORMERS),
    "task.hold": Press(174, PERFORMERS),
    "task.resume": Press(175, PERFORMERS),
    "task.stop": Press(176, PERFORMERS),
    "task.hand_over": Press(177, PERFORMERS | MANAGER),
    "task.take_over": Press(178, PERFORMERS),
    "task.keep": Press(179, PERFORMERS),
    "task.more": Press(180, PERFORMERS),
    "task.tick": Press(181, PERFORMERS),
    "task.phase": Press(182, PERFORMERS),
    "task.all_done": Press(183, PERFORMERS),
    "task.tick_rest": Press(184, PERFORMERS),
    "task.lot": Press(185, PERFORMERS),
    "task.note": Press(186, PERFORMERS | MANAGER),
    "task.here": Press(187, PERFORMERS),
    "task.paper": Press(188, PERFORMERS),
    "task.ask": Press(189, PERFORMERS),
    "task.clear": Press(190, PERFORMERS | MANAGER),
    "task.error": Press(191, MANAGER),
    "task.ask_again": Press(192, MANAGER),
    "followup.answer": Press(50, CUSTOMER),
    "points.history": Press(60, CUSTOMER),
    "customer.show": Press(220, STAFF),
    "customer.history": Press(221, SALES),
    "customer.note": Press(222, SALES),
    "customer.edit": Press(223, SALES),
    "customer.remind": Press(224, SALES),
    "customer.send_later": Press(225, SALES),
    "customer.reassign": Press(226, SALES),
    "pipeline.board": Press(227, SALES),
    "pipeline.stage": Press(228, SALES),
    "pipeline.planned": Press(229, SALES),
    "reminder.show": Press(230, SALES),
    "reminder.change": Press(231, SALES),
    "reminder.cancel": Press(232, SALES),
    "pipeline.hand_over": Press(233, SALES),
    "reward.show": Press(200, CUSTOMER),
    "reward.list": Press(201, CUSTOMER),
    "reward.redeem": Press(202, CUSTOMER),
    "reward.confirm": Press(203, CUSTOMER),
    "coupon.show": Press(204, CUSTOMER | STAFF),
    "coupon.list": Press(205, CUSTOMER),
    "coupon.counter": Press(206, CUSTOMER),
    "coupon.cancel": Press(207, CUSTOMER),
    "coupon.confirm_cancel": Press(208, CUSTOMER),
    "coupon.use": Press(209, STAFF),
    "coupon.confirm_use": Press(210, STAFF),
    "coupon.take_back": Press(211, MANAGER),
    "coupon.confirm_take_back": Press(212, MANAGER),
    "points.expiry": Press(213, CUSTOMER),
    "points.tier": Press(214, CUSTOMER),
    "pause.show": Press(215, DOCTOR),
    "pause.begin": Press(216, DOCTOR),
    "pause.end": Press(217, DOCTOR),
    "pause.confirm_end": Press(218, DOCTOR),
    "appointment.show": Press(140, STAFF | CUSTOMER),
    "appointment.confirm": Press(141, CUSTOMER),
    "appointment.late": Press(142, CUSTOMER),
    "appointment.change": Press(143, SALES | CUSTOMER),
    "appointment.move": Press(144, SALES | CUSTOMER),
    "appointment.cancel": Press(145, SALES | CUSTOMER),
    "appointment.arrive": Press(146, STAFF),
    "appointment.no_show": Press(147, SALES),
    "appointment.today": Press(148, STAFF),
    "appointment.past": Press(149, CUSTOMER),
    "journey.set_time": Press(150, SALES),
    "journey.book": Press(151, SALES),
    "appointment.request": Press(152, CUSTOMER),
    "member.show": Press(240, MANAGER),
    "member.change_role": Press(241, MANAGER),
    "member.remove": Press(242, MANAGER),
    "member.invite": Press(243, MANAGER),
    "member.add": Press(244, MANAGER),
    "team.page": Press(245, MANAGER),
    "team.audit": Press(246, MANAGER),
    "approval.show": Press(247, SALES),
    "approval.confirm": Press(248, SALES),
    "approval.refuse": Press(249, SALES),
    "approval.page": Press(250, SALES),
    "journey.history": Press(251, SALES),
    "journey.void": Press(252, MANAGER),
    "journey.amend": Press(253, MANAGER),
    "rule.show": Press(254, MANAGER),
    "rule.switch": Press(255, MANAGER),
    "rule.page": Press(256, MANAGER),
    "settings.language": Press(270, STAFF | CUSTOMER),
    "settings.channel": Press(271, STAFF | CUSTOMER),
    "settings.consent": Press(272, CUSTOMER),
    "customer.new_plan": Press(234, SALES),
    "reaction.handle": Press(260, CLINICIANS),
    "reaction.show": Press(261, STAFF),
}

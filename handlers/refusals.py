"""What we say when something cannot be done: one sentence for each code, ending in what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain.errors import DomainError
from handlers.words import N_, Words

Say = Callable[[Words, Mapping[str, Any]], str]


def _plain(message: str) -> Say:
    return lambda w, f: w.t(message)


def _by(message: str) -> Say:
    """A sentence with who and when."""
    return lambda w, f: w.t(message, by=f.get("by") or w.t("a colleague"), when=w.when(f["at"]) if f.get("at") else "")


def _typed(words: Words, facts: Mapping[str, Any]) -> str:
    """The moment, or only the day, that we think was typed."""
    return words.when(facts["at"]) if facts["timed"] else words.date(facts["at"])


def _hour(words: Words, typed: str) -> str:
    """One of two hours that were meant: a moment, or '14:00' where no day was asked for."""
    return words.when(typed) if "T" in typed else typed


def _decided(words: Words, facts: Mapping[str, Any]) -> str:
    """How a request ended, by whom and when; nobody decided one that expired or was withdrawn by the bot."""
    if facts["state"] in ("approved", "refused") and facts.get("by"):
        message = (
            N_("{by} already approved this, {when}.")
            if facts["state"] == "approved"
            else N_("{by} already refused this, {when}.")
        )
        return words.t(message, by=facts["by"], when=words.when(facts["at"]))
    return words.t(N_("This request is over, so nothing was changed. Type /approvals to see what is waiting."))


SENTENCES: Mapping[str, Say] = {
    "bad_button": _plain(N_("This button is not for this chat or no longer works. Type /help to see what you can do.")),
    "bad_phone": _plain(N_("That does not look like a Thai phone number. Please type it like 081-234-5678.")),
    "bad_name": lambda w, f: w.t(
        N_("Please type a name of 1 to {longest} characters."), longest=w.number(f["longest"])
    ),
    "bad_amount": _plain(N_("Please type an amount in baht, like 1,290 or 1290.50.")),
    "bad_text": lambda w, f: w.t(
        N_("Please write something, at most {longest} characters."), longest=w.number(f["longest"])
    ),
    "bad_number": _plain(N_("Please type a whole number, like 12 or 1,290.")),
    "bad_moment": _plain(N_("Please type a day and a time, like tomorrow 14:00 or 17 Jul 14:00.")),
    "bad_day": _plain(N_("Please type a day, like tomorrow, 17 Jul or 17/7/2026.")),
    "bad_time": _plain(N_("Please type a time, like 14:00 or 2 pm.")),
    "no_such_day": _plain(N_("There is no such day in the calendar. Please check the date and type it again.")),
    "old_year": _plain(N_("Please type a year this early in the common era, like 1938.")),
    "which_year": lambda w, f: w.t(
        N_("Do you mean {when}? Please type it like this, with all four digits of the year."), when=_typed(w, f)
    ),
    "which_day": lambda w, f: w.t(N_("Do you mean {when}? Please type the date like this."), when=_typed(w, f)),
    "which_time": lambda w, f: w.t(
        N_("At what time on {day}? Please type both, like {day} 14:00."), day=w.date(f["at"])
    ),
    "which_half": lambda w, f: w.t(
        N_("Do you mean {early} or {late}? Please type it like this."),
        early=_hour(w, f["early"]),
        late=_hour(w, f["late"]),
    ),
    "bad_search": _plain(N_("Please type a name, a phone number or a customer code, like Nok, 5678 or 42.")),
    "bad_choice": _plain(N_("Please choose one of the answers.")),
    "choice_gone": _plain(N_("This is not offered any more. Please choose again.")),
    "more_than_due": lambda w, f: w.t(
        N_("That is more than what is due ({due}). Please check the amount."), due=w.money(f["due"])
    ),
    "bad_method": _plain(N_("Please choose how the money was paid.")),
    "second_person_needed": lambda w, f: w.t(
        N_("Payments of {limit} or more need a second colleague. Please enter it in the chat."),
        limit=w.money(f["limit"]),
    ),
    "approval_waiting": _by(N_("{by} already asked for a second person, {when}. Type /approvals to see it.")),
    "already_decided": _decided,
    "own_request": _plain(N_("You asked for this yourself, so a colleague has to decide.")),
    "no_such_approval": _plain(N_("We cannot find this request. Type /approvals to see what is waiting.")),
    "no_such_member": _plain(N_("This person is not on the team any more. Type /team to see who is.")),
    "last_manager": _plain(N_("The clinic needs at least one manager. Please make somebody else a manager first.")),
    "no_licence": _plain(N_("A doctor needs a licence number. Please type it.")),
    "own_account": _plain(N_("You cannot change your own points. Please ask another manager.")),
    "adjust_cap": lambda w, f: w.t(
        N_("You can adjust {cap} points a day, and {left} are left today. Please type a smaller number."),
        cap=w.number(f["cap"]),
        left=w.number(f["left"]),
    ),
    "too_few_points": lambda w, f: w.t(
        N_("The customer has {usable} usable points. Please type a smaller number."), usable=w.number(f["usable"])
    ),
    "no_such_rule": _plain(N_("We cannot find this rule. Type /automation to see the list.")),
    "code_unknown": _plain(N_("We do not know this code. Please check it, or ask the clinic for a new one.")),
    "code_used": _plain(N_("This code has already been used. Please ask the clinic for a new one.")),
    "code_revoked": _plain(N_("This code is no longer valid. Please ask the clinic for a new one.")),
    "code_expired": _plain(N_("This code has expired. Please ask the clinic for a new one.")),
    "chat_taken": _plain(N_("This chat already belongs to another member. Please ask the clinic's staff for help.")),
    "person_taken": _plain(
        N_("This membership is already linked to another chat here. Please ask the clinic's staff for help.")
    ),
    "not_linked_there": _plain(N_("You have no chat with us there. Type /settings to see what you can choose.")),
    "not_linked": _plain(N_("No chat is linked to this customer any more.")),
    "not_your_role": _plain(N_("This is for other members of the team. Type /help to see what you can do.")),
    "illegal_move": _plain(N_("This step is not possible now. Please look at the customer's current card.")),
    "scan_needed": _plain(N_("This treatment needs a skin scan first.")),
    "outdated": _plain(N_("Something changed in the meantime. Please look at the current card and try again.")),
    "older_summary": _plain(N_("That was an earlier summary, so nothing was done. This is the current one:")),
    "already_paid": lambda w, f: w.t(
        N_("Already confirmed: {amount}, receipt no. {no}, by {by}, {when}."),
        amount=w.money(f["amount"]),
        no=f["receipt_no"],
        by=f["by"],
        when=w.when(f["at"]),
    ),
    "own_payment": _plain(N_("You cannot confirm your own payment. Please ask a colleague.")),
    "already_scheduled": _by(N_("The time is already set, by {by}, {when}.")),
    "no_such_journey": _plain(N_("We cannot find this customer's record. Type /payments to see the list.")),
    "no_such_invitation": _plain(N_("This invitation no longer exists. Make a new one from the customer's card.")),
    "no_such_customer": _plain(N_("We cannot find this customer. Type /find to look for them.")),
    "no_such_treatment": _plain(N_("This treatment is not sold any more. Please choose another one.")),
    "in_the_past": _plain(N_("This time has passed already. Please choose a later one.")),
    "slot_taken": lambda w, f: _instead(
        w, f, w.t(N_("That time is taken. Please choose another day.")), N_("That time is taken. Free next: {times}.")
    ),
    "closed_then": lambda w, f: _instead(
        w,
        f,
        w.t(N_("The branch is closed then. Please choose another day.")),
        N_("The branch is closed then. Free next: {times}."),
    ),
    "no_licence_on_file": _plain(
        N_("Nobody's licence for this treatment is on file, so no time can be set. Please ask a manager to enter it.")
    ),
    "cannot_perform": _plain(N_("This colleague does not do this treatment. Please choose somebody else.")),
    "busy_then": lambda w, f: w.t(
        N_("You have other work at that time ({when}). Please leave this task to a colleague."), when=w.when(f["at"])
    ),
    "no_such_appointment": _plain(N_("We cannot find this appointment. Type /appointments to see yours.")),
    "appointment_over": _plain(N_("This appointment is over or was given up. You can ask for another time.")),
    "too_late_to_move": lambda w, f: w.t(
        N_("Less than {hours} hours are left, so please call us; we will find a solution together."), hours=f["hours"]
    ),
    "already_arrived": lambda w, f: w.t(N_("The customer arrived at {time}."), time=w.time(f["at"])),
    "not_late_yet": lambda w, f: w.t(N_("It is too early for that: please wait until {time}."), time=w.time(f["at"])),
    "arrival_code_old": _plain(N_("This code is no longer valid. Please scan the one at the counter again.")),
    "no_visit_now": _plain(
        N_("Welcome! We find no appointment of yours right now. Please speak to us at the counter.")
    ),
    "time_is_set": lambda w, f: w.t(
        N_("Your appointment is set: {when}. Type /appointments to change it."), when=w.when(f["at"])
    ),
    "no_sessions_left": _plain(N_("No session is left of what was paid. Please take in a new treatment.")),
    "no_such_task": _plain(N_("We cannot find this task. Type /tasks to see the list.")),
    "task_taken": _by(N_("{by} already accepted this task, {when}. Type /tasks to see what is open.")),
    "task_not_accepted": _plain(N_("Please accept the task first.")),
    "task_not_started": _plain(N_("Please start the treatment first.")),
    "already_started": _by(N_("Started {when} by {by}.")),
    "already_completed": _by(N_("Completed {when} by {by}.")),
    "not_assignee": lambda w, f: w.t(N_("Only {by} can do this: the task is theirs."), by=f["by"]),
    "illegal_task_move": _plain(N_("This is not possible in the task's present state.")),
    "task_closed": _plain(N_("This task is already closed.")),
    "note_too_short": lambda w, f: w.t(
        N_("Please write a note of at least {needed} characters, or choose one."), needed=f["needed"]
    ),
    "not_your_skill": lambda w, f: w.t(
        N_("{treatment} is not among your skills. Ask a manager to add it, or leave it to a colleague."),
        treatment=w.pick(f["skill"]),
    ),
    "other_branch": _plain(N_("This task is at another branch. Type /tasks to see yours.")),
    "licence_missing": _plain(
        N_("Only a doctor with a licence number on file may do this. Ask a manager to enter it.")
    ),
    "named_colleague": lambda w, f: w.t(
        N_("The customer asked for {by}, who is being asked first. Type /tasks to see what else is waiting."),
        by=f["by"] or w.t("a colleague"),
    ),
    "colleague_unfit": _plain(N_("This colleague cannot take it now. Please choose another one.")),
    "not_handed_to_you": _by(N_("Nobody waits for you to take this over. Type /mytasks to see your tasks.")),
    "nobody_on_duty": _plain(N_("Nobody who may do this is on duty in chat. Please call a colleague.")),
    "start_blocked": _plain(N_("Something is still missing. Press Start to see what.")),
    "checklist_open": lambda w, f: w.t(
        N_("Still open: {lines}. Tick what is done, then press Complete."),
        lines=", ".join(w.pick(line) for line in f["lines"]),
    ),
    "lot_needed": _plain(N_("Write down the lot number first: press More, then Add lot.")),
    "treatment_running": lambda w, f: w.t(
        N_("{by} is treating the customer. They must stop the treatment first."), by=f["by"] or w.t("a colleague")
    ),
    "not_yours": _plain(N_("This question was for somebody else.")),
    "no_such_answer": _plain(N_("This answer is no longer offered. Please write to us instead.")),
    "already_answered": lambda w, f: w.t(
        N_("You answered “{answer}”, {when}. Type a message if something has changed."),
        answer=w.pick(f["answer"]),
        when=w.when(f["at"]),
    ),
    "no_such_colleague": _plain(N_("This colleague no longer looks after customers. Please choose another one.")),
    "owner_changed": lambda w, f: w.t(
        N_("In the meantime {by} looks after this customer. Please check before you go on."),
        by=f.get("by") or w.t("nobody"),
    ),
    "not_your_customer": lambda w, f: w.t(
        N_("{by} looks after this customer. Please ask them or a manager."), by=f.get("by") or w.t("a colleague")
    ),
    "already_theirs": lambda w, f: w.t(
        N_("{by} already looks after this customer. Choose another colleague."), by=f.get("by") or w.t("a colleague")
    ),
    "nothing_to_hand_over": lambda w, f: w.t(
        N_("{by} has no open customers to hand over. Type /pipeline to see the board."),
        by=f.get("by") or w.t("a colleague"),
    ),
    "paid_already": _plain(N_("This customer has paid already, so a manager has to correct it. Please ask one.")),
    "plan_sent": _plain(N_("A plan was sent or paid already. Please send a new plan instead.")),
    "no_chat_yet": lambda w, f: w.t(
        N_("{name} has no chat with us yet. Please call, or invite them to the chat first."), name=f["name"]
    ),
    "no_such_reminder": _plain(N_("This reminder no longer exists. Type /pipeline to see what is planned.")),
    "not_your_reminder": _plain(N_("A colleague planned this. Please ask them or a manager to change it.")),
    "reminder_over": lambda w, f: w.t(
        N_("This was cancelled, {when}. Plan a new one if you need it.")
        if f["state"] == "cancelled"
        else N_("This has gone out already, {when}. Plan a new one if you need it."),
        when=w.when(f["at"]),
    ),
    "no_such_reaction": _plain(N_("We cannot find this report. Please look at the customer's current card.")),
    "reaction_over": _by(N_("{by} has looked after this, {when}.")),
    "doctor_needed": _plain(N_("Only a doctor can end an emergency. Please ask one.")),
    "open_journey": _plain(N_("This customer already has an open plan for this treatment.")),
    "health_consent_needed": _plain(
        N_("The customer has not agreed to keeping health data yet. Invite them to chat, or record their signed paper.")
    ),
    "no_concerns": _plain(N_("Please choose at least one concern, or type it.")),
    "no_lines": _plain(N_("Please choose at least one treatment for the plan.")),
    "too_many_lines": lambda w, f: w.t(N_("A plan has at most {most} lines. Please send it as it is."), most=f["most"]),
    "no_such_package": _plain(N_("This course is not sold any more. Please choose another number of treatments.")),
    "empty_plan": _plain(N_("This plan costs nothing, so there is nothing to accept. Please add a treatment.")),
    "bad_minimum": lambda w, f: w.t(
        N_("Please type a deposit of more than zero and at most {total}."), total=w.money(f["total"])
    ),
    "plan_paid": _plain(
        N_("Money was already paid on this plan, so it cannot be replaced. Please make a new plan with New customer.")
    ),
    "no_such_proposal": _plain(N_("We cannot find this plan. Type /status to see where your treatment stands.")),
    "proposal_replaced": _plain(N_("There is a newer version of this plan. Here it is:")),
    "proposal_answered": lambda w, f: w.t(
        N_("This plan was already answered, {when}. Nothing more is needed."), when=w.when(f["at"])
    ),
    "proposal_expired": lambda w, f: w.t(
        N_("This plan was valid until {date}. Press Ask, and we will send you a new one."), date=w.last_day(f["until"])
    ),
    "quote_expired": lambda w, f: w.t(
        N_("This plan was valid until {date}. Please send a new version."), date=w.last_day(f["until"])
    ),
    "plan_closed": _plain(N_("This plan is no longer open. Type /status to see where your treatment stands.")),
    "reason_needed": _plain(N_("Please choose a reason, or type one.")),
    "manager_needed": _plain(N_("Money was paid on this plan, so a manager decides. Please ask your manager.")),
    "money_undecided": _plain(N_("Please say first what becomes of the money that was paid.")),
    "reaction_open": _plain(
        N_("The customer has reported a reaction that is still open. It must be closed before this journey is.")
    ),
    "sessions_left": lambda w, f: w.n(
        "{count} session of the course is left. Please schedule it before closing.",
        "{count} sessions of the course are left. Please schedule them before closing.",
        f["left"],
    ),
    "money_due": lambda w, f: w.t(
        N_("{due} is still to be paid. Please confirm the payment before closing."), due=w.money(f["due"])
    ),
    "form_closed": _plain(N_("That form is finished. Nothing was changed.")),
    "no_such_reward": _plain(N_("This reward is not offered any more. Type /rewards to see the others.")),
    "reward_not_yet": lambda w, f: w.t(
        N_("This reward can be redeemed from {date}. Type /rewards to see the others."), date=w.date(f["at"])
    ),
    "reward_over": _plain(N_("This reward has ended. Type /rewards to see the others.")),
    "reward_tier": lambda w, f: w.t(
        N_("This reward is for members from tier {tier} on. Type /points to see what is missing."),
        tier=w.pick(f["tier"]),
    ),
    "reward_gone": lambda w, f: (
        w.t(
            N_("This reward is all gone; there is more of it from {date}. Type /rewards to see the others."),
            date=w.date(f["again"]),
        )
        if f["again"]
        else w.t(N_("This reward is all gone. Type /rewards to see the others."))
    ),
    "reward_limit": lambda w, f: (
        w.t(
            N_("You have redeemed this as often as one can for now. It is open to you again from {date}."),
            date=w.date(f["again"]),
        )
        if f["again"]
        else w.t(N_("You have redeemed this as often as one can. Type /rewards to see the others."))
    ),
    "points_owed": lambda w, f: w.t(
        N_("{count} points are still owed after a refund. Rewards are open again once new points have repaid them."),
        count=w.number(f["debt"]),
    ),
    "already_redeemed": lambda w, f: w.t(
        N_("You have redeemed this already, {when}. Type /coupons to see your coupon."), when=w.when(f["at"])
    ),
    "no_such_coupon": _plain(N_("We cannot find this coupon. Please check the code, or scan it again.")),
    "coupon_other_clinic": _plain(N_("This coupon is from another clinic. It can only be used there.")),
    "coupon_expired": lambda w, f: w.t(
        N_("This coupon could be used until {date}. Type /rewards to see what else there is."), date=w.date(f["at"])
    ),
    "coupon_used": _by(N_("This coupon was used already: taken by {by}, {when}.")),
    "coupon_cancelled": lambda w, f: w.t(
        N_("This coupon was cancelled, {when}, and its points given back."), when=w.when(f["at"])
    ),
    "coupon_final": _plain(N_("This coupon cannot be given back. You can use it until it ends: /coupons")),
    "coupon_token_old": _plain(
        N_("This picture is more than a minute old. Let the customer press New code, and scan again.")
    ),
    "coupon_wrong_branch": lambda w, f: w.t(
        N_("This coupon can only be used at: {branches}."), branches=", ".join(w.pick(b) for b in f["branches"])
    ),
    "own_coupon": _plain(N_("This coupon is your own. Please let a colleague take it.")),
    "not_paused": _plain(N_("The clock is not paused. Nothing was changed.")),
    "pause_too_long": lambda w, f: w.t(
        N_("A pause can last 12 months from its beginning: until {date} at most. Please choose less."),
        date=w.date(f["at"]),
    ),
    "not_enough_points": lambda w, f: w.t(
        N_("You can use {usable} points now, which is not enough. Type /points to see your card."),
        usable=w.number(f["usable"]),
    ),
}


def _instead(words: Words, facts: Mapping[str, Any], alone: str, message: str) -> str:
    """A time that cannot be had, and those that can."""
    times = ", ".join(words.when(at) for at in facts["next"])
    return words.t(message, times=times) if times else alone


OVERTAKEN: Final = frozenset(
    {
        "already_paid",
        "already_scheduled",
        "approval_waiting",
        "no_such_member",
        "last_manager",
        "outdated",
        "open_journey",
        "plan_paid",
        "plan_closed",
        "health_consent_needed",
        "manager_needed",
        "task_taken",
        "task_closed",
        "task_not_accepted",
        "task_not_started",
        "not_assignee",
        "already_started",
        "already_completed",
        "illegal_move",
        "illegal_task_move",
        "no_such_appointment",
        "appointment_over",
        "time_is_set",
        "no_sessions_left",
        "not_handed_to_you",
        "checklist_open",
        "lot_needed",
        "owner_changed",
        "not_your_customer",
        "already_theirs",
        "paid_already",
        "plan_sent",
        "reminder_over",
        "reaction_over",
    }
)
"""Refusals that mean that somebody, or an earlier press, was first: the form they end is over."""


TO_CUSTOMERS: Final[Mapping[str, Say]] = {
    "illegal_move": _plain(N_("This is not possible any more. Write to us here if we can help.")),
}
"""Where the sentence for staff sends a customer to cards that only staff have."""


def refusal(words: Words, error: DomainError, *, to_customer: bool = False) -> str:
    """The sentence for a refusal. A code without one is a bug that a test finds; people get a general sentence."""
    say = (to_customer and TO_CUSTOMERS.get(error.code)) or SENTENCES.get(error.code)
    if say is None:
        return words.t("This is not possible right now. Please ask the clinic's staff.")
    return say(words, error.facts)

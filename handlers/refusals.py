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
    "bad_choice": _plain(N_("Please choose one of the answers.")),
    "choice_gone": _plain(N_("This is not offered any more. Please choose again.")),
    "more_than_due": lambda w, f: w.t(
        N_("That is more than what is due ({due}). Please check the amount."), due=w.money(f["due"])
    ),
    "bad_method": _plain(N_("Please choose how the money was paid.")),
    "second_person_needed": lambda w, f: w.t(
        N_(
            "Payments of {limit} or more need a second colleague, which this version cannot do in chat yet. "
            "Please ask a manager."
        ),
        limit=w.money(f["limit"]),
    ),
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
    "no_such_customer": _plain(N_("We cannot find this customer. Type /payments to see the list.")),
    "no_such_treatment": _plain(N_("This treatment is not sold any more. Please choose another one.")),
    "in_the_past": _plain(N_("This time has passed already. Please choose a later one.")),
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
    "not_yours": _plain(N_("This question was for somebody else.")),
    "no_such_answer": _plain(N_("This answer is no longer offered. Please write to us instead.")),
    "already_answered": lambda w, f: w.t(
        N_("You answered “{answer}”, {when}. Type a message if something has changed."),
        answer=w.pick(f["answer"]),
        when=w.when(f["at"]),
    ),
    "no_such_reaction": _plain(N_("We cannot find this report. Please look at the customer's current card.")),
    "reaction_over": _by(N_("{by} has looked after this, {when}.")),
    "doctor_needed": _plain(N_("Only a doctor can end an emergency. Please ask one.")),
    "open_journey": _plain(N_("This customer already has an open plan for this treatment.")),
    "form_closed": _plain(N_("That form is finished. Nothing was changed.")),
    "not_enough_points": lambda w, f: w.t(
        N_("You can use {usable} points now, which is not enough. Type /points to see your card."),
        usable=w.number(f["usable"]),
    ),
}


OVERTAKEN: Final = frozenset(
    {
        "already_paid",
        "already_scheduled",
        "outdated",
        "open_journey",
        "task_taken",
        "task_closed",
        "task_not_accepted",
        "task_not_started",
        "not_assignee",
        "already_started",
        "already_completed",
        "illegal_move",
        "illegal_task_move",
        "reaction_over",
    }
)
"""Refusals that mean that somebody, or an earlier press, was first: the form they end is over."""


def refusal(words: Words, error: DomainError) -> str:
    """The sentence for a refusal. A code without one is a bug that a test finds; people get a general sentence."""
    say = SENTENCES.get(error.code)
    if say is None:
        return words.t("This is not possible right now. Please ask the clinic's staff.")
    return say(words, error.facts)

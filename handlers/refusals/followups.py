"""Questions after a treatment, reports of reactions, and reminders that sales plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from handlers.refusals.sentences import Say, by_whom, plain
from handlers.words import N_

SENTENCES: Final[Mapping[str, Say]] = {
    "not_yours": plain(N_("This question was for somebody else.")),
    "no_such_answer": plain(N_("This answer is no longer offered. Please write to us instead.")),
    "already_answered": lambda w, f: w.t(
        N_("You answered “{answer}”, {when}. Type a message if something has changed."),
        answer=w.pick(f["answer"]),
        when=w.when(f["at"]),
    ),
    "no_such_reminder": plain(N_("This reminder no longer exists. Type /pipeline to see what is planned.")),
    "not_your_reminder": plain(N_("A colleague planned this. Please ask them or a manager to change it.")),
    "reminder_over": lambda w, f: w.t(
        N_("This was cancelled, {when}. Plan a new one if you need it.")
        if f["state"] == "cancelled"
        else N_("This has gone out already, {when}. Plan a new one if you need it."),
        when=w.when(f["at"]),
    ),
    "no_such_reaction": plain(N_("We cannot find this report. Please look at the customer's current card.")),
    "reaction_over": by_whom(N_("{by} has looked after this, {when}.")),
    "doctor_needed": plain(N_("Only a doctor can end an emergency. Please ask one.")),
}

"""What was typed or chosen that we cannot use, whatever form asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from handlers.refusals.sentences import Say, plain
from handlers.words import N_, Words


def _typed(words: Words, facts: Mapping[str, Any]) -> str:
    """The moment, or only the day, that we think was typed."""
    return words.when(facts["at"]) if facts["timed"] else words.date(facts["at"])


def _hour(words: Words, typed: str) -> str:
    """One of two hours that were meant: a moment, or '14:00' where no day was asked for."""
    return words.when(typed) if "T" in typed else typed


SENTENCES: Final[Mapping[str, Say]] = {
    "bad_phone": plain(N_("That does not look like a Thai phone number. Please type it like 081-234-5678.")),
    "bad_name": lambda w, f: w.t(
        N_("Please type a name of 1 to {longest} characters."), longest=w.number(f["longest"])
    ),
    "bad_amount": plain(N_("Please type an amount in baht, like 1,290 or 1290.50.")),
    "bad_text": lambda w, f: w.t(
        N_("Please write something, at most {longest} characters."), longest=w.number(f["longest"])
    ),
    "bad_number": plain(N_("Please type a whole number, like 12 or 1,290.")),
    "bad_moment": plain(N_("Please type a day and a time, like tomorrow 14:00 or 17 Jul 14:00.")),
    "bad_day": plain(N_("Please type a day, like tomorrow, 17 Jul or 17/7/2026.")),
    "bad_time": plain(N_("Please type a time, like 14:00 or 2 pm.")),
    "no_such_day": plain(N_("There is no such day in the calendar. Please check the date and type it again.")),
    "old_year": plain(N_("Please type a year this early in the common era, like 1938.")),
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
    "bad_search": plain(N_("Please type a name, a phone number or a customer code, like Nok, 5678 or 42.")),
    "bad_choice": plain(N_("Please choose one of the answers.")),
    "choice_gone": plain(N_("This is not offered any more. Please choose again.")),
    "reason_needed": plain(N_("Please choose a reason, or type one.")),
}

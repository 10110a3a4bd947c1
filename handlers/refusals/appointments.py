"""Times: taking one, moving it, coming or not coming."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from handlers.refusals.sentences import Say, by_whom, plain
from handlers.words import N_, Words


def _instead(words: Words, facts: Mapping[str, Any], alone: str, message: str) -> str:
    """A time that cannot be had, and those that can."""
    times = ", ".join(words.slot(at) for at in facts["next"])
    return words.t(message, times=times) if times else alone


SENTENCES: Final[Mapping[str, Say]] = {
    "already_scheduled": by_whom(N_("The time is already set, by {by}, {when}.")),
    "in_the_past": plain(N_("This time has passed already. Please choose a later one.")),
    "slot_taken": lambda w, f: _instead(
        w, f, w.t(N_("That time is taken. Please choose another day.")), N_("That time is taken. Free next: {times}.")
    ),
    "closed_then": lambda w, f: _instead(
        w,
        f,
        w.t(N_("The branch is closed then. Please choose another day.")),
        N_("The branch is closed then. Free next: {times}."),
    ),
    "no_licence_on_file": plain(
        N_("Nobody's licence for this treatment is on file, so no time can be set. Please ask a manager to enter it.")
    ),
    "cannot_perform": plain(N_("This colleague does not do this treatment. Please choose somebody else.")),
    "busy_then": lambda w, f: w.t(
        N_("You have other work at that time ({when}). Please leave this task to a colleague."), when=w.when(f["at"])
    ),
    "no_such_appointment": plain(N_("We cannot find this appointment. Type /appointments to see yours.")),
    "appointment_over": plain(N_("This appointment is over or was given up. You can ask for another time.")),
    "too_late_to_move": lambda w, f: w.t(
        N_("Less than {hours} hours are left, so please call us; we will find a solution together."), hours=f["hours"]
    ),
    "already_arrived": lambda w, f: w.t(N_("The customer arrived at {time}."), time=w.time(f["at"])),
    "too_early_to_arrive": lambda w, f: w.t(
        N_(
            "This visit is {when}. Arrived can be pressed from {hours} hours before. If the customer is here already,"
            " please change the time first."
        ),
        when=w.when(f["at"]),
        hours=f["hours"],
    ),
    "not_late_yet": lambda w, f: w.t(N_("It is too early for that: please wait until {time}."), time=w.time(f["at"])),
    "arrival_code_old": plain(N_("This code is no longer valid. Please scan the one at the counter again.")),
    "no_visit_now": plain(N_("Welcome! We find no appointment of yours right now. Please speak to us at the counter.")),
    "time_is_set": lambda w, f: w.t(
        N_("Your appointment is set: {when}. Type /appointments to change it."), when=w.when(f["at"])
    ),
}

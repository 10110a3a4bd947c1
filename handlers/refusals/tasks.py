"""Treatments to be done: accepting, starting, writing down, completing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from handlers.refusals.sentences import Say, by_whom, plain
from handlers.words import N_

SENTENCES: Final[Mapping[str, Say]] = {
    "no_such_task": plain(N_("We cannot find this task. Type /tasks to see the list.")),
    "task_taken": by_whom(N_("{by} already accepted this task, {when}. Type /tasks to see what is open.")),
    "task_not_accepted": plain(N_("Please accept the task first.")),
    "task_not_started": plain(N_("Please start the treatment first.")),
    "already_started": by_whom(N_("Started {when} by {by}.")),
    "already_completed": by_whom(N_("Completed {when} by {by}.")),
    "not_assignee": lambda w, f: w.t(N_("Only {by} can do this: the task is theirs."), by=f["by"]),
    "illegal_task_move": plain(N_("This is not possible in the task's present state.")),
    "task_closed": plain(N_("This task is already closed.")),
    "note_too_short": lambda w, f: w.t(
        N_("Please write a note of at least {needed} characters, or choose one."), needed=f["needed"]
    ),
    "not_your_skill": lambda w, f: w.t(
        N_("{treatment} is not among your skills. Ask a manager to add it, or leave it to a colleague."),
        treatment=w.pick(f["skill"]),
    ),
    "other_branch": plain(N_("This task is at another branch. Type /tasks to see yours.")),
    "licence_missing": plain(N_("Only a doctor with a licence number on file may do this. Ask a manager to enter it.")),
    "named_colleague": lambda w, f: w.t(
        N_("The customer asked for {by}, who is being asked first. Type /tasks to see what else is waiting."),
        by=f["by"] or w.t("a colleague"),
    ),
    "colleague_unfit": plain(N_("This colleague cannot take it now. Please choose another one.")),
    "not_handed_to_you": by_whom(N_("Nobody waits for you to take this over. Type /mytasks to see your tasks.")),
    "nobody_on_duty": plain(N_("Nobody who may do this is on duty in chat. Please call a colleague.")),
    "start_blocked": plain(N_("Something is still missing. Press Start to see what.")),
    "checklist_open": lambda w, f: w.t(
        N_("Still open: {lines}. Tick what is done, then press Complete."),
        lines=", ".join(w.pick(line) for line in f["lines"]),
    ),
    "lot_needed": plain(N_("Write down the lot number first: press More, then Add lot.")),
    "treatment_running": lambda w, f: w.t(
        N_("{by} is treating the customer. They must stop the treatment first."), by=f["by"] or w.t("a colleague")
    ),
}

"""The words of tasks: states, alerts, parts of a protocol, reasons, lights of the start gate, ready-made notes.

Codes come from the domain's records; the words are message ids, translated where they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from domain.tasks.model import TaskState
from domain.workflow.gate import Gate
from handlers.words import N_, Words

TITLES: Final = {
    TaskState.REQUESTED: N_("New task"),
    TaskState.ACCEPTED: N_("Task accepted"),
    TaskState.IN_PROGRESS: N_("Treatment under way"),
    TaskState.ON_HOLD: N_("Treatment paused"),
    TaskState.COMPLETED: N_("Treatment completed"),
    TaskState.RELEASED: N_("Task given back"),
    TaskState.FAILED: N_("Treatment stopped"),
    TaskState.CANCELLED: N_("Task called off"),
}
# The state in words, with the fact that says since when.
STATES: Final = {
    TaskState.REQUESTED: (N_("Waiting until {when} for somebody to accept"), "accept_by"),
    TaskState.ACCEPTED: (N_("Accepted by {by}, {when}"), "accepted_at"),
    TaskState.IN_PROGRESS: (N_("Started by {by}, {when}"), "started_at"),
    TaskState.ON_HOLD: (N_("Started by {by}, {when}; paused"), "started_at"),
    TaskState.COMPLETED: (N_("Completed by {by}, {when}"), "completed_at"),
}

ALERTS: Final[Mapping[str, str]] = {
    "allergy": N_("⚠️ Allergy"),
    "pregnancy": N_("🤰 Pregnancy"),
    "medicine": N_("💊 Medicine"),
    "illness": N_("🩺 Illness"),
    "reaction": N_("🔴 Reaction"),
    "other": N_("❗ Please note"),
}

PHASES: Final[Mapping[str, str]] = {"pre": N_("Before"), "during": N_("During"), "post": N_("After")}

GATES: Final[Mapping[str, str]] = {
    Gate.PAID: N_("Paid"),
    Gate.ARRIVED: N_("Customer is here"),
    Gate.CONSENT: N_("Consent to health data"),
    Gate.CONTRAINDICATION: N_("Safe to treat"),
    Gate.LICENCE: N_("Licence"),
    Gate.ROOM: N_("Room"),
}

REASONS: Final[Mapping[str, str]] = {
    "busy": N_("With another customer"),
    "break": N_("On a break"),
    "skill": N_("Not my field"),
    "unwell": N_("Not well"),
    "prepare": N_("Preparing something"),
    "rest": N_("The customer needs a rest"),
    "doctor": N_("Asking the doctor"),
    "twice": N_("Entered twice"),
    "wrong": N_("Wrong customer or treatment"),
    "later": N_("Pays after the treatment"),
    "agreed": N_("Agreed with the manager"),
    "checked": N_("Checked the customer, it is safe"),
    "free": N_("The room is free now"),
    "medical": N_("Medical reason"),
    "device": N_("Device or product trouble"),
    "customer": N_("The customer asked to stop"),
}
"""Every ready-made reason; what is not among them was typed."""

NOTES: Final[Mapping[str, str]] = {
    "fine": N_("Skin fine, aftercare explained"),
    "redness": N_("Slight redness, aftercare explained"),
    "swelling": N_("Slight swelling, cold pack given"),
    "comfortable": N_("Customer comfortable, no complaints"),
    "doctor": N_("Doctor informed, check-up advised"),
}
"""Whole notes: a chip is a record of its own, so none may be shorter than a typed note must be."""

TIER_NAMES: Final[Mapping[str, str]] = {
    "bronze": N_("Bronze"),
    "silver": N_("Silver"),
    "gold": N_("Gold"),
    "platinum": N_("Platinum"),
    "diamond": N_("Diamond"),
}


def tier_name(words: Words, code: str) -> str:
    """A tier's name from its code; a clinic's own tier, unknown to us, is shown as it is."""
    return words.t(TIER_NAMES[code]) if code in TIER_NAMES else code


def said(words: Words, reason: str) -> str:
    """A ready-made reason by its code, or what was typed, as it is; a code may have words after it."""
    code, colon, more = reason.partition(": ")
    return f"{words.t(REASONS[code])}{colon}{more}" if code in REASONS else reason


def reason_code(words: Words, text: str) -> str:
    """The code of a ready-made reason that was tapped or typed in full; else the text itself."""
    return next((code for code, message in REASONS.items() if words.t(message) == text), text)


def note_code(words: Words, text: str) -> str | None:
    """The code of a ready-made note that was tapped or typed in full."""
    return next((code for code, message in NOTES.items() if words.t(message) == text), None)


def state_line(words: Words, facts: Mapping[str, Any]) -> str:
    """The state with who and since when; words alone where there is no more to say."""
    message, moment = STATES.get(TaskState(facts["state"]), ("", ""))
    if not message:
        return words.t("Nothing is left to do")
    if not facts[moment]:
        return words.t("Waiting for somebody to accept")
    return words.t(message, by=facts["assignee_name"] or "", when=words.when(facts[moment]))


def alert_lines(words: Words, facts: Mapping[str, Any]) -> list[str]:
    """What a performer must know, one line each; for others only that there is something."""
    lines = [f"{words.t(ALERTS[alert['kind']])}: {alert['text']}" for alert in facts.get("alerts", ())]
    if facts.get("adverse_open"):
        lines.insert(0, words.t("🔴 A reaction is open"))
    if hidden := facts.get("alerts_hidden"):
        lines.append(
            words.n("⚠️ {count} health note for whoever treats", "⚠️ {count} health notes for whoever treats", hidden)
        )
    return lines


def note_line(words: Words, note: Mapping[str, Any]) -> str:
    """One note with who wrote it when; an amendment says so."""
    chips = [words.t(NOTES[chip]) if chip in NOTES else chip for chip in note["chips"]]
    written = " · ".join(filter(None, [*chips, note["text"]]))
    message = N_("{note} (amended by {by}, {when})") if note["amendment"] else N_("{note} ({by}, {when})")
    return words.t(message, note=written, by=note["by"], when=words.when(note["at"]))


def slot(words: Words, at: Any) -> str:
    """A task's time."""
    return words.when(at) if at else words.t("Not set yet")

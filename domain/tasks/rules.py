"""How a task moves, how long it waits for an answer, and what finishing it takes. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from domain.errors import DomainError
from domain.people.model import PERFORMERS, Role, Staff
from domain.tasks.model import OPEN_STATES, Line, TaskAction, TaskState, TaskView

_WORK: Final = {
    (TaskState.REQUESTED, TaskAction.ACCEPT): TaskState.ACCEPTED,
    (TaskState.REQUESTED, TaskAction.DECLINE): TaskState.DECLINED,
    (TaskState.REQUESTED, TaskAction.EXPIRE): TaskState.EXPIRED,
    (TaskState.ACCEPTED, TaskAction.START): TaskState.IN_PROGRESS,
    (TaskState.ACCEPTED, TaskAction.RELEASE): TaskState.RELEASED,
    (TaskState.IN_PROGRESS, TaskAction.HOLD): TaskState.ON_HOLD,
    (TaskState.ON_HOLD, TaskAction.RESUME): TaskState.IN_PROGRESS,
    (TaskState.IN_PROGRESS, TaskAction.COMPLETE): TaskState.COMPLETED,
    (TaskState.IN_PROGRESS, TaskAction.FAIL): TaskState.FAILED,
}
_CALLED_OFF: Final = {(state, TaskAction.CANCEL): TaskState.CANCELLED for state in OPEN_STATES}
# A mistaken record may be found after the task was closed.
_MISTAKEN: Final = {
    (state, TaskAction.MARK_ERROR): TaskState.ENTERED_IN_ERROR
    for state in TaskState
    if state is not TaskState.ENTERED_IN_ERROR
}
_MOVES: Final = _WORK | _CALLED_OFF | _MISTAKEN

ACCEPT_SOON: Final = timedelta(minutes=5)
ACCEPT_LATER: Final = timedelta(minutes=30)
FAR_OFF: Final = timedelta(hours=4)
"""A slot further off than this leaves the longer time to answer."""

MIN_NOTE: Final = 10
"""Characters of a note when no ready-made phrase was tapped."""


def next_task_state(state: TaskState, action: TaskAction) -> TaskState:
    """The state after `action`; DomainError `task_closed` when it is over, else `illegal_task_move`."""
    if found := _MOVES.get((state, action)):
        return found
    if state not in OPEN_STATES:
        raise DomainError("task_closed", state=state, action=action)
    raise DomainError("illegal_task_move", state=state, action=action)


def accept_window(now: datetime, scheduled_at: datetime | None) -> timedelta:
    """How long an offer waits: 5 minutes, 30 when the slot is more than 4 hours off; no slot means now."""
    far_off = scheduled_at is not None and scheduled_at - now > FAR_OFF
    return ACCEPT_LATER if far_off else ACCEPT_SOON


def check_note(text: str, chips: int = 0) -> None:
    """Refuse to finish without a record: at least one ready-made phrase (`chips`) or 10 characters.

    Runs of spaces count once. Raises DomainError `note_too_short` with `needed`.
    """
    if chips < 1 and len(" ".join(text.split())) < MIN_NOTE:
        raise DomainError("note_too_short", needed=MIN_NOTE)


def check_fit(member: Staff, task: TaskView) -> None:
    """Refuse whoever may not do this task: wrong role, skill, branch, or no licence for what only a doctor does.

    DomainErrors `not_your_role`, `not_your_skill` (skill), `other_branch`, `licence_missing`.
    """
    if member.role not in task.roles or member.role not in PERFORMERS:
        raise DomainError("not_your_role")
    if member.skills and task.treatment_code not in member.skills:
        raise DomainError("not_your_skill", skill=dict(task.treatment))
    if member.branch_id is not None and task.branch_id not in (None, member.branch_id):
        raise DomainError("other_branch")
    if lacks_licence(member, task.roles):
        raise DomainError("licence_missing")


def is_fit(member: Staff, task: TaskView) -> bool:
    """True when this member of staff may do the task."""
    try:
        check_fit(member, task)
    except DomainError:
        return False
    return True


def lacks_licence(member: Staff, roles: Collection[str]) -> bool:
    """True when only a doctor may do it (`roles`), and this member has no licence number on file."""
    return {*roles} <= {Role.DOCTOR} and not member.licence_no


def missing_lines(lines: Sequence[Line]) -> list[Line]:
    """The required lines of a protocol that nobody has ticked."""
    return [line for line in lines if line.required and line.at is None]

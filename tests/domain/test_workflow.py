"""The journey's table, against a second copy written as a grid: every stage, action and role is asked."""

from __future__ import annotations

import pytest

from domain.errors import DomainError
from domain.people.model import Role
from domain.workflow.model import Action, Stage
from domain.workflow.rules import TRANSITIONS, next_stage, transition_for

# stage, action, target, roles: Customer, Beautician, Doctor, Sales, Manager, sYstem (bot or scheduler).
GRID = """
-                    create              lead                 SMY
lead                 record_scan         scanned              SBD
lead                 send_proposal       proposal_sent        S
lead                 confirm_payment     payment_confirmed    SM
lead                 cancel              cancelled            SM
lead                 mark_lost           lost                 SY
scanned              send_proposal       proposal_sent        S
scanned              confirm_payment     payment_confirmed    SM
scanned              cancel              cancelled            SM
scanned              mark_lost           lost                 SY
proposal_sent        send_proposal       proposal_sent        S
proposal_sent        accept_proposal     proposal_sent        CSM
proposal_sent        decline_proposal    proposal_sent        CSM
proposal_sent        confirm_payment     payment_confirmed    SM
proposal_sent        cancel              cancelled            SM
proposal_sent        mark_lost           lost                 SY
payment_confirmed    confirm_payment     payment_confirmed    SM
treatment_scheduled  confirm_payment     treatment_scheduled  SM
treatment_started    confirm_payment     treatment_started    SM
treatment_completed  confirm_payment     treatment_completed  SM
follow_up            confirm_payment     follow_up            SM
payment_confirmed    schedule            treatment_scheduled  SM
payment_confirmed    cancel              cancelled            M
payment_confirmed    void_payment        proposal_sent        M
treatment_scheduled  reschedule          treatment_scheduled  SMC
treatment_scheduled  start               treatment_started    BD
treatment_scheduled  cancel_appointment  payment_confirmed    SMCY
treatment_scheduled  no_show             payment_confirmed    SMY
treatment_scheduled  cancel              cancelled            M
treatment_scheduled  void_payment        proposal_sent        M
treatment_started    complete            treatment_completed  BD
treatment_started    abort               treatment_scheduled  BD
treatment_completed  auto                follow_up            Y
treatment_completed  next_session        treatment_scheduled  SM
treatment_completed  amend               treatment_completed  M
follow_up            close               closed               SMY
follow_up            next_session        treatment_scheduled  SM
follow_up            amend               follow_up            M
closed               amend               closed               M
lost                 reopen              lead                 SY
"""
LETTERS = dict(
    zip(
        "CBDSMY",
        (Role.CUSTOMER, Role.BEAUTICIAN, Role.DOCTOR, Role.SALES, Role.MANAGER, Role.SYSTEM),
        strict=True,
    )
)
EXPECTED = {
    (None if stage == "-" else Stage(stage), Action(action)): (Stage(target), {LETTERS[who] for who in roles})
    for stage, action, target, roles in (line.split() for line in GRID.strip().splitlines())
}


@pytest.mark.parametrize("stage", [None, *Stage])
@pytest.mark.parametrize("action", [*Action])
def test_every_stage_action_and_role(stage: Stage | None, action: Action) -> None:
    target, allowed = EXPECTED.get((stage, action), (None, set()))
    for role in Role:
        if role in allowed:
            assert next_stage(stage, action, role) is target
            continue
        with pytest.raises(DomainError) as refusal:
            next_stage(stage, action, role)
        if target is None:
            assert (refusal.value.code, refusal.value.facts) == (
                "illegal_move",
                {"stage": stage, "action": action},
            )
        else:
            assert (refusal.value.code, refusal.value.facts) == ("not_your_role", {"action": action})


def leads_to(source: Stage) -> set[Stage]:
    return {next_stage(source, move.action, min(move.roles)) for move in TRANSITIONS if source in move.sources}


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (Stage.LEAD, Stage.TREATMENT_STARTED),
        (Stage.PAYMENT_CONFIRMED, Stage.TREATMENT_COMPLETED),
        (Stage.TREATMENT_COMPLETED, Stage.PAYMENT_CONFIRMED),
        (Stage.CLOSED, Stage.TREATMENT_STARTED),
        (Stage.LOST, Stage.PAYMENT_CONFIRMED),
    ],
)
def test_forbidden_jumps_have_no_action(source: Stage, target: Stage) -> None:
    assert target not in leads_to(source)


def test_paid_after_treatment_stays_where_it_is() -> None:
    """The rest of a deposit is paid, and nothing goes back (T4c)."""
    for stage in (Stage.TREATMENT_COMPLETED, Stage.FOLLOW_UP):
        assert next_stage(stage, Action.CONFIRM_PAYMENT, Role.SALES) is stage


def test_a_treatment_completes_once() -> None:
    done = next_stage(Stage.TREATMENT_STARTED, Action.COMPLETE, Role.BEAUTICIAN)
    with pytest.raises(DomainError, match="illegal_move"):
        next_stage(done, Action.COMPLETE, Role.BEAUTICIAN)


def test_a_customer_cannot_confirm_a_payment() -> None:
    with pytest.raises(DomainError, match="not_your_role"):
        next_stage(Stage.PROPOSAL_SENT, Action.CONFIRM_PAYMENT, Role.CUSTOMER)


def test_ends_are_ends() -> None:
    assert leads_to(Stage.CANCELLED) == set()
    assert leads_to(Stage.CLOSED) == {Stage.CLOSED}
    assert leads_to(Stage.LOST) == {Stage.LEAD}


def test_each_move_is_in_the_table_once_and_all_seventeen_are() -> None:
    moves = [(source, move.action) for move in TRANSITIONS for source in move.sources]
    assert len(moves) == len(set(moves))
    assert {move.id for move in TRANSITIONS} == {f"T{number}" for number in range(1, 18)} | {"T3b", "T4b", "T4c"}


def test_paying_without_a_scan_is_told_apart_so_that_its_guard_applies() -> None:
    assert transition_for(Stage.LEAD, Action.CONFIRM_PAYMENT).id == "T4b"
    assert transition_for(Stage.SCANNED, Action.CONFIRM_PAYMENT).id == "T4"

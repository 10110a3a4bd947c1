"""The plan as its customer sees it: what it holds, and their answer; and what sales sees of it and hears.

One card, made from its facts, for notices, edits and answers. Saying yes, asking and saying not now end in
`domain.workflow`; a plan that was shown on a colleague's phone is answered there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from domain.errors import DomainError
from domain.notifications.service import plain
from domain.unit import Clinic
from domain.workflow import service as workflow
from domain.workflow.model import JourneyView, Proposal, ProposalState, Stage
from handlers.cards import Action, Button, Card, filled, row_id
from handlers.journeys import journey_card, show_button
from handlers.router import Routes
from handlers.talk import Talk
from handlers.words import N_, Words

routes = Routes()

SAID = {
    ProposalState.SENT: N_("No rush: take your time to decide, and ask whatever you like."),
    ProposalState.ACCEPTED: N_("You have accepted this plan. Our staff will take the payment."),
    ProposalState.DECLINED: N_("You said not now, and we will not ask again. If you change your mind, press Accept."),
    ProposalState.REPLACED: N_("There is a newer version of this plan."),
    ProposalState.WITHDRAWN: N_("This plan is no longer open."),
}
ANSWERS = {
    "proposal_accepted": N_("{name} has accepted the plan ✅ You can take the payment."),
    "proposal_declined": N_("{name} said not now to the plan. They are not asked again."),
    "proposal_asked": N_("{name} has a question about the plan. Please contact them."),
}


# The card


def plan_card(words: Words, facts: Mapping[str, Any], said: str = "") -> Card:
    """A plan from its facts (a proposal's fields, `name`, `open`); the buttons are there while it can be answered."""
    state = ProposalState(facts["state"])
    message = SAID[state]
    if state in (ProposalState.SENT, ProposalState.DECLINED) and not facts["open"]:
        message = SAID[ProposalState.WITHDRAWN]
    return Card(
        title=words.t("Your plan, {name}", name=facts["name"]),
        text="\n".join(filter(None, (said, words.t(message)))),
        rows=plan_rows(words, facts),
        buttons=_buttons(words, facts, state),
    )


def plan_rows(words: Words, facts: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The lines with their prices, the total, the deposit if one was agreed, and the last day."""
    lines = [(line_name(words, line), words.money(line["price_satang"])) for line in facts["lines"]]
    deposit = words.money(facts["minimum_satang"]) if facts["minimum_satang"] else ""
    return filled(
        *lines,
        (words.t("Total"), words.money(facts["total_satang"])),
        (words.t("To pay first"), deposit),
        (words.t("Valid to"), words.last_day(facts["valid_until"])),
    )


def line_name(words: Words, line: Mapping[str, Any]) -> str:
    """A line's treatment, with how many of them."""
    name = words.pick(line["treatment"])
    return f"{name} ×{line['sessions']}" if line["sessions"] > 1 else name


def _buttons(words: Words, facts: Mapping[str, Any], state: ProposalState) -> tuple[Button, ...]:
    proposal_id, version = UUID(facts["id"]), facts["version"]
    accept = Button(
        words.t("Accept this plan"), Action("proposal.accept", proposal_id, version=version), style="primary"
    )
    ask = Button(words.t("Ask"), Action("proposal.ask", proposal_id, version=version))
    not_now = Button(words.t("Not now"), Action("proposal.decline", proposal_id, version=version))
    if facts["open"] and state is ProposalState.SENT:
        return accept, ask, not_now
    if facts["open"] and state is ProposalState.DECLINED:
        return accept, ask
    return ()


# The customer


@routes.action("proposal.show")
async def show(talk: Talk, action: Action) -> None:
    """The version that is on the table now, else the last one, to its customer."""
    asked = await workflow.proposal(talk.unit, row_id(action))
    newest = await workflow.newest_proposal(talk.unit, asked.journey_id) or asked
    await _say(talk, newest)


async def say_waiting(talk: Talk) -> None:
    """The newest plan that waits for the actor's answer, if there is one: for whoever joins after it was made."""
    for journey in await workflow.journeys_of_customer(talk.unit, talk.customer_id):
        found = await workflow.current_proposal(talk.unit, journey.id) if journey.stage is Stage.PROPOSAL_SENT else None
        if found and found.state is ProposalState.SENT and talk.unit.now < found.valid_until:
            talk.say(plan_card(talk.words, _facts(found, journey)))
            return


@routes.action("proposal.accept")
async def accept(talk: Talk, action: Action) -> None:
    """[Accept]: the version that the card showed."""
    await _say(talk, await workflow.accept_proposal(talk.unit, row_id(action)), talk.t("Thank you! ✅"))


@routes.action("proposal.ask")
async def ask(talk: Talk, action: Action) -> None:
    """[Ask]: whoever looks after the customer hears of it, and of what they write next."""
    await workflow.ask_about_proposal(talk.unit, row_id(action))
    talk.say(talk.t("Please write your question here. We have told our staff, who will answer you."))


@routes.action("proposal.decline")
async def decline(talk: Talk, action: Action) -> None:
    """[Not now]: nobody asks again."""
    await _say(talk, await workflow.decline_proposal(talk.unit, row_id(action)))


async def _say(talk: Talk, proposal: Proposal, said: str = "") -> None:
    journey = await workflow.journey_view(talk.unit, proposal.journey_id)
    if journey.customer_id != talk.unit.actor.customer_id:
        raise DomainError("not_yours")
    talk.say(plan_card(talk.words, _facts(proposal, journey), said))


def _facts(proposal: Proposal, journey: JourneyView) -> dict[str, Any]:
    return {**plain(proposal), "name": journey.customer_name, "open": journey.stage is Stage.PROPOSAL_SENT}


@routes.presenter("proposal.card")
def present(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """The plan arrives; once it is answered, what follows stands on the card that answered."""
    card = plan_card(words, facts)
    return card if facts["state"] == ProposalState.SENT else replace(card, buttons=())


# Sales


@routes.action("journey.plan_show")
async def show_to_staff(talk: Talk, action: Action) -> None:
    """The plan on a colleague's phone: to be looked at together, and answered there."""
    journey = await workflow.journey_view(talk.unit, row_id(action))
    proposal = await workflow.newest_proposal(talk.unit, journey.id)
    if proposal is None:  # paid without one, and the payment was undone
        talk.say(no_plan_card(talk.words, journey))
        return
    talk.say(staff_card(talk, journey, proposal))


def no_plan_card(words: Words, journey: JourneyView) -> Card:
    """Where the plan would be."""
    make = Action("journey.plan", journey.id, version=journey.version)
    write = Button(words.t("Make the plan"), make, style="primary")
    return Card(text=words.t("No plan has been written yet."), buttons=(write, show_button(words, journey.id)))


def staff_card(talk: Talk, journey: JourneyView, proposal: Proposal, said: str = "") -> Card:
    """A plan for staff: [Accepted here] writes down what the customer says in front of them."""
    here = Action("journey.accept_here", journey.id, version=proposal.version)
    again = Action("journey.plan", journey.id, version=journey.version)
    answered = proposal.state is ProposalState.ACCEPTED
    buttons = [] if answered else [Button(talk.t("Accepted here"), here, style="primary")]
    if talk.roles & {"sales"}:
        buttons.append(Button(talk.t("New version"), again))
    states = {
        ProposalState.SENT: talk.t("Waiting for an answer"),
        ProposalState.ACCEPTED: talk.t("Accepted"),
        ProposalState.DECLINED: talk.t("Not now"),
    }
    return Card(
        title=talk.t("Plan for {name}", name=journey.customer_name),
        text=said,
        rows=(
            *plan_rows(talk.words, plain(proposal)),
            (talk.t("Status"), states.get(proposal.state, talk.t("Closed"))),
        ),
        buttons=(*(buttons if journey.stage is Stage.PROPOSAL_SENT else ()), show_button(talk.words, journey.id)),
    )


@routes.action("journey.accept_here")
async def accept_here(talk: Talk, action: Action) -> None:
    """[Accepted here]: of the version that was shown."""
    current = await workflow.current_proposal(talk.unit, row_id(action))
    if current is None or current.version != action.version:
        raise DomainError("outdated")
    await workflow.accept_proposal(talk.unit, current.id, in_person=True)
    journey = await workflow.journey_view(talk.unit, current.journey_id)
    said = talk.t("Written down: accepted in person. You can take the payment.")
    talk.say(journey_card(talk.words, journey, said, talk.roles))


@routes.presenter("proposal.answer")
def answered(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To whoever looks after the customer: what they said to the plan, and the payment after a yes."""
    journey_id = UUID(facts["journey_id"])
    pay = Button(words.t("Confirm payment"), Action("journey.pay", journey_id), style="primary")
    return Card(
        title=words.pick(facts["treatment"]),
        text=words.t(ANSWERS[facts["answer"]], name=facts["name"]),
        buttons=(*((pay,) if facts.get("payable") else ()), show_button(words, journey_id)),
    )

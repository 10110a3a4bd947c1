"""Making a plan: treatments one after the other, each once or as a course, what is paid first, and how long it holds.

What the customer wants to improve orders the list of treatments. Ends in `domain.workflow.send_proposal`; prices are
the clinic's own.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from domain.clinics import service as clinics
from domain.clinics.model import Treatment
from domain.errors import DomainError
from domain.payments.rules import SATANG_PER_BAHT, parse_amount
from domain.workflow import service as workflow
from domain.workflow.model import Action as Move
from domain.workflow.model import Stage, Wanted
from handlers.cards import Action, Button, Card, row_id
from handlers.concerns import categories_for
from handlers.forms import Choice, Data, Form, Question, Step
from handlers.proposals import line_name, staff_card
from handlers.router import Routes
from handlers.steps import pick_step
from handlers.talk import Talk
from handlers.treatment_steps import treatment_steps

routes = Routes()

LINES: Final = 5
"""Lines that a plan made in chat can have."""
DAYS: Final = (14, 7, 30)
"""How long a plan holds, the usual first."""


@routes.action("journey.plan")
async def plan(talk: Talk, action: Action) -> None:
    """Begin with the journey as it is now."""
    journey = await workflow.journey_view(talk.unit, row_id(action))
    workflow.check_move(talk.unit, journey, Move.SEND_PROPOSAL)
    await form.start(
        talk,
        journey=str(journey.id),
        version=journey.version,
        customer=journey.customer_name,
        own=str(journey.treatment_id),
        concerns=list(journey.concerns),
        unscanned=journey.stage is Stage.LEAD,
    )


# The lines


async def _offer(talk: Talk, data: Data) -> list[Treatment]:
    """What can be in the plan, what is for the customer's concerns and what they asked for first."""
    sold = await clinics.treatments(talk.unit, scan_required=False if data["unscanned"] else None)
    ranks = {category: rank for rank, category in enumerate(categories_for(data["concerns"]))}
    priced = [treatment for treatment in sold if treatment.price_satang > 0]
    return sorted(priced, key=lambda t: (str(t.id) != data["own"], ranks.get(t.category, len(ranks))))


def _line_steps(number: int) -> tuple[Step, ...]:
    line = f"line{number}"

    def is_here(data: Data) -> bool:
        return number == 1 or bool(data.get(f"more{number - 1}"))

    def question(talk: Talk, data: Data) -> str:
        if number == 1:
            return talk.t("Which treatment is in {name}'s plan?", name=data["customer"])
        return talk.t("Which treatment besides?")

    async def ask_sessions(talk: Talk, data: Data) -> Question:
        choices = [
            Choice(_times(talk, sessions), str(sessions), talk.words.money(price))
            for sessions, price in data[f"{line}_offers"]
        ]
        return Question(talk.t("How many treatments?"), choices, title=talk.words.pick(data[f"{line}_names"]))

    async def read_sessions(talk: Talk, data: Data, text: str) -> dict[str, Any]:
        offered = {str(sessions): sessions for sessions, _ in data[f"{line}_offers"]}
        if text.strip() not in offered:
            raise DomainError("no_such_package")
        return {f"sessions{number}": offered[text.strip()]}

    async def more(talk: Talk, data: Data) -> list[Choice]:
        return [Choice(talk.t("Done"), "no"), Choice(talk.t("Add another treatment"), "yes")]

    steps = (
        *treatment_steps(line, question, _offer, needed=is_here),
        Step(
            f"sessions{number}",
            ask_sessions,
            read_sessions,
            needed=lambda data: is_here(data) and len(data.get(f"{line}_offers", ())) > 1,
        ),
    )
    if number == LINES:
        return steps
    add = pick_step(f"again{number}", lambda talk, data: _so_far(talk, data), more, needed=is_here)
    return (*steps, _as_flag(add, f"again{number}", f"more{number}"))


def _as_flag(step: Step, name: str, flag: str) -> Step:
    """The same step, whose yes is kept as True under `flag`."""

    async def read(talk: Talk, data: Data, text: str) -> dict[str, Any]:
        answer = await step.read(talk, data, text)
        return {**answer, flag: answer[name] == "yes"}

    return Step(step.name, step.ask, read, step.needed)


def _times(talk: Talk, sessions: int) -> str:
    return talk.words.n("{count} treatment", "{count} treatments", sessions)


def _lines(data: Data) -> list[dict[str, Any]]:
    """What was chosen so far: treatment, names, how many, and the price of that many."""
    lines = []
    for number in range(1, LINES + 1):
        line = f"line{number}"
        if f"{line}_offers" not in data or not (number == 1 or data.get(f"more{number - 1}")):
            break
        sessions = data.get(f"sessions{number}", 1)
        prices: dict[int, int] = dict(data[f"{line}_offers"])
        lines.append(
            {
                "id": data[line],
                "treatment": data[f"{line}_names"],
                "sessions": sessions,
                "price_satang": prices.get(sessions, prices[1]),
            }
        )
    return lines


def _so_far(talk: Talk, data: Data) -> str:
    lines = [f"{line_name(talk.words, line)} · {talk.words.money(line['price_satang'])}" for line in _lines(data)]
    return "\n".join([*lines, talk.t("Anything else in this plan?")])


def _total(data: Data) -> int:
    return sum(line["price_satang"] for line in _lines(data))


# What is paid first, and how long it holds


async def _ask_minimum(talk: Talk, data: Data) -> Question:
    total = _total(data)
    half = -(-total // (2 * SATANG_PER_BAHT)) * SATANG_PER_BAHT
    choices = [
        Choice(talk.t("All of it: {amount}", amount=talk.words.money(total)), "all"),
        Choice(talk.t("Half: {amount}", amount=talk.words.money(half)), f"{half // SATANG_PER_BAHT}"),
    ]
    return Question(talk.t("How much must be paid before a time is set? You can also type an amount."), choices)


async def _read_minimum(talk: Talk, data: Data, text: str) -> dict[str, Any]:
    if text.strip().casefold() == "all":
        return {"minimum": None}
    amount, total = parse_amount(text), _total(data)
    if amount > total:
        raise DomainError("bad_minimum", total=total)
    return {"minimum": None if amount == total else amount}


async def _offer_days(talk: Talk, data: Data) -> list[Choice]:
    return [Choice(talk.words.n("{count} day", "{count} days", days), str(days)) for days in DAYS]


def _valid_until(talk: Talk, data: Data) -> datetime:
    """The end of the clinic's day so many days from now."""
    zone = talk.unit.clinic.zone
    last = talk.unit.now.astimezone(zone).date() + timedelta(days=int(data["days"]))
    return datetime.combine(last + timedelta(days=1), time(0), zone).astimezone(UTC)


async def _review(talk: Talk, data: Data) -> Card:
    rows = [(line_name(talk.words, line), talk.words.money(line["price_satang"])) for line in _lines(data)]
    rows.append((talk.t("Total"), talk.words.money(_total(data))))
    if data["minimum"]:
        rows.append((talk.t("To pay first"), talk.words.money(data["minimum"])))
    rows.append((talk.t("Valid to"), talk.words.last_day(_valid_until(talk, data))))
    return Card(title=talk.t("Send this plan to {name}?", name=data["customer"]), rows=tuple(rows))


def _send_button(talk: Talk, data: Data) -> Button:
    return Button(talk.t("Send"))


async def _finish(talk: Talk, data: Data) -> None:
    journey_id = UUID(data["journey"])
    sent = await workflow.send_proposal(
        talk.unit,
        journey_id,
        version=data["version"],
        wanted=[Wanted(UUID(line["id"]), line["sessions"]) for line in _lines(data)],
        valid_until=_valid_until(talk, data),
        minimum_satang=data["minimum"],
    )
    journey = await workflow.journey_view(talk.unit, journey_id)
    if journey.linked:
        said = talk.t("The plan is on its way to {name}.", name=journey.customer_name)
    else:
        said = talk.t(
            "{name} has no chat yet: show them this, and write down their answer.", name=journey.customer_name
        )
    talk.say(staff_card(talk, journey, sent, said))


form = routes.form(
    Form(
        "proposal",
        (
            *(step for number in range(1, LINES + 1) for step in _line_steps(number)),
            Step("minimum", _ask_minimum, _read_minimum),
            pick_step("days", lambda talk, data: talk.t("How long is this plan valid?"), _offer_days),
        ),
        _finish,
        review=_review,
        confirm=_send_button,
        subject=("journey.show", "journey"),
    )
)

"""Statistics for managers: one picture of the week, and its numbers as rows for those who cannot see it.

Numbers come from `domain.overview.statistics`; the picture is drawn by `bots/pictures/stats.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from domain.overview import service as overview
from domain.overview.model import HandoffStats, Statistics
from domain.workflow.model import Stage
from handlers.cards import Card, Picture
from handlers.menu import command_buttons
from handlers.router import Routes
from handlers.stages import stage_name
from handlers.talk import Talk
from handlers.words import N_, Words

routes = Routes()

TARGET_MINUTES: Final = 2
"""What the clinic aims at from the payment to somebody who takes the treatment (before: 15)."""
ENDS: Final = frozenset({Stage.CLOSED, Stage.LOST, Stage.CANCELLED})
"""Over: they only grow, and would make everything that is on the way look like nothing."""

STEPS: Final[Mapping[str, str]] = {
    "paid_to_accepted": N_("Paid → accepted"),
    "accepted_to_started": N_("Accepted → started"),
    "paid_to_started": N_("Paid → started"),
}


@routes.command("stats")
async def show(talk: Talk) -> None:
    """The last seven days, and where everybody stands."""
    talk.say(stats_card(talk.words, talk.clinic_name, await overview.statistics(talk.unit), talk.unit.now.isoformat()))


def stats_card(words: Words, clinic: str, found: Statistics, at: str) -> Card:
    """The picture with its main numbers in words, and what it leaves out: what is over."""
    facts = stats_facts(words, clinic, found, at)
    return Card(
        title=words.t("The last 7 days"),
        rows=(
            (words.t("Money confirmed"), words.money(found.confirmed_satang)),
            (words.t("Payments"), words.number(found.payments)),
            (words.t("Treatments done"), words.number(found.treatments)),
            *((words.t(STEPS[step.step]), _step(words, step)) for step in found.handoff),
            *((stage_name(words, each.stage), words.number(each.count)) for each in found.stages if each.stage in ENDS),
        ),
        footnote=words.t("Hand-off target: {minutes} minutes from paid to accepted.", minutes=TARGET_MINUTES),
        buttons=command_buttons(words, ("approvals", "team")),
        picture=Picture("stats", facts, words.t("The clinic's numbers of the last 7 days")),
    )


def stats_facts(words: Words, clinic: str, found: Statistics, at: str) -> dict[str, Any]:
    """What the picture shows: words in the reader's language, and shares from 0 to 1 for its bars."""
    funnel = [each for each in found.stages if each.stage not in ENDS]
    most = max((each.count for each in funnel), default=0)
    clock = next((step for step in found.handoff if step.step == "paid_to_accepted"), None)
    return {
        "title": clinic,
        "subtitle": words.t("The last 7 days, until {when}", when=words.when(at)),
        "tiles": [
            [words.t("Money confirmed"), words.money(found.confirmed_satang)],
            [words.t("Treatments done"), words.number(found.treatments)],
        ],
        "clock_title": words.t("From paid to accepted"),
        "clock": [
            [words.t("Half of them within"), _minutes(words, clock.median_minutes if clock else None)],
            [words.t("9 of 10 within"), _minutes(words, clock.p90_minutes if clock else None)],
            [words.t("Target"), _minutes(words, TARGET_MINUTES)],
        ],
        "clock_good": [_good(clock.median_minutes), _good(clock.p90_minutes)] if clock else [],
        "funnel_title": words.t("Where customers stand now"),
        "funnel": [
            [stage_name(words, each.stage), words.number(each.count), each.count / most if most else 0.0]
            for each in funnel
        ],
    }


def _good(minutes: float | None) -> bool | None:
    """Whether a figure is within the target; None for none."""
    return None if minutes is None else minutes <= TARGET_MINUTES


def _step(words: Words, step: HandoffStats) -> str:
    if step.median_minutes is None:
        return words.t("none yet")
    half, most = _minutes(words, step.median_minutes), _minutes(words, step.p90_minutes)
    return words.t("half within {half}, 9 of 10 within {most}", half=half, most=most)


def _minutes(words: Words, minutes: float | None) -> str:
    """Minutes below two hours, then hours, then days; '–' for none."""
    if minutes is None:
        return "–"
    if minutes < 120:
        shown = f"{minutes:.1f}".removesuffix(".0")
        return words.t("{count} min", count=shown)
    if minutes < 48 * 60:
        return words.t("{count} h", count=f"{minutes / 60:.1f}".removesuffix(".0"))
    return words.t("{count} days", count=f"{minutes / 1440:.1f}".removesuffix(".0"))

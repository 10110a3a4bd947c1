"""The clinic's own rules for its managers: what each does, and a switch. They are written in the clinic's file.

Rules come from `domain.automation`; what a rule tells people, and that one broke, are notices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from domain.automation import service as automation
from domain.automation.model import Condition, Deed, Rule
from domain.unit import Clinic
from handlers.approvals import METHODS
from handlers.cards import Action, Button, Card, Item, filled, row_id
from handlers.lists import list_card
from handlers.menu import command_button
from handlers.router import Routes
from handlers.stages import STAGES
from handlers.talk import Talk
from handlers.task_words import TIER_NAMES
from handlers.words import N_, Words

routes = Routes()

FACTS: Final[Mapping[str, str]] = {
    "lead_created": N_("New customer"),
    "customer_joined": N_("Customer joined the chat"),
    "scan_recorded": N_("Skin scan done"),
    "proposal_sent": N_("Plan sent"),
    "proposal_accepted": N_("Plan accepted"),
    "proposal_declined": N_("Plan declined"),
    "payment_confirmed": N_("Payment confirmed"),
    "payment_voided": N_("Payment voided"),
    "treatment_scheduled": N_("Time is set"),
    "appointment_moved": N_("Appointment moved"),
    "appointment_cancelled": N_("Appointment cancelled"),
    "customer_arrived": N_("Customer arrived"),
    "no_show": N_("Customer did not come"),
    "treatment_started": N_("Treatment started"),
    "treatment_completed": N_("Treatment completed"),
    "treatment_aborted": N_("Treatment stopped early"),
    "journey_lost": N_("Not going ahead"),
    "journey_cancelled": N_("Plan cancelled"),
    "journey_closed": N_("Plan closed"),
    "tier_changed": N_("Tier changed"),
}
DEEDS: Final[Mapping[str, str]] = {
    Deed.NOTIFY_OWNER: N_("Tell the salesperson"),
    Deed.NOTIFY_MANAGERS: N_("Tell the managers"),
    Deed.SET_HOLD: N_("Put the plan on hold"),
    Deed.GIVE_POINTS: N_("Give points"),
}
FIELDS: Final[Mapping[str, str]] = {
    "amount_satang": N_("Amount"),
    "method": N_("Method"),
    "tier": N_("Tier"),
    "treatment": N_("Treatment"),
    "stage": N_("Stage"),
    "source": N_("Source"),
}
"""Fields with a name of their own; any other is shown as the clinic's file calls it."""
SIGNS: Final[Mapping[str, str]] = {"eq": "=", "ne": "≠", "gte": "≥", "lte": "≤", "in": "="}
SWITCH_ON: Final = 1


@routes.command("automation")
async def show_rules(talk: Talk) -> None:
    """Every rule with whether it is on."""
    talk.say(rules_card(talk.words, await automation.rules(talk.unit)))


@routes.action("rule.page")
async def page(talk: Talk, action: Action) -> None:
    """Another page of the rules."""
    talk.say(rules_card(talk.words, await automation.rules(talk.unit), action.choice))


def rules_card(words: Words, rules: Sequence[Rule], page: int = 0) -> Card:
    """The rules by name, each with the way to its card."""
    if not rules:
        text = words.t("There are no rules yet. They are written in the clinic's file (aura clinic import).")
        return Card(title=words.t("Automation"), text=text, buttons=(command_button(words, "team"),))
    items = [
        Item(words.pick(rule.names), _state(words, rule), Button(words.pick(rule.names), Action("rule.show", rule.id)))
        for rule in rules
    ]
    return list_card(words, words.t("Automation"), items, "rule.page", page)


def _state(words: Words, rule: Rule) -> str:
    return words.t("on") if rule.active else words.t("off")


@routes.action("rule.show")
async def show(talk: Talk, action: Action) -> None:
    """One rule as it stands now."""
    talk.say(rule_card(talk.words, await automation.rule(talk.unit, row_id(action))))


@routes.action("rule.switch")
async def switch(talk: Talk, action: Action) -> None:
    """[Switch on], [Switch off]: counts from the next fact on."""
    rule = await automation.switch(talk.unit, row_id(action), active=action.choice == SWITCH_ON, version=action.version)
    said = talk.t("The rule is on now.") if rule.active else talk.t("The rule is off now.")
    talk.say(rule_card(talk.words, rule, said))


def rule_card(words: Words, rule: Rule, said: str = "") -> Card:
    """When, if, then; and the switch."""
    label = words.t("Switch off") if rule.active else words.t("Switch on")
    choice = 0 if rule.active else SWITCH_ON
    changed = ""
    if rule.changed_at:
        changed = f"{rule.changed_by_name or words.t('by itself')} · {words.when(rule.changed_at)}"
    return Card(
        title=words.pick(rule.names),
        text=said,
        rows=filled(
            (words.t("When"), words.t(FACTS[rule.fact])),
            (words.t("If"), ", ".join(_condition(words, each) for each in rule.conditions)),
            (words.t("Then"), _deed(words, rule)),
            (words.t("Says"), words.pick({"th": rule.params.get("th", ""), "en": rule.params.get("en", "")})),
            (words.t("Status"), _state(words, rule)),
            (words.t("Last switched"), changed),
        ),
        buttons=(
            Button(label, Action("rule.switch", rule.id, choice=choice, version=rule.version)),
            command_button(words, "automation"),
        ),
    )


def _condition(words: Words, each: Condition) -> str:
    name = words.t(FIELDS[each.field]) if each.field in FIELDS else each.field
    values = each.value if isinstance(each.value, list | tuple) else [each.value]
    return f"{name} {SIGNS[each.op]} " + " / ".join(_value(words, each.field, value) for value in values)


def _value(words: Words, field: str, value: Any) -> str:
    if field.endswith("_satang") and isinstance(value, int):
        return words.money(value)
    if value in TIER_NAMES:
        return words.t(TIER_NAMES[value])
    if value in STAGES:
        return words.t(STAGES[value])
    if value in METHODS:
        return words.t(METHODS[value])
    return str(value)


def _deed(words: Words, rule: Rule) -> str:
    points = rule.params.get("points")
    deed = words.t(DEEDS[rule.action])
    return f"{deed}: {words.number(points)}" if points else deed


@routes.presenter("automation.notice")
def present_notice(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """What a rule of the clinic has to say."""
    amount, journey_id = facts.get("amount_satang"), facts.get("journey_id")
    see = (Button(words.t("Show customer"), Action("journey.show", id=UUID(journey_id))),) if journey_id else ()
    return Card(
        title=words.pick(facts["rule"]),
        text=words.pick(facts["text"]),
        rows=filled(
            (words.t("Customer"), facts.get("name", "")),
            (words.t("Treatment"), words.pick(facts["treatment"]) if facts.get("treatment") else ""),
            (words.t("Amount"), words.money(amount) if amount else ""),
        ),
        buttons=see,
    )


@routes.presenter("automation.broken")
def present_broken(words: Words, clinic: Clinic, facts: Mapping[str, Any]) -> Card:
    """To managers: a rule could not do what it says, and is off."""
    return Card(
        title=words.t("A rule has stopped"),
        text=words.t(
            "“{rule}” could not do what it says, so it is off now. Nothing else was affected. Please have its line in "
            "the clinic's file checked.",
            rule=words.pick(facts["rule"]),
        ),
        buttons=(Button(words.t("Show rule"), Action("rule.show", UUID(facts["rule_id"]))),),
    )

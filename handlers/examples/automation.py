"""Examples of a clinic's own rules."""

from __future__ import annotations

from dataclasses import replace

from domain.automation.model import Condition, Deed, Op, Rule
from domain.catalogue import starting_catalogue
from handlers import automation
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.demo import CLINIC, ID, LONG, LONGEST, NOW
from handlers.words import Words

RULES = [
    Rule(
        ID,
        row["code"],
        row["th"],
        row["en"],
        row["fact"],
        tuple(Condition(each["field"], Op(each["op"]), each["value"]) for each in row.get("conditions", ())),
        Deed(row["action"]),
        row["params"],
        False,
        1,
        None,
        None,
    )
    for row in starting_catalogue()["automation"]
]
GIFT = replace(
    RULES[0],
    name_th="แต้มพิเศษสำหรับสมาชิกระดับสูง",
    name_en="Extra points for high tiers",
    fact="treatment_completed",
    conditions=(Condition("tier", Op.IN, ["platinum", "diamond"]), Condition("stage", Op.NE, "closed")),
    action=Deed.GIVE_POINTS,
    params={"points": 250},
    active=True,
    changed_by_name="คุณพลอย",
    changed_at=NOW,
)


@example("rules.list", "three rules")
def rules(words: Words) -> Card:
    return automation.rules_card(words, [*RULES, GIFT])


@example("rules.list", "none")
def none(words: Words) -> Card:
    return automation.rules_card(words, [])


@example("rule.show", "off")
def off(words: Words) -> Card:
    return automation.rule_card(words, RULES[0])


@example("rule.show", "on, switched by somebody")
def on(words: Words) -> Card:
    return automation.rule_card(words, GIFT, words.t("The rule is on now."))


@example("automation.notice", "a large payment")
def notice(words: Words) -> Card:
    facts = {"rule": RULES[0].names, "text": RULES[0].params, "amount_satang": 5_990_050, "journey_id": str(ID)}
    return automation.present_notice(words, CLINIC, {**facts, "name": LONG, "treatment": LONGEST})


@example("automation.broken", "a rule that stopped")
def broken(words: Words) -> Card:
    return automation.present_broken(words, CLINIC, {"rule_id": str(ID), "rule": GIFT.names})

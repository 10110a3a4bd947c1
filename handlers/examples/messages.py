"""Examples of messages that were passed on."""

from __future__ import annotations

from handlers import messages
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.demo import CLINIC, ID, LONG, NOK
from handlers.words import Words


@example("message.forward", "a long message")
def forwarded(words: Words) -> Card:
    text = (
        "สวัสดีค่ะ พอดีวันเสาร์นี้ติดธุระด่วน ขอเลื่อนนัดทำทรีตเมนต์เป็นวันอาทิตย์ช่วงบ่ายได้ไหมคะ"
        " แล้วก็อยากสอบถามเรื่องโปรโมชั่นเดือนหน้าด้วยค่ะ ขอบคุณค่ะ"
    )
    facts = {"name": NOK, "text": text, "channel": "telegram", "customer_id": str(ID), "journey_id": str(ID)}
    return messages.forwarded(words, CLINIC, facts)


@example("message.forward", "taken back")
def taken_back(words: Words) -> Card:
    facts = {"name": LONG, "text": None, "channel": "line", "customer_id": str(ID), "journey_id": None}
    return messages.forwarded(words, CLINIC, facts)

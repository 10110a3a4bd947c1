"""Platforms that err: a message for each of many people, each with a fault of its own, and what came of it.

Faults are planned at the emulators (`bots/faults.py`); what the program did is read in their journal and the outbox.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.notifications import service as notifications
from tests.faults.program import until
from tests.faults.rig import Rig
from tests.stories.person import Person, visible

SENDING = {"/v2/bot/message/reply", "/v2/bot/message/push", "sendMessage"}
_LATER = "not_before > clock_timestamp() + interval '60 s'"
# What an operator has to mend is tried again after minutes; everything else is over in seconds.
_OVER = f"""
select not exists (select 1 from inbox where state = 'pending') and not exists (
  select 1 from outbox where state in ('pending', 'sending') and not coalesce({_LATER}, false))
"""  # noqa: S608 - our own words
_MENDED = f"update outbox set not_before = null where state = 'pending' and {_LATER}"  # noqa: S608 - as above


@dataclass(slots=True)
class Case:
    """A fault, and what must come of a message it happens to: the row's `state`, `tries` seen by the platform.

    `arrives` is how many copies reach the phone, `mended` a reason that waits for an operator.
    """

    what: str
    fault: Mapping[str, Any]
    tries: int
    state: str = "sent"
    arrives: int = 1
    mended: str = ""


@dataclass(slots=True)
class Try:
    """One call with which the program tried to send to somebody."""

    at: float
    call: str
    key: str
    failed: bool


async def err(rig: Rig, channel: str, **fault: Any) -> None:
    """Plan a fault at a platform."""
    await rig.control(channel, "faults", **fault)


async def forgive(rig: Rig, channel: str) -> None:
    """The platform errs no more."""
    async with rig.http.delete(f"{rig.platforms}/{channel}/control/faults") as answer:
        assert answer.status == 200


async def asks(person: Person) -> None:
    """The person types something that one message answers; returns once the program has taken it."""
    account = person.world.accounts[person.slug, person.channel]
    await person.world.control(person.channel, f"accounts/{account}/chats/{person.id}/say", text="/help")


async def is_told(rig: Rig, person: Person, *, message_class: str = "service", subject: str | None = None) -> None:
    """The clinic has news for this person."""
    facts = {"name": "Nat", "display_name": "Nat", "channel": "line", "invitation_id": str(rig.clinic_ids[person.slug])}
    [row] = await rig.truth("select person_id from channel_identities where external_id = $1", person.id)
    async with rig.unit(person.slug) as unit:
        reached = await notifications.notify(
            unit, [row["person_id"]], "customer.joined", facts, message_class=message_class, subject=subject
        )
    assert reached == 1


async def tries(rig: Rig, person: Person) -> list[Try]:
    """What the platform saw of the messages for a person, in order, also what it then got wrong."""
    found: list[Try] = []
    tokens: set[str] = set()
    erred = False  # the call that comes next is one that was carried out and then went wrong
    for entry in await rig.look(person.channel, "journal"):
        match entry:
            case {"kind": "event", "event": {"replyToken": token, "source": {"userId": person.id}}}:
                tokens.add(token)
            case {"kind": "fault", "person": person.id, "call": call, "done": done} if call in SENDING:
                found.append(Try(entry["at"], call, entry["retry_key"], failed=True))
                erred = done
            case {"kind": "request" | "call", "body": body} if _is_for(person, body, tokens):
                call = entry.get("path") or entry["method"]
                if call in SENDING and not erred:
                    found.append(Try(entry["at"], call, entry.get("retry_key", ""), failed=entry["status"] != 200))
                erred = False
    return found


def _is_for(person: Person, body: Mapping[str, Any], tokens: set[str]) -> bool:
    return person.id in (body.get("to"), str(body.get("chat_id"))) or body.get("replyToken") in tokens


async def over(rig: Rig) -> None:
    """Everything is sent, given up, or waits for an operator."""

    async def condition() -> bool:
        return not rig.undelivered.any() and bool(await rig.one_truth(_OVER))

    await until(condition, "the platforms' faults to be over", 60)


async def mend(rig: Rig) -> None:
    """What waited for an operator is tried again now, as it would be by itself in minutes."""
    await rig.truth(_MENDED)
    await rig.settles()


async def rows_of(rig: Rig, person: Person) -> list[Any]:
    """The outbox rows that are, or were last, for this person's chat."""
    return await rig.truth(
        "select state, error, attempts, repeated, retry_key, row_kind, not_before > clock_timestamp() as waits"
        " from outbox where recipient = $1 and row_kind in ('answer', 'notice') order by seq",
        person.id,
    )


async def copies(person: Person) -> list[str]:
    """What is on the person's phone."""
    return [visible(message) for message in await person.messages()]

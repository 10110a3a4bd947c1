"""What must be true however often the program died: the truth in the database, and what reached people's phones."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from bots.journal import Entry
from handlers.words import Words
from tests.stories.world import World

EFFECTS: Mapping[str, str] = {
    "journeys": "select stage, version from workflow_states",
    "moves": "select action, from_stage, to_stage, version, actor_role from workflow_actions",
    "facts": "select kind, actor_role from workflow_events",
    "payments": "select amount_satang, method, state, receipt_no from payments",
    "counters": "select name, value from clinic_counters",
    "tasks": "select kind, state, version, note from task_queue",
    "ledger": "select kind, points, reason from point_transactions",
    "lots": "select source, points, remaining, state from point_lots",
    "accounts": "select tier, pending_points, active_points, held_points, debt_points from loyalty_profiles",
    "badges": "select a.code, w.cycle from achievement_awards w join achievements a on a.clinic_id = w.clinic_id"
    " and a.id = w.achievement_id",
    "follow-ups": "select r.key, f.state, f.outcome from followup_executions f"
    " join followup_rules r on r.clinic_id = f.clinic_id and r.id = f.rule_id",
    "consents": "select purpose, given from consents",
    "invitations": "select used_at is not null as used, revoked_at is not null as revoked from invitations",
    "people": "select u.name as staff, c.name as customer, p.language, i.reachable from channel_identities i"
    " join persons p on p.clinic_id = i.clinic_id and p.id = i.person_id"
    " left join users u on u.clinic_id = p.clinic_id and u.person_id = p.id"
    " left join customers c on c.clinic_id = p.clinic_id and c.person_id = p.id",
    "customers": "select name, phone from customers",
    "conversations": "select handler, step from customer_conversations",
    "messages meant": "select row_kind, notice_kind, message_class from outbox",
    "events": "select state, attempts from inbox",
}
"""Everything that a story leaves in one clinic, without ids and times."""


async def effects(world: World, slug: str) -> dict[str, Counter[tuple[Any, ...]]]:
    """What is true in a clinic, as counted rows: equal for two clinics in which the same happened."""
    async with world.unit(slug) as unit:  # row-level security narrows every query to the clinic
        return {name: Counter(tuple(row) for row in await unit.db.execute(text(sql))) for name, sql in EFFECTS.items()}


@dataclass(slots=True)
class Reached:
    """What a platform accepted for one person's chat: message ids, which are marked as repeats, by which push keys."""

    ids: list[str] = field(default_factory=list)
    marked: int = 0
    keys: list[str] = field(default_factory=list)


async def check_messages(world: World, slug: str, channel: str, *, in_doubt: int = 1) -> None:
    """Every outbox row of a clinic against what the platform accepted from it.

    A LINE push arrives exactly once; a LINE reply or a Telegram message at most once more, and then marked, or it is
    `unknown`. An accepted message that no row explains is a message too many. `in_doubt` is how often a message
    may have lost its process: 0 leaves no doubt at all, only with 2 may a LINE answer end as `unknown`.
    """
    account = world.accounts[slug, channel]
    reached = _reached(await world.look(channel, "journal"), channel, account)
    rows = await world.truth(
        "select recipient, row_kind, notice_kind, state, repeated, retry_key, message_ids, error from outbox"
        " where clinic_id = $1 and account_id = (select id from channel_accounts"
        " where clinic_id = $1 and channel = $2) and row_kind not in ('edit', 'menu')",
        world.clinic_ids[slug],
        channel,
    )
    for person in {row["recipient"] for row in rows} | set(reached):
        mine = [row for row in rows if row["recipient"] == person]
        _check_chat(channel, mine, reached.get(person, Reached()), in_doubt)


def _check_chat(channel: str, rows: list[Any], reached: Reached, in_doubt: int) -> None:
    told = [json.loads(row["message_ids"]) if row["message_ids"] else [] for row in rows]
    recorded = [number for numbers in told for number in numbers]
    repeated = sum(row["repeated"] for row in rows)
    assert {row["state"] for row in rows} <= {"sent", "unknown"}, [dict(row) for row in rows]
    if not in_doubt:
        assert all(row["state"] == "sent" and not row["repeated"] for row in rows), [dict(row) for row in rows]
    assert len(set(recorded)) == len(recorded)
    assert set(recorded) <= set(reached.ids)
    # Messages that no row knows of: a try whose end was not written down, and the one before a repeat.
    doubtful = sum((not numbers) + row["repeated"] for row, numbers in zip(rows, told, strict=True))
    assert len(set(reached.ids) - set(recorded)) <= doubtful, (reached, [dict(row) for row in rows])
    assert reached.marked <= repeated, "a repeat that its row does not know of"
    sent = sum(row["state"] == "sent" for row in rows)
    assert sent <= len(reached.ids) <= len(rows) + repeated, f"{len(reached.ids)} messages for {sent} sent rows"
    if channel == "line":
        _check_line(rows, reached, in_doubt)


def _check_line(rows: list[Any], reached: Reached, in_doubt: int) -> None:
    keys = {str(row["retry_key"]): row for row in rows}
    assert len(set(reached.keys)) == len(reached.keys), "a retry key was accepted twice"
    assert set(reached.keys) <= set(keys), "a push that no row asked for"
    for key, row in keys.items():
        if row["row_kind"] == "notice":
            assert (row["state"], row["repeated"]) == ("sent", False), dict(row)
            assert reached.keys.count(key) == 1, f"a push arrived {reached.keys.count(key)} times: {dict(row)}"
        elif in_doubt < 2:
            assert row["state"] == "sent", dict(row)


def _reached(entries: list[Entry], channel: str, account: str) -> dict[str, Reached]:
    chats: dict[str, Reached] = {}
    marks = [Words(language).t("(possibly sent before)") for language in ("th", "en")]
    for person, ids, content, key in _accepted(entries, channel, account):
        chat = chats.setdefault(person, Reached())
        chat.ids += ids
        chat.marked += any(mark in content for mark in marks)
        chat.keys += [key] if key else []
    return chats


def _accepted(entries: list[Entry], channel: str, account: str) -> Iterator[tuple[str, list[str], str, str]]:
    """(person, message ids, content, retry key) of each call with which the account sent messages."""
    for entry in entries:
        if entry.get("channel") != channel or str(entry.get("account")) != account or entry.get("status") != 200:
            continue
        if entry["kind"] == "request" and (messages := entry["effects"].get("messages")):
            content = json.dumps([message["raw"] for message in messages], ensure_ascii=False)
            yield entry["person"], [message["id"] for message in messages], content, entry["effects"].get("key", "")
        elif entry["kind"] == "call" and entry["method"].lower() in ("sendmessage", "sendphoto"):
            body = entry["body"]
            content = f"{body.get('text', '')}{body.get('caption', '')}"
            yield str(body["chat_id"]), [str(entry["message_id"])], content, ""

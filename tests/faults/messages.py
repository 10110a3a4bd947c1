"""What a platform accepted against what the outbox says of it: nothing lost, nothing twice without its mark."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bots.journal import Entry
from handlers.words import Words
from tests.stories.world import World


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

"""What the emulated Telegram gets wrong on demand, by name: `POST /control/faults {"name": "flood", "seconds": 7}`.

Silence, cut connections and halves of an answer have no names: they are kinds of `bots.faults.Fault`. The words are
the platform's (`fail_query_with_error` in https://github.com/tdlib/telegram-bot-api).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bots.telegram.emulator_messages import NOT_MODIFIED
from bots.telegram.emulator_presses import TOO_OLD

Preset = Mapping[str, Any]
_UNCLOSED = "can't parse entities: Can't find end of the entity starting at byte offset 0"


def _error(status: int, description: str, **parameters: int) -> Preset:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return {"status": status, "body": body | ({"parameters": parameters} if parameters else {})}


def _flood(seconds: float) -> Preset:
    """A 429 that asks to wait for so many seconds."""
    return _error(429, f"Too Many Requests: retry after {seconds:.0f}", retry_after=int(seconds))


FAULTS: Mapping[str, Preset | Callable[[float], Preset]] = {
    "flood": _flood,
    "server_error": _error(500, "Internal Server Error"),
    "bad_gateway": {"status": 502, "body": "<html><h1>502 Bad Gateway</h1></html>"},
    "garbage": {"status": 200, "body": "<html>nothing to see here", "carried_out": True},
    "blocked": _error(403, "Forbidden: bot was blocked by the user"),
    "deactivated": _error(403, "Forbidden: user is deactivated"),
    "not_started": _error(403, "Forbidden: bot can't initiate conversation with a user"),
    "chat_not_found": _error(400, "Bad Request: chat not found"),
    "not_modified": _error(400, f"Bad Request: {NOT_MODIFIED}"),
    "cant_parse": _error(400, f"Bad Request: {_UNCLOSED}"),
    "too_old": _error(400, f"Bad Request: {TOO_OLD}"),
    "unauthorised": _error(401, "Unauthorized"),
    "conflict": _error(409, "Conflict: terminated by other setWebhook"),
    "migrated": _error(
        400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1_001_234_567_890
    ),
}

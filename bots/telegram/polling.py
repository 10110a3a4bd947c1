"""Fetching a bot's updates by getUpdates (https://core.telegram.org/bots/api#getupdates), as raw JSON for the inbox.

The library's own `get_updates` gives objects, which keep less than Telegram said; its request gives the answer as it
is, with the errors already told apart.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from telegram.error import Conflict, TelegramError
from telegram.request import BaseRequest

from bots.channel import Contested, Fetched, Outcome, RetryLater
from bots.telegram import inbound
from bots.telegram.outcomes import outcome

# So long after the time it was given Telegram has surely answered, unless the connection is dead.
_GRACE_SECONDS = 5.0
_GARBAGE_WAIT = 2.0


async def fetch(request: BaseRequest, api: str, confirmed: int | None, seconds: float) -> Fetched | Contested | Outcome:
    """The next updates of the bot at `api` (address and token); what was `confirmed` is forgotten by Telegram."""
    asked = {"timeout": int(seconds), "allowed_updates": json.dumps(inbound.ALLOWED_UPDATES)}
    if confirmed is not None:
        asked["offset"] = confirmed + 1
    address = f"{api}/getUpdates?{urlencode(asked)}"
    try:
        updates = await request.post(address, read_timeout=seconds + _GRACE_SECONDS)
        return _fetched(updates)
    except Conflict as error:
        return Contested(error.message)
    except TelegramError as error:
        return outcome(error, repeatable=True)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        return RetryLater(_GARBAGE_WAIT, f"not an answer of Telegram's: {type(error).__name__}")


def _fetched(updates: Any) -> Fetched:
    """Raises ValueError or TypeError for what is no list of updates."""
    arrivals = [inbound.arrival(update) for update in updates]
    return Fetched(arrivals, max((int(arrival.event_id) for arrival in arrivals), default=None))

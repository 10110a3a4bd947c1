"""What python-telegram-bot's errors mean for a message or for an account, as the Channel contract puts it."""

from __future__ import annotations

import re
from datetime import timedelta

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError
from tenacity import RetryCallState

from bots.channel import AccountError, Outcome, Refused, RetryLater, Sent, Unknown
from bots.telegram.request import MaybeSent, NotSent

_RETRY_SECONDS = 2.0
# Telegram's own words come first; a name, a number or a quotation after them may be somebody's.
_OWN_WORDS = re.compile(r"[A-Za-z_' ]*")


def outcome(error: TelegramError, *, repeatable: bool) -> Outcome:
    """What a failed call means for the message. `repeatable`: doing it twice is the same as once."""
    words = own_words(error)
    if isinstance(error, RetryAfter):
        return RetryLater(_seconds(error), "429", whole_account=True)
    if isinstance(error, Forbidden):
        return Refused("blocked", words)
    if isinstance(error, InvalidToken):
        return Refused("unauthorised", words)
    if isinstance(error, ChatMigrated):  # a group: we write to people alone
        return Refused("bad_request", words)
    if isinstance(error, BadRequest):  # before its base class NetworkError
        if "message is not modified" in words.lower():
            return Sent()
        return Refused("blocked" if "chat not found" in words.lower() else "bad_request", words)
    reason = error.message if isinstance(error, NotSent | MaybeSent) else type(error).__name__
    if isinstance(error, NotSent) or repeatable:
        return RetryLater(_RETRY_SECONDS, reason)
    return Unknown(reason)


def own_words(error: TelegramError) -> str:
    """What Telegram says of a refusal without what it quotes: a reason is kept, logged and shown to operators."""
    own = _OWN_WORDS.match(error.message.removeprefix("Forbidden: "))
    return own[0].strip() if own else ""


def account_error(error: TelegramError) -> AccountError:
    """The same error as a sentence for the operator; holds no secret."""
    if isinstance(error, InvalidToken):
        return AccountError("Telegram does not know this bot token.")
    if isinstance(error, BadRequest):
        return AccountError(f"Telegram refused: {error.message}")
    return AccountError(f"Telegram could not be asked: {error.message}")


def asked_to_wait(state: RetryCallState) -> float:
    """How long Telegram asked a refused call to wait, in seconds; for `tenacity.retry`."""
    error = state.outcome.exception() if state.outcome else None
    return _seconds(error) if isinstance(error, RetryAfter) else 0.0


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)

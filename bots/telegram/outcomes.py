"""What python-telegram-bot's errors mean for a message or for an account, as the Channel contract puts it."""

from __future__ import annotations

from datetime import timedelta

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError
from tenacity import RetryCallState

from bots.channel import AccountError, Outcome, Refused, RetryLater, Sent, Unknown
from bots.telegram.request import NotSent

_RETRY_SECONDS = 2.0


def outcome(error: TelegramError, *, repeatable: bool) -> Outcome:
    """What a failed call means for the message. `repeatable`: doing it twice is the same as once."""
    words = error.message.lower()
    if isinstance(error, RetryAfter):
        return RetryLater(_seconds(error), "429", whole_account=True)
    if isinstance(error, Forbidden):
        return Refused("blocked", error.message)
    if isinstance(error, InvalidToken):
        return Refused("unauthorised", error.message)
    if isinstance(error, ChatMigrated):  # a group: we write to people alone
        return Refused("bad_request", error.message)
    if isinstance(error, BadRequest):  # before its base class NetworkError
        if "message is not modified" in words:
            return Sent()
        return Refused("blocked" if "chat not found" in words else "bad_request", error.message)
    if isinstance(error, NotSent) or repeatable:
        return RetryLater(_RETRY_SECONDS, error.message)
    return Unknown(error.message)


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

"""Telegram as a channel: the one object the rest of the program knows (`TelegramChannel`), over python-telegram-bot.

One `Bot` a token, all on one shared HTTP session. The Bot API has no key that makes a send safe to repeat
(https://github.com/tdlib/telegram-bot-api/issues/482), so an unanswered send is `Unknown`; an edit can
always be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import structlog
from telegram import Bot
from telegram.error import InvalidToken, RetryAfter, TelegramError
from telegram.helpers import create_deep_linked_url
from tenacity import retry, retry_if_exception_type, stop_after_delay

from bots.channel import (
    Account,
    AccountError,
    Arrival,
    Contested,
    DrawMenu,
    Fetched,
    Installed,
    Letter,
    Outcome,
    Profile,
    Proof,
    Quota,
    Reception,
    Refused,
    RetryLater,
    Sent,
)
from bots.telegram import inbound, polling
from bots.telegram.menus import install, show
from bots.telegram.messages import post, replace
from bots.telegram.outcomes import account_error, asked_to_wait, outcome
from bots.telegram.request import SessionRequest
from bots.telegram.settings import bot_id, bot_token, webhook_secrets
from handlers.cards import Card
from handlers.incoming import Incoming
from handlers.menus import Menu

log = structlog.get_logger()

_ACKNOWLEDGE_SECONDS = 2.0


class TelegramChannel:
    """The Telegram side of the Channel contract. Sessions stay their maker's to close.

    A poll holds a connection for as long as it lasts: `polls` is a session of their own, which has one for each bot.
    """

    name = "telegram"
    label = "Telegram"
    verifier = "webhook_secret"
    edits = True
    batch = 1
    safe_retry = False
    reply_seconds = 0.0
    per_second = 25.0  # of about 30 (https://core.telegram.org/bots/faq), leaving room for answers

    def __init__(
        self, session: aiohttp.ClientSession, api_url: str, polls: aiohttp.ClientSession | None = None
    ) -> None:
        self._request = SessionRequest(session)
        self._polls = SessionRequest(polls or session)
        self._api_url = api_url.rstrip("/")
        self._bots: dict[str, Bot] = {}

    def verify(self, account: Account, headers: Mapping[str, str], body: bytes) -> bool:
        """True if the request carries one of the account's webhook secrets (the body is not signed)."""
        return inbound.verify(account.secrets, headers)

    def read(self, body: bytes) -> list[Arrival]:
        """The one update of a body; raises ValueError when it is not an update."""
        return inbound.read(body)

    def understand(self, payload: Mapping[str, Any]) -> Incoming:
        """The neutral event in a kept update."""
        return inbound.understand(payload)

    def looks_back(self, payload: Mapping[str, Any]) -> bool:
        """Telegram brings updates in order, one chat's failing one before its later ones, and takes nothing back."""
        return False

    def reply_token(self, payload: Mapping[str, Any]) -> str | None:
        """Telegram has no reply tokens: every send is free."""
        return None

    async def profile(self, account: Account, payload: Mapping[str, Any]) -> Profile:
        """The sender's name and language; each update carries them, so nothing is asked."""
        return inbound.profile(payload)

    async def acknowledge(self, account: Account, payload: Mapping[str, Any]) -> None:
        """Stop the pressed button's spinner. Too late or unreachable is no matter; never raises."""
        query = payload.get("callback_query")
        if not isinstance(query, Mapping):
            return
        try:
            await self._bot(account).answer_callback_query(
                str(query.get("id")), connect_timeout=_ACKNOWLEDGE_SECONDS, read_timeout=_ACKNOWLEDGE_SECONDS
            )
        except TelegramError as error:
            log.debug("telegram.not_acknowledged", error=type(error).__name__)

    async def send(self, account: Account, cards: Sequence[Card], letter: Letter) -> Outcome:
        """Send the one card that a call can carry (raises ValueError for another number of cards)."""
        (card,) = cards
        try:
            message = await post(self._bot(account), card, letter)
        except TelegramError as error:
            return outcome(error, repeatable=False)
        return Sent((str(message.message_id),))

    async def edit(self, account: Account, message_id: str, card: Card, letter: Letter) -> Outcome:
        """Make a sent message show this card; one that already does counts as sent."""
        try:
            await replace(self._bot(account), int(message_id), card, letter)
        except TelegramError as error:
            return outcome(error, repeatable=True)
        return Sent((message_id,))

    async def install_menus(
        self, account: Account, menus: Sequence[Menu], version: str, default: str, draw: DrawMenu
    ) -> Installed | RetryLater | Refused:
        """Set the commands that strangers see."""
        try:
            return await install(self._bot(account), menus, default)
        except InvalidToken as error:
            return Refused("unauthorised", error.message)

    async def sweep_menus(self, account: Account) -> Outcome:
        """Nothing: a new list of commands replaces the old one."""
        return Sent()

    async def show_menu(self, account: Account, recipient: str, menu: Menu | None) -> Outcome:
        """Set the chat's own commands."""
        try:
            return await show(self._bot(account), recipient, menu)
        except InvalidToken as error:
            return Refused("unauthorised", error.message)

    def link(self, account: Account, code: str) -> str:
        """`https://t.me/BOT?start=CODE`; raises ValueError for a code that a link cannot carry."""
        return create_deep_linked_url(account.handle.removeprefix("@"), code)

    def presume(self, account: Account) -> Proof:
        """The bot's id is part of its token."""
        return Proof(bot_id(account.secrets), "", "")

    async def prove(self, account: Account) -> Proof:
        """Ask getMe who the token belongs to."""
        try:
            bot = await self._bot(account).get_me()
        except TelegramError as error:
            raise account_error(error) from None
        return Proof(str(bot.id), bot.first_name, bot.username or "")

    async def quota(self, account: Account) -> Quota | None:
        """Telegram counts no messages."""
        return None

    async def register(self, account: Account, webhook_url: str) -> None:
        """Set the webhook with its secret and our update types; updates that wait are kept."""
        accepted = webhook_secrets(account.secrets)
        if not accepted:
            raise AccountError("This bot has no webhook secret; without one anybody could pose as Telegram.")
        try:
            await self._set_webhook(self._bot(account), webhook_url, accepted[0])
        except TelegramError as error:
            raise account_error(error) from None

    async def fetch(self, account: Account, confirmed: int | None, seconds: float) -> Fetched | Contested | Outcome:
        """The bot's next updates by getUpdates, whose `offset` is what comes after `confirmed`."""
        try:
            api = self._bot(account).base_url
        except InvalidToken as error:
            return Refused("unauthorised", error.message)
        return await polling.fetch(self._polls, api, confirmed, seconds)

    async def unregister(self, account: Account) -> None:
        """Remove the webhook; updates that wait are kept."""
        try:
            await self._bot(account).delete_webhook(drop_pending_updates=False)
        except TelegramError as error:
            raise account_error(error) from None

    async def reception(self, account: Account) -> Reception:
        """Ask getWebhookInfo."""
        try:
            info = await self._bot(account).get_webhook_info()
        except TelegramError as error:
            raise account_error(error) from None
        waiting, failure = info.pending_update_count, info.last_error_message
        trouble = (
            f"{waiting} events wait for the webhook; the last one failed: {failure}" if waiting and failure else ""
        )
        return Reception(bool(info.url), trouble)

    async def close(self) -> None:
        """Forget the bots; the session is closed by its maker."""
        self._bots.clear()

    def _bot(self, account: Account) -> Bot:
        """The account's bot (raises InvalidToken when there is no token)."""
        token = bot_token(account.secrets)
        if token not in self._bots:
            self._bots[token] = Bot(
                token,
                base_url=f"{self._api_url}/bot",
                base_file_url=f"{self._api_url}/file/bot",
                request=self._request,
                get_updates_request=self._polls,
            )
        return self._bots[token]

    @retry(retry=retry_if_exception_type(RetryAfter), wait=asked_to_wait, stop=stop_after_delay(5), reraise=True)
    async def _set_webhook(self, bot: Bot, url: str, secret: str) -> None:
        """Telegram takes one change of a webhook a second: an operator who corrects one at once need not know."""
        await bot.set_webhook(url, allowed_updates=inbound.ALLOWED_UPDATES, secret_token=secret)

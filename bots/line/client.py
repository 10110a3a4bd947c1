"""LINE as a channel: the one object the rest of the program knows (`LineChannel`), over the LINE SDK.

Cards and letters come from `bots/calling.py`, webhooks from `bots/intake.py`; calls go to the Messaging API
(https://developers.line.biz/en/reference/messaging-api/). A reply costs nothing but its token works once, for
a minute, and cannot be retried safely; a push counts against the month's quota and carries a retry key that
makes repeating it harmless for 24 hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import aiohttp
from linebot.v3.messaging import AsyncApiClient, AsyncMessagingApi, Configuration, Message
from pydantic.v1 import ValidationError

from bots.channel import (
    Account,
    AccountError,
    Arrival,
    DrawMenu,
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
from bots.line import account as official
from bots.line import inbound, limits, settings
from bots.line.dumping import Push, Reply
from bots.line.menus import RichMenus
from bots.line.outcomes import outcome_of
from bots.line.render import render
from bots.line.request import bearer, options
from handlers.cards import Card
from handlers.incoming import Incoming
from handlers.menus import Menu

PROFILE = aiohttp.ClientTimeout(total=2)
CONTENT = aiohttp.ClientTimeout(total=10, connect=2)


class LineChannel:
    """The `Channel` of LINE official accounts.

    Every account shares `session` (its connector decides how many connections there are) and one SDK client;
    the account's token travels with each call. Must be built inside the running event loop.
    """

    name = "line"
    label = "LINE"
    verifier = "channel_secret"
    edits = False
    batch = limits.MESSAGES_PER_CALL
    safe_retry = True
    reply_seconds = limits.REPLY_TOKEN_SECONDS
    per_second = 0.0  # 2,000 a second: we could not reach it

    def __init__(self, session: aiohttp.ClientSession, api_url: str, data_api_url: str) -> None:
        """`api_url` is LINE's https://api.line.me and `data_api_url`, which serves files, https://api-data.line.me."""
        self._session = session
        self._data_api_url = data_api_url.rstrip("/")
        # A host in the configuration overrides the SDK's own choice of host for every call, file downloads
        # included; so only calls to the first host go through this client.
        client = AsyncApiClient(Configuration(host=api_url.rstrip("/"), access_token=""))
        self._unused_session: aiohttp.ClientSession = client.rest_client.pool_manager
        client.rest_client.pool_manager = session
        self._api = AsyncMessagingApi(client)
        self._menus = RichMenus(self._api, session, self._data_api_url)

    def verify(self, account: Account, headers: Mapping[str, str], body: bytes) -> bool:
        """True if LINE signed the raw body with one of the account's channel secrets; False if it has none."""
        try:
            accepted = settings.parse(account.secrets).channel_secrets
        except AccountError:
            return False
        return inbound.verify(accepted, headers, body)

    def read(self, body: bytes) -> list[Arrival]:
        """The events of a verified body; ValueError when it is not LINE's shape."""
        return inbound.read(body)

    def understand(self, payload: Mapping[str, Any]) -> Incoming:
        """The neutral event in a stored payload."""
        return inbound.understand(payload)

    def looks_back(self, payload: Mapping[str, Any]) -> bool:
        """Whether the event is brought again, or takes a message back."""
        return inbound.looks_back(payload)

    def reply_token(self, payload: Mapping[str, Any]) -> str | None:
        """The event's reply token, if it has one that we may use."""
        return inbound.reply_token(payload)

    async def profile(self, account: Account, payload: Mapping[str, Any]) -> Profile:
        """Display name and language from LINE within 2 s; empty when LINE does not say (not a friend, blocked)."""
        user_id = inbound.user_id(payload)
        if not user_id:
            return Profile()
        try:
            found = await self._api.get_profile(user_id, **options(account, PROFILE))
        except Exception:  # the SDK raises far more than ApiException; without a profile work goes on
            return Profile()
        return Profile(found.display_name, found.language or "")

    async def photo(self, account: Account, payload: Mapping[str, Any]) -> bytes | None:
        """The picture a person sent, at most 10 MB; None when the event has none or LINE cannot give it now.

        LINE keeps pictures for a time it does not name, so this is asked for at once
        (https://developers.line.biz/en/reference/messaging-api/#get-content).
        """
        message_id = inbound.content_id(payload)
        if not message_id:
            return None
        url = f"{self._data_api_url}/v2/bot/message/{quote(message_id, safe='')}/content"
        try:
            headers = {"Authorization": bearer(account)}
            async with self._session.get(url, headers=headers, timeout=CONTENT) as response:
                if response.status != 200:
                    return None
                content = bytearray()
                async for chunk in response.content.iter_chunked(64 * 1024):
                    content += chunk
                    if len(content) > limits.CONTENT_BYTES:
                        return None
                return bytes(content)
        except (AccountError, TimeoutError, aiohttp.ClientError, OSError):
            return None

    async def acknowledge(self, account: Account, payload: Mapping[str, Any]) -> None:
        """Nothing: LINE shows a press as the person's own message at once, and its loading animation would
        cost a call before every answer that itself takes well under a second."""

    async def send(self, account: Account, cards: Sequence[Card], letter: Letter) -> Outcome:
        """Up to five cards in one call, all or none: by the letter's reply token if it has one, else by push."""
        # All that can fail on our side comes first, so that what fails later is known to have left.
        try:
            request, call = _request(cards, letter), options(account)
        except ValidationError as error:
            fields = ", ".join(".".join(map(str, problem["loc"])) for problem in error.errors())
            return Refused("bad_request", f"not a LINE message: {fields}")
        except AccountError as error:
            return Refused("unauthorised", str(error))
        try:
            if letter.reply_token:
                answer = await self._api.reply_message(request, **call)
            else:
                answer = await self._api.push_message(request, str(letter.retry_key), **call)
        except Exception as error:  # every failure is an outcome: what it was is decided in one place
            return outcome_of(error, has_retry_key=not letter.reply_token)
        return Sent(tuple(message.id for message in answer.sent_messages))

    async def edit(self, account: Account, message_id: str, card: Card, letter: Letter) -> Outcome:
        """LINE cannot change a sent message (`edits` is False)."""
        return Refused("bad_request", "LINE messages cannot be edited")

    async def install_menus(
        self, account: Account, menus: Sequence[Menu], version: str, default: str, draw: DrawMenu
    ) -> Installed | RetryLater | Refused:
        """Have a rich menu with its picture for every menu."""
        return await self._menus.install(account, menus, version, default, draw)

    async def sweep_menus(self, account: Account) -> Outcome:
        """Delete older rich menus of ours."""
        return await self._menus.sweep(account, account.menus)

    async def show_menu(self, account: Account, recipient: str, menu: Menu | None) -> Outcome:
        """Link the rich menu to the person."""
        return await self._menus.show(account, recipient, menu.key if menu else "")

    def link(self, account: Account, code: str) -> str:
        """Opens the chat with "/start CODE" typed in, ready to be sent.

        A follow event says nothing about where a person came from, so the code travels as a message.
        https://developers.line.biz/en/docs/messaging-api/using-line-url-scheme/#opening-chat-screen
        """
        handle, text = quote(account.handle, safe=""), quote(f"/start {code}", safe="")
        return f"https://line.me/R/oaMessage/{handle}/?{text}"

    def presume(self, account: Account) -> Proof:
        """LINE's secrets do not say whose they are."""
        return Proof("", "", "", settings.parse(account.secrets).doubt())

    async def prove(self, account: Account) -> Proof:
        """Whose access token this is; raises AccountError."""
        return await official.prove(self._api, account)

    async def quota(self, account: Account) -> Quota | None:
        """What is left of the month's pushes; raises AccountError."""
        return await official.quota(self._api, account)

    async def register(self, account: Account, webhook_url: str) -> None:
        """Set the webhook address; raises AccountError."""
        await official.register(self._api, account, webhook_url)

    async def reception(self, account: Account) -> Reception:
        """Ask for the address, and have LINE try it; raises AccountError."""
        return await official.reception(self._api, account)

    async def close(self) -> None:
        """Close what the SDK opened for itself; the shared session belongs to the program."""
        await self._unused_session.close()


def messages(cards: Sequence[Card], letter: Letter) -> list[Message]:
    """One message a card. LINE shows the newest message's quick replies only, so all ride on the last card."""
    quick = tuple(button for card in cards for button in card.quick)
    last = len(cards) - 1
    return [
        render(replace(card, quick=quick if index == last else ()), letter, index) for index, card in enumerate(cards)
    ]


def _request(cards: Sequence[Card], letter: Letter) -> Push | Reply:
    if letter.reply_token:
        return Reply(reply_token=letter.reply_token, messages=messages(cards, letter))
    return Push(to=letter.to, messages=messages(cards, letter))

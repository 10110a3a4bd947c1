"""Rich menus of one account over the Messaging API: made once for each content, linked to people, old ones deleted.

`client.LineChannel` lends its SDK client and session. A menu's name in LINE's list carries its content, so that an
installation that broke off goes on where it stopped and creates nothing twice: LINE allows 100 creations an hour.
https://developers.line.biz/en/docs/messaging-api/use-per-user-rich-menus/
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from urllib.parse import quote

import aiohttp
from linebot.v3.messaging import AsyncMessagingApi

from bots.channel import Account, AccountError, DrawMenu, Installed, Outcome, Refused, RetryLater, Sent
from bots.line.outcomes import outcome_of
from bots.line.request import bearer, options
from bots.line.rich_menu import OURS, name_of, picture_facts, rich_menu
from handlers.menus import Menu

# Creations and deletions are counted by the hour.
HOURLY_WAIT = 600.0
UPLOAD = aiohttp.ClientTimeout(total=30, connect=5)


class _NotUploaded(Exception):
    """LINE did not take a picture; holds what that means."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome


class RichMenus:
    """The calls about rich menus."""

    def __init__(self, api: AsyncMessagingApi, session: aiohttp.ClientSession, data_api_url: str) -> None:
        self._api = api
        self._session = session
        self._data_api_url = data_api_url

    async def install(
        self, account: Account, menus: Sequence[Menu], version: str, default: str, draw: DrawMenu
    ) -> Installed | RetryLater | Refused:
        """Have every menu with its picture, and `default` shown to whoever has none of their own."""
        try:
            known = await self._ours(account)
            ids = {}
            for menu in menus:
                name = name_of(menu.key, version)
                ids[menu.key] = known.get(name) or await self._create(account, menu, version)
                await self._upload(account, ids[menu.key], await asyncio.to_thread(draw, picture_facts(menu)))
            await self._api.set_default_rich_menu(ids[default], **options(account))
        except _NotUploaded as error:
            return _unfinished(error.outcome)
        except Exception as error:
            return _unfinished(_failed(error))
        return Installed(ids)

    async def sweep(self, account: Account, keep: Mapping[str, str]) -> Outcome:
        """Delete those of our menus that are not kept; nobody is shown them any more."""
        try:
            for rich_menu_id in (await self._ours(account)).values():
                if rich_menu_id not in keep.values():
                    await self._api.delete_rich_menu(rich_menu_id, **options(account))
        except Exception as error:
            return _slowly(_failed(error))
        return Sent()

    async def show(self, account: Account, user_id: str, key: str) -> Outcome:
        """Link a menu to a person, or with '' none, so that they see the default."""
        rich_menu_id = account.menus.get(key)
        if key and rich_menu_id is None:
            return Refused("bad_request", f"there is no menu {key}")
        try:
            if rich_menu_id is not None:
                await self._api.link_rich_menu_id_to_user(user_id, rich_menu_id, **options(account))
            else:
                await self._api.unlink_rich_menu_id_from_user(user_id, **options(account))
        except Exception as error:
            return _failed(error)
        return Sent()

    async def _ours(self, account: Account) -> dict[str, str]:
        """Our menus in LINE's list, whatever their content: the id of each name."""
        found = await self._api.get_rich_menu_list(**options(account))
        return {menu.name: menu.rich_menu_id for menu in found.richmenus if menu.name.startswith(OURS)}

    async def _create(self, account: Account, menu: Menu, version: str) -> str:
        made = await self._api.create_rich_menu(rich_menu(menu, version), **options(account))
        return str(made.rich_menu_id)

    async def _upload(self, account: Account, rich_menu_id: str, picture: bytes) -> None:
        """Give a menu its picture, once: LINE refuses a second one, which says that the first arrived."""
        url = f"{self._data_api_url}/v2/bot/richmenu/{quote(rich_menu_id, safe='')}/content"
        headers = {"Authorization": bearer(account), "Content-Type": "image/png"}
        async with self._session.post(url, data=picture, headers=headers, timeout=UPLOAD) as response:
            text = await response.text(errors="replace")
        if response.status == 200 or (response.status == 400 and "already" in text):
            return
        if response.status == 429 or response.status >= 500:
            raise _NotUploaded(RetryLater(HOURLY_WAIT, f"picture: status {response.status}"))
        raise _NotUploaded(Refused("bad_request", f"picture: status {response.status}"))


def _failed(error: Exception) -> Outcome:
    """What a call that raised means. Each of them may be made again."""
    if isinstance(error, AccountError):
        return Refused("unauthorised", str(error))
    return outcome_of(error, has_retry_key=True)


def _unfinished(outcome: Outcome) -> RetryLater | Refused:
    slow = _slowly(outcome)
    return slow if isinstance(slow, (RetryLater, Refused)) else RetryLater(HOURLY_WAIT, "LINE's answer was unreadable")


def _slowly(outcome: Outcome) -> Outcome:
    """A rate limit of these calls lasts up to an hour, and says nothing of messages."""
    if isinstance(outcome, RetryLater) and outcome.whole_account:
        return RetryLater(HOURLY_WAIT, outcome.reason)
    return outcome

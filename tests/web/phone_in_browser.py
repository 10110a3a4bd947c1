"""A phone on the simulator's page, played as a person would: by what is seen on it and what can be tapped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Locator, Page

from handlers.menus import Entry, menus_of
from handlers.routes import ROUTES
from handlers.words import Words

NAMES = {"line": "LINE", "telegram": "Telegram"}
TAPPABLE = ".flex-button, .flex-box.tappable, .keyboard button, .quick button"


@dataclass(slots=True)
class BrowserPhone:
    """One of the phones; `channel` is the app its person uses, `language` the one they are going to choose."""

    page: Page
    role: str
    channel: str
    language: str

    @property
    def element(self) -> Locator:
        """The whole phone."""
        return self.page.locator(f".phone[data-phone={self.role}]")

    @property
    def words(self) -> Words:
        """The words of this person's language."""
        return Words(self.language)

    @property
    def app(self) -> str:
        """The app's name."""
        return NAMES[self.channel]

    async def takes_out(self, channel: str) -> None:
        """Opens this app."""
        await self.element.locator(f".apps [data-choice={channel}]").click()
        await self.page.locator(f".phone[data-phone={self.role}][data-channel={channel}]").wait_for()

    async def opens_the_invitation(self) -> None:
        """Opens the deep link this person was given."""
        await self.element.locator("[data-act=invited]").click()

    async def adds_the_account(self) -> None:
        """The app's own way in, without any link."""
        await self.element.locator("[data-act=follow]").click()

    async def chooses_the_language(self) -> None:
        """Answers the bilingual card; the phone itself then shows the choice."""
        await self.sees("Please choose a language")
        await self.taps({"th": "ไทย", "en": "English"}[self.language])
        await self.element.locator(f".holder [data-choice={self.language}][aria-pressed=true]").wait_for()

    async def says(self, text: str) -> None:
        """Types a text and sends it."""
        await self.element.locator("textarea").fill(text)
        await self.element.locator(".tool.send").click()
        await self.element.locator(".mine").filter(has_text=text).last.wait_for()

    async def sees(self, message: str, **fields: Any) -> Locator:
        """Waits for the bot's message that has this text in this person's language."""
        shown = self.element.locator(".theirs").filter(has_text=self.words.t(message, **fields)).last
        await shown.wait_for()
        return shown

    async def sees_a_picture(self, message: str, **fields: Any) -> None:
        """The message with this text bears a picture, and it loads."""
        picture = (await self.sees(message, **fields)).locator("img")
        assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100

    async def uses_the_menu(self, command: str) -> None:
        """Taps the command's tile of the rich menu (LINE), or chooses it from the list of commands (Telegram)."""
        if self.channel == "line":
            [label] = [entry.label for entry in self._menu_entries() if entry.name == command]
            picture = self.element.locator(".rich-menu-sheet img")
            assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 2500
            await self.element.locator(f'.rich-menu-sheet button[aria-label="{label}"]').click()
        else:
            await self.element.locator(".commands summary").click()
            await self.element.locator(".commands .popover button").filter(has_text=f"/{command}").click()

    def _menu_entries(self) -> tuple[Entry, ...]:
        """The entries of the menu that this person should see."""
        role = self.role.rstrip("2")
        return next(menu.tiles for menu in menus_of(ROUTES) if (menu.role, menu.language) == (role, self.language))

    async def taps(self, label: str, **fields: Any) -> None:
        """Taps the newest button whose label is, or begins with, this one."""
        wanted = re.compile("^" + re.escape(self.words.t(label, **fields)))
        await self.element.locator(TAPPABLE).filter(has_text=wanted).last.click()

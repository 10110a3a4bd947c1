"""Somebody with a phone: what they do in one chat, and what they must see there.

Acts go to the emulated platform, which delivers them to the program; everything read here is what the platform
would show. `sees` takes exactly the new messages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from domain.catalogue import demo_clinic
from handlers.menus import menus_of
from handlers.routes import ROUTES
from handlers.words import TIED, Words

if TYPE_CHECKING:
    from tests.stories.world import World

_CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{10}\b")


@dataclass(slots=True)
class Person:
    """Somebody with a phone."""

    world: World
    slug: str
    name: str
    channel: str
    language: str
    id: str
    seen: int = 0
    edits_seen: dict[str, str] = field(default_factory=dict)

    @property
    def _chat(self) -> str:
        return f"accounts/{self.world.accounts[self.slug, self.channel]}/chats/{self.id}"

    @property
    def clinic(self) -> str:
        """The clinic's name in this person's language."""
        data = demo_clinic(self.slug)
        assert data is not None
        return str(data[f"name_{self.language}"])

    @property
    def words(self) -> Words:
        """The words of this person's language."""
        return Words(self.language)

    def t(self, message: str, **fields: Any) -> str:
        """The message in this person's language."""
        return plain(self.words.t(message, **fields))

    def item(self, title: str, detail: str) -> str:
        """An entry of a list as it reads in this chat: LINE sets it as two texts, Telegram as two lines."""
        return f"{title}: {detail}" if self.channel == "line" else f"{title}\n{detail}"

    async def adds_the_account(self) -> None:
        """Adds the account as a friend (LINE) or presses START (Telegram)."""
        await self._do("follow")

    async def says(self, text: str) -> None:
        """Types a text."""
        await self._do("say", text=text)

    async def opens(self, link: str) -> None:
        """Opens a deep link."""
        await self._do("open", url=link)

    async def blocks(self) -> None:
        """Blocks the account."""
        await self._do("block")

    async def unblocks(self) -> None:
        """Unblocks the account."""
        await self._do("unblock")

    async def sends_sticker(self) -> None:
        """Sends a sticker."""
        await self._do("sticker")

    async def unsends(self, nth: int = 1) -> None:
        """Takes the newest own message back (LINE), or the one so many before it."""
        mine = [message["id"] for message in await self._all_messages() if message["from"] == "person"]
        await self._do("unsend", message=mine[-nth])

    async def taps(self, label: str, **fields: Any) -> None:
        """Presses the newest button with this label."""
        await self.taps_on(await self.button(label, **fields))

    async def taps_on(self, found: dict[str, Any]) -> None:
        """Presses a button found earlier (`button`), however old its card is by now."""
        await self._do("tap", **found)

    async def presses(self, message: str, data: str) -> None:
        """A client of their own making sends any data."""
        await self._do("press", message=message, data=data)

    async def button(self, label: str, on: str = "", **fields: Any) -> dict[str, Any]:
        """The newest button (or quick reply) whose label is, or begins with, this one, on a card that says `on`."""
        wanted = self.t(label, **fields)
        for message in reversed([message for message in await self.messages() if on in visible(message)]):
            for kind, key in (("quick", "quick"), ("buttons", "button")):
                for button in message[kind]:
                    if plain(button["label"]).startswith(wanted):
                        return {"message": message["id"], key: button["index"]}
        raise AssertionError(f"{self.name} has no button {wanted!r}; there are {await self.labels()}")

    async def labels(self) -> list[str]:
        """Every button this person could press now, newest message last."""
        return [b["label"] for m in await self.messages() for b in (*m["buttons"], *m["quick"])]

    async def link(self, label: str) -> str:
        """The address behind the newest button with this label."""
        for message in reversed(await self.messages()):
            for button in message["buttons"]:
                if plain(button["label"]).startswith(self.t(label)) and button["url"]:
                    return str(button["url"])
        raise AssertionError(f"{self.name} has no link {label!r}")

    async def code(self) -> str:
        """The newest invitation code that can be read in this chat."""
        for message in reversed(await self.messages()):
            if found := _CODE.search(visible(message)):
                return found[0]
        raise AssertionError(f"{self.name} has been shown no code")

    async def messages(self, *, after: int = 0) -> list[dict[str, Any]]:
        """Everything the bot has sent to this person after its first so many messages, oldest first."""
        return [message for message in await self._all_messages(after) if message["from"] == "bot"]

    async def newest(self) -> dict[str, Any]:
        """The bot's last message."""
        return (await self.messages(after=max(self.seen - 1, 0)))[-1]

    async def menu(self) -> dict[str, Any] | None:
        """The menu beside the chat, as the platform shows it; None without one."""
        found: dict[str, Any] | None = (await self.world.look(self.channel, self._chat))["menu"]
        return found

    async def has_menu(self, role: str) -> None:
        """The menu is that of this role, in this person's language."""
        wanted = next(m for m in menus_of(ROUTES) if (m.role, m.language) == (role, self.language))
        menu = await self.menu()
        assert menu, f"{self.name} has no menu"
        if self.channel == "line":
            shown = [area["label"] for area in menu["areas"]]
            assert (menu["name"].split("/")[1], shown) == (wanted.key, [tile.label for tile in wanted.tiles])
        else:
            commands = [(entry["command"], entry["description"]) for entry in menu["commands"]]
            assert commands == [(entry.name, entry.label) for entry in wanted.entries]

    async def taps_tile(self, index: int) -> None:
        """Taps a tile of the rich menu (LINE), or chooses a command of the menu (Telegram)."""
        if self.channel == "line":
            await self._do("tile", index=index)
            return
        menu = await self.menu()
        assert menu, f"{self.name} has no menu"
        await self.says(f"/{menu['commands'][index]['command']}")

    async def _all_messages(self, after: int = 0) -> list[dict[str, Any]]:
        chat = await self.world.look(self.channel, f"{self._chat}?seen={after}")
        return list(chat["messages"])

    async def unseen(self) -> list[str]:
        """What this person has not looked at yet, as text."""
        return [visible(message) for message in await self.messages(after=self.seen)]

    async def sees(self, *expected: str | tuple[str, ...]) -> None:
        """Looks at the new messages: exactly these, in this order; a tuple's parts are all in one message."""
        new = await self.unseen()
        assert len(new) == len(expected), f"{self.name} expected {len(expected)} messages, got {len(new)}: {new}"
        for text, parts in zip(new, expected, strict=True):
            for part in (parts,) if isinstance(parts, str) else parts:
                assert self.t(part) in text, f"{self.name} expected {self.t(part)!r} in {text!r}"
        self.seen += len(new)

    async def reads(self) -> list[str]:
        """Reads all new messages, whatever they are: for tests that go through a table of them."""
        new = await self.unseen()
        self.seen += len(new)
        return new

    async def sees_nothing(self) -> None:
        """Has no new message."""
        await self.sees()

    async def changed(self) -> dict[str, str]:
        """Cards that changed since this person last looked, by message id."""
        now = {message["id"]: visible(message) for message in await self.messages() if message["edited"]}
        return {number: text for number, text in now.items() if self.edits_seen.get(number) != text}

    async def sees_changed(self, *parts: str, cards: int = 1) -> None:
        """One older card says this now and has no button left, where the channel can change cards; else none did."""
        changed = await self.changed()
        assert len(changed) == cards * self.world.program.channels[self.channel].edits, (
            f"{self.name} sees changed: {changed}"
        )
        self.edits_seen.update(changed)
        for text in changed.values():
            assert all(self.t(part) in text for part in parts), f"{parts} not in {text!r}"
        left = [button["label"] for m in await self.messages() if m["id"] in changed for button in m["buttons"]]
        assert not left, f"a card of the past still has buttons: {left}"

    async def picture(self, said: str = "") -> bytes:
        """The newest picture (on a message that says this), as the phone loads it."""
        for message in reversed(await self.messages()):
            if message["picture"] and (not said or self.t(said) in visible(message)):
                url = message["picture"]
                url = url if url.startswith("http") else f"{self.world.platforms}{url}"
                async with self.world.http.get(url) as answer:
                    assert answer.status == 200, answer.status
                    return await answer.read()
        raise AssertionError(f"{self.name} has no picture {said!r}")

    async def _do(self, what: str, **body: Any) -> None:
        done = await self.world.control(self.channel, f"{self._chat}/{what}", **body)
        self.world.delivered(done.get("deliveries", ()))
        await self.world.settles()


def visible(message: dict[str, Any]) -> str:
    """A message as one text: all that can be read on it, button labels left out."""
    rows = "\n".join(f"{label}: {value}" for label, value in message["rows"])
    return plain("\n".join(filter(None, (message["title"], message["text"], rows, message["footnote"]))))


def plain(text: str) -> str:
    """As it reads: a sum or a date that no line may end within looks like any other."""
    return text.replace(TIED, " ")

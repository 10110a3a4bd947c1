"""Rich menus in the emulated LINE: made, given a picture, linked to people, and refused as LINE refuses them.

The calls of `menus.RichMenus` (any bot's would do) and what a person sees at the foot of a chat. A menu cannot be
changed, and its picture can be given once.
https://developers.line.biz/en/reference/messaging-api/#rich-menu
"""

from __future__ import annotations

import base64
import io
import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from PIL import Image

from bots.line import limits
from bots.line.emulator_actions import Problem, menu_action_problems
from bots.line.emulator_call import INVALID_USER, Answer, Call, Route
from bots.line.emulator_checks import errors
from bots.line.emulator_records import Json, RichMenu
from bots.line.emulator_state import State

_NOT_FOUND = Answer(404, {"message": "richmenu not found", "details": []})
_KINDS = {"image/png": "PNG", "image/jpeg": "JPEG"}


class RichMenuApi:
    """The answers to calls about rich menus; `clock` gives seconds since 1970."""

    def __init__(self, state: State, clock: Callable[[], float]) -> None:
        self._state = state
        self._clock = clock

    def routes(self) -> list[Route]:
        """Method, path and answer of every call."""
        menu, user = "/v2/bot/richmenu", "/v2/bot/user/{person}/richmenu"
        return [
            ("POST", menu, self._create),
            ("GET", f"{menu}/list", self._list),
            ("GET", f"{menu}/{{menu}}", self._get),
            ("DELETE", f"{menu}/{{menu}}", self._delete),
            ("POST", f"{menu}/{{menu}}/content", self._upload),
            ("GET", "/v2/bot/user/all/richmenu", self._get_default),
            ("DELETE", "/v2/bot/user/all/richmenu", self._clear_default),
            ("POST", "/v2/bot/user/all/richmenu/{menu}", self._set_default),
            ("GET", user, self._get_linked),
            ("DELETE", user, self._unlink),
            ("POST", f"{user}/{{menu}}", self._link),
        ]

    def _create(self, call: Call) -> Answer:
        if problems := list(_problems(call.body)):
            return Answer(400, errors(problems))
        if sum(menu.account == call.account.id for menu in self._state.menus.values()) >= limits.RICH_MENUS:
            return Answer(400, {"message": "The number of rich menus exceeds the limit", "details": []})
        menu_id = f"richmenu-{secrets.token_hex(16)}"
        return Answer(200, {"richMenuId": menu_id}, effects={"created": menu_id})

    def _list(self, call: Call) -> Answer:
        mine = [menu for menu in self._state.menus.values() if menu.account == call.account.id]
        return Answer(200, {"richmenus": [{"richMenuId": menu.id, **menu.raw} for menu in mine]})

    def _get(self, call: Call) -> Answer:
        menu = self._find(call)
        return Answer(200, {"richMenuId": menu.id, **menu.raw}) if menu else _NOT_FOUND

    def _delete(self, call: Call) -> Answer:
        menu = self._find(call)
        return Answer(200, {}, effects={"deleted": menu.id}) if menu else _NOT_FOUND

    def _upload(self, call: Call) -> Answer:
        menu = self._find(call)
        if menu is None:
            return _NOT_FOUND
        if call.content_type not in _KINDS:
            return Answer(415, {"message": "Unsupported media type", "details": []})
        if len(call.raw) > limits.RICH_MENU_BYTES:
            return Answer(413, {"message": "Request Entity Too Large"})
        if menu.picture:
            return Answer(400, {"message": "An image has already been uploaded to the richmenu", "details": []})
        size = menu.raw["size"]
        if _picture_size(call) != (size["width"], size["height"]):
            return Answer(400, {"message": "The image size doesn't match the rich menu's size", "details": []})
        picture = base64.b64encode(call.raw).decode()
        return Answer(200, {}, effects={"pictured": menu.id}, content=picture)

    def _get_default(self, call: Call) -> Answer:
        menu_id = self._state.default_menus.get(call.account.id)
        return Answer(200, {"richMenuId": menu_id}) if menu_id else Answer(404, {"message": "no default richmenu"})

    def _clear_default(self, call: Call) -> Answer:
        return Answer(200, {}, effects={"default_menu": ""})

    def _set_default(self, call: Call) -> Answer:
        return self._usable(call) or Answer(200, {}, effects={"default_menu": call.path["menu"]})

    def _get_linked(self, call: Call) -> Answer:
        menu_id = self._state.linked_menus.get((call.account.id, call.path["person"]))
        return Answer(200, {"richMenuId": menu_id}) if menu_id else Answer(404, {"message": "the user has no richmenu"})

    def _unlink(self, call: Call) -> Answer:
        return Answer(200, {}, call.path["person"], {"linked_menu": ""})

    def _link(self, call: Call) -> Answer:
        """LINE says 200 of somebody who is no friend too, and links nothing."""
        if refused := self._usable(call):
            return refused
        person = call.path["person"]
        if person not in self._state.people:
            return INVALID_USER
        friend = self._state.chat(call.account.id, person).is_reachable(self._clock())
        return Answer(200, {}, person, {"linked_menu": call.path["menu"]} if friend else {})

    def _usable(self, call: Call) -> Answer | None:
        menu = self._find(call)
        if menu is None:
            return _NOT_FOUND
        if not menu.picture:
            return Answer(400, {"message": "must upload richmenu image before applying it to user", "details": []})
        return None

    def _find(self, call: Call) -> RichMenu | None:
        menu = self._state.menus.get(call.path["menu"])
        return menu if menu and menu.account == call.account.id else None


def menu_of(state: State, account: str, person: str) -> RichMenu | None:
    """The menu at the foot of a chat: the person's own, else the account's default."""
    own = state.menus.get(state.linked_menus.get((account, person), ""))
    return own or state.menus.get(state.default_menus.get(account, ""))


def shown_menu(menu: RichMenu, picture_url: str) -> Json:
    """What a person sees: the words on the chat bar, the picture, and where it can be tapped."""
    areas = [{**area["bounds"], "label": area["action"].get("label", "")} for area in menu.raw["areas"]]
    size = menu.raw["size"]
    return {
        "id": menu.id,
        "name": menu.raw["name"],
        "bar": menu.raw["chatBarText"],
        "open": menu.raw["selected"],
        "picture": picture_url,
        "width": size["width"],
        "height": size["height"],
        "areas": areas,
    }


def _problems(body: Mapping[str, Any]) -> Iterator[Problem]:
    size = body.get("size")
    if not isinstance(size, dict) or not all(isinstance(size.get(side), int) for side in ("width", "height")):
        yield "must be specified", "size"
        return
    (narrow, wide), width, height = limits.RICH_MENU_WIDTH, size["width"], size["height"]
    if not narrow <= width <= wide:
        yield f"must be between {narrow} and {wide}", "size.width"
    if height < limits.RICH_MENU_HEIGHT or width / height < limits.RICH_MENU_RATIO:
        yield "invalid size", "size.height"
    if not isinstance(body.get("selected"), bool):
        yield "must be specified", "selected"
    for name, most in (("name", limits.RICH_MENU_NAME), ("chatBarText", limits.CHAT_BAR)):
        text = body.get(name)
        if not isinstance(text, str) or not text.strip():
            yield "May not be empty", name
        elif limits.utf16(text) > most:
            yield f"Length must be between 0 and {most}", name
    areas = body.get("areas")
    if not isinstance(areas, list) or not 1 <= len(areas) <= limits.RICH_MENU_AREAS:
        yield f"Size must be between 1 and {limits.RICH_MENU_AREAS}", "areas"
        return
    for n, area in enumerate(areas):
        yield from _area_problems(area, f"areas[{n}]", width, height)


def _area_problems(area: Any, path: str, width: int, height: int) -> Iterator[Problem]:
    bounds = area.get("bounds") if isinstance(area, dict) else None
    if not isinstance(bounds, dict) or not all(isinstance(bounds.get(n), int) for n in ("x", "y", "width", "height")):
        yield "must be specified", f"{path}.bounds"
        return
    across, down = bounds["x"] + bounds["width"], bounds["y"] + bounds["height"]
    if (
        min(bounds["x"], bounds["y"]) < 0
        or min(bounds["width"], bounds["height"]) < 1
        or across > width
        or down > height
    ):
        yield "out of the rich menu's size", f"{path}.bounds"
    yield from menu_action_problems(area.get("action"), f"{path}.action")


def _picture_size(call: Call) -> tuple[int, int] | None:
    try:
        with Image.open(io.BytesIO(call.raw)) as image:
            return image.size if image.format == _KINDS[call.content_type] else None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None

"""Files that people sent to the emulated LINE, as a bot downloads them.

A video or a sound is prepared for a while (202), what its sender took back is gone (410).
https://developers.line.biz/en/reference/messaging-api/#getting-content
"""

from __future__ import annotations

import base64

from aiohttp import web

from bots.line.emulator_call import Answer, Call, Route
from bots.line.emulator_records import Content
from bots.line.emulator_state import State

_NOT_FOUND = Answer(404, {"message": "not found"})
_GONE = Answer(410, {"message": "The content is gone"})
_NOT_PREPARED = Answer(400, {"message": "Transcoding status doesn't support this type of content"})
_NO_PREVIEW = Answer(400, {"message": "The content can not be previewed"})


class ContentApi:
    """The answers to calls about one message's file."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        """Method, path and answer of every call."""
        content = "/v2/bot/message/{message}/content"
        return [
            ("GET", content, self._download),
            ("GET", f"{content}/preview", self._preview),
            ("GET", f"{content}/transcoding", self._status),
        ]

    def _download(self, call: Call) -> Answer:
        found = self._find(call)
        if isinstance(found, Answer):
            return found
        return Answer(202, None) if found.status == "processing" else _file(found)

    def _preview(self, call: Call) -> Answer:
        found = self._find(call)
        if isinstance(found, Answer):
            return found
        return _file(found) if found.kind in ("image", "video") else _NO_PREVIEW

    def _status(self, call: Call) -> Answer:
        found = self._find(call)
        if isinstance(found, Answer):
            return found
        return Answer(200, {"status": found.status}) if found.kind in ("video", "audio") else _NOT_PREPARED

    def _find(self, call: Call) -> Content | Answer:
        message = call.path["message"]
        found = self._state.contents.get(message)
        if found is not None and found.account == call.account.id:
            return found
        return _GONE if (call.account.id, message) in self._state.unsent else _NOT_FOUND


def download(data: bytes) -> web.Response:
    """A response with a file that a person sent."""
    kinds = {b"\x89PNG": "image/png", b"\xff\xd8": "image/jpeg", b"\x00\x00\x00": "video/mp4"}
    kind = next((kind for start, kind in kinds.items() if data.startswith(start)), "image/jpeg")
    return web.Response(body=data, content_type=kind)


def _file(found: Content) -> Answer:
    return Answer(200, None, file=base64.b64decode(found.data))

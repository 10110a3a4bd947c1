"""Text in Telegram's HTML, as the emulated platform understands it: the words, and entities for their looks.

https://core.telegram.org/bots/api#html-style; the words of its refusals are those of `parse_html` in
https://github.com/tdlib/td (`MessageEntity.cpp`). Other styles are not emulated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from bots.telegram.emulator_checks import ApiError, bad_request
from bots.telegram.emulator_records import Json
from bots.telegram.limits import units

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[^\s>]*)(?P<rest>[^>]*)>")
_ATTRIBUTE = re.compile(r"""([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_NAMED = re.compile(r"&(?:lt|gt|amp|quot|#\d{1,8}|#[xX][0-9a-fA-F]{1,8});")
_LOOKS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}


@dataclass(slots=True)
class _Open:
    name: str
    attributes: dict[str, str]
    offset: int


def parse_html(text: str) -> tuple[str, list[Json]]:
    """The words and their entities in the order they begin (raises ApiError: `can't parse entities: ...`)."""
    words, length, at = "", 0, 0
    opened: list[_Open] = []
    entities: list[Json] = []
    while (start := text.find("<", at)) >= 0:
        words += (plain := _plain(text[at:start]))
        length += units(plain)
        tag = _TAG.match(text, start)
        name = tag["name"].lower() if tag else ""
        where = len(text[:start].encode("utf-8", "surrogatepass"))
        if tag is None:
            raise _unparsed(
                f"Unclosed {'end' if text[start : start + 2] == '</' else 'start'} tag at byte offset {where}"
            )
        if not tag["end"]:
            opened.append(_Open(name, _attributes(tag["rest"]), length))
            _check(opened[-1], where)
        elif not opened:
            raise _unparsed(f"Unexpected end tag at byte offset {where}")
        else:
            last = opened.pop()
            if name not in ("", last.name):
                expected = f'expected "</{last.name}>", found "</{name}>"'
                raise _unparsed(f"Unmatched end tag at byte offset {where}, {expected}")
            entities += _entity(last, length, words)
        at = tag.end()
    if opened:
        raise _unparsed(f'Can\'t find end tag corresponding to start tag "{opened[-1].name}"')
    return words + _plain(text[at:]), sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def _check(tag: _Open, where: int) -> None:
    known = (
        tag.name in _LOOKS or tag.name == "a" or (tag.name == "span" and tag.attributes.get("class") == "tg-spoiler")
    )
    if not known:
        raise _unparsed(f'Unsupported start tag "{tag.name}" at byte offset {where}')


def _entity(tag: _Open, end: int, words: str) -> list[Json]:
    place: Json = {"offset": tag.offset, "length": end - tag.offset}
    if not place["length"]:
        return []
    if tag.name != "a":
        return [place | {"type": _LOOKS.get(tag.name, "spoiler")}]
    inside = words.encode("utf-16-le", "surrogatepass")[2 * tag.offset :].decode("utf-16-le", "surrogatepass")
    url = tag.attributes.get("href") or inside
    return [place | {"type": "text_link", "url": url}] if "." in url or ":" in url else []


def _attributes(words: str) -> dict[str, str]:
    found = _ATTRIBUTE.findall(words)
    return {name.lower(): _plain(one or other or bare) for name, one, other, bare in found}


def _plain(text: str) -> str:
    """Only four entities have names here; anything else that begins like one is text."""
    return _NAMED.sub(lambda match: unescape(match[0]), text)


def _unparsed(words: str) -> ApiError:
    return bad_request(f"can't parse entities: {words}")

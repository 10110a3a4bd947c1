"""What the emulated LINE refuses in messages, with LINE's own words where they are known.

`emulator_sending.py` asks before it accepts a reply or a push, the gallery before it shows a card. The shape
(required fields, enumerations, unknown components and properties) is checked by the SDK's models, which are
generated from LINE's published API description; the lengths are not in that description: `emulator_messages.py`,
`emulator_flex.py` and `emulator_actions.py` check them against `limits.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from linebot.v3.messaging import Message

from bots.line import limits
from bots.line.dumping import as_json
from bots.line.emulator_actions import QUICK_REPLY, Problem, action_problems, file_url, length
from bots.line.emulator_flex import flex_problems
from bots.line.emulator_messages import TYPES, message_problems

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_RESERVED = "LINE"  # #icon-nickname-switch: "certain words such as LINE" may not be used as a name


def refusal(messages: Any) -> dict[str, Any] | None:
    """The body of LINE's 400 for a request's `messages`, None if they would be accepted."""
    if not isinstance(messages, list) or not 1 <= len(messages) <= limits.MESSAGES_PER_CALL:
        return errors([(f"Size must be between 1 and {limits.MESSAGES_PER_CALL}", "messages")])
    plain = [problem for i, message in enumerate(messages) for problem in _plain(message, f"messages[{i}]")]
    if plain:
        return errors(plain)
    for i, message in enumerate(messages):
        if problems := list(_schema(message)) or list(flex_problems(message)):
            text = f"A message (messages[{i}]) in the request body is invalid"
            return {"message": text, "details": [{"message": m, "property": p} for m, p in problems]}
    return None


def errors(problems: list[Problem]) -> dict[str, Any]:
    """LINE's error body for simple properties."""
    details = [{"message": message, "property": name} for message, name in problems]
    return {"message": f"The request body has {len(problems)} error(s)", "details": details}


def _plain(message: Any, path: str) -> Iterator[Problem]:
    """Type, texts, sender and quick replies of one message: what LINE complains of before it looks into Flex."""
    if not isinstance(message, dict) or message.get("type") not in TYPES:
        yield f"Must be one of the following values: [{', '.join(TYPES)}]", f"{path}.type"
        return
    if _LONE_SURROGATE.search(json.dumps(message, ensure_ascii=False)):
        yield "must be well-formed Unicode", path
    yield from message_problems(message, path)
    sender = message.get("sender")
    if isinstance(sender, dict):
        if sender.get("name") is not None:
            yield from length(sender["name"], limits.SENDER, f"{path}.sender.name")
            if _RESERVED in str(sender["name"]):
                yield f"must not contain {_RESERVED}", f"{path}.sender.name"
        if sender.get("iconUrl") is not None:
            yield from file_url(sender["iconUrl"], f"{path}.sender.iconUrl")
    if message.get("quickReply") is not None:
        yield from _quick_reply(message["quickReply"], f"{path}.quickReply")


def _quick_reply(quick: Any, path: str) -> Iterator[Problem]:
    items = quick.get("items") if isinstance(quick, dict) else None
    if not isinstance(items, list) or not 1 <= len(items) <= limits.QUICK_ITEMS:
        yield f"Size must be between 1 and {limits.QUICK_ITEMS}", f"{path}.items"
        return
    for i, item in enumerate(items):
        action = item.get("action") if isinstance(item, dict) else None
        yield from action_problems(action, QUICK_REPLY, f"{path}.items[{i}].action", ".")
        if isinstance(item, dict) and item.get("imageUrl") is not None:
            yield from file_url(item["imageUrl"], f"{path}.items[{i}].imageUrl")


def _schema(message: Mapping[str, Any]) -> Iterator[Problem]:
    """What LINE's API description refuses: the SDK fails on the impossible and drops the unknown."""
    try:
        understood = as_json(Message.from_dict(message))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        yield f"invalid property ({type(error).__name__})", "/"
        return
    yield from _dropped(message, understood, "")


def _dropped(given: Any, understood: Any, path: str) -> Iterator[Problem]:
    if isinstance(given, dict) and isinstance(understood, dict):
        for key, value in given.items():
            if key not in understood and value is not None:
                yield "unknown field", f"{path}/{key}"
            elif key in understood:
                yield from _dropped(value, understood[key], f"{path}/{key}")
    elif isinstance(given, list) and isinstance(understood, list):
        for i, (one, other) in enumerate(zip(given, understood, strict=False)):
            yield from _dropped(one, other, f"{path}/{i}")

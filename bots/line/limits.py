"""LINE's limits, and how text is fitted into them.

`render.py` and `client.py` apply them, the emulator enforces them.

Every number is from the Messaging API reference, https://developers.line.biz/en/reference/messaging-api/
(section in the comment). LINE counts most texts in UTF-16 code units and some in grapheme clusters
(https://developers.line.biz/en/docs/messaging-api/text-character-count/). UTF-16 units are never fewer
than either, so everything is counted in them, and cut between graphemes only, so that no emoji or Thai
vowel is torn from its letter. What a button carries back to us is never cut: half a token is another token.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import regex

MESSAGES_PER_CALL = 5  # #send-push-message, #send-reply-message: `messages`
REQUEST_BYTES = 2 * 1024 * 1024  # #status-codes: 413 above 2 MB
TEXT = 5000  # #text-message: `text`
ALT_TEXT = 1500  # #flex-message: `altText`
FLEX_LABEL = 40  # #action-object-label-spec: Flex button
QUICK_LABEL = 20  # #action-object-label-spec: quick reply
QUICK_ITEMS = 13  # #items-object
POSTBACK_DATA = 300  # #postback-action: `data`
DISPLAY_TEXT = 300  # #postback-action: `displayText`; #message-action: `text`
URI = 1000  # #uri-action
URI_SCHEMES = ("http", "https", "line", "tel")  # #uri-action
CLIPBOARD = 1000  # #clipboard-action
IMAGE_URL = 2000  # #f-image: `url`; so are all addresses of pictures, films and sounds
EMOJIS = 20  # #text-message: `emojis`; as many mentions in #text-message-v2
SUBSTITUTIONS = 100  # #text-message-v2: `substitution`
SENDER = 20  # #icon-nickname-switch: `name`
BUBBLE_BYTES = 30 * 1024  # #bubble: 30 KB of JSON; not said in which form, so counted escaped to ASCII
CAROUSEL_BYTES = 50 * 1024  # #f-carousel
CAROUSEL_BUBBLES = 12  # #f-carousel
ANIMATED = 10  # #f-image: animated pictures in one message
TRACKING_ID = 100  # #video-message
PLACE = 100  # #location-message: `title`, `address`
IMAGEMAP_WIDTH = 1040  # #imagemap-message: `baseSize.width`
IMAGEMAP_ACTIONS = 50  # same
IMAGEMAP_TEXT = 400  # #imagemap-message-action-object
IMAGEMAP_LABEL = 100  # same
TEMPLATE_LABEL = 20  # #action-object-label-spec: template
TEMPLATE_TITLE = 40  # #buttons, #column-object-for-carousel
BUTTONS = 4  # #buttons: `actions`
BUTTONS_TEXT = (160, 60)  # same: without a picture or title, and with one
CONFIRM_TEXT = 240  # #confirm
COLUMNS = 10  # #carousel, #image-carousel
COLUMN_ACTIONS = 3  # #column-object-for-carousel
COLUMN_TEXT = (120, 60)  # same: without a picture or title, and with one
IMAGE_COLUMN_LABEL = 12  # #action-object-label-spec: image carousel
DELIVERY_TAG = 30  # #coupon-message
WEBHOOK_URL = 500  # #set-webhook-endpoint-url: `endpoint`, HTTPS only
REPLY_TOKEN_SECONDS = 60.0  # #send-reply-message-reply-token: one minute from receiving the webhook
REPLY_TOKEN_REDELIVERED_SECONDS = 20 * 60.0  # same: a redelivered token, at most this long after the event
RETRY_KEY_SECONDS = 24 * 60 * 60.0  # #retry-api-request: a retry key is remembered for 24 hours
CHAT_BAR = 14  # #rich-menu-object: `chatBarText`
RICH_MENU_NAME = 300  # #rich-menu-object: `name`
RICH_MENU_AREAS = 20  # #rich-menu-object: `areas`
RICH_MENU_LABEL = 20  # #action-object-label-spec: rich menu
RICH_MENU_WIDTH = (800, 2500)  # #upload-rich-menu-image, in pixels
RICH_MENU_HEIGHT = 250  # same: at least
RICH_MENU_RATIO = 1.45  # same: width over height, at least
RICH_MENU_BYTES = 1024 * 1024  # same: 1 MB
RICH_MENUS = 1000  # #create-rich-menu: of one account
RICH_MENU_CHANGES = 100  # #rate-limits: creations an hour, and as many deletions
CONTENT_BYTES = 10 * 1024 * 1024  # #image-message: an image is at most 10 MB

ELLIPSIS = "…"

_GRAPHEME = regex.compile(r"\X")
# Lone surrogates cannot be encoded; control characters other than newline and tab show as boxes or are refused.
_UNSENDABLE = regex.compile(r"[\p{Cs}\x00-\x08\x0b-\x1f\x7f]")


def utf16(text: str) -> int:
    """Length in UTF-16 code units: an emoji outside the basic plane counts 2."""
    return len(text) + sum(character > "\uffff" for character in text)


def escaped(value: object) -> int:
    """Size in bytes of a text's or a structure's JSON, escaped to ASCII: the form in which the SDK sends it."""
    return len(json.dumps(value))


def cut(text: str, limit: int, measure: Callable[[str], int] = utf16) -> str:
    """`text` stripped of what cannot be sent, shortened between graphemes and ended with "…" to measure `limit`.

    `measure` adds up over graphemes, or counts a constant too much for each (as `escaped` does for the
    quotes).
    """
    text = _UNSENDABLE.sub("", text).strip()
    if measure(text) <= limit:
        return text
    room = limit - measure(ELLIPSIS)
    end = 0
    for grapheme in _GRAPHEME.finditer(text):
        room -= measure(grapheme.group())
        if room < 0:
            break
        end = grapheme.end()
    return text[:end].rstrip() + ELLIPSIS

"""A neutral card becomes exactly one LINE message: text, or a Flex bubble when there is more than plain words.

Comes from `client.LineChannel.send`, goes to LINE as SDK model objects (never dicts, which the SDK sends
without their content). Nothing here can be refused by LINE for its size: what is too long is cut, an address
that a button cannot hold is written out in the text, quick replies beyond LINE's 13 become buttons. Format of
Flex: https://developers.line.biz/en/reference/messaging-api/#flex-message
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote, urlsplit

from linebot.v3.messaging import (
    DatetimePickerAction,
    FlexBox,
    FlexBubble,
    FlexButton,
    FlexComponent,
    FlexImage,
    FlexMessage,
    FlexSeparator,
    FlexText,
    Message,
    PostbackAction,
    QuickReply,
    QuickReplyItem,
    TextMessage,
    URIAction,
)

from bots.channel import Letter
from bots.line import limits
from bots.line.dumping import as_json
from handlers.cards import Button, Card, Item, Picture, width

BRAND = "#B5546E"
INK = "#3B2A30"
MUTED = "#8A7A80"
TINT = "#F3E3E8"
DANGER = "#B3261E"

# Ours, not LINE's: longer parts are no longer read, and together these leave most of the bubble to the text.
_TITLE, _LABEL, _VALUE, _FOOTNOTE = 200, 60, 500, 1000
# Labels of at most so many visible characters share a line, in twos.
_SHORT, _PAIR = 12, 2
# Width to height of the pictures that are not 20:13, and what lies around them; what differs is letterboxed, never
# cropped. A receipt grows with its rows: around it lies more of the desk it is drawn on.
_SHAPES = {
    "qr": ("10:11", "#FFFFFF"),
    "receipt": ("13:10", "#EFE7E6"),
    "coupon": ("14:15", "#EFE7E6"),
    "board": ("6:5", "#F4EEEE"),
    "stats": ("5:6", "#FBF6F3"),
}
_MORE = (limits.ELLIPSIS, limits.ELLIPSIS)
# Characters of an address that stay as they are; the rest is percent-encoded (#url-encoding).
_URL_SAFE = "%/:=&?~#+!$,;'@()*[]"


def render(card: Card, letter: Letter, index: int = 0) -> Message:
    """One message for the `index`-th card of a letter. A postback token over LINE's limit is an error, never cut."""
    card = _fitted(card, letter.repeat_mark)
    quick = [QuickReplyItem(action=_action(button, limits.QUICK_LABEL, letter)) for button in card.quick]
    quick_reply = QuickReply(items=quick) if quick else None
    if not (card.title or card.rows or card.items or card.footnote or card.buttons or card.picture):
        text = limits.cut(card.text, limits.TEXT) or limits.ELLIPSIS
        return TextMessage(text=text, quick_reply=quick_reply)
    bubble = _bubble(card, letter, index)
    while (excess := limits.escaped(as_json(bubble)) - limits.BUBBLE_BYTES) > 0:
        card = _smaller(card, excess)
        bubble = _bubble(card, letter, index)
    return FlexMessage(alt_text=_alt_text(card), contents=bubble, quick_reply=quick_reply)


def _fitted(card: Card, repeat_mark: str) -> Card:
    """The card with the repeat mark in front and every part within its limit or moved to where it fits."""
    tappable = [button for button in (*card.buttons, *card.quick[limits.QUICK_ITEMS :]) if _is_tappable(button)]
    addresses = [f"{button.label}: {button.url}" for button in card.buttons if button.url and button not in tappable]
    title, text = card.title.strip(), "\n".join(part for part in (card.text.strip(), *addresses) if part)
    if repeat_mark:
        title, text = (f"{repeat_mark} {title}", text) if title else ("", f"{repeat_mark} {text}".strip())
    return replace(
        card,
        title=limits.cut(title, _TITLE),
        text=limits.cut(text, limits.TEXT),
        rows=tuple(row for label, value in card.rows if any(row := _fitted_row(label, value))),
        items=tuple(item for each in card.items if (item := _fitted_item(each)).title),
        footnote=limits.cut(card.footnote, _FOOTNOTE),
        buttons=tuple(tappable),
        quick=tuple(button for button in card.quick[: limits.QUICK_ITEMS] if _is_tappable(button)),
    )


def _fitted_row(label: str, value: str) -> tuple[str, str]:
    return limits.cut(label, _LABEL), limits.cut(value, _VALUE)


def _fitted_item(item: Item) -> Item:
    """An item with a title; a button that cannot be pressed is left out."""
    title, detail = item.title.strip() or item.detail, item.detail if item.title.strip() else ""
    button = item.button if item.button and _is_tappable(item.button) else None
    return Item(limits.cut(title, _TITLE), limits.cut(detail, _VALUE), button)


def _smaller(card: Card, excess: int) -> Card:
    """The card with about `excess` bytes less JSON: text goes first, then last rows, footnote, last item or button."""
    if card.text:
        room = limits.escaped(card.text) - excess
        return replace(card, text=limits.cut(card.text, room, limits.escaped) if room > 100 else "")
    if rows := [row for row in card.rows if row != _MORE]:
        saved = 0
        while rows and saved <= excess:
            saved += limits.escaped(rows.pop())
        return replace(card, rows=(*rows, _MORE))
    if card.rows or card.footnote:
        return replace(card, rows=(), footnote="")
    if card.items:
        return replace(card, items=card.items[:-1])
    return replace(card, buttons=card.buttons[:-1])


def _bubble(card: Card, letter: Letter, index: int) -> FlexBubble:
    body = [*_words(card), *_list(card, letter), *_footnote(card)]
    return FlexBubble(
        size="mega",
        hero=_hero(card.picture, letter.picture_url(index)) if card.picture else None,
        body=FlexBox(layout="vertical", spacing="md", padding_all="20px", contents=body) if body else None,
        footer=FlexBox(
            layout="vertical",
            spacing="sm",
            padding_all="16px",
            contents=_buttons(card.buttons, letter),
        )
        if card.buttons
        else None,
    )


def _hero(picture: Picture, url: str) -> FlexImage:
    """The picture, whole ("fit"): a QR code or a chart that is cropped is of no use."""
    shape, around = _SHAPES.get(picture.noun, ("20:13", "#FFFFFF"))
    return FlexImage(url=url, size="full", aspect_ratio=shape, aspect_mode="fit", background_color=around)


def _words(card: Card) -> list[FlexComponent]:
    """Title, text and rows. LINE refuses empty texts, so what is empty is left out."""
    parts: list[FlexComponent] = []
    if card.title:
        parts.append(FlexText(text=card.title, weight="bold", size="lg", color=INK, wrap=True))
    if card.text:
        parts.append(FlexText(text=card.text, size="md", color=INK, wrap=True))
    if card.rows:
        parts += [FlexSeparator(color=TINT)] if parts else []
        parts.append(FlexBox(layout="vertical", spacing="sm", contents=[_row(*row) for row in card.rows]))
    return parts


def _footnote(card: Card) -> list[FlexComponent]:
    return [FlexText(text=card.footnote, size="xs", color=MUTED, wrap=True)] if card.footnote else []


def _list(card: Card, letter: Letter) -> list[FlexComponent]:
    """The items between lines."""
    return [part for item in card.items for part in (FlexSeparator(color=TINT), _item(item, letter))]


def _item(item: Item, letter: Letter) -> FlexBox:
    """Title over detail; the whole of it can be tapped where something opens, which an arrow shows."""
    texts = [FlexText(text=item.title, weight="bold", size="sm", color=INK, wrap=True)]
    if item.detail:
        texts.append(FlexText(text=item.detail, size="sm", color=MUTED, wrap=True))
    words = FlexBox(layout="vertical", spacing="xs", contents=texts, flex=1)
    if item.button is None:
        return words
    arrow = FlexText(text="›", size="xl", color=BRAND, gravity="center", flex=0)
    action = _action(item.button, limits.FLEX_LABEL, letter)
    return FlexBox(layout="horizontal", spacing="md", contents=[words, arrow], action=action)


def _row(label: str, value: str) -> FlexComponent:
    if not label or not value:
        return FlexText(text=label or value, size="sm", color=INK, wrap=True)
    return FlexBox(
        layout="horizontal",
        spacing="md",
        contents=[
            FlexText(text=label, size="sm", color=MUTED, wrap=True, flex=2),
            FlexText(text=value, size="sm", color=INK, wrap=True, flex=3),
        ],
    )


def _buttons(buttons: Sequence[Button], letter: Letter) -> list[FlexComponent]:
    """One below the other; short ones that are not the main act stand in pairs."""
    parts: list[FlexComponent] = []
    waiting = list(buttons)
    while waiting:
        pair = waiting[:2]
        if len(pair) < _PAIR or not all(_is_short(button) for button in pair):
            pair = waiting[:1]
        del waiting[: len(pair)]
        keys = [_button(button, letter) for button in pair]
        parts.append(keys[0] if len(keys) == 1 else FlexBox(layout="horizontal", spacing="sm", contents=keys))
    return parts


def _is_short(button: Button) -> bool:
    return button.style != "primary" and width(button.label) <= _SHORT


def _button(button: Button, letter: Letter) -> FlexButton:
    looks = {"primary": ("primary", BRAND), "secondary": ("secondary", TINT), "danger": ("link", DANGER)}
    style, color = looks[button.style]
    action = _action(button, limits.FLEX_LABEL, letter)
    return FlexButton(action=action, style=style, color=color, height="sm", adjust_mode="shrink-to-fit")


def _action(button: Button, label_limit: int, letter: Letter) -> PostbackAction | DatetimePickerAction | URIAction:
    """The button's action. The person's chat shows the whole label as their answer."""
    label = limits.cut(button.label, label_limit) or limits.ELLIPSIS
    if button.action is None:
        return URIAction(label=label, uri=_address(button.url or ""))
    if button.picker:
        return DatetimePickerAction(label=label, data=letter.sign(button.action), mode=button.picker)
    shown = limits.cut(button.label, limits.DISPLAY_TEXT) or limits.ELLIPSIS
    return PostbackAction(label=label, data=letter.sign(button.action), display_text=shown)


def _is_tappable(button: Button) -> bool:
    if button.action is not None:
        return True
    address = _address(button.url or "")
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    has_target = bool(parts.netloc if parts.scheme in ("http", "https") else parts.netloc or parts.path)
    return has_target and parts.scheme in limits.URI_SCHEMES and limits.utf16(address) <= limits.URI


def _address(url: str) -> str:
    return quote(url, safe=_URL_SAFE)


def _alt_text(card: Card) -> str:
    """What notifications and old apps show: the card as text, else its picture's or buttons' words. Never empty."""
    labels: Sequence[str] = [button.label for button in card.all_buttons()]
    text = card.as_text().strip() or (card.picture.alt if card.picture else "") or "\n".join(labels)
    return limits.cut(text, limits.ALT_TEXT) or limits.ELLIPSIS

"""Pictures that the chats show: one file a noun, each turning facts into one PNG.

The facts come from the presenters in `handlers` by way of an outbox row: words already in the reader's
language and plain numbers, so that a picture drawn again on any replica is the same. The bytes go to Telegram
as they are and to LINE through a signed address; menus are uploaded once. Drawing is synchronous processor work:
call `draw` with `asyncio.to_thread`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from threading import Lock

from bots.pictures import board, coupon, menu, qr, receipt, stats, tier
from bots.pictures.canvas import Canvas

_NOUNS: Mapping[str, Callable[[Mapping[str, object]], Canvas]] = {
    "coupon": coupon.compose,
    "menu": menu.compose,
    "board": board.compose,
    "qr": qr.compose,
    "receipt": receipt.compose,
    "stats": stats.compose,
    "tier": tier.compose,
}

# matplotlib promises no thread safety (it shares font and text caches), and the interpreter's own lock leaves
# nothing to gain from drawing two pictures at once.
_pen = Lock()


def draw(noun: str, facts: Mapping[str, object]) -> bytes:
    """Draw the noun's picture and return it as PNG bytes; safe to call from any thread.

    `facts` must be JSON-able, as the row that they came from is; each noun's module lists its own.
    Raises KeyError for an unknown noun and ValueError for facts that the noun cannot be drawn from.
    """
    if noun not in _NOUNS:
        raise KeyError(noun)
    return _drawn(noun, json.dumps(facts, sort_keys=True))


@lru_cache(maxsize=32)
def _drawn(noun: str, facts: str) -> bytes:
    """LINE fetches a picture twice in a row (preview and original), hence the short memory."""
    with _pen:
        return _NOUNS[noun](json.loads(facts)).png()

"""Examples of news about customers."""

from __future__ import annotations

from itertools import cycle
from uuid import UUID

from handlers import news
from handlers.cards import Card
from handlers.examples import example
from handlers.examples.demo import CLINIC, ID, LONG, PEOPLE, SALES
from handlers.words import Words


@example("news", "a single piece")
def single(words: Words) -> Card:
    item = {"kind": "customer.given", "customer_id": str(ID), "name": LONG, "by": SALES}
    return news.news(words, CLINIC, {"items": [item]})


@example("news", "of every kind, about ten people")
def merged(words: Words) -> Card:
    kinds = zip(PEOPLE[:10], cycle(news.NEWS), strict=False)
    items = [
        {"kind": kind, "customer_id": str(UUID(int=number)), "name": name, "by": SALES}
        for number, (name, kind) in enumerate(kinds)
    ]
    return news.news(words, CLINIC, {"items": items})

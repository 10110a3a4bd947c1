"""`GET /pictures/{token}.png`: a card's picture, drawn again from its outbox row, for LINE to fetch."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bots import pictures
from bots.letters import card_of
from bots.pictures.address import PictureAddress
from domain.database import outbox
from domain.unit import Units


def routes(units: Units, addresses: PictureAddress) -> list[web.RouteDef]:
    """The picture route; a forged, expired or unknown token is a 404 like any other."""

    async def show(request: web.Request) -> web.Response:
        ids = addresses.read(request.match_info["token"])
        if ids is None:
            raise web.HTTPNotFound
        async with units.clinic(ids[0]) as unit:
            row = await outbox.read(unit.db, *ids)
            clinic = unit.clinic
        card = card_of(row, clinic) if row else None
        if card is None or card.picture is None:
            raise web.HTTPNotFound
        png = await asyncio.to_thread(pictures.draw, card.picture.noun, card.picture.facts)
        return web.Response(body=png, content_type="image/png", headers={"Cache-Control": "private, max-age=86400"})

    return [web.get("/pictures/{token}.png", show)]

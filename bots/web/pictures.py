"""`GET /pictures/{token}.png`: a card's picture, drawn again from its outbox row, for LINE to fetch.

While the database is away it is a 503: whoever asks again gets it.
"""

from __future__ import annotations

import asyncio
from uuid import UUID

import structlog
from aiohttp import web

from bots import pictures
from bots.letters import card_of
from bots.pictures.address import PictureAddress
from bots.waiting import within
from domain.database import outbox
from domain.database.errors import UNAVAILABLE
from domain.unit import Units
from handlers.cards import Card

log = structlog.get_logger()
# A person waits for it, with a phone in hand.
DATABASE_SECONDS = 3.0


def routes(units: Units, addresses: PictureAddress) -> list[web.RouteDef]:
    """The picture route; a forged, expired or unknown token is a 404 like any other."""

    async def find(clinic_id: UUID, row_id: UUID) -> Card | None:
        async with units.clinic(clinic_id) as unit:
            row = await outbox.read(unit.db, clinic_id, row_id)
            return card_of(row, unit.clinic) if row else None

    async def show(request: web.Request) -> web.Response:
        ids = addresses.read(request.match_info["token"])
        if ids is None:
            raise web.HTTPNotFound
        try:
            card = await within(DATABASE_SECONDS, find(*ids))
        except UNAVAILABLE as error:
            log.warning("pictures.unavailable", error=type(error).__name__)
            return web.json_response({"error": "unavailable"}, status=503, headers={"Retry-After": "2"})
        if card is None or card.picture is None:
            raise web.HTTPNotFound
        png = await asyncio.to_thread(pictures.draw, card.picture.noun, card.picture.facts)
        return web.Response(body=png, content_type="image/png", headers={"Cache-Control": "private, max-age=86400"})

    return [web.get("/pictures/{token}.png", show)]

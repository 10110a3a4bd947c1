"""Telegram: reads Bot API webhooks, renders and sends neutral cards, and can play the platform itself.

Data comes in as one JSON update a request (`inbound`) and goes out through python-telegram-bot's `Bot` (`client`,
`messages`, `menus`) over the program's own HTTP session (`request`). `emulator*` is the platform for demos and tests.
"""

from bots.telegram.client import TelegramChannel

__all__ = ["TelegramChannel"]

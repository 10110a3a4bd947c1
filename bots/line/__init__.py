"""LINE: webhooks in, cards out, and an emulator of the platform that needs no LINE account.

`settings` (what an operator gives) · `inbound` (webhook to neutral event) · `render` and `limits` (card to
message) · `client`, with `menus` and `account` (calls to LINE, which carry `request`) · `outcomes` (what came of
them) · `emulator*` (the platform itself, for the demo and the tests). Everything specific to LINE is in this folder;
the rest of the program knows it as a `bots.channel.Channel`.
"""

from bots.line.client import LineChannel

__all__ = ["LineChannel"]

"""Points that are given or taken by hand, missing, or paused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from handlers.refusals.sentences import Say, plain
from handlers.words import N_

SENTENCES: Final[Mapping[str, Say]] = {
    "own_account": plain(N_("You cannot change your own points. Please ask another manager.")),
    "adjust_cap": lambda w, f: w.t(
        N_("You can adjust {cap} points a day, and {left} are left today. Please type a smaller number."),
        cap=w.number(f["cap"]),
        left=w.number(f["left"]),
    ),
    "too_few_points": lambda w, f: w.t(
        N_("The customer has {usable} usable points. Please type a smaller number."), usable=w.number(f["usable"])
    ),
    "not_enough_points": lambda w, f: w.t(
        N_("You can use {usable} points now, which is not enough. Type /points to see your card."),
        usable=w.number(f["usable"]),
    ),
    "not_paused": plain(N_("The clock is not paused. Nothing was changed.")),
    "pause_too_long": lambda w, f: w.t(
        N_("A pause can last 12 months from its beginning: until {date} at most. Please choose less."),
        date=w.date(f["at"]),
    ),
}

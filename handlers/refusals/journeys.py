"""A customer's way through the clinic: its steps and its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from handlers.refusals.sentences import Say, plain
from handlers.words import N_

SENTENCES: Final[Mapping[str, Say]] = {
    "illegal_move": plain(N_("This step is not possible now. Please look at the customer's current card.")),
    "scan_needed": plain(N_("This treatment needs a skin scan first.")),
    "no_such_journey": plain(N_("We cannot find this customer's record. Type /payments to see the list.")),
    "health_consent_needed": plain(
        N_("The customer has not agreed to keeping health data yet. Invite them to chat, or record their signed paper.")
    ),
    "open_journey": plain(N_("This customer already has an open plan for this treatment.")),
    "no_such_treatment": plain(N_("This treatment is not sold any more. Please choose another one.")),
    "no_concerns": plain(N_("Please choose at least one concern, or type it.")),
    "sessions_left": lambda w, f: w.n(
        "{count} session of the course is left. Please schedule it before closing.",
        "{count} sessions of the course are left. Please schedule them before closing.",
        f["left"],
    ),
    "no_sessions_left": plain(N_("No session is left of what was paid. Please take in a new treatment.")),
    "reaction_open": plain(
        N_("The customer has reported a reaction that is still open. It must be closed before this journey is.")
    ),
}

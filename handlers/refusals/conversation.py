"""What any press or form may meet, whatever it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from handlers.refusals.sentences import Say, plain
from handlers.words import N_

SENTENCES: Final[Mapping[str, Say]] = {
    "bad_button": plain(N_("This button is not for this chat or no longer works. Type /help to see what you can do.")),
    "not_your_role": plain(N_("This is for other members of the team. Type /help to see what you can do.")),
    "outdated": plain(N_("Something changed in the meantime. Please look at the current card and try again.")),
    "older_summary": plain(N_("That was an earlier summary, so nothing was done. This is the current one:")),
    "form_closed": plain(N_("That form is finished. Nothing was changed.")),
}

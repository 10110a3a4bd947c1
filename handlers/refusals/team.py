"""The team and what its managers run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from handlers.refusals.sentences import Say, plain
from handlers.words import N_

_GONE = plain(N_("This person is not on the team any more. Type /team to see who is."))

SENTENCES: Final[Mapping[str, Say]] = {
    "no_such_member": _GONE,
    "no_such_staff": _GONE,
    "last_manager": plain(N_("The clinic needs at least one manager. Please make somebody else a manager first.")),
    "no_licence": plain(N_("A doctor needs a licence number. Please type it.")),
    "no_such_rule": plain(N_("We cannot find this rule. Type /automation to see the list.")),
}

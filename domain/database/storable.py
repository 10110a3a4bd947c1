"""Making foreign JSON fit for PostgreSQL, whose text and jsonb refuse NUL and lone surrogates.

No event may be lost for one such character, so it is replaced on the way into the inbox.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import Any

_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(value: Any) -> Any:
    """`value` without what PostgreSQL's text and jsonb refuse: NUL, lone surrogates, NaN and infinities."""
    match value:
        case str():
            return _NOT_STORABLE.sub("\ufffd", value)
        case float() if not isfinite(value):
            return None
        case list():
            return [storable(item) for item in value]
        case dict():
            return {_NOT_STORABLE.sub("\ufffd", key): storable(item) for key, item in value.items()}
        case _:
            return value

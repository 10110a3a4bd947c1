"""How a refusal becomes a sentence: from the reader's words and the facts that it is raised with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from handlers.words import Words

Say = Callable[[Words, Mapping[str, Any]], str]


def plain(message: str) -> Say:
    """A sentence that needs no facts."""
    return lambda w, f: w.t(message)


def by_whom(message: str) -> Say:
    """A sentence with who and when."""
    return lambda w, f: w.t(message, by=f.get("by") or w.t("a colleague"), when=w.when(f["at"]) if f.get("at") else "")

"""Refusals people can act on: a stable code and the facts that the words need.

Raised by rules and use cases; `handlers/refusals` turns the code into a sentence in the person's
language, the JSON API into a status. A bug is never a DomainError.
"""

from __future__ import annotations

from typing import Any


class DomainError(Exception):
    """A refusal with a `code` (snake_case, stable) and JSON-able `facts` for the sentence that explains it."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        """Code and names of the facts only: values may be personal and errors reach logs."""
        return f"{self.code}({', '.join(sorted(self.facts))})" if self.facts else self.code

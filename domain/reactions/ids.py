"""The ids in a fact: of its subject, and those in its data, where they are text."""

from __future__ import annotations

from uuid import UUID

from domain.unit import Fact


def subject_of(fact: Fact) -> UUID:
    """What the fact is about."""
    if fact.subject_id is None:
        raise ValueError(f"the fact {fact.kind} must have a subject")
    return fact.subject_id


def id_of(fact: Fact, key: str) -> UUID:
    """An id from a fact's data, where it is text."""
    return UUID(str(fact.data[key]))

"""What customers agreed to: asked for each purpose in a version of its text, given in chat or on paper, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from domain.errors import DomainError
from domain.people import consent_store, store
from domain.people.model import CONSENT_VERSION, MESSAGE_PURPOSES, ON_PAPER, PURPOSES, WITHDRAWN
from domain.unit import Unit


async def consents_of(unit: Unit, customer_id: UUID) -> dict[str, bool]:
    """The customer's newest answer for every purpose ever asked; a purpose that is absent was never asked."""
    return await consent_store.latest(unit.db, unit.clinic.id, customer_id)


async def consents_missing(unit: Unit, customer_id: UUID, purposes: Sequence[str], version: str) -> list[str]:
    """Those of `purposes` that the customer has not answered in this version of the text.

    A no is an answer, and who ended all news is not asked about them again, however the text changes.
    """
    answered = await consent_store.latest(unit.db, unit.clinic.id, customer_id, versions=(version, WITHDRAWN))
    return [purpose for purpose in purposes if purpose not in answered]


async def consent_now(unit: Unit, customer_id: UUID, purpose: str) -> bool | None:
    """What the customer last said to the current text of a purpose; None: not asked, or only with an older text."""
    answered = await consent_store.latest(unit.db, unit.clinic.id, customer_id, versions=(CONSENT_VERSION,))
    return answered.get(purpose)


async def give_consent(
    unit: Unit,
    customer_id: UUID,
    *,
    purpose: str,
    version: str,
    language: str,
    text: str,
    given: bool,
    channel: str,
) -> None:
    """Write down a customer's yes or no to one purpose, with a fingerprint of the words they saw.

    Only customers answer for themselves, else DomainError `not_yours`; `no_such_purpose`. A later no
    withdraws a yes; nothing is overwritten.
    """
    _check(purpose)
    if unit.actor.customer_id != customer_id:
        raise DomainError("not_yours")
    await _write(unit, customer_id, purpose, version, language, text, given=given, channel=channel)


async def record_paper_consent(unit: Unit, customer_id: UUID, *, purpose: str, language: str, text: str) -> None:
    """A customer signed the current text on paper in front of the actor, who keeps the sheet.

    The row names the member of staff as its actor and paper as its channel. DomainErrors `not_your_role` (staff
    only, and never for themselves), `no_such_purpose`, `no_such_customer`.
    """
    if unit.actor.user_id is None or unit.actor.customer_id == customer_id:
        raise DomainError("not_your_role")
    _check(purpose)
    if await store.customer(unit.db, unit.clinic.id, customer_id) is None:
        raise DomainError("no_such_customer")
    await _write(unit, customer_id, purpose, CONSENT_VERSION, language, text, given=True, channel=ON_PAPER)


async def withdraw_marketing(unit: Unit, *, language: str, channel: str) -> None:
    """The actor wants no news any more, on no channel; works at once and is not asked about again.

    There is no text to agree to, so its fingerprint is that of nothing. DomainError `not_yours` for somebody
    who is no customer.
    """
    if unit.actor.customer_id is None:
        raise DomainError("not_yours")
    for purpose in MESSAGE_PURPOSES:
        await give_consent(
            unit,
            unit.actor.customer_id,
            purpose=purpose,
            version=WITHDRAWN,
            language=language,
            text="",
            given=False,
            channel=channel,
        )


def _check(purpose: str) -> None:
    if purpose not in PURPOSES:
        raise DomainError("no_such_purpose", purpose=purpose)


async def _write(
    unit: Unit,
    customer_id: UUID,
    purpose: str,
    version: str,
    language: str,
    text: str,
    *,
    given: bool,
    channel: str,
) -> None:
    await consent_store.add(
        unit.db,
        unit.clinic.id,
        customer_id=customer_id,
        purpose=purpose,
        version=version,
        language=language,
        text_hash=sha256(text.encode()).hexdigest(),
        given=given,
        channel=channel,
        event_id=unit.event_id,
        actor_person_id=unit.actor.person(),
        at=unit.now,
    )
    unit.record("consent_given" if given else "consent_withdrawn", customer_id, purpose=purpose, version=version)

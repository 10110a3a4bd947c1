"""Binding chats to people: one-time codes are made, entered in a chat, and taken back when they hit the wrong one.

A code comes from staff (a QR picture, a deep link, read aloud) and is entered in a chat; only its keyed
hash is stored. Public through `domain.people.service`.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from domain.errors import DomainError
from domain.people import consent_store, invitation_store, store
from domain.people.menus import switch_menu
from domain.people.model import STAFF_ROLES, UNLINKED, Chat, Hat, Invitation, Joined, Role, Target
from domain.people.rules import clean_name
from domain.unit import Scene, Unit, new_code

STAFF_CODE_LIFE: Final = timedelta(days=7)
CUSTOMER_CODE_LIFE: Final = timedelta(hours=24)

_LOOK_ALIKES: Final = str.maketrans("OIL", "011")
"""What people read for a digit of Crockford's base 32 (https://www.crockford.com/base32.html)."""
_BETWEEN: Final = re.compile(r"[\W_]+")
"""Spaces and dashes that people put between the characters of a code."""


async def invite_staff(
    unit: Unit,
    *,
    role: str,
    name: str,
    branch_code: str | None = None,
    licence_no: str | None = None,
    valid_for: timedelta = STAFF_CODE_LIFE,
) -> Invitation:
    """Put a new member of staff on the list and make the code that binds their chat.

    For managers and the system, else `not_your_role`. Other refusals: `bad_role`, `bad_name`, `no_such_branch`,
    `no_licence` for a doctor whom a manager adds without a licence number.
    """
    _only(unit, Role.MANAGER, Role.SYSTEM)
    if role == Role.DOCTOR and unit.actor.role == Role.MANAGER and not (licence_no or "").strip():
        raise DomainError("no_licence")
    if role not in STAFF_ROLES:
        raise DomainError("bad_role", roles=list(STAFF_ROLES))
    name = clean_name(name)
    branch = await store.branch_id(unit.db, unit.clinic.id, branch_code) if branch_code else None
    if branch_code and branch is None:
        raise DomainError("no_such_branch", branch=branch_code)
    person_id = await store.add_person(unit.db, unit.clinic.id, name, None, unit.now)
    user_id = await store.add_user(
        unit.db,
        unit.clinic.id,
        person_id=person_id,
        name=name,
        role=role,
        branch_id=branch,
        licence_no=licence_no,
        created_at=unit.now,
    )
    unit.record("staff_invited", user_id, name=name, role=role)
    return await _issue(unit, valid_for, user_id=user_id)


async def reinvite_staff(
    unit: Unit, user_id: UUID, *, valid_for: timedelta = STAFF_CODE_LIFE, keep_others: bool = False
) -> Invitation:
    """A new code for somebody on the staff list already (another channel, a new telephone).

    Older unused codes die, unless `keep_others`.

    For managers and the system, else `not_your_role`; `no_such_staff`.
    """
    _only(unit, Role.MANAGER, Role.SYSTEM)
    if await store.staff(unit.db, unit.clinic.id, user_id) is None:
        raise DomainError("no_such_staff")
    if not keep_others:
        await invitation_store.revoke(unit.db, unit.clinic.id, unit.now, user_id=user_id)
    return await _issue(unit, valid_for, user_id=user_id)


async def invite_customer(unit: Unit, customer_id: UUID, journey_id: UUID | None) -> Invitation:
    """A code for a customer's chat, good for 24 hours; the customer's older unused codes die.

    For sales and managers, else `not_your_role`; `no_such_customer`, `no_such_journey`.
    """
    _only(unit, Role.SALES, Role.MANAGER)
    clinic = unit.clinic.id
    if await store.customer(unit.db, clinic, customer_id) is None:
        raise DomainError("no_such_customer")
    if journey_id and not await invitation_store.is_journey_of(unit.db, clinic, journey_id, customer_id):
        raise DomainError("no_such_journey")
    await invitation_store.revoke(unit.db, clinic, unit.now, customer_id=customer_id)
    return await _issue(unit, CUSTOMER_CODE_LIFE, customer_id=customer_id, journey_id=journey_id)


async def join(unit: Unit, code: str) -> Joined:
    """Bind the chat of this event to the person a code was made for; the unit's actor becomes that person.

    A code works once; the same chat may enter it again and hears so (`again`). Refusals: `code_unknown`,
    `code_used`, `code_revoked`, `code_expired`, `chat_taken` (this chat belongs to somebody else who is the
    same to the clinic), `person_taken` (that person has another chat on this account).
    """
    scene, identity_id, mine = _chat(unit)
    found = await invitation_store.find(unit.db, unit.clinic.id, code_hash=_code_hash(unit, code))
    if found is None:
        raise DomainError("code_unknown")
    target = await invitation_store.lock_target(unit.db, unit.clinic.id, found)
    again = target.person_id == mine
    if found.revoked_at is not None or not target.active:
        raise DomainError("code_revoked")
    if found.used_at is not None and not (again and found.used_by == identity_id):
        raise DomainError("code_used")
    if found.used_at is None:
        if found.expires_at <= unit.now:
            raise DomainError("code_expired")
        person_id = mine if again else await _bind(unit, scene, identity_id, mine, target)
        await invitation_store.use(unit.db, unit.clinic.id, found.id, identity_id, unit.now)
        await _become(unit, scene, person_id)
        await switch_menu(unit, person_id)
    if not again:
        chat = (await store.chats(unit.db, unit.clinic.id, id=identity_id))[0]
        unit.record(
            f"{target.hat}_joined",
            target.id,
            identity_id=str(identity_id),
            channel=chat.channel,
            display_name=chat.display_name,
            journey_id=str(found.journey_id) if found.journey_id else None,
            invitation_id=str(found.id),
        )
    language = unit.scene.language if unit.scene else None
    return Joined(target.hat, target.name, target.role, language, found.customer_id, found.journey_id, again)


async def unlink_customer(unit: Unit, invitation_id: UUID) -> Invitation:
    """ "That is somebody else": take the customer away from the chat that used a code, and make a new code.

    The chat keeps nothing of the customer: it gets a person of its own (a member of staff keeps theirs), its
    open form is gone and notices not yet sent are dropped. What was agreed to in that chat counts no more (the
    rows stay as the record), so that the customer is asked. For sales and managers, else `not_your_role`;
    `no_such_invitation`, `not_linked`.
    """
    _only(unit, Role.SALES, Role.MANAGER)
    clinic = unit.clinic.id
    seen = await invitation_store.find(unit.db, clinic, lock=False, id=invitation_id)
    if seen is None or seen.customer_id is None:
        raise DomainError("no_such_invitation")
    if seen.used_by is None:
        raise DomainError("not_linked")
    await store.lock_chat(unit.db, clinic, seen.used_by)
    chat = (await store.chats(unit.db, clinic, id=seen.used_by))[0]
    languages = await store.lock_persons(unit.db, clinic, [chat.person_id])
    found = await invitation_store.find(unit.db, clinic, id=invitation_id)
    target = await invitation_store.lock_target(unit.db, clinic, found or seen)
    if found is None or found.revoked_at is not None or target.person_id != chat.person_id:
        raise DomainError("not_linked")
    if Hat.STAFF in await store.hats(unit.db, clinic, chat.person_id):
        other = await store.add_person(unit.db, clinic, target.name, None, unit.now)
        await store.move_hat(unit.db, clinic, target, other)
    else:
        language = languages[chat.person_id]
        other = await store.add_person(unit.db, clinic, chat.display_name, language, unit.now)
        await store.move_chat(unit.db, clinic, chat.identity_id, other)
        await store.forget_chat(unit.db, clinic, chat.identity_id)
        if not await store.chats(unit.db, clinic, person_id=chat.person_id):
            # The language was theirs; the customer is asked.
            await store.change_person(unit.db, clinic, chat.person_id, language=None)
        await switch_menu(unit, other)
    await invitation_store.revoke(unit.db, clinic, unit.now, id=found.id)
    await _void_consents(unit, target.id, chat)
    unit.record("customer_unlinked", target.id, identity_id=str(chat.identity_id), invitation_id=str(invitation_id))
    return await invite_customer(unit, target.id, found.journey_id)


async def unbind_staff(unit: Unit, user_id: UUID) -> int:
    """Take a member of staff off all their chats (a lost telephone); returns how many there were.

    For managers and the system, else `not_your_role`; `no_such_staff`. Their unused codes die too.
    """
    _only(unit, Role.MANAGER, Role.SYSTEM)
    clinic = unit.clinic.id
    member = await store.staff(unit.db, clinic, user_id)
    if member is None:
        raise DomainError("no_such_staff")
    bound = await store.chats(unit.db, clinic, person_id=member.person_id)
    for chat in bound:
        await store.lock_chat(unit.db, clinic, chat.identity_id)
        other = await store.add_person(unit.db, clinic, chat.display_name, None, unit.now)
        await store.move_chat(unit.db, clinic, chat.identity_id, other)
        await store.forget_chat(unit.db, clinic, chat.identity_id)
        await switch_menu(unit, other)
    await invitation_store.revoke(unit.db, clinic, unit.now, user_id=user_id)
    unit.record("staff_unbound", user_id, chats=len(bound))
    return len(bound)


async def _void_consents(unit: Unit, customer_id: UUID, chat: Chat) -> None:
    """Take back what somebody else answered for this customer, for every purpose last answered on that channel."""
    for purpose in await consent_store.latest(unit.db, unit.clinic.id, customer_id, channel=chat.channel):
        await consent_store.add(
            unit.db,
            unit.clinic.id,
            customer_id=customer_id,
            purpose=purpose,
            version=UNLINKED,
            language="",
            text_hash=sha256(b"").hexdigest(),
            given=False,
            channel=chat.channel,
            event_id=unit.event_id,
            actor_person_id=unit.actor.person_id,
            at=unit.now,
        )


async def _bind(unit: Unit, scene: Scene, identity_id: UUID, mine: UUID, target: Target) -> UUID:
    """Make this chat the target's; returns the person that both are from now on.

    A chat of a stranger moves to the target's person. A chat whose person is already something else to the
    clinic (staff becoming a customer, or the reverse) keeps its person, who puts on the second hat, if
    nobody else has worn it in a chat.
    """
    clinic = unit.clinic.id
    languages = await store.lock_persons(unit.db, clinic, [mine, target.person_id])
    worn = await store.hats(unit.db, clinic, mine)
    worn_there = await store.hats(unit.db, clinic, target.person_id)
    theirs = await store.chats(unit.db, clinic, person_id=target.person_id)
    if not worn:
        # A customer's code must not open the door to the staff rights of a colleague who is a customer too.
        if target.hat is Hat.CUSTOMER and Hat.STAFF in worn_there:
            raise DomainError("person_taken")
        if any(chat.account_id == scene.account_id for chat in theirs):
            raise DomainError("person_taken")
        await store.move_chat(unit.db, clinic, identity_id, target.person_id)
        if languages[target.person_id] is None and languages[mine] is not None:
            await store.change_person(unit.db, clinic, target.person_id, language=languages[mine])
        await store.delete_person_if_empty(unit.db, clinic, mine)
        return target.person_id
    if worn & worn_there:
        raise DomainError("chat_taken")
    if theirs:
        raise DomainError("person_taken")
    await store.move_hat(unit.db, clinic, target, mine)
    await store.delete_person_if_empty(unit.db, clinic, target.person_id)
    return mine


async def _become(unit: Unit, scene: Scene, person_id: UUID) -> None:
    """The rest of this event happens as the person whom the chat belongs to now."""
    unit.actor = await store.actor_of(unit.db, unit.clinic.id, person_id)
    language = (await store.lock_persons(unit.db, unit.clinic.id, [person_id]))[person_id]
    unit.scene = replace(scene, language=language)


async def _issue(unit: Unit, valid_for: timedelta, **target: UUID | None) -> Invitation:
    code = new_code()
    expires_at = unit.now + valid_for
    invitation_id = await invitation_store.add(
        unit.db,
        unit.clinic.id,
        code_hash=_code_hash(unit, code),
        invited_by=unit.actor.user_id,
        expires_at=expires_at,
        created_at=unit.now,
        **target,
    )
    return Invitation(invitation_id, code, expires_at, **target)


def _code_hash(unit: Unit, code: str) -> str:
    """Keyed with the clinic, so that equal codes of two clinics have nothing in common."""
    plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", code)).upper().translate(_LOOK_ALIKES)
    return hmac.new(unit.clinic.id.bytes, plain.encode(), sha256).hexdigest()


def _chat(unit: Unit) -> tuple[Scene, UUID, UUID]:
    scene, person_id = unit.scene, unit.actor.person_id
    if scene is None or scene.identity_id is None or person_id is None:
        raise RuntimeError("only an event from a chat can enter a code")
    return scene, scene.identity_id, person_id


def _only(unit: Unit, *roles: Role) -> None:
    if unit.actor.role not in roles:
        raise DomainError("not_your_role")

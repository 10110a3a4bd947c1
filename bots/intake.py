"""One way in: a verified request enters the inbox; a claimed event becomes one unit of work.

`accept` is all that a webhook waits for. `run` claims the oldest unfinished event of each lane (of this or
a dead process), lets the conversation answer inside one transaction, and hands the answers to delivery.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog

from bots.accounts import Accounts
from bots.channel import NOBODY, Account, Arrival, Channel, Profile
from bots.delivery import LEASE_SECONDS as ANSWER_LEASE
from bots.delivery import Delivery
from domain.database import session
from domain.database.outbox import Outgoing
from domain.database.session import LEASE_LOST, TRANSIENT, UNAVAILABLE, Claim, sqlstate
from domain.errors import DomainError
from domain.unit import Unit, Units
from handlers.actions import ActionSigner
from handlers.cards import Card
from handlers.dispatch import dispatch, refuse
from handlers.incoming import Tapped, Unsent
from handlers.talk import Link, Talk
from handlers.words import N_, Words

log = structlog.get_logger()
LEASE_SECONDS = 60
WORKERS = 16
# An event that our own bug breaks is tried this often, then parked and answered with an apology.
MOST_ATTEMPTS = 3
KNOWN_LANES = 50_000


class Intake:
    """Takes events in and works on them."""

    def __init__(
        self,
        units: Units,
        accounts: Accounts,
        channels: Mapping[str, Channel],
        signer: ActionSigner,
        delivery: Delivery,
    ) -> None:
        self._units = units
        self._accounts = accounts
        self._channels = channels
        self._signer = signer
        self._delivery = delivery
        self._wake = asyncio.Event()
        self._fresh: dict[UUID, Arrival] = {}
        self._known: OrderedDict[tuple[UUID, str], Profile] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    async def accept(self, account: Account, arrivals: Sequence[Arrival]) -> int:
        """Put a request's events into the inbox; returns how many are new. After this nothing can be lost."""
        if not arrivals:
            return 0
        rows = [(arrival.event_id, arrival.lane, arrival.payload) for arrival in arrivals]
        new = await session.accept_events(self._units.engine, account.clinic_id, account.id, rows)
        by_event = {arrival.event_id: arrival for arrival in arrivals}
        self._fresh.update({inbox_id: by_event[event_id] for event_id, inbox_id in new.items()})
        if new:
            self._wake.set()
        return len(new)

    async def run(self) -> None:
        """Work on events until cancelled; what is being worked on is finished first."""
        try:
            while True:
                self._wake.clear()
                if not await self.start_due():
                    await _wait(self._wake, 1.0)
        finally:
            if self._tasks:
                await asyncio.gather(*self._tasks, return_exceptions=True)

    async def start_due(self) -> int:
        """Claim what is due and start work on it; returns how many events were claimed."""
        room = WORKERS - len(self._tasks)
        if room <= 0:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            return 1
        try:
            claims = await session.claim_events(self._units.engine, LEASE_SECONDS, room)
        except UNAVAILABLE as error:
            log.warning("intake.database_away", error=type(error).__name__)
            return 0
        for claim in claims:
            task = asyncio.create_task(self._work_and_wake(claim))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(claims)

    async def finish(self) -> None:
        """Wait for the events that are being worked on in this process."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _work_and_wake(self, claim: Claim) -> None:
        with structlog.contextvars.bound_contextvars(event=str(claim.inbox_id)):
            try:
                await self._work(claim)
            finally:
                self._fresh.pop(claim.inbox_id, None)
                self._wake.set()

    async def _work(self, claim: Claim) -> None:
        account = await self._accounts.by_id(claim.clinic_id, claim.account_id)
        fresh = self._fresh.get(claim.inbox_id)
        acknowledged = asyncio.create_task(self._acknowledge(account, fresh)) if fresh else None
        profile = await self._profile(account, fresh)
        try:
            await self._answer(claim, account, profile)
        except Exception as error:
            await self._broke(claim, account, profile, error)
        finally:
            if acknowledged is not None:
                await acknowledged

    async def _answer(self, claim: Claim, account: Account, profile: Profile) -> None:
        """One unit; a refusal rolls it back and is answered by a second one."""
        refused: DomainError | None = None
        for tries_left in (2, 1, 0):
            try:
                await self._unit(claim, account, profile, refused)
                return
            except DomainError as error:
                if refused is not None:
                    raise
                refused = error
                log.info("intake.refused", code=error.code)
            except Exception as error:
                if sqlstate(error) == LEASE_LOST:
                    return
                if sqlstate(error) not in TRANSIENT or not tries_left:
                    raise
                log.info("intake.again", sqlstate=sqlstate(error))

    async def _unit(self, claim: Claim, account: Account, profile: Profile, refused: DomainError | None) -> None:
        answers: list[Outgoing] = []
        async with self._units.event(claim, name=profile.name, language=profile.language) as unit:
            if unit is None:
                return
            talk = await self._talk(unit, account, profile)
            if refused is not None:
                await refuse(talk, refused)
            else:
                await self._dispatch(talk, account)
            answers = self._enqueue(unit, account, talk.cards)
        if answers:
            await self._delivery.answer(account, answers)
        if len(unit.outbox) > len(answers):
            self._delivery.wake()

    async def _dispatch(self, talk: Talk, account: Account) -> None:
        incoming = self._channels[account.channel].understand(talk.scene.payload)
        action = None
        if isinstance(incoming, Tapped):
            action = self._signer.read(incoming.data, account.clinic_id, account.id, talk.scene.lane)
        if talk.scene.identity_id is not None or isinstance(incoming, Unsent):
            await dispatch(talk, incoming, action)

    async def _talk(self, unit: Unit, account: Account, profile: Profile) -> Talk:
        language = unit.scene.language if unit.scene else None
        accounts = await self._accounts.of_clinic(account.clinic_slug)

        def links(code: str) -> list[Link]:
            return [
                Link(channel.name, channel.label, channel.link(other, code))
                for other in sorted(accounts, key=lambda a: a.channel)
                if other.handle
                for channel in (self._channels[other.channel],)
            ]

        guess = "en" if profile.language.startswith("en") else "th"
        return Talk(unit, account.channel, links, Words(language or guess, unit.clinic.zone))

    def _enqueue(self, unit: Unit, account: Account, cards: Sequence[Card]) -> list[Outgoing]:
        """The answer's rows, committed as `sending`: this process sends them as soon as the unit has committed."""
        scene = unit.scene
        if scene is None or scene.identity_id is None or unit.actor.person_id is None:
            return []
        channel = self._channels[account.channel]
        until = scene.received_at + timedelta(seconds=channel.reply_seconds)
        token = channel.reply_token(scene.payload)
        answers = [
            Outgoing(
                id=uuid4(),
                row_kind="answer",
                message_class="answer",
                identity_id=scene.identity_id,
                person_id=unit.actor.person_id,
                recipient=scene.lane,
                notice_kind=None,
                content={"card": card.to_json()},
                reply_token=token,
                reply_until=until if token else None,
                retry_key=uuid4(),
                repeated=False,
                attempts=1,
                language=unit.scene.language if unit.scene else None,
            )
            for card in cards
        ]
        unit.outbox[:0] = [_row(row, account, scene.claim.inbox_id) for row in answers]
        return answers

    async def _broke(self, claim: Claim, account: Account, profile: Profile, error: Exception) -> None:
        """A bug: log it once, try again a little later, and at last park the event and apologise."""
        log.exception("intake.broke", exc_info=error)
        if isinstance(error, OSError):
            return  # the database is away: the lease runs out and the event is tried again
        kind = " ".join(filter(None, (type(error).__name__, sqlstate(error))))
        attempts = await session.fail_event(self._units.engine, claim, kind)
        if attempts is None or attempts < MOST_ATTEMPTS:
            return
        answers: list[Outgoing] = []
        async with self._units.event(claim) as unit:
            if unit is None:
                return
            unit.parked = kind
            talk = await self._talk(unit, account, profile)
            talk.say(talk.t(N_("Sorry, something went wrong on our side. We have been told; please try again later.")))
            answers = self._enqueue(unit, account, talk.cards)
        await self._delivery.answer(account, answers)

    async def _profile(self, account: Account, arrival: Arrival | None) -> Profile:
        """The sender's profile, read at their first contact with this process; absence is normal."""
        if arrival is None or arrival.lane.startswith(NOBODY):
            return Profile()
        sender = (account.id, arrival.lane)
        if sender not in self._known:
            self._known[sender] = await self._channels[account.channel].profile(account, arrival.payload)
            if len(self._known) > KNOWN_LANES:
                self._known.popitem(last=False)
        return self._known[sender]

    async def _acknowledge(self, account: Account, arrival: Arrival) -> None:
        await self._channels[account.channel].acknowledge(account, arrival.payload)


def _row(answer: Outgoing, account: Account, inbox_id: UUID) -> dict[str, Any]:
    return {
        "id": answer.id,
        "row_kind": answer.row_kind,
        "message_class": answer.message_class,
        "account_id": account.id,
        "identity_id": answer.identity_id,
        "person_id": answer.person_id,
        "recipient": answer.recipient,
        "content": answer.content,
        "inbox_id": inbox_id,
        "reply_token": answer.reply_token,
        "reply_until": answer.reply_until,
        "retry_key": answer.retry_key,
        "state": "sending",
        "attempts": 1,
        "lease_seconds": ANSWER_LEASE,
    }


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return

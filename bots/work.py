"""Work on one event: one unit in which the conversation answers, and what becomes of it when it cannot.

`bots/intake.py` hands over claimed events; answers, committed with everything else, go to `bots/answering.py`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import structlog

from bots import report
from bots.accounts import SEALED_WAIT, Accounts, SealedError
from bots.answering import Answers
from bots.channel import Account, Channel, Profile
from bots.metrics import Metrics
from bots.waiting import Tasks, Waker
from domain.conversations import service as conversations
from domain.database import session
from domain.database.errors import LEASE_LOST, TRANSIENT, is_away, sqlstate
from domain.database.session import Claim
from domain.errors import DomainError
from domain.unit import Unit, Units
from handlers.actions import ActionSigner
from handlers.dispatch import dispatch, refuse
from handlers.incoming import Tapped, Unsent
from handlers.talk import Link, Talk
from handlers.words import N_, Words

log = structlog.get_logger()
# An event that our own bug breaks is tried this often, then parked and answered with an apology.
MOST_ATTEMPTS = 3
# Deadlocks and the like are tried again at once, this often.
QUICK_TRIES = 3


class _Stranger(Exception):
    """Somebody who has not chosen a language: their profile is fetched before the unit is opened again."""


class Work:
    """Works on events. `calls` are those to platforms that are under way: they hold up no other event.

    `due` is rung when an event left something to send beside its answer.
    """

    def __init__(
        self,
        units: Units,
        accounts: Accounts,
        channels: Mapping[str, Channel],
        signer: ActionSigner,
        answers: Answers,
        due: Waker,
        metrics: Metrics,
    ) -> None:
        self.calls = Tasks()
        self._units = units
        self._accounts = accounts
        self._channels = channels
        self._signer = signer
        self._answers = answers
        self._due = due
        self._metrics = metrics

    async def on(self, claim: Claim) -> None:
        """Work on one event; whatever happens to it ends here."""
        with structlog.contextvars.bound_contextvars(inbox_id=str(claim.inbox_id)):
            try:
                await self._try(claim)
            except Exception as error:
                await self._broke(claim, error)

    async def _try(self, claim: Claim) -> None:
        """One unit; a refusal rolls it back and is answered by a second one."""
        account = await self._accounts.by_id(claim.account_id)
        structlog.contextvars.bind_contextvars(**account.told)  # a task's own
        # Read before the unit, which holds a connection of its own.
        invitable = [other for other in await self._accounts.of_clinic(account.clinic_slug) if other.handle]
        profile: Profile | None = None
        refused: DomainError | None = None
        tries = 0
        while True:
            try:
                await self._unit(claim, account, invitable, profile, refused)
                return
            except _Stranger as stranger:
                profile = await self._channels[account.channel].profile(account, stranger.args[0])
            except DomainError as error:
                if refused is not None:
                    raise
                refused = error
            except Exception as error:
                tries += 1
                if sqlstate(error) == LEASE_LOST:
                    return
                if sqlstate(error) not in TRANSIENT or tries >= QUICK_TRIES:
                    raise
                log.info("intake.again", sqlstate=sqlstate(error))

    async def _unit(
        self,
        claim: Claim,
        account: Account,
        invitable: Sequence[Account],
        profile: Profile | None,
        refused: DomainError | None,
    ) -> None:
        begun = time.perf_counter()
        async with self._units.event(claim, name=profile.name if profile else "") as unit:
            if unit is None or unit.scene is None:
                return
            if unit.scene.language is None and unit.scene.identity_id is not None and profile is None:
                raise _Stranger(unit.scene.payload)
            if refused is None:  # stop the spinner on the person's phone while the answer is being made
                self.calls.start(self._channels[account.channel].acknowledge(account, unit.scene.payload))
            talk = self._talk(unit, account, invitable, profile or Profile())
            await self._dispatch(talk, account, refused)
            answers = self._answers.enqueue(unit, account, talk.cards)
        report.worked(self._metrics, account, unit, refused, begun)
        if answers:
            self.calls.start(self._answers.send(account, answers))
        if len(unit.outbox) > len(answers):
            self._due.wake()

    async def _dispatch(self, talk: Talk, account: Account, refused: DomainError | None) -> None:
        incoming = self._channels[account.channel].understand(talk.scene.payload)
        action = None
        try:
            if isinstance(incoming, Tapped):
                action = self._signer.read(incoming.data, account.clinic_id, account.id, talk.scene.lane)
        except DomainError:
            if refused is None:
                raise
        if refused is not None:
            await refuse(talk, refused, action)
        elif talk.scene.identity_id is not None or isinstance(incoming, Unsent):
            await dispatch(talk, incoming, action)
        if self._channels[account.channel].looks_back(talk.scene.payload):
            await conversations.settle_reach(talk.unit)

    def _talk(self, unit: Unit, account: Account, invitable: Sequence[Account], profile: Profile) -> Talk:
        def links(code: str) -> list[Link]:
            found = [(self._channels[other.channel], other) for other in invitable]
            return [Link(channel.name, channel.label, channel.link(other, code)) for channel, other in found]

        chosen = unit.scene.language if unit.scene else None
        guess = "en" if profile.language.startswith("en") else "th"
        return Talk(unit, account.channel, links, Words(chosen or guess, unit.clinic.zone))

    async def _broke(self, claim: Claim, error: Exception) -> None:
        """A database that is away costs an event nothing; a bug is logged, tried again, at last parked."""
        engine = self._units.engine
        try:
            if is_away(error):
                log.warning("intake.database_away", error=type(error).__name__)
                await session.release_event(engine, claim, seconds=1)
                return
            if isinstance(error, SealedError):  # a key is missing: an operator's to mend, and not the event's fault
                log.error("intake.sealed", account=str(claim.account_id))
                await session.release_event(engine, claim, seconds=SEALED_WAIT)
                return
            log.error("intake.broke", exc_info=error)
            kind = " ".join(filter(None, (type(error).__name__, sqlstate(error))))
            attempts = await session.fail_event(engine, claim, kind)
            gives_up = attempts is not None and attempts >= MOST_ATTEMPTS
            self._metrics.event_failed("parked" if gives_up else "tried_again")
            if gives_up:
                log.error("intake.parked", error=kind, attempts=attempts)
                await self._park(claim, kind)
        except Exception as again:  # its lease runs out, and the event is tried again
            log.warning("intake.left", error=type(again).__name__)

    async def _park(self, claim: Claim, kind: str) -> None:
        """Set the event aside for an operator, and apologise; if even that fails, only set it aside."""
        try:
            account = await self._accounts.by_id(claim.account_id)
            async with self._units.event(claim) as unit:
                if unit is None:
                    return
                unit.parked = kind
                talk = self._talk(unit, account, (), Profile())
                talk.say(talk.t(N_("Sorry, something went wrong on our side. Please try again later, or call us.")))
                answers = self._answers.enqueue(unit, account, talk.cards)
            if answers:
                self.calls.start(self._answers.send(account, answers))
        except Exception as error:
            if is_away(error):
                raise
            log.error("intake.apology_broke", exc_info=error)
            await session.park_event(self._units.engine, claim, kind)

"""Fetching events where no webhook can reach us: one process at a time polls each account that says so.

Who polls is a lease in the database (`domain/database/polls.py`); its holder polls only while it has surely not run
out. Fetched events go into the inbox as a webhook's do, and only the next call confirms them to the platform: what a
process had fetched when it was killed comes again, and the inbox knows what it has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

import structlog

from bots.accounts import Accounts
from bots.channel import Channel, Contested, Fetched, Pollable, Refused, RetryLater
from bots.intake import Intake
from bots.rounds import every
from domain.database.errors import database_may_be_away, is_away
from domain.database.polls import claim_polls, release_polls
from domain.database.session import Engine

log = structlog.get_logger()
POLL_SECONDS = 25.0
LEASE_SECONDS = 40
LOOK_SECONDS = 2.0
# An answer may come so long after a poll's time; the lease outlives that too.
MARGIN_SECONDS = 10.0
LONGEST_WAIT = 60.0


@dataclass(slots=True)
class Poll:
    """One account that this process polls. `until` is the loop's time up to which it may.

    `confirmed` is the newest event in the inbox that the platform may not know to be there; `trouble` the last one
    that was logged.
    """

    account_id: UUID
    until: float
    secrets: Mapping[str, str] | None = None
    confirmed: int | None = None
    failures: int = 0
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a poll brought nothing; `say` is for the operator. It is tried again, not before `seconds` have passed."""

    kind: str
    detail: str
    seconds: float = 0.0
    say: str | None = None


class Poller:
    """Polls every account whose lease this process holds."""

    def __init__(self, engine: Engine, accounts: Accounts, channels: Mapping[str, Channel], intake: Intake) -> None:
        self._engine = engine
        self._accounts = accounts
        self._channels = channels
        self._intake = intake
        self._holder = uuid4()
        self._polls: dict[UUID, tuple[Poll, asyncio.Task[None]]] = {}
        self._looked = asyncio.Event()

    async def run(self) -> None:
        """Take, keep and give up accounts until cancelled; then every poll ends at once."""
        try:
            await every(LOOK_SECONDS, self._look)
        finally:
            await self._end(set(self._polls))
            await release_polls(self._engine, self._holder)

    async def _look(self) -> None:
        """Renew the leases; begin and end polls accordingly. A lease's time counts from before it was asked for."""
        asked_at = asyncio.get_running_loop().time()
        with database_may_be_away("polling"):
            mine = await claim_polls(self._engine, self._holder, LEASE_SECONDS)
            await self._end(self._polls.keys() - mine)
            for account_id, seconds in mine.items():
                if account_id not in self._polls or self._polls[account_id][1].done():
                    poll = Poll(account_id, asked_at + seconds)
                    self._polls[account_id] = poll, asyncio.create_task(self._serve(poll))
                self._polls[account_id][0].until = asked_at + seconds
            looked, self._looked = self._looked, asyncio.Event()
            looked.set()

    async def _end(self, account_ids: set[UUID]) -> None:
        tasks = [self._polls.pop(account_id)[1] for account_id in account_ids]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, poll: Poll) -> None:
        """Poll an account again and again, as long as the lease allows; whatever breaks is logged here."""
        while True:
            seconds = min(POLL_SECONDS, poll.until - asyncio.get_running_loop().time() - MARGIN_SECONDS)
            if seconds < 1:
                await asyncio.sleep(LOOK_SECONDS)
                continue
            try:
                trouble = await self._poll(poll, seconds)
            except Exception as error:
                trouble = _trouble_of(error)
            if trouble is not None:
                await self._rest(poll, trouble)
                continue
            if poll.trouble:
                log.info("polling.again", account=str(poll.account_id))
            poll.failures, poll.trouble = 0, ""

    async def _poll(self, poll: Poll, seconds: float) -> Trouble | None:
        """One call, and its events into the inbox."""
        account = await self._accounts.by_id(poll.account_id)
        if account.secrets != poll.secrets:  # another bot may be meant now, whose events have other numbers
            poll.secrets, poll.confirmed = account.secrets, None
        channel = self._channels[account.channel]
        if not isinstance(channel, Pollable):
            return Trouble("refused", f"{channel.label} cannot be polled", LONGEST_WAIT)
        match await channel.fetch(account, poll.confirmed, seconds):
            case Fetched(arrivals, newest):
                await self._intake.accept(account, arrivals)
                # Numbers may begin anew after a week of silence: a mark is shown until it has been seen, not longer.
                poll.confirmed = newest
                return None
            case Contested(detail):
                # If it has just been given a webhook by us, the next look that begins now ends this poll.
                for _ in range(2):
                    await self._looked.wait()
                say = "another program polls this bot, or has set a webhook: stop it, or run `aura channel set` again"
                return Trouble("contested", detail, say=say)
            case Refused(reason, detail):
                say = "run `aura channel set` with the token that BotFather shows"
                return Trouble("refused", f"{reason}: {detail}", LONGEST_WAIT, say)
            case RetryLater(wait, reason):
                return Trouble("failed", reason, wait)
            case other:
                return Trouble("failed", type(other).__name__)

    async def _rest(self, poll: Poll, trouble: Trouble) -> None:
        """Say what is wrong, once for each trouble, and wait, longer each time."""
        wait = max(trouble.seconds, min(LONGEST_WAIT, 2.0 ** min(poll.failures, 10)))
        poll.failures += 1
        if trouble.kind != poll.trouble:
            log.warning(
                f"polling.{trouble.kind}",
                account=str(poll.account_id),
                detail=trouble.detail[:300],
                **({"say": trouble.say} if trouble.say else {}),
            )
        poll.trouble = trouble.kind
        await asyncio.sleep(wait)


def _trouble_of(error: Exception) -> Trouble:
    if is_away(error):
        return Trouble("database_away", type(error).__name__)
    log.exception("polling.broke", exc_info=error)
    return Trouble("broke", type(error).__name__)

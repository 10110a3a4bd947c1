"""A proxy between one program and PostgreSQL that sees every COMMIT and can end the world, or a link, at one of them.

It speaks just enough of PostgreSQL's protocol (https://www.postgresql.org/docs/current/protocol-message-formats.html)
to read the statements and replies that pass. The program writes in explicit transactions, which its driver ends with
the simple query `COMMIT;`, or with a single statement that commits by itself: the proxy puts a transaction around
that one, so that its commit is seen as well. Before a COMMIT passes, the proxy asks the server on the same connection
whether the transaction has an id, which only one that wrote or locked has: so idle polls and whatever else only reads
do not count, and a step of the story has the same commits every time.
"""

from __future__ import annotations

import asyncio
import struct
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn

Phase = Literal["before", "hold", "after", "cut", "lost", "freeze", "stop"]
KILLS: tuple[Phase, ...] = ("before", "hold", "after")
"""The program dies: before its COMMIT leaves it, while that is in flight, or when the server has carried it out."""
CUTS: tuple[Phase, ...] = ("cut", "lost")
"""The program lives and loses the connection: its COMMIT never reached the server, or only the reply is missing."""
WHAT: dict[Phase, str] = {
    "before": "kill -9 before COMMIT",
    "hold": "kill -9 during COMMIT",
    "after": "kill -9 after COMMIT",
    "cut": "link cut before COMMIT",
    "lost": "reply to COMMIT lost",
    "freeze": "SIGSTOP after COMMIT",
    "stop": "SIGTERM during COMMIT",
}
Message = tuple[bytes, bytes]  # (kind, body)
Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]
SLOW_S = 0.3
"""What a program does at once when it is told to stop, it has done by then."""

_SSL, _GSS = 80877103, 80877104
_ASK = (b"Q", b"select pg_current_xact_id_if_assigned() is not null\0")
_BEGIN, _COMMIT, _ROLLBACK = (b"Q", b"begin\0"), (b"Q", b"commit\0"), (b"Q", b"rollback\0")


@dataclass(slots=True)
class Trap:
    """The next fault: at the `at`-th commit from now (0 is the very next), of this kind."""

    at: int
    phase: Phase


class CommitProxy:
    """Listens on a unix socket, `address` is what a PostgreSQL client takes as its host.

    `connect` opens a connection to the server; `kill` must end the program at once, `freeze` suspend it, `stop` tell it
    to end by itself. `commits`
    counts those that reached the server, `traps` are sprung one after the other, each counting from the one before;
    `injected` counts what they did.
    """

    def __init__(
        self,
        directory: Path,
        connect: Connect,
        kill: Callable[[], None],
        freeze: Callable[[], None],
        stop: Callable[[], None],
        injected: Counter[str],
    ) -> None:
        self.address = directory
        self.commits = 0
        self._injected = injected
        self.traps: list[Trap] = []
        self._connect = connect
        self._kill = kill
        self.freeze = freeze
        self.stop = stop
        self._server: asyncio.Server | None = None
        self._links: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin listening where a client looks for port 5432."""
        self._server = await asyncio.start_unix_server(self._serve, self.address / ".s.PGSQL.5432")

    async def close(self) -> None:
        """Stop listening and cut every connection."""
        if self._server is not None:
            self._server.close()
        self.cut()
        await asyncio.gather(*self._links, return_exceptions=True)

    def cut(self) -> None:
        """Cut every connection, as the end of the program's process does: open transactions roll back."""
        for link in self._links:
            link.cancel()

    def sprung(self) -> Phase | None:
        """Called at each commit that writes: the phase of the trap that it springs, if any."""
        if not self.traps:
            return None
        if self.traps[0].at:
            self.traps[0].at -= 1
            return None
        phase = self.traps.pop(0).phase
        self._injected[WHAT[phase]] += 1
        return phase

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._links.add(task)
        upstream: asyncio.StreamWriter | None = None
        try:
            with suppress(asyncio.IncompleteReadError, OSError):
                server, upstream = await self._connect()
                await _greet(reader, writer, upstream)
                await _Link(self, reader, writer, server, upstream).run()
        except asyncio.CancelledError:
            pass  # cut
        finally:
            self._links.discard(task)
            for end in (writer, upstream):
                if end is not None:
                    end.transport.abort()

    def die(self) -> None:
        """The program ends here and now."""
        self._kill()
        self.cut()


class _Link:
    """One connection of the program, both directions; a COMMIT holds up the client until its fate is decided."""

    def __init__(
        self,
        proxy: CommitProxy,
        client: asyncio.StreamReader,
        to_client: asyncio.StreamWriter,
        server: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
    ) -> None:
        self._proxy = proxy
        self._client = client
        self._to_client = to_client
        self._server = server
        self._to_server = to_server
        self._status = b"I"
        # While the proxy itself talks to the server, replies come here instead of to the client.
        self._mine: asyncio.Queue[Message] | None = None

    async def run(self) -> None:
        """Pump until either side ends."""
        pumps = [asyncio.create_task(self._upwards()), asyncio.create_task(self._downwards())]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _upwards(self) -> None:
        while True:
            kind, body = await _message(self._client)
            if kind == b"Q" and self._status == b"T" and body.upper().startswith(b"COMMIT"):
                await self._commit((kind, body))
            elif kind == b"B" and self._status == b"I":
                await self._single((kind, body))
            else:
                _send(self._to_server, kind, body)
                await self._to_server.drain()

    async def _downwards(self) -> None:
        while True:
            kind, body = await _message(self._server)
            if kind == b"Z":
                self._status = body
            if self._mine is not None:
                self._mine.put_nowait((kind, body))
            else:
                _send(self._to_client, kind, body)
                await self._to_client.drain()

    async def _single(self, bind: Message) -> None:
        """A statement outside a transaction, from its Bind to its Sync: it gets one, and a COMMIT to die at."""
        statement = [bind]
        while statement[-1][0] != b"S":
            statement.append(await _message(self._client))
        await self._ask(_BEGIN)
        *replies, _ = await self._ask(*statement)
        if self._status == b"T":
            await self._commit(_COMMIT, replies)
        else:  # it failed, and the client hears how
            *_, ready = await self._ask(_ROLLBACK)
            await self._tell([*replies, ready])

    async def _commit(self, commit: Message, held: Sequence[Message] = ()) -> None:
        """Let a COMMIT pass, or not. The client is told what was `held` back and "ready", else all that was replied."""
        wrote = any(kind == b"D" and value[-1:] == b"t" for kind, value in await self._ask(_ASK))
        phase = self._proxy.sprung() if wrote else None
        if phase in ("before", "cut"):
            self._ends(phase)
        self._proxy.commits += wrote
        if phase == "hold":
            _send(self._to_server, *commit)  # the server has it to read, and nobody waits for the reply
            self._ends(phase)
        replies = await self._ask(commit)
        if phase in ("after", "lost"):
            self._ends(phase)
        if phase == "freeze":
            self._proxy.freeze()
        if phase == "stop":
            self._proxy.stop()
            await asyncio.sleep(SLOW_S)  # done it is, but the server takes its time to say so
        await self._tell([*held, replies[-1]] if held else replies)

    def _ends(self, phase: Phase) -> NoReturn:
        """The program's end, or only this link's."""
        if phase in KILLS:
            self._proxy.die()
        raise ConnectionResetError(WHAT[phase])

    async def _tell(self, replies: Sequence[Message]) -> None:
        for reply in replies:
            _send(self._to_client, *reply)
        await self._to_client.drain()

    async def _ask(self, *messages: Message) -> list[Message]:
        """Send messages to the server and return its replies, the last of which is "ready for query"."""
        self._mine = asyncio.Queue()
        try:
            for message in messages:
                _send(self._to_server, *message)
            await self._to_server.drain()
            replies = [await self._mine.get()]
            while replies[-1][0] != b"Z":
                replies.append(await self._mine.get())
            return replies
        finally:
            self._mine = None


async def _greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, upstream: asyncio.StreamWriter) -> None:
    """Pass on the startup message; an offer of encryption before it is declined."""
    while True:
        (length,) = struct.unpack(">I", await reader.readexactly(4))
        body = await reader.readexactly(length - 4)
        (code,) = struct.unpack(">I", body[:4])
        if code not in (_SSL, _GSS):
            upstream.write(struct.pack(">I", length) + body)
            await upstream.drain()
            return
        writer.write(b"N")
        await writer.drain()


async def _message(reader: asyncio.StreamReader) -> Message:
    kind = await reader.readexactly(1)
    (length,) = struct.unpack(">I", await reader.readexactly(4))
    return kind, await reader.readexactly(length - 4)


def _send(writer: asyncio.StreamWriter, kind: bytes, body: bytes) -> None:
    writer.write(kind + struct.pack(">I", len(body) + 4) + body)

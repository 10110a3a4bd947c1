"""The clinic clock: the `now` of every rule, real time plus an offset that all processes share.

The offset is one row, zero outside the demo and the tests; only the owner may change it. Tokens, leases, retries
and retention count in real time and do not come here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import ceil

from sqlalchemy import text

from domain.database.session import Engine, single

_READ = text("select offset_seconds from clock")
_SET = text(
    "insert into clock (one, offset_seconds) values (1, :seconds)"
    " on conflict (one) do update set offset_seconds = excluded.offset_seconds"
)


async def read_clock(engine: Engine) -> datetime:
    """The clinic's now, UTC."""
    async with single(engine) as connection:
        seconds = (await connection.execute(_READ)).scalar_one_or_none()
    return datetime.now(UTC) + timedelta(seconds=seconds or 0)


async def set_clock(admin_engine: Engine, offset: timedelta) -> None:
    """Let the clinic's now run `offset` ahead of real time, rounded up to whole seconds.

    Rounded up, so that a clock moved to the moment when something is due has reached it. Needs the owner's engine.
    """
    async with admin_engine.begin() as connection:
        await connection.execute(_SET, {"seconds": ceil(offset.total_seconds())})

"""What an error of the database means: a bug of ours, a chance to try again, or that there is no database just now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# Raised by finish_unit when another process took the event over.
LEASE_LOST = "AU001"
# What a database that is away raises: a missing socket is an OSError, a lost connection a DBAPIError.
UNAVAILABLE = (OSError, TimeoutError, PoolTimeout, DBAPIError)
# Classes of SQLSTATE: connection, resources, operator intervention, the system's own errors (a disk)
# (https://www.postgresql.org/docs/current/errcodes-appendix.html).
AWAY = frozenset({"08", "53", "57", "58"})
READ_ONLY = "25006"  # a standby that is about to take over, or a full database that its provider lets be read only
TOO_SLOW = "57014"  # a statement that took too long will take too long again: that is a bug of ours
LOCKED = "55P03"  # what is needed was not free within lock_timeout: a migration, a backup, an operator's hand
TRANSIENT = frozenset({"40P01", "40001", LOCKED})  # the first two: a deadlock, a serialization failure

_log = structlog.get_logger(__name__)


def is_away(error: BaseException) -> bool:
    """Whether an error says that the database cannot serve us now, and not that we asked it something wrong."""
    if isinstance(error, DBAPIError):
        state = sqlstate(error)
        if error.connection_invalidated or state is None:
            return True
        return state in (LOCKED, READ_ONLY) or (state[:2] in AWAY and state != TOO_SLOW)
    return isinstance(error, (OSError, TimeoutError, PoolTimeout, asyncpg.InterfaceError))


def is_passing(error: BaseException) -> bool:
    """Whether the same would work in a moment: a database that is away, or two that got into each other's way."""
    return is_away(error) or sqlstate(error) in TRANSIENT


@contextmanager
def database_may_be_away(part: str) -> Iterator[None]:
    """Log that the database was away in this block, which ends there; all else that breaks goes on."""
    try:
        yield
    except Exception as error:
        if not is_away(error):
            raise
        _log.warning(f"{part}.database_away", error=type(error).__name__)


def sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's error code of a database error, else None."""
    return getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None


def violated(error: BaseException) -> str | None:
    """The name of the constraint that a database error reports, else None."""
    cause = getattr(getattr(error, "orig", None), "__cause__", None)
    return getattr(cause, "constraint_name", None)

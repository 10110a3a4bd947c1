"""Structured logs on standard error: one JSON object a line (readable on a terminal), nothing personal in them.

Everything goes through one handler: what the program says with structlog, and what libraries say with `logging`.
The program logs ids, kinds and durations, never what people write. Exceptions and libraries quote what they
stumbled over (PostgreSQL a whole key, `KeyError` the text itself), so of an exception only its kind and its place
are kept, of a library's record the part before any value.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator
from typing import Any, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

OURS = "aura"
# Their records hold addresses with tokens, or tell of their own business at length.
QUIET = ("telegram", "linebot", "urllib3", "matplotlib", "fontTools")
# Behind all else: what has the form of a telephone number, a bot's token or a password is never written.
_SECRET = re.compile(
    r"(?<![\w-])(?:\+66|0)(?:[ -]?\d){8,9}(?![\w-])|\d{6,}:[\w-]{20,}|(?<=[Bb]earer )\S+|(?<=://)[^/@\s]*:[^/@\s]*(?=@)"
)
_VALUE = re.compile(r"[\n(<{\[\"']")


def configure(level: str, stream: TextIO | None = None) -> None:
    """Let the program log from `level` on and libraries their warnings, to `stream` (standard error)."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    stream = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    renderer = structlog.dev.ConsoleRenderer() if stream.isatty() else structlog.processors.JSONRenderer()
    handler = logging.StreamHandler(stream)
    handler.set_name(OURS)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[*shared, _without_values],
            processors=[_describe, ProcessorFormatter.remove_processors_meta, _mask, renderer],
            use_get_message=False,  # a template's arguments are what somebody wrote
        )
    )
    root = logging.getLogger()
    for former in [other for other in root.handlers if other.get_name() == OURS]:
        root.removeHandler(former)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.raiseExceptions = False  # a record that cannot be written is not printed raw instead
    ours = logging.getLogger(OURS)
    ours.setLevel(number)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of every round that takes over a second
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: ours,
        processors=[*shared, ProcessorFormatter.wrap_for_formatter],
    )


def catch_unhandled() -> None:
    """Log what Python would print by itself: an exception that ends the program or a thread, a library's warning."""
    log = structlog.get_logger()

    def ended(kind: type[BaseException], error: BaseException, *_: object) -> None:
        if isinstance(error, KeyboardInterrupt):
            sys.__excepthook__(kind, error, error.__traceback__)
        else:
            log.critical("program.broke", exc_info=error)

    def warned(
        message: object, category: type[Warning], filename: str, lineno: int, file: object = None, line: object = None
    ) -> None:
        log.warning("python.warning", category=category.__name__, at=f"{filename}:{lineno}")

    sys.excepthook = ended
    threading.excepthook = lambda args: log.error("program.thread_broke", exc_info=args.exc_value)
    warnings.showwarning = warned


def describe(error: BaseException) -> str:
    """A traceback without the exceptions' own words: where each was raised, its kind, PostgreSQL's code for it."""
    lines: list[str] = []
    for link in _chain(error, set()):
        lines += traceback.format_list(traceback.extract_tb(link.__traceback__))
        known = {name: getattr(link, name, None) for name in ("sqlstate", "constraint_name", "errno")}
        facts = [f"{name}={value}" for name, value in known.items() if isinstance(value, str | int)]
        lines.append(" ".join([f"{type(link).__module__}.{type(link).__qualname__}", *facts]) + "\n")
    return "".join(lines)


def _chain(error: BaseException, seen: set[int]) -> Iterator[BaseException]:
    """What led to an exception, first things first, and the exception itself."""
    if id(error) in seen:
        return
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    inside = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    for other in (before, *inside):
        if other is not None:
            yield from _chain(other, seen)
    yield error


def _describe(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    given = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = describe(error)
    return event


def _without_values(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """A library's record: who says it, and its words up to the first value in them."""
    event["event"] = _VALUE.split(str(event["event"]), maxsplit=1)[0].strip()
    event["logger"] = event["_record"].name
    return event


def _mask(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    return {key: _masked(value) for key, value in event.items()}


def _masked(value: Any) -> Any:
    match value:
        case str():
            return _SECRET.sub("***", value)
        case list() | tuple():
            return [_masked(item) for item in value]
        case dict():
            return {key: _masked(item) for key, item in value.items()}
        case _:
            return value

"""Structured logs on standard error: one JSON object a line (readable on a terminal), never a secret in them."""

from __future__ import annotations

import logging
import sys

import structlog


def configure(level: str) -> None:
    """Set up structlog and quiet the libraries that would log addresses with tokens."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    for name in ("telegram", "linebot", "urllib3", "matplotlib", "fontTools"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of every round that takes over a second
    terminal = sys.stderr.isatty()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(),
        ],
    )

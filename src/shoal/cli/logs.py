"""Where log lines go: standard error, as JSON for machines or in words for people. It knows no event."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import Processor

from shoal.trust.retention.last_words import without_text


def to_stderr(level: str, *, as_json: bool = False) -> None:
    """Lets events from `level` on through to standard error."""
    shape: Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_text,
            shape,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )

"""Logging without people: event names, reasons and kinds of failure, never text, names or addresses."""

from __future__ import annotations

import logging
import sys

import structlog


class _NoWords(logging.Filter):
    """Keeps a library's record, without its message, arguments and traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "none"
        record.msg, record.args = f"{record.name}: {record.levelname.lower()}, exception {kind}", ()
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def quiet_logging() -> None:
    """Configure once, at the start of a process."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s", force=True)
    for handler in logging.getLogger().handlers:
        handler.addFilter(_NoWords())
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )

"""Logging set-up: structlog for us and for the libraries, JSON for machines or readable lines for a terminal."""

from __future__ import annotations

import logging
import re
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_SECRET = re.compile(r"(?i)(authorization|token|password|secret|api[-_]?key)")
_BEARER = re.compile(
    r"(?i)\b(bearer|basic|token)\s+[A-Za-z0-9+/=._~-]{8,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bATATT[A-Za-z0-9_=-]{20,}"
)


def redact(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Blanks values of secret-looking keys and credentials inside texts."""
    for key, value in event.items():
        if _SECRET.search(key) and value is not None:
            event[key] = "***"
        elif isinstance(value, str):
            event[key] = _BEARER.sub("***", value)
    return event


def configure_logging(*, json: bool, level: str = "info") -> None:
    """Sends everything to stderr in one form. Called once, by a command."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = (
        [structlog.processors.dict_tracebacks, redact, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if json
        else [redact, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for chatty in ("urllib3", "github", "jira", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def silence_logging() -> None:
    """For commands that talk to people: only errors of ours reach stderr, as sentences and not as log lines."""
    logging.getLogger().handlers = [logging.NullHandler()]
    structlog.configure(
        logger_factory=structlog.ReturnLoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
    )

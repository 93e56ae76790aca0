"""Logging set-up: structlog for us and for the libraries, JSON for machines or readable lines for a terminal."""

from __future__ import annotations

import contextvars
import logging
import re
import sys
import threading
from collections.abc import Callable, Collection
from functools import partial
from typing import Final, ParamSpec, TypeVar

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor, WrappedLogger

P = ParamSpec("P")
R = TypeVar("R")

BLANK: Final = "***"
SHORTEST: Final = 6
"""Characters. What is shorter stands in too many words to be blanked out in all of them."""
_SECRET = re.compile(r"(?i)(authorization|token|password|secret|api[-_]?key|cookie)")
_CREDENTIAL = re.compile(
    r"(?i)\b(?:bearer|basic|token)\s+[A-Za-z0-9+/=._~-]{8,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}"
    r"|\bATATT[A-Za-z0-9_=-]{20,}|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*"
)


STEERS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and line feed, and those that turn the direction of the text around them. None has a width."""


def harmless(text: str) -> str:
    return STEERS.sub("", text)


def known_texts(secrets: Collection[str]) -> tuple[str, ...]:
    """What must not be seen of these secrets: each whole, and the lines of those that have several. Longest first."""
    lines = {line.strip() for secret in secrets for line in (secret, *secret.splitlines())}
    return tuple(sorted((line for line in lines if len(line) >= SHORTEST), key=lambda line: (-len(line), line)))


def redact(logger: WrappedLogger, method: str, event: EventDict, *, known: tuple[str, ...] = ()) -> EventDict:
    """Blanks values of secret-looking keys, what looks like a credential, and the configured secrets, at any depth."""
    for key in list(event):
        event[key] = BLANK if _SECRET.search(key) and event[key] is not None else _blanked(event[key], known)
    return event


def _blanked(value: object, known: tuple[str, ...]) -> object:
    if isinstance(value, str):
        for secret in known:
            value = value.replace(secret, BLANK)
        return _CREDENTIAL.sub(BLANK, value)
    if isinstance(value, dict):
        return {
            name: BLANK if isinstance(name, str) and _SECRET.search(name) and one is not None else _blanked(one, known)
            for name, one in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_blanked(one, known) for one in value]
    return value if isinstance(value, int | float | None) else _blanked(str(value), known)


def in_harmless_lines(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """For a terminal: no value steers it, and only tracebacks have several lines. JSON says such signs in letters."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = harmless(value if key in ("exception", "stack") else " ".join(value.splitlines()))
    return event


def configure_logging(*, json: bool, level: str = "info", secrets: Collection[str] = ()) -> None:
    """Sends everything to stderr in one form. Called by a command, and again when the configuration changes."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    blank: Processor = partial(redact, known=known_texts(secrets))
    # Never the values of local variables: they may be secrets, and fill the log.
    tracebacks = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
    last: list[Processor] = (
        [tracebacks, blank, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if json
        else [
            structlog.processors.format_exc_info,
            blank,
            in_harmless_lines,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
        )
    )
    logging.captureWarnings(True)  # what Python says of its own accord has the same form
    threading.excepthook = _tell_of_thread
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for chatty in ("urllib3", "github", "jira", "alembic", "watchfiles", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _tell_of_thread(ended: threading.ExceptHookArgs) -> None:
    error = ended.exc_value
    if error is not None:
        structlog.get_logger(__name__).error(
            "this is a bug in syncd or in its connector",
            thread=ended.thread.name if ended.thread is not None else None,
            exc_info=error,
        )


def silence_logging() -> None:
    """For commands that talk to people: only errors of ours reach stderr, as sentences and not as log lines."""
    logging.getLogger().handlers = [logging.NullHandler()]
    structlog.configure(
        logger_factory=structlog.ReturnLoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
    )


def carried(work: Callable[P, R], **bound: str) -> Callable[P, R]:
    """The work for another thread, in which log lines (and traces) say what they say here, and what is bound besides."""
    context = contextvars.copy_context()

    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        with structlog.contextvars.bound_contextvars(**bound):
            return work(*args, **kwargs)

    return lambda *args, **kwargs: context.run(inside, *args, **kwargs)

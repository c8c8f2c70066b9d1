"""Logs are events with fields and hold no personal data: ids and reasons, never addresses or text."""

import logging
import sys
import traceback
from contextlib import suppress
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, WrappedLogger


def configure_logs(kind: str) -> None:
    """`text` for people at a terminal, `json` for collectors; both to standard error."""
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if kind == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _tell_where,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Unfailing())),
    )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    # A library may turn the root up. Addresses that are called hold tokens, and what is told of them is told by us.
    logging.getLogger("httpx").setLevel(logging.WARNING)


class _Unfailing:
    """Standard error, where a line that cannot be written (the disk is full, nobody listens any more) is lost instead
    of stopping the work that it tells of."""

    def write(self, text: str) -> None:
        with suppress(OSError):
            sys.stderr.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()


def _tell_where(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Turn an exception into its kind and the lines it passed. Its text and the values around may hold personal
    data, so neither is logged."""
    if event.pop("exc_info", None):
        kind, _, trace = sys.exc_info()
        event["error"] = kind.__name__ if kind else None
        event["where"] = " < ".join(
            f"{frame.filename.rpartition('damso/')[2]}:{frame.lineno}"
            for frame in reversed(traceback.extract_tb(trace))
        )
    return event

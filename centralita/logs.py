"""Logging: one line per event on standard error, for people on a terminal, as JSON otherwise."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import structlog

from records.card_scan import mask_line, mask_logged

if TYPE_CHECKING:
    from structlog.typing import Processor


def set_up(level: str = "info") -> None:
    """Once, before anything logs. Exceptions are logged without local variables, which may hold what callers typed."""
    terminal = sys.stderr.isatty()
    last: Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            mask_logged,  # after all that makes text, before what only sets it
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    others = logging.StreamHandler(sys.stderr)
    others.setFormatter(_Masking("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[others])


class _Masking(logging.Formatter):
    """What libraries log, without card numbers."""

    def format(self, record: logging.LogRecord) -> str:
        """As one text."""
        return mask_line(super().format(record))

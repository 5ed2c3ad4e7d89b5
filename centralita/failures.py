"""The last resort: what is done and said when something fails for a reason nobody foresaw.

Only the kind of an exception and its place are logged: its text may quote what callers typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from pathlib import Path

    from calls.exchange import Exchange
    from records.event import LedgerEvent
    from records.ledger.ledger import LedgerHealth
    from sip.events import Event

log = structlog.get_logger()


def place_of(error: BaseException) -> str:
    """File and line where it was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "?"


def hear(exchange: Exchange, event: Event) -> None:
    """Let the exchange handle an event; when that fails, its one call is ended and all others go on."""
    try:
        exchange.handle_sip(event)
    except Exception as error:  # noqa: BLE001 - nothing below may stop the endpoint
        log.error(
            "event_failed", event_type=type(event).__name__, error=type(error).__name__, at=place_of(error)
        )
        exchange.abandon(event)


def warn_of_recordings(event: LedgerEvent) -> None:
    """A recording that fails, or lacks sound, is told in the log too: nobody reads the record of each call."""
    if event.type in _RECORDINGS:
        log.error(
            _RECORDINGS[event.type], contact=event.contact, reason=event.data.get("reason", "slow disk")
        )


def warn_of_ledger(health: LedgerHealth) -> None:
    """The records' writer fell out with its database, or is well again."""
    if health.problem is None:
        log.info("records_are_written_again", written=health.written)
        return
    log.error(
        "records_cannot_be_written", reason=health.problem, kept_aside=health.spilled, waiting=health.waiting
    )
    if health.journal_problem is not None:
        log.critical(
            "records_only_in_memory", reason=health.journal_problem, waiting=health.waiting, lost=health.lost
        )


def warn_of_journal(file: Path, lines: int) -> None:
    """Some of what was put aside in an outage cannot be read any more: the file is kept for somebody to look at."""
    log.critical("records_journal_damaged", kept_as=str(file), lines=lines)


def warn_of_sums(contact: str, off_by: float) -> None:
    """A contact's segments do not add up to its length: what was told of it, or measured, is wrong."""
    log.error("contact_sums_off", contact=contact, off_by=off_by)


_RECORDINGS = {"recording.failed": "recording_failed", "recording.overrun": "recording_overrun"}

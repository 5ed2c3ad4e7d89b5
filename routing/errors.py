"""Errors of routing: each says what the caller's leg should be told."""

from __future__ import annotations

from base.errors import CentralitaError, LocalProtocolError


class UnknownQueue(CentralitaError):
    """A queue that the configuration does not have."""

    code = "unknown_queue"
    status = 404
    cause = 1


class UnknownAgent(CentralitaError):
    """An agent that the configuration does not have."""

    code = "unknown_agent"
    status = 404
    cause = 1


class EntryAlreadyQueued(LocalProtocolError):
    """The same queue entry joined twice."""

    code = "entry_already_queued"

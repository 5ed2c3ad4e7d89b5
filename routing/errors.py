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


class NotInWrapUp(CentralitaError):
    """There is no wrap-up that could last longer."""

    code = "not_in_wrap_up"
    status = 480
    cause = 20


class CannotPick(CentralitaError):
    """The agent cannot be given that entry just now, or it waits no more."""

    code = "cannot_pick"
    status = 480
    cause = 20

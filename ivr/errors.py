"""Errors of the menus: what an edge must say when a menu or a back end cannot serve."""

from __future__ import annotations

from base.errors import CentralitaError


class UnknownMenu(CentralitaError):
    """A call was sent to a menu set that is not there."""

    code = "unknown_menu"
    status = 404
    cause = 1


class UnknownStep(CentralitaError):
    """A call was sent to a step that its menu set does not have."""

    code = "unknown_step"
    status = 404
    cause = 1


class BackEndClosed(CentralitaError):
    """A back end was asked after it had been closed."""

    code = "back_end_closed"
    status = 503
    cause = 41


class NothingAsked(CentralitaError):
    """An answer was given in a tried call that had asked nothing."""

    code = "nothing_asked"


class EndlessMenus(CentralitaError):
    """A tried call goes on without end while the caller does nothing."""

    code = "endless_menus"


class StillAtWork(CentralitaError):
    """Another attempt with the same card takes too long."""

    code = "still_at_work"
    status = 503
    cause = 41


class StoreBroken(CentralitaError):
    """What transactions are counted and kept in cannot be read or written."""

    code = "store_broken"
    status = 503
    cause = 41


class UnknownVersion(CentralitaError):
    """No version of the menu set, or several, begins so."""

    code = "unknown_version"
    status = 404


class PublicationRefused(CentralitaError):
    """What was asked for cannot become, or stay, what new calls get; the text says why."""

    code = "publication_refused"
    status = 409


class VersionsBroken(CentralitaError):
    """The store of versions cannot be read or written."""

    code = "versions_broken"
    status = 503


class VersionsOutOfReach(VersionsBroken):
    """The store could not be opened, read or written this time: another time it may be."""


class Misunderstood(CentralitaError):
    """A line of a dialogue with a tried call that nothing can be made of."""

    code = "misunderstood"
    status = 400

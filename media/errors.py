"""Errors of the media plane, with the SIP status and the Q.850 cause an edge should say."""

from __future__ import annotations

from base.errors import CentralitaError


class MediaError(CentralitaError):
    """Root of what can go wrong with sound."""

    code = "media_error"


class PortsExhausted(MediaError):
    """No RTP port can be opened; the text says which limit was met and what to do."""

    code = "ports_exhausted"
    status = 503
    cause = 42


class ClipReleased(MediaError):
    """A clip was played after its sound had been given up."""

    code = "clip_released"


class CannotRecord(MediaError):
    """The file of a recording cannot be made."""

    code = "cannot_record"

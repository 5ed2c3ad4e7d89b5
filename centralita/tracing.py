"""Copies of SIP messages for people outside, as centre.yaml asks for them; changed by a reload."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import structlog

from base.errors import CentralitaError
from records.card_scan import clean
from sip.io.capture import Capture

if TYPE_CHECKING:
    from pathlib import Path

    from routing.centre import Tracing
    from sip.stack import Stack


log = structlog.get_logger()

DOOR = "sip_capture"
"""What finds of card numbers are told by that would have gone out by a capture."""


class CannotTrace(CentralitaError):
    """A capture cannot be begun; the text says which, why and what to do."""

    code = "cannot_trace"


class MessageTracing:
    """The capture of one stack."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        """Nothing is captured yet; relative paths are seen from `folder`."""
        self._stack = stack
        self._folder = folder
        self._wanted: tuple[object, ...] = ()
        self._capture: Capture | None = None

    @property
    def dropped(self) -> int:
        """Copies that could not be made, of the present capture."""
        return self._capture.dropped if self._capture is not None else 0

    async def adopt(self, settings: Tracing) -> None:
        """Capture as these settings say. Raises CannotTrace and changes nothing."""
        wanted = (settings.hep, settings.hep_agent, settings.pcap)
        if wanted == self._wanted:
            return
        capture = await asyncio.to_thread(self._begin, settings)
        before, self._capture = self._capture, capture
        self._wanted = wanted
        self._stack.tap = capture
        if before is not None:
            await asyncio.to_thread(before.close)

    async def close(self) -> None:
        """Write what waits and end."""
        self._stack.tap = None
        if self._capture is not None:
            await asyncio.to_thread(self._capture.close)
            self._capture = None

    def _begin(self, settings: Tracing) -> Capture | None:
        if settings.hep is None and settings.pcap is None:
            return None
        file = self._folder / settings.pcap if settings.pcap is not None else None
        try:
            return Capture(
                server=settings.hep,
                agent=settings.hep_agent,
                file=file,
                told=partial(_tell, str(file)),
                clean=partial(clean, DOOR),
            )
        except OSError as error:
            what = f"{file}: " if error.filename else f"hep {settings.hep}: "
            raise CannotTrace(
                f"tracing: {what}{error.strerror}; mend or leave out tracing: in centre.yaml"
            ) from None


def _tell(file: str, failure: str | None) -> None:
    if failure is None:
        log.warning("tracing_goes_on", pcap=file)
    else:
        log.warning("tracing_failed", pcap=file, why=failure)

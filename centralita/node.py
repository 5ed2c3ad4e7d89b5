"""A node's life: start, reload, drain, stop. What is joined to what stands in wiring/."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from centralita.configuration import load_configuration
from centralita.menus.live import AT_RELOAD
from centralita.wiring.wire import wire
from console.telling import Check
from records.card_scan import finds
from sip.flow import written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from centralita.configuration import Configuration
    from centralita.options import Options
    from centralita.wiring.parts import Parts

log = structlog.get_logger()

_NOT_WRITTEN = "the database takes no events; the log says why"
"""For everybody who reaches the port: where the database is, and as whom we speak to it, is not for them."""

_FIXED = (
    "sip",
    "sip_tcp",
    "sip_advertised",
    "http",
    "rtp_address",
    "rtp_advertised",
    "rtp_also",
    "rtp_ports",
    "rtp_dscp",
    "rtp_threads",
    "rtp_realtime",
    "silence_limit",
    "telemetry",
)
"""Settings of centre.yaml that count from the next start."""


class Node:
    """One running server."""

    def __init__(self, options: Options) -> None:
        """Nothing is opened yet."""
        self.options = options
        self._parts: Parts | None = None
        self._started: Configuration | None = None
        self._draining = False

    @property
    def parts(self) -> Parts:
        """What is running."""
        if self._parts is None:
            raise RuntimeError("the node has not been started")
        return self._parts

    @property
    def contact_count(self) -> int:
        """Contacts in progress."""
        return self.parts.dispatcher.contact_count

    @property
    def drain_limit(self) -> float:
        """Seconds that calls may go on after the node was asked to stop."""
        return self.options.drain_seconds(self.parts.configuration.centre)

    async def start(self) -> None:
        """Check the configuration, repair the ledger, open ports, take calls.

        Raises DocumentError with every fault of the configuration, CannotListen where an address cannot be had.
        """
        configuration = await asyncio.to_thread(load_configuration, self.options.config)
        self._parts = await wire(self.options, configuration, self)
        self._started = configuration

    async def reload(self) -> None:
        """Take the edited configuration for calls that come from now on. Raises DocumentError and changes nothing.

        One after the other: of two at once, the one that read the older files could come last.
        """
        menus = self.parts.menus
        async with menus.changing:
            configuration = await asyncio.to_thread(load_configuration, self.options.config)
            plan = await menus.plan(configuration, who=AT_RELOAD)
            await self.parts.adopt(plan.configuration)
            await menus.commit(plan)
        started = self._started if self._started is not None else configuration
        before, after = started.centre, configuration.centre
        changed = [each for each in _FIXED if getattr(before, each) != getattr(after, each)]
        if _places(started) != _places(configuration):
            changed.append("listeners")
        if changed:
            log.warning("restart_needed", settings=changed)

    async def drain(self) -> None:
        """Take no new calls and wait for those in progress."""
        self._draining = True
        self.parts.callbacks.stop()
        left = await self.parts.dispatcher.drain(self.drain_limit)
        if left:
            log.warning("drain_limit_reached", calls_ended=left)

    async def stop(self) -> None:
        """Close everything; what the ledger was given is written first."""
        if self._parts is not None:
            await self._parts.close()

    def ready_line(self) -> str:
        """The one line that says the node takes calls."""
        sip, http = self.parts.sip_address, self.parts.http_address
        low, high = self.parts.rtp_ports[0], self.parts.rtp_ports[-1]
        return (
            f"ready sip={written(sip)} http={written(http)} rtp={low}-{high} "
            f"config={self.options.config} state={self.options.state}"
        )

    def checks(self) -> list[Check]:
        """What the node needs to take calls, and what of it is not well."""
        parts = self.parts
        ledger = parts.ledger.health()
        return [
            Check("draining", "no new calls are taken: the node is to stop" if self._draining else None),
            Check("ledger", _NOT_WRITTEN if ledger.problem else None, needs_restart=ledger.has_died),
            Check(
                "plane", None if parts.plane.is_running else "the media plane has stopped", needs_restart=True
            ),
            Check("listeners", None if parts.endpoint.listeners else "no SIP listener is open"),
        ]

    def counters(self) -> Mapping[str, int]:
        """What is in use now."""
        parts = self.parts
        plane = parts.plane.counters()
        return {
            "contacts": parts.dispatcher.contact_count,
            "legs": parts.exchange.leg_count,
            "rtp_ports": plane.open,
            "reservations": parts.distribution.reservation_count,
            "tasks": parts.dispatcher.task_count,
            "tracing_dropped": parts.tracing.dropped,
            "recording_drops": plane.recording_drops,
            "card_numbers_masked": finds.total + parts.ledger.health().masked,
            **parts.endpoint.stack.counters(),
            **parts.endpoint.counters(),
            **parts.transactions.counters(),
        }


def _places(configuration: Configuration) -> list[object]:
    """What of the listeners counts from the next start."""
    return [each.place for each in configuration.profiles.listeners]

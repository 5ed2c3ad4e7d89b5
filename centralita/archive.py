"""Where recordings of calls lie: a folder for each client company and day, for this user only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from calls.recording import RecordingRules
from media.errors import CannotRecord
from media.recording import RecordingPlan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from calls.leg import Leg
    from centralita.configuration import Configuration

NO_CLIENT = "house"
"""The folder of calls that are no client company's."""
SEALED = ".sealed"
"""Stands behind the name of a file that must be opened with a key before anybody can play it."""


class RecordingArchive:
    """The shelf of a node."""

    __slots__ = ("_configuration", "_folder")

    def __init__(self, folder: Path, configuration: Callable[[], Configuration]) -> None:
        """`configuration` gives the one in force."""
        self._folder = folder
        self._configuration = configuration

    def rules(self, client: str | None) -> RecordingRules | None:
        """What a client company's file says."""
        found = self._configuration().clients.get(client or "")
        part = found.recording if found is not None else None
        if part is None or part.calls == "none":
            return None
        plan = RecordingPlan(
            stereo=True,
            format=part.format,
            tone=part.mask == "tone",
            look_back=part.look_back,
            key=part.key,
        )
        return RecordingRules(part.calls, plan)

    def message_plan(self, client: str | None) -> RecordingPlan:
        """In the format and with the key of the client company's recordings."""
        found = self._configuration().clients.get(client or "")
        if found is None:
            return RecordingPlan()
        return RecordingPlan(format=found.recording.format, key=found.recording.key)

    def place(self, leg: Leg, plan: RecordingPlan, name: str = "") -> Path:
        """`CLIENT/2026-11-22/CONTACT-LEG.wav`, the day in UTC. Raises CannotRecord."""
        contact = leg.contact
        folder = self._folder
        try:
            for part in ("", contact.client or NO_CLIENT, datetime.now(UTC).date().isoformat()):
                folder = folder / part
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise CannotRecord(f"cannot make {folder}: {error.strerror}") from error
        return (
            folder
            / f"{contact.id}-{leg.id}{'-' if name else ''}{name}.{plan.format}{SEALED if plan.key is not None else ''}"
        )

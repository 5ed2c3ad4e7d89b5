"""Rooms: ports that hear each other, each in its role; two talkers of one codec pass their packets as they are."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from media.errors import MediaError

if TYPE_CHECKING:
    from media import _plane
    from media.plane import Port


class Role(Enum):
    """What a member is to the others; all members hear the talkers."""

    TALKER = 0
    """Heard by all."""
    LISTENER = 1
    """Heard by nobody."""
    WHISPERER = 2
    """Heard by one other member alone."""


class Room:
    """Up to 32 ports on one thread. Commands are valid in any order, and do nothing once the room or port is closed.

    What a member hears changes by itself between another's packets and a mix, as others come, go and change, without
    a click. A member that plays hears its playback instead. Keys (RFC 4733) are passed between two talkers, and not
    where more than two talk.
    """

    __slots__ = ("_room",)

    def __init__(self, room: _plane.Room) -> None:
        """Made by the plane."""
        self._room = room

    def join(
        self, port: Port, *, role: Role = Role.TALKER, gain: float = 0.0, towards: Port | None = None
    ) -> None:
        """Let a port in, parting it from whomever it heard before.

        `gain` is in decibels, from -60 to 12, for what others hear of it; `towards` is whom a whisperer is heard by.
        """
        self._room.join(port._port, *_told(role, gain, towards))  # noqa: SLF001

    def set_role(self, port: Port, role: Role, *, gain: float = 0.0, towards: Port | None = None) -> None:
        """Change what a member is to the others."""
        self._room.set_role(port._port, *_told(role, gain, towards))  # noqa: SLF001

    def leave(self, port: Port) -> None:
        """Let a port go; it hears nobody then. A room made by a bridge is over when one member alone is left."""
        self._room.leave(port._port)  # noqa: SLF001

    def close(self) -> None:
        """Part all members; the ports stay open."""
        self._room.close()


def _told(role: Role, gain: float, towards: Port | None) -> tuple[int, float, int | None]:
    """Raises MediaError for a whisperer towards nobody."""
    if role is Role.WHISPERER and towards is None:
        raise MediaError("a whisperer is heard by one member: say towards whom")
    return role.value, gain, towards.id if towards is not None else None

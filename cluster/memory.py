"""Stores that live in this process: a whole centre on one node needs no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sip.registrar.location import Binding


class MemoryLocation:
    """The bindings of this node's accounts (sip.registrar.location.Location)."""

    __slots__ = ("_bindings",)

    def __init__(self) -> None:
        """Begin empty."""
        self._bindings: dict[str, tuple[Binding, ...]] = {}

    def find(self, account: str, *, now: float) -> tuple[Binding, ...]:
        """An account's bindings, the best (highest q, then newest) first."""
        kept = self._bindings.get(account, ())
        for each in kept:
            if each.expires_at <= now:
                return tuple([each for each in kept if each.expires_at > now])
        return kept

    def replace(self, account: str, bindings: Sequence[Binding]) -> None:
        """Keep these as all the account's bindings."""
        if bindings:
            self._bindings[account] = tuple(sorted(bindings, key=lambda each: (-each.q, -each.registered_at)))
        else:
            self._bindings.pop(account, None)

    def accounts(self) -> tuple[str, ...]:
        """The accounts that have bindings kept."""
        return tuple(self._bindings)

"""Addresses to listen on: what to say when one cannot be had."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, TypeVar

from base.address import WILDCARDS
from base.errors import CentralitaError

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from base.address import Address

T = TypeVar("T")


class CannotListen(CentralitaError):
    """An address cannot be listened on; the text says which, why and what to do."""

    code = "cannot_listen"


class AddressTaken(CannotListen):
    """Another program listens there."""

    code = "address_taken"


def refuse_wildcard(address: Address, option: str = "--sip") -> None:
    """Refuse an address that says nothing: it would stand in every Contact and SDP. Raises CannotListen."""
    if address.host in WILDCARDS:
        raise CannotListen(
            f"SIP on {address.host}: name the address that others reach, e.g. {option} 192.0.2.10:5060"
        )


async def listening(what: str, option: str, address: Address, opening: Awaitable[T]) -> T:
    """Wait for a listener to open. Raises CannotListen."""
    try:
        return await opening
    except OSError as error:
        where = f"{what} on {error.filename or address}"
        if error.filename is not None and not error.filename.endswith(str(address)):
            option = "address: in sip_profiles/, such as"
        if error.errno == errno.EADDRINUSE:
            raise AddressTaken(
                f"{where}: another program listens there; choose another with {option} ADDR:PORT"
            ) from None
        reason = (
            "this machine has no such address" if error.errno == errno.EADDRNOTAVAIL else str(error.strerror)
        )
        raise CannotListen(f"{where}: {reason}; choose another with {option} ADDR:PORT") from None

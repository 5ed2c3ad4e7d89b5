"""The seal of a day: once a day of the chain is over, its end is signed (Ed25519, RFC 8032).

Who holds a seal that was handed out in time (by the event `ledger.sealed`, a webhook, `records seals`) can show later
that no event of that day was changed, added or taken away, even by somebody who holds the database and every key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self


class Seal(NamedTuple):
    """What is known of a day that is over."""

    node: str
    day: int
    """Days since 1970, UTC."""
    events: int
    head: bytes
    signature: bytes

    @property
    def told(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "node": self.node,
            "day": self.day,
            "events": self.events,
            "head": self.head.hex(),
            "signature": self.signature.hex(),
        }

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """What `told` wrote. Raises ValueError."""
        try:
            node, day, events = str(told["node"]), int(told["day"]), int(told["events"])
            return cls(node, day, events, bytes.fromhex(told["head"]), bytes.fromhex(told["signature"]))
        except (KeyError, TypeError) as problem:
            raise ValueError(f"no seal: {problem}") from None

    def is_signed_by(self, public_key: bytes) -> bool:
        """Whether the owner of this key (32 bytes) sealed it."""
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(self.signature, self.content)
        except (InvalidSignature, ValueError):
            return False
        return True

    @property
    def content(self) -> bytes:
        """What is signed."""
        return sealed_content(self.node, self.day, self.events, self.head)


def sealed_content(node: str, day: int, events: int, head: bytes) -> bytes:
    """What a seal signs: all lengths are known but that of the node's name, which holds no zero."""
    return b"centralita ledger day\0%b\0%d\0%d\0%b" % (node.encode(), day, events, head)

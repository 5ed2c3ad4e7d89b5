"""The certificate of whoever signs callers' identities (RFC 8226): its key, and when it is good.

Reading it from a file and following its chain is in io/signers. A signature is checked on the loop: that takes 50
microseconds, handing it to a thread and back three times as many.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

_HALF = 32
_ES256 = ECDSA(SHA256())


@dataclass(frozen=True, slots=True)
class CertifiedSigner:
    """One signer. The times are those of its whole chain, in Unix seconds."""

    key: EllipticCurvePublicKey
    not_before: float
    not_after: float

    def is_good_at(self, time: float) -> bool:
        """Whether every certificate of the chain is within its time."""
        return self.not_before <= time <= self.not_after

    def has_signed(self, data: bytes, signature: bytes) -> bool:
        """Whether this is the signer's ES256 signature of the octets (RFC 7518 s.3.4)."""
        if len(signature) != 2 * _HALF:
            return False
        r, s = (int.from_bytes(each, "big") for each in (signature[:_HALF], signature[_HALF:]))
        try:
            self.key.verify(encode_dss_signature(r, s), data, _ES256)
        except InvalidSignature:
            return False
        return True

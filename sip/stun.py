"""STUN on the SIP port (RFC 5626 s.4.4.2, RFC 8489): answers a Binding request with the address that it came from.

Only what keep-alives need: no authentication, no other method. An answer is twelve octets longer than the shortest
request; the guard counts those of strangers, so that nobody can be flooded by way of us.
"""

from __future__ import annotations

from ipaddress import ip_address
from struct import pack, unpack_from

COOKIE = 0x2112A442
HEADER = 20
"""Octets of type, length, cookie and transaction."""
BINDING_REQUEST, BINDING_SUCCESS, BINDING_ERROR = 0x0001, 0x0101, 0x0111
_ERROR_CODE, _UNKNOWN_ATTRIBUTES, _XOR_MAPPED_ADDRESS = 0x0009, 0x000A, 0x0020
_UNDERSTOOD = frozenset((0x0006, 0x0008, 0x0020))
"""Attributes that must be understood and may be passed over here: who asks, and the integrity of the question."""
_OPTIONAL = 0x8000
_MOST_ATTRIBUTES = 16
_LONGEST = 548
"""Octets of a request that crosses any network whole (RFC 8489 s.6.1)."""


def is_stun(data: bytes) -> bool:
    """Whether a datagram is a STUN message: no SIP message begins like this."""
    return len(data) >= HEADER and data[0] < 4 and unpack_from("!I", data, 4)[0] == COOKIE


def answer(data: bytes, source: tuple[str, int]) -> bytes | None:
    """The answer to a request; None for all else, which is not ours to answer (RFC 8489 s.6.3)."""
    kind, length = unpack_from("!HH", data)
    if kind != BINDING_REQUEST or length % 4 or len(data) != HEADER + length or len(data) > _LONGEST:
        return None
    unknown = _unknown_attributes(data)
    if unknown is None:
        return None
    transaction = data[4:HEADER]
    if unknown:
        refusal = pack("!HHBBH", _ERROR_CODE, 4, 0, 0, 4 << 8 | 20)
        listed = pack(f"!HH{len(unknown)}H", _UNKNOWN_ATTRIBUTES, 2 * len(unknown), *unknown)
        return _message(BINDING_ERROR, transaction, refusal + listed + bytes(-len(listed) % 4))
    return _message(BINDING_SUCCESS, transaction, _xor_mapped(source, transaction))


def binding_request(transaction: bytes) -> bytes:
    """A question of ours; `transaction` are twelve unguessable octets."""
    return pack("!HHI", BINDING_REQUEST, 0, COOKIE) + transaction


def mapped_address(data: bytes, transaction: bytes) -> tuple[str, int] | None:
    """The address that an answer to our question tells us of; None when it is no such answer."""
    if data[8:HEADER] != transaction or unpack_from("!H", data)[0] != BINDING_SUCCESS:
        return None
    at = HEADER
    while at + 8 <= len(data):
        kind, length = unpack_from("!HH", data, at)
        value = data[at + 4 : at + 4 + length]
        if kind == _XOR_MAPPED_ADDRESS and length in (8, 20) and len(value) == length:
            port = unpack_from("!H", value, 2)[0] ^ COOKIE >> 16
            return str(ip_address(_xor(value[4:], data[4:HEADER]))), port
        at += 4 + length + -length % 4
    return None


def _unknown_attributes(data: bytes) -> list[int] | None:
    """The attributes that must be understood and are not; None when they cannot be told apart."""
    unknown: list[int] = []
    at = HEADER
    for _ in range(_MOST_ATTRIBUTES):
        if at == len(data):
            return unknown
        kind, length = unpack_from("!HH", data, at)
        at += 4 + length + -length % 4
        if at > len(data):
            return None
        if kind < _OPTIONAL and kind not in _UNDERSTOOD and kind not in unknown:
            unknown.append(kind)
    return unknown if at == len(data) else None


def _xor_mapped(source: tuple[str, int], transaction: bytes) -> bytes:
    """XOR-MAPPED-ADDRESS (RFC 8489 s.14.2); `transaction` begins with the cookie."""
    address = ip_address(source[0].partition("%")[0])
    octets = _xor(address.packed, transaction)
    family = 1 if address.version == 4 else 2
    head = pack("!HHBBH", _XOR_MAPPED_ADDRESS, 4 + len(octets), 0, family, source[1] ^ COOKIE >> 16)
    return head + octets


def _xor(octets: bytes, key: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(octets, key, strict=False))


def _message(kind: int, transaction: bytes, attributes: bytes) -> bytes:
    return pack("!HH", kind, len(attributes)) + transaction + attributes

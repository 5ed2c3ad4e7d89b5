"""A question as JSON in one buffer that can be wiped: secrets go from their own buffer into it and nowhere else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from base.secret import Secret

if TYPE_CHECKING:
    from ivr.io.back_end.question import Question

_HARMLESS = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz*#+-")
"""What a secret may hold: nothing of it needs an escape in JSON."""


def request_body(question: Question) -> bytearray | None:
    """The body; None where a secret holds what no key gives.

    It is made at its full length: a buffer that grows leaves copies of what it held behind.
    """
    pieces: list[bytes | Secret] = [_head(question)]
    comma = b""
    for name, value in question.fields.items():
        pieces.append(comma + json.dumps(name).encode() + b":")
        if isinstance(value, Secret):
            if not value.lend(_HARMLESS.issuperset):
                return None
            pieces += [b'"', value, b'"']
        else:
            pieces.append(json.dumps(value).encode())
        comma = b","
    pieces.append(b"}}")
    body = bytearray(sum(map(len, pieces)))
    at = 0
    for each in pieces:
        _put(body, at, each)
        at += len(each)
    return body


def wipe(body: bytearray) -> None:
    """Overwrite it. Copies that the TLS library and the kernel made for sending are out of reach."""
    for at in range(len(body)):
        body[at] = 0


def _head(question: Question) -> bytes:
    said = {
        "client": question.client,
        "contact": question.contact,
        "caller": question.caller,
        "attestation": question.attestation,
        "customer": question.customer,
    }
    known = json.dumps({name: value for name, value in said.items() if value is not None})
    return known[:-1].encode() + b', "fields": {'


def _put(body: bytearray, at: int, piece: bytes | Secret) -> None:
    if isinstance(piece, bytes):
        body[at : at + len(piece)] = piece
        return
    with memoryview(body) as whole, whole[at : at + len(piece)] as place:
        piece.lend(lambda held: _copy(held, place))


def _copy(held: memoryview, place: memoryview) -> None:
    place[:] = held

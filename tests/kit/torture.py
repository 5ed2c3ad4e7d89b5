"""The torture messages of RFC 4475 and RFC 5118, octet for octet, and what each deserves."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "data" / "torture"
NAMES = sorted(path.stem for path in FOLDER.glob("*.dat"))

STRAY = {"unreason", "noreason", "scalarlg", "bigcode", "bcast"}
"""Responses to nothing: dropped without a word."""
HALF = {"baddn", "clerr"}
"""Over a stream their ends never come: one lacks its empty line, the other most of its body."""
ANSWERS = {
    "badinv01": {400},
    "clerr": {400},
    "ncl": {400},
    "scalar02": {400},
    "quotbal": {400},
    "mismatch01": {400},
    "insuf": {400},
    "multi01": {400},
    "mcl01": {400},
    "ltgtruri": {400},
    "lwsruri": {400},
    "lwsstart": {400},
    "trws": {400},
    "regbadct": {400},
    "baddn": {400},
    "badvers": {505},
    "mismatch02": {400, 501},
    "intmeth": {405},
    "esc02": {405},
    "unkscm": {416},
    "novelsc": {416},
    "bext01": {420},
    "invut": {415},
    "sdp01": {406},
    "zeromf": {200},
    "wsinv": {481},
    "esc01": {200},
    "escnull": {200},
    "lwsdisp": {200},
    "longreq": {200},
    "dblreq": {200},
    "semiuri": {200},
    "transports": {200},
    "mpart01": {405},
    "baddate": {200},
    "badbranch": {200},
    "badaspec": {200, 400},
    "escruri": {200, 400},
    "unksm2": {200, 400},
    "regaut01": {200},
    "cparam01": {200},
    "cparam02": {200},
    "regescrt": {200},
    "inv2543": {200},
    # RFC 5118
    "ipv6-good": {200},
    "ipv6-bad": {400},
    "port-ambiguous": {200},
    "port-unambiguous": {200},
    "via-received-param-with-delim": {481},
    "via-received-param-no-delim": {200},
    "ipv6-in-sdp": {200},
    "mult-ip-in-header": {481},
    "mult-ip-in-sdp": {200},
    "ipv4-mapped-ipv6": {200},
    "ipv6-bug-abnf-3-colons": {200},
    "ipv6-correct-abnf-2-colons": {200},
}
"""A final answer to each request; where 200 is possible it stands for "as if nothing were odd about it"."""


def torture(name: str) -> bytes:
    """One message."""
    return (FOLDER / f"{name}.dat").read_bytes()


def is_right(name: str, status: int, *, challenged: bool = False) -> bool:
    """Whether a server may answer so that knows nobody of these messages, and perhaps lets in nobody."""
    right = ANSWERS[name]
    if 200 in right:
        return status >= 200 and (status != 400 or 400 in right)
    return status in right or (challenged and status in (401, 403) and 400 not in right)

"""The Reason header (RFC 3326; in responses RFC 6432): read with bounds, written, and passed from leg to leg."""

from __future__ import annotations

from typing import NamedTuple

from sip.causes import cause_of
from sip.errors import ParseError
from sip.grammar import bounded, is_token, number, parameters, quote, split, unquote

_MOST = 4
"""Values read of one message."""
_LONGEST = 128
"""Letters kept of a text."""


class Reason(NamedTuple):
    """One value: why something was ended or refused, in the words of one protocol."""

    protocol: str
    cause: int | None = None
    text: str = ""

    @property
    def written(self) -> str:
        """As a header value."""
        cause = f";cause={self.cause}" if self.cause is not None else ""
        text = f";text={quote(self.text)}" if self.text else ""
        return f"{self.protocol}{cause}{text}"


ELSEWHERE = Reason("SIP", 200, "Call completed elsewhere")
"""Another phone that rang for the same call was quicker (RFC 3326 s.2)."""
TIMER_EXPIRED = Reason("SIP", 408, "Session timer expired")


def reasons_of(values: list[str]) -> tuple[Reason, ...]:
    """The Reason values of a message; what cannot be read is left out."""
    found: list[Reason] = []
    for line in values:
        try:
            for value in split(line, ","):
                if len(found) == _MOST:
                    return tuple(found)
                protocol, *rest = split(value, ";")
                params = parameters(rest)
                if not is_token(protocol) or len(protocol) > 16:
                    continue
                cause = params.get("cause")
                text = bounded(unquote(params.get("text") or ""), _LONGEST)
                found.append(Reason(protocol, number(cause, 999, "cause") if cause else None, text))
        except ParseError:
            continue
    return tuple(found)


def cause_in(reasons: tuple[Reason, ...]) -> int | None:
    """The Q.850 cause that they name, or that the SIP status among them means."""
    for each in reasons:
        if each.protocol.upper() == "Q.850" and each.cause is not None and each.cause <= 127:
            return each.cause
    for each in reasons:
        if each.protocol.upper() == "SIP" and each.cause is not None and 200 <= each.cause <= 699:
            return cause_of(each.cause)
    return None


def text_in(reasons: tuple[Reason, ...]) -> str | None:
    """The first text that they hold."""
    return next((each.text for each in reasons if each.text), None)


def headers_for(reasons: tuple[Reason, ...], cause: int) -> tuple[tuple[str, str], ...]:
    """Reason headers of a message of ours: what was passed on to us, else the bare cause."""
    return tuple(("Reason", each.written) for each in reasons or (Reason("Q.850", cause),))

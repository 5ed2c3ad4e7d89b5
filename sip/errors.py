"""Errors of the SIP endpoint. Peer input never raises past the stack; these are caught at its door."""

from __future__ import annotations

from base.errors import CentralitaError, LocalProtocolError, RemoteProtocolError


class ParseError(RemoteProtocolError):
    """A message, header or URI that breaks the grammar (RFC 3261 s.25)."""

    code = "sip_parse_error"
    status = 400
    cause = 111


class UnreadableMessage(ParseError):
    """Not even enough of a SIP message to answer it: dropped and counted."""

    code = "sip_unreadable_message"


class SessionStateError(LocalProtocolError):
    """A command that the session's present state does not allow."""

    code = "session_state_error"


class UnresolvedTarget(LocalProtocolError):
    """A target whose host is a name and that came without a literal destination."""

    code = "unresolved_target"
    status = 503
    cause = 41


class ServersUnavailable(LocalProtocolError):
    """All servers of a target asked to be left alone for a while (RFC 3261 s.21.5.4)."""

    code = "servers_unavailable"
    status = 503
    cause = 42


class SdpError(RemoteProtocolError):
    """A session description that breaks RFC 8866."""

    code = "bad_session_description"
    status = 400
    cause = 111


class NoCommonCodec(CentralitaError):
    """An offer or answer with no audio that we can take (RFC 3261 s.13.3.1.3: 488)."""

    code = "no_common_codec"
    status = 488
    cause = 88


class OfferGlare(RemoteProtocolError):
    """An offer that crossed ours, or came before the last was answered (RFC 3261 s.14.2: 491)."""

    code = "offer_glare"
    status = 491
    cause = 127


class UnusableChallenge(RemoteProtocolError):
    """A demand for credentials that we cannot meet: another scheme or algorithm, or a damaged one."""

    code = "unusable_challenge"
    status = 401
    cause = 57


class WeakPassword(CentralitaError):
    """A password too easy to guess for an account that strangers can try."""

    code = "weak_password"
    status = 400


class RegisterRefused(RemoteProtocolError):
    """A REGISTER that cannot be carried out; the text is the reason phrase."""

    code = "register_refused"

    def __init__(self, status: int, reason: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        """Say what the phone is told."""
        super().__init__(reason)
        self.status = status
        self.headers = headers


class SubscriptionRefused(RemoteProtocolError):
    """A SUBSCRIBE that cannot be carried out."""

    code = "subscription_refused"

    def __init__(
        self, status: int, reason: str | None = None, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """Say what the subscriber is told; the reason phrase is the usual one unless given."""
        super().__init__(reason or str(status))
        self.status = status
        self.reason = reason
        self.headers = headers

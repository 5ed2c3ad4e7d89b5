"""Who calls and who may know it: what trunks assert (RFC 3325), what callers hide (RFC 3323), what peers are told."""

from __future__ import annotations

import pytest

from sip.identity.identity import IdentityMode, Sender, is_private, presented, sender_of, unmet_privacy
from sip.message import Request, fields_of
from sip.target import CallerIdentity, Target
from tests.kit.builders import OFFER
from tests.kit.phone import Peer

FROM = ("From", '"Bob" <sip:bob@192.0.2.2>;tag=1')


def invite(*headers: tuple[str, str], sender: tuple[str, str] = FROM) -> Request:
    return Request("INVITE", "sip:100@x", fields_of((sender, *headers)))


@pytest.mark.parametrize(
    ("headers", "user"),
    [
        ((), "bob"),
        ((("P-Asserted-Identity", '"Ann" <sip:+34600@carrier>'),), "+34600"),
        ((("P-Asserted-Identity", "<tel:+34-600>, <sip:0600@carrier>"),), "0600"),
        ((("P-Asserted-Identity", "<tel:+34-600>"),), "+34600"),
        ((("P-Asserted-Identity", "<sip:carrier>"),), "bob"),
        ((("P-Asserted-Identity", '"broken <sip:a@b>'),), "bob"),
        ((("Remote-Party-ID", "<sip:77@carrier>;party=calling;privacy=off"),), "77"),
        ((("P-Preferred-Identity", "<sip:77@carrier>"),), "bob"),
    ],
)
def test_what_a_trusted_trunk_asserts_goes_before_from(
    headers: tuple[tuple[str, str], ...], user: str
) -> None:
    """RFC 3325 s.9.1; P-Preferred-Identity (s.9.2) is a phone's wish and nobody's word."""
    assert sender_of(invite(*headers), is_trusted=True).user == user
    assert sender_of(invite(*headers), is_trusted=False).user == "bob"


def test_numbers_and_names_are_kept_in_bounds() -> None:
    sender = ("From", f'"{"n" * 300}\udc80\x07" <sip:{"9" * 300}%0d%0aX%00@h>;tag=1')
    found = sender_of(invite(sender=sender), is_trusted=False)
    assert found == Sender("9" * 64, "n" * 80, is_private=False)
    short = ("From", '"a\u202eb\tc" <sip:1%0d%0aVia:x@h>;tag=1')
    assert sender_of(invite(sender=short), is_trusted=False) == Sender("1Via", "abc", is_private=False)


@pytest.mark.parametrize(
    ("headers", "sender", "hidden"),
    [
        ((), FROM, False),
        ((("Privacy", "id"),), FROM, True),
        ((("Privacy", "user;critical"),), FROM, True),
        ((("Privacy", "HEADER , id"),), FROM, True),
        ((("Privacy", "none"),), FROM, False),
        ((("Privacy", "critical"),), FROM, False),
        ((("Remote-Party-ID", "<sip:1@h>;privacy=full"),), FROM, True),
        ((), ("From", '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1'), True),
        ((), ("From", "<sip:Anonymous@carrier>;tag=1"), True),
        ((("Privacy", "none"),), ("From", "<sip:anonymous@anonymous.invalid>;tag=1"), False),
    ],
)
def test_what_makes_a_caller_private(
    headers: tuple[tuple[str, str], ...], sender: tuple[str, str], *, hidden: bool
) -> None:
    """RFC 3323 s.4.2, RFC 3325 s.9.3."""
    assert is_private(invite(*headers, sender=sender)) is hidden


@pytest.mark.parametrize(("value", "unmet"), [("id;critical", False), ("x;critical", True), ("x", False)])
def test_privacy_that_we_do_not_know_may_be_critical(value: str, *, unmet: bool) -> None:
    """RFC 3323 s.5."""
    assert unmet_privacy(invite(("Privacy", value))) is unmet


KNOWN = CallerIdentity("+34600", "Bob")
HIDDEN = CallerIdentity("+34600", is_private=True)
PAI = ("P-Asserted-Identity", '"Bob" <sip:+34600@h>')
RPID = ("Remote-Party-ID", '"Bob" <sip:+34600@h>;party=calling;privacy=off;screen=yes')


@pytest.mark.parametrize(
    ("mode", "headers"),
    [("from", ()), ("asserted", (PAI,)), ("remote-party-id", (RPID,)), ("both", (PAI, RPID))],
)
def test_each_peer_is_told_in_the_way_it_is_set_to(
    mode: IdentityMode, headers: tuple[tuple[str, str], ...]
) -> None:
    assert presented(KNOWN, mode, "h") == ('"Bob" <sip:+34600@h>', headers)


def test_a_private_number_goes_to_trusted_peers_only_and_never_into_from() -> None:
    """RFC 3323 s.4.1.1.3 for From, RFC 3325 s.7 for the trust domain."""
    anonymous = '"Anonymous" <sip:anonymous@anonymous.invalid>'
    assert presented(HIDDEN, "from", "h") == (anonymous, ())
    asserted = ("P-Asserted-Identity", "<sip:+34600@h>")
    assert presented(HIDDEN, "asserted", "h") == (anonymous, (asserted, ("Privacy", "id")))
    _, headers = presented(HIDDEN, "remote-party-id", "h")
    assert headers[0][1].endswith("privacy=full;screen=yes")


def test_a_private_caller_without_number_has_nothing_to_assert() -> None:
    shown, headers = presented(CallerIdentity("", is_private=True), "both", "h")
    assert (shown, headers) == ('"Anonymous" <sip:anonymous@anonymous.invalid>', ())


def placed(target: Target, caller: CallerIdentity = HIDDEN) -> tuple[Peer, Request]:
    peer = Peer()
    peer.stack.invite(target, caller=caller, body=OFFER, now=0.0)
    (first,) = peer.hear()
    assert isinstance(first, Request)
    return peer, first


def test_our_invite_carries_it() -> None:
    _, invite = placed(Target("sip:1@192.0.2.2:5070", identity="asserted"))
    assert invite.from_.uri_text == "sip:anonymous@anonymous.invalid"
    assert invite.header("P-Asserted-Identity") == "<sip:+34600@192.0.2.1>"
    assert invite.header("Privacy") == "id"
    _, invite = placed(Target("sip:1@192.0.2.2:5070"))
    assert b"34600" not in invite.encode()


def test_an_alternative_that_is_not_trusted_is_told_nothing() -> None:
    other = Target("sip:1@192.0.2.2:5080")
    peer, invite = placed(Target("sip:1@192.0.2.2:5070", identity="asserted", alternatives=(other,)))
    _, again = peer.reply(invite, 503)
    assert isinstance(again, Request)
    assert again.uri_text == other.uri
    assert b"34600" not in again.encode()

"""Redirected calls tell for whom they were meant (Diversion: RFC 5806; History-Info: RFC 7044; both: RFC 7544)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.identity.diversion import MOST, Diversion, diversion_headers, diversions_of
from sip.message import Request, fields_of
from sip.target import CallerIdentity, Target
from tests.kit.builders import OFFER
from tests.kit.phone import Peer

if TYPE_CHECKING:
    from sip.message import Extra


def read(*headers: tuple[str, str]) -> tuple[Diversion, ...]:
    return diversions_of(Request("INVITE", "sip:100@x", fields_of(headers)))


BUSY = Diversion("300", "user-busy")
GONE = Diversion("+34910", "no-answer", is_private=True)


@pytest.mark.parametrize(
    "headers",
    [
        (
            ("Diversion", '"Ana" <sip:300@pbx>;reason=user-busy;counter=1'),
            ("Diversion", "<tel:+34-910>;reason=no-answer;privacy=full"),
        ),
        (
            (
                "Diversion",
                '<sip:300@pbx>;Reason="user-busy", <sip:+34910@pbx>;reason=No-Answer;privacy="name"',
            ),
        ),
        (
            (
                "History-Info",
                "<sip:+34910@pbx?Privacy=history>;index=1, <sip:300@pbx;cause=408>;index=1.1;mp=1",
            ),
            ("History-Info", "<sip:500@pbx;cause=486>;index=1.1.1;mp=1.1"),
        ),
        (
            ("History-Info", "<sip:500@pbx;cause=486>;index=1.1.1"),
            ("History-Info", "<sip:300@pbx;cause=408>;index=1.1"),
            ("History-Info", "<sip:+34910@pbx?Privacy=history>;index=1"),
        ),
    ],
)
def test_who_passed_the_call_on_is_read_the_latest_first(headers: tuple[tuple[str, str], ...]) -> None:
    assert read(*headers) == (BUSY, GONE)


def test_one_entry_of_history_is_no_redirection() -> None:
    assert read(("History-Info", "<sip:300@pbx>;index=1")) == ()


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        '"open',
        "<sip:300@pbx>;reason=;",
        "<sip:@pbx>",
        "<sip:pbx>",
        "<mailto:a@b>",
        "<sip:%0d%0a@pbx>",
    ],
)
def test_what_cannot_be_read_is_left_out(value: str) -> None:
    assert read(("Diversion", value)) == ()
    assert read(("History-Info", value), ("History-Info", "<sip:1@h>;index=2")) == ()


def test_hostile_values_are_kept_in_bounds() -> None:
    many = [("Diversion", f"<sip:{n}@pbx>;reason={'r' * 200}") for n in range(100)]
    found = read(*many)
    assert len(found) == MOST
    assert found[0].reason == "unknown"
    assert len(read(("Diversion", f"<sip:{'9' * 500}@pbx>"))[0].user) == 64
    assert (
        read(("History-Info", f"<sip:1@h>;index={'1.' * 500}1"), ("History-Info", "<sip:2@h>;index=x")) == ()
    )


USERS = st.text(st.sampled_from("0123456789+abc"), min_size=1, max_size=20)
REASONS = st.sampled_from(["user-busy", "no-answer", "unconditional", "unavailable", "deflection", "unknown"])
DIVERSIONS = st.lists(
    st.builds(Diversion, USERS, REASONS, st.booleans()),
    min_size=1,
    max_size=5,
    unique_by=lambda each: each.user,
)


@given(DIVERSIONS)
def test_each_header_is_read_as_it_was_written(diversions: list[Diversion]) -> None:
    headers = diversion_headers(tuple(diversions), "192.0.2.1", "sip:9@192.0.2.9")
    for name in ("Diversion", "History-Info"):
        assert read(*(line for line in headers if line[0] == name)) == tuple(diversions)


def test_our_invite_tells_a_trunk_what_happened_before() -> None:
    peer = Peer()
    target = Target("sip:9@192.0.2.2:5070", diversions=(BUSY,))
    peer.stack.invite(target, caller=CallerIdentity("1"), body=OFFER, now=0.0)
    (invite,) = peer.hear()
    assert invite.headers("Diversion") == ["<sip:300@192.0.2.1>;reason=user-busy"]
    assert invite.headers("History-Info") == [
        "<sip:300@192.0.2.1>;index=1",
        "<sip:9@192.0.2.2:5070;cause=486>;index=1.1;mp=1",
    ]


def test_a_call_that_was_not_redirected_says_nothing_of_it() -> None:
    nothing: Extra = ()
    assert diversion_headers((), "h", "sip:1@h") == nothing

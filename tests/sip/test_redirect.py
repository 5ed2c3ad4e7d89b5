"""Where a 3xx sends us (RFC 3261 s.8.1.3.4, s.19.1.5, s.21.3): read in order and in bounds, and only told."""

from __future__ import annotations

import pytest

from sip.events import SessionRefused
from sip.session.redirect import MOST
from tests.kit.phone import Peer


def targets(*contacts: str, status: int = 302) -> tuple[str, ...]:
    """What is told of a refusal with these Contact lines."""
    peer = Peer()
    _, invite = peer.placed_call()
    headers = tuple(("Contact", each) for each in contacts)
    peer.reply(invite, status, headers=headers, contact=None)
    refused = peer.event(SessionRefused)
    assert refused.status == status
    peer.assert_over()
    return refused.targets


@pytest.mark.parametrize("status", [300, 301, 302])
def test_contacts_are_told_the_best_first_and_in_their_order(status: int) -> None:
    found = targets(
        "<sip:a@h>;q=0.2, <sip:b@h>", '"C" <sips:c@h>;q=0.20', "<sip:d@h;transport=tcp>;q=1", status=status
    )
    assert found == ("sip:b@h", "sip:d@h;transport=tcp", "sip:a@h", "sips:c@h")


@pytest.mark.parametrize("status", [305, 380, 486, 600])
def test_what_is_no_move_names_no_targets(status: int) -> None:
    assert targets("<sip:a@h>", status=status) == ()


def test_a_tel_uri_is_told_and_other_schemes_are_not() -> None:
    assert targets("<tel:+34-600>, <mailto:a@h>, <http://h/>, <sip:a@h>") == ("tel:+34-600", "sip:a@h")


def test_header_parts_and_other_methods_are_not_taken_over() -> None:
    """S.19.1.5: they would put headers of a stranger's choice into our INVITE."""
    assert targets("<sip:a@h?Replaces=x%3bto-tag%3d1&Subject=y>") == ("sip:a@h",)
    assert targets("<sip:a@h;method=REFER>, <sip:b@h;method=INVITE>") == ("sip:b@h;method=INVITE",)


@pytest.mark.parametrize(
    "contact",
    ["", "<sip:\u00e1@h>", '"open', "*", "<sip:>", "<sip:%zz@h>", f"<sip:{'a' * 300}@h>", "<sip:a@h>;q=0"],
)
def test_what_cannot_be_used_is_left_out(contact: str) -> None:
    assert targets(contact) == ()


@pytest.mark.parametrize("q", ["x", "2", "-1", "0.12345", "", "1e9", "nan"])
def test_a_preference_that_is_none_counts_as_the_best(q: str) -> None:
    assert targets(f"<sip:a@h>;q=0.9, <sip:b@h>;q={q or 1}") == ("sip:b@h", "sip:a@h")


def test_repeated_and_too_many_contacts_are_cut() -> None:
    assert targets("<sip:a@h>, <sip:a@h>;q=0.1") == ("sip:a@h",)
    assert len(targets(*(f"<sip:{n}@h>" for n in range(50)))) == MOST

"""A contact that is passed on to another caller."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from calls.contact import Contact

if TYPE_CHECKING:
    from calls.leg import Leg


def test_what_is_known_of_one_caller_is_not_kept_for_the_next() -> None:
    contact = Contact("c", ani="+34911222333", display="Ana", dnis="2", record=lambda *_: None)
    contact.attributes = {"due": "4250 EUR", "last4": "4444", "tracking": "217000000000"}
    contact.is_identified = True
    contact.pass_to(cast("Leg", SimpleNamespace(id="l", account=None, number="1002")))
    assert contact.attributes == {"tracking": "217000000000"}
    assert (contact.ani, contact.is_identified) == ("1002", False)

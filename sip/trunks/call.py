"""Who calls and who is called in a carrier's INVITE, in the centre's own numbers: rewritten to E.164."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sip.errors import ParseError
from sip.values import NameAddr

if TYPE_CHECKING:
    from sip.events import Caller
    from sip.message import Request
    from sip.trunks.trunk import Trunk


def in_our_numbers(trunk: Trunk, request: Request, caller: Caller) -> Caller:
    """The caller with both numbers as the number plan has them."""
    user = trunk.numbers.received(caller.user)
    if user != caller.user:
        caller = replace(caller, user=user)
    dialled = trunk.numbers.received(_dialled(trunk, request))
    return caller if dialled == request.uri.subscriber else replace(caller, dialled=dialled)


def _dialled(trunk: Trunk, request: Request) -> str:
    """What was dialled: the request-URI says it, unless that is the contact that we registered."""
    user = request.uri.subscriber
    if trunk.login is None or not ("line" in request.uri.params or user == trunk.login):
        return user
    for value in (*request.listed("P-Called-Party-ID")[:1], request.required("To")):
        called = _user_of(value)
        if called and called != trunk.login:
            return called
    return trunk.number or user


def _user_of(value: str) -> str:
    try:
        return NameAddr.parse(value).uri.subscriber
    except ParseError:
        return ""

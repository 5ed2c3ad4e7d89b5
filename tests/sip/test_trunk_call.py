"""Calls of trunks that are known by our registration or by where their host leads, and what was dialled in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from base.ids import SequenceIds
from sip.admission import ProfileAdmission
from sip.digest.credentials import HashedSecrets
from sip.flow import Flow
from sip.profile import ExternalProfile, InternalProfile, Profiles
from sip.trunks.rewriting import NumbersPart
from sip.trunks.trunk import Trunk
from sip.verdicts import Admitted, Challenge
from tests.kit.builders import LOCAL, parsed_request, request

if TYPE_CHECKING:
    from sip.events import Caller

TRUNK = Trunk(
    name="carrier",
    host="carrier.example",
    login="we",
    number="+34910000099",
    numbers=NumbersPart(country="34", incoming="national"),
)
STRANGER = Flow("UDP", LOCAL, ("198.51.100.7", 5060))


def admission(*trunks: Trunk) -> ProfileAdmission:
    """Admission by these trunks."""
    profiles = Profiles(InternalProfile(realm="x"), ExternalProfile(trunks=trunks or (TRUNK,)))
    return ProfileAdmission(profiles, HashedSecrets(), SequenceIds())


def caller(made: ProfileAdmission, **parts: Any) -> Caller | None:
    """Who calls in an INVITE from somewhere; None for somebody who is challenged."""
    verdict = made.admit(parsed_request(request(**parts), STRANGER), STRANGER, 0.0)
    assert isinstance(verdict, Admitted | Challenge)
    return verdict.caller if isinstance(verdict, Admitted) else None


def test_a_call_to_the_contact_that_we_registered_is_the_trunks() -> None:
    made = admission()
    made.sources.register("carrier", "a1b2")
    found = caller(made, uri="sip:we@192.0.2.1;line=a1b2")
    assert found is not None
    assert (found.trunk, found.profile) == ("carrier", "external")


def test_another_line_is_nobodys() -> None:
    made = admission()
    made.sources.register("carrier", "a1b2")
    for line in ("", ";line", ";line=a1b3", ";lin=a1b2"):
        assert caller(made, uri=f"sip:we@192.0.2.1{line}") is None
    made.sources.forget("carrier")
    assert caller(made, uri="sip:we@192.0.2.1;line=a1b2") is None


def test_two_accounts_at_one_carrier_are_told_apart_by_their_lines() -> None:
    made = admission(TRUNK, TRUNK.model_copy(update={"name": "other", "login": "they"}))
    for name, line in (("carrier", "a"), ("other", "b")):
        made.sources.learn(name, [STRANGER.remote[0]])
        made.sources.register(name, line)
    for line, name in (("a", "carrier"), ("b", "other")):
        found = caller(made, uri=f"sip:x@192.0.2.1;line={line}")
        assert found is not None
        assert found.trunk == name


def test_a_call_from_where_the_carriers_name_leads_is_the_trunks_as_long_as_it_leads_there() -> None:
    made = admission()
    assert caller(made) is None
    made.sources.learn("carrier", ["198.51.100.7", "198.51.100.8"])
    found = caller(made)
    assert found is not None
    assert found.trunk == "carrier"
    made.sources.learn("carrier", ["198.51.100.9"])
    assert caller(made) is None


@pytest.mark.parametrize(
    ("uri", "to", "headers", "dialled"),
    [
        ("sip:910000001@192.0.2.1", "910000001", (), "+34910000001"),
        ("sip:we@192.0.2.1;line=a", "910000001", (), "+34910000001"),
        ("sip:we@192.0.2.1", "910000001", (), "+34910000001"),
        ("sip:we@192.0.2.1;line=a", "we", (), "+34910000099"),
        (
            "sip:we@192.0.2.1;line=a",
            "we",
            (("P-Called-Party-ID", "<sip:910000002@carrier.example>"),),
            "+34910000002",
        ),
        ("sip:we@192.0.2.1;line=a", "we", (("P-Called-Party-ID", "<<<"),), "+34910000099"),
    ],
)
def test_the_number_dialled_is_found_where_the_carrier_puts_it(
    uri: str, to: str, headers: tuple[tuple[str, str], ...], dialled: str
) -> None:
    made = admission()
    made.sources.learn("carrier", [STRANGER.remote[0]])
    made.sources.register("carrier", "a")
    found = caller(made, uri=uri, without=("To",), headers=(("To", f"<sip:{to}@carrier.example>"), *headers))
    assert found is not None
    assert found.dialled == dialled


def test_the_callers_number_is_rewritten_too() -> None:
    made = admission()
    made.sources.learn("carrier", [STRANGER.remote[0]])
    found = caller(
        made,
        uri="sip:+34910000001@192.0.2.1",
        without=("From",),
        headers=(("From", "<sip:600111222@carrier.example>;tag=f"),),
    )
    assert found is not None
    assert (found.user, found.dialled) == ("+34600111222", "")

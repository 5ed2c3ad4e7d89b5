"""What admission believes of who calls: accounts prove it, trunks are taken at their word (RFC 3325, RFC 3323)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sip.identity.diversion import Diversion
from sip.identity.identity import IdentityRules
from sip.profile import Account, ExternalProfile, InternalProfile, Profiles
from sip.verdicts import Admitted, Refuse
from tests.sip.test_admission import CARRIER, admission, ask, credentials

if TYPE_CHECKING:
    from sip.admission import ProfileAdmission

__all__ = ["admission"]

DIVERSION = ("Diversion", "<sip:300@carrier>;reason=user-busy")


def test_a_trunks_caller_may_be_private_and_may_have_been_redirected(admission: ProfileAdmission) -> None:
    verdict = ask(admission, ("Privacy", "id"), DIVERSION, source=CARRIER)
    assert isinstance(verdict, Admitted)
    assert verdict.caller.is_private
    assert verdict.caller.diversions == (Diversion("300", "user-busy"),)


@pytest.mark.parametrize("name", ["P-Asserted-Identity", "P-Preferred-Identity", "Remote-Party-ID"])
def test_a_phone_asserts_nothing_but_may_ask_for_privacy(admission: ProfileAdmission, name: str) -> None:
    """RFC 3325 s.5: from outside the trust domain none of it counts."""
    said = (credentials(ask(admission)), (name, '"Boss" <sip:1@centralita>'), DIVERSION)
    verdict = ask(admission, *said)
    assert isinstance(verdict, Admitted)
    assert (verdict.caller.user, verdict.caller.display) == ("1001", "Ana")
    assert verdict.caller.diversions == ()
    assert not verdict.caller.is_private
    verdict = ask(admission, credentials(ask(admission)), ("Privacy", "id"))
    assert isinstance(verdict, Admitted)
    assert verdict.caller.is_private


def test_privacy_that_is_critical_and_unknown_is_refused(admission: ProfileAdmission) -> None:
    """RFC 3323 s.5."""
    critical = ("Privacy", "invisibility;critical")
    for verdict in (
        ask(admission, critical, source=CARRIER),
        ask(admission, credentials(ask(admission)), critical),
    ):
        assert isinstance(verdict, Refuse)
        assert verdict.status == 500


def test_each_peer_is_told_of_callers_as_its_profile_says() -> None:
    internal = InternalProfile(
        realm="x", accounts={"1": Account()}, identity="remote-party-id", show_private=True
    )
    trunks = [
        {"name": "friend", "addresses": [CARRIER], "identity": "both"},
        {"name": "other", "addresses": ["198.51.100.9"], "diversion": False},
    ]
    profiles = Profiles(internal, ExternalProfile.model_validate({"trunks": trunks}))
    assert profiles.identity("internal", None, CARRIER) == IdentityRules(
        "remote-party-id", shows_private=True
    )
    assert profiles.identity("external", None, CARRIER) == IdentityRules("both", tells_diversions=True)
    assert profiles.identity("external", "other", CARRIER) == IdentityRules()
    assert profiles.identity("external", None, "192.0.2.1") == IdentityRules()
    assert profiles.identity("external", None, "name.example") == IdentityRules()

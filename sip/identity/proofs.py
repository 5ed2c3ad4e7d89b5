"""What a trunk's callers must prove of their numbers, as the profile says (RFC 8224 s.6.2.2): marked, or refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sip.identity.identity import named_by
from sip.identity.stir import Verifier, Verstat
from sip.verdicts import Refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from sip.events import Caller
    from sip.message import Request
    from sip.profile import Profiles
    from sip.trunks.trunk import Trunk

_TOO_WEAK = Refuse(403, "Forbidden (attestation)")


class Proofs:
    """Asks for the proof of each call."""

    __slots__ = ("_settings", "_verifier", "_wall")

    def __init__(self, profiles: Profiles, wall: Callable[[], float]) -> None:
        """`wall` tells the time in Unix seconds, which signatures are dated by."""
        self._wall = wall
        self.configure(profiles)

    def configure(self, profiles: Profiles) -> None:
        """Take over reloaded profiles; without certificates nothing is verified."""
        stir = self._settings = profiles.external.stir
        self._verifier = (
            Verifier(profiles.signers, freshness=stir.freshness, country=stir.country)
            if stir.certificates
            else None
        )

    def of(self, request: Request, trunk: Trunk, caller: Caller) -> Caller | Refuse:
        """The caller with what is proven of the number, or why the call does not come in. Raises ParseError.

        The number verified is the one that the caller is shown by: else somebody could have his own attested and be
        announced as another.
        """
        if self._verifier is None or request.method != "INVITE":
            return caller
        named = named_by(request, is_trusted=trunk.caller_number == "asserted")
        found = self._verifier.verify(request, named.uri, wall=self._wall())
        if found.refusal is not None and self._settings.required != "off":
            return found.refusal
        if found.verstat is Verstat.PASSED and not self._settings.is_enough(found.attestation):
            return _TOO_WEAK
        return replace(caller, verstat=str(found.verstat), attestation=found.attestation)

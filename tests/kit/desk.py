"""A registrar alone with its location, and a phone that counts its CSeq: REGISTER in, replies out, in virtual time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster.memory import MemoryLocation
from sip.events import Caller
from sip.flow import Flow
from sip.message import Request, fields_of
from sip.registrar.registrar import BindingRegistrar
from sip.registrar.request import RegistrationLimits

if TYPE_CHECKING:
    from sip.registrar.location import Binding
    from sip.verdicts import RegisterReply

ANA = Caller("internal", "1001", None, "1001", "Ana", "192.0.2.10:5060")
LIMITS = RegistrationLimits(minimum=60, default=300, maximum=3600, contacts=3)
SERVER = ("192.0.2.1", 5060)
HOME = ("192.0.2.10", 40001)


class Desk:
    """The registrar of accounts 1001 and 1002."""

    def __init__(self, limits: RegistrationLimits = LIMITS) -> None:
        """Begin with nobody registered."""
        self.location = MemoryLocation()
        self.registrar = BindingRegistrar(self.location, {"1001", "1002"}, limits)
        self.cseq = 0

    def register(
        self,
        *contacts: str,
        now: float = 0.0,
        to: str = "<sip:1001@centralita>",
        expires: str | None = None,
        call_id: str = "a@phone",
        cseq: int | None = None,
        source: tuple[str, int] = HOME,
        transport: str = "UDP",
        caller: Caller = ANA,
        headers: tuple[tuple[str, str], ...] = (),
        hops: int = 1,
    ) -> RegisterReply:
        """Send one REGISTER; without `cseq` it takes the next number. `hops` is how many Via it has."""
        self.cseq = self.cseq + 1 if cseq is None else cseq
        pairs = [("Via", f"SIP/2.0/UDP 10.0.0.{hop};branch=z9hG4bK{self.cseq}") for hop in range(hops)]
        pairs += [("To", to), ("From", to), ("Call-ID", call_id), ("CSeq", f"{self.cseq} REGISTER")]
        pairs += [("Contact", contact) for contact in contacts]
        pairs += [("Expires", expires)] if expires is not None else []
        request = Request("REGISTER", "sip:centralita", fields_of((*pairs, *headers)))
        request.flow = Flow(transport, SERVER, source)
        return self.registrar.handle(request, caller, now)

    def bindings(self, *, now: float = 0.0) -> tuple[Binding, ...]:
        """What is kept for account 1001."""
        return self.location.find("1001", now=now)

    def contacts(self, *, now: float = 0.0) -> list[str]:
        """The contacts of account 1001."""
        return [each.contact for each in self.bindings(now=now)]


def headers(reply: RegisterReply, name: str) -> list[str]:
    """The values of a header of a reply."""
    return [value for each, value in reply.headers if each == name]

"""A whole centre's SIP side in virtual time, and a phone of ours that registers and calls: real parts on both ends."""

from __future__ import annotations

from base.ids import SequenceIds
from base.secret import Secret
from cluster.memory import MemoryLocation
from sip.admission import ProfileAdmission
from sip.digest.credentials import HashedSecrets
from sip.digest.login import Login
from sip.events import InviteReceived, RegistrationAccepted, RegistrationRefused
from sip.profile import Account, DigestPart, ExternalProfile, InternalProfile, Profiles
from sip.registrar.registrar import BindingRegistrar
from sip.registrar.request import RegistrationLimits
from sip.stack import Stack
from tests.kit.builders import stack
from tests.kit.wire import End, Fate, Wire

SERVER = ("192.0.2.1", 5060)
PHONE = ("192.0.2.10", 40001)
REALM = "centralita"
ACCOUNT = "1001"
PASSWORD = "tangerine-Boat-42"
AOR = f"sip:{ACCOUNT}@192.0.2.1"


class Registered:
    """A phone and a centre on one wire."""

    def __init__(
        self,
        *,
        password: str = PASSWORD,
        limits: RegistrationLimits | None = None,
        nonce_lifetime: float = 300.0,
        fate: Fate | None = None,
    ) -> None:
        """Join them; `fate` (all datagrams alike) replaces the usual delay."""
        secrets = HashedSecrets()
        secrets.set_password(ACCOUNT, REALM, PASSWORD)
        internal = InternalProfile(
            realm=REALM, accounts={ACCOUNT: Account()}, digest=DigestPart(nonce_lifetime=nonce_lifetime)
        )
        profiles = Profiles(internal, ExternalProfile(trunks=()))
        ids = SequenceIds("s")
        self.location = MemoryLocation()
        registrar = BindingRegistrar(self.location, internal.accounts.keys(), limits or RegistrationLimits())
        centre = Stack(ids, admission=ProfileAdmission(profiles, secrets, ids), registrar=registrar)
        centre.listen("UDP", SERVER)
        self.login = Login(ACCOUNT, Secret(password))
        self.phone = End(stack("p", PHONE), PHONE)
        self.centre = End(centre, SERVER)
        self.wire = Wire(self.phone, self.centre, fate=None if fate is None else lambda _count, _data: fate)

    def bound(self) -> list[str]:
        """The contacts that the centre knows for the account now."""
        return [each.contact for each in self.location.find(ACCOUNT, now=self.wire.now)]

    def accepted(self) -> list[RegistrationAccepted]:
        """What the phone was told of successes."""
        return [each for each in self.phone.events if isinstance(each, RegistrationAccepted)]

    def refused(self) -> list[RegistrationRefused]:
        """What the phone was told of failures."""
        return [each for each in self.phone.events if isinstance(each, RegistrationRefused)]

    def invited(self) -> list[InviteReceived]:
        """The calls that the centre let in."""
        return [each for each in self.centre.events if isinstance(each, InviteReceived)]

"""Profiles: who may reach this node and what each may call, as administrators write it in sip_profiles/.

internal.yaml is for phones (accounts, digest), external.yaml for trunks (known by source address). How a request is
judged by them is in admission.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from base.document import Fault, Part, load
from base.durations import Seconds
from sip.dialling import CapsPart, CentreCapsPart, ClientCapsPart
from sip.digest.authentication import Offer
from sip.identity.identity import IdentityMode, IdentityRules
from sip.identity.stir_settings import StirPart
from sip.listener_settings import ListenerPart, listeners_of
from sip.offer.keys import Dtmf
from sip.offer.security import Srtp
from sip.profile_values import Codec, Codecs, DialPattern, Kind, Name
from sip.protection.settings import GuardPart, Network
from sip.registrar.settings import QualifyPart, RegistrationPart
from sip.session.reliable import Reliability
from sip.session.timer_settings import SessionTimerPart
from sip.subscriptions.settings import SubscriptionsPart, Watch
from sip.trunks.trunk import DnsPart, Trunk

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from base.document import Document
    from sip.events import Caller
    from sip.identity.stir import Signer
    from sip.listener import Listener
    from sip.session.expires import TimerPolicy

Algorithm = Literal["SHA-512-256", "SHA-256", "MD5", "SHA-512-256-sess", "SHA-256-sess", "MD5-sess"]


class DigestPart(Part):
    """How phones prove who they are."""

    algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1)] = ("SHA-256", "MD5")
    nonce_lifetime: Seconds = 300.0
    qop: Annotated[tuple[Literal["auth", "auth-int"], ...], Field(min_length=1)] = ("auth",)
    """Old phones take no list here; auth-int alone makes each phone protect the body too."""
    userhash: bool = False
    authentication_info: bool = False

    @property
    def offer(self) -> Offer:
        """As the authenticator takes it."""
        return Offer(self.algorithms, self.qop, self.nonce_lifetime, self.userhash, self.authentication_info)


ForwardKind = Literal["numbers", "agents", "external"]


class Account(Part):
    """One phone's account; what is not said is as in its profile."""

    name: str = ""
    """Shown to whom the phone calls, in place of the name that it gives itself."""
    may_call: tuple[Kind, ...] | None = None
    may_forward: tuple[ForwardKind, ...] | None = None
    dial_out: tuple[DialPattern, ...] | None = None
    caps: CapsPart | None = None
    may_watch: Watch | None = None


class InternalProfile(Part):
    """internal.yaml: phones, which register and answer challenges."""

    realm: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[!#-\[\]-~]+$")]
    codecs: Codecs = ("PCMU", "PCMA", "G722", "OPUS")
    srtp: Srtp = Srtp.OFF
    dtmf: Dtmf = Dtmf.AUTO
    may_call: tuple[Kind, ...] = ("numbers", "agents", "feature_codes")
    may_forward: tuple[ForwardKind, ...] = ("numbers", "agents")
    """Where a phone may send its calls (302): numbers of the centre, phones of the house, `external` the world."""
    dial_out: tuple[DialPattern, ...] = ("home",)
    """Which numbers outside may be called by whom `external` is allowed."""
    caps: CapsPart = CapsPart()
    """How much of that each account may."""
    may_watch: Watch = "house"
    digest: DigestPart = DigestPart()
    registration: RegistrationPart = RegistrationPart()
    qualify: QualifyPart = QualifyPart()
    subscriptions: SubscriptionsPart = SubscriptionsPart()
    guard: GuardPart = GuardPart()
    session_timer: SessionTimerPart = SessionTimerPart()
    identity: IdentityMode = "asserted"
    """How phones are told who calls, and with whom they speak: P-Asserted-Identity or Remote-Party-ID beside From."""
    show_private: bool = False
    """Whether agents see the numbers of callers who withhold them."""
    reliable_provisional: Reliability = Reliability.EARLY_MEDIA
    accounts: dict[Name, Account] = Field(default_factory=dict)
    listeners: tuple[ListenerPart, ...] = ()
    """Addresses that serve phones alone, beside `sip:` of centre.yaml, which serves all."""

    def allows(self, account: str | None, kind: str) -> bool:
        """Whether an account may call this kind; nobody without one may call anything."""
        found = self.accounts.get(account) if account is not None else None
        if found is None:
            return False
        return kind in (self.may_call if found.may_call is None else found.may_call)

    def dial_out_of(self, account: str) -> tuple[str, ...]:
        """Which numbers outside an account may call: whoever steals a phone's password must not get far."""
        found = self.accounts.get(account)
        if found is None or not self.allows(account, "external"):
            return ()
        return self.dial_out if found.dial_out is None else found.dial_out

    def caps_of(self, account: str) -> CapsPart:
        """How much an account may call outside."""
        found = self.accounts.get(account)
        return self.caps if found is None or found.caps is None else found.caps

    def allows_watching(self, watcher: str, package: str, resource: str) -> bool:
        """Whether an account may subscribe to a package of a resource: all of its own, others' calls by `may_watch`."""
        found = self.accounts.get(watcher)
        if found is None:
            return False
        return watcher == resource or (package == "dialog" and (found.may_watch or self.may_watch) == "house")


class ExternalProfile(Part):
    """external.yaml: trunks."""

    codecs: Codecs = ("PCMU", "PCMA")
    srtp: Srtp = Srtp.OFF
    dtmf: Dtmf = Dtmf.AUTO
    session_timer: SessionTimerPart = SessionTimerPart()
    follow_redirects: bool = True
    """Whether addresses of the number plan may send calls elsewhere (3xx); carriers may not."""
    dial_out: tuple[DialPattern, ...] = ("home",)
    """Which numbers outside callers may be connected to that no file names: callbacks, numbers that they keyed."""
    caps: CentreCapsPart = CentreCapsPart()
    """How much the whole centre may call outside."""
    client_caps: ClientCapsPart = ClientCapsPart()
    """How much the callers of each client company may cause."""
    dns: DnsPart = DnsPart()
    stir: StirPart = StirPart()
    reliable_provisional: Reliability = Reliability.EARLY_MEDIA
    trunks: tuple[Trunk, ...]
    listeners: tuple[ListenerPart, ...] = ()
    """Addresses that serve trunks alone."""


@dataclass(frozen=True, slots=True)
class Profiles:
    """Both profiles together."""

    internal: InternalProfile
    external: ExternalProfile
    listeners: tuple[Listener, ...] = ()
    """Those of both profiles, in their order."""
    signers: Mapping[str, Signer] = field(default_factory=dict)
    """Those of external.yaml's stir, read from their files."""
    _by_name: dict[str, Trunk] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the trunks: each call asks for its own."""
        object.__setattr__(self, "_by_name", {each.name: each for each in self.external.trunks})

    @property
    def spoken(self) -> frozenset[Codec]:
        """The codecs that calls may speak."""
        trunks = (each.codecs or () for each in self.external.trunks)
        return frozenset(self.internal.codecs).union(self.external.codecs, *trunks)

    def trunk_at(self, host: str) -> Trunk | None:
        """The trunk that sends from this address."""
        try:
            address = ip_address(host.partition("%")[0])
        except ValueError:
            return None
        if address.version == 6 and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        for trunk in self.external.trunks:
            if any(address in network for network in trunk.addresses):
                return trunk
        return None

    def trunk_named(self, names: Collection[str]) -> Trunk | None:
        """The trunk whose certificate proved one of these domains."""
        return next(
            (each for each in self.external.trunks if not set(each.certificates).isdisjoint(names)), None
        )

    def allows(self, caller: Caller, kind: str) -> bool:
        """Whether an admitted caller may call this kind (numbers, agents, feature_codes)."""
        if caller.trunk is not None:
            trunk = self.trunk(caller.trunk)
            return trunk is not None and kind in trunk.may_call
        return self.internal.allows(caller.account, kind)

    def identity(self, profile: str, trunk: str | None, host: str) -> IdentityRules:
        """What a peer of a profile is told of callers; little, when it is outside and no trunk by name or address."""
        if profile != "external":
            return IdentityRules(self.internal.identity, self.internal.show_private)
        found = self.trunk(trunk) if trunk is not None else self.trunk_at(host)
        return IdentityRules(found.identity, tells_diversions=found.diversion) if found else IdentityRules()

    def session_timer(self, profile: str) -> TimerPolicy:
        """The session timers of the profile of that name."""
        part = self.external.session_timer if profile == "external" else self.internal.session_timer
        return part.policy

    def reliability(self, profile: str) -> Reliability:
        """What the profile of that name sends reliably before its answer (RFC 3262)."""
        part = self.external if profile == "external" else self.internal
        return part.reliable_provisional

    def trunk(self, name: str) -> Trunk | None:
        """The trunk of that name."""
        return self._by_name.get(name)

    def codecs(self, profile: str, trunk: str | None = None) -> tuple[str, ...]:
        """The codecs of a trunk, or of the profile of that name, in the order in which we offer them."""
        found = self.trunk(trunk) if trunk is not None else None
        if found is not None and found.codecs is not None:
            return found.codecs
        return self.external.codecs if profile == "external" else self.internal.codecs

    def srtp(self, profile: str, trunk: str | None = None) -> Srtp:
        """How a trunk, or the profile of that name, wants its sound protected."""
        found = self.trunk(trunk) if trunk is not None else None
        if found is not None and found.srtp is not None:
            return found.srtp
        return self.external.srtp if profile == "external" else self.internal.srtp

    def dtmf(self, profile: str, trunk: str | None = None) -> Dtmf:
        """How keys go with a trunk, or with the peers of the profile of that name."""
        found = self.trunk(trunk) if trunk is not None else None
        if found is not None and found.dtmf is not None:
            return found.dtmf
        return self.external.dtmf if profile == "external" else self.internal.dtmf


def load_profiles(folder: Path, faults: list[Fault]) -> Profiles | None:
    """Read internal.yaml and external.yaml; None and faults appended when something is wrong."""
    internal, phones = load(InternalProfile, folder / "internal.yaml", faults)
    external, document = load(ExternalProfile, folder / "external.yaml", faults)
    if internal is None or external is None:
        return None
    before = len(faults)
    faults.extend(_clashes(external, document))
    listeners, wrong = listeners_of(internal.listeners, phones, "internal", ())
    faults.extend(wrong)
    more, wrong = listeners_of(external.listeners, document, "external", listeners)
    faults.extend(wrong)
    return Profiles(internal, external, (*listeners, *more)) if len(faults) == before else None


def _clashes(external: ExternalProfile, document: Document) -> list[Fault]:
    """Two trunks of one name, or both at one address: calls could not be told apart."""
    faults: list[Fault] = []
    for place, trunk in enumerate(external.trunks):
        for other in external.trunks[:place]:
            if trunk.name == other.name:
                faults.append(
                    document.fault(("trunks", place, "name"), f'two trunks are called "{trunk.name}"')
                )
            for at, network in enumerate(trunk.addresses):
                if any(_overlap(network, each) for each in other.addresses):
                    what = f'{network} is also an address of trunk "{other.name}"'
                    faults.append(
                        document.fault(("trunks", place, "addresses", at), what, "keep it in one of them")
                    )
            for at, name in enumerate(trunk.certificates):
                if name in other.certificates:
                    what = f'{name} is also a certificate of trunk "{other.name}"'
                    faults.append(
                        document.fault(("trunks", place, "certificates", at), what, "keep it in one of them")
                    )
    return faults


def _overlap(one: Network, other: Network) -> bool:
    return one.version == other.version and (one.supernet_of(other) or other.supernet_of(one))  # type: ignore[arg-type]

"""Admission: who a request is from and whether it may be served (RFC 3261 s.22, RFC 3325).

A source among a trunk's addresses, or with a trunk's certificate, is that trunk; anybody else must prove to be an
account by digest. A listener of one profile serves only that. What an admitted caller may call is asked of the
profiles later, when it is known what was dialled.

Requests inside a dialog do not come here. They are known by the Call-ID and both tags, ours being 64 random bits that
only the two ends and who stands between them have read; who can read them could as well change the answers to a
challenge. Their source is not compared: a phone that moves to another network, and a trunk that sends from a second
address, must be able to end their calls.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sip.digest.authentication import Authenticator, Judgement
from sip.errors import ParseError
from sip.events import Caller
from sip.flows import Flows
from sip.grammar import bounded
from sip.identity.diversion import diversions_of
from sip.identity.identity import LONGEST_NAME, is_private, sender_of, unmet_privacy
from sip.identity.proofs import Proofs
from sip.protection.guard import Guard, network_of
from sip.protection.lockout import Lockout
from sip.protection.rates import Rates
from sip.protection.scanners import scanner_of
from sip.protection.tally import Tally
from sip.trunks.call import in_our_numbers
from sip.trunks.sources import TrunkSources
from sip.verdicts import Admitted, Challenge, Drop, Refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from base.ids import Ids
    from sip.digest.authentication import Judged
    from sip.digest.credentials import Credentials
    from sip.flow import Flow
    from sip.message import Request
    from sip.profile import Profiles
    from sip.trunks.trunk import Trunk
    from sip.verdicts import Verdict

OPEN_METHODS = frozenset(("OPTIONS",))
"""Answered for anybody within the rate limit: a ping that tells nothing and calls nobody."""
_MAX_REMEMBERED = 4096
_UNMET = Refuse(500, "Server Internal Error (privacy not available)")


class ProfileAdmission:
    """Judges requests by the two profiles."""

    __slots__ = (
        "_authenticator",
        "_ids",
        "_lockout",
        "_per_account",
        "_per_source",
        "_profiles",
        "_proofs",
        "_trunks",
        "flows",
        "guard",
        "on_lock",
        "sources",
        "tally",
    )

    def __init__(
        self,
        profiles: Profiles,
        credentials: Credentials,
        ids: Ids,
        flows: Flows | None = None,
        wall: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """Begin with empty counts; `flows` are those of the stack that asks, `wall` tells the time in Unix seconds."""
        limits = profiles.internal.guard
        self.flows = flows or Flows()
        self._ids = ids
        self._profiles = profiles
        self._trunks: dict[str, Trunk | None] = {}
        self.sources = TrunkSources()
        """What is learned of trunks meanwhile."""
        self.sources.on_change = self._trunks.clear
        self._proofs = Proofs(profiles, wall)
        self._authenticator = _authenticator(profiles, credentials, ids)
        self.tally = Tally()
        """What was turned away, by reason."""
        self.guard = Guard(limits.limits, self.tally)
        self._lockout = Lockout(limits.lockout.limits)
        self._per_account = Rates(limits.per_account.limits)
        self._per_source = Rates(limits.per_source.limits)
        self.on_lock: Callable[[str], None] = lambda account: None
        """Told of each account of ours that is locked for strangers."""

    def configure(self, profiles: Profiles, credentials: Credentials) -> None:
        """Take over reloaded profiles and passwords; bans stay, and nonces where the realm's rules do."""
        before, after = self._profiles.internal, profiles.internal
        if (before.realm, before.digest) == (after.realm, after.digest):
            self._authenticator.credentials = credentials
        else:
            self._authenticator = _authenticator(profiles, credentials, self._ids)
        self._profiles = profiles
        self._trunks.clear()
        self._proofs.configure(profiles)
        self.guard.configure(after.guard.limits)
        for ban in self.guard.bans():
            if self._trunk(ban.source.partition("/")[0]) is not None:
                self.guard.lift(ban.source)
        self._lockout.configure(after.guard.lockout.limits)
        self._per_account.configure(after.guard.per_account.limits)
        self._per_source.configure(after.guard.per_source.limits)

    def is_banned(self, flow: Flow, *, now: float) -> bool:
        """Whether what this source sends need not even be read; where it is a trunk it is always heard."""
        return self.guard.is_banned(flow.remote[0], now=now) and self._trunk_of(flow) is None

    def is_trusted(self, flow: Flow) -> bool:
        """Whether this source is a trunk."""
        return self._trunk_of(flow) is not None

    def tolerates(self, flow: Flow, *, now: float) -> bool:
        """Count a broken or stray request; a trunk may send any number."""
        if self._trunk_of(flow) is not None:
            return True
        self.tally.count("stray")
        return self.guard.allow(flow.remote[0], now=now)

    def admit(self, request: Request, flow: Flow, now: float) -> Verdict:
        """Judge a request that is well-formed."""
        try:
            trunk = self._caller_trunk(request, flow)
            if trunk is None:
                return self._judge_stranger(request, flow, now)
            if request.method == "REGISTER":
                # A trunk is trusted to call, not to take over a phone's account.
                at_trunks = self.flows.profile_of(flow) == "external"
                return Refuse(403) if at_trunks else self._authenticate(request, flow, now)
            if unmet_privacy(request):
                return _UNMET
            return self._admit_trunk(trunk, request, flow)
        except ParseError as error:
            return Refuse(error.status, f"Bad Request - {error}")

    def _admit_trunk(self, trunk: Trunk, request: Request, flow: Flow) -> Verdict:
        caller = self._proofs.of(request, trunk, _trunk_caller(trunk, request, flow))
        if isinstance(caller, Refuse):
            self.tally.count("identity")
            return caller
        return Admitted(in_our_numbers(trunk, request, caller))

    def _judge_stranger(self, request: Request, flow: Flow, now: float) -> Verdict:
        host = flow.remote[0]
        if scanner_of(request) is not None:
            self.guard.scan(host, now=now)
            return Drop()
        if not self.guard.allow(host, now=now):
            return Drop()
        if request.method in OPEN_METHODS:
            sender = request.from_
            return Admitted(Caller("internal", None, None, sender.uri.subscriber, sender.display, flow.peer))
        if self.flows.profile_of(flow) == "external":
            return Refuse(
                403
            )  # accounts are proved where phones are served: nobody guesses at a trunk's door
        wait = self._per_source.take(request.method, network_of(host), now=now)
        return self._slow_down("source_rate", wait) if wait else self._authenticate(request, flow, now)

    def _authenticate(self, request: Request, flow: Flow, now: float) -> Verdict:
        host = flow.remote[0]
        judged = self._authenticator.judge(request, host, now=now)
        match judged.judgement:
            case Judgement.VALID | Judgement.WRONG:
                verdict = self._on_password(judged, request, flow, now)
                return replace(verdict, is_kept=True) if isinstance(verdict, Refuse) else verdict
            case Judgement.ABSENT:
                return Challenge(401, self._authenticator.challenge(host, now=now))
            case Judgement.STALE:
                return Challenge(401, self._authenticator.challenge(host, stale=True, now=now))
            case Judgement.MALFORMED:
                return Refuse(400, "Bad Request - credentials")

    def _on_password(self, judged: Judged, request: Request, flow: Flow, now: float) -> Verdict:
        """Right or wrong, an account that many guess at makes strangers wait; they are not told which it was."""
        account, host = judged.account or "", flow.remote[0]
        wait = self._lockout.wait(account, network_of(host), now=now)
        if judged.judgement is Judgement.VALID and not wait:
            return self._admit_account(account, judged, request, flow, now)
        if wait:
            return self._slow_down("locked", wait)
        if self._trunk_of(flow) is None:
            self.guard.fail(host, now=now)
        if self._lockout.fail(account, now=now) and account in self._profiles.internal.accounts:
            self.on_lock(account)
        return Refuse(403)

    def _admit_account(
        self, account: str, judged: Judged, request: Request, flow: Flow, now: float
    ) -> Verdict:
        known = self._profiles.internal.accounts.get(account)
        if known is None:
            return Refuse(403)
        network = network_of(flow.remote[0])
        self.guard.trust(flow.remote[0], now=now)
        self._lockout.welcome(account, network, now=now)
        wait = self._per_account.take(request.method, account, now=now)
        if wait:
            return self._slow_down("account_rate", wait)
        if unmet_privacy(request):
            return _UNMET
        # The account is proven, what stands in From is not: a phone cannot call under another's number or name.
        display = known.name or bounded(request.from_.display, LONGEST_NAME)
        caller = Caller("internal", account, None, account, display, flow.peer, is_private(request))
        return Admitted(caller, judged.proof)

    def _slow_down(self, reason: str, wait: int) -> Refuse:
        self.tally.count(reason)
        return Refuse(503, headers=(("Retry-After", str(wait)),))

    def _trunk_of(self, flow: Flow) -> Trunk | None:
        """The trunk at the far end: where trunks are served, by the certificate that it proved or its address."""
        if self.flows.profile_of(flow) == "internal":
            return None
        names = self.flows.identities(flow)
        return (self._profiles.trunk_named(names) if names else None) or self._trunk(flow.remote[0])

    def _trunk(self, host: str) -> Trunk | None:
        try:
            return self._trunks[host]
        except KeyError:
            if len(self._trunks) >= _MAX_REMEMBERED:
                self._trunks.clear()
            found = self._profiles.trunk_at(host)
            if found is None:
                learned = self.sources.at(host)
                found = self._profiles.trunk(learned) if learned is not None else None
            self._trunks[host] = found
            return found

    def _caller_trunk(self, request: Request, flow: Flow) -> Trunk | None:
        """The trunk that a request is from: by our registration, by its source."""
        line = self.sources.line_of(request)
        if line is not None and self.flows.profile_of(flow) != "internal":
            return self._profiles.trunk(line)
        return self._trunk_of(flow)


def _authenticator(profiles: Profiles, credentials: Credentials, ids: Ids) -> Authenticator:
    internal = profiles.internal
    return Authenticator(internal.realm, credentials, ids, internal.digest.offer)


def _trunk_caller(trunk: Trunk, request: Request, flow: Flow) -> Caller:
    sender = sender_of(request, is_trusted=trunk.caller_number == "asserted")
    return Caller(
        "external",
        None,
        trunk.name,
        sender.user,
        sender.display,
        flow.peer,
        sender.is_private,
        diversions_of(request),
    )

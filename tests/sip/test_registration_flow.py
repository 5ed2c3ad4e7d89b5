"""Registering and calling through the whole endpoint: octets in, octets and events out, in virtual time."""

from __future__ import annotations

import pytest

from base.ids import SequenceIds
from cluster.memory import MemoryLocation
from sip.admission import ProfileAdmission
from sip.digest.credentials import HashedSecrets
from sip.digest.digest import authorize, strongest
from sip.events import InviteReceived, RegistrationChanged
from sip.flow import Flow
from sip.message import Response
from sip.parser import parse
from sip.profile import Account, ExternalProfile, InternalProfile, Profiles
from sip.registrar.registrar import BindingRegistrar
from sip.registrar.request import RegistrationLimits
from sip.stack import Stack
from tests.kit.builders import OFFER
from tests.kit.calls import ALL_ZERO

PASSWORD = "tangerine-Boat-42"
SERVER = ("192.0.2.1", 5060)
PHONE = ("192.0.2.10", 40001)


class Scene:
    """A whole endpoint, and a phone that asks it things."""

    def __init__(self) -> None:
        secrets = HashedSecrets()
        secrets.set_password("1001", "centralita", PASSWORD)
        internal = InternalProfile(realm="centralita", accounts={"1001": Account()})
        profiles = Profiles(internal, ExternalProfile(trunks=()))
        self.location = MemoryLocation()
        registrar = BindingRegistrar(self.location, internal.accounts.keys(), RegistrationLimits())
        ids = SequenceIds()
        self.stack = Stack(ids, admission=ProfileAdmission(profiles, secrets, ids), registrar=registrar)
        self.stack.listen("UDP", SERVER)
        self.sent = 0

    def ask(
        self, method: str, *headers: str, user: str = "1001", body: bytes = b"", now: float = 0.0
    ) -> list[Response]:
        """Send one new request and read what comes back."""
        self.sent += 1
        lines = [
            f"{method} sip:192.0.2.1 SIP/2.0",
            f"Via: SIP/2.0/UDP 10.0.0.5:5062;branch=z9hG4bK-{self.sent};rport",
            "Max-Forwards: 70",
            f"From: <sip:{user}@192.0.2.1>;tag=t",
            f"To: <sip:{user}@192.0.2.1>",
            f"Call-ID: {method}@phone",
            f"CSeq: {self.sent} {method}",
            *headers,
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        data = "\r\n".join([*lines, "", ""]).encode() + body
        self.stack.receive_datagram(data, Flow("UDP", SERVER, PHONE), now=now)
        answers = [parse(octets) for octets, flow in self.stack.take_output() if flow.remote == PHONE]
        return [answer for answer in answers if isinstance(answer, Response) and answer.status >= 200]

    def prove(
        self,
        method: str,
        *headers: str,
        user: str = "1001",
        password: str = PASSWORD,
        body: bytes = b"",
        now: float = 0.0,
    ) -> Response:
        """Ask, be challenged, and ask again with credentials."""
        (challenged,) = self.ask(method, *headers, user=user, body=body, now=now)
        assert challenged.status == 401
        value = authorize(
            strongest(challenged.headers("WWW-Authenticate")),
            method=method,
            uri="sip:192.0.2.1",
            user=user,
            password=password,
            nc=1,
            cnonce="c",
        )
        answers = self.ask(method, *headers, f"Authorization: {value}", user=user, body=body, now=now)
        return answers[0] if answers else Response(0, "", {})

    def events(self) -> list[object]:
        found: list[object] = []
        while (event := self.stack.next_event()) is not None:
            found.append(event)
        return found


CONTACT = "Contact: <sip:1001@10.0.0.5:5062>;expires=120"


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_phone_registers_refreshes_unregisters_and_each_change_is_told_once(scene: Scene) -> None:
    reply = scene.prove("REGISTER", CONTACT)
    assert (reply.status, reply.headers("Contact")) == (200, ["<sip:1001@10.0.0.5:5062>;expires=120"])
    (change,) = [event for event in scene.events() if isinstance(event, RegistrationChanged)]
    assert change.bindings[0].destination == PHONE
    assert scene.prove("REGISTER", CONTACT, now=60.0).status == 200
    assert scene.prove("REGISTER", "Contact: *", "Expires: 0", now=61.0).status == 200
    (gone,) = [event for event in scene.events() if isinstance(event, RegistrationChanged)]
    assert gone == RegistrationChanged("1001", (), "unregistered")


def test_a_registration_that_is_not_refreshed_expires(scene: Scene) -> None:
    scene.prove("REGISTER", CONTACT)
    scene.events()
    scene.stack.handle_timeout(now=119.0)
    assert not [event for event in scene.events() if isinstance(event, RegistrationChanged)]
    due = scene.stack.next_timeout()
    assert due is not None
    assert due <= 120.0
    scene.stack.handle_timeout(now=120.0)
    assert RegistrationChanged("1001", (), "expired") in scene.events()


@pytest.mark.parametrize(("user", "password"), [("1001", "wrong"), ("9999", PASSWORD)])
@pytest.mark.parametrize("method", ["REGISTER", "INVITE", "MESSAGE", "SUBSCRIBE"])
def test_401_then_403_alike_for_a_wrong_password_and_an_unknown_user(
    scene: Scene, method: str, user: str, password: str
) -> None:
    reply = scene.prove(method, CONTACT, user=user, password=password)
    assert (reply.status, reply.reason, sorted(reply.fields)) == (
        403,
        "Forbidden",
        ["CSeq", "Call-ID", "Content-Length", "From", "To", "Via"],
    )
    assert not [event for event in scene.events() if isinstance(event, InviteReceived | RegistrationChanged)]


def test_an_authenticated_phone_calls_as_its_account(scene: Scene) -> None:
    scene.prove("INVITE", "Contact: <sip:1001@10.0.0.5:5062>", body=OFFER)
    (invited,) = [event for event in scene.events() if isinstance(event, InviteReceived)]
    assert (invited.caller.account, invited.caller.profile) == ("1001", "internal")


def test_a_stranger_leaves_nothing_behind(scene: Scene) -> None:
    for turn in range(25):
        scene.ask("INVITE", CONTACT, body=OFFER, now=float(turn))
    assert not [event for event in scene.events() if isinstance(event, InviteReceived)]
    assert scene.stack.counters() == ALL_ZERO


def test_an_unknown_scheme_is_challenged_as_in_rfc_4475_section_3_3_11(scene: Scene) -> None:
    (reply,) = scene.ask("REGISTER", "Authorization: NoOneKnowsThisScheme opaque-data=here", CONTACT)
    assert reply.status == 401
    assert len(reply.headers("WWW-Authenticate")) == 2


def test_a_scanner_gets_no_answer_at_all(scene: Scene) -> None:
    assert scene.ask("OPTIONS", "User-Agent: friendly-scanner") == []
    assert scene.ask("OPTIONS") == []


def test_a_ping_is_answered(scene: Scene) -> None:
    (reply,) = scene.ask("OPTIONS")
    assert reply.status == 200

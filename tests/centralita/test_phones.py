"""Which registered phones are there (RFC 3261 s.11), and in what order they are called (RFC 5626 s.7)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest

from centralita.phone_view import shown_phones
from centralita.phones import Phones
from centralita.places import SILENCE, Places
from cluster.memory import MemoryLocation
from routing.settings import AgentSettings
from sip.events import PeerReachable, PeerUnreachable, RegistrationChanged
from sip.flow import Flow
from sip.message import Request
from sip.registrar.location import Binding
from sip.registrar.settings import QualifyPart, is_behind_nat
from tests.kit.builders import LOCAL, PEER
from tests.kit.phone import Peer

if TYPE_CHECKING:
    from sip.events import Event

NAT = "sip:1001@10.0.0.5:5062"
PLAIN = f"sip:1001@{PEER[0]}:{PEER[1]}"


def binding(
    contact: str = NAT,
    *,
    remote: tuple[str, int] = PEER,
    transport: str = "UDP",
    q: float = 1.0,
    at: float = 0.0,
    instance: str = "",
    reg_id: int = 0,
    path: tuple[str, ...] = (),
) -> Binding:
    flow = Flow(transport, LOCAL, remote)
    return Binding("1001", contact, flow, 1e6, "c", 1, at, q, "", path, instance, reg_id)


class Floor:
    """The phones of account 1001 before one endpoint, and what is told of them."""

    def __init__(self, settings: QualifyPart | None = None) -> None:
        self.peer = Peer()
        self.location = MemoryLocation()
        self.settings = settings or QualifyPart()
        self.told: list[RegistrationChanged] = []
        self.phones = Phones(
            self.peer.stack, lambda: self.peer.now, self.location, lambda: self.settings, self.told.append
        )

    def register(self, *bindings: Binding, reason: str = "registered") -> None:
        self.location.replace("1001", bindings)
        self.phones.hear(RegistrationChanged("1001", self.location.find("1001", now=0.0), reason))

    def wait(self, seconds: float, *, answering: tuple[str, ...] = ()) -> list[Request]:
        """Let time pass; phones of these contacts answer."""
        asked: list[Request] = []
        until = self.peer.now + seconds
        while (due := self.peer.stack.next_timeout()) is not None and due <= until:
            self.peer.now = max(self.peer.now, due)
            self.peer.stack.handle_timeout(now=self.peer.now)
            for each in self.peer.hear():
                assert isinstance(each, Request)
                asked.append(each)
                if each.uri_text in answering:
                    self.peer.reply(each, 200)
            self.pass_on()
        self.peer.now = until
        return asked

    def pass_on(self) -> None:
        events: list[Event] = self.peer.events
        while events:
            event = events.pop(0)
            assert isinstance(event, PeerReachable | PeerUnreachable)
            self.phones.hear(event)

    def places(self) -> Places:
        agents = {"ana": AgentSettings("ana", account="1001")}
        return Places(lambda: agents, self.phones.find)


def test_a_phone_behind_nat_that_vanishes_is_gone_at_once_and_comes_back_by_itself() -> None:
    floor = Floor()
    floor.register(binding())
    floor.wait(120.0, answering=(NAT,))
    assert [each.reason for each in floor.told] == ["registered"]
    floor.wait(25.0 + 2 * 4.0 + 0.1)
    assert floor.told[1:] == [RegistrationChanged("1001", (), "unreachable")]
    assert floor.places().agent("ana", None) is None
    floor.wait(60.0, answering=(NAT,))
    assert floor.told[2:] == [RegistrationChanged("1001", (binding(),), "reachable")]
    assert floor.places().agent("ana", None) is not None


def test_one_of_two_phones_may_vanish_and_calls_go_to_the_other() -> None:
    floor = Floor(QualifyPart(phones="all", must_answer=True))
    other = "sip:1001@10.0.0.6:5062"
    floor.register(binding(at=2.0), binding(other, at=1.0))
    floor.wait(60.0, answering=(other,))
    assert [[each.contact for each in change.bindings] for change in floor.told] == [[NAT, other], [other]]
    target = floor.places().account("1001")
    assert target is not None
    assert (target.uri, target.alternatives) == (other, ())


@pytest.mark.parametrize(
    ("which", "contact", "is_asked"),
    [
        ("behind_nat", NAT, True),
        ("behind_nat", PLAIN, False),
        ("all", PLAIN, True),
        ("none", NAT, False),
    ],
)
def test_those_are_asked_that_the_profile_wants(which: str, contact: str, *, is_asked: bool) -> None:
    floor = Floor(QualifyPart.model_validate({"phones": which}))
    floor.register(binding(contact))
    assert bool(floor.wait(31.0)) == is_asked


def test_behind_nat_is_who_is_seen_elsewhere_than_he_says() -> None:
    assert is_behind_nat(binding(NAT))
    assert is_behind_nat(binding(f"sip:1001@{PEER[0]}:5099"))
    assert is_behind_nat(binding("sip:1001@abc.invalid;transport=ws", transport="WS"))
    assert not is_behind_nat(binding(PLAIN))
    assert not is_behind_nat(binding(f"sip:1001@{PEER[0]}:5099;transport=tcp", transport="TCP"))
    assert not is_behind_nat(binding(NAT, path=("<sip:192.0.2.7;lr>",)))


def test_a_phone_that_unregisters_or_is_not_wanted_any_more_is_asked_no_more() -> None:
    floor = Floor()
    floor.register(binding())
    floor.register(reason="expired")
    assert floor.wait(100.0) == []
    floor.register(binding())
    floor.settings = QualifyPart(phones="none")
    floor.phones.adopt()
    assert floor.wait(100.0) == []
    floor.settings = QualifyPart(every=10.0)
    floor.phones.adopt()
    assert len(floor.wait(100.0, answering=(NAT,))) == 10


def test_a_phone_that_knows_no_options_is_called_all_the_same() -> None:
    floor = Floor()
    floor.register(binding())
    floor.wait(300.0)
    assert [each.reason for each in floor.told] == ["registered"]
    assert floor.places().account("1001") is not None


def test_a_phone_on_a_new_flow_is_there_although_the_old_one_was_dead() -> None:
    floor = Floor(QualifyPart(must_answer=True))
    floor.register(binding())
    floor.wait(60.0)
    assert floor.told[-1].bindings == ()
    floor.register(binding(remote=("192.0.2.2", 6000)), reason="moved")
    assert len(floor.told[-1].bindings) == 1


def test_what_is_told_of_trunks_passes_by() -> None:
    floor = Floor()
    floor.phones.hear(PeerUnreachable("trunk one", 408))
    assert floor.told == []


def test_the_best_phone_is_called_and_the_others_wait_for_it_to_fail() -> None:
    floor = Floor()
    floor.register(
        binding("sip:low@192.0.2.2", q=0.5, at=9.0),
        binding("sip:old@192.0.2.2"),
        binding("sip:new@192.0.2.2", at=5.0),
    )
    target = floor.places().account("1001")
    assert target is not None
    assert [target.uri, *(each.uri for each in target.alternatives)] == [
        "sip:new@192.0.2.2",
        "sip:old@192.0.2.2",
        "sip:low@192.0.2.2",
    ]
    assert [target.try_for, *(each.try_for for each in target.alternatives)] == [SILENCE, SILENCE, None]


def test_a_devices_other_flow_comes_before_the_next_device() -> None:
    floor = Floor()
    floor.register(
        binding("sip:a1@192.0.2.2", instance="a", reg_id=1, at=1.0),
        binding("sip:b@192.0.2.2", instance="b", reg_id=1, at=2.0),
        binding("sip:a2@192.0.2.2", instance="a", reg_id=2, at=3.0),
    )
    target = floor.places().account("1001")
    assert target is not None
    order = [target, *target.alternatives]
    assert [each.uri for each in order] == ["sip:a2@192.0.2.2", "sip:a1@192.0.2.2", "sip:b@192.0.2.2"]
    assert [each.instance for each in order] == ["a", "a", "b"]


def test_a_phone_behind_a_proxy_is_called_by_its_path() -> None:
    floor = Floor()
    floor.register(binding(path=("<sip:192.0.2.7;lr>", "<sip:edge.example;lr;ob>")))
    target = floor.places().account("1001")
    assert target is not None
    assert target.routes == ("<sip:192.0.2.7;lr>", "<sip:edge.example;lr;ob>")


def test_phones_are_shown_with_what_came_of_asking_them() -> None:
    floor = Floor()
    floor.register(binding(instance="urn:x", reg_id=1), binding(PLAIN, q=0.5, path=("<sip:192.0.2.7;lr>",)))
    floor.wait(60.0, answering=(NAT,))
    ((shown),) = shown_phones(floor.phones)
    assert shown["account"] == "1001"
    nat, plain = cast("list[dict[str, object]]", shown["phones"])
    assert (nat["contact"], nat["address"], nat["port"], nat["transport"]) == (NAT, *PEER, "UDP")
    assert (nat["answers"], nat["round_trip"]) == ("reachable", 0.0)
    assert (nat["instance"], nat["reg_id"], nat["expires"]) == ("urn:x", 1, 999_940)
    assert (plain["answers"], plain["round_trip"], plain["q"]) == (None, None, 0.5)
    assert plain["path"] == ["<sip:192.0.2.7;lr>"]
    json.dumps(shown)
    assert shown_phones(floor.phones, "1001") == [shown]
    assert shown_phones(floor.phones, "1002") == []


async def test_a_phone_that_died_in_a_call_gets_no_calls_until_it_answers() -> None:
    floor = Floor(QualifyPart(phones="none"))
    floor.register(binding())
    floor.phones.doubt("1001")
    assert len(floor.phones.find("1001")) == 1
    floor.wait(3.0)
    assert floor.phones.find("1001") == ()
    assert floor.told[-1] == RegistrationChanged("1001", (), "unreachable")
    floor.wait(20.0, answering=(NAT,))
    assert len(floor.phones.find("1001")) == 1
    assert floor.told[-1].reason == "reachable"


async def test_a_phone_that_never_answers_is_trusted_again_in_the_end() -> None:
    floor = Floor(QualifyPart(phones="none"))
    floor.register(binding())
    floor.phones.doubt("1001")
    floor.wait(3.0)
    assert floor.phones.find("1001") == ()
    floor.phones._trust("1001")
    assert len(floor.phones.find("1001")) == 1
    assert floor.wait(60.0) == []


def test_an_agents_only_phone_may_not_be_silent_for_long_since_a_queue_has_other_agents() -> None:
    floor = Floor()
    floor.register(binding(PLAIN))
    target = floor.places().agent("ana", None)
    assert target is not None
    assert target.try_for == SILENCE
    fixed = floor.places().agent("ana", "sip:ana@192.0.2.4")
    assert fixed is not None
    assert fixed.try_for == SILENCE
    direct = floor.places().account("1001")
    assert direct is not None
    assert direct.try_for is None

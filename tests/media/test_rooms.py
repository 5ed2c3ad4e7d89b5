"""Rooms: each hears whom its role lets it hear, by another's packets or by a mix, and changes without a click."""

from __future__ import annotations

import random
from contextlib import ExitStack
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy
import pytest

from media.codec import Codec
from media.errors import MediaError
from media.plane import Plane
from media.room import Role
from tests.kit.company import Guest, talk
from tests.kit.ports import free_ports
from tests.kit.tone import tone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from media.room import Room


@pytest.fixture
def party(plane: Plane) -> Iterator[tuple[Guest, Guest, Guest, Guest]]:
    guests = tuple(Guest(plane, frequency) for frequency in (440, 700, 1100, 1700))
    caller, agent, supervisor, other = guests
    yield caller, agent, supervisor, other
    for guest in guests:
        guest.close()


def settle(*guests: Guest) -> None:
    """Let what was just changed come into force, and forget what was heard until then."""
    talk(guests, 0.4)
    for guest in guests:
        guest.forget()


def click(guest: Guest) -> float:
    """The greatest step from one sample to the next."""
    samples = numpy.frombuffer(guest.samples(), dtype="<i2").astype(float)
    return float(numpy.abs(numpy.diff(samples)).max())


def gap(guest: Guest) -> float:
    """The longest time in ms between two packets."""
    return max((y.at - x.at) * 1000 for x, y in pairwise(guest.sound))


def test_a_bridge_of_one_codec_stays_a_relay_while_somebody_listens(
    plane: Plane, party: tuple[Guest, ...]
) -> None:
    caller, agent, supervisor, _ = party
    room = plane.bridge(caller.port, agent.port)
    settle(caller, agent)
    room.join(supervisor.port, role=Role.LISTENER)
    settle(caller, agent, supervisor)
    caller.frequencies = ()
    payloads = [bytes([number]) * 160 for number in range(1, 50)]

    def odd() -> None:
        caller.send(payloads.pop(), 0, caller.timestamp)

    talk((caller, agent, supervisor), 0.5, dict.fromkeys(range(20), odd))
    assert [p.payload for p in agent.sound] == [bytes([n]) * 160 for n in range(49, 29, -1)]
    assert supervisor.hears(agent)


def test_who_listens_hears_both_and_is_heard_by_nobody(plane: Plane, party: tuple[Guest, ...]) -> None:
    caller, agent, supervisor, _ = party
    room = plane.bridge(caller.port, agent.port)
    room.join(supervisor.port, role=Role.LISTENER)
    settle(caller, agent, supervisor)
    talk((caller, agent, supervisor), 0.6)
    assert supervisor.hears(caller, agent)
    assert caller.hears(agent) and not caller.hears(supervisor)
    assert agent.hears(caller) and not agent.hears(supervisor)


def test_a_whisper_is_heard_by_one_side_only(plane: Plane, party: tuple[Guest, ...]) -> None:
    caller, agent, supervisor, _ = party
    room = plane.bridge(caller.port, agent.port)
    room.join(supervisor.port, role=Role.WHISPERER, towards=agent.port)
    settle(caller, agent, supervisor)
    talk((caller, agent, supervisor), 0.6)
    assert agent.hears(caller, supervisor)
    assert caller.hears(agent) and not caller.hears(supervisor)
    assert supervisor.hears(caller, agent)
    with pytest.raises(MediaError, match="towards whom"):
        room.set_role(supervisor.port, Role.WHISPERER)


def test_who_barges_in_is_heard_by_all(plane: Plane, party: tuple[Guest, ...]) -> None:
    caller, agent, supervisor, _ = party
    room = plane.bridge(caller.port, agent.port)
    room.join(supervisor.port, role=Role.LISTENER)
    settle(caller, agent, supervisor)
    room.set_role(supervisor.port, Role.TALKER)
    settle(caller, agent, supervisor)
    talk((caller, agent, supervisor), 0.6)
    assert caller.hears(agent, supervisor)
    assert agent.hears(caller, supervisor)
    assert supervisor.hears(caller, agent)


def test_a_conference_of_four(plane: Plane, party: tuple[Guest, ...]) -> None:
    room = plane.conference()
    for guest in party:
        room.join(guest.port)
    settle(*party)
    talk(party, 0.6)
    for guest in party:
        assert guest.hears(*(other for other in party if other is not guest))
        assert not guest.hears(guest)
    room.leave(party[3].port)
    settle(*party)
    talk(party, 0.4)
    assert not party[0].hears(party[3]) and not party[3].packets
    room.close()
    settle(*party)
    talk(party, 0.2)
    assert not any(guest.packets for guest in party)


def test_the_way_from_packets_to_a_mix_and_back_has_no_click_and_no_long_gap(
    plane: Plane, party: tuple[Guest, ...]
) -> None:
    caller, agent, supervisor, _ = party
    supervisor.frequencies = ()
    room = plane.bridge(caller.port, agent.port)
    settle(caller, agent)
    turns = {
        20: lambda: room.join(supervisor.port),
        60: lambda: room.set_role(supervisor.port, Role.LISTENER),
        100: lambda: room.set_role(supervisor.port, Role.WHISPERER, towards=agent.port),
        140: lambda: room.leave(supervisor.port),
    }
    talk((caller, agent, supervisor), 3.6, turns)
    # The tone itself steps by 2 * pi * 440 / 8000 of its level; a click would be a step of about that level.
    assert click(agent) < 6000 * 0.45 + 600
    assert gap(agent) < 60
    assert all((y.sequence - x.sequence) % 65536 == 1 for x, y in pairwise(agent.packets))
    steps = [(y.timestamp - x.timestamp) % 2**32 for x, y in pairwise(agent.packets)]
    assert min(steps) > 0
    assert max(steps) <= 480
    assert len({packet.ssrc for packet in agent.packets}) == 1


def test_gain_makes_one_louder_for_all_others(plane: Plane, party: tuple[Guest, ...]) -> None:
    caller, agent, _, _ = party
    room = plane.conference()
    room.join(caller.port, gain=-20.0)
    room.join(agent.port)
    settle(caller, agent)
    talk((caller, agent), 0.3)
    loud = numpy.abs(numpy.frombuffer(agent.samples(), dtype="<i2")).max()
    assert 500 < loud < 700
    room.set_role(caller.port, Role.TALKER, gain=6.0)
    settle(caller, agent)
    talk((caller, agent), 0.3)
    assert 11000 < numpy.abs(numpy.frombuffer(agent.samples(), dtype="<i2")).max() < 13000


def test_a_member_with_a_playback_hears_that_and_is_still_heard(
    plane: Plane, party: tuple[Guest, ...]
) -> None:
    caller, agent, supervisor, _ = party
    room = plane.conference()
    for guest in (caller, agent, supervisor):
        room.join(guest.port)
    settle(caller, agent, supervisor)
    prompt = Guest(plane, 2300)
    caller.port.play([plane.load_clip(tone([2300], 5.0))], loop=True)
    settle(caller, agent, supervisor)
    talk((caller, agent, supervisor), 0.5)
    assert caller.hears(prompt) and not caller.hears(agent)
    assert agent.hears(caller, supervisor)
    caller.port.stop()
    settle(caller, agent, supervisor)
    talk((caller, agent, supervisor), 0.5)
    assert caller.hears(agent, supervisor) and not caller.hears(prompt)
    prompt.close()


def test_keys_pass_between_two_and_not_into_a_conference(plane: Plane, party: tuple[Guest, ...]) -> None:
    caller, agent, supervisor, _ = party
    room = plane.conference()
    room.join(caller.port, gain=3.0)
    room.join(agent.port)
    settle(caller, agent)
    talk((caller, agent), 0.4, {0: lambda: caller.press("5"), 3: caller.hold, 5: caller.let_go})
    events = agent.events
    assert len(events) == 5
    assert len({p.timestamp for p in events}) == 1
    assert [p.marker for p in events] == [True, False, False, False, False]
    assert {p.payload[0] for p in events} == {5}
    room.join(supervisor.port)
    settle(caller, agent, supervisor)
    talk((caller, agent, supervisor), 0.4, {0: lambda: caller.press("6"), 5: caller.let_go})
    assert not agent.events and not supervisor.events


def test_a_far_end_that_changes_its_codec_goes_on_being_heard(plane: Plane) -> None:
    """What passed as it was is transcoded from then on."""
    caller, agent = Guest(plane, 440, codec=Codec.L16_8000), Guest(plane, 700)
    room = plane.bridge(caller.port, agent.port)
    settle(caller, agent)
    talk((caller, agent), 0.4)
    assert agent.hears(caller)
    assert caller.hears(agent)
    room.close()
    caller.close()
    agent.close()


def test_thousands_of_commands_in_any_order_do_no_harm(plane: Plane) -> None:
    dice = random.Random(4)
    guests = [
        Guest(plane, 400 + 100 * number, codec=codec) for number, codec in enumerate([*Codec, Codec.PCMA])
    ]
    rooms: list[Room] = [plane.conference()]
    clip = plane.load_clip(tone([500], 0.1))

    def anything() -> None:
        one, two = dice.choice(guests), dice.choice(guests)
        room = dice.choice(rooms)
        match dice.randrange(11):
            case 0:
                rooms.append(plane.bridge(one.port, two.port))
            case 1 | 2 | 3:
                room.join(
                    one.port, role=dice.choice(list(Role)), towards=two.port, gain=dice.uniform(-90, 40)
                )
            case 4 | 5:
                room.set_role(one.port, dice.choice(list(Role)), towards=two.port)
            case 6:
                room.leave(one.port)
            case 7:
                one.port.secure(on=dice.random() < 0.5)
            case 8:
                one.port.play([clip])
            case 9:
                plane.unbridge(one.port)
            case 10 if len(rooms) > 20:
                rooms.pop(dice.randrange(len(rooms))).close()
            case _:
                rooms.append(plane.conference())

    def many() -> None:
        for _ in range(40):
            anything()

    talk(guests, 2.0, dict.fromkeys(range(100), many))
    for room in rooms:
        room.close()
    last = plane.bridge(guests[0].port, guests[1].port)
    for guest in guests:
        guest.port.secure(on=False)
        guest.port.stop()
    settle(*guests[:2])
    settle(*guests[:2])
    talk(guests[:2], 0.4)
    assert guests[0].hears(guests[1])
    last.close()
    for guest in guests:
        guest.close()
    last.join(guests[0].port)


def test_fifty_rooms_over_two_threads() -> None:
    with ExitStack() as over:
        plane = Plane(address="127.0.0.1", ports=free_ports(300), threads=2)
        over.callback(plane.close)
        kinds = ((440, Codec.PCMU), (700, Codec.PCMA), (1100, Codec.PCMU))
        groups = [[Guest(plane, tone, codec=codec) for tone, codec in kinds] for _ in range(50)]
        everybody = [guest for group in groups for guest in group]
        for guest in everybody:
            over.callback(guest.close)
        for group in groups:
            room = plane.conference()
            for guest in group:
                room.join(guest.port)
        talk(everybody, 1.2)
        assert all(a.hears(b, c) and b.hears(a, c) and c.hears(a, b) for a, b, c in groups)

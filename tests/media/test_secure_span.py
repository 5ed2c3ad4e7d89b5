"""A secure span: nothing of the port is passed on, mixed or heard, whatever is pressed and whenever."""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING

import numpy
import pytest

from media.codec import Codec
from media.events import DigitPressed
from media.room import Role
from tests.kit.company import Guest, talk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from media.plane import Plane
    from tests.kit.rtp import Watch

KEY = (770.0, 1336.0)
"""The tones of the key 5 (ITU-T Q.23)."""
ENDS_WITHIN = 0.6
"""Seconds from the wish to end a span to its end, when no key is down."""


@pytest.fixture(params=["relay", "transcoding", "conference"])
def pair(plane: Plane, request: pytest.FixtureRequest) -> Iterator[tuple[Guest, Guest]]:
    """A caller and an agent, however they are joined."""
    codec = Codec.G722 if request.param == "transcoding" else Codec.PCMU
    caller, agent, third = Guest(plane, 440), Guest(plane, 1100, codec=codec), Guest(plane, 1700)
    room = plane.bridge(caller.port, agent.port)
    if request.param == "conference":
        third.frequencies = ()
        room.join(third.port)
    talk((caller, agent), 0.4)
    caller.forget()
    agent.forget()
    yield caller, agent
    for guest in (caller, agent, third):
        guest.close()


def loudest(guest: Guest) -> float:
    samples = numpy.abs(numpy.frombuffer(guest.samples(), dtype="<i2").astype(float))
    return float(samples.max()) if len(samples) else 0.0


def keep_talking(guests: tuple[Guest, ...], true: Callable[[], bool]) -> bool:
    """All talk until a condition holds."""
    for _ in range(50):
        if true():
            return True
        talk(guests, 0.1)
    return False


def hears_key(guest: Guest) -> bool:
    """Whether some 20 ms hold anything of the key's tones."""
    samples = numpy.frombuffer(guest.samples(), dtype="<i2").astype(float)
    at = numpy.arange(160) / 8000
    for start in range(0, len(samples) - 160, 80):
        part = samples[start : start + 160] * numpy.hanning(160)
        strengths = [abs((part * numpy.exp(-2j * numpy.pi * each * at)).sum()) / 80 for each in KEY]
        if min(strengths) > 200:
            return True
    return False


def test_the_agent_hears_nothing_and_the_caller_the_agent(pair: tuple[Guest, Guest]) -> None:
    caller, agent = pair
    caller.port.secure(on=True)
    talk(pair, 0.1)
    caller.forget()
    agent.forget()
    talk(pair, 0.6)
    assert caller.hears(agent)
    assert len(agent.sound) >= 25, "silence is sent, so that nobody takes the line for dead"
    assert loudest(agent) < 50
    caller.port.secure(on=False)
    talk(pair, ENDS_WITHIN)
    agent.forget()
    talk(pair, 0.4)
    assert agent.hears(caller)


def test_keys_are_told_to_us_and_to_the_agent_as_one_soft_sound_each(
    pair: tuple[Guest, Guest], watch: Watch
) -> None:
    caller, agent = pair
    caller.frequencies = ()
    caller.port.secure(on=True)
    talk(pair, 0.2)
    agent.forget()
    sounds = []
    for digit in "19":
        talk(pair, 0.1, {0: partial(caller.press, digit), 4: caller.let_go})
        assert keep_talking(pair, lambda: loudest(agent) > 200)
        talk(pair, 0.2)
        sounds.append(numpy.abs(numpy.frombuffer(agent.samples(), dtype="<i2").astype(float)))
        assert not agent.events
        agent.forget()
    assert [watch.wait(DigitPressed).digit for _ in range(2)] == ["1", "9"]
    assert all(sound.max() < 900 for sound in sounds)
    energies = [float((sound**2).sum()) for sound in sounds]
    assert max(energies) < 1.7 * min(energies), "the same sound for each key"


def test_without_blips_there_is_silence(pair: tuple[Guest, Guest]) -> None:
    caller, agent = pair
    caller.frequencies = ()
    caller.port.secure(on=True, blips=False)
    talk(pair, 0.2)
    agent.forget()
    talk(pair, 0.3, {0: lambda: caller.press("1"), 4: caller.let_go})
    assert loudest(agent) < 50


def test_a_key_that_is_down_when_it_begins_is_heard_no_further(pair: tuple[Guest, Guest]) -> None:
    caller, agent = pair
    caller.press("5")
    caller.frequencies = KEY
    caller.port.secure(on=True)
    talk(pair, 0.06)
    caller.forget()
    agent.forget()
    talk(pair, 0.4, {0: caller.hold, 3: caller.hold, 5: caller.let_go})
    assert not agent.events
    assert not hears_key(agent)


def test_a_key_that_is_down_when_it_ends_is_never_heard(pair: tuple[Guest, Guest]) -> None:
    caller, agent = pair
    caller.port.secure(on=True)
    talk(pair, 0.1)
    agent.forget()
    keys: dict[int, Callable[[], object]] = dict.fromkeys(range(2, 50), caller.hold)

    def up() -> None:
        caller.let_go()
        caller.frequencies = (440.0,)

    def down() -> None:
        caller.press("5")
        caller.frequencies = KEY

    keys |= {0: down, 5: lambda: caller.port.secure(on=False), 50: up}
    talk(pair, 2.0, keys)
    assert not agent.events
    assert not hears_key(agent)
    assert agent.hears(caller), "it is over once the key is up"


def test_tones_alone_keep_it_closed_as_well(pair: tuple[Guest, Guest]) -> None:
    """A phone that sends its keys as sound: there is no event to tell when one is down."""
    caller, agent = pair
    caller.port.secure(on=True)
    talk(pair, 0.1)
    agent.forget()

    def sing(*frequencies: float) -> Callable[[], None]:
        return lambda: setattr(caller, "frequencies", frequencies)

    talk(pair, 2.2, {0: sing(*KEY), 5: lambda: caller.port.secure(on=False), 70: sing(440.0)})
    assert not hears_key(agent)
    assert agent.hears(caller)


def test_a_listener_hears_nothing_of_it_either(plane: Plane) -> None:
    caller, agent, supervisor = Guest(plane, 440), Guest(plane, 1100), Guest(plane, 1700)
    room = plane.bridge(caller.port, agent.port)
    room.join(supervisor.port, role=Role.LISTENER)
    everybody = (caller, agent, supervisor)
    talk(everybody, 0.4)
    caller.port.secure(on=True)
    talk(everybody, 0.1)
    for guest in everybody:
        guest.forget()
    talk(everybody, 0.4)
    assert supervisor.hears(agent) and not supervisor.hears(caller)
    assert loudest(agent) < 50
    for guest in everybody:
        guest.close()


def test_it_outlives_bridges_and_rooms(plane: Plane) -> None:
    caller, agent, other = Guest(plane, 440), Guest(plane, 1100), Guest(plane, 1700)
    caller.port.secure(on=True)
    for partner in (agent, other):
        room = plane.bridge(caller.port, partner.port)
        talk((caller, partner), 0.3)
        assert loudest(partner) < 50
        assert caller.hears(partner)
        room.close()
        caller.forget()
    for guest in (caller, agent, other):
        guest.close()


def test_no_order_of_commands_lets_anything_through(plane: Plane) -> None:
    """The caller says one tone and presses one key, only while the span is on: nobody ever hears either."""
    dice = random.Random(33)
    caller = Guest(plane, 440)
    others = [Guest(plane, 1100), Guest(plane, 1700, codec=Codec.G722), Guest(plane, 2300, codec=Codec.PCMA)]
    rooms = [plane.bridge(caller.port, others[0].port)]
    caller.frequencies = ()
    talk((caller, *others), 0.2)

    def turn() -> None:
        one = dice.choice([caller, *others])
        match dice.randrange(6):
            case 0:
                rooms.append(plane.bridge(caller.port, dice.choice(others).port))
            case 1:
                rooms.append(plane.conference())
            case 2 | 3:
                towards = dice.choice(others).port
                dice.choice(rooms).join(one.port, role=dice.choice(list(Role)), towards=towards)
            case 4:
                dice.choice(rooms).leave(one.port)
            case _:
                plane.unbridge(one.port)

    for _ in range(6):
        caller.port.secure(on=True)
        for guest in others:
            guest.forget()
        caller.frequencies = KEY
        acts: dict[int, Callable[[], object]] = dict.fromkeys(range(1, 20), turn)
        acts |= {0: lambda: caller.press("5"), 12: lambda: caller.port.secure(on=False), 19: caller.let_go}
        talk((caller, *others), 0.4, acts)
        caller.frequencies = ()
        talk((caller, *others), 0.5, {4: turn, 10: turn})
        for guest in others:
            assert not guest.events
            assert not hears_key(guest)
    for guest in (caller, *others):
        guest.close()

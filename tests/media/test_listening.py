"""Listening at a port: speech, shares of talk, dead air, audio in one direction, levels, who answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from media.events import (
    Answerer,
    AnswerGuessed,
    DeadAir,
    GuessReason,
    OneWayAudio,
    SpeechEnded,
    SpeechStarted,
)
from tests.kit.rtp import FarEnd, until
from tests.kit.tone import tone, voice

if TYPE_CHECKING:
    from media.plane import Plane
    from tests.kit.rtp import Watch

SECOND = 16000
"""Bytes of a second of sound."""


def silence(seconds: float) -> bytes:
    return bytes(int(seconds * SECOND))


def test_speech_is_told_when_it_begins_and_when_it_is_over(plane: Plane, watch: Watch) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.listen(hangover=0.4)
        phone.say(silence(0.2) + voice(1.0) + silence(0.8))
        assert watch.wait(SpeechStarted).port == port.id
        assert 0.6 <= watch.wait(SpeechEnded).seconds <= 1.2
        port.stop_listening()
        phone.say(voice(0.4))
        assert not [event for event in watch.settle() if isinstance(event, SpeechStarted)]


def test_both_sides_of_a_bridge_have_their_share_of_talk(plane: Plane) -> None:
    with FarEnd() as customer, FarEnd(address="127.0.0.2") as agent:
        ports = plane.open_port(), plane.open_port()
        for phone, port in zip((customer, agent), ports, strict=True):
            phone.meet(port)
            port.listen()
        plane.bridge(*ports)
        customer.say(voice(1.0))
        agent.say(voice(1.0))
        theirs, ours = (port.listened() for port in ports)
    assert 0.6 <= theirs.far <= 1.4
    assert 0.5 <= theirs.near <= 1.4
    assert abs(theirs.near - ours.far) < 0.3
    assert theirs.both < 0.4


def test_dead_air_is_told_only_while_nothing_plays(plane: Plane, watch: Watch) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.listen(dead_air=0.3)
        port.play([plane.load_clip(tone([440], 0.6))])
        phone.say(silence(0.5))
        assert not [event for event in watch.settle(0.0) if isinstance(event, DeadAir)]
        told = watch.wait(DeadAir)
        assert (told.port, round(told.silence, 2)) == (port.id, 0.3)


def test_audio_in_one_direction_is_told_when_our_side_talks_to_nobody(plane: Plane, watch: Watch) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.listen(one_way=0.4)
        port.play([plane.load_clip(tone([440], 1.0))])
        told = watch.wait(OneWayAudio)
        assert told.port == port.id
        assert 0.4 <= told.silence < 1.0


def test_the_level_is_that_of_the_sound(plane: Plane) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        assert port.listened().level == -127
        port.listen()
        phone.say(tone([1000], 0.8, level=0.1))
        assert abs(port.listened().level + 23) < 1.0
        assert abs(port.listened().peak + 20) < 1.0


def test_a_person_who_answers_greets_shortly_and_waits(plane: Plane, watch: Watch) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.listen(answer=True)
        phone.say(silence(0.2) + voice(0.6) + silence(1.2))
        assert watch.wait(AnswerGuessed) == AnswerGuessed(
            port.id, Answerer.PERSON, GuessReason.SHORT_GREETING
        )


def test_a_beep_is_a_machines(plane: Plane, watch: Watch) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.listen(answer=True)
        phone.say(voice(0.4) + tone([1000], 0.4))
        assert watch.wait(AnswerGuessed) == AnswerGuessed(port.id, Answerer.MACHINE, GuessReason.BEEP)


def test_packets_that_never_came_are_made_up_and_late_ones_waited_for(plane: Plane) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.listen()
        phone.say(voice(0.5))
        phone.lose()
        phone.say(voice(0.5))
        assert until(lambda: port.listened().concealed > 0)
        assert port.listened().concealed < 12
        assert 0.02 <= port.listened().wait <= 0.2

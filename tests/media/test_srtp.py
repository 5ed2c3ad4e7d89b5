"""SRTP and SRTCP (RFC 3711, RFC 7714) against libsrtp: every suite, both ways, and all that must be refused."""

from __future__ import annotations

import os
import struct
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from media.connection import SUITES, SrtpKeys
from media.errors import MediaError
from media.events import DigitPressed, RtpStarted
from tests.kit.rtp import FarEnd, Packet, Watch, until
from tests.kit.srtp import SecretFarEnd, new_keys
from tests.kit.tone import hears, tone

if TYPE_CHECKING:
    from media.plane import Plane, Port

every_suite = pytest.mark.parametrize("suite", SUITES)
VOICE = b"\x55" * 160


def met(plane: Plane, far: FarEnd) -> Port:
    port = plane.open_port()
    far.meet(port)
    return port


def heard(port: Port) -> int:
    return port.counters().packets_in


@every_suite
def test_a_prompt_is_heard_by_one_who_has_the_key(plane: Plane, suite: str) -> None:
    with SecretFarEnd(new_keys(suite)) as far:
        met(plane, far).play([plane.load_clip(tone([440], 0.4))])
        assert hears(far.hear_sound(20), [440])


@every_suite
def test_what_comes_is_heard_over_the_wrap_of_its_numbers(plane: Plane, watch: Watch, suite: str) -> None:
    with SecretFarEnd(new_keys(suite)) as far:
        port = met(plane, far)
        port.echo()
        for number in range(10):  # the far end begins at 65530
            assert far.send(bytes([number] * 160)).payload == far.hear(1)[0].payload
        far.press("7")
        assert watch.wait(DigitPressed).digit == "7"
        counters = port.counters()
    assert (counters.refused, counters.bad, counters.lost) == (0, 0, 0)


@every_suite
@pytest.mark.parametrize("other", [None, "AES_CM_128_HMAC_SHA1_80", "AEAD_AES_256_GCM"])
def test_legs_with_and_without_keys_hear_each_other(plane: Plane, suite: str, other: str | None) -> None:
    with (
        SecretFarEnd(new_keys(suite)) as a,
        FarEnd() if other is None else SecretFarEnd(new_keys(other)) as b,
    ):
        one, two = met(plane, a), met(plane, b)
        plane.bridge(one, two)
        for side, partner in ((a, b), (b, a)):
            sent = [side.send(os.urandom(160)).payload for _ in range(10)]
            assert [packet.payload for packet in partner.hear(10)] == sent
        a.press("5")
        assert [packet.payload[0] for packet in b.hear(7)] == [5] * 7


def test_one_without_the_key_neither_speaks_nor_takes_over_nor_ends_anything(
    plane: Plane, watch: Watch
) -> None:
    with SecretFarEnd() as far, SecretFarEnd(ssrc=far.ssrc) as forger, FarEnd() as plain:
        port = met(plane, far)
        forger.target = plain.target = far.target
        for _ in range(20):
            forger.send(VOICE)
            plain.send(VOICE)
            plain.send_bytes(b"\x80")
        assert until(lambda: port.counters().refused == 60)
        assert watch.settle(0.05) == []
        port.play([plane.load_clip(tone([440], 0.4))], loop=True)
        assert len(far.hear(3)) == 3
        assert plain.hears_nothing()
        far.send(VOICE)
        watch.wait(RtpStarted)
        assert until(lambda: (heard(port), port.counters().strangers) == (1, 0))


def test_a_packet_sent_again_is_refused(plane: Plane, watch: Watch) -> None:
    with SecretFarEnd() as far:
        port = met(plane, far)
        far.press("3")
        watch.wait(RtpStarted)
        watch.wait(DigitPressed)
        assert until(lambda: heard(port) == 7)
        for packet in far.sent:
            far.send_raw(packet)
        assert until(lambda: port.counters().refused == 7)
        assert heard(port) == 7
        assert watch.settle(0.05) == []


def test_bytes_that_mean_nothing_are_refused(plane: Plane) -> None:
    with SecretFarEnd() as far:
        port = met(plane, far)
        far.send(VOICE)
        assert until(lambda: heard(port) == 1)
        for length in (0, 1, 11, 12, 21, 22, 500, 2000, 4000):
            far.send_raw(b"\x90" + os.urandom(length))
        flipped = bytearray(far.sent[0])
        flipped[40] ^= 1
        flipped[3] += 1
        far.send_raw(bytes(flipped))
        assert until(lambda: port.counters().refused == 10)
        far.send(VOICE)
        assert until(lambda: heard(port) == 2)


def test_keys_that_stay_go_on_counting_and_others_begin_anew(plane: Plane) -> None:
    with SecretFarEnd() as far:
        port = met(plane, far)
        port.echo()
        for _ in range(10):
            far.send(VOICE)
        assert len(far.hear(10)) == 10
        before = far.keys
        port.connect(replace(far.connection(), ptime=30))
        far.send(VOICE)
        assert len(far.hear(1)) == 1
        far.send_raw(far.sent[-1])
        assert until(lambda: port.counters().refused == 1)

        far.take(SrtpKeys("AEAD_AES_128_GCM", os.urandom(28), os.urandom(28)))
        port.connect(far.connection())
        far.send(VOICE)
        assert len(far.hear(1)) == 1

        far.take(before)
        far.send(VOICE)
        assert until(lambda: port.counters().refused == 2)


def test_packets_under_the_old_key_are_heard_until_the_new_one_is_used(plane: Plane) -> None:
    with SecretFarEnd() as far:
        port = met(plane, far)
        far.send(VOICE)
        assert until(lambda: heard(port) == 1)
        renewed = new_keys()
        port.connect(replace(far.connection(), srtp=renewed))
        far.send(VOICE)
        assert until(lambda: heard(port) == 2)
        far.take(renewed)
        far.send(VOICE)
        assert until(lambda: heard(port) == 3)


def test_keys_may_come_and_go_with_signalling(plane: Plane) -> None:
    with SecretFarEnd() as far:
        port = met(plane, far)
        port.connect(replace(far.connection(), srtp=None))
        plain = Packet(0, False, 1, 0, 9, VOICE)  # noqa: FBT003
        far.send_raw(bytes(plain))
        assert until(lambda: heard(port) == 1)
        port.connect(far.connection())
        far.send_raw(bytes(replace(plain, sequence=2)))
        assert until(lambda: port.counters().refused == 1)
        far.send(VOICE)
        assert until(lambda: heard(port) == 2)


def report(ssrc: int, of: int, lost: int) -> bytes:
    """A receiver report that tells of losses."""
    return struct.pack("!BBHI", 0x81, 201, 7, ssrc) + struct.pack("!IIIIII", of, lost, 0, 0, 0, 0)


@every_suite
@pytest.mark.parametrize("mux", [True, False])
def test_reports_are_protected_both_ways(plane: Plane, suite: str, *, mux: bool) -> None:
    with SecretFarEnd(new_keys(suite)) as far:
        port = plane.open_port()
        far.target = (port.address, port.number)
        port.connect(replace(far.connection(), mux=mux, reports=None if mux else far.address))
        port.play([plane.load_clip(tone([440], 0.06))])
        ours = far.hear(3)[0].ssrc
        far.send(VOICE)
        assert until(lambda: heard(port) == 1)
        far.target = (port.address, port.number + (not mux))
        far.send_raw(report(far.ssrc, ours, 9))
        assert until(lambda: port.counters().refused == 1)
        protected = far.sender.protect_rtcp(report(far.ssrc, ours, 17))
        far.send_raw(protected)
        assert until(lambda: port.counters().remote_lost == 17)
        far.send_raw(protected)
        assert until(lambda: port.counters().refused == 2)
        port.close()
        told = far.receiver.unprotect_rtcp(far.socket.recv(2048))
    assert struct.unpack("!BBHI", told[:8]) == (0x81, 200, 12, ours)
    assert told[-8:] == struct.pack("!BBHI", 0x81, 203, 1, ours)


def test_keys_are_never_shown(plane: Plane) -> None:
    keys = SrtpKeys("AES_CM_128_HMAC_SHA1_80", b"our secret" * 3, b"their secret" * 3)
    with SecretFarEnd() as far:
        wrong = replace(far.connection(), srtp=keys)
        with pytest.raises(MediaError, match="an SRTP key of a wrong length") as told:
            plane.open_port().connect(wrong)
        unknown = replace(wrong, srtp=replace(keys, suite="NULL"))
        with pytest.raises(MediaError, match="no such SRTP suite"):
            plane.open_port().connect(unknown)
    for text in (repr(keys), repr(wrong), str(told.value), repr(told.value)):
        assert "secret" not in text
    assert repr(keys) == "SrtpKeys(AES_CM_128_HMAC_SHA1_80, ***)"

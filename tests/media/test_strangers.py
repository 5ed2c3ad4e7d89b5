"""Who may be heard: the peer that was agreed, and nobody else; and nothing hostile does harm."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from media.events import RtpStarted, RtpTimeout
from tests.kit.rtp import FarEnd, Watch, until
from tests.kit.tone import tone

if TYPE_CHECKING:
    from media.plane import Plane

DATA = Path(__file__).parent.parent / "data"


def test_a_stranger_is_neither_heard_nor_answered(plane: Plane, watch: Watch) -> None:
    with FarEnd() as phone, FarEnd(address="127.0.0.2") as stranger:
        port = plane.open_port()
        phone.meet(port)
        stranger.target = phone.target
        stranger.send(b"\x00" * 160)
        assert until(lambda: port.counters().strangers == 1)
        port.play([plane.load_clip(tone([440], 0.1))])
        assert phone.hear(1)
        phone.send(b"\xff" * 160)
        watch.wait(RtpStarted)
        for _ in range(5):
            stranger.send(b"\x00" * 160)
        assert len(phone.hear(4)) == 4
        assert until(lambda: port.counters().packets_in == 1)
        assert stranger.hears_nothing()


def test_the_first_source_of_the_agreed_host_is_kept(plane: Plane, watch: Watch) -> None:
    """A phone may send from another port than it names; once it has, a second source is a stranger."""
    with FarEnd() as named, FarEnd() as real, FarEnd() as late:
        port = plane.open_port()
        named.meet(port)
        real.target = late.target = named.target
        real.send(b"\xff" * 160)
        watch.wait(RtpStarted)
        late.send(b"\x00" * 160)
        port.play([plane.load_clip(tone([440], 0.1))])
        assert len(real.hear(5)) == 5
        assert late.hears_nothing(seconds=0.02)
        assert until(lambda: port.counters().packets_in == 1)


def test_a_new_agreement_opens_the_door_again(plane: Plane, watch: Watch) -> None:
    with FarEnd() as first, FarEnd(address="127.0.0.3") as second:
        port = plane.open_port()
        first.meet(port)
        first.send(b"\xff" * 160)
        watch.wait(RtpStarted)
        second.meet(port)
        # The first packets may come before the thread has heard of the change.
        assert until(lambda: _says_something(second) and port.counters().packets_in > 1)
        watch.wait(RtpStarted)
        port.play([plane.load_clip(tone([440], 0.1))])
        assert len(second.hear(5)) == 5
        assert first.hears_nothing(seconds=0.02)


def _says_something(phone: FarEnd) -> bool:
    phone.send(b"\xff" * 160)
    return True


def test_a_phone_that_moved_its_port_is_heard_after_signalling(plane: Plane, watch: Watch) -> None:
    with FarEnd() as named, FarEnd() as old, FarEnd() as new:
        port = plane.open_port()
        named.meet(port)
        old.target = new.target = named.target
        old.send(b"\xff" * 160)
        watch.wait(RtpStarted)
        named.meet(port)
        port.play([plane.load_clip(tone([440], 0.1))])
        assert len(old.hear(5)) == 5
        new.send(b"\xff" * 160)
        assert until(lambda: port.counters().packets_in == 2)
        port.play([plane.load_clip(tone([440], 0.1))])
        assert len(new.hear(5)) == 5
        assert old.hears_nothing(seconds=0.02)


def test_a_late_packet_from_where_a_phone_was_does_not_keep_it_out(plane: Plane, watch: Watch) -> None:
    """The very place that signalling named is followed at once, yet only to a run of packets."""
    with FarEnd() as old, FarEnd() as new:
        port = plane.open_port()
        old.meet(port)
        old.send(b"\xff" * 160)
        watch.wait(RtpStarted)
        new.meet(port)
        old.send(b"\xff" * 160)
        watch.wait(RtpStarted)
        port.play([plane.load_clip(tone([440], 0.5))])
        for _ in range(3):
            new.send(b"\xff" * 160)
        assert until(lambda: port.counters().strangers == 3)
        assert len(old.hear(1)) == 1
        new.send(b"\xff" * 160)
        assert until(lambda: port.counters().packets_in == 3)
        assert len(new.hear(5)) == 5
        old.hear(1000, patience=0.04)
        for _ in range(8):
            old.send(b"\xff" * 160)
        assert old.hears_nothing(seconds=0.04)


def test_behind_nat_the_first_source_is_taken_only_where_allowed(plane: Plane, watch: Watch) -> None:
    with FarEnd(address="127.0.0.9") as inside, FarEnd() as outside:
        port = plane.open_port()
        inside.meet(port, symmetric=True)
        outside.target = inside.target
        outside.send(b"\xff" * 160)
        watch.wait(RtpStarted)
        port.play([plane.load_clip(tone([440], 0.1))])
        assert len(outside.hear(5)) == 5


@pytest.mark.parametrize("file", sorted((DATA / "rtp").glob("*.bin")), ids=lambda f: f.stem)
def test_a_bad_packet_is_counted_and_harmless(plane: Plane, watch: Watch, file: Path) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        for _ in range(3):
            phone.send_bytes(file.read_bytes())
            phone.send(b"\xff" * 160)
        watch.wait(RtpStarted)
        assert until(lambda: port.counters().packets_in >= 3)
        counters = port.counters()
        assert counters.bad + counters.unknown == 3
        assert counters.lost == 0


@pytest.mark.parametrize("file", sorted((DATA / "rtcp").glob("*.bin")), ids=lambda f: f.stem)
def test_a_bad_report_is_counted_and_harmless(plane: Plane, file: Path) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        phone.socket.sendto(file.read_bytes(), (port.address, port.number + 1))
        phone.send(b"\xff" * 160)
        assert until(lambda: port.counters().packets_in == 1)
        assert until(lambda: port.counters().bad == (0 if file.stem in HARMLESS else 1))


HARMLESS = {"thirty-one-blocks-promised"}


def test_a_report_from_a_stranger_is_refused(plane: Plane) -> None:
    with FarEnd() as phone, FarEnd(address="127.0.0.2") as stranger:
        port = plane.open_port()
        phone.meet(port)
        stranger.socket.sendto(b"\x80\xc9\x00\x01\x00\x00\x00\x01", (port.address, port.number + 1))
        assert until(lambda: port.counters().strangers == 1)


def test_silence_is_told_once_until_the_peer_is_heard_again(impatient: Plane) -> None:
    watch = Watch(impatient)
    with FarEnd() as phone:
        port = impatient.open_port()
        phone.meet(port)
        told = watch.wait(RtpTimeout)
        assert told.port == port.id
        assert told.silence >= 0.2
        assert watch.settle(0.3) == []
        phone.send(b"\xff" * 160)
        watch.wait(RtpStarted)
        watch.wait(RtpTimeout)


def test_silence_on_hold_is_expected(impatient: Plane) -> None:
    watch = Watch(impatient)
    with FarEnd() as phone:
        port = impatient.open_port()
        port.connect(replace(phone.connection(), receiving=False))
        assert watch.settle(0.4) == []


def test_a_far_end_that_closed_does_not_stop_the_stream(plane: Plane, watch: Watch) -> None:
    phone = FarEnd()
    port = plane.open_port()
    phone.meet(port)
    phone.send(b"\xff" * 160)
    watch.wait(RtpStarted)
    port.play([plane.load_clip(tone([440], 0.3))])
    phone.hear(2)
    phone.socket.close()
    assert until(lambda: port.counters().packets_out >= 15)

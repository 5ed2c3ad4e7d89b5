"""Ports come and go: in pairs, in rotation, without a leak, and with a clear word when there are none left."""

from __future__ import annotations

import resource
import socket
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from media.codec import Codec
from media.connection import plain
from media.errors import MediaError, PortsExhausted
from media.events import RecordingFinished
from media.plane import Plane
from tests.kit.ports import free_ports
from tests.kit.rtp import FarEnd, until
from tests.kit.tone import tone

if TYPE_CHECKING:
    from tests.kit.rtp import Watch


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_two_thousand_ports_leave_nothing_behind() -> None:
    plane = Plane(address="127.0.0.1", ports=free_ports(800), threads=2)
    clip = plane.load_clip(tone([440], 1.0))
    before = open_files()
    with FarEnd() as phone:
        for _ in range(10):
            ports = [plane.open_port() for _ in range(200)]
            for one, two in zip(ports[::2], ports[1::2], strict=True):
                phone.meet(one)
                one.play([clip], loop=True)
                plane.bridge(one, two)
            for port in ports:
                port.close()
            assert until(lambda: plane.counters().open < 100)
    assert until(lambda: plane.counters().open == 0)
    assert until(lambda: open_files() <= before)
    assert until(lambda: plane.counters().opened == 2000)
    plane.close()
    assert until(lambda: open_files() < before)


def test_ports_are_even_and_go_round_before_they_come_again(plane: Plane) -> None:
    numbers = []
    for _ in range(20):
        port = plane.open_port()
        numbers.append(port.number)
        port.close()
        assert until(lambda: plane.counters().open == 0)
    assert all(number % 2 == 0 for number in numbers)
    assert len(set(numbers)) == 20
    assert plane.open_port().number == numbers[0]


def test_an_exhausted_range_says_so_with_what_to_tell_the_caller() -> None:
    plane = Plane(address="127.0.0.1", ports=free_ports(4), threads=1)
    held = [plane.open_port(), plane.open_port()]
    with pytest.raises(PortsExhausted, match=r"all 2 RTP port pairs.*widen the range") as error:
        plane.open_port()
    assert (error.value.status, error.value.cause) == (503, 42)
    held.pop().close()
    assert until(lambda: plane.counters().open == 1)
    assert plane.open_port().number
    plane.close()


def test_a_port_that_another_program_holds_is_passed_over() -> None:
    block = free_ports(4)
    plane = Plane(address="127.0.0.1", ports=block, threads=1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", block.start + 1))
        assert plane.open_port().number == block.start + 2
    plane.close()


def test_the_limit_of_open_files_is_named() -> None:
    plane = Plane(address="127.0.0.1", ports=free_ports(100), threads=1)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_files() + 1, hard))
    try:
        with pytest.raises(PortsExhausted, match="ulimit"):
            [plane.open_port() for _ in range(50)]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    plane.close()


def test_commands_to_a_closed_port_are_harmless(plane: Plane, watch: Watch, tmp_path: Path) -> None:
    port, other = plane.open_port(), plane.open_port()
    clip = plane.load_clip(tone([440], 0.1))
    assert port.close() == port.close()
    port.connect(plain(("127.0.0.1", 9), Codec.PCMU))
    port.play([clip])
    port.stop()
    port.echo()
    port.send_digits("1")
    port.record(str(tmp_path / "x.wav"))
    port.stop_recording()
    plane.bridge(port, other)
    plane.bridge(other, port)
    plane.bridge(other, other)
    plane.unbridge(port)
    assert watch.wait(RecordingFinished).seconds == 0.0
    assert watch.settle() == []
    assert plane.counters().open == 1


def test_commands_to_a_closed_plane_are_harmless(plane: Plane) -> None:
    port = plane.open_port()
    plane.close()
    port.play([])
    port.close()
    plane.close()
    assert plane.take_events() == []


@pytest.mark.parametrize("remote", [("0.0.0.0", 4000), ("127.0.0.1", 0)])
def test_an_address_of_hold_is_not_sent_to(plane: Plane, remote: tuple[str, int]) -> None:
    port = plane.open_port()
    port.connect(plain(remote, Codec.PCMU))
    port.play([plane.load_clip(tone([440], 0.1))])
    assert until(lambda: len(plane.take_events()) == 1)
    assert port.counters().packets_out == 0


def test_a_name_is_no_address(plane: Plane) -> None:
    with pytest.raises(MediaError, match="example"):
        plane.open_port().connect(plain(("example.invalid", 4000), Codec.PCMU))
    with pytest.raises(MediaError):
        Plane(address="example.invalid", ports=range(2))


def test_loss_and_duplicates_are_counted(plane: Plane) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        for number in range(10):
            packet = phone.send(b"\xff" * 160)
            if number == 3:
                phone.send_bytes(bytes(packet))
            if number == 5:
                phone.sequence += 2
        assert until(lambda: port.counters().packets_in == 11)
        counters = port.counters()
        assert (counters.lost, counters.duplicates, counters.out_of_order) == (2, 1, 0)
        assert counters.bytes_in == 11 * 172


def test_sound_goes_over_ipv6() -> None:
    plane = Plane(address="::1", ports=free_ports(20, address="::1"), threads=1)
    clip = plane.load_clip(tone([440], 1.0))
    port = plane.open_port()
    with FarEnd(address="::1") as phone:
        phone.meet(port)
        port.play([clip])
        assert len(phone.hear(5)) == 5
        phone.send(b"\xff" * 160)
        assert until(lambda: port.counters().packets_in > 0)
    plane.close()


def test_far_ends_are_told_the_advertised_address() -> None:
    plane = Plane(address="127.0.0.1", advertised="203.0.113.7", ports=free_ports(20), threads=1)
    assert plane.open_port().address == "203.0.113.7"
    plane.close()


def test_a_plane_of_two_families_bridges_them() -> None:
    plane = Plane(address="127.0.0.1", also="::1", ports=free_ports(20), threads=1)
    four, six = plane.open_port(towards="192.0.2.1"), plane.open_port(towards="2001:db8::9")
    assert (four.address, six.address, plane.open_port().address) == ("127.0.0.1", "::1", "127.0.0.1")
    with FarEnd() as caller, FarEnd(address="::1") as agent:
        caller.meet(four)
        agent.meet(six)
        plane.bridge(four, six)
        agent.send(b"\xd5" * 160)
        caller.send(b"\x55" * 160)
        caller.send(b"\x55" * 160)
        agent.send(b"\xd5" * 160)
        assert {each.payload for each in caller.hear(1)} == {b"\xd5" * 160}
        assert {each.payload for each in agent.hear(1)} == {b"\x55" * 160}
    plane.close()


def test_a_second_address_of_the_same_family_is_none() -> None:
    plane = Plane(address="127.0.0.1", also="127.0.0.2", ports=free_ports(20), threads=1)
    assert plane.open_port(towards="127.0.0.9").address == "127.0.0.1"
    plane.close()


def test_a_thread_left_with_far_more_than_another_gives_ports_away() -> None:
    plane = Plane(address="127.0.0.1", ports=free_ports(40), threads=2, fill=4)
    clip = plane.load_clip(tone([440], 5.0))
    ports = [plane.open_port() for _ in range(16)]
    with FarEnd() as phone:
        staying = ports[0]
        phone.meet(staying)
        staying.play([clip], loop=True)
        for port in (*ports[4:8], *ports[12:]):
            port.close()
        assert until(lambda: plane.counters().open == 8)
        plane.open_port()
        assert until(lambda: min(plane.loads()) >= 4)
        sequence = [packet.sequence for packet in phone.hear(50)]
    assert all((b - a) % 65536 == 1 for a, b in pairwise(sequence))
    plane.close()


def test_an_echo_goes_on_at_the_thread_a_port_is_given_to() -> None:
    plane = Plane(address="127.0.0.1", ports=free_ports(40), threads=2, fill=4)
    ports = [plane.open_port() for _ in range(16)]
    with FarEnd() as phone:
        moving = ports[11]
        phone.meet(moving)
        moving.echo()
        phone.send(b"\x55" * 160)
        phone.hear(1)
        for port in (*ports[4:8], *ports[12:]):
            port.close()
        assert until(lambda: plane.counters().open == 8)
        plane.open_port()
        assert until(lambda: min(plane.loads()) >= 4)
        phone.send(b"\x2a" * 160)
        assert [each.payload for each in phone.hear(1)] == [b"\x2a" * 160]
    plane.close()

"""Telephone events as senders send them and networks deliver them (tests/data/digits), through a real port."""

from __future__ import annotations

import select
import struct
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from media.codec import Codec
from media.connection import Events, plain
from media.events import DigitPressed
from tests.kit.rtp import FarEnd, Packet, until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from media.plane import Plane
    from tests.kit.rtp import Watch

FILES = sorted((Path(__file__).parents[1] / "data" / "digits").glob("*.yaml"))


@dataclass(frozen=True, slots=True)
class Sender:
    """What one sender sends, and which keys those are."""

    expects: str
    clock: int
    payload: int
    packets: Sequence[tuple[int, int, int, int, int, int, int]]

    def datagrams(self) -> list[tuple[float, bytes]]:
        """Each packet with the second at which it arrives."""
        made = []
        for at, sequence, timestamp, marker, event, end, duration in self.packets:
            told = struct.pack("!BBH", event, 0x80 * end | 10, duration)
            made.append(
                (at / 1000, bytes(Packet(self.payload, bool(marker), sequence, timestamp, 0xFEED, told)))
            )
        return made


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_key_is_told_once(file: Path, plane: Plane, watch: Watch) -> None:
    read: dict[str, Any] = yaml.safe_load(file.read_text())
    sender = Sender(**read)
    codec = Codec.OPUS if sender.clock == Codec.OPUS.rtp_clock else Codec.PCMU
    with FarEnd(codec=codec) as phone:
        port = plane.open_port()
        events = Events(sender.payload, sender.payload, sender.clock)
        port.connect(replace(plain(phone.address, codec), events=events))
        phone.target = (port.address, port.number)
        began = time.monotonic()
        for at, datagram in sender.datagrams():
            pause = began + at - time.monotonic()
            if pause > 0:
                select.select([], [], [], pause)
            phone.send_bytes(datagram)
        assert until(lambda: port.counters().packets_in == len(sender.packets))
        told = [event.digit for event in watch.settle() if isinstance(event, DigitPressed)]
        assert "".join(told) == sender.expects
        assert until(lambda: port.counters().digits_in == len(sender.expects))


def test_there_is_a_file_for_each_way_of_losing_a_key() -> None:
    assert len(FILES) >= 15

"""What bench_media.py measures: a plane at one kind of work, on a number of ports, until it is killed."""

from __future__ import annotations

import math
import struct
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from media.codec import Codec
from media.connection import SrtpKeys, plain
from media.plane import Plane
from media.recording import RecordingPlan
from media.room import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from media.connection import Connection
    from media.plane import Port

BASE = 21000
PEER = 20900
SUITE = "AES_CM_128_HMAC_SHA1_80"
KEY = bytes(range(30))
"""Of all ports and both directions: nobody's but the bench's."""


class Subject:
    """A plane with connected ports."""

    def __init__(self, count: int) -> None:
        """Open nothing yet."""
        self.count = count
        self.plane = Plane(address="127.0.0.1", ports=range(BASE, BASE + 2 * count))
        self.folder = tempfile.mkdtemp(prefix="bench-media-")

    def open(self, change: Callable[[Connection], Connection] = lambda told: told) -> list[Port]:
        """Open all ports, each towards one of the generator's four."""
        ports = []
        for index in range(self.count):
            port = self.plane.open_port()
            port.connect(change(plain(("127.0.0.1", PEER + index % 4), Codec.PCMU, event_payload=101)))
            ports.append(port)
        return ports

    def playing(self, change: Callable[[Connection], Connection] = lambda told: told) -> list[Port]:
        """A ten-second prompt on each port, again and again."""
        clip = self.plane.load_clip(tone(10.0))
        ports = self.open(change)
        for port in ports:
            port.play([clip], loop=True)
        return ports


def ivr(subject: Subject) -> None:
    """A prompt plays, RTP comes in."""
    subject.playing()


def srtp(subject: Subject) -> None:
    """The same, both ways under SRTP."""
    subject.playing(lambda told: replace(told, srtp=SrtpKeys(SUITE, KEY, KEY)))


def relay(subject: Subject) -> None:
    """Ports in pairs."""
    ports = subject.open()
    for one, two in zip(ports[::2], ports[1::2], strict=True):
        subject.plane.bridge(one, two)


def listener(subject: Subject) -> None:
    """Ports in threes: two talk, one listens to both."""
    ports = subject.open()
    for one, two, third in zip(ports[::3], ports[1::3], ports[2::3], strict=False):
        subject.plane.bridge(one, two).join(third, role=Role.LISTENER)


def conference(subject: Subject) -> None:
    """Ports in threes that all talk."""
    ports = subject.open()
    for group in zip(ports[::3], ports[1::3], ports[2::3], strict=False):
        room = subject.plane.conference()
        for port in group:
            room.join(port)


def keys(subject: Subject) -> None:
    """The same, and keys are looked for in the sound."""
    subject.playing(lambda told: replace(told, events=None, inband=True))


def record(subject: Subject) -> None:
    """A prompt plays, RTP comes in, both are recorded."""
    plan = RecordingPlan(stereo=True)
    for index, port in enumerate(subject.playing()):
        port.record(f"{subject.folder}/{index}.wav", plan)


SUBJECTS = {each.__name__: each for each in (ivr, keys, srtp, record, relay, listener, conference)}


def tone(seconds: float) -> bytes:
    """Make a 440 Hz tone."""
    samples = (int(8000 * math.sin(2 * math.pi * 440 * i / 8000)) for i in range(int(8000 * seconds)))
    return b"".join(struct.pack("<h", sample) for sample in samples)


def protected_stream(packets: int) -> bytes:
    """What a peer sends under SRTP: each packet behind its length, for the generator."""
    from pylibsrtp import Policy, Session

    sender = Session(
        Policy(KEY, Policy.SSRC_ANY_OUTBOUND, srtp_profile=Policy.SRTP_PROFILE_AES128_CM_SHA1_80)
    )
    made = []
    for number in range(packets):
        head = struct.pack("!BBHII", 0x80, 0, number & 0xFFFF, number * 160 & 0xFFFFFFFF, 7)
        made.append(sender.protect(head + b"\xff" * 160))
    return b"".join(struct.pack("!H", len(packet)) + packet for packet in made)


if __name__ == "__main__":
    SUBJECTS[sys.argv[1]](subject := Subject(int(sys.argv[2])))
    print("ready", flush=True)
    sys.stdin.read()

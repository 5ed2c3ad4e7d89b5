"""Sound on the wire: echo comes back, strangers neither get RTP nor are heard (rtpbleed, injection)."""

from __future__ import annotations

import socket
import struct
import time
from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import AGENT_TONES, CALLER_TONES
from tests.e2e.telephones import pyvoip_caller, wait_to_hear
from tests.kit.ports import free_port
from tests.kit.tone import hears

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.server import Server

PCMU_SQUARE = (bytes([0x00] * 4) + bytes([0x80] * 4)) * 20  # loud, 1000 Hz


def test_an_echo_comes_back(server: Server, tmp_path: Path, caller_sound: Path) -> None:
    with pyvoip_caller(server, tmp_path) as caller:
        caller.dial("echo")
        caller.say(caller_sound)
        wait_to_hear(caller, CALLER_TONES)
        caller.hang_up()


def test_a_stranger_gets_no_rtp_and_is_not_heard(
    server: Server, tmp_path: Path, caller_sound: Path, stranger: str
) -> None:
    with pyvoip_caller(server, tmp_path) as caller, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as spy:
        spy.bind((stranger, free_port(address=stranger)))
        spy.settimeout(0.02)
        caller.dial("echo")
        caller.say(caller_sound)
        wait_to_hear(caller, CALLER_TONES)
        for number in range(50):
            head = struct.pack("!BBHII", 0x80, 0, 1000 + number, 160 * number, 0xDEAD)
            spy.sendto(head + PCMU_SQUARE, caller.media_of_server())
            with pytest.raises(TimeoutError):
                spy.recv(2000)
        heard = caller.heard(0.6)
        assert hears(heard, CALLER_TONES)
        assert not hears(heard, {1000})
        caller.hang_up()


def test_sound_passes_in_step(server: Server, tmp_path: Path, agent_sound: Path) -> None:
    """Two seconds of echo take two seconds: nothing is lost, doubled or held back."""
    with pyvoip_caller(server, tmp_path) as caller:
        caller.dial("echo")
        caller.say(agent_sound)
        wait_to_hear(caller, AGENT_TONES)
        began = time.monotonic()
        assert len(caller.heard(2.0)) == 32000
        assert 1.8 < time.monotonic() - began < 2.4
        caller.hang_up()

"""Broken messages by the thousand on the live socket while a call is up: the call does not notice."""

from __future__ import annotations

import random
import socket
import time
from typing import TYPE_CHECKING

from tests.e2e.centre import CALLER_TONES, TRUNK
from tests.e2e.ledger import newest
from tests.e2e.telephones import agent_heard, pjsua_caller
from tests.fuzz.storm import mutated, seeds
from tests.kit.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.server import Server

MESSAGES = 4000
A_SECOND = 1000
LARGEST = 60_000


def test_a_call_does_not_notice_a_storm_of_broken_messages(
    own_server: Server, tmp_path: Path, caller_sound: Path
) -> None:
    server = own_server
    with pjsua_caller(server, tmp_path, plays=caller_sound) as caller:
        caller.dial("echo")
        began = time.monotonic()
        storm(server.sip)
        took = time.monotonic() - began
        time.sleep(0.5)  # of sound without the storm
        caller.hang_up()
        assert agent_heard(caller, CALLER_TONES)
    seen = newest(server, "echo")
    (ended,) = seen.data("leg.ended")
    assert (ended["ended_by"], ended["status"]) == ("remote", 200)
    # A packet each 20 ms came back all the while.
    assert ended["rtp"]["packets_out"] > took * 50 * 0.95
    assert ended["rtp"]["lost"] == 0
    # Some of what is thrown at it looks like card numbers.
    server.wait_for_rest(since={"card_numbers_masked": MESSAGES})


def storm(target: tuple[str, int]) -> None:
    """As a trunk, which is never banned: everything is read and judged."""
    pick, made = random.Random(7), seeds()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind((TRUNK, free_port(address=TRUNK)))
        began = time.monotonic()
        for number in range(MESSAGES):
            opened.sendto(mutated(pick.choice(made), pick)[:LARGEST], target)
            pause = began + number / A_SECOND - time.monotonic()
            if pause > 0:
                time.sleep(pause)

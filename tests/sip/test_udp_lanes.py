"""The lanes of one UDP socket: what may begin a call waits behind all else, and nothing waits without bound."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from sip.io import udp
from sip.io.udp import UdpListener
from sip.listener import Listener

if TYPE_CHECKING:
    import pytest

    from sip.flow import Flow


def crowd(*starts: str) -> list[bytes]:
    return [f"{start} sip:x SIP/2.0\r\n{number}".encode() for number, start in enumerate(starts)]


async def served(messages: list[bytes]) -> list[list[str]]:
    """The methods that a listener serves, a list for each round of the loop."""
    loop = asyncio.get_running_loop()
    rounds: list[list[str]] = [[]]
    here = ("127.0.0.1", 0)

    def receive(data: bytes, flow: Flow) -> None:
        rounds[-1].append(data.split()[0].decode())

    listener = UdpListener(
        loop,
        Listener("UDP", here),
        here,
        receive=receive,
        failed=lambda remote: None,
        after=lambda: rounds.append([]),
    )
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for message in messages:
                sender.sendto(message, listener.address)
        async with asyncio.timeout(5):
            while sum(map(len, rounds)) < len(messages):  # noqa: ASYNC110 - rounds of the loop are what is counted
                await asyncio.sleep(0)
        assert listener.late() == 0.0
    finally:
        await listener.close()
    return [each for each in rounds if each]


def flat(rounds: list[list[str]]) -> list[str]:
    return [each for one in rounds for each in one]


async def test_pings_and_calls_in_progress_are_served_before_new_calls() -> None:
    rounds = await served(crowd("INVITE", "INVITE", "BYE", "CANCEL", "OPTIONS", "INVITE", "ACK"))
    assert flat(rounds) == [
        "BYE",
        "OPTIONS",
        "ACK",
        "INVITE",
        "INVITE",
        "CANCEL",
        "INVITE",
    ]


async def test_what_is_too_much_for_one_round_is_served_in_the_next_ones() -> None:
    rounds = await served(crowd(*["INVITE"] * 100, *["BYE"] * 100))
    assert max(map(len, rounds)) <= 128
    assert rounds[0] == ["BYE"] * 64 + ["INVITE"] * 16, "new calls do not starve"
    assert flat(rounds).count("INVITE") == 100


async def test_what_waits_too_long_to_be_kept_is_lost_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(udp, "MOST_WAITING", 5)
    loop = asyncio.get_running_loop()
    here = ("127.0.0.1", 0)
    heard: list[bytes] = []
    listener = UdpListener(
        loop,
        Listener("UDP", here),
        here,
        receive=lambda data, flow: heard.append(data),
        failed=lambda remote: None,
        after=lambda: None,
    )
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for message in crowd(*["INVITE"] * 20, "BYE"):
                sender.sendto(message, listener.address)
        async with asyncio.timeout(5):
            while len(heard) < 6:  # noqa: ASYNC110 - rounds of the loop are what is counted
                await asyncio.sleep(0)
        assert listener.dropped == 15
    finally:
        await listener.close()

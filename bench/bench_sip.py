"""Microseconds that SIP takes in Python: one message in and out, and one whole call through the stack without sockets.

Run alone: `python bench/bench_sip.py`. Prints one JSON line.
"""

from __future__ import annotations

import json
import platform
import sys
from itertools import count
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).parents[1]))

from typing import TYPE_CHECKING

from base.io.ids import SystemIds
from sip.events import InviteReceived
from sip.flow import Flow
from sip.message import Request, response_to
from sip.parser import parse
from sip.stack import Stack
from tests.kit.builders import ANSWER, LOCAL, OFFER, PEER, Everybody, request

if TYPE_CHECKING:
    from collections.abc import Callable

    from sip.session.session import Session

CALLS = 2000
ROUNDS = 5
FLOW = Flow("UDP", LOCAL, PEER)
ANSWER_HEADERS = (
    ("Contact", "<sip:192.0.2.1:5060>"),
    ("Allow", "INVITE, ACK, BYE, CANCEL, OPTIONS"),
    ("Content-Type", "application/sdp"),
)


def parse_and_answer() -> float:
    """Parse an INVITE, read what serving it needs, write its 200."""
    data = request(body=OFFER)
    begun = process_time()
    for _ in range(CALLS):
        message = parse(data)
        assert isinstance(message, Request)
        message.flow = FLOW
        assert (
            message.via.branch
            and message.cseq
            and message.from_.tag
            and message.contacts[0].uri
            and message.uri
        )
        response_to(message, 200, tag="1234", headers=ANSWER_HEADERS, body=ANSWER)
    return (process_time() - begun) / CALLS


class Load:
    """Calls through one stack, each with its own Call-ID and branches, 32 s of virtual time apart in thousands."""

    def __init__(self) -> None:
        """Begin with an idle stack."""
        self.stack = Stack(SystemIds(), admission=Everybody())
        self.stack.listen("UDP", LOCAL)
        self.numbers = count()
        self.now = 0.0

    def calls(self) -> float:
        """INVITE, 200, ACK, BYE, 200: CPU seconds for one."""
        spent = 0.0
        for _ in range(CALLS):
            number = next(self.numbers)
            self.now += 0.01
            invite = request(body=OFFER, call_id=f"c{number}", branch=f"z9hG4bK-{number}-1")
            begun = process_time()
            session = self._invite(invite)
            self.stack.answer(session, ANSWER, now=self.now)
            self._drain()
            spent += process_time() - begun
            tag = session.local_tag
            ack = request("ACK", to_tag=tag, call_id=f"c{number}", branch=f"z9hG4bK-{number}-2")
            bye = request("BYE", to_tag=tag, cseq=2, call_id=f"c{number}", branch=f"z9hG4bK-{number}-3")
            begun = process_time()
            self.stack.receive_datagram(ack, FLOW, now=self.now)
            self._drain()
            self.stack.receive_datagram(bye, FLOW, now=self.now)
            self._drain()
            self.stack.handle_timeout(now=self.now)
            spent += process_time() - begun
        return spent / CALLS

    def _invite(self, data: bytes) -> Session:
        self.stack.receive_datagram(data, FLOW, now=self.now)
        while not isinstance(event := self.stack.next_event(), InviteReceived):
            pass
        return event.session

    def _drain(self) -> None:
        while self.stack.next_event() is not None:
            pass
        self.stack.take_output()
        self.stack.next_timeout()


def measured(run: Callable[[], float]) -> dict[str, float]:
    """Least, middle and most of several rounds, in microseconds."""
    figures = sorted(run() * 1e6 for _ in range(ROUNDS))
    return {
        "min": round(figures[0], 1),
        "median": round(figures[ROUNDS // 2], 1),
        "max": round(figures[-1], 1),
    }


def main() -> None:
    """Measure and print."""
    result = {
        "bench": "sip",
        "unit": "us",
        "invite_parsed_and_200_written": measured(parse_and_answer),
        "call_without_sockets": measured(Load().calls),
        "machine": f"{platform.machine()} {platform.python_implementation()} {platform.python_version()}",
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()

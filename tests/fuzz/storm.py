"""A storm of broken messages on one stack while calls are up: nothing is raised, nothing stays behind.

`.venv/bin/python -m tests.fuzz.storm --messages 10000000` tells how many messages a second were taken and how much
memory is held every hundred thousand messages; a round's seed is printed when something goes wrong.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from base.ids import SequenceIds
from cluster.memory import MemoryLocation
from sip.events import InviteReceived, MalformedMessage, SessionReoffered
from sip.flow import Flow
from sip.registrar.registrar import BindingRegistrar
from sip.registrar.request import RegistrationLimits
from sip.stack import CallerIdentity, Stack, Target
from tests.kit.builders import ANSWER, LOCAL, OFFER, Everybody, request

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sip.session.session import Session

DATA = Path(__file__).parents[1] / "data"
ROUND = 1000
"""Messages between two looks at what is left."""
_PIECES = (
    *(
        b"\r\n",
        b"\0",
        b'"',
        b"<",
        b">",
        b";",
        b",",
        b":",
        b"%",
        b"=",
        b" ",
        b"\t",
        b"\xff",
        b"@",
        b"*",
        b"\n",
        b"\r",
    ),
    *(
        b"SIP/2.0",
        b"tag=",
        b"[",
        b"::",
        b"9" * 30,
        b"-1",
        b"sip:",
        b"sips:",
        b"tel:",
        b"z9hG4bK",
        b";lr",
        b"%00",
        b"\r\n\r\n",
    ),
    *(
        b"INVITE",
        b"ACK",
        b"BYE",
        b"CANCEL",
        b"UPDATE",
        b"PRACK",
        b"REFER",
        b"NOTIFY",
        b"SUBSCRIBE",
        b"INFO",
        b"REGISTER",
    ),
    *(
        b"Require: 100rel\r\n",
        b"Replaces: a;to-tag=b;from-tag=c\r\n",
        b"Refer-To: <sip:x@y>\r\n",
        b"RAck: 1 1 INVITE\r\n",
    ),
    *(
        b"Session-Expires: 90\r\n",
        b"Event: dialog\r\n",
        b"Expires: 0\r\n",
        b"Contact: *\r\n",
        b"Content-Length: 5\r\n",
    ),
)


def seeds() -> list[bytes]:
    """What the storm is made of: torture messages, the corpus, and plain requests of all kinds."""
    files = sorted((DATA / "torture").glob("*.dat")) + sorted((DATA / "corpus").iterdir())
    plain = [
        request(method, body=OFFER if method in ("INVITE", "UPDATE", "PRACK") else b"") for method in _METHODS
    ]
    return [path.read_bytes() for path in files] + plain


_METHODS = (
    "INVITE",
    "ACK",
    "BYE",
    "CANCEL",
    "OPTIONS",
    "INFO",
    "REGISTER",
    "UPDATE",
    "PRACK",
    "REFER",
    "SUBSCRIBE",
    "NOTIFY",
)


def mutated(data: bytes, pick: random.Random) -> bytes:
    """The message with some of it cut out and something else put in, most often under a name of its own."""
    if pick.random() < 0.7:
        # Else most would be repetitions of what came before.
        fresh = b"%d" % pick.randrange(10**9)
        data = data.replace(b"z9hG4bK", b"z9hG4bK" + fresh).replace(b"Call-ID: ", b"Call-ID: " + fresh)
    for _ in range(pick.randrange(0, 5)):
        at, length = pick.randrange(len(data) + 1), pick.choice((0, 0, 1, 2, 8, 40))
        new = pick.choice(_PIECES) if pick.random() < 0.8 else pick.randbytes(pick.randrange(1, 6))
        data = data[:at] + new + data[at + length :]
    return data


class Storm:
    """One stack and the messages it is sent. The same seed makes the same storm."""

    def __init__(self, seed: int = 1) -> None:
        """Begin with calm."""
        self.random = random.Random(seed)
        self.seeds = seeds()
        self.now = 0.0
        self.sessions: list[Session] = []
        limits = RegistrationLimits()
        registrar = BindingRegistrar(MemoryLocation(), {"test", "bob", "joe"}, limits)
        self.stack = Stack(SequenceIds("a"), admission=Everybody(), registrar=registrar)
        self.stack.listen("UDP", LOCAL)
        self.stack.listen("TCP", LOCAL)
        self.late: list[str] = []

    def round(self, messages: int = ROUND) -> None:
        """Messages, then calm until all is over. Raises AssertionError when something stays."""
        for _ in range(messages):
            self._one()
        self._react(quiet=True)
        for session in self.sessions:
            self.stack.end(session, now=self.now)
        self.sessions.clear()
        self._wait(8000.0)  # the longest registration and subscription have expired
        left = {name: count for name, count in self.stack.counters().items() if count}
        assert not left, left
        assert not self.late, self.late[0]

    def _one(self) -> None:
        chance = self.random.random
        data = self._message()
        port = self.random.randrange(5060, 5068)
        if chance() < 0.85:
            flow = Flow("UDP", LOCAL, ("192.0.2.2", port))
            self.stack.receive_datagram(data, flow, now=self.now)
        else:
            flow = Flow("TCP", LOCAL, ("192.0.2.2", port))
            self.stack.connection_made(flow, accepted=True, now=self.now)
            self.stack.receive_stream(data, flow, now=self.now)
            if chance() < 0.5:
                self.stack.connection_lost(flow, now=self.now)
        self._react()
        if chance() < 0.1:
            self._wait(chance() * 2)

    def _message(self) -> bytes:
        pick = self.random
        return mutated(
            self._of_a_call() if self.sessions and pick.random() < 0.4 else pick.choice(self.seeds), pick
        )

    def _of_a_call(self) -> bytes:
        """A request inside one of the calls that are up."""
        pick = self.random
        session = pick.choice(self.sessions)
        return request(
            pick.choice(_METHODS),
            branch=f"z9hG4bK{pick.randrange(10**9)}",
            call_id=session.call_id,
            from_tag=session.remote_tag or "f1",
            to_tag=session.local_tag,
            cseq=pick.randrange(1, 40),
            body=pick.choice((b"", OFFER)),
        )

    def _react(self, *, quiet: bool = False) -> None:
        """Do with each event what a server would, or something else that it may; `quiet` begins nothing new."""
        pick, stack, now = self.random, self.stack, self.now
        if not quiet and pick.random() < 0.02:
            target = Target(f"sip:bob@192.0.2.2:{pick.randrange(5060, 5068)}")
            self.sessions.append(stack.invite(target, caller=CallerIdentity("ann"), body=OFFER, now=now))
        while (event := stack.next_event()) is not None:
            match event:
                case InviteReceived(session=session):
                    self.sessions.append(session)
                    choice = pick.random()
                    if choice < 0.5:
                        stack.ring(session, now=now)
                    if choice < 0.8:
                        stack.answer(session, ANSWER, now=now)
                    elif choice < 0.9:
                        stack.reject(session, 486, now=now)
                case SessionReoffered(session=session):
                    if pick.random() < 0.7:
                        stack.accept_reoffer(session, ANSWER, now=now)
                    else:
                        stack.refuse_reoffer(session, 488, now=now)
                case MalformedMessage(reason=reason) if reason.startswith("found late"):
                    self.late.append(reason)
                case _:
                    pass
        if len(self.sessions) > 50:
            stack.end(self.sessions.pop(0), now=now)
        for data, flow in stack.take_output():
            # Some of what we say comes back as if a peer had said it.
            if data and not quiet and pick.random() < 0.02:
                stack.receive_datagram(data, flow, now=now)

    def _wait(self, seconds: float) -> None:
        until = self.now + seconds
        while (due := self.stack.next_timeout()) is not None and due <= until:
            self.now = max(due, self.now)
            self.stack.handle_timeout(now=self.now)
            self._react(quiet=True)
        self.now = until


def _rounds(messages: int, seed: int) -> Iterator[int]:
    storm = Storm(seed)
    for done in range(ROUND, messages + 1, ROUND):
        try:
            storm.round()
        except BaseException:
            print(f"in round {done // ROUND} of seed {seed}", file=sys.stderr)
            raise
        yield done


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    began = time.monotonic()
    for done in _rounds(options.messages, options.seed):
        if done % 100_000 == 0 or done == options.messages:
            held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(
                f"{done} messages, {done / (time.monotonic() - began):.0f}/s, at most {held} MB held",
                flush=True,
            )


if __name__ == "__main__":
    main()

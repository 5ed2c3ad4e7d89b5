"""Each way in which an agent's phone may fail to take a call: the next agent gets the caller, who keeps the place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.e2e.floor import at_work, callers, desks, fixed, make_floor, state_of
from tests.e2e.ledger import contacts, read
from tests.kit.ports import kept_port
from tests.kit.server import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.kit.server import Server

RING = 1.0
FIRST, SECOND = "600100301", "600100302"


@dataclass(frozen=True, slots=True)
class Failure:
    """What a phone does, what it is called in the record, and what the agent is then."""

    name: str
    mind: str
    result: str
    then: tuple[str, str]
    status: int = 486
    dies: bool = False

    @property
    def is_mute(self) -> bool:
        """Whether what we sent last waits for a word of the phone until timer B or F (RFC 3261 s.17.1): 32 s."""
        return self.dies or self.mind == "agent-is-silent"


RESTS = ("available", "idle")
SET_NOT_READY = ("not_ready", "idle")
AWAY = ("available", "device_offline")

FAILURES = [
    Failure("no-answer", "agent-rings-expect-cancel", "no_answer", SET_NOT_READY),
    Failure("no-180", "agent-says-100-only-expect-cancel", "no_answer", SET_NOT_READY),
    Failure("rings-and-dies", "agent-rings-expect-cancel", "no_answer", SET_NOT_READY, dies=True),
    Failure("busy-486", "agent-refuses", "busy", RESTS, 486),
    Failure("busy-everywhere-600", "agent-refuses", "busy", RESTS, 600),
    Failure("declined-603", "agent-refuses", "rejected", RESTS, 603),
    Failure("rings-then-declined-603", "agent-rings-and-refuses", "rejected", RESTS, 603),
    Failure("temporarily-unavailable-480", "agent-refuses", "rejected", RESTS, 480),
    Failure("forwarded-302", "agent-refuses", "rejected", RESTS, 302),
    Failure("unknown-404", "agent-refuses", "unreachable", AWAY, 404),
    Failure("overloaded-503", "agent-refuses", "unreachable", AWAY, 503),
    Failure("no-common-codec-488", "agent-refuses", "failed", RESTS, 488),
    Failure("broken-500", "agent-refuses", "failed", RESTS, 500),
    Failure("silent", "agent-is-silent", "unreachable", AWAY),
]
BAD, GOOD = kept_port(), kept_port()


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    queues = {}
    agents = []
    for each in FAILURES:
        queues[each.name] = {
            "clients": ["banco_sol"],
            "strategy": "linear",
            "ring_timeout": "8s" if each.name == "silent" else f"{RING}s",
            "wrap_up": 0,
        }
        for name, port in ((f"bad-{each.name}", BAD), (f"good-{each.name}", GOOD)):
            agents += [{**agent, "status": "logged_out"} for agent in fixed([name], each.name, port)]
    with make_floor(tmp_path_factory.mktemp("node"), queues, agents) as server:
        yield server


@pytest.mark.parametrize("failure", FAILURES, ids=lambda each: each.name)
def test_the_next_agent_gets_the_caller_who_keeps_the_place(
    failure: Failure, node: Server, tmp_path: Path
) -> None:
    bad, good, queue = f"bad-{failure.name}", f"good-{failure.name}", failure.name
    first, second = (callers(node, queue, tmp_path, caller=each) for each in (FIRST, SECOND))
    before = node.held()
    with (
        desks(BAD, failure.mind, tmp_path, status=failure.status, ring=0.2) as phone,
        desks(GOOD, "agent-answers-and-hangs-up", tmp_path, talk=0.1) as desk,
        at_work(node, bad),
        first,
    ):
        phone.wait_for("INVITE")
        if failure.dies:
            wait_until(lambda: state_of(node, bad)[1] == "ringing", f"{bad} rings", within=15)
            phone.stop()
        with second:
            wait_until(lambda: state_of(node, bad) == failure.then, f"{bad} {failure.then}", within=15)
            assert phone.rung() == [bad]
            with at_work(node, good):
                first.finish()
                second.finish()
        assert phone.rung() == [bad]
        assert [each.header("From").split("sip:")[1].split("@")[0] for each in desk.invites()] == [
            FIRST,
            SECOND,
        ]
        ends = [each["result"] for each in newest_of(node, queue, FIRST)]
    assert ends == [failure.result, "answered"]
    node.wait_for_rest(since={**before, "sessions": before.get("sessions", 0) + failure.is_mute})


def newest_of(server: Server, queue: str, caller: str) -> list[dict[str, str]]:
    """How the reservations of the caller ended."""
    seen = [row for row in contacts(server) if row["dnis"] == queue and row["ani"].endswith(caller)]
    return read(server, seen[0]["id"]).data("reservation.ended")

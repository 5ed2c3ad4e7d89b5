"""Three hundred agents and three hundred callers at once: everybody is answered, and nothing is left of it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.floor import callers, desks, fixed, make_floor
from tests.e2e.ledger import contacts
from tests.kit.ports import kept_port
from tests.kit.server import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.floor import Desks
    from tests.kit.server import Server

MANY = 300
RATE = 100
"""Callers a second."""
TALK = 10.0
"""Seconds: longer than it takes until all have called, on a busy machine too."""
PATIENCE = 60.0
"""Seconds in which all have been served."""
QUEUE = "big"
PORT = kept_port()
CROWD = "many-callers-wait-until-let-go"
LETS_GO = 35.0
"""Seconds after the last message until no transaction lives (RFC 3261 timers H, J and L: 64*T1), and a little."""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    queues = {QUEUE: {"clients": ["banco_sol"], "ring_timeout": "10s", "wrap_up": 0}}
    names = [f"a{number:03}" for number in range(1, MANY + 1)]
    with make_floor(
        tmp_path_factory.mktemp("node"), queues, fixed(names, QUEUE, PORT), ports=5 * MANY
    ) as server:
        yield server


def test_three_hundred_talk_at_once_twice_and_all_is_given_back(node: Server, tmp_path: Path) -> None:
    before = node.counters()
    memory = []
    for wave in ("first", "second"):
        folder = tmp_path / wave
        with desks(PORT, "agent-answers-and-hangs-up", folder, ring=0.3, talk=TALK) as phones:
            crowd = callers(node, QUEUE, folder, calls=MANY, rate=RATE, scenario=CROWD)
            crowd.limit = PATIENCE
            with crowd:
                wait_until(lambda: _talking(node) == MANY, f"{MANY} conversations", within=PATIENCE)
                crowd.finish()
            node.wait_for_rest()
            assert Counter(phones.rung()) == {f"a{number:03}": 1 for number in range(1, MANY + 1)}
            assert at_once(phones) == 1
        memory.append(resident(node.pid))
    rows = [row for row in contacts(node) if row["dnis"] == QUEUE]
    assert {row["outcome"] for row in rows} == {"answered"}
    assert len(rows) == 2 * MANY
    assert memory[1] - memory[0] < 16, f"MiB after each wave: {memory}"

    def as_before() -> bool:
        now = node.counters()
        return all(now[name] <= before[name] for name in now)

    wait_until(as_before, "the counters are what they were", within=LETS_GO)


def _talking(node: Server) -> int:
    held = node.counters()
    return held["legs"] - held["contacts"] - held["reservations"]


def at_once(phones: Desks) -> int:
    """The most calls that one agent's phone had at the same time, from INVITE to the answer to our BYE."""
    open_now: dict[str, set[str]] = defaultdict(set)
    users: dict[str, str] = {}
    most = 0
    for message in phones.messages():
        call = message.header("Call-ID")
        if message.start == "INVITE" and not message.is_sent:
            users[call] = message.user
            open_now[message.user].add(call)
            most = max(most, len(open_now[message.user]))
        elif message.start == "200" and not message.is_sent and message.header("CSeq").endswith("BYE"):
            open_now[users[call]].discard(call)
    return most


def resident(process: int) -> int:
    """MiB of memory that the process has."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    assert found is not None
    return int(found.group(1)) // 1024

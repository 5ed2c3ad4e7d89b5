"""Who is served first, how long, and by whom: the rules of the line, by what agents' foreign phones were told."""

from __future__ import annotations

import re
import signal
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.e2e.floor import at_work, callers, choose, desks, fixed, make_floor, set_queue
from tests.e2e.ledger import contacts, newest
from tests.kit.ports import kept_port
from tests.kit.server import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.floor import Desks
    from tests.kit.foreign_sipp import Scenario
    from tests.kit.server import Server

PORT = kept_port()
CROWD = "many-callers-wait-until-let-go"
CASE = """
schema: ivr/1
menu_set: case
languages: [en]
person: none
start: owner
steps:
  owner: {type: set, attributes: {agent: familiar-2}, next: wait}
  wait: {type: queue, queue: familiar}
"""
"""As if a client company's system had told whose case it is."""
TALK = 0.05
SECOND, THIRD, FOURTH = "600100402", "600100403", "600100404"
FIRST = "600100401"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    usual = {"clients": ["banco_sol"], "ring_timeout": "5s", "wrap_up": 0, "keep_place": 0}
    queues = {
        "aged": {**usual, "priority_step": "3s"},
        "small": {**usual, "capacity": 1},
        "staffed": {**usual, "join_empty": "ready", "overflow": {"join_empty": {"queue": "refuge"}}},
        "left": {
            **usual,
            "leave_empty": "ready",
            "leave_empty_after": "300ms",
            "overflow": {"leave_empty": {"queue": "refuge"}},
        },
        "refuge": usual,
        "hasty": {**usual, "max_wait": "1s", "overflow": {"timeout": {"queue": "patient"}}},
        "patient": usual,
        "skilled": {**usual, "requires": {"cards": 5}, "relax": [{"after": "1s", "lower": {"cards": 2}}]},
        "familiar": {**usual, "strategy": "linear", "sticky": "1s"},
        "reloaded": usual,
    }
    agents = [
        {**each, "status": "logged_out", "skills": {"cards": 3}}
        for queue in queues
        for each in fixed([f"{queue}-1", f"{queue}-2"], queue, PORT)
    ]
    numbers: list[dict[str, object]] = [
        {"number": "aged-urgent", "client": "banco_sol", "queue": "aged", "priority": 1},
        {"number": "familiar-case", "client": "banco_sol", "menu": "case", "language": "en"},
    ]
    folder = tmp_path_factory.mktemp("node")
    server = make_floor(folder, queues, agents, skills=("cards",), more_numbers=numbers)
    (server.config / "menus" / "case.yaml").write_text(CASE)
    with server:
        yield server


@pytest.fixture
def phones(tmp_path: Path) -> Iterator[Desks]:
    """Whoever answers talks for a moment and lets the caller go."""
    with desks(PORT, "agent-answers-and-hangs-up", tmp_path, talk=TALK) as found:
        yield found


@pytest.fixture
def call(server: Server, tmp_path: Path) -> Iterator[Call]:
    """Callers who wait until they are let go; all of them were, at the end."""
    with ExitStack() as stack:
        calls = Call(server, tmp_path, stack)
        yield calls
        for each in calls.made:
            each.finish()


class Call:
    """Makes callers, one after the other."""

    def __init__(self, server: Server, folder: Path, stack: ExitStack) -> None:
        """None yet."""
        self._server, self._folder, self._stack = server, folder, stack
        self.made: list[Scenario] = []

    def __call__(self, dial: str, caller: str, queue: str | None = None) -> None:
        """Call, and wait in the queue."""
        before = waiting(self._server, queue or dial)
        self.made.append(self._stack.enter_context(callers(self._server, dial, self._folder, caller=caller)))
        wait_until(lambda: waiting(self._server, queue or dial) > before, f"{caller} waits", within=15)

    def finish(self) -> None:
        """Wait until all have been let go."""
        while self.made:
            self.made.pop(0).finish()


def test_priority_goes_first_and_who_has_waited_longer_than_it_is_worth_before_it(
    server: Server, phones: Desks, call: Call
) -> None:
    call("aged", FIRST)
    began = time.monotonic()
    call("aged-urgent", SECOND, "aged")
    wait_until(lambda: time.monotonic() - began > 3.3, "a point of priority is worth three", within=5)
    call("aged-urgent", THIRD, "aged")
    with at_work(server, "aged-1"):
        call.finish()
    assert served(phones) == [SECOND, FIRST, THIRD]


def test_a_full_queue_takes_nobody_more(server: Server, phones: Desks, call: Call, tmp_path: Path) -> None:
    call("small", FIRST)
    callers(server, "small", tmp_path, caller=SECOND, scenario="busy-expect-486").run()
    assert newest(server, "small").row["outcome"] == "full"
    with at_work(server, "small-1"):
        call.finish()
    assert served(phones) == [FIRST]


def test_nobody_joins_where_nobody_works_nor_stays_where_nobody_is_left(
    server: Server, phones: Desks, call: Call
) -> None:
    call("staffed", FIRST, "refuge")
    choose(server, "left-1", "not_ready")
    with at_work(server, "left-2"):
        choose(server, "left-2", "not_ready")
        call("left", SECOND, "refuge")
    with at_work(server, "refuge-1"):
        call.finish()
    assert served(phones) == [FIRST, SECOND]


def test_whoever_overflows_to_another_queue_goes_before_those_who_came_later(
    server: Server, phones: Desks, call: Call
) -> None:
    call("hasty", FIRST)
    call("patient", SECOND)
    wait_until(lambda: waiting(server, "patient") == 2, "the first has gone on", within=15)
    with at_work(server, "patient-1"):
        call.finish()
    assert served(phones) == [FIRST, SECOND]


def test_skills_are_relaxed_with_time(server: Server, phones: Desks, call: Call) -> None:
    with at_work(server, "skilled-1"):
        began = time.time()
        call("skilled", FIRST)
        call.finish()
        (invite,) = phones.invites()
    assert 0.9 < invite.at - began < 4.0


def test_a_caller_gets_the_owner_of_the_case_while_that_one_is_there(
    server: Server, phones: Desks, tmp_path: Path
) -> None:
    def calls(dial: str) -> None:
        callers(server, dial, tmp_path, caller=FIRST).run()

    with at_work(server, "familiar-1", "familiar-2"):
        calls("familiar")
        calls("familiar-case")
        choose(server, "familiar-2", "not_ready")
        calls("familiar-case")
    assert phones.rung() == ["familiar-1", "familiar-2", "familiar-1"]


def test_a_reload_with_another_strategy_keeps_the_order_of_twenty_who_wait(
    server: Server, phones: Desks, tmp_path: Path
) -> None:
    crowd = callers(server, "reloaded", tmp_path, calls=20, rate=50, scenario=CROWD)
    with crowd:
        wait_until(lambda: waiting(server, "reloaded") == 20, "all wait", within=15)
        rows = sorted(
            (row["started_at"], row["ani"]) for row in contacts(server) if row["dnis"] == "reloaded"
        )
        set_queue(server, "reloaded", strategy="round-robin")
        reload(server)
        with at_work(server, "reloaded-1", "reloaded-2"):
            crowd.finish()
    assert served(phones) == [caller for _, caller in rows]
    assert sorted(set(phones.rung())) == ["reloaded-1", "reloaded-2"]


def waiting(server: Server, queue: str) -> int:
    """How many wait there."""
    found = server.ask("/api/v1/queues")["items"]
    return int(next(each["waiting"] for each in found if each["id"] == queue))


def served(phones: Desks) -> list[str]:
    """Whose calls rang, as the agents' phones showed it, in this order."""
    return [re.sub(r".*sips?:([^@>]*).*", r"\1", each.header("From")) for each in phones.invites()]


def reload(server: Server) -> None:
    """Have the node take its changed files."""
    before = server.output().count('"reloaded"')
    server.signal(signal.SIGHUP)
    wait_until(lambda: server.output().count('"reloaded"') > before, "the log says reloaded", within=15)

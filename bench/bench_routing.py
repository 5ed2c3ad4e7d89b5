"""Time of a routing decision (200 agents, 500 contacts waiting), memory of 10,000 agents; prints one JSON line."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from pathlib import Path

from routing.agents.tables import Status
from routing.commands import RingAgent
from routing.distributor import Distributor
from routing.queues.entry import EntryJoin
from routing.settings import AgentSettings, LeaveReason, QueueSettings, RoutingConfig

AGENTS, WAITING, ROUNDS, QUEUES = 200, 500, 5000, 4
MANY = 10_000
PAGE = os.sysconf("SC_PAGE_SIZE")
SKILLS = ("es", "pl", "en", "cards", "loans")


def centre(agents: int) -> RoutingConfig:
    """Agents in two of four queues each, with two of five skills each."""
    queues = {f"q{number}": QueueSettings(f"q{number}", ring_timeout=20) for number in range(QUEUES)}
    staff = {
        f"a{number}": AgentSettings(
            f"a{number}",
            contact=f"sip:a{number}@192.0.2.1",
            skills={SKILLS[number % 5]: 3, SKILLS[(number + 1) % 5]: 5},
            queues=(f"q{number % QUEUES}", f"q{(number + 1) % QUEUES}"),
            status=Status.AVAILABLE,
        )
        for number in range(agents)
    }
    return RoutingConfig(queues, staff)


def entry(number: int) -> EntryJoin:
    """A contact asking one queue for one skill."""
    requires = ((SKILLS[number % 5], 1 + number % 3),)
    return EntryJoin(f"e{number}", f"c{number}", f"q{number % QUEUES}", number % 3, requires)


def measure(agents: int, waiting: int, rounds: int) -> tuple[list[float], list[float]]:
    """Microseconds of decisions by an agent coming free (500 wait) and by a contact coming in (all idle)."""
    distributor = Distributor(centre(agents), now=0.0)
    now, count = 0.0, 0
    standing: list[RingAgent] = []
    freed: list[float] = []
    while distributor_waiting(distributor) < waiting + agents:
        distributor.join(entry(count), now=now)
        standing += [each for each in distributor.take_commands() if isinstance(each, RingAgent)]
        count += 1
    for _ in range(rounds):
        now += 0.1
        call = standing.pop(0)
        distributor.reservation_answered(call.reservation, now=now)
        distributor.take_commands()
        begin = time.perf_counter()
        distributor.bridge_ended(call.agent, now=now)
        commands = distributor.take_commands()
        freed.append((time.perf_counter() - begin) * 1e6)
        standing += [each for each in commands if isinstance(each, RingAgent)]
        distributor.join(entry(count), now=now)
        standing += [each for each in distributor.take_commands() if isinstance(each, RingAgent)]
        count += 1
    return freed, arrivals(agents, rounds)


def arrivals(agents: int, rounds: int) -> list[float]:
    """Microseconds of `join` while every agent is idle."""
    distributor = Distributor(centre(agents), now=0.0)
    taken = []
    for count in range(rounds):
        now = count * 0.1
        begin = time.perf_counter()
        distributor.join(entry(count), now=now)
        commands = distributor.take_commands()
        taken.append((time.perf_counter() - begin) * 1e6)
        if not any(isinstance(each, RingAgent) for each in commands):
            raise SystemExit(f"nobody could be given {entry(count)}")
        distributor.leave(f"e{count}", LeaveReason.ABANDONED, now=now)
        distributor.take_commands()
    return taken


def memory(agents: int) -> float:
    """Megabytes of so many agents, available, with their settings, skills and two queues each."""
    before = resident()
    distributor = Distributor(centre(agents), now=0.0)
    distributor.take_commands()
    taken = resident() - before
    if sum(each.status is Status.AVAILABLE for each in distributor.agents()) != agents:
        raise SystemExit("not all agents are logged in")
    return taken / 1e6


def resident() -> int:
    """Octets of this process in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE


def distributor_waiting(distributor: Distributor) -> int:
    """Entries in all lines."""
    return sum(queue.waiting for queue in distributor.queues(now=0.0))


def figures(values: list[float]) -> dict[str, float]:
    """Min, median, p99, max."""
    ordered = sorted(values)
    return {
        "min": round(ordered[0], 1),
        "median": round(statistics.median(ordered), 1),
        "p99": round(ordered[len(ordered) * 99 // 100], 1),
        "max": round(ordered[-1], 1),
    }


def main() -> None:
    """Measure and print."""
    megabytes = memory(MANY)
    freed, joined = measure(AGENTS, WAITING, ROUNDS)
    print(
        json.dumps(
            {
                "bench": "routing",
                "unit": "us per decision",
                "agents": AGENTS,
                "waiting": WAITING,
                "agent_freed": figures(freed),
                "contact_arrived": figures(joined),
                "memory_of_10000_agents_mb": round(megabytes, 1),
                "python": platform.python_version(),
                "machine": platform.machine(),
            }
        )
    )


if __name__ == "__main__":
    main()

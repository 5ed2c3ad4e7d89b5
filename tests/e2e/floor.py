"""A floor of agents at foreign phones with fixed addresses (sipp), and what these phones saw on the wire."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tests.e2e.centre import TRUNK, make_centre
from tests.kit.foreign_sipp import Scenario
from tests.kit.ports import free_port, free_ports
from tests.kit.server import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.kit.server import Server
    from tests.kit.sipp_messages import Message

CALLERS = Path(__file__).parent / "scenarios"
FLOOR = CALLERS / "floor"
MANY = 10_000
SOON = dict.fromkeys(("no_answer", "rejected", "busy", "unreachable", "failed"), "30s")


@dataclass(slots=True)
class Desks(Scenario):
    """The phones of any number of agents, all of one mind: what scenarios/floor/`mind`.xml says."""

    def rung(self) -> list[str]:
        """Which agents' phones were called, in this order; what was sent again counts once."""
        return [message.user for message in self.invites()]

    def invites(self) -> list[Message]:
        """The first INVITE of each call."""
        first: dict[str, Message] = {}
        for message in self.heard("INVITE"):
            first.setdefault(message.header("Call-ID"), message)
        return list(first.values())

    def heard(self, start: str) -> list[Message]:
        """What came of this method, or with this status."""
        return [each for each in self.messages() if not each.is_sent and each.start == start]

    def wait_for(self, start: str, times: int = 1, *, within: float = 15.0) -> list[Message]:
        """Wait until so many of this have come."""
        wait_until(lambda: len(self.heard(start)) >= times, f"{times} {start} at {self.port}", within=within)
        return self.heard(start)


def desks(
    port: int,
    mind: str,
    folder: Path,
    *,
    ring: float = 0.0,
    talk: float = 0.0,
    status: int = 486,
) -> Desks:
    """Phones at this port, to be used in a `with`; `ring` and `talk` in seconds, `status` of those that refuse."""
    scenario = FLOOR / f"{mind}.xml"
    if status != 486:  # sipp wants statuses in the file
        scenario = folder / f"{mind}-{status}.xml"
        text = (FLOOR / f"{mind}.xml").read_text()
        scenario.write_text(text.replace("SIP/2.0 486 Busy Here", f"SIP/2.0 {status} No"))
    return Desks(
        scenario,
        folder,
        port=port,
        calls=MANY,
        limit=60.0,
        values={"ring": str(round(ring * 1000)), "talk": str(round(talk * 1000))},
    )


def callers(
    server: Server,
    dial: str,
    folder: Path,
    *,
    scenario: str = "answered-then-ended-by-server",
    calls: int = 1,
    at_once: int | None = None,
    rate: int = 50,
    caller: str = "600100200",
) -> Scenario:
    """Callers on the trunk, who wait until the server ends their calls unless the scenario says otherwise."""
    file = FLOOR / f"{scenario}.xml"
    return Scenario(
        file if file.exists() else CALLERS / file.name,
        folder,
        remote=server.sip,
        dial=dial,
        address=TRUNK,
        port=free_port(address=TRUNK),
        calls=calls,
        at_once=at_once or calls,
        rate=rate,
        caller=caller,
    )


def make_floor(
    folder: Path,
    queues: Mapping[str, Mapping[str, Any]],
    agents: Sequence[Mapping[str, Any]],
    *,
    skills: tuple[str, ...] = (),
    more_numbers: Sequence[Mapping[str, Any]] = (),
    ports: int | None = None,
) -> Server:
    """A server, not yet started, with these besides what every centre of these tests has; a queue's name is dialled."""
    server = make_centre(folder)
    if ports is not None:
        server.rtp = free_ports(ports)
    _edit(server, "queues", lambda file: file["queues"].update(queues))
    _edit(server, "agents", lambda file: file["agents"].extend(agents))
    _edit(server, "skills", lambda file: file["skills"].update({each: each for each in skills}))
    numbers = [{"number": name, "client": "banco_sol", "queue": name} for name in queues]
    _edit(server, "numbers", lambda file: file["numbers"].extend([*numbers, *more_numbers]))
    return server


def set_queue(server: Server, queue: str, **fields: object) -> None:
    """Change settings of a queue in its file; the next reload takes them."""
    _edit(server, "queues", lambda file: file["queues"][queue].update(fields))


def _edit(server: Server, name: str, change: Any) -> None:
    path = server.config / f"{name}.yaml"
    file = yaml.safe_load(path.read_text())
    change(file)
    path.write_text(json.dumps(file, indent=1))  # JSON is YAML, too


def fixed(names: list[str], queue: str, port: int, **more: object) -> list[dict[str, object]]:
    """Agents of a queue whose phones are at this port, available from the start."""
    return [
        {
            "id": each,
            "contact": f"sip:{each}@127.0.0.1:{port}",
            "queues": [queue],
            "status": "available",
            **more,
        }
        for each in names
    ]


def state_of(server: Server, agent: str) -> tuple[str, str]:
    """An agent's status and state."""
    shown = server.ask(f"/api/v1/agents/{agent}")
    shown = shown.get("agent", shown)
    return shown["status"], shown["state"]


def choose(server: Server, agent: str, status: str) -> None:
    """Give an agent a status."""
    server.ask(f"/api/v1/agents/{agent}/status", method="PUT", body={"status": status, "reason": None})


@contextmanager
def at_work(server: Server, *agents: str) -> Iterator[None]:
    """These are available; logged out afterwards."""
    for each in agents:
        choose(server, each, "available")
    try:
        yield
    finally:
        for each in agents:
            choose(server, each, "logged_out")

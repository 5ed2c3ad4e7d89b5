"""A small centre for tests of routing: agents with fixed contacts, one queue `q`, and what is asked of the edge."""

from __future__ import annotations

from routing.agents.tables import Status
from routing.commands import Command, Overflow, Record, RingAgent, StopRinging
from routing.distributor import Distributor
from routing.queues.entry import EntryJoin
from routing.settings import AgentSettings, QueueSettings, RoutingConfig


def agent(name: str, **settings: object) -> AgentSettings:
    """An available agent with a fixed contact in queue `q`."""
    given: dict[str, object] = {
        "contact": f"sip:{name}@h",
        "queues": ("q",),
        "status": Status.AVAILABLE,
    } | settings
    return AgentSettings(name, **given)  # type: ignore[arg-type]


def centre(*agents: AgentSettings, **queue: object) -> Distributor:
    """One queue `q` with these agents."""
    return centre_of([QueueSettings("q", **queue)], *agents)  # type: ignore[arg-type]


def centre_of(queues: list[QueueSettings], *agents: AgentSettings) -> Distributor:
    """These queues with these agents."""
    config = RoutingConfig({each.id: each for each in queues}, {each.id: each for each in agents})
    return Distributor(config, now=0.0)


def join(distributor: Distributor, entry: str, *, now: float, **more: object) -> list[Command]:
    """A contact joins `q`, unless another queue is given."""
    given: dict[str, object] = {"queue": "q"} | more
    distributor.join(EntryJoin(entry, f"contact-{entry}", **given), now=now)  # type: ignore[arg-type]
    return distributor.take_commands()


def rung(commands: list[Command]) -> list[tuple[str, str]]:
    """(entry, agent) of each phone that is to ring."""
    return [(each.entry, each.agent) for each in commands if isinstance(each, RingAgent)]


def reservation(commands: list[Command], agent: str | None = None) -> str:
    """The only reservation made, or that of one agent."""
    rings = [each for each in commands if isinstance(each, RingAgent)]
    (found,) = [each.reservation for each in rings if agent in (None, each.agent)]
    return found


def stopped(commands: list[Command]) -> dict[str, str]:
    """Reservations whose phones are to stop, each with its result."""
    return {each.reservation: each.reason.value for each in commands if isinstance(each, StopRinging)}


def left(commands: list[Command]) -> list[tuple[str, str]]:
    """(entry, reason) of each that is sent on."""
    return [(each.entry, each.reason.value) for each in commands if isinstance(each, Overflow)]


def records(commands: list[Command], kind: str) -> list[Record]:
    """The records of one type."""
    return [each for each in commands if isinstance(each, Record) and each.type == kind]


def talk(distributor: Distributor, commands: list[Command], *, now: float) -> list[Command]:
    """The only agent who rings answers."""
    distributor.reservation_answered(reservation(commands), now=now)
    return distributor.take_commands()


def pass_time(distributor: Distributor, until: float) -> list[Command]:
    """Whatever is due until then is carried out at its moment."""
    told: list[Command] = []
    while (due := distributor.next_timeout()) is not None and due <= until:
        distributor.handle_timeout(now=due)
        told += distributor.take_commands()
    return told

"""Reads config/ (centre, skills, queues, agents, numbers) and checks what the files say of each other.

Menus and clients have files of their own that others read; here only their names matter.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from base.document import Fault, load, read, refuse, suggest
from routing.agents.reasons import load_reasons
from routing.agents.tables import Status
from routing.centre import Centre
from routing.documents import AgentPart, AgentsFile, NumbersFile, QueuePart, QueuesFile, SkillsFile
from routing.numbers.inbound import normalise
from routing.settings import (
    AgentSettings,
    Delays,
    EmergencySettings,
    LeaveReason,
    NoAnswer,
    NumberSettings,
    OutgoingSettings,
    Presence,
    QueueSettings,
    RoutingConfig,
    ServiceLevel,
    SupervisorSettings,
)
from routing.skills import Relaxation
from routing.strategies import STRATEGIES
from routing.strategies.strategy import Rings
from routing.waiting.settings import AtClosing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from base.document import Document, Location
    from routing.documents import DestinationPart

_ROW = re.compile(r"(?P<prefix>.*?)(?P<low>\d+)\.\.(?P<again>.*?)(?P<high>\d+)")
_LONGEST_ROW = 100_000


@dataclass(frozen=True, slots=True)
class CentreConfig:
    """All that config/ says, menus and clients apart."""

    centre: Centre
    routing: RoutingConfig
    folder: Path

    @property
    def sip_profiles(self) -> Path:
        """The folder of SIP profiles."""
        return short(self.folder / self.centre.sip_profiles)

    @property
    def prompts(self) -> Path:
        """The folder of prompts."""
        return short(self.folder / self.centre.prompts)


def short(path: Path) -> Path:
    """A path without `..`, unless a link makes that another place."""
    short = Path(os.path.normpath(path))
    return short if short.resolve() == path.resolve() else path


def read_config(folder: Path) -> CentreConfig:
    """Read and check the folder. Raises DocumentError that lists every fault."""
    config, faults = check_config(folder)
    refuse(faults)
    if config is None:
        raise AssertionError("a configuration without faults is there")
    return config


def check_config(
    folder: Path, *, menus: Collection[str] | None = None, clients: Collection[str] | None = None
) -> tuple[CentreConfig | None, list[Fault]]:
    """Read the folder and list its faults; the configuration is None when there are any.

    Names of menus and clients are those of the files in menus/ and clients/ unless given. Without a folder of
    clients, a client is whatever the numbers call one.
    """
    faults: list[Fault] = []
    reader = _Reader(
        faults,
        menus if menus is not None else _stems(folder / "menus"),
        clients if clients is not None or not (folder / "clients").is_dir() else _stems(folder / "clients"),
    )
    centre, _ = load(Centre, folder / "centre.yaml", faults)
    skills, _ = load(SkillsFile, folder / "skills.yaml", faults)
    queues, queues_at = load(QueuesFile, folder / "queues.yaml", faults)
    agents, agents_at = load(AgentsFile, folder / "agents.yaml", faults)
    reasons = load_reasons(folder / "reasons.yaml", faults)
    numbers, numbers_at = load(NumbersFile, folder / "numbers.yaml", faults)
    if centre is None or skills is None or queues is None or agents is None or numbers is None:
        return None, faults
    reader.skills, reader.queues = skills.skills.keys(), queues.queues.keys()
    staff = reader.read_agents(agents, agents_at)
    supervisors = reader.read_supervisors(agents, agents_at)
    lines = reader.read_queues(queues, queues_at, staff)
    plan = reader.read_numbers(numbers, numbers_at)
    if faults:
        return None, faults
    outgoing = tuple(OutgoingSettings(each.number, each.trunks) for each in numbers.outgoing)
    emergency = EmergencySettings(numbers.emergency.numbers, numbers.emergency.trunks)
    routing = RoutingConfig(
        lines, staff, plan, skills.skills, centre.country, outgoing, supervisors, reasons, emergency
    )
    return CentreConfig(centre, routing, folder), faults


def bare_config(folder: Path) -> CentreConfig:
    """Where things are and nothing else, for checking the other files while these have faults."""
    centre, _ = load(Centre, folder / "centre.yaml", [])
    return CentreConfig(centre or Centre(), RoutingConfig({}, {}, (), {}), folder)


def names_in(folder: Path, kind: str) -> Collection[str] | None:
    """The names that queues.yaml or skills.yaml gives, whatever else is wrong with it; None: it cannot be read."""
    document = read(folder / f"{kind}.yaml")
    part = document.data.get(kind) if isinstance(document.data, dict) else None
    return part.keys() if isinstance(part, dict) and not document.faults else None


def _stems(folder: Path) -> frozenset[str]:
    return frozenset(each.stem for each in folder.glob("*.yaml"))


class _Reader:
    """Makes settings of the parts and notes what does not fit together."""

    def __init__(self, faults: list[Fault], menus: Collection[str], clients: Collection[str] | None) -> None:
        self.faults = faults
        self.menus = menus
        self.clients = clients
        self.skills: Collection[str] = ()
        self.queues: Collection[str] = ()
        self.agents: Collection[str] = ()

    def read_agents(self, file: AgentsFile, at: Document) -> dict[str, AgentSettings]:
        """All agents, rows written out."""
        found: dict[str, AgentSettings] = {}
        accounts: dict[str, str] = {}
        for number, part in enumerate(file.agents):
            here: Location = ("agents", number)
            self._known(at, (*here, "queues"), part.queues, self.queues, "queue")
            self._known(at, (*here, "skills"), part.skills, self.skills, "skill")
            if not part.queues:
                mend = "add queues: [name], or remove the agent"
                self.faults.append(at.fault(here, f"agent {part.id} serves no queue", mend))
            for agent in self._written_out(part, at, here):
                if agent.id in found:
                    self.faults.append(
                        at.fault((*here, "id"), f"agent {agent.id} is given twice", "keep one")
                    )
                if agent.account is not None and agent.account in accounts:
                    what = f"account {agent.account} belongs to agent {accounts[agent.account]} already"
                    self.faults.append(at.fault((*here, "account"), what, "give each agent an account"))
                elif agent.account is not None:
                    accounts[agent.account] = agent.id
                found[agent.id] = agent
        self.agents = found.keys()
        return found

    def read_supervisors(self, file: AgentsFile, at: Document) -> dict[str, SupervisorSettings]:
        """All supervisors, by account."""
        found: dict[str, SupervisorSettings] = {}
        for number, part in enumerate(file.supervisors):
            here: Location = ("supervisors", number)
            self._known(at, (*here, "queues"), part.queues, self.queues, "queue")
            if part.account in found:
                what = f"account {part.account} is given twice"
                self.faults.append(at.fault((*here, "account"), what, "keep one"))
            found[part.account] = SupervisorSettings(part.account, part.queues)
        return found

    def read_queues(
        self, file: QueuesFile, at: Document, staff: Mapping[str, AgentSettings]
    ) -> dict[str, QueueSettings]:
        """All queues."""
        served = {queue for agent in staff.values() for queue in agent.queues}
        found: dict[str, QueueSettings] = {}
        for name, part in file.queues.items():
            here: Location = ("queues", name)
            self._known(at, (*here, "requires"), part.requires, self.skills, "skill")
            self._known(at, (*here, "prefers"), part.prefers, self.skills, "skill")
            for number, step in enumerate(part.relax):
                self._known(at, (*here, "relax", number, "lower"), step.lower, self.skills, "skill")
                self._known(at, (*here, "relax", number, "drop"), step.drop, self.skills, "skill")
            self._known(at, (*here, "clients"), part.clients, self.clients, "client")
            if name not in served:
                mend = f"add {name} to the queues of an agent in agents.yaml"
                self.faults.append(at.fault(here, f"no agent serves the queue {name}", mend))
            for reason, destination in part.overflow:
                if destination is not None:
                    self._leads_somewhere(at, (*here, "overflow", reason), destination)
                    if destination.queue == name:
                        what = f"the queue {name} overflows into itself"
                        self.faults.append(at.fault((*here, "overflow", reason), what, "name another place"))
            whispered = [client for client in part.whisper if client]
            self._known(at, (*here, "whisper"), dict.fromkeys(whispered), self.clients, "client")
            for key, destination in part.exit_keys.items():
                self._leads_somewhere(at, (*here, "exit_keys", key), destination)
                if destination.queue == name:
                    what = f"key {key} of the queue {name} leads back into it"
                    self.faults.append(at.fault((*here, "exit_keys", key), what, "name another place"))
            found[name] = _queue(name, part)
        return found

    def read_numbers(self, file: NumbersFile, at: Document) -> tuple[NumberSettings, ...]:
        """All numbers."""
        seen: dict[str, int] = {}
        found = []
        for index, part in enumerate(file.numbers):
            here: Location = ("numbers", index)
            key = normalise(part.number)
            line = at.line((*here, "number"))
            if key in seen:
                mend = f"it stands first in line {seen[key]}"
                self.faults.append(
                    at.fault((*here, "number"), f"the number {part.number} is given twice", mend)
                )
            seen.setdefault(key, line)
            self._known(at, (*here, "client"), [part.client], self.clients, "client")
            self._leads_somewhere(at, here, part)
            found.append(NumberSettings(part.number, part.client, part.destination(), part.language))
        return tuple(found)

    def _leads_somewhere(self, at: Document, here: Location, part: DestinationPart) -> None:
        for kind, known in (("menu", self.menus), ("queue", self.queues), ("agent", self.agents)):
            name = getattr(part, kind)
            if name is not None:
                self._known(at, (*here, kind), [name], known, kind)

    def _known(
        self, at: Document, here: Location, names: Iterable[str], known: Collection[str] | None, kind: str
    ) -> None:
        if known is None:
            return
        for index, name in enumerate(names):
            if name not in known:
                where = (*here, name if isinstance(names, dict) else index)
                mend = suggest(name, known) or f"there is no {kind} yet"
                self.faults.append(at.fault(where, f'no {kind} is called "{name}"', mend))

    def _written_out(self, part: AgentPart, at: Document, here: Location) -> Iterator[AgentSettings]:
        if ".." not in part.id:
            yield _agent(part, part.id)
            return
        row = _ROW.fullmatch(part.id)
        mend = "write a row as a001..a500"
        if row is None or row["prefix"] != row["again"] or len(row["low"]) != len(row["high"]):
            self.faults.append(at.fault((*here, "id"), f"{part.id} is not a row of agents", mend))
            return
        low, high = int(row["low"]), int(row["high"])
        if low > high or high - low >= _LONGEST_ROW:
            self.faults.append(at.fault((*here, "id"), f"{part.id} is a row of no agents or too many", mend))
            return
        if "{id}" not in (part.contact or part.account or ""):
            what = "a row of agents needs {id} in its contact or account"
            self.faults.append(at.fault(here, what, "e.g. contact: sip:{id}@192.0.2.4"))
            return
        for number in range(low, high + 1):
            yield _agent(part, f"{row['prefix']}{number:0{len(row['low'])}d}")


def _agent(part: AgentPart, name: str) -> AgentSettings:
    return AgentSettings(
        id=name,
        name=part.name.replace("{id}", name),
        account=None if part.account is None else part.account.replace("{id}", name),
        contact=None if part.contact is None else part.contact.replace("{id}", name),
        skills=part.skills,
        queues=tuple(dict.fromkeys(part.queues)),
        levels=part.queues if isinstance(part.queues, dict) else {},
        status=Status(part.status),
        wrap_up=part.wrap_up,
        language=part.language,
        team=part.team,
    )


_PRESENCE = {
    "always": Presence.AWAY,
    "never": Presence.AWAY,
    "logged_in": Presence.LOGGED_IN,
    "ready": Presence.AVAILABLE,
}


def _no_answer(part: QueuePart) -> NoAnswer:
    """Where many phones ring, it is no fault of an agent that he or she was not the one who answered."""
    if part.no_answer is not None:
        return NoAnswer(part.no_answer)
    return NoAnswer.NOT_READY if STRATEGIES[part.strategy].rings is Rings.ONE else NoAnswer.RETRY


def _relaxations(part: QueuePart) -> tuple[Relaxation, ...]:
    steps = sorted(part.relax, key=lambda step: step.after)
    return tuple(
        Relaxation(step.after, (*sorted(step.lower.items()), *((skill, None) for skill in step.drop)))
        for step in steps
    )


def _queue(name: str, part: QueuePart) -> QueueSettings:
    return QueueSettings(
        id=name,
        name=part.name or name,
        clients=tuple(part.clients),
        strategy=part.strategy,
        requires=tuple(sorted(part.requires.items())),
        ring_timeout=part.ring_timeout,
        wrap_up=part.wrap_up,
        max_wait=part.max_wait,
        capacity=part.capacity,
        prefers=part.prefers,
        relax=_relaxations(part),
        service_level=ServiceLevel(part.service_level.within, part.service_level.share),
        short_abandon=part.short_abandon,
        weight=part.weight,
        priority_step=part.priority_step,
        sticky=part.sticky,
        progressive_delay=part.progressive_delay,
        hours=part.hours,
        at_closing=AtClosing(part.at_closing),
        join_empty=_PRESENCE[part.join_empty],
        leave_empty=_PRESENCE[part.leave_empty],
        leave_empty_after=part.leave_empty_after,
        no_answer=_no_answer(part),
        delays=Delays(**part.delays.model_dump()),
        overflow={LeaveReason(why): where.destination() for why, where in part.overflow if where is not None},
        keep_place=part.keep_place,
        music=part.music,
        alert=part.alert,
        announce=part.announce.settings(),
        exit_keys={key: where.destination() for key, where in part.exit_keys.items()},
        whisper=part.whisper,
        acknowledge=part.acknowledge.settings() if part.acknowledge is not None else None,
        callback=part.callback.settings(),
        survey=part.survey.settings() if part.survey is not None else None,
    )

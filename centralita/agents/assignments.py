"""Supervisors give agents other queues and skills while the node runs: at once, kept over reloads and restarts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from base.document import suggest
from base.errors import CentralitaError
from routing.agents.assignment import Assignment, assigned
from routing.errors import UnknownAgent

if TYPE_CHECKING:
    from asyncio import Lock
    from collections.abc import Callable, Iterable, Mapping

    from centralita.configuration import Configuration
    from centralita.present import Present
    from routing.io.attendance_book import AttendanceBook
    from routing.settings import RoutingConfig


class BadAssignment(CentralitaError):
    """It names what is not there."""

    code = "bad_assignment"


class Assignments:
    """What supervisors have changed, over the configuration of the files."""

    def __init__(
        self,
        present: Present,
        book: AttendanceBook,
        changing: Lock,
        adopt: Callable[[RoutingConfig], None],
    ) -> None:
        """`changing` is held while the configuration is replaced; `adopt` lets the running parts take it over."""
        self._present = present
        self._book = book
        self._changing = changing
        self._adopt = adopt
        self._file = present.now().routing
        present.configuration = self.over(present.now())

    def over(self, configuration: Configuration) -> Configuration:
        """The files' configuration with what supervisors have changed."""
        self._file = configuration.routing
        every = (
            (each.agent, Assignment(each.queues, each.skills)) for each in self._book.attendance.standings()
        )
        changes = {agent: change for agent, change in every if change}
        if not changes:
            return configuration
        routing = assigned(configuration.routing, changes)
        return replace(configuration, config=replace(configuration.config, routing=routing))

    def of(self, agent: str) -> Assignment:
        """What is changed of an agent. Raises UnknownAgent."""
        found = self._book.attendance.find(agent)
        if found is None:
            raise UnknownAgent(f"no agent {agent}")
        return Assignment(found.queues, found.skills)

    async def assign(self, agent: str, wished: Assignment) -> None:
        """Give an agent queues or skills; an empty wish goes back to the file's. What is not given stays.

        Raises UnknownAgent and BadAssignment.
        """
        # Looked at only once nobody else changes anything: a reload may take a queue away, another wish may stand.
        async with self._changing:
            before, routing = self.of(agent), self._present.now().routing
            _check(wished.queues or (), routing.queues, "queue")
            _check(wished.skills or (), routing.skills, "skill")
            if wished:
                queues = before.queues if wished.queues is None else wished.queues
                skills = before.skills if wished.skills is None else dict(wished.skills)
            else:
                queues = skills = None
            self._book.note(agent, queues=queues, skills=skills)
            present = self._present
            file = present.now().config
            present.configuration = self.over(
                replace(present.now(), config=replace(file, routing=self._file))
            )
            self._adopt(present.now().routing)
        await self._book.settled()


def _check(names: Iterable[str], known: Mapping[str, object], kind: str) -> None:
    for name in names:
        if name not in known:
            raise BadAssignment(f"no {kind} is called {name}; {suggest(name, known)}")

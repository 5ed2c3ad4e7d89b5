"""What agents may do in conversations, by the present configuration: codes, supervisors, forms for secrets."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from base.errors import CentralitaError
from calls.capture import FAILED
from calls.destination import Agent, Extension, Menu, Number, Uri
from calls.events import LentBack
from centralita.failures import place_of
from routing.agents.tables import State, Status
from routing.escalation import SUPERVISOR
from routing.feature_codes import ACTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from calls.acts import Act
    from calls.contact import Contact, Inbox
    from calls.desk import Party
    from calls.leg import Leg
    from centralita.configuration import Configuration
    from ivr.io.application import MenuApplication
    from media.plane import Clip
    from routing.agents.agent import AgentView
    from routing.settings import AgentSettings

log = structlog.get_logger()


class Acting:
    """Answers what conversations ask when an agent acts in them."""

    def __init__(
        self,
        configuration: Callable[[], Configuration],
        said: Callable[[str, str | None], tuple[Clip, ...]],
        agent_of: Callable[[str | None], str | None],
        menus: MenuApplication,
        staff: Callable[[], Sequence[AgentView]],
    ) -> None:
        """`said` gives a prompt in a language, or in that of the house.

        `agent_of` gives the agent of an account, `staff` all agents as they are now.
        """
        self._configuration = configuration
        self._said = said
        self._agent_of = agent_of
        self._menus = menus
        self._staff = staff
        self._lent: set[asyncio.Task[None]] = set()

    @property
    def codes(self) -> Mapping[str, type[Act]]:
        """What agents key in a conversation."""
        return ACTS

    def is_agent(self, leg: Leg) -> bool:
        """Whether the party is an agent or a supervisor, who may use feature codes."""
        configuration = self._configuration()
        is_known = leg.account in configuration.routing.supervisors or self._agent_of(leg.account) is not None
        if leg.agent is None and not is_known:
            return False
        internal = configuration.profiles.internal
        if leg.account is None:  # an agent at a fixed contact may do what the profile lets every phone do
            return "feature_codes" in internal.may_call
        return internal.allows(leg.account, "feature_codes")

    def says(self, agent: Leg, words: str) -> tuple[Clip, ...]:
        """Something that an agent is told, in his or her language."""
        settings = self._settings(agent)
        return self._said(words, settings.language if settings is not None else None)

    def supervisors(self, contact: Contact, agent: Leg) -> Sequence[Party]:
        """Those of the client company's ladder, then who may listen to this agent, in the order of the files."""
        settings, configuration = self._settings(agent), self._configuration()
        if settings is None:
            return ()
        climbed = [each.destination for each in configuration.ladder(contact.client, SUPERVISOR)]
        found: list[Party] = [each for each in climbed if isinstance(each, Agent | Extension | Uri | Number)]
        supervisors = configuration.routing.supervisors.values()
        found += [Extension(each.account) for each in supervisors if each.may_monitor(settings)]
        return [each for each in dict.fromkeys(found) if not _is_oneself(each, settings)]

    def colleagues(self, queue: str, agent: Leg) -> Sequence[Party]:
        """The agents of a queue who are free, other than this one, whoever has been so for longest first."""
        own = agent.agent or self._agent_of(agent.account)
        free = [
            each
            for each in self._staff()
            if each.status is Status.AVAILABLE and each.state is State.IDLE and queue in each.queues
        ]
        free.sort(key=lambda each: each.since)
        return [Agent(each.id) for each in free if each.id != own]

    def _settings(self, leg: Leg) -> AgentSettings | None:
        name = leg.agent or self._agent_of(leg.account)
        return self._configuration().routing.agents.get(name) if name is not None else None

    def may_pause_recording(self, contact: Contact) -> bool:
        """Whether the client company lets agents do so."""
        client = self._configuration().clients.get(contact.client or "")
        return client is not None and client.recording.agents_may_pause

    def capture(self, contact: Contact) -> Menu | None:
        """The client company's form for what agents must not hear."""
        client = self._configuration().clients.get(contact.client or "")
        part = client.secure_capture if client is not None else None
        return Menu(part.menu, part.step) if part is not None else None

    def lend(self, contact: Contact, leg: Leg, menu: Menu, inbox: Inbox[object]) -> None:
        """Lead a party through menus; LentBack comes to the contact's inbox, whatever becomes of them."""
        task = asyncio.get_running_loop().create_task(self._lead(contact, leg, menu, inbox))
        self._lent.add(task)
        task.add_done_callback(self._lent.discard)

    async def _lead(self, contact: Contact, leg: Leg, menu: Menu, inbox: Inbox[object]) -> None:
        answer = FAILED
        try:
            answer = await self._menus.lend(contact, leg, menu, inbox)
        except CentralitaError as error:
            log.error("capture_failed", contact=contact.id, code=error.code)
        except Exception as error:  # noqa: BLE001 - one form fails, the conversation goes on
            # Only the kind of the exception: its text may quote what the caller typed.
            log.error("capture_failed", contact=contact.id, error=type(error).__name__, at=place_of(error))
        finally:
            contact.inbox.post(LentBack(answer))


def _is_oneself(party: Party, agent: AgentSettings) -> bool:
    return party == Agent(agent.id) or (agent.account is not None and party == Extension(agent.account))

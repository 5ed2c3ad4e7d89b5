"""What the present configuration says to those who serve calls; they ask anew each time, so that a reload counts."""

from __future__ import annotations

from datetime import UTC, datetime
from time import time
from typing import TYPE_CHECKING

from calls.lines import LineLimits
from ivr.errors import UnknownMenu
from ivr.manners import ACCESSIBLE, Floor
from ivr.scene import CallerFacts
from routing.agents.screen import ScreenPart, screen
from routing.settings import QueueSettings
from sip.io.dns import DnsSettings
from sip.uri import Uri

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calls.contact import Contact
    from calls.destination import Menu
    from centralita.configuration import Configuration
    from ivr.compiled import CompiledMenus
    from media.plane import Clip
    from media.prompts import PromptLibrary
    from routing.agents.screen import Screen
    from routing.settings import AgentSettings
    from routing.skills import Requirements
    from sip.identity.identity import IdentityRules
    from sip.offer.keys import Dtmf
    from sip.offer.security import Srtp
    from sip.profile import InternalProfile
    from sip.registrar.settings import QualifyPart
    from sip.session.expires import TimerPolicy
    from sip.session.reliable import Reliability
    from sip.target import Target

BREATH = "breath"
"""Silence before and after what is said to agents."""
MUSIC = "music"
"""The prompt that is played where a queue has none of its own."""


class Present:
    """The configuration in force, replaced whole by a reload."""

    __slots__ = ("_voice", "configuration")

    def __init__(self, configuration: Configuration, voice: PromptLibrary) -> None:
        """Begin with the configuration that the node starts with."""
        self.configuration = configuration
        self._voice = voice

    def now(self) -> Configuration:
        """The whole of it."""
        return self.configuration

    def agents(self) -> Mapping[str, AgentSettings]:
        """All agents by id."""
        return self.configuration.routing.agents

    def codecs(self, profile: str, trunk: str | None = None) -> Sequence[str]:
        """The codecs of a SIP profile or a trunk, the preferred first."""
        return self.configuration.profiles.codecs(profile, trunk)

    def srtp(self, profile: str, trunk: str | None = None) -> Srtp:
        """How the sound of a SIP profile or a trunk is to be protected."""
        return self.configuration.profiles.srtp(profile, trunk)

    def dtmf(self, profile: str, trunk: str | None = None) -> Dtmf:
        """How keys go with the peers of a SIP profile or a trunk."""
        return self.configuration.profiles.dtmf(profile, trunk)

    def dns(self) -> DnsSettings:
        """Whom to ask for carriers' names."""
        part = self.configuration.profiles.external.dns
        return DnsSettings(part.servers, part.port, part.timeout)

    def line_limits(self, trunk: str) -> LineLimits:
        """What a trunk may carry."""
        found = self.configuration.profiles.trunk(trunk)
        if found is None:
            return LineLimits()
        rate = found.calls_per_second
        return LineLimits(found.channels, rate.incoming, rate.outgoing)

    def session_timer(self, profile: str) -> TimerPolicy:
        """The session timers of a SIP profile."""
        return self.configuration.profiles.session_timer(profile)

    def reliability(self, profile: str) -> Reliability:
        """What a SIP profile sends reliably before its answer."""
        return self.configuration.profiles.reliability(profile)

    def qualify(self) -> QualifyPart:
        """Which phones are asked if they are there, and how often."""
        return self.configuration.profiles.internal.qualify

    def internal(self) -> InternalProfile:
        """The profile of the house's own phones."""
        return self.configuration.profiles.internal

    def identity(self, profile: str, trunk: str | None, target: Target) -> IdentityRules:
        """What a target of a SIP profile, or of a trunk, is told of callers."""
        host = target.destination[0] if target.destination else Uri.parse(target.uri).host
        return self.configuration.profiles.identity(profile, trunk, host)

    def name_of(self, account: str | None, agent: str | None) -> str:
        """How an agent, or the owner of an account, is called."""
        found = self.configuration.routing.agents.get(agent) if agent is not None else None
        owner = self.configuration.profiles.internal.accounts.get(account) if account is not None else None
        return (found.name if found is not None else "") or (owner.name if owner is not None else "")

    def menu_set(self, name: str) -> CompiledMenus:
        """A menu set. Raises UnknownMenu: a caller may come from menus that have been replaced since."""
        found = self.configuration.menus.get(name)
        if found is None:
            raise UnknownMenu(f"no menu set {name}")
        return found

    def said(self, prompt: str, language: str | None = None) -> tuple[Clip, ...]:
        """A prompt of the house itself; silence where the catalogue has none."""
        spoken = language or self.configuration.centre.language
        return self._voice.clips((prompt,), spoken) if self._voice.has(prompt, spoken) else ()

    def told(self, prompts: Sequence[str], language: str | None = None) -> tuple[Clip, ...]:
        """Prompts of the house one after the other, between two breaths; those are left out that the catalogue has not.

        A phone hears nothing of the first moment of a call, and its jitter buffer nothing of the last.
        """
        return tuple(clip for each in (BREATH, *prompts, BREATH) for clip in self.said(each, language))

    def queue(self, queue: str) -> QueueSettings:
        """A queue; one that a reload took away has the settings of any."""
        return self.configuration.routing.queues.get(queue) or QueueSettings(queue)

    def music(self, queue: str = "") -> tuple[Clip, ...]:
        """What callers of a queue, or parties on hold, hear."""
        settings = self.configuration.routing.queues.get(queue)
        return self.said((settings.music if settings else None) or MUSIC)

    def asks_consent(self, client: str | None) -> bool:
        """Whether a client company's callers are recorded only once they have agreed."""
        found = self.configuration.clients.get(client or "")
        return found is not None and "recording-consent" in found.presets

    def calls_back(self, client: str | None) -> bool:
        """Whether a client company wants callers to be called back who were cut off."""
        found = self.configuration.clients.get(client or "")
        return found is not None and found.rescue == "callback"

    def floor(self, client: str | None) -> Floor | None:
        """What questions to a client company's callers may not go below."""
        found = self.configuration.clients.get(client or "")
        return ACCESSIBLE if found is not None and "accessibility" in found.presets else None

    def screen(self, contact: Contact, queue: str) -> Screen:
        """What agents' phones show of a contact in a queue."""
        client = self.configuration.clients.get(contact.client or "")
        settings = self.configuration.routing.queues.get(queue)
        return screen(
            client.phone if client is not None else ScreenPart(),
            client.name if client is not None else "",
            settings.name if settings is not None else queue,
            settings.alert if settings is not None else None,
            contact,
            queue,
        )

    def survey(self, contact: Contact, queue: str) -> Menu | None:
        """What a contact is asked after its conversation: by the queue's own survey, else the client company's."""
        company = self.configuration.clients.get(contact.client or "")
        part = company.survey if company is not None else None
        asked = self.queue(queue).survey or (part.settings() if part is not None else None)
        menu = self.configuration.menus.get(asked.menu) if asked is not None else None
        if asked is None or menu is None:
            return None
        return asked.after(contact.id, contact.language, contact.attributes, tuple(menu.languages))

    def hides_callers(self, client: str | None) -> bool:
        """Whether agents are not to see who calls a client company."""
        found = self.configuration.clients.get(client or "")
        return found is not None and not found.phone.number

    def language_skill(self, contact: Contact) -> Requirements:
        """What an agent must have to speak a contact's language."""
        skill = f"lang_{contact.language}"
        return ((skill, 1),) if skill in self.configuration.routing.skills else ()

    def agent_language(self, agent: str) -> str | None:
        """An agent's own language, where it is not the centre's."""
        found = self.configuration.routing.agents.get(agent)
        return found.language if found is not None else None

    def facts(self, contact: Contact) -> CallerFacts:
        """What the menus know of a caller; the clock is the client company's."""
        return CallerFacts(
            contact.id,
            contact.ani,
            contact.dnis,
            contact.client or "",
            datetime.fromtimestamp(time(), UTC),
            self.configuration.zone(contact.client),
            contact.attestation,
            identified=contact.is_identified,
            attributes=contact.attributes,
            requests=contact.requests,
        )

"""The parts of a running node, and what they do together: take over a reloaded configuration, close."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from centralita.back_ends import back_end_settings
from centralita.callbacks.callbacks import queues_of, rules_of
from centralita.state import CREDENTIALS_FILE, TRUNK_PASSWORDS_FILE
from sip.io.certificates import all_contexts
from sip.io.credentials_file import load_credentials
from sip.io.trunk_passwords import load_trunk_passwords

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from calls.exchange import Exchange
    from centralita.agents.workplace import Workplace
    from centralita.configuration import Configuration
    from centralita.dispatcher import Dispatcher
    from centralita.journal import Journal
    from centralita.menus.live import LiveMenus
    from centralita.options import Options
    from centralita.outside.trunks import Trunks
    from centralita.phones import Phones
    from centralita.present import Present
    from centralita.tracing import MessageTracing
    from ivr.io.back_end.transactions import Transactions
    from media.plane import Plane
    from media.prompts import PromptLibrary
    from records.ledger.ledger import Ledger
    from routing.io.callback_desk import CallbackDesk
    from routing.io.distribution import Distribution
    from routing.numbers.inbound import Route
    from sip.admission import ProfileAdmission
    from sip.io.endpoint import Endpoint
    from sip.io.resolver import Resolver
    from sip.registrar.registrar import BindingRegistrar


@dataclass(slots=True)
class Parts:
    """The parts of a running node."""

    resources: AsyncExitStack
    """Closes everything that was opened, the last first."""
    options: Options
    present: Present
    menus: LiveMenus
    ledger: Ledger
    journal: Journal
    plane: Plane
    voice: PromptLibrary
    transactions: Transactions
    endpoint: Endpoint
    admission: ProfileAdmission
    registrar: BindingRegistrar
    exchange: Exchange
    distribution: Distribution
    workplace: Workplace
    phones: Phones
    trunks: Trunks
    resolver: Resolver
    dispatcher: Dispatcher[Route]
    callbacks: CallbackDesk
    tracing: MessageTracing
    sip_address: tuple[str, int]
    http_address: tuple[str, int]
    rtp_ports: range

    @property
    def configuration(self) -> Configuration:
        """The configuration in force."""
        return self.present.configuration

    async def adopt(self, configuration: Configuration) -> None:
        """Take over a checked configuration; everything that can fail has been done before anything changes."""
        spoken = configuration.spoken_codecs
        await asyncio.to_thread(self.voice.prepare, configuration.catalogue, codecs=spoken)
        secrets = await asyncio.to_thread(load_credentials, self.options.state / CREDENTIALS_FILE)
        passwords = await asyncio.to_thread(load_trunk_passwords, self.options.state / TRUNK_PASSWORDS_FILE)
        systems = await self.transactions.prepare(
            await asyncio.to_thread(back_end_settings, configuration.clients)
        )
        listeners = configuration.profiles.listeners
        certificates = await asyncio.to_thread(all_contexts, listeners)
        await self.tracing.adopt(configuration.centre.tracing)
        await asyncio.to_thread(self.voice.adopt, configuration.catalogue)
        self.endpoint.adopt(listeners, certificates)
        configuration = self.workplace.assignments.over(configuration)
        self.present.configuration = configuration
        self.transactions.adopt(systems)
        self.admission.configure(configuration.profiles, secrets)
        self.endpoint.stack.overload.configure(configuration.centre.overload.limits)
        internal = configuration.profiles.internal
        self.registrar.configure(internal.accounts.keys(), internal.registration.limits)
        self.workplace.adopt(configuration.routing)
        never = self.callbacks.book.admission.rules.do_not_call
        never.rewrite(configuration.do_not_call)
        self.callbacks.adopt(rules_of(configuration, never), queues_of(configuration))
        self.phones.adopt()
        self.resolver.dns.configure(self.present.dns())
        self.trunks.adopt(configuration.profiles, passwords)
        self.endpoint.flush()

    async def close(self) -> None:
        """Stop in the order in which nothing is lost: no new work, then what is under way, the ledger last."""
        await self.resources.aclose()

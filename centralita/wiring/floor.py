"""The people's side of a node: agents and queues, opening hours, callbacks, lamps of phones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from centralita.agents.lamps import Lamps
from centralita.agents.staff import Staff
from centralita.agents.workplace import Workplace
from centralita.callbacks.callbacks import open_callbacks
from centralita.menus.surroundings import LiveSurroundings
from centralita.state import SWITCHES_FILE
from centralita.watching import Watching
from records.personal.sealing import person
from routing.io.distribution import Distribution
from routing.io.switch_board import SwitchBoard

if TYPE_CHECKING:
    from collections.abc import Callable

    from calls.contact import Contact
    from centralita.wiring.ground import Ground
    from centralita.wiring.network import Network
    from routing.callbacks.callback import Callback
    from routing.io.callback_desk import CallbackDesk
    from routing.settings import RoutingConfig
    from sip.events import RegistrationChanged


@dataclass(frozen=True, slots=True)
class Floor:
    """Who works here, who waits, and what is open."""

    distribution: Distribution
    workplace: Workplace
    board: SwitchBoard
    staff: Staff
    callbacks: CallbackDesk
    surroundings: LiveSurroundings
    watching: Watching

    def registered(self, event: RegistrationChanged) -> None:
        """A phone has come, or gone."""
        self.staff.registration_changed(event)
        self.watching.registration_changed(event)

    def adopt(self, routing: RoutingConfig) -> None:
        """Work by other settings from now on."""
        self.distribution.adopt(routing)
        self.workplace.book.adopt()
        self.staff.adopt(routing.agents)
        self.watching.adopt()


async def open_floor(
    ground: Ground,
    network: Network,
    *,
    contact_of: Callable[[str], Contact | None],
    begin: Callable[[Callback], Contact | None],
) -> Floor:
    """`contact_of` gives contacts in progress, `begin` the one that is to wait for a callback's agent."""
    present, kept, journal, resources = ground.present, ground.kept, ground.journal, ground.resources
    state = ground.options.state
    distribution = Distribution(present.now().routing, ground.ids, journal)
    resources.callback(distribution.close)
    workplace = Workplace(
        present,
        distribution,
        journal,
        kept,
        ground.menus.changing,
        contact_of=contact_of,
        adopt=lambda routing: floor.adopt(routing),
    )
    resources.push_async_callback(workplace.close)
    board = SwitchBoard(state / SWITCHES_FILE, kept.switches, journal)
    board.watch(distribution.look_again)
    staff = Staff(present.now().routing.agents, distribution)
    hashed = partial(person, kept.master)
    callbacks = await open_callbacks(
        state, present, distribution, journal, resources, begin=begin, hashed=hashed
    )
    surroundings = LiveSurroundings(present, board, distribution, callbacks)
    watching = Watching(
        present.internal,
        network.signalling.location,
        network.exchange,
        lambda tell: Lamps(distribution, lambda: present.now().routing, surroundings.is_open, tell),
    )
    resources.callback(watching.close)
    floor = Floor(distribution, workplace, board, staff, callbacks, surroundings, watching)
    return floor

"""The interface of a node, put together: all that people and programs read and do over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from centralita.agents.conversations import Conversations
from centralita.agents.placed_calls import PlacedCalls
from centralita.callbacks.originating import Originating
from centralita.cases.opening import open_cases
from centralita.daily_keeping import DailyKeeping
from centralita.figure_terms import agreed_in
from centralita.keeping import keeping_of_node
from centralita.menus.prompt_view import PromptView
from centralita.menus.switching import opening_desk
from centralita.menus.view import MenuView
from centralita.phone_view import shown_phones
from centralita.playing_back import PlayingBack
from centralita.state import PROMPTS_FOLDER, RECORDINGS_FOLDER
from centralita.wiring.people import api_rates, open_people
from centralita.wiring.telling import open_telling
from console.app import make_app
from console.keys import Placing
from records.people.audit import AuditLog

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiohttp import web

    from centralita.wiring.floor import Floor
    from centralita.wiring.ground import Ground
    from centralita.wiring.network import Network
    from centralita.wiring.serving import Serving
    from console.telling import Check


class Vital(Protocol):
    """What a node says of itself."""

    def checks(self) -> Sequence[Check]:
        """What it needs to take calls, and what of it is not well."""

    def counters(self) -> Mapping[str, int]:
        """What is in use now."""


async def open_interface(
    ground: Ground, network: Network, floor: Floor, serving: Serving, node: Vital
) -> web.Application:
    """What the interface works with is at work from now on; nobody can ask yet."""
    present, kept, state, resources = ground.present, ground.kept, ground.options.state, ground.resources
    ledger, reader, journal, ids = kept.ledger, kept.reader, ground.journal, ground.ids
    exchange, dispatcher, outset = network.exchange, serving.dispatcher, serving.outset
    called = floor.staff.called
    people = await open_people(state, kept.database, present, journal, resources)
    telling = await open_telling(ground, network, floor, serving, node, people)
    placed = PlacedCalls(
        present,
        floor.distribution,
        dispatcher,
        exchange,
        serving.numbers,
        network.tolls,
        serving.places.account,
        called,
    )
    originating = Originating(outset, floor.callbacks, dispatcher, exchange, outset.wording, ids, journal)
    cases = await open_cases(kept.database, present, ledger, journal, reader, ids, resources)
    keeping = keeping_of_node(state, kept.database, ledger, kept.master, present.now, floor.callbacks)
    daily = DailyKeeping(keeping)
    resources.push_async_callback(daily.close)
    daily.begin()
    return make_app(
        key=kept.key,
        work=floor.workplace.desk(),
        ledger=ledger,
        reader=reader,
        trunks=network.trunk_list,
        phones=lambda account: shown_phones(network.phones, account),
        counters=node.counters,
        menus=MenuView(ground.menus),
        door=network.door,
        opening=opening_desk(floor.board, present),
        talks=Conversations(dispatcher, exchange, serving.monitoring, serving.places.account, called),
        playing_back=PlayingBack(state / RECORDINGS_FOLDER, present.now).open,
        prompts=PromptView(ground.options.config, state / PROMPTS_FOLDER),
        agreed=lambda: agreed_in(present.configuration),
        placing=Placing(placed.place, originating.originate),
        callbacks=floor.callbacks,
        cases=cases,
        telling=telling,
        people=people,
        audit=AuditLog(kept.database, kept.master),
        proxies=lambda: present.configuration.centre.people.proxies,
        rates=lambda: api_rates(present.configuration.centre),
        keeping=keeping,
    )

"""What all of a node stands on, opened first: its state folder, its configuration, its journal, its sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from base.io.ids import SystemIds
from centralita.failures import warn_of_recordings
from centralita.journal import Journal
from centralita.listening import refuse_wildcard
from centralita.menus.live import AT_START, LiveMenus
from centralita.metrics.page import MetricsPage
from centralita.present import Present
from centralita.state import MENUS_FILE, PROMPTS_FOLDER
from centralita.telemetry.opening import open_tracer
from centralita.wiring.opening import open_sound, open_state, open_transactions
from ivr.io.versions import Versions

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from base.ids import Ids
    from centralita.configuration import Configuration
    from centralita.options import Options
    from centralita.wiring.opening import Kept
    from ivr.io.back_end.transactions import Transactions
    from media.plane import Plane
    from media.prompts import PromptLibrary


@dataclass(frozen=True, slots=True)
class Ground:
    """Every side of a node works with this."""

    options: Options
    resources: AsyncExitStack
    """Closes what was opened, the last first."""
    ids: Ids
    kept: Kept
    journal: Journal
    metrics: MetricsPage
    menus: LiveMenus
    plane: Plane
    voice: PromptLibrary
    present: Present
    transactions: Transactions


async def open_ground(options: Options, configuration: Configuration, resources: AsyncExitStack) -> Ground:
    """The menus that are in force come from their versions; the files are their drafts."""
    centre, ids = configuration.centre, SystemIds()
    if options.sip_listeners(centre)[0].advertised is None:
        refuse_wildcard(options.sip_address(centre))
    kept = await open_state(options, centre, ids, resources)
    journal = Journal(kept.ledger)
    journal.watch(warn_of_recordings)
    metrics = MetricsPage()
    journal.watch(metrics.happened)
    menus = LiveMenus(Versions(options.state / MENUS_FILE), options.config, options.state / PROMPTS_FOLDER)
    plan = await menus.plan(configuration, who=AT_START)
    await menus.commit(plan)
    plane, voice = await open_sound(options, plan.configuration, resources)
    tracer = open_tracer(centre, kept.ledger, resources)
    transactions = await open_transactions(options, plan.configuration, journal, resources, tracer)
    present = Present(plan.configuration, voice)
    return Ground(options, resources, ids, kept, journal, metrics, menus, plane, voice, present, transactions)

"""What a node opens before it takes calls: its state folder, its sound, its listeners. Each closes with `resources`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

import structlog

from centralita.back_ends import back_end_settings
from centralita.failures import warn_of_journal, warn_of_ledger, warn_of_sums
from centralita.listening import listening
from centralita.state import (
    AGENTS_FILE,
    CREDENTIALS_FILE,
    HTTP_FILE,
    KEY_FILE,
    PROMPTS_FOLDER,
    SPILL_FOLDER,
    SWITCHES_FILE,
    TRUNK_PASSWORDS_FILE,
    alone,
    choose_database,
    master_key_of,
)
from console.access import key_of
from console.app import HttpServer
from ivr.io.back_end.transactions import Transactions
from media.plane import Plane
from media.prompts import PromptLibrary
from records.ledger.ledger import Ledger
from records.reader import Reader
from routing.io.attendance_file import AttendanceFile
from routing.io.switch_board import load_switches
from sip.flow import written
from sip.io.credentials_file import load_credentials
from sip.io.trunk_passwords import load_trunk_passwords

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AsyncExitStack

    from aiohttp import web

    from base.address import Address
    from base.ids import Ids
    from base.secret import Secret
    from centralita.configuration import Configuration
    from centralita.journal import Journal
    from centralita.options import Options
    from ivr.io.back_end.traced import Traces
    from records.database import Database
    from records.personal.master_key import MasterKey
    from routing.agents.attendance import Standing
    from routing.centre import Centre
    from routing.hours.switches import Switches
    from sip.digest.credentials import Credentials
    from sip.io.endpoint import Endpoint

log = structlog.get_logger()


class Kept(NamedTuple):
    """What the state folder holds."""

    credentials: Credentials
    trunk_passwords: Mapping[str, Secret]
    key: str
    database: Database
    ledger: Ledger
    reader: Reader
    master: MasterKey
    switches: Switches
    attendance: AttendanceFile
    standings: Mapping[str, Standing]


async def open_state(options: Options, centre: Centre, ids: Ids, resources: AsyncExitStack) -> Kept:
    """What the state folder holds; in the ledger, what an earlier end left open is closed."""
    # Records of callers and hashes of passwords: for this user only.
    resources.enter_context(alone(options.state))
    credentials = await asyncio.to_thread(load_credentials, options.state / CREDENTIALS_FILE)
    trunk_passwords = await asyncio.to_thread(load_trunk_passwords, options.state / TRUNK_PASSWORDS_FILE)
    switches = await asyncio.to_thread(load_switches, options.state / SWITCHES_FILE)
    key = key_of(options.state / KEY_FILE, lambda: ids.token(24))
    database = await asyncio.to_thread(choose_database, options.state, centre.database)
    resources.callback(database.close)
    master = await asyncio.to_thread(master_key_of, options.state, database, may_make=True)
    assert master is not None  # one is made where there was none
    ledger = Ledger(
        database,
        node=centre.node,
        spill=options.state / SPILL_FOLDER,
        master=master,
        watch=warn_of_ledger,
        unbalanced=warn_of_sums,
        damaged=warn_of_journal,
    )
    await asyncio.to_thread(ledger.start, tell=lambda words: log.info("records", doing=words))
    resources.push_async_callback(asyncio.to_thread, ledger.close)
    attendance = await asyncio.to_thread(AttendanceFile, options.state / AGENTS_FILE)
    resources.push_async_callback(asyncio.to_thread, attendance.close)
    standings = await asyncio.to_thread(attendance.load)
    reader = Reader(database, master)
    return Kept(
        credentials,
        trunk_passwords,
        key,
        database,
        ledger,
        reader,
        master,
        switches,
        attendance,
        standings,
    )


async def open_sound(
    options: Options, configuration: Configuration, resources: AsyncExitStack
) -> tuple[Plane, PromptLibrary]:
    """The media plane, and the prompts made for it."""
    centre = configuration.centre
    address, advertised = options.rtp_addresses(centre)
    also = options.rtp_also(centre, configuration.profiles.listeners)
    plane = Plane(
        address=address,
        advertised=advertised,
        also=also,
        ports=options.rtp_range(centre),
        threads=centre.rtp_threads,
        dscp=centre.rtp_dscp,
        realtime=centre.rtp_realtime,
    )
    resources.callback(plane.close)
    voice = PromptLibrary(plane, configuration.catalogue, options.state / PROMPTS_FOLDER)
    spoken = configuration.spoken_codecs
    await asyncio.to_thread(voice.prepare, configuration.catalogue, _tell_prompts, codecs=spoken)
    return plane, voice


def _tell_prompts(done: int, of: int, what: str) -> None:
    """A new state folder has no sound as yet: who waits for the node shall know why."""
    if done % 100 == 1:
        log.info("making_prompts", done=done - 1, of=of)


async def open_transactions(
    options: Options,
    configuration: Configuration,
    journal: Journal,
    resources: AsyncExitStack,
    traces: Traces | None = None,
) -> Transactions:
    """The client companies' systems; charges that an earlier end left open are asked about."""

    def record(contact: str, kind: str, data: Mapping[str, object]) -> None:
        journal(contact, None, kind, data)

    transactions = Transactions(options.state, record, traces=traces)
    settings = await asyncio.to_thread(back_end_settings, configuration.clients)
    await transactions.start(settings)
    resources.push_async_callback(transactions.close)
    return transactions


async def open_http(
    options: Options, address: Address, app: web.Application, resources: AsyncExitStack
) -> tuple[str, int]:
    """The API's listener; where it listens is written down for the commands that talk to it."""
    http = HttpServer(app)
    resources.push_async_callback(http.close)
    found = await listening("HTTP", "--http", address, http.start(*address))
    (options.state / HTTP_FILE).write_text(f"{written(found)}\n", encoding="ascii")
    return found


async def open_listeners(options: Options, configuration: Configuration, endpoint: Endpoint) -> None:
    """Open the SIP listeners, the one of centre.yaml or the command line first."""
    centre = configuration.centre
    groups = [options.sip_listeners(centre), *((each,) for each in configuration.profiles.listeners)]
    await listening("SIP", "--sip", options.sip_address(centre), endpoint.start(groups=groups))
    for listener, at in endpoint.listeners:
        log.info("listening", transport=listener.transport, at=written(at), serves=listener.serves)

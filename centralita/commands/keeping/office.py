"""Where an act on personal data is done: in the running node, or in the state folder while none runs."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING, Any

from base.errors import CentralitaError
from base.io.private_file import write_private
from centralita.client import NodeClient
from centralita.commands.noting import write
from centralita.commands.parameters import fail
from centralita.state import SPILL_FOLDER, StateInUse, alone, database_of, master_key_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path

    from records.event import LedgerEvent
    from records.people.audit import Deed
    from records.retention.keeping import Keeping

PATIENCE = 3_600.0
"""Seconds that a running node may take for a long act."""


class Nowhere:
    """In place of the ledger where nothing is changed."""

    def append(self, event: LedgerEvent) -> None:
        """Nobody may write."""
        raise AssertionError(event.type)

    async def flush(self) -> None:
        """Nothing waits."""


def act(
    state: Path,
    config: Path,
    method: str,
    path: str,
    body: Mapping[str, object] | None,
    work: Callable[[Keeping], Awaitable[Any]],
    *,
    deed: Deed,
    file: Path | None = None,
) -> Any:
    """Ask the running node, or do it ourselves where there is none: the answer as JSON has it. Fails with words.

    `deed` is what goes into the audit log where the node does not note it; `work` may add what it is about.
    `file`: where what the node sends goes, if it is no JSON.
    """
    try:
        with alone(state):
            return plain(asyncio.run(_directly(state, config, work, deed)))
    except StateInUse:
        pass
    except OSError as error:
        fail(f"{error.filename or state}: {error.strerror}")
    try:
        client = NodeClient(state)
        if file is None:
            return client.ask(method, path, body, timeout=PATIENCE)
        write_private(file, client.fetch(method, path, body, timeout=PATIENCE))
        return {}
    except OSError as error:
        fail(f"{error.filename or file}: {error.strerror}")


def look(state: Path, config: Path, work: Callable[[Keeping], Awaitable[Any]]) -> Any:
    """Do what changes nothing, whether a node runs or not."""
    try:
        return asyncio.run(_looking(state, config, work))
    except OSError as error:
        fail(f"{error.filename or state}: {error.strerror}")


def plain(value: Any) -> Any:
    """Values as JSON has them."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return [plain(each) for each in value] if isinstance(value, list) else value


async def _directly(state: Path, config: Path, work: Callable[[Keeping], Awaitable[Any]], deed: Deed) -> Any:
    from centralita.configuration import load_configuration
    from centralita.keeping import keeping_at_rest
    from records.ledger.ledger import Ledger
    from records.people.audit import DONE, FAILED, REFUSED

    configuration = load_configuration(config)
    database = database_of(state)
    database.check_exists()
    master = master_key_of(state, database, may_make=True)
    assert master is not None
    ledger = Ledger(database, node=configuration.centre.node, spill=state / SPILL_FOLDER, master=master)
    await asyncio.to_thread(ledger.start)
    result, code = FAILED, None
    try:
        found = await work(keeping_at_rest(state, database, ledger, master, configuration))
        result = DONE
    except CentralitaError as error:
        result, code = REFUSED, error.code
        raise
    finally:
        await asyncio.to_thread(ledger.close)
        database.close()
        await asyncio.to_thread(write, state, dataclasses.replace(deed, result=result, code=code))
    return found


async def _looking(state: Path, config: Path, work: Callable[[Keeping], Awaitable[Any]]) -> Any:
    from centralita.configuration import load_configuration
    from centralita.keeping import keeping_at_rest

    database = database_of(state)
    database.check_exists()
    master = master_key_of(state, database)
    if master is None:
        fail(f"nothing is sealed in {database} yet: no call was recorded by this version")
    configuration = await asyncio.to_thread(load_configuration, config)
    try:
        return await work(keeping_at_rest(state, database, Nowhere(), master, configuration))
    finally:
        database.close()

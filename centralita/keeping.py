"""The keeper of personal data, put together for a node and for commands: what is deleted, held, exported, erased."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from base.errors import CentralitaError
from centralita.state import CALLBACKS_FILE, RECORDINGS_FOLDER
from media.sealed import SealedFile, key_number, read_key, unseal
from records.personal.sealing import person
from records.retention.customers import erase_customers, kept_customers
from records.retention.keeping import Keeping
from routing.callbacks.written import to_json
from routing.io.callback_store import erase_kept, read_kept
from routing.retention import rules_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from centralita.configuration import Configuration
    from records.database import Database
    from records.personal.master_key import MasterKey
    from records.retention.deleting import Writer
    from records.retention.keeping import Elsewhere, KeptElsewhere
    from records.retention.person import Person
    from records.retention.rules import Rules
    from routing.callbacks.callback import Callback
    from routing.io.callback_desk import CallbackDesk

HOUSE = ""


def rules_in(configuration: Configuration) -> Mapping[str, Rules]:
    """How long things are kept, by client company; HOUSE for what is nobody's."""
    centre = configuration.centre.retention
    own = {name: rules_of(client.retention, centre) for name, client in configuration.clients.items()}
    return {**own, HOUSE: rules_of(centre)}


def make_keeping(
    state: Path,
    database: Database,
    ledger: Writer,
    master: MasterKey,
    configuration: Callable[[], Configuration],
    elsewhere: Mapping[str, Elsewhere],
    kept_elsewhere: Mapping[str, KeptElsewhere],
) -> Keeping:
    """By the configuration in force."""

    async def erase_known(who: Person, client: str | None, dry_run: bool) -> int:  # noqa: FBT001 - see Elsewhere
        return await asyncio.to_thread(erase_customers, database, who, client, dry_run=dry_run)

    async def known(who: Person, client: str | None) -> Sequence[Mapping[str, Any]]:
        return await asyncio.to_thread(kept_customers, database, who, client)

    return Keeping(
        database,
        ledger,
        master,
        state / RECORDINGS_FOLDER,
        rules=lambda: rules_in(configuration()),
        home=lambda: configuration().centre.country,
        clock=time.time,
        elsewhere={**elsewhere, "customers": erase_known},
        kept_elsewhere={**kept_elsewhere, "customers": known},
        opened=lambda path: open_recording(configuration(), path),
    )


def keeping_at_rest(
    state: Path, database: Database, ledger: Writer, master: MasterKey, configuration: Configuration
) -> Keeping:
    """While no node runs: callbacks are erased in their file."""

    async def erase_callbacks(who: Person, client: str | None, dry_run: bool) -> int:  # noqa: FBT001 - see Elsewhere
        file = state / CALLBACKS_FILE
        return await asyncio.to_thread(
            erase_kept, file, who.spellings, client, lambda number: person(master, number), dry_run=dry_run
        )

    async def kept_callbacks(who: Person, client: str | None) -> Sequence[Mapping[str, Any]]:
        kept = await asyncio.to_thread(read_kept, state / CALLBACKS_FILE)
        return callbacks_of(who, client, kept.callbacks)

    return make_keeping(
        state,
        database,
        ledger,
        master,
        lambda: configuration,
        {"callbacks": erase_callbacks},
        {"callbacks": kept_callbacks},
    )


def keeping_of_node(
    state: Path,
    database: Database,
    ledger: Writer,
    master: MasterKey,
    configuration: Callable[[], Configuration],
    desk: CallbackDesk,
) -> Keeping:
    """While a node runs: its own book of callbacks is asked."""

    async def erase_callbacks(who: Person, client: str | None, dry_run: bool) -> int:  # noqa: FBT001 - see Elsewhere
        if dry_run:
            return desk.count(who.spellings, client)
        return await desk.erase(who.spellings, client, "erasure")

    async def kept_callbacks(who: Person, client: str | None) -> Sequence[Mapping[str, Any]]:
        return callbacks_of(who, client, desk.book.all())

    return make_keeping(
        state,
        database,
        ledger,
        master,
        configuration,
        {"callbacks": erase_callbacks},
        {"callbacks": kept_callbacks},
    )


def callbacks_of(who: Person, client: str | None, kept: Iterable[Callback]) -> list[Mapping[str, Any]]:
    """The callbacks of a person as JSON."""
    return [
        to_json(each) for each in kept if each.number in who.spellings and client in (None, each.wish.client)
    ]


def open_recording(configuration: Configuration, path: Path) -> bytes | None:
    """A sealed recording as anybody can play it; None where no key of the configuration opens it."""
    keys = {}
    for client in configuration.clients.values():
        if client.recording.key is not None:
            with contextlib.suppress(CentralitaError, OSError):
                key = read_key(client.recording.key)
                keys[key_number(key)] = key
    try:
        with path.open("rb") as file, tempfile.TemporaryDirectory() as folder:
            number = SealedFile(file).key_number
            if number not in keys:
                return None
            plain = Path(folder) / "plain"
            unseal(path, plain, keys[number])
            return plain.read_bytes()
    except (CentralitaError, OSError):
        return None

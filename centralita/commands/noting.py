"""What commands write into the audit log: by the running node, or by ourselves where none runs."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from base.errors import CentralitaError
from centralita.client import NodeClient
from centralita.commands.parameters import login
from centralita.state import SPILL_FOLDER, StateInUse, alone, database_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from records.database import Database
    from records.people.audit import Deed

LEDGER_NODE = "command-line"
"""Under which name commands write into the ledger where no node runs: a chain of their own."""


class NotNoted(CentralitaError):
    """The audit log did not take what was done."""

    code = "not_noted"


def ready_database(state: Path) -> Database:
    """The records of a state folder, made or brought to this version where need be. Raises StoreUnavailable."""
    from records.migrate import upgrade

    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = database_of(state)
    if database.path is not None:  # for this user only, as the node makes it
        os.close(os.open(database.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    upgrade(database)
    return database


def refuse_unheard(state: Path) -> None:
    """Raises NodeUnreachable where a node has the folder and does not answer, such as one that is starting."""
    try:
        with alone(state):
            return
    except StateInUse:
        NodeClient(state).ask("GET", "/api/v1/counters")


def deed_of(
    act: str, on: Mapping[str, str], *, by: str = "", result: str = "done", code: str | None = None
) -> Deed:
    """What was done with a command, `by` whom (our login unless said), and what came of it: `code` tells why not."""
    from records.people.audit import Deed
    from records.people.principal import NODE

    return Deed(NODE.behind(by or login()), NODE.role.value, act, result, on, code=code)


def note(state: Path, deed: Deed) -> None:
    """Write it into the audit log, whether a node runs or not. Raises NotNoted, NodeUnreachable, StoreUnavailable."""
    from records.people.principal import NODE

    try:
        with alone(state):
            write(state, deed)
    except StateInUse:
        by = deed.by.removeprefix(NODE.behind(""))
        body = {"by": by, "act": deed.act, "result": deed.result, "on": dict(deed.on)}
        NodeClient(state).ask("POST", "/api/v1/audit", body)


def write(state: Path, deed: Deed) -> None:
    """Write it ourselves while the state folder is ours. Raises NotNoted, StoreUnavailable."""
    from records.event import LedgerEvent
    from records.ledger.ledger import Ledger
    from records.people.audit import ACT

    database = ready_database(state)
    try:
        own = state / SPILL_FOLDER / LEDGER_NODE  # what the node itself put aside is the node's
        ledger = Ledger(database, node=LEDGER_NODE, spill=own, gather=0.0)
        ledger.start()
        ledger.append(LedgerEvent(time.time(), "", None, ACT, deed.data()))
        if ledger.close():
            raise NotNoted(f"{deed.act} was done, but the database did not take it into the audit log")
    finally:
        database.close()

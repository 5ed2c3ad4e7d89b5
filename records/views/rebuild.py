"""Makes all that is derived anew from the events, while no server runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.ledger.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from records.database import Database
    from records.personal.master_key import MasterKey


def rebuild(
    database: Database,
    node: str,
    master: MasterKey | None = None,
    tell: Callable[[int], None] = lambda _: None,
) -> int:
    """Rebuild this database's tables; how many events it has. `tell` hears how many are done.

    Raises:
        LedgerMissing: there is no such ledger.
        LedgerInUse: a server runs on it.
        StoreUnavailable: the database's fault. Nothing is changed.

    """
    database.check_exists()
    store = Store(database, node, master)
    store.open()
    try:
        return store.rebuild(tell)
    finally:
        store.close()

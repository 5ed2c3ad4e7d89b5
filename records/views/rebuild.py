"""Makes the contact and leg tables anew from the events, while no server runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.errors import LedgerMissing
from records.ledger.store import Store

if TYPE_CHECKING:
    from pathlib import Path


def rebuild(path: Path) -> int:
    """Rebuild this ledger's tables; how many contacts it has.

    Raises:
        LedgerMissing: there is no such ledger.
        LedgerInUse: a server runs on it.
        StoreUnavailable: the database's fault. Nothing is changed.

    """
    if not path.exists():
        raise LedgerMissing(f"no ledger at {path}")
    store = Store(path)
    store.open()
    try:
        return store.rebuild()
    finally:
        store.close()

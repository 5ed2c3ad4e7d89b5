"""A ledger that runs on a real database, seals what is personal, and has recordings beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert

from records import Ledger
from records.moments import DAY
from records.personal.master_key import MasterKey
from records.retention.keeping import Keeping
from records.retention.rules import Rules
from records.views.tables import recording
from tests.records.calls import BEGAN, event

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from records import LedgerEvent
    from records.database import Database
    from records.retention.keeping import Elsewhere, KeptElsewhere

MASTER = MasterKey(b"m" * 32)


class House:
    """One node's records."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.recordings = folder / "recordings"
        self.rules: dict[str, Rules] = {"sol": Rules(personal=30, recordings=10, messages=5)}
        self.now = BEGAN
        self.elsewhere: dict[str, int] = {}
        self.ledger = Ledger(database, spill=folder / "spill", master=MASTER, gather=0.0)
        self.ledger.start(now=BEGAN)
        self.keeping = self.keeper()

    def keeper(
        self,
        elsewhere: Mapping[str, Elsewhere] | None = None,
        kept_elsewhere: Mapping[str, KeptElsewhere] | None = None,
    ) -> Keeping:
        return Keeping(
            self.database,
            self.ledger,
            MASTER,
            self.recordings,
            rules=lambda: self.rules,
            home=lambda: "34",
            clock=lambda: self.now,
            elsewhere=elsewhere,
            kept_elsewhere=kept_elsewhere,
            pause=0.0,
        )

    async def call(
        self, contact: str, number: str, *, client: str = "sol", days_ago: float = 0.0, over: bool = True
    ) -> None:
        """A call that was recorded, and left a message."""
        for each in self.events(contact, number, client, -days_ago * DAY, over=over):
            self.ledger.append(each)
        await self.ledger.flush()

    def events(
        self, contact: str, number: str, client: str, offset: float, *, over: bool = True
    ) -> list[LedgerEvent]:
        leg = f"l-{contact}"
        opened = {"ani": number, "dnis": "+34900100200", "account": None, "client": client}
        found = [
            event(offset, contact, None, "contact.opened", **opened),
            event(offset, contact, leg, "leg.invited", role="caller", peer="udp:192.0.2.77:5060"),
            event(offset, contact, None, "contact.routed", client=client, language="es"),
            event(offset + 1, contact, None, "menu.left", step="a", destination="number +48600999888"),
        ]
        if over:
            found.append(
                event(offset + 2, contact, None, "contact.closed", outcome="menu", ended_by="caller")
            )
        return found

    def sound(self, contact: str, *, kind: str = "call", client: str = "sol", days_ago: float = 0.0) -> Path:
        """A file, and the row that tells of it."""
        path = self.recordings / client / "2026-11-22" / f"{contact}-{kind}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"RIFF" + contact.encode())
        row = {
            "contact": contact,
            "n": 1 if kind == "call" else 2,
            "client": client,
            "kind": kind,
            "name": path.name,
            "file": f"/elsewhere/recordings/{client}/2026-11-22/{path.name}",
            "began_at": round((BEGAN - days_ago * DAY) * 1_000_000),
        }
        with self.database.write() as connection:
            connection.execute(insert(recording), [row])
        return path

    def told(self, kind: str) -> list[dict[str, object]]:
        """The data of all events of a type, as they are stored."""
        import json

        from sqlalchemy import select

        from records.schema import event as table

        with self.database.read() as connection:
            rows = connection.execute(select(table.c.data).where(table.c.type == kind).order_by(table.c.id))
            return [json.loads(data) for (data,) in rows]


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    house = House(database, tmp_path)
    yield house
    house.ledger.close()

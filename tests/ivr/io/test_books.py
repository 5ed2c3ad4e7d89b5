"""Promises and cases stand in the ledger before the caller is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from base.errors import CentralitaError
from base.secret import Secret
from ivr.events import BackEndReplied
from ivr.io.books import Books
from records.event import LedgerEvent
from records.ledger.ledger import Ledger
from records.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from calls.events import Record


class Away:
    """Client companies' systems that never answer well."""

    def __init__(self) -> None:
        self.result, self.facts, self.forgotten = "unavailable", dict[str, str](), list[str]()

    async def ask(
        self,
        action: str,
        fields: Mapping[str, Secret | str],
        *,
        client: str,
        contact: str,
        caller: str,
        request: int,
        attestation: str | None = None,
        number: str | None = None,
    ) -> BackEndReplied:
        for each in fields.values():
            if isinstance(each, Secret):
                each.wipe()
        return BackEndReplied(request, self.result, self.facts)

    def forget(self, contact: str) -> None:
        self.forgotten.append(contact)


class Promising:
    """Who calls back, as a test wants it."""

    def __init__(self, record: Record) -> None:
        self.answer: tuple[str, str] = ("ok", "217000009")
        self.asked: list[tuple[str, str, str, str, str]] = []
        self.taken_back: list[str] = []
        self.broken = False
        self._record = record

    async def promise(
        self, number: str, queue: str, *, client: str, contact: str, caller: str
    ) -> tuple[str, str]:
        if self.broken:
            raise CentralitaError("the disk is full")
        self.asked.append((number, queue, client, contact, caller))
        self._record(contact, None, "callback.promised", {"reference": self.answer[1]})
        return self.answer

    async def take_back(self, reference: str) -> None:
        self.taken_back.append(reference)


class Place:
    """A ledger, and books that are kept in it."""

    def __init__(self, folder: Path) -> None:
        self.path, self.wall = folder / "ledger.sqlite", 1_795_000_000.0
        self.ledger = Ledger(self.path, gather=0.0)
        self.ledger.start()
        self.systems = Away()
        self.promises = Promising(self._record)
        self.books = Books(
            self.systems, self._record, self.ledger.flush, self.promises, wall=lambda: self.wall
        )

    def _record(self, contact: str, leg: str | None, kind: str, data: Mapping[str, object]) -> None:
        self.ledger.append(LedgerEvent(self.wall, contact, leg, kind, data))

    async def ask(self, action: str, **fields: Secret | str) -> BackEndReplied:
        return await self.books.ask(
            action, fields, client="bank", contact="c1", caller="+34911222333", request=4
        )

    def rows(self) -> list[tuple[str, dict[str, object]]]:
        return [(each.type, dict(each.data)) for each in Reader(self.path).events("c1")]


async def test_a_promise_is_on_disk_when_the_caller_hears_of_it(tmp_path: Path) -> None:
    place = Place(tmp_path)
    reply = await place.ask("callback.promise", number="+34600111222", queue="people")
    assert (reply.request, reply.result, reply.facts) == (4, "ok", {"reference": "217000009"})
    assert place.promises.asked == [("+34600111222", "people", "bank", "c1", "+34911222333")]
    assert place.rows() == [("callback.promised", {"reference": "217000009"})]
    place.ledger.close()


async def test_the_number_of_a_caller_who_withholds_it_counts_all_the_same(tmp_path: Path) -> None:
    place = Place(tmp_path)
    await place.books.ask(
        "callback.promise", {"number": "+34600111222", "queue": "people"},
        client="bank", contact="c1", caller="anonymous", request=1, number="+34911222333",
    )  # fmt: skip
    assert place.promises.asked[0][-1] == "+34911222333"
    place.ledger.close()


@pytest.mark.parametrize(("result", "facts"), [("standing", {"reference": "7"}), ("refused", {})])
async def test_what_is_promised_already_or_never_is_told(
    tmp_path: Path, result: str, facts: dict[str, str]
) -> None:
    place = Place(tmp_path)
    place.promises.answer = (result, facts.get("reference", ""))
    reply = await place.ask("callback.promise", number="+34600111222", queue="people")
    assert (reply.result, reply.facts) == (result, facts)
    place.ledger.close()


async def test_a_case_is_opened_even_while_the_client_companys_system_is_away(tmp_path: Path) -> None:
    place = Place(tmp_path)
    reply = await place.ask("case.open", kind="address", message="m.wav", pesel=Secret("44051401359"))
    assert reply.result == "ok"
    ((kind, data),) = place.rows()
    assert kind == "case.opened"
    assert (data["kind"], data["message"], data["sent"]) == ("address", "m.wav", "no")
    assert "pesel" not in data
    place.systems.result, place.systems.facts = "ok", {"reference": "C00007"}
    assert (await place.ask("case.open", kind="name")).facts == {"reference": "C00007"}
    assert place.rows()[-1][1]["sent"] == "yes"
    place.ledger.close()


async def test_nothing_is_promised_that_cannot_be_written(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.ledger.close()
    reply = await place.ask("callback.promise", number="+34600111222", queue="people")
    assert reply.result == "unavailable"
    assert place.promises.taken_back == ["217000009"], "nobody was told: nobody is called"
    place.promises.broken = True
    reply = await place.ask("callback.promise", number="+34600111222", queue="people")
    assert reply.result == "unavailable"


async def test_everything_else_passes_through(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.systems.result = "no_match"
    assert (await place.ask("card.activate", card=Secret("4111111111111111"))).result == "no_match"
    place.books.forget("c1")
    assert place.systems.forgotten == ["c1"]
    assert place.rows() == []
    place.ledger.close()

"""Rights of persons, holds, deletion and the report on cards over HTTP."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.console.interface import AUTH
from tests.records.calls import BEGAN, event

if TYPE_CHECKING:
    from tests.console.interface import Api

NUMBER = "+34600111222"
WISH = {"number": NUMBER, "by": "ana"}


async def call(api: Api, contact: str, client: str = "banco") -> None:
    """A call of that number's, as the ledger has it."""
    opened = {"ani": NUMBER, "dnis": "900", "account": None, "client": client}
    api.ledger.append(event(0, contact, None, "contact.opened", **opened))
    api.ledger.append(event(9, contact, None, "contact.closed", outcome="menu", ended_by="caller"))
    await api.ledger.flush()


async def test_a_person_is_counted_and_then_erased(api: Api) -> None:
    await call(api, "c1")
    await call(api, "c2", "tienda")
    status, body = await api.ask("POST", "/api/v1/persons/erase", json=WISH | {"dry_run": True})
    assert (status, body["contacts"], body["number"]) == (200, 2, NUMBER)
    status, body = await api.ask("POST", "/api/v1/persons/erase", json=WISH | {"client": "tienda"})
    assert (status, body["contacts"], body["recordings"], body["elsewhere"]) == (200, 1, 0, {})
    status, body = await api.ask("POST", "/api/v1/persons/erase", json=WISH)
    assert (status, body["contacts"]) == (200, 1)
    assert await api.problem("POST", "/api/v1/persons/erase", json=WISH) == (404, "person_not_found")
    assert api.reader.contact("c1").contact.ani is None


async def test_a_person_is_handed_over_as_a_file(api: Api) -> None:
    await call(api, "c1")
    async with api.client.post("/api/v1/persons/export", json=WISH, headers=AUTH) as answer:
        assert (answer.status, answer.content_type) == (200, "application/zip")
        assert answer.headers["Cache-Control"] == "no-store"
        content = await answer.read()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert json.loads(archive.read("person.json"))["number"] == NUMBER
    nobody = {"number": "+34600999999", "by": "ana"}
    assert await api.problem("POST", "/api/v1/persons/export", json=nobody) == (404, "person_not_found")


async def test_what_is_held_is_listed_not_erased_and_released(api: Api) -> None:
    await call(api, "c1")
    wish = {"kind": "customer", "subject": NUMBER, "reason": "dispute", "by": "eva"}
    status, hold = await api.ask("POST", "/api/v1/holds", json=wish)
    assert (status, hold["label"], hold["lasts"], hold["made_by"]) == (201, "…222", True, "eva")
    status, body = await api.ask("GET", "/api/v1/holds")
    assert [each["id"] for each in body["items"]] == [hold["id"]]
    assert NUMBER not in str(body)
    assert await api.problem("POST", "/api/v1/persons/erase", json=WISH) == (409, "under_legal_hold")
    status, body = await api.ask("DELETE", f"/api/v1/holds/{hold['id']}", params={"by": "ana"})
    assert (status, body["lasts"], body["released_by"]) == (200, False, "ana")
    assert await api.problem("DELETE", f"/api/v1/holds/{hold['id']}") == (404, "hold_not_found")
    assert (await api.ask("GET", "/api/v1/holds"))[1]["items"] == []
    assert len((await api.ask("GET", "/api/v1/holds", params={"past": "true"}))[1]["items"]) == 1


@pytest.mark.parametrize("wish", [{"kind": "planet", "subject": "x", "reason": "y"}, {"kind": "contact"}])
async def test_a_hold_that_is_none_is_refused(api: Api, wish: dict[str, str]) -> None:
    assert (await api.problem("POST", "/api/v1/holds", json=wish))[0] == 422


async def test_deletion_runs_on_demand(api: Api) -> None:
    await call(api, "c1")
    api.moment = api.moment.fromtimestamp(BEGAN + 31 * 86_400, api.moment.tzinfo)
    status, body = await api.ask("POST", "/api/v1/retention/run", json={"dry_run": True})
    assert status == 200
    assert [each["contacts"] for each in body["applied"]] == [1]
    assert api.reader.contact("c1").contact.ani == NUMBER
    await api.ask("POST", "/api/v1/retention/run", json={"by": "ana"})
    assert api.reader.contact("c1").contact.ani is None


async def test_the_report_on_cards_is_read(api: Api) -> None:
    await call(api, "c1")
    api.ledger.append(event(1, "c1", None, "transaction.result", action="card.block", result="ok"))
    await api.ledger.flush()
    status, body = await api.ask(
        "GET", "/api/v1/pci-report", params={"since": str(BEGAN - 1), "until": str(BEGAN + 10)}
    )
    assert status == 200
    assert body["transactions"] == {"card.block": {"ok": 1}}
    assert body["scanned"] is None
    assert "assessment" in body["caution"]

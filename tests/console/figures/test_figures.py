"""Figures, the contacts behind them and exports over HTTP."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from console.figures.exports import EXPORTING
from records.figures.calendar import Calendar
from records.figures.settings import Agreed, ClientTerms, QueueTerms, Terms
from records.people.roles import Role
from tests.console.interface import AUTH
from tests.kit.recorded_day import CANARY, MADRID, write_day

if TYPE_CHECKING:
    from tests.console.interface import Api

DAY = "day=2026-11-23"


@pytest.fixture
def day(api: Api) -> Api:
    write_day(api.database)
    queues = {
        "cards": QueueTerms(20.0),
        "loans": QueueTerms(60.0, short_abandon=10.0),
        "shop": QueueTerms(20.0),
    }
    clients = {"sol": ClientTerms(targets={"asa": 20.0}), "norte": ClientTerms()}
    calendar = Calendar(MADRID, {"sol": MADRID, "norte": CANARY})
    api.agreed = Agreed(calendar, Terms(queues, clients, frozenset({"training"})), {"ana": ["cards"]})
    return api


async def signed_in(api: Api, role: Role, **parts: object) -> dict[str, str]:
    """The headers of somebody with a role."""
    api.doorstep.add("nina", role, **parts)
    return {"Authorization": f"Bearer {(await api.doorstep.enter('nina')).token}"}


async def test_a_days_figures_by_client_company_with_their_targets(day: Api) -> None:
    status, told = await day.ask("GET", f"/api/v1/figures?{DAY}&by=client&names=sl_offered,asa")
    assert status == 200
    assert told["by"] == ["client"]
    sol = next(row for row in told["rows"] if row["key"] == {"client": "sol"})
    assert sol["figures"]["sl_offered"]["value"] == pytest.approx(5 / 11, abs=1e-6)
    assert sol["figures"]["asa"] == {
        "value": 24.0,
        "counted": 192.0,
        "of": 8.0,
        "target": 20.0,
        "missed": True,
    }


async def test_each_figure_is_explained(day: Api) -> None:
    status, told = await day.ask("GET", "/api/v1/figures/fcr")
    assert status == 200
    assert told["formula"] == "served contacts without a repeat / served contacts"
    assert await day.problem("GET", "/api/v1/figures/fcrr") == (404, "unknown_figure")


async def test_the_contacts_behind_a_figure_page_by_page(day: Api) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        path = f"/api/v1/figures/sl_offered/contacts?{DAY}&client=sol&part=rest&limit=2{cursor}"
        status, told = await day.ask("GET", path)
        assert status == 200
        seen += [each["contact"] for each in told["items"]]
        if told["next"] is None:
            break
        cursor = f"&cursor={told['next']}"
    assert seen == ["c2", "c3", "c6", "c7", "c16", "c10"]


@pytest.mark.parametrize(
    "path",
    [
        f"/api/v1/figures?{DAY}&by=agnt",
        f"/api/v1/figures?{DAY}&by=queue,queue",
        f"/api/v1/figures?{DAY}&names=nothing",
        f"/api/v1/figures?{DAY}&by=agent&names=offered",
        "/api/v1/figures?day=yesterday",
        f"/api/v1/figures?{DAY}&last=2026-11-24",
        "/api/v1/figures?first=2026-11-24&last=2026-11-23",
        "/api/v1/figures?first=2024-11-24&last=2026-11-23",
        "/api/v1/figures?day=0001-01-01",
        "/api/v1/figures?day=9999-12-31",
        f"/api/v1/figures/occupancy/contacts?{DAY}&client=sol",
        f"/api/v1/exports/contacts?{DAY}&by=queue",
        f"/api/v1/exports/contacts?{DAY}&format=xml",
    ],
)
async def test_what_cannot_be_asked_is_told(day: Api, path: str) -> None:
    assert await day.problem("GET", path) == (422, "invalid_query")


@pytest.mark.parametrize(
    "cursor", ["x", "W10", "WzEsImMxIiwieCJd", "WyJ4IiwiYzEiLDFd", "WzFlOTk5OSwiYzEiLDFd"]
)
async def test_a_cursor_that_is_none_is_refused(day: Api, cursor: str) -> None:
    path = f"/api/v1/figures/asa/contacts?{DAY}&cursor={cursor}"
    assert await day.problem("GET", path) == (422, "cursor_unknown")


async def test_contacts_as_csv_and_parquet(day: Api) -> None:
    status, text = await day.text(f"/api/v1/exports/contacts?{DAY}&client=norte")
    assert status == 200
    assert [row["id"] for row in csv.DictReader(io.StringIO(text))] == ["n1"]
    path = f"/api/v1/exports/queue_visits?{DAY}&format=parquet"
    async with day.client.get(path, headers=AUTH) as answer:
        assert answer.content_type == "application/vnd.apache.parquet"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="queue_visits.parquet"'
        assert pq.read_table(io.BytesIO(await answer.read())).num_rows == 17
    status, text = await day.text(f"/api/v1/exports/figures?{DAY}&by=queue")
    assert text.splitlines()[0].startswith("queue,contacts,offered")
    assert await day.problem("GET", "/api/v1/exports/contcts") == (404, "unknown_dataset")


async def test_a_log_for_wallboards(day: Api) -> None:
    async with day.client.get(f"/api/v1/exports/queue_log?{DAY}", headers=AUTH) as answer:
        assert (answer.status, answer.content_type) == (200, "text/plain")


async def test_few_exports_run_at_once(day: Api) -> None:
    at_once = day.client.app[EXPORTING]
    async with at_once, at_once:
        assert await day.problem("GET", f"/api/v1/exports/contacts?{DAY}") == (429, "too_many_exports")
    status, _ = await day.text(f"/api/v1/exports/contacts?{DAY}")
    assert status == 200


async def test_a_viewer_sees_the_figures_of_one_client_company_alone(day: Api) -> None:
    headers = await signed_in(day, Role.VIEWER, clients=frozenset({"norte"}))
    parts: dict[str, Any] = {"headers": headers}
    _, told = await day.ask("GET", f"/api/v1/figures?{DAY}&by=client", **parts)
    assert [row["key"] for row in told["rows"]] == [{"client": "norte"}]
    assert "occupancy" not in told["rows"][0]["figures"]
    _, told = await day.ask("GET", f"/api/v1/figures/contacts/contacts?{DAY}", **parts)
    assert [each["contact"] for each in told["items"]] == ["n1"]
    _, told = await day.ask("GET", f"/api/v1/figures?{DAY}&by=queue&client=sol", **parts)
    assert told["rows"] == []
    assert await day.problem("GET", f"/api/v1/exports/contacts?{DAY}", **parts) == (403, "forbidden")


async def test_a_supervisor_of_some_companies_takes_out_only_theirs(day: Api) -> None:
    headers = await signed_in(day, Role.SUPERVISOR, clients=frozenset({"norte"}))
    status, text = await day.text(f"/api/v1/exports/contacts?{DAY}", headers=headers)
    assert status == 200
    assert [row["id"] for row in csv.DictReader(io.StringIO(text))] == ["n1"]
    problem = await day.problem("GET", f"/api/v1/exports/agent_spans?{DAY}", headers=headers)
    assert problem == (404, "unknown_dataset")


async def test_a_supervisor_of_a_team_sees_no_agents_of_others(day: Api) -> None:
    headers = await signed_in(day, Role.SUPERVISOR, teams=frozenset({"nights"}))
    _, told = await day.ask("GET", f"/api/v1/figures?{DAY}&by=agent", headers=headers)
    assert told["rows"] == []
    _, told = await day.ask("GET", f"/api/v1/figures?{DAY}&names=offered", headers=headers)
    assert told["rows"][0]["figures"]["offered"]["value"] == 12

"""A name in a query that nothing has is a mistake for who sees everything, and nothing at all for everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from records.people.roles import Role
from tests.kit.recorded_day import DAY, write_day

if TYPE_CHECKING:
    from tests.console.interface import Api

ASKED = [
    "figures?client",
    "figures?queue",
    "figures?agent",
    "figures?language",
    "figures?reason",
    "figures/offered/contacts?queue",
    "exports/contacts?client",
    "contacts?client",
    "contacts?queue",
    "contacts?agent",
    "cases?client",
    "cases?team",
    "complaints?client",
    "customers?client",
    "promises?client",
    "promises/counts?queue",
    "surveys?agent",
    "surveys/means?client",
    "dispositions/missing?client",
]


@pytest.mark.parametrize("asked", ASKED)
async def test_what_is_called_so_nowhere_is_refused_by_the_field(api: Api, asked: str) -> None:
    status, told = await api.ask("GET", f"/api/v1/{asked}=nosuch")
    assert (status, told["code"]) == (422, "invalid_query")
    (mistake,) = told["errors"]
    assert mistake["pointer"] == f"/query/{asked.rpartition('?')[2]}"
    assert "'nosuch'" in mistake["detail"]


async def test_the_names_there_are_are_told_and_those_of_the_records_alone_are_taken(api: Api) -> None:
    write_day(api.database)
    _, told = await api.ask("GET", "/api/v1/contacts?queue=nosuch")
    assert "known: cards, loans, q, shop, tills, vip" in told["detail"]
    status, told = await api.ask("GET", f"/api/v1/figures?day={DAY}&queue=cards&names=offered")
    assert (status, len(told["rows"])) == (200, 1)


@pytest.mark.parametrize("limits", [{"clients": frozenset({"norte"})}, {"teams": frozenset({"nights"})}])
async def test_whoever_sees_only_a_part_learns_of_no_name(
    api: Api, limits: dict[str, frozenset[str]]
) -> None:
    write_day(api.database)
    api.doorstep.add("nina", Role.SUPERVISOR, **limits)
    headers = {"Authorization": f"Bearer {(await api.doorstep.enter('nina')).token}"}
    answers = [
        (await api.ask("GET", f"/api/v1/contacts?client={client}&queue={queue}", headers=headers))[0]
        for client, queue in (("sol", "cards"), ("nosuch", "nosuch"))
    ]
    assert answers == [200, 200]

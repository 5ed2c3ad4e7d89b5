"""After a conversation the caller goes on to the survey, and only then: a caller who hangs up is asked nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from calls.destination import Menu
from tests.kit.floor import Floor
from tests.kit.party import House, Party, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ASKED = Menu("encuesta")


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    async with House() as house, Party() as alice, Party() as ana, Party() as john:
        made = Floor(house, alice, {"ana": ana, "john": john})
        made.application.survey = lambda contact, queue: ASKED if queue == "q" else None
        yield made
        made.distribution.close()


def began(floor: Floor) -> list[object]:
    return [row.data for row in floor.house.rows if row.kind == "survey.began"]


async def test_the_agent_hangs_up_and_the_caller_goes_on_to_the_survey(floor: Floor) -> None:
    _, his = await floor.talking()
    floor.agents["ana"].hang_up(his)
    await until(lambda: floor.tasks[0].done())
    (contact,) = floor.contacts
    assert contact.caller is not None
    assert contact.caller.is_up
    assert began(floor) == [{"menu": "encuesta", "queue": "q", "agent": "ana"}]
    assert await floor.over() == [ASKED]


async def test_a_caller_who_hangs_up_is_asked_nothing(floor: Floor) -> None:
    hers, _ = await floor.talking()
    floor.alice.hang_up(hers)
    assert await floor.over() == [None]
    assert began(floor) == []


async def test_whom_nobody_wants_to_ask_is_let_go(floor: Floor) -> None:
    floor.application.survey = lambda contact, queue: None
    _, his = await floor.talking()
    floor.agents["ana"].hang_up(his)
    assert await floor.over() == [None]
    assert floor.contacts[0].caller is None or floor.contacts[0].caller.has_ended

"""What the record of a call tells of its sound: silences, and who talked for how long."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from calls.hearing import Listening
from calls.leg import Leg
from media import events
from sip.events import SessionAnswered
from tests.kit.party import House, Party, until

if TYPE_CHECKING:
    import pytest


async def test_dead_air_is_noted_in_the_record() -> None:
    async with House(listening=Listening(dead_air=0.2)) as house, Party() as party:
        session = party.call(house, party.body())
        _contact, leg = await house.arrival()
        leg.answer()
        await party.hears(SessionAnswered)
        await until(lambda: "leg.dead_air" in house.kinds())
        assert house.row("leg.dead_air").data == {"silence": 0.2}
        party.hang_up(session)
        await house.over()
        assert "talk" not in house.row("leg.ended").data


async def test_shares_of_talk_stand_at_the_end_of_a_leg_where_the_centre_wishes() -> None:
    async with House(listening=Listening(talk=True)) as house, Party() as party:
        session = party.call(house, party.body())
        _contact, leg = await house.arrival()
        leg.answer()
        await party.hears(SessionAnswered)
        await until(lambda: leg.stream.port.listened().none > 0)
        party.hang_up(session)
        await house.over()
        talk = house.row("leg.ended").data["talk"]
        assert isinstance(talk, dict)
        assert talk["none"] > 0
        assert talk["party"] == talk["us"] == talk["both"] == 0


async def test_nothing_is_listened_for_unless_the_centre_wishes() -> None:
    async with House() as house, Party() as party:
        session = party.call(house, party.body())
        _contact, leg = await house.arrival()
        leg.answer()
        await party.hears(SessionAnswered)
        party.hang_up(session)
        await house.over()
        assert sum(leg.stream.port.listened()[:4]) == 0
        assert "talk" not in house.row("leg.ended").data


async def test_a_handler_that_fails_stops_no_other_events(monkeypatch: pytest.MonkeyPatch) -> None:
    failures: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context["exception"]))
    broken: list[Leg] = []

    def media_began(leg: Leg) -> None:
        broken.append(leg)
        raise RuntimeError("broken")

    monkeypatch.setattr(Leg, "media_began", media_began)
    async with House() as house, Party() as party:
        session = party.call(house, party.body())
        _contact, leg = await house.arrival()
        leg.answer()
        await party.hears(SessionAnswered)
        number = leg.stream.port.id
        both: deque[events.MediaEvent] = deque([events.RtpStarted(number), events.RtpTimeout(number, 0.5)])
        # Two events at once: a plane gives them only by chance.
        asyncio.get_running_loop().call_soon(house.exchange._hearing._hear_all, both)
        await until(lambda: "leg.silent" in house.kinds())
        assert broken == [leg]
        assert isinstance(failures[0], RuntimeError)
        party.hang_up(session)
        await house.over()

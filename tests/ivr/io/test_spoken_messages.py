"""Messages left in menus, over real calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.destination import Queue
from tests.calls.test_recording import Shelf
from tests.ivr.io.desk import Desk
from tests.kit.party import House, Party, until

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_message_that_breaks_off_by_itself_leaves_nobody_waiting_for_a_pause(tmp_path: Path) -> None:
    async with House(ports=10, shelf=Shelf(tmp_path)) as house, Party() as party:
        desk = Desk(house, party, tmp_path)
        await desk.called()
        desk.press("8")
        await until(lambda: "message.began" in house.kinds(), str(house.kinds()))
        recordings, hearing = house.exchange.recordings, house.exchange._hearing
        assert len(hearing._awaiting) == 1
        (message,) = recordings._messages.values()
        message.recording.stop()  # as the disk does, when it is full
        assert await desk.left() == Queue("people")
        assert not hearing._awaiting
        await desk.over()
        await desk.cards.close()
        desk.voice.close()

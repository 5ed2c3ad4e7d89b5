"""Messages that callers leave: what they say alone, kept whatever they do next, never amid a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.events import MessageRecorded, SpeechPaused
from calls.recording import NOT_CONSENTED, is_secret
from tests.calls.test_recording import Shelf, answered
from tests.kit.party import House, Party, until
from tests.kit.recorded import read_recording
from tests.kit.tone import hears, tone

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_message_holds_what_the_caller_said_until_it_was_stopped(tmp_path: Path) -> None:
    async with House(shelf=Shelf(tmp_path)) as house, Party() as party:
        session, leg = await answered(house, party)
        message = house.exchange.recordings.begin_message(leg, number=7, mailbox="changes")
        assert message is not None
        party.far.say(tone([440], 0.5))
        message.stop()
        await until(lambda: "message.recorded" in house.kinds(), str(house.kinds()))
        party.far.say(tone([880], 0.3))
        party.hang_up(session)
        await until(lambda: "recording.finished" in house.kinds(), str(house.kinds()))
    told = house.row("message.recorded").data
    assert told["mailbox"] == "changes"
    assert told["recording"] == f"{leg.id}message7.wav"
    heard = read_recording(tmp_path / f"{leg.id}message7.wav").left
    assert hears(heard, {440})
    assert not hears(heard, {880})
    assert hears(read_recording(tmp_path / f"{leg.id}.wav").left, {880})  # the call's own recording went on


async def test_a_caller_who_hangs_up_has_left_the_message(tmp_path: Path) -> None:
    async with House(shelf=Shelf(tmp_path, "queue")) as house, Party() as party:
        session, leg = await answered(house, party)
        house.exchange.recordings.begin_message(leg, number=1, mailbox="changes")
        party.far.say(tone([440], 0.5))
        party.hang_up(session)
        await until(lambda: "message.recorded" in house.kinds(), str(house.kinds()))
    assert hears(read_recording(tmp_path / f"{leg.id}message1.wav").left, {440})


async def test_the_end_of_a_message_comes_to_the_contact(tmp_path: Path) -> None:
    async with House(shelf=Shelf(tmp_path, "queue")) as house, Party() as party:
        session, leg = await answered(house, party)
        message = house.exchange.recordings.begin_message(leg, number=3, mailbox="changes")
        house.exchange.await_pause(leg, 0.3)
        assert message is not None
        seen: list[object] = []
        while not any(isinstance(each, SpeechPaused) for each in seen):
            seen.append(await leg.contact.inbox.next())
        message.stop()
        while not any(isinstance(each, MessageRecorded) for each in seen):
            seen.append(await leg.contact.inbox.next())
        (end,) = (each for each in seen if isinstance(each, MessageRecorded))
        assert (end.message, end.recording) == (3, f"{leg.id}message3.wav")
        house.exchange.await_pause(leg, 0.0)
        party.hang_up(session)
        await house.over()


async def test_nothing_is_recorded_amid_a_secret_without_a_place_or_on_a_full_disk(tmp_path: Path) -> None:
    async with House(shelf=Shelf(tmp_path, "queue")) as house, Party() as party:
        session, leg = await answered(house, party)
        house.exchange.recordings.begin_secret(leg, "card")
        assert house.exchange.recordings.begin_message(leg, number=1, mailbox="changes") is None
        party.hang_up(session)
        await house.over()
    async with House(shelf=Shelf(tmp_path / "gone", "queue")) as house, Party() as party:
        session, leg = await answered(house, party)
        assert house.exchange.recordings.begin_message(leg, number=1, mailbox="changes") is None
        assert house.row("message.failed").data["reason"] == "the disk is gone"
        party.hang_up(session)
        await house.over()


async def test_who_does_not_agree_to_be_recorded_may_leave_a_message(tmp_path: Path) -> None:
    async with House(shelf=Shelf(tmp_path, "queue")) as house, Party() as party:
        session, leg = await answered(house, party)
        house.exchange.recordings.begin_secret(leg, NOT_CONSENTED)
        assert not is_secret(leg)
        message = house.exchange.recordings.begin_message(leg, number=1, mailbox="changes")
        assert message is not None
        house.exchange.recordings.begin_secret(leg, "card")
        assert is_secret(leg)
        party.hang_up(session)
        await house.over()

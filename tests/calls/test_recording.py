"""Calls are recorded as their client company wants: from which moment on, masked when, and told in the record."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pytest

from calls import acts, secure_span
from calls.acts import ActRefused
from calls.recording import RecordingRules
from media.errors import CannotRecord
from media.recording import RecordingPlan
from sip.events import SessionAnswered
from tests.kit.act_rules import ActRules
from tests.kit.handled import Handled
from tests.kit.party import House, Party, until
from tests.kit.recorded import read_recording
from tests.kit.switchboard import Switchboard
from tests.kit.tone import dtmf, hears, hears_key, tone

if TYPE_CHECKING:
    from pathlib import Path

    from calls.leg import Leg
    from sip.session.session import Session


SECRET, AFTER = frozenset({1370}), frozenset({860})


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything in one folder."""

    folder: Path
    calls: Literal["all", "queue"] = "all"

    def rules(self, client: str | None) -> RecordingRules | None:
        """The same for all."""
        return RecordingRules(self.calls, RecordingPlan(stereo=True))

    def message_plan(self, client: str | None) -> RecordingPlan:
        """One side, the same for all."""
        return RecordingPlan()

    def place(self, leg: Leg, plan: RecordingPlan, name: str = "") -> Path:
        """By the leg's id."""
        if not self.folder.exists():
            raise CannotRecord("the disk is gone")
        return self.folder / f"{leg.id}{name}.wav"


async def answered(house: House, party: Party) -> tuple[Session, Leg]:
    """A caller, answered and able to speak."""
    session = party.call(house, party.body())
    _, leg = await house.arrival()
    leg.answer()
    party.face((await party.hears(SessionAnswered)).description)
    return session, leg


async def test_a_call_is_recorded_from_its_answer_to_its_end(tmp_path: Path) -> None:
    async with House(shelf=Shelf(tmp_path)) as house, Party() as party:
        session, leg = await answered(house, party)
        party.far.say(tone([440], 0.3))
        party.hang_up(session)
        await until(lambda: "recording.finished" in house.kinds(), str(house.kinds()))
    told = house.row("recording.finished").data
    assert house.row("recording.started").data["recording"] == told["recording"] == f"{leg.id}.wav"
    assert told["masked"] == []
    assert hears(read_recording(tmp_path / f"{leg.id}.wav").left, {440})


async def test_at_a_stop_what_is_recorded_is_told_before_all_is_closed(tmp_path: Path) -> None:
    async with House(shelf=Shelf(tmp_path)) as house, Party() as party:
        session, leg = await answered(house, party)
        leg.hang_up()
        await house.exchange.recordings.settle(3.0)
        assert "recording.finished" in house.kinds()
        await house.exchange.recordings.settle(3.0)
        party.hang_up(session)


async def test_secrets_are_masked_whoever_asks_for_it_last(tmp_path: Path) -> None:
    async with House(shelf=Shelf(tmp_path)) as house, Party() as party:
        session, leg = await answered(house, party)
        party.far.say(tone([440], 0.6))
        house.exchange.recordings.begin_secret(leg, "card")
        house.exchange.recordings.begin_secret(leg, "agent")
        party.far.say(tone(dtmf("4"), 0.2))
        house.exchange.recordings.end_secret(leg, "card")
        party.far.say(tone(dtmf("7"), 0.2))
        house.exchange.recordings.end_secret(leg, "agent")
        house.exchange.recordings.end_secret(leg, "agent")
        party.far.say(tone([440], 0.8))
        party.hang_up(session)
        await until(lambda: "recording.finished" in house.kinds(), str(house.kinds()))
    assert [kind for kind in house.kinds() if "mask" in kind] == ["recording.masked", "recording.unmasked"]
    heard = read_recording(tmp_path / f"{leg.id}.wav")
    assert not any(hears_key(heard.left, digit) for digit in "47")
    assert len(house.row("recording.finished").data["masked"]) == 1  # type: ignore[arg-type]


async def test_a_recording_that_begins_amid_a_secret_begins_masked(tmp_path: Path) -> None:
    async with House(shelf=Shelf(tmp_path, "queue")) as house, Party() as party:
        session, leg = await answered(house, party)
        assert "recording.started" not in house.kinds()
        house.exchange.recordings.begin_secret(leg, "card")
        house.exchange.recordings.conversing(leg)
        party.far.say(tone(dtmf("5"), 0.3))
        party.hang_up(session)
        await until(lambda: "recording.finished" in house.kinds(), str(house.kinds()))
    assert not hears_key(read_recording(tmp_path / f"{leg.id}.wav").left, "5")


async def test_a_secure_span_of_the_caller_masks_the_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secure_span, "UNMASK_AFTER", 0.05)
    async with House(shelf=Shelf(tmp_path)) as house, Party() as party:
        session, leg = await answered(house, party)
        secure_span.begin(leg, (leg,))
        secure_span.end(leg, (leg,))
        await until(lambda: "recording.unmasked" in house.kinds(), str(house.kinds()))
        party.hang_up(session)
        await until(lambda: "recording.finished" in house.kinds(), str(house.kinds()))
    assert [kind for kind in house.kinds() if "mask" in kind] == ["recording.masked", "recording.unmasked"]


async def test_a_secure_span_does_not_unmask_that_of_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secure_span, "UNMASK_AFTER", 0.05)
    async with House(shelf=Shelf(tmp_path)) as house, Party() as party:
        session, leg = await answered(house, party)
        secure_span.begin(leg, (leg,))
        secure_span.end(leg, (leg,))
        secure_span.begin(leg, (leg,))
        await until(lambda: len(leg.secrets) == 1, str(leg.secrets))  # the first one's has run out
        assert "recording.unmasked" not in house.kinds()
        secure_span.end(leg, (leg,))
        await until(lambda: "recording.unmasked" in house.kinds(), str(house.kinds()))
        party.hang_up(session)
        await until(lambda: "recording.finished" in house.kinds(), str(house.kinds()))
    assert [kind for kind in house.kinds() if kind.startswith("secure")] == [
        "secure.began",
        "secure.ended",
    ] * 2


async def test_a_recording_that_cannot_be_made_is_told_and_the_call_goes_on(tmp_path: Path) -> None:
    async with House(shelf=Shelf(tmp_path / "gone")) as house, Party() as party:
        session, leg = await answered(house, party)
        assert leg.is_up
        assert house.row("recording.failed").data["reason"] == "the disk is gone"
        party.hang_up(session)
        await house.over()


async def test_without_a_shelf_nothing_is_recorded() -> None:
    async with House() as house, Party() as party:
        session, _ = await answered(house, party)
        party.hang_up(session)
        await house.over()
    assert not [kind for kind in house.kinds() if kind.startswith("recording")]


@pytest.mark.parametrize("word", ["pause", "resume", "stop"])
async def test_what_is_said_to_a_recording_that_is_over_does_nothing(tmp_path: Path, word: str) -> None:
    async with House(shelf=Shelf(tmp_path)) as house, Party() as party:
        session, leg = await answered(house, party)
        recording = leg.recording
        assert recording is not None
        party.hang_up(session)
        await until(lambda: "recording.finished" in house.kinds(), str(house.kinds()))
        getattr(recording, word)()


async def test_nothing_of_a_caller_is_in_a_recording_before_consent(tmp_path: Path) -> None:
    async with House(shelf=Shelf(tmp_path, "queue")) as house, Party() as party:
        session, leg = await answered(house, party)
        house.exchange.recordings.withhold(leg)
        house.exchange.recordings.withhold(leg)  # to refuse twice is to refuse
        house.exchange.recordings.conversing(leg)
        party.far.say(tone([440], 0.8))
        house.exchange.recordings.allow(leg)
        party.far.say(tone([1150], 1.0))
        party.hang_up(session)
        await until(lambda: "recording.finished" in house.kinds(), str(house.kinds()))
    heard = read_recording(tmp_path / f"{leg.id}.wav").left
    assert not hears(heard, {440})
    assert hears(heard, {1150})


async def test_who_has_not_consented_can_still_leave_a_message(tmp_path: Path) -> None:
    async with House(shelf=Shelf(tmp_path, "queue")) as house, Party() as party:
        session, leg = await answered(house, party)
        house.exchange.recordings.withhold(leg)
        assert house.exchange.recordings.begin_message(leg, number=1, mailbox="general") is not None
        party.hang_up(session)
        await until(lambda: "leg.ended" in house.kinds(), str(house.kinds()))


@pytest.mark.parametrize("way", ["asked", "left"])
async def test_what_an_agent_pauses_is_in_no_recording_and_goes_on_at_the_latest_without_the_agent(
    tmp_path: Path, way: str
) -> None:
    async with (
        House(shelf=Shelf(tmp_path)) as house,
        Party() as alice,
        Party() as bob,
        Party() as carol,
    ):
        board = Switchboard(house, bob=bob, carol=carol)
        board.rules = ActRules(house, "bob")
        handled = Handled(board, board.rules, alice)
        await handled.begin()
        await until(lambda: "recording.started" in house.kinds())
        await handled.key("*40")
        await handled.told("recording.paused")
        with pytest.raises(ActRefused):
            await handled.ask(acts.PauseRecording())
        await asyncio.to_thread(alice.far.say, tone(SECRET, 0.5))
        if way == "asked":
            await handled.key("*41")
        else:
            await handled.ask(acts.TransferTo("carol"))
            await handled.answers("carol")
        await handled.told("recording.resumed")
        await asyncio.to_thread(alice.far.say, tone(AFTER, 0.5))
        await handled.over()
        await until(lambda: "recording.finished" in house.kinds())
    caller = next(leg for leg in board.contacts[0].legs if leg.role == "caller")
    recorded = read_recording(tmp_path / f"{caller.id}.wav").left
    assert not hears(recorded, SECRET)
    assert hears(recorded, AFTER)

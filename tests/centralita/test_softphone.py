"""Our phone against itself: two of them call each other over real SIP and RTP, each doing what its script says."""

from __future__ import annotations

import asyncio
import wave
from typing import TYPE_CHECKING

import pytest

from base.secret import Secret
from centralita.phone.script import read_script
from centralita.phone.softphone import PhoneError, Softphone
from sip.digest.login import Login
from tests.kit.ports import free_port, free_ports
from tests.kit.tone import hears, read_wav, tone, write_wav

if TYPE_CHECKING:
    from pathlib import Path

    from calls.events import LegEnded

HOST = "127.0.0.1"
DIGITS = "4111111111111111#"


class Pair:
    """A phone that calls and one that is called."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.heard: list[str] = []
        self.caller = Softphone((HOST, 0), free_ports(10), self.said.append)
        self.where = (HOST, free_port())
        self.called = Softphone(self.where, free_ports(10), self.heard.append)

    async def call(self, script: str, answering: str) -> tuple[LegEnded, LegEnded]:
        """One call; how it ended for either."""
        async with self.caller, self.called:
            taking = asyncio.create_task(self.called.answer(read_script(answering)))
            making = self.caller.dial("100", self.where, "600", None, read_script(script))
            return await asyncio.wait_for(making, 15), await asyncio.wait_for(taking, 15)


async def test_a_call_is_made_answered_and_ended() -> None:
    pair = Pair()
    ours, theirs = await pair.call("until ringing; until answered; hang up", "answer; until ended")
    assert (ours.by, ours.status) == ("local", 200)
    assert (theirs.by, theirs.status) == ("remote", 200)
    assert pair.said == ["calling 100", "ringing", "answered", "ended: we hung up (200)"]
    assert pair.heard == ["called by 600", "ringing", "answered", "ended: the other side hung up (200)"]


async def test_a_refusal_ends_the_script() -> None:
    pair = Pair()
    ours, theirs = await pair.call("until answered; wait 60s", "refuse 486")
    assert (ours.by, ours.status, ours.cause) == ("remote", 486, 17)
    assert theirs.status == 486
    assert pair.said[-1] == "ended: the call failed (486 Busy Here)"


async def test_a_caller_gives_up_while_it_rings() -> None:
    pair = Pair()
    ours, theirs = await pair.call("until ringing; hang up", "wait 60s; answer")
    assert ours.status == 487
    assert (theirs.by, theirs.status) == ("remote", 487)


async def test_sound_is_played_and_recorded(tmp_path: Path) -> None:
    voice = write_wav(tmp_path / "voice.wav", tone({700, 1300}, 1.0))
    pair = Pair()
    await pair.call(
        f"until answered; play {voice}; wait 900ms; hang up",
        f"record {tmp_path / 'heard.wav'}; answer; until ended",
    )
    assert hears(read_wav(tmp_path / "heard.wav"), {700, 1300})


async def test_hold_and_resume_are_seen_on_the_other_side() -> None:
    pair = Pair()
    ours, _ = await pair.call(
        "until answered; hold; wait 50ms; resume; until ended", "answer; until held; until resumed; hang up"
    )
    assert ours.by == "remote"
    assert pair.heard[3:5] == ["held", "resumed"]
    assert pair.said[3:5] == ["hold", "resume"]


async def test_keys_are_pressed_and_never_said() -> None:
    pair = Pair()
    await pair.call(f"until answered; keys {DIGITS}; hang up", "answer; until ended")
    assert "pressed 17 keys" in pair.said
    assert not [line for line in pair.said + pair.heard if "4111" in line]


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no sound at all" * 100])
async def test_a_file_that_is_no_sound_is_named(tmp_path: Path, content: bytes) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_bytes(content)
    pair = Pair()
    async with pair.caller, pair.called:
        taking = asyncio.create_task(pair.called.answer(read_script("answer; until ended")))
        with pytest.raises(PhoneError, match=r"bad\.wav"):
            await pair.caller.dial("100", pair.where, "600", None, read_script(f"until answered; play {bad}"))
        assert (await asyncio.wait_for(taking, 10)).by == "remote"


async def test_a_sound_of_another_rate_is_refused_with_the_one_wanted(tmp_path: Path) -> None:
    fast = tmp_path / "fast.wav"
    with wave.open(str(fast), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(44100)
        sound.writeframes(b"\0\0" * 100)
    pair = Pair()
    async with pair.caller, pair.called:
        taking = asyncio.create_task(pair.called.answer(read_script("answer; until ended")))
        with pytest.raises(PhoneError, match="8000 Hz"):
            await pair.caller.dial(
                "100", pair.where, "600", None, read_script(f"until answered; play {fast}")
            )
        await asyncio.wait_for(taking, 10)


async def test_a_registrar_that_is_not_there_is_an_error() -> None:
    async with Softphone((HOST, 0), free_ports(4), lambda text: None) as phone:
        registering = phone.register("1001", (HOST, free_port()), Login("1001", Secret("secret-word-1")))
        with pytest.raises(PhoneError, match=r"not registered: (408|503)"):
            await asyncio.wait_for(registering, 40)

"""Every codec through a call: what was agreed is what is sent, under its number and in packets of its length."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from media.codec import Codec, Decoder
from sip.events import SessionAnswered
from tests.kit.party import MUSIC, House, Party
from tests.kit.tone import hears

if TYPE_CHECKING:
    from calls.leg import Leg

ALL = tuple(codec.name for codec in Codec)
OFFERS = [
    (Codec.PCMU, 96, "PCMU/8000"),
    (Codec.G722, 9, "G722/8000"),
    (Codec.OPUS, 105, "opus/48000/2"),
    (Codec.L16_8000, 100, "L16/8000"),
    (Codec.L16_16000, 100, "L16/16000/1"),
]


class Choosy(Party):
    """A party that says every line of its description itself."""

    lines = ""
    formats = "0"

    def body(self, direction: str = "sendrecv", *, address: str = "127.0.0.1", kind: str = "IP4") -> bytes:
        """An offer or an answer with those lines."""
        self._version += 1
        return (
            f"v=0\r\no=- 7 {self._version} IN {kind} {address}\r\ns=-\r\nc=IN {kind} {address}\r\nt=0 0\r\n"
            f"m=audio {self.far.address[1]} RTP/AVP {self.formats}\r\n{self.lines}a={direction}\r\n"
        ).encode()


async def called(house: House, party: Choosy) -> Leg:
    """Answer a call of the party, and play music to it."""
    party.call(house, party.body())
    _contact, leg = await house.arrival()
    leg.answer()
    party.face((await party.hears(SessionAnswered)).description)
    leg.play(house.music(), loop=True)
    return leg


@pytest.mark.parametrize(("codec", "number", "name"), OFFERS, ids=[each[0].name for each in OFFERS])
async def test_a_caller_who_knows_one_codec_hears_music_in_it(codec: Codec, number: int, name: str) -> None:
    async with House(codecs={"test": ALL}) as house, Choosy() as party:
        party.formats, party.lines = str(number), f"a=rtpmap:{number} {name}\r\n"
        leg = await called(house, party)
        assert leg.stream.codec == codec.name
        packets = await asyncio.to_thread(party.far.hear, 40)
        assert {packet.payload_type for packet in packets} == {number}
        decoder = Decoder(codec)
        pcm = b"".join(decoder.decode(packet.payload) for packet in packets)
        if codec.sample_rate == 16000:
            pcm = b"".join(pcm[place : place + 2] for place in range(0, len(pcm), 4))
        assert hears(pcm, MUSIC)


@pytest.mark.parametrize("ptime", [10, 20, 30, 40, 60])
async def test_packets_come_as_long_as_the_caller_wants_them(ptime: int) -> None:
    async with House() as house, Choosy() as party:
        party.lines = f"a=ptime:{ptime}\r\n"
        await called(house, party)
        packets = await asyncio.to_thread(party.far.hear, 12)
        assert {len(packet.payload) for packet in packets} == {8 * ptime}
        steps = {(later.timestamp - earlier.timestamp) % 2**32 for earlier, later in pairwise(packets)}
        assert steps == {8 * ptime}

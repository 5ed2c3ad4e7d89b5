"""Foreign phones whose sound is encrypted by keys in the descriptions (RFC 4568): heard both ways, checked by tones."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import (
    AGENT_TONES,
    AGENTS,
    CALLER_TONES,
    CARRIER_SENDS,
    PASSWORD,
    TRUNK,
    make_centre,
)
from tests.e2e.telephones import agent_heard
from tests.kit.foreign_baresip import BaresipPhone
from tests.kit.foreign_linphone import LinphonePhone
from tests.kit.foreign_pjsua2 import PjsuaPhone
from tests.kit.ports import free_port, free_ports
from tests.kit.server import wait_until
from tests.kit.tone import hears, read_wide_wav

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.kit.server import Server

TALK = 1.5  # seconds


def wanting(folder: Path, srtp: str) -> Server:
    """A centre whose phones and trunks are to have SRTP so."""
    server = make_centre(folder, digest="MD5")  # all that baresip 1.0 knows
    for name in ("internal", "external"):
        profile = server.config.parent / f"sip_profiles/{name}.yaml"
        profile.write_text(f"srtp: {srtp}\n" + profile.read_text())
    return server


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with wanting(tmp_path_factory.mktemp("node"), "offered") as server:
        yield server


def caller(server: Server, folder: Path, sound: Path | None = None, *, srtp: str = "mandatory") -> PjsuaPhone:
    """Over the trunk."""
    return PjsuaPhone(
        server=server.sip,
        local=(TRUNK, free_port(address=TRUNK)),
        rtp_port=free_ports(6, address=TRUNK)[0],
        user=CARRIER_SENDS,
        folder=folder,
        plays=sound,
        srtp=srtp,
    )


def at_desk(server: Server, folder: Path, sound: Path, *, srtp: str, user: str = AGENTS["ana"]) -> PjsuaPhone:
    return PjsuaPhone(
        server=server.sip,
        local=("127.0.0.1", free_port()),
        rtp_port=free_ports(6)[0],
        user=user,
        password=PASSWORD,
        folder=folder,
        plays=sound,
        srtp=srtp,
    )


def callee(server: Server, folder: Path, sound: Path, srtp: str | None) -> BaresipPhone:
    user = AGENTS["piotr"]
    return BaresipPhone(
        server=server.sip, user=user, password=PASSWORD, folder=folder, plays=sound, srtp=srtp
    )


def test_an_echo_comes_back(server: Server, tmp_path: Path, caller_sound: Path) -> None:
    with caller(server, tmp_path, caller_sound) as phone:
        phone.dial("echo")
        time.sleep(TALK)
        phone.hang_up()
        assert agent_heard(phone, CALLER_TONES)


@pytest.mark.parametrize("mine", ["off", "optional", "mandatory"])
@pytest.mark.parametrize("theirs", [None, "srtp"])
def test_two_phones_hear_each_other_whichever_of_them_encrypts(
    server: Server, tmp_path: Path, caller_sound: Path, agent_sound: Path, mine: str, theirs: str | None
) -> None:
    called = callee(server, tmp_path, agent_sound, theirs)
    with called, at_desk(server, tmp_path, caller_sound, srtp=mine) as phone:
        phone.dial(AGENTS["piotr"])
        time.sleep(TALK)
        phone.hang_up()
        called.wait_for("CALL_CLOSED")
        assert agent_heard(phone, AGENT_TONES)
        assert hears(read_wide_wav(called.recording()), CALLER_TONES)
        assert ("SRTP is Enabled (cryptosuite=AEAD_AES_128_GCM)" in called.screen()) is bool(theirs)


def test_a_hold_keeps_the_keys_and_the_sound(
    server: Server, tmp_path: Path, caller_sound: Path, agent_sound: Path
) -> None:
    with (
        at_desk(server, tmp_path, agent_sound, srtp="optional", user=AGENTS["piotr"]) as called,
        at_desk(server, tmp_path, caller_sound, srtp="mandatory") as phone,
    ):
        phone.dial(AGENTS["piotr"])
        called.wait_for_state("CONFIRMED")
        phone.hold()
        time.sleep(0.5)
        phone.resume()
        time.sleep(TALK)
        phone.hang_up()
        assert agent_heard(phone, AGENT_TONES)
        assert agent_heard(called, CALLER_TONES)


def test_a_linphone_is_heard_and_hears(server: Server, tmp_path: Path, caller_sound: Path) -> None:
    phone = LinphonePhone(
        server=server.sip, user=AGENTS["ana"], password=PASSWORD, folder=tmp_path, srtp=True
    )
    heard = tmp_path / "linphone-heard.wav"
    with phone:
        phone.say(f"record {heard}")
        phone.say("call echo")
        phone.wait_for("Media streams established")
        phone.say(f"play {caller_sound}")
        time.sleep(2 * TALK)
        phone.say("terminate all")
        phone.wait_for(" ended (")
        wait_until(
            lambda: heard.exists() and hears(read_wide_wav(heard), CALLER_TONES), "it hears itself", within=15
        )


def test_where_srtp_is_required_others_are_refused(
    tmp_path: Path, caller_sound: Path, agent_sound: Path
) -> None:
    with wanting(tmp_path / "node", "required") as server:
        with caller(server, tmp_path, srtp="off") as phone:
            assert phone.dial_to_the_end("echo") == 488
        called = callee(server, tmp_path, agent_sound, "srtp-mand")
        with called, at_desk(server, tmp_path, caller_sound, srtp="mandatory") as phone:
            phone.dial(AGENTS["piotr"])
            time.sleep(TALK)
            phone.hang_up()
            called.wait_for("CALL_CLOSED")
            assert agent_heard(phone, AGENT_TONES)
            assert hears(read_wide_wav(called.recording()), CALLER_TONES)

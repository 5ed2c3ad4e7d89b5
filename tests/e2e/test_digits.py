"""Keys by foreign phones, each in its own way, in a menu that is playing its prompt: one press, one key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import AGENTS, CARRIER_SENDS, PASSWORD, TRUNK, make_centre
from tests.e2e.ledger import contacts, read
from tests.kit.foreign_baresip import BaresipPhone
from tests.kit.foreign_pjsua2 import PjsuaPhone
from tests.kit.keys import pressed_as_tones
from tests.kit.ports import free_port, free_ports
from tests.kit.server import wait_until
from tests.kit.tone import tone, write_wav

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.kit.server import Server

    Press = Callable[[PjsuaPhone, str], None]

_PAUSE = b"\0\0" * 1600  # 200 ms, as the phone's media begin


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with make_centre(tmp_path_factory.mktemp("node"), digest="MD5") as server:
        yield server


@pytest.fixture(scope="module")
def without_events(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose phones key as tones, whatever else they could."""
    folder = tmp_path_factory.mktemp("tones")
    server = make_centre(folder, digest="MD5")
    phones = folder / "sip_profiles" / "internal.yaml"
    lines = [line for line in phones.read_text().splitlines() if not line.startswith("codecs:")]
    phones.write_text("\n".join([*lines, "codecs: [PCMU, PCMA, G722, OPUS]", "dtmf: inband", ""]))
    with server:
        yield server


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a WAV file of each key's tones."""
    folder = tmp_path_factory.mktemp("keys")
    for key in "13":
        write_wav(folder / f"{key}.wav", _PAUSE + pressed_as_tones(key) + _PAUSE)
    return folder


class Menu:
    """What the newest call to the menu of tones has keyed, as the ledger has it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._before = {row["id"] for row in contacts(server)}

    def results(self) -> list[str]:
        """What the keys led to, one entry a key."""
        new = [row["id"] for row in contacts(self._server) if row["id"] not in self._before]
        return [each["result"] for each in read(self._server, new[0]).data("menu.input")] if new else []

    def wait_for_first(self) -> None:
        """Wait until a key has come."""
        wait_until(lambda: len(self.results()) > 0, "a key in the menu", within=15)


def by_event(phone: PjsuaPhone, key: str) -> None:
    phone.press(key)


def by_relay(phone: PjsuaPhone, key: str) -> None:
    phone.press_by_info(key)


def by_bare_info(phone: PjsuaPhone, key: str) -> None:
    phone.send_info("application/dtmf", key)


def by_two_kinds(phone: PjsuaPhone, key: str) -> None:
    phone.press(key)
    phone.press_by_info(key)


def by_two_kinds_of_which_the_info_is_first(phone: PjsuaPhone, key: str) -> None:
    phone.press_by_info(key)
    phone.press(key)


@pytest.mark.parametrize(
    "press",
    [by_event, by_relay, by_bare_info, by_two_kinds, by_two_kinds_of_which_the_info_is_first],
)
def test_a_key_counts_once_in_a_menu(press: Press, server: Server, tmp_path: Path) -> None:
    menu = Menu(server)
    with _caller(server, tmp_path) as caller:
        caller.dial("tones")
        press(caller, "1")
        menu.wait_for_first()
        press(caller, "3")
        caller.wait_for_state("DISCONNECTED")
    assert menu.results() == ["goto first", "goto leave"]


@pytest.mark.parametrize("also_by_info", [False, True])
@pytest.mark.parametrize("codec", ["PCMU", "PCMA", "G722/16000"])
def test_a_key_in_the_sound_counts_once_in_a_menu(
    codec: str, *, also_by_info: bool, server: Server, sounds: Path, tmp_path: Path
) -> None:
    menu = Menu(server)
    with _caller(server, tmp_path, codec=codec, has_events=False) as caller:
        caller.dial("tones")
        for key in "13":
            caller.say(sounds / f"{key}.wav")
            if also_by_info:
                caller.press_by_info(key)
            if key == "1":
                menu.wait_for_first()
        caller.wait_for_state("DISCONNECTED")
    assert menu.results() == ["goto first", "goto leave"]


def test_tones_of_a_phone_that_sends_events_are_no_keys(server: Server, sounds: Path, tmp_path: Path) -> None:
    menu = Menu(server)
    with _caller(server, tmp_path) as caller:
        caller.dial("tones")
        caller.say(sounds / "1.wav")
        caller.press("3")
        caller.wait_for_state("DISCONNECTED")
    assert menu.results() == ["goto leave"]


@pytest.mark.parametrize("dtmf", ["rtpevent", "info"])
def test_a_key_of_a_baresip_counts_once_in_a_menu(dtmf: str, server: Server, tmp_path: Path) -> None:
    menu = Menu(server)
    plays = write_wav(tmp_path / "quiet.wav", tone({440}, 5, level=0.05))
    phone = BaresipPhone(
        server=server.sip, user=AGENTS["piotr"], folder=tmp_path, plays=plays, password=PASSWORD, dtmf=dtmf
    )
    with phone:
        phone.dial("tones")
        phone.wait_for("CALL_ESTABLISHED")
        phone.press("1")
        menu.wait_for_first()
        phone.press("3")
        phone.wait_for("CALL_CLOSED")
    assert menu.results() == ["goto first", "goto leave"]


@pytest.mark.parametrize("codec", ["PCMA", "opus"])
def test_a_key_in_the_sound_counts_where_no_events_are_wanted(
    codec: str, without_events: Server, tmp_path: Path
) -> None:
    menu = Menu(without_events)
    sound = _PAUSE * 5 + pressed_as_tones("13", off=1.0) + _PAUSE * 20
    phone = BaresipPhone(
        server=without_events.sip,
        user=AGENTS["piotr"],
        folder=tmp_path,
        plays=write_wav(tmp_path / "keys.wav", sound),
        password=PASSWORD,
        codecs=codec,
    )
    with phone:
        phone.dial("tones")
        phone.wait_for("CALL_CLOSED")
    assert menu.results() == ["goto first", "goto leave"]


def _caller(server: Server, folder: Path, *, codec: str = "PCM", has_events: bool = True) -> PjsuaPhone:
    """Who speaks G.722 is a phone of the house; all others come over the trunk."""
    is_inside = codec.startswith("G722")
    address = "127.0.0.1" if is_inside else TRUNK
    return PjsuaPhone(
        server=server.sip,
        local=(address, free_port(address=address)),
        rtp_port=free_ports(6, address=address)[0],
        user=AGENTS["john"] if is_inside else CARRIER_SENDS,
        password=PASSWORD if is_inside else None,
        folder=folder,
        codec=codec,
        has_events=has_events,
    )

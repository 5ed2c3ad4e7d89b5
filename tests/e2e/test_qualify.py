"""A phone that vanishes without a word gets no calls until it answers OPTIONS again; STUN on the SIP port."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.e2e.centre import CARRIER_SENDS, PASSWORD, TRUNK, make_centre
from tests.kit.foreign_sipp import Scenario
from tests.kit.server import wait_until

if TYPE_CHECKING:
    from tests.kit.server import Server

SCENARIOS = Path(__file__).parent / "scenarios"
DESK = "1003"
USUAL = "qualify: {phones: behind_nat, every: 25s, timeout: 4s, failures: 2, must_answer: false}"
QUICK = "qualify: {phones: all, every: 2s, timeout: 1s, failures: 2, must_answer: true}"


class Handset:
    """A telephone of one socket: it answers OPTIONS with 200 and calls with 486, unless its cable is pulled."""

    def __init__(self) -> None:
        self.is_plugged = True
        self.asked = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self._is_over = False
        self._thread = threading.Thread(target=self._serve)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._is_over:
            try:
                data, source = self._socket.recvfrom(65535)
            except TimeoutError:
                continue
            if self.is_plugged and data[:3] != b"ACK":
                self.asked += data[:7] == b"OPTIONS"
                self._socket.sendto(self._answer(data.decode()), source)

    def _answer(self, request: str) -> bytes:
        status = "486 Busy Here" if request.startswith("INVITE") else "200 OK"
        wanted = ("via:", "from:", "to:", "call-id:", "cseq:")
        lines = [line for line in request.split("\r\n") if line.lower().startswith(wanted)]
        lines = [f"{line};tag=handset" if line.lower().startswith("to:") else line for line in lines]
        return "\r\n".join([f"SIP/2.0 {status}", *lines, "Content-Length: 0", "", ""]).encode()


def play(name: str, server: Server, folder: Path, address: str, **more: str) -> None:
    file = SCENARIOS / f"{name}.xml"
    keys = {"proxy": more["proxy"]} if "proxy" in more else {}
    caller, password = (CARRIER_SENDS, "") if address == TRUNK else (DESK, PASSWORD)
    Scenario(
        file,
        folder,
        remote=server.sip,
        dial="desk",
        address=address,
        caller=caller,
        password=password,
        keys=keys,
    ).run()


def reachable(server: Server) -> bool:
    """Whether the phone of the agent at the desk counts as there."""
    agents = {each["id"]: each for each in server.ask("/api/v1/agents")["items"]}
    return bool(agents["john"]["reachable"])


def test_a_phone_that_vanishes_gets_no_calls_until_it_answers_again(tmp_path: Path, stranger: str) -> None:
    made = make_centre(tmp_path / "node", digest="MD5, SHA-256")
    phones = made.folder / "sip_profiles" / "internal.yaml"
    assert USUAL in phones.read_text()
    phones.write_text(phones.read_text().replace(USUAL, QUICK))
    with made as server, Handset() as handset:
        play("register-by-path-and-stay", server, tmp_path, stranger, proxy=str(handset.port))
        assert reachable(server)
        wait_until(lambda: handset.asked > 0, "the phone is asked", within=15)
        play("busy-expect-486", server, tmp_path, TRUNK)
        handset.is_plugged = False
        wait_until(lambda: not reachable(server), "the phone counts as gone", within=15)
        play("refused-expect-failure", server, tmp_path, TRUNK)
        handset.is_plugged = True
        wait_until(lambda: reachable(server), "the phone is there again", within=15)
        play("busy-expect-486", server, tmp_path, TRUNK)


def test_stun_on_the_sip_port_is_answered_with_the_address_it_came_from(own_server: Server) -> None:
    """RFC 5626 s.4.4.2, RFC 8489 s.14.2; read here by hand."""
    question = bytes.fromhex("000100002112a442") + b"twelve-bytes"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.3", 0))
        phone.settimeout(2.0)
        phone.sendto(question, own_server.sip)
        reply = phone.recv(100)
        port = phone.getsockname()[1]
    assert reply[:20] == bytes.fromhex("0101000c2112a442") + b"twelve-bytes"
    assert reply[20:26] == bytes.fromhex("002000080001")
    assert int.from_bytes(reply[26:28], "big") ^ 0x2112 == port
    assert bytes(one ^ other for one, other in zip(reply[28:], question[4:8], strict=True)) == bytes(
        (127, 0, 0, 3)
    )

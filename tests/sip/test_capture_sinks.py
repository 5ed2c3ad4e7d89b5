"""Neither HEP nor pcap holds a key that was pressed or a card number that was written, whatever carried it."""

from __future__ import annotations

import socket
from functools import partial
from typing import TYPE_CHECKING

import pytest

from centralita.tracing import DOOR, MessageTracing
from records.card_scan import clean, finds
from records.pci.scan import Scanned, _scan_file
from routing.centre import Tracing
from sip.capture.redaction import redacted, without_cards
from sip.flow import Flow
from tests.kit.builders import request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sip.io.capture import Capture

FLOW = Flow("UDP", ("192.0.2.1", 5060), ("192.0.2.2", 5070))
CARD = "4929831750632745"
PIECES = {CARD[at : at + 7] for at in range(10)}


class Stack:
    """What takes a capture."""

    tap: Capture | None = None


def info(kind: str, body: str) -> bytes:
    return request("INFO", headers=(("Content-Type", kind),), body=body.encode())


def keys(digit: str) -> Iterator[bytes]:
    """One key as each kind of phone sends it by SIP."""
    relay = f"Signal= {digit}\r\nDuration= 160\r\n"
    kpml = f'<?xml version="1.0"?><kpml-response version="1.0" code="200" text="OK" digits="{digit}"/>'
    yield info("application/dtmf-relay", relay)
    yield info("application/dtmf", digit)
    yield info("audio/telephone-event", f"{digit}\r\n")
    yield info("application/kpml-response+xml", kpml)
    yield request("NOTIFY", headers=(("Content-Type", "application/kpml-response+xml"),), body=kpml.encode())
    for inner, text in (
        ("application/dtmf-relay", relay),
        ("application/dtmf", digit),
        ("text/plain", digit),
    ):
        part = f"--b1\r\nContent-Type: {inner}\r\n\r\n{text}\r\n--b1--\r\n"
        yield info('multipart/mixed;boundary="b1"', part)
        yield info(
            "multipart/mixed; boundary=b0",
            f"--b0\r\nContent-Type: multipart/mixed;boundary=b1\r\n\r\n{part}\r\n--b0--",
        )
    yield info("multipart/mixed;boundary=b1", f"--b1\r\n\r\n{digit}\r\n--b1--\r\n")
    yield info("multipart/mixed;boundary=b1", f"--b1\r\n{digit}\r\n--b1--\r\n")
    yield info("multipart/mixed", f"--b1\r\nContent-Type: application/dtmf\r\n\r\n{digit}\r\n--b1--\r\n")


def written() -> Iterator[bytes]:
    """A card number where a person may have put it."""
    yield request("INVITE", uri=f"sip:{CARD}@192.0.2.1")
    yield request("INVITE", headers=(("Subject", f"card {CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:]}"),))
    yield request("INVITE", headers=(("X-Crm", CARD),))
    yield request("INVITE", headers=(("P-Asserted-Identity", f'"{CARD}" <sip:{CARD}@192.0.2.1>'),))
    yield info("application/pidf+xml", f"<note>{CARD}</note>")
    yield info("application/sdp", f"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns={CARD}\r\n")
    yield info(
        "multipart/mixed;boundary=b1",
        f"--b1\r\nContent-Type: application/x+xml\r\n\r\n<a>{CARD}</a>\r\n--b1--",
    )


@pytest.mark.parametrize("digit", ["7"])
def test_a_key_is_in_no_copy_of_its_message(digit: str) -> None:
    for number, message in enumerate(keys(digit)):
        head, _, body = redacted(message).partition(b"\r\n\r\n")
        plain = message.partition(b"\r\n\r\n")
        assert head == plain[0], "the head is as it was"
        assert len(body) == len(plain[2]), "lengths stay true"
        assert digit.encode() not in body, number


async def test_no_key_and_no_card_number_comes_out_of_a_capture(tmp_path: Path) -> None:
    """Both sinks together, as a node has them, with a whole card keyed digit by digit."""
    stack = Stack()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        server.settimeout(5)
        wanted = {"hep": f"127.0.0.1:{server.getsockname()[1]}", "pcap": str(tmp_path / "messages.pcap")}
        tracing = MessageTracing(stack, tmp_path)  # type: ignore[arg-type]
        await tracing.adopt(Tracing.model_validate(wanted))
        assert stack.tap is not None
        before, sent = finds.by_door().get(DOOR, 0), bytearray()
        for message in [*(each for digit in CARD for each in keys(digit)), *written()]:
            stack.tap(message, FLOW, sent=False)
            sent += server.recv(65_536)
        await tracing.close()
    for kept in (bytes(sent), (tmp_path / "messages.pcap").read_bytes()):
        assert not [each for each in PIECES if each.encode() in kept]
        assert b"Signal= *" in kept or b"****" in kept
    assert finds.by_door()[DOOR] - before == 8, "each is told: it is a mistake elsewhere"


def test_what_machines_number_for_themselves_is_left_alone() -> None:
    message = request(
        "INVITE",
        call_id=f"{CARD}@192.0.2.9",
        headers=(("Content-Type", "application/sdp"), ("Session-ID", CARD)),
        body=f"v=0\r\no=- {CARD} {CARD} IN IP4 192.0.2.1\r\ns=-\r\nm=audio 4000 RTP/AVP 8 101\r\n".encode(),
    )
    assert without_cards(message, partial(clean, DOOR)) == message


def test_a_report_searches_captures_that_were_made_before_they_were_cleaned(tmp_path: Path) -> None:
    from sip.io.capture import Capture

    file = tmp_path / "old.pcap"
    taken = Capture(file=file)
    taken(request("OPTIONS"), FLOW, sent=True)
    for each in written():
        taken(each, FLOW, sent=False)
    taken.close()
    scanned = Scanned()
    _scan_file(file, scanned)
    assert (scanned.files, scanned.lines, scanned.found) == (1, 8, 8)
    assert {each.where for each in scanned.places} == {str(file)}

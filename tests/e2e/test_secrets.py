"""Card numbers, dates of birth and security codes pressed in calls are nowhere to be found afterwards."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.e2e.centre import ACTIVATION, CALLER_TONES, PASSWORD, PAYMENT, make_centre
from tests.e2e.ledger import contacts, wait_for_event
from tests.e2e.telephones import pjsua_caller, pyvoip_caller
from tests.kit.recorded import read_recording
from tests.kit.tone import dtmf, hears, hears_key, tone, write_wav

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.server import Server

NUMBER = "910000001"


def test_nothing_that_was_pressed_is_kept(own_server: Server, tmp_path: Path) -> None:
    _activate(own_server, tmp_path)
    _pay(own_server, tmp_path)
    own_server.wait_for_rest()
    said = [own_server.run("contacts", "--state", str(own_server.state)).stdout]
    for row in contacts(own_server):
        for form in ((), ("--json",), ("--messages",)):
            done = own_server.run("contact", row["id"], "--state", str(own_server.state), *form)
            assert done.returncode == 0
            said += [done.stdout, done.stderr]
    own_server.close()
    held = {str(path): path.read_bytes() for path in own_server.files()}
    held |= {f"command {number}": text.encode() for number, text in enumerate(said)}
    assert any(name.endswith(".sqlite") for name in held)
    assert any(name.endswith("messages.pcap") for name in held)
    for secret in _secrets():
        assert [name for name, text in held.items() if secret.encode() in text] == [], "a secret was kept"
    for name, text in held.items():
        digits = "".join(re.findall(r"digit\W{1,6}([0-9])\b", text.decode(errors="replace")))
        assert not [secret for secret in _secrets() if secret in digits], f"one by one in {name}"


def test_a_card_keyed_as_sound_is_in_no_recording(tmp_path: Path) -> None:
    server = make_centre(tmp_path / "node")
    client = server.config / "clients" / "banco_sol.yaml"
    client.write_text(client.read_text() + "recording: {calls: all}\n")
    keyed = b"".join(tone(dtmf(digit), 0.1) + bytes(1600) for digit in ACTIVATION.card)
    card = write_wav(tmp_path / "card.wav", keyed)
    hello = write_wav(tmp_path / "hello.wav", tone(CALLER_TONES, 1.5))
    with server, pyvoip_caller(server, tmp_path) as caller:
        caller.dial(NUMBER)
        caller.say(hello)
        caller.heard(2.0)
        caller.press("1")
        wait_for_event(server, NUMBER, "secure.began", within=20)
        caller.say(card)
        caller.heard(3.5)
        caller.hang_up()
        told = wait_for_event(server, NUMBER, "recording.finished", within=10)
    (file,) = (server.state / "recordings" / "banco_sol").rglob("*.wav")
    recorded = read_recording(file)
    ((start, end),) = told["masked"]
    assert hears(recorded.part(0, start).left, CALLER_TONES)
    assert end - start > 3.5
    for side in (recorded.left, recorded.right):
        assert not [digit for digit in set(ACTIVATION.card) if hears_key(side, digit)]


def _activate(server: Server, folder: Path) -> None:
    with pyvoip_caller(server, folder) as caller:
        caller.dial(NUMBER)
        caller.press("1")
        wait_for_event(server, NUMBER, "menu.entered", step="activate", within=20)
        caller.press(f"{ACTIVATION.card}#{ACTIVATION.wrong_birth}")
        wait_for_event(server, NUMBER, "menu.result", result="no_match", within=15)
        caller.press(f"{ACTIVATION.card}#{ACTIVATION.birth}")
        wait_for_event(server, NUMBER, "menu.result", result="ok", within=25)
        caller.hang_up()


def _pay(server: Server, folder: Path) -> None:
    with pjsua_caller(server, folder) as caller:
        caller.dial(NUMBER)
        caller.press("2")
        wait_for_event(server, NUMBER, "menu.entered", step="pay", within=20)
        caller.press(f"{PAYMENT.amount}#")
        wait_for_event(server, NUMBER, "field.captured", field="amount", within=15)
        caller.press("1")
        caller.press(f"{PAYMENT.card}#")
        wait_for_event(server, NUMBER, "field.captured", field="card", within=25)
        caller.press(PAYMENT.expiry)
        caller.press(f"{PAYMENT.cvv}#")
        wait_for_event(server, NUMBER, "field.captured", field="cvv", within=25)
        caller.press("1")
        wait_for_event(server, NUMBER, "menu.result", result="approved", within=25)
        caller.hang_up()


def _secrets() -> list[str]:
    cards = (ACTIVATION.card, PAYMENT.card)
    return [
        *cards,
        *(card[:-4] for card in cards),
        *(card[4:] for card in cards),
        ACTIVATION.birth,
        ACTIVATION.wrong_birth,
        f"{PAYMENT.expiry}{PAYMENT.cvv}",
        PASSWORD,
    ]

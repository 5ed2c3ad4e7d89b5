"""Card numbers, dates of birth and security codes pressed in calls are nowhere to be found afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import TYPE_CHECKING

from tests.e2e.centre import ACTIVATION, CALLER_TONES, PASSWORD, PAYMENT, make_centre
from tests.e2e.customers import add_tones_trunk, customer, set_client
from tests.e2e.leaks import all_kept, leaks, parts
from tests.e2e.ledger import wait_for_event
from tests.e2e.telephones import agent_at_desk, pyvoip_caller
from tests.kit.keys import keys_in
from tests.kit.recorded import read_recording
from tests.kit.tone import dtmf, hears, hears_key, tone, write_wav

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.customers import Customer, Digits
    from tests.e2e.ledger import Seen
    from tests.kit.server import Server

    Act = Callable[[Customer], None]

NUMBER = "910000001"
STRANGE, MISTYPED, EARLY = "4929831750632745", "4929831750632754", "5309182746053811"
"""Cards of nobody, whose digits do not repeat; the second fails its check."""


def test_nothing_that_was_pressed_is_kept(tmp_path: Path, agent_sound: Path) -> None:
    server = make_centre(tmp_path / "node")
    add_tones_trunk(server)
    set_client(server, "banco_sol", "recording", "{calls: all}")
    with server:
        with (
            agent_at_desk(server, "ana", tmp_path / "ana", plays=agent_sound),
            ThreadPoolExecutor(len(CALLS)) as at_once,
        ):
            calls = [at_once.submit(_call, server, tmp_path, *each) for each in enumerate(CALLS)]
            recorded = {each.result().id: act for each, (act, *_) in zip(calls, CALLS, strict=True)}
        server.wait_for_rest()
        kept = all_kept(server)
    for ending in ("ledger.sqlite", "messages.pcap", "cards.sqlite", ".wav"):
        assert any(name.endswith(ending) for name in kept), ending
    assert leaks(kept, _secrets()) == []
    for contact, act in recorded.items():
        (file,) = (server.state / "recordings" / "banco_sol").rglob(f"{contact}-*.wav")
        sound = read_recording(file)
        # Who types to a person, or before a form, is heard as everybody is: card data is asked for in forms only.
        if act not in (_types_to_people, _types_too_early):
            assert set(keys_in(sound.left)) <= {"1", "2"}, act.__name__
            assert keys_in(sound.right) == "", act.__name__


def test_a_card_keyed_as_sound_is_in_no_recording(tmp_path: Path) -> None:
    server = make_centre(tmp_path / "node")
    set_client(server, "banco_sol", "recording", "{calls: all}")
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
        hashed = wait_for_event(server, NUMBER, "recording.hashed", within=10)
    (file,) = (server.state / "recordings" / "banco_sol").rglob("*.wav")
    assert (hashed["sha256"], hashed["bytes"]) == (sha256(file.read_bytes()).hexdigest(), file.stat().st_size)
    recorded = read_recording(file)
    ((start, end),) = told["masked"]
    assert hears(recorded.part(0, start).left, CALLER_TONES)
    assert end - start > 3.5
    for side in (recorded.left, recorded.right):
        assert not [digit for digit in set(ACTIVATION.card) if hears_key(side, digit)]


def _call(server: Server, folder: Path, number: int, call: tuple[Act, str, Digits]) -> Seen:
    act, phone, digits = call
    with customer(server, folder, f"63122330{number}", phone=phone, digits=digits) as caller:
        caller.dial(NUMBER)
        act(caller)
        caller.hang_up()
        caller.wait("recording.finished", ever=True)
        return caller.seen()


def _activates(caller: Customer) -> None:
    caller.key("1")
    caller.wait("secure.began")
    caller.key(f"{ACTIVATION.card}#{ACTIVATION.wrong_birth}")
    caller.wait("menu.result", result="no_match")
    caller.key(f"{ACTIVATION.card}#{ACTIVATION.birth}")
    caller.wait("menu.result", result="ok")


def _pays(caller: Customer) -> None:
    caller.key("2")
    caller.wait("secure.began")
    caller.key(f"{PAYMENT.amount}#1")
    caller.wait("field.captured", field="amount")
    caller.key(f"{PAYMENT.card}#")
    caller.wait("field.captured", field="card")
    caller.key(f"{PAYMENT.expiry}{PAYMENT.cvv}#1")
    caller.wait("menu.result", result="approved")


def _guesses(caller: Customer) -> None:
    """Cards that nobody has, one of them mistyped."""
    caller.key("1")
    caller.wait("secure.began")
    caller.key(f"{MISTYPED}#")
    caller.wait("field.captured", valid=False)
    caller.key(f"{STRANGE}#{ACTIVATION.wrong_birth}")
    caller.wait("menu.result", result="no_match")
    caller.key(STRANGE[:11])  # and goes in the middle of it
    caller.wait("menu.prompt")


def _types_too_early(caller: Customer) -> None:
    """The card in one breath with the key that leads to the form, and again."""
    caller.key(f"1{EARLY}#")
    caller.wait("secure.began", ever=True)
    caller.key(f"{EARLY}#{ACTIVATION.birth}")


def _types_to_people(caller: Customer) -> None:
    """To the queue, then to the agent."""
    caller.key("0")
    caller.wait("queue.joined")
    caller.key(EARLY[:8])
    caller.wait("queue.left")
    caller.key(f"{EARLY}#{PAYMENT.expiry}{PAYMENT.cvv}")


CALLS: tuple[tuple[Act, str, Digits], ...] = (
    (_activates, "pyvoip", "events"),
    (_pays, "pjsua2", "events"),
    (_guesses, "pyvoip", "tones"),
    (_guesses, "pjsua2", "events"),
    (_types_too_early, "pjsua2", "tones"),
    (_types_too_early, "pyvoip", "events"),
    (_types_to_people, "pyvoip", "events"),
)


def _secrets() -> set[str]:
    """Nine digits of a card are looked for: as many never stand in a time or a port by chance."""
    cards = (PAYMENT.card, STRANGE, MISTYPED, EARLY)
    return {
        ACTIVATION.card,
        *(part for card in cards for part in parts(card, length=9)),
        ACTIVATION.birth,
        ACTIVATION.wrong_birth,
        "19800201",
        "1980-02-01",
        "19610324",
        f"{PAYMENT.expiry}{PAYMENT.cvv}",
        "2040-12",
        PASSWORD,
    }

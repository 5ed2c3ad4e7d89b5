"""A caller through forms with every type of field: what is known afterwards, and what is seen nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from base.secret import Secret
from calls.destination import Queue
from ivr.fields import FIELD_TYPES
from ivr.steps import FormStep
from tests.ivr.caller import Caller, load, menus

EVERY = Path(__file__).resolve().parents[1] / "data/menus/good/every_field.yaml"
SECRETS = {
    "card": "4111111111111111",
    "ending": "1111#",
    "expiry": "1228",
    "cvv": "957",
    "code": "80471263",
    "birth": "02291980",
    "pesel": "44051401359",
    "dni": "87654321",
    "nie": "02482300",
    "ssn": "6789",
}
PLAIN = {
    "order": "00421#",
    "account": "1000000064#",
    "amount": "12*5#1",
    "visit": "24122026",
    "hour": "930#",
    "mobile": "221234567#",
    "postcode": "00950",
    "nip": "8567346215",
    "iban": "051332",
    "sure": "1",
    "where": "31",
}


@pytest.fixture
def caller() -> Caller:
    found = load(EVERY, [])
    assert found is not None
    return Caller(found)


def test_the_menu_has_every_type(caller: Caller) -> None:
    forms = [each for each in caller.call.menus.steps.values() if isinstance(each, FormStep)]
    assert {field.type for form in forms for field in form.fields} == set(FIELD_TYPES)


def test_plain_answers_are_attributes_and_secret_ones_are_nowhere(caller: Caller) -> None:
    before = set(caller.session.attributes)
    for keys in (*SECRETS.values(), *PLAIN.values()):
        caller.press(keys)
    assert caller.left == Queue("people")
    assert caller.records("menu.nomatch") == caller.records("menu.noinput") == []
    assert {each: caller.session.attributes[each] for each in set(caller.session.attributes) - before} == {
        "last4": "1111",
        "dni_letter": "X",
        "nie_letter": "W",
        "order": "00421",
        "account": "1000000064",
        "amount": "1250 PLN",
        "visit": "2026-12-24",
        "hour": "09:30",
        "mobile": "+48221234567",
        "postcode": "00950",
        "nip": "8567346215",
        "iban": "051332",
        "sure": "yes",
        "where": "parcel_locker",
    }
    seen = repr(caller.commands) + repr(caller.session.attributes)
    for name, typed in SECRETS.items():
        if name != "ending":  # the same four as the card's, which may be spoken
            assert typed not in seen, name
    assert "19800229" not in seen
    assert "87654321X" not in seen


LETTER = """\
start:
  type: form
  secure: true
  fields:
    - {name: last4, type: card_last4, prompt: ask_card}
    - {name: dni, type: dni, prompt: ask_number, confirm: read_letter}
  submit: {action: identity.verify}
  results:
    ok: {queue: people}
    no_match: {retry: true, say: retry}
    locked: {queue: security}
    fraud: {queue: security}
    unavailable: {queue: people}
"""


def test_the_letter_of_a_dni_is_read_back_and_the_whole_is_sent(tmp_path: Path) -> None:
    caller = Caller(menus(tmp_path, LETTER), language="es").press("1111").press("12345678")
    assert caller.said[-1][0] == "read_letter.1"
    assert len(caller.said[-1]) == 3
    caller.press("2").press("87654321").press("1")
    assert caller.asked is not None
    sent = caller.asked.fields["dni"]
    assert isinstance(sent, Secret)
    assert sent.reveal() == "87654321X"
    assert caller.asked.fields["last4"] == "1111"
    caller.reply("ok")
    assert not sent


PAY = """\
start:
  type: form
  secure: true
  fields: [{name: card, type: card_number, prompt: ask_card}, {name: cvv, type: cvv, prompt: ask_cvv}]
  next: {queue: people}
"""


@pytest.mark.parametrize(("card", "code"), [("4111111111111111", "123"), ("378282246310005", "1234")])
def test_a_security_code_is_whole_at_the_length_of_its_card(tmp_path: Path, card: str, code: str) -> None:
    caller = Caller(menus(tmp_path, PAY)).press(card + "#").press(code[:-1])
    assert caller.left is None
    assert caller.press(code[-1]).left == Queue("people")

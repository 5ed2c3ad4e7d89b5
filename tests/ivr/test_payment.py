"""Step `payment`: what is due or another amount, another card after a decline, and nothing charged twice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from base.secret import Secret
from calls.destination import Hangup, Queue
from ivr.commands import BeginSecure, EndSecure
from tests.ivr.caller import Caller, load

if TYPE_CHECKING:
    from base.document import Fault
    from ivr.compiled import CompiledMenus

FILE = Path(__file__).resolve().parents[1] / "data/menus/good/payment_step.yaml"
CARD, EXPIRY, CVV = "5555555555554444", "1228", "123"


@pytest.fixture
def menus() -> CompiledMenus:
    faults: list[Fault] = []
    found = load(FILE, faults)
    assert found is not None, faults
    return found


def paying(menus: CompiledMenus, *, due: str | None = "4250 EUR") -> Caller:
    """A caller for whom so much is due, at the first question of the payment."""
    caller = Caller(menus)
    return caller.reply("found", due=due) if due is not None else caller.reply("none")


def type_card(caller: Caller, card: str = CARD) -> Caller:
    """Card, expiry, code, and yes to the read-back."""
    return caller.press(f"{card}#").press(EXPIRY).press(f"{CVV}#").press("1")


def asked(caller: Caller) -> dict[str, str]:
    """What the back end was told, secrets by their length."""
    assert caller.asked is not None
    fields = caller.asked.fields
    return {
        name: f"{len(each)} digits" if isinstance(each, Secret) else each for name, each in fields.items()
    }


def test_what_is_due_is_paid_without_typing_it(menus: CompiledMenus) -> None:
    caller = type_card(paying(menus).press("1"))
    told = asked(caller)
    assert (told["amount"], told["currency"], told["card"]) == ("4250", "EUR", "16 digits")
    caller.reply("approved", last4="4444", reference="000123").listen().listen()
    assert caller.left == Hangup(cause=16)
    read_back = next(each for each in caller.said if each[0] == "read_amount.1")
    assert "n.42" in read_back
    assert "n.50" in read_back


def test_another_amount_is_asked_for(menus: CompiledMenus) -> None:
    caller = type_card(paying(menus).press("2").press("10*5#"))
    assert asked(caller)["amount"] == "1050"


@pytest.mark.parametrize("due", [None, "0 EUR", "4250 USD", "nonsense"])
def test_without_a_sum_that_is_due_the_amount_is_asked_for(menus: CompiledMenus, due: str | None) -> None:
    caller = type_card(paying(menus, due=due).press("20#"))
    assert asked(caller)["amount"] == "2000"


def test_a_declined_card_is_followed_by_another_and_the_amount_stays(menus: CompiledMenus) -> None:
    caller = type_card(paying(menus).press("2").press("20#")).reply("declined").listen()
    type_card(caller, "4111111111111111")
    assert asked(caller)["amount"] == "2000"
    assert caller.asked is not None
    assert caller.asked.request == 3  # a question of its own: the lookup was the first
    caller.reply("declined").listen().listen()
    assert caller.left == Queue("people")
    assert ("again",) in caller.said


def test_a_charge_without_an_answer_goes_to_a_person_and_is_not_made_again(menus: CompiledMenus) -> None:
    caller = type_card(paying(menus).press("1")).wait(30)
    assert caller.left == Queue("people", 50)
    assert len([each for each in caller.records("menu.result") if each["action"] == "payment.charge"]) == 1


def test_the_card_is_asked_behind_a_closed_door_and_every_way_out_opens_it(menus: CompiledMenus) -> None:
    for end in ("approved", "fraud", "locked", "unavailable", None):
        caller = paying(menus).press("1")
        if end is None:
            caller.press("*").listen()
        else:
            type_card(caller).reply(end, last4="4444", reference="1").listen().listen()
        doors = [type(each) for each in caller.commands if isinstance(each, BeginSecure | EndSecure)]
        assert doors == [BeginSecure, EndSecure]
        assert CARD not in repr(caller.commands)


def test_a_wrong_key_and_silence_at_the_choice(menus: CompiledMenus) -> None:
    assert paying(menus).press("7").press("7").press("7").listen().left == Queue("people")
    assert paying(menus).wait(100).left == Queue("people")


def test_who_pays_what_is_due_can_be_asked_again_from_the_amount_on(tmp_path: Path) -> None:
    path = tmp_path / "payment_step.yaml"
    path.write_text(FILE.read_text().replace("declined: {retry: true", "declined: {retry: amount"))
    faults: list[Fault] = []
    found = load(path, faults)
    assert found is not None, faults
    caller = type_card(paying(found).press("1")).reply("declined").listen()
    assert caller.said[-1] == ("retry", "ask_card"), "the amount is known: the card comes next"
    assert asked(type_card(caller))["amount"] == "4250"


def test_payments_that_are_made_are_no_tries(tmp_path: Path) -> None:
    path = tmp_path / "payment_step.yaml"
    path.write_text(FILE.read_text().replace("approved: {say: done, hangup: true}", "approved: pay"))
    faults: list[Fault] = []
    found = load(path, faults)
    assert found is not None, faults
    caller = paying(found)
    for _ in range(3):
        type_card(caller.press("1")).reply("approved", last4="4444", reference="000123").listen()
    assert caller.left is None
    assert len([each for each in caller.records("menu.result") if each["result"] == "approved"]) == 3

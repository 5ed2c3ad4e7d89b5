"""A pyVoIP caller in menus: prompts told apart by their tones, keys, silence, and activating a card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.centre import ACTIVATION, PROMPT_TONES
from tests.e2e.ledger import newest, wait_for_event
from tests.e2e.telephones import pyvoip_caller, wait_to_hear
from tests.kit.tone import hears_sound

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.server import Server


def test_each_key_leads_to_its_prompt(server: Server, tmp_path: Path) -> None:
    with pyvoip_caller(server, tmp_path) as caller:
        caller.dial("tones")
        wait_to_hear(caller, PROMPT_TONES["tone_main"])
        caller.press("1")
        wait_to_hear(caller, PROMPT_TONES["tone_first"])
        wait_to_hear(caller, PROMPT_TONES["tone_main"])
        caller.press("9")
        wait_to_hear(caller, PROMPT_TONES["tone_no_match"])
        caller.press("3")
        wait_to_hear(caller, PROMPT_TONES["tone_leave"])
        caller.wait_for_hang_up(within=5)
    assert newest(server, "tones").row["ended_by"] != "caller"


def test_keys_typed_ahead_are_kept(server: Server, tmp_path: Path) -> None:
    with pyvoip_caller(server, tmp_path) as caller:
        caller.dial("tones")
        caller.press("113")
        caller.wait_for_hang_up(within=8)
    inputs = newest(server, "tones").data("menu.input")
    assert len(inputs) == 3


def test_a_caller_who_does_nothing_is_asked_again_and_let_go(server: Server, tmp_path: Path) -> None:
    with pyvoip_caller(server, tmp_path) as caller:
        caller.dial("tones")
        wait_to_hear(caller, PROMPT_TONES["tone_no_input"], within=8)
        wait_to_hear(caller, PROMPT_TONES["tone_main"])
        wait_to_hear(caller, PROMPT_TONES["tone_leave"], within=12)
        caller.wait_for_hang_up(within=5)


def test_a_caller_activates_a_card_by_keys(server: Server, tmp_path: Path) -> None:
    with pyvoip_caller(server, tmp_path) as caller:
        caller.dial("910000001")
        assert hears_sound(caller.heard(2.0))
        caller.press("1")
        wait_for_event(server, "910000001", "menu.entered", step="activate")
        assert hears_sound(caller.heard(1.0))
        caller.press(f"{ACTIVATION.card}#")
        caller.press(ACTIVATION.birth)
        wait_for_event(server, "910000001", "transaction.result", result="ok")
        assert hears_sound(caller.heard(2.0))
        wait_for_event(server, "910000001", "menu.entered", step="anything_else", within=20)
        caller.press("2")
        caller.wait_for_hang_up(within=20)
    seen = newest(server, "910000001")
    assert seen.row["outcome"] == "completed"
    assert [each["length"] for each in seen.data("field.captured")] == [
        len(ACTIVATION.card),
        len(ACTIVATION.birth),
    ]


def test_zero_leads_to_a_person(server: Server, tmp_path: Path) -> None:
    with pyvoip_caller(server, tmp_path) as caller:
        caller.dial("910000001")
        caller.press("0")
        wait_for_event(server, "910000001", "queue.joined", queue="banco_atencion", within=20)
        assert hears_sound(caller.heard(1.0))
        caller.hang_up()
    assert wait_for_event(server, "910000001", "queue.left")["reason"] == "abandoned"

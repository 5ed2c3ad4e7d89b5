"""Step `transfer`: who is not answered elsewhere comes back to a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from calls.destination import Agent, Extension, Menu, Number, Uri
from ivr.load import load_menu
from tests.ivr.caller import QUEUES, Caller, menus, wording

if TYPE_CHECKING:
    from pathlib import Path

    from base.document import Fault

STEPS = """\
    start: {{type: transfer, to: {to}, failed: nobody}}
    nobody: {{type: hangup, say: bye}}
    """


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ('{dial: "+34911000111"}', Number("+34911000111", otherwise=Menu("set_a", "nobody"))),
        ('{extension: "1001", say: connecting}', Extension("1001", otherwise=Menu("set_a", "nobody"))),
        ("{agent: ana}", Agent("ana", otherwise=Menu("set_a", "nobody"))),
        ("{uri: 'sip:bob@192.0.2.4'}", Uri("sip:bob@192.0.2.4", otherwise=Menu("set_a", "nobody"))),
    ],
)
def test_it_leads_out_and_knows_the_way_back(tmp_path: Path, to: str, expected: object) -> None:
    caller = Caller(menus(tmp_path, STEPS.format(to=to))).listen()
    assert caller.left == expected


@pytest.mark.parametrize(
    ("to", "failed", "expected"),
    [
        ("{queue: people}", "nobody", "a transfer leads to a party outside the menus"),
        ("{agent: ana}", "{queue: people}", "who is not answered comes back to a step"),
    ],
)
def test_what_is_no_transfer_is_refused(tmp_path: Path, to: str, failed: str, expected: str) -> None:
    path = tmp_path / "set_a.yaml"
    text = STEPS.format(to=to).replace("failed: nobody", f"failed: {failed}")
    path.write_text(f"schema: ivr/1\nmenu_set: set_a\nlanguages: [en]\nperson: none\nsteps:\n{text}")
    faults: list[Fault] = []
    assert load_menu(path, wording(), faults, queues=QUEUES) is None
    assert any(expected in each.what for each in faults)

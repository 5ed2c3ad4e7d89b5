"""No call leaves the house but by the exchange's `dial`, and what that lets out has passed the gate."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from base.errors import CentralitaError
from calls.contact import Contact
from calls.gate import FIXED, Errand, Leaving, Over, leaving_of
from sip.stack import CallerIdentity, Target
from tests.kit.party import House, Party, until

ROOT = Path(__file__).resolve().parents[2]
ABOVE_SIP = ("calls", "routing", "ivr", "cluster", "console", "centralita")


def test_the_exchange_alone_sends_invites() -> None:
    """Two places: the exchange's dial, and the command that it uses."""
    found = [
        str(path.relative_to(ROOT))
        for package in ABOVE_SIP
        for path in sorted((ROOT / package).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "invite" and not _is_of_people(node)
    ]
    assert found == ["calls/commands.py", "calls/exchange.py"]


def _is_of_people(node: ast.Attribute) -> bool:
    """Whether somebody is asked to choose a password, and nobody is called."""
    return ast.unparse(node.value).endswith("proofs")


class Closed(CentralitaError):
    status = 403


async def test_what_the_gate_refuses_takes_nothing() -> None:
    def refuse(contact: Contact, leaving: Leaving) -> Over:
        raise Closed

    async with House() as house, Party() as party:
        house.exchange._gate = refuse
        contact = Contact("c", ani="1", display="", dnis="2", record=house.record)
        with pytest.raises(Closed):
            house.exchange.dial(contact, Target(party.uri), role="external", caller=CallerIdentity("1"))
        await house.over()
        assert party.events == []


async def test_the_gate_hears_of_the_end_of_each_call_once() -> None:
    passed: list[Leaving] = []
    over: list[str] = []

    def let_out(contact: Contact, leaving: Leaving) -> Over:
        passed.append(leaving)
        return lambda: over.append(leaving.user)

    async with House() as house, Party() as party:
        house.exchange._gate = let_out
        contact = Contact("c", ani="1", display="", dnis="2", record=house.record)
        errand = Errand("+34911222333", by="1001")
        leg = house.exchange.dial(
            contact, Target(party.uri), role="agent", caller=CallerIdentity("1"), errand=errand
        )
        assert [each.errand for each in passed] == [errand]
        assert over == []
        leg.hang_up()
        await until(lambda: over == ["bob"])
        await house.over()
        assert over == ["bob"]


def test_the_gate_knows_every_server_that_a_call_may_go_to() -> None:
    second = Target("sip:1@other.example", ("192.0.2.8", 5080), server="B.example")
    target = Target(
        "sip:34%30@Carrier.example:5070;maddr=192.0.2.9", ("192.0.2.7", 5070), alternatives=(second,)
    )
    leaving = leaving_of(target, FIXED, None)
    assert leaving.user == "340"
    assert leaving.places == {
        ("carrier.example", 5070), ("192.0.2.9", 5070), ("192.0.2.7", 5070), ("192.0.2.8", 5080), ("b.example", None),
    }  # fmt: skip

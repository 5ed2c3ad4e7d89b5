"""Client companies' systems in a whole node: asked by menus, replaced by a reload, told of in the record."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from base.document import errors
from base.errors import DocumentError
from centralita.configuration import check_configuration
from centralita.phone.script import read_script
from centralita.phone.softphone import Softphone
from centralita.state import reader_of
from records.timeline.timeline import rows
from tests.kit.back_end_asking import says
from tests.kit.back_end_floor import Clock, Server
from tests.kit.party import until
from tests.kit.ports import free_ports
from tests.kit.small_centre import small_node, write_centre

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from centralita.node import Node

MENU = """
schema: ivr/1
menu_set: main
languages: [en]
person: none
start: hello
defaults: {{on_max_timeouts: {{hangup: true}}, on_max_failures: {{hangup: true}}}}
steps:
  hello:
    type: lookup
    submit: {{action: customer.find, timeout: {timeout}}}
    results:
      found: {{hangup: true}}
      none: {{hangup: true}}
      unavailable: {{hangup: true}}
"""
FORM = """
  proof:
    type: form
    secure: true
    fields:
      - {name: card, type: card_number, prompt: tone_main}
      - {name: birth, type: date, prompt: tone_main}
    submit: {action: identity.verify, timeout: 12}
    results: WAYS
"""


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server.example(Clock())
    made.fault = says({"result": "found", "facts": {"segment": "gold"}})
    await made.start()
    yield made
    await made.stop()


def asks(config: Path, system: str, *, timeout: int = 8, more: str = "") -> None:
    """Menu and client of the small centre: the menu looks its caller up."""
    (config / "menus" / "main.yaml").write_text(MENU.format(timeout=timeout), encoding="utf-8")
    (config / "clients" / "acme.key").write_text(os.urandom(32).hex(), encoding="ascii")
    (config / "clients" / "acme.key").chmod(0o600)
    text = f"schema: client/1\nname: Acme\nback_end: {system}\n{more}"
    (config / "clients" / "acme.yaml").write_text(text, encoding="utf-8")


def by_http(server: Server) -> str:
    return f'{{kind: http, url: "{server.url}", key: acme.key}}'


async def call(node: Node) -> list[str]:
    """One call; what the ledger says that the systems answered so far."""
    async with Softphone(("127.0.0.2", 0), free_ports(10), lambda text: None) as phone:
        script = read_script("until answered; until ended")
        await phone.dial("100", node.parts.sip_address, "600100200", None, script)
    await until(lambda: not node.counters()["contacts"])
    await node.parts.ledger.flush()
    reader = reader_of(node.options.state)
    found = [reader.contact(each.id) for each in reader.contacts()]
    return [
        event.data["result"]
        for timeline in found
        if timeline is not None
        for event in timeline.events
        if event.type == "transaction.result"
    ]


async def test_a_menu_asks_the_system_of_its_company_and_a_reload_replaces_it(
    tmp_path: Path, server: Server
) -> None:
    node = small_node(tmp_path)
    config = node.options.config
    asks(config, by_http(server))
    await node.start()
    try:
        assert await call(node) == ["found"]
        assert server.requests == ["/v1/customer/find"]
        assert (node.counters()["back_ends_open"], node.counters()["charges_open"]) == (0, 0)
        asks(config, "{kind: sandbox}")
        await node.reload()
        assert sorted(await call(node)) == ["found", "none"]
        assert len(server.requests) == 1
        before = node.parts.configuration
        asks(config, by_http(server))
        (config / "clients" / "acme.key").unlink()
        with pytest.raises(DocumentError, match=r"back_end.key: .*No such file"):
            await node.reload()
        assert node.parts.configuration is before
        assert sorted(await call(node)) == ["found", "none", "none"]
    finally:
        await node.stop()


async def test_what_became_of_a_charge_stands_in_the_record_of_the_call_that_is_over(tmp_path: Path) -> None:
    node = small_node(tmp_path)
    asks(node.options.config, "{kind: sandbox}")
    await node.start()
    try:
        await call(node)
        reader = reader_of(node.options.state)
        (contact,) = reader.contacts()
        data = {
            "result": "approved",
            "amount": 1250,
            "currency": "EUR",
            "last4": "4444",
            "reference": "000001",
        }
        node.parts.transactions.charging._record(contact.id, "transaction.settled", data)
        await node.parts.ledger.flush()
        timeline = reader.contact(contact.id)
        assert timeline is not None
        assert timeline.contact.outcome == contact.outcome
        last = rows(timeline)[-1]
        assert last.what.endswith("ending in 4444 was made after all, reference 000001")
    finally:
        await node.stop()


def faults(config: Path) -> list[str]:
    return [str(each).replace(f"{config}/", "") for each in errors(check_configuration(config)[1])]


def test_a_menu_waits_longer_than_the_system_of_its_company_may_take(tmp_path: Path) -> None:
    config, system = (
        write_centre(tmp_path),
        '{kind: http, url: "https://bank.example", key: acme.key, timeout: 9s}',
    )
    asks(config, system)
    assert faults(config) == [
        "clients/acme.yaml:3: step hello of menu set main waits 8s for an answer that may take 9s "
        "(let it wait longer, or make back_end.timeout shorter)"
    ]
    asks(config, system, timeout=10)
    assert faults(config) == []


def test_a_form_that_asks_less_than_identity_wants_is_found(tmp_path: Path) -> None:
    config = write_centre(tmp_path)
    asks(config, "{kind: sandbox}", more="identity: [birth, otp]\n")
    menu = config / "menus" / "main.yaml"
    results = ["ok", "no_match", "locked", "fraud", "unavailable"]
    ways = ", ".join(f"{each}: {{hangup: true}}" for each in results)
    text = menu.read_text(encoding="utf-8").replace("none: {hangup: true}", "none: {goto: proof}")
    menu.write_text(text + FORM.replace("WAYS", f"{{{ways}}}"), encoding="utf-8")
    assert [each for each in faults(config) if each.startswith("clients")] == [
        "clients/acme.yaml:4: step proof of menu set main asks no otp, which identity wants "
        "(add a field otp to it)"
    ]

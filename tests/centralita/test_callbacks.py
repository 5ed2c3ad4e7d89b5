"""Callbacks on a running node: the commands, a restart, a reload, what menus are told, and faults of the files."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from typer.testing import CliRunner

from calls.contact import Contact, Place
from centralita.callbacks.callbacks import Promises, with_contact
from centralita.commands import app
from centralita.configuration import check_configuration
from centralita.menus.surroundings import LiveSurroundings
from routing.callbacks.callback import Wish
from tests.kit.small_centre import small_node, write_centre

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from centralita.node import Node
    from ivr.surroundings import Surroundings

NUMBER = "+34911222333"
ALL_DAY = 'callback: {hours: "00:00-24:00", countries: [ES, PL]}\n'


def prepared(folder: Path, client: str = ALL_DAY) -> Node:
    """The small centre, in Spain, with callbacks at any hour."""
    node = small_node(folder)
    with (folder / "config/centre.yaml").open("a") as centre:
        centre.write('country: "34"\n')
    with (folder / "config/clients/acme.yaml").open("a") as file:
        file.write(client)
    return node


async def command(node: Node, *words: str) -> Result:
    """One command against the node, which goes on meanwhile."""
    line = [*words, "--state", str(node.options.state)]
    return await asyncio.to_thread(CliRunner().invoke, app, line)


async def listed(node: Node) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads((await command(node, "callbacks", "--json")).output)
    return found


async def test_people_add_list_cancel_and_retry_and_all_of_it_outlives_a_restart(tmp_path: Path) -> None:
    node = prepared(tmp_path)
    assert (await command(node, "callbacks")).output == "there are no callbacks\n"
    await node.start()
    try:
        words = ("--client", "acme", "--queue", "help", "--case", "C7", "--agent", "ana", "--by", "joe")
        added = await command(node, "callbacks", "add", "911222333", *words, "--at", "2h", "--until", "5h")
        assert added.exit_code == 0, added.output
        assert NUMBER in added.output
        (found,) = await listed(node)
        reference = str(found["id"])
        assert (found["state"], found["number"], found["is_late"]) == ("waiting", NUMBER, False)
        twice = await command(node, "callbacks", "add", NUMBER, "--client", "acme", "--queue", "help")
        assert (twice.exit_code, "already" in twice.output) == (1, True)
        abroad = await command(
            node, "callbacks", "add", "+442079460001", "--client", "acme", "--queue", "help"
        )
        assert (abroad.exit_code, "callbacks of acme go to ES, PL" in abroad.output) == (1, True)
        assert (
            await command(node, "callbacks", "cancel", reference)
        ).output == f"callback {reference} is cancelled\n"
        assert (await command(node, "callbacks", "cancel", reference)).exit_code == 1
        table = (await command(node, "callbacks")).output
        assert "taken back by" in table
        told = "1 promised: 0 kept in time, 0 late, 0 broken, 1 taken back, 0 open"
        assert table.splitlines()[-1] == told
    finally:
        await node.stop()

    table = (await command(node, "callbacks", "--client", "acme")).output
    assert all(each in table for each in (reference, NUMBER, "cancelled", "C7", "ana"))
    assert (await command(node, "callbacks", "--open")).output == "there are no callbacks\n"
    again = type(node)(node.options)
    await again.start()
    try:
        retried = await command(again, "callbacks", "retry", reference, "--by", "joe")
        assert retried.output == f"callback {reference} is due\n"
        assert again.parts.dispatcher.contact_count == 0, "nobody is there to call"
        again.parts.distribution.reachable("ana", reachable=True)
        await again.parts.ledger.flush()
    finally:
        await again.stop()
    assert [each["state"] for each in await listed(again)] == ["due"]


async def test_the_do_not_call_list_of_people_and_of_the_file(tmp_path: Path) -> None:
    node = prepared(tmp_path)
    await node.start()
    try:
        assert (await command(node, "do-not-call", "list")).output == "the list is empty\n"
        add = ("callbacks", "add", NUMBER, "--client", "acme", "--queue", "help")
        assert (await command(node, *add)).exit_code == 0
        put = await command(node, "do-not-call", "add", NUMBER, "--client", "acme", "--reason", "asked")
        assert put.output == f"{NUMBER} is not called for acme\n"
        assert [each["state"] for each in await listed(node)] == ["failed"]
        refused = await command(node, *add)
        assert (refused.exit_code, "do-not-call" in refused.output) == (1, True)
        table = (await command(node, "do-not-call", "list")).output
        assert all(each in table for each in (NUMBER, "acme", "asked"))
        off = await command(node, "do-not-call", "remove", NUMBER, "--client", "acme")
        assert off.output == f"{NUMBER} may be called again\n"
        assert (await command(node, "do-not-call", "remove", NUMBER)).exit_code == 1
        assert (await command(node, *add)).exit_code == 0
        (tmp_path / "config/do_not_call.yaml").write_text(f'schema: do-not-call/1\nall: ["{NUMBER}"]\n')
        await node.reload()
        assert [each["state"] for each in await listed(node)] == ["failed", "failed"]
        assert "do_not_call.yaml" in (await command(node, "do-not-call", "list")).output
    finally:
        await node.stop()


async def test_menus_are_told_what_stands_and_what_may_never_be(tmp_path: Path) -> None:
    node = prepared(tmp_path)
    await node.start()
    try:
        desk = node.parts.callbacks
        contact = Contact("c1", ani="+34600111222", display="", dnis="100", record=lambda *_: None)
        contact.client, contact.language, contact.priority = "acme", "en", 3
        contact.requires, contact.attributes = {"cards": 2}, {"segment": "gold"}
        contact.place = Place("help", asyncio.get_running_loop().time() - 300)
        promises = Promises(desk, {"c1": contact}.get)
        live = LiveSurroundings(node.parts.present, cast("object", None), node.parts.distribution, desk)  # type: ignore[arg-type]
        menus: Surroundings = live.of(cast("Contact", SimpleNamespace(client="acme", id="c1")))
        assert menus.callback("help", NUMBER) == ("ok", "")
        asked = {"client": "acme", "contact": "c1", "caller": "+34600111222"}
        result, reference = await promises.promise(NUMBER, "help", **asked)
        assert (result, menus.callback("help", NUMBER)) == ("ok", ("standing", reference))
        assert await promises.promise(NUMBER, "help", **asked) == ("standing", reference)
        assert (await promises.promise("+442079460001", "help", **asked)) == ("refused", "")
        assert (await promises.promise("+34911222334", "gone", **asked)) == ("unavailable", "")
        assert menus.callback("help", "+442079460001") == ("refused", "")
        wish, callback = desk.book.find(reference).wish, desk.book.find(reference)
        assert (wish.requires, wish.priority, wish.attributes) == ((("cards", 2),), 3, (("segment", "gold"),))
        assert callback.promised - callback.joined == pytest.approx(300, abs=2), "the place is kept"
        await promises.take_back(reference)
        assert desk.book.find(reference).state.value == "cancelled"
        await promises.take_back(reference)
    finally:
        await node.stop()


async def test_what_a_call_back_inherits_without_a_place() -> None:
    contact = Contact("c1", ani="+34600111222", display="", dnis="900", record=lambda *_: None)
    wish = with_contact(Wish("acme", "help", NUMBER, by="x"), contact)
    assert (wish.line, wish.requires, wish.language) == ("900", (), None)


async def test_nobody_is_called_on_a_holiday_or_an_idle_day(tmp_path: Path) -> None:
    days = 'callback: {hours: "10:00-14:00", days: mon-fri, holidays: [ES]}\n'
    node = prepared(tmp_path, days)
    await node.start()
    try:
        rules = node.parts.callbacks.book.admission.rules

        def opens(text: str) -> str:
            found = rules.opens(NUMBER, "acme", datetime.fromisoformat(text).timestamp())
            return datetime.fromtimestamp(found or 0, UTC).isoformat()

        assert opens("2026-12-24 15:00+00:00") == "2026-12-28T09:00:00+00:00", "Christmas, and a weekend"
        assert opens("2026-12-28 09:30+00:00") == "2026-12-28T09:30:00+00:00"
    finally:
        await node.stop()


def faults(folder: Path, client: str, never: str = "") -> list[str]:
    config = write_centre(folder)
    with (config / "clients/acme.yaml").open("a") as file:
        file.write(client)
    if never:
        (config / "do_not_call.yaml").write_text(never)
    return [str(each).replace(f"{folder}/", "") for each in check_configuration(config)[1]]


@pytest.mark.parametrize(
    ("client", "told"),
    [
        ("callback: {hours: shop}\n", "shop is no span of a day, and no hours are called so"),
        ('callback: {hours: "22:00-06:00"}\n', "22:00-06:00 is no span of a day"),
        ("callback: {greeting: helo}\n", "no prompt is called helo"),
        ("callback: {holidays: [ES-XX]}\n", 'no holidays are called "ES-XX"'),
        ("callback: {days: mon-fry}\n", 'no day of the week is called "fry"'),
        ("callback: {countries: [SP]}\n", "SP is no country with telephones"),
        ("callback: {per_day: 0}\n", "callback.per_day"),
    ],
)
def test_what_a_client_company_cannot_mean(tmp_path: Path, client: str, told: str) -> None:
    (fault,) = faults(tmp_path, client)
    assert fault.startswith("config/clients/acme.yaml:3: ")
    assert told in fault


@pytest.mark.parametrize(
    ("never", "told"),
    [
        ('all: ["bob"]\n', "config/do_not_call.yaml:2: bob is no telephone number"),
        ("all: [34911222333]\n", "quote it"),
        ('clients: {acne: ["+34911222333"]}\n', 'no client is called "acne" (did you mean "acme"?)'),
        ("numbers: []\n", 'unknown key "numbers"'),
    ],
)
def test_what_the_do_not_call_file_cannot_mean(tmp_path: Path, never: str, told: str) -> None:
    (fault,) = faults(tmp_path, "", "schema: do-not-call/1\n" + never)
    assert told in fault

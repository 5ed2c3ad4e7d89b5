"""A real call's caller is exported and erased, on a running node and while none runs; no byte of the number stays."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from centralita.commands import app
from centralita.state import database_of, master_key_of, reader_of
from records.ledger.verify import verify
from records.reader import Reader
from records.views.rebuild import rebuild
from tests.centralita.test_node import CARRIER, idle, phone
from tests.kit.small_centre import FILES, small_node

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from centralita.node import Node

NUMBER, DIGITS = "+34600123987", b"600123987"
EXTRA = {
    "config/centre.yaml": FILES["config/centre.yaml"] + 'country: "34"\ntracing: {messages: full}\n',
    "config/clients/acme.yaml": FILES["config/clients/acme.yaml"]
    + "recording: {calls: all}\nretention: {personal: 30}\n",
}


@pytest.fixture
async def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Node]:
    for name, text in EXTRA.items():
        monkeypatch.setitem(FILES, name, text)
    made = small_node(tmp_path)
    await made.start()
    yield made
    await made.stop()


async def call(node: Node) -> None:
    """A caller with that number hears the menu."""
    from centralita.phone.script import read_script

    async with phone(CARRIER) as caller:
        script = read_script("until answered; wait 600ms; keys #; until ended")
        await asyncio.wait_for(
            caller.dial("100", node.parts.sip_address, NUMBER.removeprefix("+34"), None, script), 20
        )
    await idle(node)
    await node.parts.ledger.flush()


async def command(node: Node, *words: str) -> Any:
    """What a command says that asks the running node, or does it itself."""
    options = node.options
    asked = ["records", *words, "--state", str(options.state), "--config", str(options.config), "--json"]
    found = await asyncio.to_thread(CliRunner().invoke, app, asked)
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def holders(state: Path) -> list[str]:
    """The files of the state folder that hold the number."""
    files = (each for each in sorted(state.rglob("*")) if each.is_file())
    return [str(each.relative_to(state)) for each in files if DIGITS in each.read_bytes()]


def in_events(state: Path) -> int:
    """How many events hold it openly."""
    with closing(sqlite3.connect(state / "ledger.sqlite")) as ledger:
        rows = ledger.execute("SELECT data, sealed FROM event").fetchall()
    assert any(sealed is not None for _, sealed in rows)
    return sum(DIGITS in data.encode() or (sealed is not None and DIGITS in sealed) for data, sealed in rows)


def noted(state: Path) -> list[tuple[str, str, dict[str, str]]]:
    """What commands wrote into the audit log, the newest first."""
    words = ["audit", "--act", "records", "--state", str(state), "--json"]
    found = json.loads(CliRunner().invoke(app, words).stdout)
    assert all(each["by"].startswith("node:") for each in found)
    return [(each["act"], each["result"], each["on"]) for each in found]


async def test_no_event_of_a_call_holds_the_callers_number_openly(node: Node) -> None:
    await call(node)
    assert in_events(node.options.state) == 0
    (row,) = reader_of(node.options.state).contacts(limit=5)
    assert row.ani is not None
    assert row.ani.endswith("600123987")
    timeline = reader_of(node.options.state).contact(row.id)
    assert "600123987" in str([each.data for each in timeline.messages])


async def test_a_running_node_erases_a_person_and_no_byte_is_left(node: Node, tmp_path: Path) -> None:
    await call(node)
    await node.parts.callbacks.list_number(NUMBER, "", "ana", "asked for it")
    state = node.options.state
    assert set(holders(state)) & {"ledger.sqlite", "ledger.sqlite-wal"}
    would = await command(node, "person", "erase", NUMBER, "--dry-run")
    assert (would["contacts"], would["elsewhere"]["callbacks"]) == (1, 1)
    to = tmp_path / "person.zip"
    await command(node, "person", "export", NUMBER, "--to", str(to))
    with zipfile.ZipFile(to) as archive:
        assert DIGITS in archive.read("person.json")
        assert any(name.startswith("recordings/") for name in archive.namelist())
    erased = await command(node, "person", "erase", NUMBER, "--yes")
    assert (erased["contacts"], erased["recordings"]) == (1, 1)
    assert holders(state) == []
    assert node.parts.callbacks.book.admission.rules.do_not_call.holds(NUMBER, "acme")
    assert not list((state / "recordings").rglob("*.wav"))
    reader = reader_of(state)
    assert reader.contacts(limit=5)[0].ani is None
    assert all(each.is_whole for each in verify(reader.database))


async def test_without_a_node_the_commands_do_it_themselves(node: Node, tmp_path: Path) -> None:
    await call(node)
    await node.parts.callbacks.list_number(NUMBER, "", "ana", "asked for it")
    await node.stop()
    state = node.options.state
    held = await command(node, "hold", "add", "customer", NUMBER, "--reason", "dispute", "--by", "eva")
    refused = await asyncio.to_thread(
        CliRunner().invoke,
        app,
        [
            "records",
            "person",
            "erase",
            NUMBER,
            "--yes",
            "--state",
            str(state),
            "--config",
            str(node.options.config),
        ],
    )
    assert refused.exit_code == 1
    assert f"under legal hold {held['id']}: customer …987, by eva: dispute" in refused.stderr
    assert [each["id"] for each in await command(node, "hold", "list")] == [held["id"]]
    await command(node, "hold", "release", held["id"])
    assert await command(node, "hold", "list") == []
    assert [each["contacts"] for each in await command(node, "retention", "--dry-run")] == [0]
    to = tmp_path / "person.zip"
    assert (await command(node, "person", "export", NUMBER, "--to", str(to)))["contacts"] == 1
    erased = await command(node, "person", "erase", NUMBER, "--yes")
    assert (erased["contacts"], erased["elsewhere"]["callbacks"]) == (1, 1)
    assert holders(state) == []
    acts = await asyncio.to_thread(noted, state)
    assert acts == [
        ("records person erase", "done", {"number": "*987"}),
        ("records person export", "done", {"number": "*987"}),
        ("records hold release", "done", {"hold": held["id"]}),
        ("records person erase", "refused", {"number": "*987"}),
        ("records hold add", "done", {"hold": held["id"]}),
    ]
    database = database_of(state)
    kinds = {each.type for each in Reader(database).node_events(limit=100)}
    assert {"hold.added", "hold.released", "person.exported", "person.erased"} <= kinds
    assert all(each.is_whole for each in verify(database))
    rebuild(database, "main", master_key_of(state, database))
    assert reader_of(state).contacts(limit=5)[0].ani is None
    assert holders(state) == []
    await node.start()
    assert node.parts.callbacks.book.admission.rules.do_not_call.holds(NUMBER, "acme")


async def test_the_report_on_cards_runs_beside_a_node(node: Node, tmp_path: Path) -> None:
    await call(node)
    page = tmp_path / "report.html"
    words = ["records", "pci-report", "--state", str(node.options.state), "--html", str(page)]
    found = await asyncio.to_thread(CliRunner().invoke, app, words)
    assert found.exit_code == 0, found.output
    assert "0 secure spans" in found.stdout
    assert "your own assessment" in " ".join(found.stdout.split())
    assert "<h1>Card data" in page.read_text()
    report = json.loads((await asyncio.to_thread(CliRunner().invoke, app, [*words[:4], "--json"])).stdout)
    assert report["is_clean"]
    assert report["scanned"]["sealed"] > 5
    assert report["scanned"]["found"] == 0

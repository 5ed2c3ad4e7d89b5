"""A whole node in this process: phones register and call it, it reloads, drains and stops, and leaves nothing open."""

from __future__ import annotations

import asyncio
import gc
import io
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from rich.console import Console
from structlog.testing import capture_logs

from base.address import Address
from base.errors import CentralitaError, DocumentError
from base.secret import Secret
from calls.leg import Leg
from centralita.demo.guide import guide
from centralita.node import Node
from centralita.phone.script import read_script
from centralita.phone.softphone import PhoneError, Softphone
from centralita.state import reader_of
from routing.agents.tables import State, Status
from sip.digest.login import Login
from tests.kit.human_recordings import encoded, spoken_like
from tests.kit.party import until
from tests.kit.ports import free_ports
from tests.kit.small_centre import ACCOUNT, MUSIC, PASSWORD, SECOND, TONE, small_node
from tests.kit.tone import hears, read_wav

if TYPE_CHECKING:
    from pathlib import Path

    from calls.events import LegEnded

HOST = "127.0.0.1"
CARRIER = "127.0.0.2"


def phone(bind: str = CARRIER) -> Softphone:
    return Softphone((bind, 0), free_ports(10), lambda text: None)


def login(account: str = ACCOUNT, password: str = PASSWORD) -> Login:
    return Login(account, Secret(password))


async def dial(
    node: Node, number: str, script: str, *, bind: str = CARRIER, as_account: str | None = None
) -> LegEnded:
    """One call through the node."""
    proof = login(as_account) if as_account else None
    async with phone(bind) as caller:
        work = caller.dial(
            number, node.parts.sip_address, as_account or "600100200", proof, read_script(script)
        )
        return await asyncio.wait_for(work, 20)


async def idle(node: Node) -> None:
    """Wait until the node holds nothing of any call."""
    held = ("contacts", "legs", "rtp_ports", "reservations", "tasks", "sessions")
    await until(lambda: not any(node.counters()[name] for name in held), str(node.counters()))


async def kinds(node: Node) -> list[str]:
    """The ledger's events without the ladder."""
    await node.parts.ledger.flush()
    with sqlite3.connect(node.options.state / "ledger.sqlite") as ledger:
        found = [row[0] for row in ledger.execute("SELECT type FROM event ORDER BY rowid")]
    ledger.close()
    return [kind for kind in found if kind != "leg.message"]


async def test_a_caller_hears_the_menu_and_leaves_by_a_key(node: Node, tmp_path: Path) -> None:
    heard = tmp_path / "heard.wav"
    ending = await dial(node, "100", f"record {heard}; until answered; wait 600ms; keys #; until ended")
    assert (ending.by, ending.status, ending.cause) == ("remote", 200, 16)
    assert hears(read_wav(heard), TONE)
    await idle(node)
    found = await kinds(node)
    assert found[:4] == ["contact.opened", "leg.invited", "contact.routed", "tracking.given"]
    assert found[-2:] == ["leg.ended", "contact.closed"]


async def test_the_callers_own_hang_up_is_recorded_as_such(node: Node) -> None:
    await dial(node, "100", "until answered; hang up")
    await idle(node)
    await node.parts.ledger.flush()
    (row,) = reader_of(node.options.state).contacts(limit=5)
    assert (row.ended_by, row.outcome) == ("caller", "menu")
    assert reader_of(node.options.state).whole(row.id).contact["checked"] == "ok"


@pytest.mark.parametrize(
    ("number", "status"), [("999", 404), ("*11", 404), ("1001", 404), ("800", 486), ("700", 480)]
)
async def test_what_cannot_be_served_is_refused_and_recorded(node: Node, number: str, status: int) -> None:
    ending = await dial(node, number, "until answered")
    assert ending.status == status
    await idle(node)
    assert (await kinds(node))[-1] == "contact.closed"
    assert "contact.opened" in await kinds(node)


async def test_a_stranger_cannot_call(node: Node) -> None:
    async with phone("127.0.0.3") as caller:
        work = caller.dial("100", node.parts.sip_address, "1", None, read_script("until answered"))
        assert (await asyncio.wait_for(work, 10)).status == 401
    await idle(node)
    assert await kinds(node) == []


async def test_a_wrong_password_registers_nobody(node: Node) -> None:
    async with phone(HOST) as agent:
        with pytest.raises(PhoneError, match="403"):
            await asyncio.wait_for(
                agent.register(ACCOUNT, node.parts.sip_address, login(password="Wrong-one-entirely-9")), 10
            )
    assert not node.parts.distribution.core.agent("ana").reachable


async def test_an_agent_registers_gets_available_and_takes_a_call_from_the_queue(
    node: Node, tmp_path: Path
) -> None:
    heard = tmp_path / "heard.wav"
    core = node.parts.distribution.core
    async with phone(HOST) as agent:
        await asyncio.wait_for(agent.register(ACCOUNT, node.parts.sip_address, login()), 10)
        await until(lambda: core.agent("ana").reachable)
        assert (await dial(node, "*11", "until ended", bind=HOST, as_account=ACCOUNT)).status == 200
        assert core.agent("ana").status is Status.AVAILABLE
        await until(lambda: core.agent("ana").state is State.IDLE)
        taking = asyncio.create_task(agent.answer(read_script("wait 300ms; answer; wait 300ms; hang up")))
        ending = await dial(node, "200", f"record {heard}; until ended")
        assert ending.status == 200
        assert (await asyncio.wait_for(taking, 10)).by == "local"
        assert hears(read_wav(heard), MUSIC)
        await idle(node)
    found = await kinds(node)
    for kind in ("queue.joined", "reservation.created", "bridge.began", "bridge.ended", "queue.left"):
        assert kind in found
    await until(lambda: not core.agent("ana").reachable)


async def test_an_agent_called_directly_is_offered_no_call_of_a_queue_meanwhile(node: Node) -> None:
    core = node.parts.distribution.core
    async with phone(HOST) as agent:
        await asyncio.wait_for(agent.register(ACCOUNT, node.parts.sip_address, login()), 10)
        await until(lambda: core.agent("ana").reachable)
        node.parts.distribution.choose_status("ana", Status.AVAILABLE)
        taking = asyncio.create_task(agent.answer(read_script("answer; until ended")))
        calling = asyncio.create_task(dial(node, "700", "until answered; wait 500ms; hang up"))
        await until(lambda: core.agent("ana").state is State.BUSY_ELSEWHERE)
        assert (await calling).by == "local"
        await asyncio.wait_for(taking, 10)
        await until(lambda: core.agent("ana").state is State.IDLE)
        await idle(node)


async def test_phones_call_each_other_by_account(node: Node) -> None:
    async with phone(HOST) as agent:
        await asyncio.wait_for(agent.register(SECOND, node.parts.sip_address, login(SECOND)), 10)
        taking = asyncio.create_task(agent.answer(read_script("refuse 486")))
        ending = await dial(node, SECOND, "until answered", bind=HOST, as_account=ACCOUNT)
        assert ending.status == 486
        await asyncio.wait_for(taking, 10)
        await idle(node)


async def test_a_reload_takes_the_new_numbers_and_keeps_calls(node: Node) -> None:
    staying = asyncio.create_task(dial(node, "100", "until answered; wait 3s; keys #; until ended"))
    await until(lambda: node.counters()["contacts"] == 1)
    numbers = node.options.config / "numbers.yaml"
    numbers.write_text(numbers.read_text() + '  - {number: "900", client: acme, menu: main}\n')
    assert (await dial(node, "900", "until answered")).status == 404
    await node.reload()
    assert node.counters()["contacts"] == 1
    assert (await dial(node, "900", "until answered; hang up")).status == 200
    assert (await staying).status == 200


async def test_a_reload_says_which_settings_need_a_restart(node: Node) -> None:
    centre = node.options.config / "centre.yaml"
    centre.write_text(centre.read_text() + "rtp_ports: 40000-40009\n")
    with capture_logs() as logs:
        await node.reload()
        await node.reload()
        centre.write_text(centre.read_text().replace("rtp_ports: 40000-40009\n", ""))
        await node.reload()
    # As often as it is asked for until it is done or taken back.
    assert [each["settings"] for each in logs if each["event"] == "restart_needed"] == [["rtp_ports"]] * 2


@pytest.mark.parametrize(
    "name", ["numbers.yaml", "queues.yaml", "agents.yaml", "centre.yaml", "menus/main.yaml"]
)
async def test_a_reload_of_broken_files_changes_nothing(node: Node, name: str) -> None:
    before = node.parts.configuration
    file = node.options.config / name
    text = file.read_text()
    file.write_text(text + "nobody_knows_this: 1\n")
    with pytest.raises(DocumentError, match=f"{name}:{text.count(chr(10)) + 1}: "):
        await node.reload()
    assert node.parts.configuration is before
    assert (await dial(node, "100", "until answered; hang up")).status == 200
    await idle(node)


async def test_a_reload_takes_a_recording_and_refuses_a_broken_one(node: Node) -> None:
    recording = node.options.config.parent / "prompts/recordings/any/music.flac"
    recording.parent.mkdir(parents=True)
    recording.write_bytes(encoded(spoken_like(1000, 3.0), "flac"))
    await node.reload()
    (clip,) = node.parts.present.music()
    assert clip.duration == pytest.approx(3.05, abs=0.1)
    whole, before = recording.read_bytes(), node.parts.configuration
    recording.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DocumentError, match=r"recordings/any/music.flac:1: .*broken|truncated"):
        await node.reload()
    assert node.parts.configuration is before
    assert node.parts.present.music() == (clip,)


async def test_a_reload_with_a_voice_that_fails_changes_nothing(node: Node) -> None:
    before = node.parts.configuration
    (node.options.config.parent / "prompts/en.yaml").write_text(
        "schema: prompts/1\nlanguage: en\nprompts: {hello: Hello.}\n"
    )
    centre = node.options.config / "centre.yaml"
    centre.write_text(centre.read_text() + 'voices: {en: {command: ["false"]}}\n')
    with pytest.raises(CentralitaError, match="false failed"):
        await node.reload()
    assert node.parts.configuration is before
    assert not node.parts.voice.has("hello", "en")


async def test_a_reload_with_a_broken_password_file_changes_nothing(node: Node) -> None:
    before = node.parts.configuration
    (node.options.state / "credentials.yaml").write_text("what: is this\n")
    with pytest.raises(CentralitaError):
        await node.reload()
    assert node.parts.configuration is before
    async with phone(HOST) as agent:
        await asyncio.wait_for(agent.register(ACCOUNT, node.parts.sip_address, login()), 10)


async def test_draining_refuses_the_next_call_and_lets_the_present_one_end(node: Node) -> None:
    staying = asyncio.create_task(dial(node, "100", "until answered; wait 500ms; keys #; until ended"))
    await until(lambda: node.counters()["contacts"] == 1)
    draining = asyncio.create_task(node.drain())
    await until(lambda: node.checks()[0].problem is not None)
    assert (await dial(node, "100", "until answered")).status == 503
    assert not draining.done()
    ended = await staying
    assert (ended.by, ended.status) == ("remote", 200)
    await asyncio.wait_for(draining, 5)
    assert node.counters()["tasks"] == 0


async def test_calls_that_outlast_the_drain_limit_are_ended_and_recorded(tmp_path: Path) -> None:
    made = small_node(tmp_path)
    node = Node(replace(made.options, drain_limit=0.1))
    await node.start()
    staying = asyncio.create_task(dial(node, "100", "until answered; until ended"))
    await until(lambda: node.counters()["contacts"] == 1)
    await asyncio.wait_for(node.drain(), 10)
    ended = await staying
    assert ended.by == "remote"
    found = await kinds(node)
    assert found[-1] == "contact.closed"
    await node.stop()


async def test_stopping_at_once_tells_the_phones_and_the_ledger(tmp_path: Path) -> None:
    node = small_node(tmp_path)
    await node.start()
    staying = asyncio.create_task(dial(node, "600", "until answered; until ended"))
    await until(lambda: node.counters()["legs"] == 1)
    await asyncio.wait_for(node.stop(), 10)
    ended = await staying
    assert ended.by == "remote"
    with sqlite3.connect(node.options.state / "ledger.sqlite") as ledger:
        found = [
            row[0]
            for row in ledger.execute("SELECT type FROM event WHERE type != 'leg.message' ORDER BY rowid")
        ]
    ledger.close()
    assert found[-1] == "contact.closed"


async def test_a_stopped_node_can_be_started_again_on_its_state(tmp_path: Path) -> None:
    node = small_node(tmp_path)
    for _ in range(2):
        await node.start()
        assert (await dial(node, "600", "until answered; hang up")).status == 200
        await idle(node)
        await node.stop()


async def test_a_node_that_cannot_have_its_port_says_so_and_leaves_nothing_open(
    node: Node, tmp_path: Path
) -> None:
    second = small_node(tmp_path / "second")
    taken = Node(replace(second.options, sip=Address(*node.parts.sip_address)))
    with pytest.raises(CentralitaError, match="another program listens there"):
        await taken.start()
    await taken.stop()
    await second.start()  # ledger, cards and ports were let go of
    await second.stop()


async def test_faults_in_the_files_keep_a_node_from_starting(tmp_path: Path) -> None:
    node = small_node(tmp_path)
    (node.options.config / "agents.yaml").write_text("agents: nobody\n")
    with pytest.raises(DocumentError, match=r"agents\.yaml:1: "):
        await node.start()
    await node.stop()


async def test_the_guide_shows_numbers_phones_and_codes(node: Node) -> None:
    page = io.StringIO()
    Console(file=page, width=200).print(guide(node, {ACCOUNT: "a-password"}))
    shown = page.getvalue()
    for words in (
        "100",
        "Acme",
        "menu main",
        "queue help",
        "1001",
        "a-password",
        "Ana (ana)",
        "*11",
        "(set by you)",
    ):
        assert words in shown


async def test_a_reload_takes_new_limits_of_load_and_calls_beyond_them_are_refused(node: Node) -> None:
    staying = asyncio.create_task(dial(node, "100", "until answered; wait 2s; keys #; until ended"))
    await until(lambda: node.counters()["contacts"] == 1)
    centre = node.options.config / "centre.yaml"
    centre.write_text(centre.read_text() + "overload: {max_calls: 1}\n")
    await node.reload()
    with capture_logs() as logs:
        assert (await dial(node, "100", "until answered")).status == 503
    assert [each["why"] for each in logs if each["event"] == "overload_began"] == ["calls"]
    assert (await staying).status == 200


@pytest.mark.parametrize("script", ["until answered; hang up", "until answered; keys #; until ended"])
async def test_an_ended_call_is_freed_at_once_and_not_by_the_collector(node: Node, script: str) -> None:
    def held() -> list[object]:
        exchange = node.parts.exchange
        return [each for each in gc.get_objects() if type(each) is Leg and each.exchange is exchange]

    gc.collect()
    gc.disable()
    try:
        await dial(node, "100", script)
        await idle(node)
        await until(lambda: not held(), "legs are held")
    finally:
        gc.enable()

"""Calls to numbers outside: lists and caps hold whatever way a call takes out, and calls for help always go."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest
from structlog.testing import capture_logs

from base.secret import Secret
from centralita.configuration import load_configuration
from centralita.outside.toll_book import TollBook
from centralita.outside.tolls import Tolls
from centralita.state import reader_of
from sip.digest.login import Login
from sip.events import InviteReceived, RegistrationAccepted, SessionAnswered, SessionEnded, SessionRefused
from sip.stack import CallerIdentity, Target
from tests.kit.party import HOST, Party, until
from tests.kit.small_centre import PASSWORD, small_node

if TYPE_CHECKING:
    from centralita.node import Node
    from sip.session.session import Session

ROOT = Path(__file__).resolve().parents[2]
CARRIER = "127.0.0.3"
ORDINARY, PREMIUM = "+34911222333", "+34803123456"


class Carrier(Party):
    """Stands at an address of its own and takes every call."""

    async def __aenter__(self) -> Self:
        self.users: list[str] = []
        self.on_invite = self._take
        await self.endpoint.start([(CARRIER, 0)])
        return self

    def _take(self, session: Session) -> None:
        self.users.append(session.user)
        self.answer(session)

    @property
    def host(self) -> str:
        return f"{CARRIER}:{self.endpoint.address[1]}"


class Phone(Party):
    """A phone of the house with an account."""

    def dial(self, node: Node, number: str, account: str = "1001") -> Session:
        target = Target(
            f"sip:{number}@{HOST}:{node.parts.sip_address[1]}", login=Login(account, Secret(PASSWORD))
        )
        session = self.stack.invite(
            target, caller=CallerIdentity(account), body=self.body(), now=self.endpoint.now()
        )
        self.endpoint.flush()
        return session

    async def register(self, node: Node, account: str = "1001") -> None:
        login = Login(account, Secret(PASSWORD))
        self.stack.register(
            f"sip:{account}@small", registrar=node.parts.sip_address, login=login, now=self.endpoint.now()
        )
        self.endpoint.flush()
        await self.hears(RegistrationAccepted)


class Centre:
    """A node with a carrier, and an agent with a registered phone."""

    def __init__(self, folder: Path, carrier: Carrier, agent: Phone, **files: str) -> None:
        self.folder = folder
        self.node = small_node(folder)
        self.carrier = carrier
        self.agent = agent
        self.edit("config/centre.yaml", lambda text: text + 'country: "34"\n')
        self.edit("config/numbers.yaml", lambda text: text + _NUMBERS.replace("HOST", carrier.host))
        self.edit("config/agents.yaml", lambda text: text.replace(
            'account: "1002", queues: [help]', 'account: "1002", queues: [help, full]'
        ))  # fmt: skip
        (folder / "config/menus/out.yaml").write_text(_MENU)
        self.edit("config/queues.yaml", lambda text: text + _QUEUE)
        self.edit("sip_profiles/external.yaml", lambda text: text.replace(
            "trunks:", f'{files.get("caps", "")}\ntrunks:\n  - {{name: out, host: "{carrier.host}"}}'
        ))  # fmt: skip
        self.edit("sip_profiles/internal.yaml", lambda text: text.replace(
            '"1001": {name: Ana}', f'"1001": {{name: Ana, {files.get("account", _ACCOUNT)}}}'
        ))  # fmt: skip

        self.edit("sip_profiles/internal.yaml", lambda text: text.replace(
            '"1002": {name: John}', '"1002": {name: John, may_call: [numbers, external]}'
        ))  # fmt: skip

    def edit(self, name: str, change: object) -> None:
        file = self.folder / name
        before = file.read_text()
        after = change(before)  # type: ignore[operator]
        assert after != before
        file.write_text(after)

    async def __aenter__(self) -> Self:
        await self.node.start()
        await self.agent.register(self.node)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.node.stop()

    async def told(self, kind: str) -> list[dict[str, object]]:
        """The events of a kind, as the ledger has them."""
        await self.node.parts.ledger.flush()
        reader = reader_of(self.folder / "state")
        return [dict(each.data) for each in reader.noted(kind)]


_ACCOUNT = "may_call: [numbers, agents, external, addresses], may_forward: [numbers, external]"
_NUMBERS = f"""
  - {{number: "301", client: acme, dial: "{ORDINARY}"}}
  - {{number: "302", client: acme, uri: "sip:{ORDINARY}@HOST"}}
  - {{number: "303", client: acme, menu: out}}
  - {{number: "304", client: acme, queue: full}}
outgoing:
  - {{number: "*", trunks: [out]}}
"""
_MENU = f"""
schema: ivr/1
menu_set: out
languages: [en]
person: none
start: out
steps:
  out:
    type: transfer
    to: {{dial: "{ORDINARY}"}}
    failed: {{goto: end}}
  end:
    type: hangup
"""
_QUEUE = f"""
  full:
    name: Full
    clients: [acme]
    join_empty: ready
    overflow: {{join_empty: {{dial: "{ORDINARY}"}}}}
"""


@pytest.fixture
async def carrier() -> object:
    async with Carrier() as made:
        yield made


@pytest.fixture
async def agent() -> object:
    async with Phone() as made:
        yield made


@pytest.fixture
async def phone() -> object:
    async with Phone() as made:
        yield made


async def test_a_phone_calls_numbers_of_its_own_country(
    tmp_path: Path, carrier: Carrier, agent: Phone, phone: Phone
) -> None:
    async with Centre(tmp_path, carrier, agent) as centre:
        phone.dial(centre.node, "911222333")
        await phone.hears(SessionAnswered)
        assert carrier.users == [ORDINARY]


@pytest.mark.parametrize(
    "number", [PREMIUM, "00" + PREMIUM[1:], "+8816123456789", "+4420", "+34905123456", "11888"]
)
async def test_other_numbers_are_refused_and_that_is_told(
    tmp_path: Path, carrier: Carrier, agent: Phone, phone: Phone, number: str
) -> None:
    async with Centre(tmp_path, carrier, agent) as centre:
        phone.dial(centre.node, number)
        refused = await phone.hears(SessionRefused)
        assert refused.status == 403
        assert [each.text for each in refused.reasons] == ["this number may not be called from here"]
        (event,) = await centre.told("outbound.refused")
        assert (event["why"], event["by"]) == ("destination", "1001")
        assert carrier.users == []


ROUND = ["refer", "refer to an address", "refer to a number", "forward", "forward to an address"]


@pytest.mark.parametrize("way", ROUND)
async def test_no_way_leads_around_the_list(
    tmp_path: Path, carrier: Carrier, agent: Phone, phone: Phone, way: str
) -> None:
    """What the agent's phone asks for, by REFER (RFC 3515) or 302, is called by no other rights than its own."""
    async with Centre(tmp_path, carrier, agent) as centre:
        target = {
            "refer to an address": f"sip:{PREMIUM}@{carrier.host}",
            "forward to an address": f"sip:{PREMIUM}@{carrier.host}",
            "refer to a number": f"tel:{PREMIUM}",
        }.get(way, f"sip:{PREMIUM}@{HOST}:{centre.node.parts.sip_address[1]}")
        phone.dial(centre.node, "700", account="1002")
        rung = (await agent.hears(InviteReceived)).session
        if way.startswith("forward"):
            headers = (("Contact", f"<{target}>"),)
            agent.say(lambda now: agent.stack.reject(rung, 302, headers=headers, now=now))
            assert (await phone.hears(SessionRefused)).status in (403, 480)
        else:
            agent.answer(rung)
            await phone.hears(SessionAnswered)
            agent.transfer(rung, target)
            assert await agent.outcome() == 403
        await centre.node.parts.ledger.flush()
        assert carrier.users == []


NONE_AT_ONCE = "caps: {at_once: 0}"


@pytest.mark.parametrize(
    "dialled", ["911222333", "301", "302", "303", "304", "refer", "refer to an address", "forward"]
)
async def test_no_way_leads_around_the_caps(
    tmp_path: Path, carrier: Carrier, agent: Phone, phone: Phone, dialled: str
) -> None:
    """Plain calls, numbers that lead out, addresses at a carrier, menus, overflow, transfers and forwarding."""
    async with Centre(tmp_path, carrier, agent, caps=NONE_AT_ONCE) as centre:
        here = f"sip:{ORDINARY}@{HOST}:{centre.node.parts.sip_address[1]}"
        if dialled[0].isdigit():
            phone.dial(centre.node, dialled, account="1001")
            await until(lambda: any(isinstance(each, SessionRefused | SessionEnded) for each in phone.events))
        else:
            phone.dial(centre.node, "700", account="1002")
            rung = (await agent.hears(InviteReceived)).session
            if dialled == "forward":
                headers = (("Contact", f"<{here}>"),)
                agent.say(lambda now: agent.stack.reject(rung, 302, headers=headers, now=now))
                await phone.hears(SessionRefused)
            else:
                agent.answer(rung)
                await phone.hears(SessionAnswered)
                agent.transfer(rung, here if dialled == "refer" else f"sip:{ORDINARY}@{carrier.host}")
                assert await agent.outcome() == 503
        events = await centre.told("outbound.refused")
        assert [(each["why"], each["by"], each["to"]) for each in events] == [("at_once", "centre", ORDINARY)]
        assert len(await centre.told("outbound.cap_reached")) == 1
        assert carrier.users == []


async def test_a_cap_of_one_account_stops_its_next_call_and_the_end_of_one_frees_it(
    tmp_path: Path, carrier: Carrier, agent: Phone, phone: Phone
) -> None:
    files = {"account": f"{_ACCOUNT}, caps: {{at_once: 1}}"}
    async with Centre(tmp_path, carrier, agent, **files) as centre:
        first = phone.dial(centre.node, ORDINARY)
        await phone.hears(SessionAnswered)
        phone.dial(centre.node, ORDINARY)
        refused = await phone.hears(SessionRefused)
        assert (refused.status, [each.text for each in refused.reasons]) == (
            503,
            ["too many outgoing calls at once"],
        )
        phone.hang_up(first)
        await phone.hears(SessionEnded)
        phone.dial(centre.node, ORDINARY)
        await phone.hears(SessionAnswered)


async def test_counts_outlive_the_node(tmp_path: Path, carrier: Carrier, agent: Phone, phone: Phone) -> None:
    files = {"account": f"{_ACCOUNT}, caps: {{calls_per_day: 1}}"}
    async with Centre(tmp_path, carrier, agent, **files) as centre:
        session = phone.dial(centre.node, ORDINARY)
        await phone.hears(SessionAnswered)
        phone.hang_up(session)
        await phone.hears(SessionEnded)
        node = type(centre.node)(centre.node.options)
    await node.start()
    try:
        phone.dial(node, ORDINARY)
        refused = await phone.hears(SessionRefused)
        assert (refused.status, [each.text for each in refused.reasons]) == (
            403,
            ["no more outgoing calls today"],
        )
    finally:
        await node.stop()


@pytest.mark.parametrize("number", ["112", "091"])
async def test_calls_for_help_go_whatever_the_caps_say(
    tmp_path: Path, carrier: Carrier, agent: Phone, phone: Phone, number: str
) -> None:
    files = {"account": "may_call: [], caps: {calls_per_day: 0}", "caps": NONE_AT_ONCE}
    async with Centre(tmp_path, carrier, agent, **files) as centre:
        phone.dial(centre.node, number)
        await phone.hears(SessionAnswered)
        assert carrier.users == [number]
        assert await centre.told("outbound.emergency") == [{"to": number}]


def test_countries_of_a_companys_callbacks_count_for_its_callers_alone(tmp_path: Path) -> None:
    configuration = load_configuration(ROOT / "config")
    company = configuration.clients["banco_sol"]
    callback = company.callback.model_copy(update={"countries": ("PT",)})
    clients = {**configuration.clients, "banco_sol": company.model_copy(update={"callback": callback})}
    configuration = replace(configuration, clients=clients)
    tolls = Tolls(lambda: configuration, lambda: (), TollBook(tmp_path / "tolls.db"))
    lisbon, dear = "+351211234567", "+351601234567"
    assert tolls.admits(None, lisbon, "banco_sol")
    assert not tolls.admits(None, lisbon, "tienda_norte")
    assert not tolls.admits(None, dear, "banco_sol")
    assert not tolls.admits("1001", lisbon, "banco_sol")
    assert tolls.admits(None, "+34911222333", "tienda_norte")


async def test_a_book_that_cannot_be_read_holds_nobody_up_and_is_begun_anew(tmp_path: Path) -> None:
    path, damaged = tmp_path / "tolls.db", b"no database" * 500
    path.write_bytes(damaged)
    configuration = load_configuration(ROOT / "config")
    tolls = Tolls(lambda: configuration, lambda: (), TollBook(path))
    with capture_logs() as logs:
        await tolls.begin()
        await tolls.close()
    assert [each["event"] for each in logs] == ["toll_counts_lost"]
    assert (tmp_path / "tolls.db.broken").read_bytes() == damaged
    book = TollBook(path)
    book.save([("2026-11-22", "centre", 3, 60.0)])
    assert book.load("2026-11-22") == {"centre": (3, 60.0)}
    assert path.stat().st_mode & 0o077 == 0, "who called how much is nobody else's"

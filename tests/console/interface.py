"""The HTTP interface of these tests: the application with its real parts, and a client that knows the key."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from aiohttp.test_utils import TestClient, TestServer

from centralita.journal import Journal
from centralita.menus.prompt_view import PromptView
from centralita.playing_back import PlayingBack
from console.api.route import CHECKED
from console.app import make_app
from console.events.hub import Hub
from console.events.tickets import Tickets
from console.hours.desk import OpeningDesk
from console.keys import Placing
from console.limits import Rates
from console.node.door import Door
from console.telling import Check, Telling
from console.webhooks.desk import WebhookDesk
from console.webhooks.owner import Owners
from records.database import Database
from records.figures.calendar import Calendar
from records.figures.settings import Agreed, Terms
from records.ledger.ledger import Ledger
from records.people.audit import AuditLog
from records.people.principal import NODE
from records.personal.master_key import MasterKey
from records.reader import Reader
from records.retention.keeping import Keeping
from records.retention.rules import Rules
from routing.agents.tables import Status
from routing.callbacks.book import CallbackBook
from routing.callbacks.contact_hours import ContactHours
from routing.callbacks.do_not_call import DoNotCall
from routing.callbacks.rules import CallbackRules
from routing.callbacks.settings import ClientCallbacks, QueueCallbacks
from routing.hours.calendar import Timetable
from routing.hours.load import load_hours
from routing.hours.spans import read_span
from routing.io.callback_desk import CallbackDesk
from routing.io.callback_store import CallbackStore
from routing.io.switch_board import SwitchBoard, load_switches
from routing.settings import AgentSettings, QueueSettings, RoutingConfig
from sip.protection.guard import Guard, GuardLimits
from tests.kit.cases import case_desk
from tests.kit.doorstep import Doorstep
from tests.kit.fed_events import ListedEvents, fed
from tests.kit.small_centre import write_centre
from tests.kit.stored_menus import StoredMenus
from tests.kit.workplace import SmallWorkplace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ipaddress import IPv4Network, IPv6Network

    from aiohttp import web

    from base.errors import CentralitaError
    from calls.acts import Act
    from calls.destination import Destination
    from calls.monitor import MonitorMode
    from centralita.configuration import Configuration
    from records.people.principal import Principal
    from routing.clients import Client

HOURS = Path(__file__).resolve().parents[1] / "data/hours/good/office.yaml"
KEY = "a-key-of-the-state-folder"
ANA_AT_HOME = {
    "account": "1001",
    "phones": [
        {
            "contact": "sip:1001@192.0.2.1",
            "transport": "udp",
            "address": "192.0.2.1",
            "port": 5060,
            "expires": 60,
            "q": 1.0,
            "user_agent": "",
            "path": [],
            "instance": None,
            "reg_id": None,
            "answers": "reachable",
            "round_trip": 0.02,
        }
    ],
}
CARRIER = {
    "name": "carrier",
    "host": "carrier.example",
    "up": True,
    "why": "",
    "downs": 0,
    "channels": {"in_use": 0, "most": None},
    "calls": 0,
    "refused": 0,
    "registered": None,
    "expires": None,
    "round_trip": 0.02,
    "servers": [{"transport": "udp", "address": "192.0.2.7", "port": 5060, "answers": True}],
}
AUTH = {"Authorization": f"Bearer {KEY}"}


class Talks:
    """Conversations that do what they are asked, unless they refuse."""

    def __init__(self) -> None:
        self.refusal: CentralitaError | None = None
        self.asked: list[object] = []

    async def act(self, contact: str, act: Act, by: str) -> None:
        """What an agent does."""
        self._ask(contact, act, by)

    def monitor(self, contact: str, account: str, mode: MonitorMode | None) -> str:
        """A supervisor comes in."""
        self._ask(contact, account, mode)
        return "c2"

    def _ask(self, *asked: object) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.asked.append(asked)


class Placed:
    """Calls that are begun by writing down what was asked, unless they are refused."""

    def __init__(self) -> None:
        self.refusal: CentralitaError | None = None
        self.asked: list[tuple[object, ...]] = []

    def place(self, agent: str, number: str, client: str | None, by: str) -> str:
        """For an agent."""
        return self._ask(agent, number, client, by)

    async def originate(
        self, number: str, client: str, to: Destination, *, language: str | None, by: str
    ) -> str:
        """To a customer."""
        return self._ask(number, client, to, language, by)

    def _ask(self, *asked: object) -> str:
        if self.refusal is not None:
            raise self.refusal
        self.asked.append(asked)
        return f"c{len(self.asked)}"


class Api:
    """The application with its real parts, and a client that may or may not know the key."""

    def __init__(self, state: Path) -> None:
        self.ledger = Ledger(state / "ledger.sqlite")
        self.ledger.start()
        self.rates = Rates(1e6, 1_000_000, 1e6, 1_000_000)
        self.proxies: list[IPv4Network | IPv6Network] = []
        journal = Journal(self.ledger)
        self.database = Database.of(state / "ledger.sqlite")
        self.doorstep = Doorstep(self.database, record=lambda kind, data: journal("", None, kind, data))
        queues = {"q": QueueSettings("q", name="Questions"), "vip": QueueSettings("vip")}
        queues["tills"] = QueueSettings("tills", clients=("tienda",))
        staff = {
            "ana": AgentSettings("ana", name="Ana García", account="1001", queues=("q",)),
            "bot": AgentSettings("bot", contact="sip:bot@192.0.2.9", queues=("q",), status=Status.AVAILABLE),
        }
        self.workplace = SmallWorkplace(
            RoutingConfig(queues, staff, skills={"cards": "Cards"}), Journal(self.ledger)
        )
        self.distribution = self.workplace.distribution
        self.checks = [Check("ledger", None)]
        self.is_open = False
        self.is_allowed = True
        self.events = ListedEvents(*(fed(n) for n in range(1, 6)))
        self.hub = Hub(self.events, most=3, most_waiting=50)
        self.tickets: Tickets[tuple[Principal, str]] = Tickets(lambda: self.moment.timestamp())
        self.told: list[tuple[str, Mapping[str, object]]] = []
        self.webhooks = WebhookDesk(
            Database.of(state / "ledger.sqlite"),
            self.hub,
            state / "webhook-secrets.yaml",
            networks=lambda: (ip_network("127.0.0.0/8"),),
            clients=lambda: {"acme", "other"},
            clock=lambda: self.moment.timestamp(),
            tell=lambda kind, data: self.told.append((kind, data)),
            owners=Owners(self.doorstep.door.standing, lambda agent: None),
            bell=self.doorstep.door.bell,
        )
        self.broken = False
        self.guard = Guard(GuardLimits())
        self.menus = StoredMenus()
        self.reader = Reader(state / "ledger.sqlite")
        self.keeping = Keeping(
            self.reader.database,
            self.ledger,
            MasterKey(b"m" * 32),
            state / "recordings",
            rules=lambda: {"banco": Rules(personal=30)},
            home=lambda: "34",
            clock=lambda: self.moment.timestamp(),
        )
        self.moment = datetime(2026, 3, 10, 11, 30, tzinfo=UTC)
        self.board = SwitchBoard(
            state / "switches.yaml",
            load_switches(state / "switches.yaml"),
            Journal(self.ledger),
            lambda: self.moment,
        )
        self.hours = load_hours(HOURS, []) or {}
        self.talks = Talks()
        self.placed = Placed()
        self.config = write_centre(state / "centre")
        self.recordings = state / "recordings"
        self.clients: dict[str, Client] = {}
        self.agreed = Agreed(Calendar(ZoneInfo("Europe/Madrid"), {}), Terms(), {"ana": ["q"]})
        settings = cast("Configuration", SimpleNamespace(clients=self.clients))
        self.playing_back = PlayingBack(self.recordings, lambda: settings)
        self.store = CallbackStore(state / "callbacks.db")
        open_all_day = ContactHours(Timetable("c", ZoneInfo("UTC"), ((read_span("00:00-24:00"),),) * 7))
        usual = ClientCallbacks(open_all_day, frozenset({"ES"}))
        rules = CallbackRules({}, usual, DoNotCall({"": ["+34911000000"]}), home="ES")
        book = CallbackBook(rules, {"q": QueueCallbacks()}, now=self.moment.timestamp())
        self.callbacks = CallbackDesk(
            book,
            self.store,
            self.distribution,
            Journal(self.ledger),
            lambda callback: None,
            wall=lambda: self.moment.timestamp(),
        )
        self.cases, _ = case_desk(self.database, self.ledger, Journal(self.ledger), self.moment.timestamp)
        self.client: TestClient[web.Request, web.Application] = TestClient(TestServer(self.make()))

    def make(self) -> web.Application:
        """The application; each answer is compared with what its route declares."""
        app = make_app(
            key=KEY,
            work=self.workplace.desk,
            ledger=self.ledger,
            reader=self.reader,
            trunks=lambda: [CARRIER],
            phones=lambda account: [ANA_AT_HOME] if account in (None, "1001") else [],
            counters=self._counters,
            menus=self.menus,
            door=Door(self.guard, self._report, lambda: 100.0),
            opening=OpeningDesk(
                self.board,
                hours=lambda: self.hours,
                clients=lambda: {"banco", "tienda"},
                places=lambda: {"outage": {"main"}, "news": {"main"}},
                unspoken=lambda prompt: "" if prompt == "cards_down" else f"no prompt is called {prompt}",
                zone=lambda: ZoneInfo("Europe/Madrid"),
            ),
            talks=self.talks,
            playing_back=lambda file: self.playing_back.open(file),
            prompts=PromptView(self.config, self.recordings),
            agreed=lambda: self.agreed,
            placing=Placing(self.placed.place, self.placed.originate),
            callbacks=self.callbacks,
            cases=self.cases,
            people=self.doorstep.door,
            audit=AuditLog(self.database),
            proxies=lambda: self.proxies,
            telling=Telling(
                self._metrics,
                lambda: self.is_open,
                lambda: self.checks,
                self.hub,
                self.tickets,
                self.webhooks,
                lambda agent: None,
                self._still,
            ),
            keeping=self.keeping,
            rates=lambda: self.rates,
        )
        app[CHECKED] = True
        return app

    async def _still(self, principal: Principal, token: str) -> bool:
        known = principal is NODE or await self.doorstep.door.principal(token) == principal
        return self.is_allowed and known

    async def _metrics(self) -> bytes:
        return b"centralita_contacts 0\n"

    def _report(self) -> dict[str, object]:
        return {"turned_away": self.guard.tally.all(), "overload": {"refusing": False, "share": 0.0}}

    def _counters(self) -> dict[str, int]:
        if self.broken:
            raise RuntimeError("4111111111111111")
        return {"contacts": 0, "legs": 2}

    async def ask(self, method: str, path: str, **parts: Any) -> tuple[int, Any]:
        """Status and body of one request with the key."""
        headers = {**AUTH, **_json(parts), **parts.pop("headers", {})}
        async with self.client.request(method, path, headers=headers, **parts) as answer:
            return answer.status, await answer.json(content_type=None)

    async def text(self, path: str, **parts: Any) -> tuple[int, str]:
        """Status and body of a request with the key that is not answered in JSON."""
        headers = {**AUTH, **parts.pop("headers", {})}
        async with self.client.get(path, headers=headers, **parts) as answer:
            return answer.status, await answer.text()

    async def problem(self, method: str, path: str, **parts: Any) -> tuple[int, str]:
        """Status and code of a request that must come back as a problem document."""
        headers = {**AUTH, **_json(parts), **parts.pop("headers", {})}
        async with self.client.request(method, path, headers=headers, **parts) as answer:
            assert answer.content_type == "application/problem+json", await answer.text()
            body = await answer.json(content_type=None)
            assert body["status"] == answer.status
            assert set(body) - {"errors"} == {"type", "title", "status", "detail", "code"}
            assert body["detail"]
            assert body["type"] == f"urn:centralita:problem:{body['code']}"
            return answer.status, body["code"]


def _json(parts: dict[str, Any]) -> dict[str, str]:
    """Raw bodies are sent as JSON, whatever they are."""
    return {"Content-Type": "application/json"} if isinstance(parts.get("data"), bytes) else {}

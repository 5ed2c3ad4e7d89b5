"""What stands before every handler: permission, the request read strictly, one form of problems; and what cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from base.errors import CentralitaError
from console.access import PRINCIPAL
from console.api.answers import Answered
from console.api.model import Model, Name
from console.api.paging import Page, Paged, after, listed, page
from console.api.request_ids import HEADER, request_ids
from console.api.route import ANYBODY, CHECKED, PUBLIC
from console.api.routes import Routes, install, only_declared
from console.problem import Refusal, problems
from records.people.principal import NODE, Principal
from records.people.roles import Role, permissions_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

AGENT = Principal("u1", "Ana", Role.AGENT, permissions_of(Role.AGENT), agent="ana")
VIEWER = replace(AGENT, id="u2", role=Role.VIEWER, permissions=permissions_of(Role.VIEWER), agent=None)
routes = Routes("tests")
ROWS = [(moment, f"c{moment}") for moment in range(25)]


class Thing(Model):
    id: str
    size: int = 0


class Wanted(Paged):
    open: bool = False
    near: float | None = None
    word: str | None = None
    several: tuple[str, ...] = ()


class Full(CentralitaError):
    code = "full"
    retry_after = 7


class Store:
    def __init__(self) -> None:
        self.made: list[str] = []
        self.size = 1


STORE: web.AppKey[Store] = web.AppKey("store", Store)


@routes.get("/open", permission=PUBLIC, answer=Thing)
async def see(request: web.Request) -> Thing:
    """See."""
    return Thing(id="open")


@routes.get("/mine", permission=ANYBODY, answer=Thing)
async def mine(request: web.Request) -> Answered:
    """See one's own."""
    return Answered(Thing(id=request[PRINCIPAL].id), headers={"X-Told": "yes"})


@routes.get("/things", permission="contacts:read", answer=Page[Thing])
async def things(request: web.Request, query: Wanted) -> Mapping[str, object]:
    """List things, the latest first."""
    key = after(query, int, str)
    found = [row for row in reversed(ROWS) if key is None or row < key][: query.limit + 1]
    told = page(found, query, lambda row: row)
    return {**told, "items": [Thing(id=row[1]) for row in found[: query.limit]]}


@routes.get("/agents/{agent}", permission="agents:read", own="agent", answer=Thing, is_tagged=True)
async def agent_thing(request: web.Request, agent: Name) -> Thing:
    """See one."""
    return Thing(id=agent, size=request.app[STORE].size)


@routes.put("/agents/{agent}", permission="agents:direct", own="agent", answer=Thing)
async def edit_thing(request: web.Request, agent: Name, body: Thing) -> Thing:
    """Edit one."""
    request.app[STORE].size = body.size
    return body


@routes.post(
    "/things", permission="agents:read", answer=Thing, status=201, is_once=True, problems={"full": 409}
)
async def make_thing(request: web.Request, body: Thing) -> Thing:
    """Make one."""
    if body.id == "full":
        raise Full("no room")
    request.app[STORE].made.append(body.id)
    return body


@routes.delete("/things/{thing}", permission="agents:read", answer=None)
async def drop_thing(thing: Name) -> None:
    """Drop one."""


@routes.get("/wrong", permission=PUBLIC, answer=Thing)
async def wrong() -> Mapping[str, object]:
    """Answer with what was not declared."""
    return {"id": "x", "colour": "red"}


def made(principal: Principal | None) -> web.Application:
    @web.middleware
    async def enter(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if principal is not None:
            request[PRINCIPAL] = principal
        return await handler(request)

    app = web.Application(middlewares=[request_ids, problems, enter, only_declared], client_max_size=1000)
    app[STORE], app[CHECKED] = Store(), True
    install(app, [routes])
    return app


class Asker:
    def __init__(self, client: TestClient[web.Request, web.Application]) -> None:
        self.client = client

    async def __call__(self, method: str, path: str, **parts: Any) -> tuple[int, Any]:
        async with self.client.request(method, path, **parts) as answer:
            text = await answer.text()
            return answer.status, await answer.json(content_type=None) if text else None


@pytest.fixture
async def ask_as() -> AsyncIterator[Callable[[Principal | None], Awaitable[Asker]]]:
    clients: list[TestClient[web.Request, web.Application]] = []

    async def begin(principal: Principal | None) -> Asker:
        client = TestClient(TestServer(made(principal)))
        clients.append(client)
        await client.start_server()
        return Asker(client)

    yield begin
    for each in clients:
        await each.close()


As = Any


@pytest.mark.parametrize(
    ("principal", "method", "path", "status"),
    [
        (None, "GET", "/open", 200),
        (None, "GET", "/mine", 401),
        (None, "GET", "/things", 401),
        (AGENT, "GET", "/mine", 200),
        (AGENT, "GET", "/things", 403),
        (VIEWER, "GET", "/things", 200),
        (VIEWER, "GET", "/agents/ana", 403),
        (AGENT, "GET", "/agents/ana", 200),
        (AGENT, "GET", "/agents/joe", 403),
        (AGENT, "PUT", "/agents/joe", 403),
        (AGENT, "PUT", "/agents/ana", 200),
        (NODE, "GET", "/agents/joe", 200),
        (NODE, "DELETE", "/things/c1", 204),
        (AGENT, "DELETE", "/things/c1", 403),
        (NODE, "GET", "/nothing", 404),
        (NODE, "PATCH", "/things", 405),
    ],
)
async def test_permission_is_asked_before_all_else(
    ask_as: As, principal: Principal | None, method: str, path: str, status: int
) -> None:
    ask = await ask_as(principal)
    body = {"id": "x"} if method == "PUT" else None
    found, told = await ask(method, path, json=body)
    assert found == status
    if status >= 400:
        assert (told["status"], bool(told["code"]), bool(told["detail"])) == (status, True, True)


async def test_a_405_says_what_is_taken(ask_as: As) -> None:
    ask = await ask_as(NODE)
    async with ask.client.request("PATCH", "/things") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, POST")


@pytest.mark.parametrize(
    ("query", "pointers"),
    [
        ("colour=red&limit=0", {"/query/colour", "/query/limit"}),
        ("limit=1&limit=2", {"/query/limit"}),
        ("limit=+5", {"/query/limit"}),
        ("limit=05", {"/query/limit"}),
        ("limit=5.0", {"/query/limit"}),
        ("limit=%EF%BC%95", {"/query/limit"}),
        ("open=1", {"/query/open"}),
        ("open=yes", {"/query/open"}),
        ("near=1e400", {"/query/near"}),
        ("near=NaN", {"/query/near"}),
        ("cursor=%21%21", {"/query/cursor"}),
        ("cursor=W10", {"/query/cursor"}),
        ("cursor=WyJhIiwxXQ", {"/query/cursor"}),
        ("cursor=Wzk5OTk5OTk5OTk5OTk5OTk5OTk5OTksImEiXQ", {"/query/cursor"}),
        ("cursor=W3RydWUsImEiXQ", {"/query/cursor"}),
    ],
)
async def test_a_query_is_read_strictly_and_every_mistake_told(
    ask_as: As, query: str, pointers: set[str]
) -> None:
    ask = await ask_as(NODE)
    status, told = await ask("GET", f"/things?{query}")
    assert (status, told["code"]) == (422, "invalid_query")
    assert {each["pointer"] for each in told["errors"]} == pointers


async def test_a_query_of_a_route_without_one_is_refused(ask_as: As) -> None:
    status, told = await (await ask_as(NODE))("GET", "/open?verbose=1")
    assert (status, told["errors"]) == (422, [{"pointer": "/query/verbose", "detail": "is not known here"}])


async def test_text_that_looks_like_a_number_stays_text_and_lists_hold_all(ask_as: As) -> None:
    ask = await ask_as(NODE)
    assert (await ask("GET", "/things?word=600100200&several=1&several=true&open=true&near=2"))[0] == 200


async def test_half_a_character_is_told_of_and_breaks_nothing(ask_as: As) -> None:
    status, told = await (await ask_as(NODE))("PUT", "/agents/x", data=b'{"id": "\\ud800"}', headers=JSON)
    assert (status, told["code"]) == (400, "no_json")


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (b'{"id": "x"}', {"Content-Type": "text/plain"}, (415, "unsupported_media_type")),
        (
            b'{"id": "x"}',
            {"Content-Type": "application/json; charset=latin-1"},
            (415, "unsupported_media_type"),
        ),
        (b'{"id": "x"', JSON, (400, "no_json")),
        (b"\xff", JSON, (400, "no_json")),
        (b'{"id": "' + b"x" * 2000 + b'"}', JSON, (413, "too_large")),
        (b'{"id": "x", "size": "5"}', JSON, (422, "invalid_body")),
        (b'{"id": "x", "size": true}', JSON, (422, "invalid_body")),
        (b'{"id": "x", "sise": 5}', JSON, (422, "invalid_body")),
    ],
)
async def test_a_body_is_json_and_nothing_else(
    ask_as: As, body: bytes, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    status, told = await (await ask_as(NODE))("POST", "/things", data=body, headers=headers)
    assert (status, told["code"]) == expected


async def test_mistakes_are_told_in_our_words_and_never_repeat_what_was_sent(ask_as: As) -> None:
    ask = await ask_as(NODE)
    _, told = await ask("POST", "/things", json={"size": "4111111111111111", "sise": 1})
    assert {(each["pointer"], each["detail"]) for each in told["errors"]} == {
        ("/body/id", "is needed"),
        ("/body/size", "must be a whole number"),
        ("/body/sise", 'is not known here; did you mean "size"?'),
    }
    assert "4111" not in str(told)


async def test_pages_follow_each_other_without_a_gap_though_things_come_meanwhile(ask_as: As) -> None:
    ask = await ask_as(NODE)
    seen: list[str] = []
    cursor = ""
    for number in range(10):
        _, told = await ask("GET", f"/things?limit=7{cursor}")
        seen += [each["id"] for each in told["items"]]
        ROWS.append((100 + number, f"new{number}"))
        if told["next"] is None:
            break
        cursor = f"&cursor={told['next']}"
    del ROWS[25:]
    assert seen == [f"c{number}" for number in reversed(range(25))]


def test_a_list_in_memory_goes_on_behind_the_last_item_or_at_its_place() -> None:
    names = list("abcdef")
    first = listed(names, Paged(limit=2), str)
    assert first["items"] == ["a", "b"]
    cursor = str(first["next"])
    assert listed(["x", *names], Paged(limit=2, cursor=cursor), str)["items"] == ["c", "d"]
    assert listed(list("acdef"), Paged(limit=2, cursor=cursor), str)["items"] == ["c", "d"]
    assert listed([], Paged(cursor=cursor), str) == {"items": [], "next": None}
    assert listed(names, Paged(limit=6), str)["next"] is None


async def test_what_is_sent_twice_under_one_key_is_done_once(ask_as: As) -> None:
    ask = await ask_as(NODE)
    key = {"Idempotency-Key": "k1"}
    first = await ask("POST", "/things", json={"id": "a"}, headers=key)
    assert (
        await ask("POST", "/things", json={"id": "a"}, headers=key) == first == (201, {"id": "a", "size": 0})
    )
    assert ask.client.app[STORE].made == ["a"]
    assert (await ask("POST", "/things", json={"id": "b"}, headers=key))[1]["code"] == "key_of_another"
    assert (await ask("POST", "/things", json={"id": "b"}, headers={"Idempotency-Key": "ñ"}))[0] == 400
    full = {"Idempotency-Key": "k2"}
    assert (await ask("POST", "/things", json={"id": "full"}, headers=full))[1]["code"] == "full"
    assert (await ask("POST", "/things", json={"id": "c"}, headers=full))[0] == 201


async def test_an_error_of_the_house_is_told_with_the_status_that_the_route_gives_it(ask_as: As) -> None:
    ask = await ask_as(NODE)
    async with ask.client.post("/things", json={"id": "full"}) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (409, "7")


async def test_an_edit_of_what_has_changed_is_refused(ask_as: As) -> None:
    ask = await ask_as(NODE)
    async with ask.client.get("/agents/ana") as answer:
        tag = answer.headers["ETag"]
    assert (await ask("GET", "/agents/ana", headers={"If-None-Match": tag}))[0] == 304
    seen = {"If-Match": tag}
    assert (await ask("PUT", "/agents/ana", json={"id": "ana", "size": 2}, headers=seen))[0] == 200
    status, told = await ask("PUT", "/agents/ana", json={"id": "ana", "size": 3}, headers=seen)
    assert (status, told["code"]) == (412, "changed_meanwhile")
    assert (await ask("PUT", "/agents/ana", json={"id": "ana", "size": 3}))[0] == 200


async def test_requests_have_names_of_a_harmless_form(ask_as: As) -> None:
    ask = await ask_as(NODE)
    for given, kept in (("a-1", True), ("x" * 65, False), ("a b", False)):
        async with ask.client.get("/open", headers={HEADER: given}) as answer:
            assert (answer.headers[HEADER] == given) is kept
            assert answer.headers[HEADER]
            assert "Access-Control-Allow-Origin" not in answer.headers


async def test_what_was_not_declared_is_not_there() -> None:
    app = made(NODE)

    async def secret(request: web.Request) -> web.Response:
        return web.Response(text="secret")

    app.router.add_get("/secret", secret)
    async with TestClient(TestServer(app)) as client, client.get("/secret") as answer:
        assert answer.status == 404


async def test_an_answer_that_was_not_declared_fails_in_tests(ask_as: As) -> None:
    async with (await ask_as(NODE)).client.get("/wrong") as answer:
        assert answer.status == 500


@pytest.mark.filterwarnings("ignore")
def test_a_route_that_cannot_be_is_refused_when_it_is_declared() -> None:
    async def nameless(request: web.Request, query: Thing) -> Thing:
        return Thing(id="x")

    async def strange(request: web.Request, colour: str) -> Thing:
        """See."""
        return Thing(id=colour)

    other = Routes("other")
    for handler, path, permission, words in (
        (nameless, "/x", PUBLIC, "says nothing of itself"),
        (strange, "/x/{size}", PUBLIC, "do not agree on: colour, size"),
        (see, "/x", "thing:read", "is not in the table"),
    ):
        with pytest.raises(TypeError, match=words):
            other.get(path, permission=permission, answer=Thing)(handler)
    with pytest.raises(ValueError, match="two operations are called see"):
        install(web.Application(), [routes, _twice()])


def _twice() -> Routes:
    other = Routes("other")
    other.get("/other", permission=PUBLIC, answer=Thing)(see)
    return other


def test_a_refusal_may_carry_headers() -> None:
    assert Refusal(429, "too_many", "later", headers={"Retry-After": "3"}).headers == {"Retry-After": "3"}

"""docs/back-end.openapi.yaml is OpenAPI, and what both sides send is as it says."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from aiohttp import web
from openapi_spec_validator import validate

from base.secret import Secret
from ivr.answers import Answer
from ivr.io.back_end.http import HttpBackEnd, path_of
from ivr.io.back_end.question import Question
from ivr.io.back_end.signature import key_number, signature
from tests.kit.back_end_floor import BIRTH, CLIENT, KEY, MASTERCARD, VISA, Clock, Server, http
from tools.describe_back_end import actions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.kit.back_end_floor import Handler

ROOT = Path(__file__).resolve().parents[4]
PAGE: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "back-end.openapi.yaml").read_text(encoding="utf-8"))
PROVEN = {"card": VISA, "birth": BIRTH}
CHARGE = {
    "card": MASTERCARD,
    "amount": "1250",
    "currency": "EUR",
    "expiry": "1240",
    "cvv": "737",
    "order": "1234",
}
FIELDS: dict[str, dict[str, str]] = {
    "identity.verify": {"last4": "1111", "birth": BIRTH},
    "card.activate": PROVEN,
    "card.block": PROVEN,
    "payment.charge": CHARGE,
    "case.open": {"kind": "address", "message": "recorded"},
}


def test_it_is_openapi_and_names_every_action() -> None:
    validate(PAGE)
    assert set(PAGE["paths"]) == {path_of(each) for each in actions()}


def schema(action: str, *path: str) -> dict[str, Any]:
    """A schema of the page, with what it refers to."""
    found = PAGE["paths"][path_of(action)]["post"]
    for each in path:
        found = found[each]
    return {**found["content"]["application/json"]["schema"], "components": PAGE["components"]}


@pytest.fixture
async def heard() -> AsyncIterator[tuple[Server, list[tuple[str, dict[str, str], Any, Any]]]]:
    """The example server, and all that was said to it and by it."""
    server, said = Server.example(Clock()), list[tuple[str, dict[str, str], Any, Any]]()

    async def listen(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        assert isinstance(response, web.Response)
        assert isinstance(response.body, bytes)
        asked = yaml.safe_load(await request.read())
        said.append((request.path, dict(request.headers), asked, yaml.safe_load(response.body)))
        return response

    server.fault = listen
    await server.start()
    yield server, said
    await server.stop()


async def test_questions_and_answers_are_as_described(
    heard: tuple[Server, list[tuple[str, dict[str, str], Any, Any]]],
) -> None:
    server, said = heard
    system = HttpBackEnd(CLIENT, http(server.url), None, Clock())
    for number, action in enumerate(actions()):
        fields: dict[str, Secret | str] = {
            name: Secret(value) if name in ("card", "birth", "cvv", "expiry") else value
            for name, value in FIELDS.get(action, {}).items()
        }
        asked = Question(action, f"c1:{number}", CLIENT, "c1", "+34600000001", "A", "c-1", fields)
        if action == "payment.query":
            answer = await system.query(asked, within=2)
        else:
            answer = await system.ask(asked, within=2)
        assert isinstance(answer, Answer), action
        path, headers, question, told = said[-1]
        assert path == path_of(action)
        jsonschema.validate(question, schema(action, "requestBody"))
        jsonschema.validate(told, schema(action, "responses", "200"))
        for each in PAGE["components"]["parameters"].values():
            assert re.search(each["schema"]["pattern"], headers[each["name"]])
    assert headers["Centralita-Key"] == key_number(KEY)
    await system.close()


def test_what_the_page_describes_for_a_shell_is_taken_by_the_example(tmp_path: Path) -> None:
    """The recipe of docs/back-end.md, as it stands there, signs as we do."""
    text = (ROOT / "docs" / "back-end.md").read_text(encoding="utf-8")
    recipe = re.search(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    assert recipe is not None
    lines = recipe[1].partition("curl")[0]
    (tmp_path / "bank.key").write_text(KEY.hex(), encoding="ascii")
    done = subprocess.run(
        ["sh", "-c", lines + "\nprintf '%s|%s|%s' $time $nonce $signature"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    time, nonce, signed = done.stdout.split("|")
    body = (tmp_path / "body.json").read_bytes()
    path = "/v1/customer/find"
    assert signed == signature(KEY, path=path, time=time, nonce=nonce, idempotency="test:1", body=body)

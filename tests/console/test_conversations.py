"""Acts in conversations over HTTP: each is passed on with who asked, each refusal is a problem document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from calls import acts
from calls.acts import LeadsNowhere, NotAllowed, NotNow
from calls.monitor import MonitorMode
from console.contacts.conversations import ACTS
from tests.kit.act_rules import ActRules

if TYPE_CHECKING:
    from tests.console.interface import Api


def test_every_act_has_a_name_and_a_code() -> None:
    assert set(ACTS.values()) == set(ActRules.codes.fget(None).values())  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ACTS)
async def test_an_act_is_passed_on_with_who_asked(api: Api, name: str) -> None:
    target = "1002" if acts.is_targeted(ACTS[name]) else None
    body = {"by": "boss", "target": target}
    status, said = await api.ask("POST", f"/api/v1/contacts/c1/{name}", json=body)
    assert (status, said) == (200, {"contact": "c1", "act": name, "by": "boss"})
    assert api.talks.asked == [("c1", acts.make(ACTS[name], target or ""), "boss")]


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("contacts/c1/transfer", {"by": "boss"}, "invalid_body"),
        ("contacts/c1/hold", {"by": "boss", "target": "1"}, "invalid_body"),
        ("contacts/c1/hold", {"by": "boss", "colour": "red"}, "invalid_body"),
        ("contacts/c1/monitor", {"by": "boss", "supervisor": "1004", "mode": "shout"}, "invalid_body"),
        ("contacts/c1/monitor", {"by": "boss"}, "invalid_body"),
    ],
)
async def test_what_is_no_act_is_refused(api: Api, path: str, body: dict[str, str], code: str) -> None:
    assert await api.problem("POST", f"/api/v1/{path}", json=body) == (422, code)
    assert api.talks.asked == []


@pytest.mark.parametrize(
    ("refusal", "status"), [(NotNow("n"), 409), (NotAllowed("n"), 403), (LeadsNowhere("n"), 404)]
)
async def test_a_refusal_says_why(api: Api, refusal: NotNow, status: int) -> None:
    api.talks.refusal = refusal
    body = {"by": "boss"}
    assert await api.problem("POST", "/api/v1/contacts/c1/hold", json=body) == (status, refusal.code)


async def test_a_supervisor_is_called_into_a_conversation(api: Api) -> None:
    body = {"by": "boss", "supervisor": "1004", "mode": "whisper"}
    status, said = await api.ask("POST", "/api/v1/contacts/c1/monitor", json=body)
    assert (status, said["call"]) == (200, "c2")
    await api.ask("POST", "/api/v1/contacts/c1/take-over", json={"by": "boss", "supervisor": "1004"})
    assert api.talks.asked == [("c1", "1004", MonitorMode.WHISPER), ("c1", "1004", None)]

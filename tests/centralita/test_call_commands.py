"""`centralita call`: what each act sends to the running node, and what is printed of its answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from calls.acts import is_targeted
from centralita.commands import app, call
from console.contacts.conversations import ACTS

if TYPE_CHECKING:
    from pathlib import Path

ANSWER = {"contact": "c1", "call": "c2"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, Any]]:
    """What the node was asked."""
    heard: list[tuple[str, str, Any]] = []

    def ask(state: Path, http: str | None, method: str, path: str, body: object) -> dict[str, Any]:
        heard.append((method, path, body))
        return ANSWER

    monkeypatch.setattr(call, "ask", ask)
    return heard


def run(*words: str) -> str:
    done = CliRunner().invoke(app, ["call", *words, "--by", "marta"])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("act", ACTS)
def test_every_act_of_the_api_is_a_command(asked: list[tuple[str, str, Any]], act: str) -> None:
    target = ["1002"] if is_targeted(ACTS[act]) else []
    printed = run(act, "c/1", *target)
    body = {"by": "marta", **({"target": "1002"} if target else {})}
    assert asked == [("POST", f"/api/v1/contacts/c%2F1/{act}", body)]
    assert printed == f"c/1: {' '.join([act, *target])}\n"
    assert json.loads(run(act, "c1", *target, "--json")) == ANSWER


@pytest.mark.parametrize("act", ACTS)
def test_every_act_explains_itself(act: str) -> None:
    shown = CliRunner().invoke(app, ["call", "--help"])
    assert act in shown.output
    shown = CliRunner().invoke(app, ["call", act, "--help"])
    assert (shown.exit_code, "--json" in shown.output) == (0, True)


def test_supervisors_are_called_in(asked: list[tuple[str, str, Any]]) -> None:
    assert run("monitor", "c1", "1004", "--mode", "barge") == "1004 is called, in contact c2\n"
    assert asked[-1][1:] == (
        "/api/v1/contacts/c1/monitor",
        {"by": "marta", "supervisor": "1004", "mode": "barge"},
    )
    assert json.loads(run("take-over", "c1", "1004", "--json")) == ANSWER
    assert asked[-1][1:] == ("/api/v1/contacts/c1/take-over", {"by": "marta", "supervisor": "1004"})


def test_calls_are_begun(asked: list[tuple[str, str, Any]]) -> None:
    assert run("place", "ana", "+34600111222") == "ana is called, in contact c1\n"
    wanted = {"by": "marta", "agent": "ana", "to": "+34600111222", "client": None}
    assert asked[-1] == ("POST", "/api/v1/calls", wanted)
    words = ("+34600111222", "--client", "acme", "--queue", "help", "--language", "es")
    assert run("customer", *words) == "+34600111222 is called, in contact c1\n"
    assert asked[-1] == (
        "POST",
        "/api/v1/calls/originate",
        {
            "by": "marta",
            "number": "+34600111222",
            "client": "acme",
            "to": {"menu": None, "queue": "help"},
            "language": "es",
        },
    )

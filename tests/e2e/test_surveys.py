"""Talk, the agent hangs up, the caller hears the survey in his language and answers by a key: with foreign phones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import make_centre
from tests.e2e.customers import customer, set_client
from tests.e2e.telephones import agent_at_desk, wait_for_agent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.kit.server import Server

NUMBERS = "".join(
    f'  - {{number: "help_{each}", client: banco_sol, language: {each}, queue: support}}\n'
    for each in ("es", "pl", "en")
)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = make_centre(tmp_path_factory.mktemp("surveys"))
    set_client(server, "banco_sol", "survey", "{menu: tienda_encuesta}")
    numbers = server.config / "numbers.yaml"
    numbers.write_text(numbers.read_text() + NUMBERS)
    with server:
        yield server


@pytest.mark.parametrize(("language", "phone"), [("pl", "pjsua2"), ("es", "pyvoip"), ("en", "pjsua2")])
def test_a_caller_answers_once_the_agent_has_hung_up(
    language: str, phone: str, server: Server, tmp_path: Path, agent_sound: Path
) -> None:
    with (
        agent_at_desk(server, "ana", tmp_path, plays=agent_sound) as ana,
        customer(server, tmp_path, "631223308", phone=phone) as caller,
    ):
        caller.dial(f"help_{language}")
        caller.wait("bridge.began")
        ana.wait_for_state("CONFIRMED")
        ana.hang_up()
        began = caller.wait("survey.began")
        assert (began["queue"], began["agent"]) == ("support", "ana")
        wait_for_agent(server, "ana", state="idle")
        caller.wait("menu.prompt")
        caller.key("5")
        answered = caller.wait("survey.answered")
        assert (answered["question"], answered["answer"], answered["language"]) == ("content", 5, language)
        caller.wait_for_hang_up()
        assert caller.heard("survey_thanks", language) > 0.6
        contact = caller.seen()
    assert contact.row["outcome"] == "answered"
    assert contact.row["talked"] < 10
    (row,) = [
        each for each in server.ask("/api/v1/surveys?agent=ana")["items"] if each["contact"] == contact.id
    ]
    assert (row["client"], row["language"], row["queue"], row["agent"], row["question"], row["score"]) == (
        "banco_sol",
        language,
        "support",
        "ana",
        "content",
        5,
    )


def test_a_caller_who_hangs_up_first_is_asked_nothing(
    server: Server, tmp_path: Path, agent_sound: Path
) -> None:
    with (
        agent_at_desk(server, "ana", tmp_path, plays=agent_sound) as ana,
        customer(server, tmp_path, "631223309") as caller,
    ):
        caller.dial("help_es")
        caller.wait("bridge.began")
        caller.hang_up()
        ana.wait_for_state("DISCONNECTED")
        caller.wait("contact.closed")
        assert "survey.began" not in caller.seen().types()

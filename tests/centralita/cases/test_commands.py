"""`centralita case`, `customer` and the rest against a running node, and beside one that has stopped."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tests.kit.small_centre import small_node
from tests.kit.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


NUMBER = "+34600111222"


@pytest.fixture
async def terminal(tmp_path: Path) -> AsyncIterator[Terminal]:
    node = small_node(tmp_path)
    centre, client = tmp_path / "config/centre.yaml", tmp_path / "config/clients/acme.yaml"
    centre.write_text(f'{centre.read_text()}country: "34"\ntimezone: Europe/Madrid\n')
    required = 'dispositions: {required: true, codes: {"1": {name: {en: solved}}}}\n'
    client.write_text(client.read_text() + "complaints: {answer_within: {working_days: 15}}\n" + required)
    await node.start()
    yield Terminal(node)
    await node.stop()


async def test_a_case_is_opened_changed_noted_closed_and_reopened(terminal: Terminal) -> None:
    case = await terminal.json(
        "case", "open", "--client", "acme", "--number", NUMBER, "--title", "Card [lost]", "--by", "eva"
    )
    number = case["id"]
    assert (case["opened_by"], case["state"]) == ("eva", "open")
    changed = await terminal.json(
        "case", "edit", number, "--owner", "ana", "--urgency", "urgent", "--due", "2026-12-01",
        "--state-is", "waiting_client", "--config", str(terminal.node.options.config),
    )  # fmt: skip
    assert (changed["owner"], changed["urgency"], changed["state"]) == ("ana", "urgent", "waiting_client")
    madrid = ZoneInfo("Europe/Madrid")
    assert changed["due_at"] == datetime(2026, 12, 1, 23, 59, 59, tzinfo=madrid).timestamp()
    own = await terminal.json("case", "edit", number, "--follow-up", "2026-12-01T10:00+00:00")
    assert own["follow_up_at"] == datetime(2026, 12, 1, 10, tzinfo=UTC).timestamp()
    assert "noted about case" in await terminal.shown("case", "note", number, "Called, no answer")
    assert f"case {number} is closed" in await terminal.shown("case", "close", number)
    assert f"case {number} is reopened" in await terminal.shown("case", "reopen", number)
    whole = await terminal.shown("case", "show", number)
    for text in ("Card [lost]", "Called, no answer", "waiting_client", "case.reopened", "owner none -> ana"):
        assert text in whole, text
    assert "due none -> 20" in whole
    assert "{" not in whole
    table = await terminal.shown("cases")
    assert "Card [lost]" in table
    assert await terminal.json("cases", "--unowned") == []
    assert [each["id"] for each in await terminal.json("cases", "--open", "--owner", "ana")] == [number]
    assert "there are no such cases" in await terminal.shown("cases", "--kind", "message")


async def test_customers_are_found_and_merged(terminal: Terminal) -> None:
    cases = [
        await terminal.json("case", "open", "--client", "acme", "--number", each)
        for each in (NUMBER, "+34600999888")
    ]
    kept, gone = (each["customer"] for each in cases)
    assert f"{gone} is now {kept}" in await terminal.shown("customer", "merge", kept, gone)
    (found,) = await terminal.json("customer", "find", "+34600999888")
    assert (found["id"], len(found["numbers"])) == (kept, 2)
    assert kept in await terminal.shown("customer", "find", NUMBER)
    assert "customer.merged" in await terminal.shown("customer", "show", gone)
    config = str(terminal.node.options.config)
    for home in ("600 999 888", "600999888", "0034 600 999 888"):
        (found,) = await terminal.json("customer", "find", home, "--config", config)
        assert found["id"] == kept, home
    assert "no customer has" in await terminal.shown("customer", "find", "C-17")


async def test_complaints_promises_surveys_and_results_are_told(terminal: Terminal) -> None:
    told = await terminal.shown("case", "open", "--client", "acme", "--complaint", "--reason", "delay")
    assert "15 working days" in told
    (complaint,) = await terminal.json("complaints", "--clock", "running")
    assert (complaint["term"], complaint["reason"]) == ("15 working days", "delay")
    assert "running" in await terminal.shown("complaints")
    journal = terminal.node.parts.journal
    journal("c1", None, "contact.opened", {"client": "acme", "ani": NUMBER, "dnis": "1"})
    promise = {"reference": "R1", "client": "acme", "queue": "help", "earliest": 1.0, "latest": 2.0}
    journal("c1", None, "callback.promised", promise)
    answer = {"question": "content", "answer": 5, "least": 1, "most": 5, "language": "en"}
    journal("c1", None, "survey.answered", answer)
    await terminal.node.parts.ledger.flush()
    promises = await terminal.json("promises")
    assert promises["counts"][0]["overdue"] == 1
    assert promises["promises"][0]["is_broken"] is True
    assert "R1" in await terminal.shown("promises", "--client", "acme")
    surveys = await terminal.json("surveys", "--by", "language")
    assert (surveys["means"][0]["group"], surveys["means"][0]["mean"]) == ("en", 5.0)
    assert "5 of 5" in await terminal.shown("surveys")
    assert "every contact has its result" in await terminal.shown("dispositions", "--client", "acme")


async def test_what_is_written_wrong_is_told_with_what_is_right(terminal: Terminal) -> None:
    for words, code, says in (
        (("cases", "--in", "gone"), 2, "waiting_client"),
        (("cases", "--kind", "x"), 2, "complaint"),
        (("case", "edit", "123"), 2, "--owner"),
        (("case", "open", "--client", "acme", "--title", " "), 2, "--title says nothing"),
        (("case", "edit", "123", "--due", "tomorrow"), 2, "2026-12-01 10:00"),
        (("case", "show", "123"), 1, "no case is called 123"),
        (("case", "close", "123"), 1, "no case is called 123"),
        (("case", "open", "--client", "nobody"), 1, "nobody"),
        (("complaints", "--clock", "slow"), 2, "running"),
        (("surveys", "--by", "mood"), 2, "agent"),
        (("customer", "merge", "a", "b"), 1, "no customer"),
    ):
        assert says in await terminal.refused(*words, code=code), words


async def test_cases_are_read_while_no_node_runs(terminal: Terminal) -> None:
    case = await terminal.json("case", "open", "--client", "acme", "--title", "Later")
    await terminal.node.stop()
    assert [each["title"] for each in await terminal.json("cases")] == ["Later"]
    assert "Later" in await terminal.shown("case", "show", case["id"])
    await terminal.refused("case", "close", case["id"])

"""Bodies that are refused: each file of tests/data/api with the places of all its mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.console.interface import AUTH

if TYPE_CHECKING:
    from tests.console.interface import Api

DATA = Path(__file__).resolve().parents[1] / "data" / "api"
ROUTES = {
    "status": ("PUT", "agents/bot/status"),
    "assignment": ("PUT", "agents/bot/assignment"),
    "wrap": ("POST", "agents/bot/wrap-up"),
    "withdraw": ("POST", "queues/q/callers/c1/withdraw"),
    "call": ("POST", "calls"),
    "customer": ("POST", "calls/originate"),
    "publication": ("POST", "menus/shop/publications"),
    "closure": ("PUT", "closures/office"),
    "callback": ("POST", "callbacks"),
}
"""Where a file is sent, by the first word of its name."""
MISTAKES: dict[str, list[str]] = {
    "assignment_empty": [],
    "status_asleep": ["/body/status"],
    "status_number": ["/body/status"],
    "status_missing": ["/body/status"],
    "status_unknown_field": ["/body/since"],
    "status_null": ["/body"],
    "status_list": ["/body"],
    "status_twice_nested": ["/body"],
    "status_two_lines": ["/body/by"],
    "assignment_proficiency": ["/body/skills/cards"],
    "assignment_no_list": ["/body/queues"],
    "assignment_slash_in_a_name": ["/body/skills/a~1b~0c"],
    "wrap_up_forever": ["/body/seconds"],
    "wrap_up_truth": ["/body/seconds"],
    "withdraw_two_ways": ["/body/to"],
    "withdraw_no_way": ["/body/to"],
    "call_without_number": ["/body/to"],
    "call_with_card": ["/body/to"],
    "customer_two_ways": ["/body/to"],
    "publication_no_version": ["/body/version"],
    "publication_every_mistake": [
        "/body/content",
        "/body/effective_at",
        "/body/instead_of",
        "/body/kind",
        "/body/note",
        "/body/version",
    ],
    "closure_no_reason": ["/body/reason"],
    "closure_over_already": ["/body/until"],
    "callback_priority": ["/body/language", "/body/priority", "/body/requires/cards"],
}


def test_every_file_has_its_mistakes_told() -> None:
    assert {path.stem for path in DATA.glob("*.json")} == set(MISTAKES)


@pytest.mark.parametrize("name", MISTAKES)
async def test_every_mistake_is_told_where_it_is_and_in_our_words(api: Api, name: str) -> None:
    method, path = ROUTES[name.partition("_")[0]]
    body = (DATA / f"{name}.json").read_bytes()
    headers = {**AUTH, "Content-Type": "application/json"}
    async with api.client.request(method, f"/api/v1/{path}", data=body, headers=headers) as answer:
        told = await answer.json(content_type=None)
    assert (answer.status, told["code"]) == (422, "invalid_body"), told
    assert sorted(each["pointer"] for each in told.get("errors", ())) == MISTAKES[name]
    said = str(told).lower()
    assert not any(
        word in said for word in ("pydantic", "input should", "field required", "4111", "value error")
    )

"""A question as JSON in one buffer: whole, right, and gone when it is wiped."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.secret import Secret
from ivr.io.back_end.question import Question
from ivr.io.back_end.request_body import request_body, wipe
from tests.kit.back_end_asking import question, reached
from tests.kit.back_end_floor import VISA, Clock, Server

KEYED = st.text("0123456789ABCDX*#-", max_size=20)
NAMES = st.text(min_size=1, max_size=10)


@given(
    st.dictionaries(NAMES, st.tuples(st.booleans(), KEYED) | st.text(max_size=30), max_size=6),
    st.text(max_size=9),
)
def test_whatever_was_asked_is_read_back_as_it_was(
    given: dict[str, tuple[bool, str] | str], caller: str
) -> None:
    texts = {name: each if isinstance(each, str) else each[1] for name, each in given.items()}
    fields = {
        name: Secret(each[1]) if isinstance(each, tuple) and each[0] else texts[name]
        for name, each in given.items()
    }
    body = request_body(Question("case.open", "c1:1", "bank", "c1", caller, fields=fields))
    assert body is not None
    assert json.loads(body) == {"client": "bank", "contact": "c1", "caller": caller, "fields": texts}
    length = len(body)
    wipe(body)
    assert body == bytes(length)


@pytest.mark.parametrize("typed", ['4"', "4\\", "4\n", "4 4"])
def test_a_secret_that_no_key_gives_is_not_sent(typed: str) -> None:
    assert request_body(Question("a", "c1:1", "b", "c1", fields={"card": Secret(typed)})) is None


@pytest.mark.parametrize("port", ["there", "away"])
async def test_the_buffer_is_wiped_whatever_came_of_the_question(
    monkeypatch: pytest.MonkeyPatch, port: str
) -> None:
    made: list[bytearray] = []

    def keep(asked: Question) -> bytearray | None:
        body = request_body(asked)
        assert body is not None
        assert VISA.encode() in body
        made.append(body)
        return body

    monkeypatch.setattr("ivr.io.back_end.http.request_body", keep)
    server = Server.example(Clock())
    await server.start()
    if port == "away":
        await server.stop()
    async with reached(server.url) as system:
        await system.ask(question(), within=1)
    assert made == [bytearray(len(made[0]))]
    await server.stop()

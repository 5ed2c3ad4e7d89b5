"""TLS to a client company's system, and what of a card is seen anywhere while it is asked."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

import pytest
import trustme

from ivr.answers import Answer, NoAnswer
from ivr.io.back_end.settings import ClientSettings
from tests.kit.back_end_asking import charge, question, reached, says
from tests.kit.back_end_floor import BIRTH, KEY, MASTERCARD, VISA, Clock, Floor, Server, http

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server.example(Clock())
    await made.start()
    yield made
    await made.stop()


# --- TLS ---


def _serving(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def _trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.mark.parametrize("name", ["127.0.0.1", "bank.example"])
async def test_a_certificate_must_be_signed_by_the_right_one_and_have_the_right_name(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    authority = trustme.CA()
    server = Server.example(Clock(), tls=_serving(authority, name))
    await server.start()
    async with reached(server.url, tls=_trusting(authority)) as system:
        found = await system.ask(question(), within=2)
        assert isinstance(found, Answer) == (name == "127.0.0.1")
    async with reached(server.url, tls=_trusting(trustme.CA())) as system:
        assert await system.ask(question(), within=2) == NoAnswer(reached=False)
    assert "back_end_unreachable" in capsys.readouterr().out
    await server.stop()


async def test_a_company_may_name_who_signs_for_its_system(tmp_path: Path) -> None:
    authority = trustme.CA()
    server = Server.example(Clock(), tls=_serving(authority, "127.0.0.1"))
    await server.start()
    ca = authority.cert_pem.bytes().decode()
    async with Floor(tmp_path, Clock(), ClientSettings(back_end=http(server.url, ca=ca))) as floor:
        assert await floor.activate() == "ok"
    async with Floor(tmp_path, Clock(), ClientSettings(back_end=http(server.url))) as floor:
        assert await floor.activate() == "unavailable"
    await server.stop()


# --- leaks ---


async def test_nothing_of_a_request_is_in_logs_errors_or_what_is_left_in_our_buffers(
    server: Server, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    asyncio.get_running_loop().set_debug(True)
    faults = [None, says({"result": "ok", "customer": VISA}), says("", status=500), says("", status=401)]
    asked = []
    async with reached(server.url) as system:
        for number, fault in enumerate(faults):
            server.fault = fault
            each = question(key=f"c1:{number}")
            asked.append(each)
            assert VISA not in repr(each)
            outcome = await system.ask(each, within=2)
            assert VISA not in repr(outcome)
        server.fault = None
        await server.stop()
        await system.ask(charge(), within=0.2)
        assert VISA not in repr(vars(system) if hasattr(system, "__dict__") else system)
    told = capsys.readouterr()
    for secret in (VISA, BIRTH, MASTERCARD, "737", KEY.hex()):
        assert secret not in told.out + told.err + caplog.text
    # Ours to wipe by whoever made the question: asking leaves them as they were.
    assert all(len(each) for question_ in asked for each in question_.secrets())

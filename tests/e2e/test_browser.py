"""A phone in a browser (JsSIP in headless Chromium) over WebSocket and secure WebSocket (RFC 7118): signalling only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import trustme
from playwright.sync_api import sync_playwright

from tests.e2e.centre import PASSWORD, make_centre
from tests.kit.ports import free_port
from tests.kit.server import ROOT, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.kit.server import Server

PAGE = ROOT / "tests" / "browser" / "phone.html"
HOST = "127.0.0.1"
SECURE_ARGUMENTS = ["--no-sandbox", "--ignore-certificate-errors"]  # the authority is made for one run


@pytest.fixture(scope="module")
def places() -> dict[str, str]:
    """Where the browser connects to."""
    return {scheme: f"{HOST}:{free_port()}" for scheme in ("ws", "wss")}


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory, places: dict[str, str]) -> Iterator[Server]:
    """A server with both kinds of WebSocket."""
    folder = tmp_path_factory.mktemp("node")
    server = make_centre(folder)
    pair = folder / "sip_profiles" / "pair.pem"
    trustme.CA().issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(str(pair))
    phones = folder / "sip_profiles" / "internal.yaml"
    listeners = (
        f"  - {{transport: ws, address: {places['ws']}}}",
        f"  - {{transport: wss, address: {places['wss']}, certificate: pair.pem, key: pair.pem}}",
    )
    phones.write_text("\n".join([phones.read_text(), "listeners:", *listeners, ""]))
    with server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=SECURE_ARGUMENTS)
        yield made
        made.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(ignore_https_errors=True)
    opened = context.new_page()
    opened.goto(PAGE.as_uri())
    yield opened
    context.close()


def begin(page: Page, url: str, password: str = PASSWORD) -> None:
    settings = {"url": url, "uri": f"sip:1001@{HOST}", "password": password, "expires": 120}
    page.evaluate("settings => window.phone(settings)", settings)


def happened(page: Page, event: str) -> None:
    def is_there() -> bool:
        found: list[Any] = page.evaluate("() => window.events")
        return event in found

    wait_until(is_there, f"{event} in {page.evaluate('() => window.events')}", within=15)


@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_a_browser_registers_refreshes_and_leaves(
    centre: Server, page: Page, places: dict[str, str], scheme: str
) -> None:
    begin(page, f"{scheme}://{places[scheme]}")
    happened(page, "connected")
    happened(page, "registered")
    assert registered(centre) == ["1001"]
    page.evaluate("() => window.agent.register()")
    page.evaluate("() => window.agent.unregister()")
    happened(page, "unregistered")
    wait_until(lambda: registered(centre) == [], "the binding goes", within=15)


def test_a_wrong_password_is_refused(centre: Server, page: Page, places: dict[str, str]) -> None:
    begin(page, f"ws://{places['ws']}", password="not-the-Right-1")
    happened(page, "refused Rejected")
    assert registered(centre) == []


def test_a_browser_that_is_closed_is_no_longer_reached(
    centre: Server, browser: Browser, places: dict[str, str]
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(PAGE.as_uri())
    begin(page, f"ws://{places['ws']}")
    happened(page, "registered")
    context.close()
    wait_until(lambda: registered(centre) == [], "the connection is lost and the binding with it", within=15)


def test_a_call_reaches_the_browser(
    centre: Server, page: Page, places: dict[str, str], tmp_path: Path
) -> None:
    begin(page, f"ws://{places['ws']}")
    happened(page, "registered")
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    words = ("--server", f"{HOST}:{centre.sip[1]}", "--account", "1002", "--password-file", str(password))
    centre.run("phone", "dial", "1001", *words, "--script", "wait 1s; hang up")
    happened(page, "call remote 1002")


def registered(centre: Server) -> list[str]:
    """The accounts with a phone, as the server tells."""
    return [each["account"] for each in centre.ask("/api/v1/agents")["items"] if each["reachable"]]

"""A browser as an agent's phone: sound by ICE and DTLS-SRTP between Chromium (JsSIP) and everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import sync_playwright

from tests.e2e.centre import AGENT_TONES, CALLER_TONES, PASSWORD, PROMPT_TONES, make_centre
from tests.e2e.ledger import newest
from tests.e2e.telephones import pyvoip_caller, wait_for_agent, wait_to_hear
from tests.kit.ports import free_port
from tests.kit.server import ROOT, wait_until

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.kit.server import Server

PAGE = ROOT / "tests" / "browser" / "phone.html"
HOST = "127.0.0.1"
ARGUMENTS = ["--no-sandbox", "--disable-audio-output", "--autoplay-policy=no-user-gesture-required"]
TALK = """frequencies => {
  const context = new AudioContext();
  const voice = context.createMediaStreamDestination();
  for (const frequency of frequencies) {
    const sine = new OscillatorNode(context, {frequency});
    sine.connect(new GainNode(context, {gain: 0.4})).connect(voice);
    sine.start();
  }
  const ear = new AnalyserNode(context, {fftSize: 16384, smoothingTimeConstant: 0});
  window.heard = () => {
    const levels = new Float32Array(ear.frequencyBinCount);
    ear.getFloatFrequencyData(levels);
    return [...levels].map((level, bin) => [level, Math.round(bin * context.sampleRate / ear.fftSize)])
      .sort((one, other) => other[0] - one[0]).slice(0, 12);
  };
  window.voice = voice.stream;
  window.agent.on("newRTCSession", ({session, originator}) => {
    window.session = session;
    const note = name => window.events.push(name);
    const listen = connection => connection.addEventListener("track", ({track}) => {
      const stream = new MediaStream([track]);
      const player = new Audio();
      player.srcObject = stream;  // without it Chromium decodes nothing
      player.play();
      context.createMediaStreamSource(stream).connect(ear);
    });
    if (session.connection) {
      listen(session.connection);
    } else {
      session.on("peerconnection", ({peerconnection}) => listen(peerconnection));
    }
    session.on("confirmed", () => note("confirmed"));
    session.on("sdp", said => {
      if (window.forges && said.originator === "local") {
        said.sdp = said.sdp.replace(/(fingerprint:sha-256) ../, "$1 " + (/sha-256 00/.test(said.sdp) ? "01" : "00"));
      }
    });
    session.on("ended", () => note("ended"));
    session.on("failed", ({cause}) => note(`failed ${cause}`));
    if (originator === "remote") {
      session.answer({mediaStream: window.voice, pcConfig: {iceServers: []}});
    }
  });
}"""
DIAL = "uri => window.agent.call(uri, {mediaStream: window.voice, pcConfig: {iceServers: []}})"

RESTART = """() => new Promise(done =>
  window.session.renegotiate({rtcOfferConstraints: {iceRestart: true}}, done))"""


@pytest.fixture(scope="module")
def place() -> str:
    return f"{HOST}:{free_port()}"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, place: str) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("node")
    server = make_centre(folder)
    phones = folder / "sip_profiles" / "internal.yaml"
    phones.write_text(f"{phones.read_text()}\nlisteners:\n  - {{transport: ws, address: {place}}}\n")
    with server:
        yield server


@pytest.fixture
def page(server: Server, place: str) -> Iterator[Page]:
    """Ana's phone, which answers each call by itself."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        opened = browser.new_page()
        opened.goto(PAGE.as_uri())
        settings = {"url": f"ws://{place}", "uri": f"sip:1001@{HOST}", "password": PASSWORD, "expires": 120}
        opened.evaluate("settings => window.phone(settings)", settings)
        opened.evaluate(TALK, sorted(AGENT_TONES))
        happened(opened, "registered")
        yield opened
        opened.evaluate("() => window.agent.stop()")
        browser.close()


def happened(page: Page, event: str) -> None:
    events: list[Any] = []

    def is_there() -> bool:
        events[:] = page.evaluate("() => window.events")
        return event in events

    wait_until(is_there, f"{event}, only {events}", within=15)


def hears(page: Page, tones: Collection[int]) -> None:
    """Wait until the strongest frequencies are these tones."""

    def is_so() -> bool:
        loudest = [frequency for level, frequency in page.evaluate("() => window.heard()") if level > -70]
        return all(any(abs(tone - each) < 8 for each in loudest) for tone in tones)

    wait_until(is_so, f"{sorted(tones)} in {page.evaluate('() => window.heard()')}", within=10)


def test_a_browser_hears_a_menu_and_hangs_up(server: Server, page: Page) -> None:
    page.evaluate(DIAL, f"sip:tones@{HOST}")
    happened(page, "confirmed")
    hears(page, PROMPT_TONES["tone_main"])
    page.evaluate("() => window.session.terminate()")
    happened(page, "ended")


def test_a_browser_agent_and_a_caller_hear_each_other(
    server: Server, page: Page, tmp_path: Path, caller_sound: Path
) -> None:
    with pyvoip_caller(server, tmp_path) as caller:
        server.run("agent", "available", "ana", "--state", str(server.state))
        wait_for_agent(server, "ana", status="available", state="idle")
        caller.dial("support")
        caller.say(caller_sound)
        wait_to_hear(caller, AGENT_TONES)
        hears(page, CALLER_TONES)
        caller.hang_up()
        happened(page, "ended")
        server.run("agent", "logout", "ana", "--state", str(server.state))


def test_keys_of_a_browser_are_heard(server: Server, page: Page) -> None:
    """By RFC 4733, with the clock of Opus or of G.711."""
    page.evaluate(DIAL, f"sip:tones@{HOST}")
    happened(page, "confirmed")
    hears(page, PROMPT_TONES["tone_main"])
    page.evaluate("() => window.session.sendDTMF('1', {transportType: 'RFC2833', duration: 120})")
    hears(page, PROMPT_TONES["tone_first"])
    page.evaluate("() => window.session.sendDTMF('3', {transportType: 'RFC2833', duration: 120})")
    happened(page, "ended")
    assert len(newest(server, "tones").data("menu.input")) == 2


def test_sound_comes_back_after_hold_and_after_ice_has_begun_anew(
    server: Server, page: Page, tmp_path: Path, caller_sound: Path
) -> None:
    with pyvoip_caller(server, tmp_path) as caller:
        server.run("agent", "available", "ana", "--state", str(server.state))
        wait_for_agent(server, "ana", status="available", state="idle")
        caller.dial("support")
        caller.say(caller_sound)
        wait_to_hear(caller, AGENT_TONES)
        for change in ("hold", "unhold"):
            page.evaluate(f"() => new Promise(done => window.session.{change}({{}}, done))")
        wait_to_hear(caller, AGENT_TONES)
        before = ours(page)
        page.evaluate(RESTART)
        wait_until(lambda: not before & ours(page), "other credentials of ours", within=10)
        wait_to_hear(caller, AGENT_TONES)
        hears(page, CALLER_TONES)
        page.evaluate("() => window.session.terminate()")
        happened(page, "ended")
        server.run("agent", "logout", "ana", "--state", str(server.state))


def ours(page: Page) -> set[str]:
    """Our credentials of ICE, as the browser knows them."""
    said: str = page.evaluate("() => window.session.connection.remoteDescription.sdp")
    return {line for line in said.splitlines() if line.startswith(("a=ice-ufrag:", "a=ice-pwd:"))}


def test_a_browser_with_another_certificate_than_it_announced_is_let_go(server: Server, page: Page) -> None:
    page.evaluate("() => { window.forges = true; }")
    page.evaluate(DIAL, f"sip:tones@{HOST}")
    happened(page, "confirmed")
    happened(page, "ended")
    seen = newest(server, "tones")
    assert "leg.secured" not in seen.types()
    assert "certificate" in str(seen.data("leg.ended"))

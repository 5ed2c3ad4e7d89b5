"""Calls by carriers that fail, challenge, fill up, register and come back, played by sipp (RFC 3263, RFC 3261 s.10)."""

from __future__ import annotations

import hashlib
import re
import signal
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import CARRIER_SENDS, PASSWORD, TRUNK, make_centre
from tests.kit.dns_server import DnsThread
from tests.kit.foreign_sipp import Scenario
from tests.kit.ports import free_port, kept_port
from tests.kit.server import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.kit.server import Server

SCENARIOS = Path(__file__).parent / "scenarios"
CARRIER = "127.0.0.3"
FIRST, SECOND, DEAD, DROPS, DNS = (kept_port() for _ in range(5))
TRUNK_PASSWORD = "lemon-Kettle-9"

TRUNKS = f"""
codecs: [PCMA, PCMU]
dns: {{servers: [127.0.0.1], port: {DNS}}}
trunks:
  - {{name: demo, addresses: [127.0.0.2]}}
  - name: first
    host: {CARRIER}:{FIRST}
    try_for: 1s
    numbers: {{outgoing: e164}}
  - name: second
    host: {CARRIER}:{SECOND}
    try_for: 1s
    number: "+34910000099"
    numbers: {{country: "34", incoming: national, outgoing: international_00}}
  - {{name: dead, host: "{CARRIER}:{DEAD}"}}
  - {{name: dead-tcp, host: "{CARRIER}:{DEAD}", transport: tcp}}
  - {{name: dropping, host: "{CARRIER}:{DROPS}", transport: tcp}}
  - {{name: narrow, host: "{CARRIER}:{SECOND}", channels: 1}}
  - {{name: slow, host: "{CARRIER}:{SECOND}", calls_per_second: 1}}
  - {{name: by-info, host: "{CARRIER}:{SECOND}", dtmf: info}}
  - name: named
    host: carrier.example
    try_for: 1s
  - name: proven
    host: {CARRIER}:{SECOND}
    login: trunk-user
    realm: carrier.example
"""
NUMBERS = """
  - {number: out, client: banco_sol, dial: "+34911222333", trunks: [first, second]}
  - {number: past-dead, client: banco_sol, dial: "+34911222333", trunks: [dead, second]}
  - {number: past-dead-tcp, client: banco_sol, dial: "+34911222333", trunks: [dead-tcp, dropping, second]}
  - {number: narrow, client: banco_sol, dial: "+34911222333", trunks: [narrow]}
  - {number: slow, client: banco_sol, dial: "+34911222333", trunks: [slow]}
  - {number: keyed, client: banco_sol, dial: "+34911222333", trunks: [by-info], digits: "2*"}
  - {number: named, client: banco_sol, dial: "+34911222333", trunks: [named]}
  - {number: proven, client: banco_sol, dial: "+34911222333", trunks: [proven]}
outgoing:
  - {number: "+34*", trunks: [second]}
"""
ZONE = {
    ("_sip._udp.carrier.example", "SRV"): [
        f"10 0 {DEAD} a.carrier.example.",
        f"20 0 {SECOND} b.carrier.example.",
    ],
    ("a.carrier.example", "A"): [CARRIER],
    ("b.carrier.example", "A"): [CARRIER],
}


def configure(server: Server, trunks: str = TRUNKS, added: str = NUMBERS) -> None:
    """Give a centre, not yet started, the trunks and numbers of these tests."""
    (server.folder / "sip_profiles" / "external.yaml").write_text(trunks)
    phones = server.folder / "sip_profiles" / "internal.yaml"
    allowed = '  "1003": {name: John, may_call: [numbers, external], dial_out: ["+34*", "!+34803*"]}'
    phones.write_text(re.sub(r'  "1003":.*', allowed, phones.read_text()))
    with (server.config / "numbers.yaml").open("a") as numbers:
        numbers.write(added)
    done = server.run(
        "trunk", "password", "proven", "--config", str(server.config), "--state", str(server.state),
        given=TRUNK_PASSWORD + "\n",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = make_centre(tmp_path_factory.mktemp("node"), digest="MD5, SHA-256")
    configure(server)
    with DnsThread(ZONE, DNS), server:
        yield server


def carrier(name: str, folder: Path, port: int = SECOND, **parts: object) -> Scenario:
    """A carrier's server that plays a scenario."""
    made = Scenario(SCENARIOS / f"{name}.xml", folder, address=CARRIER, port=port)
    for part, value in parts.items():
        setattr(made, part, value)
    return made


def caller(server: Server, folder: Path, dial: str, name: str = "answered-and-ended") -> Scenario:
    """Somebody who calls us by another trunk."""
    return Scenario(
        SCENARIOS / f"{name}.xml",
        folder,
        remote=server.sip,
        dial=dial,
        address=TRUNK,
        caller=CARRIER_SENDS,
    )


def heard(scenario: Scenario) -> str:
    """All that went over a scenario's wire."""
    path = scenario._path("messages")
    return path.read_text(errors="replace") if path.exists() else ""


def md5_of(text: str) -> str:
    """As RFC 8760 has it for algorithm MD5."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def test_digits_after_the_answer_come_by_info_where_the_trunk_wants_them_so(
    server: Server, tmp_path: Path
) -> None:
    with carrier("far-end-answers-and-wants-keys-by-info", tmp_path) as second:
        caller(server, tmp_path, "keyed", "stays-two-seconds").run()
        second.finish()


def test_a_carrier_that_cannot_be_reached_is_passed_over(server: Server, tmp_path: Path) -> None:
    with carrier("far-end-answers", tmp_path) as second:
        caller(server, tmp_path, "past-dead").run()
        second.finish()
    assert f"INVITE sip:0034911222333@{CARRIER}:{SECOND} SIP/2.0" in heard(second)


def test_a_carrier_that_refuses_or_drops_connections_is_passed_over(server: Server, tmp_path: Path) -> None:
    dropped = threading.Event()
    with socket.create_server((CARRIER, DROPS)) as listener, carrier("far-end-answers", tmp_path) as second:

        def drop() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(100)  # the INVITE has come, and nothing more happens to it
            dropped.set()

        dropping = threading.Thread(target=drop)
        dropping.start()
        caller(server, tmp_path, "past-dead-tcp").run()
        second.finish()
        dropping.join(5)
    assert dropped.is_set()


def test_a_carrier_that_is_full_is_passed_over_and_left_alone_for_as_long_as_it_wishes(
    server: Server, tmp_path: Path
) -> None:
    with carrier("carrier-is-full-503-retry-after", tmp_path, FIRST) as first:
        with carrier("far-end-answers", tmp_path, calls=2) as second:
            caller(server, tmp_path / "1", "out").run()
            caller(server, tmp_path / "2", "out").run()
            second.finish()
        first.finish()
    assert heard(first).count("INVITE sip:34911222333@") == 1


def test_the_dns_decides_the_order_of_servers_and_a_dead_one_is_passed_over(
    server: Server, tmp_path: Path
) -> None:
    with carrier("far-end-answers", tmp_path) as second:
        caller(server, tmp_path, "named").run()
        second.finish()
    assert "INVITE sip:+34911222333@carrier.example SIP/2.0" in heard(second)


def test_a_carriers_challenge_is_answered_with_the_password_that_was_given(
    server: Server, tmp_path: Path
) -> None:
    with carrier("carrier-challenges-and-answers", tmp_path) as second:
        caller(server, tmp_path, "proven").run()
        second.finish()
    given = re.search(r"Proxy-Authorization: Digest (.*)", heard(second))
    assert given is not None
    said = dict(re.findall(r'(\w+)="?([^",]+)', given[1]))
    ours = md5_of(f"{said['username']}:{said['realm']}:{TRUNK_PASSWORD}")
    asked = md5_of(f"INVITE:{said['uri']}")
    proof = ":".join((ours, said["nonce"], said["nc"], said["cnonce"], said["qop"], asked))
    assert said["username"] == "trunk-user"
    assert said["response"] == md5_of(proof)
    assert TRUNK_PASSWORD not in server.output()


def test_a_carrier_that_says_nothing_is_given_up_after_a_second(server: Server, tmp_path: Path) -> None:
    server.signal(signal.SIGHUP)
    with carrier("far-end-is-silent", tmp_path, SECOND) as silent:
        began = time.monotonic()
        caller(server, tmp_path, "named", "refused-expect-failure").run()
        assert time.monotonic() - began < 4.0
        silent.stop()


def test_no_more_calls_than_channels(server: Server, tmp_path: Path) -> None:
    with carrier("far-end-ends", tmp_path) as second:
        talking = caller(server, tmp_path / "1", "narrow", "answered-then-ended-by-server").start()
        wait_until(lambda: server.counters()["legs"] == 2, "the first call is up", within=15)
        shown = server.ask("/api/v1/trunks/narrow")
        assert (shown["channels"], shown["up"]) == ({"in_use": 1, "most": 1}, True)
        caller(server, tmp_path / "2", "narrow", "all-channels-busy-expect-503-retry-after").run()
        talking.finish()
        second.finish()
    assert server.ask("/api/v1/trunks/narrow")["channels"]["in_use"] == 0


def test_no_more_new_calls_in_a_second_than_the_carrier_bears(server: Server, tmp_path: Path) -> None:
    with carrier("far-end-answers", tmp_path) as second:
        first = caller(server, tmp_path / "1", "slow").start()
        wait_until(lambda: server.counters()["legs"] == 2, "the first call is up", within=15)
        caller(server, tmp_path / "2", "slow", "all-channels-busy-expect-503-retry-after").run()
        first.finish()
        second.finish()


@pytest.mark.parametrize("dialled", ["+34600111222", "0034600111222", "600111222"])
def test_a_phone_calls_out_where_its_account_may_under_our_number(
    server: Server, tmp_path: Path, stranger: str, dialled: str
) -> None:
    with carrier("far-end-answers", tmp_path) as second:
        Scenario(
            SCENARIOS / "phone-calls-with-digest-and-is-answered.xml",
            tmp_path,
            remote=server.sip,
            dial=dialled,
            address=stranger,
            caller="1003",
            password=PASSWORD,
        ).run()
        second.finish()
    assert "INVITE sip:0034600111222@" in heard(second)
    assert re.search(r"From: .*<sip:0034910000099@127\.0\.0\.1>", heard(second))


@pytest.mark.parametrize(("account", "dialled"), [("1001", "+34600111222"), ("1003", "+34803000000")])
def test_a_phone_that_may_not_call_out_is_refused(
    server: Server, tmp_path: Path, stranger: str, account: str, dialled: str
) -> None:
    Scenario(
        SCENARIOS / "phone-dials-out-unallowed-expect-403.xml",
        tmp_path,
        remote=server.sip,
        dial=dialled,
        address=stranger,
        caller=account,
        password=PASSWORD,
    ).run()


def test_a_carriers_caller_cannot_dial_the_world_at_our_cost(server: Server, tmp_path: Path) -> None:
    caller(server, tmp_path, "+34600111222", "unknown-number-expect-404").run()


def test_our_registration_at_a_carrier_and_a_call_that_comes_by_it(tmp_path: Path) -> None:
    server = make_centre(tmp_path / "node")
    port = free_port()
    configure(
        server,
        f"""
trunks:
  - {{name: demo, addresses: [127.0.0.2]}}
  - name: proven
    host: {CARRIER}:{port}
    login: trunk-user
    register: {{expires: 5m}}
    numbers: {{country: "34", incoming: national}}
""",
        '  - {number: "+34910000002", client: banco_sol, echo: true}\n',
    )
    with carrier("carrier-registers-us-and-hears-us-leave", tmp_path, port, limit=40.0) as registrar:
        with server:
            wait_until(lambda: server.ask("/api/v1/trunks/proven")["registered"], "registered", within=15)
            shown = server.run("trunks", "--state", str(server.state)).stdout
            assert re.search(r"proven +127\.0\.0\.3:\d+ +up", shown)
            contact = re.search(r"Contact: <(sip:trunk-user@[^>]+;line=[0-9a-f]+)>", heard(registrar))
            assert contact is not None
            incoming = Scenario(
                SCENARIOS / "carrier-calls-our-contact.xml",
                tmp_path,
                remote=server.sip,
                dial="910000002",
                address="127.0.0.77",  # none of the addresses that we know of
                caller=CARRIER_SENDS,
                keys={"contact": contact[1]},
            )
            incoming.run()
        registrar.finish()
    assert "trunk_up" in server.output()


def test_a_carrier_that_is_asked_goes_down_and_up_and_a_reload_brings_another(tmp_path: Path) -> None:
    server = make_centre(tmp_path / "node")
    port = free_port()
    asked = f"""
trunks:
  - {{name: demo, addresses: [127.0.0.2]}}
  - {{name: asked, host: "{CARRIER}:{port}", qualify: {{every: 5s, timeout: 1s, failures: 1}}}}
"""
    (server.folder / "sip_profiles" / "external.yaml").write_text(asked)
    with server:

        def is_up(trunk: str = "asked") -> bool:
            return bool(server.ask(f"/api/v1/trunks/{trunk}")["up"])

        wait_until(lambda: not is_up(), "nobody answers", within=15)
        with carrier("carrier-answers-options", tmp_path, port, limit=30.0):
            wait_until(is_up, "it answers", within=15)
            assert server.ask("/api/v1/trunks/asked")["round_trip"] < 1
        with caller(server, tmp_path, "echo") as talking:
            added = asked + f"  - {{name: added, host: {CARRIER}}}\n"
            (server.folder / "sip_profiles" / "external.yaml").write_text(added)
            server.signal(signal.SIGHUP)
            wait_until(lambda: len(server.ask("/api/v1/trunks")["items"]) == 3, "added", within=15)
            wait_until(lambda: is_up("added"), "up at once", within=15)
            talking.finish()
        assert server.output().count("trunk_up") >= 2

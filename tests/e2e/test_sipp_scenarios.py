"""Every scenario file of sipp against a real server: each file's name says what it expects."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import CARRIER_SENDS, PASSWORD, TRUNK, make_centre
from tests.e2e.telephones import agent_at_desk
from tests.kit.foreign_sipp import Scenario
from tests.kit.ports import free_port, kept_port
from tests.kit.server import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.kit.server import Server

SCENARIOS = Path(__file__).parent / "scenarios"
FAR_END = kept_port()
PAUSE = 0.7  # a little more than `subscriptions.pause`: each change is told by a message of its own


@dataclass(frozen=True, slots=True)
class Call:
    """Who plays a scenario and what is dialled in it."""

    scenario: str
    dial: str = "echo"
    far_end: str | None = None
    retransmits: bool = True
    transport: str = "u1"


ANSWERED = [
    "answered-and-ended",
    "answered-or-refused-with-503-and-retry-after",
    "bundle-expect-bundle",
    "caller-without-contact-expect-call",
    "cancelled-after-answer-expect-200-and-call-stays",
    "comfort-noise-offered-expect-13",
    "compact-headers-and-odd-spacing",
    "dynamic-pcmu-expect-its-number",
    "extra-media-expect-port-0-in-order",
    "feedback-profile-expect-avpf",
    "hold-as-inactive-and-with-0.0.0.0",
    "hold-thrice-in-a-row",
    "hostile-sdp-expect-call-or-refusal",
    "late-offer",
    "late-offer-answered-with-nothing-expect-bye",
    "long-call-asked-each-second-expect-200",
    "lower-cseq-expect-500",
    "multipart-body-expect-call",
    "optional-unknown-body-expect-call",
    "options-in-dialog-expect-200",
    "ptime-10-expect-10",
    "ptime-60-expect-60",
    "refer-expect-refusal-and-call-stays",
    "reinvite-after-bye-expect-481",
    "reinvite-before-ack-expect-500-or-491-and-call-stays",
    "reinvite-hold-and-resume",
    "reinvite-with-unknown-codec-expect-488-and-call-stays",
    "resume-without-sdp-expect-full-offer",
    "rtcp-mux-expect-rtcp-mux",
    "second-bye-expect-481",
    "session-level-direction-recvonly",
    "session-timer-left-to-server-expect-refresher-uas",
    "session-timer-refreshed-by-caller-expect-same-refresher",
    "session-timer-too-short-expect-422-then-call",
    "session-timer-unknown-to-caller-expect-refresher-uas",
    "several-audio-lines-expect-the-first-taken",
    "static-payloads-without-rtpmap",
    "telephone-event-as-96",
    "telephone-event-changed-by-reinvite",
    "update-in-confirmed-dialog-expect-200",
    "video-added-by-reinvite-expect-port-0-and-kept",
]
EARLY_MEDIA = [
    ("prack-expect-200-without-sdp", "far-end-announces"),
    ("early-media-expect-183-and-200-with-sdp", "far-end-announces"),
    ("early-media-expect-183-and-200-with-sdp", "far-end-announces-reliably-expect-prack"),
    ("early-media-expect-183-and-200-with-sdp", "far-end-forks"),
    ("prack-expect-200-without-sdp", "far-end-announces-reliably-expect-prack"),
    ("prack-with-offer-expect-answer", "far-end-announces"),
    ("update-in-early-dialog-expect-200", "far-end-announces"),
    ("update-before-the-first-answer-expect-500", "far-end-rings-and-answers-late"),
    ("prack-with-wrong-number-expect-481", "far-end-announces"),
    ("prack-required-expect-reliable-180", "far-end-rings-and-answers-late"),
    ("cancelled-in-early-media-expect-487", "far-end-announces-expect-cancel"),
    ("late-offer-expect-offer-in-reliable-183", "far-end-announces"),
]
REFUSED = [
    "bad-require-expect-420",
    "broken-sdp-expect-400",
    "bye-of-unknown-dialog-expect-481",
    "cancel-of-nothing-expect-481",
    "codec-mismatch-expect-488",
    "cseq-too-large-expect-400",
    "max-forwards-zero-expect-483",
    "options-expect-200",
    "reinvite-of-unknown-dialog-expect-481",
    "srtp-offered-expect-488",
    "unknown-body-expect-415",
    "unknown-method-expect-405-or-501",
    "unknown-scheme-expect-416",
    "video-only-expect-488",
    "wrong-version-expect-505",
]
FROM_TRUNK = [
    *(Call(name) for name in ANSWERED),
    *(Call(name) for name in REFUSED),
    Call("bye-retransmitted-expect-200-again", retransmits=False),
    Call("lost-ack-expect-200-again", retransmits=False),
    Call("retransmitted-invite-expect-same-200", retransmits=False),
    Call("retransmitted-invite-expect-same-404", "5550000", retransmits=False),
    Call("unacknowledged-404-expect-404-again", "5550000", retransmits=False),
    Call("unknown-number-expect-404", "5550000"),
    Call("answered-and-ended", "far", far_end="far-end-answers"),
    Call("answered-then-ended-by-server", "far", far_end="far-end-ends"),
    Call("cancelled-expect-487", "far", far_end="far-end-rings-expect-cancel"),
    Call("merged-request-expect-482", "far", far_end="far-end-rings-expect-cancel"),
    Call("busy-expect-486", "far", far_end="far-end-busy-486"),
    Call("refused-expect-failure", "far", far_end="far-end-challenges-expect-no-credentials"),
    Call("refused-expect-failure", "far", far_end="far-end-answers-with-wrong-codec-expect-ack-then-bye"),
    Call("refused-expect-failure", "far", far_end="far-end-answers-without-sdp-expect-ack-then-bye"),
    Call("cancelled-while-silent-expect-487", "far", far_end="far-end-is-silent"),
    *(Call(near, "far", far_end=far) for near, far in EARLY_MEDIA),
    Call("late-prack-expect-183-again", "far", far_end="far-end-announces", retransmits=False),
    Call("answered-and-ended", "far", far_end="far-end-demands-longer-timer-with-422"),
    Call("answered-and-ended", "far", far_end="far-end-refreshes-by-update"),
    Call("answered-and-ended", "far", far_end="far-end-moved-to-a-number-of-ours"),
    Call("refused-expect-failure", "far", far_end="far-end-moved-where-nobody-may-call"),
    Call("withheld-number-expect-call", "far", far_end="far-end-sees-no-number"),
    Call("cancelled-with-reason-expect-487", "far", far_end="far-end-is-told-why-it-is-cancelled"),
]
# Not what UDP alone sends again: over TCP nothing lingers for a BYE, nor is a 404 repeated (RFC 3261 s.17.2).
OVER_TCP = [
    *(Call(name, transport="t1") for name in ANSWERED),
    *(Call(name, transport="t1") for name in REFUSED),
    Call("answered-and-ended", transport="tn"),
    Call("unknown-number-expect-404", "5550000", transport="t1"),
    Call("unknown-number-expect-404", "5550000", transport="tn"),
    Call("lost-ack-expect-200-again", transport="t1", retransmits=False),
    Call("retransmitted-invite-expect-same-200", transport="t1", retransmits=False),
    Call("retransmitted-invite-expect-same-404", "5550000", transport="t1", retransmits=False),
    Call("merged-request-expect-482", "far-tcp", far_end="far-end-rings-expect-cancel", transport="t1"),
    Call("cancelled-while-silent-expect-487", "far-tcp", far_end="far-end-is-silent", transport="t1"),
    Call(
        "refused-expect-failure",
        "far-tcp",
        far_end="far-end-challenges-expect-no-credentials",
        transport="t1",
    ),
    Call(
        "refused-expect-failure",
        "far-tcp",
        far_end="far-end-answers-with-wrong-codec-expect-ack-then-bye",
        transport="t1",
    ),
    Call(
        "refused-expect-failure",
        "far-tcp",
        far_end="far-end-answers-without-sdp-expect-ack-then-bye",
        transport="t1",
    ),
    Call("answered-and-ended", "far-tcp", far_end="far-end-demands-longer-timer-with-422", transport="t1"),
    Call("answered-and-ended", "far-tcp", far_end="far-end-refreshes-by-update", transport="t1"),
    Call(
        "cancelled-with-reason-expect-487",
        "far-tcp",
        far_end="far-end-is-told-why-it-is-cancelled",
        transport="t1",
    ),
    Call("answered-and-ended", "far-tcp", far_end="far-end-answers", transport="t1"),
    Call("answered-then-ended-by-server", "far-tcp", far_end="far-end-ends", transport="tn"),
    Call("cancelled-expect-487", "far-tcp", far_end="far-end-rings-expect-cancel", transport="t1"),
    Call("busy-expect-486", "far-tcp", far_end="far-end-busy-486", transport="t1"),
    Call("refused-expect-failure", "far-tcp", transport="t1"),
    *(Call(near, "far-tcp", far_end=far, transport="t1") for near, far in EARLY_MEDIA),
    Call("late-prack-expect-183-again", "far-tcp", far_end="far-end-announces", transport="t1"),
]
FROM_PHONES = [
    "register-and-unregister",
    "phone-calls-with-digest-and-is-answered",
]
FROM_SUBSCRIBERS = [
    *(("subscribe-refresh-and-unsubscribe", event, "1003") for event in ("dialog", "reg", "message-summary")),
    ("subscribe-refresh-and-unsubscribe", "dialog", "1002"),
    ("subscribe-fetch-expect-one-notify", "message-summary", "1003"),
    ("notify-refused-expect-481-to-refresh", "dialog", "1002"),
    ("subscribe-unknown-event-expect-489", "weather", "1003"),
    ("subscribe-too-brief-expect-423", "dialog", "1003"),
    ("subscribe-unreadable-type-expect-406", "dialog", "1003"),
    ("subscribe-to-unknown-expect-404", "dialog", "7777"),
    ("subscribe-to-what-is-anothers-expect-403", "message-summary", "1002"),
    ("subscribe-to-what-is-anothers-expect-403", "reg", "1002"),
]
FROM_STRANGERS = [
    ("unknown-source-expect-403-or-401", "echo"),
    ("unknown-source-expect-403-or-401", "5550000"),
    ("message-from-stranger-expect-refusal", "echo"),
    ("subscribe-from-stranger-expect-refusal", "echo"),
    ("publish-from-stranger-expect-refusal", "echo"),
    ("options-expect-200", "echo"),
    ("scanner-expect-silence", "echo"),
]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with make_centre(tmp_path_factory.mktemp("node"), far_end=FAR_END, digest="MD5, SHA-256") as server:
        yield server


def _name(call: Call) -> str:
    return f"{call.scenario}-{call.far_end or call.dial}-{call.transport}"


@pytest.mark.parametrize("call", [*FROM_TRUNK, *OVER_TCP], ids=_name)
def test_a_trunk(call: Call, server: Server, tmp_path: Path) -> None:
    far = None
    if call.far_end:
        file = SCENARIOS / f"{call.far_end}.xml"
        far = Scenario(file, tmp_path, port=FAR_END, transport=call.transport)
    near = Scenario(
        SCENARIOS / f"{call.scenario}.xml",
        tmp_path,
        remote=server.sip,
        dial=call.dial,
        address=TRUNK,
        caller=CARRIER_SENDS,
        retransmits=call.retransmits,
        transport=call.transport,
    )
    if far is None:
        near.run()
        return
    with far:
        near.run()
        far.finish()


@pytest.mark.parametrize("transport", ["u1", "t1", "tn"])
@pytest.mark.parametrize("name", FROM_PHONES)
def test_a_phone(name: str, transport: str, server: Server, tmp_path: Path, stranger: str) -> None:
    Scenario(
        SCENARIOS / f"{name}.xml",
        tmp_path,
        remote=server.sip,
        dial="echo",
        address=stranger,
        caller="1003",
        password=PASSWORD,
        transport=transport,
    ).run()


@pytest.mark.parametrize("transport", ["u1", "t1"])
@pytest.mark.parametrize(("name", "event", "watched"), FROM_SUBSCRIBERS)
def test_a_subscriber(
    name: str, event: str, watched: str, transport: str, server: Server, tmp_path: Path, stranger: str
) -> None:
    Scenario(
        SCENARIOS / f"{name}.xml",
        tmp_path,
        remote=server.sip,
        dial=watched,
        address=stranger,
        caller="1003",
        password=PASSWORD,
        transport=transport,
        keys={"event": f"{event};id=5"},
    ).run()


def test_the_lamp_of_a_colleague_follows_a_call(
    server: Server, tmp_path: Path, stranger: str, agent_sound: Path
) -> None:
    lamp = Scenario(
        SCENARIOS / "lamp-follows-a-call.xml",
        tmp_path,
        remote=server.sip,
        dial="1002",
        address=stranger,
        caller="1003",
        password=PASSWORD,
        keys={"event": "dialog"},
    )
    with lamp, agent_at_desk(server, "piotr", tmp_path, plays=agent_sound, dials=None) as phone:
        wait_until(lambda: server.counters()["subscriptions"] == 1, "the lamp is subscribed", within=15)
        time.sleep(PAUSE)
        phone.dial("echo")
        time.sleep(2 * PAUSE)
        phone.hang_up()
        lamp.finish()


@pytest.mark.parametrize(
    ("name", "caller", "password", "dial"),
    [
        ("wrong-password-expect-401-then-403", "1003", "not-the-password", "echo"),
        ("unknown-account-expect-401-then-403", "7777", PASSWORD, "echo"),
        ("register-for-someone-else-expect-403", "1003", PASSWORD, "echo"),
        ("phone-calls-with-wrong-password-expect-403", "1003", "not-the-password", "echo"),
        ("phone-calls-unknown-number-expect-404", "1003", PASSWORD, "5550000"),
    ],
)
def test_a_phone_that_may_not(
    name: str, caller: str, password: str, dial: str, server: Server, tmp_path: Path, stranger: str
) -> None:
    Scenario(
        SCENARIOS / f"{name}.xml",
        tmp_path,
        remote=server.sip,
        dial=dial,
        address=stranger,
        caller=caller,
        password=password,
        keys={"victim": "1001"},
    ).run()


@pytest.mark.parametrize(("name", "dial"), FROM_STRANGERS)
def test_a_stranger(name: str, dial: str, server: Server, tmp_path: Path, stranger: str) -> None:
    Scenario(SCENARIOS / f"{name}.xml", tmp_path, remote=server.sip, dial=dial, address=stranger).run()


def test_the_server_gives_up_a_caller_who_never_acknowledges(own_server: Server, tmp_path: Path) -> None:
    """64*T1 of real time; the other tests of this file know the same rule in virtual time."""
    file = SCENARIOS / "no-ack-at-all-expect-bye.xml"
    Scenario(file, tmp_path, remote=own_server.sip, dial="echo", address=TRUNK, limit=50.0).run()
    own_server.wait_for_rest()


@pytest.mark.parametrize("transport", ["u1", "t1", "tn"])
def test_fifty_calls_at_once_leave_nothing_behind(transport: str, server: Server, tmp_path: Path) -> None:
    file = SCENARIOS / "answered-and-ended.xml"
    Scenario(
        file,
        tmp_path,
        remote=server.sip,
        dial="echo",
        address=TRUNK,
        calls=50,
        rate=50,
        transport=transport,
    ).run()


@pytest.fixture(scope="module")
def six(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server at ::1, for which whoever calls from there is the trunk."""
    server = make_centre(tmp_path_factory.mktemp("six"), address="::1")
    trunks = server.folder / "sip_profiles" / "external.yaml"
    trunks.write_text(trunks.read_text().replace("[127.0.0.2]", '["::1"]'))
    with server:
        yield server


@pytest.mark.parametrize("transport", ["u1", "t1"])
def test_calls_go_over_ipv6(six: Server, tmp_path: Path, transport: str) -> None:
    """RFC 3261 s.25.1 and RFC 4566 s.5.7, by UDP and TCP."""
    Scenario(
        SCENARIOS / "answered-over-ipv6.xml",
        tmp_path,
        six.sip,
        dial="echo",
        address="::1",
        port=free_port(address="::1"),
        transport=transport,
    ).run()
    six.wait_for_rest()


def test_every_scenario_file_is_played() -> None:
    source = "".join(file.read_text() for file in Path(__file__).parent.glob("test_*.py"))
    assert [file.name for file in SCENARIOS.glob("*.xml") if f'"{file.stem}' not in source] == []

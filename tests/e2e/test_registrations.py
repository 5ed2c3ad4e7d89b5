"""Registrations by sipp against a real server: path, outbound, order, times; and calls to phones so registered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import CARRIER_SENDS, PASSWORD, TRUNK, make_centre
from tests.kit.foreign_sipp import Scenario
from tests.kit.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.kit.server import Server

SCENARIOS = Path(__file__).parent / "scenarios"
DESK = "1003"  # the account that the number `desk` leads to
REGISTRATIONS = [
    "register-with-path-expect-path-back",
    "register-path-without-support-expect-420",
    "register-with-outbound-expect-require-outbound",
    "register-through-proxy-without-outbound-expect-439",
    "register-through-proxy-with-outbound-expect-200",
    "register-star-wrongly-expect-400",
    "register-too-briefly-expect-423",
    "register-out-of-order-expect-refusal",
    "register-two-then-star-expect-none-left",
]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with make_centre(tmp_path_factory.mktemp("node"), digest="MD5, SHA-256") as server:
        yield server


def register(
    name: str,
    server: Server,
    folder: Path,
    address: str,
    keys: Mapping[str, str] | None = None,
    *,
    transport: str = "u1",
) -> None:
    file = SCENARIOS / f"{name}.xml"
    Scenario(
        file,
        folder,
        remote=server.sip,
        address=address,
        caller=DESK,
        password=PASSWORD,
        keys=keys or {},
        transport=transport,
    ).run()


def call_desk(server: Server, folder: Path) -> None:
    """A carrier's call to the desk phone is answered and ended."""
    near = SCENARIOS / "answered-and-ended.xml"
    Scenario(near, folder, remote=server.sip, dial="desk", address=TRUNK, caller=CARRIER_SENDS).run()


@pytest.mark.parametrize("transport", ["u1", "t1"])
@pytest.mark.parametrize("name", REGISTRATIONS)
def test_a_registration(name: str, transport: str, server: Server, tmp_path: Path, stranger: str) -> None:
    register(name, server, tmp_path, stranger, transport=transport)


def test_a_call_to_a_phone_behind_proxies_goes_by_its_path(
    server: Server, tmp_path: Path, stranger: str
) -> None:
    """RFC 3327 s.5.4."""
    proxy = free_port()
    register("register-by-path-and-stay", server, tmp_path, stranger, {"proxy": str(proxy)})
    with Scenario(SCENARIOS / "far-end-behind-proxies-answers.xml", tmp_path, port=proxy) as far:
        call_desk(server, tmp_path)
        far.finish()
    register("register-two-then-star-expect-none-left", server, tmp_path, stranger)


def test_a_call_whose_flow_failed_goes_by_the_devices_other_flow(
    server: Server, tmp_path: Path, stranger: str
) -> None:
    """RFC 5626 s.7: 430 by the newer flow, answered by the older one."""
    first, second = free_port(), free_port()
    keys = {"first": str(first), "second": str(second)}
    register("register-two-flows-and-stay", server, tmp_path, stranger, keys)
    with (
        Scenario(SCENARIOS / "far-end-lost-its-flow-430.xml", tmp_path, port=second) as lost,
        Scenario(SCENARIOS / "far-end-answers.xml", tmp_path, port=first) as far,
    ):
        call_desk(server, tmp_path)
        lost.finish()
        far.finish()
    register("register-two-then-star-expect-none-left", server, tmp_path, stranger)

"""Toll fraud, with sipp's phones and carrier: a stolen password gets not far, kill -9 forgives nothing, 112 goes."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import PASSWORD, make_centre
from tests.e2e.ledger import newest
from tests.kit.foreign_sipp import Scenario
from tests.kit.ports import free_port
from tests.kit.server import wait_until

if TYPE_CHECKING:
    from tests.kit.server import Server

SCENARIOS = Path(__file__).parent / "scenarios"
CARRIER = "127.0.0.4"
ACCOUNT = "1003"


@pytest.fixture
def port() -> int:
    return free_port(address=CARRIER)


@pytest.fixture
def centre(tmp_path: Path, port: int) -> Server:
    """Not yet started: one carrier, and an account that may call its own country twice a day."""
    server = make_centre(tmp_path / "node", digest="MD5, SHA-256")
    trunks = (
        f'trunks:\n  - {{name: demo, addresses: [127.0.0.2]}}\n  - {{name: out, host: "{CARRIER}:{port}"}}\n'
    )
    (server.folder / "sip_profiles" / "external.yaml").write_text(trunks)
    phones = server.folder / "sip_profiles" / "internal.yaml"
    allowed = f'  "{ACCOUNT}": {{name: John, may_call: [numbers, external], caps: {{calls_per_day: 2}}}}'
    phones.write_text(re.sub(rf'  "{ACCOUNT}":.*', allowed, phones.read_text()))
    with (server.config / "numbers.yaml").open("a") as numbers:
        numbers.write('outgoing:\n  - {number: "*", trunks: [out]}\n')
    return server


def phone(server: Server, folder: Path, address: str, dials: str, scenario: str) -> None:
    """One call of the account."""
    Scenario(
        SCENARIOS / f"{scenario}.xml",
        folder,
        remote=server.sip,
        dial=dials,
        address=address,
        caller=ACCOUNT,
        password=PASSWORD,
    ).run()


def _counted(server: Server) -> int:
    """The account's calls of today, as they stand in the state folder."""
    query = "select calls from spent where payer = ?"
    with closing(sqlite3.connect(server.state / "tolls.db")) as database:
        found = database.execute(query, (f"account {ACCOUNT}",)).fetchone()
    return int(found[0]) if found is not None else 0


ANSWERED, REFUSED = "phone-calls-with-digest-and-is-answered", "phone-dials-out-unallowed-expect-403"


def test_lists_and_caps_hold_over_a_kill_and_calls_for_help_go(
    centre: Server, tmp_path: Path, stranger: str, port: int
) -> None:
    def calls(number: str) -> None:
        with Scenario(SCENARIOS / "far-end-answers.xml", tmp_path, address=CARRIER, port=port) as carrier:
            phone(centre, tmp_path, stranger, number, ANSWERED)
            carrier.finish()

    with centre:
        for dear in ("+34803123456", "+8816123456789", "+18095551234"):
            phone(centre, tmp_path, stranger, dear, REFUSED)
            assert newest(centre, dear).data("outbound.refused")[0]["why"] == "destination"
        calls("911222333")
        calls("+34911222333")
        wait_until(lambda: _counted(centre) == 2, "the counts are on disk", within=15)
        centre.kill()
        centre.start()
        phone(centre, tmp_path, stranger, "+34911222444", REFUSED)
        refused = newest(centre, "+34911222444")
        assert refused.data("outbound.refused")[0]["why"] == "calls_per_day"
        assert refused.data("outbound.cap_reached")[0]["by"] == f"account {ACCOUNT}"
        calls("112")
        assert newest(centre, "112").data("outbound.emergency") == [{"to": "112"}]

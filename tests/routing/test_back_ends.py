"""The systems of a client company as its file says: no card goes in clear, no secret stands in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trustme

from centralita.back_ends import back_end_settings
from ivr.breaker import BreakerSettings
from ivr.io.back_end.settings import ClientSettings, HttpSettings
from ivr.limits import Limits, Signals
from routing.clients import load_clients

if TYPE_CHECKING:
    from pathlib import Path

    from base.document import Fault

KEY = bytes(range(32))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bank.key").write_text(KEY.hex(), encoding="ascii")
    (tmp_path / "bank.key").chmod(0o600)
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    return tmp_path


def faults(folder: Path, text: str) -> list[str]:
    (folder / "bank.yaml").write_text(f"schema: client/1\nname: Bank\n{text}\n", encoding="utf-8")
    found: list[Fault] = []
    load_clients(folder, found)
    return [str(each).removeprefix(f"{folder}/") for each in found]


def loaded(folder: Path, text: str) -> ClientSettings:
    assert faults(folder, text) == []
    return back_end_settings(load_clients(folder, []))["bank"]


def test_a_company_that_says_nothing_has_the_sandbox_and_the_usual_limits(folder: Path) -> None:
    assert loaded(folder, "") == ClientSettings()


def test_everything_that_a_file_says_is_passed_on(folder: Path) -> None:
    text = """\
back_end:
  kind: http
  url: https://bank.example:8443/ivr/
  key: bank.key
  timeout: 5s
  connect_timeout: 1s
  ca: ca.pem
payments:
  connector: http
  url: https://psp.example
  key: bank.key
  store_tokens: true
  breaker: {failures: 2, pause: 1s, longest_pause: 5s}
identity: [birth, otp]
limits: {per_call: 2, per_card: 3, per_caller: 4, window: 12h, cool_down: [1m, 2m]}
fraud: {cards_per_caller: 0, within: 10m, attestation: B}"""
    assert loaded(folder, text) == ClientSettings(
        HttpSettings("https://bank.example:8443/ivr", KEY, 5.0, 1.0, (folder / "ca.pem").read_text()),
        HttpSettings("https://psp.example", KEY, 10.0, breaker=BreakerSettings(2, 1.0, 5.0)),
        store_tokens=True,
        identity=("birth", "otp"),
        limits=Limits(2, 3, 4, 43200.0, (60.0, 120.0)),
        signals=Signals(0, 600.0, "B"),
    )


def test_a_key_is_in_no_printed_form(folder: Path) -> None:
    found = loaded(folder, 'back_end: {kind: http, url: "https://bank.example", key: bank.key}')
    assert KEY.hex() not in repr(found)
    assert repr(KEY) not in repr(found)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8090", "http://[::1]:8090", "https://10.0.0.4/x"])
def test_an_address_that_carries_cards_safely(folder: Path, url: str) -> None:
    assert faults(folder, f'back_end: {{kind: http, url: "{url}", key: bank.key}}') == []


@pytest.mark.parametrize(
    "url",
    [
        "http://bank.example",
        "http://localhost:8090",
        "http://127.0.0.1.bank.example",
        "http://10.0.0.4",
        "http://0.0.0.0",
    ],
)
def test_cards_go_nowhere_in_clear(folder: Path, url: str) -> None:
    (fault,) = faults(folder, f'back_end: {{kind: http, url: "{url}", key: bank.key}}')
    assert (
        fault.startswith("bank.yaml:3: back_end.http.url: ") or "would carry card numbers in clear" in fault
    )
    assert "write https://" in fault


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("back_end: {kind: htpp}", "bank.yaml:3: back_end: kind is sandbox or http, not 'htpp'"),
        ("back_end: {url: x}", "bank.yaml:3: back_end: kind is sandbox or http, not None"),
        ("payments: {kind: http}", "bank.yaml:3: payments: connector is sandbox or http, not None"),
        ("limits: {cool_down: [2d]}", "must be at most"),
        ("limits: {cool_down: []}", "needs at least 1"),
        ("limits: {per_cal: 3}", 'unknown key "per_cal" (did you mean "per_call"?)'),
        ("identity: [birthday]", 'did you mean "birth"?'),
        ("fraud: {attestation: C}", "is not known"),
    ],
)
def test_a_fault_says_what_would_be_right(folder: Path, text: str, expected: str) -> None:
    assert any(expected in each for each in faults(folder, text)), faults(folder, text)


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ('url: "https://u:secret@bank.example", key: bank.key', "holds no user and no password"),
        ("url: bank.example, key: bank.key", "write it as https://bank.example/ivr"),
        ('url: "https://bank.example/?a=1", key: bank.key', "write it as https://bank.example/ivr"),
        ('url: "https://bank.example:port", key: bank.key', "write it as https://bank.example/ivr"),
        ('url: "https://bank.example"', '"key" is missing'),
        ('url: "https://bank.example", key: no.key', "No such file"),
        ('url: "https://bank.example", key: bank.yaml', "holds no key"),
        ('url: "https://bank.example", key: bank.key, ca: no.pem', "No such file"),
        ('url: "https://bank.example", key: bank.key, ca: bank.key', "holds no certificate"),
        ('url: "https://bank.example", key: bank.key, timeout: 1s', "connect_timeout is longer"),
    ],
)
def test_a_fault_of_a_system_is_found_by_check(folder: Path, rest: str, expected: str) -> None:
    found = faults(folder, f"back_end: {{kind: http, {rest}}}")
    assert any(expected in each for each in found), found
    assert not any("secret" in each for each in found)


def test_a_key_that_others_may_read_is_refused(folder: Path) -> None:
    (folder / "bank.key").chmod(0o640)
    (fault,) = faults(folder, 'back_end: {kind: http, url: "https://bank.example", key: bank.key}')
    assert fault.startswith("bank.yaml:3: back_end.key: ")
    assert fault.endswith("bank.key can be read by others (chmod 600 it)")

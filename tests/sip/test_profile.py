"""Profiles: the files of this tree, what they allow, and the faults of others with their lines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sip.events import Caller
from sip.offer.security import Srtp
from sip.profile import Profiles, load_profiles
from sip.session.expires import TimerPolicy

if TYPE_CHECKING:
    from base.document import Fault

ROOT = Path(__file__).parents[2]
INTERNAL = 'realm: x\naccounts:\n  "1001": {}\n  "1002": {may_call: [agents]}\n'
EXTERNAL = "trunks:\n  - name: one\n    addresses: [192.0.2.0/28, 2001:db8::1]\n"


def load_texts(folder: Path, internal: str, external: str) -> tuple[Profiles | None, list[Fault]]:
    (folder / "internal.yaml").write_text(internal)
    (folder / "external.yaml").write_text(external)
    faults: list[Fault] = []
    return load_profiles(folder, faults), faults


def caller(account: str | None = None, trunk: str | None = None) -> Caller:
    return Caller("internal" if trunk is None else "external", account, trunk, "", "", "")


@pytest.mark.parametrize("folder", ["sip_profiles", "bench/config/sip_profiles"])
def test_the_files_of_this_tree_are_without_fault(folder: str) -> None:
    faults: list[Fault] = []
    assert load_profiles(ROOT / folder, faults) is not None
    assert faults == []


def test_phones_call_what_their_profile_or_their_own_line_allows(tmp_path: Path) -> None:
    profiles, _ = load_texts(tmp_path, INTERNAL, EXTERNAL)
    assert profiles is not None
    kinds = ("numbers", "agents", "feature_codes")
    allowed = [kind for kind in kinds if profiles.allows(caller("1001"), kind)]
    assert allowed == ["numbers", "agents", "feature_codes"]
    assert [kind for kind in kinds if profiles.allows(caller("1002"), kind)] == ["agents"]


def test_accounts_watch_their_own_and_the_calls_of_others_unless_told_otherwise(tmp_path: Path) -> None:
    text = INTERNAL + '  "1003": {may_watch: self}\n'
    profiles, _ = load_texts(tmp_path, text, EXTERNAL)
    assert profiles is not None
    internal = profiles.internal
    packages = ("reg", "dialog", "message-summary")
    assert [each for each in packages if internal.allows_watching("1001", each, "1001")] == [*packages]
    assert [each for each in packages if internal.allows_watching("1001", each, "1002")] == ["dialog"]
    assert [each for each in packages if internal.allows_watching("1003", each, "1002")] == []
    assert [each for each in packages if internal.allows_watching("1003", each, "1003")] == [*packages]
    assert not internal.allows_watching("9999", "dialog", "9999")


def test_each_profile_has_its_codecs_in_its_own_order(tmp_path: Path) -> None:
    profiles, _ = load_texts(tmp_path, INTERNAL + "codecs: [PCMA]\n", EXTERNAL + "codecs: [PCMA, PCMU]\n")
    assert profiles is not None
    assert profiles.codecs("internal") == ("PCMA",)
    assert profiles.codecs("external") == ("PCMA", "PCMU")


def test_sound_is_protected_as_the_profile_says_or_a_trunks_own_line(tmp_path: Path) -> None:
    external = EXTERNAL + "    srtp: required\n  - {name: two, addresses: [198.51.100.1]}\n"
    profiles, _ = load_texts(tmp_path, INTERNAL + "srtp: offered\n", external)
    assert profiles is not None
    assert profiles.srtp("internal") is Srtp.OFFERED
    assert profiles.srtp("external") is Srtp.OFF
    assert profiles.srtp("external", "one") is Srtp.REQUIRED
    assert profiles.srtp("external", "two") is Srtp.OFF


def test_strangers_and_unknown_accounts_call_nothing_and_trunks_only_numbers(tmp_path: Path) -> None:
    profiles, _ = load_texts(tmp_path, INTERNAL, EXTERNAL)
    assert profiles is not None
    assert not profiles.allows(caller(), "numbers")
    assert not profiles.allows(caller("9999"), "numbers")
    assert not profiles.allows(caller(trunk="other"), "numbers")
    assert profiles.allows(caller(trunk="one"), "numbers")
    assert not profiles.allows(caller(trunk="one"), "agents")


@pytest.mark.parametrize(
    ("host", "trunk"),
    [
        ("192.0.2.15", "one"),
        ("192.0.2.16", None),
        ("2001:db8::1", "one"),
        ("::ffff:192.0.2.3", "one"),
        ("not an address", None),
    ],
)
def test_a_trunk_is_known_by_its_addresses(tmp_path: Path, host: str, trunk: str | None) -> None:
    profiles, _ = load_texts(tmp_path, INTERNAL, EXTERNAL)
    assert profiles is not None
    found = profiles.trunk_at(host)
    assert (found.name if found else None) == trunk


@pytest.mark.parametrize(
    ("internal", "external", "fault"),
    [
        (
            "realm: x\nacounts: {}\n",
            EXTERNAL,
            'internal.yaml:2: unknown key "acounts" (did you mean "accounts"?)',
        ),
        ("accounts: {}\n", EXTERNAL, '"realm" is missing'),
        ("realm: x\ndigest: {qop: [auth-inte]}\n", EXTERNAL, "internal.yaml:2: digest.qop"),
        ("realm: x\ndigest: {qop: []}\n", EXTERNAL, "internal.yaml:2:"),
        ("realm: x\nguard: {never_banned: [10.0.0.1/8]}\n", EXTERNAL, "host bits"),
        ("realm: x\nguard: {never_baned: []}\n", EXTERNAL, 'unknown key "never_baned"'),
        ("realm: x\nguard: {lockout: {failures: 0}}\n", EXTERNAL, "internal.yaml:2: guard.lockout.failures"),
        ("realm: x\nguard: {per_account: {call: 1}}\n", EXTERNAL, 'unknown key "call"'),
        (
            "realm: x\nguard: {per_source: {within: 0}}\n",
            EXTERNAL,
            "internal.yaml:2: guard.per_source.within",
        ),
        ('realm: "a\\"b"\n', EXTERNAL, "internal.yaml:1: realm"),
        ("realm: x\nmay_call: [number]\n", EXTERNAL, "internal.yaml:2:"),
        ("realm: x\nmay_call: [abroad]\n", EXTERNAL, "internal.yaml:2:"),
        ("realm: x\ncodecs: [G729]\n", EXTERNAL, "internal.yaml:2:"),
        ("realm: x\ncodecs: []\n", EXTERNAL, "internal.yaml:2:"),
        ("realm: x\nsrtp: maybe\n", EXTERNAL, "internal.yaml:2:"),
        ("realm: x\nregistration: {minimum: 10m, default: 5m}\n", EXTERNAL, "must not be less"),
        ("realm: x\nsubscriptions: {minimum: 10m, maximum: 5m}\n", EXTERNAL, "must not be less"),
        ("realm: x\nsubscriptions: {minimum: 1h, maximum: 2h}\n", EXTERNAL, "less than 1h"),
        ("realm: x\nsubscriptions: {pause: 1ms}\n", EXTERNAL, "pause"),
        ('realm: x\naccounts:\n  "10 01": {}\n', EXTERNAL, "internal.yaml:3:"),
        (INTERNAL, EXTERNAL + "stir: {required: attest_a}\n", "required needs certificates"),
        (INTERNAL, EXTERNAL + "stir: {certificates: {x: a.pem}}\n", "external.yaml:4: stir.certificates"),
        (INTERNAL, EXTERNAL + "stir: {country: '034'}\n", "external.yaml:4: stir.country"),
        (INTERNAL, "trunks:\n  - name: one\n", "addresses"),
        (INTERNAL, "trunks:\n  - name: one\n    addresses: [0.0.0.0/0]\n", "trusts half the world"),
        (INTERNAL, "trunks:\n  - name: one\n    addresses: [192.0.2.1/24]\n", "host bits"),
        (INTERNAL, "trunks:\n  - name: one\n    addresses: [carrier.example]\n", "write an address"),
        (
            INTERNAL,
            EXTERNAL + "  - name: one\n    addresses: [192.0.3.1]\n",
            'external.yaml:4: two trunks are called "one"',
        ),
        (
            INTERNAL,
            EXTERNAL + "  - name: two\n    addresses: [192.0.2.3]\n",
            "external.yaml:5: 192.0.2.3/32 is also",
        ),
    ],
)
def test_faults_name_file_line_and_what_is_wrong(
    tmp_path: Path, internal: str, external: str, fault: str
) -> None:
    profiles, faults = load_texts(tmp_path, internal, external)
    assert profiles is None
    assert any(fault in str(each) for each in faults), [str(each) for each in faults]


def test_missing_files_are_faults(tmp_path: Path) -> None:
    faults: list[Fault] = []
    assert load_profiles(tmp_path, faults) is None
    assert len(faults) == 2


def test_an_empty_file_of_trunks_is_a_fault_and_not_a_centre_without(tmp_path: Path) -> None:
    _, faults = load_texts(tmp_path, INTERNAL, "")
    assert ['"trunks" is missing' in str(each) for each in faults] == [True]


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("{minimum: 30s}", "below 90s"),
        ("{expires: 1m}", "between minimum and 24h"),
        ("{expires: 2d}", "between minimum and 24h"),
        ("{refresher: them}", "any, peer, us"),
    ],
)
def test_session_timers_that_rfc_4028_forbids_are_faults(tmp_path: Path, written: str, fault: str) -> None:
    profiles, faults = load_texts(tmp_path, INTERNAL, EXTERNAL + f"session_timer: {written}\n")
    assert profiles is None
    assert fault in str(faults[0])


def test_each_profile_has_session_timers_of_its_own(tmp_path: Path) -> None:
    written = "session_timer: {expires: 10m, minimum: 2m, refresher: us}\n"
    found, _ = load_texts(tmp_path, INTERNAL, EXTERNAL + written)
    assert found is not None
    assert found.session_timer("external") == TimerPolicy(600, 120, "us")
    assert found.session_timer("internal") == TimerPolicy()


def test_registration_by_proxies_and_qualifying_are_read_and_checked(tmp_path: Path) -> None:
    internal = INTERNAL + (
        "registration: {path: anybody, service_route: ['sip:192.0.2.7;lr', '<sip:b.example;lr>'], flow_timer: 90s}\n"
        "qualify: {phones: all, every: 1m}\n"
    )
    profiles, _ = load_texts(tmp_path, internal, EXTERNAL)
    assert profiles is not None
    limits = profiles.internal.registration.limits
    assert (limits.path_from_anybody, limits.flow_timer) == (True, 90)
    assert limits.service_route == ("<sip:192.0.2.7;lr>", "<sip:b.example;lr>")
    assert profiles.internal.qualify.plan.every == 60.0


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("registration: {service_route: ['sip:192.0.2.7']}", "with lr"),
        ("registration: {service_route: ['tel:1;lr']}", "with lr"),
        ("registration: {flow_timer: 1s}", "10"),
        ("qualify: {every: 4s, timeout: 4s}", "one question at a time"),
        ("qualify: {phones: some}", "behind_nat"),
    ],
)
def test_faults_of_registration_and_qualifying_say_what_would_be_right(
    tmp_path: Path, line: str, said: str
) -> None:
    profiles, faults = load_texts(tmp_path, f"{INTERNAL}{line}\n", EXTERNAL)
    assert profiles is None
    assert said in str(faults[0])

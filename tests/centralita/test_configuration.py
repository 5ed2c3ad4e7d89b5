"""Everything administrators edit, read as one whole: the shipped files are well, and each broken one is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from base.errors import DocumentError
from centralita.configuration import check_configuration, load_configuration
from tests.kit.shipped_centre import ROOT, spoil
from tests.kit.small_centre import FILES, write_centre

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("folder", ["config", "bench/config"])
def test_the_shipped_configuration_has_no_faults(folder: str) -> None:
    found, faults = check_configuration(ROOT / folder)
    assert faults == []
    assert found is not None
    assert found.routing.numbers


def test_the_small_centre_of_these_tests_has_no_faults(tmp_path: Path) -> None:
    assert check_configuration(write_centre(tmp_path))[1] == []


EDITED = sorted(
    str(file.relative_to(ROOT))
    for folder in ("config", "sip_profiles", "prompts")
    for file in (ROOT / folder).rglob("*.yaml")
    if file.parent.name != "cases"  # nodes start without them: tests/centralita/test_trying.py
)


@pytest.mark.parametrize("name", EDITED)
def test_a_key_that_nobody_knows_is_found_in_every_file(tmp_path: Path, name: str) -> None:
    faults = spoil(tmp_path, name, lambda text: text.rstrip("\n") + "\nnobody_knows_this: 1\n")
    line = (tmp_path / name).read_text(encoding="utf-8").count("\n")
    assert [fault for fault in faults if f"{name}:{line}:" in fault and "nobody_knows_this" in fault], faults


@pytest.mark.parametrize("name", EDITED)
def test_broken_yaml_is_found_in_every_file(tmp_path: Path, name: str) -> None:
    faults = spoil(tmp_path, name, lambda text: text.rstrip("\n") + "\nbroken: [1, 2\n")
    assert [fault for fault in faults if f"{name}:" in fault], faults


def test_a_menu_that_goes_by_hours_nobody_wrote_is_found(tmp_path: Path) -> None:
    before = "type: queue\n    queue: tienda_atencion\n    say: connecting\n"
    ways = "is: {closed: {goto: goodbye}}\n    otherwise: {queue: tienda_atencion}"
    after = f"type: branch\n    hours: tienda\n    {ways}\n"
    faults = spoil(tmp_path, "config/menus/tienda_norte.yaml", lambda text: text.replace(before, after))
    (fault,) = faults
    assert fault.endswith('no hours are called tienda (did you mean "tienda_norte"?)')


TO_BANK = """\
schema: ivr/1
menu_set: other
languages: [es]
person: none
steps:
  start: {type: say, prompt: connecting, next: {menu: tienda_norte}}
"""


def test_menu_sets_that_lead_a_silent_caller_to_each_other_are_found(tmp_path: Path) -> None:
    def change(text: str) -> str:
        (tmp_path / "config/menus/other.yaml").write_text(TO_BANK)
        return text.replace("on_max_timeouts: {goto: person}", "on_max_timeouts: {menu: other}", 1)

    faults = spoil(tmp_path, "config/menus/tienda_norte.yaml", change)
    assert [fault for fault in faults if "goes in a circle" in fault and "other start -> " in fault], faults


def test_a_queue_that_nobody_serves_and_its_menu_are_no_circle(tmp_path: Path) -> None:
    faults = spoil(
        tmp_path,
        "config/queues.yaml",
        lambda text: text.replace(
            "    name: Tienda Norte, customer service\n",
            "    name: Tienda Norte, customer service\n    join_empty: ready\n"
            "    overflow: {join_empty: {menu: tienda_norte}}\n",
        ),
    )
    assert [fault for fault in faults if "queue tienda_atencion" in fault and "circle" in fault], faults


@pytest.mark.parametrize(
    ("name", "before", "after", "says"),
    [
        ("config/centre.yaml", "127.0.0.1:5060", "somewhere", "is not an address"),
        ("config/centre.yaml", "Europe/Madrid", "Europe/Madrit", "is not a time zone"),
        ("config/centre.yaml", "20000-29999", "29999-20000", "range of ports"),
        ("config/centre.yaml", "drain_limit: 10m", "drain_limit: soon", "drain_limit"),
        (
            "config/numbers.yaml",
            "menu: banco_sol, language: es",
            "menu: banco_sola, language: es",
            "banco_sol",
        ),
        ("config/numbers.yaml", "client: tienda_norte, menu", "client: tienda_sur, menu", "tienda_sur"),
        ("config/queues.yaml", "    strategy: longest-idle", "    strategy: longest-idel", "longest-idle"),
        ("config/queues.yaml", "ring_timeout: 20s", "ring_timeout: 20 parsecs", "ring_timeout"),
        ("config/queues.yaml", "capacity: 50", "music: musik", "no prompt is called musik"),
        ("config/agents.yaml", "queues: [tienda_atencion]", "queues: [tienda_atension]", "tienda_atencion"),
        (
            "config/numbers.yaml",
            "menu: banco_sol, language: es",
            "menu: banco_sol, language: fr",
            "language fr is none of menu banco_sol (known: en, es, pl)",
        ),
        (
            "config/menus/banco_sol.yaml",
            "{goto: pay",
            "{goto:pay",
            "write a space after the colon, goto: pay",
        ),
        ("config/agents.yaml", 'account: "1003"', 'account: "1009"', "1009"),
        (
            "config/numbers.yaml",
            "client: tienda_norte, menu: tienda_norte, language: es",
            "client: banco_sol, menu: tienda_norte, language: es",
            "callers of banco_sol reach the queue tienda_atencion",
        ),
        (
            "config/numbers.yaml",
            "echo: true",
            'extension: "1009"',
            "numbers.yaml:13: no phone account is called 1009",
        ),
        ("config/agents.yaml", 'account: "1003"', "contact: sip:john@phones.example", "needs an address"),
        ("config/menus/banco_sol.yaml", "type: menu", "type: menue", "menu"),
        (
            "config/menus/banco_sol.yaml",
            "fraud: {say: [tracking_number, connecting], queue: banco_seguridad, priority: 90}",
            'fraud: {say: [tracking_number, connecting], extension: "1009"}',
            "no phone account is called 1009",
        ),
        (
            "config/clients/banco_sol.yaml",
            "hours: banco_sol",
            "hours: banco_sul",
            'banco_sol.yaml:4: no hours are called banco_sul (did you mean "banco_sol"?)',
        ),
        (
            "config/clients/banco_sol.yaml",
            "hours: banco_sol",
            "hours: tienda_norte",
            "banco_sol.yaml:4: the hours tienda_norte are those of tienda_norte",
        ),
        ("config/hours.yaml", "client: tienda_norte", "client: tienda_sur", "no client is called"),
        ("config/hours.yaml", "ES-MD, madrid", "ES-MD, madird", 'did you mean "madrid"?'),
        ("sip_profiles/internal.yaml", "[SHA-256, MD5]", "[SHA-257, MD5]", "SHA-25"),
        ("sip_profiles/external.yaml", "[127.0.0.2]", "[0.0.0.0/0]", "half the world"),
        (
            "config/numbers.yaml",
            "echo: true}",
            'dial: "+34911222333", trunks: [dem]}',
            "no trunk is called dem",
        ),
        (
            "config/numbers.yaml",
            "echo: true}",
            'dial: "+34911222333", trunks: [demo]}',
            "the trunk demo carries no calls out",
        ),
        ("config/numbers.yaml", "echo: true}", 'dial: "+34911222333"}', "no trunk carries calls out"),
        ("config/numbers.yaml", "echo: true}", "echo: true, trunks: [demo]}", "trunks goes with dial only"),
        ("config/numbers.yaml", "echo: true}", "dial: 34911222333}", "quote it"),
        ("config/centre.yaml", "language: es", "language: spanish", "is not a language; write its code"),
        ("config/centre.yaml", 'country: "34"', 'country: "+34"', "write its digits alone"),
        ("config/centre.yaml", "http: 127.0.0.1:8080", "http: 127.0.0.1:5060", "takes SIP by TCP"),
        ("config/centre.yaml", "20000-29999", "5000-5999", "port 5060 takes SIP"),
        ("config/centre.yaml", "# sip_tcp: false", "tracing: {pcap: no/t.pcap}", "the folder of no/t.pcap"),
        ("config/centre.yaml", "# sip_tcp: false", "tracing: {pcap: menus}", "menus is a folder"),
        (
            "sip_profiles/internal.yaml",
            "per_account: 200",
            "per_account: many",
            "'many' is not a whole number",
        ),
        ("sip_profiles/internal.yaml", "contacts: 5 ", "contacts: 0 ", "contacts: must be at least 1"),
        (
            "sip_profiles/internal.yaml",
            "{name: Piotr}",
            "{may_call: [external], dial_out: []}",
            '1002 may call external numbers, but none is named (add dial_out: ["+34*"]',
        ),
        (
            "sip_profiles/external.yaml",
            "may_call: [numbers]",
            "calls_per_second: {in: 5}",
            'unknown key "in" (known: incoming, outgoing)',
        ),
        ("sip_profiles/external.yaml", "may_call: [numbers]", "may_call: numbers", "must be a list"),
    ],
)
def test_a_fault_is_named_with_file_and_line(
    tmp_path: Path, name: str, before: str, after: str, says: str
) -> None:
    faults = spoil(tmp_path, name, lambda text: text.replace(before, after, 1))
    lines = (tmp_path / name).read_text(encoding="utf-8").splitlines()
    place = next(number for number, line in enumerate(lines, 1) if after in line)
    assert [fault for fault in faults if f"{name}:{place}: " in fault and says in fault], faults


def test_a_trunk_with_a_false_address_is_one_fault(tmp_path: Path) -> None:
    (fault,) = spoil(
        tmp_path, "sip_profiles/external.yaml", lambda text: text.replace("[127.0.0.2]", "[127.0.0.300]")
    )
    assert fault.startswith("sip_profiles/external.yaml:")


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith(("config/", "sip_"))])
def test_a_missing_file_is_a_fault_or_an_empty_one(tmp_path: Path, name: str) -> None:
    config = write_centre(tmp_path)
    (tmp_path / name).unlink()
    found, faults = check_configuration(config)
    assert (found is None) is bool(faults)
    for fault in faults:
        assert str(tmp_path) in str(fault)


def test_the_faults_of_several_files_are_listed_at_once(tmp_path: Path) -> None:
    config = write_centre(tmp_path)
    for name in ("config/queues.yaml", "config/centre.yaml", "config/numbers.yaml"):
        with (tmp_path / name).open("a") as file:
            file.write("nobody_knows_this: 1\n")
    with pytest.raises(DocumentError) as failed:
        load_configuration(config)
    assert str(failed.value).count("nobody_knows_this") == 3


def test_a_folder_that_is_not_there_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    found, faults = check_configuration(tmp_path / "nowhere")
    assert found is None
    assert "nowhere" in str(faults[0])


def test_rules_for_calls_out_name_trunks_that_carry_them(tmp_path: Path) -> None:
    rule = 'outgoing:\n  - {number: "+34*", trunks: [dema]}\n'
    (fault,) = spoil(tmp_path, "config/numbers.yaml", lambda text: text + rule)
    assert "no trunk is called dema" in fault

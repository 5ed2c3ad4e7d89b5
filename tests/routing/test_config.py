"""The files of config/: what is read, and each fault with file, line and mend."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from base.address import Address
from base.errors import DocumentError
from calls.destination import Hangup, Menu, Number, Queue
from routing.agents.tables import Status
from routing.config import CentreConfig, check_config, read_config
from routing.settings import LeaveReason
from routing.waiting.settings import Acknowledge, Announcements, Comfort, Standing, When

GOOD = {
    "centre.yaml": "name: Demo\ntimezone: Europe/Madrid\ncountry: '34'\nsip: 127.0.0.1:5070\ndrain_limit: 2m\n",
    "skills.yaml": "skills:\n  es: Spanish\n  cards: Cards\n",
    "queues.yaml": (
        "queues:\n  cards:\n    clients: [bank]\n    strategy: leastrecent\n    requires: {es: 1}\n"
        "    ring_timeout: 15s\n    overflow:\n      timeout: {menu: main}\n      full: {hangup: true}\n"
    ),
    "agents.yaml": (
        "agents:\n  - id: ana\n    account: '101'\n    skills: {es: 5}\n    queues: [cards]\n"
        "  - id: a08..a11\n    contact: sip:{id}@192.0.2.9:5090\n    queues: [cards]\n    status: available\n"
    ),
    "numbers.yaml": (
        "numbers:\n  - number: '+34910000001'\n    client: bank\n    menu: main\n"
        "  - {number: q, client: bank, queue: cards, priority: 2}\n"
    ),
}


def check(folder: Path, **changed: str) -> tuple[CentreConfig | None, list[str]]:
    """Write the good files with some changed, and check them; file names without their folder."""
    for name, text in GOOD.items():
        (folder / name).write_text(changed.get(name.removesuffix(".yaml"), text), encoding="utf-8")
    config, faults = check_config(folder, menus=["main"], clients=["bank"])
    return config, [str(each).removeprefix(f"{folder}/") for each in faults]


def test_good_files_become_settings(tmp_path: Path) -> None:
    config, faults = check(tmp_path)
    assert faults == []
    assert config
    assert config.centre.sip == Address("127.0.0.1", 5070)
    assert config.centre.drain_limit == 120
    queue = config.routing.queues["cards"]
    assert (queue.strategy, queue.ring_timeout) == ("longest-idle", 15)
    assert queue.overflow_for(LeaveReason.TIMEOUT) == Menu("main")
    assert queue.overflow_for(LeaveReason.FULL) == Hangup()
    assert list(config.routing.agents) == ["ana", "a08", "a09", "a10", "a11"]
    assert config.routing.agents["a10"].contact == "sip:a10@192.0.2.9:5090"
    assert config.routing.agents["a10"].status is Status.AVAILABLE
    assert config.routing.numbers[1].destination == Queue("cards", 2)


def test_digits_after_the_answer_are_taken_and_never_shown_where_they_are_wrong(tmp_path: Path) -> None:
    keyed = GOOD["numbers.yaml"].replace("menu: main", "dial: '600'\n    digits: ',p4711#'")
    config, faults = check(tmp_path, numbers=keyed)
    assert faults == []
    assert config
    assert config.routing.numbers[0].destination == Number("600", digits=",p4711#")
    _, faults = check(tmp_path, numbers=keyed.replace("#'", "x'"))
    assert "4711" not in "".join(faults)


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("queues", "leastrecent", "longest_idle", 'queues.yaml:4: .*did you mean "longest-idle"'),
        ("queues", "leastrecent", "call-everybody", "queues.yaml:4: .*no strategy is called"),
        ("queues", "es: 1", "en: 1", 'queues.yaml:5: no skill is called "en" .*known: cards, es'),
        ("queues", "es: 1", "es: 6", "queues.yaml:5: .*must be at most 5"),
        ("queues", "[bank]", "[bonk]", 'queues.yaml:3: no client is called "bonk" .*"bank"'),
        ("queues", "{menu: main}", "{menu: mian}", 'queues.yaml:8: no menu is called "mian" .*"main"'),
        ("queues", "{menu: main}", "{queue: cards}", "queues.yaml:8: the queue cards overflows into itself"),
        ("queues", "ring_timeout: 15s", "ring_timeot: 15s", 'queues.yaml:6: unknown key .*"ring_timeout"'),
        ("queues", "15s", "soon", "queues.yaml:6: .*is not a duration"),
        ("queues", "15s", "0", "queues.yaml:6: .*must be more than 0"),
        ("queues", "queues:\n", "queues:\n  lone: {}\n", "queues.yaml:2: no agent serves the queue lone"),
        ("agents", "[cards]\n  -", "[crads]\n  -", 'agents.yaml:5: no queue is called "crads" .*"cards"'),
        ("agents", "    queues: [cards]\n  -", "  -", "agents.yaml:2: agent ana serves no queue"),
        ("agents", "{es: 5}", "{xx: 5}", 'agents.yaml:4: no skill is called "xx"'),
        ("agents", "a08..a11", "a11..a08", "agents.yaml:6: .*row of no agents"),
        ("agents", "a08..a11", "a08..b11", "agents.yaml:6: .*not a row"),
        ("agents", "id: ana", "id: a09", "agents.yaml:6: agent a09 is given twice"),
        ("agents", "    account: '101'\n", "", "agents.yaml:2: .*either an account"),
        ("agents", "contact: sip:{id}@192.0.2.9:5090", "account: '101'", "agents.yaml:6: .*needs {id}"),
        (
            "agents",
            "a08..a11\n    contact: sip:{id}@192.0.2.9:5090",
            "b\n    account: '101'",
            "agents.yaml:7: .*belongs to",
        ),
        ("agents", "sip:{id}@192.0.2.9", "sip:x@192.0.2.9", "agents.yaml:6: .*needs {id}"),
        ("agents", "status: available", "status: ready", "agents.yaml:9: .*not known"),
        ("numbers", "number: q", "number: +34910000002", "numbers.yaml:5: .*quote it"),
        ("numbers", "number: q", "number: '0034910000001'", "numbers.yaml:5: .*given twice .*line 2"),
        ("numbers", "menu: main", "menu: main\n    queue: cards", "numbers.yaml:2: .*exactly one of"),
        ("numbers", "    menu: main\n", "", "numbers.yaml:2: .*none is given"),
        ("numbers", "menu: main", "menu: main\n    digits: '12'", "numbers.yaml:2: .*digits goes with dial only"),
        ("numbers", "menu: main", "dial: '600'\n    digits: '12x'", "numbers.yaml:5: .*digits: up to 64 of"),
        ("numbers", "menu: main", "dial: '600'\n    digits: 1234", "numbers.yaml:5: .*quote it"),
        ("numbers", "client: bank\n", "client: bnak\n", 'numbers.yaml:3: no client is called "bnak"'),
        ("centre", "Europe/Madrid", "Europe/Madird", "centre.yaml:2: .*not a time zone"),
        ("centre", "127.0.0.1:5070", "5070", "centre.yaml:4: .*not an address"),
        ("centre", "drain_limit", "rtp_address: 0.0.0.0\ndrain_limit", "centre.yaml:5: .*sound can be sent to"),
        ("centre", "drain_limit", "rtp_address: here\ndrain_limit", "centre.yaml:5: .*sound can be sent to"),
        ("centre", "drain_limit", "overload: {max_cals: 5}\ndrain_limit", 'centre.yaml:5: unknown key "max_cals"'),
        ("centre", "drain_limit", "overload: {max_calls: -5}\ndrain_limit", "centre.yaml:5: overload.max_calls"),
        ("centre", "drain_limit", "overload: {max_cpu: 90}\ndrain_limit", "centre.yaml:5: overload.max_cpu"),
        (
            "centre",
            "drain_limit",
            "overload: {retry_after: {least: 20s, most: 5s}}\ndrain_limit",
            "centre.yaml:5: .*least must not be more than most",
        ),
        ("centre", "drain_limit", "rtp_ports: 9-5\ndrain_limit", "centre.yaml:5: .*not a range of ports"),
    ],
)  # fmt: skip
def test_each_fault_names_file_line_and_mend(
    tmp_path: Path, name: str, old: str, new: str, fault: str
) -> None:
    text = GOOD[f"{name}.yaml"]
    assert old in text
    config, faults = check(tmp_path, **{name: text.replace(old, new, 1)})
    assert config is None
    assert len(faults) == 1, faults
    assert re.match(fault, faults[0]), faults[0]


@pytest.mark.parametrize("name", ["numbers", "queues", "agents", "skills"])
def test_a_file_that_is_empty_is_a_fault_and_not_a_centre_without(name: str, tmp_path: Path) -> None:
    _, faults = check(tmp_path, **{name: ""})
    assert f'{name}.yaml:1: "{name}" is missing (add {name}: to this part)' in faults


def test_reading_refuses_a_folder_with_faults(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="no such file"):
        read_config(tmp_path)


def test_the_bench_centre_has_its_fixed_face() -> None:
    folder = Path(__file__).parents[2] / "bench" / "config"
    config, faults = check_config(folder, menus=["bench"], clients=["bench"])
    assert faults == []
    assert config
    agents = list(config.routing.agents.values())
    assert len(agents) == 500
    assert (agents[0].contact, agents[-1].contact) == ("sip:a001@127.0.0.1:5090", "sip:a500@127.0.0.1:5090")
    assert {each.number for each in config.routing.numbers} == {
        "ivr",
        "q",
        "echo",
        "alice",
        "bob_*",
        "transfer",
    }
    assert config.routing.queues["q"].wrap_up == 0


def test_the_demonstration_centre_has_no_fault() -> None:
    _, faults = check_config(Path(__file__).parents[2] / "config")
    assert faults == []


WAITING = GOOD["queues.yaml"] + (
    "    announce:\n      greeting: hello\n      comfort: {say: [a, b], every: 1m}\n"
    "      standing: {position: true, limit: 5, when: always}\n      pause: 2s\n"
    "    exit_keys:\n      '1': {menu: main}\n      '*': {hangup: true}\n"
    "    whisper: {bank: [this_bank]}\n    acknowledge: '1'\n"
)


def test_what_waiting_callers_hear_and_press_is_read(tmp_path: Path) -> None:
    config, faults = check(tmp_path, queues=WAITING)
    assert faults == []
    assert config
    queue = config.routing.queues["cards"]
    assert queue.announce == Announcements(
        ("hello",),
        Comfort(("a", "b"), every=60.0),
        Standing(position=True, limit=5, when=When.ALWAYS),
        pause=2.0,
    )
    assert queue.exit_keys == {"1": Menu("main"), "*": Hangup()}
    assert queue.whisper == {"bank": ("this_bank",)}
    assert queue.acknowledge == Acknowledge("1", 8.0)


def test_a_whisper_may_be_the_same_for_all(tmp_path: Path) -> None:
    config, _ = check(tmp_path, queues=WAITING.replace("{bank: [this_bank]}", "hello"))
    assert config
    assert config.routing.queues["cards"].whisper == {"": ("hello",)}


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        ("'1': {menu: main}", "'11': {menu: main}", "is no key; a key is one of 0-9, * and #"),
        ("'1': {menu: main}", "'1': {menu: mane}", 'no menu is called "mane"'),
        ("'1': {menu: main}", "'1': {queue: cards}", "key 1 of the queue cards leads back into it"),
        ("every: 1m", "every: 2s", "must be at least 5s"),
        ("position: true, ", "", "nothing is told; add position: true or wait: true"),
        ("say: [a, b]", "say: []", "say"),
        ("whisper: {bank:", "whisper: {banc:", 'no client is called "banc"'),
        ("acknowledge: '1'", "acknowledge: '#'", "acknowledge"),
        ("acknowledge: '1'", "acknowledge: 1", 'quote the key: "1"'),
        ("when: always", "when: sometimes", "always"),
    ],
)
def test_faults_of_what_waiting_callers_hear_are_named(
    tmp_path: Path, good: str, bad: str, fault: str
) -> None:
    assert good in WAITING
    config, faults = check(tmp_path, queues=WAITING.replace(good, bad))
    assert config is None
    assert any(fault in each for each in faults), faults

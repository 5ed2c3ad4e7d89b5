"""Queues whose settings promise what never happens, and numbers that hide a call for help."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from centralita.configuration import check_configuration

ROOT = Path(__file__).resolve().parents[2]
SECURITY = "    requires: {security: 1}\n"


def faults_of(tmp_path: Path, name: str, before: str, after: str) -> list[str]:
    for folder in ("config", "sip_profiles"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "prompts").symlink_to(ROOT / "prompts")
    file = tmp_path / name
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    return [str(each).removeprefix(f"{tmp_path}/") for each in check_configuration(tmp_path / "config")[1]]


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ("overflow: {timeout: {menu: banco_sol}}", "max_wait is not given"),
        ("overflow: {full: {menu: banco_sol}}", "capacity is not given"),
        ("overflow: {join_empty: {menu: banco_sol}}", "join_empty is always"),
        ("overflow: {leave_empty: {menu: banco_sol}}", "leave_empty is never"),
        ("overflow: {closed: {menu: banco_sol}}", "hours are not given"),
        ("at_closing: leave", "hours are not given"),
    ],
)
def test_a_way_out_that_nobody_takes_is_a_warning(tmp_path: Path, setting: str, why: str) -> None:
    (found,) = faults_of(tmp_path, "config/queues.yaml", SECURITY, f"{SECURITY}    {setting}\n")
    assert found.startswith("config/queues.yaml:27: warning: ")
    assert why in found


def test_a_way_out_that_somebody_may_take_is_none(tmp_path: Path) -> None:
    more = "    capacity: 5\n    overflow: {full: {menu: banco_sol}}\n"
    assert not faults_of(tmp_path, "config/queues.yaml", SECURITY, SECURITY + more)


def test_what_no_agent_of_the_queue_can_do_is_a_warning(tmp_path: Path) -> None:
    asked = "    requires: {security: 5, lang_pl: 3}\n"
    (found,) = faults_of(tmp_path, "config/queues.yaml", SECURITY, asked)
    assert "warning: no agent of banco_seguridad has lang_pl 3, security 5" in found


def test_what_is_asked_less_in_time_is_none(tmp_path: Path) -> None:
    asked = "    requires: {security: 5, lang_pl: 3}\n    relax: [{after: 30s, drop: [lang_pl]}]\n"
    assert not faults_of(tmp_path, "config/queues.yaml", SECURITY, asked)


def test_queues_that_send_on_to_one_another_alone_are_a_warning(tmp_path: Path) -> None:
    before = "    overflow:\n      timeout: {queue: banco_seguridad, priority: 10}\n"
    first = before + "      full: {queue: banco_seguridad}\n"
    second = SECURITY + "    capacity: 5\n    overflow: {full: {queue: banco_atencion}}\n"
    text = (ROOT / "config/queues.yaml").read_text(encoding="utf-8")
    between = text[text.index(before) + len(before) : text.index(SECURITY)]
    changed = first + between + second
    (found,) = faults_of(tmp_path, "config/queues.yaml", before + between + SECURITY, changed)
    assert "let go: banco_atencion -> banco_seguridad -> banco_atencion (let one of them lead" in found


@pytest.mark.parametrize(
    ("name", "before", "after", "fault"),
    [
        ("config/numbers.yaml", '"600"', '"112"', "112 calls for help and is no number of the centre"),
        ("config/numbers.yaml", '"600"', '"091"', "091 calls for help"),
        ("sip_profiles/internal.yaml", '  "1001":', '  "112": {}\n  "1001":', "112 calls for help"),
        ("sip_profiles/internal.yaml", "# dial_out: [home", "dial_out: [UK] # [", "UK is no country"),
        ("sip_profiles/external.yaml", "# dial_out: [home]", 'dial_out: ["!XX", ES]', "XX is no country"),
        ("config/agents.yaml", "id: john", "id: John Carter", "write one word"),
        ("config/agents.yaml", "[tienda_atencion]\n", "{tienda_atencion: 0}\n", "must be at least 1"),
        ("config/centre.yaml", "drain_limit: 10m", "wrap_up: {step: 20m}", "make longest longer"),
        (
            "config/clients/banco_sol.yaml",
            "notice:",
            'caller_id: "910000011"\nnotice:',
            "'910000011' is not a telephone number with its country",
        ),
    ],
)
def test_what_cannot_be_is_told_once_and_in_words(
    tmp_path: Path, name: str, before: str, after: str, fault: str
) -> None:
    (found,) = faults_of(tmp_path, name, before, after)
    assert found.startswith(f"{name}:")
    assert fault in found

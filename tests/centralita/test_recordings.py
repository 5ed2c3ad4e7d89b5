"""Recordings on the shelf of a node: a folder for each client and day, keys checked beforehand, opened by command."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from centralita.commands import app
from media.errors import CannotRecord
from media.events import RecordingFinished
from media.plane import Plane
from media.recording import RecordingPlan
from routing.clients import load_clients
from tests.kit.ports import free_ports
from tests.kit.recorded import read_recording
from tests.kit.rtp import FarEnd, Watch
from tests.kit.tone import hears, tone

if TYPE_CHECKING:
    from pathlib import Path

    from base.document import Fault

CLIENT = "schema: client/1\nname: Bank\nrecording: {calls: all, key: bank.key, look_back: 600ms}\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    clients = tmp_path / "config" / "clients"
    clients.mkdir(parents=True)
    (clients / "bank.yaml").write_text(CLIENT)
    (clients / "bank.key").write_text(os.urandom(32).hex())
    (clients / "bank.key").chmod(0o600)
    return tmp_path / "config"


@pytest.fixture
def sealed(config: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "state" / "recordings" / "bank" / "2026-11-22"
    folder.mkdir(parents=True)
    plane = Plane(address="127.0.0.1", ports=free_ports(4), threads=1)
    path = folder / "c1-l1.wav.sealed"
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        key = load_clients(config / "clients", [])["bank"].recording.key
        recording = port.record(str(path), RecordingPlan(stereo=True, key=key))
        phone.say(tone([440], 0.6))
        recording.stop()
        Watch(plane).wait(RecordingFinished)
    plane.close()
    return path


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["recordings", *map(str, words)])
    return done.exit_code, done.output


def test_a_sealed_recording_is_listed_checked_and_opened(config: Path, sealed: Path, tmp_path: Path) -> None:
    code, text = run("list", "--state", tmp_path / "state", "--client", "bank")
    assert (code, str(sealed) in text) == (0, True)
    code, text = run("list", "--state", tmp_path / "state", "--json")
    assert (code, json.loads(text)) == (0, [{"file": str(sealed), "bytes": sealed.stat().st_size}])
    code, text = run("verify", sealed, "--config", config)
    assert (code, "whole" in text) == (0, True)
    code, text = run("decrypt", sealed, "--config", config)
    opened = sealed.with_name("c1-l1.wav")
    assert (code, str(opened) in text) == (0, True)
    assert stat.S_IMODE(opened.stat().st_mode) == 0o600
    assert hears(read_recording(opened).left, {440})
    assert run("decrypt", sealed, "--config", config)[0] == 1, "nothing is written over"


def test_what_was_cut_off_or_changed_is_said(config: Path, sealed: Path) -> None:
    whole = sealed.read_bytes()
    sealed.write_bytes(whole[:-20])
    code, text = run("verify", sealed, "--config", config)
    assert (code, "truncated" in text) == (3, True)
    sealed.write_bytes(whole[:70] + b"x" + whole[71:])
    code, text = run("decrypt", sealed, "--config", config)
    assert (code, "not as it was written" in text) == (1, True)
    assert not sealed.with_name("c1-l1.wav").exists()


def test_a_key_that_is_not_at_hand_is_named_by_its_number(config: Path, sealed: Path, tmp_path: Path) -> None:
    code, text = run("verify", sealed, "--config", tmp_path)
    assert (code, "is not at hand" in text) == (1, True)
    code, _ = run("verify", sealed, "--config", tmp_path, "--key", config / "clients" / "bank.key")
    assert code == 0
    assert run("verify", sealed, "--config", config, "--key", tmp_path / "no.key")[0] == 2


def test_a_state_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    code, text = run("list", "--state", tmp_path / "nowhere")
    assert (code, "there is no folder" in text) == (1, True)


def test_a_client_company_that_is_not_there_is_said(config: Path, sealed: Path, tmp_path: Path) -> None:
    code, text = run("list", "--config", config, "--state", tmp_path / "state", "--client", "bnak")
    assert (code, 'did you mean "bank"?' in text) == (2, True), text


def test_a_key_that_is_gone_by_the_time_of_a_call_is_named(tmp_path: Path) -> None:
    plane = Plane(address="127.0.0.1", ports=free_ports(4), threads=1)
    plan = RecordingPlan(key=tmp_path / "gone.key")
    with pytest.raises(CannotRecord, match=r"its key .*gone\.key: No such file"):
        plane.open_port().record(str(tmp_path / "x.wav.sealed"), plan)
    plane.close()


@pytest.mark.parametrize(
    ("text", "mode", "says"),
    [(None, 0, "No such file"), ("short", 0o600, "holds no key"), ("ab" * 32, 0o644, "read by others")],
)
def test_a_key_that_will_not_do_is_found_before_the_first_call(
    config: Path, text: str | None, mode: int, says: str
) -> None:
    key = config / "clients" / "bank.key"
    key.unlink()
    if text is not None:
        key.write_text(text)
        key.chmod(mode)
    faults: list[Fault] = []
    load_clients(config / "clients", faults)
    assert [fault for fault in faults if says in str(fault) and ":3:" in str(fault)], faults

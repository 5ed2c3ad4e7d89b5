"""Recordings of calls: both sides in step, masks that leak nothing, files that outlive the disk and the process."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from media.codec import Codec
from media.events import RecordingFailed, RecordingFinished
from media.recording import RecordingPlan
from tests.kit.recorded import Recorded, read_recording
from tests.kit.rtp import FarEnd, Watch, until
from tests.kit.tone import dtmf, hears, hears_key, hears_sound, tone

if TYPE_CHECKING:
    from pathlib import Path

    from media.plane import Plane

CALL = RecordingPlan(stereo=True)


def test_left_is_who_calls_and_right_what_is_played_to_them(
    plane: Plane, watch: Watch, tmp_path: Path
) -> None:
    path = tmp_path / "call.wav"
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        recording = port.record(str(path), CALL)
        port.play([plane.load_clip(tone([1000], 0.6))])
        phone.say(tone([440], 0.6))
        recording.stop()
        told = watch.wait(RecordingFinished)
    heard = read_recording(path)
    assert (heard.rate, told.recording, told.size) == (8000, recording.id, path.stat().st_size)
    assert hears(heard.left, {440})
    assert not hears(heard.left, {1000})
    assert hears(heard.right, {1000})
    assert not hears(heard.right, {440})
    assert told.seconds == pytest.approx(0.6, abs=0.1)


def test_the_agent_across_a_bridge_is_on_the_right(plane: Plane, watch: Watch, tmp_path: Path) -> None:
    path = tmp_path / "bridge.wav"
    with FarEnd(address="127.0.0.1") as caller, FarEnd(address="127.0.0.2", ssrc=7) as agent:
        ports = plane.open_port(), plane.open_port()
        caller.meet(ports[0])
        agent.meet(ports[1])
        plane.bridge(*ports)
        recording = ports[0].record(str(path), CALL)
        caller.say(tone([440], 0.3))
        agent.say(tone([1000], 0.3))
        recording.stop()
        watch.wait(RecordingFinished)
    heard = read_recording(path)
    assert hears(heard.left, {440})
    assert hears(heard.right, {1000})
    # One after the other, as they spoke.
    assert heard.begins("right") - heard.begins("left") == pytest.approx(0.3, abs=0.04)


def test_both_sides_lie_at_the_moment_they_were_heard(plane: Plane, watch: Watch, tmp_path: Path) -> None:
    path = tmp_path / "echo.wav"
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.echo()
        recording = port.record(str(path), CALL)
        phone.say(tone([440], 0.3))
        recording.stop()
        watch.wait(RecordingFinished)
    heard = read_recording(path)
    assert abs(heard.begins("left") - heard.begins("right")) < 0.02


@pytest.mark.parametrize("name", ["wav", "opus"])
def test_a_mask_leaks_no_digit_of_what_was_keyed_just_before_it(
    plane: Plane, watch: Watch, tmp_path: Path, name: str
) -> None:
    path = tmp_path / f"masked.{name}"
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.echo()
        recording = port.record(str(path), RecordingPlan(stereo=True, format=name))
        began = time.monotonic()
        phone.say(tone([440], 0.6))
        phone.say(tone(dtmf("5"), 0.1))
        recording.mask()
        masked = time.monotonic() - began
        phone.say(tone(dtmf("7"), 0.1))
        recording.unmask()
        unmasked = time.monotonic() - began
        phone.say(tone(dtmf("9"), 0.1))
        phone.say(tone([440], 0.8))
        recording.stop()
        told = watch.wait(RecordingFinished)
    heard = read_recording(path)
    for side in (heard.left, heard.right):
        assert hears(side, {440})
        assert not any(hears_key(side, digit) for digit in "579")
    ((start, end),) = told.masked
    assert start == pytest.approx(masked - 0.4, abs=0.1)
    assert end == pytest.approx(unmasked + 0.4, abs=0.1)
    assert hears(heard.part(start, end).left, {400})


def test_a_recording_closed_while_masked_stays_masked(plane: Plane, watch: Watch, tmp_path: Path) -> None:
    path = tmp_path / "closed.wav"
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        recording = port.record(str(path), RecordingPlan(stereo=True, tone=False))
        recording.mask()
        recording.mask()
        recording.unmask()
        phone.say(tone(dtmf("1"), 0.4))
        port.close()
        told = watch.wait(RecordingFinished)
    assert not hears_sound(read_recording(path).left)
    assert told.masked == ((0.0, told.seconds),)


def test_a_pause_takes_no_time_in_the_file(plane: Plane, watch: Watch, tmp_path: Path) -> None:
    path = tmp_path / "paused.wav"
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        recording = port.record(str(path), CALL)
        phone.say(tone([440], 0.3))
        recording.pause()
        phone.say(tone([1000], 0.4))
        recording.resume()
        phone.say(tone([440], 0.3))
        recording.stop()
        told = watch.wait(RecordingFinished)
    assert told.seconds == pytest.approx(0.6, abs=0.1)
    assert not hears(read_recording(path).left, {1000})


def test_an_opus_recording_is_decoded_by_others(plane: Plane, watch: Watch, tmp_path: Path) -> None:
    path = tmp_path / "call.opus"
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        recording = port.record(str(path), RecordingPlan(stereo=True, format="opus"))
        port.play([plane.load_clip(tone([1000], 0.8))])
        phone.say(tone([440], 0.8))
        recording.stop()
        told = watch.wait(RecordingFinished)
    heard = read_recording(path)
    assert hears(heard.left, {440})
    assert not hears(heard.left, {1000})
    assert heard.seconds == pytest.approx(told.seconds, abs=0.001)


def test_one_wide_voice_makes_the_file_wide(plane: Plane, watch: Watch, tmp_path: Path) -> None:
    path = tmp_path / "wide.wav"
    with FarEnd(codec=Codec.G722) as phone:
        port = plane.open_port()
        phone.meet(port)
        recording = port.record(str(path), CALL)
        phone.say(tone([440, 6000], 0.5, rate=16000))
        recording.stop()
        watch.wait(RecordingFinished)
    heard = read_recording(path)
    assert heard.rate == 16000
    assert heard.share("left", 6000) > 0.1


def test_a_full_disk_ends_the_recording_and_not_the_call(plane: Plane, watch: Watch, tmp_path: Path) -> None:
    path = tmp_path / "full.wav"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.echo()
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
        try:
            port.record(str(path), CALL)
            phone.say(tone([440], 1.5))
            told = watch.wait(RecordingFailed)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        phone.hear(70)
        phone.say(tone([440], 0.1))
        assert len(phone.hear(5)) == 5
    assert "large" in told.reason
    assert path.stat().st_size == told.size
    assert hears(read_recording(path).left, {440})


KILLED = """
import sys, time
from media.plane import Plane
from media.recording import RecordingPlan
from pathlib import Path
from tests.kit.ports import free_ports
from tests.kit.rtp import FarEnd
from tests.kit.tone import tone
plane = Plane(address="127.0.0.1", ports=free_ports(4), threads=1)
port = plane.open_port()
key = Path(sys.argv[3]) if sys.argv[3] else None
with FarEnd() as phone:
    phone.meet(port)
    port.record(sys.argv[1], RecordingPlan(stereo=True, format=sys.argv[2], key=key))
    phone.say(tone([440], 2.0))
    print("said", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize(("name", "is_sealed"), [("wav", False), ("opus", False), ("wav", True)])
def test_a_killed_process_leaves_all_but_the_last_second(
    tmp_path: Path, name: str, *, is_sealed: bool
) -> None:
    path, key = tmp_path / f"killed.{name}", tmp_path / "key"
    key.write_bytes(os.urandom(32))
    command = [sys.executable, "-c", KILLED, str(path), name, str(key) if is_sealed else ""]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    heard: Recorded = read_recording(path, key=key if is_sealed else None)
    assert hears(heard.left, {440})
    assert heard.seconds >= 1.0


def test_the_recorder_forgets_what_is_over(plane: Plane, watch: Watch, tmp_path: Path) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        first = port.record(str(tmp_path / "1.wav"), CALL)
        second = port.record(str(tmp_path / "2.wav"), CALL)
        assert watch.wait(RecordingFinished).recording == first.id
        second.stop()
        second.mask()
        assert watch.wait(RecordingFinished).recording == second.id
        assert until(lambda: not watch.settle(0.05))

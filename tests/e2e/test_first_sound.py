"""The moment of the answer, by tones: music ends, caller and agent hear each other at once, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy

from tests.e2e.centre import AGENT_TONES, CALLER_TONES
from tests.e2e.telephones import agent_at_desk, all_heard, pjsua_caller, wait_for_agent
from tests.kit.server import wait_until
from tests.kit.tone import RATE, hears, loudness

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.server import Server

AT_ONCE = 0.3
WINDOW = 0.2
"""Seconds of sound in which tones are told apart."""
STEP = 0.02
QUIET = 100.0
"""Root mean square of 16 bit samples."""


def test_the_agent_hears_the_caller_at_once_and_the_caller_no_more_music(
    server: Server, tmp_path: Path, caller_sound: Path, agent_sound: Path
) -> None:
    with (
        agent_at_desk(server, "ana", tmp_path, plays=agent_sound, on_call="ring") as ana,
        pjsua_caller(server, tmp_path, plays=caller_sound) as caller,
    ):
        caller.dial("support")
        ana.wait_for_incoming()
        caller.wait_for_sound()
        wait_until(lambda: seconds_in(caller.recording) > 1.0, "a second of music", within=15)
        ana.answer()
        wait_for_agent(server, "ana", state="talking")
        wait_until(lambda: seconds_in(ana.recording) > 2.0, "two seconds of talk", within=15)
        caller.hang_up()
        ana.wait_for_state("DISCONNECTED")
        by_agent, by_caller = all_heard(ana), all_heard(caller)
    assert hears(part(by_agent, 0.0, AT_ONCE + WINDOW), CALLER_TONES)
    came = first(by_caller, AGENT_TONES)
    assert came > 1.0, "music before"
    assert not hears(part(by_caller, 0.0, came - WINDOW), AGENT_TONES)
    assert longest_silence(part(by_caller, came - 1.0, came + 1.0)) < AT_ONCE
    assert only(part(by_caller, came + WINDOW, came + 1.2), AGENT_TONES)


def seconds_in(recording: Path) -> float:
    """How long the recording is at present."""
    return recording.stat().st_size / (2 * RATE) if recording.exists() else 0.0


def part(pcm: bytes, begin: float, end: float) -> bytes:
    """The sound between two moments, in seconds."""
    return pcm[2 * round(max(begin, 0.0) * RATE) : 2 * round(end * RATE)]


def first(pcm: bytes, tones: frozenset[int]) -> float:
    """Seconds until these tones are heard; the length of it all where they are not."""
    end = len(pcm) / (2 * RATE)
    for number in range(int((end - WINDOW) / STEP)):
        if hears(part(pcm, number * STEP, number * STEP + WINDOW), tones):
            return number * STEP
    return end


def longest_silence(pcm: bytes) -> float:
    """Seconds."""
    longest = run = 0.0
    for number in range(int(len(pcm) / (2 * RATE) / STEP)):
        is_quiet = loudness(part(pcm, number * STEP, (number + 1) * STEP)) < QUIET
        run = run + STEP if is_quiet else 0.0
        longest = max(longest, run)
    return longest


def only(pcm: bytes, tones: frozenset[int]) -> bool:
    """Whether nine tenths of the sound's energy are near these tones."""
    samples = numpy.frombuffer(pcm, dtype="<i2").astype(float)
    energy = numpy.abs(numpy.fft.rfft(samples * numpy.hanning(len(samples)))) ** 2
    hertz = numpy.fft.rfftfreq(len(samples), 1 / RATE)
    near = numpy.any([numpy.abs(hertz - each) < 40 for each in tones], axis=0)
    return float(energy[near].sum()) > 0.9 * float(energy.sum())

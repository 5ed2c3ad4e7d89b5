"""Short runs of the fuzzers of tests/fuzz; long ones are run by hand (see their own words)."""

from __future__ import annotations

import gc
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from sip import grammar, uri, values
from tests.fuzz.storm import Storm

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "data" / "corpus"
NOISE = 20_000
"""Bytes that dictionaries may differ by; a thousandth of what one message in a storm would leave."""


@pytest.mark.parametrize("seed", range(4))
def test_a_storm_of_broken_messages_leaves_nothing_behind(seed: int) -> None:
    Storm(seed).round(4000)


def test_storms_do_not_add_up() -> None:
    storm = Storm(100)
    storm.round(3000)
    tracemalloc.start()
    try:
        storm.round(1500)
        before = held()
        for _ in range(4):
            storm.round(1500)
        assert held() - before < NOISE
    finally:
        tracemalloc.stop()


def held() -> int:
    """Bytes in use, less what the bounded caches of readings hold."""
    for cached in (values._parsed, uri._parsed, grammar._host_port):
        cached.cache_clear()
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def test_the_parser_takes_the_corpus_and_what_grows_from_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.fuzz.parser",
            str(tmp_path),
            str(CORPUS),
            "-runs=15000",
            "-max_len=3000",
            "-seed=1",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]

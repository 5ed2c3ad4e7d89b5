"""Coverage-guided fuzzing of all that administrators and client companies write: menus, cases, hours, wording, answers.

`.venv/bin/python -m tests.fuzz.files -max_total_time=60` begins from the files of tests/data, config and prompts; other
options are libFuzzer's. The first octet says who reads the rest. A crash is written to a file of its own: make a test
of it.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

import atheris  # type: ignore[import-untyped]

with atheris.instrument_imports(include=["ivr", "routing.hours", "media.catalogue", "base.document", "yaml"]):
    from tests.fuzz.readers import Readers

from tests.fuzz.mangling import mangled

READERS = Readers()


def one(data: bytes) -> None:
    """Let the reader that the first octet names read the rest."""
    if len(data) > 3:
        _, read, _ = READERS.kinds[data[0] % len(READERS.kinds)]
        read(data[3:], int.from_bytes(data[1:3], "big"))


def change(data: bytes, longest: int, seed: int) -> bytes:
    """Half of the time libFuzzer's own changes, half of the time those of somebody who edits YAML."""
    chance = random.Random(seed)
    if chance.random() < 0.5 or len(data) < 4:
        return bytes(atheris.Mutate(data, longest))
    return (data[:3] + mangled(data[3:], chance))[:longest]


def write_seeds(folder: Path) -> None:
    """The files there are, each behind the octet of its reader."""
    for number, (name, _, seeds) in enumerate(READERS.kinds):
        for path in seeds:
            (folder / f"{name}-{path.stem}").write_bytes(bytes((number, 0, 0)) + path.read_bytes())
    answer = b'{"result": "approved", "facts": {"last4": "1111", "reference": "R1"}, "token": {"token": "t"}}'
    (folder / "answers").write_bytes(bytes((len(READERS.kinds) - 1, 0, 3)) + answer)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as corpus:
        write_seeds(Path(corpus))
        atheris.Setup([sys.argv[0], corpus, "-timeout=20", *sys.argv[1:]], one, custom_mutator=change)
        atheris.Fuzz()

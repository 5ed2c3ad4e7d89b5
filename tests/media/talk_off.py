"""Count the keys that are heard in speech where none was pressed: by hand, for hours, and for recordings.

    python tests/media/talk_off.py --hours 10
    python tests/media/talk_off.py recordings/*.wav

Prints one line of JSON. The recordings are WAV files, 16 bit, one channel, 8 kHz.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from media import _plane
from tests.kit.talkers import Talkers
from tests.kit.tone import read_wav

MINUTES = 10.0


def main() -> None:
    """Listen to what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("recordings", nargs="*", type=Path)
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    heard, seconds = "", 0.0
    detector = _plane.InbandDetector()
    if asked.recordings:
        for path in asked.recordings:
            pcm = read_wav(path)
            heard += "".join(key for _, key in detector.hear(pcm))
            seconds += len(pcm) / 16000
    else:
        talkers = Talkers(asked.seed)
        while seconds < asked.hours * 3600:
            pcm = talkers.speech(MINUTES)
            heard += "".join(key for _, key in detector.hear(pcm))
            seconds += len(pcm) / 16000
    result = {"hours": round(seconds / 3600, 2), "false_keys": len(heard), "which": heard}
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()

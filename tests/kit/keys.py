"""Keys as tones (ITU-T Q.23), made here without our own code."""

from __future__ import annotations

import numpy

ROWS = (697, 770, 852, 941)
COLUMNS = (1209, 1336, 1477, 1633)
KEYS = "123A456B789C*0#D"


def pressed_as_tones(
    keys: str, *, on: float = 0.08, off: float = 0.08, row: float = -8.0, column: float = -6.0
) -> bytes:
    """Keys one after the other, seconds of tone and of silence; levels in dBm0. 16 bit, mono, 8 kHz."""
    made = []
    for key in keys:
        place = KEYS.index(key)
        at = numpy.arange(round(on * 8000)) / 8000
        low, high = (22826.0 * 10 ** (level / 20) for level in (row, column))
        turns = 2 * numpy.pi * at
        made.append(
            low * numpy.sin(turns * ROWS[place // 4] + place)
            + high * numpy.sin(turns * COLUMNS[place % 4] + place / 3)
        )
        made.append(numpy.zeros(round(off * 8000)))
    whole = numpy.concatenate(made) if made else numpy.zeros(0)
    return numpy.clip(numpy.round(whole), -32768, 32767).astype("<i2").tobytes()

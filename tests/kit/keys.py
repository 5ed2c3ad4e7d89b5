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


def keys_in(pcm: bytes, *, least: float = 0.03) -> str:
    """The keys whose tones sound for `least` seconds, in order (Goertzel's powers, 30 ms at a time; 8 kHz, 16 bit)."""
    size, hop = 240, 40
    samples = numpy.frombuffer(pcm, dtype="<i2").astype(float)
    if len(samples) < size:
        return ""
    frames = numpy.lib.stride_tricks.sliding_window_view(samples, size)[::hop]
    turns = -2j * numpy.pi / 8000 * numpy.arange(size)
    tones = numpy.exp(turns[:, None] * numpy.array((*ROWS, *COLUMNS))[None, :])
    powers = numpy.abs(frames @ tones) ** 2 * 2 / size
    energies = numpy.sum(frames**2, axis=1)
    rows, columns = powers[:, :4], powers[:, 4:]
    row, column = rows.argmax(axis=1), columns.argmax(axis=1)
    low, high = rows.max(axis=1), columns.max(axis=1)
    are_keys = (
        (energies > size * 50.0**2)
        & (low + high > 0.75 * energies)
        & (numpy.minimum(low, high) > numpy.maximum(low, high) / 30)
    )
    found, run, last = "", 0, ""
    for is_key, place in zip(are_keys, row * 4 + column, strict=True):
        key = KEYS[place] if is_key else ""
        run = run + 1 if key == last else 1
        last = key
        if key and run == max(1, round((least * 8000 - size) / hop) + 1):
            found += key
    return found

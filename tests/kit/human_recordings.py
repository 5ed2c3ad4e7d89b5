"""Recordings as administrators bring them: any sound encoded as wav, mp3, ogg, flac or m4a."""

from __future__ import annotations

import io
from array import array
from typing import TYPE_CHECKING

import av

from tests.kit.tone import tone

if TYPE_CHECKING:
    from collections.abc import Mapping

# ending -> how PyAV calls its container and a codec; native Vorbis is stereo only and still under trial there.
ENCODINGS: Mapping[str, tuple[str, str]] = {
    "wav": ("wav", "pcm_s16le"),
    "mp3": ("mp3", "libmp3lame"),
    "ogg": ("ogg", "libopus"),
    "flac": ("flac", "flac"),
    "m4a": ("ipod", "aac"),
}


def spoken_like(
    hertz: int = 700, seconds: float = 1.0, *, level: float = 0.3, around: float = 0.0, rate: int = 48000
) -> bytes:
    """A tone with silence around it, 16 bit, mono."""
    silence = bytes(2 * round(around * rate))
    return silence + tone([hertz], seconds, level=level, rate=rate) + silence


def encoded(
    pcm: bytes, ending: str, *, rate: int = 48000, layout: str = "mono", codec: str | None = None
) -> bytes:
    """Samples (16 bit, mono) as a file of this ending, in another codec than the usual one if need be."""
    container, usual = ENCODINGS[ending]
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec or usual, rate=rate, options={"strict": "experimental"})
        assert isinstance(stream, av.AudioStream)
        stream.layout = layout
        context = stream.codec_context
        fitting = av.AudioResampler(context.format, layout, rate, context.frame_size or 1024)
        for frame in (*fitting.resample(_frame(pcm, rate)), *fitting.resample(None)):
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


def _frame(pcm: bytes, rate: int) -> av.AudioFrame:
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(array("h", pcm)))
    frame.planes[0].update(pcm)
    frame.sample_rate = rate
    return frame

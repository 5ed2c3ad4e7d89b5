"""Reads a recording by a person (wav, mp3, ogg, flac, m4a) from its bytes: what kind it is, its samples, what is wrong.

The kind is taken from the first bytes and named to the decoder, so that no file is ever taken for a playlist or a
script that leads to other files. Decoding is that of PyAV, whose package brings all decoders; no program is run.
"""

from __future__ import annotations

import io
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from media.errors import MediaError
from media.sound import decibels, voiced_level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from media.sound import Samples

ENDINGS = {"wav": "wav", "mp3": "mp3", "ogg": "ogg", "flac": "flac", "m4a": "mp4"}
"""What an administrator may give, by the ending of the file; and how the decoder calls it."""
LONGEST = 600.0
"""Seconds of a recording; music on hold is the longest there is."""
_MOST_SAMPLES = int(LONGEST) * 48_000
"""A small file of silence at a high rate would fill the memory."""
MOST_BYTES = 256 * 1024 * 1024
QUIET = 33
"""The highest sample (16 bit) of what counts as silence: 60 dB below full scale."""
_FULL = 32700
_SHORT = 0.15  # seconds by which a header may be wrong about its file
_BROKEN_MP3 = 2  # packets: tags before and after the sound are sometimes taken for packets
_SAVE_AGAIN = "save it again as " + ", ".join(ENDINGS)


class BadRecording(MediaError):
    """A file that cannot be a recording: what is wrong, and the mend."""

    code = "bad_recording"

    def __init__(self, what: str, mend: str = "") -> None:
        """Say what is wrong and what would be right."""
        super().__init__(what, mend)
        self.what, self.mend = what, mend

    def __str__(self) -> str:
        """Both in one line."""
        return f"{self.what} ({self.mend})" if self.mend else self.what


@dataclass(frozen=True, slots=True)
class Decoded:
    """A recording as one channel of samples at its own rate."""

    kind: str
    samples: Samples[int]
    rate: int
    channels: int

    @property
    def seconds(self) -> float:
        """How long it lasts as it is."""
        return len(self.samples) / self.rate

    @property
    def peak(self) -> float:
        """Its highest sample, decibels of full scale."""
        return decibels(_peak(self.samples))

    @property
    def loudness(self) -> float:
        """How loud its words are, decibels of full scale."""
        return decibels(voiced_level(self.samples, self.rate))

    @property
    def clipped(self) -> float:
        """The share of samples that stand at full scale: the microphone was too loud."""
        full = sum(1 for each in self.samples if not -_FULL < each < _FULL)
        return full / len(self.samples)


def kind_of(content: bytes) -> str | None:
    """The ending that a file of this content should have; None for what is no sound that is taken."""
    at = _after_tag(content)
    head = content[at : at + 12]
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"OggS":
        return "ogg"
    if head[:4] == b"fLaC":
        return "flac"
    if head[4:8] == b"ftyp":
        return "m4a"
    # The head of a frame: eleven bits of ones, then layer III of any version.
    is_frame = len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2
    return "mp3" if is_frame else None


def decode(content: bytes) -> Decoded:
    """The whole sound of a file. Raises BadRecording for what is no sound, truncated, silent or too long."""
    import av

    if not content:
        raise BadRecording("the file is empty", _SAVE_AGAIN)
    if len(content) > MOST_BYTES:
        raise BadRecording(f"the file is larger than {MOST_BYTES >> 20} MB", "cut it, or save it as mp3")
    kind = kind_of(content)
    if kind is None:
        raise BadRecording("not a sound file of a kind that is taken", _SAVE_AGAIN)
    try:
        with av.open(io.BytesIO(content), format=ENDINGS[kind]) as container:
            if not container.streams.audio:
                raise BadRecording("there is no sound in it, only pictures", _SAVE_AGAIN)
            stream = container.streams.audio[0]
            found = _decoded(kind, stream, container)
            told = _told_seconds(kind, content, stream)
    except (av.FFmpegError, ValueError, OverflowError, MemoryError) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise BadRecording(f"cannot be read as {kind}: {why}", _SAVE_AGAIN) from error
    if (told is not None and found.seconds < told - _SHORT) or _is_cut(kind, content):
        raise BadRecording(f"truncated: the sound ends after {found.seconds:.1f} s", "copy it again, whole")
    if _peak(found.samples) < QUIET:
        raise BadRecording("there is only silence in it", "record it again, or remove it")
    return found


def _decoded(kind: str, stream: Any, container: Any) -> Decoded:
    """All packets of a stream as one channel."""
    import av

    if stream.codec_context is None:
        raise BadRecording("its codec is not known", _SAVE_AGAIN)
    rate, channels = stream.codec_context.sample_rate, stream.codec_context.channels
    if not 1000 <= rate <= 768_000 or channels < 1:
        raise BadRecording(f"it says to have {channels} channels at {rate} Hz", _SAVE_AGAIN)
    mono = av.AudioResampler(format="s16", layout="mono", rate=rate)
    samples: Samples[int] = array("h")
    broken = 0
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            broken += 1
            continue
        for frame in frames:
            _add(samples, mono.resample(frame))
        if len(samples) > LONGEST * rate:
            raise BadRecording(f"it lasts longer than {LONGEST / 60:.0f} minutes", "cut it")
        if len(samples) > _MOST_SAMPLES:
            raise BadRecording(f"it is too long for {rate} Hz", "save it at 48000 Hz, or cut it")
    if samples:
        _add(samples, mono.resample(None))
    if not samples:
        raise BadRecording("there is no sound in it", _SAVE_AGAIN)
    if broken > (_BROKEN_MP3 if kind == "mp3" else 0):
        raise BadRecording(f"{broken} pieces of it are broken", "copy it again, whole")
    return Decoded(kind, samples, rate, channels)


def _add(samples: Samples[int], frames: Any) -> None:
    for frame in frames:
        samples.frombytes(bytes(frame.planes[0])[: 2 * frame.samples])


def _told_seconds(kind: str, content: bytes, stream: Any) -> float | None:
    """How long the file itself says to be; None where that is only a guess."""
    start = _after_tag(content)
    head = content[start : start + 4096]
    is_told = kind in ("flac", "m4a") or (kind == "mp3" and (b"Xing" in head or b"Info" in head))
    if not is_told or stream.duration is None:
        return None
    return float(stream.duration * stream.time_base)


def _is_cut(kind: str, content: bytes) -> bool:
    """Whether the end of a file is missing that has no length in its head."""
    match kind:
        case "wav":
            return any(
                name == b"data" and size not in (0, 0xFFFFFFFF) and at + size > len(content)
                for name, at, size in _chunks(content)
            )
        case "ogg":
            at = content.rfind(b"OggS")
            segments = content[at + 27 : at + 27 + content[at + 26]] if at + 27 <= len(content) else b""
            whole = at + 27 + len(segments) + sum(segments) <= len(content)
            return not segments or not whole or not content[at + 5] & 4  # RFC 3533 s.6: end of stream
        case _:
            return False


def _chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """The chunks of a WAV file: name, where its content begins, how long it says to be."""
    at = 12
    while at + 8 <= len(content):
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        yield content[at : at + 4], at + 8, size
        at += 8 + size + size % 2


def _after_tag(content: bytes) -> int:
    """Where the sound begins behind an ID3 tag, which players put before mp3 and flac."""
    if content[:3] != b"ID3" or len(content) < 10:
        return 0
    size = 0
    for each in content[6:10]:
        size = size << 7 | each & 0x7F
    return 10 + size


def _peak(samples: Samples[int]) -> int:
    return max(max(samples), -min(samples))

//! The shape of a recording's file: samples in, bytes out, whole at every flush.

use crate::codec::{Codec, Encoder};
use crate::record::ogg::OggStream;
use crate::record::wav;

/// Samples of an Opus packet: 20 ms at 16 kHz.
const FRAME: usize = 320;
const OPUS_RATE: u32 = 16000;
/// Bytes of an Opus packet at most (RFC 6716 s.3.2.1).
const LONGEST: usize = 1275;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Wav,
    Opus,
}

impl Format {
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "wav" => Some(Self::Wav),
            "opus" => Some(Self::Opus),
            _ => None,
        }
    }

    /// The rate a file of this format runs at, where the format rules; else 16 kHz for wide voices and 8 for narrow.
    pub fn rate(self, wide: bool) -> u32 {
        match self {
            Self::Wav if !wide => 8000,
            Self::Wav | Self::Opus => OPUS_RATE,
        }
    }
}

pub enum Shape {
    Wav { rate: u32, channels: u16, frames: u64 },
    Opus(Box<OpusShape>),
}

pub struct OpusShape {
    stream: OggStream,
    voices: Vec<Voice>,
    frames: u64,
}

/// One channel: its encoder, and samples that are not yet a packet.
struct Voice {
    encoder: Encoder,
    waiting: Vec<i16>,
}

impl Shape {
    /// What begins the file goes to `out`, but a WAV header that can be written again later: `header` gives that.
    pub fn begin(format: Format, rate: u32, channels: u8, serial: u32, out: &mut Vec<u8>) -> Self {
        match format {
            Format::Wav => {
                out.extend_from_slice(&wav::header(rate, u16::from(channels), None));
                Self::Wav { rate, channels: u16::from(channels), frames: 0 }
            }
            Format::Opus => {
                let (stream, head) = OggStream::begin(serial, channels, rate);
                out.extend_from_slice(&head);
                let voice = || Voice { encoder: Encoder::new(Codec::Opus), waiting: Vec::new() };
                let voices = (0..channels).map(|_| voice()).collect();
                Self::Opus(Box::new(OpusShape { stream, voices, frames: 0 }))
            }
        }
    }

    /// The header that is true now; None where the file's beginning never changes.
    pub fn header(&self) -> Option<[u8; wav::HEADER]> {
        match self {
            Self::Wav { rate, channels, frames } => {
                Some(wav::header(*rate, *channels, Some(frames * u64::from(*channels) * 2)))
            }
            Self::Opus(_) => None,
        }
    }

    /// Add samples, those of one moment side by side.
    pub fn add(&mut self, samples: &[i16], out: &mut Vec<u8>) {
        match self {
            Self::Wav { channels, frames, .. } => {
                let start = out.len();
                out.resize(start + samples.len() * 2, 0);
                for (bytes, sample) in out[start..].chunks_exact_mut(2).zip(samples) {
                    bytes.copy_from_slice(&sample.to_le_bytes());
                }
                *frames += (samples.len() / usize::from(*channels)) as u64;
            }
            Self::Opus(opus) => opus.add(samples, out),
        }
    }

    /// Make what was added readable.
    pub fn flush(&mut self, out: &mut Vec<u8>) {
        if let Self::Opus(opus) = self {
            opus.stream.flush(out);
        }
    }

    pub fn finish(&mut self, out: &mut Vec<u8>) {
        if let Self::Opus(opus) = self {
            opus.finish(out);
        }
    }
}

impl OpusShape {
    fn add(&mut self, samples: &[i16], out: &mut Vec<u8>) {
        let channels = self.voices.len();
        for (index, voice) in self.voices.iter_mut().enumerate() {
            voice.waiting.extend(samples.iter().skip(index).step_by(channels));
        }
        self.frames += (samples.len() / channels) as u64;
        while self.voices.iter().all(|v| v.waiting.len() >= FRAME) {
            let mut packets = [[0; LONGEST]; 2];
            let mut lengths = [0; 2];
            for ((voice, packet), length) in self.voices.iter_mut().zip(&mut packets).zip(&mut lengths) {
                let frame = voice.waiting.get(..FRAME).unwrap_or(&[]);
                *length = voice.encoder.encode(frame, packet);
                voice.waiting.drain(..FRAME);
            }
            let [first, second] = [0, 1].map(|i| packets[i].get(..lengths[i]).unwrap_or(&[]));
            self.stream.packet([first, second].get(..channels).unwrap_or(&[first]), out);
        }
    }

    /// Fill the last packet up, and one more for what the encoder holds back; players cut both off.
    fn finish(&mut self, out: &mut Vec<u8>) {
        let frames = self.frames * 3;
        let waiting = self.voices.first().map_or(0, |v| v.waiting.len());
        let silence = vec![0; (2 * FRAME - waiting) * self.voices.len()];
        self.add(&silence, out);
        self.stream.finish(frames, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_of_a_wav_file_follows_its_samples() {
        let mut out = Vec::new();
        let mut shape = Shape::begin(Format::Wav, 16000, 2, 0, &mut out);
        shape.add(&[1, -1, 2, -2], &mut out);
        assert_eq!(out[44..], [1, 0, 255, 255, 2, 0, 254, 255]);
        assert_eq!(shape.header(), Some(wav::header(16000, 2, Some(8))));
    }

    #[test]
    fn an_opus_file_grows_by_a_page_at_each_flush_and_tells_its_length() {
        let mut out = Vec::new();
        let mut shape = Shape::begin(Format::Opus, 16000, 2, 9, &mut out);
        out.clear();
        shape.add(&[0; 2 * 800], &mut out);
        assert!(out.is_empty() && shape.header().is_none());
        shape.flush(&mut out);
        assert_eq!((&out[..4], out[6..14].to_vec()), (&b"OggS"[..], (2 * 960u64).to_le_bytes().to_vec()));
        out.clear();
        shape.finish(&mut out);
        assert_eq!((out[5], out[6..14].to_vec()), (4, (2400 + 312u64).to_le_bytes().to_vec()));
    }
}

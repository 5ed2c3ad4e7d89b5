//! What a port says: frames of samples in, payloads of one packet time out (RFC 3551 section 4.2).

use super::resample::Resampler;
use crate::codec::{Codec, Encoder};

/// Samples held: the longest packet (60 ms at 16 kHz) and two frames.
const ROOM: usize = 960 + 2 * 320;
/// Packet times in ms that every codec here can send; 20 is the default of RFC 3551.
const TIMES: [u32; 6] = [10, 20, 30, 40, 50, 60];
/// Packet times among them that are frames of Opus.
const OPUS_TIMES: [u32; 4] = [10, 20, 40, 60];
/// A packet of L16 at 16 kHz must fit a datagram.
const WIDE_TIMES: [u32; 4] = [10, 20, 30, 40];

/// One outgoing stream's encoder and what waits for its next packet.
#[derive(Debug)]
pub struct Voice {
    codec: Codec,
    encoder: Encoder,
    resampler: Resampler,
    /// The rate of the frames that `resampler` takes.
    rate: u32,
    packet_ms: u32,
    /// Percent of our packets that the far end misses.
    lost: u8,
    waiting: usize,
    samples: [i16; ROOM],
}

impl Voice {
    /// `ptime_ms` becomes the nearest time that the codec can send, the shorter of two that are as near.
    pub fn new(codec: Codec, ptime_ms: u32) -> Self {
        let times = match codec {
            Codec::Opus => &OPUS_TIMES[..],
            Codec::L16Wide => &WIDE_TIMES[..],
            _ => &TIMES[..],
        };
        let packet_ms = *times.iter().min_by_key(|time| time.abs_diff(ptime_ms)).unwrap_or(&20);
        Self {
            codec,
            encoder: Encoder::new(codec),
            resampler: Resampler::Same,
            rate: codec.sample_rate(),
            packet_ms,
            lost: 0,
            waiting: 0,
            samples: [0; ROOM],
        }
    }

    pub const fn codec(&self) -> Codec {
        self.codec
    }

    /// Milliseconds of sound in a payload.
    pub const fn packet_ms(&self) -> u32 {
        self.packet_ms
    }

    /// Units of the RTP timestamp from one payload to the next.
    pub const fn timestamp_step(&self) -> u32 {
        self.codec.rtp_clock() / 1000 * self.packet_ms
    }

    /// Percent of our packets that the far end misses; may be told anew each time.
    pub fn expect_loss(&mut self, percent: u8) {
        if percent != self.lost {
            self.lost = percent;
            self.encoder.expect_loss(percent);
        }
    }

    /// A frame at 8000 or 16000 samples in a second; what exceeds the room is lost, oldest first. Take all payloads
    /// by `next` after each frame.
    pub fn push(&mut self, frame: &[i16], rate: u32) {
        if rate != self.rate {
            self.resampler = Resampler::new(rate, self.codec.sample_rate());
            self.rate = rate;
        }
        for piece in frame.chunks(160) {
            // A piece may become twice as long.
            let excess = (self.waiting + 2 * piece.len()).saturating_sub(ROOM);
            self.drop_oldest(excess.min(self.waiting));
            self.waiting += self.resampler.process(piece, &mut self.samples[self.waiting..]);
        }
    }

    /// The next payload, written to `out`; None until enough frames have come.
    pub fn next(&mut self, out: &mut [u8]) -> Option<usize> {
        let needed = (self.codec.sample_rate() / 1000 * self.packet_ms) as usize;
        if self.waiting < needed {
            return None;
        }
        let written = self.encoder.encode(&self.samples[..needed], out);
        self.drop_oldest(needed);
        Some(written)
    }

    /// Forget what waits: the stream goes on with something else.
    pub fn clear(&mut self) {
        self.waiting = 0;
    }

    fn drop_oldest(&mut self, count: usize) {
        self.samples.copy_within(count..self.waiting, 0);
        self.waiting -= count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Decoder;

    #[test]
    fn payloads_have_the_packet_time_whatever_the_frames_are() {
        for (codec, ptime, expected) in [
            (Codec::Pcmu, 20, 160),
            (Codec::Pcma, 30, 240),
            (Codec::G722, 10, 80),
            (Codec::G722, 60, 480),
            (Codec::L16Narrow, 60, 960),
            (Codec::L16Wide, 20, 640),
        ] {
            for rate in [8000, 16000] {
                let (mut voice, mut out, mut bytes) = (Voice::new(codec, ptime), [0; 1500], 0);
                for _ in 0..60 {
                    voice.push(&vec![100; rate as usize / 50], rate);
                    while let Some(length) = voice.next(&mut out) {
                        assert_eq!(length, expected);
                        bytes += length;
                    }
                }
                // 1.2 s are a whole number of packets of each.
                assert_eq!(bytes, 1200 / ptime as usize * expected, "{codec:?} {ptime} {rate}");
            }
        }
    }

    #[test]
    fn opus_sends_only_its_own_packet_times() {
        let times = |codec| [1, 20, 30, 50, 60, 500].map(|ptime| Voice::new(codec, ptime).packet_ms());
        assert_eq!(times(Codec::Opus), [10, 20, 20, 40, 60, 60]);
        assert_eq!(times(Codec::L16Wide), [10, 20, 30, 40, 40, 40]);
        assert_eq!(times(Codec::Pcmu), [10, 20, 30, 50, 60, 60]);
        assert_eq!(Voice::new(Codec::Opus, 20).timestamp_step(), 960);
        assert_eq!(Voice::new(Codec::G722, 20).timestamp_step(), 160);
    }

    #[test]
    fn a_narrow_tone_is_heard_by_a_wide_listener_and_the_other_way() {
        for (codec, rate) in [(Codec::G722, 8000), (Codec::Opus, 8000), (Codec::Pcma, 16000)] {
            let (mut voice, mut decoder) = (Voice::new(codec, 20), Decoder::new(codec));
            let (mut heard, mut out, mut pcm) = (Vec::new(), [0; 1500], [0; 1920]);
            for frame in 0..50 {
                let samples = rate as usize / 50;
                let tone: Vec<i16> = (frame * samples..(frame + 1) * samples)
                    .map(|n| {
                        (8000.0 * (std::f64::consts::TAU * 1000.0 * n as f64 / f64::from(rate)).sin()) as i16
                    })
                    .collect();
                voice.push(&tone, rate);
                while let Some(length) = voice.next(&mut out) {
                    let count = decoder.decode(&out[..length], &mut pcm);
                    heard.extend_from_slice(&pcm[..count]);
                }
            }
            let rate = f64::from(codec.sample_rate());
            assert_eq!(heard.len() as f64, rate);
            let settled = &heard[heard.len() / 2..];
            let (mut re, mut im) = (0.0, 0.0);
            for (n, &sample) in settled.iter().enumerate() {
                let angle = std::f64::consts::TAU * 1000.0 * n as f64 / rate;
                re += f64::from(sample) * angle.cos();
                im += f64::from(sample) * angle.sin();
            }
            let amplitude = 2.0 * re.hypot(im) / settled.len() as f64;
            assert!((amplitude - 8000.0).abs() < 800.0, "{codec:?}: {amplitude}");
        }
    }

    #[test]
    fn frames_that_nobody_takes_do_not_pile_up() {
        let mut voice = Voice::new(Codec::Pcmu, 20);
        for _ in 0..100 {
            voice.push(&[1; 320], 8000);
            assert!(voice.waiting <= ROOM);
        }
        voice.clear();
        assert_eq!(voice.next(&mut [0; 160]), None);
    }
}

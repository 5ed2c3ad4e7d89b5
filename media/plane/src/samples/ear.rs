//! The ear: one incoming stream as an even flow of samples, 20 ms at each tick, whatever the network did to it.
//!
//! A stream may change its codec, and with it the rate of its samples; each frame says its own rate.

use super::arrivals::MILLISECOND;
use super::decoded::Decoded;
pub use super::decoded::{Made, FRAME_MAX};
use super::jitter::{Content, Incoming, Jitter, JitterCounts, Next, FRAME};
use crate::codec::Codec;

/// Sound may wait so much longer than it must; with less it would be changed to and fro.
const SLACK: i64 = FRAME;
/// Sound may wait so much shorter than it should.
const NEED: i64 = 5 * MILLISECOND;
/// What must be ready for a pitch period to be taken out.
const CUT_MS: usize = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Samples in a second, 8000 or 16000; the frame holds a fiftieth of it.
    pub rate: u32,
    pub made: Made,
}

impl Heard {
    pub const fn samples(self) -> usize {
        self.rate as usize / 50
    }
}

#[derive(Debug)]
pub struct Ear {
    jitter: Jitter,
    decoded: Decoded,
    /// Frames in which something had to be made up.
    concealed: u64,
}

impl Ear {
    pub fn new(codec: Codec) -> Self {
        Self { jitter: Jitter::default(), decoded: Decoded::new(codec), concealed: 0 }
    }

    /// A packet of sound came. `now_ms` runs evenly and is the same clock as that of `pull`.
    #[allow(clippy::too_many_arguments)]
    pub fn push(
        &mut self,
        ssrc: u32,
        sequence: u16,
        timestamp: u32,
        marker: bool,
        codec: Codec,
        payload: &[u8],
        now_ms: u64,
    ) {
        let content = Content::Sound(codec);
        self.take(&Incoming { ssrc, sequence, timestamp, marker, content, payload }, now_ms);
    }

    /// A packet of sound, or one that describes comfort noise, came.
    pub fn take(&mut self, packet: &Incoming, now_ms: u64) {
        self.jitter.push(packet, place(now_ms));
    }

    /// The next 20 ms, once a tick. `frame` has room for FRAME_MAX samples; `Heard` tells how many there are.
    pub fn pull(&mut self, frame: &mut [i16], now_ms: u64) -> Heard {
        let now = place(now_ms);
        let mut made = self.fill(now);
        if made == Made::Sound && self.adapt(now) {
            made = made.max(self.fill(now));
        }
        if made == Made::Concealed {
            self.concealed += 1;
        }
        let heard = Heard { rate: self.decoded.rate(), made };
        let samples = heard.samples().min(frame.len());
        self.decoded.take(&mut frame[..samples]);
        heard
    }

    /// Make a frame ready.
    fn fill(&mut self, now: i64) -> Made {
        let mut made = if self.decoded.is_empty() { Made::Silence } else { Made::Sound };
        while self.decoded.len() < self.decoded.rate() as usize / 50 {
            made = made.max(self.step(now));
        }
        made
    }

    fn step(&mut self, now: i64) -> Made {
        let rate = self.decoded.rate();
        let due = now + time(self.decoded.len(), rate);
        match self.jitter.next(due) {
            Next::Sound(codec, payload) => {
                let count = self.decoded.sound(codec, payload);
                self.jitter.advance(time(count, self.decoded.rate()));
                Made::Sound
            }
            Next::Noise(payload) => {
                self.decoded.describe(payload);
                Made::Noise
            }
            Next::Gap(length) => self.decoded.gap(samples(length, rate), None),
            Next::Lost(length, codec, next) => self.decoded.gap(samples(length, rate), Some((codec, next))),
        }
    }

    /// Bring the wait towards what the network needs, where nobody hears it. Whether sound was taken away.
    fn adapt(&mut self, now: i64) -> bool {
        let rate = self.decoded.rate();
        let excess = self.jitter.excess(now + time(self.decoded.len(), rate));
        if excess > SLACK {
            while self.decoded.len() < CUT_MS * rate as usize / 1000 && self.jitter.has_more() {
                self.step(now);
            }
            return self.decoded.rate() == rate && self.decoded.shorten();
        }
        if excess < -NEED {
            self.decoded.lengthen();
        }
        false
    }

    pub fn counts(&self) -> JitterCounts {
        self.jitter.counts
    }

    pub fn concealed(&self) -> u64 {
        self.concealed
    }

    /// How long sound waits for late packets now.
    pub fn wait_ms(&self) -> u32 {
        (self.jitter.wait() / MILLISECOND) as u32
    }
}

fn place(now_ms: u64) -> i64 {
    (now_ms as i64).wrapping_mul(MILLISECOND)
}

fn time(samples: usize, rate: u32) -> i64 {
    samples as i64 * i64::from(48_000 / rate.max(1))
}

fn samples(length: i64, rate: u32) -> usize {
    (length.max(0) / i64::from(48_000 / rate.max(1))) as usize
}

#[cfg(test)]
mod tests;

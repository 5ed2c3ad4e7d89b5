//! What was decoded of a stream and is not yet heard: payloads in, also lost ones, samples out at one rate.

use super::conceal::Concealer;
use super::stretch;
use crate::codec::comfort_noise::ComfortNoise;
use crate::codec::{Codec, Decoder, LONGEST};

/// Samples of the longest frame: 20 ms at 16 kHz.
pub const FRAME_MAX: usize = 320;
/// What one frame leaves, two of the longest payloads, and what stretching adds.
const ROOM: usize = 2 * FRAME_MAX + 2 * LONGEST;
/// A decoder that conceals is trusted for so long; then its sound counts as silence.
const TRUSTED_MS: u32 = 200;

/// What sound was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Made {
    /// Nothing is there: not begun, paused, or lost for long.
    Silence,
    /// As the far end described its silence (RFC 3389).
    Noise,
    /// The far end's own sound.
    Sound,
    /// In part or whole of our making, in place of what was lost.
    Concealed,
}

#[derive(Debug)]
pub struct Decoded {
    codec: Codec,
    decoder: Decoder,
    concealer: Concealer,
    noise: ComfortNoise,
    /// The far end described its silence, and has not spoken since.
    quiet: bool,
    /// Samples since the last sound; None before the first.
    missing: Option<u32>,
    rate: u32,
    ready: Box<[i16; ROOM]>,
    length: usize,
}

impl Decoded {
    pub fn new(codec: Codec) -> Self {
        let rate = codec.sample_rate();
        Self {
            codec,
            decoder: Decoder::new(codec),
            concealer: Concealer::new(rate),
            noise: ComfortNoise::new(rate),
            quiet: false,
            missing: None,
            rate,
            ready: Box::new([0; ROOM]),
            length: 0,
        }
    }

    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// Samples that are ready.
    pub fn len(&self) -> usize {
        self.length
    }

    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Decode a payload; how many samples came of it.
    pub fn sound(&mut self, codec: Codec, payload: &[u8]) -> usize {
        if codec != self.codec {
            self.change(codec);
        }
        let Some(free) = self.ready.get_mut(self.length..) else {
            return 0;
        };
        let count = self.decoder.decode(payload, free).min(free.len());
        if count > 0 {
            self.concealer.rejoin(&mut free[..count]);
            self.length += count;
            self.missing = Some(0);
            self.quiet = false;
        }
        count
    }

    /// The far end tells how its silence sounds.
    pub fn describe(&mut self, payload: &[u8]) {
        self.quiet |= self.noise.describe(payload);
    }

    /// So many samples that are not there; `following` is the payload right behind them.
    pub fn gap(&mut self, samples: usize, following: Option<(Codec, &[u8])>) -> Made {
        let Some(free) = self.ready.get_mut(self.length..self.length + samples) else {
            return Made::Silence;
        };
        self.length += samples;
        if self.quiet {
            self.noise.fill(free);
            self.concealer.hear(free);
            return Made::Noise;
        }
        let Some(missing) = self.missing else {
            free.fill(0);
            return Made::Silence;
        };
        self.missing = Some(missing.saturating_add(samples as u32));
        if !self.decoder.conceals() {
            self.concealer.fill(free);
            return if self.concealer.is_silent() { Made::Silence } else { Made::Concealed };
        }
        match following {
            Some((codec, next)) if codec == self.codec && missing == 0 => {
                self.decoder.decode_lost_with_next(next, free);
            }
            _ => self.decoder.conceal(free),
        }
        self.concealer.hear(free);
        if missing > TRUSTED_MS * self.rate / 1000 {
            Made::Silence
        } else {
            Made::Concealed
        }
    }

    /// Another codec, which may have another rate: what is ready is brought to that.
    fn change(&mut self, codec: Codec) {
        self.codec = codec;
        self.decoder = Decoder::new(codec);
        let rate = codec.sample_rate();
        if rate == self.rate {
            return;
        }
        // At most a frame, once: no filter is needed for that.
        if rate > self.rate {
            let length = self.length.min(ROOM / 2);
            for index in (0..length).rev() {
                let (this, next) = (self.ready[index], self.ready[(index + 1).min(length - 1)]);
                self.ready[2 * index] = this;
                self.ready[2 * index + 1] = ((i32::from(this) + i32::from(next)) / 2) as i16;
            }
            self.length = length * 2;
        } else {
            self.length /= 2;
            for index in 0..self.length {
                let pair = i32::from(self.ready[2 * index]) + i32::from(self.ready[2 * index + 1]);
                self.ready[index] = (pair / 2) as i16;
            }
        }
        self.rate = rate;
        self.concealer = Concealer::new(rate);
        self.noise = ComfortNoise::new(rate);
    }

    /// Make what is ready one pitch period shorter; whether it could be done unheard.
    pub fn shorten(&mut self) -> bool {
        let removed = stretch::shorten(&mut self.ready[..self.length], self.rate);
        self.length -= removed;
        removed > 0
    }

    /// Make what is ready one pitch period longer.
    pub fn lengthen(&mut self) -> bool {
        let added = stretch::lengthen(&mut self.ready[..], self.length, self.rate);
        self.length += added;
        added > 0
    }

    /// Move the first samples out.
    pub fn take(&mut self, frame: &mut [i16]) {
        let count = frame.len().min(self.length);
        frame[..count].copy_from_slice(&self.ready[..count]);
        frame[count..].fill(0);
        self.ready.copy_within(count..self.length, 0);
        self.length -= count;
    }
}

//! G.722 at 64 kbit/s (ITU-T G.722 mode 1, RFC 3551 section 4.5.2): a byte is two samples at 16 kHz, six bits for
//! the half of the spectrum below 4 kHz and two for the one above, each coded as the error of a prediction.

mod band;
mod filter;

use band::Band;
use filter::{Analysis, Synthesis};

#[derive(Clone, Debug)]
pub struct Encoder {
    analysis: Analysis,
    low: Band,
    high: Band,
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Encoder {
    pub fn new() -> Self {
        Self { analysis: Analysis::default(), low: Band::low(), high: Band::high() }
    }

    /// Encode pairs of samples; an odd one at the end is left out.
    pub fn encode(&mut self, pcm: &[i16], out: &mut [u8]) -> usize {
        let mut written = 0;
        for (slot, pair) in out.iter_mut().zip(pcm.chunks_exact(2)) {
            let (low, high) = self.analysis.split(pair[0], pair[1]);
            *slot = self.high.encode_high(high) << 6 | self.low.encode_low(low);
            written += 1;
        }
        written
    }
}

#[derive(Clone, Debug)]
pub struct Decoder {
    synthesis: Synthesis,
    low: Band,
    high: Band,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    pub fn new() -> Self {
        Self { synthesis: Synthesis::default(), low: Band::low(), high: Band::high() }
    }

    /// Two samples of each byte.
    pub fn decode(&mut self, payload: &[u8], pcm: &mut [i16]) -> usize {
        let mut written = 0;
        for (pair, &byte) in pcm.chunks_exact_mut(2).zip(payload) {
            let low = self.low.decode_low(byte & 0x3F);
            let high = self.high.decode_high(byte >> 6);
            pair.copy_from_slice(&self.synthesis.join(low, high));
            written += 2;
        }
        written
    }
}

#[cfg(test)]
mod tests;

//! A sound encoded once and shared by all ports that play it.

use crate::codec::g711::Law;
use crate::codec::Codec;
use crate::io::clock::SAMPLE_RATE;

/// A sound in both laws; ports only point into it.
#[derive(Debug)]
pub struct ClipData {
    pcmu: Box<[u8]>,
    pcma: Box<[u8]>,
}

impl ClipData {
    pub fn encode(pcm: &[i16]) -> Self {
        let by = |law: Law| pcm.iter().map(|&s| law.encode(s)).collect();
        Self { pcmu: by(Law::Mu), pcma: by(Law::A) }
    }

    pub(super) fn bytes(&self, codec: Codec) -> &[u8] {
        match codec {
            Codec::Pcma => &self.pcma,
            _ => &self.pcmu,
        }
    }

    pub fn samples(&self) -> usize {
        self.pcmu.len()
    }

    pub fn duration(&self) -> f64 {
        self.samples() as f64 / f64::from(SAMPLE_RATE)
    }
}

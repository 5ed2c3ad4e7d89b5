//! A payload made to rise from silence or to fall into it, where its stretch of sound meets another.

use crate::codec::Codec;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fade {
    In,
    Out,
}

impl Fade {
    /// Whether a payload can be faded by itself: each sample stands for itself.
    pub fn suits(codec: Codec) -> bool {
        codec.law().is_some() || matches!(codec, Codec::L16Narrow | Codec::L16Wide)
    }

    /// Fade a payload from its first sample to its last; where samples depend on each other it stays as it is.
    pub fn apply(self, payload: &mut [u8], codec: Codec) {
        if let Some(law) = codec.law() {
            let count = payload.len();
            for (index, byte) in payload.iter_mut().enumerate() {
                *byte = law.encode(self.at(law.decode(*byte), index, count));
            }
        } else if Self::suits(codec) {
            let count = payload.len() / 2;
            for (index, pair) in payload.chunks_exact_mut(2).enumerate() {
                let sample = self.at(i16::from_be_bytes([pair[0], pair[1]]), index, count);
                pair.copy_from_slice(&sample.to_be_bytes());
            }
        }
    }

    fn at(self, sample: i16, index: usize, count: usize) -> i16 {
        let share = match self {
            Self::In => index,
            Self::Out => count - 1 - index,
        };
        (i64::from(sample) * share as i64 / count.max(1) as i64) as i16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_rise_and_fall_and_what_cannot_be_faded_stays() {
        let mut payload = [0x10, 0x00].repeat(160);
        Fade::In.apply(&mut payload, Codec::L16Narrow);
        let samples: Vec<_> = payload.chunks(2).map(|p| i16::from_be_bytes([p[0], p[1]])).collect();
        assert!(samples.is_sorted() && samples[0] == 0 && samples[159] > 4000);
        let law = Codec::Pcmu.law().unwrap();
        let mut payload = [law.encode(8000); 160];
        Fade::Out.apply(&mut payload, Codec::Pcmu);
        assert!(law.decode(payload[0]) > 7000 && law.decode(payload[159]) == 0);
        let mut payload = [7; 160];
        Fade::Out.apply(&mut payload, Codec::G722);
        assert_eq!(payload, [7; 160]);
        Fade::In.apply(&mut [], Codec::Pcma);
    }
}

//! G.711 (ITU-T G.711, RFC 3551 payloads 0 and 8): tables made at compile time, both laws and between them.

/// One of the two laws by which samples become bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    Mu,
    A,
}

impl Law {
    /// The byte of no sound.
    pub const fn silence(self) -> u8 {
        match self {
            Self::Mu => 0xFF,
            Self::A => 0xD5,
        }
    }

    pub fn decode(self, byte: u8) -> i16 {
        self.samples()[byte as usize]
    }

    pub fn encode(self, sample: i16) -> u8 {
        match self {
            Self::Mu => pcm_to_ulaw(sample),
            Self::A => pcm_to_alaw(sample),
        }
    }

    pub fn decode_all(self, payload: &[u8], pcm: &mut [i16]) -> usize {
        let table = self.samples();
        for (slot, &byte) in pcm.iter_mut().zip(payload) {
            *slot = table[byte as usize];
        }
        payload.len().min(pcm.len())
    }

    pub fn encode_all(self, pcm: &[i16], out: &mut [u8]) -> usize {
        for (slot, &sample) in out.iter_mut().zip(pcm) {
            *slot = self.encode(sample);
        }
        pcm.len().min(out.len())
    }

    /// The table that turns this law's bytes into the other's; None when nothing is to be done.
    pub fn table_to(self, other: Self) -> Option<&'static [u8; 256]> {
        match (self, other) {
            (Self::Mu, Self::A) => Some(&ULAW_TO_ALAW),
            (Self::A, Self::Mu) => Some(&ALAW_TO_ULAW),
            _ => None,
        }
    }

    const fn samples(self) -> &'static [i16; 256] {
        match self {
            Self::Mu => &ULAW_TO_PCM,
            Self::A => &ALAW_TO_PCM,
        }
    }
}

static ULAW_TO_PCM: [i16; 256] = build_decoder(true);
static ALAW_TO_PCM: [i16; 256] = build_decoder(false);
static ULAW_TO_ALAW: [u8; 256] = build_crossing(true);
static ALAW_TO_ULAW: [u8; 256] = build_crossing(false);

const ULAW_BIAS: i32 = 0x84;
const ULAW_CLIP: i32 = 32635;

pub const fn pcm_to_ulaw(sample: i16) -> u8 {
    let sign: u8 = if sample < 0 { 0x80 } else { 0 };
    let mut magnitude = (sample as i32).abs();
    if magnitude > ULAW_CLIP {
        magnitude = ULAW_CLIP;
    }
    magnitude += ULAW_BIAS;
    let exponent = 31 - (magnitude as u32).leading_zeros() as i32 - 7;
    let mantissa = (magnitude >> (exponent + 3)) & 0x0F;
    !(sign | ((exponent as u8) << 4) | mantissa as u8)
}

pub const fn pcm_to_alaw(sample: i16) -> u8 {
    // A-law codes 13 bits; negative values are one's complement, as in the ITU reference.
    let positive = sample >= 0;
    let magnitude = if positive { sample as i32 >> 4 } else { (!(sample as i32)) >> 4 };
    let coded = if magnitude < 32 {
        magnitude
    } else {
        let exponent = 31 - (magnitude as u32).leading_zeros() as i32 - 3;
        (exponent << 4) | ((magnitude >> (exponent - 1)) & 0x0F)
    };
    let byte = coded as u8;
    (if positive { byte | 0x80 } else { byte }) ^ 0x55
}

const fn ulaw_to_pcm(byte: u8) -> i16 {
    let code = !byte;
    let exponent = ((code >> 4) & 7) as i32;
    let magnitude = ((((code & 0x0F) as i32) << 3) + ULAW_BIAS) << exponent;
    let value = magnitude - ULAW_BIAS;
    (if code & 0x80 != 0 { -value } else { value }) as i16
}

const fn alaw_to_pcm(byte: u8) -> i16 {
    let code = byte ^ 0x55;
    let exponent = ((code >> 4) & 7) as i32;
    let mantissa = ((code & 0x0F) as i32) << 4;
    let value = if exponent == 0 { mantissa + 8 } else { (mantissa + 0x108) << (exponent - 1) };
    (if code & 0x80 != 0 { value } else { -value }) as i16
}

const fn build_decoder(ulaw: bool) -> [i16; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        table[index] = if ulaw { ulaw_to_pcm(index as u8) } else { alaw_to_pcm(index as u8) };
        index += 1;
    }
    table
}

const fn build_crossing(from_ulaw: bool) -> [u8; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        table[index] = if from_ulaw {
            pcm_to_alaw(ulaw_to_pcm(index as u8))
        } else {
            pcm_to_ulaw(alaw_to_pcm(index as u8))
        };
        index += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        assert_eq!(pcm_to_ulaw(0), 0xFF);
        assert_eq!(pcm_to_ulaw(i16::MAX), 0x80);
        assert_eq!(pcm_to_ulaw(i16::MIN), 0x00);
        assert_eq!(pcm_to_alaw(0), 0xD5);
        assert_eq!(pcm_to_alaw(i16::MAX), 0xAA);
        assert_eq!(pcm_to_alaw(i16::MIN), 0x2A);
        assert_eq!(ULAW_TO_PCM[0x80], 32124);
        assert_eq!(ALAW_TO_PCM[0xD5], 8);
    }

    #[test]
    fn every_code_survives_decoding_and_encoding() {
        for byte in 0..=255u8 {
            assert_eq!(pcm_to_alaw(Law::A.decode(byte)), byte);
            // Negative zero of u-law becomes positive zero.
            let again = pcm_to_ulaw(Law::Mu.decode(byte));
            assert!(again == byte || (byte == 0x7F && again == 0xFF));
        }
    }

    #[test]
    fn the_error_of_a_round_trip_is_small() {
        for sample in (i16::MIN..=i16::MAX).step_by(17) {
            for law in [Law::Mu, Law::A] {
                let back = i32::from(law.decode(law.encode(sample)));
                let allowed = 16 + i32::from(sample).abs() / 16;
                assert!((back - i32::from(sample)).abs() <= allowed);
            }
        }
    }
}

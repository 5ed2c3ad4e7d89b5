//! L16: 16-bit samples in network byte order (RFC 3551 section 4.5.11), here at 8000 and 16000 in a second.

/// Samples of a payload; half a sample at its end is left out.
pub fn decode(payload: &[u8], pcm: &mut [i16]) -> usize {
    let mut written = 0;
    for (slot, bytes) in pcm.iter_mut().zip(payload.chunks_exact(2)) {
        *slot = i16::from_be_bytes([bytes[0], bytes[1]]);
        written += 1;
    }
    written
}

pub fn encode(pcm: &[i16], out: &mut [u8]) -> usize {
    let mut written = 0;
    for (slot, sample) in out.chunks_exact_mut(2).zip(pcm) {
        slot.copy_from_slice(&sample.to_be_bytes());
        written += 2;
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_high_byte_comes_first() {
        let mut out = [0; 4];
        assert_eq!(encode(&[0x1234, -2], &mut out), 4);
        assert_eq!(out, [0x12, 0x34, 0xFF, 0xFE]);
    }

    #[test]
    fn half_a_sample_is_left_out() {
        let mut pcm = [0; 4];
        assert_eq!(decode(&[0x12, 0x34, 0xFF], &mut pcm), 1);
        assert_eq!(pcm, [0x1234, 0, 0, 0]);
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        assert_eq!(encode(&[1, 2, 3], &mut [0; 5]), 4);
        assert_eq!(decode(&[0; 12], &mut [0; 5]), 5);
    }
}

//! WAV (RIFF, 16-bit PCM): the header, whole or of a stream whose length nobody knows yet.

pub const HEADER: usize = 44;
/// What stands for "until the end of the file" where the header cannot be written again.
const UNKNOWN: u32 = u32::MAX;

/// `bytes` of samples follow; None writes the header of a stream.
pub fn header(rate: u32, channels: u16, bytes: Option<u64>) -> [u8; HEADER] {
    let frame = channels.saturating_mul(2);
    let bytes = bytes.map_or(UNKNOWN, |b| u32::try_from(b).unwrap_or(UNKNOWN));
    let mut out = [0; HEADER];
    out[0..4].copy_from_slice(b"RIFF");
    out[4..8].copy_from_slice(&bytes.saturating_add(HEADER as u32 - 8).to_le_bytes());
    out[8..16].copy_from_slice(b"WAVEfmt ");
    out[16..20].copy_from_slice(&16u32.to_le_bytes());
    out[20..22].copy_from_slice(&1u16.to_le_bytes());
    out[22..24].copy_from_slice(&channels.to_le_bytes());
    out[24..28].copy_from_slice(&rate.to_le_bytes());
    out[28..32].copy_from_slice(&rate.saturating_mul(u32::from(frame)).to_le_bytes());
    out[32..34].copy_from_slice(&frame.to_le_bytes());
    out[34..36].copy_from_slice(&16u16.to_le_bytes());
    out[36..40].copy_from_slice(b"data");
    out[40..44].copy_from_slice(&bytes.to_le_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_tells_rate_channels_and_length() {
        let wav = header(16000, 2, Some(640));
        assert_eq!((&wav[..4], &wav[8..16], &wav[36..40]), (&b"RIFF"[..], &b"WAVEfmt "[..], &b"data"[..]));
        assert_eq!(u32::from_le_bytes([wav[4], wav[5], wav[6], wav[7]]), 676);
        assert_eq!((wav[22], wav[32], wav[34]), (2, 4, 16));
        assert_eq!(u32::from_le_bytes([wav[28], wav[29], wav[30], wav[31]]), 64000);
        assert_eq!(wav[40..], 640u32.to_le_bytes());
    }

    #[test]
    fn a_stream_and_what_is_longer_than_wav_can_tell_run_to_the_end_of_the_file() {
        assert_eq!(header(8000, 1, None)[40..], [0xFF; 4]);
        assert_eq!(header(8000, 1, Some(5 << 30))[4..8], [0xFF; 4]);
    }
}

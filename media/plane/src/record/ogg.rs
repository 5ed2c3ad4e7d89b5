//! Ogg Opus (RFC 7845 over RFC 3533) of voices that share nothing: one Opus stream each, mapping family 1, so that
//! no codec mixes the two sides of a call.

/// Samples at 48 kHz an encoder is behind (libopus at 16 kHz): players leave them out (RFC 7845 s.4.2).
const PRE_SKIP: u16 = 312;
/// Samples at 48 kHz of one 20 ms packet.
const PACKET: u64 = 960;
/// Segments a page may hold (RFC 3533 s.6).
const SEGMENTS: usize = 255;
const VENDOR: &[u8] = b"Centralita";

const CONTINUED: u8 = 0;
const FIRST: u8 = 2;
const LAST: u8 = 4;

/// One logical stream: packets in, pages out.
#[derive(Debug)]
pub struct OggStream {
    serial: u32,
    page: u32,
    granule: u64,
    segments: Vec<u8>,
    body: Vec<u8>,
}

impl OggStream {
    /// The stream and its two header pages.
    pub fn begin(serial: u32, channels: u8, input_rate: u32) -> (Self, Vec<u8>) {
        let mut stream = Self { serial, page: 0, granule: 0, segments: Vec::new(), body: Vec::new() };
        let mut out = Vec::new();
        stream.add(&head(channels, input_rate));
        stream.close_page(FIRST, &mut out);
        let mut tags = b"OpusTags".to_vec();
        tags.extend_from_slice(&(VENDOR.len() as u32).to_le_bytes());
        tags.extend_from_slice(VENDOR);
        tags.extend_from_slice(&0u32.to_le_bytes());
        stream.add(&tags);
        stream.close_page(CONTINUED, &mut out);
        (stream, out)
    }

    /// Add 20 ms: one Opus packet for each channel.
    pub fn packet(&mut self, voices: &[&[u8]], out: &mut Vec<u8>) {
        let whole = join(voices);
        if self.segments.len() + whole.len() / 255 + 1 > SEGMENTS {
            self.close_page(CONTINUED, out);
        }
        self.add(&whole);
        self.granule += PACKET;
    }

    /// The page of what has been added since the last, if any.
    pub fn flush(&mut self, out: &mut Vec<u8>) {
        if !self.segments.is_empty() {
            self.close_page(CONTINUED, out);
        }
    }

    /// The last page; `frames` at 48 kHz are what was really recorded (RFC 7845 s.4.4).
    pub fn finish(&mut self, frames: u64, out: &mut Vec<u8>) {
        self.granule = self.granule.min(frames + u64::from(PRE_SKIP));
        self.close_page(LAST, out);
    }

    fn add(&mut self, packet: &[u8]) {
        self.segments.extend(std::iter::repeat_n(255, packet.len() / 255));
        self.segments.push((packet.len() % 255) as u8);
        self.body.extend_from_slice(packet);
    }

    fn close_page(&mut self, kind: u8, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(b"OggS\0");
        out.push(kind);
        out.extend_from_slice(&self.granule.to_le_bytes());
        out.extend_from_slice(&self.serial.to_le_bytes());
        out.extend_from_slice(&self.page.to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        out.push(self.segments.len() as u8);
        out.append(&mut self.segments);
        out.append(&mut self.body);
        let sum = checksum(&out[start..]);
        out[start + 22..start + 26].copy_from_slice(&sum.to_le_bytes());
        self.page = self.page.wrapping_add(1);
    }
}

/// The identification header (RFC 7845 s.5.1), each channel a stream of its own.
fn head(channels: u8, input_rate: u32) -> Vec<u8> {
    let mut out = b"OpusHead\x01".to_vec();
    out.push(channels);
    out.extend_from_slice(&PRE_SKIP.to_le_bytes());
    out.extend_from_slice(&input_rate.to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    if channels == 1 {
        out.push(0);
    } else {
        out.extend_from_slice(&[1, channels, 0]);
        out.extend(0..channels);
    }
    out
}

/// Several Opus packets as one: all but the last tell their length (RFC 7845 s.3, RFC 6716 appendix B).
fn join(voices: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    let Some((last, others)) = voices.split_last() else {
        return out;
    };
    for voice in others {
        let (&toc, frame) = voice.split_first().unwrap_or((&0, &[]));
        out.push(toc);
        push_length(frame.len(), &mut out);
        out.extend_from_slice(frame);
    }
    out.extend_from_slice(last);
    out
}

/// A frame's length (RFC 6716 s.3.2.1).
fn push_length(length: usize, out: &mut Vec<u8>) {
    if length < 252 {
        out.push(length as u8);
    } else {
        let first = 252 + (length & 3);
        out.push(first as u8);
        out.push(((length - first) / 4) as u8);
    }
}

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut value = (index as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 0x8000_0000 != 0 { value << 1 ^ 0x04C1_1DB7 } else { value << 1 };
            bit += 1;
        }
        table[index] = value;
        index += 1;
    }
    table
};

/// RFC 3533 s.6: generator 0x04C11DB7, nothing inverted, nothing reflected.
fn checksum(page: &[u8]) -> u32 {
    page.iter().fold(0, |sum, &byte| sum << 8 ^ TABLE[usize::from((sum >> 24) as u8 ^ byte)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_a_page_found_in_the_wild() {
        // The polynomial's own check value: CRC-32/POSIX without the length and the last inversion.
        assert_eq!(checksum(b"123456789"), 0x89A1_897F);
    }

    #[test]
    fn headers_stand_on_pages_of_their_own_and_the_length_is_told_at_the_end() {
        let (mut stream, mut out) = OggStream::begin(7, 2, 16000);
        assert_eq!((&out[..4], out[5], &out[28..36]), (&b"OggS"[..], FIRST, &b"OpusHead"[..]));
        assert_eq!(out[28 + 18..28 + 23], [1, 2, 0, 0, 1]);
        out.clear();
        stream.packet(&[&[8, 1, 2, 3], &[8, 4]], &mut out);
        assert!(out.is_empty());
        stream.finish(480, &mut out);
        assert_eq!((out[5], out[26], out[27]), (LAST, 1, 7));
        assert_eq!(out[6..14], (480 + 312u64).to_le_bytes());
        assert_eq!(out[28..], [8, 3, 1, 2, 3, 8, 4]);
    }

    #[test]
    fn a_page_never_holds_more_than_its_table_can_tell() {
        let (mut stream, mut out) = OggStream::begin(7, 1, 16000);
        out.clear();
        for _ in 0..130 {
            stream.packet(&[&[8; 400]], &mut out);
        }
        assert_eq!(usize::from(out[26]), 254);
        assert!(stream.segments.len() <= SEGMENTS);
    }

    #[test]
    fn lengths_are_coded_in_one_byte_or_two() {
        let mut out = Vec::new();
        for length in [0, 251, 252, 255, 1275] {
            push_length(length, &mut out);
        }
        assert_eq!(out, [0, 251, 252, 0, 255, 0, 255, 255]);
    }
}

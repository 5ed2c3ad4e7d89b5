//! RTP packets (RFC 3550 s.5.1): a total parser for what strangers send, and a writer.

pub const HEADER: usize = 12;

/// Why a datagram is not RTP that we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    Short,
    Version,
    Contributors,
    Extension,
    Padding,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    pub marker: bool,
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    pub payload: &'a [u8],
}

impl<'a> Packet<'a> {
    pub fn parse(data: &'a [u8]) -> Result<Self, Malformed> {
        let (header, mut rest) = data.split_first_chunk::<HEADER>().ok_or(Malformed::Short)?;
        let [first, second, s0, s1, t0, t1, t2, t3, i0, i1, i2, i3] = *header;
        if first >> 6 != 2 {
            return Err(Malformed::Version);
        }
        // The common packet has none of padding, extension and contributing sources.
        if first & 0x3F != 0 {
            rest = strip(first, rest)?;
        }
        Ok(Self {
            marker: second & 0x80 != 0,
            payload_type: second & 0x7F,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([i0, i1, i2, i3]),
            payload: rest,
        })
    }
}

fn strip(first: u8, rest: &[u8]) -> Result<&[u8], Malformed> {
    let mut rest = rest.get(usize::from(first & 0x0F) * 4..).ok_or(Malformed::Contributors)?;
    if first & 0x10 != 0 {
        let (head, body) = rest.split_first_chunk::<4>().ok_or(Malformed::Extension)?;
        let words = usize::from(u16::from_be_bytes([head[2], head[3]]));
        rest = body.get(words * 4..).ok_or(Malformed::Extension)?;
    }
    if first & 0x20 != 0 {
        let padding = usize::from(*rest.last().ok_or(Malformed::Padding)?);
        if padding == 0 {
            return Err(Malformed::Padding);
        }
        rest = rest.get(..rest.len().wrapping_sub(padding)).ok_or(Malformed::Padding)?;
    }
    Ok(rest)
}

/// Whether a datagram on a shared port is a report: packet types 192 to 223 (RFC 5761 s.4).
pub fn is_rtcp(data: &[u8]) -> bool {
    matches!(data, [first, 192..=223, ..] if first >> 6 == 2)
}

/// What stands in front of a payload on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub marker: bool,
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
}

/// Write one packet; returns its length. `out` holds header and payload.
pub fn write(out: &mut [u8], header: Header, ssrc: u32, payload: &[u8]) -> usize {
    let length = HEADER + payload.len();
    let out = &mut out[..length];
    out[0] = 0x80;
    out[1] = header.payload_type | if header.marker { 0x80 } else { 0 };
    out[2..4].copy_from_slice(&header.sequence.to_be_bytes());
    out[4..8].copy_from_slice(&header.timestamp.to_be_bytes());
    out[8..12].copy_from_slice(&ssrc.to_be_bytes());
    out[12..].copy_from_slice(payload);
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(first: u8, tail: &[u8]) -> Vec<u8> {
        let mut data = vec![first, 0x80, 0, 7, 0, 0, 0, 160, 1, 2, 3, 4];
        data.extend_from_slice(tail);
        data
    }

    #[test]
    fn a_plain_packet() {
        let data = packet(0x80, b"abc");
        let parsed = Packet::parse(&data).unwrap();
        assert_eq!((parsed.marker, parsed.payload_type, parsed.sequence), (true, 0, 7));
        assert_eq!((parsed.timestamp, parsed.ssrc, parsed.payload), (160, 0x0102_0304, &b"abc"[..]));
    }

    #[test]
    fn what_is_written_is_read() {
        let header = Header { marker: true, payload_type: 8, sequence: 65535, timestamp: 9 };
        let mut out = [0; 64];
        let length = write(&mut out, header, 42, b"xyz");
        let parsed = Packet::parse(&out[..length]).unwrap();
        assert_eq!((parsed.sequence, parsed.timestamp, parsed.ssrc), (65535, 9, 42));
        assert_eq!(parsed.payload, b"xyz");
    }

    #[test]
    fn contributors_extension_and_padding_are_cut_off() {
        let data = packet(0xB1, b"CCCC\x00\x00\x00\x01EEEEvoice\x00\x00\x03");
        assert_eq!(Packet::parse(&data).unwrap().payload, b"voice");
    }

    #[test]
    fn broken_packets_are_refused() {
        assert_eq!(Packet::parse(b""), Err(Malformed::Short));
        assert_eq!(Packet::parse(&packet(0x40, b"")), Err(Malformed::Version));
        assert_eq!(Packet::parse(&packet(0x82, b"CCCC")), Err(Malformed::Contributors));
        assert_eq!(Packet::parse(&packet(0x90, b"\0\0\xFF\xFF")), Err(Malformed::Extension));
        assert_eq!(Packet::parse(&packet(0xA0, b"\x00")), Err(Malformed::Padding));
        assert_eq!(Packet::parse(&packet(0xA0, b"\x09")), Err(Malformed::Padding));
        assert_eq!(Packet::parse(&packet(0xA0, b"")), Err(Malformed::Padding));
    }

    #[test]
    fn any_bytes_are_parsed_without_panic() {
        let mut state = 1u64;
        for length in 0..2000usize {
            let data: Vec<u8> = (0..length % 64)
                .map(|_| {
                    state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    (state >> 33) as u8
                })
                .collect();
            let _ = Packet::parse(&data);
        }
    }
}

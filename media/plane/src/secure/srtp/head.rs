//! What stays readable of protected packets: the header of RTP, the first eight octets and the index of RTCP.

use super::Refused;
use crate::rtp::HEADER;

/// Octets of a report that are never encrypted: its first header and the sender's SSRC.
pub const REPORT_HEAD: usize = 8;
/// The bit before a report's index that tells it is encrypted.
pub const ENCRYPTED: u32 = 1 << 31;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub ssrc: u32,
    pub sequence: u16,
    /// With contributing sources and the header extension: all that is not encrypted.
    pub length: usize,
}

impl Head {
    /// Padding is among what is encrypted and cannot be looked at yet.
    pub fn of(packet: &[u8]) -> Result<Self, Refused> {
        let &[first, _, s0, s1, _, _, _, _, i0, i1, i2, i3] =
            packet.first_chunk::<HEADER>().ok_or(Refused::Malformed)?;
        if first >> 6 != 2 {
            return Err(Refused::Malformed);
        }
        let mut length = HEADER + usize::from(first & 0x0F) * 4;
        if first & 0x10 != 0 {
            let Some(&[_, _, high, low]) = packet.get(length..length + 4) else {
                return Err(Refused::Malformed);
            };
            length += 4 + usize::from(u16::from_be_bytes([high, low])) * 4;
        }
        if length > packet.len() {
            return Err(Refused::Malformed);
        }
        let (ssrc, sequence) = (u32::from_be_bytes([i0, i1, i2, i3]), u16::from_be_bytes([s0, s1]));
        Ok(Self { ssrc, sequence, length })
    }
}

/// The sender's SSRC in a report.
pub fn reporter_of(report: &[u8]) -> Result<u32, Refused> {
    match report.first_chunk::<REPORT_HEAD>() {
        Some(&[first, 192..=223, _, _, a, b, c, d]) if first >> 6 == 2 => {
            Ok(u32::from_be_bytes([a, b, c, d]))
        }
        _ => Err(Refused::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(first: u8, tail: &[u8]) -> Vec<u8> {
        [&[first, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 9][..], tail].concat()
    }

    #[test]
    fn sources_and_extension_stay_readable() {
        let plain = Head { ssrc: 9, sequence: 0x0102, length: 12 };
        assert_eq!(Head::of(&packet(0x80, b"voice")), Ok(plain));
        let long = packet(0x91, b"CCCC\0\0\0\x01EEEEvoice");
        assert_eq!(Head::of(&long), Ok(Head { length: 24, ..plain }));
    }

    #[test]
    fn a_header_that_promises_more_than_there_is_is_malformed() {
        for broken in
            [packet(0x40, b""), packet(0x81, b"CC"), packet(0x90, b""), packet(0x90, b"\0\0\xFF\xFF")]
        {
            assert_eq!(Head::of(&broken), Err(Refused::Malformed), "{broken:?}");
        }
        assert_eq!(Head::of(b""), Err(Refused::Malformed));
        assert_eq!(reporter_of(b"\x80\xC8\0\x01\0\0\0"), Err(Refused::Malformed));
        assert_eq!(reporter_of(b"\x80\x00\0\x01\0\0\0\x07"), Err(Refused::Malformed));
        assert_eq!(reporter_of(b"\x80\xC8\0\x01\0\0\0\x07"), Ok(7));
    }
}

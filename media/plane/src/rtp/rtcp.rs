//! RTCP (RFC 3550 s.6): sender and receiver reports with a CNAME, BYE, and a total parser for theirs.
//!
//! No feedback messages, no XR.

use std::time::{SystemTime, UNIX_EPOCH};

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SOURCE_DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;
/// Seconds from 1900 (NTP) to 1970 (Unix).
const NTP_OFFSET: u64 = 2_208_988_800;
pub const MAX_REPORT: usize = 128;

/// A moment as NTP's 64 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ntp(pub u64);

impl Ntp {
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let fraction = (u64::from(since.subsec_nanos()) << 32) / 1_000_000_000;
        Self(((since.as_secs() + NTP_OFFSET) << 32) | fraction)
    }

    /// The middle 32 bits: 1/65536 s.
    pub fn middle(self) -> u32 {
        (self.0 >> 16) as u32
    }
}

/// What our report says of our own stream.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    pub ssrc: u32,
    pub timestamp: u32,
    pub packets: u32,
    pub octets: u32,
}

/// What our report says of theirs.
#[derive(Clone, Copy, Debug)]
pub struct Received {
    pub ssrc: u32,
    pub fraction_lost: u8,
    pub lost: u32,
    pub highest: u32,
    pub jitter: u32,
}

/// What their reports told us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Middle bits of their last sender report.
    pub sender_report: Option<u32>,
    /// Round trip in 1/65536 s.
    pub round_trip: Option<u32>,
    pub fraction_lost: Option<u8>,
    pub lost: Option<u32>,
    pub goodbye: bool,
}

/// The state between reports.
#[derive(Debug, Default)]
pub struct Reporter {
    name: Option<u32>,
    last_sender_report: u32,
    heard_at: Ntp,
    /// Percent of our packets that are lost, by the peer's last reports.
    share_lost: u8,
}

impl Reporter {
    pub fn hear(&mut self, told: &Told, now: Ntp) {
        if let Some(middle) = told.sender_report {
            self.last_sender_report = middle;
            self.heard_at = now;
        }
        if let Some(fraction) = told.fraction_lost {
            let percent = (u32::from(fraction) * 100).div_ceil(256) as u8;
            // Losses come in bursts: one report without them does not end the matter.
            self.share_lost = percent.max(self.share_lost / 2);
        }
    }

    /// Percent of our packets that the peer misses of late, rounded up.
    pub fn share_lost(&self) -> u8 {
        self.share_lost
    }

    /// Write a compound packet: SR or RR, SDES CNAME, and BYE at the end.
    pub fn write(
        &mut self,
        out: &mut [u8; MAX_REPORT],
        sent: Sent,
        received: Option<Received>,
        now: Ntp,
        goodbye: bool,
    ) -> usize {
        let mut writer = Writer { out, length: 0 };
        let reports = u8::from(received.is_some());
        if sent.packets > 0 {
            writer.head(reports, SENDER_REPORT, 6 + 6 * u16::from(reports));
            writer.words(&[sent.ssrc, (now.0 >> 32) as u32, now.0 as u32]);
            writer.words(&[sent.timestamp, sent.packets, sent.octets]);
        } else {
            writer.head(reports, RECEIVER_REPORT, 1 + 6 * u16::from(reports));
            writer.words(&[sent.ssrc]);
        }
        if let Some(block) = received {
            // The wall clock may be set back between two reports.
            let since = now.0.saturating_sub(self.heard_at.0);
            let delay = if self.last_sender_report == 0 { 0 } else { (since >> 16) as u32 };
            let lost = (u32::from(block.fraction_lost) << 24) | block.lost.min(0x7F_FFFF);
            writer.words(&[block.ssrc, lost, block.highest, block.jitter, self.last_sender_report, delay]);
        }
        // One name for the session, whatever becomes of the SSRC (RFC 3550 s.6.5.1).
        let name = *self.name.get_or_insert(sent.ssrc);
        writer.name(sent.ssrc, name);
        if goodbye {
            writer.head(1, GOODBYE, 1);
            writer.words(&[sent.ssrc]);
        }
        writer.length
    }
}

struct Writer<'a> {
    out: &'a mut [u8; MAX_REPORT],
    length: usize,
}

impl Writer<'_> {
    fn bytes(&mut self, bytes: &[u8]) {
        self.out[self.length..self.length + bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }

    fn head(&mut self, count: u8, kind: u8, words: u16) {
        let [high, low] = words.to_be_bytes();
        self.bytes(&[0x80 | count, kind, high, low]);
    }

    fn words(&mut self, words: &[u32]) {
        for word in words {
            self.bytes(&word.to_be_bytes());
        }
    }

    /// SDES with a CNAME that tells nothing of the machine (RFC 7022): 12 hexadecimal digits.
    fn name(&mut self, ssrc: u32, name: u32) {
        self.head(1, SOURCE_DESCRIPTION, 5);
        self.words(&[ssrc]);
        self.bytes(&[1, 12]);
        let mixed = u64::from(name).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        for digit in 0..12 {
            let nibble = ((mixed >> (4 * digit)) & 0xF) as usize;
            self.bytes(&[b"0123456789abcdef"[nibble]]);
        }
        self.bytes(&[0, 0]);
    }
}

/// Read a compound packet. `ours` is the SSRC their blocks must speak of. None if it is no RTCP.
pub fn parse(data: &[u8], ours: u32, now: Ntp) -> Option<Told> {
    let mut told = Told::default();
    let mut rest = data;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let (head, body) = rest.split_first_chunk::<4>()?;
        let length = usize::from(u16::from_be_bytes([head[2], head[3]])) * 4;
        if head[0] >> 6 != 2 || !(192..=223).contains(&head[1]) {
            return None;
        }
        let content = body.get(..length)?;
        rest = &body[length..];
        let count = usize::from(head[0] & 0x1F);
        match head[1] {
            SENDER_REPORT => {
                told.sender_report = Some((word(content, 1)? << 16) | (word(content, 2)? >> 16));
                read_blocks(content.get(24..)?, count, ours, now, &mut told);
            }
            RECEIVER_REPORT => read_blocks(content.get(4..)?, count, ours, now, &mut told),
            GOODBYE => told.goodbye = true,
            _ => {}
        }
    }
    Some(told)
}

fn read_blocks(blocks: &[u8], count: usize, ours: u32, now: Ntp, told: &mut Told) {
    for block in blocks.chunks_exact(24).take(count) {
        let (Some(ssrc), Some(lost), Some(report), Some(delay)) =
            (word(block, 0), word(block, 1), word(block, 4), word(block, 5))
        else {
            return;
        };
        if ssrc != ours {
            continue;
        }
        told.fraction_lost = Some((lost >> 24) as u8);
        // Signed 24 bits: doubled packets make it negative, which is no loss.
        told.lost = Some(((lost << 8) as i32 >> 8).max(0) as u32);
        let trip = now.middle().wrapping_sub(report).wrapping_sub(delay);
        // Above a minute it is nonsense or an attempt at it.
        if report != 0 && trip < 60 << 16 {
            told.round_trip = Some(trip);
        }
    }
}

fn word(data: &[u8], index: usize) -> Option<u32> {
    let bytes = data.get(index * 4..index * 4 + 4)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: Sent = Sent { ssrc: 7, timestamp: 800, packets: 5, octets: 800 };

    fn at(seconds: f64) -> Ntp {
        Ntp((seconds * 4_294_967_296.0) as u64)
    }

    #[test]
    fn two_ends_measure_the_round_trip() {
        let (mut ours, mut theirs) = (Reporter::default(), Reporter::default());
        let mut out = [0; MAX_REPORT];
        let length = ours.write(&mut out, SENT, None, at(100.0), false);
        let told = parse(&out[..length], 9, at(100.05)).unwrap();
        theirs.hear(&told, at(100.05));
        let block = Received { ssrc: 7, fraction_lost: 64, lost: 3, highest: 9, jitter: 1 };
        let sent = Sent { ssrc: 9, ..SENT };
        let length = theirs.write(&mut out, sent, Some(block), at(102.05), true);
        let told = parse(&out[..length], 7, at(102.1)).unwrap();
        let trip = f64::from(told.round_trip.unwrap()) / 65536.0;
        assert!((trip - 0.1).abs() < 0.001, "{trip}");
        assert_eq!((told.fraction_lost, told.lost, told.goodbye), (Some(64), Some(3), true));
        ours.hear(&told, at(102.1));
    }

    #[test]
    fn more_than_was_sent_is_no_loss() {
        let mut out = [0; MAX_REPORT];
        let block = Received { ssrc: 7, fraction_lost: 0, lost: 5, highest: 9, jitter: 1 };
        let length = Reporter::default().write(&mut out, SENT, Some(block), at(1.0), false);
        assert_eq!(parse(&out[..length], 7, at(1.0)).unwrap().lost, Some(5));
        out[33..36].copy_from_slice(&[0xFF, 0xFF, 0xFB]);
        assert_eq!(parse(&out[..length], 7, at(1.0)).unwrap().lost, Some(0));
    }

    #[test]
    fn what_the_peer_loses_is_known_and_forgotten() {
        let mut reporter = Reporter::default();
        let shares = [0, 1, 13, 0, 0, 0, 255].map(|fraction| {
            reporter.hear(&Told { fraction_lost: Some(fraction), ..Told::default() }, at(1.0));
            reporter.share_lost()
        });
        assert_eq!(shares, [0, 1, 6, 3, 1, 0, 100]);
    }

    #[test]
    fn a_clock_set_back_is_no_delay() {
        let mut reporter = Reporter::default();
        reporter.hear(&Told { sender_report: Some(9), ..Told::default() }, at(100.0));
        let mut out = [0; MAX_REPORT];
        let block = Received { ssrc: 7, fraction_lost: 0, lost: 0, highest: 9, jitter: 1 };
        reporter.write(&mut out, SENT, Some(block), at(40.0), false);
        assert_eq!(&out[44..52], &[0, 0, 0, 9, 0, 0, 0, 0]);
    }

    #[test]
    fn one_who_only_listens_sends_a_receiver_report() {
        let mut out = [0; MAX_REPORT];
        let length = Reporter::default().write(&mut out, Sent { packets: 0, ..SENT }, None, at(1.0), false);
        assert_eq!(out[1], RECEIVER_REPORT);
        assert_eq!(length % 4, 0);
        assert_eq!(parse(&out[..length], 1, at(1.0)), Some(Told::default()));
    }

    #[test]
    fn broken_reports_are_refused() {
        for data in [
            &b""[..],
            b"\x80",
            b"\x80\xC8\x00\x06",
            b"\x80\x10\x00\x00",
            b"\x00\xC8\x00\x00",
            b"\x80\xC8\x00\x00",
        ] {
            assert_eq!(parse(data, 1, at(1.0)), None, "{data:?}");
        }
    }
}

//! Our side of a session (RFC 3550 s.5.1): one SSRC, one sequence and one timeline, whoever fills it.

use super::packet::Header;
use crate::io::clock::SAMPLES;

#[derive(Debug)]
pub struct Outgoing {
    pub ssrc: u32,
    last_sequence: u16,
    last_timestamp: u32,
    origin: u32,
    origin_tick: u32,
    started: bool,
    /// The next packet begins a talk-spurt (RFC 3551 s.4.1).
    spurt: bool,
}

impl Outgoing {
    pub fn new(random: [u8; 10], tick: u32) -> Self {
        let [a, b, c, d, e, f, g, h, i, j] = random;
        Self {
            ssrc: u32::from_be_bytes([a, b, c, d]),
            last_sequence: u16::from_be_bytes([e, f]),
            last_timestamp: 0,
            origin: u32::from_be_bytes([g, h, i, j]),
            origin_tick: tick,
            started: false,
            spurt: true,
        }
    }

    /// The timestamp of media that leaves in this tick: time goes on while we are silent.
    pub fn timestamp_at(&self, tick: u32) -> u32 {
        let due = self.origin.wrapping_add(tick.wrapping_sub(self.origin_tick).wrapping_mul(SAMPLES as u32));
        let next = self.last_timestamp.wrapping_add(SAMPLES as u32);
        // A relayed stream may have run ahead of our own timeline; never step back.
        if self.started && (due.wrapping_sub(next) as i32) < 0 {
            next
        } else {
            due
        }
    }

    pub fn next_sequence(&self) -> u16 {
        self.last_sequence.wrapping_add(1)
    }

    pub fn interrupt(&mut self) {
        self.spurt = true;
    }

    /// The header of the next packet of our own making.
    pub fn next(&mut self, payload_type: u8, timestamp: u32) -> Header {
        let header = Header { marker: self.spurt, payload_type, sequence: self.next_sequence(), timestamp };
        self.sent(header.sequence, timestamp);
        self.spurt = false;
        header
    }

    /// Note a packet that left; only the newest moves the stream on.
    pub fn sent(&mut self, sequence: u16, timestamp: u32) {
        let ahead = sequence.wrapping_sub(self.last_sequence) as i16 > 0;
        if ahead {
            self.last_sequence = sequence;
        }
        if !self.started || (ahead && (timestamp.wrapping_sub(self.last_timestamp) as i32) > 0) {
            self.last_timestamp = timestamp;
        }
        self.started = true;
    }

    pub fn last_timestamp(&self) -> u32 {
        self.last_timestamp
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_over_silence_and_never_back() {
        let mut stream = Outgoing::new([0; 10], 100);
        let first = stream.next(0, stream.timestamp_at(100));
        assert!(first.marker);
        assert_eq!(stream.timestamp_at(110), first.timestamp + 1600);
        stream.sent(stream.next_sequence(), first.timestamp + 8000);
        assert_eq!(stream.timestamp_at(101), first.timestamp + 8160);
    }
}

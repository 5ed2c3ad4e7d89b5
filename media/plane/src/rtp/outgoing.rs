//! Our side of a session (RFC 3550 s.5.1): one SSRC, one sequence and one timeline, whoever fills it.

use super::packet::Header;
use crate::io::clock::{SLOTS_PER_SECOND, SLOTS_PER_TICK};

#[derive(Debug)]
pub struct Outgoing {
    pub ssrc: u32,
    last_sequence: u16,
    last_timestamp: u32,
    origin: u32,
    origin_beat: u32,
    /// Timestamp units of a slot of the clock, and of a packet.
    units: u32,
    step: u32,
    started: bool,
    /// The next packet begins a talk-spurt (RFC 3551 s.4.1).
    spurt: bool,
}

impl Outgoing {
    /// A stream at 8000 units a second and 20 ms a packet, until it is told otherwise.
    pub fn new(random: [u8; 10], beat: u32) -> Self {
        let [a, b, c, d, e, f, g, h, i, j] = random;
        let units = 8000 / SLOTS_PER_SECOND;
        Self {
            ssrc: u32::from_be_bytes([a, b, c, d]),
            // The lower half: SRTP must not meet the first rollover at once (RFC 3711 s.3.3.1).
            last_sequence: u16::from_be_bytes([e, f]) >> 1,
            last_timestamp: 0,
            origin: u32::from_be_bytes([g, h, i, j]),
            origin_beat: beat,
            units,
            step: units * SLOTS_PER_TICK,
            started: false,
            spurt: true,
        }
    }

    /// Go on as another source: SSRC, sequence and timeline of its own.
    pub fn restart(&mut self, random: [u8; 10], beat: u32) {
        *self = Self { units: self.units, step: self.step, ..Self::new(random, beat) };
    }

    /// Another clock is another source: one SSRC has one timeline (RFC 7160 s.4.1). True where that was needed.
    pub fn retune(&mut self, clock: u32, period: u32, beat: u32, random: impl FnOnce() -> [u8; 10]) -> bool {
        let units = clock / SLOTS_PER_SECOND;
        let is_other = units != self.units && self.started;
        if is_other {
            *self = Self::new(random(), beat);
        }
        self.units = units;
        self.step = units * period;
        is_other
    }

    /// Timestamp units of one packet.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// The timestamp of media that leaves in this slot: time goes on while we are silent.
    pub fn timestamp_at(&self, beat: u32) -> u32 {
        let due = self.due(beat);
        let next = self.last_timestamp.wrapping_add(self.step);
        // A relayed stream may have run ahead of our own timeline; never step back.
        if self.started && (due.wrapping_sub(next) as i32) < 0 {
            next
        } else {
            due
        }
    }

    /// Where our own timeline stands.
    fn due(&self, beat: u32) -> u32 {
        self.origin.wrapping_add(beat.wrapping_sub(self.origin_beat).wrapping_mul(self.units))
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

    /// The timestamp of this very moment, for reports (RFC 3550 s.6.4.1): in silence time goes on.
    pub fn present(&self, beat: u32) -> u32 {
        let due = self.due(beat);
        if self.spurt && (due.wrapping_sub(self.last_timestamp) as i32) > 0 {
            due
        } else {
            self.last_timestamp
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_over_silence_and_never_back() {
        let mut stream = Outgoing::new([0; 10], 1000);
        let first = stream.next(0, stream.timestamp_at(1000));
        assert!(first.marker);
        assert_eq!(stream.timestamp_at(1100), first.timestamp + 1600);
        stream.sent(stream.next_sequence(), first.timestamp + 8000);
        assert_eq!(stream.timestamp_at(1010), first.timestamp + 8160);
    }

    #[test]
    fn a_report_tells_the_time_of_silence_too() {
        let mut stream = Outgoing::new([0; 10], 0);
        let first = stream.next(0, stream.timestamp_at(0));
        assert_eq!(stream.present(9), first.timestamp);
        stream.interrupt();
        assert_eq!(stream.present(500), first.timestamp + 8000);
    }

    #[test]
    fn another_clock_is_another_source() {
        let mut stream = Outgoing::new([0; 10], 0);
        assert!(!stream.retune(48_000, 10, 0, || [9; 10]));
        stream.next(96, stream.timestamp_at(0));
        assert_eq!(stream.timestamp_at(10), 960);
        assert!(!stream.retune(48_000, 20, 0, || [9; 10]) && stream.step() == 1920);
        assert!(stream.retune(8000, 10, 0, || [9; 10]) && stream.ssrc == 0x0909_0909);
    }
}

//! Telephone events received (RFC 4733 s.2.5): each press told once, however its packets fare.
//!
//! An event is its SSRC and RTP timestamp, not its packets: the first packet seen tells it, all others are known.

pub const EVENT_SIZE: usize = 4;
const REMEMBERED: usize = 16;
/// An event with no packet for this long is forgotten, so that timestamps may come round again.
const FORGOTTEN_AFTER: f64 = 30.0;
/// The longest duration the field holds; a longer event goes on as a new segment (RFC 4733 s.2.5.1.3).
const SEGMENT: u32 = 0xFFFF;

/// The payload of a telephone-event packet (RFC 4733 s.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TelephoneEvent {
    pub code: u8,
    pub end: bool,
    pub volume: u8,
    pub duration: u16,
}

impl TelephoneEvent {
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let [code, flags, d0, d1] = *payload.first_chunk::<EVENT_SIZE>()?;
        Some(Self {
            code,
            end: flags & 0x80 != 0,
            volume: flags & 0x3F,
            duration: u16::from_be_bytes([d0, d1]),
        })
    }

    pub fn bytes(self) -> [u8; 4] {
        let [d0, d1] = self.duration.to_be_bytes();
        [self.code, if self.end { 0x80 } else { 0 } | (self.volume & 0x3F), d0, d1]
    }
}

const DIGITS: &[u8; 16] = b"0123456789*#ABCD";

pub fn digit_of(code: u8) -> Option<u8> {
    DIGITS.get(usize::from(code)).copied()
}

pub fn code_of(digit: u8) -> Option<u8> {
    DIGITS.iter().position(|&d| d == digit.to_ascii_uppercase()).map(|index| index as u8)
}

/// A press, told at the first packet of it that arrives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Press {
    pub digit: u8,
    pub duration: f32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    ssrc: u32,
    timestamp: u32,
    code: u8,
    ended: bool,
    heard: f64,
}

#[derive(Debug, Default)]
pub struct DigitReceiver {
    known: [Known; REMEMBERED],
    count: u8,
}

impl DigitReceiver {
    /// Take one telephone-event packet; the press if this is the first sight of it.
    pub fn feed(
        &mut self,
        ssrc: u32,
        timestamp: u32,
        event: TelephoneEvent,
        marker: bool,
        now: f64,
    ) -> Option<Press> {
        let digit = digit_of(event.code)?;
        self.forget(now);
        if let Some(known) = self.entries().find(|k| k.ssrc == ssrc && k.timestamp == timestamp) {
            known.ended |= event.end;
            known.heard = now;
            return None;
        }
        if self.is_older_than_all(ssrc, timestamp) {
            return None;
        }
        let continues = self.continues(ssrc, timestamp, event.code, marker);
        self.remember(Known { ssrc, timestamp, code: event.code, ended: event.end, heard: now });
        let duration = f32::from(event.duration) / 8000.0;
        (!continues).then_some(Press { digit, duration })
    }

    fn entries(&mut self) -> impl Iterator<Item = &mut Known> {
        self.known[..usize::from(self.count)].iter_mut()
    }

    /// Whether this is another segment of a key held for more than 65,535 units.
    fn continues(&mut self, ssrc: u32, timestamp: u32, code: u8, marker: bool) -> bool {
        self.entries().any(|known| {
            let before = known.timestamp.wrapping_add(SEGMENT) == timestamp && !known.ended && !marker;
            // Or its later segment overtook it on the way.
            let after = timestamp.wrapping_add(SEGMENT) == known.timestamp;
            known.ssrc == ssrc && known.code == code && (before || after)
        })
    }

    /// A memory full of newer events: this can only be a very late packet of one told long ago.
    fn is_older_than_all(&mut self, ssrc: u32, timestamp: u32) -> bool {
        usize::from(self.count) == REMEMBERED
            && self.entries().all(|k| k.ssrc == ssrc && (timestamp.wrapping_sub(k.timestamp) as i32) < 0)
    }

    fn forget(&mut self, now: f64) {
        let mut index = 0;
        while index < usize::from(self.count) {
            if now - self.known[index].heard > FORGOTTEN_AFTER {
                self.count -= 1;
                self.known[index] = self.known[usize::from(self.count)];
            } else {
                index += 1;
            }
        }
    }

    fn remember(&mut self, event: Known) {
        let index = if usize::from(self.count) < REMEMBERED {
            self.count += 1;
            usize::from(self.count) - 1
        } else {
            self.oldest(event.ssrc)
        };
        self.known[index] = event;
    }

    /// The entry to give up: one of another source, else the oldest by timestamp.
    fn oldest(&mut self, ssrc: u32) -> usize {
        let newest = self.known.iter().map(|k| k.timestamp).fold(self.known[0].timestamp, |a, b| {
            if (b.wrapping_sub(a) as i32) > 0 {
                b
            } else {
                a
            }
        });
        (0..REMEMBERED)
            .max_by_key(|&i| (self.known[i].ssrc != ssrc, newest.wrapping_sub(self.known[i].timestamp)))
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(code: u8, duration: u16, end: bool) -> TelephoneEvent {
        TelephoneEvent { code, end, volume: 10, duration }
    }

    #[test]
    fn the_payload_is_parsed_and_written() {
        let parsed = TelephoneEvent::parse(&[11, 0x8A, 0x03, 0x20]).unwrap();
        assert_eq!(parsed, event(11, 800, true));
        assert_eq!(parsed.bytes(), [11, 0x8A, 0x03, 0x20]);
        assert_eq!(TelephoneEvent::parse(&[1, 2, 3]), None);
    }

    #[test]
    fn one_press_whatever_packets_come() {
        let mut receiver = DigitReceiver::default();
        assert_eq!(receiver.feed(1, 800, event(5, 320, false), false, 0.0).unwrap().digit, b'5');
        for _ in 0..3 {
            assert_eq!(receiver.feed(1, 800, event(5, 960, true), false, 0.1), None);
        }
    }

    #[test]
    fn the_same_key_again_is_a_second_press_and_a_late_end_is_not_a_third() {
        let mut receiver = DigitReceiver::default();
        assert!(receiver.feed(1, 800, event(7, 160, false), true, 0.0).is_some());
        assert!(receiver.feed(1, 1600, event(7, 160, false), true, 0.1).is_some());
        assert!(receiver.feed(1, 800, event(7, 480, true), false, 0.12).is_none());
    }

    #[test]
    fn a_key_held_over_the_field_is_one_press() {
        let mut receiver = DigitReceiver::default();
        assert!(receiver.feed(1, 0, event(0, 65440, false), true, 8.0).is_some());
        assert!(receiver.feed(1, 65535, event(0, 160, false), false, 8.1).is_none());
        assert!(receiver.feed(1, 131070, event(0, 800, true), false, 16.1).is_none());
        // With the marker it is a new press all the same.
        assert!(receiver.feed(1, 131070 + 65535, event(0, 160, false), true, 24.0).is_some());
    }

    #[test]
    fn flash_and_unknown_events_are_no_digits() {
        let mut receiver = DigitReceiver::default();
        assert!(receiver.feed(1, 0, event(16, 160, false), true, 0.0).is_none());
        assert!(receiver.feed(1, 0, event(255, 160, false), true, 0.0).is_none());
    }

    #[test]
    fn a_very_late_packet_of_a_forgotten_event_is_not_told_again() {
        let mut receiver = DigitReceiver::default();
        for number in 0..40u32 {
            assert!(receiver.feed(1, number * 800, event(1, 160, true), true, 0.0).is_some());
        }
        assert!(receiver.feed(1, 0, event(1, 480, true), false, 0.0).is_none());
    }
}

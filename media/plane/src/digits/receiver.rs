//! Telephone events received (RFC 4733 s.2.5): each press told once, however its packets fare.
//!
//! An event is its SSRC and RTP timestamp, not its packets: the first packet seen tells it, all others are known.
//! Phones that give each packet of an event a timestamp of its own are known by their sequence numbers.

pub const EVENT_SIZE: usize = 4;
const REMEMBERED: usize = 16;
/// An event with no packet for this many seconds is forgotten, so that timestamps may come round again.
const FORGOTTEN_AFTER: f64 = 30.0;
/// The longest duration the field holds; a longer event goes on as a new segment (RFC 4733 s.2.5.1.3).
const SEGMENT: u32 = 0xFFFF;
/// Packets by which one of the same event may follow where two are lost: three ends and a start lie between presses.
const NEXT: u16 = 3;

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

/// A hook-flash, among the keys (RFC 4733 s.3.2: event 16).
pub const FLASH: u8 = b'!';
const DIGITS: &[u8; 17] = b"0123456789*#ABCD!";

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

/// One packet of an event, as RTP carried it.
#[derive(Clone, Copy, Debug)]
pub struct Carried {
    pub ssrc: u32,
    pub sequence: u16,
    pub timestamp: u32,
    pub marker: bool,
    pub event: TelephoneEvent,
}

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    ssrc: u32,
    /// Its timestamps: several for a key held long, and for phones that count on within a press.
    first: u32,
    last: u32,
    /// The newest packet.
    sequence: u16,
    code: u8,
    ended: bool,
    heard: f64,
}

impl Known {
    /// Whether this packet belongs to the event.
    fn holds(&self, packet: &Carried) -> bool {
        self.ssrc == packet.ssrc
            && self.code == packet.event.code
            && packet.timestamp.wrapping_sub(self.first) <= self.last.wrapping_sub(self.first)
            // A phone whose timestamp stands still from press to press. Gateways that mark each packet mark their ends.
            && !(self.ended && packet.marker && !packet.event.end && (1..0x4000).contains(&packet.sequence.wrapping_sub(self.sequence)))
    }

    /// Whether this packet goes on with the event under another timestamp.
    fn goes_on_with(&self, packet: &Carried, clock: u32) -> bool {
        if self.ssrc != packet.ssrc || self.code != packet.event.code {
            return false;
        }
        // Another segment of a key held long; or its later segment overtook it on the way.
        if packet.timestamp.wrapping_add(SEGMENT) == self.first {
            return true;
        }
        if packet.marker || (self.ended && !packet.event.end) {
            return false;
        }
        let ahead = packet.timestamp.wrapping_sub(self.last);
        let follows = (1..=NEXT).contains(&packet.sequence.wrapping_sub(self.sequence));
        if self.ended {
            // An end sent again, under a time of its own: a press of which only the end is left comes later.
            return follows && ahead <= clock / 20;
        }
        ahead == SEGMENT || (follows && ahead < clock / 2)
    }

    fn extend(&mut self, packet: &Carried, now: f64) {
        let (timestamp, sequence) = (packet.timestamp, packet.sequence);
        if timestamp.wrapping_sub(self.first) > self.last.wrapping_sub(self.first) {
            let comes_before = (timestamp.wrapping_sub(self.first) as i32) < 0;
            *(if comes_before { &mut self.first } else { &mut self.last }) = timestamp;
        }
        if (sequence.wrapping_sub(self.sequence) as i16) > 0 {
            self.sequence = sequence;
        }
        self.ended |= packet.event.end;
        self.heard = now;
    }
}

#[derive(Debug, Default)]
pub struct DigitReceiver {
    known: [Known; REMEMBERED],
    count: u8,
}

impl DigitReceiver {
    /// Take one telephone-event packet, `clock` units a second; the press if this is the first sight of it.
    /// Events that are neither keys nor hook-flash are nobody's here.
    pub fn feed(&mut self, packet: Carried, clock: u32, now: f64) -> Option<Press> {
        let digit = digit_of(packet.event.code)?;
        self.forget(now);
        if let Some(known) = self.entries().find(|known| known.holds(&packet)) {
            known.extend(&packet, now);
            return None;
        }
        if let Some(known) = self.entries().find(|known| known.goes_on_with(&packet, clock)) {
            known.extend(&packet, now);
            return None;
        }
        if self.is_older_than_all(packet.ssrc, packet.timestamp) {
            return None;
        }
        let Carried { ssrc, sequence, timestamp, event, .. } = packet;
        let (first, last) = (timestamp, timestamp);
        self.remember(Known { ssrc, first, last, sequence, code: event.code, ended: event.end, heard: now });
        Some(Press { digit, duration: f32::from(event.duration) / clock.max(1) as f32 })
    }

    fn entries(&mut self) -> impl Iterator<Item = &mut Known> {
        self.known[..usize::from(self.count)].iter_mut()
    }

    /// A memory full of newer events: this can only be a very late packet of one told long ago.
    fn is_older_than_all(&mut self, ssrc: u32, timestamp: u32) -> bool {
        usize::from(self.count) == REMEMBERED
            && self.entries().all(|k| k.ssrc == ssrc && (timestamp.wrapping_sub(k.last) as i32) < 0)
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
        let newest = self.known.iter().map(|k| k.last).fold(self.known[0].last, |a, b| {
            if (b.wrapping_sub(a) as i32) > 0 {
                b
            } else {
                a
            }
        });
        (0..REMEMBERED)
            .max_by_key(|&i| (self.known[i].ssrc != ssrc, newest.wrapping_sub(self.known[i].last)))
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOCK: u32 = 8000;

    fn event(code: u8, duration: u16, end: bool) -> TelephoneEvent {
        TelephoneEvent { code, end, volume: 10, duration }
    }

    /// (sequence, timestamp, key, duration, mark): `M` begins, `E` ends.
    type Row = (u16, u32, u8, u16, &'static str);

    fn told(rows: &[Row]) -> String {
        let mut receiver = DigitReceiver::default();
        let presses = rows.iter().filter_map(|&(sequence, timestamp, digit, duration, mark)| {
            let event = event(code_of(digit).unwrap_or(digit), duration, mark == "E");
            let packet = Carried { ssrc: 1, sequence, timestamp, marker: mark == "M", event };
            receiver.feed(packet, CLOCK, f64::from(sequence) * 0.02)
        });
        presses.map(|press| char::from(press.digit)).collect()
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
        let ends: [Row; 3] = [(2, 800, b'5', 960, "E"), (3, 800, b'5', 960, "E"), (4, 800, b'5', 960, "E")];
        assert_eq!(told(&[&[(1, 800, b'5', 320, "")], &ends[..]].concat()), "5");
        assert_eq!(told(&ends[2..]), "5");
        assert_eq!(told(&[(1, 800, b'5', 0, "M"), (1, 800, b'5', 0, "M"), (2, 800, b'5', 0, "E")]), "5");
    }

    #[test]
    fn the_same_key_again_is_a_second_press_and_a_late_end_is_not_a_third() {
        let rows = [(1, 800, b'7', 160, "M"), (4, 1600, b'7', 160, "M"), (3, 800, b'7', 480, "E")];
        assert_eq!(told(&rows), "77");
        // All ends lost, and the start of the second.
        assert_eq!(told(&[(1, 800, b'7', 160, "M"), (6, 1280, b'7', 320, "")]), "77");
    }

    #[test]
    fn a_key_held_over_the_field_is_one_press() {
        let held = [
            (1, 0, b'0', 65440, "M"),
            (2, 65535, b'0', 160, ""),
            (3, 131070, b'0', 800, "E"),
            // With the marker it is a new press all the same.
            (9, 131070 + 65535, b'0', 160, "M"),
        ];
        assert_eq!(told(&held), "00");
        assert_eq!(told(&[held[1], held[0], held[2]]), "0");
    }

    #[test]
    fn a_phone_that_counts_time_on_within_a_press_presses_once() {
        let rows: Vec<Row> = (1..40).map(|n| (n, u32::from(n) * 160, b'4', n * 160, "")).collect();
        assert_eq!(told(&rows), "4");
        let mut again = rows.clone();
        again.extend([(40, 6400, b'4', 6400, "E"), (41, 6560, b'4', 6400, "E"), (60, 9600, b'4', 160, "")]);
        // The second end packet has a time of its own, too.
        assert_eq!(told(&again[..41]), "4");
        assert_eq!(told(&again), "44");
        let thinned: Vec<Row> = rows.iter().copied().filter(|row| row.0 % 3 != 0).collect();
        assert_eq!(told(&thinned), "4");
    }

    #[test]
    fn a_phone_whose_time_stands_still_presses_twice_by_its_markers() {
        let rows = [
            (1, 0, b'2', 160, "M"),
            (2, 0, b'2', 320, "E"),
            (3, 0, b'2', 320, "E"),
            (4, 0, b'2', 160, "M"),
            (5, 0, b'2', 320, "E"),
            (6, 0, b'3', 160, ""),
        ];
        assert_eq!(told(&rows), "223");
        assert_eq!(told(&[rows[0], rows[1], rows[0], rows[2]]), "2");
    }

    #[test]
    fn a_gateway_that_marks_every_packet_presses_once() {
        let mut receiver = DigitReceiver::default();
        let mut told = 0;
        for sequence in 0..6 {
            let event = event(5, 160, sequence > 2);
            let packet = Carried { ssrc: 1, sequence, timestamp: 800, marker: true, event };
            told += usize::from(receiver.feed(packet, CLOCK, 0.0).is_some());
        }
        assert_eq!(told, 1);
    }

    #[test]
    fn flash_is_told_and_other_events_are_nobodys() {
        assert_eq!(told(&[(1, 0, FLASH, 160, "M"), (2, 0, FLASH, 320, "E")]), "!");
        assert_eq!(told(&[(1, 0, 17, 160, "M"), (2, 900, 255, 160, "M")]), "");
    }

    #[test]
    fn a_very_late_packet_of_a_forgotten_event_is_not_told_again() {
        let mut rows: Vec<Row> = (0..40).map(|n| (n * 10, u32::from(n) * 800, b'1', 160, "E")).collect();
        rows.push((2, 0, b'1', 480, "E"));
        assert_eq!(told(&rows).len(), 40);
    }

    #[test]
    fn a_duration_is_in_the_units_of_its_clock() {
        let packet =
            Carried { ssrc: 1, sequence: 1, timestamp: 0, marker: true, event: event(1, 4800, false) };
        assert_eq!(DigitReceiver::default().feed(packet, 48_000, 0.0).unwrap().duration, 0.1);
        assert_eq!(DigitReceiver::default().feed(packet, 0, 0.0).unwrap().digit, b'1');
    }
}

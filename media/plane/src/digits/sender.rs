//! Telephone events sent (RFC 4733 s.2.5.1): a queue of keys, one packet at a time, the end told thrice.

use std::collections::VecDeque;

use crate::digits::receiver::TelephoneEvent;

const END_PACKETS: u8 = 3;
/// -10 dBm0, what telephones send.
const VOLUME: u8 = 10;
/// What the duration's field holds; beyond it the event goes on as a new segment (s.2.5.1.3).
const SEGMENT: u32 = 0xFFFF;
/// Q.24 needs 40 ms of key and of pause, should a gateway make tones of it.
pub const SHORTEST_MS: u32 = 40;

/// How a stream counts time.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Timestamp units a second, and a packet.
    pub clock: u32,
    pub step: u32,
}

#[derive(Debug, Default)]
enum Stage {
    #[default]
    Begin,
    /// The segment's timestamp, how much of the press is over since then, and what is to come.
    Press { timestamp: u32, elapsed: u32, left: u32, ends: u8 },
    /// Units of silence to come.
    Gap { left: u32 },
}

/// One packet to send.
#[derive(Debug, PartialEq, Eq)]
pub struct EventPacket {
    pub marker: bool,
    pub timestamp: u32,
    pub payload: [u8; 4],
}

#[derive(Debug, Default)]
pub struct DigitSender {
    codes: VecDeque<u8>,
    press_ms: u32,
    gap_ms: u32,
    stage: Stage,
}

impl DigitSender {
    /// Keys behind those that wait; how long each is pressed, and the silence behind it.
    pub fn press(&mut self, codes: impl IntoIterator<Item = u8>, press_ms: u32, gap_ms: u32) {
        if self.is_done() {
            (self.press_ms, self.gap_ms) = (press_ms.max(SHORTEST_MS), gap_ms.max(SHORTEST_MS));
        }
        self.codes.extend(codes);
    }

    /// Give up the keys that wait, to be told in another way.
    pub fn take(&mut self) -> VecDeque<u8> {
        self.stage = Stage::Begin;
        std::mem::take(&mut self.codes)
    }

    pub fn is_done(&self) -> bool {
        self.codes.is_empty()
    }

    /// What is sent now; None in a gap. `timestamp` is the stream's time.
    pub fn next(&mut self, timestamp: u32, pace: Pace) -> Option<EventPacket> {
        let code = *self.codes.front()?;
        if let Stage::Gap { left } = &mut self.stage {
            *left = left.saturating_sub(pace.step);
            if *left == 0 {
                self.codes.pop_front();
                self.stage = Stage::Begin;
            }
            return None;
        }
        let marker = matches!(self.stage, Stage::Begin);
        if marker {
            self.stage = Stage::Press { timestamp, elapsed: 0, left: units(self.press_ms, pace), ends: 0 };
        }
        let Stage::Press { timestamp, elapsed, left, ends } = &mut self.stage else { return None };
        // A segment is filled to the brim before the next one begins.
        if *elapsed == SEGMENT {
            *timestamp = timestamp.wrapping_add(SEGMENT);
            *elapsed = 0;
        }
        let more = pace.step.min(*left).min(SEGMENT - *elapsed);
        *elapsed += more;
        *left -= more;
        // The first packet tells of no end, so that start and end are two packets at least.
        let end = *left == 0 && !marker;
        *ends += u8::from(end);
        let event = TelephoneEvent { code, end, volume: VOLUME, duration: *elapsed as u16 };
        let packet = EventPacket { marker, timestamp: *timestamp, payload: event.bytes() };
        if *ends == END_PACKETS {
            self.stage = Stage::Gap { left: units(self.gap_ms, pace) };
        }
        Some(packet)
    }
}

fn units(ms: u32, pace: Pace) -> u32 {
    ms.saturating_mul(pace.clock / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digits::receiver::{Carried, DigitReceiver};

    const NARROW: Pace = Pace { clock: 8000, step: 160 };

    fn sent(keys: &[u8], press_ms: u32, gap_ms: u32, pace: Pace) -> Vec<Option<EventPacket>> {
        let mut sender = DigitSender::default();
        sender.press(keys.iter().copied(), press_ms, gap_ms);
        let mut packets = Vec::new();
        while !sender.is_done() {
            packets.push(sender.next(1000 + packets.len() as u32 * pace.step, pace));
        }
        packets
    }

    fn events(packets: &[Option<EventPacket>]) -> Vec<TelephoneEvent> {
        packets.iter().flatten().filter_map(|packet| TelephoneEvent::parse(&packet.payload)).collect()
    }

    #[test]
    fn a_key_grows_and_ends_three_times() {
        let packets = sent(&[5], 60, 40, NARROW);
        let heard = events(&packets);
        assert_eq!(heard.iter().map(|e| e.duration).collect::<Vec<_>>(), [160, 320, 480, 480, 480]);
        assert_eq!(heard.iter().filter(|e| e.end).count(), 3);
        assert!(packets.iter().flatten().all(|p| p.timestamp == 1000));
        assert_eq!(packets.iter().flatten().filter(|p| p.marker).count(), 1);
        assert_eq!(packets.iter().filter(|p| p.is_none()).count(), 2);
    }

    #[test]
    fn times_are_kept_at_any_clock_and_packet() {
        for (clock, step) in [(8000, 80), (8000, 240), (8000, 480), (48_000, 960), (48_000, 2880)] {
            let heard = events(&sent(&[1], 100, 100, Pace { clock, step }));
            assert_eq!(u32::from(heard.last().unwrap().duration), clock / 10, "{clock} {step}");
            assert_eq!(heard.iter().filter(|e| e.end).count(), 3);
            assert!(!heard[0].end);
        }
    }

    #[test]
    fn a_long_press_goes_on_in_segments_and_is_heard_as_one() {
        for pace in [NARROW, Pace { clock: 48_000, step: 960 }] {
            let packets = sent(&[3, 16], 20_000, 40, pace);
            let starts: Vec<u32> = packets.iter().flatten().map(|p| p.timestamp).collect();
            assert!(starts.contains(&(1000 + SEGMENT)));
            let mut receiver = DigitReceiver::default();
            let told: Vec<u8> = (0u16..)
                .zip(packets.iter().flatten())
                .filter_map(|(sequence, p)| {
                    let event = TelephoneEvent::parse(&p.payload)?;
                    let packet =
                        Carried { ssrc: 1, sequence, timestamp: p.timestamp, marker: p.marker, event };
                    receiver.feed(packet, pace.clock, f64::from(sequence) * 0.02)
                })
                .map(|press| press.digit)
                .collect();
            assert_eq!(told, b"3!");
            let total: u32 = 20 * pace.clock;
            let full = total / SEGMENT * SEGMENT;
            assert!(events(&packets).iter().any(|e| e.end && u32::from(e.duration) == total - full));
        }
    }

    #[test]
    fn nothing_shorter_is_sent_than_a_gateway_can_sound() {
        let heard = events(&sent(&[1], 1, 0, NARROW));
        assert_eq!(heard.last().unwrap().duration, 320);
    }
}

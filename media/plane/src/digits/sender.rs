//! Telephone events sent (RFC 4733 s.2.5.1): a queue of digits, one packet a tick, the end told thrice.

use std::collections::VecDeque;

use crate::digits::receiver::TelephoneEvent;
use crate::io::clock::SAMPLES;

const END_PACKETS: u8 = 3;
/// -10 dBm0, what telephones send.
const VOLUME: u8 = 10;

#[derive(Debug)]
enum Stage {
    Begin,
    Press { timestamp: u32, elapsed: u32, ends: u8 },
    Gap { ticks: u32 },
}

/// One packet to send.
#[derive(Debug, PartialEq, Eq)]
pub struct EventPacket {
    pub marker: bool,
    pub timestamp: u32,
    pub payload: [u8; 4],
}

#[derive(Debug)]
pub struct DigitSender {
    codes: VecDeque<u8>,
    duration: u32,
    gap_ticks: u32,
    stage: Stage,
}

impl DigitSender {
    /// `duration` in timestamp units, `gap_ticks` of silence behind each digit.
    pub fn new(codes: VecDeque<u8>, duration: u32, gap_ticks: u32) -> Self {
        Self { codes, duration: duration.clamp(SAMPLES as u32, 0xFFFF), gap_ticks, stage: Stage::Begin }
    }

    pub fn add(&mut self, codes: VecDeque<u8>) {
        self.codes.extend(codes);
    }

    pub fn is_done(&self) -> bool {
        self.codes.is_empty()
    }

    /// What this tick sends; None in a gap. `timestamp` is the stream's time now.
    pub fn next(&mut self, timestamp: u32) -> Option<EventPacket> {
        let code = *self.codes.front()?;
        match &mut self.stage {
            Stage::Gap { ticks } if *ticks > 1 => {
                *ticks -= 1;
                None
            }
            Stage::Gap { .. } => {
                self.codes.pop_front();
                self.stage = Stage::Begin;
                None
            }
            Stage::Begin => {
                self.stage = Stage::Press { timestamp, elapsed: SAMPLES as u32, ends: 0 };
                let payload = event(code, SAMPLES as u32, false);
                Some(EventPacket { marker: true, timestamp, payload })
            }
            Stage::Press { timestamp, elapsed, ends } => {
                *elapsed = (*elapsed + SAMPLES as u32).min(self.duration);
                let ending = *elapsed >= self.duration;
                *ends += u8::from(ending);
                let packet = EventPacket {
                    marker: false,
                    timestamp: *timestamp,
                    payload: event(code, *elapsed, ending),
                };
                if *ends == END_PACKETS {
                    self.finish();
                }
                Some(packet)
            }
        }
    }

    fn finish(&mut self) {
        if self.gap_ticks > 0 {
            self.stage = Stage::Gap { ticks: self.gap_ticks };
        } else {
            self.codes.pop_front();
            self.stage = Stage::Begin;
        }
    }
}

fn event(code: u8, duration: u32, end: bool) -> [u8; 4] {
    TelephoneEvent { code, end, volume: VOLUME, duration: duration.min(0xFFFF) as u16 }.bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digit_grows_and_ends_three_times() {
        let mut sender = DigitSender::new(VecDeque::from([5]), 480, 2);
        let sent: Vec<_> = (0..7).map(|tick| sender.next(1000 + tick * 160)).collect();
        let packets: Vec<_> = sent.iter().flatten().collect();
        assert_eq!(packets.len(), 5);
        assert!(packets[0].marker && !packets[1].marker);
        assert!(packets.iter().all(|p| p.timestamp == 1000));
        let parsed: Vec<_> = packets.iter().map(|p| TelephoneEvent::parse(&p.payload).unwrap()).collect();
        let durations: Vec<_> = parsed.iter().map(|e| e.duration).collect();
        assert_eq!(durations, [160, 320, 480, 480, 480]);
        assert_eq!(parsed.iter().filter(|e| e.end).count(), 3);
        assert!(sender.is_done());
    }

    #[test]
    fn the_next_digit_begins_after_the_gap() {
        let mut sender = DigitSender::new(VecDeque::from([1, 1]), 160, 2);
        let sent: Vec<_> = (0..10).map(|tick| sender.next(tick * 160)).collect();
        let starts: Vec<_> = sent.iter().flatten().filter(|p| p.marker).map(|p| p.timestamp).collect();
        assert_eq!(starts, [0, 960]);
    }
}

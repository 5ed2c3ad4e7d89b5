//! How often a thread lets itself be woken: while packets of relays come thick, it rests for a moment between two looks
//! and takes several at once. A wake-up costs more than a packet; the delay stays far below a millisecond.

use std::time::Duration;

use crate::io::clock::Beat;

/// Wake-ups by packets within one slot (2 ms) from which on they come thick.
const THICK: u32 = 3;
const REST: Duration = Duration::from_micros(400);

#[derive(Debug)]
pub struct Pace {
    slot: Beat,
    wakes: u32,
    thick: bool,
}

impl Pace {
    pub fn new(now: Beat) -> Self {
        Self { slot: now, wakes: 0, thick: false }
    }

    /// Packets were found waiting.
    pub fn woke(&mut self, now: Beat) {
        self.pass(now);
        self.wakes += 1;
    }

    fn pass(&mut self, now: Beat) {
        if now != self.slot {
            self.thick = self.wakes >= THICK && now.0.wrapping_sub(self.slot.0) == 1;
            self.slot = now;
            self.wakes = 0;
        }
    }

    /// How long to rest before the next look, where something else is due after `limit`.
    pub fn rest(&mut self, now: Beat, limit: Option<Duration>) -> Option<Duration> {
        self.pass(now);
        self.thick.then(|| limit.map_or(REST, |limit| limit.min(REST))).filter(|rest| !rest.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_thick_traffic_is_taken_in_portions() {
        let mut pace = Pace::new(Beat(0));
        for slot in 1..5 {
            pace.woke(Beat(slot));
            assert_eq!(pace.rest(Beat(slot), None), None);
        }
        for _ in 0..3 {
            pace.woke(Beat(5));
        }
        assert_eq!(pace.rest(Beat(6), None), Some(REST));
        assert_eq!(pace.rest(Beat(6), Some(Duration::from_micros(90))), Some(Duration::from_micros(90)));
        assert_eq!(pace.rest(Beat(6), Some(Duration::ZERO)), None);
        assert_eq!(pace.rest(Beat(7), None), None);
    }

    #[test]
    fn a_pause_ends_it() {
        let mut pace = Pace::new(Beat(0));
        for _ in 0..9 {
            pace.woke(Beat(1));
        }
        assert_eq!(pace.rest(Beat(40), None), None);
    }
}

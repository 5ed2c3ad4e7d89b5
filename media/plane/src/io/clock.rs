//! The plane's time: one monotonic epoch for all threads, cut into 2 ms slots; ten make a tick of 20 ms.
//!
//! Ports are spread over the slots, so that a thousand prompts do not leave in one burst.

use std::time::{Duration, Instant};

/// Samples of one packet: 20 ms at 8 kHz (RFC 3551 s.4.2).
pub const SAMPLES: usize = 160;
pub const SAMPLE_RATE: u32 = 8000;
pub const TICKS_PER_SECOND: u32 = 50;
pub const SLOTS_PER_TICK: u32 = 10;
pub const SLOTS_PER_SECOND: u32 = 500;
pub const SLOTS: usize = SLOTS_PER_TICK as usize;
pub const SLOT: Duration = Duration::from_millis(2);

/// Where a thread stands: the running number of a slot since the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Beat(pub u64);

impl Beat {
    pub fn slot(self) -> usize {
        (self.0 % SLOTS as u64) as usize
    }

    /// The tick this slot belongs to; wraps after 2.7 years.
    pub fn tick(self) -> u32 {
        (self.0 / u64::from(SLOTS_PER_TICK)) as u32
    }

    /// The slot's running number for arithmetic that wraps.
    pub fn count(self) -> u32 {
        self.0 as u32
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Clock {
    epoch: Instant,
}

impl Clock {
    pub fn start() -> Self {
        Self { epoch: Instant::now() }
    }

    pub fn beat(&self) -> Beat {
        Beat((self.epoch.elapsed().as_nanos() / SLOT.as_nanos()) as u64)
    }

    /// How long until that slot begins; zero when it has.
    pub fn until(&self, beat: Beat) -> Duration {
        let begins = Duration::from_nanos(SLOT.as_nanos() as u64 * beat.0);
        begins.saturating_sub(self.epoch.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_slots_make_a_tick() {
        assert_eq!((Beat(19).slot(), Beat(19).tick()), (9, 1));
        assert_eq!((Beat(20).slot(), Beat(20).tick()), (0, 2));
    }
}

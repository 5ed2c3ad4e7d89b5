//! How late packets come, and how long sound must therefore wait so that nearly all of them are in time.
//!
//! A packet's transit is its arrival less its place in the sound. The least transit of late is the base; the wait
//! is what all but one packet in 128 of the last 256 need beyond it: quick up, since one late packet counts at once
//! while few are known, and slow down, since it is remembered for as long as it stays among those.

/// Time inside: 1/48000 s, of which the clock of every codec is a whole part.
pub const MILLISECOND: i64 = 48;
pub const SHORTEST_WAIT: i64 = 20 * MILLISECOND;
pub const LONGEST_WAIT: i64 = 200 * MILLISECOND;
/// Added to what was measured: arrivals are known to the slot of a thread, no finer.
const MARGIN: i64 = 5 * MILLISECOND;
const REMEMBERED: usize = 256;
/// The base follows a drifting clock, or a new path, within this many packets.
const BASE: usize = 64;
const REVIEW: usize = 8;
/// One packet in so many may be later than the wait allows.
const ALLOWED: usize = 128;

#[derive(Debug)]
pub struct Arrivals {
    transits: [i64; REMEMBERED],
    known: usize,
    next: usize,
    base: i64,
    wait: i64,
}

impl Default for Arrivals {
    fn default() -> Self {
        Self { transits: [0; REMEMBERED], known: 0, next: 0, base: 0, wait: SHORTEST_WAIT }
    }
}

impl Arrivals {
    pub fn note(&mut self, transit: i64) {
        if let Some(slot) = self.transits.get_mut(self.next) {
            *slot = transit;
        }
        self.next = (self.next + 1) % REMEMBERED;
        self.known = (self.known + 1).min(REMEMBERED);
        let late = transit - self.base;
        if self.known == 1 || late < 0 || late + MARGIN > self.wait || self.next.is_multiple_of(REVIEW) {
            self.review();
        }
    }

    fn review(&mut self) {
        let recent = (1..=self.known.min(BASE)).map(|back| (self.next + REMEMBERED - back) % REMEMBERED);
        self.base = recent.filter_map(|index| self.transits.get(index)).copied().min().unwrap_or(0);
        let mut latest = [i64::MIN; REMEMBERED / ALLOWED + 1];
        for &transit in self.transits.iter().take(self.known) {
            let mut falling = transit;
            for place in &mut latest {
                if falling > *place {
                    std::mem::swap(&mut falling, place);
                }
            }
        }
        let needed = latest.get(self.known / ALLOWED).copied().unwrap_or(self.base);
        self.wait = (needed - self.base + MARGIN).clamp(SHORTEST_WAIT, LONGEST_WAIT);
    }

    /// The transit of a packet that met no delay.
    pub fn base(&self) -> i64 {
        self.base
    }

    /// How long after the base sound is to be heard.
    pub fn wait(&self) -> i64 {
        self.wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait_after(transits: impl IntoIterator<Item = i64>) -> i64 {
        let mut arrivals = Arrivals::default();
        transits.into_iter().for_each(|t| arrivals.note(t * MILLISECOND));
        arrivals.wait() / MILLISECOND
    }

    #[test]
    fn an_even_stream_waits_least() {
        assert_eq!(wait_after([7; 500]), 20);
    }

    #[test]
    fn two_spikes_in_five_seconds_are_let_go() {
        assert_eq!(wait_after((0..256).map(|n| if n % 100 == 50 && n < 200 { 150 } else { 0 })), 20);
    }

    #[test]
    fn the_wait_grows_at_once_and_shrinks_when_the_late_ones_are_forgotten() {
        assert_eq!(wait_after([0, 0, 90]), 95);
        assert_eq!(wait_after([90].into_iter().chain([0; 120])), 95);
        assert_eq!(wait_after([90; 30].into_iter().chain([0; 270])), 20);
    }

    #[test]
    fn the_base_follows_a_path_that_became_longer() {
        let mut arrivals = Arrivals::default();
        [0; 100].into_iter().chain([300; 64]).for_each(|t| arrivals.note(t * MILLISECOND));
        assert_eq!(arrivals.base(), 300 * MILLISECOND);
    }

    #[test]
    fn no_wait_is_longer_than_the_longest() {
        assert_eq!(wait_after((0..256).map(|n| n * 10)), 200);
    }
}

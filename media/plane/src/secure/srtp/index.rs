//! Packet indices of one stream: the guess at the rollover counter (RFC 3711 s.3.3.1) and the replay window (s.3.3.2).

/// How far behind the newest a packet may come.
const WINDOW: u64 = 128;
/// Packets one key may protect (RFC 3711 s.9.2), and reports.
pub const LAST_PACKET: u64 = (1 << 48) - 1;
pub const LAST_REPORT: u64 = (1 << 31) - 1;

/// What indices were used, by the newest and a bit for each of those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    newest: u64,
    /// Bit n: the index n before the newest. All clear before the first packet.
    seen: [u64; 2],
}

impl Window {
    pub fn has_started(&self) -> bool {
        self.seen[0] & 1 != 0
    }

    pub fn rollovers(&self) -> u32 {
        (self.newest >> 16) as u32
    }

    /// The index of the packet that bears `sequence`: the nearest to the newest. None after the last one of all.
    pub fn guess(&self, sequence: u16) -> Option<u64> {
        let step = sequence.wrapping_sub(self.newest as u16) as i16;
        match self.newest.checked_add_signed(i64::from(step)) {
            _ if !self.has_started() => Some(u64::from(sequence)),
            // Before the counter ever wrapped there was nothing before zero: it is a leap ahead.
            None => Some(u64::from(sequence)),
            Some(index) if index > LAST_PACKET => None,
            Some(index) => Some(index),
        }
    }

    /// Whether `index` may still be used.
    pub fn is_fresh(&self, index: u64) -> bool {
        match self.newest.checked_sub(index) {
            _ if !self.has_started() => true,
            None => true,
            Some(age) if age >= WINDOW => false,
            Some(age) => self.seen[(age / 64) as usize] >> (age % 64) & 1 == 0,
        }
    }

    /// Note that `index` was used: only after the packet proved genuine.
    pub fn note(&mut self, index: u64) {
        let seen = u128::from(self.seen[1]) << 64 | u128::from(self.seen[0]);
        let seen = match self.newest.checked_sub(index) {
            Some(age) if self.has_started() => seen | if age < WINDOW { 1 << age } else { 0 },
            _ => {
                let step = index.wrapping_sub(self.newest);
                self.newest = index;
                if step < WINDOW {
                    seen << step | 1
                } else {
                    1
                }
            }
        };
        self.seen = [seen as u64, (seen >> 64) as u64];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started_at(index: u64) -> Window {
        let mut window = Window::default();
        window.note(index);
        window
    }

    #[test]
    fn the_counter_wraps_with_the_sequence_and_back_for_late_packets() {
        let window = started_at(65_535);
        assert_eq!(window.guess(0), Some(65_536));
        let window = started_at(65_536);
        assert_eq!(window.guess(65_535), Some(65_535));
        assert_eq!(window.guess(1), Some(65_537));
        assert_eq!(window.rollovers(), 1);
    }

    #[test]
    fn there_is_nothing_before_the_first_rollover() {
        assert_eq!(started_at(5).guess(65_000), Some(65_000));
    }

    #[test]
    fn after_the_last_index_of_all_there_is_none() {
        let window = started_at(LAST_PACKET);
        assert_eq!(window.guess(65_534), Some(LAST_PACKET - 1));
        assert_eq!(window.guess(0), None);
    }

    #[test]
    fn an_index_is_used_once() {
        let mut window = Window::default();
        for index in [7, 5, 300, 173, 299, 65_536, 65_535, 65_409] {
            assert!(window.is_fresh(index), "{index}");
            window.note(index);
            assert!(!window.is_fresh(index), "{index}");
        }
        assert!(window.is_fresh(65_410));
        // 128 behind the newest nobody can tell any more.
        assert!(!window.is_fresh(65_408));
    }

    #[test]
    fn zero_is_an_index_as_any_other() {
        let mut window = Window::default();
        assert!(window.is_fresh(0) && !window.has_started());
        window.note(0);
        assert!(!window.is_fresh(0) && window.has_started());
    }
}

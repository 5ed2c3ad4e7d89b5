//! Which RTP ports are free: pairs (even RTP, odd RTCP; RFC 3550 s.11), used in rotation.
//!
//! A number that was just given back is not the next to go out: late packets of an old call find nobody.

use std::ops::Range;

#[derive(Debug)]
pub struct Allocator {
    first: u16,
    taken: Vec<bool>,
    cursor: usize,
}

impl Allocator {
    pub fn new(range: Range<u32>) -> Self {
        let low = range.start.clamp(2, 65534).next_multiple_of(2);
        let high = range.end.min(65536);
        let pairs = high.saturating_sub(low) / 2;
        Self { first: low as u16, taken: vec![false; pairs as usize], cursor: 0 }
    }

    pub fn pairs(&self) -> usize {
        self.taken.len()
    }

    /// The next free even port.
    pub fn take(&mut self) -> Option<u16> {
        for _ in 0..self.taken.len() {
            let index = self.cursor;
            self.cursor = (self.cursor + 1) % self.taken.len();
            if !self.taken[index] {
                self.taken[index] = true;
                return Some(self.first + 2 * index as u16);
            }
        }
        None
    }

    pub fn give_back(&mut self, port: u16) {
        let index = usize::from(port.wrapping_sub(self.first) / 2);
        if let Some(taken) = self.taken.get_mut(index) {
            *taken = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_go_round_before_they_come_again() {
        let mut allocator = Allocator::new(10_001..10_008);
        assert_eq!(allocator.pairs(), 3);
        assert_eq!(allocator.take(), Some(10_002));
        allocator.give_back(10_002);
        assert_eq!((allocator.take(), allocator.take()), (Some(10_004), Some(10_006)));
        assert_eq!((allocator.take(), allocator.take()), (Some(10_002), None));
    }

    #[test]
    fn an_empty_or_huge_range_is_no_trouble() {
        assert_eq!(Allocator::new(5..5).take(), None);
        assert_eq!(Allocator::new(65_534..70_000).take(), Some(65_534));
    }
}

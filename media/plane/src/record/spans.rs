//! When a recording is masked or paused: spans of the clock, which reach back over what is not yet written.

/// What becomes of sound at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    Open,
    Masked,
    /// Not in the file at all.
    Paused,
}

/// Nanoseconds of the recorder's clock; open until told otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    from: u64,
    to: u64,
}

const OPEN: u64 = u64::MAX;

#[derive(Debug, Default)]
pub struct Spans {
    masks: Vec<Span>,
    pauses: Vec<Span>,
    /// Masks in force: it takes as many words to lift them.
    depth: u32,
}

impl Spans {
    /// Masked from `reach` before now.
    pub fn mask(&mut self, now: u64, reach: u64) {
        self.depth = self.depth.saturating_add(1);
        if self.depth == 1 {
            begin(&mut self.masks, now.saturating_sub(reach));
        }
    }

    /// The last word lifts the mask, `reach` after now: a key may still be held down.
    pub fn unmask(&mut self, now: u64, reach: u64) {
        if self.depth == 1 {
            end(&mut self.masks, now.saturating_add(reach));
        }
        self.depth = self.depth.saturating_sub(1);
    }

    pub fn pause(&mut self, now: u64) {
        if self.pauses.last().is_none_or(|p| p.to != OPEN) {
            begin(&mut self.pauses, now);
        }
    }

    pub fn resume(&mut self, now: u64) {
        end(&mut self.pauses, now);
    }

    /// What holds at a moment, and when that may change.
    pub fn at(&self, moment: u64) -> (Cover, u64) {
        let (masked, until) = covers(&self.masks, moment);
        let (paused, other) = covers(&self.pauses, moment);
        let cover = match (paused, masked) {
            (true, _) => Cover::Paused,
            (false, true) => Cover::Masked,
            (false, false) => Cover::Open,
        };
        (cover, until.min(other))
    }

    /// Forget what is over.
    pub fn forget(&mut self, moment: u64) {
        self.masks.retain(|s| s.to > moment);
        self.pauses.retain(|s| s.to > moment);
    }
}

/// A new span, or the last one again when that is not over yet.
fn begin(spans: &mut Vec<Span>, from: u64) {
    match spans.last_mut() {
        Some(last) if last.to >= from => last.to = OPEN,
        _ => spans.push(Span { from, to: OPEN }),
    }
}

fn end(spans: &mut [Span], to: u64) {
    if let Some(last) = spans.last_mut().filter(|s| s.to == OPEN) {
        last.to = to;
    }
}

fn covers(spans: &[Span], moment: u64) -> (bool, u64) {
    for span in spans {
        if moment < span.from {
            return (false, span.from);
        }
        if moment < span.to {
            return (true, span.to);
        }
    }
    (false, OPEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_reaches_back_and_holds_until_each_word_is_taken_back() {
        let mut spans = Spans::default();
        spans.mask(1000, 400);
        spans.mask(1100, 400);
        spans.unmask(1500, 100);
        assert_eq!(spans.at(5000), (Cover::Masked, OPEN));
        spans.unmask(2000, 100);
        assert_eq!(spans.at(599), (Cover::Open, 600));
        assert_eq!(spans.at(600), (Cover::Masked, 2100));
        assert_eq!(spans.at(2100), (Cover::Open, OPEN));
        spans.unmask(3000, 100);
        assert_eq!(spans.at(3050).0, Cover::Open);
    }

    #[test]
    fn a_mask_that_follows_closely_leaves_no_hole() {
        let mut spans = Spans::default();
        spans.mask(1000, 400);
        spans.unmask(2000, 400);
        spans.mask(2700, 400);
        assert_eq!(spans.at(2350), (Cover::Masked, OPEN));
    }

    #[test]
    fn a_pause_wins_over_a_mask_and_ends_once() {
        let mut spans = Spans::default();
        spans.pause(100);
        spans.pause(200);
        spans.mask(150, 0);
        spans.resume(300);
        spans.resume(400);
        assert_eq!(spans.at(120), (Cover::Paused, 150));
        assert_eq!(spans.at(200), (Cover::Paused, 300));
        assert_eq!(spans.at(350).0, Cover::Masked);
        spans.forget(300);
        assert_eq!(spans.pauses.len(), 0);
    }
}

//! A secure span: while it lasts nothing of a port is passed on, and nothing of a key pressed in it ever is.
//!
//! It begins at once. It ends only when no key is down: no event in progress (RFC 4733 s.2.5.1), no pair of tones in
//! the sound (ITU-T Q.23), and long enough after the wish that what was on its way or in a buffer then is through.

use crate::digits::presence::holds_tones;

/// Ticks from the wish to the end: longer than any buffer of ours holds sound back.
const SETTLING: u32 = 20;
/// An event of which nothing came for so many ticks is over, even if all its end packets were lost.
const EVENT_OVER: u32 = 15;
/// Ticks without a pair of tones before the sound counts as free of them.
const CLEAN: u32 = 3;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Open,
    Closed,
    /// To be opened, since that tick.
    Closing(u32),
}

/// The stream and the newest moment of it that came in the span.
#[derive(Clone, Copy, Debug)]
struct Moment {
    ssrc: u32,
    timestamp: u32,
}

#[derive(Debug, Default)]
pub struct SecureSpan {
    state: State,
    newest: Option<Moment>,
    /// When an event that has not ended was heard last.
    key_down: Option<u32>,
    /// When tones were heard last.
    tones: Option<u32>,
}

impl SecureSpan {
    pub fn is_closed(&self) -> bool {
        self.state != State::Open
    }

    pub fn set(&mut self, on: bool, tick: u32) {
        self.state = match (self.state, on) {
            (_, true) => State::Closed,
            (State::Closed, false) => State::Closing(tick),
            (state, false) => state,
        };
    }

    /// Whether the span is over with this tick.
    pub fn ends(&mut self, tick: u32) -> bool {
        let State::Closing(since) = self.state else {
            return false;
        };
        let within = |then: Option<u32>, ticks: u32| then.is_some_and(|then| tick.wrapping_sub(then) < ticks);
        let is_quiet = !within(self.key_down, EVENT_OVER) && !within(self.tones, CLEAN);
        let is_over =
            is_quiet && tick.wrapping_sub(since) >= SETTLING && (tick.wrapping_sub(since) as i32) > 0;
        if is_over {
            self.state = State::Open;
            self.key_down = None;
            self.tones = None;
        }
        is_over
    }

    /// A packet of sound came.
    pub fn heard(&mut self, ssrc: u32, timestamp: u32) {
        if self.is_closed() {
            self.advance(ssrc, timestamp);
        }
    }

    /// A packet of an event came; whether it may be passed on.
    pub fn heard_event(&mut self, ssrc: u32, timestamp: u32, end: bool, tick: u32) -> bool {
        if self.is_closed() {
            self.advance(ssrc, timestamp);
            self.key_down = (!end).then_some(tick);
            return false;
        }
        // One that began in the span: its timestamp tells, however late its packets come.
        self.newest.is_none_or(|n| n.ssrc != ssrc || (timestamp.wrapping_sub(n.timestamp) as i32) > 0)
    }

    /// What the sound holds, asked for each frame while the span lasts.
    pub fn heard_frame(&mut self, frame: &[i16], rate: u32, tick: u32) {
        if self.is_closed() && holds_tones(frame, rate) {
            self.tones = Some(tick);
        }
    }

    fn advance(&mut self, ssrc: u32, timestamp: u32) {
        let is_older = |n: Moment| n.ssrc == ssrc && (timestamp.wrapping_sub(n.timestamp) as i32) <= 0;
        if !self.newest.is_some_and(is_older) {
            self.newest = Some(Moment { ssrc, timestamp });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digits::presence::tests::tones;

    /// Ticks from the wish to end the span until it has ended.
    fn ending(span: &mut SecureSpan, mut at: impl FnMut(&mut SecureSpan, u32)) -> u32 {
        span.set(false, 100);
        (100..1000)
            .find(|&tick| {
                at(span, tick);
                span.ends(tick)
            })
            .unwrap()
            - 100
    }

    #[test]
    fn it_ends_after_a_while_and_not_before_the_key_is_up() {
        let mut span = SecureSpan::default();
        span.set(true, 0);
        assert!(!span.ends(50) && span.is_closed());
        assert_eq!(ending(&mut span, |_, _| ()), SETTLING);
        assert!(!span.is_closed());
        span.set(true, 0);
        let down = ending(&mut span, |span, tick| {
            assert!(tick >= 160 || !span.heard_event(1, 800, false, tick));
        });
        assert_eq!(down, 59 + EVENT_OVER);
    }

    #[test]
    fn a_tone_that_sounds_on_keeps_it_closed() {
        let (tone, mut span) = (tones(8000, &[770.0, 1336.0], 3000.0), SecureSpan::default());
        span.set(true, 0);
        let over = ending(&mut span, |span, tick| {
            if tick < 170 {
                span.heard_frame(&tone, 8000, tick);
            }
        });
        assert_eq!(over, 69 + CLEAN);
    }

    #[test]
    fn an_event_of_the_span_is_known_by_its_timestamp_for_ever() {
        let mut span = SecureSpan::default();
        assert!(span.heard_event(1, 800, false, 0));
        span.set(true, 0);
        span.heard(1, 5000);
        assert!(!span.heard_event(1, 800, true, 0) && !span.heard_event(1, 4000, true, 0));
        ending(&mut span, |_, _| ());
        assert!(!span.heard_event(1, 4000, true, 200) && !span.heard_event(1, 5000, true, 200));
        assert!(span.heard_event(1, 9000, false, 201));
    }

    #[test]
    fn a_wish_that_changes_again_leaves_it_closed() {
        let mut span = SecureSpan::default();
        span.set(true, 0);
        span.set(false, 10);
        span.set(true, 20);
        assert!((20..400).all(|tick| !span.ends(tick)) && span.is_closed());
    }
}

//! What is known of the streams that come under one key: few, for a peer may change its SSRC but not at will.

use super::index::Window;

/// With more streams than this the one that was silent longest is forgotten.
const STREAMS: usize = 16;

#[derive(Clone, Copy, Debug, Default)]
pub struct Stream {
    pub ssrc: u32,
    pub packets: Window,
    pub reports: Window,
    /// When it was last admitted or found, by the count of such moments.
    touched: u32,
}

#[derive(Clone, Debug, Default)]
pub struct Streams {
    rows: [Stream; STREAMS],
    used: usize,
    clock: u32,
}

impl Streams {
    pub fn find(&mut self, ssrc: u32) -> Option<&mut Stream> {
        self.clock = self.clock.wrapping_add(1);
        let stream = self.rows[..self.used].iter_mut().find(|stream| stream.ssrc == ssrc)?;
        stream.touched = self.clock;
        Some(stream)
    }

    /// The stream of `ssrc`, new if need be: only for one whose packet proved genuine.
    pub fn admit(&mut self, ssrc: u32) -> &mut Stream {
        let known = self.rows[..self.used].iter().position(|stream| stream.ssrc == ssrc);
        let place = known.unwrap_or_else(|| self.make_room());
        let stream = &mut self.rows[place];
        if known.is_none() {
            *stream = Stream { ssrc, ..Stream::default() };
        }
        stream.touched = self.clock;
        stream
    }

    fn make_room(&mut self) -> usize {
        if self.used < STREAMS {
            self.used += 1;
            return self.used - 1;
        }
        let silent = |&place: &usize| self.clock.wrapping_sub(self.rows[place].touched);
        (0..STREAMS).max_by_key(silent).unwrap_or(0)
    }

    /// The rollover counter of a stream, where it has one.
    pub fn rollovers(&self, ssrc: u32) -> Option<u32> {
        let stream = self.rows[..self.used].iter().find(|stream| stream.ssrc == ssrc)?;
        stream.packets.has_started().then(|| stream.packets.rollovers())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_silent_longest_makes_room() {
        let mut streams = Streams::default();
        for ssrc in 0..STREAMS as u32 {
            assert!(streams.find(ssrc).is_none());
            streams.admit(ssrc).packets.note(u64::from(ssrc));
        }
        assert!(streams.find(0).is_some());
        streams.find(99);
        streams.admit(99);
        assert!(streams.find(0).is_some() && streams.find(1).is_none() && streams.find(99).is_some());
        assert_eq!((streams.rollovers(0), streams.rollovers(99)), (Some(0), None));
    }
}

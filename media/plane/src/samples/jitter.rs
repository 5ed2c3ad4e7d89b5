//! The jitter buffer: packets in any order in, the next piece of sound out, when it is due.
//!
//! Each packet has a place on one line of time, whatever its codec's clock, its sender's restarts and jumps.
//! A gap of sound that never came is told as such; sound after a pause (RFC 3551 s.4.1) waits first.
//! Knows no samples: what is heard in a gap, and how the wait is changed unheard, is the ear's.

use super::arrivals::{Arrivals, MILLISECOND};
use crate::codec::Codec;

/// One frame on the line of time: 20 ms.
pub const FRAME: i64 = 20 * MILLISECOND;
const SLOTS: usize = 64;
/// For 500 ms of the widest codec.
const BYTES: usize = 16_384;
/// A payload beyond an Ethernet frame is no audio.
const LONGEST: usize = 1500;
/// A packet this far from its expected time begins another count of time.
const JUMP: i64 = 1000 * MILLISECOND;
/// What a second odd packet may differ from the first to be taken as the same new count.
const LIKENESS: i64 = 200 * MILLISECOND;
/// Sound that waits this much longer than it must is passed over: the network had stood still.
const SURPLUS: i64 = 200 * MILLISECOND;
/// RFC 3550 A.1 MAX_DROPOUT: a step beyond is a restart of the sender.
const DROPOUT: u16 = 3000;
/// How far the first packet to come may be from the first that was sent.
const FIRST_FEW: i16 = 8;
/// So many late packets one after the other are no late packets: the count of time has slipped.
const SLIPPED: u8 = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    Sound(Codec),
    /// A comfort noise description (RFC 3389).
    Noise,
}

/// What the buffer needs of a packet.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    pub ssrc: u32,
    pub sequence: u16,
    pub timestamp: u32,
    pub marker: bool,
    pub content: Content,
    pub payload: &'a [u8],
}

/// What is to be heard next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next<'a> {
    Sound(Codec, &'a [u8]),
    Noise(&'a [u8]),
    /// Nothing for so long, at most a frame.
    Gap(i64),
    /// The same, and this sound follows the gap directly.
    Lost(i64, Codec, &'a [u8]),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JitterCounts {
    /// Came after their time.
    pub late: u64,
    /// Were there and could not wait.
    pub dropped: u64,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    sequence: u16,
    position: i64,
    content: Content,
    offset: usize,
    length: usize,
}

/// Where a timestamp stands on the line of time.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    timestamp: u32,
    position: i64,
    clock: u32,
}

#[derive(Debug)]
pub struct Jitter {
    slots: [Option<Slot>; SLOTS],
    held: usize,
    bytes: Box<[u8]>,
    write: usize,
    ssrc: Option<u32>,
    /// The sequence number after the last that was heard or given up.
    next: u16,
    /// Bit n: the packet n + 1 before `next` was heard.
    heard: u64,
    /// The place after the last sound that was heard or given up.
    play: i64,
    /// How much was made up since then, while nothing was there.
    filled: i64,
    started: bool,
    anchor: Anchor,
    /// The place of the latest packet there was.
    tail: i64,
    arrivals: Arrivals,
    /// An odd packet: sequence number and transit. A second like it makes them the rule.
    stray: Option<(u16, i64)>,
    late_run: u8,
    pub counts: JitterCounts,
}

impl Default for Jitter {
    fn default() -> Self {
        Self {
            slots: [None; SLOTS],
            held: 0,
            bytes: vec![0; BYTES].into_boxed_slice(),
            write: 0,
            ssrc: None,
            next: 0,
            heard: 0,
            play: 0,
            filled: 0,
            started: false,
            anchor: Anchor { timestamp: 0, position: 0, clock: 8000 },
            tail: 0,
            arrivals: Arrivals::default(),
            stray: None,
            late_run: 0,
            counts: JitterCounts::default(),
        }
    }
}

impl Jitter {
    // ---- in ----

    pub fn push(&mut self, packet: &Incoming, now: i64) {
        if packet.payload.len() > LONGEST || packet.payload.is_empty() {
            return;
        }
        if self.ssrc != Some(packet.ssrc) {
            self.ssrc = Some(packet.ssrc);
            self.restart(packet, now);
        }
        let mut ahead = packet.sequence.wrapping_sub(self.next) as i16;
        let mut position = self.position(packet);
        let clock = clock_of(packet.content).unwrap_or(self.anchor.clock);
        if ahead.unsigned_abs() > DROPOUT || (now - position - self.arrivals.base()).abs() > JUMP {
            if !(packet.marker || self.confirms(packet.sequence, now - position)) {
                return;
            }
            self.stray = None;
            if ahead.unsigned_abs() > DROPOUT || ahead < 0 {
                self.restart(packet, now);
                ahead = 0;
            } else {
                self.re_anchor(packet.timestamp, clock, now);
            }
            position = self.anchor.position;
        } else if ahead >= 0 && (clock != self.anchor.clock || self.started && position < self.play) {
            // Another codec's clock, or timestamps that stepped back: the sequence says what follows what.
            self.re_anchor(packet.timestamp, clock, now);
            position = self.anchor.position;
        }
        if ahead < 0 && !self.started && -ahead <= FIRST_FEW {
            // The very first packets came in another order.
            self.next = packet.sequence;
            ahead = 0;
        }
        if ahead < 0 {
            let bit = u32::from(ahead.unsigned_abs()) - 1;
            if bit < 64 && self.heard >> bit & 1 == 1 {
                return;
            }
            self.counts.late += 1;
            self.late_run = self.late_run.saturating_add(1);
            if self.late_run < SLIPPED {
                self.arrivals.note(now - position);
                return;
            }
            self.restart(packet, now);
            position = self.anchor.position;
        }
        self.keep(packet, position, now);
    }

    fn position(&self, packet: &Incoming) -> i64 {
        let Anchor { timestamp, position, clock } = self.anchor;
        let step = packet.timestamp.wrapping_sub(timestamp) as i32;
        position + i64::from(step) * i64::from(48_000 / clock.max(1))
    }

    fn confirms(&mut self, sequence: u16, transit: i64) -> bool {
        let before = self.stray.replace((sequence, transit));
        before.is_some_and(|(number, like)| {
            sequence.wrapping_sub(number) == 1 && (transit - like).abs() < LIKENESS
        })
    }

    /// Another source, or the same one that began anew: what waits of the old is not heard.
    fn restart(&mut self, packet: &Incoming, now: i64) {
        self.slots = [None; SLOTS];
        self.held = 0;
        self.next = packet.sequence;
        self.heard = 0;
        self.late_run = 0;
        self.stray = None;
        self.started = false;
        self.tail = self.play;
        self.arrivals = Arrivals::default();
        let clock = clock_of(packet.content).unwrap_or(self.anchor.clock);
        self.anchor = Anchor { timestamp: packet.timestamp, position: now.max(self.play), clock };
    }

    /// The packet stands where one that met no delay would, and after all that there is.
    fn re_anchor(&mut self, timestamp: u32, clock: u32, now: i64) {
        let after = if self.held > 0 { self.tail + FRAME } else { self.play };
        let position = after.max(now - self.arrivals.base());
        self.anchor = Anchor { timestamp, position, clock };
    }

    fn keep(&mut self, packet: &Incoming, position: i64, now: i64) {
        let mut ahead = usize::from(packet.sequence.wrapping_sub(self.next));
        if ahead >= SLOTS {
            // More was lost than there is room for: what still waits is given up.
            self.counts.dropped += self.held as u64;
            self.slots = [None; SLOTS];
            self.held = 0;
            self.next = packet.sequence;
            self.heard = 0;
            ahead = 0;
        }
        let index = self.next.wrapping_add(ahead as u16) as usize % SLOTS;
        if self.slots.get(index).is_none_or(Option::is_some) {
            return;
        }
        let offset = self.make_room(packet.payload.len());
        let Some(room) = self.bytes.get_mut(offset..offset + packet.payload.len()) else {
            return;
        };
        room.copy_from_slice(packet.payload);
        self.write = offset + packet.payload.len();
        let (sequence, content, length) = (packet.sequence, packet.content, packet.payload.len());
        self.slots[index] = Some(Slot { sequence, position, content, offset, length });
        self.held += 1;
        self.late_run = 0;
        self.stray = None;
        self.arrivals.note(now - position);
        if position >= self.tail || self.held == 1 {
            self.tail = position;
            self.anchor.timestamp = packet.timestamp;
            self.anchor.position = position;
        }
    }

    /// The place for so many bytes in the ring; packets that were never fetched from there are lost.
    fn make_room(&mut self, length: usize) -> usize {
        let offset = if self.write + length > BYTES { 0 } else { self.write };
        if self.held == 0 {
            return offset;
        }
        for slot in &mut self.slots {
            if slot.is_some_and(|s| s.offset < offset + length && offset < s.offset + s.length) {
                *slot = None;
                self.held -= 1;
                self.counts.dropped += 1;
            }
        }
        offset
    }

    // ---- out ----

    /// What is heard at `due`. After sound the caller tells by `advance` how long it was.
    pub fn next(&mut self, due: i64) -> Next<'_> {
        let Some(slot) = self.head(due) else {
            self.filled += FRAME;
            return Next::Gap(FRAME);
        };
        let (base, wait) = (self.arrivals.base(), self.arrivals.wait());
        let gap = slot.position - self.play;
        // What stands for a lost packet already need not be made up again, if there is nearly enough wait without.
        let filled = self.filled >= gap && due - slot.position - base >= wait - FRAME / 2;
        let follows = self.started && (gap <= 0 || filled);
        if !follows && due - slot.position - base < wait {
            // Not yet. What lies between is given up piece by piece, unless the wait is to grow.
            if !self.started || due - self.play - base < wait {
                return Next::Gap(FRAME);
            }
            self.give_up_to(slot.sequence);
            let length = gap.min(FRAME);
            self.play += length;
            return match slot.content {
                Content::Sound(codec) if gap <= FRAME => Next::Lost(length, codec, self.payload(slot)),
                _ => Next::Gap(length),
            };
        }
        self.give_up_to(slot.sequence.wrapping_add(1));
        self.heard |= 1;
        self.slots[usize::from(slot.sequence) % SLOTS] = None;
        self.held -= 1;
        self.started = true;
        self.filled = 0;
        self.play = self.play.max(slot.position);
        match slot.content {
            Content::Sound(codec) => Next::Sound(codec, self.payload(slot)),
            Content::Noise => Next::Noise(self.payload(slot)),
        }
    }

    fn payload(&self, slot: Slot) -> &[u8] {
        self.bytes.get(slot.offset..slot.offset + slot.length).unwrap_or(&[])
    }

    /// The first packet that waits; those that have waited far too long are passed over.
    fn head(&mut self, due: i64) -> Option<Slot> {
        let mut sequence = self.next;
        let due = due - self.arrivals.base() - self.arrivals.wait();
        let mut allowed = SURPLUS;
        while self.held > 0 {
            let index = usize::from(sequence) % SLOTS;
            if let Some(slot) = self.slots[index] {
                if due - slot.position <= allowed || self.held == 1 {
                    return Some(slot);
                }
                // Once sound must be cut, all that is too much goes with one cut.
                allowed = FRAME;
                self.slots[index] = None;
                self.held -= 1;
                self.counts.dropped += 1;
                self.play = self.play.max(slot.position);
            }
            sequence = sequence.wrapping_add(1);
        }
        None
    }

    fn give_up_to(&mut self, sequence: u16) {
        let step = u32::from(sequence.wrapping_sub(self.next));
        self.heard = self.heard.checked_shl(step).unwrap_or(0);
        self.next = sequence;
    }

    /// The sound that was fetched last was so long.
    pub fn advance(&mut self, length: i64) {
        self.play += length;
    }

    /// By how much sound heard at `due` is later than it must be; negative when it comes too early to be safe.
    pub fn excess(&self, due: i64) -> i64 {
        due - self.play - self.arrivals.base() - self.arrivals.wait()
    }

    /// Whether more sound is there that directly follows.
    pub fn has_more(&self) -> bool {
        let index = usize::from(self.next) % SLOTS;
        self.slots.get(index).copied().flatten().is_some_and(|s| s.position <= self.play)
    }

    /// How long sound waits now, for the counters.
    pub fn wait(&self) -> i64 {
        self.arrivals.wait()
    }
}

fn clock_of(content: Content) -> Option<u32> {
    match content {
        Content::Sound(codec) => Some(codec.rtp_clock()),
        Content::Noise => None,
    }
}

#[cfg(test)]
mod tests;

//! A port's way into a recording: packets of both directions through a bounded queue. It never waits or allocates.

use std::sync::atomic::{
    AtomicBool, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};
use std::sync::mpsc::{sync_channel, Receiver, SyncSender};
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::codec::Codec;
use crate::rtp::{Format, Packet};

/// Pieces that wait at most: more than two seconds of both directions in G.711, 70 kB.
const QUEUE: usize = 256;
/// Bytes of one piece; longer payloads go in several.
pub const PIECE: usize = 240;
/// A packet the kernel kept longer than this is taken as of now: the wall clock was set meanwhile.
const LONGEST_WAIT: u64 = 1_000_000_000;

/// Whom the packet was said by, as seen from the recorded port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What the port hears: the caller, left.
    Heard,
    /// What the port is sent, whatever it is: the agent, a prompt, music; right.
    Sent,
}

impl Side {
    pub fn index(self) -> usize {
        match self {
            Self::Heard => 0,
            Self::Sent => 1,
        }
    }
}

/// One packet of sound.
#[derive(Clone, Copy, Debug)]
pub struct Sound<'a> {
    pub codec: Codec,
    pub ssrc: u32,
    pub timestamp: u32,
    pub payload: &'a [u8],
}

impl<'a> Sound<'a> {
    pub fn of(packet: &Packet<'a>, codec: Codec) -> Self {
        let Packet { ssrc, timestamp, payload, .. } = *packet;
        Self { codec, ssrc, timestamp, payload }
    }
}

/// A packet, or a part of one, on its way to the recorder.
pub struct Piece {
    /// Nanoseconds since the recorder's epoch.
    pub at: u64,
    pub ssrc: u32,
    pub timestamp: u32,
    pub codec: Codec,
    pub side: Side,
    /// The packet goes on in the next piece.
    pub more: bool,
    length: u8,
    data: [u8; PIECE],
}

impl Piece {
    pub fn payload(&self) -> &[u8] {
        &self.data[..usize::from(self.length)]
    }
}

/// What the two ends of a tap know of each other.
#[derive(Debug)]
pub struct Line {
    epoch: Instant,
    ended: AtomicBool,
    ended_at: AtomicU64,
    dropped: AtomicU64,
    dropped_by_all: Arc<AtomicU64>,
}

impl Line {
    pub fn now(&self) -> u64 {
        self.epoch.elapsed().as_nanos() as u64
    }

    /// No sound from now on; the first word counts.
    pub fn end(&self) {
        if !self.ended.load(Acquire) {
            self.ended_at.store(self.now(), Relaxed);
            self.ended.store(true, Release);
        }
    }

    pub fn ended_at(&self) -> Option<u64> {
        self.ended.load(Acquire).then(|| self.ended_at.load(Relaxed))
    }

    /// Packets that found the queue full.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Relaxed)
    }
}

/// The port's end; dropped with the port, which ends the recording.
pub struct Tap {
    line: Arc<Line>,
    queue: SyncSender<Piece>,
    stereo: bool,
}

/// A tap and the recorder's end of it.
pub fn tap(
    epoch: Instant,
    stereo: bool,
    dropped_by_all: Arc<AtomicU64>,
) -> (Tap, Arc<Line>, Receiver<Piece>) {
    let (queue, pieces) = sync_channel(QUEUE);
    let line = Arc::new(Line {
        epoch,
        ended: AtomicBool::new(false),
        ended_at: AtomicU64::new(0),
        dropped: AtomicU64::new(0),
        dropped_by_all,
    });
    (Tap { line: line.clone(), queue, stereo }, line, pieces)
}

impl Tap {
    pub fn is_stereo(&self) -> bool {
        self.stereo
    }

    /// Hand a packet over; `waited` is how long ago it came, in nanoseconds. Dropped and counted when the disk
    /// cannot keep up.
    pub fn take(&self, side: Side, sound: &Sound, waited: u64) {
        if side == Side::Sent && !self.stereo {
            return;
        }
        let waited = if waited > LONGEST_WAIT { 0 } else { waited };
        let at = self.line.now().saturating_sub(waited);
        // What came before the end, and was read after it, still belongs to the recording.
        if self.line.ended_at().is_some_and(|end| at > end) {
            return;
        }
        let mut rest = sound.payload;
        loop {
            let (chunk, after) = rest.split_at(rest.len().min(PIECE));
            let mut data = [0; PIECE];
            data[..chunk.len()].copy_from_slice(chunk);
            let piece = Piece {
                at,
                ssrc: sound.ssrc,
                timestamp: sound.timestamp,
                codec: sound.codec,
                side,
                more: !after.is_empty(),
                length: chunk.len() as u8,
                data,
            };
            if self.queue.try_send(piece).is_err() {
                self.line.dropped.fetch_add(1, Relaxed);
                self.line.dropped_by_all.fetch_add(1, Relaxed);
                return;
            }
            if after.is_empty() {
                return;
            }
            rest = after;
        }
    }
}

/// A port's taps: one for the call, both sides, and one for a message that is spoken to us meanwhile.
#[derive(Default)]
pub struct Taps {
    pub call: Option<Tap>,
    pub message: Option<Tap>,
}

impl Taps {
    /// What the port heard; `arrival` is in nanoseconds of the wall clock.
    pub fn hear(&self, sound: &Sound, arrival: u64) {
        if self.call.is_none() && self.message.is_none() {
            return;
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos() as u64);
        for tap in self.call.iter().chain(&self.message) {
            tap.take(Side::Heard, sound, now.saturating_sub(arrival));
        }
    }

    /// Give up what ended a while ago, and the queue with it: nothing that is on its way belongs to it any more.
    pub fn let_go(&mut self) {
        for tap in [&mut self.call, &mut self.message] {
            tap.take_if(|Tap { line, .. }| {
                line.ended_at().is_some_and(|end| line.now() > end + LONGEST_WAIT)
            });
        }
    }

    /// Nothing is recorded from now on.
    pub fn end(&self) {
        for tap in self.call.iter().chain(&self.message) {
            tap.line.end();
        }
    }

    /// What the port was sent, where it is sound.
    pub fn send(&self, datagram: &[u8], format: Format) {
        let Some(tap) = &self.call else { return };
        match Packet::parse(datagram) {
            Ok(packet) if packet.payload_type == format.payload_type => {
                tap.take(Side::Sent, &Sound::of(&packet, format.codec), 0);
            }
            _ => {}
        }
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.line.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(payload: &[u8]) -> Sound<'_> {
        Sound { codec: Codec::Pcmu, ssrc: 1, timestamp: 3, payload }
    }

    #[test]
    fn a_long_packet_goes_in_pieces_and_a_full_queue_is_counted() {
        let (tap, line, pieces) = tap(Instant::now(), true, Arc::default());
        tap.take(Side::Heard, &sound(&[7; 600]), 0);
        let lengths: Vec<_> = pieces.try_iter().map(|p| (p.payload().len(), p.more)).collect();
        assert_eq!(lengths, [(240, true), (240, true), (120, false)]);
        for _ in 0..QUEUE + 5 {
            tap.take(Side::Sent, &sound(&[7; 160]), 0);
        }
        assert_eq!((pieces.try_iter().count(), line.dropped()), (QUEUE, 5));
    }

    #[test]
    fn a_tap_that_ended_is_let_go_once_nothing_is_on_its_way() {
        let epoch = Instant::now() - std::time::Duration::from_secs(5);
        let (tap, line, _pieces) = tap(epoch, true, Arc::default());
        let mut taps = Taps { call: Some(tap), message: None };
        taps.let_go();
        taps.end();
        taps.let_go();
        assert!(taps.call.is_some());
        line.ended_at.store(1, Relaxed);
        taps.let_go();
        assert!(taps.call.is_none());
    }

    #[test]
    fn one_side_alone_takes_nothing_of_the_other_and_the_end_is_the_first_word() {
        let (tap, line, pieces) = tap(Instant::now(), false, Arc::default());
        tap.take(Side::Sent, &sound(&[7; 160]), 0);
        line.end();
        let ended = line.ended_at();
        tap.take(Side::Heard, &sound(&[7; 160]), 0);
        drop(tap);
        assert!(ended.is_some() && line.ended_at() == ended);
        assert_eq!(pieces.try_iter().count(), 0);
    }
}

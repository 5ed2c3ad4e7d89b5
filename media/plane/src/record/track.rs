//! One side of a recording: packets put in order, decoded, and placed by time, whatever the sender's clock does.
//!
//! The least delayed packets of the last second tell how a stream's timestamps (RFC 3550 s.5.1) lie on our clock. A
//! clock that runs off is followed by a sample a packet; a jump is followed at once.

use std::collections::VecDeque;

use crate::codec::{Codec, Decoder, LONGEST};
use crate::record::tap::Piece;
use crate::samples::resample::Resampler;

/// Timestamps that stray further than this many seconds from the clock begin a new stream.
const STRAY: i64 = 2;
/// Gaps that are no loss but a step of the clock: filled with the sample before.
const STEP: i64 = 4;
/// Lost packets in a row that a codec may make up for.
const CONCEALED: i64 = 3;

/// A whole packet as it came.
#[derive(Debug)]
pub struct Packet {
    pub at: u64,
    pub ssrc: u32,
    pub timestamp: u32,
    pub codec: Codec,
    pub payload: Vec<u8>,
}

impl Packet {
    pub fn of(piece: &Piece) -> Self {
        let (at, ssrc, timestamp, codec) = (piece.at, piece.ssrc, piece.timestamp, piece.codec);
        Self { at, ssrc, timestamp, codec, payload: piece.payload().to_vec() }
    }
}

/// The smallest delay of the last second, in two halves.
#[derive(Debug)]
struct Delays {
    before: i64,
    now: i64,
    since: i64,
}

impl Delays {
    fn new(delay: i64, at: i64) -> Self {
        Self { before: delay, now: delay, since: at }
    }

    fn note(&mut self, delay: i64, at: i64, half: i64) {
        if at - self.since > half {
            self.before = self.now;
            self.now = delay;
            self.since = at;
        }
        self.now = self.now.min(delay);
    }

    fn least(&self) -> i64 {
        self.now.min(self.before)
    }
}

/// The stream packets come in at present.
#[derive(Debug)]
struct Stream {
    number: u32,
    ssrc: u32,
    codec: Codec,
    timestamp: u32,
    /// The timestamp without its wrap, counted from the stream's first packet.
    extended: i64,
    delays: Delays,
}

#[derive(Debug)]
struct Held {
    stream: u32,
    /// On the stream's own time, in samples of the file.
    position: i64,
    at: i64,
    codec: Codec,
    payload: Vec<u8>,
}

/// The stream that is being decoded, and where its time lies on ours.
struct Playing {
    stream: u32,
    offset: i64,
    rate: u32,
    decoder: Decoder,
    resampler: Resampler,
}

pub struct Track {
    rate: i64,
    /// Aligned with another side: the clock rules. Alone, the timestamps do.
    aligned: bool,
    stream: Option<Stream>,
    held: VecDeque<Held>,
    playing: Option<Playing>,
    pending: Vec<i16>,
    pcm: Box<[i16; LONGEST]>,
    /// Where `pending` begins; None before the first packet of a side that is alone.
    start: Option<i64>,
}

impl Track {
    pub fn new(rate: u32, aligned: bool) -> Self {
        Self {
            rate: i64::from(rate),
            aligned,
            stream: None,
            held: VecDeque::new(),
            playing: None,
            pending: Vec::new(),
            pcm: Box::new([0; LONGEST]),
            start: aligned.then_some(0),
        }
    }

    pub fn start(&self) -> Option<i64> {
        self.start
    }

    /// Where the sound ends that has come so far.
    pub fn end(&self) -> i64 {
        self.start.unwrap_or(0) + self.pending.len() as i64
    }

    /// The sound from a position on; what is not there is silence.
    pub fn sound_from(&self, position: i64) -> &[i16] {
        let offset = usize::try_from(position - self.start.unwrap_or(0)).ok();
        offset.and_then(|o| self.pending.get(o..)).unwrap_or(&[])
    }

    /// Forget what lies before a position.
    pub fn forget(&mut self, position: i64) {
        let Some(start) = self.start else { return };
        let count = usize::try_from(position - start).unwrap_or(0).min(self.pending.len());
        self.pending.drain(..count);
        self.start = Some(position.max(start));
    }

    /// Take a packet in; `at` is when it came, in samples since the recording began.
    pub fn arrive(&mut self, packet: Packet, at: i64) {
        let (rate, clock) = (self.rate, i64::from(packet.codec.rtp_clock()));
        let (position, delay) = self.locate(&packet, at, clock);
        let next = self.stream.as_ref().map_or(0, |s| s.number.wrapping_add(1));
        match &mut self.stream {
            Some(stream) if delay.is_some() => {
                stream.delays.note(delay.unwrap_or(0), at, rate / 2);
            }
            stream => {
                *stream = Some(Stream {
                    number: next,
                    ssrc: packet.ssrc,
                    codec: packet.codec,
                    timestamp: packet.timestamp,
                    extended: 0,
                    delays: Delays::new(at, at),
                });
            }
        }
        let (stream, position) = match delay {
            Some(_) => (next.wrapping_sub(1), position),
            None => (next, 0),
        };
        self.hold(Held { stream, position, at, codec: packet.codec, payload: packet.payload });
    }

    /// Where a packet lies in the present stream, and how late it is; None when it begins another.
    fn locate(&mut self, packet: &Packet, at: i64, clock: i64) -> (i64, Option<i64>) {
        let Some(stream) = self.stream.as_mut() else { return (0, None) };
        if stream.ssrc != packet.ssrc || stream.codec != packet.codec {
            return (0, None);
        }
        let step = packet.timestamp.wrapping_sub(stream.timestamp) as i32;
        let extended = stream.extended + i64::from(step);
        let position = extended * self.rate / clock;
        let delay = at - position;
        if (delay - stream.delays.least()).abs() > STRAY * self.rate {
            return (0, None);
        }
        if step > 0 {
            stream.timestamp = packet.timestamp;
            stream.extended = extended;
        }
        (position, Some(delay))
    }

    fn hold(&mut self, held: Held) {
        let behind = |other: &Held| {
            let streams = other.stream.wrapping_sub(held.stream) as i32;
            (streams, other.position) > (0, held.position)
        };
        let place = self.held.iter().rposition(|other| !behind(other)).map_or(0, |p| p + 1);
        let twin = place.checked_sub(1).and_then(|p| self.held.get(p));
        if twin.is_some_and(|t| t.stream == held.stream && t.position == held.position) {
            return;
        }
        self.held.insert(place, held);
    }

    /// Decode and place what came before `until`.
    pub fn release(&mut self, until: i64) {
        while self.held.front().is_some_and(|held| held.at <= until) {
            let Some(held) = self.held.pop_front() else { return };
            self.play(&held);
        }
    }

    fn play(&mut self, held: &Held) {
        let target = match &self.stream {
            Some(stream) if stream.number == held.stream => stream.delays.least(),
            _ => held.at - held.position,
        };
        let Some(mut playing) = self.playing.take().filter(|p| p.stream == held.stream) else {
            let rate = held.codec.sample_rate();
            let (decoder, resampler) = (Decoder::new(held.codec), Resampler::new(rate, self.rate as u32));
            // Alone, sound follows what came before it; with another side, it lies where the clock says.
            let first = (held.at - held.position).max(self.end() - held.position);
            let offset = if self.aligned { target } else { first };
            let fresh = Playing { stream: held.stream, offset, rate, decoder, resampler };
            return self.place(fresh, held);
        };
        if self.stream.as_ref().is_some_and(|s| s.number == held.stream) {
            let error = target - playing.offset;
            if error.abs() > if self.aligned { self.rate / 50 } else { STRAY * self.rate } {
                playing.offset = target;
            } else if self.aligned && error.abs() > self.rate / 500 {
                playing.offset += error.signum();
            }
        }
        self.place(playing, held);
    }

    fn place(&mut self, mut playing: Playing, held: &Held) {
        let position = held.position + playing.offset;
        // Never far ahead of the clock, whatever the timestamps say: memory and disk are bounded.
        if position - held.at <= (STRAY + 1) * self.rate {
            let origin = *self.start.get_or_insert(position);
            self.bridge_gap(&mut playing, position);
            let count = playing.decoder.decode(&held.payload, &mut self.pcm[..]);
            let decoded = self.pcm.get(..count).unwrap_or(&[]);
            write(&mut self.pending, position - origin, decoded, &mut playing.resampler);
        }
        self.playing = Some(playing);
    }

    /// What lies between the last packet and this one: a step of the clock, a loss, or silence.
    fn bridge_gap(&mut self, playing: &mut Playing, position: i64) {
        let end = self.end();
        let gap = position - end;
        if (1..=STEP).contains(&gap) {
            let last = self.pending.last().copied().unwrap_or(0);
            let length = self.pending.len() + gap as usize;
            self.pending.resize(length, last);
            return;
        }
        let frame = self.rate / 50;
        if playing.decoder.conceals() && gap >= frame && gap <= CONCEALED * frame {
            let mut pcm = [0; LONGEST];
            let samples = (playing.rate / 50) as usize;
            for _ in 0..gap / frame {
                let Some(made_up) = pcm.get_mut(..samples) else { return };
                playing.decoder.conceal(made_up);
                let offset = self.pending.len() as i64;
                write(&mut self.pending, offset, made_up, &mut playing.resampler);
            }
        }
    }
}

/// Put samples at an offset, over what is there; what lies before zero is already on disk.
fn write(pending: &mut Vec<i16>, offset: i64, pcm: &[i16], resampler: &mut Resampler) {
    let mut other = [0; 2 * LONGEST];
    let pcm = match resampler {
        Resampler::Same => pcm,
        _ => {
            let count = resampler.process(pcm, &mut other);
            other.get(..count).unwrap_or(&[])
        }
    };
    let late = usize::try_from(-offset).unwrap_or(0).min(pcm.len());
    let (pcm, offset) = (&pcm[late..], usize::try_from(offset).unwrap_or(0));
    let end = offset + pcm.len();
    if pcm.is_empty() {
        return;
    }
    if pending.len() < end {
        pending.resize(end, 0);
    }
    if let Some(place) = pending.get_mut(offset..end) {
        place.copy_from_slice(pcm);
    }
}

#[cfg(test)]
mod tests;

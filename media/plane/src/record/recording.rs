//! One recording: packets of one side or both become samples in step with the clock, masked where told, in a file.
//!
//! Sound is held for the look-back before it is written, so that a mask can reach back over what was already heard.

use std::fs::File;
use std::io;
use std::sync::mpsc::Receiver;
use std::sync::Arc;

use crate::digits::presence::holds_tones;
use crate::record::shape::{Format, Shape};
use crate::record::spans::{Cover, Spans};
use crate::record::store::Store;
use crate::record::tap::{Line, Piece, Side};
use crate::record::track::{Packet, Track};
use crate::record::wav;

const SECOND: u64 = 1_000_000_000;
const MILLISECOND: u64 = 1_000_000;
/// A packet waits this long for those that overtook it before it is decoded.
const REORDER: u64 = 120 * MILLISECOND;
/// What the kernel still holds when the end is told has time to come in.
const GRACE: u64 = 60 * MILLISECOND;
/// How often sound goes to the file: with the look-back, less than a second is in memory only.
const FLUSH: u64 = 250 * MILLISECOND;
/// The tone over a masked span: 400 Hz, 30 dB below the loudest, far from every telephone digit.
const TONE_PERIOD: u32 = 400;
const TONE_LEVEL: f64 = 1036.0;
/// Samples written in one go: a long wait is not made up for in one buffer.
const STRETCH: i64 = 16000;
/// Frames in a second, the longest of them, and how many without a key end a mask.
const FRAMES: u32 = 50;
const WIDEST: usize = 320;
const CLEAN: u32 = 3;

/// How to record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Both sides, left what the port hears and right what it is sent; else what it hears alone.
    pub stereo: bool,
    pub format: Format,
    /// A masked span holds a tone, or silence.
    pub tone: bool,
    /// Nanoseconds a mask reaches back, and on.
    pub look_back: u64,
}

/// What became of a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub recording: u32,
    pub port: u32,
    pub seconds: f64,
    pub bytes: u64,
    /// Where in the recording it was masked, in seconds.
    pub masked: Vec<(f64, f64)>,
    /// Packets the queue had no room for.
    pub dropped: u64,
    pub failure: Option<String>,
}

/// What was told of a recording, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    Mask,
    Unmask,
    Pause,
    Resume,
}

pub struct Recording {
    pub id: u32,
    pub port: u32,
    plan: Plan,
    line: Arc<Line>,
    pieces: Receiver<Piece>,
    store: Store,
    spans: Spans,
    began: u64,
    /// A packet whose last piece has not come.
    open: Option<(Side, Packet)>,
    /// Packets before the rate is settled.
    waiting: Vec<(Side, Packet)>,
    running: Option<Running>,
    flushed: u64,
    overrun_told: bool,
}

/// What there is from when the rate is known.
struct Running {
    rate: u32,
    tracks: Vec<Track>,
    shape: Shape,
    tone: Box<[i16]>,
    /// On the clock; the file's own time stands still in a pause.
    position: i64,
    frames: u64,
    masked: Vec<(u64, u64)>,
    /// Frames without a key's tones still wanted before a mask is really over.
    wary: u32,
    out: Vec<u8>,
}

impl Recording {
    pub fn new(
        id: u32,
        port: u32,
        plan: Plan,
        line: Arc<Line>,
        pieces: Receiver<Piece>,
        mut store: Store,
    ) -> io::Result<Self> {
        if plan.format == Format::Wav {
            // A player finds a WAV file from the first moment on.
            store.patch(&wav::header(8000, if plan.stereo { 2 } else { 1 }, Some(0)))?;
        }
        let began = line.now();
        Ok(Self {
            id,
            port,
            plan,
            line,
            pieces,
            store,
            spans: Spans::default(),
            began,
            open: None,
            waiting: Vec::new(),
            running: None,
            // Recordings that began together are not written together.
            flushed: began.wrapping_add(u64::from(id) * 37 * MILLISECOND % FLUSH),
            overrun_told: false,
        })
    }

    pub fn tell(&mut self, word: Word, at: u64) {
        match word {
            Word::Mask => self.spans.mask(at, self.plan.look_back),
            Word::Unmask => self.spans.unmask(at, self.plan.look_back),
            Word::Pause => self.spans.pause(at),
            Word::Resume => self.spans.resume(at),
        }
    }

    /// The queue ran over; told once.
    pub fn has_overrun(&mut self) -> bool {
        let first = !self.overrun_told && self.line.dropped() > 0;
        self.overrun_told |= first;
        first
    }

    pub fn is_over(&self, now: u64) -> bool {
        self.line.ended_at().is_some_and(|end| now >= end + GRACE)
    }

    /// Take in what came, and write what is old enough.
    pub fn work(&mut self, now: u64) -> io::Result<()> {
        self.take_pieces();
        if now.saturating_sub(self.flushed) < FLUSH {
            return Ok(());
        }
        self.flushed = now;
        self.settle(now, false);
        let hold = self.plan.look_back.max(REORDER) + 2 * GRACE;
        let Some(running) = &mut self.running else { return Ok(()) };
        let decoded = samples(now.saturating_sub(self.began + REORDER), running.rate);
        running.tracks.iter_mut().for_each(|t| t.release(decoded));
        let mut limit = samples(now.saturating_sub(self.began + hold), running.rate);
        if !self.plan.stereo {
            limit = limit.min(running.end());
        }
        self.write(limit)
    }

    /// Write all there is; the file ends here.
    fn end(&mut self, now: u64) -> io::Result<()> {
        self.take_pieces();
        self.settle(now, true);
        let end = self.line.ended_at().unwrap_or(now).saturating_sub(self.began);
        let Some(running) = &mut self.running else { return Ok(()) };
        running.tracks.iter_mut().for_each(|t| t.release(i64::MAX));
        let limit = if self.plan.stereo { samples(end, running.rate) } else { running.end() };
        self.write(limit)?;
        let Some(running) = &mut self.running else { return Ok(()) };
        running.out.clear();
        running.shape.finish(&mut running.out);
        self.store.finish(&running.out)?;
        patch(&mut self.store, &running.shape)
    }

    /// End it, for good or by a failure; what to bring to disk and what to tell.
    pub fn finish(mut self, now: u64, failure: Option<io::Error>) -> (File, Outcome) {
        let failure = failure.or_else(|| self.end(now).err());
        let (rate, frames, masked) = match self.running.take() {
            Some(running) => (f64::from(running.rate), running.frames as f64, running.masked),
            None => (1.0, 0.0, Vec::new()),
        };
        let outcome = Outcome {
            recording: self.id,
            port: self.port,
            seconds: frames / rate,
            bytes: self.store.written(),
            masked: masked.iter().map(|&(from, to)| (from as f64 / rate, to as f64 / rate)).collect(),
            dropped: self.line.dropped(),
            failure: failure.map(|error| error.to_string()),
        };
        self.line.end();
        (self.store.into_file(), outcome)
    }

    fn take_pieces(&mut self) {
        for piece in self.pieces.try_iter() {
            let side = piece.side;
            let goes_on = |(open_side, open): &(Side, Packet)| {
                (*open_side, open.ssrc, open.timestamp) == (side, piece.ssrc, piece.timestamp)
            };
            let packet = match self.open.take().filter(goes_on) {
                Some((_, mut packet)) => {
                    packet.payload.extend_from_slice(piece.payload());
                    packet
                }
                None => Packet::of(&piece),
            };
            if piece.more {
                self.open = Some((side, packet));
                continue;
            }
            match &mut self.running {
                Some(running) => running.arrive(side, packet, self.began),
                None => self.waiting.push((side, packet)),
            }
        }
    }

    /// Choose the rate once the first packets are there: wide when any of them is.
    fn settle(&mut self, now: u64, ending: bool) {
        if self.running.is_some() {
            return;
        }
        let heard_enough = self.waiting.first().is_some_and(|(_, p)| now.saturating_sub(p.at) > REORDER);
        if !heard_enough && !ending {
            return;
        }
        let wide = self.waiting.iter().any(|(_, p)| p.codec.sample_rate() > 8000);
        let mut running = Running::new(self.plan, self.plan.format.rate(wide), self.id);
        for (side, packet) in self.waiting.drain(..) {
            running.arrive(side, packet, self.began);
        }
        if self.plan.format == Format::Wav && !self.store.is_sealed() {
            running.out.clear();
        }
        self.running = Some(running);
    }

    /// Bring the file up to a position of the clock.
    fn write(&mut self, limit: i64) -> io::Result<()> {
        let Some(running) = &mut self.running else { return Ok(()) };
        while running.position < limit {
            let to = limit.min(running.position + STRETCH);
            running.stretch(to, &self.spans, self.began, self.plan.tone);
            running.shape.flush(&mut running.out);
            self.store.append(&running.out)?;
            running.out.clear();
            patch(&mut self.store, &running.shape)?;
        }
        self.spans.forget(moment(running.position, running.rate, self.began));
        Ok(())
    }
}

fn patch(store: &mut Store, shape: &Shape) -> io::Result<()> {
    shape.header().map_or(Ok(()), |header| store.patch(&header))
}

impl Running {
    fn new(plan: Plan, rate: u32, serial: u32) -> Self {
        let channels = if plan.stereo { 2 } else { 1 };
        let mut out = Vec::new();
        let shape = Shape::begin(plan.format, rate, channels, serial, &mut out);
        let period = rate / TONE_PERIOD;
        let angle = |n: u32| std::f64::consts::TAU * f64::from(n) / f64::from(period);
        Self {
            rate,
            tracks: (0..channels).map(|_| Track::new(rate, plan.stereo)).collect(),
            shape,
            tone: (0..period).map(|n| (TONE_LEVEL * angle(n).sin()) as i16).collect(),
            position: 0,
            frames: 0,
            masked: Vec::new(),
            wary: 0,
            out,
        }
    }

    fn arrive(&mut self, side: Side, packet: Packet, began: u64) {
        let at = samples(packet.at.saturating_sub(began), self.rate);
        if let Some(track) = self.tracks.get_mut(side.index()) {
            track.arrive(packet, at);
        }
    }

    /// Where the sound ends of a side that is alone.
    fn end(&self) -> i64 {
        self.tracks.first().map_or(0, Track::end)
    }

    /// Turn the time from `position` to `to` into bytes of the file.
    fn stretch(&mut self, to: i64, spans: &Spans, began: u64, tone: bool) {
        let start = self.tracks.first().and_then(Track::start).unwrap_or(0);
        self.position = self.position.max(start);
        let mut samples_of = Vec::new();
        while self.position < to {
            let (mut cover, until) = spans.at(moment(self.position, self.rate, began));
            let mut until = samples(until.saturating_sub(began), self.rate).clamp(self.position + 1, to);
            match cover {
                Cover::Masked => self.wary = CLEAN,
                Cover::Open if self.wary > 0 => {
                    until = until.min(self.position + i64::from(self.rate / FRAMES));
                    self.look_for_keys(until);
                    cover = Cover::Masked;
                }
                _ => {}
            }
            let count = (until - self.position) as u64;
            if cover != Cover::Paused {
                self.fill(&mut samples_of, count as usize, cover == Cover::Masked, tone);
                self.shape.add(&samples_of, &mut self.out);
                if cover == Cover::Masked {
                    self.note_mask(count);
                }
                self.frames += count;
            }
            self.position = until;
        }
        self.tracks.iter_mut().for_each(|track| track.forget(self.position));
    }

    /// A key that was down when its mask was lifted stays masked until it is up.
    fn look_for_keys(&mut self, until: i64) {
        let (count, rate) = ((until - self.position) as usize, self.rate);
        let mut frame = [0; WIDEST];
        let holds = |track: &Track| {
            frame.fill(0);
            for (slot, &sample) in frame.iter_mut().zip(track.sound_from(self.position)).take(count) {
                *slot = sample;
            }
            holds_tones(frame.get(..count).unwrap_or_default(), rate)
        };
        let whole = count as u32 >= rate / FRAMES / 2;
        if self.tracks.iter().any(holds) {
            self.wary = CLEAN;
        } else if whole {
            self.wary -= 1;
        }
    }

    /// The next samples of all channels, those of one moment side by side.
    fn fill(&self, samples: &mut Vec<i16>, count: usize, masked: bool, tone: bool) {
        let channels = self.tracks.len();
        samples.clear();
        samples.resize(count * channels, 0);
        for (channel, track) in self.tracks.iter().enumerate() {
            let slots = samples.iter_mut().skip(channel).step_by(channels);
            if !masked {
                slots.zip(track.sound_from(self.position)).for_each(|(slot, &sample)| *slot = sample);
            } else if tone {
                let phase = self.position as usize % self.tone.len();
                let tone = self.tone.iter().cycle().skip(phase);
                slots.zip(tone).for_each(|(slot, &sample)| *slot = sample);
            }
        }
    }

    fn note_mask(&mut self, count: u64) {
        let (from, to) = (self.frames, self.frames + count);
        match self.masked.last_mut() {
            Some(last) if last.1 == from => last.1 = to,
            _ => self.masked.push((from, to)),
        }
    }
}

/// A length of the clock in samples.
fn samples(nanoseconds: u64, rate: u32) -> i64 {
    (u128::from(nanoseconds) * u128::from(rate) / u128::from(SECOND)) as i64
}

/// The moment of a position; the first one that lies in it.
fn moment(position: i64, rate: u32, began: u64) -> u64 {
    let position = u128::from(position.unsigned_abs());
    began.saturating_add((position * u128::from(SECOND)).div_ceil(u128::from(rate)) as u64)
}

#[cfg(test)]
mod tests;

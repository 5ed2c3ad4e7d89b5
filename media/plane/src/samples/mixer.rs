//! N-1 mixing of 20 ms frames: one sum of all voices, from which each hears all but its own; whispers come on top.
//!
//! Every change of role or gain is a ramp over one frame. A secured voice is cut at once: of what it said, the one
//! sample heard last falls to zero, and nothing after it is ever added.

use crate::samples::blip::Blip;

pub const MOST_MEMBERS: usize = 32;
/// Samples of the longest frame: 20 ms at 16 kHz.
pub const FRAME: usize = 320;
/// A factor of one, as all factors here are fixed-point numbers of 12 bits.
const ONE: i32 = 1 << 12;
/// Tenths of a decibel.
const GAINS: std::ops::RangeInclusive<i16> = -600..=120;
/// From here on a sum is bent, so that it never reaches the end of the scale.
const KNEE: i32 = 28_000;
const ROOM_ABOVE: i32 = i16::MAX as i32 - KNEE;
/// How fast the last sample of a voice that was cut falls to zero: 2 ms.
const TAIL: i32 = 16;

/// A factor and the one it goes to within the next frame.
#[derive(Clone, Copy, Debug, Default)]
struct Level {
    now: i32,
    wanted: i32,
}

impl Level {
    fn is_silent(self) -> bool {
        self.now == 0 && self.wanted == 0
    }

    fn apply(&mut self, frame: &[i16], mut take: impl FnMut(usize, i32)) {
        let (from, to, samples) = (self.now, self.wanted, frame.len() as i32);
        self.now = to;
        for (index, &sample) in frame.iter().enumerate() {
            let factor = if from == to { to } else { from + (to - from) * (index as i32 + 1) / samples };
            take(index, (i32::from(sample) * factor) >> 12);
        }
    }
}

#[derive(Debug)]
struct Seat {
    gain: i32,
    talks: bool,
    common: Level,
    /// Whom it whispers to, and whom it is to whisper to once that one hears it no more.
    aside: Level,
    aside_to: Option<usize>,
    aside_wanted: Option<usize>,
    secured: bool,
    /// The sample that all heard last.
    last: i32,
    blip: Blip,
    /// Its share of this frame's sum; `said` and `whispered` tell whether there is any.
    voice: Box<[i32; FRAME]>,
    said: bool,
    whisper: Box<[i32; FRAME]>,
    whispered: bool,
    hearing: Level,
}

impl Seat {
    fn new() -> Self {
        Self {
            gain: ONE,
            talks: false,
            common: Level::default(),
            aside: Level::default(),
            aside_to: None,
            aside_wanted: None,
            secured: false,
            last: 0,
            blip: Blip::default(),
            voice: Box::new([0; FRAME]),
            said: false,
            whisper: Box::new([0; FRAME]),
            whispered: false,
            hearing: Level::default(),
        }
    }

    fn aim(&mut self) {
        self.common.wanted = if self.talks { self.gain } else { 0 };
        if self.aside_to != self.aside_wanted && self.aside.now == 0 {
            self.aside_to = self.aside_wanted;
        }
        let there = self.aside_to.is_some() && self.aside_to == self.aside_wanted;
        self.aside.wanted = if there { self.gain } else { 0 };
    }

    /// Its blips in place of its voice, after the tail of what was cut.
    fn blip(&mut self, samples: usize, rate: u32) {
        self.said = self.last != 0 || (self.talks && !self.blip.is_over());
        if !self.said {
            return;
        }
        for sample in &mut self.voice[..samples] {
            *sample = self.last + self.blip.next(rate);
            self.last -= self.last / TAIL + self.last.signum();
        }
    }
}

/// The sound of one room. Seats are kept by the caller, from 0 on.
#[derive(Debug, Default)]
pub struct Mixer {
    seats: Vec<Seat>,
    total: Vec<i32>,
    samples: usize,
    voices: usize,
}

impl Mixer {
    pub fn seats(&mut self, count: usize) {
        self.total.resize(FRAME, 0);
        while self.seats.len() < count.min(MOST_MEMBERS) {
            self.seats.push(Seat::new());
        }
    }

    /// A member came to a seat, or went from it: nothing of who sat there before goes on.
    pub fn clear(&mut self, seat: usize) {
        if let Some(place) = self.seats.get_mut(seat) {
            *place = Seat::new();
        }
        for other in &mut self.seats {
            if other.aside_to == Some(seat) {
                (other.aside_to, other.aside) = (None, Level::default());
            }
            if other.aside_wanted == Some(seat) {
                other.aside_wanted = None;
            }
        }
    }

    /// Who hears a seat from now on: all, or one other, or nobody. `gain` is in tenths of a decibel.
    pub fn set(&mut self, seat: usize, talks: bool, aside: Option<usize>, gain: i16) {
        if let Some(seat) = self.seats.get_mut(seat) {
            let gain = gain.clamp(*GAINS.start(), *GAINS.end());
            seat.gain = (10f32.powf(f32::from(gain) / 200.0) * ONE as f32).round() as i32;
            seat.talks = talks;
            seat.aside_wanted = aside;
        }
    }

    /// From now on nothing of this seat is heard but blips; or again all, from silence on.
    pub fn secure(&mut self, seat: usize, on: bool) {
        if let Some(seat) = self.seats.get_mut(seat) {
            if seat.secured != on {
                seat.secured = on;
                seat.blip.end();
                seat.common.now = 0;
                seat.aside.now = 0;
                seat.last = if on { seat.last } else { 0 };
            }
        }
    }

    /// A secured member pressed a key.
    pub fn blip(&mut self, seat: usize) {
        if let Some(seat) = self.seats.get_mut(seat).filter(|seat| seat.secured) {
            seat.blip.begin();
        }
    }

    /// Whether a seat begins to hear the mix, or hears its last frame of it.
    pub fn listen(&mut self, seat: usize, on: bool) {
        if let Some(seat) = self.seats.get_mut(seat) {
            seat.hearing.wanted = if on { ONE } else { 0 };
        }
    }

    /// A new frame, `rate` is 8000 or 16000.
    pub fn begin(&mut self, rate: u32) {
        self.samples = if rate > 8000 { FRAME } else { FRAME / 2 };
        self.voices = 0;
        self.total.fill(0);
        for seat in &mut self.seats {
            seat.last = if seat.said { seat.last } else { 0 };
            seat.said = false;
            seat.whispered = false;
            if seat.secured {
                seat.blip(self.samples, rate);
                if seat.said {
                    self.voices += 1;
                    add(&mut self.total, &seat.voice[..self.samples]);
                }
            }
        }
    }

    /// What a member says in this frame. Not called, it says nothing; of a secured one nothing is taken.
    pub fn speak(&mut self, seat: usize, frame: &[i16]) {
        let Some(seat) = self.seats.get_mut(seat).filter(|seat| !seat.secured) else {
            return;
        };
        let frame = &frame[..frame.len().min(self.samples)];
        seat.aim();
        if !seat.common.is_silent() {
            let (voice, total) = (&mut seat.voice, &mut self.total);
            voice[frame.len()..].fill(0);
            seat.common.apply(frame, |index, sample| {
                voice[index] = sample;
                total[index] += sample;
            });
            seat.said = true;
            seat.last = voice[self.samples.saturating_sub(1)];
            // One voice alone that is not made louder needs no limit.
            self.voices += if seat.gain > ONE { 2 } else { 1 };
        }
        if !seat.aside.is_silent() {
            let whisper = &mut seat.whisper;
            whisper[frame.len()..].fill(0);
            seat.aside.apply(frame, |index, sample| whisper[index] = sample);
            seat.whispered = true;
        }
    }

    /// What a member hears of this frame, after all have spoken.
    pub fn hear(&mut self, seat: usize, out: &mut [i16]) {
        let samples = self.samples.min(out.len());
        let mut sum = [0; FRAME];
        sum[..samples].copy_from_slice(&self.total[..samples]);
        let mut voices = self.voices;
        for (index, other) in self.seats.iter().enumerate() {
            if index == seat && other.said {
                for (sum, own) in sum.iter_mut().zip(&other.voice[..samples]) {
                    *sum -= own;
                }
                voices = voices.saturating_sub(1);
            }
            if index != seat && other.whispered && other.aside_to == Some(seat) {
                voices += 1;
                add(&mut sum, &other.whisper[..samples]);
            }
        }
        for (out, &sum) in out.iter_mut().zip(&sum[..samples]) {
            *out = if voices > 1 { limit(sum) } else { sum.clamp(-0x8000, 0x7FFF) as i16 };
        }
        if let Some(seat) = self.seats.get_mut(seat) {
            if seat.hearing.now != ONE || seat.hearing.wanted != ONE {
                let mut heard = [0; FRAME];
                heard[..samples].copy_from_slice(&out[..samples]);
                seat.hearing.apply(&heard[..samples], |index, sample| out[index] = sample as i16);
            }
        }
    }
}

fn add(sum: &mut [i32], voice: &[i32]) {
    for (sum, sample) in sum.iter_mut().zip(voice) {
        *sum += sample;
    }
}

/// The scale without its end: straight up to the knee, then bent ever more.
fn limit(sum: i32) -> i16 {
    let above = sum.saturating_abs() - KNEE;
    if above <= 0 {
        return sum as i16;
    }
    let above = i64::from(above);
    let bent = i64::from(ROOM_ABOVE) * above / (i64::from(ROOM_ABOVE) + above);
    (sum.signum() * (KNEE + bent as i32)) as i16
}

#[cfg(test)]
mod tests;

//! Keys made as tones (ITU-T Q.23; levels of ETSI ES 201 235-2), for peers that take no telephone events.

use std::collections::VecDeque;
use std::f64::consts::PI;

use crate::digits::receiver::digit_of;
use crate::digits::sender::SHORTEST_MS;
use crate::digits::spectrum::{pair_of, COLUMNS, ROWS};

/// Time runs in steps of 16 kHz, which both rates of sound divide.
const STEPS_PER_MS: u32 = 16;
/// Peak of a sine of 0 dBm0 (ITU-T G.711: full scale is 3.14 dBm0).
const ZERO_DBM0: f64 = 22_826.0;
/// -8 dBm0 the row, -6 dBm0 the column: lines weaken high tones more.
const LEVELS: [f64; 2] = [0.398_107, 0.501_187];
/// How softly a tone begins and ends: no click, and no part of its time lost.
const RAMP: u32 = 2 * STEPS_PER_MS;

#[derive(Clone, Copy, Debug)]
struct Sine {
    re: f64,
    im: f64,
    step: (f64, f64),
}

impl Sine {
    fn new(hertz: f64, rate: f64) -> Self {
        let turn = 2.0 * PI * hertz / rate;
        Self { re: 1.0, im: 0.0, step: (turn.cos(), turn.sin()) }
    }

    fn next(&mut self) -> f64 {
        let value = self.im;
        let (cosine, sine) = self.step;
        (self.re, self.im) = (self.re * cosine - self.im * sine, self.re * sine + self.im * cosine);
        value
    }
}

/// A queue of keys to be sounded, each followed by silence.
#[derive(Debug, Default)]
pub struct ToneSender {
    codes: VecDeque<u8>,
    press: u32,
    gap: u32,
    /// Steps into the key at the front.
    elapsed: u32,
    sines: Option<[Sine; 2]>,
}

impl ToneSender {
    /// Keys behind those that wait; how long each sounds, and the silence behind it.
    pub fn press(&mut self, codes: impl IntoIterator<Item = u8>, press_ms: u32, gap_ms: u32) {
        let steps = |ms: u32| ms.max(SHORTEST_MS).saturating_mul(STEPS_PER_MS);
        if self.is_done() {
            (self.press, self.gap) = (steps(press_ms), steps(gap_ms));
        }
        self.codes.extend(codes);
    }

    pub fn is_done(&self) -> bool {
        self.codes.is_empty()
    }

    /// Fill a frame at 8 or 16 kHz; the number of keys that began in it. Codes that are no keys are passed over.
    pub fn fill(&mut self, frame: &mut [i16], rate: u32) -> u32 {
        let step = (STEPS_PER_MS * 1000 / rate.max(1)).max(1);
        let mut begun = 0;
        for sample in frame {
            *sample = match self.codes.front() {
                Some(&code) => {
                    begun += u32::from(self.elapsed == 0 && digit_of(code).and_then(pair_of).is_some());
                    self.sample(code, step, rate)
                }
                None => 0,
            };
        }
        begun
    }

    fn sample(&mut self, code: u8, step: u32, rate: u32) -> i16 {
        let Some((row, column)) = digit_of(code).and_then(pair_of) else {
            self.codes.pop_front();
            return 0;
        };
        let at = self.elapsed;
        self.elapsed += step;
        if self.elapsed >= self.press.saturating_add(self.gap) {
            self.codes.pop_front();
            self.elapsed = 0;
        }
        if at >= self.press {
            self.sines = None;
            return 0;
        }
        let hertz = [ROWS[row], COLUMNS[column]].map(f64::from);
        let sines = self.sines.get_or_insert_with(|| hertz.map(|hertz| Sine::new(hertz, f64::from(rate))));
        let edge = at.min(self.press - at).min(RAMP);
        let level = ZERO_DBM0 * f64::from(edge) / f64::from(RAMP);
        (level * (LEVELS[0] * sines[0].next() + LEVELS[1] * sines[1].next())) as i16
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digits::inband::{InbandDetector, FRAME};
    use crate::digits::receiver::code_of;

    fn sounded(keys: &str, press_ms: u32, gap_ms: u32, rate: u32) -> Vec<i16> {
        let mut sender = ToneSender::default();
        sender.press(keys.bytes().filter_map(code_of), press_ms, gap_ms);
        let mut sound = Vec::new();
        while !sender.is_done() {
            let mut frame = vec![0; rate as usize / 50];
            sender.fill(&mut frame, rate);
            sound.extend(frame);
        }
        sound
    }

    #[test]
    fn what_is_sounded_is_heard() {
        let keys = "0123456789*#ABCD55";
        let mut detector = InbandDetector::new();
        let mut sound = sounded(keys, 50, 50, 8000);
        sound.extend([0; 4 * FRAME]);
        let heard: Vec<u8> = sound
            .chunks_exact(FRAME)
            .filter_map(|frame| detector.hear(frame.try_into().unwrap()))
            .map(|press| press.digit)
            .collect();
        assert_eq!(heard, keys.as_bytes());
    }

    #[test]
    fn the_column_is_two_decibels_above_the_row_and_both_fit() {
        let sound = sounded("1", 200, 40, 8000);
        let power = sound[400..1200].iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / 800.0;
        // -8 and -6 dBm0 together are -3.9 dBm0.
        let dbm0 = 10.0 * (power / (ZERO_DBM0.powi(2) / 2.0)).log10();
        assert!((dbm0 + 3.88).abs() < 0.1, "{dbm0}");
        assert!(sound.iter().all(|s| s.unsigned_abs() < 30_000));
    }

    #[test]
    fn times_are_kept_at_both_rates_and_edges_are_soft() {
        for rate in [8000, 16000] {
            let sound = sounded("55", 60, 45, rate);
            let per_ms = rate as usize / 1000;
            let loud =
                |ms: usize| sound[ms * per_ms..(ms + 1) * per_ms].iter().any(|s| s.unsigned_abs() > 500);
            assert!(loud(1) && loud(58) && !loud(61) && !loud(104) && loud(106));
            assert!(sound[0].unsigned_abs() < 100);
        }
    }

    #[test]
    fn nothing_shorter_is_sounded_than_is_surely_heard_and_flash_has_no_sound() {
        assert_eq!(sounded("1", 1, 1, 8000).len(), 4 * FRAME);
        let mut sender = ToneSender::default();
        sender.press([16, 255], 100, 100);
        let mut frame = [1; FRAME];
        assert_eq!(sender.fill(&mut frame, 8000), 0);
        assert!(sender.is_done() && frame.iter().all(|&s| s == 0));
    }
}

//! Keys heard as tones in the sound itself (ITU-T Q.23, Q.24), for peers that send no telephone events.
//!
//! Two tones must stand out, at their frequencies, in step with themselves and at one level, for 27.5 ms. What else
//! sounds may be noise or dial tone. Speech holds two such harmonics now and then, but others lie beside them.

use crate::digits::dial_tone::dial_tone;
use crate::digits::receiver::Press;
use crate::digits::spectrum::{
    correlation_of, difference, energy_of, frequency_of, key_of, sum, Correlation, Phasor, Spectrum, BLOCK,
    LANES, RATE,
};

/// Samples of a frame: 20 ms at 8 kHz.
pub const FRAME: usize = 160;
const HOPS_PER_SECOND: f32 = RATE / BLOCK as f32;

/// Mean square of a sine of 0 dBm0 (ITU-T G.711: full scale is 3.14 dBm0).
const ZERO_DBM0: f32 = 2.605e8;
/// Weakest tone heard: -47 dBm0.
const FAINTEST: f32 = ZERO_DBM0 * 2e-5;
/// The upper tone may be weaker by 10 dB, or stronger by 6 dB (Q.24: 8 and 4 at least).
const NORMAL_TWIST: f32 = 10.0;
const REVERSE_TWIST: f32 = 4.0;
/// Between what Q.24 demands (1.5 to 1.8 %) and forbids (3 to 3.5 %), as near to the first as noise allows.
const TOLERANCE: f32 = 0.021;
/// Two tones make up at least so much of all that sounds, dial tone left aside: 6 dB above the rest.
const SHARE: f32 = 0.8;
/// How alike the rest may be to itself one to three samples later, as a share of all: noise is not, speech is.
const COLOUR: f32 = 0.03;
/// How much of a tone adds up when its phases are laid over each other.
const STEADINESS: f32 = 0.99;
/// A tone well inside the press keeps at least so much of its greatest power (-4 dB).
const EVENNESS: f32 = 0.4;
/// Hops of 2.5 ms for which both tones must last.
const LASTING: usize = 11;
/// Seconds of a press that are over when it is told.
const TOLD_AFTER: f32 = LASTING as f32 / HOPS_PER_SECOND;
/// Hops without the tones after which the press is over (25 ms): Q.24 has breaks of 10 to 20 ms bridged.
const BREAK: u8 = 10;
/// Hops in which a pair has stood out before it is looked at closely.
const WORTH_A_LOOK: u8 = 8;
/// Hops back whose windows lie well inside the tones.
const INSIDE: [usize; 3] = [2, 5, 8];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pair {
    row: usize,
    column: usize,
}

#[derive(Clone, Copy, Debug)]
struct Held {
    pair: Pair,
    levels: [f32; 2],
    absent: u8,
}

/// The receiver of one stream.
#[derive(Default)]
pub struct InbandDetector {
    spectrum: Spectrum,
    /// What stands out, and for how many hops it has.
    rising: Option<(Pair, u8)>,
    held: Option<Held>,
}

impl InbandDetector {
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a key that was told still sounds.
    pub fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// Take 20 ms of sound; the key whose press shows in it. Told once, while the tones last.
    pub fn hear(&mut self, frame: &[i16; FRAME]) -> Option<Press> {
        let mut told = None;
        for block in frame.chunks_exact(BLOCK) {
            if let Ok(block) = block.try_into() {
                self.spectrum.hear(block);
                told = told.or(self.step());
            }
        }
        told.map(|digit| Press { digit, duration: TOLD_AFTER })
    }

    fn step(&mut self) -> Option<u8> {
        let keys = self.spectrum.keys();
        self.follow(&keys);
        let pair = self.standing_out(&keys);
        self.rising = match (pair, self.rising) {
            (Some(pair), Some((before, hops))) if pair == before => Some((pair, hops.saturating_add(1))),
            (Some(pair), _) => Some((pair, 1)),
            (None, _) => None,
        };
        let (pair, hops) = self.rising?;
        if hops < WORTH_A_LOOK || self.held.is_some_and(|held| held.pair == pair) || !self.is_press(pair) {
            return None;
        }
        let levels = [keys[pair.row], keys[pair.column]];
        self.held = Some(Held { pair, levels, absent: 0 });
        Some(key_of(pair.row, pair.column))
    }

    /// Whether the press that was told goes on.
    fn follow(&mut self, keys: &[f32; LANES]) {
        let Some(held) = &mut self.held else { return };
        let now = [keys[held.pair.row], keys[held.pair.column]];
        if now[0] >= held.levels[0] / 4.0 && now[1] >= held.levels[1] / 4.0 {
            held.absent = 0;
            for (level, now) in held.levels.iter_mut().zip(now) {
                *level += (now - *level) / 8.0;
            }
        } else {
            held.absent += 1;
            if held.absent >= BREAK {
                self.held = None;
            }
        }
    }

    /// The pair that stands out now, at a glance.
    fn standing_out(&self, keys: &[f32; LANES]) -> Option<Pair> {
        let (row, column) = (strongest(keys, 0)?, strongest(keys, 4)?);
        let (low, high) = (keys[row], keys[column]);
        // Windows that meet the tones half-way, and tones off their frequency, show less than there is.
        let (faintest, normal, reverse) = (FAINTEST / 4.0, NORMAL_TWIST * 2.0, REVERSE_TWIST * 2.0);
        if low < faintest || high < faintest || low > high * normal || high > low * reverse {
            return None;
        }
        // A dial tone may be far louder.
        (self.spectrum.energy() < (low + high) * 64.0).then_some(Pair { row, column })
    }

    /// Whether the last 27.5 ms hold a press of this key.
    fn is_press(&self, pair: Pair) -> bool {
        let Some(row) = self.hertz_of(pair.row) else { return false };
        let Some(column) = self.hertz_of(pair.column) else { return false };
        let (mut low, mut high, mut all) = (0.0, 0.0, Correlation::default());
        for back in INSIDE {
            low += energy_of(self.spectrum.sine(row, back));
            high += energy_of(self.spectrum.sine(column, back));
            all = sum(all, self.spectrum.correlation(back));
        }
        let faintest = FAINTEST * INSIDE.len() as f32;
        if low < faintest || high < faintest || low > high * NORMAL_TWIST || high > low * REVERSE_TWIST {
            return false;
        }
        let keys = sum(correlation_of(low, row), correlation_of(high, column));
        let rest = difference(all, keys);
        let stands_alone = |rest: Correlation| {
            let [square, apart @ ..] = rest;
            keys[0] >= (keys[0] + square) * SHARE && apart.iter().all(|&along| along <= all[0] * COLOUR)
        };
        stands_alone(rest)
            || self.dial_tone().is_some_and(|dial_tone| stands_alone(difference(rest, dial_tone)))
    }

    /// A dial tone in the windows that lie inside, all together.
    fn dial_tone(&self) -> Option<Correlation> {
        INSIDE.iter().try_fold(Correlation::default(), |all, &back| {
            dial_tone(&self.spectrum, back).map(|more| sum(all, more))
        })
    }

    /// The frequency at which a lane's tone lies; None when it is too far off, or no steady tone.
    fn hertz_of(&self, lane: usize) -> Option<f32> {
        let heard: [Phasor; LASTING] = std::array::from_fn(|back| self.spectrum.tone(lane, back));
        let loudest = heard.iter().map(|tone| tone.power()).fold(0.0, f32::max);
        let keeps = |part: &[Phasor], share: f32| part.iter().all(|tone| tone.power() >= loudest * share);
        if !keeps(&heard, 0.25) || !keeps(&heard[INSIDE[0]..=INSIDE[2]], EVENNESS) {
            return None;
        }
        let pairs = heard.iter().zip(&heard[2..]);
        let turn = pairs.fold(Phasor::default(), |sum, (new, old)| sum.plus(new.against(*old))).angle() / 2.0;
        let off = turn * HOPS_PER_SECOND / (2.0 * std::f32::consts::PI);
        if off.abs() > TOLERANCE * frequency_of(lane) {
            return None;
        }
        let (step, mut at) = (Phasor::turned(turn), Phasor::turned(0.0));
        let (mut sum, mut whole) = (Phasor::default(), 0.0);
        for tone in heard {
            sum = sum.plus(tone.times(at));
            whole += tone.power().sqrt();
            at = at.times(step);
        }
        (sum.power() >= whole * whole * STEADINESS * STEADINESS).then_some(frequency_of(lane) + off)
    }
}

/// The strongest of four lanes, when the others of its group are much weaker.
fn strongest(keys: &[f32; LANES], first: usize) -> Option<usize> {
    let group = first..first + 4;
    let best = group.clone().max_by(|&a, &b| keys[a].total_cmp(&keys[b]))?;
    group.filter(|&lane| lane != best).all(|lane| keys[lane] * 4.0 < keys[best]).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::g711::Law;
    use crate::digits::spectrum::{pair_of, COLUMNS, ROWS};

    const ALL: &[u8; 16] = b"123A456B789C*0#D";

    /// How keys are sent in a test; levels in dBm0, times in ms.
    #[derive(Clone, Copy)]
    struct Line {
        on: usize,
        off: usize,
        low: f64,
        high: f64,
        low_off: f64,
        high_off: f64,
        noise: f64,
        dial_tone: f64,
    }

    const GOOD: Line = Line {
        on: 50,
        off: 50,
        low: -10.0,
        high: -10.0,
        low_off: 0.0,
        high_off: 0.0,
        noise: -90.0,
        dial_tone: -90.0,
    };

    fn peak(dbm0: f64) -> f64 {
        22_826.0 * 10f64.powf(dbm0 / 20.0)
    }

    /// Even numbers between -0.5 and 0.5.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (self.0 >> 40) as f64 / f64::from(1 << 24) - 0.5
        }
    }

    fn sound(keys: &[u8], line: Line) -> Vec<i16> {
        let mut dice = Dice(7);
        let sine = |hertz: f64, at: usize, phase: f64| {
            (2.0 * std::f64::consts::PI * (hertz * at as f64 / 8000.0 + phase)).sin()
        };
        let mut made = vec![0.0; 800 + (dice.roll() * 160.0) as usize];
        for &key in keys {
            let (row, column) = pair_of(key).unwrap();
            let hertz = [
                f64::from(ROWS[row]) * (1.0 + line.low_off),
                f64::from(COLUMNS[column]) * (1.0 + line.high_off),
            ];
            let phases = [dice.roll(), dice.roll()];
            made.extend((0..line.on * 8).map(|at| {
                peak(line.low) * sine(hertz[0], at, phases[0])
                    + peak(line.high) * sine(hertz[1], at, phases[1])
            }));
            // Not in step with frames.
            made.extend(std::iter::repeat_n(0.0, line.off * 8 + (dice.roll() * 14.0 + 7.0) as usize));
        }
        made.extend([0.0; 800]);
        for (at, sample) in made.iter_mut().enumerate() {
            // Twelve dice make a bell curve of deviation one.
            let bell: f64 = (0..12).map(|_| dice.roll()).sum();
            *sample += bell * peak(line.noise) / 2f64.sqrt();
            *sample += peak(line.dial_tone) * (sine(350.0, at, 0.0) + sine(440.0, at, 0.3));
        }
        made.into_iter().map(|sample| sample.round() as i16).collect()
    }

    fn heard(sound: &[i16]) -> Vec<u8> {
        let mut detector = InbandDetector::new();
        let frames = sound.chunks_exact(FRAME).map(|frame| frame.try_into().unwrap());
        frames.filter_map(|frame| detector.hear(frame)).map(|press| press.digit).collect()
    }

    /// Every key ten times.
    fn many() -> Vec<u8> {
        ALL.repeat(10)
    }

    fn all_heard(line: Line) -> bool {
        heard(&sound(&many(), line)) == many()
    }

    fn none_heard(line: Line) -> bool {
        heard(&sound(&many(), line)).is_empty()
    }

    #[test]
    fn a_hundred_and_sixty_keys_without_error_over_both_laws_too() {
        let made = sound(&many(), GOOD);
        assert_eq!(heard(&made), many());
        let ulaw: Vec<i16> = made.iter().map(|&s| Law::Mu.decode(Law::Mu.encode(s))).collect();
        let alaw: Vec<i16> = made.iter().map(|&s| Law::A.decode(Law::A.encode(s))).collect();
        assert_eq!(heard(&ulaw), many());
        assert_eq!(heard(&alaw), many());
    }

    #[test]
    fn frequencies_off_by_what_is_allowed_are_taken_and_by_more_refused() {
        for (low, high) in [(1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, -1.0)] {
            for sign in [1.0, -1.0] {
                let off = |by: f64| Line { low_off: sign * low * by, high_off: sign * high * by, ..GOOD };
                assert!(all_heard(off(0.018)), "{low} {high} {sign}");
                assert!(none_heard(off(0.03)), "{low} {high} {sign}");
                assert!(none_heard(off(0.035)), "{low} {high} {sign}");
            }
        }
    }

    #[test]
    fn short_presses_are_taken_from_35_ms_and_refused_below_24() {
        for (on, off) in [(40, 40), (35, 50), (50, 30)] {
            assert!(all_heard(Line { on, off, ..GOOD }), "{on}/{off}");
        }
        for on in [10, 20, 23] {
            assert!(none_heard(Line { on, ..GOOD }), "{on}");
        }
    }

    #[test]
    fn twist_is_taken_to_eight_and_four_decibels() {
        assert!(all_heard(Line { high: -18.0, ..GOOD }));
        assert!(all_heard(Line { low: -14.0, ..GOOD }));
        assert!(none_heard(Line { high: -24.0, ..GOOD }));
        assert!(none_heard(Line { low: -20.0, ..GOOD }));
    }

    #[test]
    fn loud_and_faint_keys_are_taken_over_45_decibels() {
        for level in [3.0, 0.0, -20.0, -40.0, -45.0] {
            assert!(all_heard(Line { low: level, high: level, ..GOOD }), "{level}");
        }
        assert!(none_heard(Line { low: -55.0, high: -55.0, ..GOOD }));
    }

    #[test]
    fn a_thousand_keys_in_noise_nine_decibels_down() {
        let keys = ALL.repeat(63);
        // Nine below both tones together, which is harder than nine below each.
        let line = Line { low: -7.0, high: -7.0, noise: -13.0, ..GOOD };
        assert_eq!(heard(&sound(&keys, line)), keys);
    }

    #[test]
    fn dial_tone_under_and_over_the_keys_does_not_matter() {
        for dial_tone in [-25.0, -15.0, -7.0, -5.0] {
            assert!(all_heard(Line { low: -15.0, high: -15.0, dial_tone, ..GOOD }), "{dial_tone}");
        }
    }

    #[test]
    fn a_break_is_bridged_and_a_pause_is_not() {
        for (off, presses) in [(5, 1), (10, 1), (15, 1), (30, 20), (40, 20)] {
            assert_eq!(heard(&sound(&[b'5'; 20], Line { off, ..GOOD })).len(), presses, "{off}");
        }
    }

    #[test]
    fn a_long_press_is_told_once_and_early() {
        let made = sound(b"8", Line { on: 5000, ..GOOD });
        assert_eq!(heard(&made), b"8");
        // 100 ms of silence come first.
        assert_eq!(heard(&made[..800 + FRAME * 3]), b"8");
    }

    #[test]
    fn noise_and_tones_of_the_network_are_no_keys() {
        let silent = Line { on: 0, off: 60_000, ..GOOD };
        assert!(heard(&sound(b"1", Line { noise: -5.0, ..silent })).is_empty());
        assert!(heard(&sound(b"1", Line { dial_tone: -5.0, ..silent })).is_empty());
        for pair in [[440.0, 480.0], [480.0, 620.0], [425.0, 425.0], [1100.0, 2100.0], [700.0, 1100.0]] {
            let made: Vec<i16> = (0..80_000)
                .map(|at| {
                    let sines =
                        pair.map(|hz: f64| (2.0 * std::f64::consts::PI * hz * f64::from(at) / 8000.0).sin());
                    (4000.0 * (sines[0] + sines[1])) as i16
                })
                .collect();
            assert!(heard(&made).is_empty(), "{pair:?}");
        }
        let mut dice = Dice(3);
        let hostile: Vec<i16> =
            (0..80_000).map(|_| if dice.roll() > 0.0 { i16::MAX } else { i16::MIN }).collect();
        assert!(heard(&hostile).is_empty());
    }
}

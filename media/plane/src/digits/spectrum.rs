//! The eight frequencies of keys (ITU-T Q.23) measured in a sound at 8 kHz every 2.5 ms, and what sounds beside them.
//!
//! Each block of 2.5 ms is brought down to each frequency's own baseband; a window of 25 ms (a stepped Hann) over
//! blocks then gives amplitude and phase there. A tone off its frequency shows as a phase that turns. For a closer
//! look the samples of 50 ms are kept.

use std::f64::consts::PI;
use std::sync::LazyLock;

/// Samples of a block, of which eight make a frame of 20 ms.
pub const BLOCK: usize = 20;
pub const WINDOW: usize = 10;
/// How many blocks back a window may lie.
pub const FURTHEST: usize = 10;
const RING: usize = WINDOW + FURTHEST;
/// Hertz of each row and column of keys (Q.23).
pub const ROWS: [u32; 4] = [697, 770, 852, 941];
pub const COLUMNS: [u32; 4] = [1209, 1336, 1477, 1633];
const KEYS: [u8; 16] = *b"123A456B789C*0#D";
/// Rows, then columns.
pub const LANES: usize = 8;
/// Blocks after which every whole number of Hz is at the same phase again.
const ROUND: usize = 400;
pub const RATE: f32 = 8000.0;
/// The middle of a window, in samples.
const MIDDLE: f32 = (WINDOW * BLOCK - 1) as f32 / 2.0;
/// Sum of the window's weights, in blocks.
const GAIN: f32 = WINDOW as f32 / 2.0;
/// From the square of a sum over the window to the mean square of a sine.
const ENERGY: f32 = 2.0 / (GAIN * GAIN * (BLOCK * BLOCK) as f32);

pub fn key_of(row: usize, column: usize) -> u8 {
    KEYS[(row % 4) * 4 + column % 4]
}

pub fn pair_of(key: u8) -> Option<(usize, usize)> {
    let place = KEYS.iter().position(|&k| k == key)?;
    Some((place / 4, place % 4))
}

/// Hertz of a lane.
pub fn frequency_of(lane: usize) -> f32 {
    (if lane < 4 { ROWS[lane] } else { COLUMNS[(lane - 4) % 4] }) as f32
}

/// An amplitude with its phase.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Phasor {
    pub re: f32,
    pub im: f32,
}

impl Phasor {
    pub fn turned(angle: f32) -> Self {
        Self { re: angle.cos(), im: angle.sin() }
    }

    pub fn power(self) -> f32 {
        self.re * self.re + self.im * self.im
    }

    pub fn angle(self) -> f32 {
        self.im.atan2(self.re)
    }

    pub fn plus(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }

    pub fn times(self, other: Self) -> Self {
        Self { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }

    /// Times the other's mirror image: its angle is that by which this is ahead of it.
    pub fn against(self, other: Self) -> Self {
        self.times(Self { re: other.re, im: -other.im })
    }
}

type Lanes = [f32; LANES];
const LAGS: usize = 4;
/// How alike a sound is to itself some samples later; at 0, its mean square.
pub type Correlation = [f32; LAGS];

struct Tables {
    cosines: [Lanes; BLOCK],
    sines: [Lanes; BLOCK],
    /// Where each frequency stands at the start of a block.
    starts: [[Lanes; 2]; ROUND],
    /// For whole blocks, and for single samples.
    steps: [f32; WINDOW],
    weights: [[f32; BLOCK]; WINDOW],
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let lanes = |part: fn(f64) -> f64, sample: usize| {
        std::array::from_fn(|lane| {
            let turn = f64::from(frequency_of(lane)) * sample as f64 / f64::from(RATE);
            part(-2.0 * PI * turn) as f32
        })
    };
    let hann = |part: f64| (PI * part).sin().powi(2) as f32;
    let weight = |sample: usize| hann((sample as f64 + 0.5) / (WINDOW * BLOCK) as f64);
    Tables {
        cosines: std::array::from_fn(|n| lanes(f64::cos, n)),
        sines: std::array::from_fn(|n| lanes(f64::sin, n)),
        starts: std::array::from_fn(|b| [lanes(f64::cos, b * BLOCK), lanes(f64::sin, b * BLOCK)]),
        steps: std::array::from_fn(|b| hann((b as f64 + 0.5) / WINDOW as f64)),
        weights: std::array::from_fn(|b| std::array::from_fn(|n| weight(b * BLOCK + n))),
    }
});

#[derive(Clone, Copy, Debug, Default)]
struct Block {
    re: Lanes,
    im: Lanes,
    /// Sum of squares.
    energy: f32,
    samples: [i16; BLOCK],
}

pub struct Spectrum {
    tables: &'static Tables,
    blocks: [Block; RING],
    /// Place of the newest block.
    newest: usize,
    /// Blocks so far, in the round of phases.
    count: usize,
}

impl Default for Spectrum {
    fn default() -> Self {
        Self { tables: &TABLES, blocks: [Block::default(); RING], newest: 0, count: 0 }
    }
}

impl Spectrum {
    pub fn hear(&mut self, samples: &[i16; BLOCK]) {
        let (mut re, mut im, mut energy) = ([0.0; LANES], [0.0; LANES], 0.0);
        for (n, &sample) in samples.iter().enumerate() {
            let sample = f32::from(sample);
            energy += sample * sample;
            let (cosines, sines) = (&self.tables.cosines[n], &self.tables.sines[n]);
            for lane in 0..LANES {
                re[lane] += sample * cosines[lane];
                im[lane] += sample * sines[lane];
            }
        }
        self.newest = (self.newest + 1) % RING;
        self.count = (self.count + 1) % ROUND;
        let [cosines, sines] = &self.tables.starts[self.count];
        let block = &mut self.blocks[self.newest];
        for lane in 0..LANES {
            block.re[lane] = re[lane] * cosines[lane] - im[lane] * sines[lane];
            block.im[lane] = re[lane] * sines[lane] + im[lane] * cosines[lane];
        }
        block.energy = energy;
        block.samples = *samples;
    }

    /// The blocks of the window that ends `back` blocks before the newest, oldest first.
    fn window(&self, back: usize) -> impl Iterator<Item = &Block> {
        let first = self.newest + RING + 1 - WINDOW - back.min(FURTHEST);
        (first..first + WINDOW).map(|place| &self.blocks[place % RING])
    }

    /// Energy of all that sounds in the newest window, as the mean square of a sample.
    pub fn energy(&self) -> f32 {
        let blocks = self.window(0).zip(&self.tables.steps);
        blocks.map(|(block, weight)| block.energy * weight).sum::<f32>() / (BLOCK as f32 * GAIN)
    }

    /// Energy at each frequency of keys in the newest window.
    pub fn keys(&self) -> Lanes {
        let (mut re, mut im) = ([0.0; LANES], [0.0; LANES]);
        for (block, weight) in self.window(0).zip(&self.tables.steps) {
            for lane in 0..LANES {
                re[lane] += block.re[lane] * weight;
                im[lane] += block.im[lane] * weight;
            }
        }
        std::array::from_fn(|lane| (re[lane] * re[lane] + im[lane] * im[lane]) * ENERGY)
    }

    /// One of these frequencies in a window.
    pub fn tone(&self, lane: usize, back: usize) -> Phasor {
        let blocks = self.window(back).zip(&self.tables.steps);
        blocks.fold(Phasor::default(), |sum, (block, weight)| {
            sum.plus(Phasor { re: block.re[lane] * weight, im: block.im[lane] * weight })
        })
    }

    /// Any frequency in a window, by its samples; its phase is that in the middle of the window.
    pub fn sine(&self, hertz: f32, back: usize) -> Phasor {
        let turn = 2.0 * PI as f32 * hertz / RATE;
        let step = Phasor::turned(-turn);
        let mut sum = Phasor::default();
        for (number, (block, weights)) in self.window(back).zip(&self.tables.weights).enumerate() {
            // Begun anew at each block, so that rounding does not add up.
            let mut at = Phasor::turned(turn * (MIDDLE - (number * BLOCK) as f32));
            for (&sample, weight) in block.samples.iter().zip(weights) {
                let sample = f32::from(sample) * weight;
                sum = sum.plus(Phasor { re: sample * at.re, im: sample * at.im });
                at = at.times(step);
            }
        }
        sum
    }

    /// The window's mean square, and the mean products of samples one, two and three apart.
    pub fn correlation(&self, back: usize) -> Correlation {
        let (mut sums, mut before) = ([0.0; LAGS], [0.0; LAGS]);
        for (block, weights) in self.window(back).zip(&self.tables.weights) {
            for (&sample, weight) in block.samples.iter().zip(weights) {
                let sample = f32::from(sample);
                before = [sample, before[0], before[1], before[2]];
                for (sum, earlier) in sums.iter_mut().zip(before) {
                    *sum += weight * sample * earlier;
                }
            }
        }
        sums.map(|sum| sum / (BLOCK as f32 * GAIN))
    }
}

/// The mean square of the sine that shows so in a window.
pub fn energy_of(tone: Phasor) -> f32 {
    tone.power() * ENERGY
}

/// What a sine of this energy adds to a correlation.
pub fn correlation_of(energy: f32, hertz: f32) -> Correlation {
    std::array::from_fn(|lag| energy * (2.0 * PI as f32 * hertz * lag as f32 / RATE).cos())
}

pub fn sum(one: Correlation, other: Correlation) -> Correlation {
    std::array::from_fn(|lag| one[lag] + other[lag])
}

pub fn difference(one: Correlation, other: Correlation) -> Correlation {
    std::array::from_fn(|lag| one[lag] - other[lag])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(tones: &[(f64, f64)]) -> Spectrum {
        let mut spectrum = Spectrum::default();
        for block in 0..40 {
            let samples = std::array::from_fn(|n| {
                let at = (block * BLOCK + n) as f64 / 8000.0;
                tones.iter().map(|(hz, peak)| peak * (2.0 * PI * hz * at + hz).sin()).sum::<f64>() as i16
            });
            spectrum.hear(&samples);
        }
        spectrum
    }

    fn is_near(value: f32, wanted: f32) -> bool {
        (value / wanted - 1.0).abs() < 0.01
    }

    #[test]
    fn a_tone_has_its_energy_at_its_place_only() {
        let spectrum = heard(&[(852.0, 1000.0), (1336.0, 500.0)]);
        let keys = spectrum.keys();
        assert!(is_near(keys[2], 500_000.0) && is_near(keys[5], 125_000.0), "{keys:?}");
        assert!(keys[0] < 500.0 && keys[7] < 500.0 && keys[1] < 10_000.0, "{keys:?}");
        assert!((spectrum.energy() / 625_000.0 - 1.0).abs() < 0.05);
        assert!(is_near(energy_of(spectrum.sine(852.0, 10)), 500_000.0));
    }

    #[test]
    fn a_tone_off_its_frequency_turns_and_is_measured_all_the_same() {
        let spectrum = heard(&[(1633.0 * 1.02, 1000.0)]);
        let turn = 2.0 * PI as f32 * 1633.0 * 0.02 * BLOCK as f32 / RATE;
        let (now, before) = (spectrum.tone(7, 0), spectrum.tone(7, 2));
        assert!((now.against(before).angle() / 2.0 - turn).abs() < 0.005);
        assert!(is_near(energy_of(spectrum.sine(1633.0 * 1.02, 3)), 500_000.0));
    }

    #[test]
    fn sines_taken_out_leave_what_else_sounds() {
        let spectrum = heard(&[(697.0, 2000.0), (1477.0, 2000.0), (2600.0, 500.0)]);
        let mut rest = spectrum.correlation(4);
        for hertz in [697.0, 1477.0] {
            rest = difference(rest, correlation_of(energy_of(spectrum.sine(hertz, 4)), hertz));
        }
        for (found, due) in rest.into_iter().zip(correlation_of(125_000.0, 2600.0)) {
            assert!((found - due).abs() < 12_500.0, "{found} {due}");
        }
    }
}
